//! How devices of GB/T 28181 are configured. Each block is absent where the device does not tell it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a device tells of its configuration.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Configuration {
    /// `BasicParam`: name and registration.
    pub basic: Option<Gb28181Basic>,
    /// `VideoParamOpt`: what video it can do.
    pub video_options: Option<Gb28181VideoOptions>,
    /// `VideoParamAttribute`: how it codes, one line for each of its streams.
    pub video: Vec<Gb28181Video>,
    /// `VideoRecordPlan`: when it records.
    pub recording_plan: Option<Gb28181RecordingPlan>,
    /// `VideoAlarmRecord`: how it records for alarms.
    pub alarm_recording: Option<Gb28181AlarmRecording>,
    /// `PictureMask`: what of the picture is masked.
    pub masks: Option<Gb28181Masks>,
    /// `FrameMirror`: how the picture is turned: 0 not, 1 horizontally, 2 vertically, 3 both.
    pub mirror: Option<u8>,
    /// `AlarmReport`: which alarms it reports.
    pub alarm_report: Option<Gb28181AlarmReport>,
    /// `OSDConfig`: what is written into the picture.
    pub osd: Option<Gb28181Osd>,
    /// Names of what it tells besides, such as `SVACEncodeConfig`.
    pub others: Vec<String>,
}

/// Name and registration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Basic {
    pub name: Option<String>,
    /// Seconds that a registration lasts.
    pub expiration_s: Option<u32>,
    /// Seconds between two heartbeats.
    pub heartbeat_interval_s: Option<u32>,
    /// Heartbeats that may be missing.
    pub heartbeat_count: Option<u32>,
}

/// What video a device can do.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181VideoOptions {
    /// How many times as fast recordings can be fetched.
    pub download_speeds: Vec<u16>,
    /// In the words of the standard: 5 is 720p, 6 is 1080p, or "1920x1080".
    pub resolutions: Vec<String>,
}

/// How one stream is coded, in the words of the standard.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Video {
    /// 0 is the main one.
    pub stream: Option<u8>,
    /// 1 MPEG-4, 2 H.264, 3 SVAC, 4 3GP, 5 H.265.
    pub codec: Option<String>,
    pub resolution: Option<String>,
    pub frame_rate: Option<String>,
    /// 1 constant, 2 variable.
    pub bitrate_type: Option<String>,
    pub bitrate_kbps: Option<String>,
}

/// When a device records.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181RecordingPlan {
    pub enabled: Option<bool>,
    /// 0 is the main one.
    pub stream: Option<u8>,
    pub days: Vec<Gb28181RecordingDay>,
}

/// One day of a plan.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181RecordingDay {
    /// 1 Monday to 7 Sunday.
    pub weekday: Option<u8>,
    /// "08:00:00-18:30:00", by the device's clock.
    pub times: Vec<String>,
}

/// How a device records for alarms.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181AlarmRecording {
    pub enabled: Option<bool>,
    /// Seconds after the alarm.
    pub after_s: Option<u32>,
    /// Seconds before it.
    pub before_s: Option<u32>,
    /// 0 is the main one.
    pub stream: Option<u8>,
}

/// What of the picture is masked.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Masks {
    pub on: Option<bool>,
    /// Corners in pixels, "left,top,right,bottom".
    pub areas: Vec<String>,
}

/// Which alarms a device reports.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Gb28181AlarmReport {
    /// Motion.
    pub motion: Option<bool>,
    /// Intrusion.
    pub field: Option<bool>,
}

/// What is written into the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gb28181Osd {
    /// Width of the window that positions are of, in pixels.
    pub window_width: Option<u32>,
    /// Height of that window.
    pub window_height: Option<u32>,
    pub time_on: Option<bool>,
    pub time_x: Option<u32>,
    pub time_y: Option<u32>,
    /// 0 "2026-11-28 10:00:00", 1 "2026年11月28日 10:00:00".
    pub time_form: Option<u8>,
    pub texts_on: Option<bool>,
    pub texts: Vec<Gb28181OsdText>,
}

/// One text in the picture.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Gb28181OsdText {
    /// At most 32 characters.
    pub text: String,
    pub x: Option<u32>,
    pub y: Option<u32>,
}

/// How a device is to be configured; what is absent stays as it is.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Gb28181ConfigurationChange {
    /// Code of the channel; absent: the device itself.
    pub channel: Option<String>,
    pub basic: Option<Gb28181Basic>,
    /// 0 not, 1 horizontally, 2 vertically, 3 both.
    pub mirror: Option<u8>,
    /// The whole block, as the device tells it.
    pub osd: Option<Gb28181Osd>,
}
