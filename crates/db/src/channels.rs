//! Channels of devices: cameras, sound, alarm inputs. They are read whole at the start and changed many at a time.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::devices::{self, DeviceRow};
use crate::engine::Columns;
use crate::{Database, DbError, SourceMode, Statement};

/// One channel.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChannelRow {
    /// Chosen by the database; 0 for a new row.
    pub id: i64,
    /// The device that it is a line of.
    pub device_id: i64,
    /// Where it belongs.
    pub organisation_id: i64,
    /// What the device calls it; may be empty.
    pub number: String,
    /// What people call it.
    pub name: String,
    /// "video", "audio" or "alarm".
    pub kind: String,
    /// A number by which other systems know it; unique.
    pub code: Option<String>,
    /// Code of its administrative area.
    pub area_code: Option<String>,
    /// "G42"; may be empty.
    pub road_code: String,
    /// May be empty.
    pub road_name: String,
    /// Along the road, in metres: 12300 is K12+300.
    pub stake_m: Option<i64>,
    /// Which way its traffic goes.
    pub direction: Option<String>,
    /// Which part of the road it sees.
    pub carriageway: Option<String>,
    /// WGS-84, degrees.
    pub longitude: Option<f64>,
    /// WGS-84, degrees.
    pub latitude: Option<f64>,
    /// Coordinate system that its place was given in.
    pub crs: Option<String>,
    /// As given.
    pub given_longitude: Option<f64>,
    /// As given.
    pub given_latitude: Option<f64>,
    /// Degrees clockwise from north.
    pub heading: Option<f64>,
    /// Whether it can be turned.
    pub ptz: bool,
    /// One a line.
    pub tags: String,
    /// JSON: maintenance data and fields of the installation's own.
    pub details: String,
    /// Where the driver finds its picture; may be empty.
    pub main_address: String,
    /// Where the driver finds its small picture, if it has one.
    pub sub_address: Option<String>,
    /// Stream of its picture; absent: named by its number.
    pub main_stream: Option<String>,
    /// Stream of its small picture; absent: named by its number.
    pub sub_stream: Option<String>,
    /// Whether it is pulled always.
    pub always: bool,
    /// Whether it is used.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
    /// Counted up by each change.
    pub version: i64,
}

fn channel(row: &AnyRow) -> ChannelRow {
    let mode: &str = row.get("mode");
    ChannelRow {
        id: row.get("id"),
        device_id: row.get("device_id"),
        organisation_id: row.get("organisation_id"),
        number: row.get("number"),
        name: row.get("name"),
        kind: row.get("kind"),
        code: row.get("code"),
        area_code: row.get("area_code"),
        road_code: row.get("road_code"),
        road_name: row.get("road_name"),
        stake_m: row.get("stake_m"),
        direction: row.get("direction"),
        carriageway: row.get("carriageway"),
        longitude: row.get("longitude"),
        latitude: row.get("latitude"),
        crs: row.get("crs"),
        given_longitude: row.get("given_longitude"),
        given_latitude: row.get("given_latitude"),
        heading: row.get("heading"),
        ptz: row.flag("ptz"),
        tags: row.get("tags"),
        details: row.get("details"),
        main_address: row.get("main_address"),
        sub_address: row.get("sub_address"),
        main_stream: row.get("main_stream"),
        sub_stream: row.get("sub_stream"),
        always: mode == SourceMode::Always.as_str(),
        enabled: row.flag("enabled"),
        created_at: row.get("created_at"),
        version: row.get("version"),
    }
}

const fn mode(row: &ChannelRow) -> &'static str {
    if row.always { SourceMode::Always.as_str() } else { SourceMode::OnDemand.as_str() }
}

/// Binds what people set, in the order of the statements below.
fn bind<'q>(statement: Statement<'q>, row: &'q ChannelRow) -> Statement<'q> {
    statement
        .bind(row.device_id)
        .bind(row.organisation_id)
        .bind(&row.number)
        .bind(&row.name)
        .bind(&row.kind)
        .bind(&row.code)
        .bind(&row.area_code)
        .bind(&row.road_code)
        .bind(&row.road_name)
        .bind(row.stake_m)
        .bind(&row.direction)
        .bind(&row.carriageway)
        .bind(row.longitude)
        .bind(row.latitude)
        .bind(&row.crs)
        .bind(row.given_longitude)
        .bind(row.given_latitude)
        .bind(row.heading)
        .bind(i64::from(row.ptz))
        .bind(&row.tags)
        .bind(&row.details)
        .bind(&row.main_address)
        .bind(&row.sub_address)
        .bind(&row.main_stream)
        .bind(&row.sub_stream)
        .bind(mode(row))
        .bind(i64::from(row.enabled))
}

