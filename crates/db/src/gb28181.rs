//! Sessions of GB/T 28181 that are open, and alarms that devices told of.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::{Database, DbError};

/// A session that is open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DialogRow {
    /// Of SIP.
    pub call_id: String,
    /// Code of the device.
    pub device: String,
    /// JSON, in the caller's form.
    pub dialog: String,
    /// Unix seconds.
    pub began_at: i64,
}

/// One alarm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlarmRow {
    /// Chosen by the database, ascending; 0 for a new row.
    pub id: i64,
    /// Unix milliseconds.
    pub received_at_ms: i64,
    /// Unix milliseconds by the device's own clock.
    pub raised_at_ms: Option<i64>,
    /// Code of the device that told.
    pub device: String,
    /// Code of the device or of what is below it.
    pub source: String,
    /// The device, where it is stored.
    pub device_id: Option<i64>,
    /// The channel, where it is stored.
    pub channel_id: Option<i64>,
    /// 1 the highest, 4 the lowest.
    pub priority: Option<i64>,
    /// How it came about, in the numbers of the standard.
    pub method: Option<i64>,
    /// What it is, in the numbers of its method.
    pub kind: Option<i64>,
    /// In words; may be empty.
    pub description: String,
    /// WGS-84, degrees.
    pub longitude: Option<f64>,
    /// WGS-84, degrees.
    pub latitude: Option<f64>,
}

/// Which alarms are asked for; what is absent does not restrict.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AlarmFilter {
    /// Of a device, by its code.
    pub device: Option<String>,
    /// Received at or after, in Unix milliseconds.
    pub from_ms: Option<i64>,
    /// Received before, in Unix milliseconds.
    pub to_ms: Option<i64>,
}

fn alarm(row: &AnyRow) -> AlarmRow {
    AlarmRow {
        id: row.get("id"),
        received_at_ms: row.get("received_at_ms"),
        raised_at_ms: row.get("raised_at_ms"),
        device: row.get("device"),
        source: row.get("source"),
        device_id: row.get("device_id"),
        channel_id: row.get("channel_id"),
        priority: row.get("priority"),
        method: row.get("method"),
        kind: row.get("kind"),
        description: row.get("description"),
        longitude: row.get("longitude"),
        latitude: row.get("latitude"),
    }
}

impl Database {
    /// The sessions that were open last.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn gb28181_dialogs(&self) -> Result<Vec<DialogRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM gb28181_dialogs ORDER BY began_at").fetch_all(&self.pool).await?;
        let dialog = |row: &AnyRow| DialogRow {
            call_id: row.get("call_id"),
            device: row.get("device"),
            dialog: row.get("dialog"),
            began_at: row.get("began_at"),
        };
        Ok(rows.iter().map(dialog).collect())
    }

    /// Notes sessions that began and those that ended, by their `Call-ID`.
    ///
    /// # Errors
    /// [`DbError::Query`]; nothing is changed then.
    pub async fn change_gb28181_dialogs(&self, began: &[DialogRow], ended: &[String]) -> Result<(), DbError> {
        let mut transaction = self.pool.begin().await?;
        for row in began {
            sqlx::query(
                "INSERT INTO gb28181_dialogs (call_id, device, dialog, began_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (call_id) DO UPDATE SET dialog = excluded.dialog",
            )
            .bind(&row.call_id)
            .bind(&row.device)
            .bind(&row.dialog)
            .bind(row.began_at)
            .execute(&mut *transaction)
            .await?;
        }
        for call_id in ended {
            sqlx::query("DELETE FROM gb28181_dialogs WHERE call_id = $1")
                .bind(call_id)
                .execute(&mut *transaction)
                .await?;
        }
        Ok(transaction.commit().await?)
    }

    /// Adds alarms, and forgets the oldest beyond a number.
    ///
    /// # Errors
    /// [`DbError::Query`]; nothing is changed then.
    pub async fn add_device_alarms(&self, rows: &[AlarmRow], kept: i64) -> Result<(), DbError> {
        let mut transaction = self.pool.begin().await?;
        for row in rows {
            sqlx::query(
                "INSERT INTO device_alarms (received_at_ms, raised_at_ms, device, source, device_id, channel_id, priority,
                 method, kind, description, longitude, latitude)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            )
            .bind(row.received_at_ms)
            .bind(row.raised_at_ms)
            .bind(&row.device)
            .bind(&row.source)
            .bind(row.device_id)
            .bind(row.channel_id)
            .bind(row.priority)
            .bind(row.method)
            .bind(row.kind)
            .bind(&row.description)
            .bind(row.longitude)
            .bind(row.latitude)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query("DELETE FROM device_alarms WHERE id <= (SELECT MAX(id) FROM device_alarms) - $1")
            .bind(kept)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    /// Alarms before the one of id `before`, newest first.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn device_alarms(&self, filter: &AlarmFilter, before: i64, limit: i64) -> Result<Vec<AlarmRow>, DbError> {
        let rows = sqlx::query(
            "SELECT * FROM device_alarms
             WHERE ($1 IS NULL OR device = $1) AND received_at_ms >= $2 AND received_at_ms < $3 AND id < $4
             ORDER BY id DESC LIMIT $5",
        )
        .bind(&filter.device)
        .bind(filter.from_ms.unwrap_or(i64::MIN))
        .bind(filter.to_ms.unwrap_or(i64::MAX))
        .bind(before)
        .bind(limit)
        .fetch_all(&self.pool)
        .await?;
        Ok(rows.iter().map(alarm).collect())
    }
}
