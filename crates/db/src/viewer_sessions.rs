//! Accounts: who watched what, how much and for how long.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::engine::containing;
use crate::{Database, DbError};

/// Sessions that are kept; the oldest go first.
pub(crate) const MAX_VIEWER_SESSIONS: i64 = 1_000_000;

/// One ended session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewerSessionRow {
    /// Virtual host.
    pub vhost: String,
    /// "app/name" on the default virtual host, "host/app/name" on others.
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

/// What traffic is added up by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrafficGroup {
    /// "app/name", "host/app/name".
    Stream,
    /// Virtual host.
    Vhost,
    /// Who; empty where not known.
    Subject,
    /// "ws-fmp4", "rtsp", ...
    Protocol,
    /// The day of the beginning, UTC.
    Day,
}

/// Traffic under one heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficRow {
    /// The heading.
    pub group: String,
    /// How many sessions.
    pub sessions: i64,
    /// How long they were together.
    pub duration_ms: i64,
    /// How much was sent.
    pub bytes: i64,
}

fn session(row: &AnyRow) -> ViewerSessionRow {
    ViewerSessionRow {
        vhost: row.get("vhost"),
        stream: row.get("stream"),
        protocol: row.get("protocol"),
        subject: row.get("subject"),
        address: row.get("address"),
        started_at: row.get("started_at"),
        duration_ms: row.get("duration_ms"),
        bytes: row.get("bytes"),
    }
}

impl Database {
    /// Adds ended sessions in one transaction and forgets those beyond a million.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_viewer_sessions(&self, rows: &[ViewerSessionRow]) -> Result<(), DbError> {
        let mut transaction = self.write().await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO viewer_sessions (vhost, stream, protocol, subject, address, started_at, duration_ms, bytes)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            )
            .bind(&row.vhost)
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
        sqlx::query("DELETE FROM viewer_sessions WHERE id <= (SELECT max(id) FROM viewer_sessions) - $1")
            .bind(MAX_VIEWER_SESSIONS)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Ended sessions with their ids, newest first, before `before`, of one virtual host or all; `search` is a part
    /// of stream, subject or address.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn viewer_sessions(
        &self,
        vhost: Option<&str>,
        search: &str,
        before: i64,
        limit: i64,
    ) -> Result<Vec<(i64, ViewerSessionRow)>, DbError> {
        let rows = sqlx::query(
            "SELECT * FROM viewer_sessions WHERE id < $1 AND (lower(stream) LIKE $2 ESCAPE '!'
             OR lower(coalesce(subject, '')) LIKE $2 ESCAPE '!' OR address LIKE $2 ESCAPE '!')
             AND ($4 IS NULL OR vhost = $4) ORDER BY id DESC LIMIT $3",
        )
        .bind(before)
        .bind(containing(&search.to_lowercase()))
        .bind(limit)
        .bind(vhost)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(|row| (row.get("id"), session(row))).collect())
    }

    /// Sessions that began from `from` until before `to` (Unix seconds), of one virtual host or all, added up by
    /// `group`, most bytes first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn traffic(
        &self,
        vhost: Option<&str>,
        group: TrafficGroup,
        from: i64,
        to: i64,
    ) -> Result<Vec<TrafficRow>, DbError> {
        let key = match group {
            TrafficGroup::Stream => "stream".to_owned(),
            TrafficGroup::Vhost => "vhost".to_owned(),
            TrafficGroup::Subject => "coalesce(subject, '')".to_owned(),
            TrafficGroup::Protocol => "protocol".to_owned(),
            TrafficGroup::Day => self.engine.day("started_at"),
        };
        let statement = format!(
            "SELECT {key} AS heading, count(*) AS sessions, CAST(sum(duration_ms) AS BIGINT) AS duration_ms,
             CAST(sum(bytes) AS BIGINT) AS bytes FROM viewer_sessions
             WHERE started_at >= $1 AND started_at < $2 AND ($3 IS NULL OR vhost = $3)
             GROUP BY heading ORDER BY bytes DESC, heading"
        );
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(statement)).bind(from).bind(to).bind(vhost).fetch_all(&self.pool).await?;
        let total = |row: &AnyRow| TrafficRow {
            group: row.get("heading"),
            sessions: row.get("sessions"),
            duration_ms: row.get("duration_ms"),
            bytes: row.get("bytes"),
        };
        Ok(rows.iter().map(total).collect())
    }

    /// Sessions and bytes accounted for so far.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn viewer_session_totals(&self) -> Result<(i64, i64), DbError> {
        let totals: (i64, i64) =
            sqlx::query_as("SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM viewer_sessions")
                .fetch_one(&self.pool)
                .await?;
        Ok(totals)
    }
}
