//! Looks at a URL: which legs work, what it delivers, and what to try where it fails.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base::ErrorKind;
use bytes::Bytes;
use container::fmp4;
use hub::Leg;
use media::bitstream::inband;
use media::{AccessUnit, CaptureOrigin, MediaKind, Timestamp, TrackConfig, TrackId};

use crate::guard::PullGuard;
use crate::pull::{PullFailure, PullSink, PullUrl, Wish, pull};

/// A GOP over this makes viewers wait.
const LONG_GOP: Duration = Duration::from_secs(5);
/// A camera clock that is off by more confuses evidence.
const WRONG_CLOCK_MS: i64 = 2000;
/// How long media is watched once it flows, unless two GOPs were seen before.
const WATCH: Duration = Duration::from_secs(6);

/// What a probe found.
#[derive(Clone, Debug)]
pub struct ProbeReport {
    /// Legs in the order in which they were passed; the last one failed when `failure` is set.
    pub legs: Vec<ProbedLeg>,
    /// Why it failed.
    pub failure: Option<PullFailure>,
    /// Tracks.
    pub tracks: Vec<TrackConfig>,
    /// Distance of key frames.
    pub gop: Option<Duration>,
    /// Payload bits a second.
    pub bitrate_bps: Option<u64>,
    /// Pictures a second.
    pub fps: Option<f64>,
    /// The camera's clock minus ours, in milliseconds, where it tells.
    pub clock_skew_ms: Option<i64>,
    /// What will be a nuisance.
    pub warnings: Vec<String>,
    /// The latest key frame with its track, for a look at what the camera shows.
    pub key_frame: Option<(TrackConfig, Bytes)>,
    /// How long it took.
    pub elapsed: Duration,
}

/// One leg.
#[derive(Clone, Debug)]
pub struct ProbedLeg {
    /// Which.
    pub leg: Leg,
    /// Whether it was passed.
    pub ok: bool,
    /// Since the start.
    pub elapsed: Duration,
    /// A sentence.
    pub text: String,
}

/// Probes `url` within `timeout`.
pub async fn probe(url: &PullUrl, guard: &PullGuard, timeout: Duration) -> ProbeReport {
    let mut sink = ProbeSink::new();
    let outcome = match tokio::time::timeout(timeout, pull(url, guard, &mut sink)).await {
        Ok(outcome) => outcome,
        Err(_) => sink.verdict_at_timeout(timeout),
    };
    sink.report(outcome)
}

struct ProbeSink {
    started: Instant,
    legs: Vec<ProbedLeg>,
    tracks: Vec<TrackConfig>,
    media_since: Option<Instant>,
    last_media: Option<Instant>,
    bytes: u64,
    pictures: u32,
    keys: Vec<Timestamp>,
    first_picture: Option<Timestamp>,
    last_picture: Option<Timestamp>,
    clock_skew_ms: Option<i64>,
    reordered: bool,
    key_frame: Option<(TrackConfig, Bytes)>,
}

impl ProbeSink {
    fn new() -> Self {
        Self {
            started: Instant::now(),
            legs: Vec::new(),
            tracks: Vec::new(),
            media_since: None,
            last_media: None,
            bytes: 0,
            pictures: 0,
            keys: Vec::new(),
            first_picture: None,
            last_picture: None,
            clock_skew_ms: None,
            reordered: false,
            key_frame: None,
        }
    }

    fn has_video(&self) -> bool {
        self.tracks.iter().any(|track| track.kind() == MediaKind::Video)
    }

    fn verdict_at_timeout(&self, timeout: Duration) -> Result<(), PullFailure> {
        if self.media_since.is_some() && (!self.has_video() || !self.keys.is_empty()) {
            return Ok(());
        }
        let answered = self.legs.iter().any(|leg| leg.leg == Leg::Answer && leg.ok);
        let connected = self.legs.iter().any(|leg| leg.leg == Leg::Connect && leg.ok);
        let (leg, text, next_step) = if !connected {
            (Leg::Connect, "no connection came about", "Check address, network and firewall.")
        } else if !answered {
            (Leg::Answer, "no answer came", "The port is open but nothing answers in this protocol; check the port.")
        } else if self.media_since.is_none() {
            (Leg::Media, "nothing arrived", "Restart the camera, or try its sub-stream.")
        } else {
            (Leg::KeyFrame, "pictures arrive but no key frame", "Set a shorter I-frame interval on the camera.")
        };
        Err(PullFailure {
            leg,
            kind: ErrorKind::Timeout,
            text: format!("{text} within {} s", timeout.as_secs()),
            next_step: next_step.to_owned(),
        })
    }

    fn note_picture(&mut self, unit: &AccessUnit, key: bool, now: Instant) {
        let at = unit.pts.to_timestamp();
        self.pictures += 1;
        self.reordered |= self.last_picture.is_some_and(|last| at < last);
        self.first_picture = Some(self.first_picture.map_or(at, |first| first.min(at)));
        self.last_picture = Some(self.last_picture.map_or(at, |last| last.max(at)));
        if key {
            if self.keys.is_empty() {
                let text = "The first key frame arrived.".to_owned();
                self.legs.push(ProbedLeg { leg: Leg::KeyFrame, ok: true, elapsed: now - self.started, text });
            }
            self.keys.push(at);
        }
    }

