//! Bytes of a program stream to tracks and access units.

use std::fmt;

use bytes::{Buf, Bytes, BytesMut};
use media::{AccessUnit, TrackConfig, TrackId};

use super::clock::ProgramClock;
use super::codecs::Claim;
use super::head::{Head, PesHead, code, is_audio, is_video};
use super::map;
use super::stream::{Fed, Shared, Stream};
use crate::systems::pes::Stamps;
use crate::systems::{DropReason, Item, free_id};

/// Tracks of one program; the packets of others are passed over.
pub const MAX_TRACKS: usize = 8;
/// Bytes in which no pack was found, before a PES packet of pictures with a time stamp is a place to begin.
const MAX_PACKLESS_LEN: u64 = 256 * 1024;
const START_CODE: [u8; 3] = [0, 0, 1];

/// What a program stream says.
#[derive(Clone, Debug)]
pub enum Event {
    /// A track begins or its configuration changes; comes before the first unit that needs it. The first video track is
    /// 0, the first audio track 1, further ones from 2.
    Config(TrackConfig),
    /// One access unit. H.264 and H.265 come without parameter sets and delimiters.
    Unit(AccessUnit),
    /// Units of a track are missing between the last and the next.
    Discontinuity {
        /// Which track.
        track: TrackId,
    },
    /// A part of a track gives no unit.
    Dropped {
        /// Which track.
        track: TrackId,
        /// Why.
        reason: DropReason,
    },
    /// A stream of the program is not read; said once for each type that the map names.
    LeftOut {
        /// `stream_id` of its packets.
        stream_id: u8,
        /// What the map calls it.
        stream_type: u8,
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

/// What the packet that brought some bytes says of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arrival {
    /// The packet's time stamp in ticks of 90 kHz without wraps: the time of frames that have none of their own.
    pub ticks: Option<i64>,
    /// Its marker bit: a frame may end with it.
    pub marker: bool,
}

/// What was passed over or repaired.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes in which nothing was found.
    pub skipped_bytes: u64,
    /// How often the stream was lost without the caller's saying so, and a pack was looked for.
    pub resyncs: u64,
    /// PES packets whose length was wrong.
    pub wrong_lengths: u64,
    /// Packets of private streams.
    pub private_packets: u64,
    /// Bytes in them.
    pub private_bytes: u64,
    /// Packets of padding.
    pub padding_packets: u64,
    /// Packets of streams that are not read: scrambled, of other kinds, or beyond [`MAX_TRACKS`].
    pub other_packets: u64,
}

impl fmt::Display for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "skipped {} bytes, lost {} times, {} wrong lengths, private {} ({} bytes), padding {}, other {}",
            self.skipped_bytes,
            self.resyncs,
            self.wrong_lengths,
            self.private_packets,
            self.private_bytes,
            self.padding_packets,
            self.other_packets
        )
    }
}

/// Where the next byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// A place to begin is looked for; the last four bytes, and how many were passed over.
    Seeking { window: u32, skipped: u64 },
    /// An element of the system layer begins.
    Head,
    /// In a PES packet of a stream, by its index; so many bytes are left of it, where that is known.
    Payload { stream: usize, left: Option<usize> },
    /// In a packet that is not read.
    Skipping { left: usize },
}

impl State {
    const START: Self = Self::Seeking { window: u32::MAX, skipped: 0 };
}

/// Reads a program stream as cameras send it in RTP (GB/T 28181-2022 annex C), or from a file.
///
/// Push the payloads in order and take the events; say [`Demuxer::lost`] where packets are missing, and
/// [`Demuxer::finish`] at the end. How the bytes are cut does not matter. A frame comes out with the first bytes of the
/// next one, or with its marker where the marker has proved right.
///
/// The demuxer holds one picture of each track, of [`super::MAX_PICTURE_LEN`] bytes at most, and one PES packet of
/// sound. Time stamps count 90 kHz on one line, unrolled over the 33-bit wrap; jumps are not hidden, and the hub repairs
/// them.
#[derive(Debug)]
pub struct Demuxer {
    state: State,
    /// The beginning of an element that is not complete.
    held: BytesMut,
    streams: Vec<Stream>,
    clock: ProgramClock,
    mapped: bool,
    left_out: Vec<map::Entry>,
    /// A map or a system header came since the last pictures.
    keyed: bool,
    /// The stream whose PES packet has just ended, if it has pictures.
    ended: Option<usize>,
    /// A pack came since the last pictures with a new time stamp; and those stamps.
    packed: bool,
    last_stamps: Option<Stamps>,
    /// Frames begin without packs.
    packless: bool,
    /// A PES packet was found where no pack was: it must have a time stamp.
    found_packet: bool,
    stats: Stats,
}

