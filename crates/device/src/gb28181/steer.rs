//! Steering cameras: motions, presets and cruises by the eight bytes of `PTZCmd`, positions of the edition of 2022.

use std::num::NonZeroU8;

use futures_util::FutureExt;
use gb28181::Version;
use gb28181::manscdp::{
    Command as Order, Control, CruisePoint, CruiseTrackQuery, DeviceControl, DragZoom, PrecisePosition,
    PtzControl as Bytes, PtzParams, Query, Response,
};
use gb28181::platform::{Answer as Said, Fault};
use gb28181::ptz::{
    Cruise, CruiseAction, Focus, Iris, Lens, Motion as Move, Pan, Preset as Kept, PresetAction, PtzCommand, Tilt, Zoom,
};

use super::{Gb28181, codes};
use crate::ptz::{Abilities, Answer, CruiseStep, KeptCruise, Motion, Position, Preset, PtzControl, PtzError, Rect};
use crate::spec::ChannelSpec;

/// Speeds are sent from 1 to 255; those of zooming from 1 to 15.
const FASTEST: f32 = 255.0;
const FASTEST_ZOOM: f32 = 15.0;
/// The cruise of a camera that is ours.
const OUR_CRUISE: u8 = 1;
/// Cruises that a device is asked for the stops of.
const MAX_CRUISES: usize = 16;
/// A picture's size that boxes are told in: shares of it fit whole numbers well.
const WINDOW: f32 = 10_000.0;

impl PtzControl for Gb28181 {
    /// A catalog tells whether a camera turns. One that does not tell is taken for one that does: most do not tell.
    fn abilities(&self, channel: &ChannelSpec) -> Abilities {
        let Some((device, line)) = codes(channel) else { return Abilities::default() };
        let turns = self.shared.directory.turns(&device, &line).unwrap_or(true);
        let is_new = self.shared.directory.presence(&device).is_some_and(|there| there.version() >= Version::V2022);
        if !turns {
            return Abilities { zoom: true, focus: true, iris: true, frame: true, ..Abilities::default() };
        }
        Abilities {
            pan_tilt: true,
            zoom: true,
            focus: true,
            iris: true,
            presets: true,
            cruises: true,
            kept_cruises: is_new,
            home: false,
            frame: true,
            position: is_new,
        }
    }

    fn drive<'a>(&'a self, channel: &'a ChannelSpec, motion: Motion) -> Answer<'a, ()> {
        async move {
            if !motion.is_valid() {
                return Err(PtzError::OutOfRange("A speed is from -1 to 1."));
            }
            self.require(channel, |abilities| abilities.permit(&motion))?;
            if motion.focus != 0.0 || motion.iris != 0.0 {
                self.steer(channel, PtzCommand::Lens(lens(&motion))).await?;
            }
            if motion.pan != 0.0 || motion.tilt != 0.0 || motion.zoom != 0.0 || motion == Motion::STILL {
                self.steer(channel, PtzCommand::Motion(turn(&motion))).await?;
            }
            Ok(())
        }
        .boxed()
    }

    /// Both stops go out at once: a camera that moves must not wait for the answer to the other one.
    fn stop<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, ()> {
        async move {
            let turning = self.steer(channel, PtzCommand::Motion(Move::STOP));
            let lens = self.steer(channel, PtzCommand::Lens(Lens::STOP));
            let (turning, _a_lens_that_is_not_there) = futures_util::future::join(turning, lens).await;
            turning
        }
        .boxed()
    }

    fn frame<'a>(&'a self, channel: &'a ChannelSpec, part: Rect) -> Answer<'a, ()> {
        async move {
            if !part.is_valid() {
                return Err(PtzError::OutOfRange("A part of the picture lies in it and has an area."));
            }
            let share = |share: f32| Some(whole(share * WINDOW));
            let box_ = DragZoom {
                window_width: share(1.0),
                window_height: share(1.0),
                centre_x: share(part.x + part.width / 2.0),
                centre_y: share(part.y + part.height / 2.0),
                box_width: share(part.width),
                box_height: share(part.height),
            };
            self.order(channel, Order::DragZoomIn(box_)).await
        }
        .boxed()
    }

    fn position<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, Position> {
        async move {
            self.require(channel, |abilities| abilities.position)?;
            match self.question(channel, Query::PtzPosition).await? {
                Said::Said(Response::PtzPosition(said)) => {
                    let (pan, tilt) = said.pan_degrees.zip(said.tilt_degrees).ok_or_else(unclear)?;
                    // The standard counts tilts downwards (§A.2.3.1.11).
                    let zoom = said.zoom.unwrap_or(1.0);
                    Ok(Position { pan_deg: single(pan), tilt_deg: single(-tilt), zoom: single(zoom) })
                }
                _ => Err(unclear()),
            }
        }
        .boxed()
    }