    fn gop(&self) -> Option<Duration> {
        let (first, last) = (self.keys.first()?, self.keys.last()?);
        let steps = u32::try_from(self.keys.len() - 1).ok().filter(|steps| *steps > 0)?;
        Some(last.saturating_since(*first) / steps)
    }

    fn report(mut self, outcome: Result<(), PullFailure>) -> ProbeReport {
        let elapsed = self.started.elapsed();
        let failure = outcome.err();
        if let Some(failure) = &failure {
            self.legs.push(ProbedLeg { leg: failure.leg, ok: false, elapsed, text: failure.text.clone() });
        }
        let watched = self.media_since.zip(self.last_media).map(|(from, to)| to.duration_since(from).as_secs_f64());
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate"
        )]
        let bitrate_bps =
            watched.filter(|seconds| *seconds > 0.5).map(|seconds| (self.bytes as f64 * 8.0 / seconds) as u64);
        let fps = self.first_picture.zip(self.last_picture).and_then(|(first, last)| {
            let seconds = last.saturating_since(first).as_secs_f64();
            (seconds > 0.5).then(|| f64::from(self.pictures - 1) / seconds)
        });
        let gop = self.gop();
        let warnings = self.warnings(gop, failure.is_none());
        ProbeReport {
            legs: self.legs,
            failure,
            tracks: self.tracks,
            gop,
            bitrate_bps,
            fps,
            clock_skew_ms: self.clock_skew_ms,
            warnings,
            key_frame: self.key_frame,
            elapsed,
        }
    }

    fn warnings(&self, gop: Option<Duration>, ok: bool) -> Vec<String> {
        let mut warnings = Vec::new();
        if let Some(gop) = gop.filter(|gop| *gop > LONG_GOP) {
            warnings.push(format!(
                "Key frames are {:.1} s apart: pictures start late. Set the I-frame interval to 2 s.",
                gop.as_secs_f64()
            ));
        } else if ok && gop.is_none() && self.has_video() {
            warnings.push("Fewer than two key frames were seen: the GOP is long, or a smart codec is on.".to_owned());
        }
        if let Some(skew) = self.clock_skew_ms.filter(|skew| skew.abs() > WRONG_CLOCK_MS) {
            warnings.push(format!("The camera's clock is {skew} ms off ours. Set up NTP on it."));
        }
        if self.reordered {
            warnings.push("The camera sends B-frames: WebRTC viewers will not see them smoothly.".to_owned());
        }
        for track in &self.tracks {
            if !fmp4::carries(&track.codec) {
                warnings.push(format!("{} cannot be played by browsers as it is.", track.codec()));
            }
        }
        warnings
    }
}

impl PullSink for ProbeSink {
    fn step(&mut self, leg: Leg, ok: bool, text: &str) {
        const MAX_LEGS: usize = 64;
        if self.legs.len() < MAX_LEGS {
            let elapsed = self.started.elapsed();
            self.legs.push(ProbedLeg { leg, ok, elapsed, text: text.to_owned() });
        }
    }

    fn tracks(&mut self, tracks: Vec<TrackConfig>) -> Result<(), PullFailure> {
        for track in tracks {
            match self.tracks.iter_mut().find(|known| known.id == track.id) {
                Some(known) => *known = track,
                None => self.tracks.push(track),
            }
        }
        Ok(())
    }

    fn unit(&mut self, unit: AccessUnit, now: Instant) {
        if self.media_since.is_none() {
            self.media_since = Some(now);
            self.step(Leg::Media, true, "Media arrives.");
        }
        self.last_media = Some(now);
        self.bytes += unit.payload.len() as u64;
        if let Some(capture) = unit.capture_utc.filter(|capture| capture.origin != CaptureOrigin::Arrival) {
            let ours = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros());
            self.clock_skew_ms = Some((capture.unix_us - i64::try_from(ours).unwrap_or(i64::MAX)) / 1000);
        }
        let video = first_video(&self.tracks);
        if let Some(track) = video.filter(|track| track.id == unit.track) {
            let cleaned = inband::clean(&track.codec, unit.payload.clone());
            let key = cleaned.key.unwrap_or(unit.key);
            self.note_picture(&unit, key, now);
            if key {
                let codec = cleaned.config.unwrap_or_else(|| track.codec.clone());
                self.key_frame = Some((TrackConfig { codec, ..track }, cleaned.payload));
            }
        }
    }

    fn received(&mut self, _bytes: usize) {}

    fn wish(&mut self) -> Option<Wish> {
        let since = self.media_since?;
        let watched = since.elapsed();
        let enough = self.keys.len() >= 3 && watched >= Duration::from_secs(2);
        let sound_only = !self.has_video() && watched >= Duration::from_secs(2);
        (enough || sound_only || (watched >= WATCH && !self.keys.is_empty())).then_some(Wish::Stop)
    }
}

fn first_video(tracks: &[TrackConfig]) -> Option<TrackConfig> {
    tracks.iter().find(|track| track.kind() == MediaKind::Video).cloned()
}

/// Names the track in reports.
pub fn describe(track: &TrackConfig) -> String {
    let TrackId(id) = track.id;
    match (track.codec.picture(), track.codec.sound()) {
        (Some(picture), _) => format!("{id}: {} {}x{}", track.codec(), picture.width, picture.height),
        (_, Some((rate, channels))) => format!("{id}: {} {rate} Hz, {channels} channels", track.codec()),
        _ => format!("{id}: {}", track.codec()),
    }
}
