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
    /// When it may run, by the server's time zone; absent: at any time.
    pub schedule: Option<Vec<ScheduleWindow>>,
    /// "idle", "connecting", "live", "backing_off", "failed", "outside_schedule", or "ended" (a file that is played
    /// once).
    pub state: String,
    /// When its schedule opens next, in the server's time zone, if it is outside.
    pub opens_at: Option<String>,
    pub failures: u32,
    pub next_attempt_ms: Option<u64>,
    pub last_error: Option<SourceError>,
    pub created_at: String,
}

/// Days and times of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleWindow {
    /// 1 (Monday) to 7 (Sunday), each at most once and at least one.
    pub days: Vec<u8>,
    /// "HH:MM", 00:00 to 23:59.
    pub from: String,
    /// "HH:MM", up to 24:00; not after `from`: on the day after.
    pub to: String,
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
    /// 1 to 32 windows within which it may run; absent: at any time.
    #[serde(default)]
    pub schedule: Option<Vec<ScheduleWindow>>,
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
