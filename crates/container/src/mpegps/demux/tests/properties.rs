//! Round trips with our muxer, losses, and anything at all.

use std::collections::BTreeMap;
use std::sync::Arc;

use media::{AacConfig, Frame, Muxer as _};
use proptest::prelude::*;

use super::*;
use crate::mpegps::codecs::carried;
use crate::mpegps::{G722_1_ID, G723_1_ID, MPEG4_VISUAL_ID, Muxer, SVAC_AUDIO_ID};
use crate::systems::g711;
use crate::test_support::{frame, track};

fn sounds() -> Vec<CodecConfig> {
    let names = [G722_1_ID, G723_1_ID, G729_ID, SVAC_AUDIO_ID];
    let mut sounds = vec![g711(true), g711(false), CodecConfig::Aac(AacConfig::lc(hz(48_000), 2).unwrap())];
    sounds.extend(names.map(|name| carried(name, 0xc0)));
    sounds
}

fn pictures() -> Vec<CodecConfig> {
    vec![h264(), h265(), carried(SVAC_VIDEO_ID, 0xe0), carried(MPEG4_VISUAL_ID, 0xe0)]
}

/// A picture of some slices, which hold no start code.
fn slices(codec: &CodecConfig, key: bool, seed: u8, count: usize, len: usize) -> Vec<u8> {
    let mut out = BytesMut::new();
    for index in 0..count {
        let first = if index == 0 { 0x80 } else { 0x40 };
        let head: &[u8] = match (codec, key) {
            (CodecConfig::H265(_), true) => &[0x26, 1, first],
            (CodecConfig::H265(_), false) => &[0x02, 1, first],
            (_, true) => &[0x65, first],
            (_, false) => &[0x41, first],
        };
        nal::put_length_prefixed(&mut out, &[head, &vec![seed; len], &[1]].concat());
    }
    out.to_vec()
}

/// Frames as a camera has them, with sound between.
fn frames(video: &CodecConfig, sizes: &[(u8, usize, usize, i64)], start_ms: i64) -> Vec<Frame> {
    let mut sent = Vec::new();
    for ((seed, count, len, composition), index) in sizes.iter().zip(0i64..) {
        let dts = start_ms + 40 * index;
        let key = index % 5 == 0;
        let payload = match video {
            CodecConfig::Opaque(_) => [&[0, 0, 1, 0x11][..], &vec![*seed; *len], &[1]].concat(),
            _ => slices(video, key, *seed, *count, *len),
        };
        sent.push(frame(0, dts, dts + composition, key, &payload));
        sent.push(frame(1, dts, dts, true, &[*seed; 160]));
    }
    sent
}

/// One pack for each frame.
fn packs(video: &CodecConfig, audio: &CodecConfig, frames: &[Frame]) -> Vec<Bytes> {
    let mut muxer = Muxer::new();
    let tracks: Vec<Arc<TrackConfig>> = vec![track(0, video.clone()), track(1, audio.clone())];
    assert!(muxer.set_tracks(&tracks).is_empty());
    let mut out = BytesMut::new();
    frames
        .iter()
        .map(|frame| {
            muxer.write_frame(frame, &mut out);
            out.split().freeze()
        })
        .collect()
}

