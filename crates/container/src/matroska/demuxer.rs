//! Bytes as they come to tracks and access units.

use bytes::{Buf, Bytes, BytesMut};
use media::{AccessUnit, MediaKind, TrackConfig, TrackId};

use super::MatroskaError;
use super::block::Block;
use super::ebml::{Header, child, text, unsigned};
use super::tracks::{self, LeftOut, Track};

/// Bytes of the elements that describe the stream: headers, `Info` and `Tracks` with all private bytes.
const MAX_SETUP_LEN: u64 = 4 * 1024 * 1024;
/// Bytes of one block.
const MAX_BLOCK_LEN: u64 = 64 * 1024 * 1024;
/// Nanoseconds of a tick where nothing else is written (RFC 9559 §5.1.2.9).
const DEFAULT_SCALE_NS: u64 = 1_000_000;
/// Ticks longer than this, a minute, are none.
const MAX_SCALE_NS: u64 = 60_000_000_000;

/// Identifiers of the elements that we look into (RFC 9559 §5.1, RFC 8794 §11.2).
mod id {
    pub(super) const EBML: u32 = 0x1A45_DFA3;
    pub(super) const DOC_TYPE: u32 = 0x4282;
    pub(super) const SEGMENT: u32 = 0x1853_8067;
    pub(super) const INFO: u32 = 0x1549_A966;
    pub(super) const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
    pub(super) const TRACKS: u32 = 0x1654_AE6B;
    pub(super) const CLUSTER: u32 = 0x1F43_B675;
    pub(super) const TIMESTAMP: u32 = 0xE7;
    pub(super) const SIMPLE_BLOCK: u32 = 0xA3;
    pub(super) const BLOCK_GROUP: u32 = 0xA0;
    pub(super) const BLOCK: u32 = 0xA1;
    pub(super) const BLOCK_DURATION: u32 = 0x9B;
    pub(super) const REFERENCE_BLOCK: u32 = 0xFB;
}

/// What a stream says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A track of the stream, new or changed.
    Config(TrackConfig),
    /// One access unit, in decoding order of its track.
    Unit(AccessUnit),
    /// A track cannot be read.
    LeftOut {
        /// As Matroska calls it.
        codec: String,
        /// Why, as the end of a sentence.
        reason: &'static str,
    },
    /// A block was malformed, or came before what describes it.
    Dropped,
}

/// Reads a stream, live or a file from its beginning.
///
/// Push bytes as they come, cut anywhere, and take the events. `Segment` and `Cluster` are walked into without regard to
/// their sizes, which may be unknown (RFC 8794 §6.2): what follows says itself where it belongs.
#[derive(Debug)]
pub struct Demuxer {
    buffer: BytesMut,
    /// Where in the stream the buffer begins.
    position: u64,
    /// Bytes of an element that is passed over.
    skip: u64,
    /// No element can be found any more.
    broken: bool,
    scale_ns: u64,
    tracks: Vec<Track>,
    /// `Timestamp` of the present cluster.
    cluster: Option<u64>,
}

impl Default for Demuxer {
    fn default() -> Self {
        Self {
            buffer: BytesMut::new(),
            position: 0,
            skip: 0,
            broken: false,
            scale_ns: DEFAULT_SCALE_NS,
            tracks: Vec::new(),
            cluster: None,
        }
    }
}

