//! Keeps what comes in bursts to the speed of its own clock.

use std::time::{Duration, Instant};

use hub::Leg;
use media::{AccessUnit, Timestamp};

use crate::demux::{Item, StreamDemuxer};
use crate::pull::{PullFailure, PullSink};

/// A jump of more is another time line.
const MAX_STEP: Duration = Duration::from_secs(10);
/// Later than this, the clock is set anew instead of catching up in a burst.
const MAX_LATE: Duration = Duration::from_secs(1);

/// How often the sink is asked what it wants while a unit is not due.
const TICK: Duration = Duration::from_millis(500);

/// When each unit of one time line is due.
#[derive(Debug)]
pub(crate) struct Pace {
    /// How far media may run ahead of the clock.
    lead: Duration,
    anchor: Option<(Timestamp, Instant)>,
    last: Timestamp,
}

impl Pace {
    pub(crate) const fn new(lead: Duration) -> Self {
        Self { lead, anchor: None, last: Timestamp::ZERO }
    }

    /// When a unit that is decoded at `dts` is due.
    pub(crate) fn due(&mut self, dts: Timestamp, now: Instant) -> Instant {
        let (from, at) = *self.anchor.get_or_insert((dts, now));
        let jumped = dts.saturating_since(self.last) > MAX_STEP || self.last.saturating_since(dts) > MAX_STEP;
        let due = at + dts.saturating_since(from);
        let late = now.saturating_duration_since(due) > MAX_LATE;
        let first = from == dts && at == now;
        self.last = dts;
        if (jumped || late) && !first {
            self.anchor = Some((dts, now));
            return now;
        }
        due.checked_sub(self.lead).unwrap_or(due)
    }
}

/// A demuxer whose units reach the sink at the speed of their own clock.
pub(crate) struct Playing {
    demuxer: StreamDemuxer,
    pace: Pace,
}

impl Playing {
    pub(crate) const fn new(demuxer: StreamDemuxer, lead: Duration) -> Self {
        Self { demuxer, pace: Pace::new(lead) }
    }

    /// Hands on what the bytes contain; `true` when the sink wants no more.
    pub(crate) async fn take(&mut self, bytes: &[u8], sink: &mut dyn PullSink) -> Result<bool, PullFailure> {
        self.demuxer.push(bytes);
        while let Some(item) = self.demuxer.next()? {
            match item {
                Item::Tracks(tracks) => sink.tracks(tracks)?,
                Item::Note(text) => sink.step(Leg::Media, false, &text),
                Item::Unit(unit) => {
                    if deliver(&mut self.pace, unit, sink).await {
                        return Ok(true);
                    }
                }
            }
        }
        Ok(false)
    }
}

/// Gives a unit to the sink when it is due; `true` when the sink wants no more.
pub(crate) async fn deliver(pace: &mut Pace, unit: AccessUnit, sink: &mut dyn PullSink) -> bool {
    let due = pace.due(unit.dts.unwrap_or(unit.pts).to_timestamp(), Instant::now());
    loop {
        let left = due.saturating_duration_since(Instant::now());
        if left.is_zero() {
            break;
        }
        tokio::time::sleep(left.min(TICK)).await;
        if sink.is_done() {
            return true;
        }
    }
    sink.unit(unit, Instant::now());
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn a_burst_is_spread_and_a_jump_or_a_pause_sets_the_clock_anew() {
        let start = Instant::now();
        let after = |ms| start + Duration::from_millis(ms);
        let mut pace = Pace::new(Duration::from_millis(100));
        for (dts, now, due) in [
            (50_000, 0, 0),
            (50_040, 0, 0),
            (50_400, 0, 300),
            (51_000, 300, 900),
            // Another time line.
            (900_000, 1000, 1000),
            (900_400, 1000, 1300),
            // The network paused: no burst to catch up.
            (900_440, 5000, 5000),
            (900_640, 5000, 5100),
            (100, 5100, 5100),
            (500, 5100, 5400),
        ] {
            let found = pace.due(at(dts), after(now)).max(after(now));
            assert_eq!(found, after(due).max(after(now)), "{dts} at {now}");
        }
    }
}
