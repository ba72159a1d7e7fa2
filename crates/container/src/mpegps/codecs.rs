//! Which codec a `stream_type` of the map stands for (GB/T 28181-2022 annex C.1), and the names of those that are
//! only carried.

use bytes::Bytes;
use media::{CodecConfig, MediaKind, OpaqueConfig};

use super::head::{is_audio, is_video};
use crate::systems::{Framing, MP2_TRACK_ID, Syntax, stream_type};

/// [`OpaqueConfig::id`] of MPEG-4 visual (ISO/IEC 14496-2).
pub const MPEG4_VISUAL_ID: &str = "mpeg4-visual";
/// [`OpaqueConfig::id`] of SVAC pictures (GB/T 25724).
pub const SVAC_VIDEO_ID: &str = "svac-video";
/// [`OpaqueConfig::id`] of SVAC sound (GB/T 25724).
pub const SVAC_AUDIO_ID: &str = "svac-audio";
/// [`OpaqueConfig::id`] of ITU-T G.722.1.
pub const G722_1_ID: &str = "g722.1";
/// [`OpaqueConfig::id`] of ITU-T G.723.1.
pub const G723_1_ID: &str = "g723.1";
/// [`OpaqueConfig::id`] of ITU-T G.729.
pub const G729_ID: &str = "g729";

/// `stream_type` with the name of a codec that is only carried.
const CARRIED: [(u8, &str); 6] = [
    (stream_type::MPEG4_VISUAL, MPEG4_VISUAL_ID),
    (stream_type::SVAC_VIDEO, SVAC_VIDEO_ID),
    (stream_type::SVAC_AUDIO, SVAC_AUDIO_ID),
    (stream_type::G722_1, G722_1_ID),
    (stream_type::G723_1, G723_1_ID),
    (stream_type::G729, G729_ID),
];

/// What the map says of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Claim {
    Video(Syntax),
    Framed(Framing),
    G711 {
        a_law: bool,
    },
    Carried(&'static str),
    /// A type that we do not know.
    Unknown(u8),
}

impl Claim {
    pub(super) fn new(kind: u8) -> Self {
        match kind {
            stream_type::H264 => Self::Video(Syntax::H264),
            stream_type::H265 => Self::Video(Syntax::H265),
            stream_type::AAC_ADTS => Self::Framed(Framing::Adts),
            stream_type::AAC_LATM => Self::Framed(Framing::Loas),
            stream_type::MPEG1_AUDIO | stream_type::MPEG2_AUDIO => Self::Framed(Framing::MpegAudio),
            stream_type::G711_A => Self::G711 { a_law: true },
            stream_type::G711_U => Self::G711 { a_law: false },
            other => CARRIED
                .iter()
                .find(|(number, _)| *number == other)
                .map_or(Self::Unknown(other), |&(_, name)| Self::Carried(name)),
        }
    }

    /// Whether a stream with this `stream_id` can be of this type.
    pub(super) fn fits(self, stream_id: u8) -> bool {
        match self {
            Self::Video(_) | Self::Carried(MPEG4_VISUAL_ID | SVAC_VIDEO_ID) => is_video(stream_id),
            Self::Framed(_) | Self::G711 { .. } | Self::Carried(_) => is_audio(stream_id),
            Self::Unknown(_) => false,
        }
    }
}

/// The configuration of a codec that is only carried.
pub(super) fn carried(name: &str, stream_id: u8) -> CodecConfig {
    let kind = if is_video(stream_id) { MediaKind::Video } else { MediaKind::Audio };
    CodecConfig::Opaque(OpaqueConfig { kind, id: name.into(), params: Bytes::new() })
}

/// `stream_type` of a codec; `None` for those that a program stream cannot describe.
pub(super) fn stream_type_of(codec: &CodecConfig) -> Option<u8> {
    const LAYER_3_MPEG1_MIN_HZ: u32 = 32_000;
    match codec {
        CodecConfig::H264(_) => Some(stream_type::H264),
        CodecConfig::H265(_) => Some(stream_type::H265),
        CodecConfig::Aac(_) => Some(stream_type::AAC_ADTS),
        CodecConfig::G711A(_) => Some(stream_type::G711_A),
        CodecConfig::G711U(_) => Some(stream_type::G711_U),
        CodecConfig::Mp3(config) if config.sample_rate_hz.get() < LAYER_3_MPEG1_MIN_HZ => {
            Some(stream_type::MPEG2_AUDIO)
        }
        CodecConfig::Mp3(_) => Some(stream_type::MPEG1_AUDIO),
        CodecConfig::Opaque(opaque) if &*opaque.id == MP2_TRACK_ID => Some(stream_type::MPEG1_AUDIO),
        CodecConfig::Opaque(opaque) => CARRIED.iter().find(|(_, name)| *name == &*opaque.id).map(|(number, _)| *number),
        CodecConfig::Av1(_) | CodecConfig::Opus(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_that_is_written_is_read_as_the_same() {
        for (number, name) in CARRIED {
            assert_eq!(Claim::new(number), Claim::Carried(name));
            let stream_id = if Claim::new(number).fits(0xe0) { 0xe0 } else { 0xc0 };
            assert_eq!(stream_type_of(&carried(name, stream_id)), Some(number));
        }
        assert_eq!(Claim::new(0x42), Claim::Unknown(0x42));
        assert!(!Claim::new(stream_type::H264).fits(0xc0) && !Claim::new(stream_type::G711_A).fits(0xe0));
    }
}
