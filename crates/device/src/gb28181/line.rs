//! What a stream below `gb/` is: a channel by its code, one of its renditions, live or of the past.
//!
//! ```text
//! gb/34020000001320000001                          the picture
//! gb/34020000001320000001_sub                      the small picture
//! gb/34020000001320000001_1764288000_1764291600    a recording, from and to in seconds since 1970, as fast as it was
//! gb/34020000001320000001_1764288000_1764291600_x4 the same four times as fast
//! ```

use std::fmt;

use gateway::gb28181::{Span, Wanted};
use gb28181::Id;
use hub::{InvalidName, StreamKey};

/// Application of streams that are named by the code of a channel.
pub const APPLICATION: &str = "gb";
/// Seconds of the longest recording that is asked for at once.
pub const MAX_SPAN_S: u64 = 7 * 86_400;
const SUB: &str = "sub";

/// What a name says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Line {
    /// The channel.
    pub channel: Id,
    /// 0 the main stream, 1 the first sub-stream.
    pub stream: u8,
    /// From and to in seconds since 1970, and how many times as fast it is fetched.
    pub span: Option<(u64, u64, Option<u8>)>,
}

impl Line {
    /// Of a stream; `None` for one that is none of ours.
    pub fn of(key: &StreamKey) -> Option<Self> {
        if !key.is_on_default() || key.app() != APPLICATION {
            return None;
        }
        let mut parts = key.name().split('_');
        let channel = Id::new(parts.next()?).ok()?;
        let line = |stream, span| Self { channel, stream, span };
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (None, ..) => Some(line(0, None)),
            (Some(SUB), None, ..) => Some(line(1, None)),
            (Some(start), Some(end), speed, None) => {
                let (start, end): (u64, u64) = (start.parse().ok()?, end.parse().ok()?);
                let speed = match speed {
                    None => None,
                    Some(speed) => Some(speed.strip_prefix('x')?.parse().ok().filter(|speed| *speed > 0)?),
                };
                let is_span = start < end && end - start <= MAX_SPAN_S;
                is_span.then(|| line(0, Some((start, end, speed))))
            }
            _ => None,
        }
    }

    /// The stream's key.
    ///
    /// # Errors
    /// When the channel's code holds what no name of a stream does, such as a full stop, or it is too long with the span.
    pub fn key(&self) -> Result<StreamKey, InvalidName> {
        StreamKey::new(APPLICATION, &self.name())
    }

    fn name(&self) -> String {
        let channel = &self.channel;
        match self.span {
            None if self.stream > 0 => format!("{channel}_{SUB}"),
            None => channel.to_string(),
            Some((start, end, None)) => format!("{channel}_{start}_{end}"),
            Some((start, end, Some(speed))) => format!("{channel}_{start}_{end}_x{speed}"),
        }
    }

    /// What is wanted of a device.
    pub(super) fn wanted(&self, device: Id) -> Wanted {
        let span = self.span.map(|(start_unix_s, end_unix_s, download_speed)| Span {
            start_unix_s,
            end_unix_s,
            download_speed,
        });
        Wanted { device, channel: self.channel.clone(), stream: self.stream, span }
    }

    /// The same of what is wanted, by which its session is found.
    pub(super) fn of_wanted(wanted: &Wanted) -> Self {
        let span = wanted.span.map(|span| (span.start_unix_s, span.end_unix_s, span.download_speed));
        Self { channel: wanted.channel.clone(), stream: wanted.stream, span }
    }
}

impl fmt::Display for Line {
    /// The stream's name with its application.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{APPLICATION}/{}", self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "34020000001320000001";

    #[test]
    fn names_say_what_is_wanted_and_come_back() {
        let line = |stream, span| Line { channel: Id::new(CODE).unwrap(), stream, span };
        for (name, expected) in [
            (CODE.to_owned(), line(0, None)),
            (format!("{CODE}_sub"), line(1, None)),
            (format!("{CODE}_100_200"), line(0, Some((100, 200, None)))),
            (format!("{CODE}_100_200_x4"), line(0, Some((100, 200, Some(4))))),
        ] {
            let key: StreamKey = format!("gb/{name}").parse().unwrap();
            assert_eq!(Line::of(&key), Some(expected.clone()), "{name}");
            assert_eq!(expected.key(), Ok(key.clone()), "{name}");
            assert_eq!(expected.to_string(), key.to_string());
        }
    }

    #[test]
    fn a_code_that_no_stream_can_be_named_by_has_no_key() {
        let line = Line { channel: Id::new("camera.7").unwrap(), stream: 0, span: None };
        assert!(line.key().is_err());
    }

    #[test]
    fn other_names_are_not_ours() {
        for name in [
            format!("road/{CODE}"),
            format!("gb/{CODE}_200_100"),
            format!("gb/{CODE}_100"),
            format!("gb/{CODE}_0_9999999999"),
            format!("gb/{CODE}_100_200_4"),
            format!("gb/{CODE}_100_200_x0"),
            format!("gb/{CODE}_100_200_x4_5"),
        ] {
            assert_eq!(Line::of(&name.parse().unwrap()), None, "{name}");
        }
    }
}
