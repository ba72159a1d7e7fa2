//! Who users are at an OpenID provider.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::grants::{GrantRow, add_grants};
use crate::users::insert_user;
use crate::{Database, DbError, UserRow};

/// A user's name at a provider.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdentityRow {
    /// The provider.
    pub issuer: String,
    /// Unique there, and never given to somebody else.
    pub subject: String,
    /// Which user it is here.
    pub user_id: i64,
    /// Unix seconds.
    pub linked_at: i64,
}

fn identity(row: &AnyRow) -> IdentityRow {
    IdentityRow {
        issuer: row.get("issuer"),
        subject: row.get("subject"),
        user_id: row.get("user_id"),
        linked_at: row.get("linked_at"),
    }
}

const INSERT: &str = "INSERT INTO identities (issuer, subject, user_id, linked_at) VALUES ($1, $2, $3, $4)";

impl Database {
    /// All identities.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn identities(&self) -> Result<Vec<IdentityRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM identities ORDER BY user_id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(identity).collect())
    }

    /// The identity of a user.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn identity_of(&self, user_id: i64) -> Result<Option<IdentityRow>, DbError> {
        let row = sqlx::query("SELECT * FROM identities WHERE user_id = $1").bind(user_id);
        Ok(row.fetch_optional(&self.pool).await?.as_ref().map(identity))
    }

    /// The user who is `subject` at `issuer`.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn user_of_identity(&self, issuer: &str, subject: &str) -> Result<Option<UserRow>, DbError> {
        let statement = "SELECT user_id FROM identities WHERE issuer = $1 AND subject = $2";
        let found = sqlx::query(statement).bind(issuer).bind(subject).fetch_optional(&self.pool).await?;
        let Some(row) = found else { return Ok(None) };
        self.user(row.get("user_id")).await
    }

    /// Adds a user with grants and identity, whose `user_id` is set, and returns the number.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the name is taken, or somebody else is that person.
    pub async fn add_user_with_identity(
        &self,
        row: &UserRow,
        grants: &[GrantRow],
        identity: &IdentityRow,
    ) -> Result<i64, DbError> {
        let mut transaction = self.write().await?;
        let id = insert_user(&mut transaction, row).await?;
        add_grants(&mut transaction, id, grants).await?;
        sqlx::query(INSERT)
            .bind(&identity.issuer)
            .bind(&identity.subject)
            .bind(id)
            .bind(identity.linked_at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(id)
    }

    /// Says who a user is at a provider. From now on only the provider signs the user in: password, second factor and sessions are
    /// removed. `false` when there is no such user.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the user is somebody there already, or somebody else is that person.
    pub async fn link_identity(&self, row: &IdentityRow) -> Result<bool, DbError> {
        let mut transaction = self.write().await?;
        let done = sqlx::query(
            "UPDATE users SET password_hash = '', totp_secret = NULL, totp_counter = NULL, version = version + 1 WHERE id = $1",
        )
        .bind(row.user_id)
        .execute(&mut *transaction)
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        sqlx::query(INSERT)
            .bind(&row.issuer)
            .bind(&row.subject)
            .bind(row.user_id)
            .bind(row.linked_at)
            .execute(&mut *transaction)
            .await?;
        sqlx::query("DELETE FROM login_sessions WHERE user_id = $1")
            .bind(row.user_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Forgets who a user is at the provider, with the grants that came from there, and ends the sessions; `false` when the user is
    /// nobody there.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn unlink_identity(&self, user_id: i64) -> Result<bool, DbError> {
        let mut transaction = self.write().await?;
        let done =
            sqlx::query("DELETE FROM identities WHERE user_id = $1").bind(user_id).execute(&mut *transaction).await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        for statement in [
            "DELETE FROM grants WHERE user_id = $1 AND mapped = 1",
            "DELETE FROM login_sessions WHERE user_id = $1",
            "UPDATE users SET version = version + 1 WHERE id = $1",
        ] {
            sqlx::query(statement).bind(user_id).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Replaces the grants of a user that come from a provider; those that people gave stay.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn replace_mapped_grants(&self, user_id: i64, grants: &[GrantRow]) -> Result<(), DbError> {
        let mut transaction = self.write().await?;
        sqlx::query("DELETE FROM grants WHERE user_id = $1 AND mapped = 1")
            .bind(user_id)
            .execute(&mut *transaction)
            .await?;
        add_grants(&mut transaction, user_id, grants).await?;
        sqlx::query("UPDATE users SET version = version + 1 WHERE id = $1")
            .bind(user_id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }
}
