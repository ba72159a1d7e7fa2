//! One RTP source with its RTCP: order, loss, capture times and access units of one track.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::time::Instant;

use bytes::Bytes;
use media::{AccessUnit, CaptureOrigin, CaptureTime, TrackConfig, TrackId};

use crate::ntp::SENDER_REPORT_UNCERTAINTY;
use crate::order::{Order, Place};
use crate::payload::{Item, Piece};
use crate::rtcp::{ReportBlock, Rtcp, SenderReport, parse_compound};
use crate::unroll::TimestampUnroller;
use crate::{Depacketizer, DropReason, MediaDescription, Packet, PacketError, Reception};

/// A sender report whose media time is further than this from the packets is not used.
const MAX_REPORT_DISTANCE_S: i64 = 120;

/// What comes out of a [`TrackReceiver`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Received {
    /// The configuration has come in-band.
    Config(TrackConfig),
    /// A whole access unit.
    Unit(AccessUnit),
    /// So many packets are missing.
    Loss {
        /// Which track.
        track: TrackId,
        /// How many.
        packets: u32,
    },
    /// An access unit was not usable.
    Dropped {
        /// Which track.
        track: TrackId,
        /// Why.
        reason: DropReason,
    },
    /// The source said goodbye (BYE).
    Goodbye {
        /// Which track.
        track: TrackId,
    },
}

/// Counters of a [`TrackReceiver`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceiverStats {
    /// Packets taken.
    pub packets: u64,
    /// Payload bytes taken.
    pub bytes: u64,
    /// Packets that never came.
    pub lost: u64,
    /// Packets that came late or twice and were dropped.
    pub late: u64,
    /// Bytes that were no RTP packet.
    pub malformed: u64,
    /// Packets of another payload type, dropped.
    pub other_payload_type: u64,
    /// Packets of another source, dropped.
    pub other_source: u64,
    /// How often the source or its numbering changed.
    pub restarts: u64,
}

/// Receives one track.
#[derive(Debug)]
pub struct TrackReceiver {
    track: TrackId,
    payload_type: u8,
    clock_hz: NonZeroU32,
    depacketizer: Depacketizer,
    order: Order,
    timestamps: TimestampUnroller,
    reception: Reception,
    sender_report: Option<(SenderReport, i64)>,
    /// A gap that the next accepted packet must carry.
    gap: bool,
    stats: ReceiverStats,
    out: VecDeque<Received>,
}

impl TrackReceiver {
    /// For the packets of one media section.
    pub fn new(media: &MediaDescription, track: TrackId) -> Self {
        Self {
            track,
            payload_type: media.payload_type,
            clock_hz: media.clock_hz,
            depacketizer: media.depacketizer(track),
            order: Order::default(),
            timestamps: TimestampUnroller::default(),
            reception: Reception::new(media.clock_hz),
            sender_report: None,
            gap: false,
            stats: ReceiverStats::default(),
            out: VecDeque::new(),
        }
    }

    /// Takes the bytes of one packet of an ordered transport.
    ///
    /// # Errors
    /// When they are no RTP packet; counted, and the receiver goes on.
    pub fn handle_rtp(&mut self, now: Instant, bytes: &Bytes) -> Result<(), PacketError> {
        match Packet::parse(bytes) {
            Ok(packet) => {
                self.handle_packet(now, &packet);
                Ok(())
            }
            Err(error) => {
                self.stats.malformed += 1;
                Err(error)
            }
        }
    }

    /// Takes one packet, in order.
    pub fn handle_packet(&mut self, now: Instant, packet: &Packet) {
        if packet.payload_type != self.payload_type {
            self.stats.other_payload_type += 1;
            // It used up a sequence number of the same source (comfort noise, DTMF).
            self.order.pass(packet.ssrc, packet.sequence);
            return;
        }
        if !self.accept(packet.ssrc, packet.sequence) {
            return;
        }
        self.stats.packets += 1;
        self.stats.bytes += packet.payload.len() as u64;
        self.reception.on_packet(now, packet.sequence, packet.timestamp);
        let piece = Piece {
            ticks: self.timestamps.unroll(packet.timestamp),
            marker: packet.marker,
            gap: std::mem::take(&mut self.gap),
            payload: packet.payload.clone(),
        };
        self.depacketizer.push(&piece);
        while let Some(item) = self.depacketizer.poll() {
            let received = match item {
                Item::Config(config) => Received::Config(config),
                Item::Unit(unit) => Received::Unit(self.with_capture_time(unit)),
                Item::Dropped(reason) => Received::Dropped { track: self.track, reason },
            };
            self.out.push_back(received);
        }
    }

    /// Whether a packet is to be used.
    fn accept(&mut self, ssrc: u32, sequence: u16) -> bool {
        match self.order.place(ssrc, sequence) {
            Place::First | Place::Next => {}
            Place::Behind(packets) => {
                self.stats.lost += u64::from(packets);
                self.gap = true;
                self.out.push_back(Received::Loss { track: self.track, packets });
            }
            Place::Jumped => {
                self.stats.restarts += 1;
                self.gap = true;
            }
            Place::NewSource => {
                self.stats.restarts += 1;
                self.gap = true;
                self.timestamps = TimestampUnroller::default();
                self.reception = Reception::new(self.clock_hz);
                self.sender_report = None;
            }
            Place::Late => {
                self.stats.late += 1;
                return false;
            }
            Place::OtherSource => {
                self.stats.other_source += 1;
                return false;
            }
        }
        true
    }

