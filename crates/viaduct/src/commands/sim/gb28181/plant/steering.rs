//! The motors of a simulated channel: presets, cruises, where it goes when nobody steers it. Shared with who draws it.

use std::collections::BTreeMap;
use std::num::NonZeroU8;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use device::Motion;
use gb28181::manscdp::{
    Command, CruisePoint, CruiseTrack, CruiseTrackName, CruiseTracks, HomePosition, PrecisePosition, Preset,
    PresetPart, PtzControl, PtzPosition,
};
use gb28181::ptz::{self, Cruise, CruiseAction, PresetAction, PtzCommand};
use sim::View;

use crate::devices::turret::Turret;

/// Stops of one cruise. Full-policy: further ones are not taken.
const MAX_STOPS: usize = 32;
/// The way from one stop to the next takes about this long.
const WAY: Duration = Duration::from_secs(2);
/// How long a cruise stays at a stop where nothing was said.
const USUAL_STAY_S: u16 = 5;
/// Speeds of cruises as they are told (§A.2.6.14); bytes may say greater ones.
const SPEEDS: std::ops::RangeInclusive<u16> = 1..=15;

/// The motors of a channel.
#[derive(Debug)]
pub(in super::super) struct Steering {
    motors: Mutex<Motors>,
    /// Whether it was ever steered: then it is drawn as it turns.
    is_steered: AtomicBool,
}

#[derive(Debug)]
struct Motors {
    turret: Turret,
    cruises: BTreeMap<u8, Tour>,
    running: Option<Running>,
    home: HomePosition,
    /// When it was steered last, and whether it has gone home since.
    steered_at: Instant,
    is_home: bool,
}

/// A cruise.
#[derive(Debug)]
struct Tour {
    name: String,
    stops: Vec<NonZeroU8>,
    speed: u16,
    stay_s: u16,
}

#[derive(Debug)]
struct Running {
    group: u8,
    stop: usize,
    next_at: Instant,
}

impl Steering {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let motors = Motors {
            turret: Turret::new(now),
            cruises: BTreeMap::new(),
            running: None,
            home: HomePosition { enabled: Some(false), ..HomePosition::default() },
            steered_at: now,
            is_home: false,
        };
        Self { motors: Mutex::new(motors), is_steered: AtomicBool::new(false) }
    }

    fn motors(&self) -> MutexGuard<'_, Motors> {
        self.motors.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Where it looks.
    pub(in super::super) fn look(&self, now: Instant) -> View {
        self.motors().look(now)
    }

    /// Whether it was ever steered.
    pub(in super::super) fn is_steered(&self) -> bool {
        self.is_steered.load(Ordering::Relaxed)
    }

    /// Does what it is told, if it is something for motors.
    pub(super) fn steer(&self, command: &Command, now: Instant) {
        let mut motors = self.motors();
        match command {
            Command::Ptz(bytes) => motors.obey(bytes, now),
            Command::Precise(wanted) => motors.look_at(wanted, now),
            Command::HomePosition(home) => motors.set_home(home, now),
            _ => return,
        }
        self.is_steered.store(true, Ordering::Relaxed);
    }

    pub(super) fn home(&self) -> HomePosition {
        self.motors().home.clone()
    }

    pub(super) fn presets(&self) -> PresetPart {
        let motors = self.motors();
        let named = |(number, name): (NonZeroU8, &str)| Preset {
            number: Some(number.get().into()),
            name: Some(name.to_owned()),
        };
        let items: Vec<Preset> = motors.turret.presets().map(named).collect();
        PresetPart { total: u32::try_from(items.len()).ok(), items }
    }

    pub(super) fn cruises(&self) -> CruiseTracks {
        let motors = self.motors();
        let named = |(number, tour): (&u8, &Tour)| CruiseTrackName {
            number: Some((*number).into()),
            name: Some(tour.name.clone()),
        };
        let items: Vec<CruiseTrackName> = motors.cruises.iter().map(named).collect();
        CruiseTracks { total: u32::try_from(items.len()).ok(), items }
    }

    /// What a cruise does; `None` when there is no such one.
    pub(super) fn cruise(&self, number: u32) -> Option<CruiseTrack> {
        let motors = self.motors();
        let tour = motors.cruises.get(&u8::try_from(number).ok()?)?;
        let point = |preset: &NonZeroU8| CruisePoint {
            preset: Some(preset.get().into()),
            stay_s: Some(tour.stay_s.into()),
            speed: u8::try_from(tour.speed.clamp(*SPEEDS.start(), *SPEEDS.end())).ok(),
        };
        let points: Vec<CruisePoint> = tour.stops.iter().map(point).collect();
        let total = u32::try_from(points.len()).ok();
        Some(CruiseTrack { number: Some(number), name: Some(tour.name.clone()), total, points })
    }

    /// Clockwise from 0 to 360, downwards positive (§A.2.6.15).
    pub(super) fn position(&self, now: Instant) -> PtzPosition {
        let view = self.look(now);
        PtzPosition {
            pan_degrees: Some(f64::from(view.pan_deg.rem_euclid(360.0))),
            tilt_degrees: Some(f64::from(-view.tilt_deg)),
            zoom: Some(f64::from(view.zoom)),
            ..PtzPosition::default()
        }
    }
}

