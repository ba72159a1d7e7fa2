//! Sources: URLs that are pulled on demand or always, within their timetable, with back-off, jitter and a limit per
//! host.

mod by_name;
mod sink;
mod status;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base::{Backoff, ErrorKind};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hub::resolver::{Asker, Offer};
use hub::{Leg, OpenError, StreamKey, StreamProvider};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

use crate::UrlTemplate;
use crate::context::Gateway;
use crate::guard::PullGuard;
use crate::metrics::Metrics;
use crate::pull::{PullFailure, PullUrl, pull};
use crate::slate::Choose;
use crate::timetable::{Gate, Timetable};

use by_name::ByName;
use sink::{End, PublishingSink};
pub use status::{SourceState, SourceStatus};

const FIRST_DELAY: Duration = Duration::from_secs(1);
const MAX_DELAY: Duration = Duration::from_secs(60);
/// A pull that lived this long was a success: the next failure starts the back-off anew.
const HEALTHY_AFTER: Duration = Duration::from_secs(30);
/// Sources of a server that is back are tried again within this time.
const MAX_STAGGER: Duration = Duration::from_secs(3);
/// A server that did not answer is asked after the others for this long.
const UNHEALTHY_FOR: Duration = Duration::from_secs(30);
/// An on-demand source looks this often whether somebody still waits.
const WANTED_CHECK: Duration = Duration::from_millis(500);

/// What is pulled, for which stream, and when.
#[derive(Clone, Debug)]
pub struct SourceSpec {
    /// The stream that it feeds.
    pub key: StreamKey,
    /// From where: tried in this order until one works; at least one.
    pub urls: Vec<PullUrl>,
    /// Always, or only while somebody watches.
    pub always: bool,
    /// Forgotten once nobody watches it any more: another system named it for this time.
    pub transient: bool,
    /// When it may run; `None`: at any time.
    pub timetable: Option<Arc<dyn Timetable>>,
}

/// All sources; a [`StreamProvider`] of the hub.
pub struct Sources {
    gateway: Arc<Gateway>,
    guard: PullGuard,
    per_host: usize,
    /// Places to connect, by host.
    hosts: ByName<Semaphore>,
    /// Bells by server, which ring when media flows from it again: its other sources need not wait out their delays.
    bells: Arc<ByName<Notify>>,
    /// Servers that did not answer, and when they failed last.
    failing: Mutex<HashMap<String, Instant>>,
    entries: Mutex<HashMap<StreamKey, Arc<Source>>>,
    /// Viewers are kept for these when a source ends as it should.
    slates: Choose,
}

struct Source {
    spec: SourceSpec,
    gate: Gate,
    status: Mutex<SourceStatus>,
    /// Somebody wants it.
    wanted: Notify,
    removed: tokio::sync::watch::Sender<bool>,
}

impl Source {
    fn lock(&self) -> MutexGuard<'_, SourceStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing is pulled, and nothing has failed.
    fn rest(&self, state: SourceState) {
        *self.lock() = SourceStatus { state, failures: 0, next_attempt: None, last_failure: None };
    }
}

