//! The OpenAPI document. The functions below only carry the description of a route; handlers live in the binary.

macro_rules! route {
    ($name:ident, $($spec:tt)*) => {
        #[utoipa::path($($spec)*)]
        #[expect(dead_code, reason = "carries the description of a route")]
        pub(crate) fn $name() {}
    };
}

mod devices;
mod gb28181;
mod groups;
mod licence;
mod overview;
mod people;
mod ptz;
mod snapshots;
mod talk;
mod wall;

use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};

use crate::{
    Application, ApplicationInput, ApplicationList, ClientMessage, ConfigChanges, Configuration, Diagnosis,
    EffectiveSettings, EndedSessionPage, EventMessage, Hook, HookCreated, HookDeliveryPage, HookInput, HookList,
    HookSecret, HookTest, Host, HostChange, HostInput, HostList, LoadHistory, LoginRequest, LoginResponse, Me,
    PasswordChange, PlayOffer, PlayWish, PlaybackReport, PlaybackReports, ProbeReport, ProbeRequest, Problem,
    PtzCommand, PtzMessage, Relay, RelayInput, RelayList, ReloadResult, ServerInfo, SetupRequest, SetupState, Source,
    SourceImport, SourceImportReport, SourceInput, SourceList, StreamDetail, StreamPage, StreamStats, TalkCommand,
    TalkMessage, TokenRequest, TokenResponse, TrafficReport, ViewerList,
};

/// The document, pretty-printed.
///
/// # Panics
/// Never: the document is made of our own types.
pub fn openapi_json() -> String {
    Document::openapi().to_pretty_json().expect("the document serialises")
}

#[derive(OpenApi)]
#[openapi(
    info(title = "Viaduct", description = "REST interface of Viaduct. Errors are RFC 9457 problem JSON with a stable `code`. The query parameter `vhost` names the virtual host of a stream (`default` when absent), or of which a list is shown (all when absent)."),
    paths(
        setup_state, set_up, login, logout, me, change_password, server, configuration, change_configuration, restart, reload, streams, stream, play, report_playback, playback_reports,
        kick_publisher, stream_viewers, viewers, kick_viewer, diagnosis, sources, add_source, import_sources, source, change_source,
        remove_source, probe, make_token, applications, add_application, change_application, remove_application,
        stream_settings, hosts, add_host, change_host, remove_host, relays, add_relay, change_relay, remove_relay, hooks, add_hook, change_hook,
        remove_hook, renew_hook_secret, test_hook, hook_deliveries, retry_hook_delivery, load_history, sessions, traffic, events,
        devices::devices, devices::add_device, devices::device, devices::change_device, devices::remove_device, devices::channels, devices::channel_tree, devices::add_channel, devices::channel, devices::change_channel, devices::remove_channel, devices::change_channels, devices::undo_channels, devices::import_channels, devices::export_channels, devices::import_template, devices::play_channel,
        gb28181::gb28181, gb28181::gb28181_devices, gb28181::gb28181_device, gb28181::gb28181_refused, gb28181::refresh_gb28181_device, gb28181::gb28181_catalog, gb28181::import_gb28181_catalog, gb28181::gb28181_recordings, gb28181::control_gb28181_recording, gb28181::order_gb28181_device, gb28181::sip_trace, gb28181::choose_sip_trace, gb28181::export_sip_trace, gb28181::device_alarms, gb28181::device_positions, gb28181::fetch_recording, gb28181::downloads, gb28181::remove_download, gb28181::download_link, gb28181::download_file, gb28181::gb28181_configuration, gb28181::change_gb28181_configuration, gb28181::gb28181_cards, gb28181::gb28181_home_position, gb28181::change_gb28181_home_position, gb28181::gb28181_upgrade, gb28181::upgrade_gb28181_device, gb28181::order_gb28181_snapshots, gb28181::gb28181_snapshots, gb28181::post_gb28181_picture, gb28181::put_gb28181_picture,
        groups::groups, groups::add_group, groups::group, groups::rename_group, groups::remove_group, groups::change_group_members,
        wall::views, wall::add_view, wall::view, wall::change_view, wall::remove_view, wall::patrols, wall::add_patrol, wall::patrol, wall::change_patrol, wall::remove_patrol, wall::screens, wall::show_on_screen, wall::patrol_log, wall::begin_patrol, wall::stop_patrol_at, wall::end_patrol, wall::shares, wall::add_share, wall::remove_share, wall::open_share,
        people::login_options, people::begin_provider_login, people::end_provider_login, people::provider_login, people::link_user, people::unlink_user, people::my_sessions, people::end_my_session, people::begin_second_factor, people::confirm_second_factor, people::remove_second_factor, people::keys, people::add_key, people::remove_key, people::organisations, people::add_organisation, people::change_organisation, people::remove_organisation, people::roles, people::add_role, people::change_role, people::remove_role, people::users, people::add_user, people::user, people::change_user, people::remove_user, people::set_password, people::reset_second_factor, people::user_sessions, people::end_user_session, people::audit, people::export_audit, people::verify_audit,
        snapshots::take, snapshots::list, snapshots::one, snapshots::remove, snapshots::picture, snapshots::thumbnail, snapshots::plans, snapshots::add_plan, snapshots::change_plan, snapshots::remove_plan, snapshots::targets, snapshots::add_target, snapshots::change_target, snapshots::remove_target, snapshots::test_target, snapshots::retry_target,
        overview::overview, licence::licence, licence::put_licence, licence::remove_licence,
        ptz::ptz, ptz::ptz_connect, ptz::ptz_move, ptz::ptz_stop, ptz::ptz_frame, ptz::ptz_save_preset, ptz::ptz_name_preset, ptz::ptz_set_idle, ptz::ptz_remove_idle, ptz::ptz_remove_preset, ptz::ptz_go_to_preset, ptz::ptz_save_cruise, ptz::ptz_remove_cruise, ptz::ptz_start_cruise, ptz::ptz_kept_cruises, ptz::ptz_run_kept_cruise, ptz::ptz_go_home, ptz::ptz_set_home, ptz::ptz_take, ptz::ptz_release,
        talk::channel_talk, talk::connect_channel_talk, talk::play_on_channel, talk::stop_on_channel, talk::device_talk, talk::connect_device_talk, talk::play_on_device, talk::stop_on_device
    ),
    components(schemas(Problem, ClientMessage, EventMessage, StreamStats, PtzCommand, PtzMessage, TalkCommand, TalkMessage)),
    modifiers(&Bearer),
    security(("bearer" = []))
)]
struct Document;

struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, openapi: &mut utoipa::openapi::OpenApi) {
        let scheme = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        openapi.components.get_or_insert_with(Default::default).add_security_scheme("bearer", scheme);
    }
}

route!(
    setup_state,
    get,
    path = "/api/v1/setup",
    tag = "account",
    security(()),
    responses((status = 200, body = SetupState))
);
route!(
    set_up,
    post,
    path = "/api/v1/setup",
    tag = "account",
    security(()),
    request_body = SetupRequest,
    responses((status = 200, body = LoginResponse), (status = 403, body = Problem), (status = 409, body = Problem))
);
route!(
    login,
    post,
    path = "/api/v1/login",
    tag = "account",
    security(()),
    request_body = LoginRequest,
    responses((status = 200, body = LoginResponse), (status = 401, body = Problem), (status = 429, body = Problem))
);
route!(logout, post, path = "/api/v1/logout", tag = "account", responses((status = 204)));
route!(
    me,
    get,
    path = "/api/v1/me",
    tag = "account",
    responses((status = 200, body = Me), (status = 401, body = Problem))
);
route!(
    change_password,
    post,
    path = "/api/v1/me/password",
    tag = "account",
    request_body = PasswordChange,
    responses((status = 204), (status = 401, body = Problem))
);
route!(server, get, path = "/api/v1/server", tag = "server", responses((status = 200, body = ServerInfo)));
route!(configuration, get, path = "/api/v1/config", tag = "server", responses((status = 200, body = Configuration)));
route!(
    change_configuration,
    patch,
    path = "/api/v1/config",
    tag = "server",
    description = "Changes settings, all or none, for the version in If-Match. Live keys hold at once, the others from the next start.",
    params(("If-Match" = String, Header)),
    request_body = ConfigChanges,
    responses((status = 200, body = Configuration), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    restart,
    post,
    path = "/api/v1/server/restart",
    tag = "server",
    description = "Ends the server in order and starts it again with the settings of the version in If-Match. If it does not come up with them, it takes the last ones that worked and says so in `undone`.",
    params(("If-Match" = String, Header)),
    responses((status = 202), (status = 409, body = Problem))
);
route!(
    reload,
    post,
    path = "/api/v1/config/reload",
    tag = "server",
    responses((status = 200, body = ReloadResult), (status = 400, body = Problem))
);
route!(streams, get, path = "/api/v1/streams", tag = "streams",
    params(("search" = Option<String>, Query), ("vhost" = Option<String>, Query), ("cursor" = Option<String>, Query),
        ("limit" = Option<usize>, Query)),
    responses((status = 200, body = StreamPage)));
route!(
    stream,
    get,
    path = "/api/v1/streams/{app}/{name}",
    tag = "streams",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 200, body = StreamDetail), (status = 404, body = Problem))
);
route!(
    play,
    post,
    path = "/api/v1/streams/{app}/{name}/play",
    tag = "streams",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    request_body = Option<PlayWish>,
    responses((status = 200, body = PlayOffer), (status = 404, body = Problem), (status = 503, body = Problem))
);
route!(
    report_playback,
    post,
    path = "/api/v1/streams/{app}/{name}/playback-reports",
    tag = "streams",
    description = "What a player says of how it plays, every ten seconds and at its end. Asks for the token of the offer, whose `reports_url` is this address with it.",
    security(()),
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query), ("token" = String, Query)),
    request_body = PlaybackReport,
    responses((status = 204), (status = 400, body = Problem), (status = 401, body = Problem), (status = 429, body = Problem))
);
route!(
    playback_reports,
    get,
    path = "/api/v1/streams/{app}/{name}/playback-reports",
    tag = "streams",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 200, body = PlaybackReports), (status = 404, body = Problem))
);
route!(
    kick_publisher,
    delete,
    path = "/api/v1/streams/{app}/{name}/publisher",
    tag = "streams",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    stream_viewers,
    get,
    path = "/api/v1/streams/{app}/{name}/viewers",
    tag = "streams",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 200, body = ViewerList))
);
route!(viewers, get, path = "/api/v1/viewers", tag = "streams",
    params(("vhost" = Option<String>, Query), ("cursor" = Option<String>, Query), ("limit" = Option<usize>, Query)),
    responses((status = 200, body = ViewerList)));
