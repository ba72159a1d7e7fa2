//! Media over HTTP and WebSocket: `GET /APP/NAME.flv`, `.mp4`, `.ts`.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;

use base::ErrorKind;
use bytes::{BufMut, Bytes, BytesMut};
use container::flv::{self, HevcForm};
use container::{fmp4, mpegts};
use http::{Response, StatusCode, header};
use http_body_util::{BodyExt, Full, StreamBody};
use hub::{AccessRequest, Action, HostHints, Rendition, RenditionKey, Session, SessionStart, StreamKey, UnknownHost};
use hyper::body::{Frame, Incoming};
use hyper_util::rt::TokioIo;
use media::{CodecConfig, MediaKind, Muxer, Picked, TrackConfig, TrackId};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use vision::SoundCodec;

use super::failure::Failure;
use super::forward::Rewound;
use super::head::Head;
use super::mp4::Mp4OverWebSocket;
use super::switch::Switcher;
use super::websocket::{self, BinaryMessages, WebSocketViewer};
use super::{ControlRequest, ControlResponse};
use crate::context::{Gateway, rest_of_query};
use crate::listener::Connection;
use crate::peer::ConnectionSlot;
use crate::pump::Start;
use crate::shard::Shard;
use crate::transport::Transport;
use crate::viewer::{ControlOutput, ViewerControl};

/// Bytes between a pump and a body that hyper sends.
const BODY_BUFFER: usize = 256 << 10;
/// Numbers of sounds that can be asked for: as many as a stream can have tracks.
const MAX_SOUND: u8 = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Flv(HevcForm),
    Mp4,
    Ts,
}

/// A request for media, as its head says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MediaRequest {
    /// As the path names it; which virtual host is meant the rest says.
    path: StreamKey,
    vhost: Option<String>,
    authority: Option<String>,
    format: Format,
    token: Option<String>,
    /// Servers that ask on behalf of their viewers.
    via: Option<String>,
    /// What the query holds beside that.
    query: Option<String>,
    /// Number of the one sound that is wanted, from 1.
    sound: Option<u8>,
    /// What the first sound is to be coded in, where it is not that already.
    sound_codec: Option<SoundCodec>,
    start: Start,
    head_only: bool,
    websocket_key: Option<String>,
    user_agent: Option<String>,
    forwarded_for: Option<String>,
}

/// Recognises a media request.
pub(super) fn request(head: &Head) -> Option<MediaRequest> {
    let head_only = head.method == "HEAD";
    if head.method != "GET" && !head_only {
        return None;
    }
    let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
    let (key, extension) = path.strip_prefix('/')?.rsplit_once('.')?;
    let path = StreamKey::on_default(key).ok()?;
    let rest = rest_of_query(query);
    let query = Query::parse(query);
    let format = match extension {
        "flv" => Format::Flv(query.hevc),
        "mp4" => Format::Mp4,
        "ts" => Format::Ts,
        _ => return None,
    };
    let bearer = head.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    Some(MediaRequest {
        path,
        vhost: query.vhost,
        authority: head.host.clone(),
        format,
        token: query.token.or(bearer),
        via: query.via,
        query: rest,
        sound: query.sound,
        sound_codec: query.sound_codec,
        start: query.start,
        head_only,
        websocket_key: head.websocket_key.clone().filter(|_| head.upgrades_to_websocket),
        user_agent: head.user_agent.clone(),
        forwarded_for: head.forwarded_for.clone(),
    })
}

/// The address that the nearest proxy saw.
fn last_address(forwarded_for: &str) -> Option<IpAddr> {
    forwarded_for.rsplit(',').next()?.trim().parse().ok()
}

struct Query {
    token: Option<String>,
    via: Option<String>,
    vhost: Option<String>,
    sound: Option<u8>,
    sound_codec: Option<SoundCodec>,
    start: Start,
    hevc: HevcForm,
}

