//! Orders to devices (GB/T 28181-2022 §A.2.3).

use super::body;
use super::config::Config;
use super::schema::{Field, Node, Record, nodes, record, words};
use crate::id::Id;
use crate::ptz::{PtzCommand, PtzError};
use crate::version::Version;
use crate::xml::Element;

/// An order.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Control {
    /// To do something at once.
    DeviceControl(DeviceControl),
    /// To be configured so. Dahua takes it for the device only, not for a channel (quirk 9).
    DeviceConfig(Box<Config>),
    /// An order that we do not know: the whole message as it is. It is written as it is, too: number and device of
    /// the [`Message`](super::Message) around it do not count.
    Unknown(Element),
}

/// An order to do something at once.
#[derive(Clone, Debug, PartialEq)]
pub struct DeviceControl {
    /// What.
    pub command: Command,
    /// What the editions until 2016 have besides.
    pub info: Option<ControlInfo>,
}

record! {
    /// What stands beside a command in the element `Info`.
    pub struct ControlInfo {
        /// Who steers when two do; the greater number wins.
        "ControlPriority" => priority: Option<u32>,
        /// Which alarm is reset.
        "AlarmMethod" => alarm_method: Option<String>,
        /// Which alarm is reset.
        "AlarmType" => alarm_type: Option<String>,
    }
}

/// A command. Response: whether one is sent says [`Command::has_response`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Command {
    /// `PTZCmd`: steer a camera.
    Ptz(PtzControl),
    /// `TeleBoot`: restart.
    TeleBoot,
    /// `RecordCmd`: record, or stop.
    Record(RecordingControl),
    /// `GuardCmd`: watch for alarms, or do not.
    Guard(Guard),
    /// `AlarmCmd`: forget the alarm, so that there can be another one.
    ResetAlarm,
    /// `IFameCmd` or `IFrameCmd`: send a key frame now.
    IFrame(IFrameSpelling),
    /// `DragZoomIn`: fill the picture with a box of it.
    DragZoomIn(DragZoom),
    /// `DragZoomOut`: shrink the picture into the box.
    DragZoomOut(DragZoom),
    /// `HomePosition`: where the camera goes when it has nothing to do.
    HomePosition(HomePosition),
    /// `PTZPreciseCtrl`: look just there (2022).
    Precise(PrecisePosition),
    /// `DeviceUpgrade`: fetch and install firmware (2022).
    Upgrade(DeviceUpgrade),
    /// `FormatSDCard`: erase a memory card, counted from 1; 0 all (2022).
    FormatSdCard(u32),
    /// `TargetTrack`: follow something (2022).
    Track(TrackControl),
    /// Elements that we do not know.
    Unknown(Vec<Element>),
}

/// Steering bytes. They are kept as they were sent, so that a platform can hand them on unchanged.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PtzControl {
    /// Sixteen hexadecimal digits.
    pub hex: String,
    /// Names for what the bytes set (2022).
    pub params: Option<PtzParams>,
}

impl PtzControl {
    /// What the bytes say.
    ///
    /// # Errors
    /// When they say nothing.
    pub fn command(&self) -> Result<PtzCommand, PtzError> {
        PtzCommand::from_hex(&self.hex)
    }
}

impl From<PtzCommand> for PtzControl {
    fn from(command: PtzCommand) -> Self {
        Self { hex: command.to_hex(), params: None }
    }
}

record! {
    /// Names for what steering bytes set (2022).
    pub struct PtzParams {
        /// Of the preset that is set.
        "PresetName" => preset_name: Option<String>,
        /// Of the cruise that is set; 32 bytes at most.
        "CruiseTrackName" => cruise_name: Option<String>,
    }
}

words! {
    /// Whether to record.
    pub enum Recording {
        /// Record.
        Start = "Record",
        /// Stop.
        Stop = "StopRecord",
    }
}

record! {
    /// Whether to record, and what.
    pub struct RecordingControl {
        /// Whether; missing where the word is none of the standard.
        "RecordCmd" => recording: Option<Recording>,
        /// Rendition, 0 the main one.
        "StreamNumber" since V2022 => stream: Option<u8>,
    }
}

words! {
    /// Whether to watch for alarms.
    pub enum Guard {
        /// Watch.
        Set = "SetGuard",
        /// Do not.
        Reset = "ResetGuard",
    }
}

words! {
    /// The one word of `AlarmCmd`.
    pub enum AlarmReset {
        /// Forget the alarm.
        Reset = "ResetAlarm",
    }
}

/// How the wish for a key frame is spelt. The edition of 2016 prints `IFameCmd`, that of 2022 `IFrameCmd`; devices
/// know one or the other. Both are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IFrameSpelling {
    /// `IFameCmd`.
    IFame,
    /// `IFrameCmd`.
    IFrame,
}

impl IFrameSpelling {
    /// The spelling of an edition.
    pub fn of(version: Version) -> Self {
        if version >= Version::V2022 { Self::IFrame } else { Self::IFame }
    }

    const fn tag(self) -> &'static str {
        match self {
            Self::IFame => "IFameCmd",
            Self::IFrame => "IFrameCmd",
        }
    }
}

