//! Access units from NAL units: what H.264 (RFC 6184) and H.265 (RFC 7798) share.

use std::marker::PhantomData;

use bytes::{BufMut, Bytes, BytesMut};
use media::CodecConfig;
use media::bitstream::nal;

use super::{DropReason, Fragment, MAX_ACCESS_UNIT_BYTES, Output, Piece};

/// Parameter sets remembered while the track has no configuration.
const MAX_PENDING_SETS: usize = 16;

/// What the assembler must know about a codec's NAL units.
pub(crate) trait Syntax {
    /// Whether the unit is a coded slice.
    fn is_slice(nal: &[u8]) -> bool;
    /// Whether a picture with this slice can be decoded on its own.
    fn is_key(nal: &[u8]) -> bool;
    /// Whether the slice is the first of its picture. False when the unit is too short to tell.
    fn is_first_slice(nal: &[u8]) -> bool;
    /// Whether the unit is a parameter set.
    fn is_parameter_set(nal: &[u8]) -> bool;
    /// The configuration, when the sets suffice.
    fn config(sets: &[Bytes]) -> Option<CodecConfig>;
}

/// Collects the NAL units of one access unit.
///
/// An access unit ends with the marker bit or where the time stamp changes, whichever comes first:
/// cameras exist that never set the marker, and some set it on every slice. The second kind is
/// recognised by a slice that continues a finished picture; from then on markers are ignored.
#[derive(Debug)]
pub(crate) struct Assembler<S> {
    ticks: i64,
    buffer: BytesMut,
    /// Where the length of a NAL unit that is still growing stands.
    open: Option<usize>,
    state: State,
    /// Whether packets are missing just before the unit, so that its first slice must be checked.
    suspect: bool,
    key: bool,
    finished_ticks: Option<i64>,
    markers_lie: bool,
    pending_sets: Option<Vec<Bytes>>,
    typical_len: usize,
    syntax: PhantomData<S>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// No slice yet.
    Head,
    /// At least one slice.
    Slices,
    /// Unusable; skipped to its end.
    Broken(DropReason),
}

impl<S: Syntax> Assembler<S> {
    pub(crate) fn new(configured: bool) -> Self {
        Self {
            ticks: 0,
            buffer: BytesMut::new(),
            open: None,
            state: State::Head,
            // The first packet of a session may be in the middle of a picture.
            suspect: true,
            key: false,
            finished_ticks: None,
            markers_lie: false,
            pending_sets: (!configured).then(Vec::new),
            typical_len: 0,
            syntax: PhantomData,
        }
    }

    /// Call before the NAL units of a packet.
    pub(crate) fn begin_packet(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        if piece.gap && self.state != State::Head {
            self.break_with(DropReason::Incomplete);
        }
        if piece.gap {
            self.discard_open();
        }
        if piece.ticks != self.ticks {
            // Units before the first slice wait for their picture: cameras stamp SPS and PPS differently.
            if self.state != State::Head {
                self.finish(out);
            } else if self.suspect && self.finished_ticks.is_some() {
                // After a loss nobody knows whether their picture is the next one.
                self.discard_open();
                self.buffer.clear();
            }
            self.ticks = piece.ticks;
        }
        self.suspect |= piece.gap;
    }

    /// Call after the NAL units of a packet.
    pub(crate) fn end_packet(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        if piece.marker && !self.markers_lie && self.state != State::Head && self.open.is_none() {
            self.finish(out);
        }
    }

    /// A whole NAL unit.
    pub(crate) fn nal(&mut self, bytes: &[u8]) {
        self.start(&[], bytes);
        self.end();
    }

    /// The beginning of a NAL unit; `header` is in front of `bytes`.
    pub(crate) fn start(&mut self, header: &[u8], bytes: &[u8]) {
        // Tolerance: a unit whose end fragment was never marked is taken as it is when nothing is missing.
        self.end();
        if matches!(self.state, State::Broken(_)) || !self.fits(4 + header.len() + bytes.len()) {
            return;
        }
        if self.buffer.is_empty() {
            self.buffer.reserve(self.typical_len);
        }
        self.open = Some(self.buffer.len());
        self.buffer.put_u32(0);
        self.buffer.put_slice(header);
        self.buffer.put_slice(bytes);
    }

