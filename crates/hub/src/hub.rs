//! The registry of all streams.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base::ErrorKind;
use tokio::sync::broadcast;

use crate::publisher::{PublishRequest, Publisher};
use crate::resolver::{Asker, Offer, OpenError, StreamProvider};
use crate::session::{Session, SessionRecord, SessionStart};
use crate::stream::{Interest, Phase, Records, Stream, StreamOptions, StreamRules};
use crate::{HubEvent, StreamKey};

/// Streams that exist at a time, also those that somebody only asks for.
pub const MAX_STREAMS: usize = 100_000;
/// Events that a slow listener may be behind before it loses some.
const EVENT_QUEUE: usize = 1024;
/// How often [`Hub::run`] looks after time-outs.
const TICK: Duration = Duration::from_millis(250);

/// Receives the records of ended sessions.
pub type RecordSink = Box<dyn Fn(SessionRecord) + Send + Sync>;

/// All streams of this server.
pub struct Hub {
    streams: Mutex<HashMap<StreamKey, Arc<Stream>>>,
    rules: RwLock<Arc<dyn StreamRules>>,
    providers: OnceLock<Vec<Arc<dyn StreamProvider>>>,
    events: broadcast::Sender<HubEvent>,
    next_session: AtomicU64,
    ended: Records,
    records: OnceLock<RecordSink>,
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hub").field("streams", &self.lock().len()).finish_non_exhaustive()
    }
}

/// Why a publisher was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PublishError {
    /// Another publisher feeds this name.
    #[error("{0} is already being published; stop the other publisher or set streams.replace_publisher")]
    Busy(StreamKey),
    /// [`MAX_STREAMS`] streams exist.
    #[error("the limit of {MAX_STREAMS} streams is reached")]
    TooMany,
}

impl PublishError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy(_) => ErrorKind::Conflict,
            Self::TooMany => ErrorKind::Exhausted,
        }
    }
}

