use bytes::{BufMut, Bytes, BytesMut};
use hex_literal::hex;
use media::{
    AacConfig, CodecConfig, G711Config, H264Config, MediaKind, Mp3Config, Muxer as _, OpaqueConfig, OpusConfig,
    TrackConfig, TrackId,
};
use proptest::prelude::*;
use std::sync::Arc;

use super::*;
use crate::test_support::{av1, frame, golden, h264, h265, hz, payload, track};

fn demux(tags: impl IntoIterator<Item = Tag>) -> Vec<TagEvent> {
    let mut demuxer = TagDemuxer::new();
    let mut events = Vec::new();
    for tag in tags {
        demuxer.handle_tag(tag.kind, tag.timestamp_ms, tag.body, &mut events);
    }
    events
}

fn tags(file: &[u8]) -> Vec<Tag> {
    let mut reader = FileReader::new();
    reader.push(file);
    std::iter::from_fn(|| reader.next_tag().unwrap()).collect()
}

fn configs(events: &[TagEvent]) -> Vec<&TrackConfig> {
    let mut configs = Vec::new();
    for event in events {
        if let TagEvent::Config(config) = event {
            configs.push(config);
        }
    }
    configs
}

fn units(events: &[TagEvent]) -> Vec<&media::AccessUnit> {
    let mut units = Vec::new();
    for event in events {
        if let TagEvent::Unit(unit) = event {
            units.push(unit);
        }
    }
    units
}

fn ignored(events: &[TagEvent]) -> Vec<IgnoreReason> {
    let reason = |event: &TagEvent| match event {
        TagEvent::Ignored(reason) => Some(*reason),
        _ => None,
    };
    events.iter().filter_map(reason).collect()
}

fn body(kind: TagKind, bytes: &[u8]) -> Tag {
    Tag { kind, timestamp_ms: 0, body: Bytes::copy_from_slice(bytes) }
}

#[test]
fn files_of_ffmpeg_are_understood() {
    let events = demux(tags(&golden("h264_bframes_aac.flv")));
    assert_eq!(ignored(&events), []);
    let configs = configs(&events);
    let picture = configs.iter().find_map(|config| config.codec.picture()).unwrap();
    assert_eq!((picture.width, picture.height), (128, 72));
    let sound = configs.iter().find_map(|config| config.codec.sound()).unwrap();
    assert_eq!(sound, (hz(44_100), 1));
    // ffprobe -show_packets lists the same times.
    let video: Vec<_> = units(&events)
        .into_iter()
        .filter(|unit| unit.track == TrackId(0))
        .map(|unit| (unit.dts.unwrap().ticks, unit.pts.ticks, unit.key))
        .collect();
    assert_eq!(video.len(), 25);
    assert_eq!(video[..5], [(0, 80, true), (40, 200, false), (80, 120, false), (120, 160, false), (160, 320, false)]);
    let metadata = events.iter().find_map(|event| match event {
        TagEvent::Metadata(metadata) => Some(metadata),
        _ => None,
    });
    assert_eq!(metadata.unwrap().frame_rate(), Some(25.0));

    let events = demux(tags(&golden("g711a.flv")));
    let expected = G711Config { sample_rate_hz: hz(8000), channels: 1 };
    assert_eq!(configs_of(&events), [CodecConfig::G711A(expected)]);
    let events = demux(tags(&golden("mp3.flv")));
    let expected = Mp3Config { sample_rate_hz: hz(44_100), channels: 1 };
    assert_eq!(configs_of(&events), [CodecConfig::Mp3(expected)]);
    assert_eq!(ignored(&events), []);
}

fn configs_of(events: &[TagEvent]) -> Vec<CodecConfig> {
    configs(events).into_iter().map(|config| config.codec.clone()).collect()
}

