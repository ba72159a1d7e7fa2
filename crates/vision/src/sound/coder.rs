//! One sound on its way through a worker of its own.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use base::{Backoff, ErrorKind};
use bytes::Bytes;
use media::CodecConfig;
use tokio::sync::mpsc;
use worker_protocol::{SoundForm, SoundRequest, SoundUnit};

use super::{Sounds, codec};
use crate::worker::Worker;

/// Units that wait for the worker at most, some seconds of sound; the newest is left out when it is full.
const MAX_WAITING: usize = 128;
/// Units that were made and are not yet fetched; the worker waits when it is full.
const MAX_MADE: usize = 256;
/// How long a worker may take over one unit, for which it needs a millisecond.
const PATIENCE: Duration = Duration::from_secs(2);
/// After a worker was lost, the next is not started before this; doubled by each further loss.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// A worker that did so many units was no failure.
const SETTLED_UNITS: u32 = 500;

/// Why a worker is not used any more.
#[derive(Debug)]
pub(super) struct Lost {
    pub(super) kind: ErrorKind,
    pub(super) text: String,
}

/// Codes units one after the other, each when it is asked to.
pub(super) struct Coder {
    worker: Worker,
}

impl Coder {
    /// Starts a worker and opens its session.
    pub(super) async fn start(sounds: &Sounds, from: SoundForm, to: SoundForm) -> Result<Self, Lost> {
        let started = Worker::start(&sounds.config).await;
        let (worker, _font) = started.map_err(|error| Lost { kind: error.kind(), text: error.to_string() })?;
        let mut coder = Self { worker };
        coder.ask(&SoundRequest::Open { from, to }).await?;
        Ok(coder)
    }

    /// What is ready once a unit was taken.
    pub(super) async fn code(&mut self, unit: SoundUnit) -> Result<Vec<SoundUnit>, Lost> {
        self.ask(&SoundRequest::Unit(unit)).await
    }

    async fn ask(&mut self, request: &SoundRequest) -> Result<Vec<SoundUnit>, Lost> {
        match self.worker.exchange_sound(request, PATIENCE).await {
            Ok(Ok(units)) => Ok(units),
            Ok(Err(failure)) => Err(Lost { kind: ErrorKind::Unsupported, text: failure.text }),
            Err(fault) => {
                let text = format!("The media worker was lost over the sound: {fault}.");
                Err(Lost { kind: ErrorKind::Unavailable, text })
            }
        }
    }
}

/// The two ends of a coder that works beside: units in, units out, and nobody waits.
pub(super) struct Line {
    sounds: Arc<Sounds>,
    codec: CodecConfig,
    units: mpsc::Sender<SoundUnit>,
    made: mpsc::Receiver<SoundUnit>,
}

impl Line {
    /// Sets a coder to work; without one the first is started beside, too.
    pub(super) fn new(sounds: &Arc<Sounds>, codec: &CodecConfig, coder: Option<Coder>, to: SoundForm) -> Option<Self> {
        let from = codec::form(codec)?;
        let (units, waiting) = mpsc::channel(MAX_WAITING);
        let (out, made) = mpsc::channel(MAX_MADE);
        let work = Work { sounds: Arc::clone(sounds), from, to, waiting, out };
        sounds.runtime.spawn(work.run(coder));
        Some(Self { sounds: Arc::clone(sounds), codec: codec.clone(), units, made })
    }

    /// Whether it is for sound of this configuration.
    pub(super) fn is_for(&self, codec: &CodecConfig) -> bool {
        self.codec == *codec
    }

    /// Hands a unit in, or leaves it out where too many wait.
    pub(super) fn push(&self, pts_us: i64, payload: &Bytes) {
        let unit = codec::unit(&self.codec, payload).map(|bytes| SoundUnit { pts_us, bytes });
        if unit.is_none_or(|unit| self.units.try_send(unit).is_err()) {
            self.sounds.counters.dropped_units.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The next unit that is ready.
    ///
    /// # Cancel safety
    /// Safe: a unit that was not returned stays.
    pub(super) async fn next(&mut self) -> SoundUnit {
        match self.made.recv().await {
            Some(unit) => unit,
            // Its work ends with this end of it only.
            None => std::future::pending().await,
        }
    }
}

struct Work {
    sounds: Arc<Sounds>,
    from: SoundForm,
    to: SoundForm,
    waiting: mpsc::Receiver<SoundUnit>,
    out: mpsc::Sender<SoundUnit>,
}

impl Work {
    /// Until the other end is dropped. A worker that is lost is replaced, each time after a longer pause.
    async fn run(mut self, mut coder: Option<Coder>) {
        let mut backoff = Backoff::new(FIRST_PAUSE, LONGEST_PAUSE);
        // A sound that nothing can decode fails again and again, and is told of once.
        let mut told = None;
        loop {
            let lost = match coder.take() {
                Some(coder) => match self.work(coder, &mut backoff).await {
                    Some(lost) => lost,
                    None => return,
                },
                None => match Coder::start(&self.sounds, self.from, self.to).await {
                    Ok(started) => {
                        coder = Some(started);
                        continue;
                    }
                    Err(lost) => lost,
                },
            };
            self.sounds.counters.failed.fetch_add(1, Ordering::Relaxed);
            let pause = backoff.next_delay(rand::random());
            if told.as_ref() == Some(&lost.text) {
                tracing::debug!(reason = lost.text, ?pause, "Coding a sound anew failed again.");
            } else {
                tracing::warn!(reason = lost.text, ?pause, "Coding a sound anew failed; it is tried again.");
                told = Some(lost.text);
            }
            if !self.pass(pause).await {
                return;
            }
        }
    }

    /// Why the coder is of no use any more; `None` when nobody wants it.
    async fn work(&mut self, mut coder: Coder, backoff: &mut Backoff) -> Option<Lost> {
        let mut done = 0u32;
        loop {
            let unit = self.waiting.recv().await?;
            match coder.code(unit).await {
                Ok(units) => {
                    for unit in units {
                        self.out.send(unit).await.ok()?;
                    }
                }
                Err(lost) => return Some(lost),
            }
            done = done.saturating_add(1);
            if done == SETTLED_UNITS {
                backoff.reset();
            }
        }
    }

    /// Lets time pass, and what comes in it; false when nobody wants more.
    async fn pass(&mut self, pause: Duration) -> bool {
        let over = tokio::time::sleep(pause);
        tokio::pin!(over);
        loop {
            tokio::select! {
                () = &mut over => return true,
                unit = self.waiting.recv() => match unit {
                    Some(_) => self.sounds.counters.dropped_units.fetch_add(1, Ordering::Relaxed),
                    None => return false,
                },
            };
        }
    }
}