const INSERT: &str = "INSERT INTO channels (device_id, organisation_id, number, name, kind, code, area_code, road_code,
     road_name, stake_m, direction, carriageway, longitude, latitude, crs, given_longitude, given_latitude, heading, ptz,
     tags, details, main_address, sub_address, main_stream, sub_stream, mode, enabled, created_at, version)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
     $25, $26, $27, $28, $29) RETURNING id";
/// One that was removed comes back under its number.
const INSERT_AGAIN: &str = "INSERT INTO channels (device_id, organisation_id, number, name, kind, code, area_code,
     road_code, road_name, stake_m, direction, carriageway, longitude, latitude, crs, given_longitude, given_latitude,
     heading, ptz, tags, details, main_address, sub_address, main_stream, sub_stream, mode, enabled, created_at, version, id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
     $25, $26, $27, $28, $29, $30) RETURNING id";
const UPDATE: &str = "UPDATE channels SET device_id = $1, organisation_id = $2, number = $3, name = $4, kind = $5,
     code = $6, area_code = $7, road_code = $8, road_name = $9, stake_m = $10, direction = $11, carriageway = $12,
     longitude = $13, latitude = $14, crs = $15, given_longitude = $16, given_latitude = $17, heading = $18, ptz = $19,
     tags = $20, details = $21, main_address = $22, sub_address = $23, main_stream = $24, sub_stream = $25, mode = $26,
     enabled = $27, version = version + 1 WHERE id = $28 AND version = $29";

/// A set of changes that is made whole or not at all.
#[derive(Clone, Debug, Default)]
pub struct ChannelChanges {
    /// Devices to be added, each with its channels, whose `device_id` is filled in.
    pub devices: Vec<(DeviceRow, Vec<ChannelRow>)>,
    /// Channels to be added to devices that are there.
    pub added: Vec<ChannelRow>,
    /// Channels to be changed, each at the version that it carries.
    pub changed: Vec<ChannelRow>,
    /// Channels to be removed.
    pub removed: Vec<i64>,
    /// Devices to be removed, with their channels.
    pub removed_devices: Vec<i64>,
    /// Groups that channels come back into, as pairs of group and channel; a group that is gone meanwhile stays so.
    pub memberships: Vec<(i64, i64)>,
}

/// What came of a set of changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Applied {
    /// All of it was made: numbers of the new devices, and of the new channels in the order of the set.
    Done {
        /// New devices.
        devices: Vec<i64>,
        /// New channels: those of new devices first.
        channels: Vec<i64>,
    },
    /// Nothing was made: somebody else changed or removed this channel before.
    Stale(i64),
}

impl Database {
    /// All channels.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn channels(&self) -> Result<Vec<ChannelRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM channels ORDER BY id").fetch_all(&self.pool).await?;
        Ok(rows.iter().map(channel).collect())
    }

    /// Makes a set of changes, whole or not at all.
    ///
    /// # Errors
    /// [`DbError::Exists`] when a code, a stream or a device's name is taken, [`DbError::InUse`] when a device or organisation is
    /// not there.
    pub async fn change_channels(&self, changes: &ChannelChanges) -> Result<Applied, DbError> {
        let mut transaction = self.write().await?;
        // Removed ones first: what they held is free for others.
        for id in &changes.removed {
            let statement = sqlx::query("DELETE FROM channels WHERE id = $1").bind(id);
            if statement.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(Applied::Stale(*id));
            }
        }
        for id in &changes.removed_devices {
            sqlx::query("DELETE FROM devices WHERE id = $1").bind(id).execute(&mut *transaction).await?;
        }
        for row in &changes.changed {
            let statement = bind(sqlx::query(UPDATE), row).bind(row.id).bind(row.version);
            if statement.execute(&mut *transaction).await?.rows_affected() == 0 {
                return Ok(Applied::Stale(row.id));
            }
        }
        let (mut devices, mut channels) = (Vec::new(), Vec::new());
        for (device, rows) in &changes.devices {
            let device_id = devices::insert(&mut transaction, device).await?;
            devices.push(device_id);
            for row in rows {
                channels.push(insert(&mut transaction, &ChannelRow { device_id, ..row.clone() }).await?);
            }
        }
        for row in &changes.added {
            channels.push(insert(&mut transaction, row).await?);
        }
        for (group, channel) in &changes.memberships {
            sqlx::query(
                "INSERT INTO camera_group_members (group_id, channel_id) SELECT id, $2 FROM camera_groups WHERE id = $1
                 ON CONFLICT DO NOTHING",
            )
            .bind(group)
            .bind(channel)
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(Applied::Done { devices, channels })
    }
}

async fn insert(connection: &mut sqlx::AnyConnection, row: &ChannelRow) -> Result<i64, DbError> {
    let statement = bind(sqlx::query(if row.id == 0 { INSERT } else { INSERT_AGAIN }), row);
    let mut statement = statement.bind(row.created_at).bind(row.version.max(1));
    if row.id != 0 {
        statement = statement.bind(row.id);
    }
    Ok(statement.fetch_one(connection).await?.get("id"))
}
