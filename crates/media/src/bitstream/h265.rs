//! H.265 NAL unit types, parameter sets and the `hvcC` record.

use bytes::Bytes;
use std::fmt::Write;
use std::num::NonZeroU32;

use super::ParseError;
use super::bits::BitReader;
use super::h264::{MAX_PARAMETER_SET_LEN, put_sets, take_sets};
use super::nal::unescape;
use crate::{H265Config, PictureFormat};

/// Parameter sets of one kind that we keep.
pub const MAX_PARAMETER_SETS: usize = 16;
const MAX_DIMENSION: u32 = 16_384;
const SPS: &str = "H.265 sequence parameter set";

/// `nal_unit_type` (H.265 table 7-1).
pub mod nal_type {
    /// First intra random access point type (BLA_W_LP).
    pub const IRAP_FIRST: u8 = 16;
    /// IDR picture with leading pictures.
    pub const IDR_W_RADL: u8 = 19;
    /// Clean random access picture.
    pub const CRA: u8 = 21;
    /// Last type reserved for intra random access points.
    pub const IRAP_LAST: u8 = 23;
    /// Video parameter set.
    pub const VPS: u8 = 32;
    /// Sequence parameter set.
    pub const SPS: u8 = 33;
    /// Picture parameter set.
    pub const PPS: u8 = 34;
    /// Access unit delimiter.
    pub const AUD: u8 = 35;
    /// Filler data.
    pub const FILLER: u8 = 38;
    /// Supplemental enhancement information before the slices.
    pub const SEI_PREFIX: u8 = 39;
    /// Supplemental enhancement information after the slices.
    pub const SEI_SUFFIX: u8 = 40;
}

/// The type of a NAL unit; `None` when it is shorter than its header.
pub fn nal_unit_type(nal: &[u8]) -> Option<u8> {
    (nal.len() >= 2).then(|| nal[0] >> 1 & 0x3F)
}

/// Whether the unit is a slice segment of any picture.
pub const fn is_slice(nal_unit_type: u8) -> bool {
    nal_unit_type < 32
}

/// Whether decoding can start at a picture of this type.
pub const fn is_random_access(nal_unit_type: u8) -> bool {
    nal_unit_type >= nal_type::IRAP_FIRST && nal_unit_type <= nal_type::IRAP_LAST
}

/// `profile_tier_level()` as `hvcC` and the `codecs` parameter carry it (H.265 §7.3.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ProfileTierLevel {
    /// `general_profile_space`, 0 to 3.
    pub profile_space: u8,
    /// `general_tier_flag`.
    pub high_tier: bool,
    /// `general_profile_idc`: 1 Main, 2 Main 10.
    pub profile_idc: u8,
    /// `general_profile_compatibility_flag[0]` in the most significant bit.
    pub compatibility_flags: u32,
    /// The 48 constraint flags that follow.
    pub constraint_flags: [u8; 6],
    /// `general_level_idc`: 30 times the level.
    pub level_idc: u8,
    /// `chroma_format_idc`.
    pub chroma_format_idc: u8,
    /// `bit_depth_luma_minus8`.
    pub luma_depth_minus8: u8,
    /// `bit_depth_chroma_minus8`.
    pub chroma_depth_minus8: u8,
    /// `sps_max_sub_layers_minus1 + 1`.
    pub temporal_layers: u8,
    /// `sps_temporal_id_nesting_flag`.
    pub temporal_id_nested: bool,
}

impl ProfileTierLevel {
    /// ISO/IEC 14496-15 annex E.3, for the `hvc1` sample entry.
    pub fn rfc6381(&self) -> String {
        let mut out = String::from("hvc1.");
        if self.profile_space > 0 {
            out.push(char::from(b'A' + self.profile_space - 1));
        }
        let tier = if self.high_tier { 'H' } else { 'L' };
        let compatibility = self.compatibility_flags.reverse_bits();
        let _infallible = write!(out, "{}.{compatibility:X}.{tier}{}", self.profile_idc, self.level_idc);
        let used = self.constraint_flags.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        for byte in &self.constraint_flags[..used] {
            let _infallible = write!(out, ".{byte:X}");
        }
        out
    }
}