impl Sources {
    /// No sources yet; at most `per_host` of one host connect at the same time. `slates` names the files that stand
    /// in for streams.
    pub fn new(gateway: Arc<Gateway>, guard: PullGuard, per_host: usize, slates: Choose) -> Arc<Self> {
        Arc::new(Self {
            gateway,
            guard,
            per_host,
            hosts: ByName::default(),
            bells: Arc::default(),
            failing: Mutex::default(),
            entries: Mutex::default(),
            slates,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<StreamKey, Arc<Source>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a source or replaces the one of the same stream.
    pub fn put(self: &Arc<Self>, spec: SourceSpec) {
        let source = Arc::new(Source {
            status: Mutex::new(SourceStatus {
                state: SourceState::Idle,
                failures: 0,
                next_attempt: None,
                last_failure: None,
            }),
            wanted: Notify::new(),
            removed: tokio::sync::watch::Sender::new(false),
            gate: Gate::new(spec.timetable.clone()),
            spec,
        });
        let old = self.lock().insert(source.spec.key.clone(), Arc::clone(&source));
        if let Some(old) = old {
            old.removed.send_replace(true);
        }
        self.expect(&source.spec.key);
        let (sources, runtime) = (Arc::clone(self), self.gateway.runtime.clone());
        runtime.spawn(async move { sources.run(source).await });
    }

    /// Gives the source of a stream another timetable; what it does is interrupted only if that closes it. `false`
    /// when there is none.
    pub fn reschedule(&self, key: &StreamKey, timetable: Option<Arc<dyn Timetable>>) -> bool {
        self.lock().get(key).is_some_and(|source| {
            source.gate.set(timetable);
            true
        })
    }

    /// A sentence on when the source of a stream opens, if it is outside its timetable now.
    pub fn outside(&self, key: &StreamKey) -> Option<String> {
        let outside = self.lock().get(key)?.gate.outside()?;
        Some(format!("{key} is {outside}."))
    }

    /// Viewers who come now are told of the attempt that comes, not of one that is over.
    fn expect(&self, key: &StreamKey) {
        if let Some(stream) = self.gateway.hub.find(key) {
            stream.expect_source();
        }
    }

    /// Removes the source of a stream; its pull ends.
    pub fn remove(&self, key: &StreamKey) {
        if let Some(source) = self.lock().remove(key) {
            source.removed.send_replace(true);
        }
    }

    /// Forgets a transient source, unless another one has taken its place.
    fn forget(&self, source: &Arc<Source>) {
        let mut entries = self.lock();
        if entries.get(&source.spec.key).is_some_and(|present| Arc::ptr_eq(present, source)) {
            entries.remove(&source.spec.key);
        }
    }

    /// Whether a stream has a source.
    pub fn has(&self, key: &StreamKey) -> bool {
        self.lock().contains_key(key)
    }

    /// How the source of a stream does.
    pub fn status(&self, key: &StreamKey) -> Option<SourceStatus> {
        self.lock().get(key).map(|source| source.lock().clone())
    }

    /// What all sources are doing.
    pub fn states(&self) -> HashMap<StreamKey, SourceState> {
        self.lock().iter().map(|(key, source)| (key.clone(), source.lock().state)).collect()
    }

    /// Runs one source until it is removed.
    async fn run(&self, source: Arc<Source>) {
        let mut removed = source.removed.subscribe();
        tokio::select! {
            () = self.live(&source) => {}
            _ = removed.wait_for(|removed| *removed) => {}
        }
    }

    /// Attempt after attempt; ends when the source is forgotten.
    async fn live(&self, source: &Arc<Source>) {
        let (always, transient) = (source.spec.always, source.spec.transient);
        let mut backoff = Backoff::new(FIRST_DELAY, MAX_DELAY);
        // The window in which its file was played to the end.
        let mut played = None;
        loop {
            let window = source.gate.window();
            if window.is_none() {
                backoff.reset();
                source.rest(SourceState::OutsideSchedule);
                source.gate.leaves(None).await;
            } else if played == window {
                if transient {
                    return self.forget(source);
                }
                source.rest(SourceState::Ended);
                tokio::select! {
                    () = source.gate.leaves(window) => {}
                    // Who asks for it afterwards sees it from its beginning.
                    () = source.wanted.notified(), if !always => played = None,
                }
            } else if !always && !self.is_wanted(source) {
                if transient {
                    return self.forget(source);
                }
                source.lock().state = SourceState::Idle;
                tokio::select! {
                    () = source.gate.leaves(window) => {}
                    () = source.wanted.notified() => {}
                }
            } else if self.attempt(source, &mut backoff).await == Some(End::Played) {
                played = window;
            }
        }
    }

    fn is_wanted(&self, source: &Source) -> bool {
        self.gateway.hub.find(&source.spec.key).is_some_and(|stream| stream.is_wanted())
    }

    /// Pulls once; after a failure waits until it is time for the next attempt and returns `None`.
    async fn attempt(&self, source: &Arc<Source>, backoff: &mut Backoff) -> Option<End> {
        let started = Instant::now();
        source.lock().state = SourceState::Connecting;
        let outcome = self.pull_from_any(source).await;
        if started.elapsed() >= HEALTHY_AFTER {
            backoff.reset();
        }
        match outcome {
            Ok(end) => {
                backoff.reset();
                Some(end)
            }
            Err(failure) => {
                Metrics::count(&self.gateway.metrics.pull_failures);
                let delay = backoff.next_delay(rand::random());
                let temporary = !is_lasting(failure.kind);
                self.note_failure(source, failure, delay, backoff.failures());
                tokio::select! {
                    () = self.wait(source, delay) => {}
                    () = self.server_is_back(source), if temporary => source.lock().next_attempt = None,
                    () = source.gate.closes() => {}
                }
                None
            }
        }
    }

    /// Goes through the URLs until one works; what went on after media had flowed ends the attempt.
    async fn pull_from_any(&self, source: &Arc<Source>) -> Result<End, PullFailure> {
        let mut urls = self.by_health(&source.spec.urls).into_iter().peekable();
        while let Some(url) = urls.next() {
            Metrics::count(&self.gateway.metrics.pull_attempts);
            let permit = tokio::select! {
                permit = self.host(url.host()).acquire_owned() => permit.ok(),
                () = source.gate.closes() => return Ok(End::Closed),
            };
            let outcome = self.pull_on_shard(source, url.clone(), permit).await;
            self.note_health(&url, &outcome);
            let flowed = source.lock().state == SourceState::Live;
            match outcome {
                Err(failure) if !flowed && urls.peek().is_some() => {
                    if let Some(open) = self.gateway.hub.prepare(&source.spec.key) {
                        open.stream.step(failure.leg, false, format!("{url}: {failure}."));
                    }
                }
                outcome => return outcome,
            }
        }
        Ok(End::Stopped)
    }

    /// The URLs whose servers answer, then those whose servers lately did not.
    fn by_health(&self, urls: &[PullUrl]) -> Vec<PullUrl> {
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.retain(|_, at| at.elapsed() < UNHEALTHY_FOR);
        let mut urls = urls.to_vec();
        urls.sort_by_key(|url| failing.contains_key(&url.server()));
        urls
    }

    /// How long ago the server of a template did not answer, if it is asked after the others for that.
    pub fn silent_since(&self, template: &UrlTemplate) -> Option<Duration> {
        let failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        failing.get(&template.server()).map(Instant::elapsed).filter(|since| *since < UNHEALTHY_FOR)
    }

    fn note_health(&self, url: &PullUrl, outcome: &Result<End, PullFailure>) {
        let silent = |failure: &PullFailure| {
            matches!(failure.leg, Leg::Name | Leg::Connect) || failure.kind == ErrorKind::Timeout
        };
        let mut failing = self.failing.lock().unwrap_or_else(PoisonError::into_inner);
        match outcome {
            Err(failure) if silent(failure) => failing.insert(url.server(), Instant::now()),
            _ => failing.remove(&url.server()),
        };
    }

    /// The pull runs where media belongs; a source that is removed or closed takes it along.
    async fn pull_on_shard(
        &self,
        source: &Arc<Source>,
        url: PullUrl,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Result<End, PullFailure> {
        let (done, outcome) = tokio::sync::oneshot::channel();
        let (source, guard, gateway) = (Arc::clone(source), self.guard.clone(), Arc::clone(&self.gateway));
        let (bells, slates) = (Arc::clone(&self.bells), Arc::clone(&self.slates));
        let shard = self.gateway.shards.pick().clone();
        shard
            .spawn(move |_| async move {
                let mut removed = source.removed.subscribe();
                let mut sink = PublishingSink::new(&source, &url, &gateway, &bells, permit);
                let outcome = tokio::select! {
                    outcome = pull(&url, &guard, &mut sink) => outcome.map(|()| sink.end()),
                    _ = removed.wait_for(|removed| *removed) => Ok(End::Over),
                    () = source.gate.closes() => Ok(End::Closed),
                };
                sink.finish(&outcome, slates(&source.spec.key).is_some());
                let _nobody_waits = done.send(if outcome == Ok(End::Over) { Err(ended()) } else { outcome });
            })
            .await;
        outcome.await.unwrap_or(Ok(End::Stopped))
    }

    fn host(&self, host: &str) -> Arc<Semaphore> {
        self.hosts.share(host, || Semaphore::new(self.per_host))
    }

    /// What somebody who asks for the stream of a source gets.
    fn offer(&self, source: &Source) -> Result<Offer, OpenError> {
        let key = &source.spec.key;
        let status = source.lock().clone();
        let over = source.spec.always && status.state == SourceState::Ended;
        let refusal = source.gate.outside().map(|outside| format!("{key} is {outside}."));
        if let Some(text) = refusal.or_else(|| over.then(|| format!("{key} was played to its end."))) {
            let stands_in = (self.slates)(key).is_some();
            return if stands_in { Ok(Offer::Started) } else { Err(OpenError { kind: ErrorKind::Unavailable, text }) };
        }
        match status.last_failure {
            // Asking a camera again and again with a wrong password locks its account.
            Some(failure) if status.state == SourceState::Failed && status.next_attempt.is_some() => {
                let text = format!("{failure}. {}", failure.next_step);
                Err(OpenError { kind: failure.kind, text })
            }
            _ => {
                if status.next_attempt.is_none() {
                    self.expect(key);
                }
                source.wanted.notify_one();
                Ok(Offer::Started)
            }
        }
    }

    fn note_failure(&self, source: &Source, failure: PullFailure, delay: Duration, failures: u32) {
        tracing::info!(
            stream = %source.spec.key, leg = failure.leg.as_str(), error = %failure, failures,
            next_attempt_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX), "A source failed."
        );
        if let Some(open) = self.gateway.hub.prepare(&source.spec.key) {
            open.stream.step(failure.leg, false, format!("{failure}. {}", failure.next_step));
            open.stream.report_failure(failure.kind, format!("{failure}. {}", failure.next_step));
        }
        let mut status = source.lock();
        status.state = if is_lasting(failure.kind) { SourceState::Failed } else { SourceState::BackingOff };
        status.failures = failures;
        status.next_attempt = Some(Instant::now() + delay);
        status.last_failure = Some(failure);
    }

    /// Waits until media flows from the source's server, and then for a moment, so that not all come at once.
    async fn server_is_back(&self, source: &Source) {
        let bells: Vec<_> = source.spec.urls.iter().map(|url| self.bells.share(&url.server(), Notify::new)).collect();
        let rung = bells.iter().map(|bell| Box::pin(bell.notified()));
        futures_util::future::select_all(rung).await;
        tokio::time::sleep(MAX_STAGGER.mul_f64(rand::random())).await;
    }

    /// Waits out the delay; an on-demand source gives up waiting when nobody wants it any more.
    async fn wait(&self, source: &Source, delay: Duration) {
        let until = Instant::now() + delay;
        while Instant::now() < until {
            tokio::time::sleep(WANTED_CHECK.min(until.saturating_duration_since(Instant::now()))).await;
            if !source.spec.always && !self.is_wanted(source) {
                // The delay still holds for the next viewer: the camera is spared.
                tokio::time::sleep_until(until.into()).await;
            }
        }
        source.lock().next_attempt = None;
    }
}

/// What ends of its own accord is waited for like what fails: a server that hangs up at once is not stormed.
fn ended() -> PullFailure {
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::Unavailable,
        text: "the source ended".to_owned(),
        next_step: "It will be tried again.".to_owned(),
    }
}

const fn is_lasting(kind: ErrorKind) -> bool {
    !matches!(kind, ErrorKind::Unavailable | ErrorKind::Timeout | ErrorKind::Exhausted)
}

impl StreamProvider for Sources {
    fn name(&self) -> &'static str {
        "sources"
    }

    fn open(&self, key: &StreamKey, _asker: &Asker) -> BoxFuture<'_, Result<Offer, OpenError>> {
        let source = self.lock().get(key).cloned();
        let offer = source.map_or(Ok(Offer::Unknown), |source| self.offer(&source));
        std::future::ready(offer).boxed()
    }
}
