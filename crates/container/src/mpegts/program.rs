//! Which program is read: the association, the maps, the choice.

use std::collections::BTreeMap;

use media::TrackId;

use super::demux::{Event, LeftOutReason, ProgramTrack};
use super::packet_reader::Packet;
use super::section::SectionReader;
use super::stream::{Reader, Stream};
use super::tables::{Association, Entry, ProgramMap};
use crate::systems::pes::Clock;
use crate::systems::{Track, free_id};

/// Programs of one transport stream that are looked at.
const MAX_PROGRAMS: usize = 128;
/// Tracks of one program; the others are left out.
pub const MAX_TRACKS: usize = 16;

/// The programs that a transport stream has.
#[derive(Debug, Default)]
pub(super) struct Programs {
    association: SectionReader,
    identity: Option<(u16, u8)>,
    /// Whether the last section of this version has come.
    whole: bool,
    candidates: Vec<Candidate>,
    maps: BTreeMap<u16, SectionReader>,
    wanted: Option<u16>,
}

#[derive(Debug)]
struct Candidate {
    number: u16,
    pid: u16,
    /// Maps that were seen.
    seen: u8,
}

impl Programs {
    pub(super) fn new(wanted: Option<u16>) -> Self {
        Self { wanted, ..Self::default() }
    }

    pub(super) fn is_map(&self, pid: u16) -> bool {
        self.maps.contains_key(&pid)
    }

    /// Whether the association, once all its sections have come, does not list the program.
    pub(super) fn is_gone(&self, number: u16) -> bool {
        self.whole && !self.has(number)
    }

    fn has(&self, number: u16) -> bool {
        self.candidates.iter().any(|candidate| candidate.number == number)
    }

    pub(super) fn push_association(&mut self, packet: &Packet<'_>) {
        let mut sections = Vec::new();
        self.association.push(packet, |section| sections.extend(Association::parse(section)));
        sections.into_iter().for_each(|section| self.associate(section));
    }

    /// The sections of one version add up; another version replaces it.
    fn associate(&mut self, section: Association) {
        let mut known = std::mem::take(&mut self.candidates);
        let same_version = self.identity.replace(section.identity) == Some(section.identity);
        if same_version {
            self.candidates = std::mem::take(&mut known);
        }
        self.whole = section.last || (same_version && self.whole);
        for (number, pid) in section.programs {
            if self.candidates.len() >= MAX_PROGRAMS || self.has(number) {
                continue;
            }
            let seen = known.iter().find(|old| (old.number, old.pid) == (number, pid)).map_or(0, |old| old.seen);
            self.candidates.push(Candidate { number, pid, seen });
        }
        let candidates = &self.candidates;
        self.maps.retain(|pid, _| candidates.iter().any(|candidate| candidate.pid == *pid));
        for candidate in candidates {
            self.maps.entry(candidate.pid).or_default();
        }
    }

    /// Gives the maps of a packet that belong to the program `current`, or, without one, that of the program to read.
    pub(super) fn push_map(&mut self, packet: &Packet<'_>, current: Option<u16>) -> Vec<ProgramMap> {
        let mut maps = Vec::new();
        if let Some(reader) = self.maps.get_mut(&packet.pid) {
            reader.push(packet, |section| maps.extend(ProgramMap::parse(section)));
        }
        maps.retain(|map| match current {
            Some(number) => map.number == number,
            None => self.elects(map),
        });
        maps
    }

    /// The first program of the association that has media: so that every reader of a stream takes the same, a later
    /// one is taken only when the maps of those in front were seen, or its own came for the second time.
    fn elects(&mut self, map: &ProgramMap) -> bool {
        let Some(index) = self.candidates.iter().position(|candidate| candidate.number == map.number) else {
            return false;
        };
        let earlier_seen = self.candidates[..index].iter().all(|earlier| earlier.seen > 0);
        let candidate = &mut self.candidates[index];
        candidate.seen = candidate.seen.saturating_add(1);
        let has_media = map.streams.iter().any(|entry| Reader::new(entry).is_ok());
        match self.wanted {
            Some(number) => map.number == number,
            None => has_media && (earlier_seen || candidate.seen > 1),
        }
    }

    pub(super) fn forget(&mut self) {
        self.association.forget();
        self.maps.values_mut().for_each(SectionReader::forget);
    }
}

/// The program that is read.
#[derive(Debug)]
pub(super) struct Program {
    map: ProgramMap,
    pub(super) streams: Vec<Stream>,
}

impl Program {
    pub(super) fn new(map: ProgramMap, events: &mut Vec<Event>) -> Self {
        let number = map.number;
        let mut program = Self { map: ProgramMap { number, streams: Vec::new() }, streams: Vec::new() };
        program.rebuild(map, events);
        program
    }

    pub(super) const fn number(&self) -> u16 {
        self.map.number
    }

    /// Takes a map of the same program. Streams that stay keep their tracks.
    pub(super) fn update(&mut self, map: ProgramMap, clock: &mut Clock, events: &mut Vec<Event>) {
        if map == self.map {
            return;
        }
        let stays = |stream: &Stream| map.streams.iter().any(|entry| entry.pid == stream.pid);
        self.streams.iter_mut().filter(|stream| !stays(stream)).for_each(|stream| stream.flush(clock, events));
        self.rebuild(map, events);
    }

    fn rebuild(&mut self, map: ProgramMap, events: &mut Vec<Event>) {
        let mut old = std::mem::take(&mut self.streams);
        let mut kept: Vec<Option<Stream>> = map.streams.iter().map(|entry| take_same(&mut old, entry)).collect();
        let mut used: Vec<TrackId> = kept.iter().flatten().map(|stream| stream.track.id).collect();
        let mut left_out = Vec::new();
        for (entry, kept) in map.streams.iter().zip(&mut kept) {
            match kept.take().map_or_else(|| new_stream(entry, &mut used), Ok) {
                Ok(stream) if self.streams.iter().all(|other| other.pid != stream.pid) => self.streams.push(stream),
                Ok(_) => {}
                Err(reason) => left_out.push((entry.pid, entry.stream_type, reason)),
            }
        }
        events.push(Event::Tracks(self.streams.iter().map(describe).collect()));
        for (pid, stream_type, reason) in left_out {
            events.push(Event::LeftOut { pid, stream_type, reason });
        }
        self.map = map;
    }
}

fn describe(stream: &Stream) -> ProgramTrack {
    ProgramTrack {
        id: stream.track.id,
        pid: stream.pid,
        stream_type: stream.stream_type,
        kind: stream.reader.kind(),
        language: stream.track.language,
    }
}

fn take_same(old: &mut Vec<Stream>, entry: &Entry) -> Option<Stream> {
    let reader = Reader::new(entry).ok()?;
    let at = old.iter().position(|stream| stream.pid == entry.pid && stream.reader.is_like(&reader))?;
    Some(old.swap_remove(at))
}

fn new_stream(entry: &Entry, used: &mut Vec<TrackId>) -> Result<Stream, LeftOutReason> {
    let reader = Reader::new(entry)?;
    let id = free_id(reader.kind(), used, MAX_TRACKS).ok_or(LeftOutReason::TooManyTracks)?;
    used.push(id);
    Ok(Stream::new(entry, reader, Track::new(id, entry.language())))
}
