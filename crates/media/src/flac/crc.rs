//! The checksums of frames (RFC 9639 §9.1.8 and §9.3): both begin at 0 and reflect nothing.

static TABLE_8: [u8; 256] = table_8();
static TABLE_16: [u16; 256] = table_16();

/// Of a header: x^8 + x^2 + x + 1.
pub(super) fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| TABLE_8[usize::from(sum ^ byte)])
}

/// Of a frame: x^16 + x^15 + x^2 + 1.
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum: u16, byte| {
        let [high, low] = sum.to_be_bytes();
        u16::from(low) << 8 ^ TABLE_16[usize::from(high ^ byte)]
    })
}

const fn table_8() -> [u8; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let (mut sum, mut bit) = (index as u8, 0);
        while bit < 8 {
            sum = sum << 1 ^ if sum & 0x80 != 0 { 0x07 } else { 0 };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
}

const fn table_16() -> [u16; 256] {
    let mut table = [0; 256];
    let mut index = 0;
    while index < 256 {
        let (mut sum, mut bit) = ((index as u16) << 8, 0);
        while bit < 8 {
            sum = sum << 1 ^ if sum & 0x8000 != 0 { 0x8005 } else { 0 };
            bit += 1;
        }
        table[index] = sum;
        index += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check values of CRC-8/SMBUS and CRC-16/UMTS, which are these.
    #[test]
    fn sums_are_those_of_the_catalogue() {
        assert_eq!(crc8(b"123456789"), 0xF4);
        assert_eq!(crc16(b"123456789"), 0xFEE8);
    }
}
