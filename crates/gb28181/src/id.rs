//! Codes of devices, channels, areas and groups (GB/T 28181-2022 §6.1.1, annex E).

mod type_code;

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

pub use type_code::TypeCode;

/// Characters of the longest identifier that is kept. Codes have 20 digits or fewer; rule B of the edition of 2016
/// (annex D.2) has 18, and makers' own identifiers are longer.
pub const MAX_ID_CHARS: usize = 32;
/// Digits of a whole code.
pub const CODE_DIGITS: usize = 20;

/// Why a text is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdError {
    /// Nothing but blanks.
    #[error("identifier is empty")]
    Empty,
    /// Longer than [`MAX_ID_CHARS`].
    #[error("identifier of {0} characters is too long")]
    TooLong(usize),
    /// A character other than an ASCII letter, a digit, `-`, `_` or `.`.
    #[error("identifier holds {0:?}")]
    Character(char),
    /// Something else than 20 digits where a whole code is needed.
    #[error("code must have 20 digits")]
    NotWhole,
}

/// Who is meant: a device, channel, area, group or platform.
///
/// What came from outside is checked softly: 1 to 32 letters, digits, `-`, `_` and `.`, since identifiers that are
/// no 20 digits are met (quirk 25). [`Id::form`] says what it is. Clones share the text: whoever keeps many of one device
/// keeps clones of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Arc<str>);

/// What an identifier looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// An administrative area of 2, 4, 6 or 8 digits (GB/T 28181-2022 §A.2.1.2).
    Area,
    /// 20 digits.
    Whole(Code),
    /// Anything else: rule B, or a maker's own.
    Foreign,
}

/// The parts of a code of 20 digits: centre (8), industry (2), type (3), network (1), serial number (6).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Code {
    /// Administrative code of the centre, 8 digits.
    pub centre: u32,
    /// Industry, 2 digits (annex E.1); 04 to 07 are traffic.
    pub industry: u8,
    /// What it is, 3 digits.
    pub kind: TypeCode,
    /// Network, 1 digit; 7 is the Internet.
    pub network: u8,
    /// Serial number, 6 digits.
    pub serial: u32,
}

impl Id {
    /// Checks an identifier; blanks around it are left out.
    ///
    /// # Errors
    /// When it is empty, too long or holds other characters.
    pub fn new(text: &str) -> Result<Self, IdError> {
        let text = text.trim();
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if let Some(odd) = text.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))) {
            return Err(IdError::Character(odd));
        }
        if text.len() > MAX_ID_CHARS {
            return Err(IdError::TooLong(text.len()));
        }
        Ok(Self(text.into()))
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it looks like.
    pub fn form(&self) -> Form {
        match self.0.len() {
            2 | 4 | 6 | 8 if self.is_digits() => Form::Area,
            _ => Code::parse(&self.0).map_or(Form::Foreign, Form::Whole),
        }
    }

    /// The type inside a code of 20 digits.
    pub fn type_code(&self) -> Option<TypeCode> {
        match self.form() {
            Form::Whole(code) => Some(code.kind),
            Form::Area | Form::Foreign => None,
        }
    }

    /// The domain that a server with this code usually has: its first ten digits (§6.1.2).
    pub fn domain(&self) -> Option<&str> {
        matches!(self.form(), Form::Whole(_)).then(|| &self.0[..10])
    }

    fn is_digits(&self) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_digit())
    }
}

impl Code {
    /// Reads 20 digits.
    ///
    /// # Errors
    /// When the text is anything else.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.len() != CODE_DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(IdError::NotWhole);
        }
        let number = |range: std::ops::Range<usize>| {
            text[range].bytes().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'))
        };
        let small = |range| u8::try_from(number(range)).map_err(|_| IdError::NotWhole);
        Ok(Self {
            centre: number(0..8),
            industry: small(8..10)?,
            kind: TypeCode::from_number(u16::try_from(number(10..13)).map_err(|_| IdError::NotWhole)?),
            network: small(13..14)?,
            serial: number(14..20),
        })
    }

    /// The identifier of these parts; `None` when one of them has too many digits.
    pub fn id(self) -> Option<Id> {
        let fits = self.centre < 100_000_000
            && self.industry < 100
            && self.kind.number() < 1000
            && self.network < 10
            && self.serial < 1_000_000;
        fits.then(|| {
            let Self { centre, industry, kind, network, serial } = self;
            Id(format!("{centre:08}{industry:02}{:03}{network}{serial:06}", kind.number()).into())
        })
    }
}

impl std::str::FromStr for Id {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::new(text)
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for Id {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn identifiers_are_told_by_their_form() {
        let whole = Id::new(" 34020000001320000001 ").unwrap();
        let code = Code { centre: 34_020_000, industry: 0, kind: TypeCode::NetworkCamera, network: 0, serial: 1 };
        assert_eq!(whole.form(), Form::Whole(code));
        assert_eq!((whole.type_code(), whole.domain()), (Some(TypeCode::NetworkCamera), Some("3402000000")));
        for area in ["34", "3402", "340200", "34020000"] {
            assert_eq!(Id::new(area).unwrap().form(), Form::Area);
        }
        for foreign in ["340200001320000001", "cam-1.a_b", "340", "3402000000132000000x"] {
            let id = Id::new(foreign).unwrap();
            assert_eq!((id.form(), id.type_code(), id.domain()), (Form::Foreign, None, None), "{foreign}");
        }
    }

    #[test]
    fn what_is_no_identifier_is_refused_with_its_reason() {
        assert_eq!(Id::new("  "), Err(IdError::Empty));
        assert_eq!(Id::new(&"1".repeat(33)), Err(IdError::TooLong(33)));
        assert_eq!(Id::new("3402/0001"), Err(IdError::Character('/')));
        assert_eq!(Id::new("通道1"), Err(IdError::Character('通')));
        assert_eq!(Code::parse("3402"), Err(IdError::NotWhole));
        let too_large = Code { centre: 100_000_000, industry: 0, kind: TypeCode::Camera, network: 0, serial: 0 };
        assert_eq!(too_large.id(), None);
    }

    proptest! {
        #[test]
        fn the_parts_of_a_code_make_it_again(text in "[0-9]{20}") {
            prop_assert_eq!(Code::parse(&text).unwrap().id().unwrap().to_string(), text);
        }

        #[test]
        fn any_text_is_judged_without_panic(text in ".{0,40}") {
            if let Ok(id) = Id::new(&text) {
                id.form();
            }
        }
    }
}
