use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::BytesMut;
use media::{AacConfig, CodecConfig, Frame, G711Config, Muxer as _, OpusConfig, TrackConfig};
use proptest::prelude::*;

use super::*;
use crate::systems::crc32;
use crate::test_support::{av1, frame, h264, h265, hz, payload, spoken_track, track};

fn muxed(tracks: &[Arc<TrackConfig>], frames: &[Frame]) -> BytesMut {
    let mut muxer = Muxer::new();
    assert!(muxer.set_tracks(tracks).is_empty());
    let mut out = BytesMut::new();
    muxer.write_header(&mut out);
    frames.iter().for_each(|frame| muxer.write_frame(frame, &mut out));
    out
}

/// One PES packet as a receiver puts it together.
#[derive(Debug, Default, PartialEq)]
struct Pes {
    random_access: bool,
    pcr: Option<u64>,
    bytes: Vec<u8>,
}

impl Pes {
    fn time(&self, at: usize) -> u64 {
        let b: Vec<u64> = self.bytes[at..at + 5].iter().map(|byte| u64::from(*byte)).collect();
        assert!(b[0] & 1 == 1 && b[2] & 1 == 1 && b[4] & 1 == 1, "marker bits");
        (b[0] >> 1 & 7) << 30 | b[1] << 22 | (b[2] >> 1) << 15 | b[3] << 7 | b[4] >> 1
    }

    fn pts(&self) -> u64 {
        self.time(9)
    }

    fn dts(&self) -> u64 {
        if self.bytes[7] & 0x40 == 0 { self.pts() } else { self.time(14) }
    }

    fn payload(&self) -> &[u8] {
        let declared = usize::from(u16::from_be_bytes([self.bytes[4], self.bytes[5]]));
        assert!(declared == 0 || declared == self.bytes.len() - 6, "PES_packet_length");
        &self.bytes[9 + usize::from(self.bytes[8])..]
    }
}

/// Stream types with their PIDs, and what arrived on each PID.
type Received = (Vec<(u8, u16)>, BTreeMap<u16, Vec<Pes>>);

/// Reads packets as strictly as the specification has them: sync, continuity, CRCs, lengths.
fn received(stream: &[u8]) -> Received {
    assert_eq!(stream.len() % PACKET_LEN, 0);
    let mut counters: BTreeMap<u16, u8> = BTreeMap::new();
    let mut elementary: BTreeMap<u16, Vec<Pes>> = BTreeMap::new();
    let mut program = Vec::new();
    for packet in stream.chunks(PACKET_LEN) {
        assert_eq!(packet[0], SYNC_BYTE);
        let pid = u16::from_be_bytes([packet[1] & 0x1f, packet[2]]);
        let starts = packet[1] & 0x40 != 0;
        let counter = packet[3] & 0xf;
        if let Some(last) = counters.insert(pid, counter) {
            assert_eq!(counter, (last + 1) & 0xf, "continuity of {pid:#x}");
        }
        assert_ne!(packet[3] & 0x10, 0, "payload");
        let (mut at, mut pcr, mut random_access) = (4, None, false);
        if packet[3] & 0x20 != 0 {
            let length = usize::from(packet[4]);
            at = 5 + length;
            if length > 0 {
                random_access = packet[5] & 0x40 != 0;
                if packet[5] & 0x10 != 0 {
                    let field = packet[6..12].iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
                    pcr = Some(field >> 15);
                }
            }
        }
        let body = &packet[at..];
        if pid == PAT_PID || pid == 0x1000 {
            let length = usize::from(u16::from_be_bytes([body[2] & 0xf, body[3]]));
            let section = &body[1..4 + length];
            assert_eq!(crc32(section), 0, "a section with its CRC has the remainder 0");
            assert!(body[4 + length..].iter().all(|byte| *byte == 0xff));
            if pid == 0x1000 {
                program.clear();
                let mut rest = &section[12..section.len() - 4];
                while let [kind, high, low, _, length, tail @ ..] = rest {
                    program.push((*kind, u16::from_be_bytes([high & 0x1f, *low])));
                    rest = &tail[usize::from(*length)..];
                }
            }
            continue;
        }
        let packets = elementary.entry(pid).or_default();
        if starts {
            assert_eq!(&body[..3], [0, 0, 1]);
            packets.push(Pes { random_access, pcr, bytes: Vec::new() });
        }
        packets.last_mut().expect("a PES packet has begun").bytes.extend_from_slice(body);
    }
    (program, elementary)
}

#[test]
fn tables_name_each_track_and_key_frames_are_places_to_begin() {
    let aac = CodecConfig::Aac(AacConfig::lc(hz(48_000), 2).unwrap());
    let tracks = [track(0, h264()), track(1, aac), track(2, CodecConfig::Opus(OpusConfig { channels: 2 }))];
    let video = payload(&h264(), 0x41, 500);
    let frames = [
        frame(0, 0, 80, true, &video),
        frame(1, 10, 10, true, &[7; 100]),
        frame(2, 20, 20, true, &[8; 255]),
        frame(0, 40, 40, false, &video),
    ];
    let (program, elementary) = received(&muxed(&tracks, &frames));
    assert_eq!(program, [(0x1b, 0x100), (0x0f, 0x101), (0x06, 0x102)]);
    let pictures = &elementary[&0x100];
    assert_eq!(pictures.iter().map(|pes| pes.random_access).collect::<Vec<_>>(), [true, false]);
    assert_eq!((pictures[0].pts(), pictures[0].dts()), (90_000 + 7200, 90_000));
    assert_eq!((pictures[1].pts(), pictures[1].dts()), (93_600, 93_600));
    assert_eq!(pictures[0].pcr, Some(45_000));
    assert!(elementary[&0x101][0].pcr.is_none());
    let types =
        |pes: &Pes| -> Vec<u8> { media::bitstream::nal::annex_b(pes.payload()).map(|unit| unit[0] & 0x1f).collect() };
    assert_eq!(types(&pictures[0])[..3], [9, 7, 8], "delimiter and parameter sets come first");
    assert_eq!(types(&pictures[1])[0], 9);
    assert_ne!(types(&pictures[1])[1], 7);
    assert_eq!(elementary[&0x101][0].payload()[..4], [0xff, 0xf1, 0x4c, 0x80]);
    assert_eq!(elementary[&0x102][0].payload()[..4], [0x7f, 0xe0, 0xff, 0], "a length of 255 takes two bytes");
}

