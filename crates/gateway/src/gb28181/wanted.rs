//! What is wanted of a device, as a URL says it.
//!
//! ```text
//! gb28181://34020000001110000001/34020000001320000001?stream=1
//! gb28181://34020000001110000001/34020000001320000001?start=1764288000&end=1764291600&speed=4
//! ```

use gb28181::Id;
use url::Url;

/// What is wanted of a device: one rendition of one channel, live or of the past.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The device that has signed in.
    pub device: Id,
    /// The channel, which may be the device itself.
    pub channel: Id,
    /// 0 the main stream, 1 the first sub-stream.
    pub stream: u8,
    /// `None`: live.
    pub span: Option<Span>,
}

/// A recording, by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Begin in seconds since 1970 in UTC.
    pub start_unix_s: u64,
    /// End; after the begin.
    pub end_unix_s: u64,
    /// Fetched this many times as fast (`Download`) instead of played (`Playback`).
    pub download_speed: Option<u8>,
}

impl Wanted {
    /// Reads a URL.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub(crate) fn of_url(url: &Url) -> Result<Self, String> {
        let id = |text: &str, what: &str| Id::new(text).map_err(|error| format!("the {what} is not usable: {error}"));
        let device = id(url.host_str().unwrap_or_default(), "device's code")?;
        let path = url.path().trim_matches('/');
        let channel = if path.is_empty() { device.clone() } else { id(path, "channel's code")? };
        let (mut stream, mut start, mut end, mut speed) = (None, None, None, None);
        for (name, value) in url.query_pairs() {
            let number = value.parse::<u64>().map_err(|_| format!("{name}={value} is not a whole number"))?;
            match &*name {
                "stream" => stream = Some(number),
                "start" => start = Some(number),
                "end" => end = Some(number),
                "speed" => speed = Some(number),
                _ => return Err(format!("{name}= is not understood; use stream=, start=, end= or speed=")),
            }
        }
        let small = |value: u64, name: &str| u8::try_from(value).map_err(|_| format!("{name}={value} is too large"));
        let download_speed = speed.map(|speed| small(speed, "speed")).transpose()?;
        let span = match (start, end) {
            (None, None) if download_speed.is_none() => None,
            (Some(start_unix_s), Some(end_unix_s)) if start_unix_s < end_unix_s => {
                Some(Span { start_unix_s, end_unix_s, download_speed })
            }
            _ => return Err("a recording is named by start= and a later end= in seconds since 1970".to_owned()),
        };
        Ok(Self { device, channel, stream: small(stream.unwrap_or(0), "stream")?, span })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEVICE: &str = "34020000001110000001";
    const CHANNEL: &str = "34020000001320000001";

    fn of(text: &str) -> Result<Wanted, String> {
        Wanted::of_url(&Url::parse(text).unwrap())
    }

    #[test]
    fn a_url_says_what_is_wanted() {
        let at = |channel: &str, stream, span| {
            let (device, channel) = (Id::new(DEVICE).unwrap(), Id::new(channel).unwrap());
            Ok(Wanted { device, channel, stream, span })
        };
        let span = |download_speed| Some(Span { start_unix_s: 100, end_unix_s: 200, download_speed });
        for (rest, expected) in [
            (format!("/{CHANNEL}"), at(CHANNEL, 0, None)),
            (format!("/{CHANNEL}?stream=1"), at(CHANNEL, 1, None)),
            (String::new(), at(DEVICE, 0, None)),
            (format!("/{CHANNEL}?start=100&end=200"), at(CHANNEL, 0, span(None))),
            (format!("/{CHANNEL}?start=100&end=200&speed=4&stream=2"), at(CHANNEL, 2, span(Some(4)))),
        ] {
            assert_eq!(of(&format!("gb28181://{DEVICE}{rest}")), expected, "{rest}");
        }
    }

    #[test]
    fn what_is_no_channel_is_explained() {
        for (text, part) in [
            ("gb28181://a%20b/1", "device"),
            ("gb28181://1/a/b", "channel"),
            ("gb28181://1/2?stream=main", "whole number"),
            ("gb28181://1/2?stream=256", "too large"),
            ("gb28181://1/2?start=100", "start= and a later end="),
            ("gb28181://1/2?start=200&end=100", "start= and a later end="),
            ("gb28181://1/2?speed=4", "start= and a later end="),
            ("gb28181://1/2?channel=1", "not understood"),
        ] {
            let error = of(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
