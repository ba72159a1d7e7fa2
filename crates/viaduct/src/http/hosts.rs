//! Virtual hosts.

use std::sync::Arc;

use api::{Host, HostChange, HostInput, HostList};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use db::SourceRow;
use platform::hosts::{self, HostError};

use super::Failure;
use super::auth::Who;
use super::extract::{Body, Path};
use super::views;
use crate::server::App;

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        if let HostError::Storage(source) = &error {
            tracing::error!(error = %source, "The virtual hosts failed.");
        }
        Self { field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

fn view(app: &App, host: hosts::Host, sources: &[SourceRow]) -> Host {
    let streams = app.hub.list();
    let own = || streams.iter().filter(|stream| stream.key().vhost() == host.name);
    Host {
        streams: own().count(),
        viewers: own().map(|stream| stream.viewer_count()).sum(),
        sources: sources.iter().filter(|row| row.vhost == host.name).count(),
        created_at: views::rfc3339(host.created_at),
        name: host.name,
        domains: host.domains,
    }
}

pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<HostList>, Failure> {
    let sources = app.database.sources().await?;
    Ok(Json(HostList { items: app.hosts.list().into_iter().map(|host| view(&app, host, &sources)).collect() }))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<HostInput>,
) -> Result<(StatusCode, Json<Host>), Failure> {
    let host = app.hosts.add(&input.name, &input.domains).await?;
    tracing::info!(user = caller.user.name, host = host.name, "A virtual host was added.");
    Ok((StatusCode::CREATED, Json(view(&app, host, &[]))))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(name): Path<String>,
    Body(input): Body<HostChange>,
) -> Result<Json<Host>, Failure> {
    let host = app.hosts.change(&name, &input.domains).await?;
    tracing::info!(user = caller.user.name, host = host.name, "A virtual host was changed.");
    let sources = app.database.sources().await?;
    Ok(Json(view(&app, host, &sources)))
}

/// What runs on the host ends: nobody could reach it by its name any more.
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(name): Path<String>,
) -> Result<StatusCode, Failure> {
    app.hosts.remove(&name).await?;
    let name = name.to_ascii_lowercase();
    for stream in app.hub.list().iter().filter(|stream| stream.key().vhost() == name) {
        // Those of origins and hooks would pull it again.
        app.sources.remove(stream.key());
    }
    let streams = app.hub.close_host(&name);
    tracing::info!(user = caller.user.name, host = name, streams, "A virtual host was removed.");
    Ok(StatusCode::NO_CONTENT)
}
