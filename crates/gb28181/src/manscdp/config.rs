//! Configuration of devices, set and told in the same blocks (GB/T 28181-2022 §A.2.1.12-24, §A.2.3.2).

use super::schema::{Joined, Record, nodes, record};
use crate::version::Version;
use crate::xml::Element;

record! {
    /// The blocks that we know.
    pub struct ConfigBlocks {
        /// Name and registration.
        "BasicParam" => basic: Option<BasicParam>,
        /// What video the device can do.
        "VideoParamOpt" => video_options: Option<VideoParamOpt>,
        /// How it codes (2022).
        "VideoParamAttribute" / "Item" => video: Vec<VideoParam>,
        /// When it records (2022).
        "VideoRecordPlan" => recording_plan: Option<RecordingPlan>,
        /// How it records for alarms (2022).
        "VideoAlarmRecord" => alarm_recording: Option<AlarmRecording>,
        /// What is masked (2022).
        "PictureMask" => masks: Option<PictureMask>,
        /// How the picture is turned: 0 not, 1 horizontally, 2 vertically, 3 both (2022).
        "FrameMirror" => mirror: Option<u8>,
        /// Which alarms it reports (2022).
        "AlarmReport" => alarm_report: Option<AlarmReport>,
        /// What is written into the picture (2022).
        "OSDConfig" => osd: Option<OsdConfig>,
        /// Pictures that the device takes and uploads (2022).
        "SnapShotConfig" => snap_shot: Option<SnapShotConfig>,
    }
}

/// A configuration, set or told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Config {
    /// The blocks that we know.
    pub blocks: ConfigBlocks,
    /// Other elements, such as `SVACEncodeConfig`, and those that a device answers with instead of what was asked
    /// (quirk 10).
    pub others: Vec<Element>,
}

/// Elements of a message that are no block.
const NOT_BLOCKS: [&str; 6] = ["CmdType", "SN", "DeviceID", "Result", "ExtraInfo", "Item"];

impl Record for Config {
    fn read(parent: &Element) -> Self {
        let is_other = |child: &&Element| {
            let is_known = NOT_BLOCKS.iter().chain(&KNOWN_BLOCKS).any(|known| child.is_named(known));
            !is_known && !child.cut
        };
        Self { blocks: Record::read(parent), others: parent.children.iter().filter(is_other).cloned().collect() }
    }

    fn write(&self, parent: &mut Element, version: Version) {
        self.blocks.write(parent, version);
        parent.children.extend(self.others.iter().cloned());
    }
}

impl ConfigBlocks {
    /// Whether nothing in it is of an edition before 2022.
    pub(crate) fn is_only_of_2022(&self) -> bool {
        self.basic.is_none() && self.video_options.is_none() && *self != Self::default()
    }
}

#[cfg(test)]
impl super::sample::Sample for Config {
    fn sample(entropy: &mut super::sample::Entropy<'_>) -> Self {
        Self { blocks: super::sample::Sample::sample(entropy), others: super::sample::Sample::sample(entropy) }
    }
}

/// Tags of [`ConfigBlocks`].
const KNOWN_BLOCKS: [&str; 10] = [
    "BasicParam",
    "VideoParamOpt",
    "VideoParamAttribute",
    "VideoRecordPlan",
    "VideoAlarmRecord",
    "PictureMask",
    "FrameMirror",
    "AlarmReport",
    "OSDConfig",
    "SnapShotConfig",
];

record! {
    /// Name and registration.
    pub struct BasicParam {
        /// Name of the device.
        "Name" => name: Option<String>,
        /// Seconds that a registration lasts.
        "Expiration" => expiration_s: Option<u32>,
        /// Seconds between two heartbeats. Devices tell 0 (quirk 27).
        "HeartBeatInterval" => heartbeat_interval_s: Option<u32>,
        /// Heartbeats that may be missing.
        "HeartBeatCount" => heartbeat_count: Option<u32>,
        /// Whether and how it knows its position, in the numbers of the standard (2016, told only).
        "PositionCapability" => position_capability: Option<u8>,
        /// Degrees east (2016, told only).
        "Longitude" => longitude: Option<f64>,
        /// Degrees north (2016, told only).
        "Latitude" => latitude: Option<f64>,
    }
}

record! {
    /// What video a device can do.
    pub struct VideoParamOpt {
        /// Speeds at which recordings can be fetched, such as `1/2/4`.
        "DownloadSpeed" => download_speeds: Joined<u16>,
        /// Resolutions, as in `f=`.
        "Resolution" => resolutions: Joined<String>,
    }
}

