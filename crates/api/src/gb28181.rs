use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How GB/T 28181 is set here: what is copied into a camera's own page.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181State {
    /// Whether devices are listened for; the rest is empty if not.
    pub enabled: bool,
    /// SIP server id, 20 digits.
    pub server_id: String,
    /// SIP domain, which is the realm of passwords too.
    pub domain: String,
    /// Addresses that devices reach this server by.
    pub addresses: Vec<String>,
    /// SIP port, for UDP and TCP.
    pub port: u16,
    /// SIP port over TLS; 0: off.
    pub tls_port: u16,
    /// Ports that media comes in by: "10000" or "10000-10199".
    pub media_ports: String,
    /// Seconds between heartbeats that devices are expected to send.
    pub heartbeat_s: u64,
    /// Devices that are signed in.
    pub online: usize,
    /// Sessions in which devices send.
    pub sessions: usize,
    /// Connections of devices.
    pub connections: usize,
    /// Messages that were dropped because their senders sent too many.
    pub flooded: u64,
}

/// A device of GB/T 28181: one that was added, or one that is signed in.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Device {
    /// Its code.
    pub code: String,
    /// Number of the device, if it was added.
    pub device_id: Option<i64>,
    /// Where it belongs, if it was added.
    pub organisation_id: Option<i64>,
    /// As people call it; or as it calls itself.
    pub name: String,
    /// "online" or "offline".
    pub state: String,
    /// Why it is offline and what to try, as far as it is known; or that two devices seem to have its code.
    pub reason: Option<String>,
    pub manufacturer: String,
    pub model: String,
    pub firmware: String,
    /// What it calls itself in messages.
    pub user_agent: String,
    /// Edition that it speaks: "2011", "2016" or "2022".
    pub version: Option<String>,
    /// "udp", "tcp" or "tls".
    pub transport: Option<String>,
    /// How its media comes: "udp", "tcp_passive" (it connects) or "tcp_active" (we connect).
    pub media: Option<String>,
    /// Where its messages come from.
    pub address: Option<String>,
    pub since: Option<String>,
    pub heard_at: Option<String>,
    /// Milliseconds that its clock is ahead of ours, when it was asked last.
    pub clock_ahead_ms: Option<i64>,
    /// Cameras in its catalog.
    pub cameras: usize,
    /// Of which so many are on, as it says.
    pub cameras_on: usize,
    /// Of its cameras so many are channels here.
    pub imported: usize,
    /// "awaited", "coming", "whole" or "partial".
    pub catalog: String,
    /// What is missing of a partial catalog, or how far one is that is coming.
    pub catalog_text: Option<String>,
    /// Codes of devices below it that it calls faulty.
    pub faulty: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181DevicePage {
    pub items: Vec<Gb28181Device>,
    /// How many fit the search.
    pub total: usize,
}

/// Somebody who was not let in lately.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Refused {
    /// Who it claims to be.
    pub code: String,
    pub address: String,
    /// "unknown", "wrong_password" or "locked".
    pub why: String,
    /// The same in words, with what to do.
    pub reason: String,
    pub at: String,
    /// Times in a row.
    pub times: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181RefusedList {
    pub items: Vec<Gb28181Refused>,
}

/// A line of a device's catalog.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Item {
    pub code: String,
    pub name: String,
    /// Code of what it is part of.
    pub parent: Option<String>,
    pub business_group: Option<String>,
    /// Administrative area of 2, 4, 6 or 8 digits; may be empty.
    pub area_code: String,
    pub manufacturer: String,
    pub model: String,
    pub address: String,
    /// Whether it is on, as the device says.
    pub on: bool,
    /// Whether it can have pictures.
    pub camera: bool,
    /// Whether it turns, as far as the device says.
    pub ptz: Option<bool>,
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
    /// The stream that plays it: "gb/CODE".
    pub stream: String,
    /// The channel that it is here.
    pub channel_id: Option<i64>,
    /// "new", "changed" or "same"; absent for what has no pictures.
    pub change: Option<String>,
    /// What differs from the channel: "name", "place", "ptz", "area_code".
    pub differs: Vec<String>,
}

/// A channel of a device that is not in its catalog any more.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Gone {
    pub channel_id: i64,
    pub code: String,
    pub name: String,
}

/// A device's catalog beside the channels that it has here.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Catalog {
    /// "awaited", "coming", "whole" or "partial".
    pub state: String,
    pub text: Option<String>,
    pub items: Vec<Gb28181Item>,
    /// Empty unless the catalog is whole.
    pub gone: Vec<Gb28181Gone>,
}

/// Which lines of a catalog become channels.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Gb28181Import {
    /// Codes of lines: new ones are added, changed ones get what the catalog says.
    pub codes: Vec<String>,
    /// Channels that are removed.
    #[serde(default)]
    pub remove: Vec<i64>,
    /// Where new channels belong; absent: where the device does.
    pub organisation_id: Option<i64>,
}

/// What became of an import.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Imported {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    /// By which it is taken back: `POST /channels/undo/{id}`.
    pub undo: Option<String>,
}

/// A recording in a device.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Recording {
    pub from: String,
    pub to: String,
    /// May be empty.
    pub name: String,
    /// "time", "alarm", "manual" or what the device says.
    pub cause: String,
    pub bytes: Option<u64>,
    /// The stream that plays it: "gb/CODE_FROM_TO".
    pub stream: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181RecordingList {
    pub items: Vec<Gb28181Recording>,
    /// Whether these are all.
    pub whole: bool,
    /// What is missing.
    pub text: Option<String>,
}

