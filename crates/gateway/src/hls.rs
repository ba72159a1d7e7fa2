//! Live streaming by pieces over HTTP: HLS as `/APP/NAME/index.m3u8` (fragmented MP4, low-latency parts),
//! `/APP/NAME/ts.m3u8` (transport stream segments) and `/APP/NAME/audio.m3u8` (sound alone), MPEG-DASH as
//! `/APP/NAME/manifest.mpd` ([`dash`]: a file for each track), answered from memory on the media threads.
//!
//! ```text
//! index.m3u8?token=  --grant, session--> media.m3u8?session=  --> 12.m4s, 13.0.m4s, init-1.mp4 ?session=
//! ```
//! The first playlist asks for permission and starts a session; everything that it leads to names the session, so
//! that viewers are counted, accounted, kicked and end with their grant.
//!
//! ```text
//! /t/TOKEN/APP/NAME/index.m3u8  -->  media.m3u8  -->  12.m4s, ...      all below the same path, for caches
//! ```
//! With the token in the path every answer is the same for all viewers, so a CDN leaves `/t/TOKEN` out of its
//! cache key and asks once for all of them. All who show one token are one session.
//!
//! Where a rule says so segments are encrypted (`encryption`), once for all; the keys are given to sessions alone and
//! are not for caches.
//!
//! Where `?vhost=` names the virtual host, everything that an answer leads to names it too; a domain stays by itself.

mod ahead;
mod dash;
mod encryption;
mod packager;
pub(crate) mod pull;
mod request;
mod segmenter;
mod session;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use bytes::Bytes;
use container::fmp4;
use container::m3u8::{Variant, write_multivariant};
use futures_util::stream;
use http::{HeaderValue, Response, header};
use http_body_util::{BodyExt, Full, StreamBody};
use hub::{AccessRequest, Action, Grant, HostHints, OpenStream, SessionStart, StreamKey};
use hyper::body::Frame;
use media::TrackConfig;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::context::{Gateway, rest_of_query};
use crate::http::ControlResponse;
use crate::http::head::Head;
use crate::http::media::{problem_response, viewer_address};
use crate::metrics::Metrics;
use crate::shard::Shard;

pub use ahead::{ChooseCut, CutAhead, cut_ahead};
use packager::Packager;
pub(crate) use request::{HlsRequest, request};
use request::{Kind, Resource};
use segmenter::Found;
use session::HlsSession;

/// How long a request for what comes soon is held, in target durations (the successor of RFC 8216, §6.2.5.2).
const HOLD_TARGETS: u32 = 3;
/// Viewers at a time.
const MAX_SESSIONS: usize = 200_000;
/// Bit rate that a multivariant playlist names before it was measured.
const UNKNOWN_BANDWIDTH_BPS: u64 = 2_000_000;

/// How segments are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HlsConfig {
    /// A segment lasts at least this long; 500 ms to 10 s.
    pub segment: Duration,
    /// A part lasts about this long; 100 ms to 1 s.
    pub part: Duration,
    /// Segments in a playlist; 4 to 60.
    pub segments: usize,
}

impl Default for HlsConfig {
    fn default() -> Self {
        Self { segment: Duration::from_secs(2), part: Duration::from_millis(200), segments: 8 }
    }
}

/// Everything that is packaged at present.
pub(crate) struct Hls {
    packagers: Mutex<HashMap<(StreamKey, Kind), Arc<Packager>>>,
    places: Arc<Semaphore>,
}

impl Default for Hls {
    fn default() -> Self {
        Self { packagers: Mutex::default(), places: Arc::new(Semaphore::new(MAX_SESSIONS)) }
    }
}

impl Hls {
    fn packagers(&self) -> MutexGuard<'_, HashMap<(StreamKey, Kind), Arc<Packager>>> {
        self.packagers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, key: &StreamKey, kind: Kind) -> Option<Arc<Packager>> {
        self.packagers().get(&(key.clone(), kind)).cloned()
    }

    /// Renditions that are being cut.
    pub(crate) fn count(&self) -> usize {
        self.packagers().len()
    }

    fn place(&self) -> Result<OwnedSemaphorePermit, Failure> {
        let full = |_| Failure::new(ErrorKind::Exhausted, "Too many viewers watch by HLS and DASH.");
        Arc::clone(&self.places).try_acquire_owned().map_err(full)
    }

    fn forget(&self, packager: &Arc<Packager>) {
        let mut packagers = self.packagers();
        let key = (packager.stream().key().clone(), packager.kind());
        if packagers.get(&key).is_some_and(|present| Arc::ptr_eq(present, packager)) {
            packagers.remove(&key);
        }
    }
}

