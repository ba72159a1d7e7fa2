//! A device's catalog beside the channels that it has here, and making channels of it.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use api::{Gb28181Catalog, Gb28181Gone, Gb28181Import, Gb28181Imported, Gb28181Item};
use axum::Json;
use axum::extract::State;
use base::ErrorKind;
use db::{ChannelRow, DeviceRow};
use device::gb28181::{CatalogState, Item, Line, Told};
use platform::devices::{MAX_BULK, MAX_NAME, Plan};
use platform::rights::Action;
use platform::unix_now;

use super::{catalog_state, seen};
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::{Body, Path};
use crate::server::App;

/// Metres on the ground that a place may differ by rounding, in degrees.
const SAME_PLACE_DEGREES: f64 = 1e-6;

pub(in crate::http) async fn catalog(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
) -> Result<Json<Gb28181Catalog>, Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    let told = seen.presence.as_ref().map(|presence| presence.told()).unwrap_or_default();
    let lines = seen.row.as_ref().map(|row| app.devices.lines_of(row.id)).unwrap_or_default();
    let known: HashMap<&str, &Arc<ChannelRow>> = lines.iter().map(|row| (row.number.as_str(), row)).collect();
    let items = told.items.iter().map(|item| view(item, known.get(item.id.as_str()).copied())).collect();
    let (state, text) = catalog_state(&told.catalog);
    Ok(Json(Gb28181Catalog { state: state.to_owned(), text, items, gone: gone(&told, &lines) }))
}

fn view(item: &Item, row: Option<&Arc<ChannelRow>>) -> Gb28181Item {
    let differs = row.map(|row| differences(item, row)).unwrap_or_default();
    let change = match row {
        _ if !item.is_camera() && row.is_none() => None,
        None => Some("new"),
        Some(_) if differs.is_empty() => Some("same"),
        Some(_) => Some("changed"),
    };
    Gb28181Item {
        code: item.id.to_string(),
        name: item.name.to_string(),
        parent: item.parent.as_ref().map(ToString::to_string),
        business_group: item.business_group.as_ref().map(ToString::to_string),
        area_code: item.civil_code.to_string(),
        manufacturer: item.manufacturer.to_string(),
        model: item.model.to_string(),
        address: item.address.to_string(),
        on: item.is_on,
        camera: item.is_camera(),
        ptz: item.turns,
        longitude: item.place.map(|(east, _)| east),
        latitude: item.place.map(|(_, north)| north),
        stream: main(item).to_string(),
        channel_id: row.map(|row| row.id),
        change: change.map(str::to_owned),
        differs: differs.into_iter().map(str::to_owned).collect(),
    }
}

fn main(item: &Item) -> Line {
    Line { channel: item.id.clone(), stream: 0, span: None }
}

/// Only a whole catalog tells what is gone.
fn gone(told: &Told, lines: &[Arc<ChannelRow>]) -> Vec<Gb28181Gone> {
    if told.catalog != CatalogState::Whole {
        return Vec::new();
    }
    let there: HashSet<&str> = told.items.iter().map(|item| item.id.as_str()).collect();
    let is_gone = |row: &&Arc<ChannelRow>| !row.number.is_empty() && !there.contains(row.number.as_str());
    let gone = lines.iter().filter(is_gone);
    gone.map(|row| Gb28181Gone { channel_id: row.id, code: row.number.clone(), name: row.name.clone() }).collect()
}

/// A name as channels have them: catalogs hold anything.
fn name(item: &Item) -> String {
    let name: String = item.name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
    let name = name.trim();
    if name.is_empty() { item.id.to_string() } else { name.to_owned() }
}

fn area(item: &Item) -> Option<String> {
    let code = item.civil_code.trim();
    let is_area = [2, 4, 6, 8].contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_digit());
    is_area.then(|| code.to_owned())
}