impl Default for Demuxer {
    fn default() -> Self {
        Self {
            state: State::START,
            held: BytesMut::new(),
            streams: Vec::new(),
            clock: ProgramClock::default(),
            mapped: false,
            left_out: Vec::new(),
            keyed: false,
            ended: None,
            packed: true,
            last_stamps: None,
            packless: false,
            found_packet: false,
            stats: Stats::default(),
        }
    }
}

impl Demuxer {
    /// At the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream, cut anywhere, and appends what they say to `events`.
    pub fn push(&mut self, bytes: &Bytes, arrival: Arrival, events: &mut Vec<Event>) {
        self.clock.arrival = arrival.ticks;
        self.streams.iter_mut().for_each(|stream| stream.fed = false);
        let mut input = bytes.clone();
        while !input.is_empty() {
            match self.state {
                State::Seeking { window, skipped } => self.seek(window, skipped, &mut input),
                State::Head => self.head(&mut input, events),
                State::Payload { stream, left } => self.payload(stream, left, &mut input, events),
                State::Skipping { left } => {
                    let taken = left.min(input.len());
                    input.advance(taken);
                    self.state = if taken == left { State::Head } else { State::Skipping { left: left - taken } };
                }
            }
        }
        if arrival.marker && self.is_between_packets() {
            self.marked(events);
        }
    }

    /// Packets between those that were pushed and the next are missing: drops what is not complete, and looks for the
    /// next pack (gb28181.md §2, quirk 21).
    pub fn lost(&mut self, events: &mut Vec<Event>) {
        let mut shared = Shared { clock: &mut self.clock, events };
        self.streams.iter_mut().for_each(|stream| stream.lost(&mut shared));
        self.held.clear();
        self.ended = None;
        self.keyed = false;
        self.state = State::START;
    }

    /// The input ends, or what is pushed next does not continue it: gives out what is held back.
    pub fn finish(&mut self, events: &mut Vec<Event>) {
        if let State::Payload { stream, left: Some(_) } = self.state {
            let mut shared = Shared { clock: &mut self.clock, events };
            self.streams[stream].lost(&mut shared);
        }
        let mut shared = Shared { clock: &mut self.clock, events };
        self.streams.iter_mut().for_each(|stream| stream.finish(&mut shared));
        self.held.clear();
        self.ended = None;
        self.state = State::START;
    }

    /// Whether every track has its configuration, so that all can be published together. A map may name streams that
    /// never send anything: wait with a deadline.
    pub fn is_complete(&self) -> bool {
        let readable = self.streams.iter().filter(|stream| !stream.is_left_out());
        let mut configured = readable.map(|stream| stream.track.config().is_some());
        configured.next().is_some_and(|first| first && configured.all(|configured| configured))
    }

    /// What was passed over or repaired so far.
    pub const fn stats(&self) -> Stats {
        self.stats
    }

    /// Bytes reserved for what is not complete.
    pub fn held_len(&self) -> usize {
        self.held.capacity() + self.streams.iter().map(Stream::held_len).sum::<usize>()
    }

    /// Whether the marker of a packet that ends here can be the end of a frame.
    fn is_between_packets(&self) -> bool {
        match self.state {
            State::Head => self.held.is_empty(),
            State::Payload { left, .. } => left.is_none(),
            State::Seeking { .. } | State::Skipping { .. } => false,
        }
    }

