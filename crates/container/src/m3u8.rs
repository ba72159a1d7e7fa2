//! Playlists of HTTP Live Streaming (RFC 8216 and its successor, draft-pantos-hls-rfc8216bis: the low-latency
//! tags).

mod writer;

pub use writer::{Key, MediaPlaylist, Part, Segment, Variant, write_multivariant};

#[cfg(test)]
mod tests;
