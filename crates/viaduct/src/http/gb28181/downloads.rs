//! Recordings that are fetched from devices into files, and the files.

use std::sync::Arc;

use api::{Download, DownloadInput, DownloadLink, DownloadList};
use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::ErrorKind;
use db::DownloadRow;
use device::gb28181::{Line, Told};
use hub::StreamKey;
use platform::downloads::{DownloadError, Order};
use platform::people::Caller;
use platform::rights::{Action, Kind};
use platform::tokens::TokenClaims;
use platform::unix_now;
use serde::Deserialize;
use tower::ServiceExt;
use tower_http::services::ServeFile;

use super::driver;
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::{Body, Path, Query};
use crate::http::language::localised;
use crate::http::named::NamedStream;
use crate::http::views::rfc3339;
use crate::server::App;

/// How many times as fast where nobody says otherwise.
const SPEED: u8 = 8;
const SPEEDS: std::ops::RangeInclusive<u8> = 1..=16;
/// How long a link to a file can be used.
const LINK_LIFE_S: i64 = 3600;

impl From<DownloadError> for Failure {
    fn from(error: DownloadError) -> Self {
        if matches!(error, DownloadError::Storage(_) | DownloadError::File(_)) {
            tracing::error!(%error, source = ?std::error::Error::source(&error), "The downloads failed.");
        }
        Self::new(error.kind(), error.to_string())
    }
}

/// The stream that plays a recording as fast as it was.
fn stream_of(row: &DownloadRow) -> Option<StreamKey> {
    let fetched = StreamKey::new(&row.app, &row.name).ok()?;
    let mut line = Line::of(&fetched)?;
    let (from, to, _) = line.span?;
    line.span = Some((from, to, None));
    line.key().ok()
}

fn may(app: &App, caller: &Caller, row: &DownloadRow) -> bool {
    stream_of(row).is_some_and(|key| caller.may(Action::Play, Kind::Stream, &app.devices.place_of_stream(&key)))
}

/// One that the caller may have.
fn seen(app: &App, caller: &Caller, id: i64) -> Result<DownloadRow, Failure> {
    let row = app.downloads.find(id)?;
    if may(app, caller, &row) { Ok(row) } else { Err(DownloadError::NotFound.into()) }
}

fn view(row: DownloadRow) -> Download {
    Download {
        id: row.id,
        stream: stream_of(&row).map(|key| key.to_string()).unwrap_or_default(),
        device: row.device,
        label: row.label,
        from: rfc3339(row.begin_at),
        to: rfc3339(row.end_at),
        speed: row.speed,
        state: row.state,
        note: localised(&row.note),
        seconds: row.seconds,
        bytes: row.bytes,
        created_at: rfc3339(row.created_at),
        created_by: row.created_by,
        finished_at: row.finished_at.map(rfc3339),
    }
}

pub(in crate::http) async fn fetch(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    NamedStream(key): NamedStream,
    Body(input): Body<DownloadInput>,
) -> Result<(StatusCode, Json<Download>), Failure> {
    let order = order(&app, &key, input.speed.unwrap_or(SPEED), &caller)?;
    let row = app.downloads.order(order).await?;
    tracing::info!(user = caller.user.name, id = row.id, stream = row.name, "A recording was ordered.");
    Ok((StatusCode::CREATED, Json(view(row))))
}

fn order(app: &App, key: &StreamKey, speed: u8, caller: &Caller) -> Result<Order, Failure> {
    let refused = || Failure::new(ErrorKind::Unsupported, "Only recordings can be downloaded.");
    let line = Line::of(key).ok_or_else(refused)?;
    let (from, to, None) = line.span.ok_or_else(refused)? else { return Err(refused()) };
    if !SPEEDS.contains(&speed) {
        return Err(Failure::invalid("speed", "A speed is 1 to 16 times."));
    }
    let driver = driver(app)?;
    let device = driver.device_of(&line.channel).ok_or_else(|| {
        let text = "The device of this recording is not signed in. Check its power, the network, and the server that is set in it.";
        Failure::new(ErrorKind::Unavailable, text)
    })?;
    let name_of =
        |told: &Told| told.items.iter().find(|item| item.id == line.channel).map(|item| item.name.to_string());
    let name = driver.presence(&device).and_then(|presence| presence.look(name_of));
    let fetched = Line { span: Some((from, to, Some(speed))), ..line.clone() };
    let unix = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    Ok(Order {
        stream: fetched.key().map_err(|_| refused())?,
        device: device.to_string(),
        label: name.filter(|name| !name.is_empty()).unwrap_or_else(|| line.channel.to_string()),
        begin_at: unix(from),
        end_at: unix(to),
        speed,
        by: caller.user.name.clone(),
    })
}

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Wanted {
    device: Option<String>,
}

pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Query(wanted): Query<Wanted>,
) -> Json<DownloadList> {
    let rows = app.downloads.list();
    let total_bytes = rows.iter().map(|row| row.bytes).sum();
    let fits = |row: &DownloadRow| wanted.device.as_ref().is_none_or(|code| *code == row.device);
    let seen = rows.into_iter().filter(|row| fits(row) && may(&app, &caller, row));
    Json(DownloadList { items: seen.map(view).collect(), total_bytes })
}

pub(in crate::http) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    let row = seen(&app, &caller, id)?;
    app.downloads.remove(row.id).await?;
    tracing::info!(user = caller.user.name, id, stream = row.name, "A download was removed.");
    Ok(StatusCode::NO_CONTENT)
}

/// A browser that saves a file sends no session: the link has a token for playing the recording instead.
pub(in crate::http) async fn link(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Json<DownloadLink>, Failure> {
    let row = seen(&app, &caller, id)?;
    app.downloads.file(&row).await?;
    let key = stream_of(&row).ok_or(DownloadError::NotFound)?;
    let expires_at = unix_now() + LINK_LIFE_S;
    let token = app.signer.sign(&TokenClaims::of_stream(hub::Action::Play, &key, expires_at));
    let url = format!("/api/v1/downloads/{id}/file.mp4?token={token}");
    Ok(Json(DownloadLink { url, expires_at: rfc3339(expires_at) }))
}

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Token {
    #[serde(default)]
    token: String,
}

pub(in crate::http) async fn file(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(Token { token }): Query<Token>,
    request: Request,
) -> Result<Response, Failure> {
    let refused = || Failure::new(ErrorKind::Forbidden, "This link is not valid any more. Open the download again.");
    // Whoever has no token learns nothing of which downloads there are.
    let row = app.downloads.find(id).map_err(|_| refused())?;
    let key = stream_of(&row).ok_or_else(refused)?;
    app.signer.check(&token, hub::Action::Play, &key, unix_now()).map_err(|_| refused())?;
    let path = app.downloads.file(&row).await?;
    let served = ServeFile::new_with_mime(path, &"video/mp4".parse().expect("a media type")).oneshot(request).await;
    let Ok(mut response) = served.map(IntoResponse::into_response);
    let name = format!("attachment; filename=\"{}.mp4\"", key.name());
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}
