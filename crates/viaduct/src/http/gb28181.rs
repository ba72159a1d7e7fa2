//! Devices that sign in by GB/T 28181: who is there, their catalogs and recordings, orders, the trace of SIP.

mod alarms;
mod catalog;
mod configuration;
mod downloads;
mod equipment;
mod pictures;
mod positions;
mod recordings;
mod snapshots;
pub(super) mod talk;
mod trace;

use std::sync::Arc;

use api::{Gb28181Device, Gb28181DevicePage, Gb28181Order, Gb28181Refused, Gb28181RefusedList, Gb28181State};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::ErrorKind;
use db::DeviceRow;
use device::gb28181::{CatalogState, Gb28181, Presence, Refused, Told};
use gb28181::manscdp::{
    Command, Control, DeviceControl, Guard, IFrameSpelling, Recording, RecordingControl, Track, TrackControl,
};
use gb28181::platform::{Fault, Refusal};
use gb28181::profile::MediaMode;
use gb28181::{Id, Version};
use platform::people::Caller;
use platform::rights::{Action, Kind, Place};
use serde::Deserialize;

use super::Failure;
use super::auth::Who;
use super::extract::{Body, Path, Query};
use super::language::localised;
use super::views::Part;
use crate::server::App;

pub(super) use alarms::list as alarms;
pub(super) use catalog::{catalog, import};
pub(super) use configuration::{change as change_configuration, read as configuration};
pub(super) use downloads::{
    fetch, file as download_file, link as download_link, list as downloads, remove as remove_download,
};
pub(super) use equipment::{cards, change_home_position, home_position, last_upgrade, upgrade};
pub(super) use pictures::receive as receive_picture;
pub(super) use positions::list as positions;
pub(super) use recordings::{control, recordings};
pub(super) use snapshots::{order as order_snapshots, progress as snapshot_progress};
pub(super) use trace::{choose, export, messages};

const DRIVER: &str = "gb28181";
/// Memory cards of a device (GB/T 28181-2022 §A.2.6.16 has eight at most).
const MAX_CARD: u32 = 8;

fn driver(app: &App) -> Result<&Arc<Gb28181>, Failure> {
    app.gb28181.as_ref().ok_or_else(|| {
        Failure::new(ErrorKind::Unavailable, "GB/T 28181 is switched off. Set gb28181.listen and restart the server.")
    })
}

/// A device that the caller may see: stored, there, or both.
struct Seen {
    code: Id,
    row: Option<Arc<DeviceRow>>,
    presence: Option<Arc<Presence>>,
}

impl Seen {
    fn organisation(&self) -> Place {
        self.row.as_ref().map_or(Place::ROOT, |row| Place::of_organisation(row.organisation_id))
    }

    const fn state(&self) -> &'static str {
        if self.presence.is_some() { "online" } else { "offline" }
    }

    /// The device's presence, or a sentence.
    fn there(&self) -> Result<&Arc<Presence>, Failure> {
        self.presence.as_ref().ok_or_else(|| {
            Failure::new(
                ErrorKind::Unavailable,
                format!(
                    "The device {} is not signed in. Check its power, the network, and the server that is set in it.",
                    self.code
                ),
            )
        })
    }

    /// What a request is about: the device itself, or what has this code below it.
    fn target(&self, channel: Option<&str>) -> Result<Id, Failure> {
        let Some(code) = channel.filter(|code| !code.is_empty()) else { return Ok(self.code.clone()) };
        Id::new(code).map_err(|error| Failure::invalid("channel", format!("This is no code ({error}).")))
    }
}

/// A device by its code. One that was not added is for those who see all.
fn seen(app: &App, caller: &Caller, code: &str, action: Action) -> Result<Seen, Failure> {
    let driver = driver(app)?;
    let missing = || Failure::not_found("device of this code");
    let code = Id::new(code).map_err(|_| missing())?;
    let row = driver.number_of(&code).and_then(|number| app.devices.device(caller, number).ok()).map(|(row, _)| row);
    let presence = driver.presence(&code);
    let seen = Seen { code, row, presence };
    let is_known = seen.row.is_some() || (seen.presence.is_some() && driver.number_of(&seen.code).is_none());
    if !is_known || !caller.may(Action::View, Kind::Device, &seen.organisation()) {
        return Err(missing());
    }
    if !caller.may(action, Kind::Device, &seen.organisation()) {
        let text = format!("You need the right {}:device there; ask an administrator for it.", action.as_str());
        return Err(Failure::new(ErrorKind::Forbidden, text));
    }
    Ok(seen)
}

