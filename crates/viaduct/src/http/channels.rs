//! Channels: lists, changes, many at once, playing.

use std::collections::HashSet;
use std::sync::Arc;

use api::{
    Channel, ChannelBranch, ChannelBulk, ChannelInput, ChannelPage, ChannelRendition, ChannelTree, ChannelsChanged,
    Maintenance, PlayOffer, PlayWish, Position, RoadPosition,
};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::ErrorKind;
use db::ChannelRow;
use platform::devices::{ChannelFilter, ChannelSet, Details, Done, Plan, State as ChannelState, settle_place, streams};
use platform::people::Caller;
use platform::rights::{Action, Kind};
use platform::stake::Stake;
use platform::unix_now;
use serde::Deserialize;

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::extract::{Body, MaybeBody, Path, Query};
use super::gb28181::talk;
use super::language::localised;
use super::views::{Part, rfc3339};
use crate::server::App;

/// Bytes of a change of many: ten thousand numbers and what they get.
pub(super) const MAX_BULK_BODY: usize = 256 << 10;
/// Channels that a list can be asked for by number.
const MAX_IDS: usize = 1000;

/// Which channels a list has.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Wanted {
    pub(super) organisation: Option<i64>,
    below: Option<bool>,
    #[serde(default)]
    query: String,
    tag: Option<String>,
    device: Option<i64>,
    group: Option<i64>,
    state: Option<String>,
    ids: Option<String>,
}

impl Wanted {
    pub(super) fn filter(&self, app: &App, caller: &Caller) -> Result<ChannelFilter, Failure> {
        // Who is in a group that one may not know of is not to be found out.
        let group = self.group.map(|id| app.devices.group(caller, id)).transpose()?.map(|group| group.row.id);
        let ids = self
            .ids
            .as_deref()
            .map(|list| list.split(',').map(|id| id.trim().parse::<i64>()).collect::<Result<_, _>>());
        let ids: Option<HashSet<i64>> =
            ids.transpose().map_err(|_| Failure::invalid("ids", "Numbers with commas between them: 3,7,12."))?;
        if ids.as_ref().is_some_and(|ids| ids.len() > MAX_IDS) {
            return Err(Failure::invalid("ids", format!("At most {MAX_IDS} numbers.")));
        }
        Ok(ChannelFilter { query: self.query.clone(), tag: self.tag.clone(), device: self.device, ids, group })
    }
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Query(wanted): Query<Wanted>,
    Query(part): Query<Part>,
) -> Result<Json<ChannelPage>, Failure> {
    let filter = wanted.filter(&app, &caller)?;
    let mut rows = app.devices.channels(&caller, wanted.organisation, wanted.below.unwrap_or(true), &filter);
    if let Some(state) = &wanted.state {
        rows.retain(|row| app.devices.state(row).as_str() == state);
    }
    let items = part.of(&rows).iter().map(|row| view(&app, &caller, row)).collect();
    Ok(Json(ChannelPage { items, total: rows.len() }))
}

pub(super) async fn tree(State(app): State<Arc<App>>, Who(caller): Who) -> Json<ChannelTree> {
    let branch = |branch: platform::devices::Branch| ChannelBranch {
        id: branch.organisation.id,
        parent_id: branch.organisation.parent_id,
        name: branch.organisation.name,
        channels: branch.channels,
        online: branch.online,
    };
    Json(ChannelTree { organisations: app.devices.tree(&caller).into_iter().map(branch).collect() })
}

/// A channel as the caller may see it: addresses are the device's business.
fn view(app: &App, caller: &Caller, row: &ChannelRow) -> Channel {
    let sees_addresses = caller.may_for(Action::View, Kind::Device, row.organisation_id);
    let (main, sub) = streams(row);
    let rendition = |key: hub::StreamKey, address: &str| ChannelRendition {
        stream: Some(key.to_string()),
        address: if sees_addresses { address.to_owned() } else { String::new() },
    };
    let details = Details::of(row);
    let state = app.devices.state(row);
    Channel {
        id: row.id,
        device_id: row.device_id,
        device_name: app.devices.device_name(row.device_id),
        organisation_id: row.organisation_id,
        groups: app.devices.groups_of(caller, row.id),
        number: row.number.clone(),
        name: row.name.clone(),
        kind: row.kind.clone(),
        code: row.code.clone(),
        area_code: row.area_code.clone(),
        road: road(row),
        position: position(row),
        heading: row.heading,
        ptz: row.ptz,
        talk: talk::is_heard(app, row),
        tags: row.tags.lines().map(str::to_owned).collect(),
        custom: details.custom,
        maintenance: Maintenance {
            installed_on: details.installed_on,
            warranty_until: details.warranty_until,
            maintainer: details.maintainer,
            phone: details.phone,
            note: details.note,
        },
        main: rendition(main, &row.main_address),
        sub: sub.map(|key| rendition(key, row.sub_address.as_deref().unwrap_or_default())),
        mode: if row.always { "always" } else { "on_demand" }.to_owned(),
        enabled: row.enabled,
        state: state.as_str().to_owned(),
        state_reason: match state {
            ChannelState::Offline(why) => Some(localised(&why)),
            _ => None,
        },
        created_at: rfc3339(row.created_at),
        version: row.version,
    }
}

