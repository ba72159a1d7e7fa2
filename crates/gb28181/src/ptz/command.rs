//! What steering bytes say, group by group (GB/T 28181-2022 tables A.5 to A.11).

use super::{Frame, INSTRUCTION_BYTES, PtzError, USUAL_ADDRESS, parse_hex};

/// A steering command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PtzCommand {
    /// Turn and zoom, or stop.
    Motion(Motion),
    /// Focus and iris.
    Lens(Lens),
    /// Presets.
    Preset(Preset),
    /// Tours of presets.
    Cruise(Cruise),
    /// Turning to and fro.
    Scan(Scan),
    /// Switches.
    Auxiliary(Auxiliary),
}

/// Which way to turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pan {
    /// To the left.
    Left,
    /// To the right.
    Right,
}

/// Which way to tilt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tilt {
    /// Up.
    Up,
    /// Down.
    Down,
}

/// Which way to zoom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Zoom {
    /// Nearer.
    In,
    /// Farther.
    Out,
}

/// Motion until the next command. Speeds are sent even of what does not move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Motion {
    /// Left or right.
    pub pan: Option<Pan>,
    /// Up or down.
    pub tilt: Option<Tilt>,
    /// In or out.
    pub zoom: Option<Zoom>,
    /// Speed of turning, 255 the greatest.
    pub pan_speed: u8,
    /// Speed of tilting, 255 the greatest.
    pub tilt_speed: u8,
    /// Speed of zooming, 15 the greatest; greater ones are written as 15.
    pub zoom_speed: u8,
}

impl Motion {
    /// Stop everything, cruises and scans too.
    pub const STOP: Self = Self { pan: None, tilt: None, zoom: None, pan_speed: 0, tilt_speed: 0, zoom_speed: 0 };

    /// Whether nothing moves.
    pub const fn is_stop(self) -> bool {
        self.pan.is_none() && self.tilt.is_none() && self.zoom.is_none()
    }
}

/// Which way to focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Focus {
    /// Near.
    Near,
    /// Far.
    Far,
}

/// Which way to move the iris.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Iris {
    /// Open: brighter.
    Open,
    /// Closed: darker.
    Close,
}

/// Focus and iris until the next command.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Lens {
    /// Near or far.
    pub focus: Option<Focus>,
    /// Open or closed.
    pub iris: Option<Iris>,
    /// Speed of focusing, 255 the greatest.
    pub focus_speed: u8,
    /// Speed of the iris, 255 the greatest.
    pub iris_speed: u8,
}

impl Lens {
    /// Stop focus and iris.
    pub const STOP: Self = Self { focus: None, iris: None, focus_speed: 0, iris_speed: 0 };
}

/// What to do with a preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PresetAction {
    /// Remember where the camera looks.
    Set,
    /// Look there.
    Call,
    /// Forget it.
    Delete,
}

/// A preset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Preset {
    /// What to do.
    pub action: PresetAction,
    /// Number, 1 to 255; 0 is reserved.
    pub number: u8,
}

/// What to do with a cruise. Values have 12 bits; greater ones are written as 4095.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CruiseAction {
    /// Append a preset, 1 to 255.
    Add(u8),
    /// Take a preset out; 0 deletes the cruise.
    Remove(u8),
    /// Set the speed, 0 to 4095.
    Speed(u16),
    /// Set how long it stays, 0 to 4095 s.
    Dwell(u16),
    /// Begin; [`Motion::STOP`] ends it.
    Start,
}

/// A cruise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cruise {
    /// Its number, 0 to 255.
    pub group: u8,
    /// What to do.
    pub action: CruiseAction,
}

/// What to do with a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ScanAction {
    /// Begin, from right to left; [`Motion::STOP`] ends it.
    Start,
    /// The left border is where the camera looks.
    SetLeft,
    /// The right border is where the camera looks.
    SetRight,
    /// Set the speed, 0 to 4095; greater ones are written as 4095.
    Speed(u16),
}

/// A scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scan {
    /// Its number, 0 to 255.
    pub group: u8,
    /// What to do.
    pub action: ScanAction,
}

/// A switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Auxiliary {
    /// Its number: [`Auxiliary::WIPER`], or as the maker has it.
    pub number: u8,
    /// On or off.
    pub on: bool,
}

