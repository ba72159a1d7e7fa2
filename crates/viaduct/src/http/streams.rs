//! Streams, viewers, and what a player needs.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use api::{
    BitrateSample, Counters, Diagnosis, Engine, Gop, PlayOffer, PlayWish, RefusedTrack, Stream, StreamDetail,
    StreamPage, StreamUrls, ViewerList,
};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use base::ErrorKind;
use container::fmp4;
use gateway::source::SourceState;
use gateway::{Protocol, webrtc};
use hub::publisher::StopReason;
use hub::{Action, HostHints, Phase, StreamKey};
use media::{Codec, CodecConfig, MediaKind, TrackConfig};
use platform::access::PLAYING_IS_OFF;
use platform::applications::{Admission, Output, RuleSettings};
use platform::people::Caller;
use platform::rights::{Action as RightTo, Kind};
use platform::tokens::TokenClaims;
use platform::unix_now;
use serde::Deserialize;

use super::Failure;
use super::auth::Who;
use super::extract::{MaybeBody, Path, Query};
use super::language::localised;
use super::named::{NamedStream, OfHost};
use super::plan::plan;
use super::{assets, sources, views};
use crate::server::App;

/// Life of the token in a play offer: a player reconnects with a new offer when it ends.
const PLAY_TOKEN_LIFE_S: i64 = 4 * 3600;
/// How long an offer waits for an on-demand source.
const PLAY_WAIT: Duration = Duration::from_secs(12);
const DEFAULT_PAGE: usize = 200;
const MAX_PAGE: usize = 1000;

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    search: Option<String>,
    cursor: Option<String>,
    limit: Option<usize>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    host: OfHost,
    Query(page): Query<Page>,
) -> Result<Json<StreamPage>, Failure> {
    let seen = |key: &StreamKey| may(&app, &caller, RightTo::View, key);
    let mut running = app.hub.list();
    running.retain(|stream| seen(stream.key()));
    let mut all: Vec<(String, Stream)> =
        running.iter().map(|stream| (stream.key().to_string(), views::stream(&app, stream))).collect();
    let known: HashSet<&StreamKey> = running.iter().map(|stream| stream.key()).collect();
    for row in app.database.sources().await? {
        let key = sources::key_of(&row)?;
        if !known.contains(&key) && seen(&key) {
            let failed = app.sources.status(&key).is_some_and(|status| status.last_failure.is_some());
            all.push((key.to_string(), views::idle_stream(&app, &key, failed)));
        }
    }
    all.sort_by(|one, other| one.0.cmp(&other.0));
    let search = page.search.unwrap_or_default().to_lowercase();
    let cursor = page.cursor.unwrap_or_default();
    let limit = page.limit.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE);
    let mut items: Vec<(String, Stream)> = all
        .into_iter()
        .filter(|(name, stream)| host.fits(&stream.vhost) && name.to_lowercase().contains(&search) && *name > cursor)
        .take(limit + 1)
        .collect();
    let more = items.len() > limit;
    items.truncate(limit);
    let next_cursor = items.last().filter(|_| more).map(|(name, _)| name.clone());
    Ok(Json(StreamPage { items: items.into_iter().map(|(_, stream)| stream).collect(), next_cursor }))
}

/// Whether somebody may do something with a stream: where its channel is, or at the root.
pub(super) fn may(app: &App, caller: &Caller, action: RightTo, key: &StreamKey) -> bool {
    caller.may(action, Kind::Stream, &app.devices.place_of_stream(key))
}

fn find(app: &App, key: &StreamKey) -> Result<Arc<hub::Stream>, Failure> {
    app.hub.find(key).ok_or_else(|| Failure::not_found("such stream"))
}

