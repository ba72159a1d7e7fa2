//! `hvcC`: what a decoder must know before the first picture (ISO/IEC 14496-15 §8.3.2.1).

/// Bytes of a record; three parameter sets have a few hundred.
const MAX_RECORD_LEN: usize = 64 * 1024;
/// Parameter sets of all kinds: 16 VPS, 16 SPS and 64 PPS are what identifiers allow (H.265 §7.4.3).
const MAX_PARAMETER_SETS: usize = 96;
/// Where `lengthSizeMinusOne` and `numOfArrays` lie.
const LENGTH_SIZE_AT: usize = 21;
const ARRAYS_AT: usize = 22;

/// The record, as far as it matters here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// Bytes of the length before each NAL unit, 1 to 4.
    pub(crate) length_size: usize,
    /// NAL units without a length before them.
    pub(crate) parameter_sets: Vec<Vec<u8>>,
}

impl Config {
    /// `None` where the record is cut short or over a limit.
    pub(crate) fn parse(record: &[u8]) -> Option<Self> {
        if record.len() > MAX_RECORD_LEN {
            return None;
        }
        let length_size = usize::from(record.get(LENGTH_SIZE_AT)? & 3) + 1;
        let arrays = *record.get(ARRAYS_AT)?;
        let mut rest = &record[ARRAYS_AT + 1..];
        let mut parameter_sets = Vec::new();
        for _ in 0..arrays {
            let (head, behind) = rest.split_first_chunk::<3>()?;
            rest = behind;
            for _ in 0..u16::from_be_bytes([head[1], head[2]]) {
                let (length, behind) = rest.split_first_chunk::<2>()?;
                let (nal, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
                rest = behind;
                if parameter_sets.len() == MAX_PARAMETER_SETS {
                    return None;
                }
                parameter_sets.push(nal.to_vec());
            }
        }
        Some(Self { length_size, parameter_sets })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(arrays: &[u8]) -> Vec<u8> {
        let mut record = vec![1; LENGTH_SIZE_AT];
        record.push(0b1111_1101);
        record.extend_from_slice(arrays);
        record
    }

    #[test]
    fn parameter_sets_of_every_array_are_found() {
        let config = Config::parse(&record(&[2, 32, 0, 1, 0, 2, 7, 8, 33, 0, 2, 0, 1, 9, 0, 0])).unwrap();
        assert_eq!(config, Config { length_size: 2, parameter_sets: vec![vec![7, 8], vec![9], vec![]] });
    }

    #[test]
    fn a_record_that_is_cut_anywhere_is_refused() {
        let whole = record(&[1, 32, 0, 1, 0, 2, 7, 8]);
        assert!(Config::parse(&whole).is_some());
        assert!((0..whole.len()).all(|len| Config::parse(&whole[..len]).is_none()));
    }

    #[test]
    fn more_parameter_sets_than_identifiers_allow_are_refused() {
        let mut arrays = vec![1, 34, 0x7F, 0xFF];
        arrays.resize(MAX_RECORD_LEN / 2, 0);
        assert_eq!(Config::parse(&record(&arrays)), None);
    }
}
