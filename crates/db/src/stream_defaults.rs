//! How new streams behave.

use sqlx::Row;

use crate::{Database, DbError};

/// Options of streams that name none of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamDefaultsRow {
    /// How long viewers are kept after a publisher is gone.
    pub publisher_grace_ms: i64,
    /// How long an on-demand source runs without viewers.
    pub idle_close_ms: i64,
    /// Bytes of one GOP that are cached.
    pub gop_cap_bytes: i64,
    /// Longest hold of a frame for interleaving.
    pub interleave_wait_ms: i64,
    /// Whether a second publisher takes over.
    pub replace_publisher: bool,
}

impl Database {
    /// The stored defaults; `None` until somebody changes them.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn stream_defaults(&self) -> Result<Option<StreamDefaultsRow>, DbError> {
        let row = sqlx::query("SELECT * FROM stream_defaults WHERE id = 1").fetch_optional(&self.pool).await?;
        Ok(row.map(|row| StreamDefaultsRow {
            publisher_grace_ms: row.get("publisher_grace_ms"),
            idle_close_ms: row.get("idle_close_ms"),
            gop_cap_bytes: row.get("gop_cap_bytes"),
            interleave_wait_ms: row.get("interleave_wait_ms"),
            replace_publisher: row.get("replace_publisher"),
        }))
    }

    /// Stores the defaults.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn set_stream_defaults(&self, defaults: &StreamDefaultsRow) -> Result<(), DbError> {
        sqlx::query(
            "INSERT OR REPLACE INTO stream_defaults
             (id, publisher_grace_ms, idle_close_ms, gop_cap_bytes, interleave_wait_ms, replace_publisher)
             VALUES (1, ?, ?, ?, ?, ?)",
        )
        .bind(defaults.publisher_grace_ms)
        .bind(defaults.idle_close_ms)
        .bind(defaults.gop_cap_bytes)
        .bind(defaults.interleave_wait_ms)
        .bind(defaults.replace_publisher)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}
