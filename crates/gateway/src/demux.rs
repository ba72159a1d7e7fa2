//! Byte streams of media, told apart by their first bytes: what comes by HTTP, by UDP and from files.

mod hold;

use std::collections::VecDeque;

use base::ErrorKind;
use container::flv::{self, TagDemuxer, TagEvent};
use container::{fmp4, matroska, mpegts};
use hub::Leg;
use media::{AccessUnit, TrackConfig};

use crate::pull::PullFailure;

pub(crate) use hold::Hold;

/// First bytes that tell the containers apart.
pub(crate) const MAGIC_LEN: usize = 8;

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
    /// Fragmented MP4.
    Fmp4(Box<Fmp4>),
    /// Matroska and WebM.
    Matroska(Box<Matroska>),
}

#[derive(Default)]
pub(crate) struct Fmp4 {
    demuxer: fmp4::Demuxer,
    events: Vec<fmp4::Event>,
    found: Found,
}

#[derive(Default)]
pub(crate) struct Matroska {
    demuxer: matroska::Demuxer,
    events: Vec<matroska::Event>,
    found: Found,
}

/// What was found up to a place where nothing more can be.
#[derive(Default)]
struct Found {
    ready: VecDeque<Item>,
    malformed: Option<String>,
}

#[derive(Default)]
pub(crate) struct Ts {
    demuxer: mpegts::Demuxer,
    events: Vec<mpegts::Event>,
    hold: Hold,
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
            _ if first.starts_with(&matroska::MAGIC) => Some(Self::Matroska(Box::default())),
            [_, _, _, _, b'f' | b's', b't', b'y', b'p', ..] => Some(Self::Fmp4(Box::default())),
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
            Self::Fmp4(fmp4) => fmp4.push(bytes),
            Self::Matroska(matroska) => matroska.push(bytes),
        }
    }

    /// What follows does not continue what came, or nothing follows.
    pub(crate) fn finish(&mut self) {
        match self {
            Self::Flv(_) | Self::Matroska(_) => {}
            Self::Ts(ts) => ts.finish(),
            Self::Fmp4(fmp4) => fmp4.end_resource(),
        }
    }

    /// A segment or part ends; what follows may continue it.
    pub(crate) fn end_resource(&mut self) {
        if let Self::Fmp4(fmp4) = self {
            fmp4.end_resource();
        }
    }

    /// The next item; `None` when more bytes are needed.
    pub(crate) fn next(&mut self) -> Result<Option<Item>, PullFailure> {
        match self {
            Self::Flv(flv) => flv.next(),
            Self::Ts(ts) => Ok(ts.hold.next()),
            Self::Fmp4(fmp4) => fmp4.found.next(),
            Self::Matroska(matroska) => matroska.found.next(),
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
            let tag = self.reader.next_tag().map_err(|error| malformed(&error.to_string()))?;
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
        self.hold.announce();
    }

    fn read_events(&mut self) {
        for event in std::mem::take(&mut self.events) {
            match event {
                mpegts::Event::Config(track) => self.hold.configure(track),
                mpegts::Event::Unit(unit) => self.hold.unit(unit),
                mpegts::Event::LeftOut { stream_type, reason, .. } => {
                    self.hold.note(format!("A stream of type {stream_type} is left out: {reason}."));
                }
                _ => {}
            }
        }
        self.hold.settle(self.demuxer.is_complete());
    }
}

impl Fmp4 {
    fn push(&mut self, bytes: &[u8]) {
        let outcome = self.demuxer.push(bytes, &mut self.events);
        self.read_events();
        self.found.stop(outcome);
    }

    fn end_resource(&mut self) {
        self.demuxer.finish(&mut self.events);
        self.read_events();
    }

    fn read_events(&mut self) {
        for event in self.events.drain(..) {
            match event {
                fmp4::Event::Config(track) => self.found.track(track),
                fmp4::Event::Unit(unit) => self.found.ready.push_back(Item::Unit(unit)),
                fmp4::Event::Loss { .. } => {}
            }
        }
    }
}

impl Matroska {
    fn push(&mut self, bytes: &[u8]) {
        let outcome = self.demuxer.push(bytes, &mut self.events);
        for event in self.events.drain(..) {
            match event {
                matroska::Event::Config(track) => self.found.track(track),
                matroska::Event::Unit(unit) => self.found.ready.push_back(Item::Unit(unit)),
                matroska::Event::LeftOut { codec, reason } => {
                    self.found.ready.push_back(Item::Note(format!("The track {codec} is left out: {reason}.")));
                }
                _ => {}
            }
        }
        self.found.stop(outcome);
    }
}

impl Found {
    /// Tracks that come one after the other are given out together.
    fn track(&mut self, track: TrackConfig) {
        match self.ready.back_mut() {
            Some(Item::Tracks(tracks)) => tracks.push(track),
            _ => self.ready.push_back(Item::Tracks(vec![track])),
        }
    }

    fn stop(&mut self, outcome: Result<(), impl std::fmt::Display>) {
        if let Err(error) = outcome {
            self.malformed = Some(error.to_string());
        }
    }

    fn next(&mut self) -> Result<Option<Item>, PullFailure> {
        match self.ready.pop_front() {
            Some(item) => Ok(Some(item)),
            None => self.malformed.take().map_or(Ok(None), |text| Err(malformed(&text))),
        }
    }
}

fn malformed(text: &str) -> PullFailure {
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::InvalidInput,
        text: text.to_owned(),
        next_step: "See whether another player can read it.".to_owned(),
    }
}
