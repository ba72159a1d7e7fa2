//! Stakes along roads (桩号): "K12+300" is 12 km and 300 m from the road's beginning.

use std::fmt;
use std::str::FromStr;

/// Longest road, in kilometres.
const MAX_KM: i64 = 99_999;

/// A place along a road.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stake {
    /// From the road's beginning.
    pub metres: i64,
}

/// Not a stake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a stake is kilometres and metres, as K12+300")]
pub struct BadStake;

impl FromStr for Stake {
    type Err = BadStake;

    /// "K12+300", also without K, in small letters, with spaces, a full-width plus or a fraction of a metre, which is dropped.
    fn from_str(text: &str) -> Result<Self, BadStake> {
        let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().replace('＋', "+");
        let plain = plain.strip_prefix(['K', 'k']).unwrap_or(&plain);
        let (km, metres) = plain.split_once('+').ok_or(BadStake)?;
        let metres = metres.split_once('.').map_or(metres, |(whole, _)| whole);
        let digits = |part: &str, most: usize| {
            let fits = (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            fits.then(|| part.parse::<i64>().ok()).flatten().ok_or(BadStake)
        };
        let (km, metres) = (digits(km, 5)?, digits(metres, 3)?);
        Ok(Self { metres: km * 1000 + metres })
    }
}

impl Stake {
    /// By metres.
    pub const fn new(metres: i64) -> Option<Self> {
        if metres >= 0 && metres <= MAX_KM * 1000 + 999 { Some(Self { metres }) } else { None }
    }
}

impl fmt::Display for Stake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "K{}+{:03}", self.metres / 1000, self.metres % 1000)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn stakes_are_read_as_people_write_them() {
        for (text, metres) in [
            ("K12+300", 12_300),
            ("k12 +300", 12_300),
            ("12+300.5", 12_300),
            ("K128＋050", 128_050),
            ("K0+000", 0),
            ("K7+5", 7005),
        ] {
            assert_eq!(text.parse::<Stake>(), Ok(Stake { metres }), "{text}");
        }
        for bad in ["", "K12", "K+300", "K12+", "K12+3000", "K-1+300", "K123456+000", "12-300", "K１2+300"] {
            assert_eq!(bad.parse::<Stake>(), Err(BadStake), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn stakes_survive_as_text(metres in 0..=99_999_999i64) {
            let stake = Stake::new(metres).unwrap();
            prop_assert_eq!(stake.to_string().parse(), Ok(stake));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,40}") {
            if let Ok(stake) = text.parse::<Stake>() {
                prop_assert!(Stake::new(stake.metres).is_some());
            }
        }
    }
}
