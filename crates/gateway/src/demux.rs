//! Byte streams of media, told apart by their first bytes: what comes by HTTP, by UDP and from files.

use std::collections::VecDeque;

use base::ErrorKind;
use container::flv::{self, TagDemuxer, TagEvent};
use container::mpegts;
use hub::Leg;
use media::{AccessUnit, TrackConfig};

use crate::pull::PullFailure;

/// First bytes that tell the containers apart.
pub(crate) const MAGIC_LEN: usize = 8;

/// Units that wait for tracks that a program lists; a track that sends nothing for longer is done without.
const MAX_HELD: usize = 128;

/// What a byte stream gives.
pub(crate) enum Item {
    /// Tracks that are known now.
    Tracks(Vec<TrackConfig>),
    /// One access unit, in decoding order.
    Unit(AccessUnit),
    /// Something that an operator should know.
    Note(String),
}

/// Reads one byte stream. Push bytes as they come, then take items until there is none.
pub(crate) enum StreamDemuxer {
    /// FLV.
    Flv(Box<Flv>),
    /// MPEG transport stream.
    Ts(Box<Ts>),
}

#[derive(Default)]
pub(crate) struct Ts {
    demuxer: mpegts::Demuxer,
    events: Vec<mpegts::Event>,
    ready: VecDeque<Item>,
    known: Vec<TrackConfig>,
    /// Whether the tracks were given out.
    announced: bool,
    /// What came before all tracks of the program were known.
    held: Vec<AccessUnit>,
}

#[derive(Default)]
pub(crate) struct Flv {
    reader: flv::FileReader,
    demuxer: TagDemuxer,
    events: Vec<TagEvent>,
    ready: VecDeque<TagEvent>,
}

impl StreamDemuxer {
    /// The container that begins with `first`, which is [`MAGIC_LEN`] bytes long or the whole stream.
    pub(crate) fn detect(first: &[u8]) -> Option<Self> {
        match first {
            [b'F', b'L', b'V', ..] => Some(Self::Flv(Box::default())),
            [mpegts::SYNC_BYTE, ..] => Some(Self::transport_stream()),
            _ => None,
        }
    }

    pub(crate) fn transport_stream() -> Self {
        Self::Ts(Box::default())
    }

    /// Takes the next bytes, cut anywhere.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Flv(flv) => flv.reader.push(bytes),
            Self::Ts(ts) => ts.push(bytes),
        }
    }

    /// What follows does not continue what came, or nothing follows.
    pub(crate) fn finish(&mut self) {
        match self {
            Self::Flv(_) => {}
            Self::Ts(ts) => ts.finish(),
        }
    }

    /// The next item; `None` when more bytes are needed.
    pub(crate) fn next(&mut self) -> Result<Option<Item>, PullFailure> {
        match self {
            Self::Flv(flv) => flv.next(),
            Self::Ts(ts) => Ok(ts.ready.pop_front()),
        }
    }
}

impl Flv {
    fn next(&mut self) -> Result<Option<Item>, PullFailure> {
        loop {
            while let Some(event) = self.ready.pop_front() {
                match event {
                    TagEvent::Config(track) => return Ok(Some(Item::Tracks(vec![track]))),
                    TagEvent::Unit(unit) => return Ok(Some(Item::Unit(unit))),
                    _ => {}
                }
            }
            let tag = self.reader.next_tag().map_err(|error| malformed(&error))?;
            let Some(tag) = tag else { return Ok(None) };
            self.demuxer.handle_tag(tag.kind, tag.timestamp_ms, tag.body, &mut self.events);
            self.ready.extend(self.events.drain(..));
        }
    }
}

impl Ts {
    fn push(&mut self, bytes: &[u8]) {
        self.demuxer.push(bytes, &mut self.events);
        self.read_events();
    }

    /// What follows does not continue what came, as behind a discontinuity of HLS, or nothing follows.
    fn finish(&mut self) {
        self.demuxer.finish(&mut self.events);
        self.read_events();
        self.announce();
    }

    fn read_events(&mut self) {
        for event in std::mem::take(&mut self.events) {
            match event {
                mpegts::Event::Config(track) => self.configure(track),
                mpegts::Event::Unit(unit) if self.announced => self.ready.push_back(Item::Unit(unit)),
                mpegts::Event::Unit(unit) => self.held.push(unit),
                mpegts::Event::LeftOut { stream_type, reason, .. } => {
                    self.ready.push_back(Item::Note(format!("A stream of type {stream_type} is left out: {reason}.")));
                }
                _ => {}
            }
        }
        if !self.announced && (self.demuxer.is_complete() || self.held.len() >= MAX_HELD) {
            self.announce();
        }
    }

    fn configure(&mut self, track: TrackConfig) {
        self.known.retain(|known| known.id != track.id);
        self.known.push(track.clone());
        if self.announced {
            self.ready.push_back(Item::Tracks(vec![track]));
        }
    }

    /// Gives out what was held, with all tracks in front.
    fn announce(&mut self) {
        if self.announced || self.known.is_empty() {
            return;
        }
        self.announced = true;
        self.ready.push_back(Item::Tracks(self.known.clone()));
        self.ready.extend(self.held.drain(..).map(Item::Unit));
    }
}

fn malformed(error: &dyn std::error::Error) -> PullFailure {
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::InvalidInput,
        text: error.to_string(),
        next_step: "See whether another player can read it.".to_owned(),
    }
}
