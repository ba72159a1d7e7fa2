//! When the units of a stream are shown: by their time stamps, by the caller's, or by how far they are apart.

use std::collections::VecDeque;

use media::CodecConfig;

use crate::systems::pes::{Clock, Stamps};
use crate::systems::{Pace, Times};

/// Time stamps that wait for the unit that begins behind them: one for each slice of a picture at most.
const MAX_MARKS: usize = 32;
/// Units without a time stamp of their own before a stream counts as one that has none.
const MAX_UNSTAMPED: u32 = 25;

/// What all streams of a program share.
#[derive(Debug, Default)]
pub(super) struct ProgramClock {
    stamps: Clock,
    /// The caller's time of the bytes that are being read.
    pub(super) arrival: Option<i64>,
    /// Time stamps less the caller's times, once both were there.
    offset: i64,
}

impl ProgramClock {
    /// The times that PTS and DTS stand for.
    pub(super) fn unroll(&mut self, stamps: Stamps) -> Times {
        let (pts, dts) = self.stamps.unroll(stamps);
        if let Some(arrival) = self.arrival {
            self.offset = pts.saturating_sub(arrival);
        }
        Times { pts, dts }
    }

    /// The caller's time on the line of the time stamps.
    fn arrived(&self) -> Option<Times> {
        let at = self.arrival?.saturating_add(self.offset);
        Some(Times { pts: at, dts: at })
    }
}

/// The time stamps of one stream.
#[derive(Debug)]
pub(super) struct StreamClock {
    /// Where payloads with time stamps began, in bytes of the stream.
    marks: VecDeque<(u64, Stamps)>,
    last_stamps: Option<Stamps>,
    last: Option<Times>,
    last_arrival: Option<i64>,
    unstamped: u32,
    pace: Pace,
}

impl StreamClock {
    pub(super) const fn new() -> Self {
        Self {
            marks: VecDeque::new(),
            last_stamps: None,
            last: None,
            last_arrival: None,
            unstamped: MAX_UNSTAMPED,
            pace: Pace::new(),
        }
    }

    /// After a loss.
    pub(super) fn forget(&mut self) {
        self.marks.clear();
        self.pace.forget();
    }

    /// Whether time stamps are to be expected.
    pub(super) const fn is_stamped(&self) -> bool {
        self.unstamped < MAX_UNSTAMPED
    }

    /// A PES packet with time stamps begins at a byte of the stream.
    pub(super) fn mark(&mut self, at: u64, stamps: Stamps) {
        if self.marks.len() == MAX_MARKS {
            self.marks.pop_front();
        }
        self.marks.push_back((at, stamps));
    }

    /// The unit that goes on at a byte has been timed: forgets marks up to there that say the same again, as where
    /// each slice has its own PES packet (gb28181.md §2, quirk 18).
    pub(super) fn goes_on(&mut self, at: u64) {
        while self.marks.front().is_some_and(|(mark, stamps)| *mark <= at && Some(*stamps) == self.last_stamps) {
            self.marks.pop_front();
        }
    }

    /// Whether another time stamp than that of the last unit stands at a byte or before.
    pub(super) fn has_other(&self, at: u64) -> bool {
        self.marks.iter().any(|(mark, stamps)| *mark <= at && Some(*stamps) != self.last_stamps)
    }

    /// The time of a unit whose start code begins at `start`, with zeros that may be the end of what stands before,
    /// or at `code` without them. §2.4.3.7: a time stamp belongs to the first unit that begins in its PES packet.
    pub(super) fn begin(
        &mut self,
        start: u64,
        code: u64,
        program: &mut ProgramClock,
        config: Option<&CodecConfig>,
    ) -> Option<Times> {
        let stamps = self.take(start).or_else(|| self.take(code));
        self.next(stamps, program, |clock| clock.pace.duration(config))
    }

    /// The time of a unit that has a PES packet of its own; `duration` is how far it is behind the one before, where
    /// that is known.
    pub(super) fn of_packet(
        &mut self,
        stamps: Option<Stamps>,
        program: &mut ProgramClock,
        duration: Option<i64>,
    ) -> Option<Times> {
        match duration {
            Some(duration) => self.next(stamps, program, |_| duration),
            None => self.next(stamps, program, |clock| clock.pace.duration(None)),
        }
    }

    fn next(
        &mut self,
        stamps: Option<Stamps>,
        program: &mut ProgramClock,
        duration: impl Fn(&Self) -> i64,
    ) -> Option<Times> {
        // Tolerance: a time stamp that stands still is none (gb28181.md §1.8 has one for each frame).
        let stamps = stamps.filter(|stamps| Some(*stamps) != self.last_stamps);
        let times = if let Some(stamps) = stamps {
            self.last_stamps = Some(stamps);
            self.unstamped = 0;
            let times = program.unroll(stamps);
            self.pace.learn(times.dts, 1);
            Some(times)
        } else {
            self.pace.one_more();
            self.unstamped = self.unstamped.saturating_add(1);
            // Tolerance: no PTS, which §2.7.4 wants every 0.7 s: the RTP time stamp stands in (gb28181.md §2, quirk 18).
            let arrived = program.arrived().filter(|_| !self.is_stamped() && program.arrival != self.last_arrival);
            arrived.or_else(|| Some(self.last?.later(duration(self))))
        };
        self.last = times.or(self.last);
        self.last_arrival = program.arrival;
        times
    }

    /// The newest time stamp at a byte or before.
    fn take(&mut self, at: u64) -> Option<Stamps> {
        let mut found = None;
        while let Some((_, stamps)) = self.marks.pop_front_if(|(mark, _)| *mark <= at) {
            found = Some(stamps);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn stamps(pts: u64) -> Stamps {
        Stamps { pts, dts: pts }
    }

    fn pts(times: Option<Times>) -> Option<i64> {
        times.map(|times| times.pts)
    }

    #[test]
    fn a_time_stamp_belongs_to_the_first_unit_that_begins_behind_it() {
        let (mut clock, mut program) = (StreamClock::new(), ProgramClock::default());
        clock.mark(0, stamps(900));
        clock.mark(100, stamps(8100));
        assert_eq!(pts(clock.begin(0, 1, &mut program, None)), Some(900));
        assert_eq!(pts(clock.begin(50, 51, &mut program, None)), Some(900 + 3600), "none of its own");
        assert_eq!(pts(clock.begin(99, 100, &mut program, None)), Some(8100), "a zero before it is padding");
        clock.mark(200, stamps(8100));
        assert_eq!(pts(clock.begin(200, 200, &mut program, None)), Some(8100 + 3600), "stands still");
    }

    #[test]
    fn the_callers_time_stands_in_on_the_same_line() {
        let (mut clock, mut program) = (StreamClock::new(), ProgramClock::default());
        program.arrival = Some(1_000_000);
        assert_eq!(pts(clock.begin(0, 0, &mut program, None)), Some(1_000_000));
        program.arrival = Some(1_003_600);
        clock.mark(10, stamps(5000));
        assert_eq!(pts(clock.begin(10, 10, &mut program, None)), Some(5000));
        for index in 1..=30i64 {
            program.arrival = Some(1_003_600 + index * 4000);
            let at = u64::try_from(index).unwrap() * 100;
            let expected = if index < 25 { 5000 + index * 3600 } else { 5000 + index * 4000 };
            assert_eq!(pts(clock.begin(at, at, &mut program, None)), Some(expected), "{index}");
        }
    }
}
