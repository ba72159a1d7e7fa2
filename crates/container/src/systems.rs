//! What the transport stream and the program stream of ISO/IEC 13818-1 share: PES packets and their clock, stream
//! types, and the elementary streams inside.

mod framed;
mod latm;
mod parameters;
pub(crate) mod pes;
mod track;

pub use framed::MP2_TRACK_ID;
pub(crate) use framed::{Framing, Reader as FramedReader};
pub(crate) use parameters::{Pace, ParameterSets, Syntax};
pub(crate) use track::{Item, Times, Track, free_id};

use std::num::NonZeroU32;

use bytes::{BufMut, BytesMut};
use media::bitstream::nal;
use media::{CodecConfig, G711Config, Timestamp};

/// Ticks of PTS and DTS per second.
pub(crate) const CLOCK_HZ: u32 = 90_000;
pub(crate) const CLOCK: NonZeroU32 = NonZeroU32::new(CLOCK_HZ).expect("90,000 is not zero");
/// Where the time line's origin stands in time stamps that we write: room for what is decoded before it is shown, and
/// for the clock reference, which is earlier still.
const ORIGIN: i64 = CLOCK_HZ as i64;
/// How far the clock reference is before the decoding time: what a receiver may buffer.
pub(crate) const CLOCK_LEAD: u64 = CLOCK_HZ as u64 / 2;

/// `stream_type` values (ISO/IEC 13818-1 table 2-34 and its amendments; GB/T 28181-2022 annex C.1).
pub(crate) mod stream_type {
    pub(crate) const MPEG1_AUDIO: u8 = 0x03;
    pub(crate) const MPEG2_AUDIO: u8 = 0x04;
    /// Private data; a registration descriptor says what it is ("Opus", "KLVA", "AV01").
    pub(crate) const PRIVATE_PES: u8 = 0x06;
    pub(crate) const AAC_ADTS: u8 = 0x0f;
    pub(crate) const MPEG4_VISUAL: u8 = 0x10;
    /// Behind LOAS headers.
    pub(crate) const AAC_LATM: u8 = 0x11;
    pub(crate) const H264: u8 = 0x1b;
    pub(crate) const H265: u8 = 0x24;
    /// GB/T 25724.
    pub(crate) const SVAC_VIDEO: u8 = 0x80;
    /// G.711 A-law.
    pub(crate) const G711_A: u8 = 0x90;
    /// G.711 µ-law, seen beside A-law on domestic devices.
    pub(crate) const G711_U: u8 = 0x91;
    pub(crate) const G722_1: u8 = 0x92;
    pub(crate) const G723_1: u8 = 0x93;
    pub(crate) const G729: u8 = 0x99;
    pub(crate) const SVAC_AUDIO: u8 = 0x9b;
}

/// Why a part of a track gives no unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DropReason {
    /// Packets of it are missing.
    Incomplete,
    /// Pictures came before the parameter sets that they need.
    MissingParameterSets,
    /// A PES packet without a usable header.
    MalformedPes,
    /// The payload is not what its codec prescribes.
    MalformedUnit,
    /// It is longer than the limits that the demuxer names.
    TooLarge,
    /// No time stamp has come yet.
    Untimed,
}

/// CRC of a section or a program stream map (ISO/IEC 13818-1 annex A): MPEG-2 CRC-32, most significant bit first, no
/// final inversion.
pub(crate) fn crc32(section: &[u8]) -> u32 {
    section.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ 0x04c1_1db7 }
        })
    })
}

/// GB/T 28181-2022 annex C: 8 kHz, one channel.
pub(crate) fn g711(a_law: bool) -> CodecConfig {
    const RATE_HZ: NonZeroU32 = NonZeroU32::new(8000).expect("8000 is not zero");
    let config = G711Config { sample_rate_hz: RATE_HZ, channels: 1 };
    if a_law { CodecConfig::G711A(config) } else { CodecConfig::G711U(config) }
}

/// A time as PTS and DTS are written, before the cut to 33 bits.
pub(crate) fn ticks(time: Timestamp) -> u64 {
    // What a repaired jump put before the origin is shown at once.
    u64::try_from(time.to_ticks(CLOCK).saturating_add(ORIGIN)).unwrap_or(0)
}

/// The parameter sets that stand in front of a key frame.
pub(crate) fn parameter_sets(codec: &CodecConfig) -> impl Iterator<Item = &[u8]> {
    let sets: [&[bytes::Bytes]; 3] = match codec {
        CodecConfig::H264(config) => [&config.sps, &config.pps, &[]],
        CodecConfig::H265(config) => [&config.vps, &config.sps, &config.pps],
        _ => [&[], &[], &[]],
    };
    sets.into_iter().flatten().map(|set| &set[..])
}

/// Start codes instead of lengths (H.264 annex B, H.265 annex B).
pub(crate) fn put_annex_b<'a>(out: &mut BytesMut, sets: impl Iterator<Item = &'a [u8]>, payload: &'a [u8]) {
    for unit in sets.chain(nal::length_prefixed(payload)) {
        out.put_slice(&[0, 0, 0, 1]);
        out.put_slice(unit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_crc_is_that_of_mpeg() {
        assert_eq!(crc32(b"123456789"), 0x0376_e6e7);
    }
}