impl Auxiliary {
    /// The wiper. All other numbers are the makers' own, such as 2 for infrared light and 3 for a heater.
    pub const WIPER: u8 = 1;
}

const ZOOM_OUT: u8 = 0x20;
const ZOOM_IN: u8 = 0x10;
const UP: u8 = 0x08;
const DOWN: u8 = 0x04;
const LEFT: u8 = 0x02;
const RIGHT: u8 = 0x01;

const LENS: u8 = 0x40;
const IRIS_CLOSE: u8 = 0x08;
const IRIS_OPEN: u8 = 0x04;
const FOCUS_NEAR: u8 = 0x02;
const FOCUS_FAR: u8 = 0x01;

const PRESET_SET: u8 = 0x81;
const PRESET_CALL: u8 = 0x82;
const PRESET_DELETE: u8 = 0x83;
const CRUISE_ADD: u8 = 0x84;
const CRUISE_REMOVE: u8 = 0x85;
const CRUISE_SPEED: u8 = 0x86;
const CRUISE_DWELL: u8 = 0x87;
const CRUISE_START: u8 = 0x88;
const SCAN: u8 = 0x89;
const SCAN_SPEED: u8 = 0x8A;
const SWITCH_ON: u8 = 0x8C;
const SWITCH_OFF: u8 = 0x8D;

const MAX_WIDE: u16 = 0x0FFF;
const MAX_NIBBLE: u8 = 0x0F;

impl PtzCommand {
    /// Reads sixteen hexadecimal digits.
    ///
    /// # Errors
    /// When they are none, their sum is wrong, or they say nothing that the standard has.
    pub fn from_hex(text: &str) -> Result<Self, PtzError> {
        Self::from_bytes(parse_hex(text)?)
    }

    /// Reads eight bytes.
    ///
    /// # Errors
    /// When their sum is wrong, or they say nothing that the standard has.
    pub fn from_bytes(bytes: [u8; INSTRUCTION_BYTES]) -> Result<Self, PtzError> {
        let frame = Frame::from_bytes(bytes)?;
        let [data1, data2] = frame.data;
        let wide = u16::from_be_bytes([frame.data3, data2]);
        let preset = |action| Self::Preset(Preset { action, number: data2 });
        let cruise = |action| Self::Cruise(Cruise { group: data1, action });
        let scan = |action| Self::Scan(Scan { group: data1, action });
        Ok(match frame.instruction {
            0..=0x3F => Self::Motion(read_motion(frame)?),
            0x40..=0x4F => Self::Lens(read_lens(frame)?),
            PRESET_SET => preset(PresetAction::Set),
            PRESET_CALL => preset(PresetAction::Call),
            PRESET_DELETE => preset(PresetAction::Delete),
            CRUISE_ADD => cruise(CruiseAction::Add(data2)),
            CRUISE_REMOVE => cruise(CruiseAction::Remove(data2)),
            CRUISE_SPEED => cruise(CruiseAction::Speed(wide)),
            CRUISE_DWELL => cruise(CruiseAction::Dwell(wide)),
            CRUISE_START => cruise(CruiseAction::Start),
            SCAN if data2 == 0 => scan(ScanAction::Start),
            SCAN if data2 == 1 => scan(ScanAction::SetLeft),
            SCAN if data2 == 2 => scan(ScanAction::SetRight),
            SCAN_SPEED => scan(ScanAction::Speed(wide)),
            SWITCH_ON => Self::Auxiliary(Auxiliary { number: data1, on: true }),
            SWITCH_OFF => Self::Auxiliary(Auxiliary { number: data1, on: false }),
            other => return Err(PtzError::Instruction(other)),
        })
    }

    /// The eight bytes, for [`USUAL_ADDRESS`].
    pub fn to_bytes(self) -> [u8; INSTRUCTION_BYTES] {
        self.frame(USUAL_ADDRESS).to_bytes()
    }

    /// The eight bytes for an address of 12 bits.
    pub fn to_bytes_for(self, address: u16) -> [u8; INSTRUCTION_BYTES] {
        self.frame(address & MAX_WIDE).to_bytes()
    }

    /// The eight bytes as sixteen hexadecimal digits, for [`USUAL_ADDRESS`].
    pub fn to_hex(self) -> String {
        self.to_bytes().iter().map(|byte| format!("{byte:02X}")).collect()
    }

