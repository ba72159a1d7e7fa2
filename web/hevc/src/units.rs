//! Access units as MP4 holds them: NAL units, each behind its length (ISO/IEC 14496-15 §4.3.2).

/// Walks the NAL units of one access unit.
#[derive(Clone, Debug)]
pub(crate) struct Units<'a> {
    rest: &'a [u8],
    length_size: usize,
}

/// A length that leads out of the access unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overrun;

impl<'a> Units<'a> {
    /// `length_size` is 1 to 4 bytes.
    pub(crate) const fn new(unit: &'a [u8], length_size: usize) -> Self {
        Self { rest: unit, length_size }
    }
}

impl<'a> Iterator for Units<'a> {
    type Item = Result<&'a [u8], Overrun>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let found = self.rest.split_at_checked(self.length_size).and_then(|(length, rest)| {
            let length = length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            rest.split_at_checked(length)
        });
        let Some((nal, rest)) = found else {
            self.rest = &[];
            return Some(Err(Overrun));
        };
        self.rest = rest;
        Some(Ok(nal))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_follow_each_other_and_an_overrun_ends_them() {
        let walk = |bytes, length_size| Units::new(bytes, length_size).collect::<Vec<_>>();
        assert_eq!(walk(&[0, 2, 7, 8, 0, 0, 0, 1, 9], 2), [Ok(&[7, 8][..]), Ok(&[]), Ok(&[9])]);
        assert_eq!(walk(&[2, 7, 8, 2, 9], 1), [Ok(&[7, 8][..]), Err(Overrun)]);
        assert_eq!(walk(&[255, 255, 255, 255, 1], 4), [Err(Overrun)]);
        assert_eq!(walk(&[0, 0], 4), [Err(Overrun)]);
        assert_eq!(walk(&[], 4), []);
    }
}
