//! Counters that wrap on the wire and never wrap here.

/// Extends 16-bit sequence numbers to 64 bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct SequenceUnroller {
    last: Option<i64>,
}

impl SequenceUnroller {
    /// The extended number nearest to the last one. The first call returns `sequence` itself.
    pub fn unroll(&mut self, sequence: u16) -> i64 {
        let extended = match self.last {
            None => i64::from(sequence),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "modulo 2^16 is meant")]
            Some(last) => last + i64::from(sequence.wrapping_sub(last as u16).cast_signed()),
        };
        self.last = Some(self.last.map_or(extended, |last| last.max(extended)));
        extended
    }
}

/// Extends 32-bit time stamps to 64 bits.
#[derive(Clone, Copy, Debug, Default)]
pub struct TimestampUnroller {
    last: Option<i64>,
}

impl TimestampUnroller {
    /// The extended time stamp nearest to the last one. The first call returns `timestamp` itself.
    pub fn unroll(&mut self, timestamp: u32) -> i64 {
        let extended = self.peek(timestamp);
        self.last = Some(extended);
        extended
    }

    /// Like [`TimestampUnroller::unroll`] without becoming the new reference.
    pub fn peek(&self, timestamp: u32) -> i64 {
        match self.last {
            None => i64::from(timestamp),
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "modulo 2^32 is meant")]
            Some(last) => last.saturating_add(i64::from(timestamp.wrapping_sub(last as u32).cast_signed())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn steps_below_half_the_range_are_exact(
            start: u32,
            steps in prop::collection::vec(-0x7FFF_FFFFi32..=0x7FFF_FFFF, 0..50),
        ) {
            let mut unroller = TimestampUnroller::default();
            let mut expected = unroller.unroll(start);
            for step in steps {
                expected += i64::from(step);
                prop_assert_eq!(unroller.unroll(expected as u32), expected);
            }
        }
    }

    #[test]
    fn sequence_wraps_forward_and_tolerates_a_late_packet() {
        let mut unroller = SequenceUnroller::default();
        let extended: Vec<i64> =
            [65_534, 65_535, 1, 0, 2].into_iter().map(|sequence| unroller.unroll(sequence)).collect();
        assert_eq!(extended, [65_534, 65_535, 65_537, 65_536, 65_538]);
    }
}
