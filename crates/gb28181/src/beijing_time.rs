//! Times of MANSCDP: local time of Beijing without a zone (GB/T 28181-2022 annex G, §9.10.1).

use std::fmt;

use time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};

/// Beijing is eight hours ahead of UTC and has no summer time.
const BEIJING: UtcOffset = match UtcOffset::from_hms(8, 0, 0) {
    Ok(offset) => offset,
    Err(_) => UtcOffset::UTC,
};
/// Longest text that is looked at: a time with nine digits of a second and a zone.
const MAX_TEXT_BYTES: usize = 40;

/// A moment, written as Beijing time: `2026-11-28T08:00:00`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BeijingTime {
    unix_ms: i64,
}

impl BeijingTime {
    /// The moment so many milliseconds after 1970 began in UTC. `None` outside the years 1 to 9999, which the
    /// format has no digits for.
    pub fn from_unix_ms(unix_ms: i64) -> Option<Self> {
        let at = Self { unix_ms };
        at.local().is_some_and(|local| (1..=9999).contains(&local.year())).then_some(at)
    }

    /// The moment so many seconds after 1970 began in UTC; see [`Self::from_unix_ms`].
    pub fn from_unix_s(unix_s: i64) -> Option<Self> {
        Self::from_unix_ms(unix_s.checked_mul(1000)?)
    }

    /// Milliseconds since 1970 began in UTC.
    pub const fn unix_ms(self) -> i64 {
        self.unix_ms
    }

    /// Whole seconds since 1970 began in UTC, as `t=` of a session description wants them.
    pub const fn unix_s(self) -> i64 {
        self.unix_ms.div_euclid(1000)
    }

    /// Reads a time; `None` when it is none.
    ///
    /// Tolerances, each seen on devices (quirk 33): fractions of a second; a space instead of `T`; a zone suffix
    /// (`Z`, `+08:00`, `+0800`), which then counts instead of Beijing's; `/` between the parts of a date; numbers
    /// without their leading zeros; a date alone, which means its midnight; fourteen digits in one piece.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > MAX_TEXT_BYTES || !text.is_ascii() {
            return None;
        }
        if let Some(spread) = spread_out(text) {
            return Self::parse(&spread);
        }
        let (date, rest) = match text.find(['T', 't', ' ']) {
            Some(at) => (&text[..at], text[at + 1..].trim_start()),
            None => (text, ""),
        };
        let date = parse_date(date)?;
        let (clock, zone) = split_zone(rest)?;
        let clock = if clock.is_empty() { Time::MIDNIGHT } else { parse_clock(clock)? };
        let at = PrimitiveDateTime::new(date, clock).assume_offset(zone);
        Self::from_unix_ms(i64::try_from(at.unix_timestamp_nanos().div_euclid(1_000_000)).ok()?)
    }

    /// With milliseconds, as the header `Date` of an answer to REGISTER carries it (§9.10.3).
    pub fn with_milliseconds(self) -> String {
        format!("{self}.{:03}", self.unix_ms.rem_euclid(1000))
    }

    fn local(self) -> Option<OffsetDateTime> {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.unix_ms) * 1_000_000).ok()?;
        at.checked_to_offset(BEIJING)
    }
}

impl fmt::Display for BeijingTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local().expect("the year was checked when the moment was made");
        let (year, month, day) = local.to_calendar_date();
        let (hour, minute, second) = local.to_hms();
        write!(f, "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}", u8::from(month))
    }
}

/// `20261128080000` as `2026-11-28T08:00:00`.
fn spread_out(text: &str) -> Option<String> {
    let is_compact = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    is_compact.then(|| {
        format!("{}-{}-{}T{}:{}:{}", &text[..4], &text[4..6], &text[6..8], &text[8..10], &text[10..12], &text[12..])
    })
}

fn parse_date(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/']);
    let year = number(parts.next()?)?;
    let month = Month::try_from(u8::try_from(number(parts.next()?)?).ok()?).ok()?;
    let day = u8::try_from(number(parts.next()?)?).ok()?;
    let is_whole = parts.next().is_none();
    is_whole.then_some(())?;
    Date::from_calendar_date(i32::from(year), month, day).ok()
}

