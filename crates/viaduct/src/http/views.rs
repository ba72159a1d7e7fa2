//! From the hub's types to those of the API.

use std::time::{Duration, SystemTime};

use api::{PublisherInfo, Step, Stream, Track, Viewer};
use hub::{Phase, Session, StreamKey};
use media::{MediaKind, TrackConfig};
use serde::Deserialize;

use super::Failure;
use super::language::localised;
use crate::server::App;

/// Unix seconds as RFC 3339.
pub(super) fn rfc3339(unix_seconds: i64) -> String {
    base::rfc3339(unix_seconds.saturating_mul(1000))
}

/// Unix milliseconds of a time that was typed in; none where nothing was.
pub(super) fn instant_ms(field: &'static str, text: Option<&str>) -> Result<Option<i64>, Failure> {
    let wrong = || Failure::invalid(field, format!("{field} is a time such as 2026-11-26T08:00:00Z."));
    let parse = |text: &str| base::parse_rfc3339(text).ok_or_else(wrong);
    text.filter(|text| !text.is_empty()).map(parse).transpose()
}

/// An instant as RFC 3339 with milliseconds.
pub(super) fn rfc3339_of(at: SystemTime) -> String {
    base::rfc3339(platform::unix_ms(at))
}

pub(super) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

pub(super) fn track(track: &TrackConfig) -> Track {
    let picture = track.codec.picture();
    let sound = track.codec.sound();
    Track {
        id: track.id.0,
        kind: match track.kind() {
            MediaKind::Video => "video",
            MediaKind::Audio => "audio",
            MediaKind::Data => "data",
        }
        .to_owned(),
        codec: track.codec().to_string(),
        codecs: track.codec.rfc6381(),
        version: track.version,
        width: picture.map(|picture| picture.width),
        height: picture.map(|picture| picture.height),
        frame_rate: picture.and_then(|picture| picture.frame_rate_mhz).map(|mhz| f64::from(mhz.get()) / 1000.0),
        profile: picture.map(|picture| picture.profile),
        level: picture.map(|picture| picture.level),
        b_frames: picture.and_then(|picture| picture.reorder_depth).map(|depth| depth > 0),
        sample_rate_hz: sound.map(|(rate, _)| rate.get()),
        channels: sound.map(|(_, channels)| channels),
        language: track.language.map(|language| language.to_string()),
    }
}

/// Which part of a long list is wanted.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Part {
    /// From 1.
    page: Option<usize>,
    per_page: Option<usize>,
}

impl Part {
    const USUAL: usize = 100;
    const MOST: usize = 1000;

    /// The part of all.
    pub(super) fn of<T>(self, all: &[T]) -> &[T] {
        let length = self.per_page.unwrap_or(Self::USUAL).clamp(1, Self::MOST);
        let from = self.page.unwrap_or(1).saturating_sub(1).saturating_mul(length).min(all.len());
        &all[from..all.len().min(from + length)]
    }
}

/// The state that people see.
pub(super) const fn state(phase: &Phase, has_source: bool) -> &'static str {
    match phase {
        Phase::Live => "live",
        Phase::Failed { .. } => "failed",
        Phase::Closed if has_source => "idle",
        _ => "waiting",
    }
}

pub(super) fn stream(app: &App, stream: &hub::Stream) -> Stream {
    let (bitrate_bps, fps) = stream.history().recent(5);
    let gop = stream.key_distance().unwrap_or_default();
    let source = app.sources.status(stream.key()).is_some();
    let publisher = stream.publisher();
    Stream {
        vhost: stream.key().vhost().to_owned(),
        app: stream.key().app().to_owned(),
        name: stream.key().name().to_owned(),
        state: state(&stream.phase(), source).to_owned(),
        incarnation: stream.incarnation(),
        since: publisher.as_ref().map(|publisher| rfc3339_of(publisher.since)),
        publisher: publisher.map(|publisher| PublisherInfo {
            protocol: publisher.address.protocol.to_owned(),
            address: publisher.address.peer,
            since: rfc3339_of(publisher.since),
        }),
        source,
        record: app.applications.effective(stream.key()).records(),
        tracks: stream.tracks().list.iter().map(|config| track(config)).collect(),
        viewers: stream.viewer_count(),
        bitrate_bps,
        fps: f64::from(fps),
        gop_ms: millis(gop),
    }
}

/// A source that nobody watches has no stream, but people look for it in the list.
pub(super) fn idle_stream(app: &App, key: &StreamKey, failed: bool) -> Stream {
    Stream {
        vhost: key.vhost().to_owned(),
        app: key.app().to_owned(),
        name: key.name().to_owned(),
        state: if failed { "failed" } else { "idle" }.to_owned(),
        incarnation: 0,
        publisher: None,
        source: true,
        record: app.applications.effective(key).records(),
        tracks: Vec::new(),
        viewers: 0,
        bitrate_bps: 0,
        fps: 0.0,
        gop_ms: 0,
        since: None,
    }
}

pub(super) fn viewer(session: &Session) -> Viewer {
    let start = session.start();
    Viewer {
        id: session.id(),
        vhost: session.key().vhost().to_owned(),
        app: session.key().app().to_owned(),
        name: session.key().name().to_owned(),
        protocol: start.protocol.to_owned(),
        address: start.address.to_string(),
        user_agent: start.user_agent.as_deref().map(str::to_owned),
        user: start.grant.subject.clone(),
        since: rfc3339_of(session.since()),
        bytes: session.bytes(),
        rate_bps: session.mean_rate_bps(),
        lag_ms: session.lag_ms(),
        skips: session.skips(),
        loss_permille: session.reception().map(|reception| reception.loss_permille),
        jitter_ms: session.reception().map(|reception| reception.jitter_ms),
    }
}

pub(super) fn step(step: &hub::Step) -> Step {
    Step {
        at: rfc3339_of(step.at),
        leg: step.leg.as_str().to_owned(),
        ok: step.ok,
        text: localised(&step.text),
        count: step.count,
    }
}

/// Bytes sent to viewers of a stream, past and present.
pub(super) fn sent_bytes(stream: &hub::Stream) -> u64 {
    let present: u64 = stream.sessions().iter().map(|session| session.bytes()).sum();
    stream.counters().read().sent_bytes + present
}