record! {
    /// A box in the picture, in pixels of the window that it was drawn in, from the top left corner.
    pub struct DragZoom {
        /// Width of the window.
        "Length" => window_width: Option<u32>,
        /// Height of the window.
        "Width" => window_height: Option<u32>,
        /// Centre of the box, from the left.
        "MidPointX" => centre_x: Option<u32>,
        /// Centre of the box, from the top.
        "MidPointY" => centre_y: Option<u32>,
        /// Width of the box.
        "LengthX" => box_width: Option<u32>,
        /// Height of the box.
        "LengthY" => box_height: Option<u32>,
    }
}

record! {
    /// Where a camera goes when it has nothing to do.
    pub struct HomePosition {
        /// Whether it goes.
        "Enabled" => enabled: Option<bool>,
        /// Seconds that it waits before.
        "ResetTime" => reset_s: Option<u32>,
        /// Preset that it goes to, 0 to 255.
        "PresetIndex" => preset: Option<u16>,
    }
}

record! {
    /// Where to look, each where it is to be changed.
    pub struct PrecisePosition {
        /// Degrees, 0 to 360, clockwise as seen from above.
        "Pan" => pan_degrees: Option<f64>,
        /// Degrees, about -30 to 90, down is positive.
        "Tilt" => tilt_degrees: Option<f64>,
        /// Magnification, greater than 1.
        "Zoom" => zoom: Option<f64>,
    }
}

record! {
    /// Firmware to fetch and install. The device registers again, then tells
    /// [`DeviceUpgradeResult`](super::DeviceUpgradeResult).
    pub struct DeviceUpgrade {
        /// Its version.
        "Firmware" => firmware: Option<String>,
        /// Where it is.
        "FileURL" => url: Option<String>,
        /// Whose it is.
        "Manufacturer" => manufacturer: Option<String>,
        /// 32 to 128 characters that tell this order from others.
        "SessionID" => session: Option<String>,
    }
}

words! {
    /// How to follow.
    pub enum Track {
        /// What the device chooses.
        Auto = "Auto",
        /// What is in the box.
        Manual = "Manual",
        /// Not any more.
        Stop = "Stop",
    }
}

record! {
    /// What to follow.
    pub struct TrackControl {
        /// How; missing where the word is none of the standard.
        "TargetTrack" => track: Option<Track>,
        /// Channel of the panorama in which the box is.
        "DeviceID2" => panorama: Option<Id>,
        /// The box.
        "TargetArea" => area: Option<DragZoom>,
    }
}

nodes!(ControlInfo, PtzParams, DragZoom, HomePosition, PrecisePosition, DeviceUpgrade);

const DEVICE_CONTROL: &str = "DeviceControl";
const DEVICE_CONFIG: &str = "DeviceConfig";
/// Elements of a message that are no command.
const NOT_COMMANDS: [&str; 5] = ["CmdType", "SN", "DeviceID", "Info", "ExtraInfo"];

impl Control {
    pub(crate) fn read(root: &Element) -> Self {
        match root.value("CmdType").unwrap_or_default() {
            name if name.eq_ignore_ascii_case(DEVICE_CONTROL) => {
                Self::DeviceControl(DeviceControl { command: Command::read(root), info: Field::read(root, "Info") })
            }
            name if name.eq_ignore_ascii_case(DEVICE_CONFIG) => Self::DeviceConfig(Box::new(Record::read(root))),
            _ => Self::Unknown(root.clone()),
        }
    }

    pub(crate) fn write(&self, root: &mut Element, version: Version) {
        match self {
            Self::DeviceControl(control) => {
                control.command.write(root, version);
                Field::write(&control.info, root, "Info", version);
            }
            Self::DeviceConfig(config) => config.write(root, version),
            Self::Unknown(_) => {}
        }
    }

    /// The value of `CmdType`.
    pub fn cmd_type(&self) -> &str {
        match self {
            Self::DeviceControl(_) => DEVICE_CONTROL,
            Self::DeviceConfig(_) => DEVICE_CONFIG,
            Self::Unknown(root) => root.value("CmdType").unwrap_or_default(),
        }
    }

    pub(crate) fn since(&self) -> Version {
        match self {
            Self::DeviceControl(control) => control.command.since(),
            Self::DeviceConfig(config) if config.blocks.is_only_of_2022() => Version::V2022,
            Self::DeviceConfig(_) => Version::V2011,
            Self::Unknown(_) => body::since(self.cmd_type()),
        }
    }
}

impl Command {
    /// Whether a device answers with a response (§9.3.1). The others are answered by the 200 of SIP alone.
    pub const fn has_response(&self) -> bool {
        matches!(self, Self::Record(_) | Self::Guard(_) | Self::ResetAlarm | Self::HomePosition(_) | Self::Upgrade(_))
    }

    /// The edition that brought it.
    pub const fn since(&self) -> Version {
        match self {
            Self::Precise(_) | Self::Upgrade(_) | Self::FormatSdCard(_) | Self::Track(_) => Version::V2022,
            Self::IFrame(_) | Self::DragZoomIn(_) | Self::DragZoomOut(_) | Self::HomePosition(_) => Version::V2016,
            _ => Version::V2011,
        }
    }

