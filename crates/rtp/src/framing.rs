//! RTP and RTCP packets out of a TCP connection: behind 16-bit lengths (RFC 4571), as GB/T 28181 has them, and in the
//! framings that devices use instead.
//!
//! ```text
//! RFC 4571      length (16) | packet
//! interleaved   '$' | channel (8) | length (16) | packet                         (RFC 2326 §10.12)
//! Ehome         01 00 xx ... (256 bytes) | '$' or length as above
//! ```
//!
//! What may be wrong, and is tolerated (gb28181.md §2, quirk 19): `$` framing where none was agreed; the header of
//! 256 bytes; and a sender whose own queue was full, so that a packet is shorter than its length says, or packets begin
//! in the middle. Then the next packet of a known source is looked for: version, payload type and SSRC, or, before a
//! source is known, a pack of a program stream behind an RTP header.
//!
//! What comes out depends on the bytes alone, not on how they were cut.

mod candidate;

use bytes::{Buf, Bytes, BytesMut};

use crate::packet::FIXED_HEADER_BYTES;
use candidate::{Candidate, Sources, hidden_packet};

/// Length of `$`, channel and length.
const INTERLEAVED_BYTES: usize = 4;
const LENGTH_BYTES: usize = 2;
/// Private header of Ehome devices.
const EHOME_HEADER_BYTES: usize = 256;
/// Bytes that are held at most, beside those that were pushed last: one packet with its framing.
pub const MAX_FRAMED_BYTES: usize = 0xFFFF + INTERLEAVED_BYTES;

/// One packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framed {
    /// RTP or RTCP.
    pub packet: Bytes,
    /// The channel of interleaved framing.
    pub channel: Option<u8>,
    /// Bytes between the packet before and this one were passed over: packets are missing, and the one before may be
    /// damaged.
    pub after_loss: bool,
}

/// How packets are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Lengths,
    Interleaved,
}

impl Style {
    const fn header_bytes(self) -> usize {
        match self {
            Self::Lengths => LENGTH_BYTES,
            Self::Interleaved => INTERLEAVED_BYTES,
        }
    }
}

/// Cuts one connection into packets, in order.
///
/// **Drain [`TcpFraming::poll`] after every push.**
#[derive(Debug)]
pub struct TcpFraming {
    buffer: BytesMut,
    sources: Sources,
    synced: bool,
    /// The next packet follows bytes that were passed over.
    loss: bool,
    /// The connection has had Ehome headers.
    is_ehome: bool,
    skipped: u64,
    resyncs: u64,
}

impl Default for TcpFraming {
    fn default() -> Self {
        Self {
            buffer: BytesMut::new(),
            sources: Sources::default(),
            synced: true,
            loss: false,
            is_ehome: false,
            skipped: 0,
            resyncs: 0,
        }
    }
}

impl TcpFraming {
    /// At the start of a connection.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the connection.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Where the next bytes of the connection may be appended, so that they need not be copied again.
    pub const fn input(&mut self) -> &mut BytesMut {
        &mut self.buffer
    }

    /// The next packet of the bytes pushed so far.
    pub fn poll(&mut self) -> Option<Framed> {
        loop {
            if !self.synced && !self.resync() {
                return None;
            }
            match self.step()? {
                Step::Packet(framed) => return Some(framed),
                Step::Again => {}
            }
        }
    }

    /// Bytes that belonged to no packet so far.
    pub const fn skipped_bytes(&self) -> u64 {
        self.skipped
    }

    /// How often packets were looked for anew.
    pub const fn resyncs(&self) -> u64 {
        self.resyncs
    }

