//! `Date` in the form of GB/T 28181-2022 §9.10.3, by which devices set their clocks.

use std::fmt;

/// A moment on the wall clock of Beijing, without a zone: `2026-11-28T08:00:00.250`.
///
/// Violates RFC 3261 §20.17, as GB/T 28181 asks for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GbDate {
    /// 0 to 9999.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 60.
    pub second: u8,
    /// 0 to 999.
    pub milli: u16,
}

impl GbDate {
    /// Reads the value; `None` when it is of another form or out of range.
    ///
    /// Tolerance (devices of several makers): without milliseconds, a blank instead of `T`, and a zone behind
    /// it, which is left out.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, time) = text.split_once(['T', 't', ' '])?;
        let mut date = date.split('-');
        let (year, month, day) = (digits(date.next()?, 4)?, digits(date.next()?, 2)?, digits(date.next()?, 2)?);
        if date.next().is_some() {
            return None;
        }
        let end = time.find(|c: char| !c.is_ascii_digit() && !matches!(c, ':' | '.')).unwrap_or(time.len());
        let (clock, fraction) = time[..end].split_once('.').unwrap_or((&time[..end], "0"));
        let mut clock = clock.split(':');
        let (hour, minute, second) = (digits(clock.next()?, 2)?, digits(clock.next()?, 2)?, digits(clock.next()?, 2)?);
        let in_range = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
        if clock.next().is_some() || !in_range {
            return None;
        }
        let small = |number: u16| u8::try_from(number).ok();
        Some(Self {
            year,
            month: small(month)?,
            day: small(day)?,
            hour: small(hour)?,
            minute: small(minute)?,
            second: small(second)?,
            milli: parse_fraction(fraction)?,
        })
    }
}

impl fmt::Display for GbDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day, hour, minute, second, milli } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}")
    }
}

/// A number of at most `most` digits.
fn digits(text: &str, most: usize) -> Option<u16> {
    let fits = (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok())?
}

/// Thousandths of a fraction with any number of digits.
fn parse_fraction(text: &str) -> Option<u16> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded: String = text.chars().chain("000".chars()).take(3).collect();
    padded.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_devices_are_read() {
        for (text, written) in [
            ("2026-11-28T08:00:00.250", "2026-11-28T08:00:00.250"),
            ("2026-11-28T08:00:00", "2026-11-28T08:00:00.000"),
            ("2026-11-28 8:00:00.5", "2026-11-28T08:00:00.500"),
            ("2026-1-2T08:00:00.123456+08:00", "2026-01-02T08:00:00.123"),
            (" 2026-11-28T08:00:00Z", "2026-11-28T08:00:00.000"),
        ] {
            assert_eq!(GbDate::parse(text).unwrap().to_string(), written, "{text}");
        }
        for bad in [
            "",
            "2026-11-28",
            "2026-13-01T00:00:00",
            "2026-11-28T24:00:00",
            "Sat, 13 Nov 2010 23:29:00 GMT",
            "2026-11-28T08:00",
            "2026-11-28T08:00:00.1.2",
            "20261-11-28T08:00:00",
            "+026-11-28T08:00:00",
        ] {
            assert_eq!(GbDate::parse(bad), None, "{bad}");
        }
    }
}
