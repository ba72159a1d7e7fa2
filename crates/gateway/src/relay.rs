//! Relays: streams that are pushed onward to other servers as long as they run, again and again after failures.
//!
//! A relay has no say in whether a stream runs: it keeps no on-demand source awake. It reads frames as a
//! subscriber and is a position like any other, so a slow target loses pictures and nobody else does.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use base::Backoff;
use hub::{HubEvent, Phase, StreamKey};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;

use crate::context::Gateway;
use crate::guard::PullGuard;
use crate::pull::PullFailure;
use crate::push::{PushTarget, push_stream};
use crate::template::UrlTemplate;

const FIRST_DELAY: Duration = Duration::from_secs(1);
const MAX_DELAY: Duration = Duration::from_secs(60);
/// A push that lived this long was a success: the next failure starts the back-off anew.
const HEALTHY_AFTER: Duration = Duration::from_secs(30);
/// Pushes at a time over all relays; streams beyond it are not relayed, which the log says.
pub const MAX_PUSHES: usize = 10_000;

/// Says which streams a relay is for.
pub type Selects = Arc<dyn Fn(&StreamKey) -> bool + Send + Sync>;

/// One relay.
#[derive(Clone)]
pub struct RelaySpec {
    /// Chosen by whoever stores it.
    pub id: i64,
    /// Which streams.
    pub selects: Selects,
    /// Where to.
    pub target: UrlTemplate,
}

/// How one stream's push does.
#[derive(Clone, Debug)]
pub struct PushStatus {
    /// The stream.
    pub key: StreamKey,
    /// What it is doing.
    pub state: PushState,
    /// Since when it does that.
    pub since: SystemTime,
    /// Failures in a row.
    pub failures: u32,
    /// Until the next attempt.
    pub next_attempt: Option<Instant>,
    /// Why the last attempt failed.
    pub last_failure: Option<PullFailure>,
}

/// What a push is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PushState {
    /// Connecting or sending.
    Sending,
    /// Waits for the next attempt.
    BackingOff,
}

impl PushState {
    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::BackingOff => "backing_off",
        }
    }
}

/// All relays.
pub struct Relays {
    gateway: Arc<Gateway>,
    guard: PullGuard,
    entries: Mutex<HashMap<i64, Entry>>,
}

struct Entry {
    spec: RelaySpec,
    pushes: HashMap<StreamKey, Arc<Push>>,
    removed: watch::Sender<bool>,
}

struct Push {
    status: Mutex<PushStatus>,
}

