//! Flash Video: tag bodies (shared with RTMP), the file layout, and the muxer for HTTP-FLV and WebSocket-FLV.
//!
//! ```text
//! file   := "FLV" 01 flags 00000009 00000000 tag*
//! tag    := kind(8) body_len(24) timestamp_ms(24) timestamp_high(8) 000000 body previous_tag_len(32)
//! video  := frame_type(4) codec_id(4) [packet_type(8) composition_ms(24)] payload          legacy
//!         | 1 frame_type(3) packet_type(4) fourcc(32) [composition_ms(24)] payload        enhanced
//! audio  := format(4) rate(2) size(1) stereo(1) [packet_type(8)] payload                  legacy
//!         | 9(4) packet_type(4) fourcc(32) payload                                        enhanced
//! ```

mod body_writer;
mod demuxer;
mod metadata;
mod muxer;
mod packet;
mod reader;

pub use body_writer::{BodyPrefix, BodyWriter, HevcForm, MuxOptions};
pub use demuxer::{IgnoreReason, TagDemuxer, TagEvent};
pub use metadata::Metadata;
pub use muxer::Muxer;
pub use reader::{FileReader, FlvError, MAX_TAG_LEN, Tag, unroll_ms};

/// What a tag holds; the numbers are also RTMP message type ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum TagKind {
    /// Sound.
    Audio = 8,
    /// Pictures.
    Video = 9,
    /// AMF0 script data: a name and its values.
    Script = 18,
}

impl TagKind {
    /// The kind that a number stands for.
    pub const fn from_id(id: u8) -> Option<Self> {
        match id {
            8 => Some(Self::Audio),
            9 => Some(Self::Video),
            18 => Some(Self::Script),
            _ => None,
        }
    }

    /// The number on the wire.
    pub const fn id(self) -> u8 {
        self as u8
    }
}

/// Ticks per second of FLV and RTMP time stamps.
const CLOCK_HZ: std::num::NonZeroU32 = std::num::NonZeroU32::new(1000).expect("1000 is not zero");

/// `CodecID` and `SoundFormat` numbers (annex E.4.2, E.4.3) that we understand.
mod codec_id {
    pub(super) const H264: u8 = 7;
    /// Not in the specification; what Chinese CDNs and cameras agreed on.
    pub(super) const H265_DOMESTIC: u8 = 12;
    pub(super) const MP3: u8 = 2;
    pub(super) const G711_A: u8 = 7;
    pub(super) const G711_U: u8 = 8;
    /// Says in audio what bit 7 says in video: an enhanced header follows.
    pub(super) const ENHANCED_AUDIO: u8 = 9;
    pub(super) const AAC: u8 = 10;
    pub(super) const MP3_8KHZ: u8 = 14;
}

/// FourCCs of enhanced RTMP that we understand.
mod four_cc {
    pub(super) const AVC: [u8; 4] = *b"avc1";
    pub(super) const HEVC: [u8; 4] = *b"hvc1";
    pub(super) const AV1: [u8; 4] = *b"av01";
    pub(super) const AAC: [u8; 4] = *b"mp4a";
    pub(super) const OPUS: [u8; 4] = *b"Opus";
    pub(super) const MP3: [u8; 4] = *b".mp3";
}

/// The identifier of the data track that script data other than `onMetaData` becomes.
pub const SCRIPT_TRACK_ID: &str = "amf0";

#[cfg(test)]
mod tests;