pub(crate) fn check_parameter_sets(vps: &[Bytes], sps: &[Bytes], pps: &[Bytes]) -> Result<(), ParseError> {
    for (sets, what) in [(vps, "H.265 video parameter set"), (sps, SPS), (pps, "H.265 picture parameter set")] {
        if sets.is_empty() {
            return Err(ParseError::Missing { what });
        }
        if sets.len() > MAX_PARAMETER_SETS || sets.iter().any(|set| set.len() > MAX_PARAMETER_SET_LEN) {
            return Err(ParseError::OutOfRange { what });
        }
        if sets.iter().any(|set| set.len() < 3) {
            return Err(ParseError::Truncated { what });
        }
    }
    Ok(())
}

/// Parses a sequence parameter set (with its 2-byte NAL header, H.265 §7.3.2.2).
///
/// # Errors
/// When it is malformed up to the picture size. What follows (VUI) is read as far as it makes sense.
pub fn parse_sps(nal: &[u8]) -> Result<(PictureFormat, ProfileTierLevel), ParseError> {
    let rbsp = unescape(nal.get(2..).ok_or(ParseError::Truncated { what: SPS })?);
    let mut reader = BitReader::new(&rbsp, SPS);
    reader.skip(4)?;
    let sub_layers_minus1 = reader.byte_bits(3)?;
    if sub_layers_minus1 > 6 {
        return Err(ParseError::OutOfRange { what: "sps_max_sub_layers_minus1" });
    }
    let nested = reader.flag()?;
    let mut profile = profile_tier_level(&mut reader, sub_layers_minus1)?;
    profile.temporal_layers = sub_layers_minus1 + 1;
    profile.temporal_id_nested = nested;
    reader.ue()?;
    let (width, height) = picture_size(&mut reader, &mut profile)?;
    let mut picture = PictureFormat {
        width,
        height,
        frame_rate_mhz: None,
        profile: profile.profile_idc,
        level: profile.level_idc,
        bit_depth: 8 + profile.luma_depth_minus8,
        reorder_depth: None,
    };
    // The tail is optional knowledge: a camera with a broken VUI still plays.
    let _tolerated = sps_tail(&mut reader, sub_layers_minus1, &mut picture);
    Ok((picture, profile))
}

fn profile_tier_level(reader: &mut BitReader<'_>, sub_layers_minus1: u8) -> Result<ProfileTierLevel, ParseError> {
    let mut profile = ProfileTierLevel {
        profile_space: reader.byte_bits(2)?,
        high_tier: reader.flag()?,
        profile_idc: reader.byte_bits(5)?,
        compatibility_flags: reader.bits(32)?,
        ..ProfileTierLevel::default()
    };
    for byte in &mut profile.constraint_flags {
        *byte = reader.byte_bits(8)?;
    }
    profile.level_idc = reader.byte_bits(8)?;
    let mut present = [(false, false); 8];
    for flags in present.iter_mut().take(usize::from(sub_layers_minus1)) {
        *flags = (reader.flag()?, reader.flag()?);
    }
    if sub_layers_minus1 > 0 {
        reader.skip(2 * (8 - usize::from(sub_layers_minus1)))?;
    }
    for (has_profile, has_level) in present.iter().take(usize::from(sub_layers_minus1)) {
        reader.skip(if *has_profile { 88 } else { 0 } + if *has_level { 8 } else { 0 })?;
    }
    Ok(profile)
}

