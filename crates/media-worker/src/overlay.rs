//! Text in the lower left corner of a picture, white on a darkened ground, so that it can be read on anything.

use ffmpeg_next::frame;

use crate::font::Font;

/// A line has this part of the picture's rows.
const ROWS_PER_LINE: u32 = 28;
/// Rows of a line at least, below which nothing can be read.
const LEAST_SIZE: u32 = 12;
/// What is left of the ground's brightness, in 256ths.
const GROUND: u32 = 96;
/// Brightness of the text.
const INK: u32 = 240;
/// No colour.
const GREY: u8 = 128;

/// Writes the lines of `text`; what does not fit is cut off.
pub(crate) fn write(surface: &mut frame::Video, font: &Font, text: &str) {
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let Some(count) = u32::try_from(lines.len()).ok().filter(|count| *count > 0) else { return };
    let size = (surface.height() / ROWS_PER_LINE).max(LEAST_SIZE);
    // Descenders and accents need more than the size of the characters.
    let line_height = size + size / 3;
    let margin = size / 2;
    let widest = lines.iter().map(|line| font.width(line, size)).max().unwrap_or(0);
    let width = (widest.saturating_add(2 * margin)).min(surface.width());
    let height = (line_height.saturating_mul(count) + margin).min(surface.height());
    let top = surface.height() - height;
    darken(surface, top, width);
    for (line, number) in lines.iter().zip(0..) {
        let first_row = top + margin / 2 + line_height * number;
        font.draw(line, size, |x, y, coverage| ink(surface, x + margin, first_row + y, coverage));
    }
}

/// Darkens the lower left corner from row `top` on, and takes its colour.
fn darken(surface: &mut frame::Video, top: u32, width: u32) {
    for plane in 0..3 {
        let halved = u32::from(plane > 0);
        let (stride, rows) = (surface.stride(plane), surface.plane_height(plane) as usize);
        let (first, columns) = ((top >> halved) as usize, (width >> halved) as usize);
        for row in surface.data_mut(plane).chunks_mut(stride).take(rows).skip(first) {
            for sample in row.iter_mut().take(columns) {
                *sample = if plane == 0 { blended(*sample, 0, GROUND) } else { GREY };
            }
        }
    }
}

fn ink(surface: &mut frame::Video, x: u32, y: u32, coverage: u8) {
    if x >= surface.width() || y >= surface.height() {
        return;
    }
    let at = y as usize * surface.stride(0) + x as usize;
    let sample = &mut surface.data_mut(0)[at];
    *sample = blended(*sample, INK, 256 - u32::from(coverage));
}

/// `share` 256ths of one and the rest of the other.
fn blended(sample: u8, other: u32, share: u32) -> u8 {
    u8::try_from((u32::from(sample) * share + other * (256 - share)) >> 8).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use ffmpeg_next::format::Pixel;

    use super::*;

    fn white() -> frame::Video {
        let mut surface = frame::Video::new(Pixel::YUVJ420P, 320, 180);
        surface.data_mut(0).fill(200);
        (1..3).for_each(|plane| surface.data_mut(plane).fill(60));
        surface
    }

    fn luma(surface: &frame::Video, x: usize, y: usize) -> u8 {
        surface.data(0)[y * surface.stride(0) + x]
    }

    #[test]
    fn text_stands_in_the_lower_left_corner_and_nowhere_else() {
        let mut surface = white();
        write(&mut surface, &Font::Dots, "K1+500\n2026-11-26");
        assert_eq!(luma(&surface, 0, 179), 75);
        assert!((0..100).any(|x| (161..169).any(|y| luma(&surface, x, y) > 200)), "ink");
        assert_eq!((luma(&surface, 0, 130), luma(&surface, 300, 179)), (200, 200));
        assert_eq!(surface.data(1)[89 * surface.stride(1)], GREY);
    }

    #[test]
    fn text_that_does_not_fit_is_cut_off() {
        let mut surface = white();
        write(&mut surface, &Font::Dots, &"long ".repeat(100));
        write(&mut surface, &Font::Dots, &"line\n".repeat(100));
        let before = white();
        let mut untouched = white();
        write(&mut untouched, &Font::Dots, "\n\n");
        assert_eq!(untouched.data(0), before.data(0));
    }
}
