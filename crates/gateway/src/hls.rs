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
//! A stream with several sounds has its pictures alone in `video-media.m3u8` and each sound in a playlist of its own
//! (`audio-media.m3u8`, `audio2-media.m3u8`; `ts-` in front for transport streams), which a group in the first playlist
//! names; a stream with one has both in `media.m3u8`. A session is for all of them.
//!
//! Where a rule says so segments are encrypted (`encryption`), once for all; the keys are given to sessions alone and
//! are not for caches.
//!
//! Where `?vhost=` names the virtual host, everything that an answer leads to names it too; a domain stays by itself.

mod ahead;
mod answer;
mod asked;
mod dash;
mod encryption;
mod kind;
mod offer;
mod packager;
pub(crate) mod pull;
mod request;
mod segmenter;
mod session;

use std::collections::HashMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use bytes::Bytes;
use container::m3u8::write_reports;
use http::header;
use hub::{HostHints, StreamKey};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::context::Gateway;
use crate::http::ControlResponse;
use crate::http::failure::Failure;
use crate::http::head::Head;
use crate::http::media::problem_response;
use crate::metrics::Metrics;
use crate::shard::Shard;

pub use ahead::{ChooseCut, CutAhead, cut_ahead};
use answer::{key_response, media_response, playlist_cache, playlist_response};
use asked::Asked;
use kind::Kind;
use offer::Offer;
use packager::Packager;
use request::Resource;
pub(crate) use request::{HlsRequest, request};
use segmenter::Found;
use session::SessionId;

/// How long a request for what comes soon is held, in target durations (the successor of RFC 8216, §6.2.5.2).
const HOLD_TARGETS: u32 = 3;
/// Viewers at a time.
const MAX_SESSIONS: usize = 200_000;

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
    let asked = Asked::new(shard, gateway, &request, head, peer);
    let answer = match request.resource {
        _ if request.is_shared => serve_shared(&asked).await,
        Resource::Manifest => dash::manifest(&asked).await,
        Resource::Multivariant => begin(&asked).await,
        _ => continue_session(&asked).await,
    };
    answer.unwrap_or_else(|failure| problem_response(failure.kind.http_status(), &failure.text))
}

/// Answers a cache: the same to all who show the token.
async fn serve_shared(asked: &Asked<'_>) -> Result<ControlResponse, Failure> {
    let request = asked.request;
    if request.resource == Resource::Manifest {
        return Err(Failure::new(ErrorKind::NotFound, "For caches there is HLS; DASH has sessions."));
    }
    let stream = match asked.known() {
        Some((packager, _)) => Arc::clone(packager.stream()),
        None => {
            let begun = asked.begin(request.protocol(), |stream| offered(asked, stream)).await?;
            begun.join(request.session.ok_or_else(over)?);
            begun.stream
        }
    };
    let mut response = match request.resource {
        Resource::Multivariant => {
            playlist_response(Offer::new(&stream, request.kind).write(&stream, &request.query_of(None)))
        }
        _ => continue_session(asked).await?,
    };
    if matches!(request.resource, Resource::Multivariant | Resource::Media) {
        response.headers_mut().insert(header::CACHE_CONTROL, playlist_cache(request));
    }
    Ok(response)
}

/// Starts a session of a viewer's own and names the media playlists.
async fn begin(asked: &Asked<'_>) -> Result<ControlResponse, Failure> {
    let begun = asked.begin(asked.request.protocol(), |stream| offered(asked, stream)).await?;
    let id = SessionId::random();
    begun.join(id);
    let text = Offer::new(&begun.stream, asked.request.kind).write(&begun.stream, &asked.request.query_of(Some(id)));
    Ok(playlist_response(text))
}

/// The packagers that a viewer begins with.
fn offered(asked: &Asked<'_>, stream: &Arc<hub::Stream>) -> Result<Vec<Arc<Packager>>, Failure> {
    let offer = Offer::new(stream, asked.request.kind);
    offer.first().map(|kind| asked.packager(stream, kind)).collect()
}

fn over() -> Failure {
    let text = "The viewing session is over or unknown; begin again with the first playlist.";
    Failure::new(ErrorKind::Forbidden, text)
}

/// Answers what a session asks for.
async fn continue_session(asked: &Asked<'_>) -> Result<ControlResponse, Failure> {
    let request = asked.request;
    let (packager, session) = asked.viewing()?;
    let packager = &*packager;
    packager.touch();
    let (body, answer) = match request.resource {
        Resource::Multivariant | Resource::Manifest => unreachable!("answered in `serve`"),
        Resource::Media => {
            wait_for_playlist(asked.gateway, packager, request).await?;
            let reports = offer::keep_together(asked.gateway, packager);
            let query = request.query_of(request.session);
            let text = packager.playlist().write(&query, request.skip) + &write_reports(&reports, &query);
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
