//! A file to tracks and access units in decoding order.

use bytes::Bytes;
use media::{AccessUnit, MediaTime, TrackConfig};
use std::collections::VecDeque;
use std::io;

use super::Mp4Error;
use super::boxes::Header;
use super::fragment;
use super::movie::Movie;
use super::sample_table::Sample;

/// Bytes of `moov`: tables of a day of video are some 40 MiB.
const MAX_MOVIE_LEN: u64 = 256 * 1024 * 1024;
/// Bytes of one `moof`.
const MAX_FRAGMENT_LEN: u64 = 16 * 1024 * 1024;
/// Bytes of one sample.
const MAX_SAMPLE_LEN: u32 = 64 * 1024 * 1024;
/// Boxes in front of `moov`.
const MAX_LEADING_BOXES: u32 = 10_000;
/// Fragments that are looked into for a track that has no sample waiting, so that tracks interleave by time.
const MAX_LOOKAHEAD_FRAGMENTS: u32 = 16;
/// Samples that may wait before looking ahead stops.
const MAX_LOOKAHEAD_SAMPLES: usize = 65_536;

/// Something that can be read at any place.
pub trait ReadAt {
    /// Bytes in all.
    ///
    /// # Errors
    /// When the size cannot be found out.
    fn byte_len(&self) -> io::Result<u64>;

    /// Exactly `len` bytes from `offset`. Asked only for what lies within [`ReadAt::byte_len`].
    ///
    /// # Errors
    /// When the bytes cannot be read.
    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes>;
}

impl ReadAt for Bytes {
    fn byte_len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.len()).expect("usize fits 64 bits"))
    }

    fn read_at(&self, offset: u64, len: usize) -> io::Result<Bytes> {
        let start = usize::try_from(offset).map_err(|_| io::ErrorKind::UnexpectedEof)?;
        let end = start.checked_add(len).filter(|end| *end <= self.len()).ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(self.slice(start..end))
    }
}

/// Reads ordinary files (`moov` first or last) and fragmented ones. Only the first sample entry of a track is
/// used; of the edit list, the delay and the start.
#[derive(Debug)]
pub struct FileReader<R> {
    source: R,
    len: u64,
    movie: Movie,
    configs: Vec<TrackConfig>,
    /// Samples of each track that were found and not given out yet.
    waiting: Vec<VecDeque<Sample>>,
    /// Where each track's time line stands in fragments.
    next_dts: Vec<i64>,
    /// Where the next top-level box begins.
    next_box: u64,
}

impl<R: ReadAt> FileReader<R> {
    /// Finds and reads the movie box.
    ///
    /// # Errors
    /// When there is none, or it is malformed or over a limit.
    pub fn open(source: R) -> Result<Self, Mp4Error> {
        let len = source.byte_len().map_err(|source| Mp4Error::Io { offset: 0, source })?;
        let (movie, next_box) = read_movie(&source, len)?;
        let count = movie.tracks.len();
        Ok(Self {
            configs: movie.tracks.iter().map(|track| track.config.clone()).collect(),
            source,
            len,
            movie,
            waiting: vec![VecDeque::new(); count],
            next_dts: vec![0; count],
            next_box,
        })
    }

    /// The video and audio tracks; time stamps count in their own clocks.
    pub fn tracks(&self) -> &[TrackConfig] {
        &self.configs
    }

    /// The next access unit of any track by decoding time; `None` at the end.
    ///
    /// # Errors
    /// When the file is cut or malformed from here on.
    pub fn next_unit(&mut self) -> Result<Option<AccessUnit>, Mp4Error> {
        self.fill()?;
        let due = |index: usize, sample: &Sample| {
            let track = &self.movie.tracks[index];
            MediaTime::new(track.dts(sample), track.config.clock_hz).to_timestamp()
        };
        let next = self
            .waiting
            .iter()
            .enumerate()
            .filter_map(|(index, queue)| queue.front().map(|sample| (due(index, sample), index)))
            .min();
        let Some((_, index)) = next else {
            return Ok(None);
        };
        let sample = self.waiting[index].pop_front().expect("the queue has a front");
        self.unit(index, &sample).map(Some)
    }

