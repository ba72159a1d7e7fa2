//! Who asks, and which version of a thing they mean.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use base::ErrorKind;
use platform::people::Caller;
use serde::Serialize;

use super::Failure;
use crate::server::App;

/// Bytes of what a browser says of itself that are looked at.
const MAX_AGENT: usize = 400;

/// Who asks: the check of the route has put it there.
pub(crate) struct Who(pub(crate) Caller);

impl FromRequestParts<Arc<App>> for Who {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<Self, Failure> {
        let caller = parts.extensions.get::<Caller>().cloned();
        caller.map(Self).ok_or_else(|| Failure::new(ErrorKind::Unauthorized, "Sign in."))
    }
}

pub(super) fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

/// The address that limits go by: the peer's, or what a trusted proxy says.
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let address = address_of(app, &parts.extensions, &parts.headers);
        address.map(Self).ok_or_else(|| Failure::new(ErrorKind::Internal, "The peer's address is unknown."))
    }
}

pub(super) fn client_address(app: &App, request: &Request) -> Option<IpAddr> {
    address_of(app, request.extensions(), request.headers())
}

fn address_of(app: &App, extensions: &Extensions, headers: &HeaderMap) -> Option<IpAddr> {
    let peer = extensions.get::<SocketAddr>().map(SocketAddr::ip)?;
    if !app.live().settings.trusted_proxies.contains(&peer) {
        return Some(peer);
    }
    let forwarded = headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
    let nearest = forwarded.and_then(|list| list.rsplit(',').next()).and_then(|text| text.trim().parse().ok());
    Some(nearest.unwrap_or(peer))
}

/// What the browser or program says of itself.
pub(super) fn agent(headers: &HeaderMap) -> String {
    let text = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    text.chars().take(MAX_AGENT).collect()
}

/// The version that a change is meant for: `If-Match: "3"`.
pub(crate) struct IfMatch(pub(crate) i64);

impl FromRequestParts<Arc<App>> for IfMatch {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<Self, Failure> {
        let value = parts.headers.get(header::IF_MATCH).and_then(|value| value.to_str().ok());
        let version = value.and_then(|text| text.trim().trim_start_matches("W/").trim_matches('"').parse().ok());
        version.map(Self).ok_or_else(|| {
            Failure::invalid("If-Match", "Say which version you change: If-Match with the ETag that you were given.")
        })
    }
}

/// An answer with its version as `ETag`.
pub(crate) struct Versioned<T>(pub(crate) i64, pub(crate) T);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = Json(self.1).into_response();
        if let Ok(tag) = HeaderValue::from_str(&format!("\"{}\"", self.0)) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}
