//! Plans by which pictures are taken.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::engine::Columns;
use crate::{Changed, Database, DbError, Statement};

/// One plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotPlanRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Unique.
    pub name: String,
    /// Streams, each on a line of its own.
    pub streams: String,
    /// Numbers of channels, each on a line of its own.
    pub channels: String,
    /// An organisation with all below it.
    pub organisation_id: Option<i64>,
    /// A group of cameras.
    pub group_id: Option<i64>,
    /// From one picture of a stream to the next.
    pub interval_ms: i64,
    /// A schedule as text; always without one.
    pub schedule: Option<String>,
    /// Kind of file.
    pub form: String,
    /// 0 is no limit.
    pub max_width: i64,
    /// 0 is no limit.
    pub max_height: i64,
    /// 1 to 100.
    pub quality: i64,
    /// Whether name and time are written into the picture.
    pub overlay: bool,
    /// 0 is without end.
    pub keep_days: i64,
    /// Where pictures are sent to.
    pub target_id: Option<i64>,
    /// Whether it runs.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Increased by every change.
    pub version: i64,
}

fn plan(row: &AnyRow) -> SnapshotPlanRow {
    SnapshotPlanRow {
        id: row.get("id"),
        name: row.get("name"),
        streams: row.get("streams"),
        channels: row.get("channels"),
        organisation_id: row.get("organisation_id"),
        group_id: row.get("group_id"),
        interval_ms: row.get("interval_ms"),
        schedule: row.get("schedule"),
        form: row.get("form"),
        max_width: row.get("max_width"),
        max_height: row.get("max_height"),
        quality: row.get("quality"),
        overlay: row.flag("overlay"),
        keep_days: row.get("keep_days"),
        target_id: row.get("target_id"),
        enabled: row.flag("enabled"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

fn bind<'q>(statement: Statement<'q>, row: &'q SnapshotPlanRow) -> Statement<'q> {
    statement
        .bind(&row.name)
        .bind(&row.streams)
        .bind(&row.channels)
        .bind(row.organisation_id)
        .bind(row.group_id)
        .bind(row.interval_ms)
        .bind(&row.schedule)
        .bind(&row.form)
        .bind(row.max_width)
        .bind(row.max_height)
        .bind(row.quality)
        .bind(i64::from(row.overlay))
        .bind(row.keep_days)
        .bind(row.target_id)
        .bind(i64::from(row.enabled))
}

impl Database {
    /// All plans by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn snapshot_plans(&self) -> Result<Vec<SnapshotPlanRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM snapshot_plans ORDER BY name").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(plan).collect())
    }

    /// Adds a plan and returns its id.
    ///
    /// # Errors
    /// [`DbError::Exists`] for a taken name, [`DbError::InUse`] for a target that is none.
    pub async fn add_snapshot_plan(&self, row: &SnapshotPlanRow) -> Result<i64, DbError> {
        let insert = sqlx::query(
            "INSERT INTO snapshot_plans (name, streams, channels, organisation_id, group_id, interval_ms, schedule, form,
             max_width, max_height, quality, overlay, keep_days, target_id, enabled, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1) RETURNING id",
        );
        let added = bind(insert, row).bind(row.created_at).fetch_one(&self.pool).await?;
        Ok(added.get("id"))
    }

    /// Changes the plan that still has the row's version.
    ///
    /// # Errors
    /// As for adding one.
    pub async fn update_snapshot_plan(&self, row: &SnapshotPlanRow) -> Result<Changed, DbError> {
        let update = sqlx::query(
            "UPDATE snapshot_plans SET name = $1, streams = $2, channels = $3, organisation_id = $4, group_id = $5,
             interval_ms = $6, schedule = $7, form = $8, max_width = $9, max_height = $10, quality = $11, overlay = $12,
             keep_days = $13, target_id = $14, enabled = $15, version = version + 1 WHERE id = $16 AND version = $17",
        );
        let done = bind(update, row).bind(row.id).bind(row.version).execute(&self.pool).await?;
        if done.rows_affected() > 0 { Ok(Changed::Done) } else { self.why_unchanged("snapshot_plans", row.id).await }
    }

    /// Removes a plan; `false` when there is none. Its pictures stay.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_snapshot_plan(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM snapshot_plans WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
