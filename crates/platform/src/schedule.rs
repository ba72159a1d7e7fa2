//! Weekly schedules: when something may run, by the clock on the wall.
//!
//! ```text
//! 1-5 07:00-19:00; 6,7 10:00-24:00; 5 22:00-06:00     the last one ends on Saturday morning
//! ```
//! Something is open while the clock shows a time within a window. So where the clocks are put forward a window may
//! be shorter, or fall out; where they are put back, what they show twice is open twice.

#[cfg(test)]
mod tests;
mod text;

use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Timestamp, ToSpan, ZonedDateTime};

/// Windows of one schedule.
pub const MAX_WINDOWS: usize = 32;
/// Minutes of a day; as the end of a window, "24:00".
const DAY: u16 = 24 * 60;
/// Days that are looked ahead: a window that falls out with the change of the clocks comes again a week later.
const HORIZON_DAYS: i64 = 15;

/// Why a schedule was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadSchedule {
    /// None, or more than [`MAX_WINDOWS`].
    #[error("A schedule has 1 to {MAX_WINDOWS} windows.")]
    Windows,
    /// No day, one twice, or one that is none.
    #[error("A window has days, each of 1 (Monday) to 7 (Sunday) once.")]
    Days,
    /// Not a time of day.
    #[error("{0:?} is no time of day; write 00:00 to 23:59, at the end of a window also 24:00.")]
    Time(String),
    /// Not a window in text form.
    #[error("{0:?} is no window; write it as 1-5 07:00-19:00.")]
    Form(String),
}

/// Days and times between which something may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Bit 0 is Monday.
    days: u8,
    /// Minutes since midnight, below [`DAY`].
    from: u16,
    /// Minutes since midnight, up to [`DAY`]. Not after `from`: on the day after.
    to: u16,
}

impl Window {
    /// Days of 1 (Monday) to 7 (Sunday), and times as "HH:MM". An end that is not after the beginning is on the day
    /// after; equal ones are a whole day.
    ///
    /// # Errors
    /// When a day or a time is none.
    pub fn new(days: &[u8], from: &str, to: &str) -> Result<Self, BadSchedule> {
        let mut bits = 0;
        for day in days {
            let bit = day.checked_sub(1).filter(|index| *index < 7).map(|index| 1 << index);
            let bit = bit.filter(|bit| bits & bit == 0).ok_or(BadSchedule::Days)?;
            bits |= bit;
        }
        if bits == 0 {
            return Err(BadSchedule::Days);
        }
        let wrong = |text: &str| BadSchedule::Time(text.chars().take(20).collect());
        let begin = text::minutes(from).filter(|minutes| *minutes < DAY).ok_or_else(|| wrong(from))?;
        Ok(Self { days: bits, from: begin, to: text::minutes(to).ok_or_else(|| wrong(to))? })
    }

    /// Its days, 1 (Monday) to 7 (Sunday).
    pub fn days(&self) -> impl Iterator<Item = u8> + use<> {
        let days = self.days;
        (1..=7).filter(move |day| days & (1 << (day - 1)) != 0)
    }

    /// When it begins, "HH:MM".
    pub fn from(&self) -> String {
        text::time(self.from)
    }

    /// When it ends, "HH:MM", up to "24:00".
    pub fn to(&self) -> String {
        text::time(self.to)
    }

    const fn has(&self, day: Weekday) -> bool {
        self.days & (1 << day.to_monday_zero_offset()) != 0
    }

    /// When it began, if it is open at a time of `day` in minutes.
    fn opened_at(&self, day: Date, minute: u16) -> Option<DateTime> {
        let over_midnight = self.to <= self.from;
        if self.has(day.weekday()) && minute >= self.from && (over_midnight || minute < self.to) {
            return Some(at(day, self.from));
        }
        let before = day.yesterday().ok()?;
        let still = over_midnight && self.has(before.weekday()) && minute < self.to;
        still.then(|| at(before, self.from))
    }

    /// Where it begins and ends if it begins on `day`.
    fn edges(&self, day: Date) -> Option<[DateTime; 2]> {
        let last = if self.to <= self.from { day.tomorrow().ok()? } else { day };
        self.has(day.weekday()).then(|| [at(day, self.from), at(last, self.to)])
    }
}

fn at(day: Date, minutes: u16) -> DateTime {
    day.to_datetime(jiff::civil::Time::midnight()).saturating_add(i64::from(minutes).minutes())
}

/// Windows of the week; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    windows: Vec<Window>,
}

impl Schedule {
    /// At least one window and up to [`MAX_WINDOWS`]; they may overlap.
    ///
    /// # Errors
    /// [`BadSchedule::Windows`].
    pub fn new(windows: Vec<Window>) -> Result<Self, BadSchedule> {
        if (1..=MAX_WINDOWS).contains(&windows.len()) { Ok(Self { windows }) } else { Err(BadSchedule::Windows) }
    }

    /// Its windows, as they were given.
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// Whether it is open while the clock shows `time`.
    pub fn is_open(&self, time: DateTime) -> bool {
        self.opened_at(time).is_some()
    }

    /// When the window began that is open while the clock shows `time`, of several the latest: tells one window from
    /// the next.
    pub fn opened_at(&self, time: DateTime) -> Option<DateTime> {
        let minute = u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs());
        self.windows.iter().filter_map(|window| window.opened_at(time.date(), minute)).max()
    }

    /// When it opens or closes next; `None` when it always is as it is now.
    pub fn next_change(&self, now: &ZonedDateTime) -> Option<ZonedDateTime> {
        let zone = now.time_zone();
        let state = |at: Timestamp| self.is_open(zone.to_datetime(at));
        let present = state(now.timestamp());
        let mut candidates = self.candidates(now);
        candidates.sort_unstable();
        let next = candidates.into_iter().find(|at| *at > now.timestamp() && state(*at) != present)?;
        Some(next.to_zoned_datetime(zone.clone()))
    }

    /// Everything that may change whether it is open: edges of windows, and changes of the clocks.
    fn candidates(&self, now: &ZonedDateTime) -> Vec<Timestamp> {
        let (zone, today) = (now.time_zone(), now.date());
        let days = (-1..HORIZON_DAYS).filter_map(|ahead| today.checked_add(ahead.days()).ok());
        let edges = days.flat_map(|day| self.windows.iter().filter_map(move |window| window.edges(day))).flatten();
        // What the clock shows twice is an edge twice.
        let instants = edges.flat_map(|edge| {
            let ambiguous = zone.to_ambiguous_timestamp(edge);
            [ambiguous.earlier(), ambiguous.later()].into_iter().filter_map(Result::ok)
        });
        let last = now.timestamp().saturating_add((HORIZON_DAYS * 24).hours()).unwrap_or(Timestamp::MAX);
        let clocks = zone.following(now.timestamp()).map(|change| change.timestamp()).take_while(|at| *at < last);
        instants.chain(clocks).collect()
    }
}
