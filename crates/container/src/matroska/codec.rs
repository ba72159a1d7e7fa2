//! What codecs are called, and what their private bytes say (draft-ietf-cellar-codec).

use std::num::NonZeroU32;

use bytes::Bytes;
use media::{
    AacConfig, Av1Config, CodecConfig, G711Config, H264Config, H265Config, MediaKind, Mp3Config, OpaqueConfig,
    OpusConfig,
};

/// What a track says about its sound (RFC 9559 §5.1.4.1.29).
#[derive(Clone, Copy, Debug)]
pub(super) struct Audio {
    pub(super) rate_hz: Option<NonZeroU32>,
    pub(super) channels: u8,
}

/// The configuration of a codec and, for H.264 and H.265, the size of the frames' length fields. What we do not
/// understand is carried as opaque.
pub(super) fn parse(kind: MediaKind, id: &str, private: &Bytes, audio: Option<Audio>) -> (CodecConfig, Option<u8>) {
    let understood = match kind {
        MediaKind::Video => video(id, private),
        _ => sound(id, private, audio).map(|codec| (codec, None)),
    };
    understood.unwrap_or_else(|| {
        let id = id.chars().filter(|letter| !letter.is_control()).take(MAX_ID_LEN).collect::<String>().into();
        (CodecConfig::Opaque(OpaqueConfig { kind, id, params: private.clone() }), None)
    })
}

/// Letters of a codec's name that are kept.
const MAX_ID_LEN: usize = 64;

fn video(id: &str, private: &[u8]) -> Option<(CodecConfig, Option<u8>)> {
    match id {
        "V_MPEG4/ISO/AVC" => {
            let (config, length_size) = H264Config::from_avcc(private).ok()?;
            Some((CodecConfig::H264(config), Some(length_size)))
        }
        "V_MPEGH/ISO/HEVC" => {
            let (config, length_size) = H265Config::from_hvcc(private).ok()?;
            Some((CodecConfig::H265(config), Some(length_size)))
        }
        "V_AV1" => Some((CodecConfig::Av1(Av1Config::from_av1c(private).ok()?), None)),
        _ => None,
    }
}

fn sound(id: &str, private: &[u8], audio: Option<Audio>) -> Option<CodecConfig> {
    match id {
        "A_OPUS" => opus(private, audio).map(CodecConfig::Opus),
        "A_MPEG/L3" => {
            let Audio { rate_hz, channels } = audio?;
            Some(CodecConfig::Mp3(Mp3Config { sample_rate_hz: rate_hz?, channels }))
        }
        "A_MS/ACM" => wave(private),
        // Old files have names such as `A_AAC/MPEG4/LC` and no private bytes.
        _ if id == "A_AAC" || id.starts_with("A_AAC/") => {
            let written = AacConfig::from_specific_config(private);
            let config = written.ok().or_else(|| {
                let Audio { rate_hz, channels } = audio?;
                AacConfig::lc(rate_hz?, channels).ok()
            });
            config.map(CodecConfig::Aac)
        }
        _ => None,
    }
}

/// The private bytes are the identification header of Opus in Ogg (RFC 7845 §5.1). More than two channels are several
/// Opus streams in one, which no other container of ours can describe.
fn opus(private: &[u8], audio: Option<Audio>) -> Option<OpusConfig> {
    const CHANNELS_AT: usize = 9;
    let written = private.starts_with(b"OpusHead").then(|| private.get(CHANNELS_AT).copied()).flatten();
    let channels = written.or(audio.map(|audio| audio.channels))?;
    (1..=2).contains(&channels).then_some(OpusConfig { channels })
}

/// `WAVEFORMATEX` of Windows, little-endian: kind, channels, samples per second.
fn wave(private: &[u8]) -> Option<CodecConfig> {
    const A_LAW: u16 = 6;
    const MU_LAW: u16 = 7;
    const LAYER_3: u16 = 0x55;
    let &[kind_low, kind_high, channels, 0, a, b, c, d] = private.first_chunk()? else { return None };
    let sample_rate_hz = NonZeroU32::new(u32::from_le_bytes([a, b, c, d]))?;
    let channels = Some(channels).filter(|channels| (1..=2).contains(channels))?;
    match u16::from_le_bytes([kind_low, kind_high]) {
        A_LAW => Some(CodecConfig::G711A(G711Config { sample_rate_hz, channels })),
        MU_LAW => Some(CodecConfig::G711U(G711Config { sample_rate_hz, channels })),
        LAYER_3 => Some(CodecConfig::Mp3(Mp3Config { sample_rate_hz, channels })),
        _ => None,
    }
}
