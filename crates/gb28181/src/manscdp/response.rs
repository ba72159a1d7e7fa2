//! Answers (GB/T 28181-2022 §A.2.6).

use super::body::bodies;
use super::catalog::CatalogPart;
use super::config::Config;
use super::position::PtzPosition;
use super::recording::RecordingPart;
use super::schema::{Field, Record, record};
use super::state::{
    CruiseTrack, CruiseTracks, DeviceInfo, DeviceStatus, HomePositionAnswer, Outcome, PresetPart, SdCards,
};
use crate::version::Version;
use crate::xml::Element;

bodies! {
    /// An answer.
    pub enum Response {
        /// To an order to do something.
        DeviceControl(Acknowledgement) = "DeviceControl",
        /// To a configuration.
        DeviceConfig(Acknowledgement) = "DeviceConfig",
        /// Of who received an alarm, or takes a subscription to alarms.
        Alarm(Acknowledgement) = "Alarm",
        /// Of a device that will ask for the sound.
        Broadcast(Acknowledgement) = "Broadcast",
        /// To a subscription to positions (2016).
        MobilePosition(Acknowledgement) = "MobilePosition",
        /// Channels, areas and groups; many messages.
        Catalog(CatalogPart) = "Catalog",
        /// What the device is.
        DeviceInfo(DeviceInfo) = "DeviceInfo",
        /// How it is.
        DeviceStatus(DeviceStatus) = "DeviceStatus",
        /// Recordings; many messages.
        RecordInfo(RecordingPart) = "RecordInfo",
        /// How it is configured.
        ConfigDownload(Box<ConfigAnswer>) = "ConfigDownload",
        /// Presets.
        Presets(PresetPart) = "PresetQuery",
        /// How the home position is set (2022).
        HomePosition(HomePositionAnswer) = "HomePositionQuery",
        /// Cruises (2022).
        CruiseTracks(CruiseTracks) = "CruiseTrackListQuery",
        /// What a cruise does (2022).
        CruiseTrack(CruiseTrack) = "CruiseTrackQuery",
        /// Where a camera looks (2022).
        PtzPosition(PtzPosition) = "PTZPosition",
        /// How the memory cards are (2022).
        SdCards(SdCards) = "SDCardStatus",
    }
}

record! {
    /// Whether what was asked for is done.
    pub struct Acknowledgement {
        /// Whether it is.
        "Result" => result: Option<Outcome>,
    }
}

/// How a device is configured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigAnswer {
    /// Whether it tells.
    pub result: Option<Outcome>,
    /// What it tells.
    pub config: Config,
}

impl Record for ConfigAnswer {
    fn read(parent: &Element) -> Self {
        Self { result: Field::read(parent, "Result"), config: Record::read(parent) }
    }

    fn write(&self, parent: &mut Element, version: Version) {
        Field::write(&self.result, parent, "Result", version);
        self.config.write(parent, version);
    }
}

#[cfg(test)]
impl super::sample::Sample for ConfigAnswer {
    fn sample(entropy: &mut super::sample::Entropy<'_>) -> Self {
        Self { result: super::sample::Sample::sample(entropy), config: super::sample::Sample::sample(entropy) }
    }
}