/// The clock and the offset behind it.
fn split_zone(text: &str) -> Option<(&str, UtcOffset)> {
    if let Some(clock) = text.strip_suffix(['Z', 'z']) {
        return Some((clock.trim_end(), UtcOffset::UTC));
    }
    let Some(at) = text.find(['+', '-']) else {
        return Some((text, BEIJING));
    };
    let sign: i8 = if text.as_bytes()[at] == b'-' { -1 } else { 1 };
    let digits: String = text[at + 1..].chars().filter(|c| *c != ':').collect();
    let (hours, minutes) = match digits.len() {
        1 | 2 => (number(&digits)?, 0),
        4 => (number(&digits[..2])?, number(&digits[2..])?),
        _ => return None,
    };
    let offset = UtcOffset::from_hms(sign * i8::try_from(hours).ok()?, sign * i8::try_from(minutes).ok()?, 0).ok()?;
    Some((text[..at].trim_end(), offset))
}

fn parse_clock(text: &str) -> Option<Time> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut parts = whole.split(':');
    let hour = u8::try_from(number(parts.next()?)?).ok()?;
    let minute = u8::try_from(number(parts.next()?)?).ok()?;
    let second = parts.next().map_or(Some(0), number).and_then(|second| u8::try_from(second).ok())?;
    if parts.next().is_some() {
        return None;
    }
    // Tolerance: 24:00:00, by which ISO 8601 names the end of a day; its last second is taken for it.
    let (hour, minute, second) =
        if (hour, minute, second) == (24, 0, 0) { (23, 59, 59) } else { (hour, minute, second) };
    let digits: String = fraction.chars().take_while(char::is_ascii_digit).chain("000".chars()).take(3).collect();
    Time::from_hms_milli(hour, minute, second.min(59), number(&digits)?).ok()
}

/// One to four digits.
fn number(text: &str) -> Option<u16> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 2026-11-28 08:00:00 in Beijing.
    const MORNING_S: i64 = 1_795_824_000;

    #[test]
    fn times_are_beijing_time_in_all_the_forms_that_devices_send() {
        for text in [
            "2026-11-28T08:00:00",
            " 2026-11-28 08:00:00 ",
            "2026-11-28T08:00:00.000",
            "2026-11-28T08:00:00.0",
            "2026/11/28 8:0:0",
            "2026-11-28T08:00",
            "20261128080000",
            "2026-11-28T00:00:00Z",
            "2026-11-28T00:00:00.000z",
            "2026-11-28T08:00:00+08:00",
            "2026-11-28T08:00:00+0800",
            "2026-11-28T08:00:00 +8",
            "2026-11-27T19:00:00-05:00",
        ] {
            assert_eq!(BeijingTime::parse(text).map(BeijingTime::unix_s), Some(MORNING_S), "{text}");
        }
        let time = BeijingTime::parse("2026-11-28T08:00:00.257").unwrap();
        assert_eq!(time.unix_ms(), MORNING_S * 1000 + 257);
        assert_eq!(time.to_string(), "2026-11-28T08:00:00");
        assert_eq!(time.with_milliseconds(), "2026-11-28T08:00:00.257");
        assert_eq!(BeijingTime::parse("2026-11-28").unwrap().to_string(), "2026-11-28T00:00:00");
        assert_eq!(BeijingTime::parse("2026-11-28T24:00:00").unwrap().to_string(), "2026-11-28T23:59:59");
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "null", "T", "2026", "2026-13-01", "2026-02-30T00:00:00", "2026-11-28T25:00:00", "99999-1-1"] {
            assert_eq!(BeijingTime::parse(text), None, "{text}");
        }
        assert_eq!(BeijingTime::from_unix_ms(i64::MAX), None);
        assert_eq!(BeijingTime::from_unix_s(i64::MIN), None);
    }

    proptest! {
        #[test]
        fn a_written_time_is_read_back(unix_s in -60_000_000_000_i64..250_000_000_000) {
            let time = BeijingTime::from_unix_s(unix_s).unwrap();
            prop_assert_eq!(BeijingTime::parse(&time.to_string()), Some(time));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "[0-9TZ:./ +-]{0,30}") {
            if let Some(time) = BeijingTime::parse(&text) {
                let _ = time.with_milliseconds();
            }
        }
    }
}
