//! MPEG-DASH: `/APP/NAME/manifest.mpd`, over the segments of two renditions that have pictures and sound alone.
//!
//! A viewer has one session, which both packagers know. Players read the manifest again where `Location` says, which
//! names the session; those that do not know it ask as if for the first time, and are known by their token, address
//! and name.
//!
//! A manifest has one period. When an initialisation segment changes, a period of another name begins and the one
//! before it goes, with what a viewer who is far behind has not seen of it.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base::ErrorKind;
use bytes::Bytes;
use container::dash::{Manifest, Representation};
use container::fmp4;
use hub::{Phase, SessionStart, Stream};
use media::{MediaKind, Timestamp, TrackConfig};

use super::packager::Packager;
use super::request::{HlsRequest, Kind};
use super::segmenter::Timeline;
use super::session::{Asker, HlsSession, SessionId};
use super::{Failure, codecs, open, over, packager, token, tracks, user_agent, wait_for_first, whole_response};
use crate::context::Gateway;
use crate::http::ControlResponse;
use crate::http::head::Head;
use crate::http::media::viewer_address;
use crate::shard::Shard;

/// In this order.
pub(super) const KINDS: [Kind; 2] = [Kind::Video, Kind::Audio];
/// A player stays so many of the longest segments behind: one is in the making, one is waited for by reading the
/// manifest, and one is in the player.
const DELAY_SEGMENTS: u32 = 3;
const PROTOCOL: &str = "dash";

/// Answers a request for the manifest, the first or a later one.
pub(super) async fn manifest(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    request: &HlsRequest,
    head: &Head,
    peer: SocketAddr,
) -> Result<ControlResponse, Failure> {
    let address = viewer_address(gateway, head.forwarded_for.as_deref(), peer);
    let asker = Asker { token: token(request, head), address: address.ip(), user_agent: user_agent(head) };
    let known = again(shard, gateway, request, &asker)?;
    let is_new = known.is_none();
    let (packagers, id, session) = match known {
        Some(known) => known,
        None => {
            let (grant, open) = open(gateway, request, head, address.ip(), PROTOCOL).await?;
            let place = gateway.hls.place()?;
            let packagers = packagers(shard, gateway, &open.stream)?;
            let user_agent = asker.user_agent.clone().map(Into::into);
            let start = SessionStart { protocol: PROTOCOL, address, user_agent, grant };
            let session = HlsSession::new(gateway.hub.start_session(&open.stream, start), place);
            let sessions = &packagers[0].sessions;
            let id = sessions.add(session);
            sessions.remember(asker, id);
            let session = sessions.find(id, packagers[0].target()).ok_or_else(over)?;
            (packagers, id, session)
        }
    };
    for packager in &packagers {
        packager.sessions.join(id, &session);
        packager.touch();
    }
    wait_for_first(gateway, &packagers[0]).await?;
    if is_new {
        for packager in &packagers[1..] {
            // Sound that is announced and does not come keeps nobody from the pictures.
            packager.wait(packager.target(), |segmenter| segmenter.is_ready()).await;
        }
    }
    // As XML writes it.
    let query = request.query_of(Some(id)).replace('&', "&amp;");
    let text = describe(gateway, &packagers, &query)
        .ok_or_else(|| Failure::new(ErrorKind::Unavailable, "The stream does not go on."))?;
    session.sent(text.len());
    Ok(whole_response(Bytes::from(text), "application/dash+xml", "no-cache"))
}

type Viewing = (Vec<Arc<Packager>>, SessionId, Arc<HlsSession>);

/// What a viewer who is known already watches; `None` for a new one.
fn again(
    shard: &Rc<Shard>,
    gateway: &Arc<Gateway>,
    request: &HlsRequest,
    asker: &Asker,
) -> Result<Option<Viewing>, Failure> {
    let running: Vec<_> = KINDS.iter().filter_map(|kind| gateway.hls.find(&request.key, *kind)).collect();
    let known = match request.session {
        Some(id) => {
            let session = running.iter().find_map(|packager| packager.sessions.find(id, packager.target()));
            let session = session.ok_or_else(over)?;
            session.named_itself();
            Some((id, session))
        }
        None => running.iter().find_map(|packager| packager.sessions.of(asker, packager.target())),
    };
    let Some((id, session)) = known else { return Ok(None) };
    let stream = Arc::clone(running[0].stream());
    // A track may have come; at the end there is nothing to begin with any more.
    let packagers = if stream.phase() == Phase::Closed { running } else { packagers(shard, gateway, &stream)? };
    Ok(Some((packagers, id, session)))
}