fn picture_size(reader: &mut BitReader<'_>, profile: &mut ProfileTierLevel) -> Result<(u32, u32), ParseError> {
    let out_of_range = ParseError::OutOfRange { what: "H.265 picture size" };
    let chroma = reader.ue()?;
    profile.chroma_format_idc = u8::try_from(chroma)
        .ok()
        .filter(|idc| *idc <= 3)
        .ok_or(ParseError::OutOfRange { what: "chroma_format_idc" })?;
    let separate_planes = chroma == 3 && reader.flag()?;
    let (width, height) = (reader.ue()?, reader.ue()?);
    if !(1..=MAX_DIMENSION).contains(&width) || !(1..=MAX_DIMENSION).contains(&height) {
        return Err(out_of_range);
    }
    let (mut crop_x, mut crop_y) = (0u32, 0u32);
    if reader.flag()? {
        let unit_x = if matches!(chroma, 1 | 2) && !separate_planes { 2 } else { 1 };
        let unit_y = if chroma == 1 && !separate_planes { 2 } else { 1 };
        let (left, right, top, bottom) = (reader.ue()?, reader.ue()?, reader.ue()?, reader.ue()?);
        crop_x = left.saturating_add(right).saturating_mul(unit_x);
        crop_y = top.saturating_add(bottom).saturating_mul(unit_y);
    }
    let depth = |value: u32| {
        u8::try_from(value).ok().filter(|depth| *depth <= 8).ok_or(ParseError::OutOfRange { what: "bit_depth" })
    };
    profile.luma_depth_minus8 = depth(reader.ue()?)?;
    profile.chroma_depth_minus8 = depth(reader.ue()?)?;
    let size = (width.checked_sub(crop_x).ok_or(out_of_range)?, height.checked_sub(crop_y).ok_or(out_of_range)?);
    if size.0 == 0 || size.1 == 0 { Err(out_of_range) } else { Ok(size) }
}

/// From `log2_max_pic_order_cnt_lsb_minus4` to the VUI timing.
fn sps_tail(reader: &mut BitReader<'_>, sub_layers_minus1: u8, picture: &mut PictureFormat) -> Result<(), ParseError> {
    let poc_bits = reader.ue()?.saturating_add(4);
    let ordering_for_all = reader.flag()?;
    let layers = if ordering_for_all { sub_layers_minus1 + 1 } else { 1 };
    for _ in 0..layers {
        reader.ue()?;
        let reorder = reader.ue()?;
        picture.reorder_depth = u8::try_from(reorder.min(16)).ok();
        reader.ue()?;
    }
    for _ in 0..6 {
        reader.ue()?;
    }
    if reader.flag()? && reader.flag()? {
        skip_scaling_lists(reader)?;
    }
    reader.skip(2)?;
    if reader.flag()? {
        reader.skip(8)?;
        reader.ue()?;
        reader.ue()?;
        reader.skip(1)?;
    }
    skip_short_term_sets(reader)?;
    if reader.flag()? {
        let count = reader.ue()?;
        for _ in 0..count.min(32) {
            reader.skip(usize::try_from(poc_bits).unwrap_or(0) + 1)?;
        }
    }
    reader.skip(2)?;
    if reader.flag()? {
        picture.frame_rate_mhz = vui_frame_rate(reader)?;
    }
    Ok(())
}

/// H.265 §7.3.4.
fn skip_scaling_lists(reader: &mut BitReader<'_>) -> Result<(), ParseError> {
    for size in 0..4u32 {
        let step = if size == 3 { 3 } else { 1 };
        for _ in (0..6).step_by(step) {
            if !reader.flag()? {
                reader.ue()?;
                continue;
            }
            if size > 1 {
                reader.se()?;
            }
            for _ in 0..(1u32 << (4 + (size << 1))).min(64) {
                reader.se()?;
            }
        }
    }
    Ok(())
}

/// H.265 §7.3.7: only the number of pictures in each set matters to find the end.
fn skip_short_term_sets(reader: &mut BitReader<'_>) -> Result<(), ParseError> {
    let out_of_range = ParseError::OutOfRange { what: "num_short_term_ref_pic_sets" };
    let sets = reader.ue()?;
    if sets > 64 {
        return Err(out_of_range);
    }
    let mut pictures_before = 0u32;
    for index in 0..sets {
        if index > 0 && reader.flag()? {
            reader.skip(1)?;
            reader.ue()?;
            let mut pictures = 0;
            for _ in 0..=pictures_before {
                let used = reader.flag()?;
                let kept = used || reader.flag()?;
                pictures += u32::from(kept);
            }
            pictures_before = pictures;
            continue;
        }
        let (negative, positive) = (reader.ue()?, reader.ue()?);
        if negative > 16 || positive > 16 {
            return Err(out_of_range);
        }
        for _ in 0..negative + positive {
            reader.ue()?;
            reader.skip(1)?;
        }
        pictures_before = negative + positive;
    }
    Ok(())
}