fn differences(item: &Item, row: &ChannelRow) -> Vec<&'static str> {
    let near = |one: f64, other: Option<f64>| other.is_some_and(|other| (one - other).abs() < SAME_PLACE_DEGREES);
    let moved = item.place.is_some_and(|(east, north)| !near(east, row.longitude) || !near(north, row.latitude));
    let turns = item.turns.is_some_and(|turns| turns != row.ptz);
    let elsewhere = area(item).is_some_and(|code| row.area_code.as_ref() != Some(&code));
    let found = [("name", name(item) != row.name), ("place", moved), ("ptz", turns), ("area_code", elsewhere)];
    found.into_iter().filter(|(_, differs)| *differs).map(|(what, _)| what).collect()
}

/// A channel as a line of a catalog has it. What the line does not say stays.
fn row_of(item: &Item, base: ChannelRow) -> ChannelRow {
    let place = item.place.map(|(east, north)| (Some(east), Some(north)));
    let (longitude, latitude) = place.unwrap_or((base.longitude, base.latitude));
    let given = place.unwrap_or((base.given_longitude, base.given_latitude));
    ChannelRow {
        name: name(item),
        area_code: area(item).or(base.area_code),
        longitude,
        latitude,
        crs: if place.is_some() { Some("wgs84".to_owned()) } else { base.crs },
        given_longitude: given.0,
        given_latitude: given.1,
        ptz: item.turns.unwrap_or(base.ptz),
        ..base
    }
}

/// A new channel. Devices that choose streams have a small picture, too.
fn new_row(item: &Item, device: &DeviceRow, organisation_id: i64, has_sub: bool) -> ChannelRow {
    let sub = Line { stream: 1, ..main(item) };
    let base = ChannelRow {
        device_id: device.id,
        organisation_id,
        number: item.id.to_string(),
        kind: "video".to_owned(),
        code: Some(item.id.to_string()),
        main_stream: Some(main(item).to_string()),
        sub_stream: has_sub.then(|| sub.to_string()),
        details: "{}".to_owned(),
        enabled: true,
        created_at: unix_now(),
        version: 1,
        ..ChannelRow::default()
    };
    row_of(item, base)
}

pub(in crate::http) async fn import(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Body(input): Body<Gb28181Import>,
) -> Result<Json<Gb28181Imported>, Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    let device = seen.row.clone().ok_or_else(|| {
        Failure::new(
            ErrorKind::Conflict,
            "The device signed in with the password for trials. Add it as a device first.",
        )
    })?;
    let presence = seen.there()?;
    if input.codes.len() + input.remove.len() > MAX_BULK || input.codes.len() + input.remove.len() == 0 {
        return Err(Failure::invalid("codes", format!("Name 1 to {MAX_BULK} cameras.")));
    }
    let told = presence.told();
    let by_code: HashMap<&str, &Item> = told.items.iter().map(|item| (item.id.as_str(), item)).collect();
    let lines = app.devices.lines_of(device.id);
    let known: HashMap<&str, &Arc<ChannelRow>> = lines.iter().map(|row| (row.number.as_str(), row)).collect();
    let organisation = input.organisation_id.unwrap_or(device.organisation_id);
    let mut plan = Plan { removed: input.remove, ..Plan::default() };
    for code in input.codes.iter().collect::<HashSet<_>>() {
        let item = by_code.get(code.as_str()).ok_or_else(|| {
            Failure::invalid(
                "codes",
                format!("{code} is not in the device's catalog any more. Read the catalog again."),
            )
        })?;
        match known.get(code.as_str()) {
            Some(row) if differences(item, row).is_empty() => {}
            Some(row) => plan.changed.push(row_of(item, (***row).clone())),
            None => plan.added.push(new_row(item, &device, organisation, presence.profile.stream.is_some())),
        }
    }
    // The tree keeps the order of the catalog.
    let order: HashMap<&str, usize> = told.items.iter().enumerate().map(|(at, item)| (item.id.as_str(), at)).collect();
    plan.added.sort_by_key(|row| order.get(row.number.as_str()).copied());
    let done = app.devices.carry_out(&caller, plan).await?;
    app.events.channels_changed();
    Ok(Json(Gb28181Imported { added: done.added.len(), changed: done.changed, removed: done.removed, undo: done.undo }))
}
