//! One rendition, cut into segments while somebody asks for them.

use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use container::m3u8::MediaPlaylist;
use hub::{Phase, Rendition, Stream};
use media::Timestamp;
use tokio::sync::watch;

use super::HlsConfig;
use super::kind::Kind;
use super::segmenter::Segmenter;
use super::session::Sessions;

/// How often viewers and the end of interest are looked at.
const LOOK: Duration = Duration::from_secs(1);
/// A packager that nobody has asked for this long ends.
const IDLE: Duration = Duration::from_secs(30);
/// Names of segments must not come again for as long as a cache may keep them: a packager begins with the number of
/// tenths of a second since the Unix epoch, which is more than an earlier one can have used up.
const NUMBER_MS: u128 = 100;
/// How long the last segments of a stream that ended can be fetched.
const AFTER_THE_END: Duration = Duration::from_secs(20);

/// Cuts one rendition of one stream.
pub(super) struct Packager {
    rendition: Arc<Rendition>,
    kind: Kind,
    cut: Mutex<Cut>,
    pub(super) sessions: Sessions,
    /// Rung whenever there is something new.
    changed: watch::Sender<()>,
    last_asked: Mutex<Instant>,
    /// The wall clock at the origin of the time line, in microseconds since the Unix epoch.
    unix_us_at_zero: i64,
}

struct Cut {
    segmenter: Segmenter,
    /// The playlist, until there is something new: it is the same for all viewers but for their sessions.
    playlist: Option<Arc<MediaPlaylist>>,
}

impl Packager {
    /// `breaks` is how many discontinuities the stream's other playlists count: a player puts together what has the
    /// same number (the successor of RFC 8216, §6.2.4).
    pub(super) fn new(rendition: Arc<Rendition>, kind: Kind, config: HlsConfig, breaks: u64) -> Self {
        let stream = rendition.stream();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let first = u64::try_from(now.as_millis() / NUMBER_MS).unwrap_or(0);
        let shape = kind.shape(config, stream.options().encrypt_segments);
        let segmenter = Segmenter::new(shape, stream.key_distance(), first, breaks);
        let unix_us_at_zero = stream.unix_us_at_zero();
        Self {
            kind,
            cut: Mutex::new(Cut { segmenter, playlist: None }),
            sessions: Sessions::default(),
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

    fn lock(&self) -> MutexGuard<'_, Cut> {
        self.cut.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the segmenter take something and tells those who wait.
    fn change(&self, change: impl FnOnce(&mut Segmenter)) {
        let mut cut = self.lock();
        change(&mut cut.segmenter);
        cut.playlist = None;
        drop(cut);
        self.changed.send_replace(());
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
        self.lock().segmenter.target()
    }

    /// Lasts as long as the longest target of the stream's playlists.
    pub(super) fn raise_target(&self, target: Duration) {
        let cut = &mut *self.lock();
        if cut.segmenter.raise_target(target) {
            cut.playlist = None;
        }
    }

    /// Looks at what there is.
    pub(super) fn look<T>(&self, find: impl FnOnce(&Segmenter) -> T) -> T {
        find(&self.lock().segmenter)
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
    pub(super) fn playlist(&self) -> Arc<MediaPlaylist> {
        let cut = &mut *self.lock();
        let made = cut.playlist.get_or_insert_with(|| Arc::new(cut.segmenter.playlist(|at| self.date_time(at))));
        Arc::clone(made)
    }

    /// A place on the time line in words.
    pub(super) fn date_time(&self, at: Timestamp) -> String {
        base::rfc3339(self.unix_us_at_zero.saturating_add(at.as_micros()) / 1000)
    }

    /// Cuts until the stream ends or nobody asks any more.
    pub(super) async fn run(&self) {
        let wakeup = self.stream().subscribe_wakeups();
        let mut position = 0;
        let mut chunks = Vec::new();
        let mut looked = Instant::now();
        loop {
            let rung = tokio::time::timeout(LOOK, poll_fn(|cx| wakeup.poll_rung(cx))).await.is_ok();
            if rung {
                let read = self.rendition.read(position, &mut chunks);
                let lost = position > 0 && read.start > position;
                position = read.end;
                if !chunks.is_empty() {
                    self.change(|segmenter| {
                        if lost {
                            segmenter.interrupt();
                        }
                        chunks.drain(..).for_each(|chunk| segmenter.push(&chunk));
                    });
                }
            }
            if self.stream().phase() == Phase::Closed {
                break;
            }
            if looked.elapsed() >= LOOK {
                looked = Instant::now();
                self.sessions.sweep(self.target());
                if self.idle_for() >= IDLE {
                    return;
                }
            }
        }
        self.change(Segmenter::end);
        tokio::time::sleep(AFTER_THE_END).await;
    }
}
