//! The feeding end of a stream.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use media::bitstream::inband;
use media::{AccessUnit, DtsDeriver, Frame, MediaKind, MediaTime, TrackConfig, TrackId};
use tokio::sync::Notify;

use crate::interleave::Interleaver;
use crate::stats::count;
use crate::stream::{PublisherState, Stream};
use crate::timeline::{Repair, Timeline};
use crate::{Leg, StreamKey};

/// Tracks of one publisher.
pub const MAX_TRACKS: usize = 16;
/// Frames that wait for the configuration of the other tracks at the start.
const MAX_STARTUP_FRAMES: usize = 256;
/// The picture distance that is assumed where the bitstream declares none.
const DEFAULT_FRAME_MS: i64 = 40;

/// Where a publisher is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublisherAddress {
    /// "rtmp", "rtsp", "rtsp-pull", "sim", ...
    pub protocol: &'static str,
    /// The peer, as shown to people: an address, or a URL without credentials.
    pub peer: String,
    /// The peer's socket address, where there is one.
    pub socket: Option<SocketAddr>,
}

/// Wish to feed a stream. Access has been granted already.
#[derive(Clone, Debug)]
pub struct PublishRequest {
    /// Which stream.
    pub key: StreamKey,
    /// Who.
    pub address: PublisherAddress,
    /// Whether the publisher is a source that runs only while there are viewers.
    pub on_demand: bool,
    /// Whether it gives way to any other publisher: it fills the time until one is there.
    pub stands_in: bool,
}

/// Why a publisher must stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StopReason {
    /// Another publisher took the name.
    Replaced,
    /// An administrator ended it.
    Kicked,
    /// Nobody watches an on-demand source.
    Idle,
    /// The stream was closed.
    Closed,
    /// Its permission ran out.
    Expired,
}

/// What a publisher is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feedback {
    /// A key frame, please.
    KeyFrame,
    /// Stop.
    Stop(StopReason),
}

/// The channel from readers to the publisher: two flags and a bell, so nothing queues up.
#[derive(Debug, Default)]
pub struct FeedbackSlot {
    key_frame: AtomicBool,
    stop: Mutex<Option<StopReason>>,
    bell: Notify,
}

impl FeedbackSlot {
    pub(crate) fn request_key_frame(&self) {
        self.key_frame.store(true, Ordering::Release);
        self.bell.notify_one();
    }

    pub(crate) fn stop(&self, reason: StopReason) {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(reason);
        self.bell.notify_one();
    }

    /// The next wish, if there is one.
    pub fn take(&self) -> Option<Feedback> {
        if let Some(reason) = *self.stop.lock().unwrap_or_else(PoisonError::into_inner) {
            return Some(Feedback::Stop(reason));
        }
        self.key_frame.swap(false, Ordering::AcqRel).then_some(Feedback::KeyFrame)
    }

    /// Waits for the next wish; [`Feedback::Stop`] comes again at every call.
    ///
    /// # Cancel safety
    /// Safe: a wish that was not returned stays.
    pub async fn next(&self) -> Feedback {
        loop {
            if let Some(feedback) = self.take() {
                return feedback;
            }
            self.bell.notified().await;
        }
    }
}

/// Feeds one stream; dropping it starts the grace time.
#[derive(Debug)]
pub struct Publisher {
    stream: Arc<Stream>,
    incarnation: u64,
    feedback: Arc<FeedbackSlot>,
    tracks: Vec<Arc<TrackConfig>>,
    /// Tracks that the stream's options do not want; what they carry is passed over.
    ignored: BTreeSet<TrackId>,
    expected_tracks: Option<usize>,
    timeline: Timeline,
    derivers: BTreeMap<TrackId, DtsDeriver>,
    interleaver: Interleaver,
    startup: Option<Startup>,
    ready: Vec<Frame>,
    keep_viewers: bool,
    end_text: String,
}

/// Frames that wait until all tracks are known.
#[derive(Debug)]
struct Startup {
    frames: Vec<Frame>,
    since: Option<Instant>,
}

