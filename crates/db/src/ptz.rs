//! What people call the positions and tours of a camera.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError};

/// A named position of a channel's camera.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PtzPresetRow {
    /// The channel.
    pub channel_id: i64,
    /// 1 to 255.
    pub number: i64,
    /// May be empty.
    pub name: String,
    /// Its picture in the store of snapshots.
    pub snapshot_id: Option<i64>,
}

/// A tour of a channel's presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PtzCruiseRow {
    /// The channel.
    pub channel_id: i64,
    /// 1 to 255.
    pub number: i64,
    /// May be empty.
    pub name: String,
    /// JSON: an array of steps.
    pub steps: String,
}

/// What a channel's camera does when nobody steers it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PtzIdleRow {
    /// The channel.
    pub channel_id: i64,
    /// Seconds after the last command.
    pub after_s: i64,
    /// "preset", "cruise" or "home".
    pub action: String,
    /// Of the preset or cruise.
    pub number: Option<i64>,
}

fn idle(row: &AnyRow) -> PtzIdleRow {
    PtzIdleRow {
        channel_id: row.get("channel_id"),
        after_s: row.get("after_s"),
        action: row.get("action"),
        number: row.get("number"),
    }
}

fn preset(row: &AnyRow) -> PtzPresetRow {
    PtzPresetRow {
        channel_id: row.get("channel_id"),
        number: row.get("number"),
        name: row.get("name"),
        snapshot_id: row.get("snapshot_id"),
    }
}

fn cruise(row: &AnyRow) -> PtzCruiseRow {
    PtzCruiseRow {
        channel_id: row.get("channel_id"),
        number: row.get("number"),
        name: row.get("name"),
        steps: row.get("steps"),
    }
}

impl Database {
    /// The presets of a channel, by number.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn ptz_presets(&self, channel: i64) -> Result<Vec<PtzPresetRow>, DbError> {
        let query = sqlx::query("SELECT * FROM ptz_presets WHERE channel_id = $1 ORDER BY number").bind(channel);
        Ok(query.fetch_all(&self.pool).await?.iter().map(preset).collect())
    }

    /// Adds a preset or replaces the one of its number.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn put_ptz_preset(&self, row: &PtzPresetRow) -> Result<(), DbError> {
        let query = sqlx::query(
            "INSERT INTO ptz_presets (channel_id, number, name, snapshot_id) VALUES ($1, $2, $3, $4)
             ON CONFLICT (channel_id, number) DO UPDATE SET name = excluded.name, snapshot_id = excluded.snapshot_id",
        );
        query.bind(row.channel_id).bind(row.number).bind(&row.name).bind(row.snapshot_id).execute(&self.pool).await?;
        Ok(())
    }

    /// Names a preset and leaves its picture.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn name_ptz_preset(&self, channel: i64, number: i64, name: &str) -> Result<(), DbError> {
        let query = sqlx::query(
            "INSERT INTO ptz_presets (channel_id, number, name) VALUES ($1, $2, $3)
             ON CONFLICT (channel_id, number) DO UPDATE SET name = excluded.name",
        );
        query.bind(channel).bind(number).bind(name).execute(&self.pool).await?;
        Ok(())
    }

    /// Gives a preset its picture; `false` when the preset is gone.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn picture_ptz_preset(&self, channel: i64, number: i64, snapshot: i64) -> Result<bool, DbError> {
        let query = sqlx::query("UPDATE ptz_presets SET snapshot_id = $3 WHERE channel_id = $1 AND number = $2");
        Ok(query.bind(channel).bind(number).bind(snapshot).execute(&self.pool).await?.rows_affected() > 0)
    }

    /// What cameras do when nobody steers them.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn ptz_idles(&self) -> Result<Vec<PtzIdleRow>, DbError> {
        Ok(sqlx::query("SELECT * FROM ptz_idle").fetch_all(&self.pool).await?.iter().map(idle).collect())
    }

    /// Says what a camera does when nobody steers it.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn put_ptz_idle(&self, row: &PtzIdleRow) -> Result<(), DbError> {
        let query = sqlx::query(
            "INSERT INTO ptz_idle (channel_id, after_s, action, number) VALUES ($1, $2, $3, $4)
             ON CONFLICT (channel_id) DO UPDATE
             SET after_s = excluded.after_s, action = excluded.action, number = excluded.number",
        );
        query.bind(row.channel_id).bind(row.after_s).bind(&row.action).bind(row.number).execute(&self.pool).await?;
        Ok(())
    }

    /// Leaves a camera where it was steered to.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_ptz_idle(&self, channel: i64) -> Result<(), DbError> {
        sqlx::query("DELETE FROM ptz_idle WHERE channel_id = $1").bind(channel).execute(&self.pool).await?;
        Ok(())
    }

    /// Removes a preset; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_ptz_preset(&self, channel: i64, number: i64) -> Result<bool, DbError> {
        let query = sqlx::query("DELETE FROM ptz_presets WHERE channel_id = $1 AND number = $2");
        Ok(query.bind(channel).bind(number).execute(&self.pool).await?.rows_affected() > 0)
    }

    /// The tours of a channel, by number.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn ptz_cruises(&self, channel: i64) -> Result<Vec<PtzCruiseRow>, DbError> {
        let query = sqlx::query("SELECT * FROM ptz_cruises WHERE channel_id = $1 ORDER BY number").bind(channel);
        Ok(query.fetch_all(&self.pool).await?.iter().map(cruise).collect())
    }

    /// Adds a tour or replaces the one of its number.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn put_ptz_cruise(&self, row: &PtzCruiseRow) -> Result<(), DbError> {
        let query = sqlx::query(
            "INSERT INTO ptz_cruises (channel_id, number, name, steps) VALUES ($1, $2, $3, $4)
             ON CONFLICT (channel_id, number) DO UPDATE SET name = excluded.name, steps = excluded.steps",
        );
        query.bind(row.channel_id).bind(row.number).bind(&row.name).bind(&row.steps).execute(&self.pool).await?;
        Ok(())
    }

    /// Removes a tour; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_ptz_cruise(&self, channel: i64, number: i64) -> Result<bool, DbError> {
        let query = sqlx::query("DELETE FROM ptz_cruises WHERE channel_id = $1 AND number = $2");
        Ok(query.bind(channel).bind(number).execute(&self.pool).await?.rows_affected() > 0)
    }
}
