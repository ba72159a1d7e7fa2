//! Users and their sign-in sessions.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError};

/// A person or program that signs in.
#[derive(Clone, PartialEq, Eq)]
pub struct User {
    /// Row id.
    pub id: i64,
    /// Sign-in name.
    pub name: String,
    /// Argon2id, PHC string.
    pub password_hash: String,
    /// "administrator".
    pub role: String,
}

impl std::fmt::Debug for User {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("User").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

fn user(row: &AnyRow) -> User {
    User { id: row.get("id"), name: row.get("name"), password_hash: row.get("password_hash"), role: row.get("role") }
}

impl Database {
    /// Whether nobody can sign in yet.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn has_no_users(&self) -> Result<bool, DbError> {
        let row = sqlx::query("SELECT count(*) AS users FROM users").fetch_one(&self.pool).await?;
        Ok(row.get::<i64, _>("users") == 0)
    }

    /// Adds a user.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the name is taken.
    pub async fn add_user(&self, name: &str, password_hash: &str, role: &str, now: i64) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO users (name, password_hash, role, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
        )
        .bind(name)
        .bind(password_hash)
        .bind(role)
        .bind(now)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// The user of a name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn user_by_name(&self, name: &str) -> Result<Option<User>, DbError> {
        let row = sqlx::query("SELECT * FROM users WHERE name = $1").bind(name).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(user))
    }

    /// Sets a user's password and ends the user's sessions; `false` when there is no such user.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn set_password(&self, name: &str, password_hash: &str) -> Result<bool, DbError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("UPDATE users SET password_hash = $1 WHERE name = $2")
            .bind(password_hash)
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM login_sessions WHERE user_id = (SELECT id FROM users WHERE name = $1)")
            .bind(name)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Adds a sign-in session under the hash of its token.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_login(&self, token_hash: &[u8], user_id: i64, now: i64, expires_at: i64) -> Result<(), DbError> {
        sqlx::query("DELETE FROM login_sessions WHERE expires_at <= $1").bind(now).execute(&self.pool).await?;
        sqlx::query("INSERT INTO login_sessions (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
            .bind(token_hash)
            .bind(user_id)
            .bind(now)
            .bind(expires_at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// The user of a session that has not expired.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn user_by_login(&self, token_hash: &[u8], now: i64) -> Result<Option<User>, DbError> {
        let row = sqlx::query(
            "SELECT users.* FROM login_sessions JOIN users ON users.id = user_id WHERE token_hash = $1 AND expires_at > $2",
        )
        .bind(token_hash)
        .bind(now)
        .fetch_optional(&self.pool)
        .await?;
        Ok(row.as_ref().map(user))
    }

    /// Ends a session.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_login(&self, token_hash: &[u8]) -> Result<(), DbError> {
        sqlx::query("DELETE FROM login_sessions WHERE token_hash = $1").bind(token_hash).execute(&self.pool).await?;
        Ok(())
    }
}
