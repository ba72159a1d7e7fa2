//! Codec identities and their parameters.

use std::fmt;
use std::num::NonZeroU32;

use bytes::Bytes;

use crate::MediaKind;
use crate::bitstream::{ParseError, aac, av1, h264, h265};

/// A codec without its parameters.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// ITU-T H.264.
    H264,
    /// ITU-T H.265.
    H265,
    /// AOMedia AV1.
    Av1,
    /// MPEG-4 audio (ISO/IEC 14496-3).
    Aac,
    /// ITU-T G.711 A-law.
    G711A,
    /// ITU-T G.711 µ-law.
    G711U,
    /// Opus (RFC 6716).
    Opus,
    /// MPEG-1/2 layer III.
    Mp3,
    /// Carried but not understood; the identifier says what the source called it.
    Opaque(Box<str>),
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::H264 => "H.264",
            Self::H265 => "H.265",
            Self::Av1 => "AV1",
            Self::Aac => "AAC",
            Self::G711A => "G.711 A-law",
            Self::G711U => "G.711 µ-law",
            Self::Opus => "Opus",
            Self::Mp3 => "MP3",
            Self::Opaque(id) => id,
        })
    }
}

/// A codec with what its decoder must know.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each variant is named and documented by its codec")]
pub enum CodecConfig {
    H264(H264Config),
    H265(H265Config),
    Av1(Av1Config),
    Aac(AacConfig),
    G711A(G711Config),
    G711U(G711Config),
    Opus(OpusConfig),
    Mp3(Mp3Config),
    Opaque(OpaqueConfig),
}

impl CodecConfig {
    /// Seen, heard or read.
    pub const fn kind(&self) -> MediaKind {
        match self {
            Self::H264(_) | Self::H265(_) | Self::Av1(_) => MediaKind::Video,
            Self::Aac(_) | Self::G711A(_) | Self::G711U(_) | Self::Opus(_) | Self::Mp3(_) => MediaKind::Audio,
            Self::Opaque(opaque) => opaque.kind,
        }
    }

    /// The codec without its parameters.
    pub fn codec(&self) -> Codec {
        match self {
            Self::H264(_) => Codec::H264,
            Self::H265(_) => Codec::H265,
            Self::Av1(_) => Codec::Av1,
            Self::Aac(_) => Codec::Aac,
            Self::G711A(_) => Codec::G711A,
            Self::G711U(_) => Codec::G711U,
            Self::Opus(_) => Codec::Opus,
            Self::Mp3(_) => Codec::Mp3,
            Self::Opaque(opaque) => Codec::Opaque(opaque.id.clone()),
        }
    }

    /// The `codecs` parameter of RFC 6381, as Media Source Extensions and DASH take it.
    /// `None` for codecs without a registered string.
    pub fn rfc6381(&self) -> Option<String> {
        match self {
            Self::H264(config) => Some(config.rfc6381()),
            Self::H265(config) => Some(config.rfc6381()),
            Self::Av1(config) => Some(config.rfc6381()),
            Self::Aac(config) => Some(format!("mp4a.40.{}", config.object_type)),
            Self::Opus(_) => Some("opus".to_owned()),
            Self::Mp3(_) => Some("mp4a.6B".to_owned()),
            Self::G711A(_) | Self::G711U(_) | Self::Opaque(_) => None,
        }
    }

    /// The picture format, for video whose parameters are known.
    pub const fn picture(&self) -> Option<&PictureFormat> {
        match self {
            Self::H264(config) => Some(&config.picture),
            Self::H265(config) => Some(&config.picture),
            Self::Av1(config) => Some(&config.picture),
            _ => None,
        }
    }

    /// Sampling rate and channel count, for audio that we understand.
    pub const fn sound(&self) -> Option<(NonZeroU32, u8)> {
        match self {
            Self::Aac(config) => Some((config.sample_rate_hz, config.channels)),
            Self::G711A(config) | Self::G711U(config) => Some((config.sample_rate_hz, config.channels)),
            Self::Opus(config) => Some((OPUS_CLOCK_HZ, config.channels)),
            Self::Mp3(config) => Some((config.sample_rate_hz, config.channels)),
            _ => None,
        }
    }
}

