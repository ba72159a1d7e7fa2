//! NAL unit framing: length prefixes, start codes, emulation prevention.

use bytes::{BufMut, Bytes, BytesMut};

/// Iterates over NAL units that stand behind 4-byte lengths; stops at the first that does not fit.
#[derive(Clone, Debug)]
pub struct LengthPrefixed<'a> {
    rest: &'a [u8],
}

/// The NAL units of a canonical H.264 or H.265 payload.
pub const fn length_prefixed(payload: &[u8]) -> LengthPrefixed<'_> {
    LengthPrefixed { rest: payload }
}

impl LengthPrefixed<'_> {
    /// Bytes after the last unit that fits: 0 for a well-formed payload.
    pub const fn unread_len(&self) -> usize {
        self.rest.len()
    }
}

impl<'a> Iterator for LengthPrefixed<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.rest.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let nal = rest.get(..length)?;
        self.rest = &rest[length..];
        Some(nal)
    }
}

/// Appends one NAL unit with its 4-byte length.
///
/// # Panics
/// When the unit is 4 GiB or longer.
pub fn put_length_prefixed(out: &mut BytesMut, nal: &[u8]) {
    out.put_u32(u32::try_from(nal.len()).expect("a NAL unit is under 4 GiB"));
    out.put_slice(nal);
}

/// Rewrites samples whose length field has `length_size` bytes (1 to 4) to 4-byte lengths; shares the
/// input where it is canonical already. A unit that does not fit ends the result.
pub fn canonical_lengths(sample: Bytes, length_size: u8) -> Bytes {
    if length_size == 4 {
        return sample;
    }
    let size = usize::from(length_size.clamp(1, 3));
    let mut out = BytesMut::with_capacity(sample.len() + 64);
    let mut rest = &sample[..];
    while rest.len() >= size {
        let length = rest[..size].iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
        let Some(nal) = rest.get(size..size + length) else {
            break;
        };
        put_length_prefixed(&mut out, nal);
        rest = &rest[size + length..];
    }
    out.freeze()
}

/// Iterates over the NAL units of a byte stream with start codes (H.264 annex B, H.265 annex B).
pub fn annex_b(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(stream);
    std::iter::from_fn(move || {
        loop {
            let current = rest?;
            let (nal, next) = match find_start_code(current) {
                Some(at) => (&current[..at], after_start_code(&current[at..])),
                None => (current, None),
            };
            rest = next;
            let end = nal.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            if end > 0 {
                return Some(&nal[..end]);
            }
        }
    })
}

/// Where the first `00 00 01` stands. Looks at every third byte where nothing is near.
pub fn find_start_code(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            0 => at += 1,
            1 if bytes[at - 2..at] == [0, 0] => return Some(at - 2),
            _ => at += 3,
        }
    }
    None
}

fn after_start_code(bytes: &[u8]) -> Option<&[u8]> {
    find_start_code(bytes).map(|at| &bytes[at + 3..])
}

/// The raw byte sequence payload: `nal` without emulation prevention bytes (H.264 §7.4.1, H.265 §7.4.2).
pub fn unescape(nal: &[u8]) -> Vec<u8> {
    let mut rbsp = Vec::with_capacity(nal.len());
    let mut zeros = 0;
    for &byte in nal {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        rbsp.push(byte);
    }
    rbsp
}

/// Inserts emulation prevention bytes: the inverse of [`unescape`].
pub fn escape(rbsp: &[u8]) -> Vec<u8> {
    let mut nal = Vec::with_capacity(rbsp.len() + 8);
    let mut zeros = 0;
    for &byte in rbsp {
        if zeros >= 2 && byte <= 3 {
            nal.push(3);
            zeros = 0;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        nal.push(byte);
    }
    nal
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn escape_and_unescape_are_inverse(rbsp in prop::collection::vec(0u8..5, 0..200)) {
            let nal = escape(&rbsp);
            prop_assert!(!nal.windows(3).any(|window| window[..2] == [0, 0] && window[2] < 3));
            prop_assert_eq!(unescape(&nal), rbsp);
        }

        #[test]
        fn length_prefixes_round_trip(nals in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..8)) {
            let mut out = BytesMut::new();
            for nal in &nals {
                put_length_prefixed(&mut out, nal);
            }
            let read: Vec<Vec<u8>> = length_prefixed(&out).map(<[u8]>::to_vec).collect();
            prop_assert_eq!(read, nals);
        }

        #[test]
        fn start_codes_are_found(bytes in prop::collection::vec(0u8..3, 0..60)) {
            prop_assert_eq!(find_start_code(&bytes), bytes.windows(3).position(|window| window == [0, 0, 1]));
        }

        #[test]
        fn any_bytes_are_walked_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), size in 0u8..6) {
            let _ = length_prefixed(&bytes).count();
            let _ = annex_b(&bytes).count();
            let _ = canonical_lengths(Bytes::from(bytes), size);
        }
    }

    #[test]
    fn annex_b_takes_three_and_four_byte_start_codes() {
        let stream = [0, 0, 0, 1, 0x67, 1, 0, 0, 1, 0x68, 2, 0, 0, 0, 1, 0x65];
        let nals: Vec<&[u8]> = annex_b(&stream).collect();
        assert_eq!(nals, [&[0x67, 1][..], &[0x68, 2], &[0x65]]);
    }

    #[test]
    fn short_lengths_become_four_bytes() {
        let sample = Bytes::from_static(&[0, 2, 0x65, 1, 0, 1, 0x41]);
        assert_eq!(canonical_lengths(sample, 2)[..], [0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 0x41]);
    }
}
