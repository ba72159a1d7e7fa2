//! H.264 NAL unit types, parameter sets and the `avcC` record.

use bytes::Bytes;
use h264_reader::nal::sps::{FrameMbsFlags, SeqParameterSet};
use h264_reader::rbsp::{BitReader, decode_nal};
use std::num::NonZeroU32;

use super::ParseError;
use crate::{H264Config, PictureFormat};

/// Parameter sets of one kind that we keep; cameras send one or two.
pub const MAX_PARAMETER_SETS: usize = 16;
/// Bytes of one parameter set that we accept.
pub const MAX_PARAMETER_SET_LEN: usize = 4096;
/// Picture dimensions beyond this are taken for garbage.
const MAX_DIMENSION: u32 = 16_384;

/// `nal_unit_type` (H.264 table 7-1).
pub mod nal_type {
    /// Coded slice of a non-IDR picture.
    pub const SLICE: u8 = 1;
    /// Coded slice of an IDR picture.
    pub const IDR: u8 = 5;
    /// Supplemental enhancement information.
    pub const SEI: u8 = 6;
    /// Sequence parameter set.
    pub const SPS: u8 = 7;
    /// Picture parameter set.
    pub const PPS: u8 = 8;
    /// Access unit delimiter.
    pub const AUD: u8 = 9;
    /// Filler data.
    pub const FILLER: u8 = 12;
}

/// The type of a NAL unit; `None` when it is empty.
pub fn nal_unit_type(nal: &[u8]) -> Option<u8> {
    nal.first().map(|header| header & 0x1F)
}

/// Whether the unit is a coded slice (of any picture).
pub const fn is_slice(nal_unit_type: u8) -> bool {
    matches!(nal_unit_type, 1..=5)
}

pub(crate) fn check_parameter_sets(sps: &[Bytes], pps: &[Bytes]) -> Result<(), ParseError> {
    for (sets, what) in [(sps, "H.264 sequence parameter set"), (pps, "H.264 picture parameter set")] {
        if sets.is_empty() {
            return Err(ParseError::Missing { what });
        }
        if sets.len() > MAX_PARAMETER_SETS || sets.iter().any(|set| set.len() > MAX_PARAMETER_SET_LEN) {
            return Err(ParseError::OutOfRange { what });
        }
        if sets.iter().any(|set| set.len() < 2) {
            return Err(ParseError::Truncated { what });
        }
    }
    Ok(())
}

/// Parses a sequence parameter set (with its NAL header).
///
/// # Errors
/// When it is malformed or its dimensions are absurd.
pub fn parse_sps(nal: &[u8]) -> Result<PictureFormat, ParseError> {
    const WHAT: &str = "H.264 sequence parameter set";
    if nal.len() < 4 {
        return Err(ParseError::Truncated { what: WHAT });
    }
    let rbsp = decode_nal(nal).map_err(|_| ParseError::OutOfRange { what: WHAT })?;
    let sps = SeqParameterSet::from_bits(BitReader::new(&*rbsp)).map_err(|_| ParseError::OutOfRange { what: WHAT })?;
    let (width, height) = sps.pixel_dimensions().map_err(|_| ParseError::OutOfRange { what: WHAT })?;
    if !(1..=MAX_DIMENSION).contains(&width) || !(1..=MAX_DIMENSION).contains(&height) {
        return Err(ParseError::OutOfRange { what: "H.264 picture size" });
    }
    Ok(PictureFormat {
        width,
        height,
        frame_rate_mhz: sps.fps().and_then(frame_rate_mhz),
        profile: nal[1],
        level: nal[3],
        bit_depth: 8 + sps.chroma_info.bit_depth_luma_minus8,
        reorder_depth: reorder_depth(&sps, nal[1]),
    })
}

/// Whether pictures of this sequence may be coded as two fields (`frame_mbs_only_flag` is 0, §7.4.2.1.1). False when
/// the set cannot be read.
pub fn may_have_fields(sps: &[u8]) -> bool {
    let Ok(rbsp) = decode_nal(sps) else { return false };
    SeqParameterSet::from_bits(BitReader::new(&*rbsp))
        .is_ok_and(|sps| matches!(sps.frame_mbs_flags, FrameMbsFlags::Fields { .. }))
}

