//! Recordings of devices: what is asked and what is answered (GB/T 28181-2022 §A.2.4.5, §A.2.6.7).

use std::num::NonZeroUsize;

use super::schema::{nodes, record, split, words};
use crate::beijing_time::BeijingTime;
use crate::id::Id;

words! {
    /// Why something was recorded.
    pub enum RecordingCause {
        /// By the plan.
        Time = "time",
        /// For an alarm.
        Alarm = "alarm",
        /// By hand.
        Manual = "manual",
        /// Any of them. Recorders find nothing unless it is asked so (quirk 8).
        All = "all",
    }
}

record! {
    /// Which recordings are asked for.
    ///
    /// Recorders break the XML of long answers (quirk 3): ask for half a day at a time.
    pub struct RecordingQuery {
        /// From when.
        "StartTime" => start: Option<BeijingTime>,
        /// Until when.
        "EndTime" => end: Option<BeijingTime>,
        /// In which file.
        "FilePath" => file_path: Option<String>,
        /// Recorded where.
        "Address" => address: Option<String>,
        /// 0 open, 1 secret.
        "Secrecy" => secrecy: Option<u8>,
        /// Why recorded; [`RecordingCause::All`] unless there is a reason.
        "Type" => cause: Option<RecordingCause>,
        /// By whom started.
        "RecorderID" => recorder: Option<String>,
        /// 0 where the address of the request says, 1 at the centre and in the device.
        "IndistinctQuery" => indistinct: Option<u8>,
        /// Rendition, 0 the main one.
        "StreamNumber" since V2022 => stream: Option<u8>,
        /// Method of the alarm, as in [`AlarmQuery::method`](super::AlarmQuery::method).
        "AlarmMethod" since V2022 => alarm_method: Option<String>,
        /// Type of the alarm.
        "AlarmType" since V2022 => alarm_type: Option<String>,
    }
}

record! {
    /// One of the messages that answer.
    pub struct RecordingPart {
        /// Name of the device.
        "Name" => name: Option<String>,
        /// Recordings in all messages together.
        "SumNum" => total: Option<u32>,
        /// Recordings in this one.
        "RecordList" / "Item" => items: Vec<RecordingItem>,
    }
}

impl RecordingPart {
    /// The messages that answer with these recordings; see [`CatalogPart::split`](super::CatalogPart::split).
    pub fn split(name: Option<&str>, items: &[RecordingItem], per_part: NonZeroUsize) -> Vec<Self> {
        let total = u32::try_from(items.len()).ok();
        let part = |items: &[RecordingItem]| Self { name: name.map(str::to_owned), total, items: items.to_vec() };
        split(items, per_part).map(part).collect()
    }
}

record! {
    /// One recording.
    pub struct RecordingItem {
        /// Channel.
        "DeviceID" => device_id: Option<Id>,
        /// Name of the channel or the file.
        "Name" => name: Option<String>,
        /// File.
        "FilePath" => file_path: Option<String>,
        /// Recorded where.
        "Address" => address: Option<String>,
        /// Begin.
        "StartTime" => start: Option<BeijingTime>,
        /// End.
        "EndTime" => end: Option<BeijingTime>,
        /// 0 open, 1 secret.
        "Secrecy" => secrecy: Option<u8>,
        /// Why recorded.
        "Type" => cause: Option<RecordingCause>,
        /// By whom started.
        "RecorderID" => recorder: Option<String>,
        /// Size in bytes.
        "FileSize" => size_bytes: Option<u64>,
        /// Where it is kept: a code or an address.
        "RecordLocation" since V2022 => location: Option<String>,
        /// Rendition, 0 the main one.
        "StreamNumber" since V2022 => stream: Option<u8>,
    }
}

nodes!(RecordingItem);
