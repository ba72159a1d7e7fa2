//! Frames of a camera as a program stream in RTP (GB/T 28181-2022 annex C), by UDP and by TCP, with losses.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use container::mpegps::{Arrival, Demuxer, Event, Muxer, PayloadKind, Sniffer};
use media::bitstream::nal;
use media::{CodecConfig, Frame, G711Config, H264Config, MediaTime, Muxer as _, Timestamp, TrackConfig, TrackId};
use rtp::framing::TcpFraming;
use rtp::{Ordered, Packet, PsDepacketizer, PsPacketizer, ReorderBuffer};

const CLOCK: NonZeroU32 = NonZeroU32::new(90_000).unwrap();
/// 64x64 baseline, made by libx264.
const SPS: &[u8] = &[0x67, 0x42, 0xc0, 0x0a, 0xda, 0x10, 0x99];
const PPS: &[u8] = &[0x68, 0xce, 0x3c, 0x80];

fn tracks() -> Vec<Arc<TrackConfig>> {
    let video = H264Config::new(vec![Bytes::from_static(SPS)], vec![Bytes::from_static(PPS)]).unwrap();
    let sound = G711Config { sample_rate_hz: NonZeroU32::new(8000).unwrap(), channels: 1 };
    vec![
        Arc::new(TrackConfig::new(TrackId(0), CLOCK, CodecConfig::H264(video))),
        Arc::new(TrackConfig::new(TrackId(1), CLOCK, CodecConfig::G711A(sound))),
    ]
}

fn frame(track: u8, millis: i64, key: bool, payload: Bytes) -> Frame {
    Frame {
        track: TrackId(track),
        source_ts: MediaTime::new(millis * 90, CLOCK),
        dts: Timestamp::from_millis(millis),
        pts: Timestamp::from_millis(millis),
        arrival: Instant::now(),
        capture_utc: None,
        key,
        config_version: 1,
        payload,
    }
}

/// Twenty seconds of pictures and sound; key frames go over 64 KiB.
fn frames() -> Vec<Frame> {
    let mut frames = Vec::new();
    for index in 0..500i64 {
        let key = index % 50 == 0;
        let len = if key { 20_000 + 10_000 * usize::try_from(index / 50).unwrap() } else { 3000 };
        let fill = u8::try_from(1 + index % 200).unwrap();
        let unit = [&[if key { 0x65 } else { 0x41 }, 0x88][..], &vec![fill; len], &[0x80]].concat();
        let mut payload = BytesMut::new();
        nal::put_length_prefixed(&mut payload, &unit);
        frames.push(frame(0, index * 40, key, payload.freeze()));
        frames.push(frame(1, index * 40, true, vec![fill; 320].into()));
    }
    frames
}

/// RTP packets as they travel.
fn packets(frames: &[Frame]) -> Vec<Bytes> {
    let mut muxer = Muxer::new();
    assert!(muxer.set_tracks(&tracks()).is_empty());
    let (mut packetizer, mut pack) = (PsPacketizer::new(0x0200_0001, 65_000, 77), BytesMut::new());
    let mut out = Vec::new();
    for frame in frames {
        pack.clear();
        muxer.write_frame(frame, &mut pack);
        packetizer.packetize(&pack, frame.pts.to_ticks(CLOCK), &mut |header, payload| {
            out.push(Bytes::from([&header[..], payload].concat()));
        });
    }
    out
}

/// What the gateway will do with packets in order.
#[derive(Default)]
struct Receiver {
    depacketizer: PsDepacketizer,
    demuxer: Demuxer,
    sniffer: Sniffer,
    kind: Option<PayloadKind>,
    events: Vec<Event>,
}

impl Receiver {
    fn packet(&mut self, packet: &Packet) {
        self.kind = self.sniffer.push(&packet.payload);
        let Some(piece) = self.depacketizer.push(packet) else { return };
        if piece.lost {
            self.demuxer.lost(&mut self.events);
        }
        let arrival = Arrival { ticks: Some(piece.ticks), marker: piece.marker };
        self.demuxer.push(&piece.payload, arrival, &mut self.events);
    }

