use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One ended session: who watched what, for how long, how much.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EndedSession {
    pub id: i64,
    /// Virtual host; "default" is that of everything that names no configured one.
    pub vhost: String,
    pub app: String,
    pub name: String,
    pub protocol: String,
    pub subject: Option<String>,
    pub address: String,
    pub since: String,
    pub duration_ms: i64,
    pub bytes: i64,
}

/// Ended sessions, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EndedSessionPage {
    pub items: Vec<EndedSession>,
    /// For `before` of the next page.
    pub next_before: Option<i64>,
}

/// Traffic of ended sessions under one heading.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TrafficTotal {
    /// A stream, virtual host, subject, protocol, or day, as asked for.
    pub group: String,
    pub sessions: i64,
    pub duration_ms: i64,
    pub bytes: i64,
}

/// Traffic of ended sessions, largest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TrafficReport {
    pub from: String,
    pub to: String,
    pub items: Vec<TrafficTotal>,
    /// Of all groups, also those that are left out beyond the first 500.
    pub total: TrafficTotal,
}
