//! Patterns of stream names.

use std::fmt;
use std::str::FromStr;

use hub::StreamKey;
use hub::key::is_name;

/// Longest pattern.
const MAX_PATTERN_LEN: usize = 2 * hub::key::MAX_NAME_LEN + 3;

/// A text that is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A pattern is app/name; each part is a name, a beginning followed by *, or * alone, such as road/* or road/k1*."
)]
pub struct BadPattern;

/// Which streams a rule, relay or hook is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    app: Part,
    name: Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Exact(String),
    /// Everything that begins so; empty: everything.
    Beginning(String),
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        match text.strip_suffix('*') {
            Some("") => Some(Self::Beginning(String::new())),
            Some(beginning) => is_name(beginning).then(|| Self::Beginning(beginning.to_owned())),
            None => is_name(text).then(|| Self::Exact(text.to_owned())),
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => exact == text,
            Self::Beginning(beginning) => text.starts_with(beginning),
        }
    }

    /// An exact part is more specific than any beginning, a longer beginning than a shorter one.
    const fn specificity(&self) -> usize {
        match self {
            Self::Exact(_) => usize::MAX,
            Self::Beginning(beginning) => beginning.len(),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(exact) => f.write_str(exact),
            Self::Beginning(beginning) => write!(f, "{beginning}*"),
        }
    }
}

impl Pattern {
    /// Whether it is for this stream.
    pub fn fits(&self, key: &StreamKey) -> bool {
        self.app.fits(key.app()) && self.name.fits(key.name())
    }

    /// Whether it may fit more than one stream.
    pub const fn is_wide(&self) -> bool {
        matches!(self.app, Part::Beginning(_)) || matches!(self.name, Part::Beginning(_))
    }

    /// Larger is more specific; the application counts first.
    pub(crate) const fn specificity(&self) -> (usize, usize) {
        (self.app.specificity(), self.name.specificity())
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let parts = text.split_once('/').filter(|_| text.len() <= MAX_PATTERN_LEN);
        let parsed = parts.and_then(|(app, name)| Some(Self { app: Part::parse(app)?, name: Part::parse(name)? }));
        parsed.ok_or(BadPattern)
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.app, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_fit_by_part_and_bad_ones_are_refused() {
        for (pattern, stream, fits) in [
            ("*/*", "road/k1", true),
            ("road/*", "road/k1", true),
            ("road/*", "roads/k1", false),
            ("road*/*", "roads/k1", true),
            ("road/k1*", "road/k12-300", true),
            ("road/k1", "road/k12-300", false),
        ] {
            assert_eq!(pattern.parse::<Pattern>().unwrap().fits(&stream.parse().unwrap()), fits, "{pattern} {stream}");
            assert_eq!(pattern.parse::<Pattern>().unwrap().to_string(), pattern);
        }
        for bad in ["", "*", "road", "/", "a/", "a/*b", "a/b/c", "a/**", "路/*", &format!("{}/x", "a".repeat(65))] {
            assert!(bad.parse::<Pattern>().is_err(), "{bad}");
        }
    }
}
