//! Byte streams of media, told apart by their first bytes: what comes by HTTP, by UDP and from files.

use std::collections::VecDeque;

use base::ErrorKind;
use container::flv::{self, TagDemuxer, TagEvent};
use hub::Leg;
use media::{AccessUnit, TrackConfig};

use crate::pull::PullFailure;

/// First bytes that tell the containers apart.
pub(crate) const MAGIC_LEN: usize = 8;

/// What a byte stream gives.
pub(crate) enum Item {
    /// Tracks that are known now.
    Tracks(Vec<TrackConfig>),
    /// One access unit, in decoding order.
    Unit(AccessUnit),
}

/// Reads one byte stream. Push bytes as they come, then take items until there is none.
pub(crate) enum StreamDemuxer {
    /// FLV.
    Flv(Box<Flv>),
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
            _ => None,
        }
    }

    /// Takes the next bytes, cut anywhere.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        match self {
            Self::Flv(flv) => flv.reader.push(bytes),
        }
    }

    /// The next item; `None` when more bytes are needed.
    pub(crate) fn next(&mut self) -> Result<Option<Item>, PullFailure> {
        match self {
            Self::Flv(flv) => flv.next(),
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

fn malformed(error: &dyn std::error::Error) -> PullFailure {
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::InvalidInput,
        text: error.to_string(),
        next_step: "See whether another player can read it.".to_owned(),
    }
}
