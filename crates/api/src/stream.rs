use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A live stream.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Stream {
    /// Virtual host; "default" is that of everything that names no configured one.
    pub vhost: String,
    pub app: String,
    pub name: String,
    /// "live", "waiting" (publisher gone or expected), "idle" (a source nobody watches) or "failed".
    pub state: String,
    pub incarnation: u64,
    pub publisher: Option<PublisherInfo>,
    /// Whether a source is configured for it.
    pub source: bool,
    /// Whether a rule says that it is to be recorded, by another system: this server does not.
    pub record: bool,
    pub tracks: Vec<Track>,
    pub viewers: usize,
    pub bitrate_bps: u64,
    pub fps: f64,
    pub gop_ms: u64,
    pub since: Option<String>,
}

/// Who feeds a stream.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PublisherInfo {
    pub protocol: String,
    pub address: String,
    pub since: String,
}

/// One track.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Track {
    pub id: u8,
    /// "video", "audio" or "data".
    pub kind: String,
    pub codec: String,
    /// RFC 6381, where there is one. G.711 has none; fragmented MP4 carries it as `flac`.
    pub codecs: Option<String>,
    pub version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frame_rate: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub b_frames: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate_hz: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u8>,
    /// RFC 5646, where the source tells.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A page of streams.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StreamPage {
    pub items: Vec<Stream>,
    pub next_cursor: Option<String>,
}

/// Everything about one stream.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StreamDetail {
    #[serde(flatten)]
    pub stream: Stream,
    pub history: Vec<BitrateSample>,
    pub gop: Gop,
    pub counters: Counters,
    pub viewers_list: Vec<Viewer>,
    /// What its sound is being coded in besides, for those who asked for it: "aac", "opus", "g711a", "g711u".
    pub sounds: Vec<String>,
    pub steps: Vec<Step>,
    pub urls: StreamUrls,
}

/// One second.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct BitrateSample {
    pub at_ms: u64,
    pub bitrate_bps: u64,
    pub fps: u32,
}

/// The cached GOP.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gop {
    pub frames: usize,
    pub ms: u64,
    pub bytes: usize,
    pub joinable: bool,
}

/// Counters of a stream.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct Counters {
    pub frames: u64,
    pub key_frames: u64,
    pub bytes: u64,
    pub jumps: u64,
    pub wraps: u64,
    pub rollbacks: u64,
    pub dropped: u64,
    pub gop_overflows: u64,
    pub config_changes: u64,
    pub publishers: u64,
    pub key_frame_requests: u64,
}

/// One viewer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Viewer {
    pub id: u64,
    /// Virtual host; "default" is that of everything that names no configured one.
    pub vhost: String,
    pub app: String,
    pub name: String,
    pub protocol: String,
    pub address: String,
    pub user_agent: Option<String>,
    pub user: Option<String>,
    pub since: String,
    pub bytes: u64,
    /// Mean over the whole session.
    pub rate_bps: u64,
    pub lag_ms: u32,
    pub skips: u32,
    /// Packets lost on the way to the viewer, in permille, as it last reported; only by UDP.
    pub loss_permille: Option<u16>,
    /// Jitter of the packets' arrival in milliseconds, as it last reported; only by UDP.
    pub jitter_ms: Option<u32>,
}

/// Viewers.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ViewerList {
    pub items: Vec<Viewer>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// One step on the way from camera to viewer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Step {
    pub at: String,
    pub leg: String,
    pub ok: bool,
    pub text: String,
    pub count: u32,
}

/// Where a stream can be played.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StreamUrls {
    pub rtsp: Option<String>,
    pub rtmp: Option<String>,
    pub flv: Option<String>,
    pub ws_flv: Option<String>,
    pub mp4: Option<String>,
    pub ws_mp4: Option<String>,
    pub ts: Option<String>,
    pub ws_ts: Option<String>,
    /// Fragmented MP4 with low-latency parts.
    pub hls: Option<String>,
    /// HLS with the token in the path, for a CDN that leaves `/t/TOKEN` out of its cache key.
    pub hls_cdn: Option<String>,
    /// Transport stream segments.
    pub hls_ts: Option<String>,
    /// HLS with the sound alone.
    pub hls_audio: Option<String>,
    /// MPEG-DASH.
    pub dash: Option<String>,
    /// WebRTC: where an SDP offer is posted (WHEP).
    pub webrtc: Option<String>,
}

/// Why there is or is no picture.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Diagnosis {
    /// "playing", "waiting", "failed" or "unknown".
    pub verdict: String,
    pub summary: String,
    pub next_step: Option<String>,
    pub steps: Vec<Step>,
}

/// What a player wants and can; without it everything is offered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PlayWish {
    /// "wall" (many pictures at a time; the default), "control" (steered or talked through: the shortest delay) or "public"
    /// (through caches).
    pub purpose: Option<String>,
    pub player: Option<PlayerAbilities>,
}

/// What a player has measured of its browser.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct PlayerAbilities {
    /// Codecs that Media Source Extensions take in MP4, by the first part of their RFC 6381 names: "avc1", "hvc1", "av01", "mp4a",
    /// "opus", "flac".
    pub mse: Vec<String>,
    /// Codecs received by WebRTC, by the names of session descriptions: "H264", "OPUS".
    pub webrtc: Vec<String>,
    /// Codecs that the player decodes itself, named as those of `mse`.
    pub software: Vec<String>,
    /// Whether the browser plays HLS by itself.
    pub native_hls: bool,
}

/// A way of playing that a player cannot go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    pub engine: String,
    /// Why: "codec".
    pub code: String,
    /// What is lacking.
    pub message: String,
}

/// Everything that a player needs to choose an engine before it connects.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PlayOffer {
    /// Virtual host; "default" is that of everything that names no configured one.
    pub vhost: String,
    pub app: String,
    pub name: String,
    pub tracks: Vec<Track>,
    pub gop_ms: u64,
    pub token: String,
    pub expires_at: String,
    /// Path and query on this server to which the player says how it plays.
    pub reports_url: String,
    /// In the order in which to try them.
    pub engines: Vec<Engine>,
    /// Ways that the player cannot go, as far as it said what it can.
    pub left_out: Vec<LeftOut>,
}

/// One way to play.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Engine {
    /// "ws-fmp4", "http-fmp4", "webrtc", "software" (as "ws-fmp4", for browsers that cannot decode H.265 themselves),
    /// "ws-flv", "http-flv" or "ll-hls".
    pub engine: String,
    /// Path and query on this server.
    pub url: String,
    /// MIME type with codecs; for "webrtc" the names that session descriptions have for them.
    pub mime: String,
    pub refused: Vec<RefusedTrack>,
    /// Why it stands at its place: "shortest_delay", "steady", "no_websocket_needed", "decoded_here", "native" or "through_caches".
    pub reason: Option<String>,
}

/// A track that an engine's container cannot carry.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RefusedTrack {
    pub codec: String,
    pub reason: String,
}

/// One line of the `streams/stats` event.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StreamStats {
    /// Virtual host; "default" is that of everything that names no configured one.
    pub vhost: String,
    pub app: String,
    pub name: String,
    pub bitrate_bps: u64,
    pub fps: f64,
    pub viewers: usize,
    pub state: String,
}