impl Query {
    fn parse(query: &str) -> Self {
        let mut parsed = Self {
            token: None,
            via: None,
            vhost: None,
            sound: None,
            sound_codec: None,
            start: Start::Key,
            hevc: HevcForm::Enhanced,
        };
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match (&*name, &*value) {
                ("token", token) => parsed.token = Some(token.to_owned()),
                ("via", via) => parsed.via = Some(via.to_owned()),
                ("vhost", vhost) => parsed.vhost = Some(vhost.to_owned()),
                ("audio", number) => {
                    parsed.sound = number.parse().ok().filter(|number| (1..=MAX_SOUND).contains(number));
                }
                ("sound", codec) => parsed.sound_codec = SoundCodec::parse(codec),
                ("start", "next") => parsed.start = Start::Next,
                ("hevc", "12") => parsed.hevc = HevcForm::Domestic,
                _ => {}
            }
        }
        parsed
    }
}

impl MediaRequest {
    fn key(&self, gateway: &Gateway) -> Result<StreamKey, UnknownHost> {
        let hints = HostHints { named: self.vhost.as_deref(), authority: self.authority.as_deref() };
        gateway.locate(self.path.clone(), hints)
    }

    /// What a viewer of this one asks for with the URL of another stream; `None` when the URL names no media of the same
    /// form.
    pub(super) fn another(&self, url: &str) -> Option<Self> {
        let head = Head {
            method: "GET".to_owned(),
            target: url.to_owned(),
            host: self.authority.clone(),
            user_agent: self.user_agent.clone(),
            forwarded_for: self.forwarded_for.clone(),
            websocket_key: self.websocket_key.clone(),
            upgrades_to_websocket: true,
            ..Head::default()
        };
        request(&head).filter(|other| other.format == self.format)
    }

    const fn protocol(&self) -> &'static str {
        match (self.format, self.websocket_key.is_some()) {
            (Format::Flv(_), false) => "http-flv",
            (Format::Flv(_), true) => "ws-flv",
            (Format::Mp4, false) => "http-fmp4",
            (Format::Mp4, true) => "ws-fmp4",
            (Format::Ts, false) => "http-ts",
            (Format::Ts, true) => "ws-ts",
        }
    }

    const fn content_type(&self) -> &'static str {
        match self.format {
            Format::Flv(_) => "video/x-flv",
            Format::Mp4 => "video/mp4",
            Format::Ts => "video/mp2t",
        }
    }

    fn rendition_key(&self) -> RenditionKey {
        let hevc = if self.format == Format::Flv(HevcForm::Domestic) { ":hevc12" } else { "" };
        let sound = self.sound.map(|number| format!(":audio{number}")).unwrap_or_default();
        RenditionKey(format!("{}{hevc}{sound}", self.protocol()).into())
    }

    fn muxer(&self) -> Box<dyn Muxer> {
        match self.sound {
            Some(number) => {
                let format = self.format;
                Box::new(Picked::new(self.whole_muxer(), move |tracks| with_sound(tracks, format, number)))
            }
            None => self.whole_muxer(),
        }
    }

    fn whole_muxer(&self) -> Box<dyn Muxer> {
        let websocket = self.websocket_key.is_some();
        match (self.format, websocket) {
            (Format::Flv(hevc), false) => Box::new(flv::Muxer::new(flv::MuxOptions::with_hevc(hevc))),
            (Format::Flv(hevc), true) => {
                Box::new(BinaryMessages::new(flv::Muxer::new(flv::MuxOptions::with_hevc(hevc))))
            }
            (Format::Mp4, false) => Box::new(fmp4::Muxer::new()),
            (Format::Mp4, true) => Box::new(Mp4OverWebSocket::new()),
            (Format::Ts, false) => Box::new(mpegts::Muxer::new()),
            (Format::Ts, true) => Box::new(BinaryMessages::new(mpegts::Muxer::new())),
        }
    }
}

/// All tracks but the sounds, of which the one with a number is kept. Those that the container cannot carry have none.
fn with_sound(tracks: &[Arc<TrackConfig>], format: Format, number: u8) -> Vec<TrackId> {
    let carried = |codec: &CodecConfig| match format {
        Format::Flv(_) => !matches!(codec, CodecConfig::Opaque(_)),
        Format::Mp4 => fmp4::carries(codec),
        Format::Ts => mpegts::carries(codec),
    };
    let is_sound = |track: &&Arc<TrackConfig>| track.kind() == MediaKind::Audio;
    let sounds = tracks.iter().filter(|track| is_sound(track) && carried(&track.codec));
    let others = tracks.iter().filter(|track| !is_sound(track));
    others.chain(sounds.skip(usize::from(number) - 1).take(1)).map(|track| track.id).collect()
}

