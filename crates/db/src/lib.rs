//! Migrations and queries: the only crate that sees SQL, one file per resource.
//!
//! SQLite in write-ahead mode with foreign keys on. Times are Unix seconds. The schema is `migrations/`, applied
//! by [`Database::open`]; a database from a newer program is refused by the migration check.

mod accounts;
mod applications;
mod hooks;
mod hosts;
mod relays;
mod sources;
mod viewer_sessions;

use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::time::Duration;

use base::ErrorKind;
use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

pub use accounts::User;
pub use applications::ApplicationRow;
pub use hooks::{DeliveryRow, DeliveryState, HookRow};
pub use hosts::HostRow;
pub use relays::RelayRow;
pub use sources::{SourceMode, SourceRow};
pub use viewer_sessions::{TrafficGroup, TrafficRow, ViewerSessionRow};

/// A statement whose values are being bound.
type Statement<'q> = sqlx::query::Query<'q, sqlx::Sqlite, sqlx::sqlite::SqliteArguments>;

/// Connections: SQLite has one writer anyway.
const MAX_CONNECTIONS: u32 = 4;
/// How long a statement waits for the writer.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The database.
#[derive(Clone, Debug)]
pub struct Database {
    pool: SqlitePool,
}

/// Why a query failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The row exists already.
    #[error("it exists already")]
    Exists,
    /// Opening or migrating failed.
    #[error("the database {path} cannot be opened or upgraded")]
    Open {
        /// The file.
        path: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The engine reported an error.
    #[error("the database reported an error")]
    Query(#[source] sqlx::Error),
}

impl DbError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Exists => ErrorKind::Conflict,
            Self::Open { .. } | Self::Query(_) => ErrorKind::Internal,
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Exists,
            _ => Self::Query(error),
        }
    }
}

impl Database {
    /// Opens `path`, creating or upgrading it.
    ///
    /// # Errors
    /// When the file is not writable, not ours, or from a newer program.
    pub async fn open(path: &Path) -> Result<Self, DbError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(BUSY_TIMEOUT);
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| DbError::Open {
            path: path.display().to_string(),
            source,
        };
        create_private(path).map_err(|error| failed(error.into()))?;
        let pool = SqlitePoolOptions::new()
            .max_connections(MAX_CONNECTIONS)
            .connect_with(options)
            .await
            .map_err(|error| failed(error.into()))?;
        sqlx::migrate!().run(&pool).await.map_err(|error| failed(error.into()))?;
        Ok(Self { pool })
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// When it does not.
    pub async fn check(&self) -> Result<(), DbError> {
        sqlx::query("SELECT 1").execute(&self.pool).await?;
        Ok(())
    }

    /// Writes everything out and closes.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Makes the file readable by its owner only before anything is in it: it holds the passwords of cameras. The
/// files that SQLite puts beside it take over its mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

#[cfg(test)]
mod tests;