impl Push {
    fn lock(&self) -> MutexGuard<'_, PushStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Relays {
    /// No relays yet.
    pub fn new(gateway: Arc<Gateway>, guard: PullGuard) -> Arc<Self> {
        Arc::new(Self { gateway, guard, entries: Mutex::default() })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a relay, or replaces the one with its id: what that one sends ends, and begins anew.
    pub fn put(self: &Arc<Self>, spec: RelaySpec) {
        self.remove(spec.id);
        let id = spec.id;
        self.lock().insert(id, Entry { spec, pushes: HashMap::new(), removed: watch::Sender::new(false) });
        self.begin_running();
    }

    /// Removes a relay; what it sends ends.
    pub fn remove(&self, id: i64) {
        if let Some(entry) = self.lock().remove(&id) {
            entry.removed.send_replace(true);
        }
    }

    /// How a relay's pushes do, by stream.
    pub fn status(&self, id: i64) -> Vec<PushStatus> {
        let entries = self.lock();
        let pushes = entries.get(&id).into_iter().flat_map(|entry| entry.pushes.values());
        let mut statuses: Vec<PushStatus> = pushes.map(|push| push.lock().clone()).collect();
        statuses.sort_by(|a, b| a.key.cmp(&b.key));
        statuses
    }

    /// Follows the hub: a stream that comes up is sent wherever a relay wants it. One task runs this.
    pub async fn run(self: Arc<Self>) {
        let mut events = self.gateway.hub.events();
        loop {
            match events.recv().await {
                Ok(HubEvent::Up(key)) => self.begin(&key),
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => self.begin_running(),
                Err(RecvError::Closed) => return,
            }
        }
    }

    fn begin_running(self: &Arc<Self>) {
        for stream in self.gateway.hub.list() {
            if stream.phase() == Phase::Live {
                self.begin(stream.key());
            }
        }
    }

    /// Starts what is wanted for a stream and does not run yet.
    fn begin(self: &Arc<Self>, key: &StreamKey) {
        let mut entries = self.lock();
        let mut total: usize = entries.values().map(|entry| entry.pushes.len()).sum();
        for entry in entries.values_mut() {
            if entry.pushes.contains_key(key) || !(entry.spec.selects)(key) {
                continue;
            }
            if total >= MAX_PUSHES {
                tracing::warn!(stream = %key, relay = entry.spec.id, "The limit of pushes is reached; a stream is not relayed.");
                return;
            }
            total += 1;
            let status = PushStatus {
                key: key.clone(),
                state: PushState::Sending,
                since: SystemTime::now(),
                failures: 0,
                next_attempt: None,
                last_failure: None,
            };
            let push = Arc::new(Push { status: Mutex::new(status) });
            entry.pushes.insert(key.clone(), Arc::clone(&push));
            let (relays, spec, removed) = (Arc::clone(self), entry.spec.clone(), entry.removed.subscribe());
            self.gateway.runtime.spawn(async move { relays.keep_sending(&spec, &push, removed).await });
        }
    }

    /// Sends a stream until it ends or the relay is removed.
    async fn keep_sending(self: &Arc<Self>, spec: &RelaySpec, push: &Arc<Push>, mut removed: watch::Receiver<bool>) {
        let key = push.lock().key.clone();
        let sending = async {
            let mut backoff = Backoff::new(FIRST_DELAY, MAX_DELAY);
            while let Some(stream) = self.gateway.hub.find(&key).filter(|stream| stream.phase() != Phase::Closed) {
                let started = Instant::now();
                let Err(failure) = self.send_on_shard(spec, stream).await else { return };
                if started.elapsed() >= HEALTHY_AFTER {
                    backoff.reset();
                }
                let delay = backoff.next_delay(rand::random());
                self.note_failure(spec, push, failure, delay, backoff.failures());
                tokio::time::sleep(delay).await;
                let mut status = push.lock();
                (status.state, status.since, status.next_attempt) = (PushState::Sending, SystemTime::now(), None);
            }
        };
        tokio::select! {
            () = sending => {}
            _ = removed.wait_for(|removed| *removed) => return,
        }
        if let Some(entry) = self.lock().get_mut(&spec.id)
            && entry.pushes.get(&key).is_some_and(|present| Arc::ptr_eq(present, push))
        {
            entry.pushes.remove(&key);
        }
        // The stream may have come back before its old push was gone.
        if self.gateway.hub.is_live(&key) {
            self.begin(&key);
        }
    }

    /// Sends where media belongs; dropping the future ends it there too.
    async fn send_on_shard(&self, spec: &RelaySpec, stream: Arc<hub::Stream>) -> Result<(), PullFailure> {
        let target = PushTarget::of_template(&spec.target, stream.key()).map_err(PushTarget::unusable)?;
        let guard = self.guard.clone();
        let (done, outcome) = tokio::sync::oneshot::channel();
        let shard = self.gateway.shards.pick().clone();
        shard
            .spawn(move |_| async move {
                let mut done = done;
                let outcome = tokio::select! {
                    outcome = push_stream(stream, &target, &guard) => outcome,
                    () = done.closed() => return,
                };
                let _nobody_waits = done.send(outcome);
            })
            .await;
        outcome.await.map_or(Ok(()), |outcome| outcome.map(drop))
    }

    fn note_failure(&self, spec: &RelaySpec, push: &Push, failure: PullFailure, delay: Duration, failures: u32) {
        let mut status = push.lock();
        tracing::info!(
            stream = %status.key, target = %spec.target, leg = failure.leg.as_str(), error = %failure, failures,
            next_attempt_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), "A relay failed."
        );
        status.state = PushState::BackingOff;
        status.since = SystemTime::now();
        status.failures = failures;
        status.next_attempt = Some(Instant::now() + delay);
        status.last_failure = Some(failure);
    }
}
