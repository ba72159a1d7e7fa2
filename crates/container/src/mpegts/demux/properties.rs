//! Round trips with our muxer, and anything at all.

use std::sync::Arc;

use bytes::BytesMut;
use media::{AacConfig, CodecConfig, Frame, G711Config, Mp3Config, Muxer as _, OpusConfig};
use proptest::prelude::*;

use super::tests::{configs, units};
use super::*;
use crate::mpegts::{Muxer, SYNC_BYTE};
use crate::test_support::{frame, h264, h265, hz, payload, spoken_track, track};

fn sound() -> Vec<CodecConfig> {
    vec![
        CodecConfig::Aac(AacConfig::lc(hz(48_000), 2).unwrap()),
        CodecConfig::Opus(OpusConfig { channels: 2 }),
        CodecConfig::G711A(G711Config { sample_rate_hz: hz(8000), channels: 1 }),
        CodecConfig::G711U(G711Config { sample_rate_hz: hz(8000), channels: 1 }),
        CodecConfig::Mp3(Mp3Config { sample_rate_hz: hz(44_100), channels: 1 }),
    ]
}

/// A payload that reads back: MPEG audio must be as long as its header says.
fn sound_payload(codec: &CodecConfig, seed: u8, len: usize) -> Vec<u8> {
    match codec {
        CodecConfig::Mp3(_) => [&[0xff, 0xfb, 0x90, 0xc4][..], &[seed & 0x7f; 413]].concat(),
        _ => vec![seed; len],
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_our_muxer_writes_is_read_back(
        hevc in any::<bool>(),
        choice in any::<prop::sample::Index>(),
        start_ms in prop_oneof![0i64..1000, 95_440_000i64..95_442_600],
        sizes in prop::collection::vec((1u8..=255, 1usize..1200, 0i64..200), 1..14),
        cut in 1usize..2000,
        spoken in prop::sample::select(vec!["", "zh", "yue"]),
    ) {
        let (video, sounds) = (if hevc { h265() } else { h264() }, sound());
        let audio = choice.get(&sounds);
        let tracks: Vec<Arc<TrackConfig>> = vec![track(0, video.clone()), spoken_track(1, audio.clone(), spoken)];
        let mut sent: Vec<Frame> = Vec::new();
        for (index, (seed, len, composition)) in sizes.iter().enumerate() {
            let dts = start_ms + 40 * i64::try_from(index).unwrap();
            let mut coded = payload(&video, *seed, *len);
            // A slice of the right kind, so that key flags read back.
            let key = index % 5 == 0;
            let slice: &[u8] = match (hevc, key) {
                (false, true) => &[0, 0, 0, 3, 0x65, 0x88, 1],
                (false, false) => &[0, 0, 0, 3, 0x41, 0x88, 1],
                (true, true) => &[0, 0, 0, 4, 0x26, 1, 0x80, 1],
                (true, false) => &[0, 0, 0, 4, 0x02, 1, 0x80, 1],
            };
            coded.splice(.., slice.iter().copied().chain([0, 0, 0, 2, slice[4] & 0x7e | 1, 0x41]));
            let filler = (*len % 60) * 7;
            if !hevc {
                coded.splice(.., [slice, &u32::try_from(filler + 2).unwrap().to_be_bytes(), &[0x41, 0x44], &vec![*seed; filler]].concat());
            }
            sent.push(frame(0, dts, dts + composition, key, &coded));
            sent.push(frame(1, dts, dts, true, &sound_payload(audio, *seed, *len)));
        }
        let mut muxer = Muxer::new();
        prop_assert!(muxer.set_tracks(&tracks).is_empty());
        let mut out = BytesMut::new();
        sent.iter().for_each(|frame| muxer.write_frame(frame, &mut out));

        let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
        out.chunks(cut).for_each(|piece| demuxer.push(piece, &mut events));
        demuxer.finish(&mut events);
        prop_assert!(demuxer.is_complete());
        prop_assert_eq!(configs(&events).len(), 2);
        for config in configs(&events) {
            prop_assert_eq!(&config.codec, if config.id == TrackId(0) { &video } else { audio });
            prop_assert_eq!(config.language, tracks[usize::from(config.id.0)].language);
        }
        let units = units(&events);
        prop_assert_eq!(units.len(), sent.len());
        for id in [0, 1] {
            let units = units.iter().filter(|unit| unit.track == TrackId(id));
            for (unit, frame) in units.zip(sent.iter().filter(|frame| frame.track == TrackId(id))) {
                prop_assert_eq!(unit.pts.ticks - 90_000, frame.pts.to_ticks(hz(90_000)));
                prop_assert_eq!(unit.dts.unwrap().ticks - 90_000, frame.dts.to_ticks(hz(90_000)));
                prop_assert_eq!((unit.key, &unit.payload), (frame.key, &frame.payload));
            }
        }
    }

    #[test]
    fn any_bytes_end_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..6000), sync in any::<bool>()) {
        let mut bytes = bytes;
        if sync {
            bytes.iter_mut().step_by(PACKET_LEN).for_each(|byte| *byte = SYNC_BYTE);
            bytes.iter_mut().skip(1).step_by(PACKET_LEN).for_each(|byte| *byte &= 0x40);
            bytes.iter_mut().skip(2).step_by(PACKET_LEN).for_each(|byte| *byte = 0);
        }
        crate::fuzz::mpegts(&bytes);
    }
}
