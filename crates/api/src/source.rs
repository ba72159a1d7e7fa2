use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A URL that is pulled.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Source {
    /// Virtual host; "default" is that of everything that names no configured one.
    pub vhost: String,
    pub app: String,
    pub name: String,
    /// Without credentials.
    pub url: String,
    pub username: Option<String>,
    /// "on_demand" or "always".
    pub mode: String,
    /// "idle", "connecting", "live", "backing_off" or "failed".
    pub state: String,
    pub failures: u32,
    pub next_attempt_ms: Option<u64>,
    pub last_error: Option<SourceError>,
    pub created_at: String,
}

/// Why the last attempt failed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceError {
    pub leg: String,
    pub text: String,
    pub next_step: String,
}

/// A source to be added or changed. Credentials may also stand in the URL.
#[derive(Clone, Deserialize, ToSchema)]
pub struct SourceInput {
    /// Virtual host; "default" when absent.
    pub vhost: Option<String>,
    pub app: String,
    pub name: String,
    pub url: String,
    pub username: Option<String>,
    /// Absent in a change: keep the one stored.
    pub password: Option<String>,
    pub mode: String,
}

/// All sources.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceList {
    pub items: Vec<Source>,
}

/// A list of channels (M3U) to be made into sources.
#[derive(Clone, Deserialize, ToSchema)]
pub struct SourceImport {
    /// Virtual host; "default" when absent.
    pub vhost: Option<String>,
    /// The list: `#EXTINF` lines with names are optional.
    pub list: String,
    /// Application of all of them.
    pub app: String,
    /// "on_demand" or "always".
    pub mode: String,
    /// Only say what would happen.
    #[serde(default)]
    pub dry_run: bool,
}

/// What happens to one channel.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceImportItem {
    /// Line of its address, from 1.
    pub line: usize,
    pub title: String,
    pub group: Option<String>,
    /// Name of the stream.
    pub name: String,
    /// "added", "known" (a source has the address already) or "refused".
    pub outcome: String,
    /// Why it was refused.
    pub reason: Option<String>,
}

/// What happens to a list.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceImportReport {
    pub items: Vec<SourceImportItem>,
    pub added: usize,
    pub known: usize,
    pub refused: usize,
}
