//! Files that are played to devices.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use media::g711::to_a_law;
use tokio::sync::Notify;

use super::Talk;
use super::resample::to_8_khz;

/// The longest file.
pub const MAX_FILE_TIME: Duration = Duration::from_secs(600);
/// Bytes of G.711 in a second.
const BYTES_PER_SECOND: usize = 8000;
const BYTES_PER_MS: u64 = 8;

/// Sound of a file, as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSound {
    name: String,
    a_law: Vec<u8>,
}

impl FileSound {
    /// From samples in the range of 16 bits at a rate in Hz, 4000 or more; what is longer than [`MAX_FILE_TIME`] is cut. It
    /// takes a second of a core for some minutes of sound, so it is no work for a thread that has others.
    pub fn new(name: String, samples: impl Iterator<Item = f32>, rate_hz: u32) -> Self {
        let most = usize::try_from(u64::from(rate_hz) * MAX_FILE_TIME.as_secs()).unwrap_or(usize::MAX);
        let samples: Vec<f32> = samples.take(most).collect();
        Self { name, a_law: to_8_khz(&samples, rate_hz).into_iter().map(to_a_law).collect() }
    }

    fn length_ms(&self) -> u64 {
        self.a_law.len() as u64 / BYTES_PER_MS
    }
}

/// How far a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileState {
    /// Its name.
    pub name: String,
    /// What was played, in milliseconds.
    pub position_ms: u64,
    /// All of it.
    pub length_ms: u64,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEnd {
    /// Its name.
    pub name: String,
    /// Why it ended early, as a sentence; `None` when it was played to its end.
    pub why: Option<String>,
}

/// A file that is played.
#[derive(Debug)]
pub(super) struct Playing {
    name: String,
    length_ms: u64,
    position_ms: AtomicU64,
    stop: Notify,
}

impl Playing {
    pub(super) fn state(&self) -> FileState {
        let position_ms = self.position_ms.load(Ordering::Relaxed);
        FileState { name: self.name.clone(), position_ms, length_ms: self.length_ms }
    }

    pub(super) fn stop(&self) {
        self.stop.notify_one();
    }
}

impl Talk {
    /// Plays a file to its end, or until [`Gb28181::stop_file`](super::super::Gb28181::stop_file), the device or an error ends it;
    /// then hangs up. Returns at once; must be called on a runtime.
    pub fn play(mut self, sound: FileSound) {
        let playing = Arc::new(Playing {
            name: sound.name.clone(),
            length_ms: sound.length_ms(),
            position_ms: AtomicU64::new(0),
            stop: Notify::new(),
        });
        self.floor.note_file(&playing);
        tokio::spawn(async move {
            let why = self.play_through(&playing, &sound.a_law).await;
            self.floor.note_end(FileEnd { name: sound.name, why });
        });
    }

    /// Why it ended early, if it did.
    async fn play_through(&mut self, playing: &Playing, a_law: &[u8]) -> Option<String> {
        let Self { session, speech, floor } = self;
        let fed = async {
            for second in a_law.chunks(BYTES_PER_SECOND) {
                speech.feed(second).await;
                playing.position_ms.fetch_add(second.len() as u64 / BYTES_PER_MS, Ordering::Relaxed);
                floor.note_progress();
            }
            speech.drained().await;
        };
        let mut broken = speech.end();
        tokio::select! {
            () = fed => None,
            () = playing.stop.notified() => Some("It was stopped.".to_owned()),
            text = session.over() => Some(text),
            text = broken.ended() => Some(text),
        }
    }
}