/// Why a viewer gets no piece.
struct Failure {
    kind: ErrorKind,
    text: String,
}

impl Failure {
    fn new(kind: ErrorKind, text: &str) -> Self {
        Self { kind, text: text.to_owned() }
    }
}

/// What a session is given.
#[derive(Clone, Copy)]
enum Answer {
    Playlist,
    Media,
    Key,
}

/// Answers one request.
pub(crate) async fn serve(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    mut request: HlsRequest,
    head: &Head,
    peer: SocketAddr,
) -> ControlResponse {
    Metrics::count(&gateway.metrics.hls_requests);
    let hints = HostHints { named: request.vhost.as_deref(), authority: head.host.as_deref() };
    match gateway.locate(request.key.clone(), hints) {
        Ok(key) => request.key = key,
        Err(error) => return problem_response(ErrorKind::NotFound.http_status(), &error.to_string()),
    }
    let answer = match request.resource {
        _ if request.is_shared => serve_shared(shard, gateway, &request, head, peer).await,
        Resource::Manifest => dash::manifest(shard, gateway, &request, head, peer).await,
        Resource::Multivariant => begin(shard, gateway, &request, head, peer).await,
        _ => continue_session(gateway, &request).await,
    };
    answer.unwrap_or_else(|failure| problem_response(failure.kind.http_status(), &failure.text))
}

/// Answers a cache: the same to all who show the token.
async fn serve_shared(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    request: &HlsRequest,
    head: &Head,
    peer: SocketAddr,
) -> Result<ControlResponse, Failure> {
    if request.resource == Resource::Manifest {
        return Err(Failure::new(ErrorKind::NotFound, "For caches there is HLS; DASH has sessions."));
    }
    let known = gateway.hls.find(&request.key, request.kind).is_some_and(|packager| {
        request.session.is_some_and(|id| packager.sessions.find(id, packager.target()).is_some())
    });
    if !known {
        let Admitted { packager, session } = admit(shard, gateway, request, head, peer).await?;
        packager.sessions.join(request.session.ok_or_else(over)?, &Arc::new(session));
    }
    let mut response = match request.resource {
        Resource::Multivariant => {
            let packager = gateway.hls.find(&request.key, request.kind).ok_or_else(over)?;
            let uri = format!("{}{}", request.kind.media_playlist(), request.query_of(None));
            playlist_response(write_multivariant(&[variant(packager.stream(), request.kind, uri)]))
        }
        _ => continue_session(gateway, request).await?,
    };
    if matches!(request.resource, Resource::Multivariant | Resource::Media) {
        response.headers_mut().insert(header::CACHE_CONTROL, playlist_cache(request));
    }
    Ok(response)
}

/// How long a cache may keep a playlist: one that was waited for says the same for ever, another is soon old.
fn playlist_cache(request: &HlsRequest) -> HeaderValue {
    match request.wanted_segment {
        Some(_) => HeaderValue::from_static("public, max-age=6"),
        None => HeaderValue::from_static("public, max-age=1"),
    }
}

/// Starts a session of a viewer's own and names the media playlist.
async fn begin(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    request: &HlsRequest,
    head: &Head,
    peer: SocketAddr,
) -> Result<ControlResponse, Failure> {
    let Admitted { packager, session } = admit(shard, gateway, request, head, peer).await?;
    let id = packager.sessions.add(session);
    let uri = format!("{}{}", request.kind.media_playlist(), request.query_of(Some(id)));
    Ok(playlist_response(write_multivariant(&[variant(packager.stream(), request.kind, uri)])))
}

/// Grants and opens a stream for a viewer.
async fn open(
    gateway: &Gateway,
    request: &HlsRequest,
    head: &Head,
    address: IpAddr,
    protocol: &'static str,
) -> Result<(Grant, OpenStream), Failure> {
    let asked = AccessRequest {
        action: Action::Play,
        key: request.key.clone(),
        token: token(request, head),
        query: head.target.split_once('?').and_then(|(_, query)| rest_of_query(query)),
        address,
        protocol,
    };
    let grant = gateway.authorize(asked).await;
    let grant = grant.map_err(|denied| Failure { kind: denied.kind, text: denied.reason })?;
    let open = gateway.open(&request.key, request.via.as_deref()).await;
    let open = open.map_err(|error| Failure { kind: error.kind, text: error.text })?;
    Ok((grant, open))
}

