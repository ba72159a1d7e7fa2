//! Lists of channels: the M3U files in which television over IP networks is handed on. No standard describes them.
//!
//! ```text
//! #EXTM3U x-tvg-url="http://host/guide.xml"
//! #EXTINF:-1 tvg-id="one" tvg-logo="http://host/one.png" group-title="News",Channel One
//! http://host/one/index.m3u8
//! ```

use super::lines::lines;
use super::{MAX_ENTRIES, PlaylistError};

/// One channel of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Channel {
    /// For people; the address where the list gives none.
    pub name: String,
    /// Where it is, as written.
    pub url: String,
    /// `tvg-id`: its name in programme guides.
    pub id: Option<String>,
    /// `tvg-logo`: address of its picture.
    pub logo: Option<String>,
    /// `group-title` or `#EXTGRP`.
    pub group: Option<String>,
    /// Line of its address, from 1.
    pub line: usize,
}

/// Reads a list of channels. `#EXTM3U` may be missing; what is not UTF-8 is replaced, since many lists are in GBK and
/// their addresses are readable all the same.
///
/// # Errors
/// When a limit is exceeded, nothing is listed, or it is the playlist of one stream.
pub fn parse_channel_list(bytes: &[u8]) -> Result<Vec<Channel>, PlaylistError> {
    const OF_ONE_STREAM: [&str; 2] = ["#EXT-X-TARGETDURATION", "#EXT-X-STREAM-INF"];
    let text = String::from_utf8_lossy(bytes);
    let mut channels = Vec::new();
    let mut next = Channel::default();
    for (line, text) in lines(&text)? {
        if let Some(description) = text.strip_prefix("#EXTINF:") {
            next = described(description);
        } else if let Some(group) = text.strip_prefix("#EXTGRP:") {
            next.group = filled(group);
        } else if OF_ONE_STREAM.iter().any(|tag| text.starts_with(tag)) {
            return Err(PlaylistError::NotChannels);
        } else if !text.starts_with('#') {
            let mut channel = std::mem::take(&mut next);
            (channel.url, channel.line) = (text.to_owned(), line);
            if channel.name.is_empty() {
                channel.name.clone_from(&channel.url);
            }
            channels.push(channel);
            if channels.len() > MAX_ENTRIES {
                return Err(PlaylistError::TooManyEntries);
            }
        }
    }
    if channels.is_empty() { Err(PlaylistError::Empty) } else { Ok(channels) }
}

/// Duration, attributes, a comma, the name.
fn described(text: &str) -> Channel {
    let (attributes, name) = split_outside_quotes(text);
    let attribute = |name: &str| {
        let at = attributes.find(&format!(" {name}=\""))? + name.len() + 3;
        filled(attributes[at..].split('"').next()?)
    };
    Channel {
        name: filled(name).or_else(|| attribute("tvg-name")).unwrap_or_default(),
        id: attribute("tvg-id"),
        logo: attribute("tvg-logo"),
        group: attribute("group-title"),
        ..Channel::default()
    }
}

/// At the first comma that is not in a quoted value.
fn split_outside_quotes(text: &str) -> (&str, &str) {
    let mut quoted = false;
    let comma = text.bytes().position(|byte| {
        quoted ^= byte == b'"';
        byte == b',' && !quoted
    });
    // Tolerance: a quote that is never closed hides the comma; then the last one counts.
    match comma.or_else(|| text.rfind(',')) {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, ""),
    }
}

fn filled(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}
