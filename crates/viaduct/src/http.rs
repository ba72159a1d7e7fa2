//! HTTP handlers: thin translations between the API's types and the use cases.

mod account;
mod applications;
mod assets;
mod audit;
mod auth;
mod channel_tables;
mod channels;
mod devices;
mod events;
mod extract;
mod gb28181;
mod groups;
mod health;
mod hooks;
mod hosts;
mod import;
mod language;
mod licence;
mod metrics;
mod named;
mod oidc;
mod overview;
mod patrols;
mod people;
mod plan;
mod playback;
mod problem;
mod ptz;
mod relays;
mod routes;
mod schedules;
mod server;
mod sessions;
mod settings;
mod shares;
mod snapshot_plans;
mod snapshots;
mod socket;
mod sources;
mod streams;
mod tokens;
mod upload_targets;
mod views;
mod wall_views;

use std::sync::{Arc, OnceLock};

use axum::Extension;
use axum::Router;
use axum::body::Body;
use axum::extract::DefaultBodyLimit;
use axum::routing::get;
use bytes::Bytes;
use futures_util::FutureExt;
use gateway::{ControlHttp, ControlRequest, ControlResponse};
use http_body_util::{BodyExt, Full};
use tower::ServiceExt;

pub(crate) use events::{EventLog, sample};
pub(crate) use problem::Failure;
pub(crate) use ptz::write_down_stops;
pub(crate) use relays::spec_of;
pub(crate) use sources::{report_view, stored_source};

use gb28181::talk;
use platform::rights::{Action, Kind};
use routes::{Need, Routes};

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