    fn marked(&mut self, events: &mut Vec<Event>) {
        let mut shared = Shared { clock: &mut self.clock, events };
        self.streams.iter_mut().filter(|stream| stream.fed).for_each(|stream| stream.marked(&mut shared));
    }

    fn seek(&mut self, window: u32, skipped: u64, input: &mut Bytes) {
        let (mut window, mut found) = (window, None);
        let packless = self.packless || skipped > MAX_PACKLESS_LEN;
        for (at, byte) in input.iter().enumerate() {
            window = window << 8 | u32::from(*byte);
            let [start @ .., last] = window.to_be_bytes();
            if start == START_CODE && (last == code::PACK || packless && is_video(last)) {
                found = Some((at, last));
                break;
            }
        }
        let taken = found.map_or(input.len(), |(at, _)| at + 1);
        input.advance(taken);
        let taken = u64::try_from(taken).unwrap_or(u64::MAX);
        self.stats.skipped_bytes = self.stats.skipped_bytes.saturating_add(taken);
        match found {
            Some((_, last)) => {
                // The start code itself was found, not skipped.
                self.stats.skipped_bytes = self.stats.skipped_bytes.saturating_sub(4);
                self.begin_head(last);
                self.found_packet = last != code::PACK;
            }
            None => self.state = State::Seeking { window, skipped: skipped.saturating_add(taken) },
        }
    }

    /// The start code of an element has come already.
    fn begin_head(&mut self, code: u8) {
        self.held.clear();
        self.held.extend_from_slice(&START_CODE);
        self.held.extend_from_slice(&[code]);
        self.state = State::Head;
    }

    fn head(&mut self, input: &mut Bytes, events: &mut Vec<Event>) {
        let head = if self.held.is_empty() { Head::parse(input) } else { Head::parse(&self.held) };
        match head {
            Head::Need(len) => {
                let wanted = (len - self.held.len()).min(input.len());
                self.held.extend_from_slice(&input[..wanted]);
                input.advance(wanted);
            }
            Head::Zero => drop(self.take_element(1, input)),
            Head::Bad => self.bad(input, events),
            Head::Pack { len } => {
                self.take_element(len, input);
                self.packed = true;
            }
            Head::SystemHeader { len } => {
                self.take_element(len, input);
                self.keyed = true;
            }
            Head::Map { len } => {
                let bytes = self.take_element(len, input);
                self.keyed = true;
                self.map(&bytes, events);
            }
            Head::ProgramEnd => drop(self.take_element(4, input)),
            Head::Other { stream_id, len, payload } => {
                self.take_element(len, input);
                self.count_other(stream_id, payload);
                self.skip(payload);
            }
            Head::Pes(head) => {
                self.take_element(head.len, input);
                if std::mem::take(&mut self.found_packet) && head.stamps.is_none() {
                    self.state = State::START;
                } else {
                    self.begin_packet(&head, events);
                }
            }
        }
    }

    /// The bytes of an element that is complete: in the input, or all that is held.
    fn take_element(&mut self, len: usize, input: &mut Bytes) -> Bytes {
        self.ended = None;
        if self.held.is_empty() { input.split_to(len) } else { self.held.split_to(len.min(self.held.len())).freeze() }
    }

    fn skip(&mut self, left: usize) {
        self.state = if left > 0 { State::Skipping { left } } else { State::Head };
    }

    /// Tolerance: private streams, which some makers fill with what their analysis found, and padding are passed over
    /// (gb28181.md §2, quirk 36).
    fn count_other(&mut self, stream_id: u8, payload: usize) {
        match stream_id {
            code::PRIVATE_1 | code::PRIVATE_2 => {
                self.stats.private_packets += 1;
                self.stats.private_bytes += u64::try_from(payload).unwrap_or(u64::MAX);
            }
            code::PADDING => self.stats.padding_packets += 1,
            _ => self.stats.other_packets += 1,
        }
    }

