//! Headers of JPEG pictures (ITU-T T.81 annex B).

/// Bytes at the begin of a picture: start of image, and the first byte of the next marker (§B.1.1.3).
pub const MAGIC: [u8; 3] = [0xFF, 0xD8, 0xFF];
/// Segments before the frame header that are looked at: cameras write a dozen.
const MAX_SEGMENTS: usize = 256;

/// Width and height of a picture in pixels, neither of them 0, as its frame header says (§B.2.2); `None` for what is no
/// JPEG picture. What lies behind the header is not looked at.
///
/// ```
/// assert_eq!(media::bitstream::jpeg::size(b"GIF89a"), None);
/// ```
pub fn size(bytes: &[u8]) -> Option<(u16, u16)> {
    if !bytes.starts_with(&MAGIC) {
        return None;
    }
    let mut rest = &bytes[2..];
    for _ in 0..MAX_SEGMENTS {
        let (marker, behind) = next_marker(rest)?;
        if stands_alone(marker) {
            rest = behind;
            continue;
        }
        let (length, body) = behind.split_first_chunk::<2>()?;
        // The length counts itself.
        let length = usize::from(u16::from_be_bytes(*length)).checked_sub(2)?;
        if is_frame_header(marker) {
            let sides = body.get(1..5).filter(|_| length >= 6)?;
            let (height, width) = (u16::from_be_bytes([sides[0], sides[1]]), u16::from_be_bytes([sides[2], sides[3]]));
            return (width > 0 && height > 0).then_some((width, height));
        }
        if is_end(marker) {
            return None;
        }
        rest = body.get(length..)?;
    }
    None
}

/// The next marker, before which any number of bytes `FF` may stand (§B.1.1.2).
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    if *first != 0xFF {
        return None;
    }
    let at = rest.iter().position(|byte| *byte != 0xFF)?;
    Some((rest[at], &rest[at + 1..]))
}

/// Restart markers, `TEM` and the start of the image have no length.
const fn stands_alone(marker: u8) -> bool {
    matches!(marker, 0x01 | 0xD0..=0xD8)
}

/// `SOF0` to `SOF15`, less the three codes between them that mean something else.
const fn is_frame_header(marker: u8) -> bool {
    matches!(marker, 0xC0..=0xCF) && !matches!(marker, 0xC4 | 0xC8 | 0xCC)
}

/// The begin of a scan, and the end of the image.
const fn is_end(marker: u8) -> bool {
    matches!(marker, 0xD9 | 0xDA | 0x00)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `SOI`, a segment of a maker's own, filling bytes, the frame header of a picture of 640 by 360.
    const PICTURE: &[u8] = &[
        0xFF, 0xD8, 0xFF, 0xE0, 0x00, 0x05, b'a', b'b', b'c', 0xFF, 0xFF, 0xFF, 0xC2, 0x00, 0x11, 8, 0x01, 0x68, 0x02,
        0x80, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1,
    ];

    #[test]
    fn the_frame_header_tells_the_size() {
        assert_eq!(size(PICTURE), Some((640, 360)));
    }

    #[test]
    fn what_is_no_picture_has_no_size() {
        for end in 0..20 {
            assert_eq!(size(&PICTURE[..end]), None, "{end}");
        }
        let mut flat = PICTURE.to_vec();
        flat[16..18].fill(0);
        let scan_first = [0xFF, 0xD8, 0xFF, 0xDA, 0, 2, 0xFF, 0xC0, 0, 17, 8, 1, 1, 1, 1, 3];
        let short_length = [0xFF, 0xD8, 0xFF, 0xE0, 0, 1, 0xFF, 0xC0, 0, 17, 8, 1, 1, 1, 1, 3];
        for none in [&flat[..], &scan_first, &short_length, b"\x89PNG\r\n\x1a\n", b"<html>", b""] {
            assert_eq!(size(none), None, "{none:?}");
        }
        let endless = [vec![0xFF, 0xD8], [0xFF, 0xD0].repeat(1000)].concat();
        assert_eq!(size(&endless), None);
    }
}
