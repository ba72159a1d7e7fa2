//! A decoded picture as the page takes it: three planes of 8 bits, 4:2:0.

use rust_h265::{Frame, PixelData};

/// `chroma_format_idc` of 4:2:0 (H.265 Table 6-1).
const CHROMA_420: u32 = 1;
const BITS_SHOWN: u8 = 8;

/// One picture without padding: `width * height` luma samples, and a quarter of it in each chroma plane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Luma samples in a row, after cropping.
    pub width: u32,
    /// Rows of luma samples, after cropping.
    pub height: u32,
    /// Bits of a sample as it was coded: 8, 10 or 12.
    pub coded_bits: u8,
    /// Y, Cb, Cr: `[height][width] u8`.
    pub planes: [Vec<u8>; 3],
}

impl Picture {
    /// `None` for other formats than 4:2:0, and for planes of other sizes than the picture says.
    pub(crate) fn of_frame(frame: Frame) -> Option<Self> {
        let Frame { width, height, bit_depth, chroma_format_idc, y, u, v, .. } = frame;
        let luma = usize::try_from(u64::from(width) * u64::from(height)).ok()?;
        let chroma = usize::try_from(u64::from(width / 2) * u64::from(height / 2)).ok()?;
        let fits = y.len() == luma && u.len() == chroma && v.len() == chroma;
        if chroma_format_idc != CHROMA_420 || luma == 0 || !fits {
            return None;
        }
        let planes = [y, u, v].map(|plane| in_bytes(plane, bit_depth));
        Some(Self { width, height, coded_bits: bit_depth, planes })
    }
}

/// Samples of more bits are rounded to the nearest of 8.
fn in_bytes(plane: PixelData, bits: u8) -> Vec<u8> {
    let samples = match plane {
        PixelData::U8(samples) => return samples,
        PixelData::U16(samples) => samples,
    };
    let shift = u32::from(bits.saturating_sub(BITS_SHOWN)).min(8);
    let half = (1_u32 << shift) / 2;
    let byte = |sample: u16| u8::try_from((u32::from(sample) + half) >> shift).unwrap_or(u8::MAX);
    samples.into_iter().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_bits_are_rounded_to_eight() {
        let plane = PixelData::U16(vec![0, 1, 2, 64, 940, 1021, 1022, 1023]);
        assert_eq!(in_bytes(plane, 10), [0, 0, 1, 16, 235, 255, 255, 255]);
    }

    #[test]
    fn samples_beyond_their_depth_are_clipped() {
        assert_eq!(in_bytes(PixelData::U16(vec![65_535, 256]), 8), [255, 255]);
    }
}