/// Payloads of packets with whether the marker is set.
fn packets(packs: &[Bytes]) -> Vec<(Bytes, bool)> {
    const PAYLOAD_LEN: usize = 1388;
    packs
        .iter()
        .flat_map(|pack| {
            (0..pack.len()).step_by(PAYLOAD_LEN).map(|start| {
                let end = pack.len().min(start + PAYLOAD_LEN);
                (pack.slice(start..end), end == pack.len())
            })
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_our_muxer_writes_is_read_back(
        video in any::<prop::sample::Index>(),
        audio in any::<prop::sample::Index>(),
        start_ms in prop_oneof![0i64..1000, 95_440_000i64..95_442_600],
        sizes in prop::collection::vec((1u8..=255, 1usize..4, prop_oneof![1usize..1500, 60_000usize..140_000], 0i64..200), 1..12),
        cut in 1usize..3000,
    ) {
        let (videos, audios) = (pictures(), sounds());
        let (video, audio) = (video.get(&videos), audio.get(&audios));
        let sent = frames(video, &sizes, start_ms);
        let stream = packs(video, audio, &sent).concat();

        let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
        for piece in stream.chunks(cut) {
            demuxer.push(&Bytes::copy_from_slice(piece), Arrival::default(), &mut events);
        }
        demuxer.finish(&mut events);
        prop_assert!(demuxer.is_complete());
        prop_assert_eq!(dropped(&events), []);
        prop_assert_eq!(demuxer.stats(), Stats::default());
        prop_assert_eq!(configs(&events).len(), 2);
        for config in configs(&events) {
            prop_assert_eq!(&config.codec, if config.id == TrackId(0) { video } else { audio });
        }
        prop_assert_eq!(units(&events).len(), sent.len());
        for id in [0, 1] {
            let units = units(&events).into_iter().filter(|unit| unit.track == TrackId(id));
            for (unit, frame) in units.zip(sent.iter().filter(|frame| frame.track == TrackId(id))) {
                prop_assert_eq!(unit.pts.ticks - 90_000, frame.pts.to_ticks(hz(90_000)));
                prop_assert_eq!(unit.dts.unwrap().ticks - 90_000, frame.dts.to_ticks(hz(90_000)));
                prop_assert_eq!(unit.key, frame.key);
                prop_assert!(unit.payload == frame.payload);
            }
        }
    }

    #[test]
    fn any_bytes_end_without_panic(
        bytes in prop::collection::vec(prop_oneof![3 => 0u8..2, 2 => 0xb9u8..0xf0, 2 => any::<u8>()], 0..3000),
    ) {
        crate::fuzz::mpegps(&bytes);
    }

    #[test]
    fn any_bytes_in_packs_give_the_same_however_they_are_cut(
        elements in prop::collection::vec((0u8..8, prop::collection::vec(0u8..4, 0..60), any::<u8>()), 0..30),
        cut in 1usize..50,
    ) {
        let mut writer = Writer::default();
        for (kind, bytes, value) in elements {
            match kind {
                0 => writer.pack(),
                1 => writer.system_header(),
                2 => writer.map(&[(0x1b, 0xe0), (0x90, 0xc0)]),
                3 => writer.pes(0xe0, Some(u64::from(value) * 900), &picture(true, value | 1)),
                4 => writer.pes(0xe0, Some(u64::from(value) * 900), &picture(false, value | 1)),
                5 => writer.pes(0xe0, None, &bytes),
                6 => writer.pes(0xc0, Some(u64::from(value)), &bytes),
                _ => writer.raw(&bytes),
            };
        }
        let whole = read_cut(&writer.out, writer.out.len());
        prop_assert_eq!(format!("{whole:?}"), format!("{:?}", read_cut(&writer.out, cut)));
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
fn lost_packets_cost_whole_units_and_nothing_else() {
    let mut came = 0;
    for seed in 0..60 {
        let mut lottery = Lottery(seed);
        let percent = 1 + lottery.below(10);
        println!("seed {seed}: {percent} % of the packets are lost");
        let video = if seed % 2 == 0 { h264() } else { h265() };
        let sizes: Vec<(u8, usize, usize, i64)> = (0..100)
            .map(|index| {
                let large = if index % 5 == 0 { 30_000 } else { 6000 };
                let len = usize::try_from(lottery.below(large)).unwrap() + 1;
                (u8::try_from(1 + index % 250).unwrap(), 1 + usize::try_from(lottery.below(3)).unwrap(), len / 3 + 1, 0)
            })
            .collect();
        let sent = frames(&video, &sizes, 0);
        let source: BTreeMap<(TrackId, i64), &Bytes> =
            sent.iter().map(|frame| ((frame.track, frame.pts.to_ticks(hz(90_000))), &frame.payload)).collect();

        let (mut demuxer, mut events, mut gap) = (Demuxer::new(), Vec::new(), false);
        for (payload, marker) in packets(&packs(&video, &g711(true), &sent)) {
            if lottery.below(100) < percent {
                gap = true;
                continue;
            }
            if std::mem::take(&mut gap) {
                demuxer.lost(&mut events);
            }
            demuxer.push(&payload, Arrival { ticks: None, marker }, &mut events);
            assert!(demuxer.held_len() < 400_000, "{}", demuxer.held_len());
        }
        demuxer.finish(&mut events);
        let units = units(&events);
        for unit in &units {
            let frame = source.get(&(unit.track, unit.pts.ticks - 90_000));
            assert!(frame.is_some_and(|payload| **payload == unit.payload), "seed {seed}: {:?}", unit.pts);
        }
        for id in [0, 1] {
            let last = units.iter().rfind(|unit| unit.track == TrackId(id)).unwrap();
            assert!(last.pts.ticks > 90_000 * 3, "seed {seed}: track {id} ends at {:?}", last.pts);
        }
        assert!(events.iter().filter(|event| matches!(event, Event::Config(_))).count() == 2);
        came += units.len();
    }
    println!("{came} of {} units came", 60 * 200);
}
