//! What a driver that steers cameras does: motions, presets, home, positions.

use std::num::NonZeroU8;

use base::ErrorKind;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;

use crate::spec::ChannelSpec;

/// An answer of a device.
pub type Answer<'a, T> = BoxFuture<'a, Result<T, PtzError>>;

/// What a channel's camera can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Abilities {
    /// Turns.
    pub pan_tilt: bool,
    /// Changes its focal length.
    pub zoom: bool,
    /// Its focus can be moved.
    pub focus: bool,
    /// Its iris can be moved.
    pub iris: bool,
    /// Keeps positions under numbers.
    pub presets: bool,
    /// Runs tours of its presets by itself.
    pub cruises: bool,
    /// Tells the cruises that it keeps, as they were made in its own page or by others, and runs them.
    pub kept_cruises: bool,
    /// Has a home position.
    pub home: bool,
    /// Turns and zooms to a part of the picture.
    pub frame: bool,
    /// Tells its position and goes to one.
    pub position: bool,
}

impl Abilities {
    /// Whether it can be steered at all.
    pub const fn any(&self) -> bool {
        self.pan_tilt || self.zoom || self.focus || self.iris || self.presets || self.home || self.frame
    }

    /// Whether everything that a motion moves can be moved.
    pub fn permit(&self, motion: &Motion) -> bool {
        (self.pan_tilt || (motion.pan == 0.0 && motion.tilt == 0.0))
            && (self.zoom || motion.zoom == 0.0)
            && (self.focus || motion.focus == 0.0)
            && (self.iris || motion.iris == 0.0)
    }
}

/// Speeds, each from -1 to 1 of the fastest that the camera can.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Motion {
    /// To the right.
    pub pan: f32,
    /// Upwards.
    pub tilt: f32,
    /// Towards the scene.
    pub zoom: f32,
    /// Of the focus, towards far.
    pub focus: f32,
    /// Of the iris, towards open.
    pub iris: f32,
}

impl Motion {
    /// Nothing moves.
    pub const STILL: Self = Self { pan: 0.0, tilt: 0.0, zoom: 0.0, focus: 0.0, iris: 0.0 };

    /// Whether each speed is a number from -1 to 1.
    pub fn is_valid(&self) -> bool {
        self.faulty().is_none()
    }

    /// The name of the first speed that is none.
    pub fn faulty(&self) -> Option<&'static str> {
        let Self { pan, tilt, zoom, focus, iris } = *self;
        let speeds = [("pan", pan), ("tilt", tilt), ("zoom", zoom), ("focus", focus), ("iris", iris)];
        speeds.into_iter().find(|(_, speed)| !(-1.0..=1.0).contains(speed)).map(|(name, _)| name)
    }
}

/// A part of the picture, as shares of its width and height from its upper left corner.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Left edge, 0 to 1.
    pub x: f32,
    /// Upper edge, 0 to 1.
    pub y: f32,
    /// More than 0; with `x` at most 1.
    pub width: f32,
    /// More than 0; with `y` at most 1.
    pub height: f32,
}

impl Rect {
    /// Whether it lies in the picture and has an area.
    pub fn is_valid(&self) -> bool {
        self.faulty().is_none()
    }

    /// The name of the first measure that leaves the picture.
    pub fn faulty(&self) -> Option<&'static str> {
        let fault = |(from_name, from): (&'static str, f32), (size_name, size): (&'static str, f32)| {
            let inside = size > 0.0 && from + size <= 1.0 + f32::EPSILON;
            if !(0.0..=1.0).contains(&from) { Some(from_name) } else { (!inside).then_some(size_name) }
        };
        let across = fault(("x", self.x), ("width", self.width));
        across.or_else(|| fault(("y", self.y), ("height", self.height)))
    }
}

/// Where a camera looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Degrees to the right of the device's own zero.
    pub pan_deg: f32,
    /// Degrees upwards.
    pub tilt_deg: f32,
    /// Focal length as a multiple of the device's own 1.
    pub zoom: f32,
}

/// A position that a device keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preset {
    /// Its number in the device.
    pub number: NonZeroU8,
    /// Its name in the device; may be empty.
    pub name: String,
}

/// Why a camera was not steered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PtzError {
    /// The camera has no such part, or the driver cannot reach it.
    #[error("This camera cannot do that.")]
    Unsupported,
    /// Nothing is kept under this number.
    #[error("The camera has no preset {0}. Save it first.")]
    NoPreset(NonZeroU8),
    /// A speed, rectangle or position is out of range.
    #[error("{0}")]
    OutOfRange(&'static str),
    /// The device said no.
    #[error("The camera refused: {0}. Check the rights of the account that the device is used with.")]
    Refused(String),
    /// The device is not there.
    #[error("The camera does not answer: {0}. Check its power, its address and the network.")]
    Offline(String),
}

impl PtzError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Unsupported => ErrorKind::Unsupported,
            Self::NoPreset(_) => ErrorKind::NotFound,
            Self::OutOfRange(_) => ErrorKind::InvalidInput,
            Self::Refused(_) => ErrorKind::Forbidden,
            Self::Offline(_) => ErrorKind::Unavailable,
        }
    }
}

