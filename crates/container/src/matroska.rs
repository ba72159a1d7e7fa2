//! Matroska and WebM: files and streams to tracks and access units.
//!
//! | specification | where |
//! |---|---|
//! | RFC 8794 §4 to §6: element identifiers, sizes, unknown sizes, values | `ebml` |
//! | RFC 9559 §5.1.4, §5.1.2: tracks, time stamp scale | `tracks` |
//! | RFC 9559 §10: blocks and lacing | `block` |
//! | RFC 9559 §5.1.4.1.31: content compression, as far as headers are stripped | `tracks` |
//! | draft-ietf-cellar-codec: what codecs are called and what their private bytes are | `codec` |
//!
//! Passed over: cues, tags, chapters, attachments, subtitles, block additions, editions, CRC-32 elements, of which none
//! is needed to play from the beginning. Not read: encrypted and zlib-compressed tracks, which are left out and said.
//!
//! Matroska has presentation times alone; decoding times are derived ([`media::DtsDeriver`]).

mod block;
mod codec;
mod demuxer;
mod ebml;
mod tracks;

pub use demuxer::{Demuxer, Event};
pub use tracks::MAX_TRACKS;

/// The first bytes of every file: the identifier of the EBML header (RFC 8794 §11.2.1).
pub const MAGIC: [u8; 4] = [0x1a, 0x45, 0xdf, 0xa3];

/// Why a stream cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MatroskaError {
    /// The EBML header describes another kind of document.
    #[error("document of type {0} is not Matroska")]
    OtherDocument(String),
    /// No element can begin here.
    #[error("element at {offset} is malformed")]
    Malformed {
        /// Where in the stream.
        offset: u64,
    },
    /// What describes the stream is malformed.
    #[error("element {0} is malformed")]
    Unreadable(&'static str),
    /// An element that is needed is longer than a named limit.
    #[error("element {0} exceeds the limit")]
    TooLarge(&'static str),
}

#[cfg(test)]
mod tests;
