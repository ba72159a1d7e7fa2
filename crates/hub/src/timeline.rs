//! Time repair: from what a source stamps to one monotone time line per stream.
//!
//! A jump, wrap or rollback never ends a stream: it is repaired, counted and reported. All tracks of a
//! source share one offset, so sound and picture stay together; a track that jumps takes along those that
//! jump the same way.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use media::{MediaTime, Timestamp, TrackId};

/// A step that differs from the arrival clock by more than this is a discontinuity of the source's clock.
pub const MAX_STEP_ERROR: Duration = Duration::from_secs(3);
/// Two tracks that jump to within this of each other keep their distance.
const SAME_JUMP: i64 = 1_000_000;
/// The step that replaces one that would not move forward.
const SMALLEST_STEP_US: i64 = 1_000;
/// Presentation may lie this far behind decoding: more is a broken composition offset.
const MAX_COMPOSITION_US: i64 = 5_000_000;

/// What was wrong with a time stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Repair {
    /// The source's clock jumped forward or backward.
    Jump,
    /// A 32-bit counter wrapped although the protocol layer unrolls it (a relay in between restarted it).
    Wrap,
    /// A small step backward within a track.
    Rollback,
}

/// Repairs the time stamps of one publisher.
#[derive(Debug)]
pub struct Timeline {
    start: Timestamp,
    start_arrival: Option<Instant>,
    tracks: BTreeMap<TrackId, TrackTime>,
    /// Offset of the track that was anchored last.
    latest_offset: Option<i64>,
}

#[derive(Debug)]
struct TrackTime {
    offset: i64,
    last_dts: i64,
    last_arrival: Instant,
}

/// Repaired times of one access unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repaired {
    /// Decoding time, later than the track's previous one.
    pub dts: Timestamp,
    /// Presentation time, not before `dts`.
    pub pts: Timestamp,
    /// What had to be mended, if anything.
    pub repair: Option<Repair>,
}

impl Timeline {
    /// A time line that begins at `start`: zero, or where the previous publisher left off.
    pub const fn new(start: Timestamp) -> Self {
        Self { start, start_arrival: None, tracks: BTreeMap::new(), latest_offset: None }
    }

    /// Places one access unit that arrived at `now`.
    pub fn place(&mut self, track: TrackId, dts: MediaTime, pts: MediaTime, now: Instant) -> Repaired {
        let source_dts = dts.to_timestamp().as_micros();
        let composition = (pts.to_timestamp() - dts.to_timestamp()).clamp(0, MAX_COMPOSITION_US);
        let (dts_us, repair) = match self.tracks.get(&track) {
            None => (self.anchor_first(track, source_dts, now), None),
            Some(_) => self.continue_track(track, source_dts, now),
        };
        let state = self.tracks.get_mut(&track).expect("anchored above");
        state.last_dts = dts_us;
        state.last_arrival = now;
        let dts = Timestamp::from_micros(dts_us);
        Repaired { dts, pts: Timestamp::from_micros(dts_us.saturating_add(composition)), repair }
    }

    /// The first unit of a track takes the offset of the others, unless that puts it far from now.
    fn anchor_first(&mut self, track: TrackId, source_dts: i64, now: Instant) -> i64 {
        let start_arrival = *self.start_arrival.get_or_insert(now);
        let expected = (self.start + now.saturating_duration_since(start_arrival)).as_micros();
        let shared = self.latest_offset.filter(|offset| is_near(source_dts.saturating_add(*offset), expected));
        let offset = shared.unwrap_or_else(|| expected.saturating_sub(source_dts));
        let dts = source_dts.saturating_add(offset);
        self.latest_offset = Some(offset);
        self.tracks.insert(track, TrackTime { offset, last_dts: dts, last_arrival: now });
        dts
    }

    fn continue_track(&mut self, track: TrackId, source_dts: i64, now: Instant) -> (i64, Option<Repair>) {
        let latest_offset = self.latest_offset;
        let state = self.tracks.get_mut(&track).expect("the caller looked it up");
        let elapsed = micros(now.saturating_duration_since(state.last_arrival));
        let expected = state.last_dts.saturating_add(elapsed.max(SMALLEST_STEP_US));
        let raw = source_dts.saturating_add(state.offset);
        if !is_near(raw, expected) {
            let followed = latest_offset
                .filter(|offset| {
                    let moved = source_dts.saturating_add(*offset);
                    moved.abs_diff(expected) < SAME_JUMP.unsigned_abs() && moved > state.last_dts
                })
                .unwrap_or_else(|| expected.saturating_sub(source_dts));
            let repair = if is_wrap(raw - state.last_dts) { Repair::Wrap } else { Repair::Jump };
            state.offset = followed;
            self.latest_offset = Some(followed);
            return (source_dts.saturating_add(followed), Some(repair));
        }
        if raw <= state.last_dts {
            return (state.last_dts.saturating_add(SMALLEST_STEP_US), Some(Repair::Rollback));
        }
        (raw, None)
    }
}

const fn is_near(value: i64, expected: i64) -> bool {
    value.abs_diff(expected) <= MAX_STEP_ERROR.as_micros() as u64
}

fn micros(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

/// Whether a step back is that of a 32-bit counter of milliseconds or of 90 kHz ticks.
const fn is_wrap(step_us: i64) -> bool {
    const MILLIS: i64 = (1 << 32) * 1000;
    const TICKS_90K: i64 = (1 << 32) * 100 / 9;
    const SLACK: u64 = 60_000_000;
    step_us.saturating_add(MILLIS).unsigned_abs() < SLACK || step_us.saturating_add(TICKS_90K).unsigned_abs() < SLACK
}

#[cfg(test)]
mod tests;
