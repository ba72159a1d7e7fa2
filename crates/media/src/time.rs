//! Time as sources stamp it and time as the hub repairs it.

use std::num::NonZeroU32;
use std::ops::{Add, Sub};
use std::time::Duration;

/// A time stamp in the ticks of some clock, as a source sent it.
///
/// Protocol layers unroll the wrap of 32-bit counters before they make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MediaTime {
    /// Ticks since the source's own origin; may be negative.
    pub ticks: i64,
    /// Ticks per second.
    pub clock_hz: NonZeroU32,
}

impl MediaTime {
    /// A time stamp of `ticks` at `clock_hz`.
    pub const fn new(ticks: i64, clock_hz: NonZeroU32) -> Self {
        Self { ticks, clock_hz }
    }

    /// The same instant in microseconds, rounded to the nearest.
    pub const fn to_timestamp(self) -> Timestamp {
        Timestamp(rescale(self.ticks, 1_000_000, self.clock_hz.get() as i64))
    }
}

/// A point on a stream's repaired time line, in microseconds since the stream began.
///
/// Microseconds hold every clock up to 500 kHz without loss: a tick of 90 kHz is 11.1 µs, so
/// [`Timestamp::to_ticks`] rounds back to the tick it came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The origin of the time line.
    pub const ZERO: Self = Self(0);

    /// A time stamp of `micros` microseconds.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// A time stamp of `millis` milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Microseconds since the origin.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Milliseconds since the origin, rounded to the nearest.
    pub const fn as_millis(self) -> i64 {
        rescale(self.0, 1000, 1_000_000)
    }

    /// Ticks of a clock of `clock_hz`, rounded to the nearest.
    pub const fn to_ticks(self, clock_hz: NonZeroU32) -> i64 {
        rescale(self.0, clock_hz.get() as i64, 1_000_000)
    }

    /// `self - earlier` as a duration, zero when `earlier` is later.
    pub const fn saturating_since(self, earlier: Self) -> Duration {
        let micros = self.0.saturating_sub(earlier.0);
        if micros > 0 { Duration::from_micros(micros.unsigned_abs()) } else { Duration::ZERO }
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, rhs: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(rhs.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub for Timestamp {
    /// Microseconds, signed.
    type Output = i64;

    fn sub(self, rhs: Self) -> i64 {
        self.0.saturating_sub(rhs.0)
    }
}

/// `value * to / from`, rounded to the nearest, saturating at the ends of `i64`.
const fn rescale(value: i64, to: i64, from: i64) -> i64 {
    let product = value as i128 * to as i128;
    let half = from as i128 / 2;
    let rounded = if product >= 0 { (product + half) / from as i128 } else { (product - half) / from as i128 };
    if rounded > i64::MAX as i128 {
        i64::MAX
    } else if rounded < i64::MIN as i128 {
        i64::MIN
    } else {
        rounded as i64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn microseconds_keep_every_tick_of_media_clocks(
            ticks in -1_000_000_000_000i64..1_000_000_000_000,
            clock in prop::sample::select(vec![1000u32, 8000, 16_000, 44_100, 48_000, 90_000, 96_000]),
        ) {
            let clock_hz = NonZeroU32::new(clock).unwrap();
            prop_assert_eq!(MediaTime::new(ticks, clock_hz).to_timestamp().to_ticks(clock_hz), ticks);
        }
    }

    #[test]
    fn extremes_saturate() {
        let one = NonZeroU32::MIN;
        assert_eq!(MediaTime::new(i64::MAX, one).to_timestamp().as_micros(), i64::MAX);
        assert_eq!(MediaTime::new(i64::MIN, one).to_timestamp().as_micros(), i64::MIN);
    }
}
