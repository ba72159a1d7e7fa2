//! How a source does.

use std::time::Instant;

use crate::pull::PullFailure;

/// How a source does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceStatus {
    /// What it is doing.
    pub state: SourceState,
    /// Failures since the last success.
    pub failures: u32,
    /// Until the next attempt.
    pub next_attempt: Option<Instant>,
    /// Why the last attempt failed.
    pub last_failure: Option<PullFailure>,
}

/// What a source is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// Nobody watches.
    Idle,
    /// On its way.
    Connecting,
    /// Media flows.
    Live,
    /// Waits for the next attempt.
    BackingOff,
    /// Failed in a way that waiting hardly mends; the next viewer triggers another attempt.
    Failed,
    /// No window of its timetable is open.
    OutsideSchedule,
    /// Its file was played to the end, once, as its URL says.
    Ended,
}

impl SourceState {
    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Connecting => "connecting",
            Self::Live => "live",
            Self::BackingOff => "backing_off",
            Self::Failed => "failed",
            Self::OutsideSchedule => "outside_schedule",
            Self::Ended => "ended",
        }
    }
}
