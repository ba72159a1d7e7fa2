//! The burnt-in overlay: clock, stake and name, frame counter.

use crate::font;
use crate::geometry::point;
use crate::raster::{Canvas, Filler, rgb, thick_line};
use crate::scene::SceneConfig;

/// Lines of text in the corners of a picture; empty ones are left out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    /// Upper left: date and time.
    pub clock: String,
    /// Lower left, above the stamp: stake and camera name.
    pub title: String,
    /// Upper right: frame counter.
    pub counter: String,
}

impl Overlay {
    /// What a camera that plays shows: the clock of a Unix time shifted by `offset_min` from UTC, where it is, and the
    /// number of the picture.
    pub(crate) fn of(config: &SceneConfig, frame: u64, unix_ms: u64, offset_min: i32) -> Self {
        Self {
            clock: clock_text(unix_ms, offset_min),
            title: format!("{} {}", config.stake, config.name),
            counter: format!("#{frame:06}"),
        }
    }
}

/// `2031-04-05 06:07:08.250` of a Unix time, shifted by a zone's offset from UTC in minutes.
pub fn clock_text(unix_ms: u64, offset_min: i32) -> String {
    let local_ms = i64::try_from(unix_ms).unwrap_or(0) + i64::from(offset_min) * 60_000;
    let days = local_ms.div_euclid(86_400_000);
    let of_day = local_ms.rem_euclid(86_400_000);
    let (year, month, day) = civil(days);
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, ms) = (of_day / 1000 % 60, of_day % 1000);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{ms:03}")
}

/// Year, month and day of a count of days since 1970-01-01 in the Gregorian calendar.
fn civil(days: i64) -> (i64, i64, i64) {
    // Count from 0000-03-01, so that leap days end their year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

pub(crate) fn draw(canvas: &mut Canvas, filler: &mut Filler, overlay: &Overlay) {
    let size = canvas.height as f32 / 30.0;
    let margin = size * 0.8;
    let strip = canvas.height as f32 * 2.0 / 45.0;
    text(canvas, filler, margin, margin, size, &overlay.clock);
    let bottom = canvas.height as f32 - strip - size - margin * 0.6;
    text(canvas, filler, margin, bottom, size, &overlay.title);
    let width = overlay.counter.chars().count() as f32 * size * font::ADVANCE;
    text(canvas, filler, canvas.width as f32 - margin - width, margin, size, &overlay.counter);
}

/// White strokes with a dark edge, readable on sky and asphalt alike.
fn text(canvas: &mut Canvas, filler: &mut Filler, x: f32, y: f32, size: f32, text: &str) {
    for (width, colour, alpha) in [(0.30, rgb(0.02, 0.02, 0.02), 0.75), (0.15, rgb(0.97, 0.97, 0.97), 1.0)] {
        for (index, character) in text.chars().enumerate() {
            let left = x + index as f32 * size * font::ADVANCE;
            for stroke in font::glyph(character) {
                for pair in stroke.windows(2) {
                    let at = |p: crate::geometry::Point| point(left + p.x * size, y + p.y * size);
                    let (a, b) = (at(pair[0]), at(pair[1]));
                    let half = width * size / 2.0;
                    let (dx, dy) = (b.x - a.x, b.y - a.y);
                    let length = (dx * dx + dy * dy).sqrt().max(1e-3);
                    // Square ends close the corners of polylines.
                    let (ex, ey) = (dx / length * half * 0.8, dy / length * half * 0.8);
                    let quad = thick_line(point(a.x - ex, a.y - ey), point(b.x + ex, b.y + ey), width * size);
                    filler.fill(canvas, &quad, colour, alpha);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_shows_civil_time_of_a_zone() {
        for (unix_ms, offset_min, expected) in [
            (0, 0, "1970-01-01 00:00:00.000"),
            (951_782_399_999, 0, "2000-02-28 23:59:59.999"),
            (951_782_400_000, 0, "2000-02-29 00:00:00.000"),
            (1_709_164_800_000, 480, "2024-02-29 08:00:00.000"),
            (4_107_542_399_000, -60, "2100-02-28 22:59:59.000"),
        ] {
            assert_eq!(clock_text(unix_ms, offset_min), expected);
        }
    }
}