    fn go_to<'a>(&'a self, channel: &'a ChannelSpec, position: Position) -> Answer<'a, ()> {
        async move {
            let Position { pan_deg, tilt_deg, zoom } = position;
            if ![pan_deg, tilt_deg, zoom].iter().all(|number| number.is_finite()) || zoom <= 0.0 {
                return Err(PtzError::OutOfRange("A position has degrees and a zoom above 0."));
            }
            let precise = PrecisePosition {
                pan_degrees: Some(f64::from(pan_deg).rem_euclid(360.0)),
                tilt_degrees: Some(f64::from(-tilt_deg)),
                zoom: Some(f64::from(zoom)),
            };
            self.require(channel, |abilities| abilities.position)?;
            self.order(channel, Order::Precise(precise)).await
        }
        .boxed()
    }

    fn presets<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, Vec<Preset>> {
        async move {
            self.require(channel, |abilities| abilities.presets)?;
            let Said::Presets(told) = self.question(channel, Query::PresetQuery).await? else { return Err(unclear()) };
            let mut presets: Vec<Preset> = told.items.iter().filter_map(preset).collect();
            presets.sort_by_key(|preset| preset.number);
            presets.dedup_by_key(|preset| preset.number);
            Ok(presets)
        }
        .boxed()
    }

    fn save_preset<'a>(&'a self, channel: &'a ChannelSpec, preset: Preset) -> Answer<'a, ()> {
        async move {
            self.require(channel, |abilities| abilities.presets)?;
            let command = Kept { action: PresetAction::Set, number: preset.number.get() };
            let params =
                PtzParams { preset_name: Some(preset.name).filter(|name| !name.is_empty()), cruise_name: None };
            let bytes = Bytes { hex: PtzCommand::Preset(command).to_hex(), params: Some(params) };
            self.order(channel, Order::Ptz(bytes)).await
        }
        .boxed()
    }

    fn go_to_preset<'a>(&'a self, channel: &'a ChannelSpec, number: NonZeroU8) -> Answer<'a, ()> {
        self.preset(channel, PresetAction::Call, number)
    }

    fn remove_preset<'a>(&'a self, channel: &'a ChannelSpec, number: NonZeroU8) -> Answer<'a, ()> {
        self.preset(channel, PresetAction::Delete, number)
    }

    /// The standard has one time to stay for a whole cruise: the longest of the steps.
    fn start_cruise<'a>(&'a self, channel: &'a ChannelSpec, steps: Vec<CruiseStep>) -> Answer<'a, ()> {
        async move {
            self.require(channel, |abilities| abilities.cruises)?;
            let dwell_s = steps.iter().map(|step| step.dwell_s).max().unwrap_or_default();
            let added = steps.iter().map(|step| CruiseAction::Add(step.preset.get()));
            let dwell = CruiseAction::Dwell(u16::try_from(dwell_s).unwrap_or(u16::MAX));
            let actions = std::iter::once(CruiseAction::Remove(0)).chain(added).chain([dwell, CruiseAction::Start]);
            for action in actions {
                self.steer(channel, PtzCommand::Cruise(Cruise { group: OUR_CRUISE, action })).await?;
            }
            Ok(())
        }
        .boxed()
    }

    /// Asked one after another: some devices take one question at a time. One whose stops are not told has none.
    fn kept_cruises<'a>(&'a self, channel: &'a ChannelSpec) -> Answer<'a, Vec<KeptCruise>> {
        async move {
            self.require(channel, |abilities| abilities.kept_cruises)?;
            let Said::Cruises(told) = self.question(channel, Query::CruiseTracks).await? else { return Err(unclear()) };
            let mut cruises = Vec::new();
            for track in told.items.into_iter().take(MAX_CRUISES) {
                let Some(number) = track.number.and_then(|number| u8::try_from(number).ok()) else { continue };
                let query = Query::CruiseTrack(CruiseTrackQuery { number: Some(u32::from(number)) });
                let steps = match self.question(channel, query).await {
                    Ok(Said::Said(Response::CruiseTrack(track))) => track.points.iter().filter_map(stop).collect(),
                    _ => Vec::new(),
                };
                cruises.push(KeptCruise { number, name: track.name.unwrap_or_default(), steps });
            }
            cruises.sort_by_key(|cruise| cruise.number);
            Ok(cruises)
        }
        .boxed()
    }

    fn run_kept_cruise<'a>(&'a self, channel: &'a ChannelSpec, number: u8) -> Answer<'a, ()> {
        async move {
            self.require(channel, |abilities| abilities.kept_cruises)?;
            self.steer(channel, PtzCommand::Cruise(Cruise { group: number, action: CruiseAction::Start })).await
        }
        .boxed()
    }
}

