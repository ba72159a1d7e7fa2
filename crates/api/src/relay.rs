use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::SourceError;

/// Streams that are pushed onward.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Relay {
    pub id: i64,
    /// "app/name" on the default virtual host, or "host/app/name"; each part is a name, a beginning followed by `*`, or `*` alone.
    pub pattern: String,
    /// Without credentials; `{vhost}`, `{app}` and `{name}` stand for the stream's name.
    pub target: String,
    pub username: Option<String>,
    pub enabled: bool,
    pub created_at: String,
    /// Streams that are being sent.
    pub pushes: Vec<RelayPush>,
}

/// One stream on its way to a relay's target.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RelayPush {
    /// Virtual host; "default" is that of everything that names no configured one.
    pub vhost: String,
    pub app: String,
    pub name: String,
    /// "sending" or "backing_off".
    pub state: String,
    pub since: String,
    /// In a row.
    pub failures: u32,
    /// Milliseconds until the next attempt.
    pub next_attempt_ms: Option<u64>,
    pub last_error: Option<SourceError>,
}

/// A relay to be added or changed. Credentials may also stand in the URL.
#[derive(Clone, Deserialize, ToSchema)]
pub struct RelayInput {
    pub pattern: String,
    pub target: String,
    pub username: Option<String>,
    /// Absent in a change: keep the one stored.
    pub password: Option<String>,
    pub enabled: bool,
}

/// All relays.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RelayList {
    pub items: Vec<Relay>,
}
