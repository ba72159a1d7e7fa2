use std::sync::Arc;

use media::{AacConfig, CodecConfig, Frame, Mp3Config, Muxer as _, OpusConfig};
use proptest::prelude::*;

use super::*;
use crate::fmp4::Muxer;
use crate::mp4::FileReader;
use crate::test_support::{av1, frame, golden, h264, h265, hz, payload, spoken_track, track};

const FRAGMENTED: &str = "h264_bframes_aac_fragmented.mp4";

fn read(bytes: &[u8], cut: usize) -> Vec<Event> {
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    bytes.chunks(cut).for_each(|piece| demuxer.push(piece, &mut events).unwrap());
    demuxer.finish(&mut events);
    events
}

fn units(events: &[Event]) -> Vec<&AccessUnit> {
    events.iter().filter_map(|event| if let Event::Unit(unit) = event { Some(unit) } else { None }).collect()
}

fn configs(events: &[Event]) -> Vec<&TrackConfig> {
    events.iter().filter_map(|event| if let Event::Config(config) = event { Some(config) } else { None }).collect()
}

/// The boxes of a file.
fn boxes(file: &[u8]) -> Vec<&[u8]> {
    let mut rest = file;
    let next = || {
        let size = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).unwrap();
        let (first, tail) = rest.split_at(size);
        rest = tail;
        Some(first)
    };
    std::iter::from_fn(next).collect()
}

#[test]
fn a_golden_file_gives_what_the_file_reader_gives() {
    let file = golden(FRAGMENTED);
    let mut reader = FileReader::open(Bytes::from(file.clone())).unwrap();
    let expected: Vec<AccessUnit> = std::iter::from_fn(|| reader.next_unit().unwrap()).collect();
    for cut in [1, 7, 1000, file.len()] {
        let events = read(&file, cut);
        assert!(configs(&events).into_iter().eq(reader.tracks()));
        for config in reader.tracks() {
            let of_track = |unit: &&AccessUnit| unit.track == config.id;
            let say = |unit: &AccessUnit| (unit.pts, unit.dts, unit.key, unit.payload.clone());
            let read = units(&events).into_iter().filter(of_track).map(say);
            assert!(read.eq(expected.iter().filter(of_track).map(say)), "{cut}");
        }
    }
}

#[test]
fn segments_are_resources_of_their_own() {
    let file = golden(FRAGMENTED);
    let whole = units(&read(&file, 100)).len();
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    let boxes = boxes(&file);
    let first = boxes.iter().position(|it| &it[4..8] == b"moof").unwrap();
    demuxer.push(&boxes[..first].concat(), &mut events).unwrap();
    demuxer.finish(&mut events);
    assert_eq!(demuxer.tracks().len(), 2);
    for segment in boxes[first..].chunks(2) {
        // The same initialisation segment again says nothing new.
        demuxer.push(&boxes[..first].concat(), &mut events).unwrap();
        demuxer.push(b"\0\0\0\x10stypmsdh\0\0\0\0", &mut events).unwrap();
        demuxer.push(&segment.concat(), &mut events).unwrap();
        demuxer.finish(&mut events);
    }
    assert_eq!((units(&events).len(), configs(&events).len()), (whole, 2));
}

#[test]
fn a_cut_segment_gives_what_is_there_and_counts_the_rest() {
    let file = golden(FRAGMENTED);
    let whole = units(&read(&file, file.len())).len();
    let events = read(&file[..file.len() * 3 / 5], 50);
    let lost: usize =
        events.iter().map(|event| if let Event::Loss { samples, .. } = event { *samples } else { 0 }).sum();
    let came = units(&events).len();
    assert!(lost > 0 && came > 0 && came + lost <= whole, "{came} and {lost} of {whole}");
}

#[test]
fn what_cannot_be_read_is_an_error_and_the_next_box_goes_on() {
    let file = golden(FRAGMENTED);
    let boxes = boxes(&file);
    let first = boxes.iter().position(|it| &it[4..8] == b"moof").unwrap();
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    assert!(matches!(demuxer.push(boxes[first], &mut events), Err(Mp4Error::NoInit)));
    demuxer.push(&boxes[..first].concat(), &mut events).unwrap();
    assert!(matches!(demuxer.push(b"\0\0\0\x10moof\0\0\0\x08traf", &mut events), Err(Mp4Error::Malformed("tfhd"))));
    demuxer.finish(&mut events);
    demuxer.push(&boxes[first..].concat(), &mut events).unwrap();
    assert!(units(&events).len() > 60);
    let huge = [&0x7000_0000_u32.to_be_bytes()[..], b"moof"].concat();
    assert!(matches!(demuxer.push(&huge, &mut events), Err(Mp4Error::TooLarge("moof"))));
    demuxer.finish(&mut events);
    assert!(matches!(demuxer.push(b"\0\0\0\x03free", &mut events), Err(Mp4Error::Malformed("box"))));
    assert!(demuxer.push(b"", &mut events).is_err());
    let mut ordinary = Demuxer::new();
    assert!(matches!(ordinary.push(&golden("h265_opus.mp4"), &mut Vec::new()), Err(Mp4Error::NotFragmented)));
}

#[test]
fn a_changed_configuration_is_a_new_version() {
    let mut muxer = Muxer::new();
    let mut out = BytesMut::new();
    for (codec, dts) in [(h264(), 0), (h265(), 40), (h265(), 80)] {
        let coded = payload(&codec, 1, 30);
        muxer.set_tracks(&[track(0, codec)]);
        if dts == 0 {
            muxer.write_header(&mut out);
        }
        muxer.write_frame(&frame(0, dts, dts, true, &coded), &mut out);
    }
    let events = read(&out, 33);
    let versions: Vec<_> = configs(&events).iter().map(|config| (config.codec().to_string(), config.version)).collect();
    assert_eq!(versions, [("H.264".to_owned(), 1), ("H.265".to_owned(), 2)]);
    assert_eq!(units(&events).len(), 3);
}