    /// More of the unit that was started.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        if self.open.is_none() {
            if !matches!(self.state, State::Broken(_)) {
                self.break_with(DropReason::Incomplete);
            }
            return;
        }
        if self.fits(bytes.len()) {
            self.buffer.put_slice(bytes);
        }
    }

    /// The unit that was started is complete.
    pub(crate) fn end(&mut self) {
        let Some(at) = self.open.take() else { return };
        let unit = &self.buffer[at + 4..];
        if unit.is_empty() {
            self.buffer.truncate(at);
            return;
        }
        if !S::is_slice(unit) && needs_split(unit) {
            let run = self.buffer.split_off(at);
            return self.split_annex_b(&run[4..]);
        }
        let length = u32::try_from(unit.len()).expect("bounded by MAX_ACCESS_UNIT_BYTES");
        if S::is_slice(unit) {
            let first = S::is_first_slice(unit);
            self.key |= S::is_key(unit);
            if self.state == State::Head && !first {
                if self.finished_ticks == Some(self.ticks) && !self.suspect {
                    self.markers_lie = true;
                } else if self.suspect && self.finished_ticks.is_some() {
                    return self.break_with(DropReason::Incomplete);
                }
            }
            self.state = State::Slices;
        } else if S::is_parameter_set(unit)
            && let Some(sets) = &mut self.pending_sets
            && !sets.iter().any(|set| set[..] == *unit)
        {
            if sets.len() == MAX_PENDING_SETS {
                sets.clear();
            }
            sets.push(Bytes::copy_from_slice(unit));
        }
        self.buffer[at..at + 4].copy_from_slice(&length.to_be_bytes());
    }

    /// The packets contradict the format, or use what we do not read.
    pub(crate) fn break_with(&mut self, reason: DropReason) {
        self.open = None;
        self.buffer.clear();
        self.state = State::Broken(reason);
    }

    fn discard_open(&mut self) {
        if let Some(at) = self.open.take() {
            self.buffer.truncate(at);
        }
    }

    fn fits(&mut self, more: usize) -> bool {
        let fits = self.buffer.len() + more <= MAX_ACCESS_UNIT_BYTES;
        if !fits {
            self.break_with(DropReason::TooLarge);
        }
        fits
    }

    /// Tolerance: some cameras put a run of NAL units with start codes where one unit belongs, beginning
    /// with a parameter set, an SEI or a delimiter. No valid unit holds three bytes `00 00 01`.
    fn split_annex_b(&mut self, run: &[u8]) {
        let first = run.windows(3).position(|window| window == [0, 0, 1]).unwrap_or(run.len());
        let head = &run[..first];
        let head_len = head.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        if head_len > 0 {
            self.nal(&head[..head_len]);
        }
        for unit in nal::annex_b(&run[first..]) {
            self.nal(unit);
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        self.end();
        let state = std::mem::replace(&mut self.state, State::Head);
        let key = std::mem::take(&mut self.key);
        self.finished_ticks = Some(self.ticks);
        self.suspect = false;
        if let Some(codec) = self.pending_sets.as_ref().and_then(|sets| S::config(sets)) {
            self.pending_sets = None;
            out.push(Output::Config(codec));
        }
        if let State::Broken(reason) = state {
            self.buffer.clear();
            return out.push(Output::Dropped(reason));
        }
        self.typical_len = self.buffer.len() + self.buffer.len() / 4;
        let payload = self.buffer.split().freeze();
        out.push(Output::Unit { ticks: self.ticks, key, payload });
    }
}

/// Units other than slices are small, so this scan is cheap.
fn needs_split(unit: &[u8]) -> bool {
    unit.windows(3).any(|window| window == [0, 0, 1])
}

/// The NAL units that a sender writes for one access unit: the parameter sets, then the payload's.
pub(crate) fn units<'a>(sets: &'a [Bytes], payload: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    sets.iter().map(|set| &set[..]).chain(nal::length_prefixed(payload)).filter(|unit| !unit.is_empty())
}

/// How a codec writes an aggregation packet and a fragment.
pub(crate) trait Wire {
    /// NAL unit header length.
    const HEADER_BYTES: usize;
    /// Appends the payload header of an aggregation packet over `units`.
    fn put_aggregation_header(out: &mut Vec<u8>, units: &[&[u8]]);
    /// Appends payload header and FU header of a fragment of a unit with this header.
    fn put_fragment_header(out: &mut Vec<u8>, header: &[u8], start: bool, end: bool);
}

/// Cuts the units of one access unit into packets: neighbours that fit together share an aggregation
/// packet, units that do not fit are fragmented, the last packet carries the marker.
pub(crate) fn packetize<W: Wire>(
    sets: &[Bytes],
    payload: &[u8],
    max_payload: usize,
    emit: &mut dyn FnMut(Fragment<'_>),
) {
    let mut units = units(sets, payload).filter(|unit| unit.len() >= W::HEADER_BYTES).peekable();
    let mut group: Vec<&[u8]> = Vec::new();
    let mut head = Vec::new();
    while let Some(unit) = units.next() {
        if unit.len() > max_payload {
            fragment::<W>(unit, max_payload, units.peek().is_none(), &mut head, emit);
            continue;
        }
        group.clear();
        group.push(unit);
        let mut size = W::HEADER_BYTES + 2 + unit.len();
        while let Some(next) = units.next_if(|next| size + 2 + next.len() <= max_payload && next.len() <= 0xFFFF) {
            size += 2 + next.len();
            group.push(next);
        }
        let marker = units.peek().is_none();
        if let [unit] = group[..] {
            emit(Fragment { marker, head: &[], body: unit });
            continue;
        }
        head.clear();
        W::put_aggregation_header(&mut head, &group);
        for unit in &group {
            head.put_u16(u16::try_from(unit.len()).expect("checked when grouped"));
            head.put_slice(unit);
        }
        emit(Fragment { marker, head: &head, body: &[] });
    }
}

fn fragment<W: Wire>(
    unit: &[u8],
    max_payload: usize,
    last_unit: bool,
    head: &mut Vec<u8>,
    emit: &mut dyn FnMut(Fragment<'_>),
) {
    let (header, mut rest) = unit.split_at(W::HEADER_BYTES);
    let chunk = max_payload - W::HEADER_BYTES - 1;
    let mut start = true;
    while !rest.is_empty() {
        let (body, tail) = rest.split_at(chunk.min(rest.len()));
        rest = tail;
        head.clear();
        W::put_fragment_header(head, header, start, rest.is_empty());
        emit(Fragment { marker: last_unit && rest.is_empty(), head, body });
        start = false;
    }
}