impl Gb28181 {
    fn preset<'a>(&'a self, channel: &'a ChannelSpec, action: PresetAction, number: NonZeroU8) -> Answer<'a, ()> {
        async move {
            self.require(channel, |abilities| abilities.presets)?;
            self.steer(channel, PtzCommand::Preset(Kept { action, number: number.get() })).await
        }
        .boxed()
    }

    fn require(&self, channel: &ChannelSpec, able: impl FnOnce(&Abilities) -> bool) -> Result<(), PtzError> {
        if able(&self.abilities(channel)) { Ok(()) } else { Err(PtzError::Unsupported) }
    }

    async fn steer(&self, channel: &ChannelSpec, command: PtzCommand) -> Result<(), PtzError> {
        self.order(channel, Order::Ptz(command.into())).await
    }

    async fn order(&self, channel: &ChannelSpec, command: Order) -> Result<(), PtzError> {
        let (device, line) = codes(channel).ok_or(PtzError::Unsupported)?;
        let control = Control::DeviceControl(DeviceControl { command, info: None });
        self.command(&device, &line, control).await.map_err(error)
    }

    async fn question(&self, channel: &ChannelSpec, query: Query) -> Result<Said, PtzError> {
        let (device, line) = codes(channel).ok_or(PtzError::Unsupported)?;
        self.query(&device, &line, query).await.map(|said| *said).map_err(error)
    }
}

fn preset(item: &gb28181::manscdp::Preset) -> Option<Preset> {
    let number = NonZeroU8::new(u8::try_from(item.number?).ok()?)?;
    Some(Preset { number, name: item.name.clone().unwrap_or_default() })
}

/// A stop at a preset that has a number.
fn stop(point: &CruisePoint) -> Option<CruiseStep> {
    let preset = NonZeroU8::new(u8::try_from(point.preset?).ok()?)?;
    Some(CruiseStep { preset, dwell_s: point.stay_s.unwrap_or_default() })
}

fn turn(motion: &Motion) -> Move {
    Move {
        pan: way(motion.pan, Pan::Left, Pan::Right),
        tilt: way(motion.tilt, Tilt::Down, Tilt::Up),
        zoom: way(motion.zoom, Zoom::Out, Zoom::In),
        pan_speed: speed(motion.pan, FASTEST),
        tilt_speed: speed(motion.tilt, FASTEST),
        zoom_speed: speed(motion.zoom, FASTEST_ZOOM),
    }
}

fn lens(motion: &Motion) -> Lens {
    Lens {
        focus: way(motion.focus, Focus::Near, Focus::Far),
        iris: way(motion.iris, Iris::Close, Iris::Open),
        focus_speed: speed(motion.focus, FASTEST),
        iris_speed: speed(motion.iris, FASTEST),
    }
}

fn way<T>(speed: f32, backward: T, forward: T) -> Option<T> {
    if speed == 0.0 { None } else { Some(if speed < 0.0 { backward } else { forward }) }
}

/// What does not move has speed 0; what moves has at least 1.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 255")]
fn speed(share: f32, fastest: f32) -> u8 {
    if share == 0.0 { 0 } else { (share.abs().min(1.0) * fastest).round().max(1.0) as u8 }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "shares of a window, from 0 to 10,000")]
fn whole(pixels: f32) -> u32 {
    pixels.round().max(0.0) as u32
}

#[expect(clippy::cast_possible_truncation, reason = "degrees need no more")]
const fn single(number: f64) -> f32 {
    number as f32
}

fn unclear() -> PtzError {
    PtzError::Refused("it answered something else".to_owned())
}

fn error(fault: Fault) -> PtzError {
    match fault {
        Fault::OlderEdition(_) => PtzError::Unsupported,
        Fault::Refused { status, reason } => PtzError::Refused(format!("{status} {reason}")),
        Fault::Declined => PtzError::Refused("it cannot do it".to_owned()),
        other => PtzError::Offline(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_become_bytes() {
        let bytes = |motion: Motion| PtzCommand::Motion(turn(&motion)).to_hex();
        // Golden vectors of the brief: right at 255, up at 128, zoom in.
        let right = Motion { pan: 1.0, ..Motion::STILL };
        assert_eq!(&bytes(right)[..12], "A50F0101FF00");
        let up = Motion { tilt: 0.5, ..Motion::STILL };
        assert_eq!(&bytes(up)[..12], "A50F01080080");
        assert_eq!(turn(&Motion { pan: -0.001, ..Motion::STILL }).pan_speed, 1, "a slow motion moves");
        assert_eq!(turn(&Motion::STILL), Move::STOP);
        let lens = lens(&Motion { focus: 1.0, iris: -0.5, ..Motion::STILL });
        assert_eq!(
            (lens.focus, lens.iris, lens.focus_speed, lens.iris_speed),
            (Some(Focus::Far), Some(Iris::Close), 255, 128)
        );
    }
}
