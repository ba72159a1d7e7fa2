//! Groups of cameras and their members.

use std::collections::BTreeMap;

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Changed, Database, DbError};

/// One group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Where it belongs; it stays there.
    pub organisation_id: i64,
    /// Unique within its organisation.
    pub name: String,
    /// Unix seconds.
    pub created_at: i64,
    /// Counted up by each change of the name.
    pub version: i64,
}

fn group(row: &AnyRow) -> GroupRow {
    GroupRow {
        id: row.get("id"),
        organisation_id: row.get("organisation_id"),
        name: row.get("name"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

impl Database {
    /// All groups by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn groups(&self) -> Result<Vec<GroupRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM camera_groups ORDER BY name, id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(group).collect())
    }

    /// One group.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn group(&self, id: i64) -> Result<Option<GroupRow>, DbError> {
        let row = sqlx::query("SELECT * FROM camera_groups WHERE id = $1").bind(id).fetch_optional(&self.pool).await?;
        Ok(row.as_ref().map(group))
    }

    /// The channels of every group that has any.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn group_members(&self) -> Result<BTreeMap<i64, Vec<i64>>, DbError> {
        let rows = sqlx::query("SELECT group_id, channel_id FROM camera_group_members ORDER BY group_id, channel_id")
            .fetch_all(&self.pool)
            .await?;
        let mut members: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for row in rows {
            members.entry(row.get("group_id")).or_default().push(row.get("channel_id"));
        }
        Ok(members)
    }

    /// Adds a group and returns its number.
    ///
    /// # Errors
    /// [`DbError::Exists`] when the organisation has one of this name, [`DbError::InUse`] when there is no such organisation.
    pub async fn add_group(&self, row: &GroupRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO camera_groups (organisation_id, name, created_at, version) VALUES ($1, $2, $3, 1) RETURNING id",
        )
        .bind(row.organisation_id)
        .bind(&row.name)
        .bind(row.created_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// Renames a group, if `row.version` is the present one.
    ///
    /// # Errors
    /// [`DbError::Exists`] when its organisation has one of this name.
    pub async fn update_group(&self, row: &GroupRow) -> Result<Changed, DbError> {
        let done =
            sqlx::query("UPDATE camera_groups SET name = $1, version = version + 1 WHERE id = $2 AND version = $3")
                .bind(&row.name)
                .bind(row.id)
                .bind(row.version)
                .execute(&self.pool)
                .await?;
        if done.rows_affected() > 0 { Ok(Changed::Done) } else { self.why_unchanged("camera_groups", row.id).await }
    }

    /// Removes a group; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::InUse`] while somebody has a right for it, or a plan takes pictures of it.
    pub async fn remove_group(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM camera_groups WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Puts channels into a group and takes others out, whole or not at all. Who is in already, or out, stays.
    ///
    /// # Errors
    /// [`DbError::InUse`] when the group or a channel is gone.
    pub async fn change_group_members(&self, group: i64, added: &[i64], removed: &[i64]) -> Result<(), DbError> {
        let mut transaction = self.write().await?;
        for id in added {
            sqlx::query(
                "INSERT INTO camera_group_members (group_id, channel_id) VALUES ($1, $2) ON CONFLICT DO NOTHING",
            )
            .bind(group)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        }
        for id in removed {
            sqlx::query("DELETE FROM camera_group_members WHERE group_id = $1 AND channel_id = $2")
                .bind(group)
                .bind(id)
                .execute(&mut *transaction)
                .await?;
        }
        transaction.commit().await?;
        Ok(())
    }
}