impl Motors {
    fn look(&mut self, now: Instant) -> View {
        self.cruise_on(now);
        self.go_home(now);
        self.turret.look(now)
    }

    /// Begins the ways of a cruise that have become due.
    fn cruise_on(&mut self, now: Instant) {
        let Some(running) = &mut self.running else { return };
        let Some(tour) = self.cruises.get(&running.group).filter(|tour| !tour.stops.is_empty()) else {
            self.running = None;
            return;
        };
        // After a whole round the time that nobody looked does not matter any more.
        for _ in 0..=tour.stops.len() {
            if running.next_at > now {
                return;
            }
            if let Some(view) = self.turret.preset(tour.stops[running.stop % tour.stops.len()]) {
                self.turret.go_to(view, running.next_at);
            }
            running.stop = (running.stop + 1) % tour.stops.len();
            running.next_at += WAY + Duration::from_secs(tour.stay_s.into());
        }
        running.next_at = running.next_at.max(now);
    }

    /// Goes where it shall be when nobody has steered it for a while (§9.3.2.9).
    fn go_home(&mut self, now: Instant) {
        let due = self.steered_at + Duration::from_secs(self.home.reset_s.unwrap_or(0).into());
        let is_due = self.home.enabled == Some(true) && !self.is_home && due <= now;
        if !is_due || self.running.is_some() {
            return;
        }
        self.is_home = true;
        let preset = self.home.preset.and_then(|preset| NonZeroU8::new(u8::try_from(preset).ok()?));
        if let Some(view) = preset.and_then(|preset| self.turret.preset(preset)) {
            self.turret.go_to(view, due);
        }
    }

    fn set_home(&mut self, home: &HomePosition, now: Instant) {
        self.look(now);
        self.home = HomePosition {
            enabled: home.enabled.or(self.home.enabled),
            reset_s: home.reset_s.or(self.home.reset_s),
            preset: home.preset.or(self.home.preset),
        };
        self.is_steered_at(now);
    }

    fn is_steered_at(&mut self, now: Instant) {
        (self.steered_at, self.is_home) = (now, false);
    }

    fn obey(&mut self, bytes: &PtzControl, now: Instant) {
        self.look(now);
        let params = bytes.params.clone().unwrap_or_default();
        match bytes.command() {
            Ok(PtzCommand::Motion(motion)) => {
                self.running = None;
                self.turret.drive(speeds(motion), now);
            }
            Ok(PtzCommand::Preset(preset)) => self.use_preset(preset, params.preset_name, now),
            Ok(PtzCommand::Cruise(cruise)) => self.use_cruise(cruise, params.cruise_name, now),
            _ => return,
        }
        self.is_steered_at(now);
    }

    fn use_preset(&mut self, preset: ptz::Preset, name: Option<String>, now: Instant) {
        let Some(number) = NonZeroU8::new(preset.number) else { return };
        let turret = &mut self.turret;
        match preset.action {
            PresetAction::Set => turret.save_preset(number, name.unwrap_or_else(|| format!("预置位{number}")), now),
            PresetAction::Call => {
                self.running = None;
                if let Some(view) = turret.preset(number) {
                    turret.go_to(view, now);
                }
            }
            PresetAction::Delete => turret.remove_preset(number),
        }
    }

    fn use_cruise(&mut self, Cruise { group, action }: Cruise, name: Option<String>, now: Instant) {
        if action == CruiseAction::Remove(0) {
            self.cruises.remove(&group);
            return;
        }
        if action == CruiseAction::Start {
            self.running = self.cruises.contains_key(&group).then_some(Running { group, stop: 0, next_at: now });
            return;
        }
        let tour = self.cruises.entry(group).or_insert_with(|| Tour {
            name: format!("巡航{group}"),
            stops: Vec::new(),
            speed: *SPEEDS.end(),
            stay_s: USUAL_STAY_S,
        });
        if let Some(name) = name {
            tour.name = name;
        }
        match action {
            CruiseAction::Add(preset) if tour.stops.len() < MAX_STOPS => tour.stops.extend(NonZeroU8::new(preset)),
            CruiseAction::Remove(preset) => tour.stops.retain(|stop| stop.get() != preset),
            CruiseAction::Speed(speed) => tour.speed = speed,
            CruiseAction::Dwell(seconds) => tour.stay_s = seconds,
            _ => {}
        }
    }

