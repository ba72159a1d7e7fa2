//! What peers ask by HTTP: WHEP and WHIP (RFC 9725), and the forms that clients of older servers send.

mod legacy;

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use base::ErrorKind;
use bytes::Bytes;
use http::{Method, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hub::{
    AccessRequest, Action, Grant, HostHints, OpenStream, PublishRequest, PublisherAddress, SessionStart, Stream,
    StreamKey,
};
use hyper::body::Incoming;
use media::MediaKind;
use rand::distr::{Alphanumeric, SampleString};
use str0m::format::Codec;
use vision::SoundCodec;

use super::answer::{self, Agreed, Codecs, MAX_OFFER_BYTES, OfferRefused, codec_of};
use super::directory::Known;
use super::peer::Peer;
use super::ports::WebRtcPorts;
use super::{play, publish};
use crate::context::{Gateway, rest_of_query};
use crate::http::ControlResponse;
use crate::http::failure::Failure;
use crate::http::head::Head;
use crate::http::media::{problem_response, viewer_address};
use crate::peer::ConnectionSlot;
use crate::shard::Shard;

/// For access, accounts and rules.
const PROTOCOL: &str = "webrtc";
/// Time for the body of a request.
const BODY_WAIT: Duration = Duration::from_secs(10);
/// Characters of a session's name: who knows it may end it, so it cannot be guessed.
const ID_CHARACTERS: usize = 32;

/// What a peer asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    verb: Verb,
    action: Action,
    form: Form,
    /// As the path names it; which virtual host is meant the rest says. Older forms name it in the body.
    path: Option<StreamKey>,
    vhost: Option<String>,
    token: Option<String>,
    via: Option<String>,
    rest: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Verb {
    /// An offer to be answered.
    Offer,
    /// A question from a page of another origin.
    Preflight,
    /// More addresses of the peer of a session.
    Trickle(String),
    /// Other credentials of ICE.
    Restart,
    /// How a session is.
    State(String),
    /// The end of a session.
    End(String),
    NotAllowed,
}

/// How question and answer are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Session descriptions.
    Plain,
    /// JSON of SRS's players and publishers.
    Srs,
    /// Session description in, JSON of ZLMediaKit out.
    Zlm,
}

/// Recognises a question.
pub(crate) fn request(head: &Head) -> Option<Asked> {
    let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
    let mut asked = legacy::recognise(path, query).or_else(|| standard(path, &head.method))?;
    asked.rest = rest_of_query(query);
    asked.token = head.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "token" => asked.token = Some(value.into_owned()),
            "via" => asked.via = Some(value.into_owned()),
            "vhost" => asked.vhost = Some(value.into_owned()),
            _ => {}
        }
    }
    // So a peer asks that begins ICE anew (RFC 9725 §4.3.3).
    if matches!(asked.verb, Verb::Trickle(_)) && head.if_match.as_deref() == Some("*") {
        asked.verb = Verb::Restart;
    }
    if asked.form != Form::Plain {
        asked.verb = match &*head.method {
            "POST" => Verb::Offer,
            "OPTIONS" => Verb::Preflight,
            _ => Verb::NotAllowed,
        };
    }
    Some(asked)
}

impl Asked {
    fn new(action: Action, form: Form, path: Option<StreamKey>, verb: Verb) -> Self {
        Self { verb, action, form, path, vhost: None, token: None, via: None, rest: None }
    }
}

/// `/APP/NAME/whep`, `/APP/NAME/whip`, and a session's own address below.
fn standard(path: &str, method: &str) -> Option<Asked> {
    let mut parts = path.strip_prefix('/')?.split('/');
    let (app, name, endpoint) = (parts.next()?, parts.next()?, parts.next()?);
    let action = match endpoint {
        "whep" => Action::Play,
        "whip" => Action::Publish,
        _ => return None,
    };
    let session = parts.next().filter(|id| !id.is_empty()).map(str::to_owned);
    if parts.next().is_some() {
        return None;
    }
    let key = StreamKey::on_default(&format!("{app}/{name}")).ok()?;
    let verb = match (method, session) {
        ("OPTIONS", _) => Verb::Preflight,
        ("POST", None) => Verb::Offer,
        ("PATCH", Some(id)) => Verb::Trickle(id),
        ("GET", Some(id)) => Verb::State(id),
        ("DELETE", Some(id)) => Verb::End(id),
        _ => Verb::NotAllowed,
    };
    Some(Asked::new(action, Form::Plain, Some(key), verb))
}

impl From<OfferRefused> for Failure {
    fn from(refused: OfferRefused) -> Self {
        Self::new(refused.kind, refused.text)
    }
}

/// A session that has begun.
struct Begun {
    id: String,
    answer: String,
}

