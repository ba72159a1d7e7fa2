//! The ring of frames: one GOP if it fits, and a little of the one before for readers that lag.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use media::{Frame, Timestamp, TrackId};

use crate::stream::Tracks;

/// What is kept of the previous GOP, so that a reader a little behind does not skip.
const TAIL: Duration = Duration::from_millis(500);
/// What is kept where every frame is a start: sound alone has no GOP that would hold it for those who lag.
const SOUND_TAIL: Duration = Duration::from_secs(5);

/// How long frames before the newest start are kept.
pub(crate) const fn tail(every_frame_is_a_start: bool) -> Duration {
    if every_frame_is_a_start { SOUND_TAIL } else { TAIL }
}

/// A frame with the tracks that were in force for it.
#[derive(Clone, Debug)]
pub struct RingFrame {
    /// Position in the stream, counted from the first frame; never reused.
    pub position: u64,
    /// The frame.
    pub frame: Arc<Frame>,
    /// All tracks as of this frame.
    pub tracks: Arc<Tracks>,
    /// A reader can start here.
    pub joinable: bool,
}

/// Frames of one stream by position.
#[derive(Debug)]
pub struct FrameRing {
    frames: VecDeque<RingFrame>,
    next: u64,
    bytes: usize,
    cap_bytes: usize,
    lag: Duration,
    gop_start: Option<u64>,
}

/// What pushing a frame did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Fine.
    Kept,
    /// The GOP outgrew the cap: until the next key frame nobody can join.
    GopOverflow,
}

impl FrameRing {
    /// A ring of at most `cap_bytes` of payload, which keeps what came within `lag` while it can.
    pub const fn new(cap_bytes: usize, lag: Duration) -> Self {
        Self { frames: VecDeque::new(), next: 0, bytes: 0, cap_bytes, lag, gop_start: None }
    }

    /// Appends a frame. `join_track` is the track whose key frames start GOPs; without video every frame does.
    pub fn push(&mut self, frame: Arc<Frame>, tracks: Arc<Tracks>, join_track: Option<TrackId>) -> Pushed {
        let position = self.next;
        self.next += 1;
        self.bytes += frame.payload.len();
        let joinable = join_track.is_none_or(|track| frame.track == track && frame.key);
        if joinable {
            self.gop_start = Some(position);
        }
        let newest = (frame.dts, frame.arrival);
        self.frames.push_back(RingFrame { position, frame, tracks, joinable });
        self.drop_old(newest, tail(join_track.is_none()));
        self.enforce_cap()
    }

    /// The position after the newest frame.
    pub const fn end(&self) -> u64 {
        self.next
    }

    /// The oldest position still here.
    pub fn start(&self) -> u64 {
        self.frames.front().map_or(self.next, |frame| frame.position)
    }

    /// Where a reader that wants a picture at once begins.
    pub const fn join_position(&self) -> Option<u64> {
        self.gop_start
    }

    /// Frames from `position` on; begins later when they are gone.
    pub fn from(&self, position: u64) -> impl Iterator<Item = &RingFrame> {
        let skip = usize::try_from(position.saturating_sub(self.start())).unwrap_or(usize::MAX);
        self.frames.iter().skip(skip.min(self.frames.len()))
    }

    /// Frames, bytes and duration from the join position on.
    pub fn gop(&self) -> (usize, usize, Duration) {
        let Some(start) = self.gop_start else {
            return (0, 0, Duration::ZERO);
        };
        let (mut count, mut bytes, mut first, mut last) = (0, 0, None, Timestamp::ZERO);
        for entry in self.from(start) {
            count += 1;
            bytes += entry.frame.payload.len();
            first = first.or(Some(entry.frame.dts));
            last = last.max(entry.frame.dts);
        }
        (count, bytes, last.saturating_since(first.unwrap_or(last)))
    }

    /// Drops everything, as when a stream ends.
    pub fn clear(&mut self) {
        self.frames = VecDeque::new();
        self.bytes = 0;
        self.gop_start = None;
    }

