//! AV1 open bitstream units, the sequence header and the `av1C` record.

use bytes::{BufMut, Bytes, BytesMut};
use std::num::NonZeroU32;

use super::ParseError;
use super::bits::BitReader;
use crate::{Av1Config, PictureFormat};

/// `obu_type` (AV1 §6.2.2).
pub mod obu_type {
    /// Sequence header.
    pub const SEQUENCE_HEADER: u8 = 1;
    /// Temporal delimiter.
    pub const TEMPORAL_DELIMITER: u8 = 2;
    /// Frame header.
    pub const FRAME_HEADER: u8 = 3;
    /// Tile group.
    pub const TILE_GROUP: u8 = 4;
    /// Metadata.
    pub const METADATA: u8 = 5;
    /// Frame header with tile group.
    pub const FRAME: u8 = 6;
    /// Tile list.
    pub const TILE_LIST: u8 = 8;
    /// Padding.
    pub const PADDING: u8 = 15;
}

const SEQUENCE_HEADER: &str = "AV1 sequence header";
const MAX_SEQUENCE_HEADER_LEN: usize = 1024;
const MAX_DIMENSION: u32 = 16_384;

/// One open bitstream unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Obu<'a> {
    /// `obu_type`.
    pub kind: u8,
    /// The extension byte, where present.
    pub extension: Option<u8>,
    /// What follows the header and the size field.
    pub payload: &'a [u8],
}

/// Iterates over units that carry size fields; the last one may lack it. Stops at the first that does
/// not fit.
pub fn obus(unit: &[u8]) -> impl Iterator<Item = Obu<'_>> {
    let mut rest = unit;
    std::iter::from_fn(move || {
        let (obu, used) = parse_obu(rest).ok()?;
        rest = &rest[used..];
        Some(obu)
    })
}

/// Reads one unit; the second value is its length with header. Without a size field it takes all bytes.
///
/// # Errors
/// When the bytes end early or the forbidden bit is set.
pub fn parse_obu(bytes: &[u8]) -> Result<(Obu<'_>, usize), ParseError> {
    const WHAT: &str = "AV1 OBU";
    let truncated = ParseError::Truncated { what: WHAT };
    let header = *bytes.first().ok_or(truncated)?;
    if header & 0x80 != 0 {
        return Err(ParseError::OutOfRange { what: WHAT });
    }
    let (has_extension, has_size) = (header & 4 != 0, header & 2 != 0);
    let mut at = 1;
    let extension = if has_extension { Some(*bytes.get(1).ok_or(truncated)?) } else { None };
    at += usize::from(has_extension);
    let length = if has_size {
        let mut reader = BitReader::new(bytes.get(at..).ok_or(truncated)?, WHAT);
        let length = usize::try_from(reader.leb128()?).map_err(|_| truncated)?;
        at += reader.position_bits() / 8;
        length
    } else {
        bytes.len() - at
    };
    let payload = bytes.get(at..).and_then(|rest| rest.get(..length)).ok_or(truncated)?;
    Ok((Obu { kind: header >> 3 & 0xF, extension, payload }, at + length))
}

/// Appends a unit with its size field.
pub fn put_obu(out: &mut BytesMut, obu: &Obu<'_>) {
    out.put_u8(obu.kind << 3 | u8::from(obu.extension.is_some()) << 2 | 2);
    if let Some(extension) = obu.extension {
        out.put_u8(extension);
    }
    put_leb128(out, obu.payload.len());
    out.put_slice(obu.payload);
}

/// Appends `leb128()` (AV1 §4.10.5).
pub fn put_leb128(out: &mut BytesMut, mut value: usize) {
    loop {
        let byte = u8::try_from(value & 0x7F).expect("7 bits");
        value >>= 7;
        if value == 0 {
            return out.put_u8(byte);
        }
        out.put_u8(byte | 0x80);
    }
}

/// Whether a temporal unit starts with a key frame that brings its sequence header (AV1 §7.20: a
/// shown key frame right behind a sequence header is a random access point).
pub fn is_random_access(unit: &[u8]) -> bool {
    let mut has_sequence_header = false;
    for obu in obus(unit) {
        match obu.kind {
            obu_type::SEQUENCE_HEADER => has_sequence_header = true,
            obu_type::FRAME | obu_type::FRAME_HEADER => {
                // uncompressed_header(): show_existing_frame f(1), frame_type f(2); KEY_FRAME is 0.
                return has_sequence_header && obu.payload.first().is_some_and(|byte| byte & 0xE0 == 0);
            }
            _ => {}
        }
    }
    false
}

