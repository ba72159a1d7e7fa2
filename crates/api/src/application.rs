use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a rule sets for the streams of its pattern; what is absent is left to wider patterns and, in the end,
/// to the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct ApplicationSettings {
    /// Who may publish: "open", "token" or "off".
    pub publish: Option<String>,
    /// Who may play: "open", "token" or "off".
    pub play: Option<String>,
    /// The outputs that are on: "rtmp", "rtsp", "flv", "fmp4", "ts", "hls", "dash",
    /// "webrtc".
    pub outputs: Option<Vec<String>>,
    /// What happens to sound: "keep" or "drop".
    pub audio: Option<String>,
    /// Writes to a viewer are at least this far apart: 0 to 500.
    pub merge_window_ms: Option<u64>,
    /// How long viewers are kept after a publisher is gone: 0 to 600,000.
    pub publisher_grace_ms: Option<u64>,
    /// How long an on-demand source runs without viewers: 0 to 3,600,000.
    pub idle_close_ms: Option<u64>,
    /// Bytes of one GOP that are cached: 65,536 to 1,073,741,824.
    pub gop_cap_bytes: Option<u64>,
    /// Longest hold of a frame for interleaving: 0 to 1,000.
    pub interleave_wait_ms: Option<u64>,
    /// Whether a second publisher takes over instead of being refused.
    pub replace_publisher: Option<bool>,
    /// Where streams that nobody publishes here are pulled from: URLs with `{vhost}`, `{app}` and `{name}`, the preferred one
    /// first, at most 8. They come back without credentials and secrets; sent as they came, they keep them.
    pub origins: Option<Vec<String>>,
    /// Whether segments of HLS are encrypted (AES-128) with keys that only viewers get; without low-latency parts.
    pub encrypt_hls: Option<bool>,
    /// File in the folder `files` of the data folder that viewers see while there is no publisher; empty for none.
    pub slate: Option<String>,
    /// Whether HLS (`index.m3u8`) and DASH are cut from the stream's first frame on, so that the first viewer finds a
    /// whole window of segments, at the price of processor time; otherwise on demand. Counts for running streams too.
    pub hls_always: Option<bool>,
    /// Whether streams are to be recorded. This server does not record: the setting is told to other systems, as
    /// `record` of streams and of the web hooks `publish` and `stream_up`.
    pub record: Option<bool>,
}

/// A rule for streams by name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Application {
    pub id: i64,
    /// "app/name" on the default virtual host, or "host/app/name"; each part is a name, a beginning followed by `*`, or `*` alone.
    pub pattern: String,
    pub settings: ApplicationSettings,
    /// Origins whose servers lately did not answer: for half a minute they are asked after the others.
    pub silent_origins: Vec<SilentOrigin>,
    /// Running streams that it applies to.
    pub streams: usize,
    pub created_at: String,
}

/// An origin whose server did not answer.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SilentOrigin {
    /// As in the settings.
    pub origin: String,
    /// Seconds since then.
    pub since_s: u64,
}

/// A rule to be added or changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApplicationInput {
    pub pattern: String,
    #[serde(default)]
    pub settings: ApplicationSettings,
}

/// All rules, most specific first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ApplicationList {
    pub items: Vec<Application>,
    /// What streams take where no rule says otherwise.
    pub defaults: ApplicationSettings,
}

/// What holds for one stream.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EffectiveSettings {
    /// Virtual host; "default" is that of everything that names no configured one.
    pub vhost: String,
    pub app: String,
    pub name: String,
    /// Patterns that apply, most specific first.
    pub patterns: Vec<String>,
    /// All of them and the configuration taken together: nothing is absent.
    pub settings: ApplicationSettings,
}
