//! What devices tell of themselves (GB/T 28181-2022 §A.2.6).

use super::control::HomePosition;
use super::schema::{nodes, record, words};
use crate::beijing_time::BeijingTime;
use crate::id::Id;

words! {
    /// How something went (`resultType`).
    pub enum Outcome {
        /// Well.
        Ok = "OK",
        /// Not well.
        Error = "ERROR",
    }
}

words! {
    /// Whether something is on (`statusType`).
    pub enum OnOff {
        /// It is.
        On = "ON" | "1" | "true",
        /// It is not.
        Off = "OFF" | "0" | "false",
    }
}

words! {
    /// Whether a device is connected.
    pub enum Online {
        /// It is.
        Online = "ONLINE" | "ON" | "OK",
        /// It is not.
        Offline = "OFFLINE" | "OFF",
    }
}

words! {
    /// What an alarm input does.
    pub enum Duty {
        /// It watches.
        OnDuty = "ONDUTY",
        /// It does not.
        OffDuty = "OFFDUTY",
        /// It has raised an alarm.
        Alarm = "ALARM",
    }
}

record! {
    /// What a device is.
    pub struct DeviceInfo {
        /// Name.
        "DeviceName" => name: Option<String>,
        /// Whether it tells.
        "Result" => result: Option<Outcome>,
        /// Kind (2011).
        "DeviceType" => kind: Option<String>,
        /// Maker.
        "Manufacturer" => manufacturer: Option<String>,
        /// Model.
        "Model" => model: Option<String>,
        /// Version of its firmware.
        "Firmware" => firmware: Option<String>,
        /// Video inputs.
        "Channel" => channels: Option<u32>,
        /// Cameras that it can have (2011).
        "MaxCamera" => max_cameras: Option<u32>,
        /// Alarm inputs that it can have (2011).
        "MaxAlarm" => max_alarms: Option<u32>,
    }
}

record! {
    /// How a device is.
    pub struct DeviceStatus {
        /// Whether it tells.
        "Result" => result: Option<Outcome>,
        /// Whether it is connected.
        "Online" => online: Option<Online>,
        /// Whether it works.
        "Status" => status: Option<Outcome>,
        /// Why it does not.
        "Reason" => reason: Option<String>,
        /// Whether it codes.
        "Encode" => encoding: Option<OnOff>,
        /// Whether it records.
        "Record" => recording: Option<OnOff>,
        /// What its clock shows.
        "DeviceTime" => clock: Option<BeijingTime>,
        /// Its alarm inputs. The edition of 2016 spells the list `Alarmstatus`.
        "AlarmStatus" / "Item" => alarms: Vec<AlarmOutlet>,
    }
}

record! {
    /// How an alarm input is.
    pub struct AlarmOutlet {
        /// Which.
        "DeviceID" => device_id: Option<Id>,
        /// What it does.
        "DutyStatus" => duty: Option<Duty>,
    }
}

record! {
    /// Presets of a camera.
    pub struct PresetPart {
        /// Presets in all messages together (2022).
        "SumNum" since V2022 => total: Option<u32>,
        /// Presets in this one.
        "PresetList" / "Item" => items: Vec<Preset>,
    }
}

record! {
    /// A preset.
    pub struct Preset {
        /// Its number, from 1.
        "PresetID" => number: Option<u16>,
        /// Its name.
        "PresetName" => name: Option<String>,
    }
}

record! {
    /// How the home position is set.
    pub struct HomePositionAnswer {
        /// So; missing when it is not known.
        "HomePosition" => home: Option<HomePosition>,
    }
}

record! {
    /// Cruises of a camera.
    pub struct CruiseTracks {
        /// Cruises in all messages together.
        "SumNum" => total: Option<u32>,
        /// Cruises in this one.
        "CruiseTrackList" / "CruiseTrack" => items: Vec<CruiseTrackName>,
    }
}

record! {
    /// A cruise by its name.
    pub struct CruiseTrackName {
        /// Its number.
        "Number" => number: Option<u32>,
        /// Its name.
        "Name" => name: Option<String>,
    }
}

record! {
    /// What a cruise does.
    pub struct CruiseTrack {
        /// Its number.
        "Number" => number: Option<u32>,
        /// Its name.
        "Name" => name: Option<String>,
        /// Points in all messages together.
        "SumNum" => total: Option<u32>,
        /// Points in this one.
        "CruisePointList" / "CruisePoint" => points: Vec<CruisePoint>,
    }
}

record! {
    /// A stop of a cruise.
    pub struct CruisePoint {
        /// Preset.
        "PresetIndex" => preset: Option<u16>,
        /// Seconds that it stays.
        "StayTime" => stay_s: Option<u32>,
        /// Speed on the way there, 1 to 15.
        "Speed" => speed: Option<u8>,
    }
}

words! {
    /// How a memory card is.
    pub enum SdCardState {
        /// Well.
        Ok = "ok",
        /// It is being erased.
        Formatting = "formatting",
        /// It must be formatted first.
        Unformatted = "unformatted",
        /// It is not used.
        Idle = "idle",
        /// Not well.
        Error = "error",
    }
}

record! {
    /// Memory cards of a device.
    pub struct SdCards {
        /// Number of cards.
        "SumNum" => total: Option<u32>,
        /// Cards.
        "SDCardStatusInfo" / "Item" => cards: Vec<SdCard>,
    }
}

record! {
    /// A memory card.
    pub struct SdCard {
        /// Its number, from 1.
        "ID" => number: Option<u32>,
        /// Its name.
        "HddName" => name: Option<String>,
        /// How it is.
        "Status" => state: Option<SdCardState>,
        /// Per cent that are formatted.
        "FormatProgress" => format_percent: Option<u8>,
        /// Megabytes.
        "Capacity" => capacity_mb: Option<u64>,
        /// Megabytes that are free.
        "FreeSpace" => free_mb: Option<u64>,
    }
}

nodes!(AlarmOutlet, Preset, CruiseTrackName, CruisePoint, SdCard);