/// What to do with a recording that is being played.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum RecordingControl {
    /// Stop for a while.
    Pause,
    /// Go on where it was paused.
    Resume,
    /// Go to so many seconds after its begin.
    Seek { seconds: f64 },
    /// Play so many times as fast: 0.25 to 8, or negative for backwards where the device can.
    Speed { scale: f64 },
}

/// An order to a device or one of its channels.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Gb28181Order {
    /// "reboot", "record", "stop_record", "guard", "unguard", "reset_alarm" or "key_frame"; of the edition of 2022 "track" and
    /// "stop_track" (follow what the device chooses) and "format_card".
    pub order: String,
    /// Code of the channel; absent: the device itself.
    pub channel: Option<String>,
    /// Which memory card is erased, 1 to 8; 0 all.
    pub card: Option<u32>,
}

/// Pictures that a device is asked to take and to send by HTTP (edition 2022).
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct Gb28181SnapshotRequest {
    /// Code of the channel; absent: the device itself.
    pub channel: Option<String>,
    /// How many, 1 to 10; 1 where it is absent.
    pub count: Option<u8>,
    /// Seconds between two, 1 to 600; 1 where it is absent.
    pub interval_s: Option<u32>,
}

/// How far a request for pictures is.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181SnapshotProgress {
    pub id: String,
    /// Code of the device.
    pub device: String,
    /// Code of the channel.
    pub channel: String,
    /// "open": pictures are waited for; "done"; "failed": it is over, and pictures are missing.
    pub state: String,
    /// How many were asked for.
    pub count: u8,
    /// Numbers of the pictures that came: `GET /snapshots/{id}`.
    pub snapshots: Vec<i64>,
    /// What is missing and what to try.
    pub reason: Option<String>,
    /// Seconds that it is still waited for.
    pub left_s: u64,
    /// Where the device sends pictures to, without what is secret of it.
    pub server: String,
}

/// A message of SIP, without secrets.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SipMessage {
    /// Counts up, for asking for what is newer.
    pub number: u64,
    pub at: String,
    /// "in" or "out".
    pub way: String,
    pub peer: String,
    /// "udp", "tcp" or "tls".
    pub transport: String,
    pub text: String,
}

/// The last messages, oldest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SipTrace {
    pub items: Vec<SipMessage>,
    /// The device whose messages alone are kept.
    pub only: Option<String>,
}

/// Whose messages are kept.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SipTraceChoice {
    /// A device's code; absent: everybody's.
    pub only: Option<String>,
}

/// An alarm that a device told of.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceAlarm {
    pub id: i64,
    pub received_at: String,
    /// By the device's own clock.
    pub raised_at: Option<String>,
    /// Code of the device.
    pub device: String,
    /// Code of the device or of what is below it.
    pub source: String,
    pub device_id: Option<i64>,
    pub channel_id: Option<i64>,
    /// 1 the highest, 4 the lowest.
    pub priority: Option<i64>,
    /// How it came about: 1 telephone, 2 device, 3 text message, 4 GPS, 5 video, 6 fault, 7 other.
    pub method: Option<i64>,
    /// What it is, in the numbers of its method (GB/T 28181-2022 §A.2.5.3).
    pub kind: Option<i64>,
    /// In words; may be empty.
    pub description: String,
    pub longitude: Option<f64>,
    pub latitude: Option<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DeviceAlarmPage {
    /// The newest first.
    pub items: Vec<DeviceAlarm>,
    /// `before` of the next page, if there may be one.
    pub next_before: Option<i64>,
}

/// How a recording is fetched into a file of the server.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DownloadInput {
    /// How many times as fast as it was: 1 to 16; 8 where absent. A device that cannot sends as fast as it can.
    pub speed: Option<u8>,
}

/// A recording that is fetched into a file of the server, or was.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Download {
    pub id: i64,
    /// Code of the device.
    pub device: String,
    /// Name of the camera.
    pub label: String,
    /// The stream that plays the recording, `app/name`.
    pub stream: String,
    pub from: String,
    pub to: String,
    /// How many times as fast as it was.
    pub speed: i64,
    /// "waiting", "running", "done" or "failed".
    pub state: String,
    /// Why it failed, or what is missing; may be empty.
    pub note: String,
    /// Of the recording, in the file.
    pub seconds: f64,
    /// Of the file.
    pub bytes: i64,
    pub created_at: String,
    pub created_by: String,
    pub finished_at: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DownloadList {
    /// The newest first.
    pub items: Vec<Download>,
    /// Bytes of all files together, also of those that are not listed.
    pub total_bytes: i64,
}

/// Where a file can be fetched without signing in, for an hour.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DownloadLink {
    /// Path and query, to the server itself.
    pub url: String,
    pub expires_at: String,
}

/// Where a moving device was.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DevicePosition {
    /// Greater for each that was told later, whatever its time.
    pub id: i64,
    /// Code of the device or of what is below it.
    pub source: String,
    pub at: String,
    /// WGS-84, degrees.
    pub longitude: f64,
    /// WGS-84, degrees.
    pub latitude: f64,
    /// Kilometres an hour.
    pub speed: Option<f64>,
    /// Degrees clockwise from north.
    pub direction: Option<f64>,
    /// Metres above sea level.
    pub altitude: Option<f64>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DevicePositionList {
    /// Oldest first.
    pub items: Vec<DevicePosition>,
}
