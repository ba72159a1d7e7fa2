//! Capital letters, digits and signs as strokes, for overlays and road signs.

use crate::geometry::{Point, point};

/// Width of a character cell relative to its height, spacing included.
pub(crate) const ADVANCE: f32 = 0.95;

/// Polylines on a grid of 5 by 7 points, each point written as its column and row, rows downwards.
const fn strokes(character: char) -> &'static str {
    match character.to_ascii_uppercase() {
        '0' => "103041453616050110",
        '1' => "112026 1636",
        '2' => "01103041420646",
        '3' => "0110304142334445361605 1333",
        '4' => "36300444",
        '5' => "400002324345361605",
        '6' => "413010010516364544331304",
        '7' => "00404116",
        '8' => "103041423313020110 133344453616050413",
        '9' => "051636454130100102133342",
        'A' => "0602204246 0444",
        'B' => "00063645443303 0030414233",
        'C' => "4130100105163645",
        'D' => "00062644422000",
        'E' => "40000646 0333",
        'F' => "400006 0333",
        'G' => "41301001051636454323",
        'H' => "0006 4046 0343",
        'I' => "1030 2026 1636",
        'J' => "4045361605",
        'K' => "0006 4003 1346",
        'L' => "000646",
        'M' => "0600234046",
        'N' => "06004640",
        'O' => "103041453616050110",
        'P' => "06003041423303",
        'Q' => "103041453616050110 2446",
        'R' => "06003041423303 2346",
        'S' => "413010010213334445361605",
        'T' => "0040 2026",
        'U' => "000516364540",
        'V' => "002640",
        'W' => "0016233640",
        'X' => "0046 4006",
        'Y' => "002340 2326",
        'Z' => "00400646",
        '+' => "2125 0343",
        '-' => "0343",
        '/' => "0640",
        ':' => "2122 2425",
        '.' => "1626",
        '_' => "0646",
        '(' => "30212536",
        ')' => "10212516",
        '%' => "0640 0001 4546",
        '#' => "1016 3036 0242 0444",
        '=' => "0242 0444",
        '<' => "410345",
        '>' => "014305",
        _ => "",
    }
}

/// The polylines of one character in units of its height, origin at its top left. Small letters look like
/// capitals; a character without strokes is a blank.
pub(crate) fn glyph(character: char) -> impl Iterator<Item = Vec<Point>> {
    strokes(character).split(' ').filter(|polyline| !polyline.is_empty()).map(|polyline| {
        polyline
            .as_bytes()
            .chunks_exact(2)
            .map(|pair| point(f32::from(pair[0] - b'0') / 6.0, f32::from(pair[1] - b'0') / 6.0))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_overlays_write_has_strokes() {
        for character in "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-/:._()%#=<>".chars() {
            assert!(glyph(character).count() > 0, "{character}");
            for p in glyph(character).flatten() {
                assert!((0.0..0.7).contains(&p.x) && (0.0..=1.0).contains(&p.y), "{character}");
            }
        }
        assert_eq!(glyph(' ').count(), 0);
    }
}
