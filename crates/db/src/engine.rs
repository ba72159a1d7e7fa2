//! The two engines: how each is opened, and the few places where their SQL differs.
//!
//! Everything else is one text for both. It keeps to what both understand: numbered places (`$1`), `RETURNING`,
//! `ON CONFLICT`; and to the types that [`sqlx::Any`] carries: whole numbers, floating-point numbers, texts, bytes. Flags are
//! whole numbers, 0 or 1 ([`Columns`]).

use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::FutureExt;
use sqlx::Row;
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions};
use sqlx::{AnyConnection, AnyPool};

/// Connections to SQLite. It has one writer; while another program keeps that from writing, who only reads must find a connection.
const SQLITE_CONNECTIONS: u32 = 8;
/// Connections to PostgreSQL, whose default limit is 100 for everybody.
const POSTGRES_CONNECTIONS: u32 = 8;
/// How long a use case waits for a connection; a server that is gone is asked again until then.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
/// Commits reach the disk before they are acknowledged; a writer waits up to 5 s for another one.
const SQLITE_SETTINGS: &str = "PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000";
/// A statement that takes longer is given up, and so is one that waits longer for a lock.
const POSTGRES_SETTINGS: &str = "SET statement_timeout = '30s'; SET lock_timeout = '5s'";

static SQLITE_MIGRATIONS: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES_MIGRATIONS: Migrator = sqlx::migrate!("migrations/postgres");

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub enum Place {
    /// SQLite: a file, made when it is absent.
    File(PathBuf),
    /// PostgreSQL: a URL (`postgres://user:password@host/database`); the database must exist.
    Postgres(String),
}

impl Place {
    /// For people: without user and password.
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Postgres(url) => {
                let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
                let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
                format!("postgres://{}", rest.split('?').next().unwrap_or_default())
            }
        }
    }
}

impl std::fmt::Debug for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name())
    }
}

/// Which engine answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    Sqlite,
    Postgres,
}

impl Engine {
    /// Opens a transaction that is going to write. SQLite takes the lock at once: one that read before it would fail instead of
    /// waiting.
    pub(crate) const fn begin_write(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres => "BEGIN",
        }
    }

    /// Opens a transaction that only reads, and reads what was there when it began.
    pub(crate) const fn begin_snapshot(self) -> &'static str {
        match self {
            Self::Sqlite => "BEGIN",
            Self::Postgres => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// Lets one writer at a time add to the audit log, where a transaction that writes does not do so already.
    pub(crate) const fn lock_audit(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some("LOCK TABLE audit IN EXCLUSIVE MODE"),
        }
    }

    /// Columns of a table: `name` and `kind`.
    pub(crate) const fn columns_of_table(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT name, type AS kind FROM pragma_table_info($1)",
            Self::Postgres => {
                "SELECT CAST(column_name AS TEXT) AS name, CAST(data_type AS TEXT) AS kind FROM information_schema.columns
                 WHERE table_schema = current_schema() AND table_name = $1"
            }
        }
    }

    /// Lets the numbers of new rows go on behind the largest, where the engine does not do so by itself.
    pub(crate) fn continue_numbers(self, table: &str) -> Option<String> {
        (self == Self::Postgres).then(|| {
            format!(
                "SELECT setval(pg_get_serial_sequence('{table}', 'id'), coalesce(max(id), 0) + 1, false) FROM {table}"
            )
        })
    }

    /// The day (UTC, `2026-11-26`) of a column of Unix seconds.
    pub(crate) fn day(self, column: &str) -> String {
        match self {
            Self::Sqlite => format!("strftime('%Y-%m-%d', {column}, 'unixepoch')"),
            Self::Postgres => format!("to_char(to_timestamp({column}) AT TIME ZONE 'UTC', 'YYYY-MM-DD')"),
        }
    }
}

/// The newest migration: the version of the schema.
pub(crate) fn newest_migration() -> i64 {
    SQLITE_MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or_default()
}

type OpenFailure = Box<dyn std::error::Error + Send + Sync>;

/// Opens, upgrades and connects.
pub(crate) async fn open(place: &Place) -> Result<(Engine, AnyPool), OpenFailure> {
    sqlx::any::install_default_drivers();
    match place {
        Place::File(path) => Ok((Engine::Sqlite, open_sqlite(path, &SQLITE_MIGRATIONS).await?)),
        Place::Postgres(url) => Ok((Engine::Postgres, open_postgres(url).await?)),
    }
}

