//! First run, sign-in with one or two factors, sessions, passwords, keys of programs.

mod keys;
mod lockout;
mod password;
mod second_factor;
mod sessions;

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Database, DbError, GrantRow, UserRow};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

pub use keys::{MAX_KEY_LIFE_S, NewKey};
pub use second_factor::Enrolment;
pub use sessions::SessionLife;

use crate::rights::{BadRole, Permissions, ROOT, Role};
use crate::unix_now;
use lockout::{Attempt, Lockout};
use password::Passwords;
use second_factor::{Enrolments, step_of};

/// Shortest password.
pub const MIN_PASSWORD_LEN: usize = 10;
/// Longest password.
pub const MAX_PASSWORD_LEN: usize = 256;
/// The account of the first run.
pub const ADMIN_NAME: &str = "admin";
/// What authenticator apps call us.
const ISSUER: &str = "Viaduct";
/// How exactly it is noted when a session or key was used.
const SEEN_EVERY_S: i64 = 60;
/// Bytes of what a browser says of itself that are kept.
const MAX_AGENT: usize = 200;

/// Why an account request failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// Name or password is wrong.
    #[error("The name or the password is wrong.")]
    WrongCredentials,
    /// Name and password are right, and a code is needed too.
    #[error("Enter the code that your authenticator app shows.")]
    CodeRequired,
    /// The code is wrong, or was used already.
    #[error("The code is wrong or was used already; wait for the next one.")]
    WrongCode,
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
    /// The session or key has ended.
    #[error("Sign in.")]
    NoSession,
    /// No second factor was begun, or too long ago.
    #[error("Begin again: scan the picture, then enter the code within ten minutes.")]
    NoEnrolment,
    /// There is no such session or key.
    #[error("There is no such session or key.")]
    NotFound,
    /// A key's name, life or number is out of range.
    #[error("{1}")]
    BadKey(Option<&'static str>, &'static str),
    /// A key's permissions are none.
    #[error(transparent)]
    BadPermissions(#[from] BadRole),
    /// Who signs in through a provider has no password.
    #[error(
        "This user signs in through the provider and has no password here; unlink the user from the provider first."
    )]
    Provided,
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
            Self::WrongCredentials | Self::CodeRequired | Self::WrongCode | Self::NoSession => ErrorKind::Unauthorized,
            Self::Locked { .. } => ErrorKind::Exhausted,
            Self::BadPassword | Self::BadKey(..) | Self::BadPermissions(_) => ErrorKind::InvalidInput,
            Self::SetupDone | Self::SetupRequired | Self::NoEnrolment => ErrorKind::Conflict,
            Self::WrongSetupCode => ErrorKind::Forbidden,
            Self::NotFound => ErrorKind::NotFound,
            Self::Provided => ErrorKind::Conflict,
            Self::Storage(error) => error.kind(),
            Self::Hashing => ErrorKind::Internal,
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::BadPassword => Some("password"),
            Self::BadKey(field, _) => *field,
            Self::BadPermissions(_) => Some("permissions"),
            Self::WrongCode | Self::CodeRequired => Some("code"),
            _ => None,
        }
    }
}

impl From<DbError> for AccountError {
    fn from(error: DbError) -> Self {
        Self::Storage(error)
    }
}

/// From where somebody signs in.
#[derive(Clone, Debug)]
pub struct Client<'a> {
    /// The address that limits go by.
    pub address: IpAddr,
    /// What the browser or program says of itself.
    pub agent: &'a str,
}

/// What somebody signs in with.
#[derive(Clone, Copy)]
pub struct Credentials<'a> {
    /// Sign-in name.
    pub name: &'a str,
    /// Password.
    pub password: &'a str,
    /// Of the second factor.
    pub code: Option<&'a str>,
}

/// A new session.
#[derive(Clone)]
pub struct SignedIn {
    /// Bearer token; only its hash is stored.
    pub token: String,
    /// Unix seconds.
    pub expires_at: i64,
    /// Who.
    pub user: UserRow,
}

impl std::fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignedIn").field("user", &self.user).finish_non_exhaustive()
    }
}

/// How a request proves who sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// A sign-in session of this id.
    Session(String),
    /// A key: its name, and what it permits at most.
    Key {
        /// Unique for the user.
        name: String,
        /// At most this, and no more than the user may.
        permissions: Permissions,
    },
}

