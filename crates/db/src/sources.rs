//! Sources: URLs that are pulled.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError};

/// When a source runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceMode {
    /// While somebody watches.
    OnDemand,
    /// Always.
    Always,
}

impl SourceMode {
    /// As stored and as in the API.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnDemand => "on_demand",
            Self::Always => "always",
        }
    }
}

/// One source.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Virtual host of the stream that it feeds.
    pub vhost: String,
    /// Application of the stream.
    pub app: String,
    /// Name of the stream.
    pub name: String,
    /// Without credentials.
    pub url: String,
    /// For the camera.
    pub username: Option<String>,
    /// For the camera; never returned or logged.
    pub password: Option<String>,
    /// When it runs.
    pub mode: SourceMode,
    /// Windows of the week within which it may run; `None`: at any time.
    pub schedule: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
}

impl std::fmt::Debug for SourceRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A query may hold the token of another server.
        let url = self.url.split('?').next().unwrap_or_default();
        write!(f, "SourceRow({}/{}/{} {url})", self.vhost, self.app, self.name)
    }
}

fn source(row: &AnyRow) -> SourceRow {
    let mode: &str = row.get("mode");
    SourceRow {
        vhost: row.get("vhost"),
        app: row.get("app"),
        name: row.get("name"),
        url: row.get("url"),
        username: row.get("username"),
        password: row.get("password"),
        mode: if mode == SourceMode::Always.as_str() { SourceMode::Always } else { SourceMode::OnDemand },
        schedule: row.get("schedule"),
        created_at: row.get("created_at"),
    }
}

impl Database {
    /// All sources by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn sources(&self) -> Result<Vec<SourceRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM sources ORDER BY vhost, app, name").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(source).collect())
    }

    /// Adds a source.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the stream has one.
    pub async fn add_source(&self, source: &SourceRow) -> Result<(), DbError> {
        sqlx::query(
            "INSERT INTO sources (vhost, app, name, url, username, password, mode, schedule, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(&source.vhost)
        .bind(&source.app)
        .bind(&source.name)
        .bind(&source.url)
        .bind(&source.username)
        .bind(&source.password)
        .bind(source.mode.as_str())
        .bind(&source.schedule)
        .bind(source.created_at)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Changes a source; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn update_source(&self, source: &SourceRow) -> Result<bool, DbError> {
        let done = sqlx::query(
            "UPDATE sources SET url = $1, username = $2, password = $3, mode = $4, schedule = $5
             WHERE vhost = $6 AND app = $7 AND name = $8",
        )
        .bind(&source.url)
        .bind(&source.username)
        .bind(&source.password)
        .bind(source.mode.as_str())
        .bind(&source.schedule)
        .bind(&source.vhost)
        .bind(&source.app)
        .bind(&source.name)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes a source; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_source(&self, vhost: &str, app: &str, name: &str) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM sources WHERE vhost = $1 AND app = $2 AND name = $3")
            .bind(vhost)
            .bind(app)
            .bind(name)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() > 0)
    }
}
