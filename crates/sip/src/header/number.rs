//! Fields that are a number.

/// Seconds of `Expires`, `Min-Expires`, `Retry-After` (RFC 3261 §20.19): digits, then anything that is no
/// digit. More than 32 bits hold is the most that they hold (RFC 4475 §3.3.8).
pub fn parse_seconds(text: &str) -> Option<u32> {
    let text = text.trim();
    let end = text.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    let digits = &text[..end];
    if digits.is_empty() { None } else { Some(digits.parse().unwrap_or(u32::MAX)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_read_and_capped() {
        for (text, seconds) in [
            ("3600", Some(3600)),
            (" 0 ", Some(0)),
            ("60;duration=5", Some(60)),
            ("1000000000000", Some(u32::MAX)),
            ("", None),
            ("-1", None),
            ("soon", None),
        ] {
            assert_eq!(parse_seconds(text), seconds, "{text}");
        }
    }
}
