//! Playlists of HTTP Live Streaming (RFC 8216 and its successor, draft-pantos-hls-rfc8216bis: the low-latency
//! tags), written and read, and the lists of channels that share their form.
//!
//! Not read: variables (`EXT-X-DEFINE`), which are refused; date ranges, session data, content steering and I-frame
//! playlists, which are passed over.

mod channels;
mod error;
mod lines;
mod media;
mod media_reader;
mod multivariant_reader;
mod multivariant_writer;
mod reader;
mod writer;

pub use channels::{Channel, parse_channel_list};
pub use error::PlaylistError;
pub use media::{ByteRange, Key, KeyMethod, Map, Media, MediaPart, MediaSegment, PreloadHint, ServerControl};
pub use multivariant_reader::{Multivariant, Rendition, RenditionKind, VariantStream};
pub use multivariant_writer::{Sound, Variant, write_multivariant};
pub use reader::Playlist;
pub use writer::{MediaPlaylist, Part, RenditionReport, Segment, SegmentKey, write_reports};

/// Bytes of a playlist that we read: some 24 hours of segments.
pub const MAX_LEN: usize = 4 * 1024 * 1024;
/// Bytes of a line; keys may stand in it as `data:` URIs, addresses carry tokens.
pub const MAX_LINE_LEN: usize = 16 * 1024;
/// Segments and parts, variants and renditions, or channels of one playlist.
pub const MAX_ENTRIES: usize = 50_000;
