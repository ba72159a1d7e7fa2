//! First run, sign-in, sessions, passwords.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};
use base::ErrorKind;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Database, DbError, User};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;

use crate::unix_now;

/// Shortest password.
pub const MIN_PASSWORD_LEN: usize = 10;
/// Longest password.
pub const MAX_PASSWORD_LEN: usize = 256;
/// Life of a sign-in session.
pub const SESSION_LIFE_S: i64 = 12 * 3600;
/// The one role so far.
pub const ADMINISTRATOR: &str = "administrator";
/// The account of the first run.
pub const ADMIN_NAME: &str = "admin";
/// Failures of one address or name before it must wait.
const FREE_FAILURES: u32 = 5;
/// Longest wait after failures.
const MAX_LOCK: Duration = Duration::from_secs(300);
/// Addresses and names whose failures are remembered.
const MAX_REMEMBERED: usize = 10_000;
/// Password hashes computed at a time: each takes 19 MiB.
const PARALLEL_HASHES: usize = 2;

/// Why an account request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Name or password is wrong.
    #[error("The name or the password is wrong.")]
    WrongCredentials,
    /// Too many failures.
    #[error("Too many failed attempts; wait {} seconds.", retry_after.as_secs().max(1))]
    Locked {
        /// How long to wait.
        retry_after: Duration,
    },
    /// The password does not fit.
    #[error("A password has {MIN_PASSWORD_LEN} to {MAX_PASSWORD_LEN} characters.")]
    BadPassword,
    /// The first run is over.
    #[error("The administrator's password is set already; sign in.")]
    SetupDone,
    /// The first run must be done first.
    #[error("Set the administrator's password first: open the address that the server printed at its start.")]
    SetupRequired,
    /// The code of the first run is wrong.
    #[error(
        "The setup code is wrong; the server printed it at its start and keeps it in setup-code in its data folder."
    )]
    WrongSetupCode,
    /// The session has ended.
    #[error("Sign in.")]
    NoSession,
    /// Storage failed.
    #[error("The accounts cannot be read or written: {0}.")]
    Storage(#[source] DbError),
    /// Hashing failed.
    #[error("The password could not be hashed.")]
    Hashing,
}

impl AccountError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::WrongCredentials | Self::NoSession => ErrorKind::Unauthorized,
            Self::Locked { .. } => ErrorKind::Exhausted,
            Self::BadPassword => ErrorKind::InvalidInput,
            Self::SetupDone | Self::SetupRequired => ErrorKind::Conflict,
            Self::WrongSetupCode => ErrorKind::Forbidden,
            Self::Storage(error) => error.kind(),
            Self::Hashing => ErrorKind::Internal,
        }
    }
}

impl From<DbError> for AccountError {
    fn from(error: DbError) -> Self {
        Self::Storage(error)
    }
}

/// A new session.
#[derive(Clone)]
pub struct SignedIn {
    /// Bearer token; only its hash is stored.
    pub token: String,
    /// Unix seconds.
    pub expires_at: i64,
    /// Who.
    pub user: User,
}

/// Accounts of people.
pub struct Accounts {
    database: Database,
    setup_code: Mutex<Option<String>>,
    failures: Mutex<HashMap<String, Failures>>,
    hashing: Arc<Semaphore>,
    /// Hash of a password nobody has, so that unknown names take as long as known ones.
    decoy: String,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accounts(..)")
    }
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    last: Instant,
}

impl Accounts {
    /// Accounts in `database`; `setup_code` guards the first run.
    ///
    /// # Errors
    /// When hashing does not work at all.
    pub fn new(database: Database, setup_code: Option<String>) -> Result<Self, AccountError> {
        Ok(Self {
            database,
            setup_code: Mutex::new(setup_code),
            failures: Mutex::default(),
            hashing: Arc::new(Semaphore::new(PARALLEL_HASHES)),
            decoy: hash(&random_token())?,
        })
    }

    /// Whether the first run is still to be done.
    ///
    /// # Errors
    /// [`AccountError::Storage`].
    pub async fn needs_setup(&self) -> Result<bool, AccountError> {
        Ok(self.database.has_no_users().await?)
    }

