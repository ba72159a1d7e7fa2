//! Keys of programs.

use db::{ApiKeyRow, DbError, UserRow};

use super::{AccountError, Accounts, Proof, SEEN_EVERY_S, random_token, secret_hash};
use crate::rights::Permissions;
use crate::unix_now;

/// Longest life of a key: two years.
pub const MAX_KEY_LIFE_S: i64 = 2 * 366 * 86_400;
/// Keys of one user.
const MAX_KEYS: usize = 50;
/// Longest name.
const MAX_NAME: usize = 64;
/// What keys begin with, so that scanners of leaked secrets find them.
const PREFIX: &str = "vdk_";

/// A key that is to be made.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Unique for the user.
    pub name: String,
    /// What it permits at most.
    pub permissions: Permissions,
    /// Seconds from now: up to [`MAX_KEY_LIFE_S`].
    pub life_s: i64,
}

pub(super) fn is_key(token: &str) -> bool {
    token.starts_with(PREFIX)
}

impl Accounts {
    /// A user's keys, without their secrets.
    ///
    /// # Errors
    /// [`AccountError::Storage`].
    pub async fn keys(&self, user: i64) -> Result<Vec<ApiKeyRow>, AccountError> {
        Ok(self.database.api_keys_of(user).await?)
    }

    /// Makes a key. The secret is returned this once.
    ///
    /// # Errors
    /// When name, life or number of keys is out of range, or the name is taken.
    pub async fn add_key(&self, user: i64, key: &NewKey) -> Result<(ApiKeyRow, String), AccountError> {
        let name = key.name.trim();
        if !(1..=MAX_NAME).contains(&name.chars().count()) || name.chars().any(char::is_control) {
            return Err(AccountError::BadKey(
                Some("name"),
                "A key has a name of 1 to 64 characters, without control characters.",
            ));
        }
        if !(60..=MAX_KEY_LIFE_S).contains(&key.life_s) {
            return Err(AccountError::BadKey(Some("days"), "A key lives from a minute to two years."));
        }
        if self.database.api_keys_of(user).await?.len() >= MAX_KEYS {
            return Err(AccountError::BadKey(None, "You have 50 keys already; remove one."));
        }
        let secret = format!("{PREFIX}{}", random_token());
        let now = unix_now();
        let mut row = ApiKeyRow {
            user_id: user,
            name: name.to_owned(),
            permissions: key.permissions.texts().join(","),
            created_at: now,
            expires_at: now + key.life_s,
            ..ApiKeyRow::default()
        };
        row.id = match self.database.add_api_key(&secret_hash(&secret), &row).await {
            Err(DbError::Exists) => {
                return Err(AccountError::BadKey(Some("name"), "You have a key of this name already."));
            }
            added => added?,
        };
        Ok((row, secret))
    }

    /// Ends a key of a user.
    ///
    /// # Errors
    /// [`AccountError::NotFound`].
    pub async fn remove_key(&self, user: i64, id: i64) -> Result<(), AccountError> {
        if self.database.remove_api_key(user, id).await? { Ok(()) } else { Err(AccountError::NotFound) }
    }

    pub(super) async fn authenticate_key(&self, secret: &str) -> Result<(UserRow, Proof), AccountError> {
        let now = unix_now();
        let found = self.database.api_key(&secret_hash(secret), now).await?;
        let (key, user) = found.ok_or(AccountError::NoSession)?;
        if now - key.last_used_at.unwrap_or_default() >= SEEN_EVERY_S {
            self.database.touch_api_key(key.id, now).await?;
        }
        let permissions = Permissions::parse(key.permissions.split(','))?;
        Ok((user, Proof::Key { name: key.name, permissions }))
    }
}