pub(crate) fn parse_av1c(record: &[u8]) -> Result<Av1Config, ParseError> {
    const WHAT: &str = "AV1CodecConfigurationRecord";
    let rest = record.get(4..).ok_or(ParseError::Truncated { what: WHAT })?;
    if record[0] != 0x81 {
        return Err(ParseError::OutOfRange { what: WHAT });
    }
    let mut at = 0;
    while at < rest.len() {
        let (obu, used) = parse_obu(&rest[at..])?;
        if obu.kind == obu_type::SEQUENCE_HEADER {
            return parse_sequence_header_obu(&rest[at..at + used]);
        }
        at += used;
    }
    Err(ParseError::Missing { what: SEQUENCE_HEADER })
}

pub(crate) fn parse_sequence_header_obu(bytes: &[u8]) -> Result<Av1Config, ParseError> {
    let (obu, _) = parse_obu(bytes)?;
    if obu.kind != obu_type::SEQUENCE_HEADER {
        return Err(ParseError::Missing { what: SEQUENCE_HEADER });
    }
    if obu.payload.len() > MAX_SEQUENCE_HEADER_LEN {
        return Err(ParseError::OutOfRange { what: SEQUENCE_HEADER });
    }
    let header = parse_sequence_header(obu.payload)?;
    let mut framed = BytesMut::new();
    put_obu(&mut framed, &obu);
    let picture = header.picture;
    let depth_bits = match picture.bit_depth {
        8 => 0,
        10 => 0x40,
        _ => 0x60,
    };
    let av1c_head =
        [0x81, picture.profile << 5 | picture.level & 0x1F, header.tier << 7 | depth_bits | header.color_bits, 0];
    Ok(Av1Config { sequence_header: Bytes::from(framed), picture, tier: header.tier, av1c_head })
}

struct SequenceHeader {
    picture: PictureFormat,
    tier: u8,
    /// `monochrome`, `chroma_subsampling_x`, `_y`, `chroma_sample_position` as `av1C` packs them.
    color_bits: u8,
}

/// AV1 §5.5.1.
fn parse_sequence_header(payload: &[u8]) -> Result<SequenceHeader, ParseError> {
    let mut reader = BitReader::new(payload, SEQUENCE_HEADER);
    let profile = reader.byte_bits(3)?;
    reader.skip(1)?;
    let reduced = reader.flag()?;
    let (mut level, mut tier, mut frame_rate_mhz) = (0, 0, None);
    if reduced {
        level = reader.byte_bits(5)?;
    } else {
        let mut delay_bits = None;
        if reader.flag()? {
            frame_rate_mhz = timing(&mut reader)?;
            if reader.flag()? {
                delay_bits = Some(usize::try_from(reader.bits(5)? + 1).expect("at most 32"));
                reader.skip(32 + 10)?;
            }
        }
        let initial_delay = reader.flag()?;
        for index in 0..=reader.bits(5)? {
            reader.skip(12)?;
            let point_level = reader.byte_bits(5)?;
            let point_tier = if point_level > 7 { u8::from(reader.flag()?) } else { 0 };
            if let Some(bits) = delay_bits
                && reader.flag()?
            {
                reader.skip(2 * bits + 1)?;
            }
            if initial_delay && reader.flag()? {
                reader.skip(4)?;
            }
            if index == 0 {
                (level, tier) = (point_level, point_tier);
            }
        }
    }
    let (width, height) = frame_size(&mut reader)?;
    if !reduced && reader.flag()? {
        reader.skip(4 + 3)?;
    }
    reader.skip(3)?;
    if !reduced {
        skip_tools(&mut reader)?;
    }
    reader.skip(3)?;
    let (bit_depth, color_bits) = color_config(&mut reader, profile)?;
    let picture = PictureFormat { width, height, frame_rate_mhz, profile, level, bit_depth, reorder_depth: Some(0) };
    Ok(SequenceHeader { picture, tier, color_bits })
}

