//! Where moving devices were.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError};

/// One position.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PositionRow {
    /// Chosen by the database, ascending; 0 for a new row.
    pub id: i64,
    /// Code of the device that told.
    pub device: String,
    /// Code of the device or of what is below it.
    pub source: String,
    /// The device, where it is stored.
    pub device_id: Option<i64>,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// WGS-84, degrees.
    pub longitude: f64,
    /// WGS-84, degrees.
    pub latitude: f64,
    /// Kilometres an hour.
    pub speed: Option<f64>,
    /// Degrees clockwise from north.
    pub direction: Option<f64>,
    /// Metres above sea level.
    pub altitude: Option<f64>,
}

/// Which positions are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PositionFilter {
    /// Code of the device that told.
    pub device: String,
    /// Of what is below it, by its code; all where absent.
    pub source: Option<String>,
    /// At or after, in Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Before, in Unix milliseconds.
    pub to_ms: Option<i64>,
    /// Told after the one with this id.
    pub after: Option<i64>,
}

fn position(row: &AnyRow) -> PositionRow {
    PositionRow {
        id: row.get("id"),
        device: row.get("device"),
        source: row.get("source"),
        device_id: row.get("device_id"),
        at_ms: row.get("at_ms"),
        longitude: row.get("longitude"),
        latitude: row.get("latitude"),
        speed: row.get("speed"),
        direction: row.get("direction"),
        altitude: row.get("altitude"),
    }
}

impl Database {
    /// Adds positions, and forgets the oldest beyond a number.
    ///
    /// # Errors
    /// [`DbError::Query`]; nothing is changed then.
    pub async fn add_device_positions(&self, rows: &[PositionRow], kept: i64) -> Result<(), DbError> {
        let mut transaction = self.pool.begin().await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO device_positions (device, source, device_id, at_ms, longitude, latitude, speed, direction, altitude)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            )
            .bind(&row.device)
            .bind(&row.source)
            .bind(row.device_id)
            .bind(row.at_ms)
            .bind(row.longitude)
            .bind(row.latitude)
            .bind(row.speed)
            .bind(row.direction)
            .bind(row.altitude)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query("DELETE FROM device_positions WHERE id <= (SELECT MAX(id) FROM device_positions) - $1")
            .bind(kept)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Positions of a device, the latest `limit` of those asked for, oldest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn device_positions(&self, filter: &PositionFilter, limit: i64) -> Result<Vec<PositionRow>, DbError> {
        let rows = sqlx::query(
            "SELECT * FROM device_positions
             WHERE device = $1 AND ($2 IS NULL OR source = $2) AND at_ms >= $3 AND at_ms < $4 AND id > $5
             ORDER BY at_ms DESC, id DESC LIMIT $6",
        )
        .bind(&filter.device)
        .bind(&filter.source)
        .bind(filter.from_ms.unwrap_or(i64::MIN))
        .bind(filter.to_ms.unwrap_or(i64::MAX))
        .bind(filter.after.unwrap_or(0))
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().rev().map(position).collect())
    }
}
