//! What players say of how they play: the newest viewers of each stream, kept in memory, and what they have in common.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::{ErrorKind, TokenBucket};
use hub::StreamKey;

/// Viewers that are kept of one stream; who reported longest ago goes.
pub const MAX_VIEWERS: usize = 50;
/// Streams of which reports are kept; the one that was reported longest ago goes.
pub const MAX_STREAMS: usize = 4096;
/// A viewer who has said nothing for this long is forgotten.
const KEPT: Duration = Duration::from_secs(3600);
/// Players report every ten seconds, so this is room for a wall of many, of one stream.
const REPORT_EVERY: Duration = Duration::from_millis(50);
const REPORT_BURST: u32 = 200;
/// Longest name of a viewer and of an engine.
const MAX_NAME: usize = 36;
/// Nobody watches longer in one session: thirty-one days.
const MAX_WATCHED_S: u32 = 31 * 24 * 3600;
const MAX_FIRST_PICTURE_MS: u32 = 600_000;
const MAX_LATENCY_MS: u32 = 600_000;

/// What a player says of one session; all counts are from its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// A word that the player made up for this session.
    pub viewer: String,
    /// Way of playing, such as `ws-fmp4`.
    pub engine: String,
    /// From asking for the stream to its first picture; absent before there was one.
    pub first_picture_ms: Option<u32>,
    /// How long pictures were shown.
    pub watched_s: u32,
    /// How often the picture stood still, and for how long together.
    pub stalls: u32,
    /// Milliseconds for which it did.
    pub stalled_ms: u32,
    /// Behind the fastest delivery, as it was last.
    pub latency_ms: Option<u32>,
    /// Pictures that were decoded too late to be shown.
    pub dropped: u32,
    /// Whether the session has ended.
    pub ended: bool,
}

/// Why a report is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlaybackError {
    /// A value that cannot be.
    #[error("The field {0} has a value that cannot be.")]
    Invalid(&'static str),
    /// More reports than players send.
    #[error("There are too many reports on this stream; a player sends one every ten seconds.")]
    TooMany,
}

impl PlaybackError {
    /// What kind of failure it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) => ErrorKind::InvalidInput,
            Self::TooMany => ErrorKind::Exhausted,
        }
    }
}

/// One viewer as it was last reported.
#[derive(Clone, Debug)]
pub struct Viewer {
    /// What it said last.
    pub report: Report,
    /// Unix seconds of its last report.
    pub reported_at: i64,
    heard: Instant,
}

/// What the viewers of one engine have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Way of playing.
    pub engine: String,
    /// Of how many viewers.
    pub viewers: usize,
    /// Half of them had a picture by then.
    pub first_picture_p50_ms: Option<u32>,
    /// All but a twentieth had.
    pub first_picture_p95_ms: Option<u32>,
    /// Sums of all.
    pub watched_s: u64,
    /// How often pictures stood still.
    pub stalls: u64,
    /// Milliseconds for which they did.
    pub stalled_ms: u64,
    /// Pictures that were not shown.
    pub dropped: u64,
    /// Half of them are no further behind.
    pub latency_p50_ms: Option<u32>,
}

struct Kept {
    viewers: HashMap<String, Viewer>,
    bucket: TokenBucket,
    heard: Instant,
}

/// Reports by stream.
#[derive(Default)]
pub struct Playback {
    streams: Mutex<HashMap<StreamKey, Kept>>,
}

impl Playback {
    /// Takes what a player says.
    ///
    /// # Errors
    /// Values that cannot be, and more reports than players send.
    pub fn take(&self, key: &StreamKey, report: Report, unix_now: i64, now: Instant) -> Result<(), PlaybackError> {
        check(&report)?;
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        if !streams.contains_key(key) && streams.len() >= MAX_STREAMS {
            drop_oldest(&mut streams, |kept| kept.heard);
        }
        let kept = streams.entry(key.clone()).or_insert_with(|| Kept {
            viewers: HashMap::new(),
            bucket: TokenBucket::new(REPORT_EVERY, REPORT_BURST),
            heard: now,
        });
        if !kept.bucket.take(now) {
            return Err(PlaybackError::TooMany);
        }
        kept.heard = now;
        kept.viewers.retain(|_, viewer| now.saturating_duration_since(viewer.heard) < KEPT);
        if !kept.viewers.contains_key(&report.viewer) && kept.viewers.len() >= MAX_VIEWERS {
            drop_oldest(&mut kept.viewers, |viewer| viewer.heard);
        }
        kept.viewers.insert(report.viewer.clone(), Viewer { report, reported_at: unix_now, heard: now });
        Ok(())
    }

