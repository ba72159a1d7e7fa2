//! Links by which somebody without an account watches a camera for a time.

use std::sync::Arc;

use api::{PlayWish, Share, ShareCreated, ShareInput, ShareList, SharedChannel};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use base::ErrorKind;
use db::{ChannelRow, ShareRow};
use platform::accounts::{random_token, secret_hash};
use platform::devices::{State as ChannelState, streams};
use platform::people::Caller;
use platform::rights::{Action, Kind};
use platform::unix_now;

use super::Failure;
use super::auth::Who;
use super::extract::{Body, Path};
use super::streams::offer_until;
use super::views::rfc3339;
use super::wall_views::names;
use crate::server::App;

/// Thirty days.
const MAX_MINUTES: i64 = 30 * 24 * 60;
const MAX_WATERMARK: usize = 64;
/// What a link leads to is asked for again after this, so that one that was removed ends soon.
const OFFER_LIFE_S: i64 = 600;

/// A channel that somebody may let others watch.
fn shareable(app: &App, caller: &Caller, id: i64) -> Result<Arc<ChannelRow>, Failure> {
    let row = app.devices.channel(caller, id)?;
    let place = app.devices.place_of(&row);
    let may = |action| caller.may(action, Kind::Stream, &place);
    if may(Action::Operate) && may(Action::Play) {
        return Ok(row);
    }
    Err(Failure::new(ErrorKind::Forbidden, "You may not share cameras of that organisation."))
}

fn view(row: ShareRow, user: String) -> Share {
    Share {
        id: row.id,
        user,
        rendition: row.rendition,
        watermark: row.watermark,
        created_at: rfc3339(row.created_at),
        expires_at: rfc3339(row.expires_at),
    }
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Json<ShareList>, Failure> {
    let channel = shareable(&app, &caller, id)?;
    let (names, now) = (names(&app).await?, unix_now());
    let mut rows = app.database.shares_of(channel.id).await?;
    rows.retain(|row| row.expires_at > now);
    let view = |row: ShareRow| view(row.clone(), names.get(&row.user_id).cloned().unwrap_or_default());
    Ok(Json(ShareList { items: rows.into_iter().map(view).collect() }))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Body(input): Body<ShareInput>,
) -> Result<(StatusCode, Json<ShareCreated>), Failure> {
    let channel = shareable(&app, &caller, id)?;
    if !(1..=MAX_MINUTES).contains(&input.minutes) {
        return Err(Failure::invalid("minutes", "A link is good for 1 minute to 30 days."));
    }
    let watermark = input.watermark.trim().to_owned();
    if watermark.chars().count() > MAX_WATERMARK || watermark.chars().any(char::is_control) {
        return Err(Failure::invalid("watermark", "The text over the picture has up to 64 characters."));
    }
    let rendition = input.rendition.unwrap_or_else(|| "main".to_owned());
    if !["main", "sub"].contains(&rendition.as_str()) {
        return Err(Failure::invalid("rendition", "The rendition is main or sub."));
    }
    let (token, created_at) = (random_token(), unix_now());
    let row = ShareRow {
        id: 0,
        channel_id: channel.id,
        user_id: caller.user.id,
        rendition,
        watermark,
        created_at,
        expires_at: created_at + input.minutes * 60,
    };
    let id = app.database.add_share(&row, &secret_hash(&token)).await?;
    let share = view(ShareRow { id, ..row }, caller.user.name.clone());
    Ok((StatusCode::CREATED, Json(ShareCreated { share, path: format!("/share/{token}") })))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((id, share)): Path<(i64, i64)>,
) -> Result<StatusCode, Failure> {
    let channel = shareable(&app, &caller, id)?;
    if app.database.remove_share(channel.id, share).await? {
        return Ok(StatusCode::NO_CONTENT);
    }
    Err(Failure::not_found("such link"))
}

/// What a link leads to, for whoever has it.
pub(super) async fn open(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    Path(token): Path<String>,
) -> Result<Json<SharedChannel>, Failure> {
    let gone = || Failure::new(ErrorKind::NotFound, "This link is not good any more; ask for another one.");
    let now = unix_now();
    let row = app.database.share_by_token(&secret_hash(&token)).await?.filter(|row| row.expires_at > now);
    let row = row.ok_or_else(gone)?;
    let channel = app.devices.known_channel(row.channel_id).ok_or_else(gone)?;
    if app.devices.state(&channel) == ChannelState::Disabled {
        return Err(Failure::new(ErrorKind::Unavailable, "This camera is switched off."));
    }
    let (main, sub) = streams(&channel);
    let key = if row.rendition == "sub" { sub.unwrap_or(main) } else { main };
    let until = row.expires_at.min(now + OFFER_LIFE_S);
    let Json(offer) = offer_until(&app, &headers, key, &PlayWish::default(), until).await?;
    Ok(Json(SharedChannel {
        name: channel.name.clone(),
        watermark: row.watermark,
        expires_at: rfc3339(row.expires_at),
        offer,
    }))
}
