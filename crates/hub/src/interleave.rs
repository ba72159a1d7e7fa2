//! Interleaving of tracks by decoding time with a wait cap.
//!
//! A source whose tracks already come in order pays nothing: frames are held only after one was seen to
//! come late, only for as long as it was late, and never beyond the cap. Silent audio never stalls video.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use media::{Frame, Timestamp};

/// Frames held at most; beyond it the oldest goes out early.
pub const MAX_HELD: usize = 128;
/// Frames without lateness after which the hold is halved.
const CALM_FRAMES: u32 = 250;

/// Orders the frames of one publisher.
#[derive(Debug)]
pub struct Interleaver {
    cap: Duration,
    hold: Duration,
    held: VecDeque<Frame>,
    latest: Timestamp,
    calm: u32,
}

impl Interleaver {
    /// Holds a frame for at most `cap`; zero switches interleaving off.
    pub const fn new(cap: Duration) -> Self {
        Self { cap, hold: Duration::ZERO, held: VecDeque::new(), latest: Timestamp::ZERO, calm: 0 }
    }

    /// How long a frame is held at present.
    pub const fn hold(&self) -> Duration {
        self.hold
    }

    /// Takes a frame and passes on those whose turn it is.
    pub fn push(&mut self, frame: Frame, now: Instant, mut emit: impl FnMut(Frame)) {
        self.learn(&frame);
        if self.hold.is_zero() && self.held.is_empty() {
            self.latest = self.latest.max(frame.dts);
            emit(frame);
            return;
        }
        let at = self.held.partition_point(|other| other.dts <= frame.dts);
        self.held.insert(at, frame);
        while let Some(first) = self.held.front() {
            let due = now.saturating_duration_since(first.arrival) >= self.hold;
            let full = self.held.len() > MAX_HELD;
            // A frame that waited long enough lets everything before it go too.
            let later_due = || self.held.iter().any(|other| now.saturating_duration_since(other.arrival) >= self.hold);
            if !due && !full && !later_due() {
                break;
            }
            let first = self.held.pop_front().expect("looked at above");
            self.latest = self.latest.max(first.dts);
            emit(first);
        }
    }

    /// Passes on everything that is held.
    pub fn flush(&mut self, emit: impl FnMut(Frame)) {
        self.held.drain(..).for_each(emit);
    }

    /// Adapts the hold to how late frames come.
    fn learn(&mut self, frame: &Frame) {
        let lateness = self.latest.saturating_since(frame.dts);
        if lateness > self.hold {
            self.hold = lateness.min(self.cap);
            self.calm = 0;
        } else if lateness > self.hold / 2 {
            self.calm = 0;
        } else {
            self.calm += 1;
            if self.calm >= CALM_FRAMES {
                self.calm = 0;
                self.hold = if self.hold < Duration::from_millis(5) { Duration::ZERO } else { self.hold / 2 };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use media::{MediaTime, TrackId};
    use std::num::NonZeroU32;

    fn frame(track: u8, dts_ms: i64, arrival: Instant) -> Frame {
        let dts = Timestamp::from_millis(dts_ms);
        Frame {
            track: TrackId(track),
            source_ts: MediaTime::new(dts_ms, NonZeroU32::new(1000).unwrap()),
            dts,
            pts: dts,
            arrival,
            capture_utc: None,
            key: false,
            config_version: 1,
            payload: Bytes::new(),
        }
    }

    fn order(frames: &[(u8, i64, u64)], cap_ms: u64) -> Vec<i64> {
        let origin = Instant::now();
        let mut interleaver = Interleaver::new(Duration::from_millis(cap_ms));
        let mut out = Vec::new();
        for (track, dts, arrival) in frames {
            let now = origin + Duration::from_millis(*arrival);
            interleaver.push(frame(*track, *dts, now), now, |frame| {
                out.push(frame.dts.as_millis());
            });
        }
        out
    }

    #[test]
    fn ordered_frames_pass_at_once() {
        assert_eq!(order(&[(0, 0, 0), (1, 10, 1), (0, 40, 40), (1, 33, 41)], 0), [0, 10, 40, 33]);
        assert_eq!(order(&[(0, 0, 0), (1, 10, 10), (0, 40, 40)], 100), [0, 10, 40]);
    }

    #[test]
    fn a_source_with_late_audio_is_put_in_order_once_that_is_known() {
        let frames: Vec<(u8, i64, u64)> = (0..20u64)
            .flat_map(|i| {
                let at = i * 40;
                [(0, i64::try_from(at).unwrap(), at), (1, i64::try_from(at).unwrap() - 30, at + 1)]
            })
            .collect();
        let out = order(&frames, 100);
        let steady = &out[4..];
        assert!(steady.windows(2).all(|pair| pair[0] <= pair[1]), "{out:?}");
    }

    #[test]
    fn a_track_that_falls_silent_holds_the_other_for_the_cap_at_most() {
        let mut frames = vec![(0, 0, 0), (1, -500, 1)];
        frames.extend((1..10u64).map(|i| (0, i64::try_from(i * 40).unwrap(), i * 40)));
        let out = order(&frames, 100);
        assert!(out.len() >= 8, "{out:?}");
    }

    #[test]
    fn the_hold_is_given_up_when_the_source_behaves() {
        let origin = Instant::now();
        let mut interleaver = Interleaver::new(Duration::from_millis(100));
        let mut out = 0;
        for (track, dts) in [(0, 100), (1, 50)] {
            interleaver.push(frame(track, dts, origin), origin, |_| out += 1);
        }
        assert_eq!(interleaver.hold(), Duration::from_millis(50));
        for i in 1..3000u32 {
            let now = origin + Duration::from_millis(u64::from(i) * 20);
            interleaver.push(frame(0, 100 + i64::from(i) * 20, now), now, |_| out += 1);
        }
        assert_eq!(interleaver.hold(), Duration::ZERO);
    }
}
