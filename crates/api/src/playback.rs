use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a player says of one session, every ten seconds and at its end. All counts are from its beginning.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaybackReport {
    /// A word of up to 36 letters, digits and "-" that the player made up for this session.
    pub viewer: String,
    /// Way of playing, such as "ws-fmp4".
    pub engine: String,
    /// From asking for the stream to its first picture; absent before there was one.
    pub first_picture_ms: Option<u32>,
    /// How long pictures were shown.
    pub watched_s: u32,
    /// How often the picture stood still.
    pub stalls: u32,
    /// For how long it did, together.
    pub stalled_ms: u32,
    /// Behind the fastest delivery, as it was last.
    pub latency_ms: Option<u32>,
    /// Pictures that were decoded too late to be shown.
    pub dropped: u32,
    #[serde(default)]
    pub ended: bool,
}

/// One viewer as its player last said.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaybackViewer {
    #[serde(flatten)]
    pub report: PlaybackReport,
    pub reported_at: String,
}

/// What the viewers of one engine have in common.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaybackSummary {
    pub engine: String,
    pub viewers: usize,
    /// Half of the viewers had a picture by then.
    pub first_picture_p50_ms: Option<u32>,
    /// All but a twentieth had.
    pub first_picture_p95_ms: Option<u32>,
    /// Sums of all viewers.
    pub watched_s: u64,
    pub stalls: u64,
    pub stalled_ms: u64,
    pub dropped: u64,
    /// Half of the viewers are no further behind.
    pub latency_p50_ms: Option<u32>,
}

/// The newest viewers of a stream who said how it plays, of the last hour and up to 50.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlaybackReports {
    pub items: Vec<PlaybackViewer>,
    pub engines: Vec<PlaybackSummary>,
}
