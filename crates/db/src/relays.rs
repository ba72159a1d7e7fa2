//! Relays: where streams are pushed onward to.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::engine::Columns;
use crate::{Database, DbError};

/// One relay.
#[derive(Clone, PartialEq, Eq)]
pub struct RelayRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Which streams: "app/name" with wildcards.
    pub pattern: String,
    /// URL with places for the stream's name, without credentials.
    pub target: String,
    /// For the other server.
    pub username: Option<String>,
    /// For the other server; never returned or logged.
    pub password: Option<String>,
    /// Whether it sends.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
}

impl std::fmt::Debug for RelayRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A query may hold the token of another server.
        let target = self.target.split('?').next().unwrap_or_default();
        write!(f, "RelayRow({} {} -> {target})", self.id, self.pattern)
    }
}

fn relay(row: &AnyRow) -> RelayRow {
    RelayRow {
        id: row.get("id"),
        pattern: row.get("pattern"),
        target: row.get("target"),
        username: row.get("username"),
        password: row.get("password"),
        enabled: row.flag("enabled"),
        created_at: row.get("created_at"),
    }
}

impl Database {
    /// All relays in the order in which they were made.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn relays(&self) -> Result<Vec<RelayRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM relays ORDER BY id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(relay).collect())
    }

    /// Adds a relay and returns its id.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the pattern is sent to this target already.
    pub async fn add_relay(&self, row: &RelayRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO relays (pattern, target, username, password, enabled, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(&row.pattern)
        .bind(&row.target)
        .bind(&row.username)
        .bind(&row.password)
        .bind(i64::from(row.enabled))
        .bind(row.created_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// Changes a relay; `false` when there is none of this id.
    ///
    /// # Errors
    /// [`DbError::Exists`] when another one sends the pattern to the target.
    pub async fn update_relay(&self, row: &RelayRow) -> Result<bool, DbError> {
        let done = sqlx::query(
            "UPDATE relays SET pattern = $1, target = $2, username = $3, password = $4, enabled = $5 WHERE id = $6",
        )
        .bind(&row.pattern)
        .bind(&row.target)
        .bind(&row.username)
        .bind(&row.password)
        .bind(i64::from(row.enabled))
        .bind(row.id)
        .execute(&self.pool)
        .await?;
        Ok(done.rows_affected() > 0)
    }

    /// Removes a relay; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_relay(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM relays WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