    fn step(&mut self) -> Option<Step> {
        if self.skip_ehome_header()? {
            return Some(Step::Again);
        }
        let style = style_at(&self.buffer)?;
        if style == Style::Lengths && self.buffer.starts_with(&[0, 0]) {
            // A null packet (RFC 4571 §2).
            self.buffer.advance(LENGTH_BYTES);
            return Some(Step::Again);
        }
        let candidate = Candidate::parse(&self.buffer, style.header_bytes())?;
        if !candidate.is_packet() {
            self.lose();
            return Some(Step::Again);
        }
        let (start, end) = (style.header_bytes(), style.header_bytes() + candidate.len);
        if self.buffer.len() < end {
            return None;
        }
        if !self.is_believable(&candidate, end)? {
            self.lose();
            return Some(Step::Again);
        }
        if let Some(at) = hidden_packet(&candidate, &self.buffer[start..end], style.header_bytes()) {
            // The length lies: the packet ends where the next begins, and what it has is not all that it should have.
            self.resyncs += 1;
            self.skip(start + at);
            return Some(Step::Again);
        }
        self.sources.remember(&candidate);
        let channel = (style == Style::Interleaved).then(|| self.buffer[1]);
        self.buffer.advance(start);
        let packet = self.buffer.split_to(candidate.len).freeze();
        let packet = if self.is_ehome { without_stray_byte(packet) } else { packet };
        Some(Step::Packet(Framed { packet, channel, after_loss: std::mem::take(&mut self.loss) }))
    }

    /// Whether a packet is one: that of a source that is known, the first of the connection, or one that another
    /// follows. `None` when more bytes are needed.
    fn is_believable(&self, candidate: &Candidate, end: usize) -> Option<bool> {
        if candidate.is_rtcp() || self.sources.is_empty() || self.sources.knows(candidate) {
            return Some(true);
        }
        let behind = &self.buffer[end..];
        let next = Candidate::parse(behind, style_at(behind)?.header_bytes())?;
        Some(next.is_packet() && (next.is_rtcp() || next.is_same_source(candidate) || self.sources.knows(&next)))
    }

    /// Skips the private header of Ehome devices at the beginning of a packet; whether it was there. It begins with
    /// `01 00`, which as a length would be followed by version 2.
    fn skip_ehome_header(&mut self) -> Option<bool> {
        let &[first, second, third] = self.buffer.first_chunk()?;
        let expected = self.is_ehome || self.sources.is_empty();
        let is_header = expected && first == 1 && second == 0 && third != 0 && third < 0x80;
        if !is_header {
            return Some(false);
        }
        if self.buffer.len() < EHOME_HEADER_BYTES {
            return None;
        }
        self.is_ehome = true;
        self.buffer.advance(EHOME_HEADER_BYTES);
        Some(true)
    }

    fn lose(&mut self) {
        self.resyncs += 1;
        self.synced = false;
        self.skip(1);
    }

    fn skip(&mut self, count: usize) {
        self.buffer.advance(count);
        self.loss = true;
        self.skipped = self.skipped.saturating_add(u64::try_from(count).unwrap_or(u64::MAX));
    }

    /// Looks for the beginning of a packet; whether it was found.
    fn resync(&mut self) -> bool {
        /// What must be there to judge a position: the longest framing, a header, a pack's start code.
        const NEEDED: usize = INTERLEAVED_BYTES + FIXED_HEADER_BYTES + 4;
        let mut at = 0;
        while self.buffer.len() - at >= NEEDED {
            let rest = &self.buffer[at..];
            let found = style_at(rest)
                .and_then(|style| Candidate::parse(rest, style.header_bytes()))
                .is_some_and(|candidate| self.sources.accepts_anew(&candidate));
            if found {
                self.skip(at);
                self.synced = true;
                return true;
            }
            at += 1;
        }
        self.skip(at);
        false
    }
}

enum Step {
    Packet(Framed),
    Again,
}

/// The framing of the packet at the beginning; `None` when more bytes are needed. A length of 0x24xx is told from `$`
/// by the version that follows it: as a channel's length that would be 32 KiB or more.
fn style_at(bytes: &[u8]) -> Option<Style> {
    let &[first, _, third, ..] = bytes.first_chunk::<INTERLEAVED_BYTES>()?;
    Some(if first == b'$' && third < 0x80 { Style::Interleaved } else { Style::Lengths })
}

/// Ehome devices put a carriage return behind the RTP header.
fn without_stray_byte(packet: Bytes) -> Bytes {
    if packet.get(FIXED_HEADER_BYTES) != Some(&b'\r') {
        return packet;
    }
    [&packet[..FIXED_HEADER_BYTES], &packet[FIXED_HEADER_BYTES + 1..]].concat().into()
}

#[cfg(test)]
mod tests;
