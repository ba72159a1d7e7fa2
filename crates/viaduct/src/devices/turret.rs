//! The motors of a simulated camera: what it was told, and where it looks at an instant. It reads no clock.

use std::collections::BTreeMap;
use std::num::NonZeroU8;
use std::time::{Duration, Instant};

use device::{Motion, Position};
use sim::View;

/// Fastest turning at home zoom, degrees a second; zoomed in it is slower, so that the picture moves alike.
const PAN_DPS: f32 = 60.0;
const TILT_DPS: f32 = 30.0;
/// Fastest zooming, doublings of the focal length a second.
const ZOOM_PER_S: f32 = 1.0;
/// Time from standing to full speed and back.
const RAMP: Duration = Duration::from_millis(200);
/// Motion is worked out in steps of this length.
const STEP: Duration = Duration::from_millis(10);
/// A camera that nobody looked at for longer than this has arrived wherever it was going.
const LONGEST: Duration = Duration::from_secs(60);

/// A way from one view to another.
#[derive(Clone, Copy, Debug)]
struct Travel {
    from: View,
    to: View,
    since: Instant,
    takes: Duration,
}

/// Pan, tilt, zoom, and the positions that are kept.
#[derive(Debug)]
pub(crate) struct Turret {
    view: View,
    /// Speeds that it was told, and those that it has: shares of the fastest.
    wanted: [f32; 3],
    speed: [f32; 3],
    travel: Option<Travel>,
    home: View,
    presets: BTreeMap<NonZeroU8, (String, View)>,
    at: Instant,
}

impl Turret {
    /// Looks home and stands still.
    pub(crate) const fn new(now: Instant) -> Self {
        Self {
            view: View::HOME,
            wanted: [0.0; 3],
            speed: [0.0; 3],
            travel: None,
            home: View::HOME,
            presets: BTreeMap::new(),
            at: now,
        }
    }

    /// Where it looks.
    pub(crate) fn look(&mut self, now: Instant) -> View {
        if let Some(travel) = self.travel {
            self.at = now;
            self.view = travel.at(now);
            if now >= travel.since + travel.takes {
                self.travel = None;
            }
            return self.view;
        }
        let mut left = now.saturating_duration_since(self.at).min(LONGEST);
        while !left.is_zero() && self.moves() {
            let step = left.min(STEP);
            self.advance(step.as_secs_f32());
            left -= step;
        }
        self.at = now;
        self.view
    }

    fn moves(&self) -> bool {
        self.wanted != [0.0; 3] || self.speed != [0.0; 3]
    }

    fn advance(&mut self, seconds: f32) {
        let most = seconds / RAMP.as_secs_f32();
        for (speed, wanted) in self.speed.iter_mut().zip(self.wanted) {
            *speed += (wanted - *speed).clamp(-most, most);
        }
        let [pan, tilt, zoom] = self.speed;
        let near = self.view.zoom.max(1.0);
        self.view = View {
            pan_deg: self.view.pan_deg + pan * PAN_DPS / near * seconds,
            tilt_deg: self.view.tilt_deg + tilt * TILT_DPS / near * seconds,
            zoom: self.view.zoom * (zoom * ZOOM_PER_S * seconds).exp2(),
        }
        .clamped();
    }

    /// Moves with these speeds from now on.
    pub(crate) fn drive(&mut self, motion: Motion, now: Instant) {
        self.look(now);
        self.travel = None;
        self.wanted = [motion.pan, motion.tilt, motion.zoom];
    }

    /// Slows down to a stand, from a travel at once.
    pub(crate) fn stop(&mut self, now: Instant) {
        self.drive(Motion::STILL, now);
    }

    /// Turns and zooms to a view.
    pub(crate) fn go_to(&mut self, view: View, now: Instant) {
        let (from, to) = (self.look(now), view.clamped());
        (self.wanted, self.speed) = ([0.0; 3], [0.0; 3]);
        self.travel = Some(Travel { from, to, since: now, takes: travel_time(from, to) });
    }

    pub(crate) fn go_home(&mut self, now: Instant) {
        self.go_to(self.home, now);
    }

    pub(crate) fn set_home(&mut self, now: Instant) {
        self.home = self.look(now);
    }

    pub(crate) fn save_preset(&mut self, number: NonZeroU8, name: String, now: Instant) {
        let view = self.look(now);
        self.presets.insert(number, (name, view));
    }

    pub(crate) fn preset(&self, number: NonZeroU8) -> Option<View> {
        self.presets.get(&number).map(|(_, view)| *view)
    }

    pub(crate) fn remove_preset(&mut self, number: NonZeroU8) {
        self.presets.remove(&number);
    }

