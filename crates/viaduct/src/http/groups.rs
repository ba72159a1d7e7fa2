//! Groups of cameras.

use std::sync::Arc;

use api::{Group, GroupInput, GroupList, GroupMembersChanged, GroupMembersInput, NewGroup};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use platform::devices::GroupView;
use platform::people::Caller;

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::extract::{Body, Path};
use crate::server::App;

fn view(group: GroupView) -> Group {
    let row = group.row;
    Group {
        id: row.id,
        name: row.name.clone(),
        organisation_id: row.organisation_id,
        channels: group.channels,
        managed: group.managed,
        version: row.version,
    }
}

fn answered(app: &App, caller: &Caller, id: i64) -> Result<Versioned<Group>, Failure> {
    let group = app.devices.group(caller, id)?;
    Ok(Versioned(group.row.version, view(group)))
}

pub(super) async fn list(State(app): State<Arc<App>>, Who(caller): Who) -> Json<GroupList> {
    Json(GroupList { items: app.devices.groups(&caller).into_iter().map(view).collect() })
}

pub(super) async fn one(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Versioned<Group>, Failure> {
    answered(&app, &caller, id)
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<NewGroup>,
) -> Result<(StatusCode, Versioned<Group>), Failure> {
    let id = app.devices.add_group(&caller, input.organisation_id, &input.name).await?;
    Ok((StatusCode::CREATED, answered(&app, &caller, id)?))
}

pub(super) async fn rename(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(input): Body<GroupInput>,
) -> Result<Versioned<Group>, Failure> {
    app.devices.rename_group(&caller, (id, version), &input.name).await?;
    answered(&app, &caller, id)
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.devices.remove_group(&caller, id).await?;
    app.events.channels_changed();
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn change_members(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Body(input): Body<GroupMembersInput>,
) -> Result<Json<GroupMembersChanged>, Failure> {
    let changed = app.devices.change_members(&caller, id, &input.add, &input.remove).await?;
    app.events.channels_changed();
    Ok(Json(GroupMembersChanged { added: changed.added, removed: changed.removed }))
}