/// All routes below `/api/v1`, with the right that each needs.
fn routes() -> Routes {
    use Action::{Manage, Operate, Play, View};
    use Need::{AtRoot, Nothing, Session, SignedIn, Somewhere};
    Routes::default()
        .get("/setup", Nothing, account::setup_state)
        .post("/setup", Nothing, account::set_up)
        .post("/login", Nothing, account::login)
        .get("/login/options", Nothing, oidc::options)
        .get("/login/oidc", Nothing, oidc::begin)
        .get("/login/oidc/callback", Nothing, oidc::callback)
        .post("/login/oidc/token", Nothing, oidc::token)
        .post("/logout", Session, account::logout)
        .get("/me", SignedIn, account::me)
        .post("/me/password", Session, account::change_password)
        .get("/me/sessions", Session, account::sessions)
        .delete("/me/sessions/{id}", Session, account::end_session)
        .post("/me/second-factor", Session, account::begin_second_factor)
        .post("/me/second-factor/confirm", Session, account::confirm_second_factor)
        .post("/me/second-factor/remove", Session, account::remove_second_factor)
        .get("/me/keys", Session, account::keys)
        .post("/me/keys", Session, account::add_key)
        .delete("/me/keys/{id}", Session, account::remove_key)
        .get("/organisations", Somewhere(View, Kind::Organisation), people::organisations)
        .post("/organisations", Somewhere(Manage, Kind::Organisation), people::add_organisation)
        .put("/organisations/{id}", Somewhere(Manage, Kind::Organisation), people::change_organisation)
        .delete("/organisations/{id}", Somewhere(Manage, Kind::Organisation), people::remove_organisation)
        .get("/roles", Somewhere(View, Kind::Role), people::roles)
        .post("/roles", AtRoot(Manage, Kind::Role), people::add_role)
        .put("/roles/{id}", AtRoot(Manage, Kind::Role), people::change_role)
        .delete("/roles/{id}", AtRoot(Manage, Kind::Role), people::remove_role)
        .get("/users", Somewhere(View, Kind::User), people::users)
        .post("/users", Somewhere(Manage, Kind::User), people::add_user)
        .get("/users/{id}", Somewhere(View, Kind::User), people::one_user)
        .put("/users/{id}", Somewhere(Manage, Kind::User), people::change_user)
        .delete("/users/{id}", Somewhere(Manage, Kind::User), people::remove_user)
        .post("/users/{id}/password", Somewhere(Manage, Kind::User), people::set_password)
        .delete("/users/{id}/second-factor", Somewhere(Manage, Kind::User), people::reset_second_factor)
        .put("/users/{id}/provider", Somewhere(Manage, Kind::User), oidc::link)
        .delete("/users/{id}/provider", Somewhere(Manage, Kind::User), oidc::unlink)
        .get("/users/{id}/sessions", Somewhere(Manage, Kind::User), account::sessions_of_user)
        .delete("/users/{id}/sessions/{session}", Somewhere(Manage, Kind::User), account::end_session_of_user)
        .get("/audit", AtRoot(View, Kind::Audit), audit::list)
        .get("/audit/export.csv", AtRoot(Operate, Kind::Audit), audit::export)
        .get("/audit/verify", AtRoot(View, Kind::Audit), audit::verify)
        .get("/overview", SignedIn, overview::overview)
        .get("/server", SignedIn, server::info)
        .get("/server/history", AtRoot(View, Kind::Server), server::history)
        .get("/config", AtRoot(Manage, Kind::Server), settings::configuration)
        .patch("/config", AtRoot(Manage, Kind::Server), settings::change)
        .post("/config/reload", AtRoot(Manage, Kind::Server), settings::reload)
        .post("/server/restart", AtRoot(Manage, Kind::Server), settings::restart)
        .get("/licence", AtRoot(View, Kind::Server), licence::standing)
        .put("/licence", AtRoot(Manage, Kind::Server), licence::put)
        .delete("/licence", AtRoot(Manage, Kind::Server), licence::remove)
        .get("/sessions", AtRoot(View, Kind::Traffic), sessions::list)
        .get("/sessions/traffic", AtRoot(View, Kind::Traffic), sessions::traffic)
        .get("/streams", Somewhere(View, Kind::Stream), streams::list)
        .get("/streams/{app}/{name}", Somewhere(View, Kind::Stream), streams::detail)
        .post("/streams/{app}/{name}/play", Somewhere(Play, Kind::Stream), streams::play)
        .post("/streams/{app}/{name}/control", Somewhere(Play, Kind::Stream), gb28181::control)
        // The token with which it is played is what it asks for.
        .upload("/streams/{app}/{name}/playback-reports", Nothing, playback::MAX_BODY, playback::report)
        .get("/streams/{app}/{name}/playback-reports", Somewhere(View, Kind::Stream), playback::list)
        .delete("/streams/{app}/{name}/publisher", Somewhere(Operate, Kind::Stream), streams::kick_publisher)
        .get("/streams/{app}/{name}/viewers", Somewhere(View, Kind::Stream), streams::stream_viewers)
        .get("/streams/{app}/{name}/diagnosis", Somewhere(View, Kind::Stream), streams::diagnosis)
        .get("/streams/{app}/{name}/settings", AtRoot(View, Kind::Rule), applications::effective)
        .get("/devices", Somewhere(View, Kind::Device), devices::list)
        .post("/devices", Somewhere(Manage, Kind::Device), devices::add)
        .get("/devices/{id}", Somewhere(View, Kind::Device), devices::one)
        .put("/devices/{id}", Somewhere(Manage, Kind::Device), devices::change)
        .delete("/devices/{id}", Somewhere(Manage, Kind::Device), devices::remove)
        .get("/gb28181", Somewhere(View, Kind::Device), gb28181::state)
        .get("/gb28181/devices", Somewhere(View, Kind::Device), gb28181::list)
        .get("/gb28181/devices/{code}", Somewhere(View, Kind::Device), gb28181::one)
        .post("/gb28181/devices/{code}/refresh", Somewhere(Manage, Kind::Device), gb28181::refresh)
        .post("/gb28181/devices/{code}/order", Somewhere(Manage, Kind::Device), gb28181::order)
        .get("/gb28181/devices/{code}/configuration", Somewhere(Manage, Kind::Device), gb28181::configuration)
        .put("/gb28181/devices/{code}/configuration", Somewhere(Manage, Kind::Device), gb28181::change_configuration)
        .get("/gb28181/devices/{code}/cards", Somewhere(View, Kind::Device), gb28181::cards)
        .get("/gb28181/devices/{code}/home-position", Somewhere(View, Kind::Device), gb28181::home_position)
        .put("/gb28181/devices/{code}/home-position", Somewhere(Manage, Kind::Device), gb28181::change_home_position)
        .get("/gb28181/devices/{code}/upgrade", Somewhere(View, Kind::Device), gb28181::last_upgrade)
        .post("/gb28181/devices/{code}/upgrade", Somewhere(Manage, Kind::Device), gb28181::upgrade)
        .post("/gb28181/devices/{code}/snapshots", Somewhere(Operate, Kind::Snapshot), gb28181::order_snapshots)
        .get("/gb28181/snapshots/{id}", Somewhere(View, Kind::Snapshot), gb28181::snapshot_progress)
        // The secret of its address is what they ask for.
        .post("/gb28181/pictures/{secret}", Nothing, gb28181::receive_picture)
        .put("/gb28181/pictures/{secret}", Nothing, gb28181::receive_picture)
        .get("/gb28181/devices/{code}/catalog", Somewhere(View, Kind::Device), gb28181::catalog)
        .upload(
            "/gb28181/devices/{code}/import",
            Somewhere(Manage, Kind::Channel),
            channels::MAX_BULK_BODY,
            gb28181::import,
        )
        .get(
            "/gb28181/devices/{code}/channels/{channel}/recordings",
            Somewhere(View, Kind::Device),
            gb28181::recordings,
        )
        .post("/streams/{app}/{name}/download", Somewhere(Play, Kind::Stream), gb28181::fetch)
        .get("/downloads", Somewhere(Play, Kind::Stream), gb28181::downloads)
        .delete("/downloads/{id}", Somewhere(Play, Kind::Stream), gb28181::remove_download)
        .post("/downloads/{id}/link", Somewhere(Play, Kind::Stream), gb28181::download_link)
        .get("/downloads/{id}/file.mp4", Nothing, gb28181::download_file)
        .get("/gb28181/devices/{code}/positions", Somewhere(View, Kind::Device), gb28181::positions)
        .get("/gb28181/refused", AtRoot(View, Kind::Device), gb28181::refused)
        .get("/gb28181/trace", AtRoot(View, Kind::Server), gb28181::messages)
        .put("/gb28181/trace", AtRoot(Manage, Kind::Server), gb28181::choose)
        .get("/gb28181/trace/export.txt", AtRoot(View, Kind::Server), gb28181::export)
        .get("/gb28181/alarms", Somewhere(View, Kind::Device), gb28181::alarms)
        .get("/channels", Somewhere(View, Kind::Channel), channels::list)
        .get("/channels/tree", Somewhere(View, Kind::Channel), channels::tree)
        .post("/channels", Somewhere(Manage, Kind::Channel), channels::add)
        .get("/channels/{id}", Somewhere(View, Kind::Channel), channels::one)
        .put("/channels/{id}", Somewhere(Manage, Kind::Channel), channels::change)
        .delete("/channels/{id}", Somewhere(Manage, Kind::Channel), channels::remove)
        .upload("/channels/bulk", Somewhere(Manage, Kind::Channel), channels::MAX_BULK_BODY, channels::bulk)
        .post("/channels/undo/{id}", Somewhere(Manage, Kind::Channel), channels::undo)
        .upload("/channels/import", Somewhere(Manage, Kind::Channel), channel_tables::MAX_TABLE, channel_tables::import)
        .get("/channels/export/{format}", Somewhere(View, Kind::Channel), channel_tables::export)
        .get("/channels/template/{format}", Somewhere(Manage, Kind::Channel), channel_tables::example)
        .post("/channels/{id}/play", Somewhere(Play, Kind::Stream), channels::play)
        .get("/channels/{id}/shares", Somewhere(Operate, Kind::Stream), shares::list)
        .post("/channels/{id}/shares", Somewhere(Operate, Kind::Stream), shares::add)
        .delete("/channels/{id}/shares/{share}", Somewhere(Operate, Kind::Stream), shares::remove)
        .get("/groups", Somewhere(View, Kind::Group), groups::list)
        .post("/groups", Somewhere(Manage, Kind::Group), groups::add)
        .get("/groups/{id}", Somewhere(View, Kind::Group), groups::one)
        .put("/groups/{id}", Somewhere(Manage, Kind::Group), groups::rename)
        .delete("/groups/{id}", Somewhere(Manage, Kind::Group), groups::remove)
        .upload("/groups/{id}/members", Somewhere(Manage, Kind::Group), channels::MAX_BULK_BODY, groups::change_members)
        // Its token is what it asks for.
        .get("/shares/{token}", Nothing, shares::open)
        .get("/views", Somewhere(View, Kind::View), wall_views::list)
        .post("/views", Somewhere(View, Kind::View), wall_views::add)
        .get("/views/{id}", Somewhere(View, Kind::View), wall_views::one)
        .put("/views/{id}", Somewhere(View, Kind::View), wall_views::change)
        .delete("/views/{id}", Somewhere(View, Kind::View), wall_views::remove)
        .get("/screens", Somewhere(View, Kind::View), wall_views::screens)
        .post("/screens/{name}/show", Somewhere(View, Kind::View), wall_views::show_on_screen)
        .get("/patrols", Somewhere(View, Kind::Patrol), patrols::list)
        .upload("/patrols", Somewhere(View, Kind::Patrol), patrols::MAX_BODY, patrols::add)
        .get("/patrols/{id}", Somewhere(View, Kind::Patrol), patrols::one)
        .put("/patrols/{id}", Somewhere(View, Kind::Patrol), patrols::change)
        .delete("/patrols/{id}", Somewhere(View, Kind::Patrol), patrols::remove)
        .get("/patrols/{id}/log", Somewhere(View, Kind::Patrol), patrols::log)
        .post("/patrols/{id}/runs", Somewhere(Operate, Kind::Patrol), patrols::begin)
        .post("/patrol-runs/{id}/stops", Somewhere(Operate, Kind::Patrol), patrols::stop)
        .delete("/patrol-runs/{id}", Somewhere(Operate, Kind::Patrol), patrols::end)
        .get("/channels/{id}/ptz", Somewhere(View, Kind::Ptz), ptz::view)
        .post("/channels/{id}/ptz/move", Somewhere(Operate, Kind::Ptz), ptz::go)
        .post("/channels/{id}/ptz/stop", Somewhere(Operate, Kind::Ptz), ptz::stop)
        .post("/channels/{id}/ptz/frame", Somewhere(Operate, Kind::Ptz), ptz::frame)
        .put("/channels/{id}/ptz/presets/{number}", Somewhere(Operate, Kind::Ptz), ptz::save_preset)
        .put("/channels/{id}/ptz/presets/{number}/name", Somewhere(Operate, Kind::Ptz), ptz::name_preset)
        .put("/channels/{id}/ptz/idle", Somewhere(Manage, Kind::Ptz), ptz::set_idle)
        .delete("/channels/{id}/ptz/idle", Somewhere(Manage, Kind::Ptz), ptz::remove_idle)
        .delete("/channels/{id}/ptz/presets/{number}", Somewhere(Operate, Kind::Ptz), ptz::remove_preset)
        .post("/channels/{id}/ptz/presets/{number}/go", Somewhere(Operate, Kind::Ptz), ptz::go_to_preset)
        .put("/channels/{id}/ptz/cruises/{number}", Somewhere(Operate, Kind::Ptz), ptz::save_cruise)
        .delete("/channels/{id}/ptz/cruises/{number}", Somewhere(Operate, Kind::Ptz), ptz::remove_cruise)
        .post("/channels/{id}/ptz/cruises/{number}/start", Somewhere(Operate, Kind::Ptz), ptz::start_cruise)
        .get("/channels/{id}/ptz/kept-cruises", Somewhere(View, Kind::Ptz), ptz::kept_cruises)
        .post("/channels/{id}/ptz/kept-cruises/{number}/start", Somewhere(Operate, Kind::Ptz), ptz::run_kept_cruise)
        .post("/channels/{id}/ptz/home", Somewhere(Operate, Kind::Ptz), ptz::go_home)
        .put("/channels/{id}/ptz/home", Somewhere(Operate, Kind::Ptz), ptz::set_home)
        .post("/channels/{id}/ptz/lock", Somewhere(Operate, Kind::Ptz), ptz::take)
        .delete("/channels/{id}/ptz/lock", Somewhere(Operate, Kind::Ptz), ptz::release)
        // As the events do, it asks for a token in its first message.
        .get("/channels/{id}/ptz/connect", Nothing, ptz::connect)
        .get("/channels/{id}/talk", Somewhere(View, Kind::Talk), talk::of_one_channel)
        .get("/channels/{id}/talk/connect", Nothing, talk::connect_channel)
        .upload("/channels/{id}/talk/file", Somewhere(Operate, Kind::Talk), talk::MAX_FILE, talk::play_on_channel)
        .delete("/channels/{id}/talk/file", Somewhere(Operate, Kind::Talk), talk::stop_on_channel)
        .get("/gb28181/devices/{code}/talk", Somewhere(View, Kind::Talk), talk::of_one_device)
        .get("/gb28181/devices/{code}/talk/connect", Nothing, talk::connect_device)
        .upload(
            "/gb28181/devices/{code}/talk/file",
            Somewhere(Operate, Kind::Talk),
            talk::MAX_FILE,
            talk::play_on_device,
        )
        .delete("/gb28181/devices/{code}/talk/file", Somewhere(Operate, Kind::Talk), talk::stop_on_device)
        .get("/viewers", Somewhere(View, Kind::Stream), streams::viewers)
        .delete("/viewers/{id}", Somewhere(Operate, Kind::Stream), streams::kick_viewer)
        .post("/streams/{app}/{name}/snapshot", Somewhere(Operate, Kind::Snapshot), snapshots::take)
        .get("/snapshots", Somewhere(View, Kind::Snapshot), snapshots::list)
        .get("/snapshots/{id}", Somewhere(View, Kind::Snapshot), snapshots::one)
        .delete("/snapshots/{id}", Somewhere(Manage, Kind::Snapshot), snapshots::remove)
        .get("/snapshots/{id}/picture", Somewhere(View, Kind::Snapshot), snapshots::picture)
        .get("/snapshots/{id}/thumbnail", Somewhere(View, Kind::Snapshot), snapshots::thumbnail)
        .get("/snapshot-plans", AtRoot(View, Kind::Snapshot), snapshot_plans::list)
        .post("/snapshot-plans", AtRoot(Manage, Kind::Snapshot), snapshot_plans::add)
        .put("/snapshot-plans/{id}", AtRoot(Manage, Kind::Snapshot), snapshot_plans::change)
        .delete("/snapshot-plans/{id}", AtRoot(Manage, Kind::Snapshot), snapshot_plans::remove)
        .get("/upload-targets", AtRoot(Manage, Kind::Snapshot), upload_targets::list)
        .post("/upload-targets", AtRoot(Manage, Kind::Snapshot), upload_targets::add)
        .put("/upload-targets/{id}", AtRoot(Manage, Kind::Snapshot), upload_targets::change)
        .delete("/upload-targets/{id}", AtRoot(Manage, Kind::Snapshot), upload_targets::remove)
        .post("/upload-targets/{id}/test", AtRoot(Manage, Kind::Snapshot), upload_targets::test)
        .post("/upload-targets/{id}/retry", AtRoot(Manage, Kind::Snapshot), upload_targets::retry)
        .get("/sources", AtRoot(View, Kind::Source), sources::list)
        .post("/sources", AtRoot(Manage, Kind::Source), sources::add)
        .upload("/sources/import", AtRoot(Manage, Kind::Source), import::MAX_BODY, import::import)
        .get("/sources/{app}/{name}", AtRoot(View, Kind::Source), sources::get_one)
        .put("/sources/{app}/{name}", AtRoot(Manage, Kind::Source), sources::change)
        .delete("/sources/{app}/{name}", AtRoot(Manage, Kind::Source), sources::remove)
        .post("/probe", AtRoot(Operate, Kind::Source), sources::probe)
        .get("/hosts", AtRoot(View, Kind::Stream), hosts::list)
        .post("/hosts", AtRoot(Manage, Kind::Rule), hosts::add)
        .put("/hosts/{name}", AtRoot(Manage, Kind::Rule), hosts::change)
        .delete("/hosts/{name}", AtRoot(Manage, Kind::Rule), hosts::remove)
        .get("/applications", AtRoot(View, Kind::Rule), applications::list)
        .post("/applications", AtRoot(Manage, Kind::Rule), applications::add)
        .put("/applications/{id}", AtRoot(Manage, Kind::Rule), applications::change)
        .delete("/applications/{id}", AtRoot(Manage, Kind::Rule), applications::remove)
        .get("/relays", AtRoot(View, Kind::Relay), relays::list)
        .post("/relays", AtRoot(Manage, Kind::Relay), relays::add)
        .put("/relays/{id}", AtRoot(Manage, Kind::Relay), relays::change)
        .delete("/relays/{id}", AtRoot(Manage, Kind::Relay), relays::remove)
        .get("/hooks", AtRoot(View, Kind::Hook), hooks::list)
        .post("/hooks", AtRoot(Manage, Kind::Hook), hooks::add)
        .put("/hooks/{id}", AtRoot(Manage, Kind::Hook), hooks::change)
        .delete("/hooks/{id}", AtRoot(Manage, Kind::Hook), hooks::remove)
        .post("/hooks/{id}/secret", AtRoot(Manage, Kind::Hook), hooks::renew_secret)
        .post("/hooks/{id}/test", AtRoot(Operate, Kind::Hook), hooks::test)
        .get("/hooks/{id}/deliveries", AtRoot(View, Kind::Hook), hooks::deliveries)
        .post("/hooks/{id}/deliveries/{delivery}/retry", AtRoot(Operate, Kind::Hook), hooks::retry)
        .post("/tokens", AtRoot(Operate, Kind::Token), tokens::make)
        // It asks for a token in its first message, because browsers cannot set the header.
        .get("/events", Nothing, events::connect)
        .get("/openapi.json", Nothing, server::openapi)
}

/// All routes.
pub(crate) fn router(app: Arc<App>) -> Router {
    let api = routes().into_router().fallback(problem::no_such_route);
    let metrics = Routes::default().get("/metrics", Need::AtRoot(Action::View, Kind::Server), metrics::read);
    metrics
        .into_router()
        .nest("/api/v1", api)
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .fallback(assets::serve)
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(axum::middleware::from_fn(language::remember))
        .layer(Extension(Arc::clone(&app)))
        .with_state(app)
}
