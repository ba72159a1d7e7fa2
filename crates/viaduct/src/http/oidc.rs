//! Signing in through an OpenID provider: the way there, the way back, and the session.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use api::{LoginOptions, LoginProvider, LoginResponse, ProviderLink, ProviderLogin};
use axum::Json;
use axum::extract::{FromRequestParts, RawQuery, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use gateway::OverTls;
use platform::accounts::Client;
use platform::audit::Deed;
use platform::oidc::{Callback, Finished, OidcError, Refusal, SIGN_IN_LIFE};
use serde_json::json;

use super::Failure;
use super::account::{respond, signing_in};
use super::auth::{ClientAddress, Who, agent};
use super::extract::{Body, Path};
use super::streams::host_only;
use crate::server::App;

/// Binds a sign-in to the browser that began it. It opens nothing by itself.
const COOKIE: &str = "viaduct_sign_in";
/// The only paths that it is sent to.
const COOKIE_PATH: &str = "/api/v1/login/oidc";
/// Where the provider sends people back to.
const CALLBACK: &str = "/api/v1/login/oidc/callback";

impl From<OidcError> for Failure {
    fn from(error: OidcError) -> Self {
        match error {
            OidcError::Storage(_) => tracing::error!(%error, "The accounts failed."),
            OidcError::Account(_) => tracing::warn!(%error, "A session could not be opened."),
            _ => {}
        }
        Self { code: Some("provider_sign_in"), ..Self::new(error.kind(), error.to_string()) }
    }
}

/// How the browser reaches us: what a trusted proxy says, or the request itself.
pub(super) struct Reached {
    encrypted: bool,
    authority: String,
}

impl Reached {
    /// The address to which the provider sends people back; it must be registered there.
    fn callback(&self) -> String {
        format!("http{}://{}{CALLBACK}", if self.encrypted { "s" } else { "" }, self.authority)
    }
}

impl FromRequestParts<Arc<App>> for Reached {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let settings = &app.live().settings;
        let peer = parts.extensions.get::<SocketAddr>().map(SocketAddr::ip);
        let proxied = peer.is_some_and(|peer| settings.trusted_proxies.contains(&peer));
        let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let forwarded = |name: &str| text(name).filter(|_| proxied).and_then(|list| list.rsplit(',').next());
        let used = forwarded("x-forwarded-host").or_else(|| text("host")).map_or("localhost", str::trim);
        let encrypted = forwarded("x-forwarded-proto")
            .map_or(parts.extensions.get::<OverTls>().is_some(), |scheme| scheme.trim().eq_ignore_ascii_case("https"));
        let authority = match &settings.public_host {
            Some(host) => format!("{host}{}", &used[host_only(used).len()..]),
            None => used.to_owned(),
        };
        Ok(Self { encrypted, authority })
    }
}

pub(super) async fn options(State(app): State<Arc<App>>) -> Json<LoginOptions> {
    Json(LoginOptions { provider: app.oidc.name().map(|name| LoginProvider { name }) })
}

pub(super) async fn begin(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    reached: Reached,
) -> Response {
    match app.oidc.begin(address, reached.callback()).await {
        Ok(begun) => redirect(&begun.url, &begun.cookie, &reached),
        Err(error) => to_console(&app.oidc.refuse(address, error), &reached),
    }
}

pub(super) async fn callback(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    reached: Reached,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let back = callback_of(query.as_deref().unwrap_or_default());
    let finished = app.oidc.finish(address, &back, cookie(&headers)).await;
    if let Err(refusal) = &finished.outcome
        && app.oidc.is_worth_noting(&refusal.error)
    {
        let from = Client { address, agent: &agent(&headers) };
        app.audit.add(refused(&app, refusal, &from)).await?;
    }
    Ok(to_console(&finished, &reached))
}

fn callback_of(query: &str) -> Callback {
    let mut back = Callback::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let field = match &*name {
            "state" => &mut back.state,
            "code" => &mut back.code,
            "error" => &mut back.error,
            "iss" => &mut back.issuer,
            _ => continue,
        };
        *field = Some(value.into_owned());
    }
    back
}

fn refused(app: &App, refusal: &Refusal, from: &Client<'_>) -> Deed {
    let outcome = StatusCode::from_u16(refusal.error.kind().http_status()).unwrap_or_default();
    let detail = json!({
        "provider": app.oidc.issuer(), "subject": refusal.subject, "why": refusal.error.to_string(),
    });
    Deed { detail: detail.to_string(), ..signing_in("sign in", &refusal.name, from, outcome) }
}

