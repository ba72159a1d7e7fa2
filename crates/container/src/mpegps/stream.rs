//! One elementary stream of the program.

use bytes::{Bytes, BytesMut};
use media::{MediaKind, TrackId};

use super::clock::ProgramClock;
use super::codecs::Claim;
use super::demux::Event;
use super::head::{PesHead, code, is_video};
use super::scan::{Scanner, Token};
use super::video::Surroundings;
use super::{audio, carried, video};
use crate::systems::Track;
use crate::systems::pes::Stamps;

/// How the payloads of a stream are read.
#[derive(Debug)]
enum Body {
    Video(Box<video::Reader>),
    Carried(carried::Reader),
    Audio(audio::Reader),
}

/// What became of a piece of payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fed {
    /// It was read to its end.
    All,
    /// A start code of the system layer stands in it; so many bytes were read, with the code.
    System { code: u8, read: usize },
}

/// What all streams work with.
pub(super) struct Shared<'a> {
    pub(super) clock: &'a mut ProgramClock,
    pub(super) events: &'a mut Vec<Event>,
}

/// One stream.
#[derive(Debug)]
pub(super) struct Stream {
    pub(super) id: u8,
    pub(super) track: Track,
    body: Body,
    claimed: Option<Claim>,
    scanner: Scanner,
    /// What has come of a PES packet with sound.
    packet: BytesMut,
    stamps: Option<Stamps>,
    /// Whether the bytes that were pushed last hold something of it.
    pub(super) fed: bool,
    /// To be said before the next unit.
    discontinuity: bool,
}

impl Stream {
    pub(super) fn new(id: u8, track: TrackId, claimed: Option<Claim>) -> Self {
        Self {
            id,
            track: Track::new(track, None),
            body: Body::new(id, claimed),
            claimed,
            scanner: Scanner::default(),
            packet: BytesMut::new(),
            stamps: None,
            fed: false,
            discontinuity: false,
        }
    }

    pub(super) const fn kind(id: u8) -> MediaKind {
        if is_video(id) { MediaKind::Video } else { MediaKind::Audio }
    }

    pub(super) fn is_left_out(&self) -> bool {
        matches!(&self.body, Body::Audio(reader) if reader.is_left_out())
    }

    /// Bytes held for what is not complete.
    pub(super) fn held_len(&self) -> usize {
        let body = match &self.body {
            Body::Video(reader) => reader.held_len(),
            Body::Carried(reader) => reader.held_len(),
            Body::Audio(_) => 0,
        };
        body + self.packet.capacity()
    }

    /// What the map says, when it says something else than before.
    pub(super) fn claim(&mut self, claim: Claim, shared: &mut Shared<'_>) {
        if self.claimed == Some(claim) {
            return;
        }
        self.claimed = Some(claim);
        match (&mut self.body, claim) {
            (Body::Video(reader), Claim::Video(syntax)) => reader.claim(syntax),
            (Body::Carried(reader), Claim::Carried(name)) if reader.name() == name => {}
            (Body::Audio(reader), claim) => reader.claim(claim),
            (_, Claim::Unknown(_)) => {}
            _ => {
                self.finish(shared);
                self.body = Body::new(self.id, Some(claim));
            }
        }
    }

    /// A PES packet begins; `key` where a map or a system header stands in front of it.
    pub(super) fn begin_packet(&mut self, head: &PesHead, key: bool, shared: &mut Shared<'_>) {
        self.stamps = head.stamps;
        let (id, pending) = (self.id, self.scanner.pending_len());
        self.with(shared, |body, around| match body {
            Body::Video(reader) => reader.begin_packet(head.stamps, pending),
            Body::Carried(reader) => reader.begin_packet(head.stamps, key, id, around),
            Body::Audio(_) => {}
        });
    }

    /// A piece of payload. `left`: how much of it the PES packet has from here on, where it says so; `mapped`: whether
    /// a map has come.
    pub(super) fn payload(&mut self, bytes: &Bytes, left: Option<usize>, mapped: bool, shared: &mut Shared<'_>) -> Fed {
        self.fed = true;
        match (&mut self.body, left) {
            (Body::Audio(_), Some(left)) => {
                self.sound(bytes, left, mapped, shared);
                Fed::All
            }
            (Body::Carried(reader), Some(_)) => {
                reader.take(bytes);
                Fed::All
            }
            _ => self.scan(bytes, left.is_none(), shared),
        }
    }

