//! Links by which somebody without an account watches a camera.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError};

/// One link.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShareRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// What it shows.
    pub channel_id: i64,
    /// Who made it.
    pub user_id: i64,
    /// "main" or "sub".
    pub rendition: String,
    /// Shown over the picture; may be empty.
    pub watermark: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Unix seconds.
    pub expires_at: i64,
}

fn share(row: &AnyRow) -> ShareRow {
    ShareRow {
        id: row.get("id"),
        channel_id: row.get("channel_id"),
        user_id: row.get("user_id"),
        rendition: row.get("rendition"),
        watermark: row.get("watermark"),
        created_at: row.get("created_at"),
        expires_at: row.get("expires_at"),
    }
}

impl Database {
    /// Adds a link, forgets those that ended before `row.created_at`, and returns its number.
    ///
    /// # Errors
    /// [`DbError::InUse`] when the channel is gone.
    pub async fn add_share(&self, row: &ShareRow, token_hash: &[u8]) -> Result<i64, DbError> {
        sqlx::query("DELETE FROM shares WHERE expires_at <= $1").bind(row.created_at).execute(&self.pool).await?;
        let added = sqlx::query(
            "INSERT INTO shares (channel_id, token_hash, user_id, rendition, watermark, created_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
        )
        .bind(row.channel_id)
        .bind(token_hash)
        .bind(row.user_id)
        .bind(&row.rendition)
        .bind(&row.watermark)
        .bind(row.created_at)
        .bind(row.expires_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// The link of a token.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn share_by_token(&self, token_hash: &[u8]) -> Result<Option<ShareRow>, DbError> {
        let row = sqlx::query("SELECT * FROM shares WHERE token_hash = $1")
            .bind(token_hash)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.as_ref().map(share))
    }

    /// Links of a channel, latest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn shares_of(&self, channel_id: i64) -> Result<Vec<ShareRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM shares WHERE channel_id = $1 ORDER BY id DESC")
            .bind(channel_id)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(share).collect())
    }

    /// Removes a link of a channel; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_share(&self, channel_id: i64, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM shares WHERE channel_id = $1 AND id = $2")
            .bind(channel_id)
            .bind(id)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
