//! Devices.

use std::sync::Arc;

use api::{Device, DeviceInput, DevicePage, NewDevice};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use db::DeviceRow;
use platform::devices::DevicesError;
use platform::people::Caller;
use platform::unix_now;
use serde::Deserialize;

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::channels;
use super::extract::{Body, Path, Query};
use super::views::{Part, rfc3339};
use crate::server::App;

impl From<DevicesError> for Failure {
    fn from(error: DevicesError) -> Self {
        if let DevicesError::Storage(source) = &error {
            tracing::error!(error = %source, "Devices and channels failed.");
        }
        let code = match &error {
            DevicesError::Stale => Some("stale"),
            DevicesError::LicenceLimit { .. } => Some("licence_limit"),
            _ => None,
        };
        Self { code, field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

/// Which devices a list has.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    organisation: Option<i64>,
    #[serde(default)]
    query: String,
    driver: Option<String>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Json<DevicePage> {
    let words: Vec<String> = wanted.query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    let fits = |row: &DeviceRow| {
        let text = [&row.name, &row.address, &row.vendor, &row.model, &row.serial].map(|text| text.to_lowercase());
        words.iter().all(|word| text.iter().any(|text| text.contains(word.as_str())))
            && wanted.driver.as_ref().is_none_or(|driver| *driver == row.driver)
    };
    let mut rows = app.devices.devices(&caller, wanted.organisation);
    rows.retain(|(row, _)| fits(row));
    let items = part.of(&rows).iter().map(|(row, channels)| view(row, *channels)).collect();
    Json(DevicePage { items, total: rows.len() })
}

fn view(row: &DeviceRow, channels: usize) -> Device {
    Device {
        id: row.id,
        name: row.name.clone(),
        organisation_id: row.organisation_id,
        driver: row.driver.clone(),
        address: row.address.clone(),
        username: row.username.clone(),
        has_password: row.password.is_some(),
        vendor: row.vendor.clone(),
        model: row.model.clone(),
        serial: row.serial.clone(),
        options: platform::devices::options(row),
        channels,
        enabled: row.enabled,
        created_at: rfc3339(row.created_at),
        version: row.version,
    }
}

fn row_of(input: DeviceInput, present: Option<&DeviceRow>, version: i64) -> DeviceRow {
    let kept = present.and_then(|row| row.password.clone()).filter(|_| input.password.is_none());
    DeviceRow {
        id: present.map_or(0, |row| row.id),
        organisation_id: input.organisation_id,
        name: input.name.trim().to_owned(),
        driver: input.driver,
        address: input.address.trim().to_owned(),
        username: input.username.filter(|name| !name.is_empty()),
        password: kept.or(input.password.filter(|password| !password.is_empty())),
        vendor: input.vendor,
        model: input.model,
        serial: input.serial,
        options: serde_json::to_string(&input.options).unwrap_or_default(),
        enabled: input.enabled,
        created_at: present.map_or_else(unix_now, |row| row.created_at),
        version,
    }
}

async fn answered(app: &App, caller: &Caller, id: i64) -> Result<Versioned<Device>, Failure> {
    let (row, channels) = app.devices.device(caller, id)?;
    Ok(Versioned(row.version, view(&row, channels)))
}

pub(super) async fn one(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Versioned<Device>, Failure> {
    answered(&app, &caller, id).await
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<NewDevice>,
) -> Result<(StatusCode, Versioned<Device>), Failure> {
    let device = row_of(input.device, None, 1);
    let lines = input.channels.into_iter().map(|line| channels::new_row(line, device.organisation_id));
    let lines = lines.collect::<Result<Vec<_>, _>>()?;
    let done = app.devices.add_device(&caller, device, lines).await?;
    let id = done.devices.first().copied().unwrap_or_default();
    app.events.channels_changed();
    Ok((StatusCode::CREATED, answered(&app, &caller, id).await?))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(input): Body<DeviceInput>,
) -> Result<Versioned<Device>, Failure> {
    let (present, _) = app.devices.device(&caller, id)?;
    app.devices.change_device(&caller, row_of(input, Some(&present), version)).await?;
    app.events.channels_changed();
    answered(&app, &caller, id).await
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.devices.remove_device(&caller, id).await?;
    app.events.channels_changed();
    Ok(StatusCode::NO_CONTENT)
}