fn road(row: &ChannelRow) -> Option<RoadPosition> {
    let road = RoadPosition {
        code: row.road_code.clone(),
        name: row.road_name.clone(),
        stake: row.stake_m.and_then(Stake::new).map(|stake| stake.to_string()),
        stake_m: row.stake_m,
        direction: row.direction.clone(),
        carriageway: row.carriageway.clone(),
    };
    (road != RoadPosition::default()).then_some(road)
}

fn position(row: &ChannelRow) -> Option<Position> {
    Some(Position { longitude: row.longitude?, latitude: row.latitude?, crs: row.crs.clone() })
}

/// What was typed as a row of a new device, whose organisation it belongs to if it names none.
pub(super) fn new_row(input: ChannelInput, organisation_id: i64) -> Result<ChannelRow, Failure> {
    let base = ChannelRow { organisation_id, created_at: unix_now(), version: 1, ..ChannelRow::default() };
    row_of(input, base)
}

/// What was typed, over what is there.
fn row_of(input: ChannelInput, base: ChannelRow) -> Result<ChannelRow, Failure> {
    let text = |text: Option<String>| text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let road = input.road.unwrap_or_default();
    let stake = text(road.stake).map(|stake| stake.parse::<Stake>()).transpose();
    let stake = stake.map_err(|error| Failure::invalid("road.stake", format!("{error}.")))?;
    let always = match input.mode.as_deref() {
        None | Some("on_demand") => false,
        Some("always") => true,
        Some(_) => return Err(Failure::invalid("mode", "The mode is on_demand or always.")),
    };
    let details = Details {
        custom: input.custom,
        installed_on: text(input.maintenance.installed_on),
        warranty_until: text(input.maintenance.warranty_until),
        maintainer: text(input.maintenance.maintainer),
        phone: text(input.maintenance.phone),
        note: text(input.maintenance.note),
    };
    let numbered = streams(&base);
    // What is answered as the name of a numbered stream may be sent back.
    let named = |stream: Option<String>, own: Option<hub::StreamKey>| {
        text(stream)
            .filter(|name| own.is_none_or(|own| own.app() != platform::devices::NUMBERED || *name != own.to_string()))
    };
    let sub = input.sub.map(|sub| (named(sub.stream, numbered.1), sub.address.trim().to_owned()));
    let mut row = ChannelRow {
        device_id: input.device_id.unwrap_or(base.device_id),
        organisation_id: input.organisation_id.unwrap_or(base.organisation_id),
        number: input.number.trim().to_owned(),
        name: input.name.trim().to_owned(),
        kind: input.kind.unwrap_or_else(|| "video".to_owned()),
        code: text(input.code),
        area_code: text(input.area_code),
        road_code: road.code.trim().to_owned(),
        road_name: road.name.trim().to_owned(),
        stake_m: stake.map(|stake| stake.metres),
        direction: text(road.direction),
        carriageway: text(road.carriageway),
        heading: input.heading,
        ptz: input.ptz,
        tags: input.tags.iter().map(|tag| tag.trim().replace('\n', " ")).collect::<Vec<_>>().join("\n"),
        details: details.to_text(),
        main_address: input.main.address.trim().to_owned(),
        main_stream: named(input.main.stream, Some(numbered.0)),
        sub_address: sub.as_ref().map(|(_, address)| address.clone()),
        sub_stream: sub.and_then(|(stream, _)| stream),
        always,
        enabled: input.enabled,
        ..base
    };
    set_position(&mut row, input.position.as_ref())?;
    Ok(row)
}

fn set_position(row: &mut ChannelRow, position: Option<&Position>) -> Result<(), Failure> {
    let unchanged = position.is_some_and(|position| {
        row.longitude == Some(position.longitude) && row.latitude == Some(position.latitude) && row.crs == position.crs
    });
    // What was answered is in WGS-84, and may be sent back.
    if unchanged {
        return Ok(());
    }
    row.given_longitude = position.map(|position| position.longitude);
    row.given_latitude = position.map(|position| position.latitude);
    row.crs = position.and_then(|position| position.crs.clone());
    if row.crs.as_deref().is_some_and(|crs| platform::geo::Crs::parse(crs).is_none()) {
        return Err(Failure::invalid("position.crs", "The coordinate system is wgs84, gcj02 or bd09."));
    }
    settle_place(row).map_err(|text| Failure::invalid("position", text))
}