    /// Units by track and time, each of which must be one that was sent.
    fn came(mut self, frames: &[Frame]) -> usize {
        assert_eq!(self.kind, Some(PayloadKind::ProgramStream));
        self.demuxer.finish(&mut self.events);
        let sent: BTreeMap<(TrackId, i64), &Bytes> =
            frames.iter().map(|frame| ((frame.track, frame.pts.to_ticks(CLOCK) + 90_000), &frame.payload)).collect();
        let mut came = 0;
        for event in &self.events {
            if let Event::Unit(unit) = event {
                assert_eq!(sent.get(&(unit.track, unit.pts.ticks)), Some(&&unit.payload), "{:?}", unit.pts);
                came += 1;
            }
        }
        came
    }
}

/// A generator that needs no library: good enough to choose packets.
struct Lottery(u64);

impl Lottery {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }
}

#[test]
fn everything_comes_by_tcp_with_either_framing() {
    let frames = frames();
    let packets = packets(&frames);
    for dollars in [false, true] {
        let mut stream = Vec::new();
        for packet in &packets {
            if dollars {
                stream.extend_from_slice(b"$\0");
            }
            stream.extend_from_slice(&u16::try_from(packet.len()).unwrap().to_be_bytes());
            stream.extend_from_slice(packet);
        }
        let (mut framing, mut receiver) = (TcpFraming::new(), Receiver::default());
        for piece in stream.chunks(4000) {
            framing.push(piece);
            while let Some(framed) = framing.poll() {
                assert!(!framed.after_loss);
                receiver.packet(&Packet::parse(&framed.packet).unwrap());
            }
        }
        assert_eq!(receiver.came(&frames), frames.len());
    }
}

#[test]
fn a_sender_that_overflows_costs_frames_and_no_more() {
    let frames = frames();
    let packets = packets(&frames);
    for seed in 0..20 {
        println!("seed {seed}");
        let mut lottery = Lottery(seed);
        let (mut framing, mut receiver, mut stream) = (TcpFraming::new(), Receiver::default(), Vec::new());
        for packet in &packets {
            stream.extend_from_slice(&u16::try_from(packet.len()).unwrap().to_be_bytes());
            stream.extend_from_slice(packet);
            if lottery.below(200) == 0 {
                // What does not fit into its queue is left away, wherever that ends.
                let missing = usize::try_from(lottery.below(3000)).unwrap();
                stream.truncate(stream.len().saturating_sub(missing));
            }
        }
        for piece in stream.chunks(1460) {
            framing.push(piece);
            while let Some(framed) = framing.poll() {
                if framed.after_loss {
                    receiver.depacketizer.note_loss();
                }
                if let Ok(packet) = Packet::parse(&framed.packet) {
                    receiver.packet(&packet);
                }
            }
        }
        assert!(framing.resyncs() > 0);
        let came = receiver.came(&frames);
        assert!(came > frames.len() / 2, "seed {seed}: {came}");
    }
}

#[test]
fn losses_and_disorder_of_udp_cost_whole_frames() {
    let frames = frames();
    let packets = packets(&frames);
    for seed in 0..20 {
        let mut lottery = Lottery(seed);
        let percent = 1 + lottery.below(10);
        println!("seed {seed}: {percent} % of the packets are lost");
        let mut order: Vec<&Bytes> = packets.iter().filter(|_| lottery.below(100) >= percent).collect();
        for at in 1..order.len() - 1 {
            if lottery.below(20) == 0 {
                order.swap(at, at + 1);
            }
        }
        let (mut buffer, mut receiver) = (ReorderBuffer::new(Duration::from_millis(50)), Receiver::default());
        let start = Instant::now();
        for (packet, index) in order.into_iter().zip(0u32..) {
            let now = start + index * Duration::from_millis(1);
            buffer.push(now, Packet::parse(packet).unwrap());
            while let Some(ordered) = buffer.poll(now) {
                if let Ordered::Packet(packet) = ordered {
                    receiver.packet(&packet);
                }
            }
        }
        let came = receiver.came(&frames);
        assert!(came > frames.len() / 3, "seed {seed}: {came}");
    }
}