/// Steers the cameras of a driver's channels.
///
/// A motion goes on until [`PtzControl::stop`]; whoever calls sees to it that it does. What [`Abilities`] leave out
/// answers [`PtzError::Unsupported`], which is what the provided methods do. Each answer comes within the driver's
/// own time-out.
///
/// # Cancel safety
/// A command whose future is dropped may or may not have reached the device.
pub trait PtzControl: Send + Sync {
    /// What the channel's camera can do, as far as is known without asking.
    fn abilities(&self, channel: &ChannelSpec) -> Abilities;

    /// Moves with these speeds from now on; replaces an earlier motion.
    fn drive<'a>(&'a self, channel: &'a ChannelSpec, motion: Motion) -> Answer<'a, ()>;

    /// Stops whatever moves; fine when nothing does.
    fn stop<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, ()>;

    /// Turns and zooms so that a part of the picture fills it.
    fn frame<'a>(&'a self, _channel: &'a ChannelSpec, _part: Rect) -> Answer<'a, ()> {
        unsupported()
    }

    /// Where the camera looks now.
    fn position<'a>(&'a self, _channel: &'a ChannelSpec) -> Answer<'a, Position> {
        unsupported()
    }

    /// Turns and zooms to a position.
    fn go_to<'a>(&'a self, _channel: &'a ChannelSpec, _position: Position) -> Answer<'a, ()> {
        unsupported()
    }

    /// The presets that the device keeps, by number.
    fn presets<'a>(&'a self, _channel: &'a ChannelSpec) -> Answer<'a, Vec<Preset>> {
        unsupported()
    }

    /// Keeps the present position under a number; replaces what was there.
    fn save_preset<'a>(&'a self, _channel: &'a ChannelSpec, _preset: Preset) -> Answer<'a, ()> {
        unsupported()
    }

    /// Goes to a preset.
    fn go_to_preset<'a>(&'a self, _channel: &'a ChannelSpec, _number: NonZeroU8) -> Answer<'a, ()> {
        unsupported()
    }

    /// Forgets a preset; fine when there is none.
    fn remove_preset<'a>(&'a self, _channel: &'a ChannelSpec, _number: NonZeroU8) -> Answer<'a, ()> {
        unsupported()
    }

    /// Goes through presets, round after round, until a motion or a stop.
    fn start_cruise<'a>(&'a self, _channel: &'a ChannelSpec, _steps: Vec<CruiseStep>) -> Answer<'a, ()> {
        unsupported()
    }

    /// The cruises that the device keeps, by number.
    fn kept_cruises<'a>(&'a self, _channel: &'a ChannelSpec) -> Answer<'a, Vec<KeptCruise>> {
        unsupported()
    }

    /// Runs a cruise that the device keeps, until a motion or a stop.
    fn run_kept_cruise<'a>(&'a self, _channel: &'a ChannelSpec, _number: u8) -> Answer<'a, ()> {
        unsupported()
    }

    /// Goes to the home position.
    fn go_home<'a>(&'a self, _channel: &'a ChannelSpec) -> Answer<'a, ()> {
        unsupported()
    }

    /// Makes the present position the home position.
    fn set_home<'a>(&'a self, _channel: &'a ChannelSpec) -> Answer<'a, ()> {
        unsupported()
    }
}

/// One stop of a cruise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CruiseStep {
    /// Where.
    pub preset: NonZeroU8,
    /// How long the camera stays, seconds.
    pub dwell_s: u32,
}

/// A cruise that a device keeps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptCruise {
    /// Its number in the device; the first may be 0.
    pub number: u8,
    /// Its name in the device; may be empty.
    pub name: String,
    /// Its stops, as far as the device tells them.
    pub steps: Vec<CruiseStep>,
}

fn unsupported<'a, T: Send + 'a>() -> Answer<'a, T> {
    std::future::ready(Err(PtzError::Unsupported)).boxed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_that_are_no_share_of_the_fastest_are_not_valid() {
        assert!(Motion { pan: -1.0, zoom: 1.0, ..Motion::STILL }.is_valid());
        for bad in [1.01, -1.5, f32::NAN, f32::INFINITY] {
            assert!(!Motion { tilt: bad, ..Motion::STILL }.is_valid(), "{bad}");
        }
    }

    #[test]
    fn a_rectangle_lies_in_the_picture_and_has_an_area() {
        let rect = |x, y, width, height| Rect { x, y, width, height };
        assert!(rect(0.0, 0.0, 1.0, 1.0).is_valid() && rect(0.9, 0.5, 0.1, 0.01).is_valid());
        for bad in [
            rect(-0.1, 0.0, 0.5, 0.5),
            rect(0.0, 0.0, 0.0, 0.5),
            rect(0.6, 0.0, 0.5, 0.5),
            rect(0.0, f32::NAN, 0.5, 0.5),
            rect(0.0, 0.0, f32::INFINITY, 0.5),
        ] {
            assert!(!bad.is_valid(), "{bad:?}");
        }
    }

    #[test]
    fn a_camera_that_only_zooms_permits_no_turning() {
        let zooms = Abilities { zoom: true, ..Abilities::default() };
        assert!(zooms.permit(&Motion { zoom: 0.5, ..Motion::STILL }) && zooms.permit(&Motion::STILL));
        assert!(!zooms.permit(&Motion { pan: 0.1, zoom: 0.5, ..Motion::STILL }));
        assert!(!zooms.permit(&Motion { focus: 1.0, ..Motion::STILL }));
    }
}