#[test]
fn changed_parameters_bring_new_tables_and_keep_the_count() {
    let mut muxer = Muxer::new();
    let mut out = BytesMut::new();
    for (codec, dts) in [(h264(), 0), (h265(), 40)] {
        let coded = payload(&codec, 1, 300);
        muxer.set_tracks(&[track(0, codec)]);
        muxer.write_frame(&frame(0, dts, dts, dts == 0, &coded), &mut out);
    }
    let (program, elementary) = received(&out);
    assert_eq!(program, [(0x24, 0x100)]);
    assert_eq!(elementary[&0x100].len(), 2);
}

#[test]
fn sound_alone_begins_with_tables_and_repeats_them() {
    let g711 = CodecConfig::G711A(G711Config { sample_rate_hz: hz(8000), channels: 1 });
    let frames: Vec<Frame> = (0..60).map(|index| frame(1, index * 20, index * 20, true, &[0xd5; 160])).collect();
    let out = muxed(&[track(1, g711)], &frames);
    assert_eq!(u16::from_be_bytes([out[1] & 0x1f, out[2]]), PAT_PID);
    let (program, elementary) = received(&out);
    assert_eq!(program, [(0x90, 0x100)]);
    assert!(elementary[&0x100].iter().all(|pes| pes.pcr.is_some() && pes.payload() == [0xd5; 160]));
    let tables = out.chunks(PACKET_LEN).filter(|packet| packet[1] & 0x1f == 0 && packet[2] == 0).count();
    assert_eq!(tables, 4, "the header and each 500 ms");
}

#[test]
fn time_stamps_wrap_after_33_bits() {
    let wrap_ms = (1i64 << 33) / 90 - 1000;
    let coded = payload(&h264(), 1, 10);
    let frames =
        [frame(0, wrap_ms - 40, wrap_ms - 40, true, &coded), frame(0, wrap_ms + 40, wrap_ms + 80, false, &coded)];
    let (_, elementary) = received(&muxed(&[track(0, h264())], &frames));
    let pictures = &elementary[&0x100];
    assert!(pictures[0].pts() > (1 << 33) - 5000 && pictures[1].pts() < 10_000, "{pictures:?}");
    assert!(pictures[1].pcr.unwrap() > 1 << 32, "the clock reference has not wrapped yet");
}

#[test]
fn what_no_player_reads_is_refused() {
    let mut muxer = Muxer::new();
    let refusals = muxer.set_tracks(&[track(0, av1()), track(1, h264())]);
    assert_eq!(refusals.len(), 1);
    assert!(refusals[0].reason.contains("AV1"), "{refusals:?}");
}

#[test]
fn more_tracks_than_the_tables_hold_are_refused() {
    let tracks: Vec<_> = (0..16).map(|id| track(id, h265())).collect();
    let mut muxer = Muxer::new();
    assert_eq!(muxer.set_tracks(&tracks).len(), 8);
    let mut out = BytesMut::new();
    muxer.write_frame(&frame(0, 0, 0, true, &payload(&h265(), 1, 10)), &mut out);
    assert_eq!(received(&out).0.len(), 8);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn payloads_of_any_length_arrive_whole(lengths in prop::collection::vec(1usize..1200, 1..20), start_ms in 0i64..100_000_000) {
        let g711 = CodecConfig::G711U(G711Config { sample_rate_hz: hz(8000), channels: 1 });
        let sent: Vec<Frame> = lengths
            .iter()
            .zip(0i64..)
            .map(|(length, index)| frame(1, start_ms + index * 20, start_ms + index * 20, true, &vec![0x5a; *length]))
            .collect();
        let (_, elementary) = received(&muxed(&[track(1, g711)], &sent));
        let got = &elementary[&0x100];
        prop_assert_eq!(got.len(), sent.len());
        for (pes, frame) in got.iter().zip(&sent) {
            prop_assert_eq!(pes.payload(), &frame.payload[..]);
            prop_assert_eq!(pes.pts(), (u64::try_from(frame.pts.as_millis()).unwrap() * 90 + 90_000) & ((1 << 33) - 1));
        }
    }
}

#[test]
fn tracks_whose_descriptions_do_not_fit_are_refused() {
    let opus = CodecConfig::Opus(OpusConfig { channels: 2 });
    for (tag, carried) in [("", 8), ("zh", 7)] {
        let tracks: Vec<_> = (0..9).map(|id| spoken_track(id, opus.clone(), tag)).collect();
        let mut muxer = Muxer::new();
        assert_eq!(muxer.set_tracks(&tracks).len(), 9 - carried, "{tag}");
        let mut out = BytesMut::new();
        muxer.write_tables(&mut out);
        let (program, _) = received(&out);
        assert_eq!(program.len(), carried);
    }
}