/// Opus always counts at 48 kHz (RFC 7587 §4.1).
const OPUS_CLOCK_HZ: NonZeroU32 = NonZeroU32::new(48_000).expect("48,000 is not zero");

/// What a video bitstream says about its pictures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PictureFormat {
    /// Luma samples per row after cropping.
    pub width: u32,
    /// Luma rows after cropping.
    pub height: u32,
    /// Frames per 1,000 seconds, where the bitstream declares a rate.
    pub frame_rate_mhz: Option<NonZeroU32>,
    /// Profile as the codec numbers it.
    pub profile: u8,
    /// Level as the codec numbers it (H.264: 31 = 3.1; H.265: 93 = 3.1).
    pub level: u8,
    /// Bits per luma sample.
    pub bit_depth: u8,
    /// How many pictures may precede another in decoding order and follow it in output order, where the
    /// bitstream declares it; 0 means no B-frames reordering.
    pub reorder_depth: Option<u8>,
}

/// H.264 parameter sets and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct H264Config {
    /// Sequence parameter sets: NAL units without start code or length, at least one.
    pub sps: Vec<Bytes>,
    /// Picture parameter sets: NAL units without start code or length, at least one.
    pub pps: Vec<Bytes>,
    /// Parsed from the first SPS.
    pub picture: PictureFormat,
}

impl H264Config {
    /// From NAL units.
    ///
    /// # Errors
    /// When a set is missing, over [`h264::MAX_PARAMETER_SETS`] or the first SPS is malformed.
    pub fn new(sps: Vec<Bytes>, pps: Vec<Bytes>) -> Result<Self, ParseError> {
        h264::check_parameter_sets(&sps, &pps)?;
        let picture = h264::parse_sps(&sps[0])?;
        Ok(Self { sps, pps, picture })
    }

    /// From an `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 §5.3.3.1). The second value is the
    /// length field's size in bytes (1, 2 or 4) that the accompanying samples use.
    ///
    /// # Errors
    /// When the record is truncated or its sets are unusable.
    pub fn from_avcc(record: &[u8]) -> Result<(Self, u8), ParseError> {
        h264::parse_avcc(record)
    }

    /// The `AVCDecoderConfigurationRecord` with 4-byte lengths.
    pub fn to_avcc(&self) -> Vec<u8> {
        h264::write_avcc(self)
    }

    /// RFC 6381 §3.3: `avc1.PPCCLL`.
    pub fn rfc6381(&self) -> String {
        let sps = &self.sps[0];
        format!("avc1.{:02X}{:02X}{:02X}", sps[1], sps[2], sps[3])
    }
}

/// H.265 parameter sets and what they say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct H265Config {
    /// Video parameter sets, at least one.
    pub vps: Vec<Bytes>,
    /// Sequence parameter sets, at least one.
    pub sps: Vec<Bytes>,
    /// Picture parameter sets, at least one.
    pub pps: Vec<Bytes>,
    /// Parsed from the first SPS.
    pub picture: PictureFormat,
    /// Profile, tier and level of the first SPS.
    pub profile: h265::ProfileTierLevel,
}

impl H265Config {
    /// From NAL units.
    ///
    /// # Errors
    /// When a set is missing, over [`h265::MAX_PARAMETER_SETS`] or the first SPS is malformed.
    pub fn new(vps: Vec<Bytes>, sps: Vec<Bytes>, pps: Vec<Bytes>) -> Result<Self, ParseError> {
        h265::check_parameter_sets(&vps, &sps, &pps)?;
        let (picture, profile) = h265::parse_sps(&sps[0])?;
        Ok(Self { vps, sps, pps, picture, profile })
    }

    /// From an `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15 §8.3.3.1). The second value is the
    /// length field's size in bytes.
    ///
    /// # Errors
    /// When the record is truncated or its sets are unusable.
    pub fn from_hvcc(record: &[u8]) -> Result<(Self, u8), ParseError> {
        h265::parse_hvcc(record)
    }