pub(super) async fn detail(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    NamedStream(key): NamedStream,
) -> Result<Json<StreamDetail>, Failure> {
    let Ok(stream) = find(&app, &key) else { return idle_detail(&app, &headers, &key) };
    let (frames, bytes, cached, joinable) = stream.gop();
    let counters = stream.counters().read();
    let history = stream.history().samples();
    Ok(Json(StreamDetail {
        urls: urls(&app, &headers, stream.key(), None),
        stream: views::stream(&app, &stream),
        history: history
            .into_iter()
            .map(|sample| BitrateSample { at_ms: sample.at_ms, bitrate_bps: sample.bitrate_bps, fps: sample.fps })
            .collect(),
        gop: Gop { frames, ms: views::millis(stream.key_distance().unwrap_or(cached)), bytes, joinable },
        counters: Counters {
            frames: counters.frames,
            key_frames: counters.key_frames,
            bytes: counters.bytes,
            jumps: counters.jumps,
            wraps: counters.wraps,
            rollbacks: counters.rollbacks,
            dropped: counters.dropped,
            gop_overflows: counters.gop_overflows,
            config_changes: counters.config_changes,
            publishers: counters.publishers,
            key_frame_requests: counters.key_frame_requests,
        },
        viewers_list: viewers_of(&stream),
        sounds: app.sounds.of(&key).iter().map(|codec| codec.as_str().to_owned()).collect(),
        steps: stream.steps().iter().map(views::step).collect(),
    }))
}

/// A configured source that nobody watches.
fn idle_detail(app: &App, headers: &HeaderMap, key: &StreamKey) -> Result<Json<StreamDetail>, Failure> {
    let status = app.sources.status(key).ok_or_else(|| Failure::not_found("such stream"))?;
    Ok(Json(StreamDetail {
        stream: views::idle_stream(app, key, status.last_failure.is_some()),
        history: Vec::new(),
        gop: Gop { frames: 0, ms: 0, bytes: 0, joinable: false },
        counters: Counters {
            frames: 0,
            key_frames: 0,
            bytes: 0,
            jumps: 0,
            wraps: 0,
            rollbacks: 0,
            dropped: 0,
            gop_overflows: 0,
            config_changes: 0,
            publishers: 0,
            key_frame_requests: 0,
        },
        viewers_list: Vec::new(),
        sounds: Vec::new(),
        steps: Vec::new(),
        urls: urls(app, headers, key, None),
    }))
}

pub(super) async fn play(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    NamedStream(key): NamedStream,
    MaybeBody(wish): MaybeBody<PlayWish>,
) -> Result<Json<PlayOffer>, Failure> {
    offer(&app, &headers, key, &wish).await
}

/// What a player needs, for somebody who may watch.
pub(super) async fn offer(
    app: &App,
    headers: &HeaderMap,
    key: StreamKey,
    wish: &PlayWish,
) -> Result<Json<PlayOffer>, Failure> {
    offer_until(app, headers, key, wish, unix_now() + PLAY_TOKEN_LIFE_S).await
}

/// What a player needs until a time, in Unix seconds.
pub(super) async fn offer_until(
    app: &App,
    headers: &HeaderMap,
    key: StreamKey,
    wish: &PlayWish,
    expires_at: i64,
) -> Result<Json<PlayOffer>, Failure> {
    let rules = app.applications.effective(&key);
    if rules.play == Some(Admission::Off) {
        return Err(Failure::new(ErrorKind::Forbidden, PLAYING_IS_OFF));
    }
    let open = app.hub.open(&key, PLAY_WAIT).await?;
    let tracks = open.stream.tracks();
    let token = app.signer.sign(&TokenClaims::of_stream(Action::Play, &key, expires_at));
    let gop = open.stream.key_distance().unwrap_or_default();
    let query = query_of(app, authority(headers), &key, Some(&token));
    let (engines, left_out) = plan(engines(app, &open.stream, &query, &rules), wish)?;
    Ok(Json(PlayOffer {
        engines,
        left_out,
        reports_url: format!("/api/v1/streams/{}/{}/playback-reports{query}", key.app(), key.name()),
        tracks: tracks.list.iter().map(|track| views::track(track)).collect(),
        gop_ms: views::millis(gop),
        token,
        expires_at: views::rfc3339(expires_at),
        vhost: key.vhost().to_owned(),
        app: key.app().to_owned(),
        name: key.name().to_owned(),
    }))
}

