//! What is told without being asked (GB/T 28181-2022 §A.2.5).

use super::alarm::Alarm;
use super::body::bodies;
use super::catalog::CatalogPart;
use super::position::{MobilePosition, PtzPosition};
use super::schema::{nodes, record};
use super::state::Outcome;
use crate::beijing_time::BeijingTime;
use crate::id::Id;

bodies! {
    /// Something that is told without being asked.
    pub enum Notify {
        /// The sender is there.
        Keepalive(Keepalive) = "Keepalive",
        /// Something to act on.
        Alarm(Alarm) = "Alarm",
        /// Media that was asked for has ended.
        MediaStatus(MediaStatus) = "MediaStatus",
        /// Where moving devices are.
        MobilePosition(MobilePosition) = "MobilePosition",
        /// Somebody is about to speak. It has no device of its own.
        Broadcast(Broadcast) = "Broadcast",
        /// Items of the catalog have changed; each tells its event.
        Catalog(CatalogPart) = "Catalog",
        /// Where a camera looks (2022).
        PtzPosition(PtzPosition) = "PTZPosition",
        /// Pictures were taken and uploaded (2022).
        SnapShotFinished(SnapShotFinished) = "UploadSnapShotFinished",
        /// A device offers to send its picture (2022).
        VideoUpload(VideoUploadNotify) = "VideoUploadNotify",
        /// What became of an upgrade (2022).
        DeviceUpgradeResult(DeviceUpgradeResult) = "DeviceUpgradeResult",
    }
}

record! {
    /// A heartbeat, each 60 s; after three that are missing the device is taken for offline (§9.6).
    pub struct Keepalive {
        /// Whether the sender is well.
        "Status" => status: Option<Outcome>,
        /// Devices below it that are not.
        "Info" => faulty: Option<FaultyDevices>,
    }
}

record! {
    /// Devices that are not well.
    pub struct FaultyDevices {
        /// Their identifiers.
        "DeviceID" => devices: Vec<Id>,
    }
}

record! {
    /// The end of media. Its sender need not be the device that sends the media (quirk 6).
    pub struct MediaStatus {
        /// [`MediaStatus::HISTORY_ENDED`].
        "NotifyType" => kind: Option<u32>,
    }
}

impl MediaStatus {
    /// A recording was sent to its end.
    pub const HISTORY_ENDED: u32 = 121;
}

record! {
    /// Somebody is about to speak. A device that takes it answers, then asks for the sound by INVITE (§9.12).
    pub struct Broadcast {
        /// Who speaks.
        "SourceID" => source: Option<Id>,
        /// Who is to be heard there: an audio output, or the device.
        "TargetID" => target: Option<Id>,
    }
}

record! {
    /// Pictures of an order by [`SnapShotConfig`](super::SnapShotConfig). Fewer than were ordered mean a failure
    /// (§9.14).
    pub struct SnapShotFinished {
        /// The order.
        "SessionID" => session: Option<String>,
        /// The pictures.
        "SnapShotList" => list: Option<SnapShotFiles>,
    }
}

record! {
    /// Names of pictures.
    pub struct SnapShotFiles {
        /// Names; recommended are the channel, `02`, the time in 17 digits and a number of two.
        "SnapShotFileID" => files: Vec<String>,
    }
}

record! {
    /// An offer of a device to send its picture.
    pub struct VideoUploadNotify {
        /// When.
        "Time" => time: Option<BeijingTime>,
        /// Degrees east.
        "Longitude" => longitude: Option<f64>,
        /// Degrees north.
        "Latitude" => latitude: Option<f64>,
    }
}

record! {
    /// What became of an upgrade.
    pub struct DeviceUpgradeResult {
        /// The order.
        "SessionID" => session: Option<String>,
        /// Whether it went well.
        "UpgradeResult" => outcome: Option<Outcome>,
        /// Version that is installed now.
        "Firmware" => firmware: Option<String>,
        /// Why it did not: 01 time-out, 02 bad package, 03 the system, 99 other.
        "UpgradeFailedReason" => reason: Option<String>,
    }
}

nodes!(FaultyDevices, SnapShotFiles);