    fn unit(&self, index: usize, sample: &Sample) -> Result<AccessUnit, Mp4Error> {
        if sample.size > MAX_SAMPLE_LEN {
            return Err(Mp4Error::TooLarge("sample"));
        }
        let end = sample.offset.checked_add(u64::from(sample.size));
        if end.is_none_or(|end| end > self.len) {
            return Err(Mp4Error::Truncated { offset: sample.offset });
        }
        let payload = read(&self.source, sample.offset, u64::from(sample.size))?;
        Ok(self.movie.tracks[index].unit(sample, payload))
    }

    /// Sees to it that every track that goes on has a sample waiting.
    fn fill(&mut self) -> Result<(), Mp4Error> {
        for (track, queue) in self.movie.tracks.iter_mut().zip(&mut self.waiting) {
            if queue.is_empty() {
                queue.extend(track.samples.next_sample());
            }
        }
        let mut ahead = 0;
        while self.movie.fragmented && self.waiting.iter().any(VecDeque::is_empty) {
            let waiting: usize = self.waiting.iter().map(VecDeque::len).sum();
            if ahead >= MAX_LOOKAHEAD_FRAGMENTS || waiting >= MAX_LOOKAHEAD_SAMPLES || !self.read_fragment()? {
                break;
            }
            // Fragments count against the limit only while there is something to give out.
            ahead += u32::from(self.waiting.iter().any(|queue| !queue.is_empty()));
        }
        Ok(())
    }

    /// Reads the next `moof`; false at the end of the file.
    fn read_fragment(&mut self) -> Result<bool, Mp4Error> {
        while let Some(header) = read_header(&self.source, self.len, self.next_box)? {
            let start = self.next_box;
            let end = start.saturating_add(header.size);
            self.next_box = end;
            if &header.kind != b"moof" {
                continue;
            }
            if end > self.len {
                return Ok(false);
            }
            let moof = read_content(&self.source, start, &header, MAX_FRAGMENT_LEN, "moof")?;
            let waiting = &mut self.waiting;
            fragment::samples(
                &moof,
                start,
                &self.movie.tracks,
                &mut self.next_dts,
                fragment::MAX_FILE_SAMPLES,
                |index, sample| {
                    waiting[index].push_back(sample);
                },
            )?;
            return Ok(true);
        }
        Ok(false)
    }
}

/// The movie box, and where the box after it begins. In a file with `moov` last nothing follows; fragments
/// always do.
fn read_movie<R: ReadAt>(source: &R, len: u64) -> Result<(Movie, u64), Mp4Error> {
    let mut at = 0;
    for _ in 0..MAX_LEADING_BOXES {
        let Some(header) = read_header(source, len, at)? else {
            return Err(Mp4Error::NoMovie);
        };
        let end = at.saturating_add(header.size);
        if &header.kind == b"moov" {
            if end > len {
                return Err(Mp4Error::Malformed("moov"));
            }
            let moov = read_content(source, at, &header, MAX_MOVIE_LEN, "moov")?;
            return Ok((Movie::parse(&moov)?, end));
        }
        at = end;
    }
    Err(Mp4Error::NoMovie)
}

/// `None` at the end of the file, and where no box fits any more.
fn read_header<R: ReadAt>(source: &R, len: u64, at: u64) -> Result<Option<Header>, Mp4Error> {
    const MIN_LEN: u64 = 8;
    let available = len.saturating_sub(at);
    if available < MIN_LEN {
        return Ok(None);
    }
    let bytes = read(source, at, available.min(Header::MAX_LEN as u64))?;
    Ok(Header::parse(&bytes, available))
}

fn read_content<R: ReadAt>(
    source: &R,
    at: u64,
    header: &Header,
    limit: u64,
    what: &'static str,
) -> Result<Bytes, Mp4Error> {
    if header.size > limit {
        return Err(Mp4Error::TooLarge(what));
    }
    let header_len = header.len as u64;
    read(source, at + header_len, header.size - header_len)
}

fn read<R: ReadAt>(source: &R, offset: u64, len: u64) -> Result<Bytes, Mp4Error> {
    let len = usize::try_from(len).map_err(|_| Mp4Error::TooLarge("box"))?;
    source.read_at(offset, len).map_err(|source| Mp4Error::Io { offset, source })
}