    /// The viewers of a stream, who reported last first.
    pub fn viewers(&self, key: &StreamKey, now: Instant) -> Vec<Viewer> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let all = streams.get(key).into_iter().flat_map(|kept| kept.viewers.values());
        let mut newest: Vec<Viewer> =
            all.filter(|viewer| now.saturating_duration_since(viewer.heard) < KEPT).cloned().collect();
        newest.sort_by_key(|viewer| (std::cmp::Reverse(viewer.heard), viewer.report.viewer.clone()));
        newest
    }
}

/// What viewers have in common, by engine.
pub fn summaries(viewers: &[Viewer]) -> Vec<Summary> {
    let mut engines: BTreeMap<&str, Vec<&Report>> = BTreeMap::new();
    for Viewer { report, .. } in viewers {
        engines.entry(&report.engine).or_default().push(report);
    }
    engines.into_iter().map(|(engine, reports)| summary(engine, &reports)).collect()
}

fn summary(engine: &str, reports: &[&Report]) -> Summary {
    let sum = |value: fn(&Report) -> u32| reports.iter().map(|report| u64::from(value(report))).sum();
    let first: Vec<u32> = reports.iter().filter_map(|report| report.first_picture_ms).collect();
    let latency = reports.iter().filter_map(|report| report.latency_ms).collect();
    Summary {
        engine: engine.to_owned(),
        viewers: reports.len(),
        first_picture_p50_ms: percentile(first.clone(), 50),
        first_picture_p95_ms: percentile(first, 95),
        watched_s: sum(|report| report.watched_s),
        stalls: sum(|report| report.stalls),
        stalled_ms: sum(|report| report.stalled_ms),
        dropped: sum(|report| report.dropped),
        latency_p50_ms: percentile(latency, 50),
    }
}

/// The smallest value that so many percent are not above.
fn percentile(mut values: Vec<u32>, percent: usize) -> Option<u32> {
    values.sort_unstable();
    let rank = (values.len() * percent).div_ceil(100);
    values.get(rank.saturating_sub(1)).copied()
}

fn drop_oldest<K: Clone + Eq + std::hash::Hash, V>(kept: &mut HashMap<K, V>, heard: fn(&V) -> Instant) {
    let oldest = kept.iter().min_by_key(|(_, each)| heard(each)).map(|(name, _)| name.clone());
    if let Some(oldest) = oldest {
        kept.remove(&oldest);
    }
}

