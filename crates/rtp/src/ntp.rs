//! NTP time stamps (RFC 3550 §4) and the wall clock they mean.

use std::time::Duration;

/// Seconds from 1900-01-01 to 1970-01-01.
const UNIX_EPOCH_IN_NTP_S: i128 = 2_208_988_800;

/// Seconds of one NTP era; era 1 begins on 2036-02-07.
const ERA_S: i128 = 1 << 32;

/// 64-bit NTP time: seconds since 1900 in the upper 32 bits, the fraction below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NtpTime(pub u64);

impl NtpTime {
    /// From microseconds since the Unix epoch; wraps with the era.
    pub const fn from_unix_us(unix_us: i64) -> Self {
        let since_1900_us = unix_us as i128 + UNIX_EPOCH_IN_NTP_S * 1_000_000;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "NTP time is modulo the era")]
        Self(since_1900_us.wrapping_mul(1 << 32).div_euclid(1_000_000) as u64)
    }

    /// Microseconds since the Unix epoch, or `None` for a value that no set clock shows.
    ///
    /// Seconds below 2^31 belong to the era that begins in 2036 (RFC 4330 §3), except within
    /// a year of its start. Cameras without a set clock send their uptime, the year 1970 or
    /// the year 2000 here; none of them is a capture time.
    pub const fn to_unix_us(self) -> Option<i64> {
        let seconds = (self.0 >> 32) as i128;
        if seconds < UPTIME_LIMIT_S {
            return None;
        }
        let era = if seconds < ERA_S / 2 { ERA_S } else { 0 };
        let fraction_us = ((self.0 & 0xFFFF_FFFF) as i128 * 1_000_000 + ERA_S / 2) / ERA_S;
        let unix_us = (seconds + era - UNIX_EPOCH_IN_NTP_S) * 1_000_000 + fraction_us;
        if unix_us < EARLIEST_SANE_UNIX_US {
            return None;
        }
        Some(unix_us as i64)
    }

    /// The middle 32 bits, as receiver reports echo them (RFC 3550 §6.4.1, LSR).
    pub const fn middle(self) -> u32 {
        (self.0 >> 16) as u32
    }
}

/// 2010-01-01: earlier than any camera that still runs.
const EARLIEST_SANE_UNIX_US: i128 = 1_262_304_000_000_000;

/// Seconds below one year are taken for an uptime; the price is the year after 2036-02-07.
const UPTIME_LIMIT_S: i128 = 366 * 86_400;

/// How far an NTP/RTP pair can be trusted: half a frame at 25 per second plus the camera's own rounding.
pub(crate) const SENDER_REPORT_UNCERTAINTY: Duration = Duration::from_millis(20);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn microseconds_survive(unix_us in 1_262_304_000_000_000i64..2_000_000_000_000_000) {
            let back = NtpTime::from_unix_us(unix_us).to_unix_us().unwrap();
            prop_assert!((back - unix_us).abs() <= 1);
        }
    }

    #[test]
    fn the_unix_epoch_and_an_uptime_are_no_capture_times() {
        assert_eq!(NtpTime::from_unix_us(0).0 >> 32, 2_208_988_800);
        assert_eq!(NtpTime::from_unix_us(0).to_unix_us(), None);
        assert_eq!(NtpTime(3600 << 32).to_unix_us(), None);
    }
}
