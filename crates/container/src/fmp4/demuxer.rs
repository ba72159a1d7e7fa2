//! Fragments to tracks and access units, as they come.

use bytes::{Buf, Bytes, BytesMut};
use media::{AccessUnit, MediaTime, Timestamp, TrackConfig, TrackId};

use crate::mp4::Mp4Error;
use crate::mp4::boxes::Header;
use crate::mp4::fragment;
use crate::mp4::movie::Movie;
use crate::mp4::sample_table::Sample;

/// Bytes of `moov`: without sample tables it has a few hundred for each track.
const MAX_MOVIE_LEN: u64 = 4 * 1024 * 1024;
/// Bytes of `moof`.
const MAX_FRAGMENT_LEN: u64 = 4 * 1024 * 1024;
/// Bytes of `mdat`: ten seconds at 50 Mbit/s.
const MAX_MEDIA_LEN: u64 = 64 * 1024 * 1024;
/// Samples of one `moof`: a minute of 60 pictures a second with sound has 6,500.
const MAX_SAMPLES: usize = 16_384;
/// Negative composition offsets of more seconds are taken for garbage.
const MAX_LEAD_S: i64 = 10;
/// `mdat` boxes of one `moof`; writers make one, or one for each track.
const MAX_MEDIA_BOXES: usize = 16;

/// What a fragmented stream says.
#[derive(Clone, Debug)]
pub enum Event {
    /// A track begins or its configuration changes; comes before the first unit that needs it. All tracks of an
    /// initialisation segment come at once.
    Config(TrackConfig),
    /// One access unit. H.264 and H.265 may still carry parameter sets (`avc3`, `hev1`).
    Unit(AccessUnit),
    /// Samples of a track were announced and did not come.
    Loss {
        /// Which track.
        track: TrackId,
        /// How many.
        samples: usize,
    },
}

/// Reads an initialisation segment and the fragments behind it (ISO/IEC 14496-12 §8.8, ISO/IEC 23000-19).
///
/// Push bytes as they come and take the events; call [`Demuxer::finish`] where a resource ends. Units of one fragment
/// come by decoding time once its `mdat` is complete, and share its memory. Of the sample entries of a track only the
/// first is used; of the edit list, the delay and the start.
#[derive(Debug, Default)]
pub struct Demuxer {
    buffer: BytesMut,
    /// Where in its resource the buffer begins.
    position: u64,
    /// Bytes of a box that is passed over.
    skip: u64,
    /// The framing of the boxes is lost.
    broken: bool,
    movie: Option<Movie>,
    /// The movie box, to tell repetition from change.
    movie_box: Bytes,
    configs: Vec<TrackConfig>,
    /// Where each track's time line stands, for fragments without `tfdt`.
    next_dts: Vec<i64>,
    /// How much earlier than written each track is decoded, so that none is behind its presentation time:
    /// composition offsets may be negative (ISO/IEC 14496-12 §8.8.8.1).
    leads: Vec<i64>,
    /// Samples whose content has not come yet.
    pending: Vec<(usize, Sample)>,
    /// `mdat` boxes since the last `moof`.
    media_boxes: usize,
}

impl Demuxer {
    /// At the start of an initialisation segment.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tracks of the last initialisation segment.
    pub fn tracks(&self) -> &[TrackConfig] {
        &self.configs
    }

