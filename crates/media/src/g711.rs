//! G.711 to linear samples and back (ITU-T G.711 §3, tables 1a to 2b).

/// The linear value of each A-law byte: 13 bits, left-justified in 16.
pub static A_LAW: [i16; 256] = table(true);
/// The linear value of each µ-law byte: 14 bits, left-justified in 16.
pub static MU_LAW: [i16; 256] = table(false);

const fn table(a_law: bool) -> [i16; 256] {
    let mut values = [0; 256];
    let mut byte = 0u8;
    loop {
        values[byte as usize] = if a_law { from_a_law(byte) } else { from_mu_law(byte) };
        if byte == u8::MAX {
            return values;
        }
        byte += 1;
    }
}

/// Every other bit is inverted on the line (§3.2); the value is the middle of the interval that was coded.
const fn from_a_law(byte: u8) -> i16 {
    let coded = byte ^ 0x55;
    let (segment, step) = ((coded >> 4) & 7, (coded & 0x0F) as i16);
    let magnitude = match segment {
        0 => (step << 4) + 8,
        _ => ((step << 4) + 0x108) << (segment - 1),
    };
    // The sign bit is set for positive values.
    if coded & 0x80 != 0 { magnitude } else { -magnitude }
}

/// The A-law byte of a linear sample of 16 bits.
pub fn to_a_law(sample: i16) -> u8 {
    const EVEN_BITS: u8 = 0x55;
    let sign = if sample >= 0 { 0x80 } else { 0 };
    let magnitude = if sample >= 0 { sample } else { !sample } >> 4;
    let segment = magnitude.checked_ilog2().map_or(0, |position| position.saturating_sub(3));
    let step = magnitude >> segment.saturating_sub(1) & 0x0F;
    let code = u8::try_from(segment).expect("at most 7") << 4 | u8::try_from(step).expect("four bits");
    (sign | code) ^ EVEN_BITS
}

/// All bits are inverted on the line (§3.3); segments begin at a bias of 33 in 14 bits, 132 in 16.
const fn from_mu_law(byte: u8) -> i16 {
    const BIAS: i16 = 0x84;
    let coded = !byte;
    let (segment, step) = ((coded >> 4) & 7, (coded & 0x0F) as i16);
    let magnitude = (((step << 3) + BIAS) << segment) - BIAS;
    if coded & 0x80 != 0 { -magnitude } else { magnitude }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ends of segments as tables 1a and 2a of G.711 have them, scaled to 16 bits.
    #[test]
    fn bytes_have_the_values_of_the_recommendation() {
        for (byte, value) in [(0xD5, 8), (0x55, -8), (0xAA, 32_256), (0x2A, -32_256), (0xC5, 264), (0x80, 5_504)] {
            assert_eq!(A_LAW[byte], value, "A-law {byte:#04x}");
        }
        for (byte, value) in [(0xFF, 0), (0x7F, 0), (0x80, 32_124), (0x00, -32_124), (0xFE, 8), (0xEF, 132)] {
            assert_eq!(MU_LAW[byte], value, "µ-law {byte:#04x}");
        }
    }

    #[test]
    fn each_half_of_a_table_rises_and_the_halves_mirror_each_other() {
        for (table, inverted) in [(&A_LAW, 0x55), (&MU_LAW, 0xFF)] {
            let half: Vec<i16> = (0..128).map(|coded: usize| table[(coded | 0x80) ^ inverted]).collect();
            let step = half[1] - half[0];
            assert!(half.windows(2).all(|pair| (pair[1] - pair[0]) * step.signum() > 0));
            assert!((0..128).all(|coded: usize| table[coded ^ inverted] == -half[coded]));
        }
    }

    #[test]
    fn a_sample_is_coded_as_the_nearest_value_below_or_above_it() {
        for sample in (i16::MIN..=i16::MAX).step_by(7) {
            let back = i32::from(A_LAW[usize::from(to_a_law(sample))]);
            let allowed = (i32::from(sample).abs() / 30).max(16);
            assert!((back - i32::from(sample)).abs() <= allowed, "{sample} {back}");
        }
        assert_eq!((to_a_law(0), to_a_law(-1)), (0xD5, 0x55));
    }
}
