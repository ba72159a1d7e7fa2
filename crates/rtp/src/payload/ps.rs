//! MPEG program streams in RTP as GB/T 28181-2022 annex C.2 has them: PT 96, 90 kHz, the bytes of a frame's pack cut
//! anywhere, the same time stamp on all its packets and the marker on the last.

use bytes::Bytes;

use super::MIN_PAYLOAD_BYTES;
use crate::Packet;
use crate::order::{Order, Place};
use crate::packet::{FIXED_HEADER_BYTES, Header};
use crate::unroll::TimestampUnroller;

/// Payload type that offers and devices use (annex C.2; RFC 3551 leaves it dynamic).
pub const PS_PAYLOAD_TYPE: u8 = 96;
/// Ticks of RTP time stamps per second.
pub const PS_CLOCK_HZ: u32 = 90_000;
/// Bytes of an RTP packet that every path takes.
const MAX_PACKET_BYTES: usize = 1400;

/// Cuts the packs of one stream into RTP packets.
#[derive(Clone, Debug)]
pub struct PsPacketizer {
    payload_type: u8,
    ssrc: u32,
    sequence: u16,
    timestamp_offset: u32,
    max_packet_bytes: usize,
}

impl PsPacketizer {
    /// With the SSRC that the session description agreed on (`y=`), and random first values of RFC 3550 §5.1.
    pub const fn new(ssrc: u32, first_sequence: u16, timestamp_offset: u32) -> Self {
        Self {
            payload_type: PS_PAYLOAD_TYPE,
            ssrc,
            sequence: first_sequence,
            timestamp_offset,
            max_packet_bytes: MAX_PACKET_BYTES,
        }
    }

    /// With another payload type than [`PS_PAYLOAD_TYPE`], 0 to 127.
    #[must_use]
    pub const fn with_payload_type(self, payload_type: u8) -> Self {
        Self { payload_type: payload_type & 0x7F, ..self }
    }

    /// Sets the largest RTP packet, header included, in bytes.
    ///
    /// # Panics
    /// When it is below 76 or above 65,535: a programmer error.
    #[must_use]
    pub fn with_max_packet_bytes(self, bytes: usize) -> Self {
        assert!((MIN_PAYLOAD_BYTES + FIXED_HEADER_BYTES..=0xFFFF).contains(&bytes), "lengths have 16 bits");
        Self { max_packet_bytes: bytes, ..self }
    }

    /// Number of the next packet.
    pub const fn sequence(&self) -> u16 {
        self.sequence
    }

    /// Calls `emit` with header and payload of each packet of one frame's pack, which is shown at `ticks` of 90 kHz.
    pub fn packetize(&mut self, pack: &[u8], ticks: i64, emit: &mut dyn FnMut(&[u8; FIXED_HEADER_BYTES], &[u8])) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "RTP time is modulo 2^32")]
        let timestamp = (ticks as u32).wrapping_add(self.timestamp_offset);
        let mut payloads = pack.chunks(self.max_packet_bytes - FIXED_HEADER_BYTES).peekable();
        while let Some(payload) = payloads.next() {
            let header = Header {
                marker: payloads.peek().is_none(),
                payload_type: self.payload_type,
                sequence: self.sequence,
                timestamp,
                ssrc: self.ssrc,
            };
            self.sequence = self.sequence.wrapping_add(1);
            emit(&header.to_bytes(), payload);
        }
    }
}

/// The payload of one packet, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PsPiece {
    /// The next bytes of the program stream.
    pub payload: Bytes,
    /// Unrolled time stamp in ticks of 90 kHz.
    pub ticks: i64,
    /// Marker bit: a frame may end here, or not (gb28181.md §1.8).
    pub marker: bool,
    /// Bytes between the last piece and this one are missing.
    pub lost: bool,
}

/// Counters of a [`PsDepacketizer`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PsStats {
    /// Packets taken.
    pub packets: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Packets that came late or twice and were dropped.
    pub late: u64,
    /// Packets of another source, dropped.
    pub other_source: u64,
    /// How often the source or its numbering changed.
    pub restarts: u64,
}

/// Turns the packets of one RTP source into the ordered bytes of a program stream, and says where some are missing.
///
/// Takes packets in order: by UDP, behind a [`crate::ReorderBuffer`]. Payload types are the session's business: sound
/// that comes as a packet type of its own (gb28181.md §2, quirk 16) must not get here.
#[derive(Debug, Default)]
pub struct PsDepacketizer {
    order: Order,
    timestamps: TimestampUnroller,
    /// To be said with the next piece.
    lost: bool,
    stats: PsStats,
}

