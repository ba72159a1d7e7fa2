//! Patterns of stream names: `app/name` on the default virtual host alone, `host/app/name` with wildcards for the host
//! as well. A pattern of two parts says nothing about other hosts, so that what an administrator opens for himself does
//! not open the streams of tenants.

use std::fmt;
use std::str::FromStr;

use hub::StreamKey;
use hub::key::{DEFAULT_VHOST, is_name};

/// Longest pattern.
const MAX_PATTERN_LEN: usize = 3 * hub::key::MAX_NAME_LEN + 5;

/// A text that is no pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "A pattern is app/name, or host/app/name for other virtual hosts; each part is a name, a beginning followed by *, or * alone, such as road/* or road/k1*."
)]
pub struct BadPattern;

/// Which streams a rule, relay or hook is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    vhost: Part,
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
        self.vhost.fits(key.vhost()) && self.app.fits(key.app()) && self.name.fits(key.name())
    }

    /// Whether it may fit more than one stream.
    pub const fn is_wide(&self) -> bool {
        self.spans_hosts() || matches!(self.app, Part::Beginning(_)) || matches!(self.name, Part::Beginning(_))
    }

    /// Whether it may fit streams of more than one virtual host.
    pub const fn spans_hosts(&self) -> bool {
        matches!(self.vhost, Part::Beginning(_))
    }

    /// Larger is more specific; the virtual host counts first, then the application.
    pub(crate) const fn specificity(&self) -> (usize, usize, usize) {
        (self.vhost.specificity(), self.app.specificity(), self.name.specificity())
    }
}

impl FromStr for Pattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        if text.len() > MAX_PATTERN_LEN {
            return Err(BadPattern);
        }
        let parts: Vec<&str> = text.split('/').collect();
        let (vhost, app, name) = match *parts {
            [app, name] => (DEFAULT_VHOST, app, name),
            [vhost, app, name] => (vhost, app, name),
            _ => return Err(BadPattern),
        };
        let part = |text: &str| Part::parse(text).ok_or(BadPattern);
        Ok(Self { vhost: part(&vhost.to_ascii_lowercase())?, app: part(app)?, name: part(name)? })
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !matches!(&self.vhost, Part::Exact(vhost) if vhost == DEFAULT_VHOST) {
            write!(f, "{}/", self.vhost)?;
        }
        write!(f, "{}/{}", self.app, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_fit_by_part_and_bad_ones_are_refused() {
        for (pattern, stream, fits) in [
            ("*/*", "road/k1", true),
            ("road/*", "road/k1", true),
            ("road/*", "roads/k1", false),
            ("road*/*", "roads/k1", true),
            ("road/k1*", "road/k12-300", true),
            ("road/k1", "road/k12-300", false),
            ("*/*", "t1/road/k1", false),
            ("t1/road/*", "t1/road/k1", true),
            ("t1/road/*", "road/k1", false),
            ("t*/road/k1", "t1/road/k1", true),
            ("*/*/*", "t1/road/k1", true),
            ("*/*/*", "road/k1", true),
        ] {
            assert_eq!(pattern.parse::<Pattern>().unwrap().fits(&stream.parse().unwrap()), fits, "{pattern} {stream}");
            assert_eq!(pattern.parse::<Pattern>().unwrap().to_string(), pattern);
        }
        for bad in
            ["", "*", "road", "/", "a/", "a/*b", "a/b/c/d", "a//b", "a/**", "路/*", &format!("{}/x", "a".repeat(65))]
        {
            assert!(bad.parse::<Pattern>().is_err(), "{bad}");
        }
    }

    #[test]
    fn the_default_host_is_left_out_and_the_host_counts_most() {
        for (typed, shown) in [("default/road/*", "road/*"), ("T1/road/*", "t1/road/*"), ("t1*/r*/a", "t1*/r*/a")] {
            assert_eq!(typed.parse::<Pattern>().unwrap().to_string(), shown);
        }
        let specificity = |text: &str| text.parse::<Pattern>().unwrap().specificity();
        for pair in ["*/*/*", "*/road/k1", "t*/*/*", "t1/*/*", "t1/road/*", "t1/road/k1"].windows(2) {
            assert!(specificity(pair[0]) < specificity(pair[1]), "{pair:?}");
        }
        assert!(specificity("*/*") > specificity("*/road/k1"), "the default host is named by leaving it out");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,80}") {
            let _ = text.parse::<Pattern>();
        }

        #[test]
        fn patterns_are_read_as_they_are_written(text in "([a-zA-Z0-9_-]{1,8}\\*?|\\*)(/([a-zA-Z0-9_-]{1,8}\\*?|\\*)){1,2}") {
            let pattern: Pattern = text.parse().unwrap();
            prop_assert_eq!(pattern.to_string().parse::<Pattern>(), Ok(pattern));
        }
    }
}