    /// The `HEVCDecoderConfigurationRecord` with 4-byte lengths.
    pub fn to_hvcc(&self) -> Vec<u8> {
        h265::write_hvcc(self)
    }

    /// RFC 6381 as ISO/IEC 14496-15 annex E.3 defines it, with the `hvc1` sample entry.
    pub fn rfc6381(&self) -> String {
        self.profile.rfc6381()
    }
}

/// AV1 sequence header and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Av1Config {
    /// The sequence header OBU with its header and size field.
    pub sequence_header: Bytes,
    /// Parsed from it.
    pub picture: PictureFormat,
    /// Tier: 0 main, 1 high.
    pub tier: u8,
    /// The four bytes of `av1C` before `configOBUs` (AV1-ISOBMFF §2.3.3).
    pub av1c_head: [u8; 4],
}

impl Av1Config {
    /// From a sequence header OBU (with its OBU header; a missing size field is added).
    ///
    /// # Errors
    /// When it is not a well-formed sequence header.
    pub fn from_sequence_header(obu: &[u8]) -> Result<Self, ParseError> {
        av1::parse_sequence_header_obu(obu)
    }

    /// From an `AV1CodecConfigurationRecord`.
    ///
    /// # Errors
    /// When it is truncated or holds no sequence header.
    pub fn from_av1c(record: &[u8]) -> Result<Self, ParseError> {
        av1::parse_av1c(record)
    }

    /// The `AV1CodecConfigurationRecord`.
    pub fn to_av1c(&self) -> Vec<u8> {
        let mut record = self.av1c_head.to_vec();
        record.extend_from_slice(&self.sequence_header);
        record
    }

    /// AV1-ISOBMFF §5: `av01.P.LLT.DD`.
    pub fn rfc6381(&self) -> String {
        let tier = if self.tier == 0 { 'M' } else { 'H' };
        let picture = &self.picture;
        format!("av01.{}.{:02}{tier}.{:02}", picture.profile, picture.level, picture.bit_depth)
    }
}

/// AAC parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AacConfig {
    /// The `AudioSpecificConfig`, as the source sent it.
    pub specific_config: Bytes,
    /// `audioObjectType`: 2 is AAC-LC, 5 is HE-AAC.
    pub object_type: u8,
    /// Sampling rate of the core coder.
    pub sample_rate_hz: NonZeroU32,
    /// Channels, 1 to 8.
    pub channels: u8,
}

impl AacConfig {
    /// From an `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1).
    ///
    /// # Errors
    /// When it is truncated or declares no usable rate or channel count.
    pub fn from_specific_config(bytes: &[u8]) -> Result<Self, ParseError> {
        aac::parse_specific_config(bytes)
    }

    /// AAC-LC of the given rate and channels.
    ///
    /// # Errors
    /// When the channel count is not 1 to 8.
    pub fn lc(sample_rate_hz: NonZeroU32, channels: u8) -> Result<Self, ParseError> {
        Self::from_specific_config(&aac::write_lc_specific_config(sample_rate_hz, channels))
    }

    /// Samples of one access unit per channel (960-sample frames are not used by any camera we know).
    pub const SAMPLES_PER_UNIT: u32 = 1024;
}

/// G.711 parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct G711Config {
    /// Sampling rate; 8 kHz except on a few cameras.
    pub sample_rate_hz: NonZeroU32,
    /// Channels, 1 or 2.
    pub channels: u8,
}

/// Opus parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpusConfig {
    /// Channels, 1 or 2.
    pub channels: u8,
}

/// MPEG audio parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mp3Config {
    /// Sampling rate.
    pub sample_rate_hz: NonZeroU32,
    /// Channels, 1 or 2.
    pub channels: u8,
}

/// A codec that is only carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpaqueConfig {
    /// Seen, heard or read.
    pub kind: MediaKind,
    /// What the source called it: an RTP encoding name, an FLV codec id, a FourCC.
    pub id: Box<str>,
    /// Parameters as the source sent them (an SDP `fmtp` value, a sequence header).
    pub params: Bytes,
}
