//! RGBA for browsers that have no `VideoFrame`.

use crate::Picture;

/// Pictures from this height are taken for ITU-R BT.709, smaller ones for BT.601, as browsers do for a stream that says
/// nothing.
const HD_ROWS: u32 = 720;
/// Fractional bits of the factors.
const FRACTION: u32 = 16;

/// Factors of Cr to red, Cb to green, Cr to green, Cb to blue, for samples of limited range (ITU-T H.273 §8.3).
const BT601: [i32; 4] = [104_597, -25_675, -53_279, 132_201];
const BT709: [i32; 4] = [117_489, -13_975, -34_925, 138_438];
/// 255/219, by which limited luma becomes full.
const LUMA: i32 = 76_309;

/// Writes `[height][width][4] u8` over what `out` holds, with full alpha.
pub fn rgba(picture: &Picture, out: &mut Vec<u8>) {
    let [luma, cb, cr] = &picture.planes;
    let (width, half) = (len(picture.width), len(picture.width / 2));
    out.clear();
    out.reserve(luma.len() * 4);
    let factors = if picture.height >= HD_ROWS { BT709 } else { BT601 };
    for (y, row) in luma.chunks_exact(width.max(1)).enumerate() {
        let chroma = y / 2 * half;
        for (x, sample) in row.iter().enumerate() {
            let at = chroma + x / 2;
            let (blue, red) = (cb.get(at).copied().unwrap_or(128), cr.get(at).copied().unwrap_or(128));
            out.extend_from_slice(&pixel(*sample, blue, red, &factors));
        }
    }
}

fn pixel(luma: u8, cb: u8, cr: u8, factors: &[i32; 4]) -> [u8; 4] {
    let half = 1 << (FRACTION - 1);
    let y = (i32::from(luma) - 16) * LUMA + half;
    let (cb, cr) = (i32::from(cb) - 128, i32::from(cr) - 128);
    let byte = |sum: i32| u8::try_from((sum >> FRACTION).clamp(0, 255)).expect("clamped");
    let green = y + factors[1] * cb + factors[2] * cr;
    [byte(y + factors[0] * cr), byte(green), byte(y + factors[3] * cb), u8::MAX]
}

fn len(count: u32) -> usize {
    usize::try_from(count).expect("32 bits fit")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn black_white_and_the_primaries_come_out_within_a_step() {
        // Values of BT.601 for full black, white, red, green and blue.
        for ([y, cb, cr], wanted) in [
            ([16, 128, 128], [0, 0, 0]),
            ([235, 128, 128], [255, 255, 255]),
            ([81, 90, 240], [255, 0, 0]),
            ([145, 54, 34], [0, 255, 0]),
            ([41, 240, 110], [0, 0, 255]),
        ] {
            let [red, green, blue, alpha] = pixel(y, cb, cr, &BT601);
            let far = [red, green, blue].iter().zip(wanted).any(|(is, wanted)| is.abs_diff(wanted) > 2);
            assert!(!far && alpha == 255, "{wanted:?} is {red} {green} {blue}");
        }
    }

    #[test]
    fn chroma_is_shared_by_four_pixels() {
        let planes = [vec![81; 8], vec![90, 128], vec![240, 128]];
        let mut out = vec![1];
        rgba(&Picture { width: 4, height: 2, coded_bits: 8, planes }, &mut out);
        assert_eq!(out.len(), 32);
        assert_eq!(out[..8], out[16..24]);
        assert_ne!(out[..4], out[8..12]);
    }
}
