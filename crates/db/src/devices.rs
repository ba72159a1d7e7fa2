//! Devices: things with an address and credentials.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::engine::Columns;
use crate::{Changed, Database, DbError, Statement};

/// One device.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct DeviceRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// Where it belongs.
    pub organisation_id: i64,
    /// Unique within its organisation.
    pub name: String,
    /// Name of the driver that talks to it.
    pub driver: String,
    /// The driver's own meaning; may be empty.
    pub address: String,
    /// For the device.
    pub username: Option<String>,
    /// For the device; never returned or logged.
    pub password: Option<String>,
    /// Who made it.
    pub vendor: String,
    /// What it is called by who made it.
    pub model: String,
    /// Of this one piece.
    pub serial: String,
    /// What its driver is told besides: JSON, names with texts; empty: nothing.
    pub options: String,
    /// Whether it is used.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Counted up by each change.
    pub version: i64,
}

impl std::fmt::Debug for DeviceRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceRow({} {} by {})", self.id, self.name, self.driver)
    }
}

fn device(row: &AnyRow) -> DeviceRow {
    DeviceRow {
        id: row.get("id"),
        organisation_id: row.get("organisation_id"),
        name: row.get("name"),
        driver: row.get("driver"),
        address: row.get("address"),
        username: row.get("username"),
        password: row.get("password"),
        vendor: row.get("vendor"),
        model: row.get("model"),
        serial: row.get("serial"),
        options: row.get("options"),
        enabled: row.flag("enabled"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

/// Binds what people set, in the order of the statements below.
fn bind<'q>(statement: Statement<'q>, row: &'q DeviceRow) -> Statement<'q> {
    statement
        .bind(row.organisation_id)
        .bind(&row.name)
        .bind(&row.driver)
        .bind(&row.address)
        .bind(&row.username)
        .bind(&row.password)
        .bind(&row.vendor)
        .bind(&row.model)
        .bind(&row.serial)
        .bind(if row.options.is_empty() { "{}" } else { row.options.as_str() })
        .bind(i64::from(row.enabled))
}

/// Adds one within a transaction; one that was removed comes back under its number.
pub(crate) async fn insert(connection: &mut sqlx::AnyConnection, row: &DeviceRow) -> Result<i64, DbError> {
    let statement = if row.id == 0 {
        "INSERT INTO devices (organisation_id, name, driver, address, username, password, vendor, model, serial, options,
             enabled, created_at, version)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING id"
    } else {
        "INSERT INTO devices (organisation_id, name, driver, address, username, password, vendor, model, serial, options,
             enabled, created_at, version, id)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id"
    };
    let mut statement = bind(sqlx::query(statement), row).bind(row.created_at).bind(row.version.max(1));
    if row.id != 0 {
        statement = statement.bind(row.id);
    }
    Ok(statement.fetch_one(connection).await?.get("id"))
}

impl Database {
    /// All devices.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn devices(&self) -> Result<Vec<DeviceRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM devices ORDER BY id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(device).collect())
    }

    /// Changes a device, if `row.version` is the present one.
    ///
    /// # Errors
    /// [`DbError::Exists`] when its organisation has the name.
    pub async fn update_device(&self, row: &DeviceRow) -> Result<Changed, DbError> {
        let statement = sqlx::query(
            "UPDATE devices SET organisation_id = $1, name = $2, driver = $3, address = $4, username = $5, password = $6,
                 vendor = $7, model = $8, serial = $9, options = $10, enabled = $11, version = version + 1
             WHERE id = $12 AND version = $13",
        );
        let done = bind(statement, row).bind(row.id).bind(row.version).execute(&self.pool).await?;
        if done.rows_affected() > 0 {
            return Ok(Changed::Done);
        }
        self.why_unchanged("devices", row.id).await
    }

    /// Removes a device with its channels; `false` when there is none.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn remove_device(&self, id: i64) -> Result<bool, DbError> {
        let done = sqlx::query("DELETE FROM devices WHERE id = $1").bind(id).execute(&self.pool).await?;
        Ok(done.rows_affected() > 0)
    }
}
