//! A machine-readable stamp in the picture: which frame it is and when it was drawn.
//!
//! The stamp is a strip along the **lower edge**, as wide as the picture and 2/45 of its height, of 2 rows
//! with 50 cells each. In fractions of the picture, cell `c` of row `r` covers
//! `x` from `c/50` to `(c+1)/50` and `y` from `(43+r)/45` to `(44+r)/45`.
//!
//! ```text
//!         c=0   1 .. 48    49
//! r=0    white  data 0-47  black
//! r=1    black  data 48-95 white
//! ```
//!
//! The four guard cells give the levels of black and white: a data cell is 1 when the mean luma of its
//! middle half is above the middle of the guards of its row. Data are 96 bits, most significant bit first:
//!
//! | bits | meaning |
//! |---|---|
//! | 0-31 | frame counter |
//! | 32-79 | Unix time in milliseconds |
//! | 80-95 | CRC-16/CCITT-FALSE (polynomial 0x1021, start 0xFFFF) of bits 0-79 as 10 bytes |

use crate::raster::{Canvas, Colour, rgb};

/// Cells in a row, guards included.
pub const COLUMNS: usize = 50;
/// Rows of cells.
pub const ROWS: usize = 2;
/// A row is this fraction of the picture's height.
pub const ROW_FRACTION: usize = 45;
/// Luma steps between black and white below which nothing is read.
const LEAST_CONTRAST: u32 = 40;
const DATA_COLUMNS: usize = COLUMNS - 2;
const PAYLOAD_BYTES: usize = 10;

/// What the strip says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Frame counter, wraps at 2^32.
    pub counter: u32,
    /// Milliseconds since the Unix epoch, 48 bits.
    pub unix_ms: u64,
}

/// Reads the strip of a luma plane of `width` by `height` samples whose rows are `stride` apart. `None`
/// when there is no strip, it is damaged, or the plane is too small.
pub fn read(luma: &[u8], width: usize, height: usize, stride: usize) -> Option<Stamp> {
    if width < COLUMNS * 2 || height < ROW_FRACTION * 2 || stride < width {
        return None;
    }
    if luma.len() < stride * (height - 1) + width {
        return None;
    }
    let mut bits = [false; DATA_COLUMNS * ROWS];
    for row in 0..ROWS {
        let levels: [u32; COLUMNS] = std::array::from_fn(|column| mean(luma, width, height, stride, column, row));
        let (first, last) = (levels[0], levels[COLUMNS - 1]);
        let (white, black) = if row == 0 { (first, last) } else { (last, first) };
        if white < black + LEAST_CONTRAST {
            return None;
        }
        let middle = (white + black) / 2;
        for column in 0..DATA_COLUMNS {
            bits[row * DATA_COLUMNS + column] = levels[column + 1] > middle;
        }
    }
    let number = |range: std::ops::Range<usize>| bits[range].iter().fold(0u64, |sum, bit| sum << 1 | u64::from(*bit));
    let stamp = Stamp { counter: u32::try_from(number(0..32)).ok()?, unix_ms: number(32..80) };
    (u64::from(crc16(&payload(&stamp))) == number(80..96)).then_some(stamp)
}

/// Mean luma of the middle half of a cell.
fn mean(luma: &[u8], width: usize, height: usize, stride: usize, column: usize, row: usize) -> u32 {
    // Quarters of a cell, so that whole numbers suffice.
    let x0 = (4 * column + 1) * width / (4 * COLUMNS);
    let x1 = ((4 * column + 3) * width / (4 * COLUMNS)).max(x0 + 1);
    let top = ROW_FRACTION - ROWS + row;
    let y0 = (4 * top + 1) * height / (4 * ROW_FRACTION);
    let y1 = ((4 * top + 3) * height / (4 * ROW_FRACTION)).max(y0 + 1);
    let mut sum = 0u32;
    let mut count = 0u32;
    for y in y0..y1 {
        for sample in &luma[y * stride + x0..y * stride + x1] {
            sum += u32::from(*sample);
            count += 1;
        }
    }
    sum / count.max(1)
}

fn payload(stamp: &Stamp) -> [u8; PAYLOAD_BYTES] {
    let mut bytes = [0; PAYLOAD_BYTES];
    bytes[..4].copy_from_slice(&stamp.counter.to_be_bytes());
    bytes[4..].copy_from_slice(&stamp.unix_ms.to_be_bytes()[2..]);
    bytes
}

fn crc16(bytes: &[u8]) -> u16 {
    let mut crc = 0xFFFFu16;
    for byte in bytes {
        crc ^= u16::from(*byte) << 8;
        for _ in 0..8 {
            crc = if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 };
        }
    }
    crc
}

/// Draws the strip.
pub(crate) fn draw(canvas: &mut Canvas, stamp: &Stamp) {
    let bytes = payload(stamp);
    let crc = crc16(&bytes).to_be_bytes();
    let mut bits = bytes.iter().chain(&crc).flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let white = match column {
                0 => row == 0,
                _ if column == COLUMNS - 1 => row == 1,
                _ => bits.next().unwrap_or(false),
            };
            fill_cell(canvas, column, row, if white { rgb(0.94, 0.94, 0.94) } else { rgb(0.05, 0.05, 0.05) });
        }
    }
}

fn fill_cell(canvas: &mut Canvas, column: usize, row: usize, colour: Colour) {
    let x0 = column * canvas.width / COLUMNS;
    let x1 = (column + 1) * canvas.width / COLUMNS;
    let top = ROW_FRACTION - ROWS + row;
    let y0 = top * canvas.height / ROW_FRACTION;
    let y1 = (top + 1) * canvas.height / ROW_FRACTION;
    canvas.fill_rect(x0, y0, x1 - x0, y1 - y0, colour);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Picture;
    use proptest::prelude::*;

    fn drawn(stamp: &Stamp, width: usize, height: usize) -> Picture {
        let mut canvas = Canvas::new(width, height);
        canvas.fill_rect(0, 0, width, height, rgb(0.4, 0.5, 0.6));
        draw(&mut canvas, stamp);
        Picture::from_canvas(&canvas, 3, 9)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn what_is_drawn_is_read(counter: u32, unix_ms in 0u64..1 << 48, size in prop::sample::select(vec![
            (1920usize, 1080usize), (1280, 720), (640, 360), (352, 288), (320, 180),
        ])) {
            let stamp = Stamp { counter, unix_ms };
            let picture = drawn(&stamp, size.0, size.1);
            prop_assert_eq!(read(&picture.y, size.0, size.1, size.0), Some(stamp));
        }

        #[test]
        fn noise_is_never_read(plane in proptest::collection::vec(any::<u8>(), 100 * 90)) {
            prop_assert_eq!(read(&plane, 100, 90, 100), None);
        }
    }

    #[test]
    fn one_wrong_cell_is_noticed() {
        let stamp = Stamp { counter: 77, unix_ms: 1_800_000_000_123 };
        let mut picture = drawn(&stamp, 640, 360);
        for y in 344..352 {
            for x in 13 * 8..14 * 8 {
                picture.y[y * 640 + x] ^= 0xFF;
            }
        }
        assert_eq!(read(&picture.y, 640, 360, 640), None);
        assert_eq!(read(&picture.y[..100], 640, 360, 640), None);
        assert_eq!(read(&[], 0, 0, 0), None);
    }

    #[test]
    fn the_check_sum_is_the_published_one() {
        assert_eq!(crc16(b"123456789"), 0x29B1);
    }
}