/// Answers one request.
pub(crate) async fn serve(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    asked: Asked,
    body: Incoming,
    head: &Head,
    peer: SocketAddr,
) -> ControlResponse {
    let response = match &asked.verb {
        Verb::Offer => offer(shard, gateway, &asked, body, head, peer).await,
        Verb::Preflight => respond(StatusCode::NO_CONTENT, &[], ""),
        // Our answer has all addresses of ours, and theirs show themselves (RFC 9725 §4.3.1).
        Verb::Trickle(id) if matches!(gateway.webrtc.state(id), Known::Running) => {
            respond(StatusCode::NO_CONTENT, &[], "")
        }
        Verb::Restart => {
            problem_response(422, "ICE is not begun anew within a session: DELETE it and POST a new offer.")
        }
        Verb::State(id) => state(gateway, id),
        Verb::End(id) if gateway.webrtc.close(id) => respond(StatusCode::OK, &[], ""),
        Verb::Trickle(_) | Verb::End(_) => problem_response(404, "There is no such session."),
        Verb::NotAllowed => {
            problem_response(405, "POST an SDP offer here; PATCH, GET and DELETE the session's address.")
        }
    };
    with_cors(response)
}

fn state(gateway: &Gateway, id: &str) -> ControlResponse {
    let (state, ended) = match gateway.webrtc.state(id) {
        Known::Running => ("running", None),
        Known::Ended(ended) => ("ended", Some(ended)),
        Known::Unknown => return problem_response(404, "There is no such session."),
    };
    let (code, reason) = ended.map(|ended| (ended.code, ended.text)).unzip();
    let body = serde_json::json!({ "state": state, "code": code, "reason": reason }).to_string();
    respond(StatusCode::OK, &[(header::CONTENT_TYPE, "application/json")], &body)
}

async fn offer(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    asked: &Asked,
    body: Incoming,
    head: &Head,
    peer: SocketAddr,
) -> ControlResponse {
    let begun = async {
        let body = read_body(body).await?;
        let (asked, sdp) = legacy::unpack(asked, &body)?;
        let host = head.host.as_deref();
        begin(shard, gateway, &asked, &sdp, host, head, peer).await.map(|begun| (asked, begun))
    };
    match (begun.await, asked.form) {
        (Ok((asked, begun)), Form::Plain) => {
            let path = asked.path.as_ref().map_or_else(String::new, |key| format!("{}/{}", key.app(), key.name()));
            let endpoint = if asked.action == Action::Play { "whep" } else { "whip" };
            let location = format!("/{path}/{endpoint}/{}", begun.id);
            let tag = format!("\"{}\"", begun.id);
            let fields =
                [(header::CONTENT_TYPE, "application/sdp"), (header::LOCATION, &*location), (header::ETAG, &*tag)];
            respond(StatusCode::CREATED, &fields, &begun.answer)
        }
        (Ok((_, begun)), form) => {
            let body = legacy::answered(form, &begun.id, &begun.answer);
            respond(StatusCode::OK, &[(header::CONTENT_TYPE, "application/json")], &body)
        }
        (Err(failure), Form::Plain) => problem_response(status(failure.kind), &failure.text),
        (Err(failure), form) => {
            let body = legacy::refused(form, status(failure.kind), &failure.text);
            respond(StatusCode::OK, &[(header::CONTENT_TYPE, "application/json")], &body)
        }
    }
}

/// A codec that the peer lacks is its own affair (RFC 9110 §15.5.7), not that of its message.
fn status(kind: ErrorKind) -> u16 {
    if kind == ErrorKind::Unsupported { 406 } else { kind.http_status() }
}

async fn read_body(body: Incoming) -> Result<Bytes, Failure> {
    let collected = tokio::time::timeout(BODY_WAIT, Limited::new(body, MAX_OFFER_BYTES).collect()).await;
    match collected {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(_)) => {
            Err(Failure::new(ErrorKind::InvalidInput, format!("The offer is longer than {MAX_OFFER_BYTES} bytes.")))
        }
        Err(_) => Err(Failure::new(ErrorKind::Timeout, "The offer did not arrive in time.")),
    }
}

