//! One rendition, cut into segments while somebody asks for them.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use container::m3u8::MediaPlaylist;
use hub::{Phase, Rendition, Stream};
use media::Timestamp;
use tokio::sync::watch;

use super::HlsConfig;
use super::request::Kind;
use super::segmenter::Segmenter;
use super::session::Sessions;

/// How often viewers and the end of interest are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A packager that nobody has asked for this long ends.
const IDLE: Duration = Duration::from_secs(30);
/// How long the last segments of a stream that ended can be fetched.
const AFTER_THE_END: Duration = Duration::from_secs(20);

/// Cuts one rendition of one stream.
pub(super) struct Packager {
    rendition: Arc<Rendition>,
    kind: Kind,
    segmenter: Mutex<Segmenter>,
    /// Rung whenever there is something new.
    changed: watch::Sender<()>,
    last_asked: Mutex<Instant>,
    /// The wall clock at the origin of the time line, in microseconds since the Unix epoch.
    unix_us_at_zero: i64,
}

impl Packager {
    pub(super) fn new(rendition: Arc<Rendition>, kind: Kind, config: HlsConfig) -> Self {
        let stream = rendition.stream();
        let segmenter = Segmenter::new(kind.shape(config), stream.key_distance());
        let unix_us_at_zero = stream.unix_us_at_zero();
        Self {
            kind,
            segmenter: Mutex::new(segmenter),
            changed: watch::Sender::new(()),
            last_asked: Mutex::new(Instant::now()),
            unix_us_at_zero,
            rendition,
        }
    }

    pub(super) fn stream(&self) -> &Arc<Stream> {
        self.rendition.stream()
    }

    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    fn lock(&self) -> MutexGuard<'_, Segmenter> {
        self.segmenter.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody asked.
    pub(super) fn touch(&self) {
        *self.last_asked.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn idle_for(&self) -> Duration {
        self.last_asked.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// `EXT-X-TARGETDURATION`.
    pub(super) fn target(&self) -> Duration {
        self.lock().target()
    }

    /// Looks at what there is.
    pub(super) fn look<T>(&self, find: impl FnOnce(&Segmenter) -> T) -> T {
        find(&self.lock())
    }

    /// Waits until `done`; `false` when that takes longer than `limit`.
    ///
    /// # Cancel safety
    /// Safe: nothing is taken.
    pub(super) async fn wait(&self, limit: Duration, done: impl Fn(&Segmenter) -> bool) -> bool {
        let deadline = tokio::time::Instant::now() + limit;
        let mut changed = self.changed.subscribe();
        loop {
            if self.look(&done) {
                return true;
            }
            match tokio::time::timeout_at(deadline, changed.changed()).await {
                Ok(Ok(())) => {}
                _ => return self.look(&done),
            }
        }
    }

    /// The media playlist.
    pub(super) fn playlist(&self) -> MediaPlaylist {
        self.lock().playlist(|at| self.date_time(at))
    }

    fn date_time(&self, at: Timestamp) -> String {
        base::rfc3339(self.unix_us_at_zero.saturating_add(at.as_micros()) / 1000)
    }

    /// Cuts until the stream ends or nobody asks any more.
    pub(super) async fn run(self: &Arc<Self>, sessions: &Sessions) {
        let wakeup = self.stream().subscribe_wakeups();
        let mut position = 0;
        let mut chunks = Vec::new();
        let mut looked = Instant::now();
        loop {
            let rung = tokio::time::timeout(LOOK, poll_fn(|cx| wakeup.poll_rung(cx))).await.is_ok();
            if rung {
                let generation = self.stream().tracks().generation;
                position = self.rendition.read(position, &mut chunks).end;
                if !chunks.is_empty() {
                    let mut segmenter = self.lock();
                    chunks.drain(..).for_each(|chunk| segmenter.push(&chunk, generation));
                    drop(segmenter);
                    self.changed.send_replace(());
                }
            }
            if self.stream().phase() == Phase::Closed {
                break;
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                sessions.sweep(self, false);
                if self.idle_for() >= IDLE {
                    return sessions.sweep(self, true);
                }
            }
        }
        self.lock().end();
        self.changed.send_replace(());
        tokio::time::sleep(AFTER_THE_END).await;
        sessions.sweep(self, true);
    }
}