impl Publisher {
    /// `None` when another publisher feeds the stream and may not be replaced.
    pub(crate) fn new(stream: Arc<Stream>, request: PublishRequest) -> Option<Self> {
        let feedback = Arc::<FeedbackSlot>::default();
        let state = PublisherState {
            address: request.address,
            since: SystemTime::now(),
            on_demand: request.on_demand,
            stands_in: request.stands_in,
        };
        let (incarnation, start) = stream.attach(state, Arc::clone(&feedback), SILENT_AFTER)?;
        let interleaver = Interleaver::new(stream.options().interleave_wait);
        Some(Self {
            stream,
            incarnation,
            feedback,
            tracks: Vec::new(),
            ignored: BTreeSet::new(),
            expected_tracks: None,
            timeline: Timeline::new(start),
            derivers: BTreeMap::new(),
            interleaver,
            startup: Some(Startup { frames: Vec::new(), since: None }),
            ready: Vec::new(),
            keep_viewers: true,
            end_text: "The publisher is gone.".to_owned(),
        })
    }

    /// The stream that it feeds.
    pub const fn stream(&self) -> &Arc<Stream> {
        &self.stream
    }

    /// What readers and administrators ask for.
    pub fn feedback(&self) -> Arc<FeedbackSlot> {
        Arc::clone(&self.feedback)
    }

    /// Ends it at `at`, when its permission runs out.
    pub fn limit(&self, at: SystemTime) {
        self.stream.limit_publisher(self.incarnation, at);
    }

    /// How many tracks will be configured, where the protocol tells in advance; frames wait for them.
    pub const fn expect_tracks(&mut self, count: usize) {
        self.expected_tracks = Some(count);
    }

    /// Adds a track or changes its configuration. More than [`MAX_TRACKS`] are ignored and counted; audio is
    /// ignored where [`crate::StreamOptions::keep_audio`] says so.
    pub fn configure(&mut self, mut track: TrackConfig) {
        if track.kind() == MediaKind::Audio && !self.stream.options().keep_audio {
            self.ignored.insert(track.id);
            return;
        }
        if let Some(old) = self.tracks.iter_mut().find(|old| old.id == track.id) {
            if old.codec == track.codec && old.clock_hz == track.clock_hz {
                return;
            }
            track.version = old.version + 1;
            count(&self.stream.counters().config_changes);
            self.stream.step(Leg::Codec, true, format!("{} changed its parameters.", track.codec()));
            *old = Arc::new(track);
            return;
        }
        if self.tracks.len() >= MAX_TRACKS {
            count(&self.stream.counters().dropped);
            return;
        }
        self.stream.step(Leg::Codec, true, describe(&track));
        // A publisher that comes back with the same parameters continues the version, so viewers notice nothing.
        let known = self.stream.tracks();
        if let Some(same) = known.list.iter().find(|old| old.id == track.id) {
            track.version = if same.codec == track.codec { same.version } else { same.version + 1 };
        }
        self.tracks.push(Arc::new(track));
        self.tracks.sort_by_key(|track| track.id);
    }

    /// Takes one access unit that arrived at `now`. Never waits. Returns `false` when another publisher has
    /// taken over and this one should end.
    pub fn push(&mut self, unit: AccessUnit, now: Instant) -> bool {
        if self.ignored.contains(&unit.track) {
            return true;
        }
        let Some(frame) = self.frame(unit, now) else {
            count(&self.stream.counters().dropped);
            return true;
        };
        let ready = &mut self.ready;
        self.interleaver.push(frame, now, |frame| ready.push(frame));
        self.pass_on(now)
    }

    /// Says why the publisher ends, for the stream's steps, and whether viewers are kept for its return.
    pub fn finish(mut self, text: impl Into<String>, keep_viewers: bool) {
        self.end_text = text.into();
        self.keep_viewers = keep_viewers;
    }

