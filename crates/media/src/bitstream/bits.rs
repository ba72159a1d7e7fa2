//! A checked bit reader over raw byte sequence payloads.

use super::ParseError;

/// Reads big-endian bits; every read is checked.
#[derive(Clone, Debug)]
pub struct BitReader<'a> {
    bytes: &'a [u8],
    position: usize,
    what: &'static str,
}

impl<'a> BitReader<'a> {
    /// A reader over `bytes`; `what` names the structure in errors.
    pub const fn new(bytes: &'a [u8], what: &'static str) -> Self {
        Self { bytes, position: 0, what }
    }

    /// Bits not read yet.
    pub const fn remaining_bits(&self) -> usize {
        self.bytes.len() * 8 - self.position
    }

    /// Bits read so far.
    pub const fn position_bits(&self) -> usize {
        self.position
    }

    /// One bit.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] at the end.
    pub fn flag(&mut self) -> Result<bool, ParseError> {
        let byte = self.bytes.get(self.position / 8).ok_or(ParseError::Truncated { what: self.what })?;
        let bit = byte >> (7 - self.position % 8) & 1;
        self.position += 1;
        Ok(bit == 1)
    }

    /// `count` bits, at most 32.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] at the end.
    ///
    /// # Panics
    /// When `count` is over 32.
    pub fn bits(&mut self, count: u32) -> Result<u32, ParseError> {
        assert!(count <= 32, "at most 32 bits fit the result");
        let mut value = 0u64;
        for _ in 0..count {
            value = value << 1 | u64::from(self.flag()?);
        }
        Ok(u32::try_from(value).expect("32 bits fit"))
    }

    /// `count` bits that are at most 8.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] at the end.
    pub fn byte_bits(&mut self, count: u32) -> Result<u8, ParseError> {
        debug_assert!(count <= 8);
        Ok(u8::try_from(self.bits(count)?).expect("8 bits fit"))
    }

    /// Passes over `count` bits.
    ///
    /// # Errors
    /// [`ParseError::Truncated`] when fewer remain.
    pub fn skip(&mut self, count: usize) -> Result<(), ParseError> {
        if count > self.remaining_bits() {
            return Err(ParseError::Truncated { what: self.what });
        }
        self.position += count;
        Ok(())
    }

    /// `ue(v)`: unsigned Exp-Golomb (H.264 §9.1).
    ///
    /// # Errors
    /// [`ParseError`] at the end or beyond 32 bits.
    pub fn ue(&mut self) -> Result<u32, ParseError> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return Err(ParseError::OutOfRange { what: self.what });
            }
        }
        let suffix = u64::from(self.bits(zeros)?);
        Ok(u32::try_from((1u64 << zeros) - 1 + suffix).expect("at most 2^32 - 2"))
    }

    /// `se(v)`: signed Exp-Golomb (H.264 §9.1.1).
    ///
    /// # Errors
    /// As [`BitReader::ue`].
    pub fn se(&mut self) -> Result<i64, ParseError> {
        let code = i64::from(self.ue()?);
        Ok(if code % 2 == 0 { -(code / 2) } else { code / 2 + 1 })
    }

    /// `leb128()` of AV1 §4.10.5; the reader must be byte-aligned.
    ///
    /// # Errors
    /// [`ParseError`] at the end or beyond 32 bits.
    pub fn leb128(&mut self) -> Result<u32, ParseError> {
        let mut value = 0u64;
        for shift in 0..8 {
            let byte = self.bits(8)?;
            value |= u64::from(byte & 0x7F) << (shift * 7);
            if byte & 0x80 == 0 {
                return u32::try_from(value).map_err(|_| ParseError::OutOfRange { what: self.what });
            }
        }
        Err(ParseError::OutOfRange { what: self.what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_golomb_codes_follow_table_9_2() {
        // 1 010 011 00100 00101 -> 0 1 2 3 4
        let bytes = [0b1010_0110, 0b0100_0010, 0b1000_0000];
        let mut reader = BitReader::new(&bytes, "test");
        let values: Vec<u32> = (0..5).map(|_| reader.ue().unwrap()).collect();
        assert_eq!(values, [0, 1, 2, 3, 4]);
        let mut reader = BitReader::new(&bytes, "test");
        let values: Vec<i64> = (0..5).map(|_| reader.se().unwrap()).collect();
        assert_eq!(values, [0, 1, -1, 2, -2]);
    }

    #[test]
    fn reading_past_the_end_is_an_error() {
        let mut reader = BitReader::new(&[0xFF], "test");
        assert!(reader.bits(9).is_err());
        assert!(BitReader::new(&[0; 8], "test").ue().is_err());
        assert!(BitReader::new(&[0x80; 9], "test").leb128().is_err());
    }
}