/// The packagers of a stream's pictures and sound, at least one.
fn packagers(shard: &Rc<Shard>, gateway: &Arc<Gateway>, stream: &Arc<Stream>) -> Result<Vec<Arc<Packager>>, Failure> {
    if stream.options().encrypt_segments {
        let text = "This application's segments are encrypted, which DASH players cannot read; use HLS.";
        return Err(Failure::new(ErrorKind::Unsupported, text));
    }
    let (mut made, mut refused) = (Vec::new(), None);
    for kind in KINDS.into_iter().filter(|kind| !tracks(stream, *kind).is_empty()) {
        match packager(shard, gateway, stream, kind) {
            Ok(packager) => made.push(packager),
            Err(failure) if failure.kind == ErrorKind::Unsupported => refused = Some(failure),
            Err(failure) => return Err(failure),
        }
    }
    if made.is_empty() {
        let nothing = || Failure::new(ErrorKind::Unsupported, "The stream has neither pictures nor sound.");
        return Err(refused.unwrap_or_else(nothing));
    }
    Ok(made)
}

/// The manifest; `query` stands behind all of its URIs.
fn describe(gateway: &Gateway, packagers: &[Arc<Packager>], query: &str) -> Option<String> {
    let mut lines: Vec<(Kind, Timeline)> = packagers
        .iter()
        .filter_map(|packager| Some((packager.kind(), packager.look(|segmenter| segmenter.timeline())?)))
        .collect();
    let (_, first) = lines.first()?;
    let (period, period_start) = (first.map, first.map_start);
    let update = (!first.ended).then_some(gateway.config.hls.segment);
    for (_, line) in &mut lines {
        // What ended before the period began belongs to the one before.
        let gone = line.segments.iter().take_while(|(start, length)| *start + *length <= period_start).count();
        line.segments.drain(..gone);
        line.first += gone as u64;
    }
    let longest = lines.iter().flat_map(|(_, line)| &line.segments).map(|(_, length)| *length).max()?;
    let stream = packagers.first()?.stream();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let manifest = Manifest {
        origin: packagers.first()?.date_time(Timestamp::ZERO),
        now: base::rfc3339(i64::try_from(now.as_millis()).unwrap_or(i64::MAX)),
        location: format!("manifest.mpd{query}"),
        update_period: update,
        presentation_delay: longest * DELAY_SEGMENTS,
        period,
        period_start,
        representations: lines
            .into_iter()
            .filter_map(|(kind, line)| representation(stream, kind, line, query))
            .collect(),
    };
    Some(manifest.write())
}

fn representation(stream: &Stream, kind: Kind, line: Timeline, query: &str) -> Option<Representation> {
    let tracks = tracks(stream, kind);
    let (_, refused) = fmp4::mime_type(&tracks);
    let carried = |track: &&Arc<TrackConfig>| refused.iter().all(|refusal| refusal.track != track.id);
    let codec = &tracks.iter().find(carried)?.codec;
    let prefix = kind.prefix();
    let picture = codec.picture();
    Some(Representation {
        kind: kind.only().unwrap_or(MediaKind::Video),
        codecs: codecs(&tracks),
        bandwidth_bps: line.peak_bps.max(1),
        resolution: picture.map(|picture| (picture.width, picture.height)),
        frame_rate_mhz: picture.and_then(|picture| picture.frame_rate_mhz).map(std::num::NonZero::get),
        sampling_rate_hz: codec.sound().map(|(rate, _)| rate.get()),
        timescale: fmp4::timescale(codec),
        initialization: format!("{prefix}init-{}.mp4{query}", line.map),
        // Numbers of segments are larger than some players count (FFmpeg has 32 bits), so these begin with the period.
        media: format!("{prefix}{}-$Number$.m4s{query}", line.map),
        first: line.first - line.map,
        segments: line.segments,
    })
}
