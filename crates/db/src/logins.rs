//! Sign-in sessions of people, and keys of programs.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError, UserRow};

/// A sign-in session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginRow {
    /// Public name of the session; it opens nothing.
    pub id: String,
    /// Whose.
    pub user_id: i64,
    /// From where it was opened.
    pub address: String,
    /// What the browser or program says of itself.
    pub agent: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds, to the minute or so.
    pub seen_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
}

/// A key of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApiKeyRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Whose; it can do no more than the user.
    pub user_id: i64,
    /// Unique for the user.
    pub name: String,
    /// "view:stream", separated by commas.
    pub permissions: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
    /// Unix seconds, to the minute or so.
    pub last_used_at: Option<i64>,
}

fn login(row: &AnyRow) -> LoginRow {
    LoginRow {
        id: row.get("id"),
        user_id: row.get("user_id"),
        address: row.get("address"),
        agent: row.get("agent"),
        created_at: row.get("created_at"),
        seen_at: row.get("seen_at"),
        expires_at: row.get("expires_at"),
    }
}

fn api_key(row: &AnyRow) -> ApiKeyRow {
    ApiKeyRow {
        id: row.get("id"),
        user_id: row.get("user_id"),
        name: row.get("name"),
        permissions: row.get("permissions"),
        created_at: row.get("created_at"),
        expires_at: row.get("expires_at"),
        last_used_at: row.get("last_used_at"),
    }
}

impl Database {
    /// Adds a session under the hash of its token, notes the sign-in, and forgets sessions that have expired.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_login(&self, token_hash: &[u8], row: &LoginRow) -> Result<(), DbError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM login_sessions WHERE expires_at <= $1")
            .bind(row.created_at)
            .execute(&mut *transaction)
            .await?;
        sqlx::query(
            "INSERT INTO login_sessions (id, token_hash, user_id, address, agent, created_at, seen_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(&row.id)
        .bind(token_hash.to_vec())
        .bind(row.user_id)
        .bind(&row.address)
        .bind(&row.agent)
        .bind(row.created_at)
        .bind(row.seen_at)
        .bind(row.expires_at)
        .execute(&mut *transaction)
        .await?;
        sqlx::query("UPDATE users SET last_login_at = $1 WHERE id = $2")
            .bind(row.created_at)
            .bind(row.user_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// A session that has not expired, and its user if signing in is permitted.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn login(&self, token_hash: &[u8], now: i64) -> Result<Option<(LoginRow, UserRow)>, DbError> {
        let statement = "SELECT * FROM login_sessions WHERE token_hash = $1 AND expires_at > $2";
        let found = sqlx::query(statement).bind(token_hash.to_vec()).bind(now).fetch_optional(&self.pool).await?;
        let Some(session) = found.as_ref().map(login) else { return Ok(None) };
        Ok(self.user(session.user_id).await?.filter(|user| user.enabled).map(|user| (session, user)))
    }

    /// Notes that a session was used, with the dates that it has now.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn touch_login(&self, session: &LoginRow) -> Result<(), DbError> {
        sqlx::query("UPDATE login_sessions SET created_at = $1, seen_at = $2, expires_at = $3 WHERE id = $4")
            .bind(session.created_at)
            .bind(session.seen_at)
            .bind(session.expires_at)
            .bind(&session.id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Sessions of a user that have not expired, latest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn logins_of(&self, user_id: i64, now: i64) -> Result<Vec<LoginRow>, DbError> {
        let statement = "SELECT * FROM login_sessions WHERE user_id = $1 AND expires_at > $2 ORDER BY seen_at DESC, id";
        let rows = sqlx::query(statement).bind(user_id).bind(now).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(login).collect())
    }

    /// Ends a session of a user; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_login(&self, user_id: i64, id: &str) -> Result<bool, DbError> {
        let statement = "DELETE FROM login_sessions WHERE user_id = $1 AND id = $2";
        let done = sqlx::query(statement).bind(user_id).bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Keys of a user by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn api_keys_of(&self, user_id: i64) -> Result<Vec<ApiKeyRow>, DbError> {
        let statement = "SELECT * FROM api_keys WHERE user_id = $1 ORDER BY name";
        Ok(sqlx::query(statement).bind(user_id).fetch_all(&self.pool).await?.iter().map(api_key).collect())
    }

    /// Adds a key under its hash and returns its number.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the user has one of this name.
    pub async fn add_api_key(&self, key_hash: &[u8], row: &ApiKeyRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO api_keys (user_id, name, key_hash, permissions, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(row.user_id)
        .bind(&row.name)
        .bind(key_hash.to_vec())
        .bind(&row.permissions)
        .bind(row.created_at)
        .bind(row.expires_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// A key that has not expired, and its user if signing in is permitted.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn api_key(&self, key_hash: &[u8], now: i64) -> Result<Option<(ApiKeyRow, UserRow)>, DbError> {
        let statement = "SELECT * FROM api_keys WHERE key_hash = $1 AND expires_at > $2";
        let found = sqlx::query(statement).bind(key_hash.to_vec()).bind(now).fetch_optional(&self.pool).await?;
        let Some(key) = found.as_ref().map(api_key) else { return Ok(None) };
        Ok(self.user(key.user_id).await?.filter(|user| user.enabled).map(|user| (key, user)))
    }

    /// Notes that a key was used.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn touch_api_key(&self, id: i64, now: i64) -> Result<(), DbError> {
        sqlx::query("UPDATE api_keys SET last_used_at = $1 WHERE id = $2")
            .bind(now)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Removes a key of a user; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_api_key(&self, user_id: i64, id: i64) -> Result<bool, DbError> {
        let statement = "DELETE FROM api_keys WHERE user_id = $1 AND id = $2";
        let done = sqlx::query(statement).bind(user_id).bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