/// The viewer's address: the peer's, or what a trusted proxy says.
pub(crate) fn viewer_address(gateway: &Gateway, forwarded_for: Option<&str>, peer: SocketAddr) -> SocketAddr {
    match forwarded_for.and_then(last_address) {
        Some(address) if gateway.is_trusted_proxy(peer.ip()) => SocketAddr::new(address.to_canonical(), 0),
        _ => peer,
    }
}

/// What a viewer gets.
pub(super) struct Opened {
    pub(super) rendition: Arc<Rendition>,
    pub(super) session: Arc<Session>,
}

/// Asks for permission, finds the stream and begins a session.
pub(super) async fn open(gateway: &Gateway, request: &MediaRequest, peer: SocketAddr) -> Result<Opened, Failure> {
    let address = viewer_address(gateway, request.forwarded_for.as_deref(), peer);
    let protocol = request.protocol();
    let key = request.key(gateway)?;
    let grant = gateway
        .authorize(AccessRequest {
            action: Action::Play,
            key: key.clone(),
            token: request.token.clone(),
            query: request.query.clone(),
            address: address.ip(),
            protocol,
        })
        .await?;
    let open = gateway.open(&key, request.via.as_deref()).await?;
    let stream = gateway.with_sound(&open.stream, request.sound_codec).await?;
    let rendition = stream.rendition(request.rendition_key(), || request.muxer()).ok_or_else(|| {
        Failure::new(ErrorKind::Exhausted, "Too many different forms of this stream are being watched.")
    })?;
    let (refusals, carries_any) = rendition.refusals();
    if !carries_any {
        let reasons: Vec<String> = refusals.into_iter().map(|refusal| refusal.reason).collect();
        return Err(Failure::new(ErrorKind::Unsupported, reasons.join(" ")));
    }
    let start = SessionStart {
        protocol,
        address,
        user_agent: request.user_agent.as_deref().map(|agent| agent.chars().take(120).collect::<String>().into()),
        grant,
    };
    let session = gateway.hub.start_session(&open.stream, start);
    Ok(Opened { rendition, session })
}

/// Serves media on a connection of its own.
pub(super) async fn serve(shard: Rc<Shard>, mut connection: Connection, request: MediaRequest) {
    if let Some(key) = &request.websocket_key {
        let response = websocket::accept_head(key);
        if connection.transport.write_all(&response).await.is_err() {
            return;
        }
        let _flushed = connection.transport.flush().await;
        return serve_websocket(shard, connection, request).await;
    }
    match open(&connection.gateway, &request, connection.address).await {
        Ok(_) if request.head_only => send(connection, response_head(&request)).await,
        Ok(opened) => {
            let first = response_head(&request);
            let control = Box::new(HttpViewer { _slot: connection.slot });
            shard.view(&opened.rendition, connection.transport, control, opened.session, first, request.start);
        }
        Err(failure) => {
            refuse(connection, failure.kind.http_status(), failure.text).await;
        }
    }
}

async fn serve_websocket(shard: Rc<Shard>, mut connection: Connection, request: MediaRequest) {
    let found = request.key(&connection.gateway).ok().and_then(|key| connection.gateway.hub.find(&key));
    let running = found.is_some_and(|stream| stream.phase() == hub::Phase::Live);
    if !running && request.format == Format::Mp4 {
        let mut waiting = BytesMut::new();
        websocket::put_text(&mut waiting, r#"{"type":"waiting"}"#);
        if connection.transport.write_all(&waiting).await.is_err() || connection.transport.flush().await.is_err() {
            return;
        }
    }
    match open(&connection.gateway, &request, connection.address).await {
        Ok(opened) => {
            let start = request.start;
            let talks = request.format == Format::Mp4;
            let switcher = talks.then(|| Switcher::new(&shard, connection.gateway, request, connection.address));
            let control = Box::new(WebSocketViewer::new(connection.slot, switcher.clone()));
            let media = connection.transport;
            let viewer = shard.view(&opened.rendition, media, control, opened.session, Bytes::new(), start);
            if let Some(switcher) = switcher {
                switcher.serve(&viewer);
            }
        }
        Err(failure) => {
            let mut farewell = BytesMut::new();
            if request.format == Format::Mp4 {
                websocket::put_text(&mut farewell, &super::mp4::error_message(failure.kind, &failure.text));
            }
            websocket::put_close(&mut farewell, websocket::close_code(failure.kind), &failure.text);
            send(connection, farewell.freeze()).await;
        }
    }
}

fn response_head(request: &MediaRequest) -> Bytes {
    Bytes::from(format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nConnection: close\r\nCache-Control: no-store\r\n\
         Access-Control-Allow-Origin: *\r\nX-Content-Type-Options: nosniff\r\nX-Accel-Buffering: no\r\n\r\n",
        request.content_type()
    ))
}