fn timing(reader: &mut BitReader<'_>) -> Result<Option<NonZeroU32>, ParseError> {
    let (units, scale) = (u64::from(reader.bits(32)?), u64::from(reader.bits(32)?));
    let mut ticks = 1;
    let equal_interval = reader.flag()?;
    if equal_interval {
        ticks = u64::from(reader.ue()?) + 1;
    }
    let rate = (scale * 1000).checked_div(units.saturating_mul(ticks)).unwrap_or(0);
    Ok(u32::try_from(rate).ok().filter(|mhz| equal_interval && *mhz <= 1_000_000).and_then(NonZeroU32::new))
}

fn frame_size(reader: &mut BitReader<'_>) -> Result<(u32, u32), ParseError> {
    let (width_bits, height_bits) = (reader.bits(4)? + 1, reader.bits(4)? + 1);
    let (width, height) = (reader.bits(width_bits)? + 1, reader.bits(height_bits)? + 1);
    if width > MAX_DIMENSION || height > MAX_DIMENSION {
        return Err(ParseError::OutOfRange { what: "AV1 picture size" });
    }
    Ok((width, height))
}

/// From `enable_interintra_compound` to `order_hint_bits_minus_1`.
fn skip_tools(reader: &mut BitReader<'_>) -> Result<(), ParseError> {
    reader.skip(4)?;
    let order_hint = reader.flag()?;
    if order_hint {
        reader.skip(2)?;
    }
    let force_screen_content = reader.flag()? || reader.flag()?;
    if force_screen_content && !reader.flag()? {
        reader.skip(1)?;
    }
    if order_hint {
        reader.skip(3)?;
    }
    Ok(())
}

/// AV1 §5.5.2.
fn color_config(reader: &mut BitReader<'_>, profile: u8) -> Result<(u8, u8), ParseError> {
    const SRGB: (u32, u32, u32) = (1, 13, 0);
    let high = reader.flag()?;
    let bit_depth = match (profile, high) {
        (2, true) if reader.flag()? => 12,
        (_, true) => 10,
        _ => 8,
    };
    let monochrome = profile != 1 && reader.flag()?;
    let mut description = (2, 2, 2);
    if reader.flag()? {
        description = (reader.bits(8)?, reader.bits(8)?, reader.bits(8)?);
    }
    let (sub_x, sub_y, position) = if monochrome {
        (1, 1, 0)
    } else if description == SRGB {
        (0, 0, 0)
    } else {
        reader.skip(1)?;
        let (sub_x, sub_y) = match profile {
            0 => (1, 1),
            1 => (0, 0),
            _ if bit_depth == 12 => {
                let sub_x = u8::from(reader.flag()?);
                (sub_x, if sub_x == 1 { u8::from(reader.flag()?) } else { 0 })
            }
            _ => (1, 0),
        };
        (sub_x, sub_y, if sub_x == 1 && sub_y == 1 { reader.byte_bits(2)? } else { 0 })
    };
    Ok((bit_depth, u8::from(monochrome) << 4 | sub_x << 3 | sub_y << 2 | position))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;
    use proptest::prelude::*;

    /// `av1C` of `ffmpeg -f lavfi -i testsrc2=s=640x360:r=25 -c:v libaom-av1` (libavformat 59, libaom 3.6).
    const AOM: &[u8] = &hex!("81010c000a0b0000000cc4ff6736be4010");

    #[test]
    fn ffmpeg_record_is_read_and_written_back() {
        let config = Av1Config::from_av1c(AOM).unwrap();
        assert_eq!((config.picture.width, config.picture.height), (640, 360));
        assert_eq!(config.rfc6381(), "av01.0.01M.08");
        assert_eq!(config.to_av1c(), AOM);
    }

    #[test]
    fn truncated_records_are_errors() {
        for end in 0..AOM.len() - 1 {
            assert!(Av1Config::from_av1c(&AOM[..end]).is_err(), "{end} bytes");
        }
    }

    proptest! {
        #[test]
        fn units_round_trip(payload in prop::collection::vec(any::<u8>(), 0..300), kind in 0u8..16, extension: Option<u8>) {
            let obu = Obu { kind, extension, payload: &payload };
            let mut out = BytesMut::new();
            put_obu(&mut out, &obu);
            prop_assert_eq!(parse_obu(&out), Ok((obu, out.len())));
        }

        #[test]
        fn any_bytes_are_parsed_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = Av1Config::from_av1c(&bytes);
            let _ = Av1Config::from_sequence_header(&bytes);
            let _ = obus(&bytes).count();
            let _ = is_random_access(&bytes);
        }
    }
}
