//! Branches, tags and call identifiers that nobody else can guess.

use std::fmt::{self, Write};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Bytes of a token: 128 bits (RFC 3261 §19.3 asks for 32 at least).
const TOKEN_BYTES: usize = 16;

/// Makes tokens from a secret seed of the caller's, as nothing here draws random numbers: keyed sums of a
/// counter, or of what a token shall be the same for.
#[derive(Clone)]
pub(crate) struct TokenSource {
    seed: [u8; 32],
    count: u64,
}

impl fmt::Debug for TokenSource {
    /// Without the seed, by which every token could be foretold.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenSource({})", self.count)
    }
}

impl TokenSource {
    pub(crate) const fn new(seed: [u8; 32]) -> Self {
        Self { seed, count: 0 }
    }

    /// Another token at each call.
    pub(crate) fn fresh(&mut self) -> String {
        self.count += 1;
        self.sum(&[b"count", &self.count.to_be_bytes()])
    }

    /// The same token for the same bytes: the tag of a response that is not remembered (§8.2.7).
    pub(crate) fn for_bytes(&self, bytes: &[u8]) -> String {
        self.sum(&[b"bytes", bytes])
    }

    fn sum(&self, parts: &[&[u8]]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.seed).expect("HMAC takes keys of any length");
        for part in parts {
            mac.update(part);
        }
        let mut token = String::with_capacity(2 * TOKEN_BYTES);
        for byte in mac.finalize().into_bytes().iter().take(TOKEN_BYTES) {
            let _ = write!(token, "{byte:02x}");
        }
        token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_depend_on_seed_and_count_alone() {
        let (mut one, mut same, mut other) =
            (TokenSource::new([1; 32]), TokenSource::new([1; 32]), TokenSource::new([2; 32]));
        let first = one.fresh();
        assert_eq!(first.len(), 2 * TOKEN_BYTES);
        assert_eq!(first, same.fresh());
        assert_ne!(first, other.fresh());
        assert_ne!(first, one.fresh());
        assert_eq!(one.for_bytes(b"a"), same.for_bytes(b"a"));
        assert_ne!(one.for_bytes(b"a"), one.for_bytes(b"b"));
    }
}