/// Answers with problem JSON (RFC 9457) and closes.
pub(super) async fn refuse(connection: Connection, status: u16, text: String) {
    let body = problem(status, &text);
    let reason = StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason()).unwrap_or("Error");
    let mut out = BytesMut::new();
    let challenge = if status == 401 { "WWW-Authenticate: Bearer realm=\"viaduct\"\r\n" } else { "" };
    out.put_slice(
        format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: application/problem+json\r\nContent-Length: {}\r\n\
             {challenge}Connection: close\r\nCache-Control: no-store\r\nAccess-Control-Allow-Origin: *\r\n\r\n{body}",
            body.len()
        )
        .as_bytes(),
    );
    send(connection, out.freeze()).await;
}

fn problem(status: u16, text: &str) -> String {
    let code = match status {
        401 => "unauthorized",
        403 => "forbidden",
        404 => "not_found",
        406 | 415 => "unsupported",
        429 => "exhausted",
        503 => "unavailable",
        504 => "timeout",
        400..=499 => "invalid_input",
        _ => "internal",
    };
    serde_json::json!({ "type": "about:blank", "title": code, "status": status, "detail": text, "code": code })
        .to_string()
}

/// Writes the last bytes of a connection and waits until the peer has had a chance to read them.
async fn send(mut connection: Connection, bytes: Bytes) {
    let deadline = connection.gateway.config.limits.handshake;
    let farewell = async {
        connection.transport.write_all(&bytes).await?;
        connection.transport.shutdown().await?;
        let mut rest = [0; 512];
        while connection.transport.read(&mut rest).await? > 0 {}
        Ok::<_, std::io::Error>(())
    };
    let _gone_either_way = tokio::time::timeout(deadline, farewell).await;
}

/// An HTTP viewer says nothing any more; its connection keeps its place in the counts.
struct HttpViewer {
    _slot: ConnectionSlot,
}

impl ViewerControl for HttpViewer {
    fn on_input(&mut self, _now: std::time::Instant, _bytes: &[u8], _out: &mut ControlOutput) {}
}

// ---- media on a connection that hyper owns already ------------------------------------------------

/// What [`request`] needs of a request that hyper has parsed.
pub(super) fn head_of(request: &http::Request<Incoming>) -> Head {
    let text =
        |name: header::HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let upgrades = text(header::UPGRADE).is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
    Head {
        method: request.method().as_str().to_owned(),
        target: request.uri().path_and_query().map(|target| target.as_str().to_owned()).unwrap_or_default(),
        host: text(header::HOST),
        user_agent: text(header::USER_AGENT),
        authorization: text(header::AUTHORIZATION),
        forwarded_for: text(header::HeaderName::from_static("x-forwarded-for")),
        origin: text(header::ORIGIN),
        if_match: text(header::IF_MATCH),
        websocket_key: text(header::SEC_WEBSOCKET_KEY),
        upgrades_to_websocket: upgrades,
        ..Head::default()
    }
}

