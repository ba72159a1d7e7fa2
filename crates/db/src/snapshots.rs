//! Pictures that were taken.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError};

/// One picture; its file is the caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotRow {
    /// Chosen by the database, ascending; 0 for a new row.
    pub id: i64,
    /// Of the stream.
    pub vhost: String,
    /// Of the stream.
    pub app: String,
    /// Of the stream.
    pub name: String,
    /// The channel that the stream is of, where it is of one.
    pub channel_id: Option<i64>,
    /// Unix milliseconds.
    pub taken_at_ms: i64,
    /// Pixels in a row.
    pub width: i64,
    /// Rows of pixels.
    pub height: i64,
    /// Of the file.
    pub bytes: i64,
    /// Kind of file: "jpg", "png", "webp".
    pub form: String,
    /// Of the file, in hexadecimal digits.
    pub sha256: String,
    /// Why it was taken: "manual", "plan", ...
    pub origin: String,
    /// Name of the person, or of the plan.
    pub taken_by: String,
    /// The plan, which may be gone.
    pub plan_id: Option<i64>,
    /// Unix seconds; kept without end where there is none.
    pub keep_until: Option<i64>,
}

/// Which pictures are asked for; what is absent does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotFilter {
    /// Virtual host, application and name.
    pub stream: Option<(String, String, String)>,
    /// Of one channel.
    pub channel_id: Option<i64>,
    /// Why they were taken.
    pub origin: Option<String>,
    /// Of one plan.
    pub plan_id: Option<i64>,
    /// Taken at or after, in Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Taken before, in Unix milliseconds.
    pub to_ms: Option<i64>,
}

fn snapshot(row: &AnyRow) -> SnapshotRow {
    SnapshotRow {
        id: row.get("id"),
        vhost: row.get("vhost"),
        app: row.get("app"),
        name: row.get("name"),
        channel_id: row.get("channel_id"),
        taken_at_ms: row.get("taken_at_ms"),
        width: row.get("width"),
        height: row.get("height"),
        bytes: row.get("bytes"),
        form: row.get("form"),
        sha256: row.get("sha256"),
        origin: row.get("origin"),
        taken_by: row.get("taken_by"),
        plan_id: row.get("plan_id"),
        keep_until: row.get("keep_until"),
    }
}

impl Database {
    /// Adds a picture and returns its id.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_snapshot(&self, row: &SnapshotRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO snapshots (vhost, app, name, channel_id, taken_at_ms, width, height, bytes, form, sha256, origin,
             taken_by, plan_id, keep_until) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
             RETURNING id",
        )
        .bind(&row.vhost)
        .bind(&row.app)
        .bind(&row.name)
        .bind(row.channel_id)
        .bind(row.taken_at_ms)
        .bind(row.width)
        .bind(row.height)
        .bind(row.bytes)
        .bind(&row.form)
        .bind(&row.sha256)
        .bind(&row.origin)
        .bind(&row.taken_by)
        .bind(row.plan_id)
        .bind(row.keep_until)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// One picture.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn snapshot_of(&self, id: i64) -> Result<Option<SnapshotRow>, DbError> {
        let row = sqlx::query("SELECT * FROM snapshots WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(snapshot))
    }

    /// Pictures before the one of id `before`, newest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn snapshots(
        &self,
        filter: &SnapshotFilter,
        before: i64,
        limit: i64,
    ) -> Result<Vec<SnapshotRow>, DbError> {
        let (vhost, app, name) = match &filter.stream {
            Some((vhost, app, name)) => (Some(vhost), Some(app), Some(name)),
            None => (None, None, None),
        };
        let rows = sqlx::query(
            "SELECT * FROM snapshots WHERE id < $1 AND ($2 IS NULL OR (vhost = $2 AND app = $3 AND name = $4))
             AND (CAST($5 AS BIGINT) IS NULL OR channel_id = $5) AND ($6 IS NULL OR origin = $6)
             AND (CAST($7 AS BIGINT) IS NULL OR plan_id = $7)
             AND taken_at_ms >= $8 AND taken_at_ms < $9 ORDER BY id DESC LIMIT $10",
        )
        .bind(before)
        .bind(vhost)
        .bind(app)
        .bind(name)
        .bind(filter.channel_id)
        .bind(&filter.origin)
        .bind(filter.plan_id)
        .bind(filter.from_ms.unwrap_or(i64::MIN))
        .bind(filter.to_ms.unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(snapshot).collect())
    }

    /// Removes a picture; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_snapshot(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM snapshots WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Pictures whose time is over at `now` (Unix seconds), the oldest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn outlived_snapshots(&self, now: i64, limit: i64) -> Result<Vec<SnapshotRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM snapshots WHERE keep_until <= $1 ORDER BY keep_until LIMIT $2")
            .bind(now)
            .bind(limit)
            .fetch_all(&self.pool)
            .await?;
        Ok(rows.iter().map(snapshot).collect())
    }

    /// The pictures that were taken first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn oldest_snapshots(&self, limit: i64) -> Result<Vec<SnapshotRow>, DbError> {
        let rows =
            sqlx::query("SELECT * FROM snapshots ORDER BY id LIMIT $1").bind(limit).fetch_all(&self.pool).await?;
        Ok(rows.iter().map(snapshot).collect())
    }

    /// How many pictures there are, and the bytes of their files.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn snapshot_totals(&self) -> Result<(i64, i64), DbError> {
        let totals = sqlx::query_as("SELECT count(*), CAST(coalesce(sum(bytes), 0) AS BIGINT) FROM snapshots")
            .fetch_one(&self.pool)
            .await?;
        Ok(totals)
    }
}
