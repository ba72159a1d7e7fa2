//! Nonces that a server knows again without keeping them.

use std::fmt::{self, Write};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::equal;

/// Hexadecimal digits of the time.
const TIME_DIGITS: usize = 16;
/// Bytes of the sum that are sent; half of SHA-256 is more than can be guessed within a nonce's age.
const SUM_BYTES: usize = 16;

/// Makes and judges nonces: the time and a keyed sum (HMAC-SHA-256) of it and of who asked.
///
/// Nothing is kept before a peer has authenticated. The price: within its age a nonce can be answered again
/// by whoever hears it and shares the source; who minds compares [`super::DigestResponse::nonce_count`].
///
/// ```
/// use std::time::Duration;
/// use base::http_auth::{NonceAge, NonceKey};
///
/// let key = NonceKey::new([7; 32], Duration::from_secs(300));
/// let minted = Duration::from_secs(1_790_000_000);
/// let nonce = key.mint(minted, b"192.0.2.7");
/// assert_eq!(key.judge(&nonce, minted + Duration::from_secs(20), b"192.0.2.7"), NonceAge::Fresh);
/// assert_eq!(key.judge(&nonce, minted + Duration::from_secs(301), b"192.0.2.7"), NonceAge::Stale);
/// assert_eq!(key.judge(&nonce, minted, b"198.51.100.1"), NonceAge::Foreign);
/// ```
#[derive(Clone)]
pub struct NonceKey {
    key: [u8; 32],
    max_age: Duration,
}

/// What a nonce that came back is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NonceAge {
    /// Ours, for this source, and young enough.
    Fresh,
    /// Ours, for this source, and too old or from the future: challenge again with `stale`.
    Stale,
    /// Not ours, or given to another source.
    Foreign,
}

impl fmt::Debug for NonceKey {
    /// Without the key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NonceKey").field("max_age", &self.max_age).finish_non_exhaustive()
    }
}

impl NonceKey {
    /// `key` is random and secret; nonces stay valid over a restart as long as it is the same.
    pub const fn new(key: [u8; 32], max_age: Duration) -> Self {
        Self { key, max_age }
    }

    /// A nonce for a source. `time` counts from any origin that all calls share, such as 1970; milliseconds
    /// are kept. `source` is whatever must not change between challenge and answer; for SIP the IP address,
    /// without the port, which a router may change (RFC 5626 §4).
    pub fn mint(&self, time: Duration, source: &[u8]) -> String {
        let millis = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        self.write(millis, source)
    }

    /// Judges a nonce that came back.
    pub fn judge(&self, nonce: &str, time: Duration, source: &[u8]) -> NonceAge {
        let Some(millis) = nonce.get(..TIME_DIGITS).and_then(|digits| u64::from_str_radix(digits, 16).ok()) else {
            return NonceAge::Foreign;
        };
        if !equal(nonce, &self.write(millis, source)) {
            return NonceAge::Foreign;
        }
        match time.checked_sub(Duration::from_millis(millis)) {
            Some(age) if age <= self.max_age => NonceAge::Fresh,
            _ => NonceAge::Stale,
        }
    }

    fn write(&self, millis: u64, source: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes keys of any length");
        mac.update(&millis.to_be_bytes());
        mac.update(source);
        let mut nonce = format!("{millis:016x}");
        for byte in mac.finalize().into_bytes().iter().take(SUM_BYTES) {
            let _ = write!(nonce, "{byte:02x}");
        }
        nonce
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_minted_for_the_source_is_known_again() {
        let key = NonceKey::new([1; 32], Duration::from_secs(60));
        let time = Duration::from_millis(1_790_000_000_123);
        let nonce = key.mint(time, b"10.0.0.1");
        assert_eq!(nonce.len(), TIME_DIGITS + 2 * SUM_BYTES);
        assert_ne!(nonce, key.mint(time + Duration::from_millis(1), b"10.0.0.1"));
        assert_eq!(key.judge(&nonce, time, b"10.0.0.1"), NonceAge::Fresh);
        // The clock was set back.
        assert_eq!(key.judge(&nonce, time - Duration::from_millis(1), b"10.0.0.1"), NonceAge::Stale);
        let other = NonceKey::new([2; 32], Duration::from_secs(60));
        assert_eq!(other.judge(&nonce, time, b"10.0.0.1"), NonceAge::Foreign);
        for at in 0..nonce.len() {
            let mut forged = nonce.clone().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(key.judge(&forged, time, b"10.0.0.1"), NonceAge::Foreign, "{forged}");
        }
        for text in ["", "zz", &nonce[1..], &format!("{nonce}0"), "ääääääääääääääää"] {
            assert_eq!(key.judge(text, time, b"10.0.0.1"), NonceAge::Foreign, "{text}");
        }
    }
}
