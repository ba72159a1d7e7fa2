//! Speaking to devices: who speaks, by a WebSocket from a microphone, from a file.

mod connect;
mod file;

use std::sync::Arc;

use api::{TalkFile, TalkFileEnd, TalkHolder, TalkStanding};
use axum::Json;
use axum::extract::State;
use base::ErrorKind;
use db::ChannelRow;
use device::gb28181::{Gb28181, Speaker, TalkError};
use gb28181::Id;
use platform::people::Caller;
use platform::rights::{Action, Kind, Place};
use platform::unix_now_ms;

use super::{DRIVER, driver};
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::Path;
use crate::http::language::localised;
use crate::server::App;

pub(in crate::http) use connect::{connect_channel, connect_device};
pub(in crate::http) use file::{MAX_FILE, play_on_channel, play_on_device, stop_on_channel, stop_on_device};

/// Whom somebody wants to speak to, as the interface names it.
#[derive(Clone, Debug)]
enum Whom {
    /// A camera, by its number.
    Channel(i64),
    /// A device, by its code.
    Device(String),
}

impl Whom {
    /// Below `/api/v1`.
    fn path(&self) -> String {
        match self {
            Self::Channel(id) => format!("/channels/{id}/talk"),
            Self::Device(code) => format!("/gb28181/devices/{code}/talk"),
        }
    }
}

/// Whom somebody may speak to.
struct Hearer {
    device: Id,
    target: Id,
    place: Place,
}

/// Looks for it, and whether the caller may do something with it.
fn hearer(app: &App, caller: &Caller, whom: &Whom, action: Action) -> Result<Hearer, Failure> {
    let found = match whom {
        Whom::Channel(id) => of_channel(app, *id)?,
        Whom::Device(code) => of_device(app, code)?,
    };
    let missing =
        || Failure::not_found(if matches!(whom, Whom::Channel(_)) { "such channel" } else { "device of this code" });
    let (place, hearer) = found.ok_or_else(missing)?;
    if !caller.may(Action::View, Kind::Talk, &place) {
        return Err(missing());
    }
    permitted(caller, action, &place)?;
    let (device, target) = hearer.ok_or_else(|| {
        Failure::new(ErrorKind::Unsupported, "Only cameras and devices of GB/T 28181 can be spoken to.")
    })?;
    Ok(Hearer { device, target, place })
}

fn permitted(caller: &Caller, action: Action, place: &Place) -> Result<(), Failure> {
    if caller.may(action, Kind::Talk, place) {
        return Ok(());
    }
    let text = format!("You need the right {}:talk there; ask an administrator for it.", action.as_str());
    Err(Failure::new(ErrorKind::Forbidden, text))
}

/// Its place, and its codes if it is one of GB/T 28181.
type Found = Option<(Place, Option<(Id, Id)>)>;

/// Whether it is a camera or loudspeaker of GB/T 28181.
pub(in crate::http) fn is_heard(app: &App, row: &ChannelRow) -> bool {
    row.kind != "alarm" && app.gb28181.is_some() && codes_of(app, row).is_some()
}

/// The device's code, and its own.
fn codes_of(app: &App, row: &ChannelRow) -> Option<(Id, Id)> {
    let device = app.devices.known_device(row.device_id).filter(|device| device.driver == DRIVER)?;
    let code = Id::new(&device.address).ok()?;
    let number = row.number.trim();
    let target = if number.is_empty() { code.clone() } else { Id::new(number).ok()? };
    Some((code, target))
}

fn of_channel(app: &App, id: i64) -> Result<Found, Failure> {
    let Some(row) = app.devices.known_channel(id) else { return Ok(None) };
    let place = app.devices.place_of(&row);
    let codes = codes_of(app, &row);
    if codes.is_some() {
        driver(app)?;
    }
    Ok(Some((place, codes)))
}

fn of_device(app: &App, code: &str) -> Result<Found, Failure> {
    let driver = driver(app)?;
    let Ok(code) = Id::new(code) else { return Ok(None) };
    let row = driver.number_of(&code).and_then(|number| app.devices.known_device(number));
    let is_there = row.is_some() || driver.presence(&code).is_some();
    let place = row.map_or(Place::ROOT, |row| Place::of_organisation(row.organisation_id));
    Ok(is_there.then(|| (place, Some((code.clone(), code)))))
}

fn standing(driver: &Gb28181, caller: &Caller, device: &Id) -> TalkStanding {
    let holder = driver.holder(device).map(|holder| TalkHolder {
        user: holder.speaker.user,
        own: holder.speaker.user == caller.user.id,
        name: holder.speaker.name,
        since: base::rfc3339(holder.speaker.since_unix_ms),
        file: holder.file.map(|file| TalkFile {
            name: file.name,
            position_ms: file.position_ms,
            length_ms: file.length_ms,
        }),
    });
    TalkStanding { holder, last_file: driver.last_file(device).map(|end| TalkFileEnd { name: end.name, why: end.why }) }
}

fn speaker(caller: &Caller) -> Speaker {
    Speaker { user: caller.user.id, name: caller.user.name.clone(), since_unix_ms: unix_now_ms() }
}

impl From<TalkError> for Failure {
    fn from(error: TalkError) -> Self {
        let code = matches!(error, TalkError::Taken(_)).then_some("talk_taken");
        Self { code, ..Self::new(error.kind(), error.to_string()) }
    }
}

fn view(app: &App, caller: &Caller, whom: &Whom) -> Result<Json<TalkStanding>, Failure> {
    let hearer = hearer(app, caller, whom, Action::View)?;
    let mut standing = standing(driver(app)?, caller, &hearer.device);
    if let Some(why) = standing.last_file.as_mut().and_then(|end| end.why.as_mut()) {
        *why = localised(why);
    }
    Ok(Json(standing))
}

pub(in crate::http) async fn of_one_channel(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Json<TalkStanding>, Failure> {
    view(&app, &caller, &Whom::Channel(id))
}

pub(in crate::http) async fn of_one_device(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
) -> Result<Json<TalkStanding>, Failure> {
    view(&app, &caller, &Whom::Device(code))
}
