//! Who may publish and play: one trait, asked once per session.

use std::net::IpAddr;
use std::time::SystemTime;

use base::ErrorKind;
use futures_util::future::BoxFuture;

use crate::StreamKey;

/// What a session wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// Feed a stream.
    Publish,
    /// Read a stream.
    Play,
}

impl Action {
    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Play => "play",
        }
    }
}

/// A session's question.
#[derive(Clone, Debug)]
pub struct AccessRequest {
    /// What it wants to do.
    pub action: Action,
    /// With which stream.
    pub key: StreamKey,
    /// The `token` query parameter or bearer token, if any. Never logged.
    pub token: Option<String>,
    /// The rest of the URL's query, which is the asker's own: other systems may want to see it.
    pub query: Option<String>,
    /// Where it comes from (behind a trusted proxy: what the proxy says).
    pub address: IpAddr,
    /// Protocol for the accounts ("rtmp", "ws-fmp4", ...).
    pub protocol: &'static str,
}

/// Permission for one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grant {
    /// Who, for the accounts: a user name, a token's subject.
    pub subject: Option<String>,
    /// When the session must end.
    pub expires_at: Option<SystemTime>,
}

/// Refusal.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct AccessDenied {
    /// [`ErrorKind::Unauthorized`] when credentials are missing or wrong, [`ErrorKind::Forbidden`] when they
    /// are valid for something else.
    pub kind: ErrorKind,
    /// A sentence for the peer; tells nothing about what exists.
    pub reason: String,
}

/// Decides on publishing and playing.
pub trait Access: Send + Sync {
    /// Grants or denies one session.
    fn authorize(&self, request: AccessRequest) -> BoxFuture<'_, Result<Grant, AccessDenied>>;
}
