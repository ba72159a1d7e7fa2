//! Editions of the standard, as the header `X-GB-Ver` names them (GB/T 28181-2022 annex I).

use std::fmt;

/// An edition of GB/T 28181. Later ones are greater.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Version {
    /// GB/T 28181-2011.
    V2011,
    /// GB/T 28181-2011 with its amendment.
    V2011Amended,
    /// GB/T 28181-2016: what a peer speaks that names no edition.
    #[default]
    V2016,
    /// GB/T 28181-2022.
    V2022,
}

impl Version {
    /// Every edition, the oldest first.
    pub const ALL: [Self; 4] = [Self::V2011, Self::V2011Amended, Self::V2016, Self::V2022];

    /// The value of `X-GB-Ver`, such as `3.0`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::V2011 => "1.0",
            Self::V2011Amended => "1.1",
            Self::V2016 => "2.0",
            Self::V2022 => "3.0",
        }
    }

    /// Reads the value of `X-GB-Ver`; `None` when it is none that we know. An edition newer than ours counts as
    /// our newest, since the newer side must not send what the older one cannot read (annex I).
    pub fn from_header(value: &str) -> Option<Self> {
        let value = value.trim();
        if let Some(known) = Self::ALL.into_iter().find(|version| version.as_str() == value) {
            return Some(known);
        }
        let major: u8 = value.split('.').next()?.parse().ok()?;
        (major > 3).then_some(Self::V2022)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editions_are_read_from_the_header_and_written_to_it() {
        for version in Version::ALL {
            assert_eq!(Version::from_header(&format!(" {version} ")), Some(version));
        }
        assert_eq!(Version::from_header("4.0"), Some(Version::V2022));
        for unknown in ["", "0.9", "2.7", "abc", "-1.0"] {
            assert_eq!(Version::from_header(unknown), None, "{unknown}");
        }
        assert!(Version::V2011 < Version::V2022);
    }
}
