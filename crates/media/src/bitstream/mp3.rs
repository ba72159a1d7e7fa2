//! MPEG audio frame headers (ISO/IEC 11172-3 §2.4.2.3, ISO/IEC 13818-3 §2.4.2.3).

use std::num::NonZeroU32;

use crate::Mp3Config;

/// What a frame header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameHeader {
    /// Rate and channels.
    pub config: Mp3Config,
    /// Bytes of the whole frame; `None` for free format.
    pub frame_len: Option<usize>,
    /// Samples per channel in a frame: 1152 (MPEG-1) or 576 (MPEG-2, 2.5).
    pub samples: u32,
}

/// Reads the header of a layer III frame; `None` when the bytes are not one.
pub fn parse_frame_header(bytes: &[u8]) -> Option<FrameHeader> {
    const LAYER_III: u8 = 1;
    const KBPS_MPEG1: [u32; 15] = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];
    const KBPS_MPEG2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let head: &[u8; 4] = bytes.first_chunk()?;
    if head[0] != 0xFF || head[1] & 0xE0 != 0xE0 || head[1] >> 1 & 3 != LAYER_III {
        return None;
    }
    let (mpeg1, halvings) = match head[1] >> 3 & 3 {
        3 => (true, 0),
        2 => (false, 1),
        0 => (false, 2),
        _ => return None,
    };
    let rate = [44_100u32, 48_000, 32_000].get(usize::from(head[2] >> 2 & 3))? >> halvings;
    let table = if mpeg1 { &KBPS_MPEG1 } else { &KBPS_MPEG2 };
    let kbps = *table.get(usize::from(head[2] >> 4))?;
    let samples = if mpeg1 { 1152 } else { 576 };
    let padding = usize::from(head[2] >> 1 & 1);
    let frame_len = (kbps > 0)
        .then(|| usize::try_from(samples / 8 * kbps * 1000 / rate).ok().map(|length| length + padding))
        .flatten();
    let channels = if head[3] >> 6 == 3 { 1 } else { 2 };
    Some(FrameHeader { config: Mp3Config { sample_rate_hz: NonZeroU32::new(rate)?, channels }, frame_len, samples })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_each_mpeg_version() {
        for (bytes, rate, channels, len, samples) in [
            ([0xFF, 0xFB, 0x90, 0x64], 44_100, 2, Some(417), 1152),
            ([0xFF, 0xFB, 0x94, 0xC4], 48_000, 1, Some(384), 1152),
            ([0xFF, 0xF3, 0x80, 0xC4], 22_050, 1, Some(208), 576),
            ([0xFF, 0xE3, 0x18, 0xC4], 8000, 1, Some(72), 576),
        ] {
            let header = parse_frame_header(&bytes).unwrap();
            assert_eq!(header.config.sample_rate_hz.get(), rate);
            assert_eq!((header.config.channels, header.frame_len, header.samples), (channels, len, samples));
        }
        assert_eq!(parse_frame_header(&[0xFF, 0xFB, 0xF0, 0x64]), None);
        assert_eq!(parse_frame_header(&[0x49, 0x44, 0x33, 0x04]), None);
    }
}
