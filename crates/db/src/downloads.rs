//! Recordings that are fetched from devices into files.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError};

/// One fetch; its file is the caller's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DownloadRow {
    /// Chosen by the database, ascending; 0 for a new row.
    pub id: i64,
    /// Of the stream that plays the recording.
    pub app: String,
    /// Of the stream that plays the recording.
    pub name: String,
    /// Code of the device.
    pub device: String,
    /// Name of the camera, for people.
    pub label: String,
    /// Unix seconds.
    pub begin_at: i64,
    /// Unix seconds.
    pub end_at: i64,
    /// How many times as fast as it was.
    pub speed: i64,
    /// "waiting", "running", "done" or "failed".
    pub state: String,
    /// Why it failed, or what is missing; may be empty.
    pub note: String,
    /// Of the recording, in the file.
    pub seconds: f64,
    /// Of the file.
    pub bytes: i64,
    /// Unix seconds.
    pub created_at: i64,
    /// Name of the person.
    pub created_by: String,
    /// Unix seconds.
    pub finished_at: Option<i64>,
}

fn download(row: &AnyRow) -> DownloadRow {
    DownloadRow {
        id: row.get("id"),
        app: row.get("app"),
        name: row.get("name"),
        device: row.get("device"),
        label: row.get("label"),
        begin_at: row.get("begin_at"),
        end_at: row.get("end_at"),
        speed: row.get("speed"),
        state: row.get("state"),
        note: row.get("note"),
        seconds: row.get("seconds"),
        bytes: row.get("bytes"),
        created_at: row.get("created_at"),
        created_by: row.get("created_by"),
        finished_at: row.get("finished_at"),
    }
}

impl Database {
    /// Adds a fetch and returns its id.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_download(&self, row: &DownloadRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO recording_downloads (app, name, device, label, begin_at, end_at, speed, state, note, seconds, bytes,
             created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id",
        )
        .bind(&row.app)
        .bind(&row.name)
        .bind(&row.device)
        .bind(&row.label)
        .bind(row.begin_at)
        .bind(row.end_at)
        .bind(row.speed)
        .bind(&row.state)
        .bind(&row.note)
        .bind(row.seconds)
        .bind(row.bytes)
        .bind(row.created_at)
        .bind(&row.created_by)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// Writes how far a fetch is: its state, note, seconds, bytes and end.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn change_download(&self, row: &DownloadRow) -> Result<(), DbError> {
        sqlx::query(
            "UPDATE recording_downloads SET state = $1, note = $2, seconds = $3, bytes = $4, finished_at = $5 WHERE id = $6",
        )
        .bind(&row.state)
        .bind(&row.note)
        .bind(row.seconds)
        .bind(row.bytes)
        .bind(row.finished_at)
        .bind(row.id)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// All fetches, oldest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn downloads(&self) -> Result<Vec<DownloadRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM recording_downloads ORDER BY id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(download).collect())
    }

    /// Removes a fetch.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_download(&self, id: i64) -> Result<(), DbError> {
        sqlx::query("DELETE FROM recording_downloads WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(())
    }
}
