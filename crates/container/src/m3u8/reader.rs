//! Reading playlists: which kind it is.

use super::PlaylistError;
use super::lines::{Tag, lines};
use super::media::Media;
use super::media_reader;
use super::multivariant_reader::{self, Multivariant};

/// A playlist of HTTP Live Streaming.
#[derive(Clone, Debug, PartialEq)]
pub enum Playlist {
    /// Lists the forms that a stream comes in (RFC 8216 §4.3.4).
    Multivariant(Multivariant),
    /// Lists the segments of one form (§4.3.3).
    Media(Box<Media>),
}

/// Tags with which a line begins, and what they are in.
const TAGS: &[(&str, Place)] = &[
    ("#EXT-X-STREAM-INF", Place::Multivariant),
    ("#EXT-X-I-FRAME-STREAM-INF", Place::Multivariant),
    ("#EXT-X-MEDIA", Place::Multivariant),
    ("#EXT-X-SESSION-KEY", Place::Multivariant),
    ("#EXT-X-SESSION-DATA", Place::Multivariant),
    ("#EXTINF", Place::Media),
    ("#EXT-X-TARGETDURATION", Place::Media),
    ("#EXT-X-MEDIA-SEQUENCE", Place::Media),
    ("#EXT-X-DISCONTINUITY-SEQUENCE", Place::Media),
    ("#EXT-X-DISCONTINUITY", Place::Media),
    ("#EXT-X-ENDLIST", Place::Media),
    ("#EXT-X-PLAYLIST-TYPE", Place::Media),
    ("#EXT-X-I-FRAMES-ONLY", Place::Media),
    ("#EXT-X-BYTERANGE", Place::Media),
    ("#EXT-X-KEY", Place::Media),
    ("#EXT-X-MAP", Place::Media),
    ("#EXT-X-GAP", Place::Media),
    ("#EXT-X-PROGRAM-DATE-TIME", Place::Media),
    ("#EXT-X-PART-INF", Place::Media),
    ("#EXT-X-PART", Place::Media),
    ("#EXT-X-SERVER-CONTROL", Place::Media),
    ("#EXT-X-PRELOAD-HINT", Place::Media),
    ("#EXT-X-SKIP", Place::Media),
    ("#EXT-X-VERSION", Place::Both),
    ("#EXT-X-INDEPENDENT-SEGMENTS", Place::Both),
    ("#EXT-X-DEFINE", Place::Both),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Multivariant,
    Media,
    Both,
}

/// A line that says something.
#[derive(Clone, Copy, Debug)]
pub(super) enum Line<'a> {
    Tag(Tag<'a>),
    Uri(usize, &'a str),
}

impl Playlist {
    /// Reads a playlist. Unknown tags are passed over (RFC 8216 §6.3.1).
    ///
    /// # Errors
    /// When the bytes are no playlist, break a rule without which it has no meaning, or exceed a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, PlaylistError> {
        let text = std::str::from_utf8(bytes).map_err(|_| PlaylistError::NotUtf8)?;
        let lines = lines(text)?;
        let Some(((_, "#EXTM3U"), lines)) = lines.split_first() else {
            return Err(PlaylistError::NotPlaylist);
        };
        let mut kind = None;
        let mut said = Vec::new();
        for (number, text) in lines {
            let Some((line, place)) = understand(*number, text) else { continue };
            if place != Place::Both && *kind.get_or_insert(place) != place {
                return Err(PlaylistError::Mixed);
            }
            said.push(line);
        }
        match kind {
            Some(Place::Multivariant) => multivariant_reader::read(&said).map(Self::Multivariant),
            Some(_) => media_reader::read(&said).map(|media| Self::Media(Box::new(media))),
            None => Err(PlaylistError::Empty),
        }
    }
}

/// `None` for comments and unknown tags.
fn understand(line: usize, text: &str) -> Option<(Line<'_>, Place)> {
    if !text.starts_with('#') {
        return Some((Line::Uri(line, text), Place::Both));
    }
    let (found, value) = text.split_once(':').unwrap_or((text, ""));
    let (name, place) = TAGS.iter().find(|(name, _)| *name == found)?;
    Some((Line::Tag(Tag { line, name, value: value.trim() }), *place))
}

#[cfg(test)]
mod tests;