pub(super) async fn state(State(app): State<Arc<App>>) -> Json<Gb28181State> {
    let Some(driver) = &app.gb28181 else {
        return Json(Gb28181State {
            enabled: false,
            server_id: String::new(),
            domain: String::new(),
            addresses: Vec::new(),
            port: 0,
            tls_port: 0,
            media_ports: String::new(),
            heartbeat_s: 0,
            online: 0,
            sessions: 0,
            connections: 0,
            flooded: 0,
        });
    };
    let (settings, counters) = (driver.settings(), driver.counters());
    let media_ports = match settings.media_ports {
        (first, Some(last)) => format!("{first}-{last}"),
        (first, None) => first.to_string(),
    };
    Json(Gb28181State {
        enabled: true,
        server_id: settings.server_id.to_string(),
        domain: settings.domain.clone(),
        addresses: addresses(settings),
        port: settings.listen.port(),
        tls_port: settings.tls_listen.map_or(0, |address| address.port()),
        media_ports,
        heartbeat_s: settings.heartbeat.as_secs(),
        online: counters.devices,
        sessions: counters.sessions,
        connections: counters.connections,
        flooded: counters.flooded,
    })
}

/// Addresses that a camera may be given: the public one first, then those of this machine.
fn addresses(settings: &device::gb28181::Settings) -> Vec<String> {
    let listen = settings.listen.ip();
    let interfaces = || if_addrs::get_if_addrs().unwrap_or_default().into_iter();
    let is_reachable = |ip: &std::net::IpAddr| match ip {
        std::net::IpAddr::V4(ip) => !ip.is_loopback() && !ip.is_link_local(),
        std::net::IpAddr::V6(ip) => !ip.is_loopback() && !ip.is_unicast_link_local(),
    };
    let own: Vec<_> = if listen.is_unspecified() {
        interfaces().map(|interface| interface.ip()).filter(is_reachable).collect()
    } else {
        vec![listen]
    };
    settings.public_address.into_iter().chain(own).map(|ip| ip.to_string()).collect()
}

/// Which devices a list has.
#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    query: String,
    state: Option<String>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Result<Json<Gb28181DevicePage>, Failure> {
    let driver = driver(&app)?;
    let mut found = all(&app, driver, &caller);
    found.retain(|(seen, _)| wanted.state.as_ref().is_none_or(|state| state == seen.state()));
    let words: Vec<String> = wanted.query.to_lowercase().split_whitespace().map(str::to_owned).collect();
    if words.is_empty() {
        // Only what is shown is written out: there may be a hundred thousand.
        let items = part.of(&found).iter().map(|(seen, imported)| view(driver, seen, *imported)).collect();
        return Ok(Json(Gb28181DevicePage { items, total: found.len() }));
    }
    let mut items: Vec<Gb28181Device> = found.iter().map(|(seen, imported)| view(driver, seen, *imported)).collect();
    items.retain(|item| {
        let text = [&item.code, &item.name, &item.manufacturer, &item.model].map(|text| text.to_lowercase());
        let address = item.address.as_deref().unwrap_or_default();
        let has = |word: &String| text.iter().any(|text| text.contains(word)) || address.contains(word);
        words.iter().all(has)
    });
    Ok(Json(Gb28181DevicePage { items: part.of(&items).to_vec(), total: items.len() }))
}

/// Stored devices by their names, each with how many of its channels there are here; then those that are there and were not
/// added.
fn all(app: &App, driver: &Gb28181, caller: &Caller) -> Vec<(Seen, usize)> {
    let stored = app.devices.devices(caller, None).into_iter().filter(|(row, _)| row.driver == DRIVER);
    let mut items: Vec<(Seen, usize)> = stored
        .filter_map(|(row, channels)| {
            let code = Id::new(&row.address).ok()?;
            let presence = driver.presence(&code);
            Some((Seen { code, row: Some(row), presence }, channels))
        })
        .collect();
    if caller.may(Action::View, Kind::Device, &Place::ROOT) {
        let mut others = driver.present();
        others.retain(|(code, _)| driver.number_of(code).is_none());
        others.sort_by(|(one, _), (other, _)| one.cmp(other));
        let others = others.into_iter().map(|(code, presence)| Seen { code, row: None, presence: Some(presence) });
        items.extend(others.map(|seen| (seen, 0)));
    }
    items
}

