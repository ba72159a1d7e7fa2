//! `X-GB-Ver` (GB/T 28181-2022 annex I).

use std::fmt;

/// The edition of GB/T 28181 that a party speaks. The newer side sends nothing that the older does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GbVersion {
    /// `1.0`: 2011.
    V2011,
    /// `1.1`: the amendment of 2011.
    V2011Amended,
    /// `2.0`: 2016.
    V2016,
    /// `3.0`: 2022, and what comes later.
    V2022,
}

impl GbVersion {
    /// Reads the value. A later version counts as the newest that we know; `None` for what is no version.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
        let (major, minor): (u32, u32) = (major.parse().ok()?, minor.parse().ok()?);
        match (major, minor) {
            (0, _) => None,
            (1, 0) => Some(Self::V2011),
            (1, _) => Some(Self::V2011Amended),
            (2, _) => Some(Self::V2016),
            _ => Some(Self::V2022),
        }
    }

    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2011 => "1.0",
            Self::V2011Amended => "1.1",
            Self::V2016 => "2.0",
            Self::V2022 => "3.0",
        }
    }
}

impl fmt::Display for GbVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_are_read_and_compared() {
        for version in [GbVersion::V2011, GbVersion::V2011Amended, GbVersion::V2016, GbVersion::V2022] {
            assert_eq!(GbVersion::parse(version.as_str()), Some(version));
        }
        assert_eq!(GbVersion::parse(" 3 "), Some(GbVersion::V2022));
        assert_eq!(GbVersion::parse("4.2"), Some(GbVersion::V2022));
        assert!(GbVersion::V2016 < GbVersion::V2022);
        for bad in ["", "x", "0.9", "2.x"] {
            assert_eq!(GbVersion::parse(bad), None, "{bad}");
        }
    }
}
