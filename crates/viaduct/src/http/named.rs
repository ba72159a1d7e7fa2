//! The stream that a route names, and the virtual host of which a list is asked.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use base::ErrorKind;
use hub::{HostHints, StreamKey, UnknownHost};
use platform::people::Caller;
use platform::rights::{Action, Kind};
use serde::Deserialize;

use super::Failure;
use super::routes::Need;
use crate::server::App;

impl From<UnknownHost> for Failure {
    fn from(error: UnknownHost) -> Self {
        Self { field: Some("vhost".into()), ..Self::new(ErrorKind::NotFound, error.to_string()) }
    }
}

/// A stream on the virtual host that a request names; the default one when it names none.
pub(super) fn located(app: &App, path: StreamKey, vhost: Option<&str>) -> Result<StreamKey, Failure> {
    Ok(hub::hosts::locate(&*app.hosts, path, HostHints { named: vhost, authority: None })?)
}

#[derive(Debug, Deserialize)]
struct Place {
    vhost: Option<String>,
}

/// Which stream: `{app}/{name}` of the path and `vhost` of the query.
pub(crate) struct NamedStream(pub(crate) StreamKey);

impl FromRequestParts<Arc<App>> for NamedStream {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let unknown = || Failure::not_found("such stream");
        let Path((name_app, name)) =
            Path::<(String, String)>::from_request_parts(parts, app).await.map_err(|_| unknown())?;
        let place = Query::<Place>::from_request_parts(parts, app).await;
        let Query(Place { vhost }) = place.map_err(|error| Failure::invalid("vhost", error.body_text()))?;
        let path = StreamKey::new(&name_app, &name).map_err(|_| unknown())?;
        let key = located(app, path, vhost.as_deref())?;
        check_right(app, parts, &key)?;
        Ok(Self(key))
    }
}

/// A route that asks for a right somewhere means the place of the channel that the stream is of. One may not know of a stream
/// that one may not see.
fn check_right(app: &App, parts: &Parts, key: &StreamKey) -> Result<(), Failure> {
    let Some(Need::Somewhere(action, kind)) = parts.extensions.get::<Need>() else { return Ok(()) };
    let caller = parts.extensions.get::<Caller>().ok_or_else(|| Failure::new(ErrorKind::Unauthorized, "Sign in."))?;
    let place = app.devices.place_of_stream(key);
    if caller.may(*action, *kind, &place) {
        return Ok(());
    }
    let seen = caller.may(Action::View, Kind::Stream, &place);
    let forbidden = || Failure::new(ErrorKind::Forbidden, "You may not do this for that organisation.");
    Err(if seen { forbidden() } else { Failure::not_found("such stream") })
}

/// The virtual host of which a list is asked; all when absent. One that is gone may still have ended sessions.
pub(crate) struct OfHost(Option<String>);

impl OfHost {
    /// Whether something on `vhost` belongs in the list.
    pub(crate) fn fits(&self, vhost: &str) -> bool {
        self.0.as_deref().is_none_or(|wanted| wanted == vhost)
    }

    /// Its name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl FromRequestParts<Arc<App>> for OfHost {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let place = Query::<Place>::from_request_parts(parts, app).await;
        let Query(Place { vhost }) = place.map_err(|error| Failure::invalid("vhost", error.body_text()))?;
        Ok(Self(vhost.filter(|name| !name.is_empty()).map(|name| name.to_ascii_lowercase())))
    }
}
