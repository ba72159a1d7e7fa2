//! Tracks and their versioned configuration.

use std::num::NonZeroU32;

use crate::Language;
use crate::codec::{Codec, CodecConfig};

/// Identifies a track within its stream; stable over the stream's life, also across publishers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TrackId(pub u8);

/// Whether a track is seen, heard or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Everything else: KLV, ONVIF metadata, event boxes, script data.
    Data,
}

/// What a decoder must know before the first frame of a track.
///
/// Parameter sets may change mid-stream: the configuration then gets the next `version`, and each
/// [`crate::Frame`] names the version that it was coded with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackConfig {
    /// Which track.
    pub id: TrackId,
    /// Starts at 1; increased by every change. Assigned by the hub: publishers may leave it at 1.
    pub version: u32,
    /// Ticks per second of the source's time stamps (RTP clock rate, 1000 for RTMP).
    pub clock_hz: NonZeroU32,
    /// Codec and its parameters.
    pub codec: CodecConfig,
    /// Language of what is said in a sound, where the source tells.
    pub language: Option<Language>,
}

impl TrackConfig {
    /// A first-version configuration.
    pub const fn new(id: TrackId, clock_hz: NonZeroU32, codec: CodecConfig) -> Self {
        Self { id, version: 1, clock_hz, codec, language: None }
    }

    /// The same in a language, if it is sound: what containers say of pictures is a default that nobody chose.
    #[must_use]
    pub fn in_language(self, language: Option<Language>) -> Self {
        let language = language.filter(|_| self.kind() == MediaKind::Audio);
        Self { language, ..self }
    }

    /// Seen, heard or read.
    pub const fn kind(&self) -> MediaKind {
        self.codec.kind()
    }

    /// The codec without its parameters.
    pub fn codec(&self) -> Codec {
        self.codec.codec()
    }
}
