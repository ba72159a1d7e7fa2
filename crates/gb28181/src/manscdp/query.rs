//! Questions (GB/T 28181-2022 §A.2.4).

use super::alarm::AlarmQuery;
use super::body::bodies;
use super::catalog::CatalogQuery;
use super::position::MobilePositionQuery;
use super::recording::RecordingQuery;
use super::schema::{Joined, record};

bodies! {
    /// A question.
    pub enum Query {
        /// Which channels, areas and groups there are.
        Catalog(CatalogQuery) = "Catalog",
        /// What the device is.
        DeviceInfo = "DeviceInfo",
        /// How it is.
        DeviceStatus = "DeviceStatus",
        /// Which recordings there are.
        RecordInfo(RecordingQuery) = "RecordInfo",
        /// How it is configured.
        ConfigDownload(ConfigQuery) = "ConfigDownload",
        /// Which presets there are.
        PresetQuery = "PresetQuery",
        /// Alarms, past ones or by subscription.
        Alarm(AlarmQuery) = "Alarm",
        /// Where a moving device is.
        MobilePosition(MobilePositionQuery) = "MobilePosition",
        /// Where a camera looks (2022).
        PtzPosition = "PTZPosition",
        /// How the home position is set (2022).
        HomePosition = "HomePositionQuery",
        /// Which cruises there are (2022).
        CruiseTracks = "CruiseTrackListQuery",
        /// What a cruise does (2022).
        CruiseTrack(CruiseTrackQuery) = "CruiseTrackQuery",
        /// How the memory cards are (2022).
        SdCards = "SDCardStatus",
    }
}

record! {
    /// Which parts of the configuration are asked for.
    pub struct ConfigQuery {
        /// Names such as `BasicParam`, `VideoParamOpt`, `SnapShotConfig`.
        "ConfigType" => parts: Joined<String>,
    }
}

record! {
    /// Which cruise is asked for.
    pub struct CruiseTrackQuery {
        /// Its number.
        "Number" => number: Option<u32>,
    }
}
