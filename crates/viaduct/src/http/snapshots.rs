//! Pictures that are kept.

use std::sync::Arc;
use std::time::Instant;

use api::{Snapshot, SnapshotPage, SnapshotRequest};
use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use db::{ChannelRow, SnapshotFilter, SnapshotRow};
use hub::StreamKey;
use platform::devices::streams;
use platform::people::Caller;
use platform::rights::Action;
use platform::snapshots::{Order, Origin, SnapshotError};
use serde::Deserialize;
use vision::{Form, MAX_SIDE};

use super::Failure;
use super::auth::Who;
use super::extract::{Body, Path, Query};
use super::named::NamedStream;
use super::views::{self, instant_ms};
use crate::server::App;

/// Pictures of one answer.
const DEFAULT_PAGE: usize = 60;
const MAX_PAGE: usize = 200;
/// Quality where none is asked for: a picture that is kept may be looked at closely.
const QUALITY: u8 = 85;
/// A file never changes under its number; only who asked may keep it.
const CACHING: &str = "private, max-age=86400, immutable";

impl From<SnapshotError> for Failure {
    fn from(error: SnapshotError) -> Self {
        if matches!(error, SnapshotError::Storage(_) | SnapshotError::File(_)) {
            tracing::error!(%error, source = ?std::error::Error::source(&error), "The pictures failed.");
        }
        Self::new(error.kind(), error.to_string())
    }
}

pub(super) fn view(row: SnapshotRow) -> Snapshot {
    Snapshot {
        id: row.id,
        vhost: row.vhost,
        app: row.app,
        name: row.name,
        channel_id: row.channel_id,
        taken_at: base::rfc3339(row.taken_at_ms),
        width: row.width,
        height: row.height,
        bytes: row.bytes,
        form: row.form,
        sha256: row.sha256,
        origin: row.origin,
        taken_by: row.taken_by,
        plan_id: row.plan_id,
        keep_until: row.keep_until.map(views::rfc3339),
    }
}

fn order(request: SnapshotRequest, taken_by: String) -> Result<Order, Failure> {
    let form = match request.form.as_deref() {
        None => Form::Jpeg,
        Some(text) => Form::parse(text).ok_or_else(|| Failure::invalid("form", "The form is jpg, png or webp."))?,
    };
    let side = |field: &'static str, side: Option<u16>| {
        let side = side.unwrap_or(0);
        let too_long = || Failure::invalid(field, format!("A side is 0 to {MAX_SIDE} pixels."));
        if side <= MAX_SIDE { Ok(side) } else { Err(too_long()) }
    };
    let quality = request.quality.unwrap_or(QUALITY);
    if !(1..=100).contains(&quality) {
        return Err(Failure::invalid("quality", "The quality is 1 to 100."));
    }
    Ok(Order {
        form,
        quality,
        max_width: side("max_width", request.max_width)?,
        max_height: side("max_height", request.max_height)?,
        overlay: request.overlay,
        label: request.label,
        origin: Origin::Manual,
        taken_by,
        plan_id: None,
        keep_days: None,
        since: None,
    })
}

pub(super) async fn take(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    NamedStream(key): NamedStream,
    Body(request): Body<SnapshotRequest>,
) -> Result<(StatusCode, Json<Snapshot>), Failure> {
    let order = order(request, caller.user.name.clone())?;
    let row = app.snapshots.take(&key, &order).await?;
    tracing::info!(user = caller.user.name, stream = %key, id = row.id, "A picture was taken.");
    Ok((StatusCode::CREATED, Json(view(row))))
}

/// Keeps a picture of a channel as it is now, for the log of a patrol or a preset; none where there is none to be had.
pub(super) async fn keep(app: &App, channel: &ChannelRow, origin: Origin, caller: &Caller) -> Option<i64> {
    let (main, _) = streams(channel);
    let order = Order {
        form: Form::Jpeg,
        quality: QUALITY,
        max_width: 0,
        max_height: 0,
        overlay: true,
        label: Some(channel.name.clone()),
        origin,
        taken_by: caller.user.name.clone(),
        plan_id: None,
        // As long as the preset itself, and not of where the camera looked before.
        keep_days: (origin == Origin::Preset).then_some(0),
        since: (origin == Origin::Preset).then(Instant::now),
    };
    match app.snapshots.take(&main, &order).await {
        Ok(row) => Some(row.id),
        Err(error) => {
            tracing::info!(channel = channel.id, origin = origin.as_str(), %error, "A picture was not taken.");
            None
        }
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    stream: Option<String>,
    channel_id: Option<i64>,
    plan_id: Option<i64>,
    origin: Option<String>,
    from: Option<String>,
    to: Option<String>,
    before: Option<i64>,
    limit: Option<usize>,
}

impl Asked {
    fn filter(&self) -> Result<SnapshotFilter, Failure> {
        let stream = self.stream.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let key = stream.map(str::parse::<StreamKey>).transpose();
        let key = key.map_err(|error| Failure::invalid("stream", format!("{error}.")))?;
        let origin = self.origin.as_deref().filter(|text| !text.is_empty()).map(Origin::parse);
        if origin == Some(None) {
            return Err(Failure::invalid("origin", "The origin is manual, plan, patrol, preset or device."));
        }
        Ok(SnapshotFilter {
            stream: key.map(|key| (key.vhost().to_owned(), key.app().to_owned(), key.name().to_owned())),
            channel_id: self.channel_id,
            origin: origin.flatten().map(|origin| origin.as_str().to_owned()),
            plan_id: self.plan_id,
            from_ms: instant_ms("from", self.from.as_deref())?,
            to_ms: instant_ms("to", self.to.as_deref())?,
        })
    }
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Query(asked): Query<Asked>,
) -> Result<Json<SnapshotPage>, Failure> {
    let limit = asked.limit.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE);
    let before = asked.before.unwrap_or(i64::MAX);
    let (rows, next_before) = app.snapshots.list(&caller, &asked.filter()?, before, limit).await?;
    let (total, total_bytes) = app.snapshots.totals().await?;
    Ok(Json(SnapshotPage { items: rows.into_iter().map(view).collect(), next_before, total, total_bytes }))
}

pub(super) async fn one(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Json<Snapshot>, Failure> {
    Ok(Json(view(app.snapshots.known(&caller, Action::View, id).await?)))
}

pub(super) async fn picture(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let row = app.snapshots.known(&caller, Action::View, id).await?;
    let form = Form::parse(&row.form).unwrap_or(Form::Jpeg);
    Ok(file(form, app.snapshots.file(&row).await?))
}

pub(super) async fn thumbnail(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let row = app.snapshots.known(&caller, Action::View, id).await?;
    Ok(file(Form::Jpeg, app.snapshots.thumbnail(&row).await?))
}

fn file(form: Form, bytes: Bytes) -> Response {
    let head = [
        (header::CONTENT_TYPE, form.content_type()),
        (header::CACHE_CONTROL, CACHING),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (head, bytes).into_response()
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    let row = app.snapshots.known(&caller, Action::Manage, id).await?;
    app.snapshots.discard(&row).await?;
    tracing::info!(user = caller.user.name, id, "A picture was removed.");
    Ok(StatusCode::NO_CONTENT)
}