#[test]
fn negative_offsets_move_the_decoding_times() {
    let mut muxer = Muxer::new();
    muxer.set_tracks(&[track(0, h264())]);
    let mut out = BytesMut::new();
    muxer.write_header(&mut out);
    for (dts, pts) in [(0, 0), (40, 120), (80, 40), (120, 80)] {
        muxer.write_frame(&frame(0, dts, pts, dts == 0, &payload(&h264(), 1, 30)), &mut out);
    }
    let events = read(&out, 1000);
    let times: Vec<_> = units(&events).iter().map(|unit| (unit.dts.unwrap().ticks / 90, unit.pts.ticks / 90)).collect();
    assert_eq!(times, [(0, 0), (40, 120), (40, 40), (80, 80)]);
}

#[test]
fn samples_that_share_bytes_are_not_multiplied() {
    let file = golden(FRAGMENTED);
    let boxes = boxes(&file);
    let first = boxes.iter().position(|it| &it[4..8] == b"moof").unwrap();
    // One run whose samples have no offset of their own, listed 200 times over.
    let traf =
        |content: &[u8]| [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], b"traf", content].concat();
    let tfhd = [&b"\0\0\0\x14tfhd\0\x02\0\x10\0\0\0\x01"[..], &1000u32.to_be_bytes()].concat();
    let trun = [&b"\0\0\0\x14trun\0\0\0\x01\0\0\0\x01"[..], &0i32.to_be_bytes()].concat();
    let runs: Vec<u8> = (0..200).flat_map(|_| traf(&[&tfhd[..], &trun].concat())).collect();
    let len = u32::try_from(runs.len() + 8).unwrap();
    let mut moof = [&len.to_be_bytes()[..], b"moof", &runs].concat();
    // Each run begins where the media begins.
    let offset = i32::try_from(moof.len() + 8).unwrap().to_be_bytes();
    let at: Vec<usize> = moof.windows(4).enumerate().filter(|(_, it)| it == b"trun").map(|(at, _)| at + 12).collect();
    at.into_iter().for_each(|at| moof[at..at + 4].copy_from_slice(&offset));
    let mdat = [&1008u32.to_be_bytes()[..], b"mdat", &[0; 1000]].concat();
    let events = read(&[&boxes[..first].concat()[..], &moof, &mdat].concat(), 5000);
    assert_eq!(units(&events).len(), 1);
    assert!(events.iter().any(|event| matches!(event, Event::Loss { samples: 199, .. })));
}

#[test]
fn damage_at_every_byte_ends_without_panic() {
    let file = golden(FRAGMENTED);
    for at in (0..file.len()).step_by(5) {
        let mut flipped = [&[3], &file[..]].concat();
        flipped[at + 1] ^= 0xff;
        crate::fuzz::fmp4(&flipped);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_our_muxer_writes_is_read_back(
        choice in 0usize..3,
        start_ms in prop_oneof![0i64..1000, 1_000_000_000_000i64..1_000_000_001_000],
        sizes in prop::collection::vec((any::<u8>(), 1usize..400, 0i64..200), 1..12),
        cut in 1usize..600,
        spoken in prop::sample::select(vec!["", "zh", "yue"]),
    ) {
        let (video, audio) = [
            (h264(), CodecConfig::Aac(AacConfig::lc(hz(44_100), 2).unwrap())),
            (h265(), CodecConfig::Opus(OpusConfig { channels: 2 })),
            (av1(), CodecConfig::Mp3(Mp3Config { sample_rate_hz: hz(44_100), channels: 2 })),
        ][choice].clone();
        let tracks: [Arc<TrackConfig>; 2] = [track(0, video.clone()), spoken_track(1, audio.clone(), spoken)];
        let mut sent: Vec<Frame> = Vec::new();
        for (index, (seed, len, composition_ms)) in sizes.iter().enumerate() {
            let dts_ms = start_ms + 40 * i64::try_from(index).unwrap();
            sent.push(frame(0, dts_ms, dts_ms + composition_ms, index % 3 == 0, &payload(&video, *seed, *len)));
            sent.push(frame(1, dts_ms, dts_ms, true, &payload(&audio, *seed, *len)));
        }
        let mut muxer = Muxer::new();
        prop_assert!(muxer.set_tracks(&tracks).is_empty());
        let mut out = BytesMut::new();
        muxer.write_header(&mut out);
        sent.iter().for_each(|frame| muxer.write_frame(frame, &mut out));

        let events = read(&out, cut);
        let codecs: Vec<CodecConfig> = configs(&events).iter().map(|config| config.codec.clone()).collect();
        prop_assert_eq!(codecs, vec![video, audio]);
        prop_assert_eq!(configs(&events)[1].language, tracks[1].language);
        let units = units(&events);
        prop_assert_eq!(units.len(), sent.len());
        for (unit, frame) in units.iter().zip(&sent) {
            let clock_hz = unit.pts.clock_hz;
            prop_assert_eq!(unit.track, frame.track);
            prop_assert_eq!(unit.dts.unwrap().ticks, frame.dts.to_ticks(clock_hz));
            prop_assert_eq!(unit.pts.ticks, frame.pts.to_ticks(clock_hz));
            prop_assert_eq!((unit.key, &unit.payload), (frame.key, &frame.payload));
        }
    }

    #[test]
    fn random_damage_ends_without_panic(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut file = golden(FRAGMENTED);
        for (index, value) in edits {
            let at = index.index(file.len());
            file[at] = value;
        }
        crate::fuzz::fmp4(&file);
    }
}