impl Demuxer {
    /// At the beginning of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and appends what they say to `events`.
    ///
    /// # Errors
    /// When it is another kind of document, or an element that is needed is malformed or over a limit. What came before
    /// it is in `events`. The next push goes on behind that element where its length is known, else every push fails.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) -> Result<(), MatroskaError> {
        self.buffer.extend_from_slice(bytes);
        loop {
            self.pass_over();
            if self.broken {
                self.buffer.clear();
                return Err(MatroskaError::Malformed { offset: self.position });
            }
            if self.skip > 0 {
                return Ok(());
            }
            let Some(header) = self.header()? else { return Ok(()) };
            if matches!(header.id, id::SEGMENT | id::CLUSTER) {
                self.advance(header.len);
                self.cluster = None;
                continue;
            }
            let Some(content) = self.content(&header)? else { return Ok(()) };
            self.read(header.id, &content, events)?;
        }
    }

    fn pass_over(&mut self) {
        let count = usize::try_from(self.skip).unwrap_or(usize::MAX).min(self.buffer.len());
        self.advance(count);
        self.skip -= count as u64;
    }

    fn advance(&mut self, count: usize) {
        self.buffer.advance(count);
        self.position = self.position.saturating_add(count as u64);
    }

    fn header(&mut self) -> Result<Option<Header>, MatroskaError> {
        Header::parse(&self.buffer).map_err(|()| {
            self.broken = true;
            MatroskaError::Malformed { offset: self.position }
        })
    }

    /// The content of an element that we read, and nothing of the others; `None` until all of it is there.
    fn content(&mut self, header: &Header) -> Result<Option<Bytes>, MatroskaError> {
        let (limit, what) = match header.id {
            id::EBML => (MAX_SETUP_LEN, "EBML"),
            id::INFO => (MAX_SETUP_LEN, "Info"),
            id::TRACKS => (MAX_SETUP_LEN, "Tracks"),
            id::TIMESTAMP => (MAX_SETUP_LEN, "Timestamp"),
            id::SIMPLE_BLOCK => (MAX_BLOCK_LEN, "SimpleBlock"),
            id::BLOCK_GROUP => (MAX_BLOCK_LEN, "BlockGroup"),
            _ => (0, ""),
        };
        let Some(size) = header.size else {
            // RFC 9559 §5.1: only segments and clusters may leave their size open.
            self.broken = true;
            return Err(MatroskaError::Malformed { offset: self.position });
        };
        if size > limit {
            self.skip = size.saturating_add(header.len as u64);
            self.pass_over();
            return if limit == 0 { Ok(Some(Bytes::new())) } else { Err(MatroskaError::TooLarge(what)) };
        }
        let size = usize::try_from(size).map_err(|_| MatroskaError::TooLarge(what))?;
        if self.buffer.len() < header.len + size {
            return Ok(None);
        }
        self.advance(header.len);
        self.position = self.position.saturating_add(size as u64);
        Ok(Some(self.buffer.split_to(size).freeze()))
    }

    fn read(&mut self, id: u32, content: &Bytes, events: &mut Vec<Event>) -> Result<(), MatroskaError> {
        match id {
            id::EBML => self.begin(content)?,
            id::INFO => self.info(content)?,
            id::TRACKS => self.describe(content, events),
            id::TIMESTAMP => self.cluster = unsigned(content),
            id::SIMPLE_BLOCK => match Block::parse(content) {
                Some(block) => {
                    let key = block.key;
                    self.give_out(block, key, None, events);
                }
                None => events.push(Event::Dropped),
            },
            id::BLOCK_GROUP => self.group(content, events),
            _ => {}
        }
        Ok(())
    }

    /// Another document may follow the first, as where a live stream begins anew.
    fn begin(&mut self, header: &Bytes) -> Result<(), MatroskaError> {
        let kind = child(header, id::DOC_TYPE).map(|content| text(&content)).unwrap_or_default();
        if kind != "matroska" && kind != "webm" {
            let kind = kind.chars().take(32).collect();
            return Err(MatroskaError::OtherDocument(kind));
        }
        (self.scale_ns, self.cluster) = (DEFAULT_SCALE_NS, None);
        Ok(())
    }

    fn info(&mut self, content: &Bytes) -> Result<(), MatroskaError> {
        let Some(scale) = child(content, id::TIMESTAMP_SCALE) else { return Ok(()) };
        let scale = unsigned(&scale).filter(|scale| (1..=MAX_SCALE_NS).contains(scale));
        self.scale_ns = scale.ok_or(MatroskaError::Unreadable("TimestampScale"))?;
        Ok(())
    }

    fn describe(&mut self, content: &Bytes, events: &mut Vec<Event>) {
        let mut new = Vec::new();
        for found in tracks::parse(content) {
            match found {
                Ok(mut track) => {
                    let known = self.tracks.iter().find(|known| known.config.id == track.config.id);
                    let same = known.is_some_and(|known| known.config.codec == track.config.codec);
                    let version = known.map_or(1, |known| known.config.version.saturating_add(u32::from(!same)));
                    track.config.version = version;
                    if !same {
                        events.push(Event::Config(track.config.clone()));
                    }
                    new.push(track);
                }
                Err(LeftOut { codec, reason }) => events.push(Event::LeftOut { codec, reason }),
            }
        }
        self.tracks = new;
    }

    fn group(&mut self, content: &Bytes, events: &mut Vec<Event>) {
        let Some(block) = child(content, id::BLOCK).as_ref().and_then(Block::parse) else {
            return events.push(Event::Dropped);
        };
        let key = child(content, id::REFERENCE_BLOCK).is_none();
        let duration = child(content, id::BLOCK_DURATION).and_then(|duration| unsigned(&duration));
        let duration_ns = duration.and_then(|ticks| ticks.checked_mul(self.scale_ns));
        self.give_out(block, key, duration_ns, events);
    }

    /// The frames of a block, one after the other where there are several (RFC 9559 §10.3.5).
    fn give_out(&mut self, block: Block, key: bool, duration_ns: Option<u64>, events: &mut Vec<Event>) {
        let Some(track) = self.tracks.iter_mut().find(|track| track.number == block.track) else {
            return;
        };
        let Some(cluster) = self.cluster.and_then(|cluster| i64::try_from(cluster).ok()) else {
            return events.push(Event::Dropped);
        };
        let scale = i64::try_from(self.scale_ns).expect("a minute at most");
        let start = cluster.saturating_add(i64::from(block.timestamp)).saturating_mul(scale);
        let share = duration_ns.map(|duration| duration / block.frames.len() as u64);
        let step = i64::try_from(track.frame_ns.or(share).unwrap_or(0)).unwrap_or(0);
        let key = key || track.config.kind() == MediaKind::Audio;
        for (frame, index) in block.frames.into_iter().zip(0i64..) {
            if frame.is_empty() {
                continue;
            }
            let (pts, dts) = track.times(start.saturating_add(step.saturating_mul(index)));
            let payload = track.payload(frame);
            let track: TrackId = track.config.id;
            events.push(Event::Unit(AccessUnit { track, pts, dts: Some(dts), key, payload, capture_utc: None }));
        }
    }
}