/// H.265 annex E.2.1, up to the timing.
fn vui_frame_rate(reader: &mut BitReader<'_>) -> Result<Option<NonZeroU32>, ParseError> {
    const EXTENDED_SAR: u32 = 255;
    if reader.flag()? && reader.bits(8)? == EXTENDED_SAR {
        reader.skip(32)?;
    }
    if reader.flag()? {
        reader.skip(1)?;
    }
    if reader.flag()? {
        reader.skip(4)?;
        if reader.flag()? {
            reader.skip(24)?;
        }
    }
    if reader.flag()? {
        reader.ue()?;
        reader.ue()?;
    }
    reader.skip(3)?;
    if reader.flag()? {
        for _ in 0..4 {
            reader.ue()?;
        }
    }
    if !reader.flag()? {
        return Ok(None);
    }
    let (units, scale) = (reader.bits(32)?, reader.bits(32)?);
    let rate = u64::from(scale) * 1000;
    Ok((units > 0)
        .then(|| (rate + u64::from(units) / 2) / u64::from(units))
        .filter(|mhz| *mhz <= 1_000_000)
        .and_then(|mhz| u32::try_from(mhz).ok())
        .and_then(NonZeroU32::new))
}

pub(crate) fn parse_hvcc(record: &[u8]) -> Result<(H265Config, u8), ParseError> {
    const WHAT: &str = "HEVCDecoderConfigurationRecord";
    const MAX_ARRAYS: u8 = 16;
    let truncated = ParseError::Truncated { what: WHAT };
    let head = record.get(..23).ok_or(truncated)?;
    let length_size = (head[21] & 3) + 1;
    let (mut vps, mut sps, mut pps) = (vec![], vec![], vec![]);
    let mut rest = &record[23..];
    for _ in 0..head[22].min(MAX_ARRAYS) {
        let (array, tail) = rest.split_first_chunk::<3>().ok_or(truncated)?;
        rest = tail;
        let sets = take_sets(&mut rest, usize::from(u16::from_be_bytes([array[1], array[2]]))).ok_or(truncated)?;
        match array[0] & 0x3F {
            nal_type::VPS => vps.extend(sets),
            nal_type::SPS => sps.extend(sets),
            nal_type::PPS => pps.extend(sets),
            _ => {}
        }
    }
    Ok((H265Config::new(vps, sps, pps)?, length_size))
}

pub(crate) fn write_hvcc(config: &H265Config) -> Vec<u8> {
    let profile = &config.profile;
    let mut out = vec![1, profile.profile_space << 6 | u8::from(profile.high_tier) << 5 | profile.profile_idc];
    out.extend_from_slice(&profile.compatibility_flags.to_be_bytes());
    out.extend_from_slice(&profile.constraint_flags);
    out.extend_from_slice(&[
        profile.level_idc,
        0xF0,
        0,
        0xFC,
        0xFC | profile.chroma_format_idc,
        0xF8 | profile.luma_depth_minus8,
        0xF8 | profile.chroma_depth_minus8,
        0,
        0,
        (profile.temporal_layers & 7) << 3 | u8::from(profile.temporal_id_nested) << 2 | 3,
        3,
    ]);
    const COMPLETE: u8 = 0x80;
    for (kind, sets) in [(nal_type::VPS, &config.vps), (nal_type::SPS, &config.sps), (nal_type::PPS, &config.pps)] {
        out.push(COMPLETE | kind);
        out.extend_from_slice(&u16::try_from(sets.len()).expect("at most MAX_PARAMETER_SETS").to_be_bytes());
        put_sets(&mut out, sets);
    }
    out
}

#[cfg(test)]
mod tests;
