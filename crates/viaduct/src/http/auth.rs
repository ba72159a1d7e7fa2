//! Who asks.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use base::ErrorKind;
use db::User;

use super::Failure;
use crate::server::App;

/// A signed-in administrator: the only right so far, asked for by every handler that is not public.
pub(crate) struct Administrator {
    pub(crate) user: User,
    pub(crate) token: String,
}

impl FromRequestParts<Arc<App>> for Administrator {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let token = bearer(parts).ok_or_else(|| Failure::new(ErrorKind::Unauthorized, "Sign in."))?;
        let user = app.accounts.authenticate(&token).await?;
        if user.role != platform::accounts::ADMINISTRATOR {
            return Err(Failure::new(ErrorKind::Forbidden, "Only administrators may do this."));
        }
        Ok(Self { user, token })
    }
}

fn bearer(parts: &Parts) -> Option<String> {
    let value = parts.headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    value.strip_prefix("Bearer ").map(|token| token.trim().to_owned())
}

/// The address that limits go by: the peer's, or what a trusted proxy says.
pub(crate) struct ClientAddress(pub(crate) IpAddr);

impl FromRequestParts<Arc<App>> for ClientAddress {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let peer = parts
            .extensions
            .get::<SocketAddr>()
            .map(SocketAddr::ip)
            .ok_or_else(|| Failure::new(ErrorKind::Internal, "The peer's address is unknown."))?;
        if !app.live().settings.trusted_proxies.contains(&peer) {
            return Ok(Self(peer));
        }
        let forwarded = parts.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok());
        let nearest = forwarded.and_then(|list| list.rsplit(',').next()).and_then(|text| text.trim().parse().ok());
        Ok(Self(nearest.unwrap_or(peer)))
    }
}