    /// First run: creates the administrator and signs in.
    ///
    /// # Errors
    /// When it is done already, the code is wrong, or the password does not fit.
    pub async fn set_up(&self, code: Option<&str>, password: &str, address: IpAddr) -> Result<SignedIn, AccountError> {
        if !self.needs_setup().await? {
            return Err(AccountError::SetupDone);
        }
        self.check_lock(&address.to_string())?;
        let expected = self.setup_code.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(expected) = expected
            && !same_secret(&expected, code.unwrap_or_default())
        {
            self.note_failure(&address.to_string());
            return Err(AccountError::WrongSetupCode);
        }
        let password_hash = self.hash_password(password).await?;
        match self.database.add_user(ADMIN_NAME, &password_hash, ADMINISTRATOR, unix_now()).await {
            Ok(_) => {}
            Err(DbError::Exists) => return Err(AccountError::SetupDone),
            Err(error) => return Err(error.into()),
        }
        *self.setup_code.lock().unwrap_or_else(PoisonError::into_inner) = None;
        tracing::info!(%address, "The administrator's password was set.");
        self.login(ADMIN_NAME, password, address).await
    }

    /// Sets the password of the administrator, who is created when absent. For the command line and `--dev`.
    ///
    /// # Errors
    /// When the password does not fit or storage fails.
    pub async fn force_admin_password(&self, password: &str) -> Result<(), AccountError> {
        let password_hash = self.hash_password(password).await?;
        if !self.database.set_password(ADMIN_NAME, &password_hash).await? {
            self.database.add_user(ADMIN_NAME, &password_hash, ADMINISTRATOR, unix_now()).await?;
        }
        Ok(())
    }

    /// Signs in.
    ///
    /// # Errors
    /// When name or password is wrong, or too many attempts failed.
    pub async fn login(&self, name: &str, password: &str, address: IpAddr) -> Result<SignedIn, AccountError> {
        if self.needs_setup().await? {
            return Err(AccountError::SetupRequired);
        }
        let (by_address, by_name) =
            (address.to_string(), format!("name:{}", name.chars().take(64).collect::<String>()));
        self.check_lock(&by_address)?;
        self.check_lock(&by_name)?;
        let user = self.database.user_by_name(name).await?;
        let stored = user.as_ref().map_or_else(|| self.decoy.clone(), |user| user.password_hash.clone());
        let right = self.verify_password(password, stored).await?;
        let Some(user) = user.filter(|_| right) else {
            self.note_failure(&by_address);
            self.note_failure(&by_name);
            tracing::info!(%address, "A sign-in failed.");
            return Err(AccountError::WrongCredentials);
        };
        self.forget_failures(&[&by_address, &by_name]);
        let token = random_token();
        let now = unix_now();
        let expires_at = now + SESSION_LIFE_S;
        self.database.add_login(&token_hash(&token), user.id, now, expires_at).await?;
        tracing::info!(%address, user = user.name, "Signed in.");
        Ok(SignedIn { token, expires_at, user })
    }

    /// The user of a bearer token.
    ///
    /// # Errors
    /// [`AccountError::NoSession`] when it has ended.
    pub async fn authenticate(&self, token: &str) -> Result<User, AccountError> {
        self.database.user_by_login(&token_hash(token), unix_now()).await?.ok_or(AccountError::NoSession)
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`AccountError::Storage`].
    pub async fn logout(&self, token: &str) -> Result<(), AccountError> {
        Ok(self.database.remove_login(&token_hash(token)).await?)
    }

    /// Changes a password and ends all sessions of the user.
    ///
    /// # Errors
    /// When the present password is wrong or the new one does not fit.
    pub async fn change_password(&self, user: &User, current: &str, new: &str) -> Result<(), AccountError> {
        let by_name = format!("name:{}", user.name);
        self.check_lock(&by_name)?;
        if !self.verify_password(current, user.password_hash.clone()).await? {
            self.note_failure(&by_name);
            return Err(AccountError::WrongCredentials);
        }
        let password_hash = self.hash_password(new).await?;
        self.database.set_password(&user.name, &password_hash).await?;
        Ok(())
    }

    async fn hash_password(&self, password: &str) -> Result<String, AccountError> {
        if !(MIN_PASSWORD_LEN..=MAX_PASSWORD_LEN).contains(&password.chars().count()) {
            return Err(AccountError::BadPassword);
        }
        let password = password.to_owned();
        self.off_runtime(move || hash(&password)).await
    }