/// The console fetches the outcome. What stands behind the `#` is in no log of a server, and of no use without the cookie.
fn to_console(finished: &Finished, reached: &Reached) -> Response {
    redirect(&format!("/login#sign-in={}", finished.code), &finished.cookie, reached)
}

fn redirect(to: &str, cookie: &str, reached: &Reached) -> Response {
    let Ok(to) = HeaderValue::from_str(to) else {
        return Failure::from(OidcError::UnknownState).into_response();
    };
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, to);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let secure = if reached.encrypted { "; Secure" } else { "" };
    let age = SIGN_IN_LIFE.as_secs();
    let cookie = format!("{COOKIE}={cookie}; Path={COOKIE_PATH}; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.insert(header::SET_COOKIE, cookie);
    }
    response
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lists = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    let mut pairs = lists.flat_map(|list| list.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

pub(super) async fn token(
    State(app): State<Arc<App>>,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Body(input): Body<ProviderLogin>,
) -> Result<([(header::HeaderName, String); 2], Json<LoginResponse>), Failure> {
    let from = Client { address, agent: &agent(&headers) };
    let signed_in = app.oidc.redeem(&input.code, cookie(&headers), &from).await?;
    let detail = json!({ "provider": app.oidc.issuer() }).to_string();
    let deed = signing_in("sign in", &signed_in.user.name, &from, StatusCode::OK);
    app.audit.add(Deed { detail, ..deed }).await?;
    let gone = format!("{COOKIE}=; Path={COOKIE_PATH}; Max-Age=0; HttpOnly; SameSite=Lax");
    Ok(([(header::SET_COOKIE, gone), (header::CACHE_CONTROL, "no-store".to_owned())], respond(&app, signed_in).await?))
}

pub(super) async fn link(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Body(input): Body<ProviderLink>,
) -> Result<StatusCode, Failure> {
    app.people.link_user(&caller, id, app.oidc.issuer(), &input.subject).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn unlink(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.people.unlink_user(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use platform::oidc::TokenFault;

    use super::super::language::translate;
    use super::*;

    #[test]
    fn every_refusal_is_told_in_chinese() {
        let (subject, name) = ("248289761001".to_owned(), "li.na".to_owned());
        let unreachable = [
            "the connection was refused",
            "the connection broke off",
            "nothing came within 10 s",
            "the name id.example is unknown",
            "its certificate is not trusted; oidc.ca_file names who has signed it",
            "its answer breaks off or has more than 262144 bytes",
            "it names 169.254.169.254, an address that must not be asked; pull.allow permits it",
            "its address cannot be used",
        ];
        let bad = [
            ("configuration", "it answers 500"),
            ("key set", "it answers 302, and redirects are not followed"),
            ("token answer", "it is not the JSON that it should be"),
            ("answer about the person", "http://evil.example is no https address"),
        ];
        let tokens = [
            TokenFault::Form,
            TokenFault::Algorithm,
            TokenFault::Signature,
            TokenFault::Issuer,
            TokenFault::Audience,
            TokenFault::Nonce,
            TokenFault::Expired,
            TokenFault::NotYet,
        ];
        let mut errors = vec![
            OidcError::NotConfigured,
            OidcError::WrongIssuer { found: "https://other.example".into() },
            OidcError::Refused { error: "access_denied".into() },
            OidcError::ClientRefused { error: "invalid_client".into() },
            OidcError::UnknownState,
            OidcError::NoName { claim: "preferred_username".into() },
            OidcError::NoUser { subject: subject.clone() },
            OidcError::NameTaken { name, subject },
            OidcError::NoRights,
            OidcError::Disabled,
            OidcError::NoRoom,
            OidcError::OutcomeGone,
            OidcError::TooMany,
        ];
        errors.extend(unreachable.map(|why| OidcError::Unreachable { why: why.into() }));
        errors.extend(bad.map(|(what, why)| OidcError::BadAnswer { what, why: why.into() }));
        errors.extend(tokens.map(OidcError::Token));
        for error in errors {
            let text = translate(&error.to_string());
            let english = [" the ", " is ", " it ", " to ", " not "].iter().any(|word| text.contains(word));
            assert!(!english && text.ends_with('。'), "{error}: {text}");
        }
    }

    #[test]
    fn what_comes_back_is_read_field_by_field() {
        let back = callback_of("state=a%20b&code=c&iss=https%3A%2F%2Fid.example&other=x&state=last");
        assert_eq!((back.state.as_deref(), back.code.as_deref()), (Some("last"), Some("c")));
        assert_eq!((back.issuer.as_deref(), back.error), (Some("https://id.example"), None));
    }
}
