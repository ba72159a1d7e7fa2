//! The tree of organisations.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Changed, Database, DbError};

/// One organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationRow {
    /// Chosen by the database; 0 for a new row, 1 for the root.
    pub id: i64,
    /// The one above it; none for the root.
    pub parent_id: Option<i64>,
    /// Unique beside its siblings; the root's may be empty.
    pub name: String,
    /// Among its siblings; equal ones go by name.
    pub position: i64,
    /// Unix seconds.
    pub created_at: i64,
    /// Counted up by each change.
    pub version: i64,
}

fn organisation(row: &AnyRow) -> OrganisationRow {
    OrganisationRow {
        id: row.get("id"),
        parent_id: row.get("parent_id"),
        name: row.get("name"),
        position: row.get("position"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

impl Database {
    /// All organisations, siblings in their order.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn organisations(&self) -> Result<Vec<OrganisationRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM organisations ORDER BY position, name").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(organisation).collect())
    }

    /// Adds an organisation and returns its number.
    ///
    /// # Errors
    /// [`DbError::Exists`] when a sibling has the name.
    pub async fn add_organisation(&self, row: &OrganisationRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO organisations (parent_id, name, position, created_at, version) VALUES ($1, $2, $3, $4, 1)
             RETURNING id",
        )
        .bind(row.parent_id)
        .bind(&row.name)
        .bind(row.position)
        .bind(row.created_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// Changes an organisation, if `row.version` is the present one.
    ///
    /// # Errors
    /// [`DbError::Exists`] when a sibling has the name.
    pub async fn update_organisation(&self, row: &OrganisationRow) -> Result<Changed, DbError> {
        let done = sqlx::query(
            "UPDATE organisations SET parent_id = $1, name = $2, position = $3, version = version + 1
             WHERE id = $4 AND version = $5",
        )
        .bind(row.parent_id)
        .bind(&row.name)
        .bind(row.position)
        .bind(row.id)
        .bind(row.version)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() > 0 {
            return Ok(Changed::Done);
        }
        self.why_unchanged("organisations", row.id).await
    }

    /// Removes an organisation; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::InUse`] while something belongs to it or is below it.
    pub async fn remove_organisation(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM organisations WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