    async fn verify_password(&self, password: &str, stored: String) -> Result<bool, AccountError> {
        if password.chars().count() > MAX_PASSWORD_LEN {
            return Ok(false);
        }
        let password = password.to_owned();
        self.off_runtime(move || {
            let parsed = PasswordHash::new(&stored).map_err(|_| AccountError::Hashing)?;
            Ok(argon2().verify_password(password.as_bytes(), &parsed).is_ok())
        })
        .await
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

    fn check_lock(&self, who: &str) -> Result<(), AccountError> {
        let failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failed) = failures.get(who).filter(|failed| failed.count >= FREE_FAILURES) else {
            return Ok(());
        };
        let doublings = (failed.count - FREE_FAILURES).min(9);
        let lock = Duration::from_secs(1 << doublings).min(MAX_LOCK);
        match lock.checked_sub(failed.last.elapsed()) {
            Some(retry_after) if !retry_after.is_zero() => Err(AccountError::Locked { retry_after }),
            _ => Ok(()),
        }
    }

    fn note_failure(&self, who: &str) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MAX_REMEMBERED {
            failures.retain(|_, failed| failed.last.elapsed() < MAX_LOCK);
        }
        if failures.len() < MAX_REMEMBERED || failures.contains_key(who) {
            let failed = failures.entry(who.to_owned()).or_insert(Failures { count: 0, last: Instant::now() });
            failed.count = failed.count.saturating_add(1);
            failed.last = Instant::now();
        }
    }

    fn forget_failures(&self, whose: &[&str]) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        for who in whose {
            failures.remove(*who);
        }
    }
}

/// OWASP's second recommendation for Argon2id: 19 MiB, 2 passes, 1 lane.
fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::default())
}

fn hash(password: &str) -> Result<String, AccountError> {
    argon2().hash_password(password.as_bytes()).map(|hash| hash.to_string()).map_err(|_| AccountError::Hashing)
}

fn same_secret(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.as_slice().ct_eq(b.as_slice()).into()
}

/// 256 random bits, base64url.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

fn token_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    async fn accounts(code: Option<&str>) -> (tempfile::TempDir, Accounts) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&db::Place::File(folder.path().join("viaduct.db"))).await.unwrap();
        (folder, Accounts::new(database, code.map(str::to_owned)).unwrap())
    }

    #[tokio::test]
    async fn the_first_run_needs_its_code_and_happens_once() {
        let (_folder, accounts) = accounts(Some("code-7")).await;
        let before = accounts.login("admin", "whatever it is", HERE).await;
        assert!(matches!(before, Err(AccountError::SetupRequired)));
        for code in [None, Some("code-8")] {
            let wrong = accounts.set_up(code, "long enough password", HERE).await;
            assert!(matches!(wrong, Err(AccountError::WrongSetupCode)));
        }
        let short = accounts.set_up(Some("code-7"), "short", HERE).await;
        assert!(matches!(short, Err(AccountError::BadPassword)));
        let signed_in = accounts.set_up(Some("code-7"), "long enough password", HERE).await.unwrap();
        assert_eq!(accounts.authenticate(&signed_in.token).await.unwrap().name, "admin");
        let again = accounts.set_up(Some("code-7"), "another password!", HERE).await;
        assert!(matches!(again, Err(AccountError::SetupDone)));
    }

    #[tokio::test]
    async fn sessions_end_at_logout_and_when_the_password_changes() {
        let (_folder, accounts) = accounts(None).await;
        accounts.force_admin_password("the first password").await.unwrap();
        let one = accounts.login("admin", "the first password", HERE).await.unwrap();
        let two = accounts.login("admin", "the first password", HERE).await.unwrap();
        accounts.logout(&one.token).await.unwrap();
        assert!(accounts.authenticate(&one.token).await.is_err());
        let wrong = accounts.change_password(&two.user, "not the password", "the second password").await;
        assert!(matches!(wrong, Err(AccountError::WrongCredentials)));
        accounts.change_password(&two.user, "the first password", "the second password").await.unwrap();
        assert!(accounts.authenticate(&two.token).await.is_err());
        assert!(accounts.login("admin", "the second password", HERE).await.is_ok());
    }

    #[tokio::test]
    async fn repeated_failures_lock_the_address_and_the_name() {
        let (_folder, accounts) = accounts(None).await;
        accounts.force_admin_password("the first password").await.unwrap();
        for _ in 0..FREE_FAILURES {
            let failed = accounts.login("admin", "a wrong password", HERE).await;
            assert!(matches!(failed, Err(AccountError::WrongCredentials)));
        }
        let other_address = IpAddr::from([192, 0, 2, 1]);
        for address in [HERE, other_address] {
            let locked = accounts.login("admin", "the first password", address).await;
            assert!(matches!(locked, Err(AccountError::Locked { .. })));
        }
    }
}