fn answered(app: &App, caller: &Caller, id: i64) -> Result<Versioned<Channel>, Failure> {
    let row = app.devices.channel(caller, id)?;
    Ok(Versioned(row.version, view(app, caller, &row)))
}

pub(super) async fn one(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Versioned<Channel>, Failure> {
    answered(&app, &caller, id)
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<ChannelInput>,
) -> Result<(StatusCode, Versioned<Channel>), Failure> {
    let device_id =
        input.device_id.ok_or_else(|| Failure::invalid("device_id", "Say of which device it is a line."))?;
    let (device, _) = app.devices.device(&caller, device_id)?;
    let row = new_row(input, device.organisation_id)?;
    let done = app.devices.carry_out(&caller, Plan { added: vec![row], ..Plan::default() }).await?;
    app.events.channels_changed();
    Ok((StatusCode::CREATED, answered(&app, &caller, done.added.first().copied().unwrap_or_default())?))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(input): Body<ChannelInput>,
) -> Result<Versioned<Channel>, Failure> {
    let present = app.devices.channel(&caller, id)?;
    let mut row = row_of(input, ChannelRow { version, ..(*present).clone() })?;
    if !caller.may_for(Action::View, Kind::Device, present.organisation_id) {
        // Who does not see addresses sends none back.
        row.main_address.clone_from(&present.main_address);
        row.sub_address.clone_from(&present.sub_address);
    }
    app.devices.carry_out(&caller, Plan { changed: vec![row], ..Plan::default() }).await?;
    app.events.channels_changed();
    answered(&app, &caller, id)
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.devices.remove_channels(&caller, &[id]).await?;
    app.events.channels_changed();
    Ok(StatusCode::NO_CONTENT)
}

fn changed(done: Done) -> Json<ChannelsChanged> {
    Json(ChannelsChanged { added: done.added.len(), changed: done.changed, removed: done.removed, undo: done.undo })
}

pub(super) async fn bulk(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<ChannelBulk>,
) -> Result<Json<ChannelsChanged>, Failure> {
    let done = match input.action.as_str() {
        "change" => app.devices.set_channels(&caller, &input.ids, &set_of(input.set)?).await?,
        "remove" => app.devices.remove_channels(&caller, &input.ids).await?,
        _ => return Err(Failure::invalid("action", "The action is change or remove.")),
    };
    app.events.channels_changed();
    Ok(changed(done))
}

fn set_of(set: api::ChannelSet) -> Result<ChannelSet, Failure> {
    let always = match set.mode.as_deref() {
        None => None,
        Some("on_demand") => Some(false),
        Some("always") => Some(true),
        Some(_) => return Err(Failure::invalid("mode", "The mode is on_demand or always.")),
    };
    Ok(ChannelSet {
        organisation_id: set.organisation_id,
        enabled: set.enabled,
        always,
        road_code: set.road_code,
        road_name: set.road_name,
        direction: set.direction,
        carriageway: set.carriageway,
        area_code: set.area_code,
        add_tags: set.add_tags,
        remove_tags: set.remove_tags,
    })
}

pub(super) async fn undo(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(token): Path<String>,
) -> Result<Json<ChannelsChanged>, Failure> {
    let done = app.devices.undo(&caller, &token).await?;
    app.events.channels_changed();
    Ok(changed(done))
}

/// Which picture of a channel is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Rendition {
    rendition: Option<String>,
}

pub(super) async fn play(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    headers: HeaderMap,
    Path(id): Path<i64>,
    Query(wanted): Query<Rendition>,
    MaybeBody(wish): MaybeBody<PlayWish>,
) -> Result<Json<PlayOffer>, Failure> {
    let row = app.devices.channel(&caller, id)?;
    if !caller.may(Action::Play, Kind::Stream, &app.devices.place_of(&row)) {
        return Err(Failure::new(ErrorKind::Forbidden, "You may not watch cameras of that organisation."));
    }
    if app.devices.state(&row) == ChannelState::Disabled {
        return Err(Failure::new(
            ErrorKind::Unavailable,
            "This camera is switched off; enable it and its device first.",
        ));
    }
    let (main, sub) = streams(&row);
    let key = match wanted.rendition.as_deref() {
        None | Some("main") => main,
        Some("sub") => sub.unwrap_or(main),
        Some(_) => return Err(Failure::invalid("rendition", "The rendition is main or sub.")),
    };
    super::streams::offer(&app, &headers, key, &wish).await
}