fn check(report: &Report) -> Result<(), PlaybackError> {
    let is_word = |text: &str| {
        (1..=MAX_NAME).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let stalled_fits = u64::from(report.stalled_ms) <= u64::from(MAX_WATCHED_S) * 1000;
    let checks = [
        ("viewer", is_word(&report.viewer)),
        ("engine", is_word(&report.engine)),
        ("first_picture_ms", report.first_picture_ms.is_none_or(|value| value <= MAX_FIRST_PICTURE_MS)),
        ("watched_s", report.watched_s <= MAX_WATCHED_S),
        ("stalled_ms", stalled_fits && (report.stalls > 0 || report.stalled_ms == 0)),
        ("latency_ms", report.latency_ms.is_none_or(|value| value <= MAX_LATENCY_MS)),
    ];
    match checks.into_iter().find(|(_, fits)| !fits) {
        Some((field, _)) => Err(PlaybackError::Invalid(field)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> StreamKey {
        StreamKey::new("road", name).unwrap()
    }

    fn report(viewer: &str) -> Report {
        Report {
            viewer: viewer.to_owned(),
            engine: "ws-fmp4".to_owned(),
            first_picture_ms: Some(300),
            watched_s: 10,
            stalls: 1,
            stalled_ms: 400,
            latency_ms: Some(900),
            dropped: 2,
            ended: false,
        }
    }

    #[test]
    fn a_viewer_is_what_it_said_last() {
        let (playback, now) = (Playback::default(), Instant::now());
        playback.take(&key("k1"), report("a"), 100, now).unwrap();
        playback.take(&key("k1"), Report { watched_s: 20, ..report("a") }, 110, now).unwrap();
        playback.take(&key("k1"), report("b"), 112, now + Duration::from_secs(2)).unwrap();
        let viewers = playback.viewers(&key("k1"), now);
        let said: Vec<_> = viewers.iter().map(|each| (each.report.viewer.as_str(), each.report.watched_s)).collect();
        assert_eq!(said, [("b", 10), ("a", 20)]);
        assert!(playback.viewers(&key("k2"), now).is_empty());
    }

    #[test]
    fn values_that_cannot_be_are_refused_by_name() {
        let (playback, now) = (Playback::default(), Instant::now());
        let cases = [
            ("viewer", Report { viewer: "a b".to_owned(), ..report("a") }),
            ("viewer", Report { viewer: "x".repeat(MAX_NAME + 1), ..report("a") }),
            ("engine", Report { engine: String::new(), ..report("a") }),
            ("first_picture_ms", Report { first_picture_ms: Some(u32::MAX), ..report("a") }),
            ("watched_s", Report { watched_s: u32::MAX, ..report("a") }),
            ("stalled_ms", Report { stalls: 0, ..report("a") }),
            ("stalled_ms", Report { stalled_ms: u32::MAX, ..report("a") }),
            ("latency_ms", Report { latency_ms: Some(u32::MAX), ..report("a") }),
        ];
        for (field, wrong) in cases {
            assert_eq!(playback.take(&key("k1"), wrong, 0, now), Err(PlaybackError::Invalid(field)));
        }
        assert!(playback.viewers(&key("k1"), now).is_empty());
    }

    #[test]
    fn viewers_and_streams_are_bounded_and_the_oldest_go() {
        let (playback, now) = (Playback::default(), Instant::now());
        let later = |count: usize| now + Duration::from_secs(count.try_into().unwrap());
        for count in 0..=MAX_VIEWERS {
            playback.take(&key("k1"), report(&format!("v{count}")), 0, later(count)).unwrap();
        }
        let viewers = playback.viewers(&key("k1"), later(MAX_VIEWERS));
        assert_eq!(viewers.len(), MAX_VIEWERS);
        assert!(viewers.iter().all(|viewer| viewer.report.viewer != "v0"));
        for count in 0..MAX_STREAMS {
            playback.take(&key(&format!("s{count}")), report("a"), 0, later(MAX_VIEWERS + 1)).unwrap();
        }
        assert!(playback.viewers(&key("k1"), later(MAX_VIEWERS + 1)).is_empty());
    }

    #[test]
    fn a_flood_of_reports_is_cut_and_silence_is_forgotten() {
        let (playback, now) = (Playback::default(), Instant::now());
        let taken = (0..1000).filter(|_| playback.take(&key("k1"), report("a"), 0, now).is_ok()).count();
        assert_eq!(taken, usize::try_from(REPORT_BURST).unwrap());
        assert_eq!(playback.take(&key("k1"), report("a"), 0, now), Err(PlaybackError::TooMany));
        assert!(playback.viewers(&key("k1"), now + KEPT).is_empty());
    }

    #[test]
    fn the_summary_is_by_engine() {
        let (playback, now) = (Playback::default(), Instant::now());
        for count in 1..=20 {
            let report = Report { first_picture_ms: Some(count * 100), ..report(&format!("v{count}")) };
            playback.take(&key("k1"), report, 0, now).unwrap();
        }
        let other = Report { engine: "webrtc".to_owned(), first_picture_ms: None, latency_ms: None, ..report("w") };
        playback.take(&key("k1"), other, 0, now).unwrap();
        let summaries = summaries(&playback.viewers(&key("k1"), now));
        let [webrtc, fmp4] = &summaries[..] else { panic!("{summaries:?}") };
        assert_eq!((fmp4.engine.as_str(), fmp4.viewers, fmp4.stalls, fmp4.stalled_ms), ("ws-fmp4", 20, 20, 8000));
        assert_eq!((fmp4.first_picture_p50_ms, fmp4.first_picture_p95_ms), (Some(1000), Some(1900)));
        assert_eq!((webrtc.viewers, webrtc.first_picture_p50_ms, webrtc.latency_p50_ms), (1, None, None));
    }
}
