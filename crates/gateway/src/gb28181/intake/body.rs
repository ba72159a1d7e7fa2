//! What the packets of the picture hold, and how it is read.

use std::time::Instant;

use bytes::Bytes;
use container::mpegps::{Arrival, PayloadKind};
use container::{mpegps, mpegts};
use media::{AccessUnit, TrackConfig, TrackId};
use rtp::{Packet, PsDepacketizer, Received, TrackReceiver};

use super::payloads::Payloads;

/// What a byte stream of NAL units is put behind, so that the demuxer of program streams reads it: a pack, and a packet
/// of pictures that says neither length nor time, and ends with the next element of the system layer, which never
/// comes. Its pictures have the time of the RTP packets that bring them.
const BYTE_STREAM_HEAD: [u8; 23] = [
    0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xf8, // pack
    0, 0, 1, 0xe0, 0, 0, 0x80, 0, 0, // packet of pictures
];

/// What was read.
pub(super) enum Read {
    Track(TrackConfig),
    Unit(AccessUnit),
    Note(String),
}

/// Reads the packets of one kind.
pub(super) enum Body {
    ProgramStream { demuxer: Box<mpegps::Demuxer>, head: Option<Bytes>, at_head: bool },
    TransportStream(Box<mpegts::Demuxer>),
    Elementary(Box<TrackReceiver>),
}

impl Body {
    pub(super) fn new(kind: PayloadKind, payload_type: u8, payloads: &Payloads) -> Self {
        let elementary = |encoding| {
            let media = payloads.elementary(payload_type, encoding);
            Self::Elementary(Box::new(TrackReceiver::new(&media, TrackId(0))))
        };
        let program = |head| Self::ProgramStream { demuxer: Box::default(), head, at_head: true };
        match kind {
            PayloadKind::TransportStream => Self::TransportStream(Box::default()),
            PayloadKind::H264 => elementary("H264"),
            PayloadKind::H265 => elementary("H265"),
            PayloadKind::H264ByteStream | PayloadKind::H265ByteStream => {
                program(Some(Bytes::from_static(&BYTE_STREAM_HEAD)))
            }
            _ => program(None),
        }
    }

    /// Takes the next packet in order.
    pub(super) fn push(
        &mut self,
        now: Instant,
        packet: &Packet,
        depacketizer: &mut PsDepacketizer,
        read: &mut impl FnMut(Read),
    ) {
        match self {
            Self::Elementary(receiver) => {
                receiver.handle_packet(now, packet);
                while let Some(received) = receiver.poll() {
                    match received {
                        Received::Config(config) => read(Read::Track(config)),
                        Received::Unit(unit) => read(Read::Unit(unit)),
                        _ => {}
                    }
                }
            }
            Self::TransportStream(demuxer) => {
                let Some(piece) = depacketizer.push(packet) else { return };
                let mut events = Vec::new();
                demuxer.push(&piece.payload, &mut events);
                events.into_iter().for_each(|event| transport_event(event, read));
            }
            Self::ProgramStream { demuxer, head, at_head } => {
                let Some(piece) = depacketizer.push(packet) else { return };
                let mut events = Vec::new();
                if piece.lost {
                    demuxer.lost(&mut events);
                    *at_head = true;
                }
                let arrival = Arrival { ticks: Some(piece.ticks), marker: piece.marker };
                if let Some(head) = head.as_ref().filter(|_| std::mem::take(at_head)) {
                    demuxer.push(head, Arrival { marker: false, ..arrival }, &mut events);
                }
                demuxer.push(&piece.payload, arrival, &mut events);
                events.into_iter().for_each(|event| program_event(event, read));
            }
        }
    }

    /// The end: gives out what is held back.
    pub(super) fn finish(&mut self, read: &mut impl FnMut(Read)) {
        match self {
            Self::Elementary(_) => {}
            Self::TransportStream(demuxer) => {
                let mut events = Vec::new();
                demuxer.finish(&mut events);
                events.into_iter().for_each(|event| transport_event(event, read));
            }
            Self::ProgramStream { demuxer, .. } => {
                let mut events = Vec::new();
                demuxer.finish(&mut events);
                events.into_iter().for_each(|event| program_event(event, read));
            }
        }
    }

    /// Packets that are missing, as far as they are counted here.
    pub(super) fn lost(&self) -> u64 {
        match self {
            Self::Elementary(receiver) => receiver.stats().lost,
            Self::TransportStream(_) | Self::ProgramStream { .. } => 0,
        }
    }

    /// Whether every track that the stream lists is known.
    pub(super) fn is_complete(&self) -> bool {
        match self {
            Self::Elementary(_) => true,
            Self::TransportStream(demuxer) => demuxer.is_complete(),
            Self::ProgramStream { demuxer, .. } => demuxer.is_complete(),
        }
    }
}

fn program_event(event: mpegps::Event, read: &mut impl FnMut(Read)) {
    match event {
        mpegps::Event::Config(config) => read(Read::Track(config)),
        mpegps::Event::Unit(unit) => read(Read::Unit(unit)),
        mpegps::Event::LeftOut { stream_type, .. } => {
            read(Read::Note(format!("A stream of type {stream_type:#04x} is left out: it is not understood.")));
        }
        mpegps::Event::Discontinuity { .. } | mpegps::Event::Dropped { .. } => {}
    }
}

fn transport_event(event: mpegts::Event, read: &mut impl FnMut(Read)) {
    match event {
        mpegts::Event::Config(config) => read(Read::Track(config)),
        mpegts::Event::Unit(unit) => read(Read::Unit(unit)),
        mpegts::Event::LeftOut { stream_type, reason, .. } => {
            read(Read::Note(format!("A stream of type {stream_type} is left out: {reason}.")));
        }
        _ => {}
    }
}