    /// Takes an RTCP compound packet. Malformed ones are counted.
    pub fn handle_rtcp(&mut self, now: Instant, bytes: &[u8]) {
        for packet in parse_compound(bytes) {
            match packet {
                Ok(Rtcp::SenderReport { sender, .. }) => {
                    self.reception.on_sender_report(now, sender.ntp);
                    self.sender_report = sender.ntp.to_unix_us().map(|unix_us| (sender, unix_us));
                }
                Ok(Rtcp::Goodbye { .. }) => {
                    self.out.push_back(Received::Goodbye { track: self.track });
                }
                Ok(_) => {}
                Err(_) => self.stats.malformed += 1,
            }
        }
    }

    /// RFC 3550 §6.4.1: the sender report ties one media time to the wall clock.
    fn with_capture_time(&self, mut unit: AccessUnit) -> AccessUnit {
        let Some((report, report_unix_us)) = self.sender_report else {
            return unit;
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "modulo 2^32 is meant")]
        let low = unit.pts.ticks as u32;
        let distance = i64::from(low.wrapping_sub(report.rtp_timestamp).cast_signed());
        let clock = i64::from(self.clock_hz.get());
        if distance.abs() <= MAX_REPORT_DISTANCE_S * clock {
            unit.capture_utc = Some(CaptureTime {
                unix_us: report_unix_us + distance * 1_000_000 / clock,
                origin: CaptureOrigin::RtcpSenderReport,
                uncertainty: SENDER_REPORT_UNCERTAINTY,
            });
        }
        unit
    }

    /// The next result.
    pub fn poll(&mut self) -> Option<Received> {
        self.out.pop_front()
    }

    /// The block for a receiver report sent at `now`; `None` before the first packet.
    pub fn report(&mut self, now: Instant) -> Option<ReportBlock> {
        let ssrc = self.order.ssrc()?;
        self.reception.report(now, ssrc)
    }

    /// The source that is received.
    pub const fn ssrc(&self) -> Option<u32> {
        self.order.ssrc()
    }

    /// Which track.
    pub const fn track(&self) -> TrackId {
        self.track
    }

    /// Counters.
    pub const fn stats(&self) -> ReceiverStats {
        self.stats
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NtpTime;
    use crate::sdp::SessionDescription;
    use bytes::BytesMut;

    fn receiver() -> TrackReceiver {
        let sdp = SessionDescription::parse(b"m=audio 0 RTP/AVP 8").unwrap();
        TrackReceiver::new(&sdp.media[0], TrackId(1))
    }

    fn packet(sequence: u16, timestamp: u32, ssrc: u32) -> Packet {
        Packet {
            marker: false,
            payload_type: 8,
            sequence,
            timestamp,
            ssrc,
            csrc: Vec::new(),
            extension: None,
            payload: Bytes::from_static(&[0xD5; 160]),
        }
    }

    fn units(receiver: &mut TrackReceiver) -> Vec<AccessUnit> {
        std::iter::from_fn(|| receiver.poll())
            .filter_map(|received| match received {
                Received::Unit(unit) => Some(unit),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn losses_are_reported_and_late_packets_dropped() {
        let now = Instant::now();
        let mut receiver = receiver();
        for sequence in [65_535, 2, 1] {
            receiver.handle_packet(now, &packet(sequence, 0, 1));
        }
        let losses: Vec<_> = std::iter::from_fn(|| receiver.poll())
            .filter_map(|received| match received {
                Received::Loss { packets, .. } => Some(packets),
                _ => None,
            })
            .collect();
        assert_eq!((losses, receiver.stats().late), (vec![2], 1));
    }

    #[test]
    fn stray_packets_of_another_source_are_dropped_until_they_persist() {
        let now = Instant::now();
        let mut receiver = receiver();
        receiver.handle_packet(now, &packet(1, 0, 1));
        receiver.handle_packet(now, &packet(900, 0, 2));
        receiver.handle_packet(now, &packet(2, 160, 1));
        assert_eq!((units(&mut receiver).len(), receiver.stats().other_source), (2, 1));
        for index in 0..12 {
            receiver.handle_packet(now, &packet(901 + index, 0, 2));
        }
        assert_eq!((units(&mut receiver).len(), receiver.ssrc()), (3, Some(2)));
    }

    #[test]
    fn a_sender_report_dates_the_units_and_a_camera_without_a_clock_does_not() {
        let now = Instant::now();
        for (unix_us, dated) in [(1_700_000_000_000_000, true), (12_000_000, false)] {
            let mut receiver = receiver();
            let sender = SenderReport {
                ntp: NtpTime::from_unix_us(unix_us),
                rtp_timestamp: u32::MAX - 79,
                packets: 0,
                octets: 0,
            };
            let mut bytes = BytesMut::new();
            Rtcp::SenderReport { ssrc: 1, sender, reports: Vec::new() }.write(&mut bytes);
            receiver.handle_rtcp(now, &bytes);
            receiver.handle_packet(now, &packet(1, 80, 1));
            let capture = units(&mut receiver)[0].capture_utc;
            assert_eq!(capture.map(|time| time.unix_us), dated.then_some(unix_us + 20_000));
        }
    }
}
