//! Lines and attributes of playlists (RFC 8216 §4.1, §4.2).

use std::time::Duration;

use super::{MAX_LEN, MAX_LINE_LEN, PlaylistError};

/// Longer durations are taken for garbage.
const MAX_DURATION_S: u64 = 1_000_000;

/// Lines with their numbers, without the empty ones.
pub(super) fn lines(text: &str) -> Result<Vec<(usize, &str)>, PlaylistError> {
    if text.len() > MAX_LEN {
        return Err(PlaylistError::TooLong);
    }
    // Tolerance: a byte order mark, which §4.1 forbids; editors on Windows write it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let numbered = text.lines().zip(1..).map(|(line, number)| (number, line.trim()));
    numbered
        .filter(|(_, line)| !line.is_empty())
        .map(
            |(line, text)| {
                if text.len() > MAX_LINE_LEN { Err(PlaylistError::LineTooLong { line }) } else { Ok((line, text)) }
            },
        )
        .collect()
}

/// A tag with what is behind its colon.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tag<'a> {
    pub(super) line: usize,
    pub(super) name: &'static str,
    pub(super) value: &'a str,
}

impl<'a> Tag<'a> {
    pub(super) const fn bad(&self) -> PlaylistError {
        PlaylistError::BadValue { line: self.line, tag: self.name }
    }

    pub(super) const fn bad_attribute(&self, attribute: &'static str) -> PlaylistError {
        PlaylistError::BadAttribute { line: self.line, tag: self.name, attribute }
    }

    pub(super) fn number(&self) -> Result<u64, PlaylistError> {
        self.value.parse().map_err(|_| self.bad())
    }

    /// The value as attributes.
    pub(super) fn attributes(&self) -> Result<Attributes<'a>, PlaylistError> {
        Attributes::parse(self.value).map(|list| Attributes { tag: *self, list }).ok_or_else(|| self.bad())
    }
}

/// An attribute list (§4.2).
#[derive(Debug)]
pub(super) struct Attributes<'a> {
    tag: Tag<'a>,
    list: Vec<(&'a str, &'a str)>,
}

impl<'a> Attributes<'a> {
    fn parse(text: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
        let mut list = Vec::new();
        // Tolerance: blanks around names and values, which §4.2 forbids; hand-made playlists have them.
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let (name, value) = rest.split_once('=')?;
            let (value, tail) = match value.trim_start().strip_prefix('"') {
                Some(quoted) => quoted.split_once('"')?,
                None => value.split_at(value.find(',').unwrap_or(value.len())),
            };
            list.push((name.trim(), value.trim()));
            let tail = tail.trim_start();
            rest = match tail.strip_prefix(',') {
                Some(next) => next.trim_start(),
                None if tail.is_empty() => tail,
                None => return None,
            };
        }
        Some(list)
    }

    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.list.iter().find(|(found, _)| *found == name).map(|(_, value)| *value)
    }

    pub(super) fn owned(&self, name: &str) -> Option<String> {
        self.get(name).map(str::to_owned)
    }

    pub(super) fn required(&self, name: &'static str) -> Result<&'a str, PlaylistError> {
        self.get(name).filter(|value| !value.is_empty()).ok_or(self.tag.bad_attribute(name))
    }

    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name) == Some("YES")
    }

    /// `None` when it is absent; an error when it cannot be read.
    pub(super) fn read<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<Option<T>, PlaylistError> {
        self.get(name).map(|value| read(value).ok_or(self.tag.bad_attribute(name))).transpose()
    }

    pub(super) fn number(&self, name: &'static str) -> Result<Option<u64>, PlaylistError> {
        self.read(name, |value| value.parse().ok())
    }

    pub(super) fn duration(&self, name: &'static str) -> Result<Option<Duration>, PlaylistError> {
        self.read(name, seconds)
    }

    pub(super) fn required_duration(&self, name: &'static str) -> Result<Duration, PlaylistError> {
        self.duration(name)?.ok_or(self.tag.bad_attribute(name))
    }
}

/// A `decimal-floating-point` of seconds, to the microsecond.
pub(super) fn seconds(text: &str) -> Option<Duration> {
    const MICRO_DIGITS: usize = 6;
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: u64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
    let kept = &fraction[..fraction.len().min(MICRO_DIGITS)];
    let micros: u64 = format!("{kept:0<MICRO_DIGITS$}").parse().ok()?;
    (whole <= MAX_DURATION_S).then(|| Duration::from_secs(whole) + Duration::from_micros(micros))
}