pub(super) async fn one(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
) -> Result<Json<Gb28181Device>, Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    let channels = match &seen.row {
        Some(row) => app.devices.device(&caller, row.id)?.1,
        None => 0,
    };
    Ok(Json(view(driver(&app)?, &seen, channels)))
}

fn view(driver: &Gb28181, seen: &Seen, imported: usize) -> Gb28181Device {
    match &seen.presence {
        Some(presence) => presence.look(|told| view_told(driver, seen, imported, told)),
        None => view_told(driver, seen, imported, &Told::default()),
    }
}

fn view_told(driver: &Gb28181, seen: &Seen, imported: usize, told: &Told) -> Gb28181Device {
    let info = told.info.clone().unwrap_or_default();
    let cameras = || told.items.iter().filter(|item| item.is_camera());
    let (catalog, catalog_text) = catalog_state(&told.catalog);
    let stored = seen.row.as_ref();
    let text = |told: &str, stored: Option<&String>| {
        if told.is_empty() { stored.cloned().unwrap_or_default() } else { told.to_owned() }
    };
    let name = stored.map_or(&*info.name, |row| &row.name);
    let name = if name.is_empty() { seen.code.as_str() } else { name };
    let presence = seen.presence.as_ref();
    Gb28181Device {
        code: seen.code.to_string(),
        device_id: stored.map(|row| row.id),
        organisation_id: stored.map(|row| row.organisation_id),
        name: name.to_owned(),
        state: seen.state().to_owned(),
        reason: presence
            .map_or_else(|| Some(why_offline(driver, seen)), |it| contested(it))
            .map(|text| localised(&text)),
        manufacturer: text(&info.manufacturer, stored.map(|row| &row.vendor)),
        model: text(&info.model, stored.map(|row| &row.model)),
        firmware: info.firmware.to_string(),
        user_agent: presence.map(|it| it.user_agent.to_string()).unwrap_or_default(),
        version: presence.map(|it| edition(it.version()).to_owned()),
        transport: presence.map(|it| it.transport.as_str().to_lowercase()),
        media: presence.map(|it| media_mode(it.profile.media).to_owned()),
        address: presence.map(|it| it.address.to_string()),
        since: presence.map(|it| base::rfc3339(it.since_unix_ms)),
        heard_at: presence.map(|it| base::rfc3339(it.heard_unix_ms())),
        clock_ahead_ms: told.clock_ahead_ms,
        cameras: cameras().count(),
        cameras_on: cameras().filter(|item| item.is_on).count(),
        imported,
        catalog: catalog.to_owned(),
        catalog_text,
        faulty: told.faulty.iter().map(ToString::to_string).collect(),
    }
}

/// That two devices take their code from each other, if it looks like that.
fn contested(presence: &Presence) -> Option<String> {
    let other = presence.rival(platform::unix_now_ms())?;
    Some(format!(
        "Its code signs in from {} and from {other} in turn. Two devices may have it: give one of them another code.",
        presence.address.ip()
    ))
}

fn why_offline(driver: &Gb28181, seen: &Seen) -> String {
    if seen.row.as_ref().is_some_and(|row| !row.enabled) {
        return "The device is switched off here.".to_owned();
    }
    driver.refusal_of(&seen.code).map_or_else(
        || "It is not signed in. Check its power, the network, and the server that is set in it.".to_owned(),
        |refused| refusal(&refused),
    )
}

fn refusal(refused: &Refused) -> String {
    match refused.why {
        Refusal::Unknown => "It is not permitted: add it as a device.".to_owned(),
        Refusal::WrongPassword => "It tried with a wrong password or user name. Compare both with the camera's page.".to_owned(),
        _ => "It tried with a wrong password too often and is not listened to for ten minutes. Correct the password, then wait.".to_owned(),
    }
}

const fn edition(version: Version) -> &'static str {
    match version {
        Version::V2022 => "2022",
        Version::V2016 => "2016",
        _ => "2011",
    }
}

const fn media_mode(mode: MediaMode) -> &'static str {
    match mode {
        MediaMode::Udp => "udp",
        MediaMode::TcpPassive => "tcp_passive",
        MediaMode::TcpActive => "tcp_active",
    }
}

