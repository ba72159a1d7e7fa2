//! Signing in through an OpenID provider (OpenID Connect Core 1.0, authorisation code flow with PKCE).
//!
//! | step | who | what |
//! |---|---|---|
//! | [`Oidc::begin`] | a browser | gets the provider's address and a cookie; state, nonce and PKCE verifier stay here |
//! | [`Oidc::finish`] | the browser comes back | the code is exchanged and the token judged; the outcome waits under a code of ours |
//! | [`Oidc::redeem`] | the console | gives that code, with the same cookie, and receives its session |
//!
//! No token of ours is in an address. A person is known by issuer and subject alone: what the provider calls a user opens nobody's
//! account. Bytes of the provider are bounded, its redirects are not followed, and every wait ends.

mod error;
mod id_token;
mod provider;
mod role_map;
mod waiting;

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use base::rate::TokenBucket;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Database, UserRow};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use error::{OidcError, TokenFault};
pub use provider::{MAX_ANSWER, ProviderHttp, ProviderReply, ProviderRequest};
pub use role_map::MapRule;

use crate::accounts::{AccountError, Accounts, Client, SignedIn, random_token, secret_hash};
use crate::people::{People, ProvidedPerson};
use id_token::Expected;
use provider::{Exchange, Provider};
use waiting::Waiting;

/// How long a person may take at the provider.
pub const SIGN_IN_LIFE: Duration = Duration::from_secs(600);
/// How long an outcome waits for the console.
pub const OUTCOME_LIFE: Duration = Duration::from_secs(60);
/// How often it is written down that somebody came back from nowhere: anybody can, on and on, and must not fill the audit log.
const NOTED_EVERY: Duration = Duration::from_secs(10);
/// How many of these at once.
const NOTED_AT_ONCE: u32 = 20;

/// What is known of the provider, and what is made of its people.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcSettings {
    /// As the provider calls itself; where its configuration is found.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; a public client has none.
    pub client_secret: Option<String>,
    /// On the button.
    pub name: String,
    /// What is asked for; "openid" is always.
    pub scopes: Vec<String>,
    /// Claim with the sign-in name.
    pub username_claim: String,
    /// Claim with the groups.
    pub roles_claim: Option<String>,
    /// What groups give.
    pub role_map: Vec<MapRule>,
    /// Whether who is new is made a user.
    pub create_users: bool,
}

impl std::fmt::Debug for OidcSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OidcSettings").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

/// A sign-in that was begun.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser goes.
    pub url: String,
    /// What binds it to this browser.
    pub cookie: String,
}

/// What the provider's redirect carried.
#[derive(Clone, Debug, Default)]
pub struct Callback {
    /// Ours, back again.
    pub state: Option<String>,
    /// To be exchanged.
    pub code: Option<String>,
    /// Why there is no code.
    pub error: Option<String>,
    /// Who answers (RFC 9207).
    pub issuer: Option<String>,
}

/// The outcome of a sign-in at the provider.
#[derive(Clone, Debug)]
pub struct Finished {
    /// For [`Oidc::redeem`].
    pub code: String,
    /// What binds it to this browser.
    pub cookie: String,
    /// Who it is here, or why nobody; for the audit log.
    pub outcome: Result<UserRow, Refusal>,
}

/// A refusal, and what is known of who was refused.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// Why.
    pub error: OidcError,
    /// What the provider calls the person; empty when that is not known.
    pub name: String,
    /// Who it is at the provider; empty when that is not known.
    pub subject: String,
}

impl From<OidcError> for Refusal {
    fn from(error: OidcError) -> Self {
        Self { error, name: String::new(), subject: String::new() }
    }
}

/// A person who is at the provider now.
struct Pending {
    browser: [u8; 32],
    nonce: String,
    verifier: String,
    redirect_uri: String,
    provider: Arc<Provider>,
}

/// How a sign-in ended, for the browser that began it.
struct Outcome {
    browser: [u8; 32],
    result: Result<i64, OidcError>,
}

/// Sign-ins through a provider.
pub struct Oidc {
    database: Database,
    people: Arc<People>,
    accounts: Arc<Accounts>,
    provider: RwLock<Option<Arc<Provider>>>,
    pending: Waiting<Pending>,
    outcomes: Waiting<Outcome>,
    noted: Mutex<TokenBucket>,
}

impl std::fmt::Debug for Oidc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Oidc(..)")
    }
}

impl Oidc {
    /// Without a provider yet.
    pub fn new(database: Database, people: Arc<People>, accounts: Arc<Accounts>) -> Self {
        let noted = Mutex::new(TokenBucket::new(NOTED_EVERY, NOTED_AT_ONCE));
        let (pending, outcomes) = (Waiting::new(SIGN_IN_LIFE), Waiting::new(OUTCOME_LIFE));
        Self { database, people, accounts, provider: RwLock::default(), pending, outcomes, noted }
    }

    /// Sets or removes the provider. Who is there now comes back to the one that was asked.
    pub fn set(&self, provider: Option<(OidcSettings, Arc<dyn ProviderHttp>)>) {
        let provider = provider.map(|(settings, http)| Arc::new(Provider::new(settings, http)));
        *self.provider.write().unwrap_or_else(PoisonError::into_inner) = provider;
    }

