//! The worker processes: started at the first need, used by turns, replaced when they die.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use base::Backoff;
use bytes::Bytes;
use tokio::sync::Semaphore;
use worker_protocol::Answer;

use crate::PictureError;
use crate::worker::{Worker, WorkerConfig};

/// Pictures that wait for a worker at most; further ones are refused.
pub const MAX_WAITING: usize = 512;
/// How long a picture may take in a worker: a WebP of 8K takes 2 s, and the worker itself gives up after 10.
const EXCHANGE_PATIENCE: Duration = Duration::from_secs(12);
/// How long a picture waits for its turn and for a worker.
const QUEUE_PATIENCE: Duration = Duration::from_secs(15);
/// After a worker has died, the next is not started before this; doubled by each further death.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest such pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// What the pool has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PoolStats {
    /// Workers that were started.
    pub started: u64,
    /// Workers that died or had to be killed.
    pub died: u64,
    /// Pictures that were refused because too many waited.
    pub refused: u64,
}

#[derive(Debug)]
pub(crate) struct Pool {
    config: WorkerConfig,
    turns: Semaphore,
    waiting: AtomicUsize,
    state: Mutex<State>,
    started: AtomicU64,
    died: AtomicU64,
    refused: AtomicU64,
}

#[derive(Debug)]
struct State {
    idle: Vec<Worker>,
    backoff: Backoff,
    /// No worker is started before.
    not_before: Instant,
    told_about_font: bool,
}

/// Counts one who waits for as long as it lives.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Pool {
    pub(crate) fn new(config: WorkerConfig) -> Self {
        let state = State {
            idle: Vec::new(),
            backoff: Backoff::new(FIRST_PAUSE, LONGEST_PAUSE),
            not_before: Instant::now(),
            told_about_font: false,
        };
        Self {
            turns: Semaphore::new(config.workers.max(1)),
            config,
            waiting: AtomicUsize::new(0),
            state: Mutex::new(state),
            started: AtomicU64::new(0),
            died: AtomicU64::new(0),
            refused: AtomicU64::new(0),
        }
    }

    pub(crate) fn stats(&self) -> PoolStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        PoolStats { started: read(&self.started), died: read(&self.died), refused: read(&self.refused) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks a worker, and once another when the first dies over it.
    pub(crate) async fn ask(&self, request: &Bytes) -> Result<Answer, PictureError> {
        if self.waiting.fetch_add(1, Ordering::AcqRel) >= MAX_WAITING {
            self.waiting.fetch_sub(1, Ordering::AcqRel);
            self.refused.fetch_add(1, Ordering::Relaxed);
            return Err(PictureError::Busy);
        }
        let waiting = Waiting(&self.waiting);
        let deadline = tokio::time::Instant::now() + QUEUE_PATIENCE;
        let turn = tokio::time::timeout_at(deadline, self.turns.acquire()).await;
        let _turn = turn.map_err(|_| PictureError::Timeout)?.expect("the semaphore is never closed");
        drop(waiting);
        for _attempt in 0..2 {
            let mut worker = tokio::time::timeout_at(deadline, self.worker())
                .await
                .map_err(|_| PictureError::Start("too many have died just now".to_owned()))??;
            match worker.exchange(request, EXCHANGE_PATIENCE).await {
                Ok(answer) => {
                    let mut state = self.lock();
                    state.backoff.reset();
                    state.idle.push(worker);
                    return Ok(answer);
                }
                Err(fault) => {
                    self.note_death();
                    tracing::warn!(%fault, "A media worker was lost over a picture.");
                }
            }
        }
        Err(PictureError::Died)
    }

    /// An idle worker, or a new one once that may be started.
    async fn worker(&self) -> Result<Worker, PictureError> {
        let not_before = {
            let mut state = self.lock();
            while let Some(mut worker) = state.idle.pop() {
                if worker.is_alive() {
                    return Ok(worker);
                }
                self.died.fetch_add(1, Ordering::Relaxed);
            }
            state.not_before
        };
        tokio::time::sleep_until(not_before.into()).await;
        match Worker::start(&self.config).await {
            Ok((worker, font)) => {
                self.started.fetch_add(1, Ordering::Relaxed);
                self.tell_about_font(&font);
                Ok(worker)
            }
            // It will not be there soon, so nobody waits for it.
            Err(error @ PictureError::Missing(_)) => Err(error),
            Err(error) => {
                self.note_death();
                Err(error)
            }
        }
    }

    fn note_death(&self) {
        self.died.fetch_add(1, Ordering::Relaxed);
        let mut state = self.lock();
        let pause = state.backoff.next_delay(rand::random());
        state.not_before = Instant::now() + pause;
    }

    fn tell_about_font(&self, font: &str) {
        if std::mem::replace(&mut self.lock().told_about_font, true) {
            return;
        }
        if font.is_empty() {
            let advice = "Install fonts-noto-cjk, or name a font by the key media.font.";
            tracing::warn!(advice, "No font was found: texts on pictures have no Chinese.");
        } else {
            tracing::info!(font, "The media worker has started.");
        }
    }
}
