//! Roles that people made, and who holds which role where and when.

use sqlx::any::AnyRow;
use sqlx::{Any, Row, Transaction};

use crate::engine::Columns;
use crate::{Changed, Database, DbError};

/// A role of an installation's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoleRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// "view:stream", separated by commas.
    pub permissions: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Counted up by each change.
    pub version: i64,
}

/// A role for a place, and for times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GrantRow {
    /// "administrator", ...; or `role_id`.
    pub built_in: Option<String>,
    /// A role of an installation's own.
    pub role_id: Option<i64>,
    /// Here and below.
    pub organisation_id: i64,
    /// Of it only the members of this group, which belongs to `organisation_id`.
    pub group_id: Option<i64>,
    /// A weekly schedule as text; always without one.
    pub schedule: Option<String>,
    /// It comes from the user's groups at a provider, and changes with them.
    pub mapped: bool,
}

fn role(row: &AnyRow) -> RoleRow {
    RoleRow {
        id: row.get("id"),
        name: row.get("name"),
        permissions: row.get("permissions"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

fn grant(row: &AnyRow) -> GrantRow {
    GrantRow {
        built_in: row.get("built_in"),
        role_id: row.get("role_id"),
        organisation_id: row.get("organisation_id"),
        group_id: row.get("group_id"),
        schedule: row.get("schedule"),
        mapped: row.flag("mapped"),
    }
}

pub(crate) async fn add_grants(
    transaction: &mut Transaction<'static, Any>,
    user_id: i64,
    grants: &[GrantRow],
) -> Result<(), DbError> {
    for grant in grants {
        sqlx::query(
            "INSERT INTO grants (user_id, built_in, role_id, organisation_id, group_id, schedule, mapped)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(user_id)
        .bind(&grant.built_in)
        .bind(grant.role_id)
        .bind(grant.organisation_id)
        .bind(grant.group_id)
        .bind(&grant.schedule)
        .bind(i64::from(grant.mapped))
        .execute(&mut **transaction)
        .await?;
    }
    Ok(())
}

impl Database {
    /// A user's grants in the order in which they were given.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn grants_of(&self, user_id: i64) -> Result<Vec<GrantRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM grants WHERE user_id = $1 ORDER BY id").bind(user_id);
        Ok(rows.fetch_all(&self.pool).await?.iter().map(grant).collect())
    }

    /// All grants with the numbers of their users.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn grants(&self) -> Result<Vec<(i64, GrantRow)>, DbError> {
        let rows = sqlx::query("SELECT * FROM grants ORDER BY user_id, id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(|row| (row.get("user_id"), grant(row))).collect())
    }

    /// All roles of the installation's own, by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn roles(&self) -> Result<Vec<RoleRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM roles ORDER BY name").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(role).collect())
    }

    /// Adds a role and returns its number.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the name is taken.
    pub async fn add_role(&self, row: &RoleRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO roles (name, permissions, created_at, version) VALUES ($1, $2, $3, 1) RETURNING id",
        )
        .bind(&row.name)
        .bind(&row.permissions)
        .bind(row.created_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// Changes a role, if `row.version` is the present one.
    ///
    /// # Errors
    /// [`DbError::Exists`] when another role has the name.
    pub async fn update_role(&self, row: &RoleRow) -> Result<Changed, DbError> {
        let done = sqlx::query(
            "UPDATE roles SET name = $1, permissions = $2, version = version + 1 WHERE id = $3 AND version = $4",
        )
        .bind(&row.name)
        .bind(&row.permissions)
        .bind(row.id)
        .bind(row.version)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() > 0 {
            return Ok(Changed::Done);
        }
        self.why_unchanged("roles", row.id).await
    }

    /// Removes a role; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::InUse`] while somebody holds it.
    pub async fn remove_role(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM roles WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