    /// A source that sends faster than it was, such as a recording, is followed by the wall clock: readers lag by that.
    fn drop_old(&mut self, (dts, arrival): (Timestamp, Instant), tail: Duration) {
        let Some(gop_start) = self.gop_start else {
            return;
        };
        while let Some(first) = self.frames.front() {
            let is_recent = dts.saturating_since(first.frame.dts) <= tail
                || arrival.saturating_duration_since(first.frame.arrival) <= self.lag;
            if first.position >= gop_start || is_recent {
                break;
            }
            self.pop();
        }
    }

    fn enforce_cap(&mut self) -> Pushed {
        let mut outcome = Pushed::Kept;
        while self.bytes > self.cap_bytes && self.frames.len() > 1 {
            let dropped = self.pop();
            if self.gop_start == Some(dropped) {
                self.gop_start = None;
                outcome = Pushed::GopOverflow;
            }
        }
        outcome
    }

    fn pop(&mut self) -> u64 {
        let first = self.frames.pop_front().expect("the caller saw a frame");
        self.bytes -= first.frame.payload.len();
        first.position
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use media::MediaTime;
    use std::num::NonZeroU32;

    const VIDEO: Option<TrackId> = Some(TrackId(0));
    const LAG: Duration = Duration::from_millis(500);

    /// One that comes as fast as it was.
    fn frame(dts_ms: i64, key: bool, len: usize) -> Arc<Frame> {
        come(dts_ms, dts_ms, key, len)
    }

    fn come(at_ms: i64, dts_ms: i64, key: bool, len: usize) -> Arc<Frame> {
        static BEGIN: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        let dts = Timestamp::from_millis(dts_ms);
        Arc::new(Frame {
            track: TrackId(0),
            source_ts: MediaTime::new(dts_ms, NonZeroU32::new(1000).unwrap()),
            dts,
            pts: dts,
            arrival: *BEGIN + Duration::from_millis(at_ms.try_into().unwrap()),
            capture_utc: None,
            key,
            config_version: 1,
            payload: Bytes::from(vec![0; len]),
        })
    }

    #[test]
    fn one_gop_and_a_short_tail_are_kept() {
        let mut ring = FrameRing::new(1_000_000, LAG);
        for i in 0..120 {
            ring.push(frame(i * 40, i % 50 == 0, 100), Arc::default(), VIDEO);
        }
        assert_eq!(ring.join_position(), Some(100));
        assert_eq!(ring.start(), 100);
        assert_eq!(ring.gop(), (20, 2000, Duration::from_millis(760)));
        ring.push(frame(120 * 40, true, 100), Arc::default(), VIDEO);
        assert_eq!(ring.join_position(), Some(120));
        assert_eq!(ring.start(), 108, "500 ms before the key frame stay");
        assert_eq!(ring.from(119).map(|entry| entry.position).collect::<Vec<_>>(), [119, 120]);
    }

    #[test]
    fn what_comes_faster_than_it_was_stays_as_long_for_those_who_lag() {
        let mut ring = FrameRing::new(1_000_000, LAG);
        for i in 0..=250 {
            ring.push(come(i * 5, i * 40, i % 25 == 0, 100), Arc::default(), VIDEO);
        }
        assert_eq!(ring.start(), 150, "500 ms, which are four seconds of the recording");
    }

    #[test]
    fn a_gop_over_the_cap_is_not_joinable_until_the_next_key_frame() {
        let mut ring = FrameRing::new(1000, LAG);
        let outcomes: Vec<Pushed> =
            (0..12).map(|i| ring.push(frame(i * 40, i == 0, 100), Arc::default(), VIDEO)).collect();
        assert_eq!(outcomes.iter().filter(|outcome| **outcome == Pushed::GopOverflow).count(), 1);
        assert_eq!(ring.join_position(), None);
        assert_eq!(ring.start(), 2);
        ring.push(frame(500, true, 100), Arc::default(), VIDEO);
        assert_eq!(ring.join_position(), Some(12));
    }

    #[test]
    fn without_video_every_frame_is_a_start() {
        let mut ring = FrameRing::new(1000, LAG);
        for i in 0..60 {
            ring.push(frame(i * 20, false, 10), Arc::default(), None);
        }
        assert_eq!(ring.join_position(), Some(59));
    }
}