    fn look_at(&mut self, wanted: &PrecisePosition, now: Instant) {
        let view = self.look(now);
        self.running = None;
        #[expect(clippy::cast_possible_truncation, reason = "angles")]
        let or = |wanted: Option<f64>, is: f32| wanted.map_or(is, |wanted| wanted as f32);
        let pan = or(wanted.pan_degrees, view.pan_deg);
        let view = View {
            pan_deg: if pan > 180.0 { pan - 360.0 } else { pan },
            tilt_deg: -or(wanted.tilt_degrees, -view.tilt_deg),
            zoom: or(wanted.zoom, view.zoom),
        };
        self.turret.go_to(view, now);
        self.is_steered_at(now);
    }
}

fn speeds(motion: ptz::Motion) -> Motion {
    let share = |speed: u8, most: u8| f32::from(speed) / f32::from(most);
    Motion {
        pan: motion.pan.map_or(0.0, |way| if way == ptz::Pan::Left { -1.0 } else { 1.0 })
            * share(motion.pan_speed, 255),
        tilt: motion.tilt.map_or(0.0, |way| if way == ptz::Tilt::Down { -1.0 } else { 1.0 })
            * share(motion.tilt_speed, 255),
        zoom: motion.zoom.map_or(0.0, |way| if way == ptz::Zoom::Out { -1.0 } else { 1.0 })
            * share(motion.zoom_speed.min(15), 15),
        ..Motion::STILL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Bench {
        steering: Steering,
        start: Instant,
    }

    impl Bench {
        fn new() -> Self {
            Self { steering: Steering::new(), start: Instant::now() }
        }

        fn at(&self, seconds: u64) -> Instant {
            self.start + Duration::from_secs(seconds)
        }

        fn bytes(&self, command: PtzCommand, seconds: u64) {
            self.steering.steer(&Command::Ptz(command.into()), self.at(seconds));
        }

        fn preset(&self, action: PresetAction, number: u8, seconds: u64) {
            self.bytes(PtzCommand::Preset(ptz::Preset { action, number }), seconds);
        }

        fn cruise(&self, action: CruiseAction, seconds: u64) {
            self.bytes(PtzCommand::Cruise(Cruise { group: 7, action }), seconds);
        }

        fn turn_to(&self, pan_degrees: f64, seconds: u64) {
            let wanted = PrecisePosition { pan_degrees: Some(pan_degrees), ..PrecisePosition::default() };
            self.steering.steer(&Command::Precise(wanted), self.at(seconds));
        }

        fn pan(&self, seconds: u64) -> f64 {
            self.steering.position(self.at(seconds)).pan_degrees.unwrap().round()
        }

        /// Two presets, 1 at home and 2 at the right.
        fn with_presets() -> Self {
            let bench = Self::new();
            bench.preset(PresetAction::Set, 1, 0);
            bench.turn_to(40.0, 1);
            bench.preset(PresetAction::Set, 2, 20);
            bench
        }
    }

    #[test]
    fn a_cruise_is_told_as_it_was_set_and_goes_round_until_it_is_stopped() {
        let bench = Bench::with_presets();
        for action in [CruiseAction::Add(1), CruiseAction::Add(2), CruiseAction::Dwell(30), CruiseAction::Speed(9)] {
            bench.cruise(action, 20);
        }
        let tracks = bench.steering.cruises();
        assert_eq!((tracks.total, tracks.items[0].number), (Some(1), Some(7)));
        let track = bench.steering.cruise(7).unwrap();
        let points: Vec<_> = track.points.iter().map(|it| (it.preset, it.stay_s, it.speed)).collect();
        assert_eq!(points, [(Some(1), Some(30), Some(9)), (Some(2), Some(30), Some(9))]);
        assert_eq!(bench.steering.cruise(8), None);

        bench.cruise(CruiseAction::Start, 30);
        assert_eq!((bench.pan(50), bench.pan(80), bench.pan(110)), (0.0, 40.0, 0.0));
        // Nobody looked for a long time.
        bench.pan(100_000);
        bench.bytes(PtzCommand::Motion(ptz::Motion::STOP), 100_001);
        let stands = bench.pan(100_002);
        assert_eq!(bench.pan(100_300), stands);
        bench.cruise(CruiseAction::Remove(0), 100_301);
        assert_eq!(bench.steering.cruises().total, Some(0));
    }

    #[test]
    fn who_nobody_steers_goes_home_once() {
        let bench = Bench::with_presets();
        let home = HomePosition { enabled: Some(true), reset_s: Some(60), preset: Some(1) };
        bench.steering.steer(&Command::HomePosition(home.clone()), bench.at(100));
        assert_eq!(bench.steering.home(), home);
        assert_eq!((bench.pan(159), bench.pan(175)), (40.0, 0.0));
        bench.turn_to(40.0, 200);
        assert_eq!((bench.pan(255), bench.pan(275)), (40.0, 0.0));
        let off = HomePosition { enabled: Some(false), ..HomePosition::default() };
        bench.steering.steer(&Command::HomePosition(off), bench.at(280));
        assert_eq!(bench.steering.home(), HomePosition { enabled: Some(false), ..home });
        bench.turn_to(40.0, 281);
        assert_eq!(bench.pan(1000), 40.0);
    }
}