    /// The first command that stands in a message.
    fn read(root: &Element) -> Self {
        let known = root.children.iter().find_map(|child| {
            Some(match child.name.to_ascii_lowercase().as_str() {
                "ptzcmd" => Self::Ptz(PtzControl {
                    hex: child.trimmed()?.to_owned(),
                    params: Field::read(root, "PTZCmdParams"),
                }),
                "teleboot" => Self::TeleBoot,
                "recordcmd" => Self::Record(Record::read(root)),
                "guardcmd" => Self::Guard(Node::read(child)?),
                "alarmcmd" => AlarmReset::read(child).map(|_| Self::ResetAlarm)?,
                "ifamecmd" => Self::IFrame(IFrameSpelling::IFame),
                "iframecmd" => Self::IFrame(IFrameSpelling::IFrame),
                "dragzoomin" => Self::DragZoomIn(Node::read(child)?),
                "dragzoomout" => Self::DragZoomOut(Node::read(child)?),
                "homeposition" => Self::HomePosition(Node::read(child)?),
                "ptzprecisectrl" => Self::Precise(Node::read(child)?),
                "deviceupgrade" => Self::Upgrade(Node::read(child)?),
                "formatsdcard" => Self::FormatSdCard(Node::read(child)?),
                "targettrack" => Self::Track(Record::read(root)),
                _ => return None,
            })
        });
        known.unwrap_or_else(|| {
            let is_other = |child: &&Element| !NOT_COMMANDS.iter().any(|known| child.is_named(known));
            Self::Unknown(root.children.iter().filter(is_other).cloned().collect())
        })
    }

    fn write(&self, root: &mut Element, version: Version) {
        match self {
            Self::Ptz(ptz) => {
                root.push(Element::leaf("PTZCmd", ptz.hex.as_str()));
                if version >= Version::V2022 {
                    Field::write(&ptz.params, root, "PTZCmdParams", version);
                }
            }
            Self::TeleBoot => root.push(Element::leaf("TeleBoot", "Boot")),
            Self::Record(recording) => recording.write(root, version),
            Self::Guard(guard) => root.push(guard.write("GuardCmd", version)),
            Self::ResetAlarm => root.push(AlarmReset::Reset.write("AlarmCmd", version)),
            Self::IFrame(spelling) => root.push(Element::leaf(spelling.tag(), "Send")),
            Self::DragZoomIn(zoom) => root.push(Node::write(zoom, "DragZoomIn", version)),
            Self::DragZoomOut(zoom) => root.push(Node::write(zoom, "DragZoomOut", version)),
            Self::HomePosition(home) => root.push(Node::write(home, "HomePosition", version)),
            Self::Precise(position) => root.push(Node::write(position, "PTZPreciseCtrl", version)),
            Self::Upgrade(upgrade) => root.push(Node::write(upgrade, "DeviceUpgrade", version)),
            Self::FormatSdCard(card) => root.push(card.write("FormatSDCard", version)),
            Self::Track(track) => Record::write(track, root, version),
            Self::Unknown(elements) => root.children.extend(elements.iter().cloned()),
        }
    }
}

#[cfg(test)]
mod samples {
    use super::super::sample::{Entropy, Sample};
    use super::*;

    impl Sample for Control {
        fn sample(entropy: &mut Entropy<'_>) -> Self {
            if entropy.byte().is_multiple_of(4) {
                return Self::DeviceConfig(Box::new(Sample::sample(entropy)));
            }
            Self::DeviceControl(DeviceControl { command: Sample::sample(entropy), info: Sample::sample(entropy) })
        }
    }

    impl Sample for Command {
        fn sample(entropy: &mut Entropy<'_>) -> Self {
            match entropy.byte() % 14 {
                0 => Self::Ptz(PtzControl { hex: "A50F0100000000B5".to_owned(), params: Sample::sample(entropy) }),
                1 => Self::TeleBoot,
                2 => {
                    let recording = Some(*entropy.choose(&[Recording::Start, Recording::Stop]));
                    Self::Record(RecordingControl { recording, stream: Sample::sample(entropy) })
                }
                3 => Self::Guard(Sample::sample(entropy)),
                4 => Self::ResetAlarm,
                5 => Self::IFrame(*entropy.choose(&[IFrameSpelling::IFame, IFrameSpelling::IFrame])),
                6 => Self::DragZoomIn(Sample::sample(entropy)),
                7 => Self::DragZoomOut(Sample::sample(entropy)),
                8 => Self::HomePosition(Sample::sample(entropy)),
                9 => Self::Precise(Sample::sample(entropy)),
                10 => Self::Upgrade(Sample::sample(entropy)),
                11 => Self::FormatSdCard(Sample::sample(entropy)),
                12 => {
                    let track = Some(*entropy.choose(&[Track::Auto, Track::Manual, Track::Stop]));
                    Self::Track(TrackControl {
                        track,
                        panorama: Sample::sample(entropy),
                        area: Sample::sample(entropy),
                    })
                }
                _ => Self::Unknown(Sample::sample(entropy)),
            }
        }
    }
}