    /// Whole payloads are shared with the input where they came in one piece.
    fn sound(&mut self, bytes: &Bytes, left: usize, mapped: bool, shared: &mut Shared<'_>) {
        let complete = bytes.len() == left;
        let whole = if complete && self.packet.is_empty() {
            bytes.clone()
        } else {
            self.packet.extend_from_slice(bytes);
            if !complete {
                return;
            }
            std::mem::take(&mut self.packet).freeze()
        };
        let stamps = self.stamps.take();
        self.with(shared, |body, around| {
            if let Body::Audio(reader) = body {
                reader.read(stamps, &whole, mapped, around);
            }
        });
    }

    /// Looks for start codes: an open payload ends at any of the system layer's; within another one, only a pack is
    /// believed, since no codec has it.
    fn scan(&mut self, bytes: &[u8], open: bool, shared: &mut Shared<'_>) -> Fed {
        let mut scanner = self.scanner;
        let mut rest = bytes;
        let fed = self.with(shared, |body, around| {
            while let Some(token) = scanner.next(&mut rest) {
                if let Token::Code { byte, .. } = token
                    && (byte == code::PACK || open && byte >= code::FIRST)
                {
                    return Fed::System { code: byte, read: bytes.len() - rest.len() };
                }
                match body {
                    Body::Video(reader) => reader.token(token, around),
                    Body::Carried(reader) => reader.token(token),
                    Body::Audio(_) => {}
                }
            }
            Fed::All
        });
        self.scanner = scanner;
        fed
    }

    /// An RTP packet with the marker bit ends here.
    pub(super) fn marked(&mut self, shared: &mut Shared<'_>) {
        self.with(shared, |body, around| {
            if let Body::Video(reader) = body {
                reader.marked(around);
            }
        });
    }

    /// Gives out what is there.
    pub(super) fn finish(&mut self, shared: &mut Shared<'_>) {
        let id = self.id;
        self.with(shared, |body, around| match body {
            Body::Video(reader) => reader.finish(around),
            Body::Carried(reader) => reader.finish(id, around),
            Body::Audio(_) => {}
        });
        self.scanner = Scanner::default();
        self.packet.clear();
    }

    /// Bytes are missing here: what is not complete is dropped.
    pub(super) fn lost(&mut self, shared: &mut Shared<'_>) {
        self.with(shared, |body, around| match body {
            Body::Video(reader) => reader.lost(around),
            Body::Carried(reader) => reader.lost(around),
            Body::Audio(reader) => reader.lost(),
        });
        self.scanner = Scanner::default();
        self.packet.clear();
        self.discontinuity = self.track.config().is_some();
    }

    /// Lets the reader work; says a discontinuity in front of the first unit behind it.
    fn with<T>(&mut self, shared: &mut Shared<'_>, work: impl FnOnce(&mut Body, &mut Surroundings<'_>) -> T) -> T {
        let before = shared.events.len();
        let mut around =
            Surroundings { program: &mut *shared.clock, track: &mut self.track, events: &mut *shared.events };
        let result = work(&mut self.body, &mut around);
        if self.discontinuity
            && let Some(at) = shared.events[before..].iter().position(|event| matches!(event, Event::Unit(_)))
        {
            self.discontinuity = false;
            shared.events.insert(before + at, Event::Discontinuity { track: self.track.id });
        }
        result
    }
}

impl Body {
    fn new(id: u8, claimed: Option<Claim>) -> Self {
        match claimed {
            Some(Claim::Carried(name)) if is_video(id) => Self::Carried(carried::Reader::new(name)),
            Some(Claim::Video(syntax)) if is_video(id) => Self::Video(Box::new(video::Reader::new(Some(syntax)))),
            _ if is_video(id) => Self::Video(Box::new(video::Reader::new(None))),
            claimed => Self::Audio(audio::Reader::new(claimed, id)),
        }
    }
}
