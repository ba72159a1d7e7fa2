//! The font of texts on pictures: one of the system that has Chinese, or a plain one for ASCII that is part of the
//! program.

use std::path::Path;

use ab_glyph::{Font as _, FontVec, GlyphId, PxScale, ScaleFont, point};
use anyhow::Context;

/// Where systems keep fonts with Chinese characters, then any font; with the face in the file for Chinese as it is
/// written on the mainland.
const KNOWN: [(&str, u32); 12] = [
    ("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/opentype/noto/NotoSansCJKsc-Regular.otf", 0),
    ("/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/google-noto-sans-cjk-vf-fonts/NotoSansCJK-VF.ttc", 2),
    ("/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc", 2),
    ("/usr/share/fonts/truetype/wqy/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc", 0),
    ("/usr/share/fonts/wqy-microhei/wqy-microhei.ttc", 0),
    ("/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf", 0),
    ("/usr/share/fonts/truetype/arphic/uming.ttc", 0),
    ("/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf", 0),
    ("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf", 0),
];

/// Stands for characters that the font lacks.
const UNKNOWN: char = '?';

/// Something to write with.
pub(crate) enum Font {
    /// Of the system, with where it was found.
    Outline(Box<FontVec>, String),
    /// Eight by eight dots for ASCII.
    Dots,
}

impl Font {
    /// The chosen one, or a known one of the system, or dots.
    pub(crate) fn find(chosen: Option<&Path>) -> anyhow::Result<Self> {
        if let Some(path) = chosen {
            return load(path, 0).with_context(|| format!("the font {}", path.display()));
        }
        Ok(KNOWN.iter().find_map(|(path, face)| load(Path::new(path), *face).ok()).unwrap_or(Self::Dots))
    }

    /// Where it was found; empty for dots.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Outline(_, name) => name,
            Self::Dots => "",
        }
    }

    /// Pixels that a line takes from left to right.
    pub(crate) fn width(&self, text: &str, size: u32) -> u32 {
        match self {
            Self::Outline(font, _) => {
                let scaled = font.as_scaled(size_of(size));
                let width: f32 = text.chars().map(|character| scaled.h_advance(glyph_of(font, character))).sum();
                whole(width)
            }
            Self::Dots => u32::try_from(text.chars().count()).unwrap_or(u32::MAX).saturating_mul(dot(size) * 8),
        }
    }

    /// Calls `put` with column, row and coverage (0 to 255) of each pixel of a line that has `size` rows.
    pub(crate) fn draw(&self, text: &str, size: u32, mut put: impl FnMut(u32, u32, u8)) {
        match self {
            Self::Outline(font, _) => draw_outlines(font, text, size, &mut put),
            Self::Dots => draw_dots(text, size, &mut put),
        }
    }
}

fn load(path: &Path, face: u32) -> anyhow::Result<Font> {
    let font = FontVec::try_from_vec_and_index(std::fs::read(path)?, face)?;
    Ok(Font::Outline(Box::new(font), path.display().to_string()))
}

#[expect(clippy::cast_precision_loss, reason = "no text is so large")]
fn size_of(size: u32) -> PxScale {
    PxScale::from(size as f32)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "saturates, and is not negative")]
fn whole(value: f32) -> u32 {
    value.max(0.).ceil() as u32
}

fn glyph_of(font: &FontVec, character: char) -> GlyphId {
    match font.glyph_id(character) {
        GlyphId(0) => font.glyph_id(UNKNOWN),
        known => known,
    }
}

fn draw_outlines(font: &FontVec, text: &str, size: u32, put: &mut impl FnMut(u32, u32, u8)) {
    let scaled = font.as_scaled(size_of(size));
    let mut at = 0.;
    for character in text.chars() {
        let id = glyph_of(font, character);
        let glyph = id.with_scale_and_position(size_of(size), point(at, scaled.ascent()));
        at += scaled.h_advance(id);
        let Some(outlined) = font.outline_glyph(glyph) else { continue };
        let bounds = outlined.px_bounds();
        outlined.draw(|x, y, coverage| {
            put(whole(bounds.min.x) + x, whole(bounds.min.y) + y, clamped(coverage));
        });
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to what fits")]
fn clamped(coverage: f32) -> u8 {
    (coverage.clamp(0., 1.) * 255.) as u8
}

/// Pixels along a dot.
fn dot(size: u32) -> u32 {
    (size / 8).max(1)
}

fn draw_dots(text: &str, size: u32, put: &mut impl FnMut(u32, u32, u8)) {
    let side = dot(size);
    let mut left = 0;
    for character in text.chars() {
        let glyph = font8x8::legacy::BASIC_LEGACY[usize::from(ascii(character))];
        for (row, bits) in (0..8).zip(glyph) {
            for column in (0..8).filter(|column| bits >> column & 1 == 1) {
                for dot in 0..side * side {
                    put(left + column * side + dot % side, row * side + dot / side, 255);
                }
            }
        }
        left += side * 8;
    }
}

fn ascii(character: char) -> u8 {
    u8::try_from(character).ok().filter(u8::is_ascii).unwrap_or(b'?')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(font: &Font, text: &str) -> usize {
        let mut count = 0;
        font.draw(text, 24, |x, y, coverage| {
            assert!(x <= font.width(text, 24) + 2 && y <= 36, "{x}, {y}");
            count += usize::from(coverage > 128);
        });
        count
    }

    #[test]
    fn dots_write_ascii_and_say_where_they_cannot() {
        assert!(drawn(&Font::Dots, "K1+500") > 100);
        assert_eq!(drawn(&Font::Dots, "路"), drawn(&Font::Dots, "?"));
        assert_eq!(Font::Dots.width("ab", 24), 48);
    }

    #[test]
    fn a_font_of_the_system_writes_chinese() {
        let font = Font::find(None).unwrap();
        // Synthetic condition: on a system without fonts there is nothing to look at.
        if font.name().contains("CJK") {
            assert_ne!(drawn(&font, "路"), drawn(&font, "?"));
            assert!(drawn(&font, "高速公路") > 300);
        }
    }

    #[test]
    fn a_chosen_font_that_is_none_is_named() {
        let error = Font::find(Some(Path::new("/nonexistent.ttf"))).err().map(|error| format!("{error:#}"));
        assert!(error.is_some_and(|text| text.contains("/nonexistent.ttf")));
    }
}
