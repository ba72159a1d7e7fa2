//! Hashes of passwords, computed away from the runtime.

use std::sync::Arc;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use super::{AccountError, MAX_PASSWORD_LEN, MIN_PASSWORD_LEN, random_token};

/// Hashes computed at a time: each takes 19 MiB.
const PARALLEL_HASHES: usize = 2;

/// Hashes and compares.
#[derive(Debug)]
pub(super) struct Passwords {
    hashing: Arc<Semaphore>,
    /// Hash of a password nobody has, so that unknown names take as long as known ones.
    decoy: String,
}

impl Passwords {
    pub(super) fn new() -> Result<Self, AccountError> {
        Ok(Self { hashing: Arc::new(Semaphore::new(PARALLEL_HASHES)), decoy: hash(&random_token())? })
    }

    pub(super) async fn hash(&self, password: &str) -> Result<String, AccountError> {
        if !(MIN_PASSWORD_LEN..=MAX_PASSWORD_LEN).contains(&password.chars().count()) {
            return Err(AccountError::BadPassword);
        }
        let password = password.to_owned();
        self.off_runtime(move || hash(&password)).await
    }

    /// Compares with a stored hash; without one it takes as long and is wrong.
    pub(super) async fn verify(&self, password: &str, stored: Option<&str>) -> Result<bool, AccountError> {
        if password.chars().count() > MAX_PASSWORD_LEN {
            return Ok(false);
        }
        let stored = stored.filter(|hash| !hash.is_empty());
        let known = stored.is_some();
        let (password, stored) = (password.to_owned(), stored.unwrap_or(&self.decoy).to_owned());
        let same = self.off_runtime(move || {
            let parsed = PasswordHash::new(&stored).map_err(|_| AccountError::Hashing)?;
            Ok(argon2().verify_password(password.as_bytes(), &parsed).is_ok())
        });
        Ok(same.await? && known)
    }

    async fn off_runtime<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AccountError> + Send + 'static,
    ) -> Result<T, AccountError> {
        let permit = Arc::clone(&self.hashing).acquire_owned().await.map_err(|_| AccountError::Hashing)?;
        let done = tokio::task::spawn_blocking(move || {
            let _held = permit;
            work()
        });
        done.await.map_err(|_| AccountError::Hashing)?
    }
}

/// OWASP's second recommendation for Argon2id: 19 MiB, 2 passes, 1 lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

fn hash(password: &str) -> Result<String, AccountError> {
    argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|_| AccountError::Hashing)
}