/// Serves media that was asked for on a kept-alive connection: a WebSocket gets the socket, a plain request a
/// body that the pump fills.
pub(super) async fn serve_over_hyper(
    shard: Rc<Shard>,
    gateway: Arc<Gateway>,
    media: MediaRequest,
    request: ControlRequest,
    address: SocketAddr,
) -> ControlResponse {
    let Ok(slot) = gateway.connections.enter(address.ip(), true, &gateway.config.limits) else {
        return problem_response(503, "The server has no free connection.");
    };
    if let Some(key) = &media.websocket_key {
        let accept = websocket::accept_value(key);
        let upgraded = hyper::upgrade::on(request);
        let after = Rc::clone(&shard);
        shard.spawn_local(async move {
            let Ok(upgraded) = upgraded.await else { return };
            let Ok(parts) = upgraded.downcast::<TokioIo<Rewound>>() else { return };
            let (transport, _unread) = parts.io.into_inner().into_parts();
            serve_websocket(after, Connection { gateway, transport, address, slot }, media).await;
        });
        return websocket_response(&accept);
    }
    match open(&gateway, &media, address).await {
        Ok(opened) => {
            let (ours, theirs) = tokio::io::duplex(BODY_BUFFER);
            let control = Box::new(HttpViewer { _slot: slot });
            let transport = Transport::Body(ours);
            shard.view(&opened.rendition, transport, control, opened.session, Bytes::new(), media.start);
            body_response(media.content_type(), theirs)
        }
        Err(failure) => problem_response(failure.kind.http_status(), &failure.text),
    }
}

fn websocket_response(accept: &str) -> ControlResponse {
    let empty = Full::new(Bytes::new()).map_err(|never| match never {}).boxed_unsync();
    Response::builder()
        .status(StatusCode::SWITCHING_PROTOCOLS)
        .header(header::UPGRADE, "websocket")
        .header(header::CONNECTION, "Upgrade")
        .header(header::SEC_WEBSOCKET_ACCEPT, accept)
        .body(empty)
        .expect("all parts are valid")
}

fn body_response(content_type: &str, source: DuplexStream) -> ControlResponse {
    let stream = futures_util::stream::unfold(source, |mut source| async move {
        let mut buffer = BytesMut::with_capacity(16 << 10);
        match source.read_buf(&mut buffer).await {
            Ok(0) | Err(_) => None,
            Ok(_) => Some((Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Frame::data(buffer.freeze())), source)),
        }
    });
    let body = BodyExt::boxed_unsync(StreamBody::new(stream));
    Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(body)
        .expect("all parts are valid")
}

pub(crate) fn problem_response(status: u16, text: &str) -> ControlResponse {
    let body = Full::new(Bytes::from(problem(status, text))).map_err(|never| match never {}).boxed_unsync();
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/problem+json")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(body)
        .expect("all parts are valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> Option<MediaRequest> {
        request(&Head { method: "GET".into(), target: target.into(), ..Head::default() })
    }

    #[test]
    fn media_paths_are_recognised_and_nothing_else() {
        let flv = get("/road/k1.flv?token=a%2Bb&start=next&hevc=12&vhost=t1").unwrap();
        assert_eq!((flv.path.to_string().as_str(), flv.vhost.as_deref()), ("road/k1", Some("t1")));
        assert_eq!(flv.token.as_deref(), Some("a+b"));
        assert_eq!((flv.format, flv.start), (Format::Flv(HevcForm::Domestic), Start::Next));
        assert_eq!(get("/road/k1.mp4").unwrap().protocol(), "http-fmp4");
        let wanted = |query: &str| get(&format!("/road/k1.ts?{query}")).unwrap().sound_codec;
        assert_eq!([wanted("sound=aac"), wanted("sound=vorbis")], [Some(SoundCodec::Aac), None]);
        for (query, sound) in [("audio=2", Some(2)), ("audio=0", None), ("audio=17", None), ("audio=-1", None)] {
            assert_eq!(get(&format!("/road/k1.mp4?{query}")).unwrap().sound, sound, "{query}");
        }
        assert_eq!(get("/road/k1.ts").unwrap().protocol(), "http-ts");
        for other in ["/", "/assets/index.js", "/api/v1.flv", "/a/b/c.flv", "/a/../b.flv", "/a/b.exe", "/a%2fb.flv"] {
            assert_eq!(get(other), None, "{other}");
        }
    }

    #[test]
    fn the_nearest_proxy_names_the_viewer() {
        assert_eq!(last_address("1.2.3.4, 10.0.0.7"), Some([10, 0, 0, 7].into()));
        assert_eq!(last_address("unknown"), None);
    }
}
