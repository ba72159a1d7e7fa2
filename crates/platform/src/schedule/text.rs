//! Schedules as text: `1-5 07:00-19:00; 6,7 10:00-24:00`.

use std::fmt;
use std::str::FromStr;

use super::{BadSchedule, DAY, MAX_WINDOWS, Schedule, Window};

/// Longest text: each window with all its days one by one.
const MAX_LEN: usize = MAX_WINDOWS * 32;

/// The minutes of "HH:MM", up to "24:00".
pub(super) fn minutes(text: &str) -> Option<u16> {
    let digits = |text: &str| {
        let plain = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u16>().ok().filter(|_| plain)
    };
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (digits(hour)?, digits(minute).filter(|minute| *minute < 60)?);
    Some(hour * 60 + minute).filter(|minutes| *minutes <= DAY)
}

pub(super) fn time(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

/// `1-5`, `6`, `1,3,6-7`.
fn days(text: &str) -> Option<Vec<u8>> {
    let mut days = Vec::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u8, u8) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last > 7 {
            return None;
        }
        days.extend(first..=last);
    }
    Some(days)
}

impl FromStr for Window {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        let form = || BadSchedule::Form(text.chars().take(40).collect());
        let (listed, times) = text.trim().split_once(' ').ok_or_else(form)?;
        let (from, to) = times.trim().split_once('-').ok_or_else(form)?;
        Self::new(&days(listed).ok_or(BadSchedule::Days)?, from, to)
    }
}

impl FromStr for Schedule {
    type Err = BadSchedule;

    fn from_str(text: &str) -> Result<Self, BadSchedule> {
        if text.len() > MAX_LEN {
            return Err(BadSchedule::Windows);
        }
        Self::new(text.split(';').map(str::parse).collect::<Result<_, _>>()?)
    }
}

impl fmt::Display for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let days: Vec<u8> = self.days().collect();
        let runs: Vec<String> = days
            .chunk_by(|one, next| one + 1 == *next)
            .map(|run| match run {
                [first, .., last] => format!("{first}-{last}"),
                [day] => day.to_string(),
                [] => String::new(),
            })
            .collect();
        write!(f, "{} {}-{}", runs.join(","), self.from(), self.to())
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let windows: Vec<String> = self.windows.iter().map(Window::to_string).collect();
        f.write_str(&windows.join("; "))
    }
}
