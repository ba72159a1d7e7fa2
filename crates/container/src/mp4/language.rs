//! Languages as `mdhd` has them: three letters of five bits each (ISO/IEC 14496-12 §8.4.2.3).

use media::Language;

/// What is added to the five bits of a letter.
const LETTERS: u8 = 0x60;

/// `und` where none is known.
pub(crate) fn packed(language: Option<Language>) -> u16 {
    let code = language.map_or(*b"und", Language::code);
    code.iter().fold(0, |packed, letter| packed << 5 | u16::from(letter - LETTERS))
}

/// `None` for `und`, and for the Macintosh codes of QuickTime files.
pub(crate) fn unpacked(packed: u16) -> Option<Language> {
    let letter = |shift: u16| u8::try_from(packed >> shift & 0x1f).expect("five bits") + LETTERS;
    Language::from_code([letter(10), letter(5), letter(0)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_survive_the_way_there_and_back() {
        assert_eq!(packed(None), 0x55c4);
        for packed_code in 0..=u16::MAX {
            if let Some(language) = unpacked(packed_code) {
                assert_eq!(unpacked(packed(Some(language))), Some(language));
            }
        }
        assert_eq!(unpacked(0x15c7), Language::from_tag("en"));
        assert_eq!(unpacked(0), None);
    }
}
