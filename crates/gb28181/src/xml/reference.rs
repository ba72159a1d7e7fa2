//! References to characters in text.

use super::writer::is_allowed;

/// Longest entity reference with its `&` and `;`, as in `&#x10FFFF;`.
const MAX_REFERENCE_BYTES: usize = 10;

/// Appends text with its references resolved; how many `&` began none (quirk 1).
pub(super) fn resolve(text: &str, out: &mut String) -> usize {
    let mut stray = 0;
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(MAX_REFERENCE_BYTES).position(|byte| byte == b';');
        let Some((reference, end)) = end.and_then(|end| Some((reference(&rest[1..end])?, end))) else {
            out.push('&');
            rest = &rest[1..];
            stray += 1;
            continue;
        };
        // A control character, however it is written.
        if is_allowed(reference) {
            out.push(reference);
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    stray
}

fn reference(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => {
            let number = name.strip_prefix('#')?;
            let number = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            // The number of no character, such as 0xD800: left out as a control character is.
            Some(char::from_u32(number).unwrap_or('\0'))
        }
    }
}
