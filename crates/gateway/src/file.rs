//! MP4, Matroska, FLV and MPEG-TS files, played at the speed of their own clock: as cameras, and as what is pushed.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base::ErrorKind;
use bytes::{Bytes, BytesMut};
use container::mp4::{self, ReadAt};
use hub::Leg;
use media::{AccessUnit, MediaTime, TrackConfig};
use tokio::sync::mpsc;

use crate::demux::{Item, MAGIC_LEN, StreamDemuxer};
use crate::pace::{Pace, deliver};
use crate::pull::{PullFailure, PullSink};

/// Bytes of one read of a file that is a stream.
const BLOCK: usize = 64 << 10;
/// Pause between two rounds of a looped file, as between two pictures.
const LOOP_GAP: Duration = Duration::from_millis(40);
/// What is read ahead. Full-policy: reading waits.
const READ_AHEAD: usize = 64;

/// Plays a file into `sink`, once or again and again, until the sink wants no more.
///
/// The file is read on a thread that may block, so that a slow disk holds up nobody else.
pub(crate) async fn play(path: &Path, repeat: bool, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
    let (sender, mut items) = mpsc::channel(READ_AHEAD);
    let owned = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || read_rounds(&owned, repeat, &sender));
    let mut pace = Pace::new(Duration::ZERO);
    let mut played = false;
    while let Some(item) = items.recv().await {
        match item {
            Item::Tracks(tracks) => {
                if !played {
                    sink.step(Leg::Answer, true, "The file is being played.");
                }
                played = true;
                sink.tracks(tracks)?;
            }
            Item::Note(text) => sink.step(Leg::Media, false, &text),
            Item::Unit(unit) => {
                if deliver(&mut pace, unit, sink).await || sink.is_done() {
                    return Ok(());
                }
            }
        }
    }
    match reading.await {
        Ok(Ok(())) if played => Ok(()),
        Ok(Ok(())) => Err(unusable(path, "it holds no track that we know")),
        Ok(Err(text)) => Err(unusable(path, &text)),
        Err(_) => Err(unusable(path, "reading it failed")),
    }
}

fn unusable(path: &Path, text: &str) -> PullFailure {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::InvalidInput,
        text: format!("{name} cannot be played: {text}"),
        next_step:
            "MP4, Matroska (.mkv, .webm), FLV and MPEG-TS files can be played; convert others with ffmpeg -c copy."
                .to_owned(),
    }
}

/// Reads all rounds; ends early when nobody takes any more.
fn read_rounds(path: &Path, repeat: bool, sender: &mpsc::Sender<Item>) -> Result<(), String> {
    let mut offset = Duration::ZERO;
    loop {
        let mut reader = Reader::open(path).map_err(|error| error.to_string())?;
        let mut first = None;
        let mut last = Duration::ZERO;
        while let Some(item) = reader.next()? {
            let item = match item {
                Item::Unit(unit) => {
                    let dts = unit.dts.unwrap_or(unit.pts).to_timestamp();
                    last = last.max(dts.saturating_since(*first.get_or_insert(dts)));
                    Item::Unit(shifted(unit, offset))
                }
                other => other,
            };
            if sender.blocking_send(item).is_err() {
                return Ok(());
            }
        }
        if !repeat || first.is_none() {
            return Ok(());
        }
        offset += last + LOOP_GAP;
    }
}

/// A unit of a later round, moved behind the earlier ones.
fn shifted(unit: AccessUnit, by: Duration) -> AccessUnit {
    let shift = |time: MediaTime| {
        let ticks = by.as_micros() * u128::from(time.clock_hz.get()) / 1_000_000;
        MediaTime::new(time.ticks.saturating_add(i64::try_from(ticks).unwrap_or(i64::MAX)), time.clock_hz)
    };
    AccessUnit { pts: shift(unit.pts), dts: unit.dts.map(shift), ..unit }
}

/// A file that is read at any place.
struct Opened(File);

impl ReadAt for Opened {
    fn byte_len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }

    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        let mut bytes = BytesMut::zeroed(len);
        self.0.read_exact_at(&mut bytes, offset)?;
        Ok(bytes.freeze())
    }
}

/// Anything that gives units in decoding order.
enum Reader {
    Mp4 { reader: Box<mp4::FileReader<Opened>>, tracks: Option<Vec<TrackConfig>> },
    Stream { file: File, offset: u64, demuxer: StreamDemuxer, finished: bool },
}

impl Reader {
    fn open(path: &Path) -> io::Result<Self> {
        let file = File::open(path)?;
        let mut magic = [0; MAGIC_LEN];
        let _short_file_is_no_stream = file.read_exact_at(&mut magic, 0);
        let is_mp4 = &magic[4..] == b"ftyp";
        if let Some(demuxer) = StreamDemuxer::detect(&magic).filter(|_| !is_mp4) {
            return Ok(Self::Stream { file, offset: 0, demuxer, finished: false });
        }
        let reader = mp4::FileReader::open(Opened(file)).map_err(io::Error::other)?;
        let tracks = Some(reader.tracks().to_vec());
        Ok(Self::Mp4 { reader: Box::new(reader), tracks })
    }

    fn next(&mut self) -> Result<Option<Item>, String> {
        match self {
            Self::Mp4 { reader, tracks } => match tracks.take().filter(|tracks| !tracks.is_empty()) {
                Some(tracks) => Ok(Some(Item::Tracks(tracks))),
                None => Ok(reader.next_unit().map_err(|error| error.to_string())?.map(Item::Unit)),
            },
            Self::Stream { file, offset, demuxer, finished } => loop {
                if let Some(item) = demuxer.next().map_err(|failure| failure.text)? {
                    return Ok(Some(item));
                }
                if *finished {
                    return Ok(None);
                }
                let mut block = vec![0; BLOCK];
                let read = file.read_at(&mut block, *offset).map_err(|error| error.to_string())?;
                *offset += read as u64;
                demuxer.push(&block[..read]);
                if read == 0 {
                    demuxer.finish();
                    *finished = true;
                }
            },
        }
    }
}

/// A file in the folder of those that may be played, by its bare name: no name leads anywhere else.
pub(crate) fn locate(folder: Option<&Path>, name: &str) -> Result<PathBuf, PullFailure> {
    let found = folder.map(|folder| folder.join(name)).filter(|path| path.is_file());
    found.ok_or_else(|| PullFailure {
        leg: Leg::Name,
        kind: ErrorKind::NotFound,
        text: format!("there is no file {name}"),
        next_step: "Put it into the folder files of the data folder.".to_owned(),
    })
}

/// Whether a name is one file's and nothing more.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |character: char| character.is_alphanumeric() || "._- ".contains(character);
    !name.is_empty() && name.len() <= 128 && !name.starts_with('.') && name.chars().all(plain)
}