/// Opens a SQLite file with the schema that it had at a migration.
pub(crate) async fn open_earlier(path: &Path, version: i64) -> Result<AnyPool, OpenFailure> {
    sqlx::any::install_default_drivers();
    let mut migrations = sqlx::migrate!("migrations/sqlite");
    migrations.migrations.to_mut().retain(|migration| migration.version <= version);
    open_sqlite(path, &migrations).await
}

async fn open_sqlite(path: &Path, migrations: &Migrator) -> Result<AnyPool, OpenFailure> {
    create_private(path)?;
    let options = SqliteConnectOptions::new().filename(path).journal_mode(SqliteJournalMode::Wal);
    let upgrading = SqlitePoolOptions::new().max_connections(1).connect_with(options).await?;
    migrations.run(&upgrading).await?;
    upgrading.close().await;
    let text = path.to_str().ok_or("its path is not UTF-8")?;
    connect(&format!("sqlite://{}", percent_encoded(text)), SQLITE_CONNECTIONS, SQLITE_SETTINGS).await
}

async fn open_postgres(url: &str) -> Result<AnyPool, OpenFailure> {
    let pool = connect(url, POSTGRES_CONNECTIONS, POSTGRES_SETTINGS).await?;
    POSTGRES_MIGRATIONS.run(&pool).await?;
    Ok(pool)
}

async fn connect(url: &str, connections: u32, settings: &'static str) -> Result<AnyPool, OpenFailure> {
    let options = AnyPoolOptions::new().max_connections(connections).acquire_timeout(ACQUIRE_TIMEOUT);
    let options = options.after_connect(move |connection: &mut AnyConnection, _| {
        async move { sqlx::raw_sql(settings).execute(connection).await.map(drop) }.boxed()
    });
    Ok(options.connect(url).await?)
}

/// A path as part of a URL.
fn percent_encoded(path: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(byte);
    path.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Makes the file readable by its owner only before anything is in it: it holds the passwords of cameras. The
/// files that SQLite puts beside it take over its mode.
fn create_private(path: &Path) -> std::io::Result<()> {
    let file = std::fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o600))
}

/// Whether a statement failed for a reason that may pass: it can be tried again later.
pub(crate) fn is_unavailable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(database) => database.code().is_some_and(|code| may_pass(&code)),
        _ => false,
    }
}

/// PostgreSQL: classes 08 (connection), 53 (resources) and 57 (operator's intervention), 55P03 (lock not available), 25006 (a standby).
/// SQLite: busy, locked, read-only, I/O error, full, cannot open; extended codes carry the plain one in their lowest byte.
fn may_pass(code: &str) -> bool {
    if code.len() == 5 {
        return ["08", "53", "57"].iter().any(|class| code.starts_with(class)) || ["55P03", "25006"].contains(&code);
    }
    code.parse::<u32>().is_ok_and(|code| [5, 6, 8, 10, 13, 14].contains(&(code & 0xff)))
}

/// A pattern for `LIKE ... ESCAPE '!'` that finds texts with `part` in them.
pub(crate) fn containing(part: &str) -> String {
    format!("%{}%", part.replace('!', "!!").replace('%', "!%").replace('_', "!_"))
}

/// Flags as they are stored.
pub(crate) trait Columns {
    /// A column that is 0 or 1.
    fn flag(&self, column: &str) -> bool;
    /// A column that is 0, 1 or nothing.
    fn optional_flag(&self, column: &str) -> Option<bool>;
}

impl Columns for AnyRow {
    fn flag(&self, column: &str) -> bool {
        self.get::<i64, _>(column) != 0
    }

    fn optional_flag(&self, column: &str) -> Option<bool> {
        self.get::<Option<i64>, _>(column).map(|flag| flag != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_named_without_its_secrets() {
        for (url, name) in [
            ("postgres://viaduct:p@ss@db.example/viaduct?sslmode=require", "postgres://db.example/viaduct"),
            ("postgres://db.example:5433/v", "postgres://db.example:5433/v"),
        ] {
            assert_eq!(format!("{:?}", Place::Postgres(url.into())), name);
        }
    }

    #[test]
    fn what_may_pass_is_told_from_what_does_not() {
        for (code, expected) in [
            ("57P01", true),
            ("08006", true),
            ("53300", true),
            ("55P03", true),
            ("23505", false),
            ("42P01", false),
            ("5", true),
            ("517", true),
            ("3338", true),
            ("13", true),
            ("2067", false),
            ("1", false),
        ] {
            assert_eq!(may_pass(code), expected, "{code}");
        }
    }

    #[test]
    fn paths_survive_as_urls() {
        assert_eq!(percent_encoded("/srv/路 a?b#c%/x.db"), "/srv/%E8%B7%AF%20a%3Fb%23c%25/x.db");
    }
}