record! {
    /// How one rendition is coded; values as in `f=` of session descriptions.
    pub struct VideoParam {
        /// Rendition, 0 the main one.
        "StreamNumber" => stream: Option<u8>,
        /// Codec.
        "VideoFormat" => codec: Option<String>,
        /// Resolution.
        "Resolution" => resolution: Option<String>,
        /// Pictures a second.
        "FrameRate" => frame_rate: Option<String>,
        /// 1 constant, 2 variable.
        "BitRateType" => bitrate_type: Option<String>,
        /// Kilobits a second.
        "VideoBitRate" => bitrate_kbps: Option<String>,
    }
}

record! {
    /// When a device records.
    pub struct RecordingPlan {
        /// Whether the plan is on.
        "RecordEnable" => enabled: Option<bool>,
        /// Number of days below.
        "RecordScheduleSumNum" => day_count: Option<u8>,
        /// Days.
        "RecordSchedule" => days: Vec<RecordingDay>,
        /// Rendition, 0 the main one.
        "StreamNumber" => stream: Option<u8>,
    }
}

record! {
    /// One day of a plan.
    pub struct RecordingDay {
        /// 1 Monday to 7 Sunday.
        "WeekDayNum" => weekday: Option<u8>,
        /// Number of times below.
        "TimeSegmentSumNum" => time_count: Option<u8>,
        /// Times, eight at most.
        "TimeSegment" => times: Vec<RecordingTime>,
    }
}

record! {
    /// One time of a day.
    pub struct RecordingTime {
        /// Hour of the begin, 0 to 23.
        "StartHour" => start_hour: Option<u8>,
        /// Minute.
        "StartMin" => start_minute: Option<u8>,
        /// Second.
        "StartSec" => start_second: Option<u8>,
        /// Hour of the end.
        "StopHour" => stop_hour: Option<u8>,
        /// Minute.
        "StopMin" => stop_minute: Option<u8>,
        /// Second.
        "StopSec" => stop_second: Option<u8>,
    }
}

record! {
    /// How a device records for alarms.
    pub struct AlarmRecording {
        /// Whether it does.
        "RecordEnable" => enabled: Option<bool>,
        /// Seconds after the alarm.
        "RecordTime" => after_s: Option<u32>,
        /// Seconds before it.
        "PreRecordTime" => before_s: Option<u32>,
        /// Rendition, 0 the main one.
        "StreamNumber" => stream: Option<u8>,
    }
}

record! {
    /// What of the picture is masked.
    pub struct PictureMask {
        /// Whether it is.
        "On" => on: Option<bool>,
        /// Number of masks.
        "SumNum" => total: Option<u8>,
        /// Masks.
        "RegionList" / "Item" => masks: Vec<Mask>,
    }
}

record! {
    /// One mask.
    pub struct Mask {
        /// Its number, 1 to 4.
        "Seq" => number: Option<u8>,
        /// Its corners in pixels: `left,top,right,bottom`.
        "Point" => corners: Option<String>,
    }
}

record! {
    /// Which alarms a device reports.
    pub struct AlarmReport {
        /// Motion.
        "MotionDetection" => motion: Option<bool>,
        /// Intrusion.
        "FieldDetection" => field: Option<bool>,
    }
}

record! {
    /// What is written into the picture.
    pub struct OsdConfig {
        /// Width of the window that positions are of, in pixels.
        "Length" => window_width: Option<u32>,
        /// Height of that window.
        "Width" => window_height: Option<u32>,
        /// Where the time is, from the left.
        "TimeX" => time_x: Option<u32>,
        /// Where the time is, from the top.
        "TimeY" => time_y: Option<u32>,
        /// Whether the time is shown.
        "TimeEnable" => time_on: Option<bool>,
        /// Form of the time, 0 or 1.
        "TimeType" => time_form: Option<u8>,
        /// Whether texts are shown.
        "TextEnable" => texts_on: Option<bool>,
        /// Number of texts.
        "SumNum" => total: Option<u8>,
        /// Texts, eight at most.
        "Item" => texts: Vec<OsdText>,
    }
}

record! {
    /// One text in the picture.
    pub struct OsdText {
        /// At most 32 characters.
        "Text" => text: Option<String>,
        /// From the left.
        "X" => x: Option<u32>,
        /// From the top.
        "Y" => y: Option<u32>,
    }
}

record! {
    /// Pictures that a device is to take and upload; see [`SnapShotFinished`](super::SnapShotFinished) (§9.14).
    pub struct SnapShotConfig {
        /// How many, 1 to 10.
        "SnapNum" => count: Option<u8>,
        /// Seconds between two, at least 1.
        "Interval" => interval_s: Option<u32>,
        /// Where they go, by HTTP.
        "UploadURL" => upload_url: Option<String>,
        /// 32 to 128 characters that tell this order from others.
        "SessionID" => session: Option<String>,
    }
}

nodes!(
    BasicParam,
    VideoParamOpt,
    VideoParam,
    RecordingPlan,
    RecordingDay,
    RecordingTime,
    AlarmRecording,
    PictureMask,
    Mask,
    AlarmReport,
    OsdConfig,
    OsdText,
    SnapShotConfig,
);