    fn frame(self, address: u16) -> Frame {
        let narrow = |instruction, data1, data2| Frame { address, instruction, data: [data1, data2], data3: 0 };
        let wide = |instruction, data1, value: u16| {
            let [data3, data2] = value.min(MAX_WIDE).to_be_bytes();
            Frame { address, instruction, data: [data1, data2], data3 }
        };
        match self {
            Self::Motion(motion) => {
                let frame = narrow(motion_bits(motion), motion.pan_speed, motion.tilt_speed);
                Frame { data3: motion.zoom_speed.min(MAX_NIBBLE), ..frame }
            }
            Self::Lens(lens) => narrow(lens_bits(lens), lens.focus_speed, lens.iris_speed),
            Self::Preset(Preset { action, number }) => {
                let instruction = match action {
                    PresetAction::Set => PRESET_SET,
                    PresetAction::Call => PRESET_CALL,
                    PresetAction::Delete => PRESET_DELETE,
                };
                narrow(instruction, 0, number)
            }
            Self::Cruise(Cruise { group, action }) => match action {
                CruiseAction::Add(preset) => narrow(CRUISE_ADD, group, preset),
                CruiseAction::Remove(preset) => narrow(CRUISE_REMOVE, group, preset),
                CruiseAction::Speed(speed) => wide(CRUISE_SPEED, group, speed),
                CruiseAction::Dwell(seconds) => wide(CRUISE_DWELL, group, seconds),
                CruiseAction::Start => narrow(CRUISE_START, group, 0),
            },
            Self::Scan(Scan { group, action }) => match action {
                ScanAction::Start => narrow(SCAN, group, 0),
                ScanAction::SetLeft => narrow(SCAN, group, 1),
                ScanAction::SetRight => narrow(SCAN, group, 2),
                ScanAction::Speed(speed) => wide(SCAN_SPEED, group, speed),
            },
            Self::Auxiliary(Auxiliary { number, on }) => narrow(if on { SWITCH_ON } else { SWITCH_OFF }, number, 0),
        }
    }
}

fn motion_bits(motion: Motion) -> u8 {
    let pan = motion.pan.map_or(0, |pan| if pan == Pan::Left { LEFT } else { RIGHT });
    let tilt = motion.tilt.map_or(0, |tilt| if tilt == Tilt::Up { UP } else { DOWN });
    let zoom = motion.zoom.map_or(0, |zoom| if zoom == Zoom::In { ZOOM_IN } else { ZOOM_OUT });
    pan | tilt | zoom
}

fn lens_bits(lens: Lens) -> u8 {
    let focus = lens.focus.map_or(0, |focus| if focus == Focus::Near { FOCUS_NEAR } else { FOCUS_FAR });
    let iris = lens.iris.map_or(0, |iris| if iris == Iris::Open { IRIS_OPEN } else { IRIS_CLOSE });
    LENS | focus | iris
}

fn read_motion(frame: Frame) -> Result<Motion, PtzError> {
    let bits = frame.instruction;
    Ok(Motion {
        pan: either(bits, (LEFT, Pan::Left), (RIGHT, Pan::Right))?,
        tilt: either(bits, (UP, Tilt::Up), (DOWN, Tilt::Down))?,
        zoom: either(bits, (ZOOM_IN, Zoom::In), (ZOOM_OUT, Zoom::Out))?,
        pan_speed: frame.data[0],
        tilt_speed: frame.data[1],
        zoom_speed: frame.data3,
    })
}

fn read_lens(frame: Frame) -> Result<Lens, PtzError> {
    let bits = frame.instruction;
    Ok(Lens {
        focus: either(bits, (FOCUS_NEAR, Focus::Near), (FOCUS_FAR, Focus::Far))?,
        iris: either(bits, (IRIS_OPEN, Iris::Open), (IRIS_CLOSE, Iris::Close))?,
        focus_speed: frame.data[0],
        iris_speed: frame.data[1],
    })
}

/// The one of two bits that is set.
fn either<T>(bits: u8, first: (u8, T), second: (u8, T)) -> Result<Option<T>, PtzError> {
    match (bits & first.0 != 0, bits & second.0 != 0) {
        (true, true) => Err(PtzError::Contradiction(bits)),
        (true, false) => Ok(Some(first.1)),
        (false, true) => Ok(Some(second.1)),
        (false, false) => Ok(None),
    }
}
