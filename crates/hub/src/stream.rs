//! A live stream: its tracks, ring, readers and phase.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant, SystemTime};

use base::{ErrorKind, TokenBucket};
use media::{Frame, MediaKind, Muxer, Timestamp, TrackConfig, TrackId};
use tokio::sync::{broadcast, watch};

use crate::publisher::{FeedbackSlot, PublisherAddress, StopReason};
use crate::rendition::{Rendition, RenditionKey};
use crate::ring::{FrameRing, Pushed, RingFrame};
use crate::session::{Session, SessionRecord, SessionStart};
use crate::stats::{Counters, History, count};
use crate::wakeup::Wakeups;
use crate::{HubEvent, Leg, Step, Steps, StreamKey, Wakeup};

/// Renditions of one stream at a time; a peer that asks for another is refused.
pub const MAX_RENDITIONS: usize = 32;

/// How a stream behaves; taken from the configuration when it is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamOptions {
    /// Payload bytes that the ring keeps at most.
    pub gop_cap_bytes: usize,
    /// How long frames stay for readers that lag, by the wall clock, if [`StreamOptions::gop_cap_bytes`] has room for them.
    pub lag: Duration,
    /// How long viewers are kept after the publisher is gone.
    pub publisher_grace: Duration,
    /// How long an on-demand source runs without viewers.
    pub idle_close: Duration,
    /// Longest hold of a frame for interleaving.
    pub interleave_wait: Duration,
    /// How long the first frames wait for the configuration of all tracks.
    pub ready_wait: Duration,
    /// Shortest distance between two key frame requests to the publisher.
    pub key_frame_interval: Duration,
    /// Whether a second publisher takes over instead of being refused.
    pub replace_publisher: bool,
    /// Whether audio tracks are taken; where not, publishers may send them all the same.
    pub keep_audio: bool,
    /// Writes to a viewer are at least this far apart; `None` leaves it to whoever writes.
    pub merge_window: Option<Duration>,
    /// Whether pieces of the stream that caches on the way may keep are encrypted.
    pub encrypt_segments: bool,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            gop_cap_bytes: 8 << 20,
            lag: Duration::from_millis(500),
            publisher_grace: Duration::from_secs(10),
            idle_close: Duration::from_secs(20),
            interleave_wait: Duration::from_millis(100),
            ready_wait: Duration::from_millis(500),
            key_frame_interval: Duration::from_secs(2),
            replace_publisher: false,
            keep_audio: true,
            merge_window: None,
            encrypt_segments: false,
        }
    }
}

/// Decides how a new stream behaves.
pub trait StreamRules: Send + Sync {
    /// The options of the stream under `key`. Called when it is created; must not block.
    fn options(&self, key: &StreamKey) -> StreamOptions;
}

/// The same for all.
impl StreamRules for StreamOptions {
    fn options(&self, _key: &StreamKey) -> StreamOptions {
        self.clone()
    }
}

/// All tracks of a stream at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tracks {
    /// Increased by every change.
    pub generation: u64,
    /// By track id.
    pub list: Vec<Arc<TrackConfig>>,
}

impl Tracks {
    /// The track whose key frames are where readers start: the first video track.
    pub fn join_track(&self) -> Option<TrackId> {
        self.list.iter().find(|track| track.kind() == MediaKind::Video).map(|track| track.id)
    }
}

/// Where a stream is in its life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Someone asks for it; nobody publishes yet.
    Waiting,
    /// The source that should feed it failed; it may be tried again.
    Failed {
        /// What kind of failure.
        kind: ErrorKind,
        /// A sentence.
        text: String,
    },
    /// Frames flow.
    Live,
    /// The publisher is gone; viewers are kept until the instant.
    Grace(Instant),
    /// Over.
    Closed,
}

