//! Named views of the video wall, and screens.

use std::collections::HashMap;
use std::sync::Arc;

use api::{Screen, ScreenList, ScreenShow, Tile, View, ViewInput, ViewList};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use db::ViewRow;
use platform::people::Caller;
use platform::rights::Kind;
use platform::sharing::SharingError;
use platform::views::{self, Views};
use serde_json::json;

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::extract::{Body, Path};
use super::views::rfc3339;
use crate::server::App;

impl From<SharingError> for Failure {
    fn from(error: SharingError) -> Self {
        if let SharingError::Storage(source) = &error {
            tracing::error!(error = %source, "Views and patrols failed.");
        }
        let code = matches!(error, SharingError::Stale).then_some("stale");
        Self { code, field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

/// Sign-in names by the numbers of users.
pub(super) async fn names(app: &App) -> Result<HashMap<i64, String>, Failure> {
    Ok(app.database.user_names().await?.into_iter().collect())
}

fn tile(tile: views::Tile) -> Tile {
    match tile {
        views::Tile::ChannelId(id) => Tile::ChannelId(id),
        views::Tile::Stream(name) => Tile::Stream(name),
    }
}

fn tiles_of(tiles: Vec<Option<Tile>>) -> Vec<Option<views::Tile>> {
    let tile = |tile| match tile {
        Tile::ChannelId(id) => views::Tile::ChannelId(id),
        Tile::Stream(name) => views::Tile::Stream(name),
    };
    tiles.into_iter().map(|each| each.map(tile)).collect()
}

fn view(row: &ViewRow, caller: &Caller, names: &HashMap<i64, String>) -> View {
    View {
        id: row.id,
        name: row.name.clone(),
        number: row.number,
        organisation_id: row.organisation_id,
        owner: names.get(&row.owner_id).cloned().unwrap_or_default(),
        mine: row.owner_id == caller.user.id,
        changeable: Views::sharing(row).is_changed_by(caller, Kind::View),
        layout: row.layout.clone(),
        tiles: Views::tiles(row).into_iter().map(|each| each.map(tile)).collect(),
        version: row.version,
    }
}

fn input(input: ViewInput) -> views::ViewInput {
    views::ViewInput {
        name: input.name,
        number: input.number,
        organisation_id: input.organisation_id,
        layout: input.layout,
        tiles: tiles_of(input.tiles),
    }
}

pub(super) async fn list(State(app): State<Arc<App>>, Who(caller): Who) -> Result<Json<ViewList>, Failure> {
    let (rows, names) = (app.views.list(&caller).await?, names(&app).await?);
    Ok(Json(ViewList { items: rows.iter().map(|row| view(row, &caller, &names)).collect() }))
}

pub(super) async fn one(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Versioned<View>, Failure> {
    let row = app.views.one(&caller, id).await?;
    Ok(Versioned(row.version, view(&row, &caller, &names(&app).await?)))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(wanted): Body<ViewInput>,
) -> Result<(StatusCode, Versioned<View>), Failure> {
    let row = app.views.add(&caller, input(wanted)).await?;
    Ok((StatusCode::CREATED, Versioned(row.version, view(&row, &caller, &names(&app).await?))))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(wanted): Body<ViewInput>,
) -> Result<Versioned<View>, Failure> {
    let row = app.views.change(&caller, (id, version), input(wanted)).await?;
    Ok(Versioned(row.version, view(&row, &caller, &names(&app).await?)))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.views.remove(&caller, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn screens(State(app): State<Arc<App>>, Who(caller): Who) -> Json<ScreenList> {
    let screen = |screen: views::Screen| Screen {
        name: screen.name,
        user: screen.user,
        since: rfc3339(screen.since),
        view_id: screen.view_id,
    };
    Json(ScreenList { items: app.screens.list(&caller).into_iter().map(screen).collect() })
}

pub(super) async fn show_on_screen(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(name): Path<String>,
    Body(wanted): Body<ScreenShow>,
) -> Result<StatusCode, Failure> {
    let (layout, tiles) = match (wanted.view_id, wanted.layout) {
        (Some(id), None) => {
            let row = app.views.one(&caller, id).await?;
            (row.layout.clone(), Views::tiles(&row))
        }
        (None, Some(layout)) => {
            let tiles = tiles_of(wanted.tiles);
            views::check_tiles(&layout, &tiles)?;
            (layout, tiles)
        }
        _ => return Err(Failure::invalid("view_id", "Name a view, or a layout with tiles.")),
    };
    let user = app.screens.tell(&caller, &name, wanted.view_id)?;
    let tiles: Vec<_> = tiles.into_iter().map(|each| each.map(tile)).collect();
    let told =
        json!({ "screen": name, "view_id": wanted.view_id, "layout": layout, "tiles": tiles, "by": caller.user.name });
    app.events.screen_told(user, told);
    Ok(StatusCode::NO_CONTENT)
}
