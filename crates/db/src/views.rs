//! Named views of the video wall.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Changed, Database, DbError};

/// One view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ViewRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// The user who made it.
    pub owner_id: i64,
    /// With whom it is shared; absent: with nobody.
    pub organisation_id: Option<i64>,
    /// What people call it.
    pub name: String,
    /// By which it is called on the keyboard.
    pub number: Option<i64>,
    /// How the tiles lie.
    pub layout: String,
    /// JSON: what each shows.
    pub tiles: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Counted up by each change.
    pub version: i64,
}

fn view(row: &AnyRow) -> ViewRow {
    ViewRow {
        id: row.get("id"),
        owner_id: row.get("owner_id"),
        organisation_id: row.get("organisation_id"),
        name: row.get("name"),
        number: row.get("number"),
        layout: row.get("layout"),
        tiles: row.get("tiles"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

impl Database {
    /// All views by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn views(&self) -> Result<Vec<ViewRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM views ORDER BY name, id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(view).collect())
    }

    /// Adds a view and returns its number.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_view(&self, row: &ViewRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO views (owner_id, organisation_id, name, number, layout, tiles, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, 1) RETURNING id",
        )
        .bind(row.owner_id)
        .bind(row.organisation_id)
        .bind(&row.name)
        .bind(row.number)
        .bind(&row.layout)
        .bind(&row.tiles)
        .bind(row.created_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// Changes a view, if `row.version` is the present one.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn update_view(&self, row: &ViewRow) -> Result<Changed, DbError> {
        let done = sqlx::query(
            "UPDATE views SET organisation_id = $1, name = $2, number = $3, layout = $4, tiles = $5, version = version + 1
             WHERE id = $6 AND version = $7",
        )
        .bind(row.organisation_id)
        .bind(&row.name)
        .bind(row.number)
        .bind(&row.layout)
        .bind(&row.tiles)
        .bind(row.id)
        .bind(row.version)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() > 0 {
            return Ok(Changed::Done);
        }
        self.why_unchanged("views", row.id).await
    }

    /// Removes a view; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_view(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM views WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
