//! Writes one recording into a file as it comes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use container::fmp4;
use hub::{Hub, InvalidName, OpenError, StreamKey, Subscriber, Tracks};
use media::{Frame, Muxer, Timestamp};
use tokio::fs::File;
use tokio::io::{AsyncWriteExt, BufWriter};

/// How long a device may take to begin, and how long it may be silent in between.
const PATIENCE: Duration = Duration::from_secs(30);
/// Bytes that are written to the disk at once.
const BUFFER: usize = 256 << 10;
/// Recordings are short of what was asked for by a key frame or so at each end.
const MISSING_S: f64 = 5.0;
/// How long the last picture is seen, at most.
const LAST_PICTURE_S: f64 = 0.1;

/// What came.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Fetched {
    /// Of the recording.
    pub(super) seconds: f64,
    /// Of the file.
    pub(super) bytes: u64,
    /// How often pictures were lost on their way to the disk.
    gaps: u64,
    why: End,
}

/// Why a recording was not fetched. The text is a sentence, which people read beside the download.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    /// What was stored names no stream.
    #[error("{0}.")]
    Name(#[from] InvalidName),
    /// The stream does not come.
    #[error("{}", .0.text)]
    NoStream(OpenError),
    /// The stream came, without anything in it.
    #[error("The device sent no pictures.")]
    NoPictures,
    /// The disk failed.
    #[error("The file cannot be written: {0}.")]
    Disk(#[from] io::Error),
}

/// Why there is no more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum End {
    /// The device was through.
    #[default]
    Whole,
    /// The device has fallen silent.
    Silent,
    /// Codec or size of the picture changed, which one file cannot have.
    Changed,
    /// The file is as large as all downloads may be.
    Full,
}

impl Fetched {
    /// What is missing of so many seconds, as a sentence; nothing where nothing is.
    pub(super) fn note(&self, wanted_s: i64) -> String {
        let wanted = seconds_of(wanted_s);
        let length = format!("{:.0} of {wanted:.0} seconds", self.seconds);
        match self.why {
            End::Silent => format!("The device fell silent after {length}."),
            End::Changed => format!("The picture's format changed after {length}; the file ends there."),
            End::Full => format!("The file is as large as permitted after {length}. See downloads.max_bytes."),
            End::Whole if self.gaps > 0 => {
                format!("Pictures were lost {} times: the disk or the machine was too slow.", self.gaps)
            }
            End::Whole if self.seconds + MISSING_S < wanted => format!("The device ended after {length}."),
            End::Whole => String::new(),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "days in seconds")]
const fn seconds_of(whole: i64) -> f64 {
    whole as f64
}

/// The name of a file that is not whole yet.
pub(super) fn partial(path: &Path) -> PathBuf {
    path.with_extension("part")
}

/// Fetches a stream into a file, which is there when it is whole. Says again and again how many seconds and bytes there are.
///
/// # Cancel safety
/// The partial file is left behind.
///
/// # Errors
/// When nothing came or the disk failed.
pub(super) async fn fetch(
    hub: &Arc<Hub>,
    key: &StreamKey,
    path: &Path,
    wanted_s: i64,
    max_bytes: u64,
    progress: impl Fn(f64, u64),
) -> Result<Fetched, FetchError> {
    if let Some(folder) = path.parent() {
        tokio::fs::create_dir_all(folder).await?;
    }
    // The claim is held, so that the device sends until the file is whole.
    let open = hub.open(key, PATIENCE).await.map_err(FetchError::NoStream)?;
    let mut pictures = Subscriber::from_oldest(Arc::clone(&open.stream));
    let mut file = Writing::create(&partial(path)).await?;
    let why = loop {
        let received = match tokio::time::timeout(PATIENCE, pictures.next()).await {
            Err(_) => break End::Silent,
            Ok(None) => break End::Whole,
            Ok(Some(received)) => received,
        };
        if !file.fits(&received.tracks) {
            break End::Changed;
        }
        file.write(&received.tracks, &received.frame).await?;
        progress(file.seconds(), file.bytes);
        // Devices that do not say that they are through, and those that go on beyond what was asked for.
        if file.seconds() + LAST_PICTURE_S >= seconds_of(wanted_s) {
            break End::Whole;
        }
        if file.bytes >= max_bytes {
            break End::Full;
        }
    };
    let fetched = Fetched { seconds: file.seconds(), bytes: file.bytes, gaps: pictures.skips(), why };
    file.file.flush().await?;
    if fetched.bytes == 0 {
        let _nothing_in_it = tokio::fs::remove_file(partial(path)).await;
        return Err(FetchError::NoPictures);
    }
    tokio::fs::rename(partial(path), path).await?;
    Ok(fetched)
}

/// A file that is being written.
struct Writing {
    file: BufWriter<File>,
    muxer: fmp4::Muxer,
    tracks: Option<Arc<Tracks>>,
    scratch: BytesMut,
    /// Of the first frame, and the latest.
    times: Option<(Timestamp, Timestamp)>,
    bytes: u64,
}

impl Writing {
    async fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::with_capacity(BUFFER, File::create(path).await?);
        let (muxer, scratch) = (fmp4::Muxer::new(), BytesMut::new());
        Ok(Self { file, muxer, tracks: None, scratch, times: None, bytes: 0 })
    }

    /// Whether frames of these tracks go into the file that was begun.
    fn fits(&mut self, tracks: &Arc<Tracks>) -> bool {
        let Some(begun) = &mut self.tracks else { return true };
        if Arc::ptr_eq(begun, tracks) {
            return true;
        }
        let is_same = begun.list.len() == tracks.list.len()
            && begun.list.iter().zip(&tracks.list).all(|(one, other)| one.id == other.id && one.codec == other.codec);
        // Compared once for each change, not for each frame after it.
        begun.clone_from(tracks);
        is_same
    }

    async fn write(&mut self, tracks: &Arc<Tracks>, frame: &Frame) -> io::Result<()> {
        self.scratch.clear();
        if self.tracks.is_none() {
            self.muxer.set_tracks(&tracks.list);
            self.muxer.write_header(&mut self.scratch);
            self.tracks = Some(Arc::clone(tracks));
        }
        self.muxer.write_frame(frame, &mut self.scratch);
        self.file.write_all(&self.scratch).await?;
        self.bytes += self.scratch.len() as u64;
        let (first, last) = self.times.unwrap_or((frame.dts, frame.dts));
        self.times = Some((first.min(frame.dts), last.max(frame.dts)));
        Ok(())
    }

    fn seconds(&self) -> f64 {
        self.times.map_or(0.0, |(first, last)| last.saturating_since(first).as_secs_f64())
    }
}