fn engines(app: &App, stream: &hub::Stream, query: &str, rules: &RuleSettings) -> Vec<Engine> {
    let (key, tracks) = (stream.key(), &stream.tracks().list);
    let (mime, refusals) = fmp4::mime_type(tracks);
    let refused: Vec<RefusedTrack> = refusals
        .into_iter()
        .map(|refusal| RefusedTrack { codec: refusal.codec.to_string(), reason: refusal.reason })
        .collect();
    let engine = |engine: &str, ending: &str, mime: &str, refused: &[RefusedTrack]| Engine {
        engine: engine.to_owned(),
        url: format!("/{}/{}{ending}{query}", key.app(), key.name()),
        mime: mime.to_owned(),
        refused: refused.to_vec(),
        reason: None,
    };
    let mut engines = Vec::new();
    if refused.len() < tracks.len() {
        engines.push(engine("ws-fmp4", ".mp4", &mime, &refused));
        engines.push(engine("http-fmp4", ".mp4", &mime, &refused));
    }
    let by_webrtc = app.gateway.webrtc_address().and_then(|_| webrtc::form(stream, app.gateway.codes_sound()));
    if let Some(form) = by_webrtc {
        let refused: Vec<RefusedTrack> =
            form.refused.into_iter().map(|(codec, reason)| RefusedTrack { codec, reason }).collect();
        let url = format!("/{}/{}/whep{query}", key.app(), key.name());
        engines.push(Engine { engine: "webrtc".to_owned(), url, mime: form.mime, refused, reason: None });
    }
    // Chosen by browsers that cannot decode H.265 themselves; nothing to choose where the decoder was left out.
    if tracks.iter().any(|track| track.codec() == Codec::H265) && assets::has_h265_decoder() {
        engines.push(engine("software", ".mp4", &mime, &refused));
    }
    let flv = |track: &Arc<TrackConfig>| !matches!(track.codec, CodecConfig::Opaque(_));
    if tracks.iter().any(flv) {
        engines.push(engine("ws-flv", ".flv", "video/x-flv", &[]));
        engines.push(engine("http-flv", ".flv", "video/x-flv", &[]));
    }
    // Last: for browsers that have nothing but their own HLS.
    if refused.len() < tracks.len() {
        engines.push(engine("ll-hls", "/index.m3u8", "application/vnd.apple.mpegurl", &refused));
    }
    engines.retain(|engine| rules.permits_protocol(&engine.engine));
    engines
}

