//! Instants as text.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Unix milliseconds as RFC 3339 in UTC with milliseconds where there are any, such as `2026-11-26T08:00:00.25Z`.
/// What lies outside the years that the format has is shown as 1970.
pub fn rfc3339(unix_ms: i64) -> String {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(unix_ms) * 1_000_000);
    at.unwrap_or(OffsetDateTime::UNIX_EPOCH).format(&Rfc3339).unwrap_or_default()
}

/// Unix milliseconds of an RFC 3339 time with any offset; `None` for what is none.
pub fn parse_rfc3339(text: &str) -> Option<i64> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_with_the_milliseconds_that_they_have() {
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339(1_790_000_000_250), "2026-09-21T14:13:20.25Z");
        assert_eq!(rfc3339(i64::MAX), "1970-01-01T00:00:00Z");
        assert_eq!(parse_rfc3339("2026-09-21T22:13:20.25+08:00"), Some(1_790_000_000_250));
        assert_eq!(parse_rfc3339("yesterday"), None);
    }
}
