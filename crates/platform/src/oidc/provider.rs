//! What is asked of the provider itself: its configuration, tokens for a code, its keys, what else it says of a person.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::BoxFuture;
use jsonwebtoken::jwk::Jwk;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::OidcSettings;
use super::error::{OidcError, TokenFault, quoted, word};
use super::id_token::Claims;

/// Bytes of one answer of a provider that are read; more is an error.
pub const MAX_ANSWER: usize = 256 << 10;
/// For one request to the provider.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long its configuration holds: long enough that nobody makes us ask on and on, short enough that people are not sent to a
/// provider that is gone.
const FRESH: Duration = Duration::from_secs(10);
/// How long it is left alone after it failed.
const PAUSE: Duration = Duration::from_secs(5);
/// Keys of a provider that are looked at.
const MAX_KEYS: usize = 50;

/// A request to the provider.
#[derive(Clone)]
pub struct ProviderRequest {
    /// `https`, or `http` on this machine.
    pub url: String,
    /// `Authorization`.
    pub authorization: Option<String>,
    /// A form to post; without one it is a GET.
    pub form: Option<String>,
}

/// Its answer.
#[derive(Clone, Debug)]
pub struct ProviderReply {
    /// HTTP status.
    pub status: u16,
    /// At most [`MAX_ANSWER`] bytes.
    pub body: Vec<u8>,
}

/// Asks a provider; the binary brings one that speaks HTTP. Redirects are not followed.
pub trait ProviderHttp: Send + Sync {
    /// Asks and waits for the answer, or a few words that say why there is none. The caller drops the future when that takes too
    /// long.
    fn send(&self, request: ProviderRequest) -> BoxFuture<'_, Result<ProviderReply, String>>;
}

/// A provider with its settings.
pub(super) struct Provider {
    pub(super) settings: OidcSettings,
    http: Arc<dyn ProviderHttp>,
    known: tokio::sync::Mutex<Option<Known>>,
}

/// What its configuration was, and when.
type Known = (Instant, Result<Arc<Metadata>, OidcError>);

/// Its configuration (OpenID Connect Discovery 1.0 §3), of which the rest is of no use here.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Metadata {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

/// A code to be exchanged for tokens.
pub(super) struct Exchange<'a> {
    pub(super) code: &'a str,
    pub(super) verifier: &'a str,
    pub(super) redirect_uri: &'a str,
}

/// What a code was exchanged for.
#[derive(Deserialize)]
pub(super) struct Tokens {
    pub(super) id_token: String,
    #[serde(default)]
    access_token: Option<String>,
}

#[derive(Deserialize)]
struct TokenRefusal {
    error: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<serde_json::Value>,
}

impl Metadata {
    /// Where the browser is sent (OpenID Connect Core 1.0 §3.1.2.1, RFC 7636 §4.3).
    pub(super) fn authorization_url(
        &self,
        settings: &OidcSettings,
        redirect_uri: &str,
        state: &str,
        nonce: &str,
        challenge: &str,
    ) -> String {
        let mut scopes = vec!["openid"];
        scopes.extend(settings.scopes.iter().map(String::as_str).filter(|scope| *scope != "openid"));
        let query = Serializer::new(String::new())
            .append_pair("response_type", "code")
            .append_pair("client_id", &settings.client_id)
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("scope", &scopes.join(" "))
            .append_pair("state", state)
            .append_pair("nonce", nonce)
            .append_pair("code_challenge", challenge)
            .append_pair("code_challenge_method", "S256")
            .finish();
        let mark = if self.authorization_endpoint.contains('?') { '&' } else { '?' };
        format!("{}{mark}{query}", self.authorization_endpoint)
    }

    fn checked(self, issuer: &str) -> Result<Self, OidcError> {
        if self.issuer != issuer {
            return Err(OidcError::WrongIssuer { found: quoted(&self.issuer) });
        }
        let userinfo = self.userinfo_endpoint.iter();
        for address in [&self.authorization_endpoint, &self.token_endpoint, &self.jwks_uri].into_iter().chain(userinfo)
        {
            if !is_as_safe_as(address, issuer) {
                let why = format!("{} is no https address", quoted(address));
                return Err(OidcError::BadAnswer { what: "configuration", why });
            }
        }
        Ok(self)
    }
}

/// Whether an address is encrypted, or no less than the provider that named it, and no trick of another scheme.
fn is_as_safe_as(address: &str, issuer: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    url.has_host() && (url.scheme() == "https" || url.scheme() == "http" && issuer.starts_with("http://"))
}

impl Provider {
    pub(super) fn new(settings: OidcSettings, http: Arc<dyn ProviderHttp>) -> Self {
        Self { settings, http, known: tokio::sync::Mutex::default() }
    }

    /// Its configuration, asked for anew after a while.
    pub(super) async fn metadata(&self) -> Result<Arc<Metadata>, OidcError> {
        let mut known = self.known.lock().await;
        if let Some((since, result)) = &*known
            && since.elapsed() < if result.is_ok() { FRESH } else { PAUSE }
        {
            return result.clone();
        }
        let result = self.discover().await.map(Arc::new);
        if let Err(error) = &result {
            tracing::warn!(%error, issuer = self.settings.issuer, "The sign-in provider cannot be used.");
        }
        *known = Some((Instant::now(), result.clone()));
        result
    }

