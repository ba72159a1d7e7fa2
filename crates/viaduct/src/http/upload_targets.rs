//! Where pictures are sent to.

use std::sync::Arc;

use api::{UploadHeader, UploadTarget, UploadTargetInput, UploadTargetList, UploadTest};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use platform::uploads::{Target, TargetInput, UploadError};

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::extract::{Body, Path};
use super::language::localised;
use super::views;
use crate::server::App;

impl From<UploadError> for Failure {
    fn from(error: UploadError) -> Self {
        if let UploadError::Storage(source) = &error {
            tracing::error!(error = %source, "The targets of pictures failed.");
        }
        Self { field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

async fn view(app: &App, target: Target) -> Result<UploadTarget, Failure> {
    let (status, waiting) = app.uploads.status(target.id).await?;
    let header = |(name, value): (String, String)| UploadHeader { name, value };
    Ok(UploadTarget {
        id: target.id,
        kind: target.kind.as_str().to_owned(),
        has_password: target.password.is_some(),
        has_token: target.token.is_some(),
        name: target.name,
        url: target.url,
        username: target.username,
        headers: target.headers.into_iter().map(header).collect(),
        enabled: target.enabled,
        version: target.version,
        created_at: views::rfc3339(target.created_at),
        waiting,
        sent: status.sent,
        failures: status.failures,
        lost: status.lost,
        last_sent_at: status.last_sent_ms.map(base::rfc3339),
        last_error: status.last_error.as_deref().map(localised),
    })
}

fn typed(input: UploadTargetInput) -> TargetInput {
    TargetInput {
        name: input.name,
        kind: input.kind,
        url: input.url,
        username: input.username,
        password: input.password,
        token: input.token,
        headers: input.headers.into_iter().map(|header| (header.name, header.value)).collect(),
        enabled: input.enabled,
    }
}

pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<UploadTargetList>, Failure> {
    let mut items = Vec::new();
    for target in app.uploads.targets().await? {
        items.push(view(&app, target).await?);
    }
    Ok(Json(UploadTargetList { items }))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<UploadTargetInput>,
) -> Result<(StatusCode, Versioned<UploadTarget>), Failure> {
    let target = app.uploads.add(typed(input)).await?;
    tracing::info!(user = caller.user.name, ?target, "A target of pictures was added.");
    Ok((StatusCode::CREATED, Versioned(target.version, view(&app, target).await?)))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(input): Body<UploadTargetInput>,
) -> Result<Versioned<UploadTarget>, Failure> {
    let target = app.uploads.change(id, version, typed(input)).await?;
    tracing::info!(user = caller.user.name, ?target, "A target of pictures was changed.");
    Ok(Versioned(target.version, view(&app, target).await?))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.uploads.remove(id).await?;
    tracing::info!(user = caller.user.name, id, "A target of pictures was removed.");
    Ok(StatusCode::NO_CONTENT)
}

/// Tries what waits now.
pub(super) async fn retry(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Json<UploadTarget>, Failure> {
    let target = app.uploads.retry(id).await?;
    Ok(Json(view(&app, target).await?))
}

/// Sends the newest picture, so that what arrives there is what will.
pub(super) async fn test(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Json<UploadTest>, Failure> {
    let target = app.uploads.find(id).await?;
    let newest = app.snapshots.newest().await?;
    let row = newest.ok_or_else(|| Failure::not_found("picture yet that could be sent; take one first"))?;
    let outcome = app.uploads.send_now(&target, &row).await;
    let error = outcome.err().map(|text| localised(&text));
    Ok(Json(UploadTest { ok: error.is_none(), error, snapshot_id: row.id }))
}