/// Who feeds a stream.
#[derive(Clone, Debug)]
pub struct PublisherState {
    /// Protocol and address.
    pub address: PublisherAddress,
    /// Since when.
    pub since: SystemTime,
    /// Whether it is a source that runs only for viewers.
    pub on_demand: bool,
    /// Whether it gives way to any other publisher.
    pub stands_in: bool,
}

/// A live set of tracks under a key.
#[derive(Debug)]
pub struct Stream {
    key: StreamKey,
    options: StreamOptions,
    state: Mutex<State>,
    phase: watch::Sender<Phase>,
    wakeups: Wakeups,
    counters: Counters,
    history: History,
    steps: Mutex<Steps>,
    sessions: Mutex<Sessions>,
    interest: AtomicUsize,
    events: broadcast::Sender<HubEvent>,
    records: Records,
}

#[derive(Debug)]
struct State {
    incarnation: u64,
    was_published: bool,
    publisher: Option<PublisherState>,
    feedback: Option<Arc<FeedbackSlot>>,
    /// When the publisher's permission runs out.
    publisher_expires_at: Option<SystemTime>,
    tracks: Arc<Tracks>,
    ring: FrameRing,
    last_dts: Timestamp,
    last_push: Option<Instant>,
    /// The newest key frame, and its distance to the one before.
    last_key: Option<Timestamp>,
    key_distance: Option<Duration>,
    /// When the newest picture is shown, and whether one has come after a later one since the tracks last changed.
    last_picture: Option<Timestamp>,
    reorders: bool,
    renditions: HashMap<RenditionKey, Weak<Rendition>>,
    key_frame_requests: TokenBucket,
}

impl State {
    /// Whether a publisher feeds it that has not gone silent.
    fn has_live_publisher(&self, silent_after: Duration) -> bool {
        self.publisher.as_ref().is_some_and(|publisher| {
            // A publisher that has just come is not judged by the silence before it.
            let present = publisher.since.elapsed().unwrap_or_default();
            self.last_push.map_or(present, |last| last.elapsed().min(present)) < silent_after
        })
    }
}

#[derive(Debug, Default)]
struct Sessions {
    by_id: HashMap<u64, Weak<Session>>,
    idle_since: Option<Instant>,
}

/// Records of ended sessions that nobody has taken yet, of all streams: a viewer may outlive its stream.
pub(crate) type Records = Arc<Mutex<Vec<SessionRecord>>>;

/// Keeps a stream in the registry while somebody waits for it.
#[derive(Debug)]
pub struct Interest(Arc<Stream>);

