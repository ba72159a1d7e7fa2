//! Users.

use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::engine::Columns;
use crate::grants::{GrantRow, add_grants};
use crate::{Changed, Database, DbError};

/// A person, or a program that signs in as one.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct UserRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Sign-in name.
    pub name: String,
    /// For people; may be empty.
    pub display_name: String,
    /// Where the user belongs: who may manage users there may manage this one.
    pub organisation_id: i64,
    /// Argon2id, PHC string; empty: no password signs in.
    pub password_hash: String,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// Of the second factor; never returned or logged.
    pub totp_secret: Option<Vec<u8>>,
    /// The time step of the last code that was used: none is good twice.
    pub totp_counter: Option<i64>,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub last_login_at: Option<i64>,
    /// Counted up by each change.
    pub version: i64,
}

impl std::fmt::Debug for UserRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserRow").field("id", &self.id).field("name", &self.name).finish_non_exhaustive()
    }
}

fn user(row: &AnyRow) -> UserRow {
    UserRow {
        id: row.get("id"),
        name: row.get("name"),
        display_name: row.get("display_name"),
        organisation_id: row.get("organisation_id"),
        password_hash: row.get("password_hash"),
        enabled: row.flag("enabled"),
        totp_secret: row.get("totp_secret"),
        totp_counter: row.get("totp_counter"),
        created_at: row.get("created_at"),
        last_login_at: row.get("last_login_at"),
        version: row.get("version"),
    }
}

pub(crate) async fn insert_user(transaction: &mut Transaction<'static, Any>, row: &UserRow) -> Result<i64, DbError> {
    let added = sqlx::query(
        "INSERT INTO users (name, display_name, organisation_id, password_hash, enabled, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING id",
    )
    .bind(&row.name)
    .bind(&row.display_name)
    .bind(row.organisation_id)
    .bind(&row.password_hash)
    .bind(i64::from(row.enabled))
    .bind(row.created_at)
    .fetch_one(&mut **transaction)
    .await?;
    Ok(added.get("id"))
}

impl Database {
    /// Numbers and sign-in names of all users.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn user_names(&self) -> Result<Vec<(i64, String)>, DbError> {
        let rows = sqlx::query("SELECT id, name FROM users").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| (row.get("id"), row.get("name"))).collect())
    }

    /// Whether nobody can sign in yet.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn has_no_users(&self) -> Result<bool, DbError> {
        let row = sqlx::query("SELECT count(*) AS users FROM users").fetch_one(&self.pool).await?;
        Ok(row.get::<i64, _>("users") == 0)
    }

    /// All users by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn users(&self) -> Result<Vec<UserRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM users ORDER BY name").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(user).collect())
    }

    /// The user of a number.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn user(&self, id: i64) -> Result<Option<UserRow>, DbError> {
        let row = sqlx::query("SELECT * FROM users WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(user))
    }

    /// The user of a name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn user_by_name(&self, name: &str) -> Result<Option<UserRow>, DbError> {
        let row = sqlx::query("SELECT * FROM users WHERE name = $1").bind(name).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(user))
    }

    /// Adds a user with grants and returns the number.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the name is taken.
    pub async fn add_user(&self, row: &UserRow, grants: &[GrantRow]) -> Result<i64, DbError> {
        let mut transaction = self.write().await?;
        let id = insert_user(&mut transaction, row).await?;
        add_grants(&mut transaction, id, grants).await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Changes a user's names, place, grants and whether signing in is permitted, if `row.version` is the present one. Grants that
    /// come from a provider stay. Who may no longer sign in is signed out.
    ///
    /// # Errors
    /// [`DbError::Exists`] when another user has the name.
    pub async fn update_user(&self, row: &UserRow, grants: &[GrantRow]) -> Result<Changed, DbError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE users SET name = $1, display_name = $2, organisation_id = $3, enabled = $4, version = version + 1
             WHERE id = $5 AND version = $6",
        )
        .bind(&row.name)
        .bind(&row.display_name)
        .bind(row.organisation_id)
        .bind(i64::from(row.enabled))
        .bind(row.id)
        .bind(row.version)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            drop(transaction);
            return self.why_unchanged("users", row.id).await;
        }
        sqlx::query("DELETE FROM grants WHERE user_id = $1 AND mapped = 0")
            .bind(row.id)
            .execute(&mut *transaction)
            .await?;
        add_grants(&mut transaction, row.id, grants).await?;
        if !row.enabled {
            sqlx::query("DELETE FROM login_sessions WHERE user_id = $1")
                .bind(row.id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(Changed::Done)
    }

    /// Removes a user with grants, sessions and keys; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_user(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM users WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Sets a user's password and ends the user's sessions; `false` when there is no such user.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn set_password(&self, id: i64, password_hash: &str) -> Result<bool, DbError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query("UPDATE users SET password_hash = $1 WHERE id = $2")
            .bind(password_hash)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM login_sessions WHERE user_id = $1").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        Ok(done.rows_affected() > 0)
    }

    /// Sets or removes a user's second factor; `false` when there is no such user.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn set_totp(&self, id: i64, secret: Option<&[u8]>, counter: Option<i64>) -> Result<bool, DbError> {
        let done = sqlx::query("UPDATE users SET totp_secret = $1, totp_counter = $2 WHERE id = $3")
            .bind(secret.map(<[u8]>::to_vec))
            .bind(counter)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Uses up a code of the second factor; `false` when it, or a later one, was used already.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn use_totp(&self, id: i64, counter: i64) -> Result<bool, DbError> {
        let statement =
            "UPDATE users SET totp_counter = $1 WHERE id = $2 AND (totp_counter IS NULL OR totp_counter < $1)";
        let done = sqlx::query(statement).bind(counter).bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
