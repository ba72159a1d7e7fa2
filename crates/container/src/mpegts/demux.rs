//! Transport packets to tracks and access units.

use std::fmt;

use media::{AccessUnit, Language, MediaKind, TrackConfig, TrackId};

use super::packet_reader::Packet;
use super::program::{Program, Programs};
use super::sync::Sync;
use super::{PACKET_LEN, PAT_PID};
use crate::systems::pes::Clock;
use crate::systems::{DropReason, Item};

/// What a transport stream says.
#[derive(Clone, Debug)]
pub enum Event {
    /// The tracks of the program, when it is chosen and whenever its map changes. Each gets its configuration once
    /// its first unit has come, and is gone when a later list does not hold it.
    Tracks(Vec<ProgramTrack>),
    /// A track begins or its configuration changes; comes before the first unit that needs it.
    Config(TrackConfig),
    /// One access unit. H.264 and H.265 come without parameter sets and delimiters.
    Unit(AccessUnit),
    /// Transport packets of a track are missing; what they were part of is dropped.
    Loss {
        /// Which track.
        track: TrackId,
        /// How many by the 4-bit counter: 16, 32, ... more may be missing.
        packets: u8,
    },
    /// A part of a track gives no unit.
    Dropped {
        /// Which track.
        track: TrackId,
        /// Why.
        reason: DropReason,
    },
    /// A stream of the program is not read.
    LeftOut {
        /// Where it is.
        pid: u16,
        /// What the program map calls it.
        stream_type: u8,
        /// Why.
        reason: LeftOutReason,
    },
    /// Bytes in which no packet was found.
    Unsynced {
        /// How many.
        bytes: u64,
    },
}

impl From<Item> for Event {
    fn from(item: Item) -> Self {
        match item {
            Item::Config(config) => Self::Config(config),
            Item::Unit(unit) => Self::Unit(unit),
            Item::Dropped { track, reason } => Self::Dropped { track, reason },
        }
    }
}

/// One elementary stream that is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramTrack {
    /// The track that its units have: the first video track is 0, the first audio track 1, further ones from 2.
    pub id: TrackId,
    /// Its PID.
    pub pid: u16,
    /// ISO/IEC 13818-1 table 2-34.
    pub stream_type: u8,
    /// Seen or heard.
    pub kind: MediaKind,
    /// What its language descriptor says (§2.6.18).
    pub language: Option<Language>,
}

/// Why a stream of the program is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LeftOutReason {
    /// A codec that we do not read from transport streams.
    Codec(&'static str),
    /// Encrypted for conditional access. When it becomes clear, it is read.
    Scrambled,
    /// More than [`super::MAX_TRACKS`].
    TooManyTracks,
}

impl fmt::Display for LeftOutReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Codec(name) => write!(f, "the codec is not read from MPEG-TS: {name}"),
            Self::Scrambled => f.write_str("the stream is encrypted for conditional access"),
            Self::TooManyTracks => f.write_str("the program has too many tracks"),
        }
    }
}

/// Reads one program of a transport stream: with several, the first that has media, for as long as it is there.
///
/// Push bytes as they come and take the events; call [`Demuxer::finish`] at the end of the input. Packets of 188, 192
/// (M2TS) and 204 bytes are recognised. The demuxer holds one PES packet of each track.
///
/// All time stamps count 90 kHz on one line, unrolled over the 33-bit wrap. A new time base
/// (`discontinuity_indicator`) is not hidden: the line jumps, and the hub repairs it.
#[derive(Debug, Default)]
pub struct Demuxer {
    sync: Sync,
    programs: Programs,
    program: Option<Program>,
    clock: Clock,
}

impl Demuxer {
    /// At the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads only the program with this number.
    pub fn with_program(number: u16) -> Self {
        Self { programs: Programs::new(Some(number)), ..Self::default() }
    }

    /// Takes the next bytes of the stream, cut anywhere, and appends what they say to `events`.
    pub fn push(&mut self, bytes: &[u8], events: &mut Vec<Event>) {
        self.sync.push(bytes);
        self.read_packets(false, events);
    }

    /// The input ends, or what is pushed next does not continue it, as between segments of HLS behind
    /// `EXT-X-DISCONTINUITY`: gives out what is held back, and takes no jump of a counter for a loss.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        self.read_packets(true, events);
        self.sync = Sync::default();
        self.programs.forget();
        for stream in self.program.iter_mut().flat_map(|program| &mut program.streams) {
            stream.flush(&mut self.clock, events);
            stream.forget();
        }
    }

    /// Number of the program that is read.
    pub fn program(&self) -> Option<u16> {
        self.program.as_ref().map(Program::number)
    }

    /// Whether packets are being found in the input.
    pub const fn is_synced(&self) -> bool {
        self.sync.is_synced()
    }

    /// Whether every track of the program has its configuration, so that all can be published together. Encrypted
    /// tracks are not waited for. A program may list tracks that never send anything: wait with a deadline.
    pub fn is_complete(&self) -> bool {
        let streams = self.program.iter().flat_map(|program| &program.streams);
        let mut readable = streams.filter(|stream| !stream.scrambled).map(|stream| stream.track.config().is_some());
        readable.next().is_some_and(|first| first && readable.all(|configured| configured))
    }

    fn read_packets(&mut self, last: bool, events: &mut Vec<Event>) {
        loop {
            let packet = self.sync.next_packet(last);
            let bytes = if packet.is_some() || last { self.sync.take_skipped() } else { 0 };
            if bytes > 0 {
                events.push(Event::Unsynced { bytes });
            }
            match packet {
                Some(packet) => self.packet(&packet, events),
                None => return,
            }
        }
    }

    fn packet(&mut self, bytes: &[u8; PACKET_LEN], events: &mut Vec<Event>) {
        let Some(packet) = Packet::parse(bytes) else { return };
        if packet.pid == PAT_PID {
            self.programs.push_association(&packet);
            self.leave_gone_program(events);
        } else if self.programs.is_map(packet.pid) {
            for map in self.programs.push_map(&packet, self.program()) {
                match &mut self.program {
                    Some(program) => program.update(map, &mut self.clock, events),
                    None => self.program = Some(Program::new(map, events)),
                }
            }
        } else if let Some(program) = &mut self.program
            && let Some(stream) = program.streams.iter_mut().find(|stream| stream.pid == packet.pid)
        {
            stream.push(&packet, &mut self.clock, events);
        }
    }

    fn leave_gone_program(&mut self, events: &mut Vec<Event>) {
        if let Some(program) = self.program.take_if(|program| self.programs.is_gone(program.number())) {
            for mut stream in program.streams {
                stream.flush(&mut self.clock, events);
            }
            events.push(Event::Tracks(Vec::new()));
        }
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