fn catalog_state(state: &CatalogState) -> (&'static str, Option<String>) {
    match state {
        CatalogState::Awaited => ("awaited", None),
        CatalogState::Coming { items, of: Some(of) } => ("coming", Some(format!("{items} / {of}"))),
        CatalogState::Coming { items, of: None } => ("coming", Some(items.to_string())),
        CatalogState::Whole => ("whole", None),
        CatalogState::Partial(text) => ("partial", Some(localised(text))),
    }
}

pub(super) async fn refused(State(app): State<Arc<App>>) -> Result<Json<Gb28181RefusedList>, Failure> {
    let items = driver(&app)?.refused().into_iter().map(|refused| Gb28181Refused {
        code: refused.device.to_string(),
        address: refused.from.to_string(),
        why: match refused.why {
            Refusal::Unknown => "unknown",
            Refusal::WrongPassword => "wrong_password",
            _ => "locked",
        }
        .to_owned(),
        reason: localised(&refusal(&refused)),
        at: base::rfc3339(refused.at_unix_ms),
        times: refused.times,
    });
    Ok(Json(Gb28181RefusedList { items: items.collect() }))
}

pub(super) async fn refresh(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
) -> Result<StatusCode, Failure> {
    let seen = seen(&app, &caller, &code, Action::Manage)?;
    seen.there()?;
    driver(&app)?.refresh(&seen.code);
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn order(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Body(input): Body<Gb28181Order>,
) -> Result<StatusCode, Failure> {
    let seen = seen(&app, &caller, &code, Action::Manage)?;
    let presence = seen.there()?;
    let target = seen.target(input.channel.as_deref())?;
    let command = command(&input, presence.version())?;
    let control = Control::DeviceControl(DeviceControl { command, info: None });
    driver(&app)?.command(&seen.code, &target, control).await.map_err(|fault| failed(&fault))?;
    Ok(StatusCode::NO_CONTENT)
}

fn command(input: &Gb28181Order, version: Version) -> Result<Command, Failure> {
    let track = |track| Command::Track(TrackControl { track: Some(track), ..TrackControl::default() });
    let record = |recording| Command::Record(RecordingControl { recording: Some(recording), stream: None });
    Ok(match input.order.as_str() {
        "reboot" => Command::TeleBoot,
        "record" => record(Recording::Start),
        "stop_record" => record(Recording::Stop),
        "guard" => Command::Guard(Guard::Set),
        "unguard" => Command::Guard(Guard::Reset),
        "reset_alarm" => Command::ResetAlarm,
        "key_frame" => Command::IFrame(IFrameSpelling::of(version)),
        "track" => track(Track::Auto),
        "stop_track" => track(Track::Stop),
        "format_card" => Command::FormatSdCard(input.card.filter(|card| *card <= MAX_CARD).ok_or_else(|| {
            Failure::invalid("card", format!("A memory card has a number from 1 to {MAX_CARD}; 0 is all of them."))
        })?),
        _ => {
            let text = "An order is reboot, record, stop_record, guard, unguard, reset_alarm, key_frame, track, stop_track or format_card.";
            return Err(Failure::invalid("order", text));
        }
    })
}

/// Why nothing came of a question or an order, with what to try.
fn failed(fault: &Fault) -> Failure {
    let next_step = match fault {
        Fault::NotSignedIn => "Check its power, the network, and the server that is set in it.",
        Fault::NoSession => "Play the recording first.",
        Fault::OlderEdition(_) => "Set the edition in the device's own page, or do it there.",
        Fault::Declined => "It may lack this, or want it set on its own page.",
        Fault::Refused { .. } => "See the device's own log, and the SIP trace.",
        Fault::NoAnswer | Fault::Silent => "Try again; if it stays so, see the SIP trace.",
        _ => "Try again in a moment.",
    };
    let mut text = fault.to_string();
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Failure::new(fault.kind(), format!("{text}. {next_step}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_about_the_device_unless_it_names_something_below() {
        let (device, channel) = ("34020000001110000001", "34020000001320000001");
        let seen = Seen { code: Id::new(device).unwrap(), row: None, presence: None };
        for (named, expected) in [(None, device), (Some(""), device), (Some(channel), channel)] {
            assert_eq!(seen.target(named).unwrap().as_str(), expected, "{named:?}");
        }
        assert_eq!(seen.target(Some("a/b")).unwrap_err().field.as_deref(), Some("channel"));
    }
}