    fn frame(&mut self, unit: AccessUnit, now: Instant) -> Option<Frame> {
        let index = self.tracks.iter().position(|track| track.id == unit.track)?;
        let cleaned = inband::clean(&self.tracks[index].codec, unit.payload);
        if let Some(codec) = cleaned.config {
            let current = &self.tracks[index];
            let changed = TrackConfig { codec, ..TrackConfig::clone(current) };
            self.configure(changed);
        }
        if cleaned.payload.is_empty() {
            return None;
        }
        let track = Arc::clone(&self.tracks[index]);
        let dts = unit.dts.unwrap_or_else(|| self.derive_dts(&track, unit.pts));
        let placed = self.timeline.place(unit.track, dts, unit.pts, now);
        self.count_repair(placed.repair);
        Some(Frame {
            track: unit.track,
            source_ts: unit.pts,
            dts: placed.dts,
            pts: placed.pts,
            arrival: now,
            capture_utc: unit.capture_utc,
            key: cleaned.key.unwrap_or(unit.key || track.kind() == MediaKind::Audio),
            config_version: track.version,
            payload: cleaned.payload,
        })
    }

    fn derive_dts(&mut self, track: &TrackConfig, pts: MediaTime) -> MediaTime {
        if track.kind() != MediaKind::Video {
            return pts;
        }
        let deriver = self.derivers.entry(track.id).or_insert_with(|| {
            let picture = track.codec.picture();
            let frame_ticks = picture.and_then(|picture| picture.frame_rate_mhz).map_or_else(
                || i64::from(pts.clock_hz.get()) * DEFAULT_FRAME_MS / 1000,
                |mhz| i64::from(pts.clock_hz.get()) * 1000 / i64::from(mhz.get()),
            );
            DtsDeriver::new(picture.and_then(|picture| picture.reorder_depth).unwrap_or(0), frame_ticks)
        });
        MediaTime::new(deriver.derive(pts.ticks), pts.clock_hz)
    }

    fn count_repair(&self, repair: Option<Repair>) {
        let counters = self.stream.counters();
        match repair {
            None => {}
            Some(Repair::Jump) => {
                count(&counters.jumps);
                self.stream.step(Leg::Time, true, "The source's clock jumped; repaired.");
            }
            Some(Repair::Wrap) => count(&counters.wraps),
            Some(Repair::Rollback) => count(&counters.rollbacks),
        }
    }

    fn pass_on(&mut self, now: Instant) -> bool {
        if let Some(startup) = &mut self.startup {
            let since = *startup.since.get_or_insert(now);
            startup.frames.append(&mut self.ready);
            let complete =
                self.expected_tracks.is_some_and(|expected| self.tracks.len() + self.ignored.len() >= expected)
                    || now.saturating_duration_since(since) >= self.stream.options().ready_wait
                    || startup.frames.len() >= MAX_STARTUP_FRAMES;
            if !complete {
                return true;
            }
            self.ready = std::mem::take(&mut startup.frames);
            self.startup = None;
        }
        if self.ready.is_empty() {
            return true;
        }
        self.stream.append(self.incarnation, &self.tracks, self.ready.drain(..).map(Arc::new))
    }
}

impl Drop for Publisher {
    fn drop(&mut self) {
        let ready = &mut self.ready;
        self.interleaver.flush(|frame| ready.push(frame));
        if self.startup.is_none() && !self.ready.is_empty() {
            self.stream.append(self.incarnation, &self.tracks, self.ready.drain(..).map(Arc::new));
        }
        self.stream.detach(self.incarnation, &self.end_text, self.keep_viewers);
    }
}

fn describe(track: &TrackConfig) -> String {
    match (track.codec.picture(), track.codec.sound()) {
        (Some(picture), _) => format!("{} {}x{}.", track.codec(), picture.width, picture.height),
        (_, Some((rate, channels))) => format!("{} {rate} Hz, {channels} channels.", track.codec()),
        _ => format!("{}.", track.codec()),
    }
}

/// A silent publisher may be replaced after this.
pub(crate) const SILENT_AFTER: Duration = Duration::from_secs(5);
