use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Memory cards of a device, as it tells (edition 2022).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181CardList {
    pub items: Vec<Gb28181Card>,
}

/// A memory card.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Card {
    /// From 1; by it the card is erased.
    pub number: Option<u32>,
    /// May be empty.
    pub name: String,
    /// "ok", "formatting", "unformatted", "idle", "error"; absent when the device says something else.
    pub state: Option<String>,
    /// Per cent that are formatted.
    pub format_percent: Option<u8>,
    pub capacity_mb: Option<u64>,
    pub free_mb: Option<u64>,
}

/// Where a camera goes by itself when nobody steers it: the device does so, also while this server is away (看守位).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181HomePosition {
    /// Whether it goes there; absent when the device does not tell.
    pub enabled: Option<bool>,
    /// Seconds that it waits before.
    pub reset_s: Option<u32>,
    /// The preset that it goes to, 0 to 255.
    pub preset: Option<u16>,
}

/// Where a camera shall go by itself.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Gb28181HomePositionChange {
    /// Code of the channel; absent: the device itself.
    pub channel: Option<String>,
    pub enabled: bool,
    /// Seconds that it waits before, 5 to 86400; needed to switch it on.
    pub reset_s: Option<u32>,
    /// The preset that it goes to, 1 to 255; needed to switch it on.
    pub preset: Option<u16>,
}

/// Firmware that a device shall fetch and install (edition 2022).
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Gb28181UpgradeRequest {
    /// Code of the channel; absent: the device itself.
    pub channel: Option<String>,
    /// Where the device fetches it: `http`, `https` or `ftp`.
    pub url: String,
    /// Its version, 1 to 64 characters.
    pub firmware: String,
}

/// The last upgrade of a device.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181LastUpgrade {
    /// Absent when there was none since the server started.
    pub upgrade: Option<Gb28181Upgrade>,
}

/// An upgrade of a device, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Upgrade {
    /// Version that was ordered.
    pub firmware: String,
    pub ordered_at: String,
    /// "under_way": the device has not told; "done"; "failed".
    pub state: String,
    /// Version that is installed now, once the device has told.
    pub installed: Option<String>,
    /// Why it failed and what to try.
    pub reason: Option<String>,
}
