use bytes::{Bytes, BytesMut};
use media::{
    AacConfig, CodecConfig, Frame, G711Config, MediaKind, Mp3Config, Muxer as _, OpaqueConfig, OpusConfig, TrackConfig,
    TrackId,
};
use proptest::prelude::*;
use std::sync::Arc;

use super::*;
use crate::mp4::FileReader;
use crate::test_support::{av1, frame, golden, h264, h265, hz, payload, shared, track};

fn muxed(tracks: &[Arc<TrackConfig>], frames: &[Frame]) -> BytesMut {
    let mut muxer = Muxer::new();
    assert!(muxer.set_tracks(tracks).is_empty());
    let mut out = BytesMut::new();
    muxer.write_header(&mut out);
    for frame in frames {
        muxer.write_frame(frame, &mut out);
    }
    out
}

fn codecs() -> Vec<(CodecConfig, CodecConfig)> {
    let mp3 = Mp3Config { sample_rate_hz: hz(44_100), channels: 2 };
    vec![
        (h264(), CodecConfig::Aac(AacConfig::lc(hz(44_100), 2).unwrap())),
        (h265(), CodecConfig::Opus(OpusConfig { channels: 2 })),
        (av1(), CodecConfig::Mp3(mp3)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn frames_round_trip_in_every_codec(
        choice in any::<prop::sample::Index>(),
        start_ms in prop_oneof![0i64..1000, 1_000_000_000_000i64..1_000_000_001_000],
        sizes in prop::collection::vec((any::<u8>(), 1usize..400, -200i64..200), 1..12),
    ) {
        let codecs = codecs();
        let (video, audio) = choice.get(&codecs);
        let tracks = [track(3, audio.clone()), track(0, video.clone())];
        let mut sent = Vec::new();
        for (index, (seed, len, composition_ms)) in sizes.iter().enumerate() {
            let dts_ms = start_ms + 40 * i64::try_from(index).unwrap();
            sent.push(frame(0, dts_ms, dts_ms + composition_ms, index % 3 == 0, &payload(video, *seed, *len)));
            sent.push(frame(3, dts_ms, dts_ms, true, &payload(audio, *seed, *len)));
        }
        let out = muxed(&tracks, &sent);

        let mut reader = FileReader::open(out.freeze()).unwrap();
        let read: Vec<CodecConfig> = reader.tracks().iter().map(|track| track.codec.clone()).collect();
        prop_assert_eq!(read, vec![video.clone(), audio.clone()]);
        let units: Vec<_> = std::iter::from_fn(|| reader.next_unit().unwrap()).collect();
        prop_assert_eq!(units.len(), sent.len());
        for (number, id) in [(0, 0), (1, 3)] {
            let units = units.iter().filter(|unit| unit.track == TrackId(number));
            for (unit, frame) in units.zip(sent.iter().filter(|frame| frame.track == TrackId(id))) {
                let clock_hz = unit.pts.clock_hz;
                prop_assert_eq!(unit.dts.unwrap().ticks, frame.dts.to_ticks(clock_hz));
                prop_assert_eq!(unit.pts.ticks, frame.pts.to_ticks(clock_hz));
                prop_assert_eq!((unit.key, &unit.payload), (frame.key, &frame.payload));
            }
        }
    }
}

#[test]
fn a_golden_file_survives_demuxing_and_muxing() {
    let mut reader = FileReader::open(Bytes::from(golden("h264_bframes_aac_fragmented.mp4"))).unwrap();
    let tracks: Vec<_> = reader.tracks().iter().cloned().map(Arc::new).collect();
    let frames: Vec<Frame> = std::iter::from_fn(|| reader.next_unit().unwrap()).map(shared).collect();
    let out = muxed(&tracks, &frames);
    let mut again = FileReader::open(out.freeze()).unwrap();
    let units: Vec<_> = std::iter::from_fn(|| again.next_unit().unwrap()).collect();
    assert_eq!(units.len(), frames.len());
    for (unit, frame) in units.iter().zip(&frames) {
        assert_eq!((unit.key, &unit.payload), (frame.key, &frame.payload));
    }
}

#[test]
fn what_browsers_cannot_play_is_refused_and_left_out_of_the_type() {
    let g722 = OpaqueConfig { kind: MediaKind::Audio, id: "G722".into(), params: Bytes::new() };
    let aac = CodecConfig::Aac(AacConfig::lc(hz(48_000), 2).unwrap());
    let tracks = [track(0, h264()), track(1, CodecConfig::Opaque(g722)), track(2, aac), track(4, h265())];
    let (kind, refusals) = mime_type(&tracks);
    assert_eq!(kind, "video/mp4; codecs=\"avc1.64000A,mp4a.40.2\"");
    let refused: Vec<u8> = refusals.iter().map(|refusal| refusal.track.0).collect();
    assert_eq!(refused, [1, 4]);
    assert_eq!(Muxer::new().set_tracks(&tracks), refusals);
    assert_eq!(mime_type(&tracks[2..3]).0, "audio/mp4; codecs=\"mp4a.40.2\"");
    assert_eq!(mime_type(&[]).0, "video/mp4");
    for (video, audio) in codecs() {
        let (kind, refusals) = mime_type(&[track(0, video), track(1, audio)]);
        assert!(refusals.is_empty() && kind.starts_with("video/mp4; codecs="), "{kind}");
    }
}

fn g711(sample_rate_hz: u32, channels: u8) -> CodecConfig {
    CodecConfig::G711A(G711Config { sample_rate_hz: hz(sample_rate_hz), channels })
}

#[test]
fn g711_is_called_flac_unless_flac_has_no_room_for_it() {
    assert_eq!(mime_type(&[track(0, h264()), track(1, g711(8000, 1))]).0, "video/mp4; codecs=\"avc1.64000A,flac\"");
    for codec in [g711(2_000_000, 1), g711(8000, 9)] {
        let (kind, refusals) = mime_type(&[track(1, codec)]);
        assert!(kind == "video/mp4" && refusals[0].reason.contains("no room"), "{kind} {refusals:?}");
    }
}

/// Times and lengths of the fragments of one access unit of a track.
fn fragments(codec: CodecConfig, payload: &[u8]) -> Vec<(i64, Bytes)> {
    let out = muxed(&[track(1, codec)], &[frame(1, 1000, 1000, true, payload)]);
    let mut reader = FileReader::open(out.freeze()).unwrap();
    std::iter::from_fn(|| reader.next_unit().unwrap()).map(|unit| (unit.dts.unwrap().ticks, unit.payload)).collect()
}

#[test]
fn a_long_unit_of_g711_becomes_several_frames_one_after_the_other() {
    let times = |payload: &[u8], channels| -> Vec<i64> {
        fragments(g711(8000, channels), payload).into_iter().map(|(dts, _)| dts).collect()
    };
    assert_eq!(times(&[0xD5; 10_000], 1), [8000, 8000 + 4608, 8000 + 2 * 4608]);
    assert_eq!(times(&[0xD5; 10_000], 2), [8000, 8000 + 4608]);
    assert_eq!(times(&[0xD5; 9216], 2), [8000]);
    assert!(times(&[], 1).is_empty() && times(&[0xD5], 2).is_empty());
}

#[test]
fn a_changed_configuration_brings_a_new_init_segment_once() {
    let coded = payload(&h264(), 1, 4);
    let mut muxer = Muxer::new();
    muxer.set_tracks(&[track(0, h264())]);
    let mut written = |codec: CodecConfig, dts_ms: i64| {
        muxer.set_tracks(&[track(0, codec)]);
        let mut out = BytesMut::new();
        muxer.write_frame(&frame(0, dts_ms, dts_ms, true, &coded), &mut out);
        <[u8; 4]>::try_from(&out[4..8]).unwrap()
    };
    assert_eq!(&written(h264(), 0), b"moof");
    assert_eq!(&written(h264(), 40), b"moof");
    assert_eq!(&written(h265(), 80), b"ftyp");
    assert_eq!(&written(h265(), 120), b"moof");
}

#[test]
fn a_frame_lasts_as_long_as_the_one_before_it() {
    const DURATION_AT: usize = 104 - 16;
    let coded = payload(&h264(), 1, 4);
    let mut muxer = Muxer::new();
    muxer.set_tracks(&[track(0, h264())]);
    let durations: Vec<u32> = [0, 20, 60, 60_060, 60_100]
        .into_iter()
        .map(|dts_ms| {
            let mut out = BytesMut::new();
            muxer.write_frame(&frame(0, dts_ms, dts_ms, true, &coded), &mut out);
            u32::from_be_bytes(*out[DURATION_AT..].first_chunk().unwrap())
        })
        .collect();
    assert_eq!(durations, [3600, 1800, 3600, 3600, 3600]);
    assert_eq!(track(0, h264()).kind(), MediaKind::Video);
}

#[test]
fn one_kind_of_track_alone_has_a_file_of_its_own() {
    let (video, audio) = codecs().swap_remove(0);
    let tracks = [track(0, video.clone()), track(3, audio.clone())];
    let frames = [frame(0, 0, 0, true, &payload(&video, 1, 50)), frame(3, 0, 0, true, &payload(&audio, 2, 20))];
    for (kind, wanted, refused) in [(MediaKind::Video, &video, TrackId(3)), (MediaKind::Audio, &audio, TrackId(0))] {
        let of_kind = move |tracks: &[Arc<TrackConfig>]| -> Vec<TrackId> {
            tracks.iter().filter(|track| track.kind() == kind).map(|track| track.id).collect()
        };
        let mut muxer = media::Picked::new(Muxer::new(), of_kind);
        let refusals = muxer.set_tracks(&tracks);
        assert_eq!(refusals.iter().map(|refusal| refusal.track).collect::<Vec<_>>(), [refused]);
        let mut out = BytesMut::new();
        muxer.write_header(&mut out);
        frames.iter().for_each(|frame| muxer.write_frame(frame, &mut out));
        let mut reader = FileReader::open(out.freeze()).unwrap();
        assert_eq!(reader.tracks().iter().map(|track| &track.codec).collect::<Vec<_>>(), [wanted]);
        assert_eq!(std::iter::from_fn(|| reader.next_unit().unwrap()).count(), 1);
    }
}