/// What stands behind the URLs of a stream at `authority`: the token, and the virtual host, so that they lead to it by
/// any domain or address of the server; the default one only where the domain would lead elsewhere. Neither has a
/// character that means anything in a URL.
fn query_of(app: &App, authority: &str, key: &StreamKey, token: Option<&str>) -> String {
    let token = token.map(|token| format!("token={token}"));
    let hints = HostHints { named: None, authority: Some(authority) };
    let is_astray = || hub::hosts::locate(&*app.hosts, key.clone(), hints).as_ref() != Ok(key);
    let vhost = (!key.is_on_default() || is_astray()).then(|| format!("vhost={}", key.vhost()));
    let pairs: Vec<String> = token.into_iter().chain(vhost).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// URLs on the host that the asker used, or the configured one.
pub(super) fn urls(app: &App, headers: &HeaderMap, key: &StreamKey, token: Option<&str>) -> StreamUrls {
    let asked = host_only(authority(headers));
    let host = app.live().settings.public_host.clone().unwrap_or_else(|| asked.to_owned());
    let query = query_of(app, &host, key, token);
    let path = format!("{}/{}", key.app(), key.name());
    let rules = app.applications.effective(key);
    let on = |output: Output, protocol: Protocol, scheme: &str, suffix: &str| {
        app.port(protocol)
            .filter(|_| rules.permits(output))
            .map(|port| format!("{scheme}://{host}:{port}/{path}{suffix}{query}"))
    };
    StreamUrls {
        rtsp: on(Output::Rtsp, Protocol::Rtsp, "rtsp", ""),
        rtmp: on(Output::Rtmp, Protocol::Rtmp, "rtmp", ""),
        flv: on(Output::Flv, Protocol::Http, "http", ".flv"),
        ws_flv: on(Output::Flv, Protocol::Http, "ws", ".flv"),
        mp4: on(Output::Fmp4, Protocol::Http, "http", ".mp4"),
        ws_mp4: on(Output::Fmp4, Protocol::Http, "ws", ".mp4"),
        ts: on(Output::Ts, Protocol::Http, "http", ".ts"),
        ws_ts: on(Output::Ts, Protocol::Http, "ws", ".ts"),
        hls: on(Output::Hls, Protocol::Http, "http", "/index.m3u8"),
        hls_cdn: app.port(Protocol::Http).filter(|_| rules.permits(Output::Hls)).map(|port| {
            let (token, query) = (token.unwrap_or("-"), query_of(app, &host, key, None));
            format!("http://{host}:{port}/t/{token}/{path}/index.m3u8{query}")
        }),
        hls_ts: on(Output::Hls, Protocol::Http, "http", "/ts.m3u8"),
        hls_audio: on(Output::Hls, Protocol::Http, "http", "/audio.m3u8"),
        dash: on(Output::Dash, Protocol::Http, "http", "/manifest.mpd"),
        webrtc: app.gateway.webrtc_address().and_then(|_| on(Output::Webrtc, Protocol::Http, "http", "/whep")),
    }
}

/// Where the asker has connected to, by its own account.
fn authority(headers: &HeaderMap) -> &str {
    headers.get(header::HOST).and_then(|value| value.to_str().ok()).unwrap_or("localhost")
}

/// `[::1]:8080` and `host:8080` without the port.
pub(super) fn host_only(authority: &str) -> &str {
    match authority.rfind(':') {
        Some(colon) if !authority.ends_with(']') => &authority[..colon],
        _ => authority,
    }
}

pub(super) async fn kick_publisher(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    NamedStream(key): NamedStream,
) -> Result<StatusCode, Failure> {
    let stream = find(&app, &key)?;
    if !stream.stop_publisher(StopReason::Kicked) {
        return Err(Failure::not_found("publisher of this stream"));
    }
    tracing::info!(user = caller.user.name, stream = %stream.key(), "A publisher was stopped.");
    Ok(StatusCode::NO_CONTENT)
}

fn viewers_of(stream: &hub::Stream) -> Vec<api::Viewer> {
    let mut viewers: Vec<_> = stream.sessions().iter().map(|session| views::viewer(session)).collect();
    viewers.sort_by_key(|viewer| viewer.id);
    viewers.truncate(MAX_PAGE);
    viewers
}

pub(super) async fn stream_viewers(
    State(app): State<Arc<App>>,
    NamedStream(key): NamedStream,
) -> Result<Json<ViewerList>, Failure> {
    Ok(Json(ViewerList { items: viewers_of(&*find(&app, &key)?), next_cursor: None }))
}

pub(super) async fn viewers(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    host: OfHost,
    Query(page): Query<Page>,
) -> Json<ViewerList> {
    let after: u64 = page.cursor.and_then(|cursor| cursor.parse().ok()).unwrap_or(0);
    let limit = page.limit.unwrap_or(DEFAULT_PAGE).clamp(1, MAX_PAGE);
    let mut running = app.hub.list();
    running.retain(|stream| may(&app, &caller, RightTo::View, stream.key()));
    let mut sessions: Vec<_> = running.iter().flat_map(|stream| stream.sessions()).collect();
    sessions.retain(|session| session.id() > after && host.fits(session.key().vhost()));
    sessions.sort_by_key(|session| session.id());
    let more = sessions.len() > limit;
    sessions.truncate(limit);
    let next_cursor = sessions.last().filter(|_| more).map(|session| session.id().to_string());
    Json(ViewerList { items: sessions.iter().map(|session| views::viewer(session)).collect(), next_cursor })
}

pub(super) async fn kick_viewer(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<u64>,
) -> Result<StatusCode, Failure> {
    let session = app.hub.list().iter().flat_map(|stream| stream.sessions()).find(|session| session.id() == id);
    let seen = session.filter(|session| may(&app, &caller, RightTo::View, session.key()));
    let session = seen.ok_or_else(|| Failure::not_found("such viewer"))?;
    if !may(&app, &caller, RightTo::Operate, session.key()) {
        return Err(Failure::new(ErrorKind::Forbidden, "You may not do this for that organisation."));
    }
    if !app.hub.kick(id) {
        return Err(Failure::not_found("such viewer"));
    }
    tracing::info!(user = caller.user.name, viewer = id, "A viewer was ended.");
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn diagnosis(State(app): State<Arc<App>>, NamedStream(key): NamedStream) -> Json<Diagnosis> {
    let status = app.sources.status(&key);
    let stream = app.hub.find(&key);
    if let Some(outside) = app.sources.outside(&key)
        && stream.as_ref().is_none_or(|stream| stream.phase() != Phase::Live)
    {
        let steps = stream.iter().flat_map(|stream| stream.steps()).map(|step| views::step(&step)).collect();
        return Json(diagnosed("waiting", &outside, None, steps));
    }
    let Some(stream) = stream else {
        let failure = status.as_ref().and_then(|status| status.last_failure.as_ref());
        let (verdict, summary, next_step) = match (&status, failure) {
            (None, _) => (
                "unknown",
                "Nobody publishes this stream and no source is configured for it.".to_owned(),
                Some("Point an encoder at it, or add it as a source.".to_owned()),
            ),
            (Some(_), Some(failure)) => ("failed", format!("{failure}."), Some(failure.next_step.clone())),
            (Some(status), None) if status.state == SourceState::Ended => {
                ("waiting", "The file was played to its end.".to_owned(), None)
            }
            (Some(_), None) => ("waiting", "The source starts when somebody watches.".to_owned(), None),
        };
        return Json(diagnosed(verdict, &summary, next_step.as_deref(), Vec::new()));
    };
    let steps = stream.steps().iter().map(views::step).collect();
    let (verdict, summary, next_step) = verdict(&stream);
    Json(diagnosed(verdict, &summary, next_step.as_deref(), steps))
}

fn diagnosed(verdict: &str, summary: &str, next_step: Option<&str>, steps: Vec<api::Step>) -> Diagnosis {
    Diagnosis { verdict: verdict.to_owned(), summary: localised(summary), next_step: next_step.map(localised), steps }
}

fn verdict(stream: &hub::Stream) -> (&'static str, String, Option<String>) {
    let has_video = stream.tracks().list.iter().any(|track| track.kind() == MediaKind::Video);
    match stream.phase() {
        Phase::Live if has_video && stream.counters().read().key_frames == 0 => (
            "failed",
            "Pictures arrive but no key frame: nobody can begin to watch.".to_owned(),
            Some("Set a shorter I-frame interval on the encoder.".to_owned()),
        ),
        Phase::Live if !stream.gop().3 => (
            "failed",
            "The GOP outgrew the cache: viewers wait for the next key frame.".to_owned(),
            Some("Set a shorter I-frame interval on the encoder, or raise streams.gop_cap_bytes.".to_owned()),
        ),
        Phase::Live => ("playing", "Pictures flow.".to_owned(), None),
        Phase::Grace(_) => (
            "waiting",
            "The publisher is gone; viewers are kept for its return.".to_owned(),
            Some("Check the encoder and its network.".to_owned()),
        ),
        Phase::Failed { text, .. } => ("failed", text, None),
        Phase::Waiting | Phase::Closed => {
            let failure = stream.open_failure().map(|step| step.text);
            ("waiting", failure.unwrap_or_else(|| "Nothing has arrived yet.".to_owned()), None)
        }
    }
}