impl Drop for Interest {
    fn drop(&mut self) {
        self.0.interest.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Stream {
    pub(crate) fn new(
        key: StreamKey,
        options: StreamOptions,
        events: broadcast::Sender<HubEvent>,
        records: Records,
    ) -> Self {
        let ring = FrameRing::new(options.gop_cap_bytes, options.lag);
        let key_frame_requests = TokenBucket::new(options.key_frame_interval.max(Duration::from_millis(1)), 1);
        Self {
            key,
            options,
            state: Mutex::new(State {
                incarnation: 0,
                was_published: false,
                publisher: None,
                feedback: None,
                publisher_expires_at: None,
                tracks: Arc::default(),
                ring,
                last_dts: Timestamp::ZERO,
                last_push: None,
                last_key: None,
                key_distance: None,
                last_picture: None,
                reorders: false,
                renditions: HashMap::new(),
                key_frame_requests,
            }),
            phase: watch::Sender::new(Phase::Waiting),
            wakeups: Wakeups::default(),
            counters: Counters::default(),
            history: History::default(),
            steps: Mutex::default(),
            sessions: Mutex::default(),
            interest: AtomicUsize::new(0),
            events,
            records,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its name.
    pub const fn key(&self) -> &StreamKey {
        &self.key
    }

    /// How it behaves.
    pub const fn options(&self) -> &StreamOptions {
        &self.options
    }

    /// Publishers so far; each new one increases it.
    pub fn incarnation(&self) -> u64 {
        self.lock().incarnation
    }

    /// Who feeds it.
    pub fn publisher(&self) -> Option<PublisherState> {
        self.lock().publisher.clone()
    }

    /// Its tracks.
    pub fn tracks(&self) -> Arc<Tracks> {
        Arc::clone(&self.lock().tracks)
    }

    /// Where it is in its life.
    pub fn phase(&self) -> Phase {
        self.phase.borrow().clone()
    }

    /// Follows the phase.
    pub fn watch_phase(&self) -> watch::Receiver<Phase> {
        self.phase.subscribe()
    }

    /// Frames, bytes and duration of the cached GOP, and whether a reader can start at once.
    pub fn gop(&self) -> (usize, usize, Duration, bool) {
        let state = self.lock();
        let (frames, bytes, duration) = state.ring.gop();
        (frames, bytes, duration, state.ring.join_position().is_some())
    }

    /// Whether pictures are sent in another order than they are shown (B-frames), as seen since the tracks last changed.
    pub fn reorders_pictures(&self) -> bool {
        self.lock().reorders
    }

    /// Distance of the last two key frames, once there were two.
    pub fn key_distance(&self) -> Option<Duration> {
        self.lock().key_distance
    }

    /// Its counters.
    pub const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Its last two minutes.
    pub const fn history(&self) -> &History {
        &self.history
    }

    /// Its last steps, oldest first.
    pub fn steps(&self) -> Vec<Step> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Whether anybody but a stand-in has ever published it.
    pub fn had_publisher(&self) -> bool {
        self.lock().was_published
    }

    /// The failure that explains why there is no picture, if one is open.
    pub fn open_failure(&self) -> Option<Step> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).open_failure().cloned()
    }

    /// Notes a step.
    pub fn step(&self, leg: Leg, ok: bool, text: impl Into<String>) {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner).add(leg, ok, text);
    }

    /// Reports that the source of a stream failed; those who wait for a picture learn it at once.
    pub fn report_failure(&self, kind: ErrorKind, text: impl Into<String>) {
        let text = text.into();
        let event = HubEvent::Failed { key: self.key.clone(), kind, text: text.clone() };
        let _nobody_listens = self.events.send(event);
        self.phase.send_if_modified(|phase| {
            let waiting = matches!(phase, Phase::Waiting | Phase::Failed { .. });
            if waiting {
                *phase = Phase::Failed { kind, text };
            }
            waiting
        });
    }

    /// Says that the source is about to be tried again: an earlier failure tells nothing about this attempt.
    pub fn expect_source(&self) {
        self.phase.send_if_modified(|phase| {
            let failed = matches!(phase, Phase::Failed { .. });
            if failed {
                *phase = Phase::Waiting;
            }
            failed
        });
    }

    /// A bell that rings at every new frame, phase change and kick.
    pub fn subscribe_wakeups(&self) -> Arc<Wakeup> {
        self.wakeups.subscribe()
    }

    /// Whether anybody reads it; a publisher may take its time when nobody does.
    pub fn has_readers(&self) -> bool {
        self.wakeups.any()
    }

    /// Rings all readers.
    pub fn ring_readers(&self) {
        self.wakeups.ring_all();
    }

    /// Asks the publisher for a key frame, rate-limited; `false` when nothing was sent.
    pub fn request_key_frame(&self, now: Instant) -> bool {
        let mut state = self.lock();
        let Some(feedback) = state.feedback.clone() else {
            return false;
        };
        if !state.key_frame_requests.take(now) {
            return false;
        }
        drop(state);
        count(&self.counters.key_frame_requests);
        feedback.request_key_frame();
        true
    }

    /// Ends the present publisher.
    pub fn stop_publisher(&self, reason: StopReason) -> bool {
        let feedback = self.lock().feedback.clone();
        feedback.is_some_and(|feedback| {
            feedback.stop(reason);
            true
        })
    }

    /// The rendition under `key`, made by `muxer` when it does not exist. `None` when
    /// [`MAX_RENDITIONS`] others exist.
    pub fn rendition(
        self: &Arc<Self>,
        key: RenditionKey,
        muxer: impl FnOnce() -> Box<dyn Muxer>,
    ) -> Option<Arc<Rendition>> {
        let mut state = self.lock();
        if let Some(rendition) = state.renditions.get(&key).and_then(Weak::upgrade) {
            return Some(rendition);
        }
        state.renditions.retain(|_, rendition| rendition.strong_count() > 0);
        if state.renditions.len() >= MAX_RENDITIONS {
            return None;
        }
        let from = state.ring.join_position().unwrap_or_else(|| state.ring.end());
        let rendition = Arc::new(Rendition::new(Arc::clone(self), key.clone(), muxer(), from));
        state.renditions.insert(key, Arc::downgrade(&rendition));
        Some(rendition)
    }

    /// Copies frames from `position` on into `out` and returns the position after the last. Frames that are
    /// gone are passed over: the reading then resumes at the newest join position, and the second value is true.
    pub fn read_frames(&self, position: u64, out: &mut Vec<RingFrame>) -> (u64, bool) {
        let state = self.lock();
        let fell_off = position < state.ring.start() && state.ring.start() < state.ring.end();
        let from = if fell_off { state.ring.join_position().unwrap_or(state.ring.end()) } else { position };
        out.extend(state.ring.from(from).cloned());
        (state.ring.end(), fell_off)
    }

    /// The wall clock, in microseconds since the Unix epoch, at the origin of the time line, as the arrival of
    /// the newest frame tells.
    pub fn unix_us_at_zero(&self) -> i64 {
        let state = self.lock();
        let age = state.last_push.map_or(Duration::ZERO, |last| last.elapsed());
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let arrived = i64::try_from(now.saturating_sub(age).as_micros()).unwrap_or(i64::MAX);
        arrived.saturating_sub(state.last_dts.as_micros())
    }

    /// Where a frame reader begins: the cached GOP, or after the newest frame.
    pub fn join_position(&self, cached: bool) -> u64 {
        let state = self.lock();
        state.ring.join_position().filter(|_| cached).unwrap_or_else(|| state.ring.end())
    }

    /// The oldest frame that is still here, or where the newest will be.
    pub(crate) fn oldest_position(&self) -> u64 {
        self.lock().ring.start()
    }

    // ---- publisher side -------------------------------------------------------------------------

    /// Installs a publisher; returns its incarnation and where its time line starts. A present one is stopped where
    /// that is wanted or it has been silent for `silent_after`; otherwise the newcomer gets `None`.
    pub(crate) fn attach(
        &self,
        publisher: PublisherState,
        feedback: Arc<FeedbackSlot>,
        silent_after: Duration,
    ) -> Option<(u64, Timestamp)> {
        let mut state = self.lock();
        let gives_way = state.publisher.as_ref().is_some_and(|present| present.stands_in);
        if !self.options.replace_publisher && !gives_way && state.has_live_publisher(silent_after) {
            return None;
        }
        if let Some(old) = state.feedback.replace(feedback) {
            old.stop(StopReason::Replaced);
        }
        state.incarnation += 1;
        state.was_published |= !publisher.stands_in;
        state.publisher_expires_at = None;
        count(&self.counters.publishers);
        let text = format!("{} from {} publishes.", publisher.address.protocol, publisher.address.peer);
        state.publisher = Some(publisher);
        let start = match state.last_push {
            Some(last) => state.last_dts + last.elapsed().max(Duration::from_millis(1)),
            None => Timestamp::ZERO,
        };
        let incarnation = state.incarnation;
        drop(state);
        self.step(Leg::Publish, true, text);
        Some((incarnation, start))
    }

    /// Ends the publisher of `incarnation` at `at`.
    pub(crate) fn limit_publisher(&self, incarnation: u64, at: SystemTime) {
        let mut state = self.lock();
        if state.incarnation == incarnation {
            state.publisher_expires_at = Some(at);
        }
    }

    fn stop_if_expired(&self) {
        let expires_at = self.lock().publisher_expires_at;
        if expires_at.is_some_and(|at| SystemTime::now() >= at) {
            self.stop_publisher(StopReason::Expired);
        }
    }

    /// The publisher of `incarnation` is gone.
    pub(crate) fn detach(&self, incarnation: u64, text: &str, keep_viewers: bool) {
        let mut state = self.lock();
        if state.incarnation != incarnation || state.publisher.is_none() {
            return;
        }
        state.publisher = None;
        state.feedback = None;
        drop(state);
        self.step(Leg::Publish, false, text);
        let grace = self.options.publisher_grace;
        if keep_viewers && !grace.is_zero() {
            self.phase.send_if_modified(|phase| {
                let live = *phase == Phase::Live;
                if live {
                    *phase = Phase::Grace(Instant::now() + grace);
                }
                live
            });
            let _nobody_listens = self.events.send(HubEvent::Interrupted(self.key.clone()));
        } else {
            self.close();
        }
    }

    /// Takes frames of the publisher of `incarnation` into the ring; `false` when it was replaced.
    pub(crate) fn append(
        &self,
        incarnation: u64,
        tracks: &[Arc<TrackConfig>],
        frames: impl Iterator<Item = Arc<Frame>>,
    ) -> bool {
        let mut state = self.lock();
        if state.incarnation != incarnation {
            return false;
        }
        let changed = state.tracks.list != tracks;
        if changed {
            let generation = state.tracks.generation + 1;
            state.tracks = Arc::new(Tracks { generation, list: tracks.to_vec() });
            (state.last_picture, state.reorders) = (None, false);
        }
        let join_track = state.tracks.join_track();
        let mut overflow = false;
        for frame in frames {
            self.count_frame(&frame, &state.tracks, join_track);
            state.last_dts = state.last_dts.max(frame.dts);
            state.last_push = Some(frame.arrival);
            if Some(frame.track) == join_track && frame.key {
                let last_key = state.last_key.replace(frame.dts);
                state.key_distance = last_key.map(|last| frame.dts.saturating_since(last));
            }
            if Some(frame.track) == join_track {
                let last = state.last_picture.replace(frame.pts);
                state.reorders |= last.is_some_and(|last| frame.pts < last);
            }
            let tracks = Arc::clone(&state.tracks);
            overflow |= state.ring.push(frame, tracks, join_track) == Pushed::GopOverflow;
        }
        drop(state);
        if overflow {
            count(&self.counters.gop_overflows);
            self.step(Leg::KeyFrame, false, "A GOP outgrew the cap; joining waits for the next key frame.");
            self.request_key_frame(Instant::now());
        }
        self.went_live(changed);
        self.wakeups.ring_all();
        true
    }

    fn count_frame(&self, frame: &Frame, tracks: &Tracks, join_track: Option<TrackId>) {
        count(&self.counters.frames);
        self.counters.bytes.fetch_add(frame.payload.len() as u64, Ordering::Relaxed);
        if Some(frame.track) == join_track {
            count(&self.counters.video_frames);
            if frame.key {
                count(&self.counters.key_frames);
                if self.counters.key_frames.load(Ordering::Relaxed) == 1 {
                    self.step(Leg::KeyFrame, true, "The first key frame arrived.");
                }
            }
        }
        debug_assert!(tracks.list.iter().any(|track| track.id == frame.track), "a frame of an unknown track");
    }

    fn went_live(&self, changed: bool) {
        let came_up = self.phase.send_if_modified(|phase| {
            let up = !matches!(phase, Phase::Live | Phase::Closed);
            if up {
                *phase = Phase::Live;
            }
            up
        });
        if came_up || changed {
            let key = self.key.clone();
            let _nobody_listens = self.events.send(if came_up { HubEvent::Up(key) } else { HubEvent::Changed(key) });
        }
    }

    /// Ends the stream: readers see [`Phase::Closed`].
    pub(crate) fn close(&self) {
        self.phase.send_replace(Phase::Closed);
        let mut state = self.lock();
        state.ring.clear();
        state.publisher = None;
        if let Some(feedback) = state.feedback.take() {
            feedback.stop(StopReason::Closed);
        }
        drop(state);
        self.wakeups.ring_all();
        let _nobody_listens = self.events.send(HubEvent::Down(self.key.clone()));
    }

    // ---- viewers --------------------------------------------------------------------------------

    pub(crate) fn add_session(self: &Arc<Self>, id: u64, start: SessionStart) -> Arc<Session> {
        let session = Arc::new(Session::new(id, self, start));
        let mut sessions = self.lock_sessions();
        sessions.by_id.insert(id, Arc::downgrade(&session));
        sessions.idle_since = None;
        drop(sessions);
        let _nobody_listens = self.events.send(HubEvent::Viewers(self.key.clone()));
        session
    }

    pub(crate) fn session_ended(&self, record: SessionRecord) {
        self.counters.sent_bytes.fetch_add(record.bytes, Ordering::Relaxed);
        let mut sessions = self.lock_sessions();
        sessions.by_id.remove(&record.id);
        if sessions.by_id.is_empty() {
            sessions.idle_since = Some(Instant::now());
        }
        drop(sessions);
        self.records.lock().unwrap_or_else(PoisonError::into_inner).push(record);
        let _nobody_listens = self.events.send(HubEvent::Viewers(self.key.clone()));
    }

    /// Its viewers.
    pub fn sessions(&self) -> Vec<Arc<Session>> {
        self.lock_sessions().by_id.values().filter_map(Weak::upgrade).collect()
    }

    /// How many viewers it has.
    pub fn viewer_count(&self) -> usize {
        self.lock_sessions().by_id.len()
    }

    fn lock_sessions(&self) -> MutexGuard<'_, Sessions> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether somebody watches it or waits for it.
    pub fn is_wanted(&self) -> bool {
        self.interest.load(Ordering::Acquire) > 0 || self.viewer_count() > 0
    }

    /// Keeps the stream in the registry until dropped.
    pub(crate) fn interest(self: &Arc<Self>) -> Interest {
        self.interest.fetch_add(1, Ordering::AcqRel);
        Interest(Arc::clone(self))
    }

    // ---- housekeeping ---------------------------------------------------------------------------

    /// Advances what depends on time; returns whether the stream should leave the registry.
    pub(crate) fn tick(&self, now: Instant) -> bool {
        match self.phase() {
            Phase::Closed => true,
            // One that came back in time may still be on its way to the first picture.
            Phase::Grace(until) if now >= until && self.publisher().is_none() => {
                self.close();
                true
            }
            Phase::Grace(_) => false,
            Phase::Waiting | Phase::Failed { .. } => {
                self.interest.load(Ordering::Acquire) == 0 && self.viewer_count() == 0 && self.publisher().is_none()
            }
            Phase::Live => {
                self.stop_if_expired();
                self.stop_if_idle(now);
                false
            }
        }
    }

    fn stop_if_idle(&self, now: Instant) {
        let on_demand = self.lock().publisher.as_ref().is_some_and(|publisher| publisher.on_demand);
        if !on_demand || self.interest.load(Ordering::Acquire) > 0 {
            return;
        }
        let mut sessions = self.lock_sessions();
        if !sessions.by_id.is_empty() {
            return;
        }
        let idle_since = *sessions.idle_since.get_or_insert(now);
        drop(sessions);
        if now.saturating_duration_since(idle_since) >= self.options.idle_close {
            self.stop_publisher(StopReason::Idle);
        }
    }
}