/// Accounts of people.
pub struct Accounts {
    database: Database,
    setup_code: Mutex<Option<String>>,
    lockout: Lockout,
    passwords: Passwords,
    enrolments: Enrolments,
    session_life: Mutex<SessionLife>,
}

impl std::fmt::Debug for Accounts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Accounts(..)")
    }
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
            lockout: Lockout::default(),
            passwords: Passwords::new()?,
            enrolments: Enrolments::default(),
            session_life: Mutex::default(),
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
    pub async fn set_up(
        &self,
        code: Option<&str>,
        password: &str,
        from: &Client<'_>,
    ) -> Result<SignedIn, AccountError> {
        if !self.needs_setup().await? {
            return Err(AccountError::SetupDone);
        }
        let attempt = Attempt::new(Some(from.address), None);
        self.check_lock(&attempt)?;
        let expected = self.setup_code.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(expected) = expected
            && !same_secret(&expected, code.unwrap_or_default())
        {
            self.lockout.failed(&attempt);
            return Err(AccountError::WrongSetupCode);
        }
        match self.add_admin(password).await {
            Ok(()) => {}
            Err(AccountError::Storage(DbError::Exists)) => return Err(AccountError::SetupDone),
            Err(error) => return Err(error),
        }
        *self.setup_code.lock().unwrap_or_else(PoisonError::into_inner) = None;
        tracing::info!(address = %from.address, "The administrator's password was set.");
        self.login(Credentials { name: ADMIN_NAME, password, code: None }, from).await
    }

    async fn add_admin(&self, password: &str) -> Result<(), AccountError> {
        let row = UserRow {
            name: ADMIN_NAME.to_owned(),
            organisation_id: ROOT,
            password_hash: self.passwords.hash(password).await?,
            enabled: true,
            created_at: unix_now(),
            ..UserRow::default()
        };
        self.database.add_user(&row, &[everything()]).await?;
        Ok(())
    }

    /// Sets the password of the administrator, who is created when absent, may sign in again, has all rights again, and no second
    /// factor: who has the machine has the account. For the command line and `--dev`.
    ///
    /// # Errors
    /// When the password does not fit or storage fails.
    pub async fn force_admin_password(&self, password: &str) -> Result<(), AccountError> {
        let Some(admin) = self.database.user_by_name(ADMIN_NAME).await? else {
            return self.add_admin(password).await;
        };
        let password_hash = self.passwords.hash(password).await?;
        self.database.set_password(admin.id, &password_hash).await?;
        self.database.set_totp(admin.id, None, None).await?;
        let mut grants = self.database.grants_of(admin.id).await?;
        if !admin.enabled || !grants.contains(&everything()) {
            grants.push(everything());
            self.database.update_user(&UserRow { enabled: true, ..admin }, &grants).await?;
        }
        Ok(())
    }

    /// Signs in.
    ///
    /// # Errors
    /// When name, password or code is wrong, a code is needed, or too many attempts failed.
    pub async fn login(&self, with: Credentials<'_>, from: &Client<'_>) -> Result<SignedIn, AccountError> {
        if self.needs_setup().await? {
            return Err(AccountError::SetupRequired);
        }
        let attempt = Attempt::new(Some(from.address), Some(with.name));
        self.check_lock(&attempt)?;
        let found = self.database.user_by_name(with.name).await?.filter(|user| user.enabled);
        let stored = found.as_ref().map(|user| user.password_hash.as_str());
        let right = self.passwords.verify(with.password, stored).await?;
        let Some(user) = found.filter(|_| right) else {
            self.lockout.failed(&attempt);
            tracing::info!(address = %from.address, "A sign-in failed.");
            return Err(AccountError::WrongCredentials);
        };
        self.check_code(&user, with.code, &attempt).await?;
        self.lockout.succeeded(&attempt);
        self.open_session(user, from).await
    }

    async fn check_code(&self, user: &UserRow, code: Option<&str>, attempt: &Attempt) -> Result<(), AccountError> {
        let Some(secret) = &user.totp_secret else { return Ok(()) };
        let code = code.filter(|code| !code.is_empty()).ok_or(AccountError::CodeRequired)?;
        let step = step_of(secret, code, unix_now());
        let fresh = match step {
            Some(step) => self.database.use_totp(user.id, step).await?,
            None => false,
        };
        if fresh {
            return Ok(());
        }
        self.lockout.failed(attempt);
        tracing::info!(user = user.name, "A code of the second factor was wrong.");
        Err(AccountError::WrongCode)
    }

    /// Changes a password and ends all sessions of the user.
    ///
    /// # Errors
    /// When the present password is wrong or the new one does not fit.
    pub async fn change_password(&self, user: &UserRow, current: &str, new: &str) -> Result<(), AccountError> {
        self.confirm_password(user, current).await?;
        self.set_password(user.id, new).await
    }

    /// Sets a password and ends all sessions of the user, who asked an administrator for it.
    ///
    /// # Errors
    /// When it does not fit, or the user signs in through a provider.
    pub async fn set_password(&self, user: i64, new: &str) -> Result<(), AccountError> {
        if self.database.identity_of(user).await?.is_some() {
            return Err(AccountError::Provided);
        }
        let password_hash = self.passwords.hash(new).await?;
        if self.database.set_password(user, &password_hash).await? { Ok(()) } else { Err(AccountError::NotFound) }
    }

    /// The hash of a new user's password.
    ///
    /// # Errors
    /// When it does not fit.
    pub async fn hash_password(&self, password: &str) -> Result<String, AccountError> {
        self.passwords.hash(password).await
    }

    async fn confirm_password(&self, user: &UserRow, password: &str) -> Result<(), AccountError> {
        let attempt = Attempt::new(None, Some(&user.name));
        self.check_lock(&attempt)?;
        if self.passwords.verify(password, Some(&user.password_hash)).await? {
            return Ok(());
        }
        self.lockout.failed(&attempt);
        Err(AccountError::WrongCredentials)
    }

    /// Begins a second factor: what is returned is shown once, and holds only when a code of it was entered.
    ///
    /// # Errors
    /// When too many are begun.
    pub fn begin_second_factor(&self, user: &UserRow) -> Result<Enrolment, AccountError> {
        self.enrolments.begin(user.id, &user.name, ISSUER)
    }

    /// Turns the second factor on: the password is asked for again, and a first code.
    ///
    /// # Errors
    /// When one of them is wrong, or nothing was begun.
    pub async fn confirm_second_factor(&self, user: &UserRow, password: &str, code: &str) -> Result<(), AccountError> {
        self.confirm_password(user, password).await?;
        let secret = self.enrolments.secret(user.id).ok_or(AccountError::NoEnrolment)?;
        let step = step_of(&secret, code, unix_now()).ok_or(AccountError::WrongCode)?;
        self.database.set_totp(user.id, Some(&secret), Some(step)).await?;
        self.enrolments.end(user.id);
        tracing::info!(user = user.name, "A second factor was turned on.");
        Ok(())
    }

    /// Turns the second factor off, by the user.
    ///
    /// # Errors
    /// When the password is wrong.
    pub async fn remove_second_factor(&self, user: &UserRow, password: &str) -> Result<(), AccountError> {
        self.confirm_password(user, password).await?;
        self.reset_second_factor(user.id).await
    }

    /// Turns the second factor of a user off who lost it, by an administrator.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn reset_second_factor(&self, user: i64) -> Result<(), AccountError> {
        if self.database.set_totp(user, None, None).await? { Ok(()) } else { Err(AccountError::NotFound) }
    }

    fn check_lock(&self, attempt: &Attempt) -> Result<(), AccountError> {
        match self.lockout.wait(attempt) {
            Some(retry_after) => Err(AccountError::Locked { retry_after }),
            None => Ok(()),
        }
    }
}

/// Every right everywhere.
fn everything() -> GrantRow {
    GrantRow { built_in: Some(Role::Administrator.as_str().to_owned()), organisation_id: ROOT, ..GrantRow::default() }
}

fn same_secret(a: &str, b: &str) -> bool {
    let (a, b) = (Sha256::digest(a), Sha256::digest(b));
    a.as_slice().ct_eq(b.as_slice()).into()
}

/// 256 random bits, base64url.
pub fn random_token() -> String {
    URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>())
}

/// What is kept of a secret.
pub fn secret_hash(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests;
