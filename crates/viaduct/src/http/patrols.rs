//! Patrols, their runs and their log.

use std::collections::HashMap;
use std::sync::Arc;

use api::{Patrol, PatrolInput, PatrolList, PatrolLog, PatrolRun, PatrolStep, PatrolStop, PatrolStopInput};
use axum::Extension;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use db::{PatrolRow, PatrolStopRow};
use platform::patrols::{self, Order, Patrols, Step, Tour};
use platform::people::Caller;
use platform::rights::{Action, Kind};
use platform::schedule::Schedule;
use platform::snapshots::Origin;
use platform::unix_now;
use serde::Deserialize;

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::extract::{Body, Path, Query};
use super::routes::NothingNew;
use super::schedules::{from_windows, windows};
use super::views::rfc3339;
use super::{snapshots, wall_views};
use crate::server::App;

/// Bytes of a patrol with all its steps.
pub(super) const MAX_BODY: usize = 256 << 10;
/// Stops of one answer.
const PAGE: i64 = 100;

fn view(app: &App, row: &PatrolRow, caller: &Caller, names: &HashMap<i64, String>) -> Patrol {
    let tour = Patrols::tour(row);
    let schedule = row.schedule.as_deref().and_then(|text| text.parse::<Schedule>().ok());
    Patrol {
        id: row.id,
        name: row.name.clone(),
        organisation_id: row.organisation_id,
        owner: names.get(&row.owner_id).cloned().unwrap_or_default(),
        mine: row.owner_id == caller.user.id,
        changeable: Patrols::sharing(row).is_changed_by(caller, Kind::Patrol),
        steps: tour.steps.iter().map(|step| PatrolStep { channel_id: step.channel_id, preset: step.preset }).collect(),
        layout: tour.layout,
        dwell_s: tour.dwell_s,
        order: if tour.order == Order::Shuffled { "shuffled" } else { "listed" }.to_owned(),
        snapshot: tour.snapshot,
        open: schedule.as_ref().is_none_or(|schedule| schedule.is_open(app.clock.now().datetime())),
        schedule: schedule.as_ref().map(windows),
        version: row.version,
    }
}

fn input(input: PatrolInput) -> Result<patrols::PatrolInput, Failure> {
    let order = match input.order.as_deref() {
        None | Some("listed") => Order::Listed,
        Some("shuffled") => Order::Shuffled,
        Some(_) => return Err(Failure::invalid("order", "The order is listed or shuffled.")),
    };
    let schedule = input.schedule.as_deref().map(from_windows).transpose();
    let schedule = schedule.map_err(|error| Failure::invalid("schedule", error.to_string()))?;
    let steps = input.steps.into_iter().map(|step| Step { channel_id: step.channel_id, preset: step.preset }).collect();
    let tour = Tour { steps, layout: input.layout, dwell_s: input.dwell_s, order, snapshot: input.snapshot };
    Ok(patrols::PatrolInput { name: input.name, organisation_id: input.organisation_id, tour, schedule })
}

async fn answered(app: &App, row: &PatrolRow, caller: &Caller) -> Result<Versioned<Patrol>, Failure> {
    Ok(Versioned(row.version, view(app, row, caller, &wall_views::names(app).await?)))
}

pub(super) async fn list(State(app): State<Arc<App>>, Who(caller): Who) -> Result<Json<PatrolList>, Failure> {
    let (rows, names) = (app.patrols.list(&caller).await?, wall_views::names(&app).await?);
    Ok(Json(PatrolList { items: rows.iter().map(|row| view(&app, row, &caller, &names)).collect() }))
}

pub(super) async fn one(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Versioned<Patrol>, Failure> {
    answered(&app, &app.patrols.one(&caller, id).await?, &caller).await
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(wanted): Body<PatrolInput>,
) -> Result<(StatusCode, Versioned<Patrol>), Failure> {
    let row = app.patrols.add(&caller, input(wanted)?).await?;
    Ok((StatusCode::CREATED, answered(&app, &row, &caller).await?))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<PatrolInput>,
) -> Result<Versioned<Patrol>, Failure> {
    let row = app.patrols.change(&caller, (id, version), input(wanted)?).await?;
    answered(&app, &row, &caller).await
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.patrols.remove(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn begin(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<(StatusCode, Json<PatrolRun>), Failure> {
    let run = app.patrols.begin(&caller, id).await?;
    Ok((StatusCode::CREATED, Json(PatrolRun { id: run })))
}

pub(super) async fn end(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(run): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.patrols.end(&caller, run).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A run stops at a camera; where the patrol says so, a picture of it is kept.
pub(super) async fn stop(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(run): Path<i64>,
    Body(stop): Body<PatrolStopInput>,
) -> Result<impl IntoResponse, Failure> {
    let patrol = app.patrols.running(&caller, run).await?;
    let channel = app.devices.channel(&caller, stop.channel_id)?;
    let keeps = Patrols::tour(&patrol).snapshot
        && stop.outcome == "shown"
        && caller.may(Action::Operate, Kind::Snapshot, &app.devices.place_of(&channel));
    let snapshot_id = if keeps { snapshots::keep(&app, &channel, Origin::Patrol, &caller).await } else { None };
    let row = PatrolStopRow {
        id: 0,
        run_id: run,
        user_name: caller.user.name.clone(),
        at: unix_now(),
        channel_id: channel.id,
        channel_name: channel.name.clone(),
        outcome: stop.outcome,
        snapshot_id,
    };
    let id = app.patrols.stopped(row.clone()).await?;
    // It is in the patrol's own log.
    Ok((StatusCode::CREATED, Extension(NothingNew), Json(stop_view(PatrolStopRow { id, ..row }))))
}

fn stop_view(row: PatrolStopRow) -> PatrolStop {
    PatrolStop {
        id: row.id,
        run_id: row.run_id,
        at: rfc3339(row.at),
        user: row.user_name,
        channel_id: row.channel_id,
        channel_name: row.channel_name,
        outcome: row.outcome,
        snapshot_id: row.snapshot_id,
    }
}

/// Which part of the log is wanted.
#[derive(Debug, Deserialize)]
pub(super) struct Before {
    before: Option<i64>,
}

pub(super) async fn log(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Query(part): Query<Before>,
) -> Result<Json<PatrolLog>, Failure> {
    let rows = app.patrols.log(&caller, id, part.before.unwrap_or(i64::MAX), PAGE).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let before = rows.last().filter(|_| more).map(|row| row.id);
    Ok(Json(PatrolLog { items: rows.into_iter().map(stop_view).collect(), before }))
}
