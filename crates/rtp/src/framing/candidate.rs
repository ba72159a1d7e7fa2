//! What may be a packet, and which sources are known.

use crate::packet::{FIXED_HEADER_BYTES, u16_at, u32_at};

/// Sources of one connection: pictures, sound, and each once more after a restart.
const MAX_SOURCES: usize = 4;
/// Packets that a sender drops at a time at most, when it drops some.
const MAX_SEQUENCE_STEP: u16 = 1000;
const PACK: [u8; 4] = [0, 0, 1, 0xBA];

/// The first bytes of what may be a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Bytes of the packet, as its framing says.
    pub(super) len: usize,
    version: u8,
    /// Payload type with the marker bit.
    kind: u8,
    sequence: u16,
    ssrc: u32,
    /// A pack of a program stream stands behind the RTP header.
    has_pack: bool,
}

impl Candidate {
    /// From bytes that begin with a framing of so many bytes, the last two of which are the length. `None` when more
    /// bytes are needed.
    pub(super) fn parse(bytes: &[u8], framing_bytes: usize) -> Option<Self> {
        let packet = bytes.get(framing_bytes..)?;
        let len = usize::from(u16_at(bytes, framing_bytes - 2));
        // A packet that is too short for a header is none, however few bytes there are.
        let head = packet.first_chunk::<FIXED_HEADER_BYTES>()?;
        Some(Self {
            len,
            version: head[0] >> 6,
            kind: head[1],
            sequence: u16_at(head, 2),
            ssrc: u32_at(head, 8),
            has_pack: packet[FIXED_HEADER_BYTES..].starts_with(&PACK),
        })
    }

    /// RFC 3550 §5.1, §6.4: version 2, and long enough.
    pub(super) const fn is_packet(&self) -> bool {
        const SHORTEST_RTCP: usize = 8;
        self.version == 2 && (self.len >= FIXED_HEADER_BYTES || self.is_rtcp() && self.len >= SHORTEST_RTCP)
    }

    /// RFC 5761 §4.
    pub(super) const fn is_rtcp(&self) -> bool {
        matches!(self.kind, 192..=223)
    }

    pub(super) const fn is_same_source(&self, other: &Self) -> bool {
        self.ssrc == other.ssrc && self.payload_type() == other.payload_type()
    }

    const fn payload_type(&self) -> u8 {
        self.kind & 0x7F
    }

    /// Whether it may be sent soon behind another packet of the same source.
    const fn follows(&self, other: &Self) -> bool {
        let step = self.sequence.wrapping_sub(other.sequence);
        self.is_same_source(other) && step > 0 && step <= MAX_SEQUENCE_STEP
    }
}

/// Sources that have sent packets, the newest last.
#[derive(Debug, Default)]
pub(super) struct Sources {
    known: Vec<Candidate>,
}

impl Sources {
    pub(super) fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    pub(super) fn knows(&self, candidate: &Candidate) -> bool {
        self.known.iter().any(|known| known.is_same_source(candidate))
    }

    pub(super) fn remember(&mut self, candidate: &Candidate) {
        if candidate.is_rtcp() {
            return;
        }
        self.known.retain(|known| !known.is_same_source(candidate));
        if self.known.len() == MAX_SOURCES {
            self.known.remove(0);
        }
        self.known.push(*candidate);
    }

    /// Whether packets go on here after some were missing.
    pub(super) fn accepts_anew(&self, candidate: &Candidate) -> bool {
        if !candidate.is_packet() || candidate.is_rtcp() {
            return false;
        }
        candidate.has_pack || self.knows(candidate)
    }
}

/// Where, in a packet, another packet of its source begins with its framing: its length then says more than was
/// sent.
pub(super) fn hidden_packet(candidate: &Candidate, packet: &[u8], framing_bytes: usize) -> Option<usize> {
    const SSRC_AT: usize = 8;
    if candidate.is_rtcp() {
        return None;
    }
    let ssrc = candidate.ssrc.to_be_bytes();
    let mut at = FIXED_HEADER_BYTES + framing_bytes + SSRC_AT;
    while let Some(found) = packet.get(at..).and_then(|rest| rest.windows(4).position(|window| window == ssrc)) {
        let begins = at + found - SSRC_AT - framing_bytes;
        let hidden = Candidate::parse(&packet[begins..], framing_bytes);
        if hidden.is_some_and(|hidden| hidden.is_packet() && hidden.follows(candidate)) {
            return Some(begins);
        }
        at += found + 1;
    }
    hidden_at_end(candidate, packet, framing_bytes)
}

/// The same where only the first bytes of the other packet's header still belong to this one. They are few, so all that
/// is there must be as it would be: a packet in 10^10 looks so by chance.
fn hidden_at_end(candidate: &Candidate, packet: &[u8], framing_bytes: usize) -> Option<usize> {
    /// Flags, payload type and number.
    const TOLD_BY: usize = 4;
    /// Packets that were left out between.
    const MAX_STEP: u16 = 4;
    /// What senders cut their packets to.
    const USUAL_LEN: usize = 1500;
    let last = packet.len().checked_sub(framing_bytes + TOLD_BY)?;
    let first = last.saturating_sub(FIXED_HEADER_BYTES).max(FIXED_HEADER_BYTES);
    (first..=last).find(|begins| {
        let head = &packet[begins + framing_bytes..];
        let len = usize::from(u16_at(packet, begins + framing_bytes - 2));
        let step = u16_at(head, 2).wrapping_sub(candidate.sequence);
        head[0] == packet[0]
            && head[1] & 0x7F == candidate.payload_type()
            && (1..=MAX_STEP).contains(&step)
            && len <= candidate.len.max(USUAL_LEN)
    })
}
