//! Where pictures are sent to, and what waits to be sent.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::engine::Columns;
use crate::{Changed, Database, DbError, Statement};

/// One target.
#[derive(Clone, PartialEq, Eq)]
pub struct UploadTargetRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// "http_put", "http_post", "http_form" or "ftp".
    pub kind: String,
    /// With places for what a picture is of, without credentials.
    pub url: String,
    /// For the other system.
    pub username: Option<String>,
    /// For the other system; never returned or logged.
    pub password: Option<String>,
    /// A bearer token; never returned or logged.
    pub token: Option<String>,
    /// Further header fields, each on a line of its own.
    pub headers: String,
    /// Whether anything is sent.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Increased by every change.
    pub version: i64,
}

impl std::fmt::Debug for UploadTargetRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        write!(f, "UploadTargetRow({} {} {url})", self.id, self.kind)
    }
}

/// One picture on its way to one target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadRow {
    /// Chosen by the database, ascending.
    pub id: i64,
    /// The picture.
    pub snapshot_id: i64,
    /// Unix milliseconds.
    pub created_at_ms: i64,
    /// So far.
    pub attempts: i64,
}

fn target(row: &AnyRow) -> UploadTargetRow {
    UploadTargetRow {
        id: row.get("id"),
        name: row.get("name"),
        kind: row.get("kind"),
        url: row.get("url"),
        username: row.get("username"),
        password: row.get("password"),
        token: row.get("token"),
        headers: row.get("headers"),
        enabled: row.flag("enabled"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

fn bind<'q>(statement: Statement<'q>, row: &'q UploadTargetRow) -> Statement<'q> {
    statement
        .bind(&row.name)
        .bind(&row.kind)
        .bind(&row.url)
        .bind(&row.username)
        .bind(&row.password)
        .bind(&row.token)
        .bind(&row.headers)
        .bind(i64::from(row.enabled))
}

impl Database {
    /// All targets by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn upload_targets(&self) -> Result<Vec<UploadTargetRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM upload_targets ORDER BY name").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(target).collect())
    }

    /// Adds a target and returns its id.
    ///
    /// # Errors
    /// [`DbError::Exists`] for a taken name.
    pub async fn add_upload_target(&self, row: &UploadTargetRow) -> Result<i64, DbError> {
        let insert = sqlx::query(
            "INSERT INTO upload_targets (name, kind, url, username, password, token, headers, enabled, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 1) RETURNING id",
        );
        let added = bind(insert, row).bind(row.created_at).fetch_one(&self.pool).await?;
        Ok(added.get("id"))
    }

    /// Changes the target that still has the row's version.
    ///
    /// # Errors
    /// As for adding one.
    pub async fn update_upload_target(&self, row: &UploadTargetRow) -> Result<Changed, DbError> {
        let update = sqlx::query(
            "UPDATE upload_targets SET name = $1, kind = $2, url = $3, username = $4, password = $5, token = $6, headers = $7,
             enabled = $8, version = version + 1 WHERE id = $9 AND version = $10",
        );
        let done = bind(update, row).bind(row.id).bind(row.version).execute(&self.pool).await?;
        if done.rows_affected() > 0 { Ok(Changed::Done) } else { self.why_unchanged("upload_targets", row.id).await }
    }

    /// Removes a target with what waits for it; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::InUse`] while plans send to it.
    pub async fn remove_upload_target(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM upload_targets WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Has a picture wait for a target. Of what waits for it the newest `most` are kept; returns how many were dropped.
    ///
    /// # Errors
    /// [`DbError::InUse`] when either is gone.
    pub async fn add_upload(&self, snapshot: i64, target: i64, now_ms: i64, most: i64) -> Result<u64, DbError> {
        let mut transaction = self.write().await?;
        sqlx::query(
            "INSERT INTO uploads (snapshot_id, target_id, created_at_ms, next_attempt_ms, attempts)
             VALUES ($1, $2, $3, $3, 0)",
        )
        .bind(snapshot)
        .bind(target)
        .bind(now_ms)
        .execute(&mut *transaction)
        .await?;
        let dropped = sqlx::query(
            "DELETE FROM uploads WHERE target_id = $1 AND id <= coalesce(
             (SELECT id FROM uploads WHERE target_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2), 0)",
        )
        .bind(target)
        .bind(most)
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(dropped.rows_affected())
    }

    /// Targets that are switched on and for which something is due.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn targets_with_uploads(&self, now_ms: i64) -> Result<Vec<i64>, DbError> {
        let rows = sqlx::query(
            "SELECT DISTINCT target_id FROM uploads
             WHERE next_attempt_ms <= $1 AND target_id IN (SELECT id FROM upload_targets WHERE enabled = 1)",
        )
        .bind(now_ms)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(|row| row.get("target_id")).collect())
    }

    /// The oldest picture that waits for a target and is due.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn next_upload(&self, target: i64, now_ms: i64) -> Result<Option<UploadRow>, DbError> {
        let row =
            sqlx::query("SELECT * FROM uploads WHERE target_id = $1 AND next_attempt_ms <= $2 ORDER BY id LIMIT 1")
                .bind(target)
                .bind(now_ms)
                .fetch_optional(&self.pool)
                .await?;
        Ok(row.map(|row| UploadRow {
            id: row.get("id"),
            snapshot_id: row.get("snapshot_id"),
            created_at_ms: row.get("created_at_ms"),
            attempts: row.get("attempts"),
        }))
    }

    /// Forgets what was sent or given up.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_upload(&self, id: i64) -> Result<(), DbError> {
        sqlx::query("DELETE FROM uploads WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// Has everything that waits for a target wait until `at_ms`, after an attempt with one of them failed.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn postpone_uploads(&self, target: i64, tried: i64, at_ms: i64) -> Result<(), DbError> {
        sqlx::query("UPDATE uploads SET attempts = attempts + 1 WHERE id = $1").bind(tried).execute(&self.pool).await?;
        sqlx::query("UPDATE uploads SET next_attempt_ms = $1 WHERE target_id = $2 AND next_attempt_ms < $1")
            .bind(at_ms)
            .bind(target)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Has everything that waits for a target be due at `now_ms`.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn hurry_uploads(&self, target: i64, now_ms: i64) -> Result<(), DbError> {
        sqlx::query("UPDATE uploads SET next_attempt_ms = $1 WHERE target_id = $2 AND next_attempt_ms > $1")
            .bind(now_ms)
            .bind(target)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// How many pictures wait for a target.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn uploads_waiting(&self, target: i64) -> Result<i64, DbError> {
        let (count,) = sqlx::query_as::<_, (i64,)>("SELECT count(*) FROM uploads WHERE target_id = $1")
            .bind(target)
            .fetch_one(&self.pool)
            .await?;
        Ok(count)
    }
}
