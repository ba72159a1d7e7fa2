//! The second factor: time-based codes of RFC 6238 (SHA-1, six digits, 30 s), as every authenticator app makes them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use totp_rs::{Builder, Secret, Totp};

use super::AccountError;

/// Bytes of a secret: what RFC 4226 recommends.
const SECRET_LEN: usize = 20;
/// Time from showing a secret to its first code.
const ENROLMENT: Duration = Duration::from_secs(600);
/// Enrolments under way.
const MAX_ENROLMENTS: usize = 1000;

/// What an authenticator app needs; shown once.
#[derive(Clone)]
pub struct Enrolment {
    /// To type in: base32.
    pub secret: String,
    /// To scan: `otpauth://totp/...`.
    pub url: String,
}

/// Secrets that were shown and not yet confirmed by a code.
#[derive(Default)]
pub(super) struct Enrolments {
    begun: Mutex<HashMap<i64, (Vec<u8>, Instant)>>,
}

impl Enrolments {
    /// A new secret for a user; an earlier one that was not confirmed is forgotten.
    pub(super) fn begin(&self, user: i64, name: &str, issuer: &str) -> Result<Enrolment, AccountError> {
        let secret = rand::random::<[u8; SECRET_LEN]>().to_vec();
        let code = totp(&secret, name, issuer)?;
        let url = code.to_url().map_err(|_| AccountError::Hashing)?;
        let mut begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.retain(|_, (_, at)| at.elapsed() < ENROLMENT);
        if begun.len() >= MAX_ENROLMENTS {
            return Err(AccountError::Locked { retry_after: ENROLMENT });
        }
        begun.insert(user, (secret, Instant::now()));
        Ok(Enrolment { secret: code.secret().to_base32(), url })
    }

    /// The secret that a user was shown lately.
    pub(super) fn secret(&self, user: i64) -> Option<Vec<u8>> {
        let begun = self.begun.lock().unwrap_or_else(PoisonError::into_inner);
        begun.get(&user).filter(|(_, at)| at.elapsed() < ENROLMENT).map(|(secret, _)| secret.clone())
    }

    pub(super) fn end(&self, user: i64) {
        self.begun.lock().unwrap_or_else(PoisonError::into_inner).remove(&user);
    }
}

/// The time step of a code, if it is one of now or of a step before or after (RFC 6238 §5.2).
pub(super) fn step_of(secret: &[u8], code: &str, now: i64) -> Option<i64> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    let step = totp(secret, "user", "viaduct").ok()?.check(&code, u64::try_from(now).ok()?)?;
    i64::try_from(step).ok()
}

fn totp(secret: &[u8], name: &str, issuer: &str) -> Result<Totp, AccountError> {
    // A colon parts the issuer from the account.
    let builder = Builder::new().with_secret(Secret::from(secret.to_vec()));
    let builder = builder.with_account_name(name.replace(':', "-")).with_issuer(Some(issuer.replace(':', "-")));
    builder.build().map_err(|_| AccountError::Hashing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238 appendix B, the last six of eight digits.
        let secret = b"12345678901234567890";
        for (now, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (2_000_000_000, "279037")]
        {
            assert_eq!(step_of(secret, code, now), Some(now / 30), "{now}");
            assert_eq!(step_of(secret, code, now + 30), Some(now / 30), "a step late");
            assert_eq!(step_of(secret, code, now + 120), None, "long after");
        }
        assert_eq!(step_of(secret, "287 082", 59), Some(1), "as apps show it");
        for wrong in ["", "28708", "2870822", "abcdef", "287083"] {
            assert_eq!(step_of(secret, wrong, 59), None, "{wrong}");
        }
    }

    #[test]
    fn an_enrolment_can_be_scanned_and_typed() {
        let enrolments = Enrolments::default();
        let shown = enrolments.begin(7, "an:n", "Viaduct").unwrap();
        assert!(shown.url.starts_with("otpauth://totp/Viaduct:an-n?"), "{}", shown.url);
        assert!(shown.url.contains(&format!("secret={}", shown.secret)), "{}", shown.url);
        assert_eq!(enrolments.secret(7).unwrap().len(), SECRET_LEN);
        enrolments.end(7);
        assert_eq!(enrolments.secret(7), None);
    }
}
