use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Another system that is asked and told.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Hook {
    pub id: i64,
    /// Without the values of query parameters that are secrets.
    pub url: String,
    /// "publish", "play", "not_found", "no_viewers", "stream_up", "stream_down", "source_failed", "sessions_ended",
    /// "server_started", "keepalive".
    pub events: Vec<String>,
    /// Which streams: "app/name" on the default virtual host, or "host/app/name"; each part is a name, a beginning followed by `*`, or `*` alone.
    pub pattern: String,
    /// How long an answer may take: 100 to 30,000.
    pub timeout_ms: u64,
    /// What holds for a question that gets no answer: "deny" or "allow".
    pub on_failure: String,
    pub enabled: bool,
    pub created_at: String,
    /// Notices that wait.
    pub pending: i64,
    /// Deliveries in the log that were taken.
    pub delivered: i64,
    /// Deliveries in the log that were not.
    pub failed: i64,
}

/// A hook to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct HookInput {
    /// As shown by the server: keep the one stored.
    pub url: String,
    pub events: Vec<String>,
    pub pattern: String,
    pub timeout_ms: u64,
    pub on_failure: String,
    pub enabled: bool,
}

/// A new hook with its secret, which is shown this once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HookCreated {
    pub hook: Hook,
    pub secret: String,
}

/// A new secret, shown this once.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HookSecret {
    pub secret: String,
}

/// All hooks.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HookList {
    pub items: Vec<Hook>,
    /// Every event that there is.
    pub events: Vec<String>,
}

/// What came of posting a made-up event.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HookTest {
    pub ok: bool,
    pub status: Option<u16>,
    /// The beginning of the answer, or why there was none.
    pub answer: String,
    pub duration_ms: u64,
}

/// One event on its way to a hook.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HookDelivery {
    pub id: i64,
    pub event: String,
    /// "pending", "delivered" or "failed".
    pub state: String,
    pub attempts: i64,
    pub created_at: String,
    /// Milliseconds until the next attempt.
    pub next_attempt_ms: Option<u64>,
    pub status: Option<i64>,
    pub answer: Option<String>,
    pub duration_ms: Option<i64>,
    /// JSON, as posted.
    pub body: String,
}

/// Deliveries, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HookDeliveryPage {
    pub items: Vec<HookDelivery>,
    /// For `before` of the next page.
    pub next_before: Option<i64>,
}
