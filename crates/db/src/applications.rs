//! Rules for streams by name.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::engine::Columns;
use crate::{Database, DbError, Statement};

/// What one pattern of stream names sets; `None` leaves it to a wider pattern.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApplicationRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// "app/name" with wildcards.
    pub pattern: String,
    /// "open", "token" or "off".
    pub publish: Option<String>,
    /// "open", "token" or "off".
    pub play: Option<String>,
    /// Families of outputs, separated by commas.
    pub outputs: Option<String>,
    /// "keep" or "drop".
    pub audio: Option<String>,
    /// Writes to a viewer are at least this far apart.
    pub merge_window_ms: Option<i64>,
    /// How long viewers are kept after a publisher is gone.
    pub publisher_grace_ms: Option<i64>,
    /// How long an on-demand source runs without viewers.
    pub idle_close_ms: Option<i64>,
    /// Bytes of one GOP that are cached.
    pub gop_cap_bytes: Option<i64>,
    /// Longest hold of a frame for interleaving.
    pub interleave_wait_ms: Option<i64>,
    /// Whether a second publisher takes over.
    pub replace_publisher: Option<bool>,
    /// URLs to pull from, one a line.
    pub origins: Option<String>,
    /// Whether segments of HLS are encrypted.
    pub encrypt_hls: Option<bool>,
    /// The file that is shown while there is no publisher; empty for none.
    pub slate: Option<String>,
    /// Whether HLS and DASH are cut before anybody asks.
    pub hls_always: Option<bool>,
    /// Whether streams are to be recorded.
    pub record: Option<bool>,
    /// Unix seconds.
    pub created_at: i64,
}

fn application(row: &AnyRow) -> ApplicationRow {
    ApplicationRow {
        id: row.get("id"),
        pattern: row.get("pattern"),
        publish: row.get("publish"),
        play: row.get("play"),
        outputs: row.get("outputs"),
        audio: row.get("audio"),
        merge_window_ms: row.get("merge_window_ms"),
        publisher_grace_ms: row.get("publisher_grace_ms"),
        idle_close_ms: row.get("idle_close_ms"),
        gop_cap_bytes: row.get("gop_cap_bytes"),
        interleave_wait_ms: row.get("interleave_wait_ms"),
        replace_publisher: row.optional_flag("replace_publisher"),
        origins: row.get("origins"),
        encrypt_hls: row.optional_flag("encrypt_hls"),
        slate: row.get("slate"),
        hls_always: row.optional_flag("hls_always"),
        record: row.optional_flag("record"),
        created_at: row.get("created_at"),
    }
}

/// What adding and changing a rule have in common, in the order of the columns.
fn bind<'q>(statement: Statement<'q>, row: &'q ApplicationRow) -> Statement<'q> {
    statement
        .bind(&row.pattern)
        .bind(&row.publish)
        .bind(&row.play)
        .bind(&row.outputs)
        .bind(&row.audio)
        .bind(row.merge_window_ms)
        .bind(row.publisher_grace_ms)
        .bind(row.idle_close_ms)
        .bind(row.gop_cap_bytes)
        .bind(row.interleave_wait_ms)
        .bind(row.replace_publisher.map(i64::from))
        .bind(&row.origins)
        .bind(row.encrypt_hls.map(i64::from))
        .bind(&row.slate)
        .bind(row.hls_always.map(i64::from))
        .bind(row.record.map(i64::from))
}

impl Database {
    /// All rules by pattern.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn applications(&self) -> Result<Vec<ApplicationRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM applications ORDER BY pattern").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(application).collect())
    }

    /// Adds a rule and returns its id.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the pattern has one.
    pub async fn add_application(&self, row: &ApplicationRow) -> Result<i64, DbError> {
        let insert = sqlx::query(
            "INSERT INTO applications
             (pattern, publish, play, outputs, audio, merge_window_ms, publisher_grace_ms, idle_close_ms,
              gop_cap_bytes, interleave_wait_ms, replace_publisher, origins, encrypt_hls, slate, hls_always, record, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id",
        );
        let added = bind(insert, row).bind(row.created_at).fetch_one(&self.pool).await?;
        Ok(added.get("id"))
    }

    /// Changes what a rule sets, not when it was made; `false` when there is none of this id.
    ///
    /// # Errors
    /// [`DbError::Exists`] when another rule has the pattern.
    pub async fn update_application(&self, row: &ApplicationRow) -> Result<bool, DbError> {
        let update = sqlx::query(
            "UPDATE applications SET pattern = $1, publish = $2, play = $3, outputs = $4, audio = $5, merge_window_ms = $6,
             publisher_grace_ms = $7, idle_close_ms = $8, gop_cap_bytes = $9, interleave_wait_ms = $10,
             replace_publisher = $11, origins = $12, encrypt_hls = $13, slate = $14, hls_always = $15, record = $16
             WHERE id = $17",
        );
        let done = bind(update, row).bind(row.id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes a rule; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_application(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM applications WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
