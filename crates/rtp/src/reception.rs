//! Reception statistics for receiver reports (RFC 3550 §6.4.1, appendix A.3 and A.8).

use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use crate::unroll::SequenceUnroller;
use crate::{NtpTime, ReportBlock};

/// What one receiver knows about one source.
#[derive(Clone, Debug)]
pub struct Reception {
    clock_hz: NonZeroU32,
    unroller: SequenceUnroller,
    first: Option<i64>,
    highest: i64,
    received: u64,
    /// `(expected, received)` at the last report.
    reported: (u64, u64),
    /// Sixteen times the jitter in ticks, as appendix A.8 keeps it.
    jitter_q4: u64,
    last_transit: Option<(Instant, u32)>,
    last_sr: Option<(NtpTime, Instant)>,
}

impl Reception {
    /// Nothing received yet.
    pub fn new(clock_hz: NonZeroU32) -> Self {
        Self {
            clock_hz,
            unroller: SequenceUnroller::default(),
            first: None,
            highest: 0,
            received: 0,
            reported: (0, 0),
            jitter_q4: 0,
            last_transit: None,
            last_sr: None,
        }
    }

    /// Counts a packet that arrived at `now`.
    pub fn on_packet(&mut self, now: Instant, sequence: u16, timestamp: u32) {
        let extended = self.unroller.unroll(sequence);
        if self.first.is_none() {
            self.first = Some(extended);
            self.highest = extended;
        }
        self.highest = self.highest.max(extended);
        self.received += 1;
        if let Some((then, before)) = self.last_transit {
            let elapsed = self.ticks(now.saturating_duration_since(then));
            let stamped = i64::from(timestamp.wrapping_sub(before).cast_signed());
            let difference = (elapsed - stamped).unsigned_abs();
            // A jump of the time stamp is not jitter: bounded by one second.
            let difference = difference.min(u64::from(self.clock_hz.get()));
            self.jitter_q4 = self.jitter_q4 + difference - ((self.jitter_q4 + 8) >> 4);
        }
        self.last_transit = Some((now, timestamp));
    }

    /// Remembers a sender report for the echo in the next receiver report.
    pub fn on_sender_report(&mut self, now: Instant, ntp: NtpTime) {
        self.last_sr = Some((ntp, now));
    }

    /// The block for a report sent at `now`; starts the next interval. `None` before the first packet.
    pub fn report(&mut self, now: Instant, ssrc: u32) -> Option<ReportBlock> {
        let first = self.first?;
        let expected = (self.highest - first + 1).unsigned_abs();
        let interval_expected = expected.saturating_sub(self.reported.0);
        let interval_lost = interval_expected.saturating_sub(self.received.saturating_sub(self.reported.1));
        self.reported = (expected, self.received);
        let fraction = (interval_lost * 256).checked_div(interval_expected).unwrap_or(0);
        let lost = i128::from(expected) - i128::from(self.received);
        let (last_sr, delay) = self.last_sr.map_or((0, 0), |(ntp, at)| {
            let delay = now.saturating_duration_since(at).as_micros() * 65_536 / 1_000_000;
            (ntp.middle(), u32::try_from(delay).unwrap_or(u32::MAX))
        });
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the field is modulo 2^32")]
        let highest_sequence = self.highest as u32;
        Some(ReportBlock {
            ssrc,
            fraction_lost: u8::try_from(fraction).unwrap_or(u8::MAX),
            cumulative_lost: i32::try_from(lost.clamp(-0x80_0000, 0x7F_FFFF)).expect("clamped to 24 bits"),
            highest_sequence,
            jitter: u32::try_from(self.jitter_q4 >> 4).unwrap_or(u32::MAX),
            last_sr,
            delay_since_last_sr: delay,
        })
    }

    /// Packets received so far.
    pub fn received(&self) -> u64 {
        self.received
    }

    fn ticks(&self, elapsed: Duration) -> i64 {
        let ticks = elapsed.as_micros().saturating_mul(u128::from(self.clock_hz.get())) / 1_000_000;
        i64::try_from(ticks).unwrap_or(i64::MAX / 2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLOCK: NonZeroU32 = NonZeroU32::new(90_000).unwrap();

    #[test]
    fn a_report_counts_losses_of_its_interval_and_in_total() {
        let start = Instant::now();
        let mut reception = Reception::new(CLOCK);
        assert_eq!(reception.report(start, 1), None);
        for sequence in [65_534u16, 65_535, 0, 2] {
            reception.on_packet(start, sequence, 0);
        }
        let first = reception.report(start, 1).unwrap();
        assert_eq!((first.fraction_lost, first.cumulative_lost, first.highest_sequence), (51, 1, 65_538));
        reception.on_packet(start, 3, 0);
        let second = reception.report(start, 1).unwrap();
        assert_eq!((second.fraction_lost, second.cumulative_lost), (0, 1));
    }

    #[test]
    fn even_arrival_has_no_jitter_and_a_late_packet_has() {
        let start = Instant::now();
        let mut reception = Reception::new(CLOCK);
        for index in 0..10u16 {
            let at = start + Duration::from_millis(40) * u32::from(index);
            reception.on_packet(at, index, 3600 * u32::from(index));
        }
        assert_eq!(reception.report(start, 1).unwrap().jitter, 0);
        reception.on_packet(start + Duration::from_millis(416), 10, 36_000);
        assert_eq!(reception.report(start, 1).unwrap().jitter, 1440 / 16);
    }

    #[test]
    fn the_last_sender_report_is_echoed_with_its_age() {
        let start = Instant::now();
        let mut reception = Reception::new(CLOCK);
        reception.on_packet(start, 0, 0);
        reception.on_sender_report(start, NtpTime(0x1122_3344_5566_7788));
        let report = reception.report(start + Duration::from_millis(500), 1).unwrap();
        assert_eq!((report.last_sr, report.delay_since_last_sr), (0x3344_5566, 32_768));
    }
}
