//! Character sets of bodies: GB18030 whatever a prologue says, or UTF-8 (GB/T 28181-2022 §6.10).

use std::borrow::Cow;

use encoding_rs::{GB18030, UTF_8};

/// How bodies for a peer are encoded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Charset {
    /// Bytes of GB18030 under the prologue `GB2312`, as the editions before 2022 and most devices want. GB2312 is
    /// a part of GB18030, so that nothing changes for peers that know no more.
    #[default]
    Gb2312,
    /// GB18030, under its own name, as the edition of 2022 asks for.
    Gb18030,
    /// UTF-8.
    Utf8,
}

impl Charset {
    /// The name for the prologue of a document.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Gb2312 => "GB2312",
            Self::Gb18030 => "GB18030",
            Self::Utf8 => "UTF-8",
        }
    }

    /// Encodes a text. The few private characters that GB18030 has no bytes for become numeric references of XML.
    pub fn encode(self, text: &str) -> Cow<'_, [u8]> {
        match self {
            Self::Utf8 => Cow::Borrowed(text.as_bytes()),
            Self::Gb2312 | Self::Gb18030 => GB18030.encode(text).0,
        }
    }
}

/// Bytes in which the prologue of a document lies.
const PROLOGUE_BYTES: usize = 100;

/// Decodes a body; bytes that have no meaning become U+FFFD.
///
/// A body is UTF-8 when it begins with its mark or is valid UTF-8 with something in it that is not ASCII; all
/// others are GB18030, of which GB2312 and GBK are parts. The name in the prologue is not believed: devices write
/// `GB2312` over bytes of UTF-8, and characters outside GB2312 under it (quirk 4). It only counts for the few
/// bytes that are both: a lone 一 or 路 of GB18030 is a letter of two bytes in UTF-8 that no camera is named with.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if let Some(rest) = bytes.strip_prefix(b"\xEF\xBB\xBF") {
        return UTF_8.decode_without_bom_handling(rest).0;
    }
    let as_gb18030 = || GB18030.decode_without_bom_handling(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else {
        return as_gb18030().0;
    };
    let has_only_short_letters = !text.is_ascii() && text.chars().all(|c| c.len_utf8() <= 2);
    if has_only_short_letters && !claims_utf8(bytes) {
        let (text, is_damaged) = as_gb18030();
        if !is_damaged {
            return text;
        }
    }
    Cow::Borrowed(text)
}

fn claims_utf8(bytes: &[u8]) -> bool {
    let prologue = &bytes[..bytes.len().min(PROLOGUE_BYTES)];
    prologue.windows(5).any(|window| window.eq_ignore_ascii_case(b"utf-8"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bodies_are_told_apart_by_their_bytes() {
        assert_eq!(decode(b"\xB3\xA4\xB0\xB2\xBD\xD6"), "长安街");
        assert_eq!(decode("长安街".as_bytes()), "长安街");
        assert_eq!(decode(b"\xEF\xBB\xBFabc"), "abc");
        assert_eq!(decode(b"abc"), "abc");
        assert_eq!(decode(b"<a>\xD2\xBB\xC2\xB7</a>"), "<a>一路</a>");
        assert_eq!(decode("<?xml encoding=\"utf-8\"?>é".as_bytes()), "<?xml encoding=\"utf-8\"?>é");
        assert_eq!(decode(b"a\xFFb"), "a\u{fffd}b");
    }

    #[test]
    fn characters_outside_gb2312_survive_under_its_name() {
        // Four bytes in GB18030; in no smaller set.
        let rare = "䶮𠮷";
        assert_eq!(decode(&Charset::Gb2312.encode(rare)), rare);
        assert_eq!(Charset::Gb2312.encode("\u{e5e5}").as_ref(), b"&#58853;");
    }

    proptest! {
        // Characters for private use are mapped back and forth to others by GB18030-2022.
        #[test]
        fn every_charset_gives_the_text_back(text in "[ -~]{0,8}[\u{4e00}-\u{9fa5}]{3,20}[\u{20000}-\u{2a6d6}]?") {
            for charset in [Charset::Gb2312, Charset::Gb18030, Charset::Utf8] {
                let bytes = charset.encode(&text);
                // Bytes of GB18030 that happen to be UTF-8 cannot be told from it.
                if charset == Charset::Utf8 || std::str::from_utf8(&bytes).is_err() {
                    prop_assert_eq!(decode(&bytes), text.as_str());
                }
            }
        }
    }
}