fn frame_rate_mhz(fps: f64) -> Option<NonZeroU32> {
    // A declared rate over 1,000 frames a second is a broken VUI (seen on encoders that put 90 kHz there).
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0.0 to 1,000,000.0 fits")]
    (fps > 0.0 && fps <= 1000.0).then(|| (fps * 1000.0).round() as u32).and_then(NonZeroU32::new)
}

/// H.264 annex E.2.1 `max_num_reorder_frames`, or 0 where the profile or the picture order count type
/// excludes reordering.
fn reorder_depth(sps: &SeqParameterSet, profile_idc: u8) -> Option<u8> {
    const BASELINE: u8 = 66;
    if profile_idc == BASELINE || matches!(sps.pic_order_cnt, h264_reader::nal::sps::PicOrderCntType::TypeTwo) {
        return Some(0);
    }
    let restrictions = sps.vui_parameters.as_ref()?.bitstream_restrictions.as_ref()?;
    u8::try_from(restrictions.max_num_reorder_frames.min(16)).ok()
}

pub(crate) fn parse_avcc(record: &[u8]) -> Result<(H264Config, u8), ParseError> {
    const WHAT: &str = "AVCDecoderConfigurationRecord";
    let truncated = ParseError::Truncated { what: WHAT };
    let head = record.get(..6).ok_or(truncated)?;
    let length_size = (head[4] & 3) + 1;
    let mut rest = &record[6..];
    let sps = take_sets(&mut rest, usize::from(head[5] & 0x1F)).ok_or(truncated)?;
    let (count, mut rest) = rest.split_first().ok_or(truncated)?;
    let pps = take_sets(&mut rest, usize::from(*count)).ok_or(truncated)?;
    Ok((H264Config::new(sps, pps)?, length_size))
}

/// Takes `count` sets behind 16-bit lengths; empty ones are dropped (seen in records of some RTMP encoders).
pub(crate) fn take_sets(rest: &mut &[u8], count: usize) -> Option<Vec<Bytes>> {
    let mut sets = Vec::with_capacity(count.min(MAX_PARAMETER_SETS));
    for _ in 0..count {
        let (length, tail) = rest.split_first_chunk::<2>()?;
        let length = usize::from(u16::from_be_bytes(*length));
        let set = tail.get(..length)?;
        *rest = &tail[length..];
        if !set.is_empty() {
            sets.push(Bytes::copy_from_slice(set));
        }
    }
    Some(sets)
}

pub(crate) fn put_sets(out: &mut Vec<u8>, sets: &[Bytes]) {
    for set in sets {
        out.extend_from_slice(&u16::try_from(set.len()).expect("checked against MAX_PARAMETER_SET_LEN").to_be_bytes());
        out.extend_from_slice(set);
    }
}

pub(crate) fn write_avcc(config: &H264Config) -> Vec<u8> {
    let sps = &config.sps[0];
    let mut out = vec![1, sps[1], sps[2], sps[3], 0xFC | 3];
    out.push(0xE0 | u8::try_from(config.sps.len()).expect("at most MAX_PARAMETER_SETS"));
    put_sets(&mut out, &config.sps);
    out.push(u8::try_from(config.pps.len()).expect("at most MAX_PARAMETER_SETS"));
    put_sets(&mut out, &config.pps);
    // §5.3.3.1.2: High and above carry chroma format and bit depths.
    if matches!(sps[1], 100 | 110 | 122 | 144)
        && let Some((chroma, luma_depth, chroma_depth)) = chroma_format(sps)
    {
        out.extend_from_slice(&[0xFC | chroma, 0xF8 | luma_depth, 0xF8 | chroma_depth, 0]);
    }
    out
}

fn chroma_format(sps: &[u8]) -> Option<(u8, u8, u8)> {
    let rbsp = decode_nal(sps).ok()?;
    let parsed = SeqParameterSet::from_bits(BitReader::new(&*rbsp)).ok()?;
    let info = &parsed.chroma_info;
    let chroma = match info.chroma_format {
        h264_reader::nal::sps::ChromaFormat::Monochrome => 0,
        h264_reader::nal::sps::ChromaFormat::YUV420 => 1,
        h264_reader::nal::sps::ChromaFormat::YUV422 => 2,
        _ => 3,
    };
    Some((chroma, info.bit_depth_luma_minus8 & 7, info.bit_depth_chroma_minus8 & 7))
}

#[cfg(test)]
mod tests;