/// A viewer who may watch, and what cuts for him.
struct Admitted {
    packager: Arc<Packager>,
    session: HlsSession,
}

/// Grants, opens the stream and starts to cut it.
async fn admit(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    request: &HlsRequest,
    head: &Head,
    peer: SocketAddr,
) -> Result<Admitted, Failure> {
    let address = viewer_address(gateway, head.forwarded_for.as_deref(), peer);
    let protocol = request.protocol();
    let (grant, open) = open(gateway, request, head, address.ip(), protocol).await?;
    let place = gateway.hls.place()?;
    let packager = packager(shard, gateway, &open.stream, request.kind)?;
    let user_agent = user_agent(head).map(Into::into);
    let start = SessionStart { protocol, address, user_agent, grant };
    let session = HlsSession::new(gateway.hub.start_session(&open.stream, start), place);
    Ok(Admitted { packager, session })
}

fn token(request: &HlsRequest, head: &Head) -> Option<String> {
    let bearer = || head.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    request.token.clone().or_else(bearer)
}

fn user_agent(head: &Head) -> Option<String> {
    head.user_agent.as_deref().map(|agent| agent.chars().take(120).collect())
}

/// The packager of a stream, started when there is none.
fn packager(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    stream: &Arc<hub::Stream>,
    kind: Kind,
) -> Result<Arc<Packager>, Failure> {
    let key = (stream.key().clone(), kind);
    let mut packagers = gateway.hls.packagers();
    if let Some(packager) = packagers.get(&key).filter(|packager| Arc::ptr_eq(packager.stream(), stream)) {
        packager.touch();
        return Ok(Arc::clone(packager));
    }
    let rendition = kind.rendition(stream).ok_or_else(|| {
        Failure::new(ErrorKind::Exhausted, "Too many different forms of this stream are being watched.")
    })?;
    let (refusals, carries_any) = rendition.refusals();
    if !carries_any {
        let reasons: Vec<String> = refusals.into_iter().map(|refusal| refusal.reason).collect();
        return Err(Failure { kind: ErrorKind::Unsupported, text: reasons.join(" ") });
    }
    let packager = Arc::new(Packager::new(rendition, kind, gateway.config.hls));
    packagers.insert(key, Arc::clone(&packager));
    drop(packagers);
    let (owner, task) = (Arc::clone(gateway), Arc::clone(&packager));
    shard.spawn_local(async move {
        task.run().await;
        owner.hls.forget(&task);
    });
    Ok(packager)
}

/// The names of codecs in fragmented MP4 (RFC 6381), where all have one.
fn codecs(tracks: &[Arc<TrackConfig>]) -> Option<String> {
    let (mime, _) = fmp4::mime_type(tracks);
    mime.split_once("codecs=\"").map(|(_, rest)| rest.trim_end_matches('"').to_owned())
}

/// The tracks that a kind of rendition has.
fn tracks(stream: &hub::Stream, kind: Kind) -> Vec<Arc<TrackConfig>> {
    let tracks = stream.tracks();
    let fits = |track: &&Arc<TrackConfig>| kind.only().is_none_or(|only| track.kind() == only);
    tracks.list.iter().filter(fits).cloned().collect()
}

fn variant(stream: &hub::Stream, kind: Kind, uri: String) -> Variant {
    let tracks = tracks(stream, kind);
    let codecs = codecs(&tracks);
    let picture = tracks.iter().find_map(|track| track.codec.picture());
    let (bitrate_bps, fps) = stream.history().recent(5);
    let measured = bitrate_bps + bitrate_bps / 5;
    Variant {
        bandwidth_bps: if measured == 0 { UNKNOWN_BANDWIDTH_BPS } else { measured },
        codecs,
        resolution: picture.map(|picture| (picture.width, picture.height)),
        frame_rate: picture
            .and_then(|picture| picture.frame_rate_mhz)
            .map(|mhz| f64::from(mhz.get()) / 1000.0)
            .or((fps > 0.0 && picture.is_some()).then(|| f64::from(fps))),
        uri,
    }
}

fn over() -> Failure {
    let text = "The viewing session is over or unknown; begin again with the first playlist.";
    Failure::new(ErrorKind::Forbidden, text)
}