impl Hub {
    /// A hub whose new streams take `options`.
    pub fn new(options: StreamOptions) -> Self {
        Self {
            streams: Mutex::default(),
            rules: RwLock::new(Arc::new(options)),
            providers: OnceLock::new(),
            events: broadcast::Sender::new(EVENT_QUEUE),
            next_session: AtomicU64::new(1),
            ended: Records::default(),
            records: OnceLock::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StreamKey, Arc<Stream>>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sets the providers, in the order in which they are asked. Only the first call counts.
    pub fn set_providers(&self, providers: Vec<Arc<dyn StreamProvider>>) {
        let _only_once = self.providers.set(providers);
    }

    /// Sets who receives session records. Only the first call counts.
    pub fn set_record_sink(&self, sink: RecordSink) {
        let _only_once = self.records.set(sink);
    }

    /// Changes what decides on the options of streams created from now on.
    pub fn set_rules(&self, rules: Arc<dyn StreamRules>) {
        *self.rules.write().unwrap_or_else(PoisonError::into_inner) = rules;
    }

    /// The options that a stream created now would take.
    pub fn options(&self, key: &StreamKey) -> StreamOptions {
        self.rules.read().unwrap_or_else(PoisonError::into_inner).options(key)
    }

    /// Follows what happens. A listener that is 1,024 events behind loses the oldest and learns it.
    pub fn events(&self) -> broadcast::Receiver<HubEvent> {
        self.events.subscribe()
    }

    /// The stream under `key`, if it exists in any phase.
    pub fn find(&self, key: &StreamKey) -> Option<Arc<Stream>> {
        self.lock().get(key).cloned()
    }

    /// Whether media flows under `key`.
    pub fn is_live(&self, key: &StreamKey) -> bool {
        self.find(key).is_some_and(|stream| stream.phase() == Phase::Live)
    }

    /// All streams, ordered by key.
    pub fn list(&self) -> Vec<Arc<Stream>> {
        let mut streams: Vec<Arc<Stream>> = self.lock().values().cloned().collect();
        streams.sort_by(|a, b| a.key().cmp(b.key()));
        streams
    }

    /// Starts feeding a stream; access has been granted by the caller.
    ///
    /// # Errors
    /// When the name is taken by a publisher that sends, or too many streams exist.
    pub fn publish(&self, request: PublishRequest) -> Result<Publisher, PublishError> {
        let open = self.prepare(&request.key).ok_or(PublishError::TooMany)?;
        let key = request.key.clone();
        Publisher::new(open.stream, request).ok_or(PublishError::Busy(key))
    }

    /// The running stream under `key`: at once, or when a provider or a publisher brings it within `wait`.
    ///
    /// # Errors
    /// When nothing brings it in time, or its source fails in a way that waiting does not mend.
    ///
    /// # Cancel safety
    /// Safe: dropping the future gives up the wait.
    pub async fn open(&self, key: &StreamKey, wait: Duration) -> Result<OpenStream, OpenError> {
        self.open_for(key, wait, &Asker::default()).await
    }

    /// As [`Hub::open`], on somebody's behalf.
    ///
    /// # Errors
    /// As there.
    pub async fn open_for(&self, key: &StreamKey, wait: Duration, asker: &Asker) -> Result<OpenStream, OpenError> {
        let deadline = tokio::time::Instant::now() + wait;
        let open = self.prepare(key).ok_or_else(|| OpenError {
            kind: ErrorKind::Exhausted,
            text: format!("The limit of {MAX_STREAMS} streams is reached."),
        })?;
        if matches!(open.stream.phase(), Phase::Live | Phase::Grace(_)) {
            return Ok(open);
        }
        let mut phase = open.stream.watch_phase();
        let started = open.stream.publisher().is_some()
            || match tokio::time::timeout_at(deadline, self.ask_providers(key, asker)).await {
                Ok(answer) => answer?,
                Err(_) => return Err(waited_in_vain(&open.stream, false)),
            };
        // Another server has more places to ask; its viewers wait there.
        if !started && !asker.via.is_empty() {
            return Err(OpenError::not_found(key));
        }
        loop {
            match &*phase.borrow_and_update() {
                Phase::Live | Phase::Grace(_) => break,
                Phase::Failed { kind, text } if started && !is_temporary(*kind) => {
                    return Err(OpenError { kind: *kind, text: text.clone() });
                }
                Phase::Closed => return Err(OpenError::not_found(key)),
                _ => {}
            }
            if tokio::time::timeout_at(deadline, phase.changed()).await.is_err() {
                return Err(waited_in_vain(&open.stream, started));
            }
        }
        Ok(open)
    }

    async fn ask_providers(&self, key: &StreamKey, asker: &Asker) -> Result<bool, OpenError> {
        for provider in self.providers.get().into_iter().flatten() {
            if provider.open(key, asker).await? == Offer::Started {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The stream under `key` in whatever phase, created when absent: for sources that note steps before
    /// anything flows. `None` when [`MAX_STREAMS`] exist.
    pub fn prepare(&self, key: &StreamKey) -> Option<OpenStream> {
        let mut streams = self.lock();
        let running = streams.get(key).filter(|stream| stream.phase() != Phase::Closed).cloned();
        let stream = match running {
            Some(stream) => stream,
            None if streams.len() >= MAX_STREAMS => return None,
            None => {
                let stream =
                    Arc::new(Stream::new(key.clone(), self.options(key), self.events.clone(), Arc::clone(&self.ended)));
                streams.insert(key.clone(), Arc::clone(&stream));
                stream
            }
        };
        // Taken under the lock, so that housekeeping cannot forget the stream in between.
        Some(OpenStream { interest: stream.interest(), stream })
    }

    /// Registers a viewer.
    pub fn start_session(&self, stream: &Arc<Stream>, start: SessionStart) -> Arc<Session> {
        stream.add_session(self.next_session.fetch_add(1, Ordering::Relaxed), start)
    }

    /// Registers what is sent to a group, whose viewers have sessions of their own: it is accounted, and neither
    /// counted nor listed as a viewer.
    pub fn start_sender(&self, stream: &Arc<Stream>, start: SessionStart) -> Arc<Session> {
        Arc::new(Session::new(self.next_session.fetch_add(1, Ordering::Relaxed), stream, start))
    }

    /// Ends the viewer session `id`; `false` when there is none.
    pub fn kick(&self, id: u64) -> bool {
        let session = self.list().into_iter().flat_map(|stream| stream.sessions()).find(|session| session.id() == id);
        session.is_some_and(|session| {
            session.kick();
            true
        })
    }

    /// Looks after grace times, idle sources, samples and records until dropped. One task runs it.
    pub async fn run(&self) {
        let mut interval = tokio::time::interval(TICK);
        let mut ticks = 0u64;
        loop {
            interval.tick().await;
            ticks += 1;
            let second = ticks.is_multiple_of(4);
            self.tick(Instant::now(), second);
        }
    }

    fn tick(&self, now: Instant, sample: bool) {
        let at_ms = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX));
        for stream in self.list() {
            if sample {
                stream.history().sample(at_ms, stream.counters().read());
                stream.ring_readers();
            }
            let over = stream.tick(now);
            if over {
                self.remove(&stream);
            }
        }
        let ended = std::mem::take(&mut *self.ended.lock().unwrap_or_else(PoisonError::into_inner));
        if let Some(sink) = self.records.get() {
            ended.into_iter().for_each(sink);
        }
    }

    fn remove(&self, stream: &Arc<Stream>) {
        let mut streams = self.lock();
        // Under the lock nobody can take interest through the registry any more.
        let idle = stream.phase() == Phase::Closed || stream.tick(Instant::now());
        if idle && streams.get(stream.key()).is_some_and(|current| Arc::ptr_eq(current, stream)) {
            streams.remove(stream.key());
        }
    }

    /// Ends the streams of a virtual host, and says how many there were.
    pub fn close_host(&self, vhost: &str) -> usize {
        let streams: Vec<_> = self.list().into_iter().filter(|stream| stream.key().vhost() == vhost).collect();
        streams.iter().for_each(|stream| stream.close());
        streams.len()
    }

    /// Ends all streams; viewers see it as the end of what they watch.
    pub fn close_all(&self) {
        for stream in self.list() {
            stream.close();
        }
    }
}

/// A stream together with the claim that keeps it from being forgotten while somebody waits for it.
#[derive(Debug)]
pub struct OpenStream {
    /// The stream.
    pub stream: Arc<Stream>,
    /// Hold it until a session is registered.
    pub interest: Interest,
}

const fn is_temporary(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::Exhausted)
}

fn waited_in_vain(stream: &Stream, started: bool) -> OpenError {
    match stream.phase() {
        Phase::Failed { kind, text } => OpenError { kind, text },
        _ if started => {
            let text = stream
                .open_failure()
                .map_or_else(|| format!("The source of {} has sent no picture yet.", stream.key()), |step| step.text);
            OpenError { kind: ErrorKind::Timeout, text }
        }
        _ => OpenError::not_found(stream.key()),
    }
}

#[cfg(test)]
mod tests;