    fn provider(&self) -> Option<Arc<Provider>> {
        self.provider.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What stands on the button; without a provider there is none.
    pub fn name(&self) -> Option<String> {
        self.provider().map(|provider| provider.settings.name.clone())
    }

    /// The provider's name for itself.
    pub fn issuer(&self) -> Option<String> {
        self.provider().map(|provider| provider.settings.issuer.clone())
    }

    /// Begins a sign-in of a browser that comes back to `redirect_uri`.
    ///
    /// # Errors
    /// When there is no provider, it does not answer as it should, or too many have begun.
    pub async fn begin(&self, from: IpAddr, redirect_uri: String) -> Result<Begun, OidcError> {
        let provider = self.provider().ok_or(OidcError::NotConfigured)?;
        if self.accounts.needs_setup().await? {
            return Err(AccountError::SetupRequired.into());
        }
        let metadata = provider.metadata().await?;
        let [state, nonce, verifier, cookie] = std::array::from_fn(|_| random_token());
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(&verifier));
        let url = metadata.authorization_url(&provider.settings, &redirect_uri, &state, &nonce, &challenge);
        let pending = Pending { browser: secret_hash(&cookie), nonce, verifier, redirect_uri, provider };
        if !self.pending.put(&state, from, pending) {
            return Err(OidcError::TooMany);
        }
        Ok(Begun { url, cookie })
    }

    /// Whether a refusal belongs into the audit log: each of somebody who was at the provider, and a few of the others.
    pub fn is_worth_noting(&self, error: &OidcError) -> bool {
        let known = !matches!(error, OidcError::UnknownState);
        known || self.noted.lock().unwrap_or_else(PoisonError::into_inner).take(Instant::now())
    }

    /// Keeps a refusal for the console of a browser.
    pub fn refuse(&self, from: IpAddr, refusal: impl Into<Refusal>) -> Finished {
        self.keep(from, random_token(), Err(refusal.into()))
    }

    /// A browser is back from the provider.
    pub async fn finish(&self, from: IpAddr, callback: &Callback, cookie: Option<&str>) -> Finished {
        let browser = cookie.map(secret_hash).unwrap_or_default();
        let pending = callback.state.as_deref().and_then(|state| self.pending.take(state));
        let Some(pending) = pending.filter(|pending| same(&pending.browser, &browser)) else {
            return self.refuse(from, OidcError::UnknownState);
        };
        let outcome = self.settle(&pending, callback).await;
        self.keep(from, cookie.unwrap_or_default().to_owned(), outcome)
    }

    fn keep(&self, from: IpAddr, cookie: String, outcome: Result<UserRow, Refusal>) -> Finished {
        let code = random_token();
        let result = match &outcome {
            Ok(user) => Ok(user.id),
            Err(refusal) => Err(refusal.error.clone()),
        };
        // Without room the console says that the outcome is gone, which is true.
        let _kept = self.outcomes.put(&code, from, Outcome { browser: secret_hash(&cookie), result });
        Finished { code, cookie, outcome }
    }

    /// Who has come back.
    async fn settle(&self, pending: &Pending, callback: &Callback) -> Result<UserRow, Refusal> {
        let provider = &pending.provider;
        let settings = &provider.settings;
        if let Some(error) = &callback.error {
            return Err(OidcError::refused(error).into());
        }
        if callback.issuer.as_ref().is_some_and(|issuer| *issuer != settings.issuer) {
            return Err(OidcError::Token(TokenFault::Issuer).into());
        }
        let code = callback.code.as_deref().ok_or(OidcError::UnknownState)?;
        let exchange = Exchange { code, verifier: &pending.verifier, redirect_uri: &pending.redirect_uri };
        let tokens = provider.exchange(exchange).await?;
        let expected = Expected { issuer: &settings.issuer, client_id: &settings.client_id, nonce: &pending.nonce };
        let keys = provider.keys().await?;
        let mut claims = id_token::verify(&tokens.id_token, &keys, &expected).map_err(OidcError::Token)?;
        provider.complete(&mut claims, &tokens).await?;
        let person = ProvidedPerson {
            issuer: settings.issuer.clone(),
            subject: claims.subject().to_owned(),
            name: claims.text(&settings.username_claim).unwrap_or_default().to_owned(),
            display_name: claims.text("name").unwrap_or_default().to_owned(),
            groups: settings.roles_claim.as_deref().map(|claim| claims.texts(claim)).unwrap_or_default(),
        };
        let made = self.people.provided_user(&person, &settings.role_map, settings.create_users).await;
        made.map_err(|error| Refusal {
            error: error.told(&settings.username_claim),
            name: person.name,
            subject: person.subject,
        })
    }

    /// Opens the session of a sign-in that was finished in the same browser. A code is good once.
    ///
    /// # Errors
    /// Why the sign-in was refused, or that there is none of this code.
    pub async fn redeem(&self, code: &str, cookie: Option<&str>, from: &Client<'_>) -> Result<SignedIn, OidcError> {
        let browser = cookie.map(secret_hash).unwrap_or_default();
        let outcome = self.outcomes.take(code).filter(|outcome| same(&outcome.browser, &browser));
        let id = outcome.ok_or(OidcError::OutcomeGone)?.result?;
        let user = self.database.user(id).await?.filter(|user| user.enabled).ok_or(OidcError::Disabled)?;
        Ok(self.accounts.open_provided(user, from).await?)
    }
}

fn same(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

#[cfg(test)]
mod tests;