fn any_codecs() -> Vec<(CodecConfig, CodecConfig)> {
    let aac = CodecConfig::Aac(AacConfig::lc(hz(48_000), 2).unwrap());
    let g711 = G711Config { sample_rate_hz: hz(8000), channels: 1 };
    let legacy = |kind, id: &str| CodecConfig::Opaque(OpaqueConfig { kind, id: id.into(), params: Bytes::new() });
    let av1 = av1();
    let mp3 = Mp3Config { sample_rate_hz: hz(44_100), channels: 1 };
    vec![
        (h264(), aac),
        (h265(), CodecConfig::Opus(OpusConfig { channels: 2 })),
        (h264(), CodecConfig::G711A(g711)),
        (h265(), CodecConfig::G711U(g711)),
        (legacy(MediaKind::Video, "flv-video-2"), legacy(MediaKind::Audio, "flv-audio-11")),
        (av1, CodecConfig::Mp3(mp3)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn frames_round_trip_in_every_codec_and_form(
        choice in any::<prop::sample::Index>(),
        domestic in any::<bool>(),
        start_ms in prop_oneof![0i64..1000, 0xFFFF_FF00i64..0x1_0000_0100],
        sizes in prop::collection::vec((any::<u8>(), 1usize..400, -200i64..200), 1..12),
        step in 1usize..500,
    ) {
        let codecs = any_codecs();
        let (video, audio) = choice.get(&codecs);
        let hevc = if domestic { HevcForm::Domestic } else { HevcForm::Enhanced };
        let mut muxer = Muxer::new(MuxOptions::with_hevc(hevc));
        prop_assert_eq!(muxer.set_tracks(&[track(0, video.clone()), track(1, audio.clone())]), vec![]);
        let mut out = BytesMut::new();
        muxer.write_header(&mut out);
        let mut sent = Vec::new();
        for (index, (seed, len, composition_ms)) in sizes.iter().enumerate() {
            let dts_ms = start_ms + 40 * i64::try_from(index).unwrap();
            let reorders = matches!(video, CodecConfig::H264(_) | CodecConfig::H265(_));
            let pts_ms = if reorders { dts_ms + composition_ms } else { dts_ms };
            sent.push(frame(0, dts_ms, pts_ms, index % 3 == 0, &payload(video, *seed, *len)));
            sent.push(frame(1, dts_ms, dts_ms, true, &payload(audio, *seed, *len)));
        }
        for frame in &sent {
            muxer.write_frame(frame, &mut out);
        }

        let mut reader = FileReader::new();
        let mut demuxer = TagDemuxer::new();
        let mut events = Vec::new();
        for piece in out.chunks(step) {
            reader.push(piece);
            while let Some(tag) = reader.next_tag().unwrap() {
                demuxer.handle_tag(tag.kind, tag.timestamp_ms, tag.body, &mut events);
            }
        }
        prop_assert_eq!(ignored(&events), vec![]);
        let mut read_codecs = configs_of(&events);
        read_codecs.sort_by_key(|codec| codec.kind() == MediaKind::Audio);
        prop_assert_eq!(read_codecs, vec![video.clone(), audio.clone()]);
        let units = units(&events);
        prop_assert_eq!(units.len(), sent.len());
        for (unit, frame) in units.into_iter().zip(&sent) {
            // The first header tags are at 0, so a start just before the wrap may unroll downwards.
            let offset = unit.dts.unwrap().to_timestamp() - frame.dts;
            prop_assert_eq!(offset.rem_euclid(1000 << 32), 0);
            prop_assert_eq!(unit.pts.to_timestamp() - unit.dts.unwrap().to_timestamp(), frame.pts - frame.dts);
            prop_assert_eq!((unit.track, unit.key, &unit.payload), (frame.track, frame.key, &frame.payload));
        }
    }

    #[test]
    fn any_tag_body_is_handled_without_panic(kind in 0u8..3, bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        crate::fuzz::flv_tag(&[&[kind][..], &bytes].concat());
    }

    #[test]
    fn any_enhanced_header_is_handled_without_panic(
        first in 0x80u8..=0xFF,
        rest in prop::collection::vec(0u8..8, 0..40),
        fourcc in prop::sample::select(vec![*b"avc1", *b"hvc1", *b"av01", *b"mp4a", *b"Opus", *b".mp3"]),
    ) {
        crate::fuzz::flv_tag(&[&[1, first][..], &fourcc, &rest].concat());
        crate::fuzz::flv_tag(&[&[0, 0x90 | first & 15][..], &fourcc, &rest].concat());
    }

    #[test]
    fn time_stamps_unroll_both_ways(start in any::<u32>(), steps in prop::collection::vec(-1_000_000i64..1_000_000, 0..20)) {
        let mut expected = i64::from(start);
        let mut last = unroll_ms(None, start);
        for step in steps {
            expected += step;
            let wrapped = u32::try_from(expected.rem_euclid(1 << 32)).unwrap();
            last = unroll_ms(Some(last), wrapped);
            prop_assert_eq!(last, expected);
        }
    }
}

#[test]
fn damaged_files_end_without_panic() {
    let file = golden("h264_bframes_aac.flv");
    for end in (0..1500).chain((1500..file.len()).step_by(97)) {
        crate::fuzz::flv_file(&file[..end]);
        let mut flipped = file.clone();
        flipped[end] ^= 0xFF;
        crate::fuzz::flv_file(&flipped);
    }
    let mut reader = FileReader::new();
    reader.push(b"GIF89a");
    assert_eq!(reader.next_tag(), Err(FlvError::NotFlv));
    let mut reader = FileReader::new();
    reader.push(b"FLV\x01\x05\xff\xff\xff\xff");
    assert_eq!(reader.next_tag(), Err(FlvError::HeaderLength(u32::MAX)));
}

fn avc_header(config: &H264Config, length_size: u8) -> Vec<u8> {
    let mut record = config.to_avcc();
    record[4] = 0xFC | (length_size - 1);
    [&hex!("1700000000")[..], &record].concat()
}

#[test]
fn sequence_headers_missing_repeated_and_changed() {
    let CodecConfig::H264(config) = h264() else { unreachable!() };
    let coded = hex!("1701000000 00000002 6588");
    let header = avc_header(&config, 4);
    let mut other = config;
    other.pps.push(Bytes::from_static(&hex!("68ee3cb0")));
    let events = demux([
        body(TagKind::Video, &coded),
        body(TagKind::Video, &header),
        body(TagKind::Video, &coded),
        body(TagKind::Video, &header),
        body(TagKind::Video, &avc_header(&other, 4)),
        body(TagKind::Video, &hex!("1700000000 01")),
        body(TagKind::Video, &coded),
        body(TagKind::Video, &hex!("1702")),
        body(TagKind::Video, &hex!("1701000000 000000ff 65")),
        body(TagKind::Video, &hex!("5700")),
        body(TagKind::Video, &hex!("1709000000")),
        body(TagKind::Video, &[]),
    ]);
    assert_eq!(configs(&events).len(), 2);
    assert_eq!(units(&events).len(), 2);
    assert!(events.iter().any(|event| matches!(event, TagEvent::End(TrackId(0)))));
    let reasons = ignored(&events);
    assert!(
        matches!(
            reasons[..],
            [
                IgnoreReason::MissingSequenceHeader(_),
                IgnoreReason::BadSequenceHeader(..),
                IgnoreReason::MalformedUnit(_),
                IgnoreReason::Hint,
                IgnoreReason::UnknownPacketType(9),
                IgnoreReason::Truncated
            ]
        ),
        "{reasons:?}"
    );
}

#[test]
fn short_nal_lengths_become_four_bytes() {
    let CodecConfig::H264(config) = h264() else { unreachable!() };
    for (size, coded) in [(1, &hex!("1701000000 02 6588 01 09")[..]), (2, &hex!("1701000000 0002 6588 0001 09"))] {
        let events = demux([body(TagKind::Video, &avc_header(&config, size)), body(TagKind::Video, coded)]);
        assert_eq!(units(&events)[0].payload[..], hex!("00000002 6588 00000001 09"));
    }
}

#[test]
fn payloads_share_the_memory_of_the_tag() {
    let CodecConfig::H264(config) = h264() else { unreachable!() };
    let coded = Bytes::copy_from_slice(&hex!("1701000000 00000002 6588"));
    let events = demux([
        body(TagKind::Video, &avc_header(&config, 4)),
        Tag { kind: TagKind::Video, timestamp_ms: 0, body: coded.clone() },
    ]);
    assert_eq!(units(&events)[0].payload.as_ptr(), coded[5..].as_ptr());
}

/// Synthetic, after enhanced RTMP v2: no encoder at hand writes them.
#[test]
fn multitrack_tags_and_modifiers() {
    let CodecConfig::H264(config) = h264() else { unreachable!() };
    let avcc = config.to_avcc();
    let asc = hex!("1190");
    // ManyTracks audio: two AAC sequence headers, then two frames.
    let mut headers = hex!("95 10 6d703461").to_vec();
    let mut frames = hex!("95 11 6d703461").to_vec();
    for number in [0u8, 3] {
        headers.push(number);
        headers.put_slice(&[0, 0, 2]);
        headers.put_slice(&asc);
        frames.push(number);
        frames.put_slice(&[0, 0, 1, 0xA0 + number]);
    }
    // OneTrack video with number 2 behind a ModEx of three bytes.
    let one_track = [&hex!("97 02 aabbcc 06")[..], &hex!("00 61766331 02"), &avcc].concat();
    let coded = [&hex!("96 01 61766331 02 ffffd8")[..], &hex!("00000002 6588")].concat();
    // ManyTracksManyCodecs: one AV1 track without configuration.
    let many_codecs = hex!("96 23 61763031 01 000002 0102");
    let events = demux([
        body(TagKind::Audio, &headers),
        body(TagKind::Audio, &frames),
        body(TagKind::Video, &one_track),
        body(TagKind::Video, &coded),
        body(TagKind::Video, &many_codecs),
    ]);
    let ids: Vec<u8> = configs(&events).iter().map(|config| config.id.0).collect();
    assert_eq!(ids, [1, 0x83, 0x42]);
    let got: Vec<_> = units(&events).iter().map(|unit| (unit.track.0, unit.pts.ticks, unit.payload.to_vec())).collect();
    assert_eq!(got, [(1, 0, vec![0xA0]), (0x83, 0, vec![0xA3]), (0x42, -40, hex!("00000002 6588").to_vec()),]);
    assert_eq!(ignored(&events), [IgnoreReason::MissingSequenceHeader(TrackId(0x41))]);
}

#[test]
fn av1_units_lose_their_temporal_delimiter_and_unknown_codecs_are_carried() {
    let header = hex!("90 76703039 0102");
    let coded = hex!("93 76703039 aabb");
    let events = demux([body(TagKind::Video, &header), body(TagKind::Video, &coded)]);
    let CodecConfig::Opaque(opaque) = &configs(&events)[0].codec else { panic!() };
    assert_eq!((&*opaque.id, &opaque.params[..]), ("vp09", &[1, 2][..]));
    assert_eq!(units(&events)[0].payload[..], [0xAA, 0xBB]);
}

#[test]
fn script_data_becomes_metadata_or_a_data_track() {
    let script = |name: &str| {
        let mut body = BytesMut::new();
        crate::amf0::write_str(&mut body, name);
        crate::amf0::write(&mut body, &crate::amf0::Object::new().with("framerate", 30.0).into());
        Tag { kind: TagKind::Script, timestamp_ms: 7, body: body.freeze() }
    };
    let set = {
        let mut body = BytesMut::new();
        crate::amf0::write_str(&mut body, "@setDataFrame");
        body.extend_from_slice(&script("onMetaData").body);
        Tag { kind: TagKind::Script, timestamp_ms: 0, body: body.freeze() }
    };
    let events = demux([set, script("onCuePoint"), script("onStatus"), body(TagKind::Script, &[0xFF])]);
    assert!(matches!(&events[0], TagEvent::Metadata(metadata) if metadata.frame_rate() == Some(30.0)));
    let config = configs(&events)[0];
    assert_eq!((config.id, config.kind()), (TrackId(2), MediaKind::Data));
    assert_eq!(units(&events)[0].payload, script("onCuePoint").body);
    assert_eq!(ignored(&events), [IgnoreReason::Hint, IgnoreReason::MalformedScript]);
    // And back into a tag.
    let mut muxer = Muxer::new(MuxOptions::default());
    assert!(muxer.set_tracks(&[Arc::new(config.clone())]).is_empty());
    let mut out = BytesMut::new();
    muxer.write_header(&mut out);
    muxer.write_frame(&frame(2, 7, 7, true, &script("onCuePoint").body), &mut out);
    assert_eq!(tags(&out).last(), Some(&script("onCuePoint")));
}

#[test]
fn tracks_that_flv_cannot_carry_are_refused_with_a_reason() {
    let aac = CodecConfig::Aac(AacConfig::lc(hz(48_000), 2).unwrap());
    let wide = G711Config { sample_rate_hz: hz(16_000), channels: 1 };
    let klv = OpaqueConfig { kind: MediaKind::Data, id: "SMPTE336M".into(), params: Bytes::new() };
    let mut muxer = Muxer::new(MuxOptions::default());
    let refusals = muxer.set_tracks(&[
        track(0, h264()),
        track(3, h264()),
        track(4, CodecConfig::G711A(wide)),
        track(1, aac),
        track(5, CodecConfig::Opaque(klv)),
    ]);
    let refused: Vec<u8> = refusals.iter().map(|refusal| refusal.track.0).collect();
    assert_eq!(refused, [3, 4, 5]);
    let mut out = BytesMut::new();
    muxer.write_frame(&frame(3, 0, 0, true, &[1]), &mut out);
    assert!(out.is_empty());
    muxer.write_frame(&frame(1, 0, 0, true, &[1]), &mut out);
    assert!(!out.is_empty());
}

#[test]
fn a_changed_configuration_is_announced_once_to_readers_who_are_there() {
    let mut muxer = Muxer::new(MuxOptions::default());
    muxer.set_tracks(&[track(0, h264())]);
    let mut out = BytesMut::new();
    let coded = payload(&h264(), 1, 4);
    let written = |muxer: &mut Muxer, out: &mut BytesMut| {
        out.clear();
        muxer.write_frame(&frame(0, 40, 40, true, &coded), out);
        // Tags without a file header in front.
        let mut reader = FileReader::new();
        reader.push(b"FLV\x01\x05\0\0\0\x09\0\0\0\0");
        reader.push(out);
        std::iter::from_fn(|| reader.next_tag().unwrap()).count()
    };
    assert_eq!(written(&mut muxer, &mut out), 1);
    muxer.set_tracks(&[track(0, h264())]);
    assert_eq!(written(&mut muxer, &mut out), 1, "the same configuration again is no change");
    muxer.set_tracks(&[track(0, h265())]);
    assert_eq!(written(&mut muxer, &mut out), 2);
    assert_eq!(written(&mut muxer, &mut out), 1);
}