    async fn discover(&self) -> Result<Metadata, OidcError> {
        let issuer = &self.settings.issuer;
        let url = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found: Metadata = self.get("configuration", url, None).await?;
        found.checked(issuer)
    }

    /// Its keys, as they are now: it may have changed them a moment ago. Those that are of no use here are left out.
    pub(super) async fn keys(&self) -> Result<Vec<Jwk>, OidcError> {
        let url = self.metadata().await?.jwks_uri.clone();
        let set: KeySet = self.get("key set", url, None).await?;
        Ok(set.keys.into_iter().take(MAX_KEYS).filter_map(|key| serde_json::from_value(key).ok()).collect())
    }

    /// Exchanges a code for tokens (RFC 6749 §4.1.3).
    pub(super) async fn exchange(&self, exchange: Exchange<'_>) -> Result<Tokens, OidcError> {
        let request = self.exchange_request(&*self.metadata().await?, &exchange);
        let reply = self.send(request).await?;
        if reply.status != 200 {
            return Err(refused_exchange(&reply));
        }
        read("token answer", &reply)
    }

    fn exchange_request(&self, metadata: &Metadata, exchange: &Exchange<'_>) -> ProviderRequest {
        let mut form = Serializer::new(String::new());
        form.append_pair("grant_type", "authorization_code")
            .append_pair("code", exchange.code)
            .append_pair("redirect_uri", exchange.redirect_uri)
            .append_pair("code_verifier", exchange.verifier);
        let authorization = self.prove(metadata, &mut form);
        ProviderRequest { url: metadata.token_endpoint.clone(), authorization, form: Some(form.finish()) }
    }

    /// Proves who we are, by a header or in the form, as the provider takes it; a public client only says its name.
    fn prove(&self, metadata: &Metadata, form: &mut Serializer<'_, String>) -> Option<String> {
        let id = &self.settings.client_id;
        let Some(secret) = &self.settings.client_secret else {
            form.append_pair("client_id", id);
            return None;
        };
        let methods = &metadata.token_endpoint_auth_methods_supported;
        let takes = |method: &str| methods.iter().any(|each| each == method);
        if takes("client_secret_post") && !takes("client_secret_basic") {
            form.append_pair("client_id", id).append_pair("client_secret", secret);
            return None;
        }
        let encoded = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
        let pair = format!("{}:{}", encoded(id), encoded(secret));
        Some(format!("Basic {}", STANDARD.encode(pair)))
    }

    /// Asks for what the ID token does not say, where the provider tells more (OpenID Connect Core 1.0 §5.3).
    pub(super) async fn complete(&self, claims: &mut Claims, tokens: &Tokens) -> Result<(), OidcError> {
        let settings = &self.settings;
        let wanted = std::iter::once(&settings.username_claim).chain(&settings.roles_claim);
        if wanted.into_iter().all(|claim| claims.has(claim)) {
            return Ok(());
        }
        let metadata = self.metadata().await?;
        let (Some(url), Some(token)) = (&metadata.userinfo_endpoint, &tokens.access_token) else { return Ok(()) };
        let told: Claims = self.get("answer about the person", url.clone(), Some(format!("Bearer {token}"))).await?;
        if told.subject() != claims.subject() {
            return Err(OidcError::Token(TokenFault::Form));
        }
        claims.add(told);
        Ok(())
    }

    async fn get<T: DeserializeOwned>(
        &self,
        what: &'static str,
        url: String,
        authorization: Option<String>,
    ) -> Result<T, OidcError> {
        let reply = self.send(ProviderRequest { url, authorization, form: None }).await?;
        match reply.status {
            200 => read(what, &reply),
            300..=399 => {
                let why = format!("it answers {}, and redirects are not followed", reply.status);
                Err(OidcError::BadAnswer { what, why })
            }
            status => Err(OidcError::BadAnswer { what, why: format!("it answers {status}") }),
        }
    }

    async fn send(&self, request: ProviderRequest) -> Result<ProviderReply, OidcError> {
        match tokio::time::timeout(PATIENCE, self.http.send(request)).await {
            Ok(result) => result.map_err(|why| OidcError::Unreachable { why }),
            Err(_) => Err(OidcError::Unreachable { why: format!("nothing came within {} s", PATIENCE.as_secs()) }),
        }
    }
}

fn read<T: DeserializeOwned>(what: &'static str, reply: &ProviderReply) -> Result<T, OidcError> {
    // The cause may repeat what was read, which may be a token.
    serde_json::from_slice(&reply.body)
        .map_err(|_| OidcError::BadAnswer { what, why: "it is not the JSON that it should be".to_owned() })
}

/// Errors of the token endpoint (RFC 6749 §5.2).
fn refused_exchange(reply: &ProviderReply) -> OidcError {
    let Ok(TokenRefusal { error }) = serde_json::from_slice(&reply.body) else {
        return OidcError::BadAnswer { what: "token answer", why: format!("it answers {}", reply.status) };
    };
    match error.as_str() {
        "invalid_client" | "unauthorized_client" => OidcError::ClientRefused { error },
        other => OidcError::Refused { error: word(other) },
    }
}
