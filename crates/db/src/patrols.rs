//! Patrols: tours of cameras, and where they stopped.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Changed, Database, DbError};

/// Stops that are kept; the oldest go first.
const MAX_STOPS: i64 = 1_000_000;

/// One patrol.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatrolRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// The user who made it.
    pub owner_id: i64,
    /// With whom it is shared; absent: with nobody.
    pub organisation_id: Option<i64>,
    /// What people call it.
    pub name: String,
    /// JSON: steps and manner.
    pub plan: String,
    /// Windows of the week within which it runs; absent: at any time.
    pub schedule: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
    /// Counted up by each change.
    pub version: i64,
}

/// Where a patrol stopped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PatrolStopRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Of which run.
    pub run_id: i64,
    /// Who ran it.
    pub user_name: String,
    /// Unix seconds.
    pub at: i64,
    /// The camera, which may be gone since.
    pub channel_id: i64,
    /// What it was called.
    pub channel_name: String,
    /// "shown", "offline" or "skipped".
    pub outcome: String,
    /// The picture that was taken.
    pub snapshot_id: Option<i64>,
}

fn patrol(row: &AnyRow) -> PatrolRow {
    PatrolRow {
        id: row.get("id"),
        owner_id: row.get("owner_id"),
        organisation_id: row.get("organisation_id"),
        name: row.get("name"),
        plan: row.get("plan"),
        schedule: row.get("schedule"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

fn stop(row: &AnyRow) -> PatrolStopRow {
    PatrolStopRow {
        id: row.get("id"),
        run_id: row.get("run_id"),
        user_name: row.get("user_name"),
        at: row.get("at"),
        channel_id: row.get("channel_id"),
        channel_name: row.get("channel_name"),
        outcome: row.get("outcome"),
        snapshot_id: row.get("snapshot_id"),
    }
}

/// A run of a patrol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatrolRunRow {
    /// The patrol.
    pub patrol_id: i64,
    /// Who ran it.
    pub user_name: String,
    /// Unix seconds.
    pub started_at: i64,
    /// When it last stopped at a camera, or began.
    pub seen_at: i64,
    /// Absent while it runs, and when it was left without an end.
    pub ended_at: Option<i64>,
}

impl Database {
    /// All patrols by name.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn patrols(&self) -> Result<Vec<PatrolRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM patrols ORDER BY name, id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(patrol).collect())
    }

    /// Adds a patrol and returns its number.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_patrol(&self, row: &PatrolRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO patrols (owner_id, organisation_id, name, plan, schedule, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, 1) RETURNING id",
        )
        .bind(row.owner_id)
        .bind(row.organisation_id)
        .bind(&row.name)
        .bind(&row.plan)
        .bind(&row.schedule)
        .bind(row.created_at)
        .fetch_one(&self.pool)
        .await?;
        Ok(added.get("id"))
    }

    /// Changes a patrol, if `row.version` is the present one.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn update_patrol(&self, row: &PatrolRow) -> Result<Changed, DbError> {
        let done = sqlx::query(
            "UPDATE patrols SET organisation_id = $1, name = $2, plan = $3, schedule = $4, version = version + 1
             WHERE id = $5 AND version = $6",
        )
        .bind(row.organisation_id)
        .bind(&row.name)
        .bind(&row.plan)
        .bind(&row.schedule)
        .bind(row.id)
        .bind(row.version)
        .execute(&self.pool)
        .await?;
        if done.rows_affected() > 0 {
            return Ok(Changed::Done);
        }
        self.why_unchanged("patrols", row.id).await
    }

    /// Removes a patrol with its log; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_patrol(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM patrols WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }

    /// Notes that a patrol begins, and returns the number of the run.
    ///
    /// # Errors
    /// [`DbError::InUse`] when there is no such patrol.
    pub async fn begin_patrol_run(&self, patrol_id: i64, user_name: &str, at: i64) -> Result<i64, DbError> {
        let added =
            sqlx::query("INSERT INTO patrol_runs (patrol_id, user_name, started_at) VALUES ($1, $2, $3) RETURNING id")
                .bind(patrol_id)
                .bind(user_name)
                .bind(at)
                .fetch_one(&self.pool)
                .await?;
        Ok(added.get("id"))
    }

    /// The patrol and the user of a run that has not ended.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn patrol_run(&self, id: i64) -> Result<Option<(i64, String)>, DbError> {
        let row = sqlx::query("SELECT patrol_id, user_name FROM patrol_runs WHERE id = $1 AND ended_at IS NULL")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.map(|row| (row.get("patrol_id"), row.get("user_name"))))
    }

    /// The latest runs of all patrols, the latest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn latest_patrol_runs(&self, limit: i64) -> Result<Vec<PatrolRunRow>, DbError> {
        let rows = sqlx::query(
            "SELECT runs.*, coalesce((SELECT max(stops.at) FROM patrol_stops AS stops WHERE stops.run_id = runs.id),
             runs.started_at) AS seen_at FROM patrol_runs AS runs ORDER BY runs.id DESC LIMIT $1",
        )
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        let run = |row: &AnyRow| PatrolRunRow {
            patrol_id: row.get("patrol_id"),
            user_name: row.get("user_name"),
            started_at: row.get("started_at"),
            seen_at: row.get("seen_at"),
            ended_at: row.get("ended_at"),
        };
        Ok(rows.iter().map(run).collect())
    }

    /// Notes that a run ended.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn end_patrol_run(&self, id: i64, at: i64) -> Result<(), DbError> {
        sqlx::query("UPDATE patrol_runs SET ended_at = $1 WHERE id = $2").bind(at).bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// Notes where a run stopped, and forgets what is too old.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_patrol_stop(&self, row: &PatrolStopRow) -> Result<i64, DbError> {
        let added = sqlx::query(
            "INSERT INTO patrol_stops (run_id, at, channel_id, channel_name, outcome, snapshot_id)
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
        )
        .bind(row.run_id)
        .bind(row.at)
        .bind(row.channel_id)
        .bind(&row.channel_name)
        .bind(&row.outcome)
        .bind(row.snapshot_id)
        .fetch_one(&self.pool)
        .await?;
        let id: i64 = added.get("id");
        sqlx::query("DELETE FROM patrol_stops WHERE id <= $1").bind(id - MAX_STOPS).execute(&self.pool).await?;
        Ok(id)
    }

    /// Stops of a patrol before `before`, latest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn patrol_stops(&self, patrol_id: i64, before: i64, limit: i64) -> Result<Vec<PatrolStopRow>, DbError> {
        let rows = sqlx::query(
            "SELECT stops.*, runs.user_name FROM patrol_stops AS stops JOIN patrol_runs AS runs ON runs.id = stops.run_id
             WHERE runs.patrol_id = $1 AND stops.id < $2 ORDER BY stops.id DESC LIMIT $3",
        )
        .bind(patrol_id)
        .bind(before)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(stop).collect())
    }
}