async fn begin(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    asked: &Asked,
    sdp: &[u8],
    host: Option<&str>,
    head: &Head,
    peer: SocketAddr,
) -> Result<Begun, Failure> {
    let ports = gateway.webrtc_ports.as_ref();
    let ports =
        ports.ok_or_else(|| Failure::new(ErrorKind::Unsupported, "WebRTC is off here: webrtc.listen is empty."))?;
    let path = asked.path.clone().ok_or_else(|| Failure::new(ErrorKind::InvalidInput, "No stream is named."))?;
    let hints = HostHints { named: asked.vhost.as_deref(), authority: host };
    let key = gateway.locate(path, hints)?;
    let address = viewer_address(gateway, head.forwarded_for.as_deref(), peer);
    let request = AccessRequest {
        action: asked.action,
        key: key.clone(),
        token: asked.token.clone(),
        query: asked.rest.clone(),
        address: address.ip(),
        protocol: PROTOCOL,
    };
    let grant = gateway.authorize(request).await?;
    let exempt = address.ip().is_loopback() || gateway.is_trusted_proxy(address.ip());
    let slot = gateway.connections.enter(address.ip(), exempt, &gateway.config.limits);
    let slot = slot.map_err(|_| Failure::new(ErrorKind::Exhausted, "Too many connections."))?;
    let who = Who { key, grant, address, user_agent: head.user_agent.clone(), slot };
    let place = Place { shard, gateway, ports };
    match asked.action {
        Action::Play => {
            let open = gateway.open(&who.key, asked.via.as_deref()).await?;
            let stream = audible(gateway, &open.stream, sdp).await;
            place.play(who, &open, &stream, sdp)
        }
        Action::Publish => place.publish(who, sdp),
    }
}

/// The stream with a sound that WebRTC has, for peers who want to hear: AAC and others are coded anew. Where that cannot be,
/// the picture is shown without.
async fn audible(gateway: &Gateway, stream: &Arc<Stream>, sdp: &[u8]) -> Arc<Stream> {
    let tracks = stream.tracks();
    let mut sounds = tracks.list.iter().filter(|track| track.kind() == MediaKind::Audio).peekable();
    let silent = sounds.peek().is_some() && sounds.all(|track| codec_of(track).is_none());
    if !silent || answer::offered(sdp, "audio").is_empty() {
        return Arc::clone(stream);
    }
    let coded = gateway.with_sound(stream, Some(SoundCodec::Opus)).await;
    coded.unwrap_or_else(|error| {
        tracing::info!(stream = %stream.key(), reason = error.text, "A WebRTC viewer gets no sound.");
        Arc::clone(stream)
    })
}

/// Who has been let in, and to what.
struct Who {
    key: StreamKey,
    grant: Grant,
    address: SocketAddr,
    user_agent: Option<String>,
    slot: ConnectionSlot,
}

/// Where a session is to live.
struct Place<'a> {
    shard: &'a Rc<Shard>,
    gateway: &'a Arc<Gateway>,
    ports: &'a Arc<WebRtcPorts>,
}

impl Place<'_> {
    fn agree(&self, sdp: &[u8], codecs: &Codecs) -> Result<Agreed, Failure> {
        Ok(answer::agree(answer::read_offer(sdp)?, codecs, &self.ports.candidates())?)
    }

    /// Enters the peer, so that its datagrams find it.
    fn enter(
        &self,
        agreed: Agreed,
    ) -> Result<(Begun, Peer, tokio::sync::mpsc::Receiver<super::directory::Arrival>), Failure> {
        let id = Alphanumeric.sample_string(&mut rand::rng(), ID_CHARACTERS);
        let sockets = self.shard.webrtc_datagrams(self.ports);
        let sockets =
            sockets.map_err(|error| Failure::new(ErrorKind::Internal, format!("The port fails: {error}.")))?;
        let (entry, inbox) = self.gateway.webrtc.enter(&id, &agreed.ufrag);
        let peer = Peer::new(agreed.rtc, sockets, self.ports.address(), entry);
        Ok((Begun { id, answer: agreed.answer }, peer, inbox))
    }

    /// `stream` is what is sent of `open`.
    fn play(&self, who: Who, open: &OpenStream, stream: &Arc<Stream>, sdp: &[u8]) -> Result<Begun, Failure> {
        let tracks = stream.tracks();
        if open.stream.reorders_pictures() {
            let text = "The stream has B-frames, which WebRTC players show out of order. Play it another way, or switch \
                        them off at the camera.";
            return Err(Failure::new(ErrorKind::Unsupported, text));
        }
        let mut codecs: Codecs = tracks.list.iter().filter_map(|track| codec_of(track)).collect();
        // A section without a codec would be refused, and aiortc (1.16) takes no refused one: it gets a silent one.
        if !codecs.iter().any(|codec| codec.is_audio()) {
            codecs.extend([Codec::Opus, Codec::PCMU]);
        }
        let agreed = self.agree(sdp, &codecs)?;
        let wants_pictures = !answer::offered(sdp, "video").is_empty();
        let choice = play::Choice::new(&tracks, &agreed.sections, wants_pictures)?;
        let rendition = choice.selection().rendition(stream).ok_or_else(|| {
            Failure::new(ErrorKind::Exhausted, "Too many different forms of this stream are being watched.")
        })?;
        let feed = self.shard.feeds.of(self.shard, &rendition);
        let (begun, peer, inbox) = self.enter(agreed)?;
        let start = SessionStart {
            protocol: PROTOCOL,
            address: who.address,
            user_agent: who.user_agent.map(|agent| agent.chars().take(120).collect::<String>().into()),
            grant: who.grant,
        };
        let session = self.gateway.hub.start_session(&open.stream, start);
        let viewer = play::Viewer::new(play::Parts { peer, inbox, feed, choice, session, slot: who.slot });
        self.shard.spawn_local(viewer.run());
        Ok(begun)
    }

    fn publish(&self, who: Who, sdp: &[u8]) -> Result<Begun, Failure> {
        let agreed = self.agree(sdp, &publish::codecs(sdp))?;
        let reception = publish::Reception::new(Instant::now(), &agreed.sections)?;
        let address = PublisherAddress { protocol: PROTOCOL, peer: who.address.to_string(), socket: Some(who.address) };
        let wish = PublishRequest { key: who.key, address, on_demand: false, stands_in: false };
        let publisher = self.gateway.hub.publish(wish);
        let publisher = publisher.map_err(|error| Failure::new(error.kind(), error.to_string()))?;
        if let Some(at) = who.grant.expires_at {
            publisher.limit(at);
        }
        let (begun, peer, inbox) = self.enter(agreed)?;
        let gateway = Arc::clone(self.gateway);
        let feeder =
            publish::Feeder::new(publish::Parts { gateway, peer, inbox, publisher, reception, slot: who.slot });
        self.shard.spawn_local(feeder.run());
        Ok(begun)
    }
}