    /// By number.
    pub(crate) fn presets(&self) -> impl Iterator<Item = (NonZeroU8, &str)> {
        self.presets.iter().map(|(number, (name, _))| (*number, name.as_str()))
    }
}

impl Travel {
    fn at(&self, now: Instant) -> View {
        let gone = now.saturating_duration_since(self.since).as_secs_f32() / self.takes.as_secs_f32();
        if gone >= 1.0 {
            return self.to;
        }
        // Starts and ends gently.
        let share = gone * gone * (3.0 - 2.0 * gone);
        let between = |from: f32, to: f32| from + (to - from) * share;
        View {
            pan_deg: between(self.from.pan_deg, self.to.pan_deg),
            tilt_deg: between(self.from.tilt_deg, self.to.tilt_deg),
            zoom: between(self.from.zoom.ln(), self.to.zoom.ln()).exp(),
        }
    }
}

/// As long as the slowest motor needs. A gentle way is half as fast again in its middle.
fn travel_time(from: View, to: View) -> Duration {
    let pan = (to.pan_deg - from.pan_deg).abs() / PAN_DPS;
    let tilt = (to.tilt_deg - from.tilt_deg).abs() / TILT_DPS;
    let zoom = (to.zoom / from.zoom).log2().abs() / ZOOM_PER_S;
    RAMP + Duration::from_secs_f32(1.5 * pan.max(tilt).max(zoom))
}

pub(crate) const fn position(view: View) -> Position {
    Position { pan_deg: view.pan_deg, tilt_deg: view.tilt_deg, zoom: view.zoom }
}

pub(crate) const fn view(position: Position) -> View {
    View { pan_deg: position.pan_deg, tilt_deg: position.tilt_deg, zoom: position.zoom }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn pan(speed: f32) -> Motion {
        Motion { pan: speed, ..Motion::STILL }
    }

    #[test]
    fn it_turns_at_the_speed_it_was_told_and_stands_after_a_short_ramp() {
        let start = Instant::now();
        let mut turret = Turret::new(start);
        turret.drive(pan(0.5), start);
        let (one, two) = (turret.look(start + SECOND).pan_deg, turret.look(start + 2 * SECOND).pan_deg);
        assert!((two - one - 30.0).abs() < 0.1, "{one} {two}");
        turret.stop(start + 2 * SECOND);
        let stood = turret.look(start + 2 * SECOND + RAMP).pan_deg;
        assert!(stood > two && stood - two < 4.0, "{two} {stood}");
        assert_eq!(turret.look(start + 9 * SECOND).pan_deg, stood);
    }

    #[test]
    fn how_often_somebody_looks_changes_little() {
        let start = Instant::now();
        let (mut often, mut once) = (Turret::new(start), Turret::new(start));
        for turret in [&mut often, &mut once] {
            turret.drive(Motion { tilt: -0.3, zoom: 1.0, ..pan(0.7) }, start);
        }
        (1..=100).for_each(|step| {
            often.look(start + step * Duration::from_millis(13));
        });
        let (one, other) = (often.look(start + 2 * SECOND), once.look(start + 2 * SECOND));
        assert!((one.pan_deg - other.pan_deg).abs() < 0.5, "{one:?} {other:?}");
        assert!((one.zoom / other.zoom - 1.0).abs() < 0.02, "{one:?} {other:?}");
    }

    #[test]
    fn it_stays_within_what_the_mechanics_permit() {
        let start = Instant::now();
        let mut turret = Turret::new(start);
        turret.drive(Motion { tilt: 1.0, zoom: 1.0, ..pan(1.0) }, start);
        let view = turret.look(start + 60 * SECOND);
        assert_eq!((view.pan_deg, view.tilt_deg, view.zoom), (170.0, 30.0, 20.0));
    }

    #[test]
    fn it_goes_to_a_preset_exactly_and_can_be_stopped_on_the_way() {
        let (start, seven) = (Instant::now(), NonZeroU8::new(7).unwrap());
        let mut turret = Turret::new(start);
        turret.go_to(View { pan_deg: 40.0, tilt_deg: -5.0, zoom: 3.0 }, start);
        turret.save_preset(seven, "ramp".to_owned(), start + 9 * SECOND);
        let kept = turret.preset(seven).unwrap();
        assert_eq!((kept.pan_deg, kept.zoom), (40.0, 3.0));
        turret.go_home(start + 9 * SECOND);
        let midway = turret.look(start + 10 * SECOND);
        assert!(midway.pan_deg > 0.0 && midway.pan_deg < 40.0, "{midway:?}");
        turret.stop(start + 10 * SECOND);
        assert_eq!(turret.look(start + 20 * SECOND), midway);
        turret.go_to(kept, start + 20 * SECOND);
        assert_eq!(turret.look(start + 40 * SECOND), kept);
    }
}