    /// Takes the next bytes, cut anywhere, and appends what they say to `events`.
    ///
    /// # Errors
    /// When a box is malformed or over a limit. What came before it is in `events`. The next push goes on behind that
    /// box, where its length is known; otherwise every push fails until [`Demuxer::finish`].
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), Mp4Error> {
        if self.broken {
            return Err(Mp4Error::Malformed("box"));
        }
        self.buffer.extend_from_slice(bytes);
        loop {
            self.pass_over();
            let Some(header) = self.header()? else { return Ok(()) };
            let start = self.position;
            let Some(content) = self.content(&header)? else { return Ok(()) };
            self.read(header.kind, start, content, events)?;
        }
    }

    /// The resource ends: gives out what of its media has come. What is pushed next begins another resource: the next
    /// segment, or another initialisation segment.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        if let Ok(Some(header)) = self.header()
            && &header.kind == b"mdat"
            && self.skip == 0
        {
            self.advance(header.len);
            let media = self.buffer.split().freeze();
            self.give_out(&media, events);
        }
        self.report_missing(events);
        self.buffer.clear();
        (self.position, self.skip, self.broken) = (0, 0, false);
    }

    fn pass_over(&mut self) {
        let count = usize::try_from(self.skip).unwrap_or(usize::MAX).min(self.buffer.len());
        self.advance(count);
        self.skip -= u64::try_from(count).expect("usize fits 64 bits");
    }

    fn advance(&mut self, count: usize) {
        self.buffer.advance(count);
        self.position = self.position.saturating_add(u64::try_from(count).expect("usize fits 64 bits"));
    }

    /// `None` until all of it is there.
    fn header(&mut self) -> Result<Option<Header>, Mp4Error> {
        const EXTENDED: u32 = 1;
        let Some(size) = self.buffer.first_chunk().map(|size| u32::from_be_bytes(*size)) else { return Ok(None) };
        let len = if size == EXTENDED { Header::MAX_LEN } else { 8 };
        if self.buffer.len() < len {
            return Ok(None);
        }
        // A box of size 0 goes on to the end of the resource.
        let header = Header::parse(&self.buffer, u64::MAX);
        self.broken = header.is_none();
        header.map(Some).ok_or(Mp4Error::Malformed("box"))
    }

    /// The content of a box that we read, and nothing of the others; `None` until all of it is there.
    fn content(&mut self, header: &Header) -> Result<Option<Bytes>, Mp4Error> {
        let (limit, what) = match &header.kind {
            b"moov" => (MAX_MOVIE_LEN, "moov"),
            b"moof" => (MAX_FRAGMENT_LEN, "moof"),
            b"mdat" if !self.pending.is_empty() => (MAX_MEDIA_LEN, "mdat"),
            _ => (0, ""),
        };
        let whole = usize::try_from(header.size).unwrap_or(usize::MAX);
        let to_the_end = header.size == u64::MAX;
        if limit == 0 || (header.size > limit && !to_the_end) {
            self.skip = header.size;
            self.pass_over();
            return if limit == 0 { Ok(Some(Bytes::new())) } else { Err(Mp4Error::TooLarge(what)) };
        }
        if u64::try_from(self.buffer.len()).expect("usize fits 64 bits") > limit && to_the_end {
            self.broken = true;
            return Err(Mp4Error::TooLarge(what));
        }
        if self.buffer.len() < whole {
            return Ok(None);
        }
        self.advance(header.len);
        Ok(Some(self.buffer.split_to(whole - header.len).freeze()))
    }

    /// Takes the content of a box that begins at `start`; the position is where the content begins.
    fn read(&mut self, kind: [u8; 4], start: u64, content: Bytes, events: &mut Vec<Event>) -> Result<(), Mp4Error> {
        let len = u64::try_from(content.len()).expect("usize fits 64 bits");
        let outcome = match &kind {
            b"moov" => self.movie(content, events),
            b"moof" => self.fragment(start, &content, events),
            b"mdat" if !content.is_empty() => {
                self.give_out(&content, events);
                Ok(())
            }
            b"mdat" => self.check_unannounced(),
            _ => Ok(()),
        };
        self.position = self.position.saturating_add(len);
        outcome
    }

    /// Media without a fragment that announces it.
    fn check_unannounced(&self) -> Result<(), Mp4Error> {
        match &self.movie {
            Some(movie) if !movie.fragmented => Err(Mp4Error::NotFragmented),
            _ => Ok(()),
        }
    }

    fn movie(&mut self, content: Bytes, events: &mut Vec<Event>) -> Result<(), Mp4Error> {
        self.report_missing(events);
        if self.movie_box == content {
            return Ok(());
        }
        let movie = Movie::parse(&content)?;
        let mut configs: Vec<TrackConfig> = movie.tracks.iter().map(|track| track.config.clone()).collect();
        for config in &mut configs {
            let known = self.configs.iter().find(|known| known.id == config.id);
            let same = known.is_some_and(|known| known.codec == config.codec && known.clock_hz == config.clock_hz);
            config.version = known.map_or(1, |known| known.version.saturating_add(u32::from(!same)));
            if !same {
                events.push(Event::Config(config.clone()));
            }
        }
        (self.next_dts, self.leads) = (vec![0; configs.len()], vec![0; configs.len()]);
        (self.movie, self.movie_box, self.configs) = (Some(movie), content, configs);
        Ok(())
    }

    fn fragment(&mut self, start: u64, content: &Bytes, events: &mut Vec<Event>) -> Result<(), Mp4Error> {
        self.report_missing(events);
        let movie = self.movie.as_ref().ok_or(Mp4Error::NoInit)?;
        let (pending, leads) = (&mut self.pending, &mut self.leads);
        fragment::samples(content, start, &movie.tracks, &mut self.next_dts, MAX_SAMPLES, |index, sample| {
            // Samples without content stand for nothing that a decoder could use.
            if sample.size > 0 {
                let most = MAX_LEAD_S * i64::from(movie.tracks[index].config.clock_hz.get());
                let lead = -i64::from(sample.composition);
                leads[index] = if lead <= most { leads[index].max(lead) } else { leads[index] };
                pending.push((index, sample));
            }
        })
    }

    /// The samples that lie in media whose first byte is at the present position.
    fn give_out(&mut self, media: &Bytes, events: &mut Vec<Event>) {
        let Some(movie) = &self.movie else { return };
        let mut found = Vec::new();
        // Samples may share bytes; in all they may not be more than came.
        let mut budget = media.len();
        self.pending.retain(|(index, sample)| {
            let content = place(sample, self.position, media.len()).filter(|range| range.len() <= budget);
            let missing = content.is_none();
            if let Some(range) = content {
                budget -= range.len();
                found.push((*index, *sample, media.slice(range)));
            }
            missing
        });
        let due = |index: usize, sample: &Sample| -> Timestamp {
            let track = &movie.tracks[index];
            MediaTime::new(track.dts(sample), track.config.clock_hz).to_timestamp()
        };
        found.sort_by_key(|(index, sample, _)| due(*index, sample));
        self.media_boxes += 1;
        events.extend(found.into_iter().map(|(index, sample, content)| {
            let mut unit = movie.tracks[index].unit(&sample, content);
            let lead = self.leads[index];
            unit.dts = unit.dts.map(|dts| MediaTime::new(dts.ticks.saturating_sub(lead), dts.clock_hz));
            Event::Unit(unit)
        }));
        if self.media_boxes >= MAX_MEDIA_BOXES {
            self.report_missing(events);
        }
    }

    fn report_missing(&mut self, events: &mut Vec<Event>) {
        for (index, config) in self.configs.iter().enumerate() {
            let samples = self.pending.iter().filter(|(of, _)| *of == index).count();
            if samples > 0 {
                events.push(Event::Loss { track: config.id, samples });
            }
        }
        self.pending.clear();
        self.media_boxes = 0;
    }
}

/// Where a sample lies in `len` bytes that begin at `start`.
fn place(sample: &Sample, start: u64, len: usize) -> Option<std::ops::Range<usize>> {
    let from = usize::try_from(sample.offset.checked_sub(start)?).ok()?;
    let to = from.checked_add(usize::try_from(sample.size).ok()?)?;
    (to <= len).then_some(from..to)
}

#[cfg(test)]
mod tests;
