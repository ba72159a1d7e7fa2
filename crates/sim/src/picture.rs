//! A picture as encoders take it: planar YUV 4:2:0, BT.709, limited range.

use crate::random::Random;
use crate::raster::Canvas;

/// Planar 4:2:0 picture: `[height][width]` luma, then two chroma planes of half the size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Luma samples per row; even.
    pub width: usize,
    /// Luma rows; even.
    pub height: usize,
    /// Luma, 16 (black) to 235 (white), `[height][width]`.
    pub y: Vec<u8>,
    /// Blue difference, `[height / 2][width / 2]`, 128 is neutral.
    pub u: Vec<u8>,
    /// Red difference, `[height / 2][width / 2]`, 128 is neutral.
    pub v: Vec<u8>,
}

impl Picture {
    /// Converts with sensor noise of about `noise` luma steps on everything but pure black and white.
    pub(crate) fn from_canvas(canvas: &Canvas, noise: i32, seed: u64) -> Self {
        let (width, height) = (canvas.width, canvas.height);
        let mut picture = Self {
            width,
            height,
            y: vec![0; width * height],
            u: vec![0; width * height / 4],
            v: vec![0; width * height / 4],
        };
        let mut random = Random::new(seed);
        for (row, luma) in canvas.pixels.chunks_exact(width).zip(picture.y.chunks_exact_mut(width)) {
            for (pixels, samples) in row.chunks(8).zip(luma.chunks_mut(8)) {
                // Eight samples of noise from one draw: the sum of two 4-bit numbers is bell-shaped enough.
                let bits = if noise > 0 { random.next_u64().to_le_bytes() } else { [0x78; 8] };
                for ((pixel, sample), grain) in pixels.iter().zip(samples).zip(bits) {
                    let [r, g, b, _] = pixel.map(i32::from);
                    let value = 16 + ((47 * r + 157 * g + 16 * b + 128) >> 8);
                    let sway = i32::from(grain >> 4) + i32::from(grain & 15) - 15;
                    *sample = (value + ((sway * noise + 4) >> 3)).clamp(16, 235) as u8;
                }
            }
        }
        for row in 0..height / 2 {
            for column in 0..width / 2 {
                let at = row * 2 * width + column * 2;
                let mut sum = [0i32; 3];
                for index in [at, at + 1, at + width, at + width + 1] {
                    for (total, value) in sum.iter_mut().zip(canvas.pixels[index]) {
                        *total += i32::from(value);
                    }
                }
                let [r, g, b] = sum;
                let index = row * (width / 2) + column;
                picture.u[index] = (128 + ((-26 * r - 86 * g + 112 * b + 512) >> 10)).clamp(16, 240) as u8;
                picture.v[index] = (128 + ((112 * r - 102 * g - 10 * b + 512) >> 10)).clamp(16, 240) as u8;
            }
        }
        picture
    }

    /// Packed RGB, `[height][width][3]`, for looking at.
    pub fn to_rgb(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.width * self.height * 3);
        for row in 0..self.height {
            for column in 0..self.width {
                let chroma = (row / 2) * (self.width / 2) + column / 2;
                let y = (i32::from(self.y[row * self.width + column]) - 16) * 298;
                let (u, v) = (i32::from(self.u[chroma]) - 128, i32::from(self.v[chroma]) - 128);
                for value in [y + 459 * v, y - 55 * u - 136 * v, y + 541 * u] {
                    out.push(((value + 128) >> 8).clamp(0, 255) as u8);
                }
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raster::hex;

    #[test]
    fn colours_survive_conversion() {
        for colour in [0x000000, 0xFFFFFF, 0x808080, 0xC03020, 0x20A040, 0x3050D0] {
            let mut canvas = Canvas::new(16, 16);
            canvas.fill_rect(0, 0, 16, 16, hex(colour));
            let rgb = Picture::from_canvas(&canvas, 0, 1).to_rgb();
            for (found, shift) in rgb[0..3].iter().zip([16, 8, 0]) {
                let expected = (colour >> shift) & 0xFF;
                assert!(u32::from(*found).abs_diff(expected) <= 4, "{colour:06x} {:?}", &rgb[0..3]);
            }
        }
    }
}