    /// No element begins where one should.
    fn bad(&mut self, input: &mut Bytes, events: &mut Vec<Event>) {
        if !self.held.is_empty() {
            let mut joined = self.held.split();
            joined.extend_from_slice(input);
            *input = joined.freeze();
        }
        // Tolerance: the length of a PES packet with pictures is too small, as where it stands modulo 65,536
        // (ISO/IEC 13818-1 §2.4.3.7; no vendor recorded): it goes on to the next start code of the system layer.
        if let Some(stream) = self.ended.take() {
            self.stats.wrong_lengths += 1;
            self.state = State::Payload { stream, left: None };
            return;
        }
        self.stats.resyncs += 1;
        self.lost(events);
        // So that the same start code is not found again.
        input.advance(1);
        self.stats.skipped_bytes = self.stats.skipped_bytes.saturating_add(1);
    }

    fn map(&mut self, bytes: &[u8], events: &mut Vec<Event>) {
        self.mapped = true;
        for entry in map::parse(bytes) {
            let claim = Claim::new(entry.stream_type);
            let readable = claim.fits(entry.stream_id);
            let is_new = self.left_out.len() < MAX_TRACKS && !self.left_out.contains(&entry);
            // Pictures of a type that we do not know are looked into.
            if !readable && is_new && !is_video(entry.stream_id) {
                self.left_out.push(entry);
                events.push(Event::LeftOut { stream_id: entry.stream_id, stream_type: entry.stream_type });
            }
            // A type that we do not know, of sound: its packets are not guessed at.
            let claim = if readable { claim } else { Claim::Unknown(entry.stream_type) };
            let is_ours = is_audio(entry.stream_id) || is_video(entry.stream_id);
            if let Some(index) = is_ours.then(|| self.stream(entry.stream_id, Some(claim))).flatten() {
                let mut shared = Shared { clock: &mut self.clock, events };
                self.streams[index].claim(claim, &mut shared);
            }
        }
    }

    /// The index of a stream, which begins with what the map claims if it is new; `None` when there are too many.
    fn stream(&mut self, id: u8, claimed: Option<Claim>) -> Option<usize> {
        if let Some(index) = self.streams.iter().position(|stream| stream.id == id) {
            return Some(index);
        }
        let used: Vec<TrackId> = self.streams.iter().map(|stream| stream.track.id).collect();
        let track = free_id(Stream::kind(id), &used, MAX_TRACKS)?;
        self.streams.push(Stream::new(id, track, claimed));
        Some(self.streams.len() - 1)
    }

    fn begin_packet(&mut self, head: &PesHead, events: &mut Vec<Event>) {
        let video = is_video(head.stream_id);
        if video && head.stamps.is_some() && head.stamps != self.last_stamps {
            self.last_stamps = head.stamps;
            self.packless |= !std::mem::take(&mut self.packed);
        }
        let stream = (!head.scrambled).then(|| self.stream(head.stream_id, None)).flatten();
        let Some(stream) = stream else {
            self.stats.other_packets += 1;
            return match head.payload {
                Some(payload) => self.skip(payload),
                None => self.state = State::START,
            };
        };
        let key = video && std::mem::take(&mut self.keyed);
        let mut shared = Shared { clock: &mut self.clock, events };
        self.streams[stream].begin_packet(head, key, &mut shared);
        self.state = match head.payload {
            Some(0) => State::Head,
            left => State::Payload { stream, left },
        };
    }

    fn payload(&mut self, stream: usize, left: Option<usize>, input: &mut Bytes, events: &mut Vec<Event>) {
        let piece = input.slice(..left.map_or(input.len(), |left| left.min(input.len())));
        let mut shared = Shared { clock: &mut self.clock, events };
        match self.streams[stream].payload(&piece, left, self.mapped, &mut shared) {
            Fed::All => {
                input.advance(piece.len());
                let left = left.map(|left| left - piece.len());
                self.state = State::Payload { stream, left };
                if left == Some(0) {
                    self.ended = is_video(self.streams[stream].id).then_some(stream);
                    self.state = State::Head;
                }
            }
            Fed::System { code, read } => {
                input.advance(read);
                if left.is_some() {
                    // Bytes of the PES packet are missing, though nobody said so: as when a device's own queue was full.
                    self.stats.wrong_lengths += 1;
                    self.lost(events);
                }
                self.begin_head(code);
            }
        }
    }
}

#[cfg(test)]
mod tests;