impl PsDepacketizer {
    /// Before the first packet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one packet; `None` when it holds nothing, or is not to be used.
    ///
    /// Tolerance: the SSRC changes in mid-stream (gb28181.md §2, quirk 15): believed after some packets in a row, because
    /// devices also go on sending sessions that they forgot to end (quirk 31).
    pub fn push(&mut self, packet: &Packet) -> Option<PsPiece> {
        match self.order.place(packet.ssrc, packet.sequence) {
            Place::First | Place::Next => {}
            Place::Behind(lost) => {
                self.stats.lost += u64::from(lost);
                self.lost = true;
            }
            Place::Late => {
                self.stats.late += 1;
                return None;
            }
            Place::Jumped => {
                self.stats.restarts += 1;
                self.lost = true;
            }
            Place::OtherSource => {
                self.stats.other_source += 1;
                return None;
            }
            Place::NewSource => {
                self.stats.restarts += 1;
                self.timestamps = TimestampUnroller::default();
                self.lost = true;
            }
        }
        self.stats.packets += 1;
        let ticks = self.timestamps.unroll(packet.timestamp);
        if packet.payload.is_empty() {
            return None;
        }
        let lost = std::mem::take(&mut self.lost);
        Some(PsPiece { payload: packet.payload.clone(), ticks, marker: packet.marker, lost })
    }

    /// A packet that does not belong to the stream, but has taken one of its numbers: sound beside it.
    pub fn pass(&mut self, packet: &Packet) {
        self.order.pass(packet.ssrc, packet.sequence);
    }

    /// Bytes are missing before the next packet, as after a framing that was lost.
    pub fn note_loss(&mut self) {
        self.lost = true;
    }

    /// What was taken and dropped so far.
    pub const fn stats(&self) -> PsStats {
        self.stats
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn packets(packetizer: &mut PsPacketizer, pack: &[u8], ticks: i64) -> Vec<Packet> {
        let mut out = Vec::new();
        packetizer.packetize(pack, ticks, &mut |header, payload| {
            let bytes = Bytes::from([&header[..], payload].concat());
            assert!(bytes.len() <= 1400);
            out.push(Packet::parse(&bytes).unwrap());
        });
        out
    }

    proptest! {
        #[test]
        fn packs_round_trip(
            packs in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..5000), 1..12),
            first: u16,
            offset: u32,
        ) {
            let (mut packetizer, mut depacketizer) = (PsPacketizer::new(7, first, offset), PsDepacketizer::new());
            let mut start = None;
            for (pack, index) in packs.iter().zip(0i64..) {
                let sent = packets(&mut packetizer, pack, index * 3600);
                prop_assert!(sent.iter().all(|packet| packet.timestamp == sent[0].timestamp));
                let pieces: Vec<PsPiece> = sent.iter().filter_map(|packet| depacketizer.push(packet)).collect();
                let start = *start.get_or_insert(pieces[0].ticks);
                prop_assert_eq!(pieces.iter().flat_map(|piece| piece.payload.to_vec()).collect::<Vec<u8>>(), pack.clone());
                prop_assert_eq!(pieces.iter().filter(|piece| piece.marker).count(), 1);
                prop_assert!(pieces.last().unwrap().marker && pieces.iter().all(|piece| !piece.lost));
                prop_assert_eq!(pieces[0].ticks - start, index * 3600);
            }
            prop_assert_eq!(depacketizer.stats().lost, 0);
        }
    }

    #[test]
    fn a_gap_is_said_once_with_the_next_piece() {
        let (mut packetizer, mut depacketizer) = (PsPacketizer::new(7, 65_534, 0), PsDepacketizer::new());
        let sent = packets(&mut packetizer, &[1; 1388 * 5], 0);
        let lost: Vec<Option<bool>> =
            [0, 3, 2, 4].map(|index| depacketizer.push(&sent[index]).map(|piece| piece.lost)).into();
        assert_eq!(lost, [Some(false), Some(true), None, Some(false)]);
        let stats = depacketizer.stats();
        assert_eq!((stats.lost, stats.late, stats.packets), (2, 1, 3));
    }

    #[test]
    fn a_packet_that_is_passed_over_is_not_missing() {
        let (mut packetizer, mut depacketizer) = (PsPacketizer::new(7, 0, 0), PsDepacketizer::new());
        let sent = packets(&mut packetizer, &[1; 1388 * 3], 0);
        depacketizer.push(&sent[0]);
        depacketizer.pass(&Packet { payload_type: 8, ..sent[1].clone() });
        assert!(!depacketizer.push(&sent[2]).unwrap().lost);
        assert_eq!(depacketizer.stats().lost, 0);
    }

    #[test]
    fn another_source_is_believed_after_some_packets() {
        let mut depacketizer = PsDepacketizer::new();
        let first = packets(&mut PsPacketizer::new(7, 0, 0), &[1; 100], 0);
        assert!(depacketizer.push(&first[0]).is_some());
        let other = packets(&mut PsPacketizer::new(8, 500, 0), &[1; 1388 * 12], 0);
        let taken: Vec<Option<bool>> =
            other.iter().map(|packet| depacketizer.push(packet).map(|piece| piece.lost)).collect();
        assert_eq!(taken[..9], [None; 9]);
        assert_eq!(taken[9..], [Some(true), Some(false), Some(false)]);
        assert_eq!(depacketizer.stats().restarts, 1);
    }
}