fn respond(status: StatusCode, fields: &[(header::HeaderName, &str)], body: &str) -> ControlResponse {
    let body = Full::new(Bytes::copy_from_slice(body.as_bytes())).map_err(|never| match never {}).boxed_unsync();
    let mut response = Response::builder().status(status).header(header::CACHE_CONTROL, "no-store");
    for (name, value) in fields {
        response = response.header(name, *value);
    }
    response.body(body).expect("names and identifiers are valid in headers")
}

/// Pages of other origins may ask: what protects a stream is its token, not where a page came from.
fn with_cors(mut response: ControlResponse) -> ControlResponse {
    let methods =
        [Method::POST, Method::PATCH, Method::GET, Method::DELETE, Method::OPTIONS].map(|method| method.to_string());
    let fields = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, &*methods.join(", ")),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type, if-match"),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, "location, etag"),
        (header::HeaderName::from_static("accept-post"), "application/sdp"),
    ];
    for (name, value) in fields {
        response.headers_mut().insert(name, value.parse().expect("the value is valid"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(method: &str, target: &str) -> Option<Asked> {
        request(&Head { method: method.into(), target: target.into(), ..Head::default() })
    }

    #[test]
    fn questions_are_recognised_and_nothing_else() {
        let whep = asked("POST", "/road/k1/whep?token=a%2Bb&vhost=t1").unwrap();
        assert_eq!((whep.verb, whep.action), (Verb::Offer, Action::Play));
        assert_eq!(whep.path.unwrap().to_string(), "road/k1");
        assert_eq!((whep.token.as_deref(), whep.vhost.as_deref()), (Some("a+b"), Some("t1")));
        assert_eq!(asked("POST", "/road/k1/whip").unwrap().action, Action::Publish);
        assert_eq!(asked("DELETE", "/road/k1/whep/abc").unwrap().verb, Verb::End("abc".into()));
        assert_eq!(asked("PATCH", "/road/k1/whip/abc").unwrap().verb, Verb::Trickle("abc".into()));
        assert_eq!(asked("GET", "/road/k1/whep/abc").unwrap().verb, Verb::State("abc".into()));
        for (method, target) in [("GET", "/road/k1/whep"), ("POST", "/road/k1/whep/abc"), ("DELETE", "/road/k1/whip")] {
            assert_eq!(asked(method, target).unwrap().verb, Verb::NotAllowed, "{method} {target}");
        }
        for other in
            ["/", "/road/k1", "/road/k1.whep", "/api/v1/whep", "/a/b/whep/c/d", "/a/b%2f/whep", "/whep", "/a/b/whe"]
        {
            assert_eq!(asked("POST", other), None, "{other}");
        }
    }

    #[test]
    fn a_bearer_token_counts_where_the_query_has_none() {
        let head = Head {
            method: "POST".into(),
            target: "/road/k1/whip".into(),
            authorization: Some("Bearer secret".into()),
            ..Head::default()
        };
        assert_eq!(request(&head).unwrap().token.as_deref(), Some("secret"));
    }
}
