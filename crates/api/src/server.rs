use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The server and what it does at present.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServerInfo {
    pub name: String,
    pub version: String,
    pub started_at: String,
    pub uptime_s: u64,
    pub demo: bool,
    pub dev: bool,
    pub public_host: Option<String>,
    /// What schedules are read in: an IANA name, or the distance from UTC.
    pub time_zone: String,
    pub listeners: Vec<ListenerInfo>,
    pub tls: Option<TlsInfo>,
    pub shards: usize,
    #[serde(flatten)]
    pub stats: ServerStats,
    pub connections: usize,
    pub bytes_in: u64,
    pub bytes_out: u64,
}

/// Load of the last second.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct ServerStats {
    pub streams: usize,
    pub viewers: usize,
    pub rate_in_bps: u64,
    pub rate_out_bps: u64,
    pub cpu_percent: f64,
    pub memory_bytes: u64,
}

/// Load of the last hour, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LoadHistory {
    pub items: Vec<LoadSample>,
}

/// Mean load of ten seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LoadSample {
    /// Unix milliseconds of the end.
    pub at_ms: u64,
    pub rate_in_bps: u64,
    pub rate_out_bps: u64,
    pub streams: usize,
    pub viewers: usize,
    pub cpu_percent: f64,
    pub memory_bytes: u64,
}

/// One open port.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ListenerInfo {
    pub protocol: String,
    pub address: String,
    pub port: u16,
}

/// The certificate in use.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TlsInfo {
    pub fingerprint_sha256: String,
    pub self_signed: bool,
    pub not_after: String,
}

/// The effective configuration.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Configuration {
    pub values: Vec<ConfigValue>,
    /// Changes carry it in If-Match.
    pub version: i64,
    /// Keys whose present value holds from the next start.
    pub pending: Vec<String>,
    /// Changes that were taken back, because the server did not start with them.
    pub undone: Option<UndoneSettings>,
}

/// Changes that were taken back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UndoneSettings {
    pub keys: Vec<String>,
    /// Why the server did not start.
    pub reason: String,
}

/// Changes of settings by key; null goes back to the default.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct ConfigChanges(pub std::collections::BTreeMap<String, serde_json::Value>);

/// One key. Secrets come without their value.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ConfigValue {
    pub key: String,
    pub value: serde_json::Value,
    /// "default", "console", "file", "environment" or "command line"; later ones go before earlier ones.
    pub origin: String,
    pub secret: bool,
    /// "live" or "restart".
    pub reload: String,
    pub help: String,
    /// "text", "number", "flag" or "list".
    pub kind: String,
    /// What it is when nobody says otherwise.
    pub default: serde_json::Value,
    /// Least value of a number.
    pub min: Option<i64>,
    /// Greatest value of a number.
    pub max: Option<i64>,
    /// "ms", "bytes", "days", or empty.
    pub unit: String,
    /// All that a text may be; empty: any.
    pub choices: Vec<String>,
    /// Whether the console may change it: it is of that kind, and nothing on the machine fixes it.
    pub changeable: bool,
}

/// What a reload changed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ReloadResult {
    pub changed: Vec<String>,
    pub needs_restart: Vec<String>,
}
