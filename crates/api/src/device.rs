use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ChannelInput;

/// A thing with an address and credentials: a camera, a recorder with many channels, an encoder.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Device {
    pub id: i64,
    /// Unique within its organisation.
    pub name: String,
    pub organisation_id: i64,
    /// "url" (we pull it), "gb28181" (it signs in), "push" (it publishes to us) or "sim" (drawn by this server).
    pub driver: String,
    /// "url": where addresses of its channels are relative to, "rtsp://192.0.2.7:554"; may be empty. "gb28181": its code.
    pub address: String,
    pub username: Option<String>,
    /// The password itself is never shown.
    pub has_password: bool,
    pub vendor: String,
    pub model: String,
    pub serial: String,
    /// "gb28181": "media" ("udp", "tcp_passive", "tcp_active"), "version" ("2011", "2016", "2022"), "charset" ("gb2312", "gb18030",
    /// "utf8"), "ssrc" ("any", "agreed"), "sdp" ("usual", "long"), "key_frame" ("edition", "both"), "stream" ("none",
    /// "streamnumber", "stream", "streamprofile", "streamMode"), "clock" ("set", "keep") when it signs in, "redirect" (where it shall
    /// sign in instead, such as "sip:34020000002000000002@10.0.0.2:5060"); what is absent is as the maker's devices are known to be.
    pub options: std::collections::BTreeMap<String, String>,
    /// Number of its channels.
    pub channels: usize,
    /// One that is not is neither pulled nor played.
    pub enabled: bool,
    pub created_at: String,
    pub version: i64,
}

/// A device to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct DeviceInput {
    pub name: String,
    pub organisation_id: i64,
    pub driver: String,
    #[serde(default)]
    pub address: String,
    pub username: Option<String>,
    /// Absent in a change: keep the one stored. Empty: none.
    pub password: Option<String>,
    #[serde(default)]
    pub vendor: String,
    #[serde(default)]
    pub model: String,
    #[serde(default)]
    pub serial: String,
    /// See `Device`.
    #[serde(default)]
    pub options: std::collections::BTreeMap<String, String>,
    pub enabled: bool,
}

/// A device to be added, with the channels that it comes with.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewDevice {
    #[serde(flatten)]
    pub device: DeviceInput,
    /// Their `device_id` is left out.
    #[serde(default)]
    pub channels: Vec<ChannelInput>,
}

/// A part of the devices.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DevicePage {
    pub items: Vec<Device>,
    /// How many fit the search.
    pub total: usize,
}
