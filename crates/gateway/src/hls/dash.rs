//! MPEG-DASH: `/APP/NAME/manifest.mpd`, over the segments of two renditions that have pictures and sound alone.
//!
//! A viewer has one session, which both packagers know. Players read the manifest again where `Location` says, which
//! names the session; those that do not know it ask as if for the first time, and are known by their token, address
//! and name.
//!
//! A manifest has one period. When an initialisation segment changes, a period of another name begins and the one
//! before it goes, with what a viewer who is far behind has not seen of it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base::ErrorKind;
use bytes::Bytes;
use container::dash::{Choice, Manifest, Representation};
use container::fmp4;
use futures_util::future::join_all;
use hub::{Phase, Stream};
use media::{MediaKind, Timestamp, TrackConfig};

use super::answer::whole_response;
use super::asked::Asked;
use super::kind::Kind;
use super::offer::{codecs, sound_name, why_nothing};
use super::packager::Packager;
use super::segmenter::Timeline;
use super::session::{Asker, HlsSession, SessionId};
use super::{over, wait_for_first};
use crate::context::Gateway;
use crate::http::ControlResponse;
use crate::http::failure::Failure;

/// A player stays so many of the longest segments behind: one is in the making, one is waited for by reading the
/// manifest, and one is in the player.
const DELAY_SEGMENTS: u32 = 3;
const PROTOCOL: &str = "dash";

/// Pictures, then the sounds.
pub(super) fn kinds() -> impl Iterator<Item = Kind> {
    Kind::Video.family().filter(|kind| *kind != Kind::Fmp4)
}

/// Answers a request for the manifest, the first or a later one.
pub(super) async fn manifest(asked: &Asked<'_>) -> Result<ControlResponse, Failure> {
    let asker = asked.asker();
    let known = again(asked, &asker)?;
    let is_new = known.is_none();
    let (packagers, id, session) = match known {
        Some(known) => known,
        None => {
            let begun = asked.begin(PROTOCOL, |stream| packagers(asked, stream)).await?;
            let id = SessionId::random();
            begun.packagers[0].sessions.join(id, &begun.session);
            begun.packagers[0].sessions.remember(asker, id);
            (begun.packagers, id, begun.session)
        }
    };
    for packager in &packagers {
        packager.sessions.join(id, &session);
        packager.touch();
    }
    wait_for_first(asked.gateway, &packagers[0]).await?;
    if is_new {
        // Sound that is announced and does not come keeps nobody from the pictures.
        let sounds = packagers[1..].iter();
        join_all(sounds.map(|packager| packager.wait(packager.target(), |segmenter| segmenter.is_ready()))).await;
    }
    // As XML writes it.
    let query = asked.request.query_of(Some(id)).replace('&', "&amp;");
    let text = describe(asked.gateway, &packagers, &query)
        .ok_or_else(|| Failure::new(ErrorKind::Unavailable, "The stream does not go on."))?;
    session.sent(text.len());
    Ok(whole_response(Bytes::from(text), "application/dash+xml", "no-cache"))
}

type Viewing = (Vec<Arc<Packager>>, SessionId, Arc<HlsSession>);

/// What a viewer who is known already watches; `None` for a new one.
fn again(asked: &Asked<'_>, asker: &Asker) -> Result<Option<Viewing>, Failure> {
    let running: Vec<_> = kinds().filter_map(|kind| asked.gateway.hls.find(&asked.request.key, kind)).collect();
    let known = match asked.request.session {
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
    let packagers = if stream.phase() == Phase::Closed { running } else { packagers(asked, &stream)? };
    Ok(Some((packagers, id, session)))
}

/// The packagers of a stream's pictures and sounds, at least one.
fn packagers(asked: &Asked<'_>, stream: &Arc<Stream>) -> Result<Vec<Arc<Packager>>, Failure> {
    if stream.options().encrypt_segments {
        let text = "This application's segments are encrypted, which DASH players cannot read; use HLS.";
        return Err(Failure::new(ErrorKind::Unsupported, text));
    }
    let tracks = stream.tracks();
    let made: Vec<_> = kinds()
        .filter(|kind| !kind.tracks(&tracks.list).is_empty())
        .map(|kind| asked.packager(stream, kind))
        .collect::<Result<_, _>>()?;
    if made.is_empty() {
        let has = |kind| tracks.list.iter().any(|track| track.kind() == kind);
        let text = match (has(MediaKind::Video), has(MediaKind::Audio)) {
            (true, _) => why_nothing(Kind::Video, &tracks.list),
            (false, true) => why_nothing(Kind::Audio(1), &tracks.list),
            (false, false) => "The stream has neither pictures nor sound.".to_owned(),
        };
        return Err(Failure::new(ErrorKind::Unsupported, text));
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
    let all = stream.tracks();
    let tracks = kind.tracks(&all.list);
    let track = tracks.first()?;
    let (codec, prefix) = (&track.codec, kind.prefix());
    let picture = codec.picture();
    Some(Representation {
        id: prefix.trim_end_matches('-').to_owned(),
        kind: track.kind(),
        language: track.language,
        choice: choice(kind, track, &all.list),
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

/// How one of several sounds is told from the others.
fn choice(kind: Kind, track: &TrackConfig, tracks: &[Arc<TrackConfig>]) -> Option<Choice> {
    let Kind::Audio(number) = kind else { return None };
    let several = kind.sounds(tracks).len() > 1;
    several.then(|| Choice { label: sound_name(number, track), is_main: number == 1 })
}
