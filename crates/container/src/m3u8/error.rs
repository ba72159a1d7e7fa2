//! Why a playlist cannot be used.

use super::{MAX_ENTRIES, MAX_LEN, MAX_LINE_LEN};

/// Why bytes are no playlist that can be used. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaylistError {
    /// The first line is not `#EXTM3U`.
    #[error("the playlist does not begin with #EXTM3U")]
    NotPlaylist,
    /// The bytes are not UTF-8 (RFC 8216 §4.1).
    #[error("the playlist is not UTF-8")]
    NotUtf8,
    /// More bytes than we read.
    #[error("the playlist is longer than {MAX_LEN} bytes")]
    TooLong,
    /// A line is longer than we read.
    #[error("line {line} is longer than {MAX_LINE_LEN} bytes")]
    LineTooLong {
        /// Which.
        line: usize,
    },
    /// More segments, parts, variants, renditions or channels than we read.
    #[error("the playlist has more than {MAX_ENTRIES} entries")]
    TooManyEntries,
    /// The value of a tag cannot be read.
    #[error("line {line}: the value of {tag} cannot be read")]
    BadValue {
        /// Which line.
        line: usize,
        /// Which tag.
        tag: &'static str,
    },
    /// An attribute that a tag must have is missing, or its value cannot be read.
    #[error("line {line}: {tag} needs the attribute {attribute}")]
    BadAttribute {
        /// Which line.
        line: usize,
        /// Which tag.
        tag: &'static str,
        /// Which attribute.
        attribute: &'static str,
    },
    /// A tag is followed by the end instead of by its URI.
    #[error("line {line}: {tag} has no URI behind it")]
    NoUri {
        /// Which line.
        line: usize,
        /// Which tag.
        tag: &'static str,
    },
    /// A byte range without an offset does not follow another of the same resource (RFC 8216 §4.3.2.2).
    #[error("line {line}: the byte range has no beginning")]
    RangeWithoutStart {
        /// Which.
        line: usize,
    },
    /// Tags of multivariant and of media playlists in one (RFC 8216 §4.1).
    #[error("the playlist lists variants and segments at once")]
    Mixed,
    /// Neither variants nor segments.
    #[error("the playlist lists neither variants nor segments")]
    Empty,
    /// A playlist of HTTP Live Streaming where a list of channels was expected.
    #[error("this is the playlist of one stream, not a list of channels")]
    NotChannels,
    /// A tag without which the playlist cannot be understood.
    #[error("line {line}: {tag} is not supported")]
    Unsupported {
        /// Which line.
        line: usize,
        /// Which tag.
        tag: &'static str,
    },
}
