//! Bytes of an unknown character set as text.

use std::borrow::Cow;

use encoding_rs::GB18030;

/// UTF-8 where the bytes are UTF-8, else GB18030, of which GB2312 and GBK are parts. What is neither becomes
/// U+FFFD.
///
/// Violates RFC 3261 §25.1, which knows UTF-8 only: GB/T 28181-2016 §6.10 and -2022 §6.10 ask for GB2312 and
/// GB18030, and devices of every maker put such names into `From` and `Subject`.
pub fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => GB18030.decode_without_bom_handling(bytes).0,
    }
}

/// Whether the byte may stand in a token (RFC 3261 §25.1).
pub(crate) const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'!' | b'%' | b'*' | b'_' | b'+' | b'`' | b'\'' | b'~')
}

/// Whether the text is a token.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_byte)
}

/// Splits at `separator` outside of quotes and angle brackets, and trims the pieces.
pub(crate) fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let (piece, tail) = match find_outside_quotes(text, separator) {
            Some(at) => (&text[..at], Some(&text[at + separator.len_utf8()..])),
            None => (text, None),
        };
        rest = tail;
        Some(piece.trim())
    })
}

/// The first place of `wanted` outside of quotes and angle brackets. An opening quote that nothing closes
/// begins no quotation, so that one lost quote does not swallow the rest.
pub(crate) fn find_outside_quotes(text: &str, wanted: char) -> Option<usize> {
    let (mut quoted, mut bracketed, mut escaped) = (false, false, false);
    for (at, character) in text.char_indices() {
        if escaped {
            escaped = false;
            continue;
        }
        match character {
            '\\' if quoted => escaped = true,
            '"' if quoted => quoted = false,
            '"' if text[at + 1..].contains('"') => quoted = true,
            _ if quoted => {}
            found if found == wanted && (!bracketed || wanted == '>') => return Some(at),
            '<' => bracketed = true,
            '>' => bracketed = false,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_gbk_and_utf_8_are_read() {
        for bytes in [&b"\xb1\xb1\xbe\xa9\xc9\xe3\xcf\xf1\xbb\xfa"[..], "北京摄像机".as_bytes()] {
            assert_eq!(text(bytes), "北京摄像机");
        }
        // A trail byte of GBK that is a backslash is none: 運 is DF 5C.
        assert_eq!(text(b"\xdf\x5c"), "運");
        assert_eq!(text(b"\xff"), "\u{fffd}");
    }

    #[test]
    fn separators_in_quotes_and_brackets_do_not_count() {
        let pieces = |text| split_outside_quotes(text, ',').collect::<Vec<_>>();
        assert_eq!(pieces(r#""a, \"b" <sip:c,d@e>, f"#), [r#""a, \"b" <sip:c,d@e>"#, "f"]);
        assert_eq!(pieces(r#"a" , b"#), [r#"a""#, "b"]);
        assert_eq!(pieces(""), [""]);
        assert_eq!(pieces(" a,, "), ["a", "", ""]);
        assert_eq!(find_outside_quotes("<a>b", '>'), Some(2));
    }
}
