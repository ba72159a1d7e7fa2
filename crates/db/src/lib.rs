//! Migrations and queries: the only crate that sees SQL, one file per resource.
//!
//! SQLite in a file (write-ahead mode, foreign keys on) or PostgreSQL; the same queries for both (`engine.rs`). Times are
//! Unix seconds. The schema is `migrations/`, applied by [`Database::open`]; a database from a newer program is refused by
//! the migration check.

mod applications;
mod audit;
mod backup;
mod channels;
mod devices;
mod downloads;
mod engine;
mod gb28181;
mod grants;
mod groups;
mod hooks;
mod hosts;
mod identities;
mod licence;
mod logins;
mod organisations;
mod patrols;
mod positions;
mod ptz;
mod relays;
mod shares;
mod snapshot_plans;
mod snapshots;
mod sources;
mod uploads;
mod users;
mod viewer_sessions;
mod views;

use base::ErrorKind;
use sqlx::{Any, AnyPool, Transaction};

pub use applications::ApplicationRow;
pub use audit::{AuditFilter, AuditRow};
pub use backup::{BackupError, Header};
pub use channels::{Applied, ChannelChanges, ChannelRow};
pub use devices::DeviceRow;
pub use downloads::DownloadRow;
pub use engine::Place;
pub use gb28181::{AlarmFilter, AlarmRow, DialogRow};
pub use grants::{GrantRow, RoleRow};
pub use groups::GroupRow;
pub use hooks::{DeliveryRow, DeliveryState, HookRow};
pub use hosts::HostRow;
pub use identities::IdentityRow;
pub use licence::LicenceRow;
pub use logins::{ApiKeyRow, LoginRow};
pub use organisations::OrganisationRow;
pub use patrols::{PatrolRow, PatrolRunRow, PatrolStopRow};
pub use positions::{PositionFilter, PositionRow};
pub use ptz::{PtzCruiseRow, PtzIdleRow, PtzPresetRow};
pub use relays::RelayRow;
pub use shares::ShareRow;
pub use snapshot_plans::SnapshotPlanRow;
pub use snapshots::{SnapshotFilter, SnapshotRow};
pub use sources::{SourceMode, SourceRow};
pub use uploads::{UploadRow, UploadTargetRow};
pub use users::UserRow;
pub use viewer_sessions::{TrafficGroup, TrafficRow, ViewerSessionRow};
pub use views::ViewRow;

/// A statement whose values are being bound.
type Statement<'q> = sqlx::query::Query<'q, Any, sqlx::any::AnyArguments>;

/// The database.
#[derive(Clone, Debug)]
pub struct Database {
    pool: AnyPool,
    engine: engine::Engine,
}

/// Why a query failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DbError {
    /// The row exists already.
    #[error("it exists already")]
    Exists,
    /// Opening or migrating failed.
    #[error("the database {place} cannot be opened or upgraded")]
    Open {
        /// The file, or the server and its database.
        place: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Something else refers to the row.
    #[error("something still belongs to it")]
    InUse,
    /// The engine cannot be reached, is locked by another program, or cannot write.
    #[error("the database does not answer; live video goes on, what is stored must wait: see the server's log")]
    Unavailable(#[source] sqlx::Error),
    /// The engine reported an error.
    #[error("the database reported an error")]
    Query(#[source] sqlx::Error),
}

/// What came of a change that was made to a version of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It was made.
    Done,
    /// Somebody else changed the row before.
    Stale,
    /// There is no such row.
    Missing,
}

impl DbError {
    /// Those who came before still wait for the engine.
    pub const fn no_turn() -> Self {
        Self::Unavailable(sqlx::Error::PoolTimedOut)
    }

    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Exists | Self::InUse => ErrorKind::Conflict,
            Self::Unavailable(_) => ErrorKind::Unavailable,
            Self::Open { .. } | Self::Query(_) => ErrorKind::Internal,
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(database) if database.is_unique_violation() => Self::Exists,
            sqlx::Error::Database(database) if database.is_foreign_key_violation() => Self::InUse,
            _ if engine::is_unavailable(&error) => Self::Unavailable(error),
            _ => Self::Query(error),
        }
    }
}

impl Database {
    /// Opens `place`, upgrading its schema.
    ///
    /// # Errors
    /// When it cannot be reached or written, is not ours, or is from a newer program.
    pub async fn open(place: &Place) -> Result<Self, DbError> {
        match engine::open(place).await {
            Ok((engine, pool)) => Ok(Self { pool, engine }),
            Err(source) => Err(DbError::Open { place: place.name(), source }),
        }
    }

    /// Opens a SQLite file with the schema of an earlier program.
    async fn open_earlier(path: &std::path::Path, version: i64) -> Result<Self, DbError> {
        match engine::open_earlier(path, version).await {
            Ok(pool) => Ok(Self { pool, engine: engine::Engine::Sqlite }),
            Err(source) => Err(DbError::Open { place: path.display().to_string(), source }),
        }
    }

    /// Why a change to a version of a row of `table` was not made.
    async fn why_unchanged(&self, table: &'static str, id: i64) -> Result<Changed, DbError> {
        let statement = sqlx::AssertSqlSafe(format!("SELECT id FROM {table} WHERE id = $1"));
        let found = sqlx::query(statement).bind(id).fetch_optional(&self.pool).await?;
        Ok(if found.is_some() { Changed::Stale } else { Changed::Missing })
    }

    /// Begins a transaction that reads what is there now, all through.
    async fn snapshot(&self) -> Result<Transaction<'static, Any>, DbError> {
        Ok(self.pool.begin_with(self.engine.begin_snapshot()).await?)
    }

    /// Begins a transaction that writes.
    async fn write(&self) -> Result<Transaction<'static, Any>, DbError> {
        Ok(self.pool.begin_with(self.engine.begin_write()).await?)
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

#[cfg(test)]
mod tests;
