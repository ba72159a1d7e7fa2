//! The licence of this installation: one row or none.

use sqlx::Row;

use crate::{Database, DbError};

/// A licence as it was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LicenceRow {
    /// The signed document.
    pub text: String,
    /// When it was handed in.
    pub put_at: i64,
    /// The latest time at which the server ran with it.
    pub seen_at: i64,
}

impl Database {
    /// The licence, if there is one.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn licence(&self) -> Result<Option<LicenceRow>, DbError> {
        let row = sqlx::query("SELECT * FROM licence WHERE id = 1").fetch_optional(&self.pool).await?;
        Ok(row.map(|row| LicenceRow { text: row.get("text"), put_at: row.get("put_at"), seen_at: row.get("seen_at") }))
    }

    /// Puts a licence in the place of the one before.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn put_licence(&self, row: &LicenceRow) -> Result<(), DbError> {
        sqlx::query(
            "INSERT INTO licence (id, text, put_at, seen_at) VALUES (1, $1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET text = excluded.text, put_at = excluded.put_at, seen_at = excluded.seen_at",
        )
        .bind(&row.text)
        .bind(row.put_at)
        .bind(row.seen_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Notes that the server ran with the licence at a time.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn see_licence(&self, seen_at: i64) -> Result<(), DbError> {
        sqlx::query("UPDATE licence SET seen_at = $1 WHERE seen_at < $1").bind(seen_at).execute(&self.pool).await?;
        Ok(())
    }

    /// Removes the licence; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_licence(&self) -> Result<bool, DbError> {
        Ok(sqlx::query("DELETE FROM licence").execute(&self.pool).await?.rows_affected() > 0)
    }
}
