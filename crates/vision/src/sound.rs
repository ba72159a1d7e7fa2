//! Streams with their sound in another codec: made at the first need, shared by all who want the same, ended some seconds
//! after the last of them.

mod codec;
mod coder;
mod derive;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use hub::{Derived, Phase, Stream, StreamKey};
use media::MediaKind;

pub use codec::SoundCodec;

use crate::WorkerConfig;

/// Sounds that are coded at a time; each has a process, which takes about a fiftieth of a processor.
pub const MAX_SOUNDS: usize = 64;
/// How long a viewer waits for the first sound: a worker starts in a tenth of a second.
const START_PATIENCE: Duration = Duration::from_secs(8);

/// Why there is no stream with the sound that was asked for.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SoundError {
    /// The sound of the stream is not one that can be decoded.
    #[error("The sound of this stream, {0}, cannot be coded anew.")]
    Codec(String),
    /// [`MAX_SOUNDS`] run.
    #[error("Too many sounds are being coded anew; try again later, or watch with the sound as it is.")]
    Busy,
    /// The worker does not come to it.
    #[error("{text}")]
    Worker {
        /// What kind of failure.
        kind: ErrorKind,
        /// A sentence.
        text: String,
    },
    /// The stream ended before its sound was there.
    #[error("The stream has ended.")]
    Ended,
    /// It took too long.
    #[error("The sound was not ready in time.")]
    Timeout,
}

impl SoundError {
    /// What kind of failure this is.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Codec(_) => ErrorKind::Unsupported,
            Self::Busy => ErrorKind::Exhausted,
            Self::Worker { kind, .. } => *kind,
            Self::Ended => ErrorKind::NotFound,
            Self::Timeout => ErrorKind::Timeout,
        }
    }
}

/// What has been done about sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoundStats {
    /// Sounds that are being coded.
    pub running: u64,
    /// Those that were begun.
    pub started: u64,
    /// Workers that were lost or gave up over one; each is replaced while somebody listens.
    pub failed: u64,
    /// Access units that were left out because no worker took them in time.
    pub dropped_units: u64,
}

#[derive(Debug, Default)]
struct Counters {
    started: AtomicU64,
    failed: AtomicU64,
    dropped_units: AtomicU64,
}

/// What is running: the stream that is made, by the stream that it is made of and the codec.
type Running = HashMap<(StreamKey, SoundCodec), Made>;

#[derive(Debug)]
struct Made {
    source: Arc<Stream>,
    derived: Arc<Stream>,
}

/// Codes sound anew.
#[derive(Debug)]
pub struct Sounds {
    config: WorkerConfig,
    running: Mutex<Running>,
    counters: Counters,
    /// Work is done here, away from the threads of media.
    runtime: tokio::runtime::Handle,
}

impl Sounds {
    /// Starts nothing yet. Work is done on the present runtime, whoever asks for it.
    ///
    /// # Panics
    /// Outside of a runtime.
    pub fn new(config: WorkerConfig) -> Arc<Self> {
        let runtime = tokio::runtime::Handle::current();
        Arc::new(Self { config, running: Mutex::default(), counters: Counters::default(), runtime })
    }

    /// What has been done.
    pub fn stats(&self) -> SoundStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        SoundStats {
            running: self.lock().len() as u64,
            started: read(&self.counters.started),
            failed: read(&self.counters.failed),
            dropped_units: read(&self.counters.dropped_units),
        }
    }

    /// The codecs that the sound of a stream is being coded in.
    pub fn of(&self, source: &StreamKey) -> Vec<SoundCodec> {
        let mut codecs: Vec<SoundCodec> =
            self.lock().keys().filter(|(key, _)| key == source).map(|(_, codec)| *codec).collect();
        codecs.sort_unstable();
        codecs
    }

    fn lock(&self) -> MutexGuard<'_, Running> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stream with the pictures of `source` and its first sound in `codec`: `source` itself where it has that already
    /// or no sound at all, else one that is live, which all who ask for it share and which ends some seconds after
    /// nobody reads it any more. The viewer's session belongs to `source`.
    ///
    /// # Errors
    /// When the sound cannot be decoded, too many run, or no worker comes to it in time.
    ///
    /// # Cancel safety
    /// Safe: what was begun goes on for others and ends by itself.
    pub async fn with_sound(
        self: &Arc<Self>,
        source: &Arc<Stream>,
        codec: SoundCodec,
    ) -> Result<Arc<Stream>, SoundError> {
        let tracks = source.tracks();
        let Some(sound) = tracks.list.iter().find(|track| track.kind() == MediaKind::Audio) else {
            return Ok(Arc::clone(source));
        };
        if codec.is_of(&sound.codec) {
            return Ok(Arc::clone(source));
        }
        if codec::form(&sound.codec).is_none() {
            return Err(SoundError::Codec(sound.codec().to_string()));
        }
        let derived = self.made(source, codec)?;
        match tokio::time::timeout(START_PATIENCE, until_live(&derived)).await {
            Ok(outcome) => outcome.map(|()| derived),
            Err(_) => Err(SoundError::Timeout),
        }
    }

    /// What is running already, or is begun now.
    fn made(self: &Arc<Self>, source: &Arc<Stream>, codec: SoundCodec) -> Result<Arc<Stream>, SoundError> {
        let mut running = self.lock();
        let key = (source.key().clone(), codec);
        if let Some(made) = running.get(&key)
            && Arc::ptr_eq(&made.source, source)
            && made.derived.phase() != Phase::Closed
        {
            return Ok(Arc::clone(&made.derived));
        }
        if running.len() >= MAX_SOUNDS {
            return Err(SoundError::Busy);
        }
        let derived = Derived::of(source, "sound");
        let stream = Arc::clone(derived.stream());
        running.insert(key, Made { source: Arc::clone(source), derived: Arc::clone(&stream) });
        drop(running);
        self.counters.started.fetch_add(1, Ordering::Relaxed);
        self.runtime.spawn(Arc::clone(self).run(Arc::clone(source), derived, codec));
        Ok(stream)
    }

    async fn run(self: Arc<Self>, source: Arc<Stream>, derived: Derived, codec: SoundCodec) {
        derive::derive(&self, &source, &derived, codec).await;
        let mut running = self.lock();
        let key = (source.key().clone(), codec);
        if running.get(&key).is_some_and(|made| Arc::ptr_eq(&made.derived, derived.stream())) {
            running.remove(&key);
        }
    }
}

async fn until_live(stream: &Stream) -> Result<(), SoundError> {
    let mut phase = stream.watch_phase();
    loop {
        match &*phase.borrow_and_update() {
            Phase::Live | Phase::Grace(_) => return Ok(()),
            Phase::Failed { kind, text } => return Err(SoundError::Worker { kind: *kind, text: text.clone() }),
            Phase::Closed => return Err(SoundError::Ended),
            Phase::Waiting => {}
        }
        if phase.changed().await.is_err() {
            return Err(SoundError::Ended);
        }
    }
}