route!(
    kick_viewer,
    delete,
    path = "/api/v1/viewers/{id}",
    tag = "streams",
    params(("id" = u64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    diagnosis,
    get,
    path = "/api/v1/streams/{app}/{name}/diagnosis",
    tag = "streams",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 200, body = Diagnosis))
);
route!(
    sources,
    get,
    path = "/api/v1/sources",
    tag = "sources",
    params(("vhost" = Option<String>, Query)),
    responses((status = 200, body = SourceList))
);
route!(
    import_sources,
    post,
    path = "/api/v1/sources/import",
    tag = "sources",
    request_body = SourceImport,
    responses((status = 200, body = SourceImportReport), (status = 400, body = Problem))
);
route!(
    add_source,
    post,
    path = "/api/v1/sources",
    tag = "sources",
    request_body = SourceInput,
    responses((status = 201, body = Source), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    source,
    get,
    path = "/api/v1/sources/{app}/{name}",
    tag = "sources",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 200, body = Source), (status = 404, body = Problem))
);
route!(
    change_source,
    put,
    path = "/api/v1/sources/{app}/{name}",
    tag = "sources",
    request_body = SourceInput,
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 200, body = Source), (status = 404, body = Problem))
);
route!(
    remove_source,
    delete,
    path = "/api/v1/sources/{app}/{name}",
    tag = "sources",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    probe,
    post,
    path = "/api/v1/probe",
    tag = "sources",
    request_body = ProbeRequest,
    responses((status = 200, body = ProbeReport), (status = 400, body = Problem))
);
route!(
    make_token,
    post,
    path = "/api/v1/tokens",
    tag = "tokens",
    request_body = TokenRequest,
    responses((status = 200, body = TokenResponse), (status = 400, body = Problem))
);
route!(
    applications,
    get,
    path = "/api/v1/applications",
    tag = "applications",
    responses((status = 200, body = ApplicationList))
);
route!(
    add_application,
    post,
    path = "/api/v1/applications",
    tag = "applications",
    request_body = ApplicationInput,
    responses((status = 201, body = Application), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    change_application,
    put,
    path = "/api/v1/applications/{id}",
    tag = "applications",
    params(("id" = i64, Path)),
    request_body = ApplicationInput,
    responses((status = 200, body = Application), (status = 400, body = Problem), (status = 404, body = Problem))
);
route!(
    remove_application,
    delete,
    path = "/api/v1/applications/{id}",
    tag = "applications",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(hosts, get, path = "/api/v1/hosts", tag = "hosts", responses((status = 200, body = HostList)));
route!(
    add_host,
    post,
    path = "/api/v1/hosts",
    tag = "hosts",
    request_body = HostInput,
    responses((status = 201, body = Host), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    change_host,
    put,
    path = "/api/v1/hosts/{name}",
    tag = "hosts",
    params(("name" = String, Path)),
    request_body = HostChange,
    responses(
        (status = 200, body = Host),
        (status = 400, body = Problem),
        (status = 404, body = Problem),
        (status = 409, body = Problem)
    )
);
route!(
    remove_host,
    delete,
    path = "/api/v1/hosts/{name}",
    tag = "hosts",
    description = "Refused while sources are configured on the host; its running streams end.",
    params(("name" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(relays, get, path = "/api/v1/relays", tag = "relays", responses((status = 200, body = RelayList)));
route!(
    add_relay,
    post,
    path = "/api/v1/relays",
    tag = "relays",
    request_body = RelayInput,
    responses((status = 201, body = Relay), (status = 400, body = Problem), (status = 409, body = Problem))
);
route!(
    change_relay,
    put,
    path = "/api/v1/relays/{id}",
    tag = "relays",
    params(("id" = i64, Path)),
    request_body = RelayInput,
    responses((status = 200, body = Relay), (status = 400, body = Problem), (status = 404, body = Problem))
);
route!(
    remove_relay,
    delete,
    path = "/api/v1/relays/{id}",
    tag = "relays",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(hooks, get, path = "/api/v1/hooks", tag = "hooks", responses((status = 200, body = HookList)));
route!(
    add_hook,
    post,
    path = "/api/v1/hooks",
    tag = "hooks",
    request_body = HookInput,
    responses((status = 201, body = HookCreated), (status = 400, body = Problem))
);
route!(
    change_hook,
    put,
    path = "/api/v1/hooks/{id}",
    tag = "hooks",
    params(("id" = i64, Path)),
    request_body = HookInput,
    responses((status = 200, body = Hook), (status = 400, body = Problem), (status = 404, body = Problem))
);
route!(
    remove_hook,
    delete,
    path = "/api/v1/hooks/{id}",
    tag = "hooks",
    params(("id" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem))
);
route!(
    renew_hook_secret,
    post,
    path = "/api/v1/hooks/{id}/secret",
    tag = "hooks",
    params(("id" = i64, Path)),
    responses((status = 200, body = HookSecret), (status = 404, body = Problem))
);
route!(
    test_hook,
    post,
    path = "/api/v1/hooks/{id}/test",
    tag = "hooks",
    description = "Posts a made-up `keepalive` at once and answers with what came of it.",
    params(("id" = i64, Path)),
    responses((status = 200, body = HookTest), (status = 404, body = Problem))
);
route!(
    hook_deliveries,
    get,
    path = "/api/v1/hooks/{id}/deliveries",
    tag = "hooks",
    params(("id" = i64, Path), ("before" = Option<i64>, Query)),
    responses((status = 200, body = HookDeliveryPage), (status = 404, body = Problem))
);
route!(
    retry_hook_delivery,
    post,
    path = "/api/v1/hooks/{id}/deliveries/{delivery}/retry",
    tag = "hooks",
    params(("id" = i64, Path), ("delivery" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem))
);
route!(
    load_history,
    get,
    path = "/api/v1/server/history",
    tag = "server",
    responses((status = 200, body = LoadHistory))
);
route!(sessions, get, path = "/api/v1/sessions", tag = "sessions",
    description = "Ended sessions, newest first. `search` finds a part of the stream's name, subject or address.",
    params(("search" = Option<String>, Query), ("vhost" = Option<String>, Query), ("before" = Option<i64>, Query)),
    responses((status = 200, body = EndedSessionPage)));
route!(traffic, get, path = "/api/v1/sessions/traffic", tag = "sessions",
    description = "Sessions, watching time and bytes of ended sessions that began in the time given (RFC 3339; the last day when absent), by `stream`, `vhost`, `subject`, `protocol` or `day`.",
    params(("by" = String, Query), ("vhost" = Option<String>, Query), ("from" = Option<String>, Query), ("to" = Option<String>, Query)),
    responses((status = 200, body = TrafficReport), (status = 400, body = Problem)));
route!(
    stream_settings,
    get,
    path = "/api/v1/streams/{app}/{name}/settings",
    tag = "applications",
    description = "What holds for one stream, running or not: all rules and the configuration taken together.",
    params(("app" = String, Path), ("name" = String, Path), ("vhost" = Option<String>, Query)),
    responses((status = 200, body = EffectiveSettings), (status = 404, body = Problem))
);
route!(
    events,
    get,
    path = "/api/v1/events",
    tag = "events",
    description = "WebSocket. The first message is `ClientMessage`; the server answers with `EventMessage`s.",
    responses((status = 101))
);

#[cfg(test)]
mod tests {
    use super::*;

    /// `UPDATE_EXPECT=1 cargo test -p api` writes the file.
    #[test]
    fn the_document_in_docs_is_the_one_made_from_the_types() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/openapi.json");
        let document = openapi_json() + "\n";
        if std::env::var_os("UPDATE_EXPECT").is_some() {
            std::fs::write(path, &document).unwrap();
        }
        let checked_in = std::fs::read_to_string(path).unwrap_or_default();
        assert!(checked_in == document, "docs/reference/openapi.json differs: UPDATE_EXPECT=1 cargo test -p api");
    }
}
