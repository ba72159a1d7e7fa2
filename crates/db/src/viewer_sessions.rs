//! Accounts: who watched what, how much and for how long.

use crate::{Database, DbError};

/// Sessions that are kept; the oldest go first.
pub(crate) const MAX_VIEWER_SESSIONS: i64 = 1_000_000;

/// One ended session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewerSessionRow {
    /// "app/name".
    pub stream: String,
    /// "ws-fmp4", "rtsp", ...
    pub protocol: String,
    /// Who, where known.
    pub subject: Option<String>,
    /// From where.
    pub address: String,
    /// Unix seconds.
    pub started_at: i64,
    /// How long.
    pub duration_ms: i64,
    /// How much.
    pub bytes: i64,
}

impl Database {
    /// Adds ended sessions in one transaction and forgets those beyond a million.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_viewer_sessions(&self, rows: &[ViewerSessionRow]) -> Result<(), DbError> {
        let mut transaction = self.pool.begin().await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO viewer_sessions (stream, protocol, subject, address, started_at, duration_ms, bytes)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(&row.stream)
            .bind(&row.protocol)
            .bind(&row.subject)
            .bind(&row.address)
            .bind(row.started_at)
            .bind(row.duration_ms)
            .bind(row.bytes)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query("DELETE FROM viewer_sessions WHERE id <= (SELECT max(id) FROM viewer_sessions) - ?")
            .bind(MAX_VIEWER_SESSIONS)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Sessions and bytes accounted for so far.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn viewer_session_totals(&self) -> Result<(i64, i64), DbError> {
        let totals: (i64, i64) = sqlx::query_as("SELECT count(*), coalesce(sum(bytes), 0) FROM viewer_sessions")
            .fetch_one(&self.pool)
            .await?;
        Ok(totals)
    }
}