/// Answers what a session asks for.
async fn continue_session(gateway: &Arc<Gateway>, request: &HlsRequest) -> Result<ControlResponse, Failure> {
    let packager = &*gateway.hls.find(&request.key, request.kind).ok_or_else(over)?;
    let session = request.session.and_then(|id| packager.sessions.find(id, packager.target())).ok_or_else(over)?;
    packager.touch();
    let (body, answer) = match request.resource {
        Resource::Multivariant | Resource::Manifest => unreachable!("answered in `serve`"),
        Resource::Media => {
            wait_for_playlist(gateway, packager, request).await?;
            let text = packager.playlist().write(&request.query_of(request.session), request.skip);
            (vec![Bytes::from(text)], Answer::Playlist)
        }
        Resource::Map(number) => (wait_for(packager, |segmenter| segmenter.map(number)).await?, Answer::Media),
        Resource::Segment(number) => (wait_for(packager, |segmenter| segmenter.segment(number)).await?, Answer::Media),
        Resource::Part(number, part) => {
            (wait_for(packager, |segmenter| segmenter.part(number, part)).await?, Answer::Media)
        }
        Resource::Key(number) => (wait_for(packager, |segmenter| segmenter.key(number)).await?, Answer::Key),
    };
    let length: usize = body.iter().map(Bytes::len).sum();
    session.sent(length);
    Ok(match answer {
        Answer::Playlist => playlist_response(body.concat()),
        Answer::Media => media_response(body, request.kind),
        Answer::Key => key_response(body.concat()),
    })
}

/// Holds what lists segments until there is one.
async fn wait_for_first(gateway: &Gateway, packager: &Packager) -> Result<(), Failure> {
    let first = packager.target() * 2 + gateway.config.play_wait;
    if !packager.wait(first, |segmenter| segmenter.is_ready()).await {
        return Err(Failure::new(ErrorKind::Timeout, "No key frame has come that a segment could begin with."));
    }
    Ok(())
}

/// Holds a playlist until there is something to begin with and, for a blocking reload, what it asks for.
async fn wait_for_playlist(gateway: &Gateway, packager: &Packager, request: &HlsRequest) -> Result<(), Failure> {
    wait_for_first(gateway, packager).await?;
    let Some(segment) = request.wanted_segment else {
        let part_alone = "_HLS_part means nothing without _HLS_msn.";
        return request.wanted_part.map_or(Ok(()), |_| Err(Failure::new(ErrorKind::InvalidInput, part_alone)));
    };
    let wanted = |segmenter: &segmenter::Segmenter| segmenter.has(segment, request.wanted_part);
    if packager.look(wanted).is_none() {
        return Err(Failure::new(ErrorKind::InvalidInput, "This segment is too far in the future."));
    }
    if !packager.wait(packager.target() * HOLD_TARGETS, |segmenter| wanted(segmenter) != Some(false)).await {
        return Err(Failure::new(ErrorKind::Unavailable, "The stream does not go on."));
    }
    Ok(())
}

async fn wait_for(packager: &Packager, find: impl Fn(&segmenter::Segmenter) -> Found) -> Result<Vec<Bytes>, Failure> {
    packager.wait(packager.target() * HOLD_TARGETS, |segmenter| find(segmenter) != Found::NotYet).await;
    match packager.look(find) {
        Found::Bytes(bytes) => Ok(bytes),
        Found::NotYet => Err(Failure::new(ErrorKind::Unavailable, "The stream does not go on.")),
        Found::Never => Err(Failure::new(ErrorKind::NotFound, "There is no such segment, or it is gone.")),
    }
}

fn playlist_response(text: impl Into<Bytes>) -> ControlResponse {
    whole_response(text.into(), "application/vnd.apple.mpegurl", "no-cache")
}

/// A key is for the viewer who asked and for nobody on the way.
fn key_response(key: impl Into<Bytes>) -> ControlResponse {
    whole_response(key.into(), "application/octet-stream", "no-store")
}

fn whole_response(bytes: Bytes, content_type: &str, caching: &str) -> ControlResponse {
    let body = Full::new(bytes).map_err(|never| match never {}).boxed_unsync();
    Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CACHE_CONTROL, caching)
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(body)
        .expect("all parts are valid")
}

/// A piece of media never changes under its name.
fn media_response(pieces: Vec<Bytes>, kind: Kind) -> ControlResponse {
    let length: usize = pieces.iter().map(Bytes::len).sum();
    let frames = pieces.into_iter().map(|piece| Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Frame::data(piece)));
    Response::builder()
        .header(header::CONTENT_TYPE, kind.content_type())
        .header(header::CONTENT_LENGTH, length)
        .header(header::CACHE_CONTROL, "public, max-age=60, immutable")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(BodyExt::boxed_unsync(StreamBody::new(stream::iter(frames))))
        .expect("all parts are valid")
}
