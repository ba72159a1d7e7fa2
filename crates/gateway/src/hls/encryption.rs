//! Segments that only who has the key can read: AES-128 in cipher block chaining over whole segments, padded as
//! PKCS #7 says (RFC 8216 §4.3.2.4 and §5.2).
//!
//! A segment is encrypted once, frame by frame as it grows, so that no thread has a whole one to do at its end. The
//! initialisation vector is the segment's number: no two segments of a key have the same.

use std::collections::VecDeque;

use aes::Aes128;
use bytes::{Bytes, BytesMut};
use cbc::cipher::{Block, BlockModeEncrypt, KeyIvInit};

/// Segments of one key; with segments of two seconds a key lasts a minute.
pub(super) const SEGMENTS_PER_KEY: u64 = 30;

const BLOCK_LEN: usize = 16;

type KeyBytes = [u8; 16];

/// The keys of one rendition, each under the number of the first segment that it is for.
#[derive(Default)]
pub(super) struct Keys {
    by_first: VecDeque<(u64, KeyBytes)>,
}

impl Keys {
    /// Begins a segment with the present key, or a new one when that is used up. Returns the key's number too.
    pub(super) fn begin(&mut self, segment: u64) -> (u64, SegmentCipher) {
        let present = self.by_first.back().filter(|(first, _)| segment < first + SEGMENTS_PER_KEY);
        let (first, key) = present.copied().unwrap_or_else(|| {
            let new = (segment, rand::random());
            self.by_first.push_back(new);
            new
        });
        (first, SegmentCipher::new(&key, initialisation_vector(segment)))
    }

    /// The key of this number.
    pub(super) fn get(&self, number: u64) -> Option<Bytes> {
        let (_, key) = self.by_first.iter().find(|(first, _)| *first == number)?;
        Some(Bytes::copy_from_slice(key))
    }

    /// Forgets the keys of segments before `first`.
    pub(super) fn forget_before(&mut self, first: u64) {
        while self.by_first.get(1).is_some_and(|(next, _)| *next <= first) {
            self.by_first.pop_front();
        }
    }
}

/// Of a segment.
pub(super) fn initialisation_vector(segment: u64) -> u128 {
    u128::from(segment)
}

/// A segment that grows.
pub(super) struct SegmentCipher {
    cipher: cbc::Encryptor<Aes128>,
    bytes: BytesMut,
    /// Bytes that are encrypted already: whole blocks.
    encrypted: usize,
}

impl SegmentCipher {
    fn new(key: &KeyBytes, initialisation_vector: u128) -> Self {
        let cipher = cbc::Encryptor::new(&(*key).into(), &initialisation_vector.to_be_bytes().into());
        Self { cipher, bytes: BytesMut::new(), encrypted: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    pub(super) fn push(&mut self, clear: &[u8]) {
        self.bytes.extend_from_slice(clear);
        let (blocks, _rest) = Block::<Aes128>::slice_as_chunks_mut(&mut self.bytes[self.encrypted..]);
        self.cipher.encrypt_blocks(blocks);
        self.encrypted += blocks.len() * BLOCK_LEN;
    }

    /// Pads and returns the segment.
    pub(super) fn finish(mut self) -> Bytes {
        let padding = BLOCK_LEN - self.bytes.len() % BLOCK_LEN;
        self.push(&vec![u8::try_from(padding).expect("at most a block"); padding]);
        self.bytes.freeze()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;

    #[test]
    fn bytes_are_as_nist_has_them_however_they_come() {
        // NIST SP 800-38A F.2.1, with a block of padding behind.
        let key = hex!("2b7e151628aed2a6abf7158809cf4f3c");
        let vector = u128::from_be_bytes(hex!("000102030405060708090a0b0c0d0e0f"));
        let clear =
            hex!("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52ef");
        let expected =
            hex!("7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b273bed6b8e3c1743b7116e69e22229516");
        for step in [1, 7, 16, 17, 48] {
            let mut cipher = SegmentCipher::new(&key, vector);
            clear.chunks(step).for_each(|bytes| cipher.push(bytes));
            let bytes = cipher.finish();
            assert_eq!((&bytes[..48], bytes.len()), (&expected[..], 64), "in pieces of {step}");
        }
    }

    #[test]
    fn a_key_serves_its_segments_and_goes_with_the_last() {
        let mut keys = Keys::default();
        let numbers: Vec<u64> = (7..7 + 2 * SEGMENTS_PER_KEY).map(|segment| keys.begin(segment).0).collect();
        let second = 7 + SEGMENTS_PER_KEY;
        assert_eq!((numbers[0], numbers[29], numbers[30], numbers[59]), (7, 7, second, second));
        assert_ne!(keys.get(7).unwrap(), keys.get(second).unwrap());
        keys.forget_before(second - 1);
        assert!(keys.get(7).is_some() && keys.get(8).is_none());
        keys.forget_before(second);
        assert!(keys.get(7).is_none() && keys.get(second).is_some());
    }
}
