//! HTTP handlers: thin translations between the API's types and the use cases.

mod account;
mod applications;
mod assets;
mod auth;
mod events;
mod health;
mod hooks;
mod hosts;
mod import;
mod language;
mod metrics;
mod named;
mod problem;
mod relays;
mod server;
mod sessions;
mod sources;
mod streams;
mod tokens;
mod views;

use std::sync::{Arc, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, post, put};
use bytes::Bytes;
use futures_util::FutureExt;
use gateway::{ControlHttp, ControlRequest, ControlResponse};
use http_body_util::{BodyExt, Full};
use tower::ServiceExt;

pub(crate) use events::{EventLog, sample};
pub(crate) use problem::Failure;
pub(crate) use relays::spec_of;
pub(crate) use sources::{report_view, stored_source};

use crate::server::App;

/// Bytes of a request body.
const MAX_BODY: usize = 64 << 10;

/// Holds the router, which needs the gateway, which needs the handler.
#[derive(Clone, Default)]
pub(crate) struct RouterSlot {
    router: Arc<OnceLock<Router>>,
}

impl RouterSlot {
    pub(crate) fn fill(&self, router: Router) {
        let _only_once = self.router.set(router);
    }
}

/// The gateway's way to everything that is not media.
pub(crate) fn handler() -> (ControlHttp, RouterSlot) {
    let slot = RouterSlot::default();
    let router = Arc::clone(&slot.router);
    let handler: ControlHttp = Arc::new(move |request: ControlRequest| {
        let router = router.get().cloned();
        async move {
            let Some(router) = router else { return starting() };
            match router.oneshot(request.map(Body::new)).await {
                Ok(response) => response.map(|body| body.map_err(Into::into).boxed_unsync()),
                Err(never) => match never {},
            }
        }
        .boxed()
    });
    (handler, slot)
}

fn starting() -> ControlResponse {
    let body = Full::new(Bytes::from_static(b"starting")).map_err(|never| match never {}).boxed_unsync();
    let mut response = ::http::Response::new(body);
    *response.status_mut() = ::http::StatusCode::SERVICE_UNAVAILABLE;
    response
}

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .route("/setup", get(account::setup_state).post(account::set_up))
        .route("/login", post(account::login))
        .route("/logout", post(account::logout))
        .route("/me", get(account::me))
        .route("/me/password", post(account::change_password))
        .route("/server", get(server::info))
        .route("/server/history", get(server::history))
        .route("/sessions", get(sessions::list))
        .route("/sessions/traffic", get(sessions::traffic))
        .route("/config", get(server::configuration))
        .route("/config/reload", post(server::reload))
        .route("/streams", get(streams::list))
        .route("/streams/{app}/{name}", get(streams::detail))
        .route("/streams/{app}/{name}/play", post(streams::play))
        .route("/streams/{app}/{name}/publisher", delete(streams::kick_publisher))
        .route("/streams/{app}/{name}/viewers", get(streams::stream_viewers))
        .route("/streams/{app}/{name}/diagnosis", get(streams::diagnosis))
        .route("/viewers", get(streams::viewers))
        .route("/viewers/{id}", delete(streams::kick_viewer))
        .route("/sources", get(sources::list).post(sources::add))
        .route("/sources/import", post(import::import).layer(DefaultBodyLimit::max(import::MAX_BODY)))
        .route("/sources/{app}/{name}", get(sources::get_one).put(sources::change).delete(sources::remove))
        .route("/hosts", get(hosts::list).post(hosts::add))
        .route("/hosts/{name}", put(hosts::change).delete(hosts::remove))
        .route("/relays", get(relays::list).post(relays::add))
        .route("/relays/{id}", put(relays::change).delete(relays::remove))
        .route("/hooks", get(hooks::list).post(hooks::add))
        .route("/hooks/{id}", put(hooks::change).delete(hooks::remove))
        .route("/hooks/{id}/secret", post(hooks::renew_secret))
        .route("/hooks/{id}/test", post(hooks::test))
        .route("/hooks/{id}/deliveries", get(hooks::deliveries))
        .route("/hooks/{id}/deliveries/{delivery}/retry", post(hooks::retry))
        .route("/probe", post(sources::probe))
        .route("/tokens", post(tokens::make))
        .route("/applications", get(applications::list).post(applications::add))
        .route("/applications/{id}", put(applications::change).delete(applications::remove))
        .route("/streams/{app}/{name}/settings", get(applications::effective))
        .route("/events", get(events::connect))
        .route("/openapi.json", get(server::openapi))
        .fallback(problem::no_such_route);
    Router::new()
        .nest("/api/v1", api)
        .route("/metrics", get(metrics::read))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(axum::middleware::from_fn(language::remember))
        .with_state(app)
}
