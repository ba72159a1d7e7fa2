//! Sample entries to codec configurations.

use bytes::Bytes;
use media::{
    AacConfig, Av1Config, CodecConfig, G711Config, H264Config, H265Config, MediaKind, Mp3Config, OpaqueConfig,
    OpusConfig,
};
use std::num::NonZeroU32;

use super::Mp4Error;
use super::boxes::{Fields, child, children};

/// Bytes of a visual sample entry before its boxes (ISO/IEC 14496-12 §12.1.3).
const VISUAL_LEN: usize = 78;
/// Bytes of an audio sample entry before its boxes (§12.2.3); QuickTime version 1 and 2 have more.
const AUDIO_LEN: usize = 28;
const AUDIO_V1_LEN: usize = AUDIO_LEN + 16;
const AUDIO_V2_LEN: usize = AUDIO_LEN + 36;

/// The codec of the first sample entry and, for H.264 and H.265, the size of the samples' length fields.
/// What we do not understand is carried as opaque.
pub(super) fn parse(stsd: &Bytes, kind: MediaKind) -> Result<(CodecConfig, Option<u8>), Mp4Error> {
    const HEADER_LEN: usize = 8;
    if stsd.len() < HEADER_LEN {
        return Err(Mp4Error::Malformed("stsd"));
    }
    let (entry_kind, entry) = children(&stsd.slice(HEADER_LEN..)).next().ok_or(Mp4Error::Malformed("stsd"))?;
    let understood = match kind {
        MediaKind::Video => visual(&entry_kind, &entry),
        _ => audio(&entry_kind, &entry).map(|codec| (codec, None)),
    };
    Ok(understood.unwrap_or_else(|| {
        let id = entry_kind.escape_ascii().to_string().into();
        (CodecConfig::Opaque(OpaqueConfig { kind, id, params: entry }), None)
    }))
}

fn visual(kind: &[u8; 4], entry: &Bytes) -> Option<(CodecConfig, Option<u8>)> {
    let boxes = (entry.len() >= VISUAL_LEN).then(|| entry.slice(VISUAL_LEN..))?;
    match kind {
        b"avc1" | b"avc3" => {
            let (config, length_size) = H264Config::from_avcc(&child(&boxes, b"avcC")?).ok()?;
            Some((CodecConfig::H264(config), Some(length_size)))
        }
        b"hvc1" | b"hev1" => {
            let (config, length_size) = H265Config::from_hvcc(&child(&boxes, b"hvcC")?).ok()?;
            Some((CodecConfig::H265(config), Some(length_size)))
        }
        b"av01" => Some((CodecConfig::Av1(Av1Config::from_av1c(&child(&boxes, b"av1C")?).ok()?), None)),
        _ => None,
    }
}

fn audio(kind: &[u8; 4], entry: &Bytes) -> Option<CodecConfig> {
    let mut fields = Fields::new(entry, "audio sample entry");
    fields.skip(8).ok()?;
    let version = fields.u16().ok()?;
    fields.skip(6).ok()?;
    let channels = u8::try_from(fields.u16().ok()?).ok().filter(|channels| (1..=8).contains(channels))?;
    fields.skip(6).ok()?;
    let rate = NonZeroU32::new(fields.u32().ok()? >> 16);
    let boxes_at = match version {
        1 => AUDIO_V1_LEN,
        2 => AUDIO_V2_LEN,
        _ => AUDIO_LEN,
    };
    let boxes = (entry.len() >= boxes_at).then(|| entry.slice(boxes_at..))?;
    match kind {
        b"mp4a" => match elementary_stream(&child(&boxes, b"esds")?).ok()? {
            (0x40 | 0x66..=0x68, config) => Some(CodecConfig::Aac(AacConfig::from_specific_config(&config).ok()?)),
            (0x69 | 0x6B, _) => Some(CodecConfig::Mp3(Mp3Config { sample_rate_hz: rate?, channels })),
            _ => None,
        },
        b".mp3" => Some(CodecConfig::Mp3(Mp3Config { sample_rate_hz: rate?, channels })),
        b"Opus" => {
            let channels = *child(&boxes, b"dOps")?.get(1)?;
            (1..=2).contains(&channels).then_some(CodecConfig::Opus(OpusConfig { channels }))
        }
        b"alaw" => Some(CodecConfig::G711A(G711Config { sample_rate_hz: rate?, channels })),
        b"ulaw" => Some(CodecConfig::G711U(G711Config { sample_rate_hz: rate?, channels })),
        _ => None,
    }
}

/// Object type and decoder-specific bytes of an `esds` (ISO/IEC 14496-1 §7.2.6).
fn elementary_stream(esds: &Bytes) -> Result<(u8, Vec<u8>), Mp4Error> {
    const WHAT: &str = "esds";
    const ES: u8 = 3;
    const DECODER_CONFIG: u8 = 4;
    const DECODER_SPECIFIC: u8 = 5;
    let (_, _, mut fields) = Fields::full(esds, WHAT)?;
    if descriptor(&mut fields)?.0 != ES {
        return Err(Mp4Error::Malformed(WHAT));
    }
    fields.skip(2)?;
    let flags = fields.u8()?;
    if flags & 0x80 != 0 {
        fields.skip(2)?;
    }
    if flags & 0x40 != 0 {
        let url_len = usize::from(fields.u8()?);
        fields.skip(url_len)?;
    }
    if flags & 0x20 != 0 {
        fields.skip(2)?;
    }
    if descriptor(&mut fields)?.0 != DECODER_CONFIG {
        return Err(Mp4Error::Malformed(WHAT));
    }
    let object_type = fields.u8()?;
    fields.skip(12)?;
    let specific = match descriptor(&mut fields) {
        Ok((DECODER_SPECIFIC, length)) => fields.rest().get(..length).ok_or(Mp4Error::Malformed(WHAT))?.to_vec(),
        _ => Vec::new(),
    };
    Ok((object_type, specific))
}

/// Tag and length of a descriptor; the length has up to four bytes of seven bits.
fn descriptor(fields: &mut Fields<'_>) -> Result<(u8, usize), Mp4Error> {
    let tag = fields.u8()?;
    let mut length = 0usize;
    for _ in 0..4 {
        let byte = fields.u8()?;
        length = length << 7 | usize::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Ok((tag, length))
}
