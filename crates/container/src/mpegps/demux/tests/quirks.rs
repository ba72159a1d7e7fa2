//! What devices do otherwise than the standards say: gb28181.md §2, by its numbers.

use super::*;

const H264: u8 = 0x1b;
const H265: u8 = 0x24;

/// Like [`read`], in packets that say when they came.
fn read_packets(packets: &[(&[u8], Option<i64>, bool)]) -> Vec<Event> {
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    for (bytes, ticks, marker) in packets {
        let arrival = Arrival { ticks: *ticks, marker: *marker };
        demuxer.push(&Bytes::copy_from_slice(bytes), arrival, &mut events);
    }
    demuxer.finish(&mut events);
    events
}

#[test]
fn quirk_17_the_map_is_missing() {
    for (codec, frames) in
        [(h264(), [picture(true, 1), picture(false, 2)]), (h265(), [picture_265(true, 1), picture_265(false, 2)])]
    {
        let mut writer = Writer::default();
        writer.pack().pes(0xe0, Some(9000), &frames[0]);
        writer.pack().pes(0xe0, Some(12_600), &frames[1]);
        let events = read(&writer.out);
        assert_eq!(configs(&events)[0].codec, codec);
        assert_eq!(seen(&events), [(9000, 1), (12_600, 2)]);
    }
}

#[test]
fn quirk_17_the_map_says_h264_and_it_is_h265() {
    let mut writer = Writer::default();
    for round in 0..3u8 {
        let pts = 9000 + 7200 * u64::from(round);
        writer.pack().system_header().map(&[(H264, 0xe0)]).pes(0xe0, Some(pts), &picture_265(true, 2 * round + 1));
        writer.pack().pes(0xe0, Some(pts + 3600), &picture_265(false, 2 * round + 2));
    }
    let events = read(&writer.out);
    assert_eq!(seen(&events), [(9000, 1), (12_600, 2), (16_200, 3), (19_800, 4), (23_400, 5), (27_000, 6)]);
    assert_eq!(configs(&events).len(), 1, "the map does not turn it back");
    assert_eq!(configs(&events)[0].codec, h265());
    assert!(units(&events)[0].key && !units(&events)[1].key);
}

#[test]
fn quirk_17_one_damaged_unit_does_not_change_the_codec() {
    let mut writer = program();
    // A video parameter set of H.265, alone.
    writer.pack().pes(0xe0, Some(19_800), &[&[0, 0, 0, 1, 0x40, 1, 0x0c, 1][..], &picture(false, 4)].concat());
    writer.pack().pes(0xe0, Some(23_400), &picture(true, 5));
    let events = read(&writer.out);
    assert_eq!(seen(&events)[1..], [(9000, 1), (12_600, 2), (16_200, 3), (19_800, 4), (23_400, 5)]);
    assert_eq!(configs(&events).len(), 2);
}

#[test]
fn quirk_17_the_codec_changes_in_mid_stream_with_or_without_a_map() {
    for mapped in [true, false] {
        let mut writer = program();
        writer.pack();
        if mapped {
            writer.map(&[(H265, 0xe0), (0x90, 0xc0)]);
        }
        writer.pes(0xe0, Some(19_800), &[&[0, 0, 0, 1, 0x46, 1, 0x50][..], &picture_265(true, 4)].concat());
        writer.pack().pes(0xe0, Some(23_400), &picture_265(false, 5));
        let events = read(&writer.out);
        assert_eq!(seen(&events)[1..], [(9000, 1), (12_600, 2), (16_200, 3), (19_800, 4), (23_400, 5)]);
        let video: Vec<_> = configs(&events).into_iter().filter(|config| config.id == TrackId(0)).collect();
        assert_eq!(video.iter().map(|config| config.version).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(video[1].codec, h265());
    }
}

#[test]
fn quirk_17_the_map_comes_late_and_only_once() {
    let mut writer = Writer::default();
    writer.pack().pes(0xc0, Some(9000), &[0xd5; 320]);
    writer.pack().pes(0xe0, Some(9000), &picture(true, 1));
    writer.pack().map(&[(H264, 0xe0), (0x91, 0xc0)]).pes(0xe0, Some(12_600), &picture(false, 2));
    writer.pack().pes(0xc0, Some(12_600), &[0xff; 320]);
    writer.pack().pes(0xe0, Some(16_200), &picture(true, 3));
    let events = read(&writer.out);
    let names: Vec<_> = configs(&events).iter().map(|config| config.codec.codec().to_string()).collect();
    assert_eq!(names, ["H.264", "G.711 µ-law"], "sound is not guessed at while a map may come");
    assert_eq!(seen(&events), [(9000, 1), (12_600, 0xff), (12_600, 2), (16_200, 3)]);
}

#[test]
fn quirk_17_sound_without_a_map_is_told_by_its_packets() {
    let config = media::AacConfig::lc(hz(16_000), 1).unwrap();
    let adts = |seed: u8| [&media::bitstream::aac::adts_header(&config, 50).unwrap()[..], &[seed; 50]].concat();
    let mut writer = Writer::default();
    for index in 0..3u8 {
        writer.pack().pes(0xc0, Some(u64::from(index) * 5760), &adts(index));
    }
    let events = read(&writer.out);
    assert_eq!(configs(&events)[0].codec, CodecConfig::Aac(config));
    assert_eq!(units(&events).len(), 3);

    let mut writer = Writer::default();
    for index in 0..60u64 {
        writer.pack().pes(0xc0, Some(index * 3600), &[0xd5; 320]);
    }
    let events = read(&writer.out);
    assert_eq!(configs(&events)[0].codec, crate::systems::g711(true));
    assert_eq!(units(&events).len(), 10, "the first 50 waited for a map");

    // A map that does not name it: there is nothing to wait for.
    let mut writer = Writer::default();
    writer.pack().map(&[(H264, 0xe0)]).pes(0xc0, Some(0), &[0xd5; 320]);
    assert_eq!(units(&read(&writer.out)).len(), 1);
}

#[test]
fn quirk_17_a_map_that_says_g711_of_adts_is_wrong() {
    let config = media::AacConfig::lc(hz(16_000), 1).unwrap();
    let adts = [&media::bitstream::aac::adts_header(&config, 50).unwrap()[..], &[7; 50]].concat();
    let mut writer = Writer::default();
    for index in 0..6u64 {
        writer.pack().map(&[(0x90, 0xc0)]).pes(0xc0, Some(index * 5760), &adts);
    }
    let events = read(&writer.out);
    let names: Vec<_> = configs(&events).iter().map(|config| config.codec.codec().to_string()).collect();
    assert_eq!(names, ["G.711 A-law", "AAC"]);
}

#[test]
fn quirk_18_slices_and_units_in_packets_of_their_own() {
    let slice = |first: bool, seed| [0, 0, 1, 0x41, if first { 0x88 } else { 0x40 }, seed];
    // Stamped all alike, only the first, or without any.
    for (first, others) in [(Some(12_600), Some(12_600)), (Some(12_600), None)] {
        let mut writer = Writer::default();
        writer.pack().map(&[(H264, 0xe0)]);
        for set in crate::systems::parameter_sets(&h264()) {
            writer.pes(0xe0, Some(9000), &[&[0, 0, 0, 1], set].concat());
        }
        writer.pes(0xe0, Some(9000), &picture(true, 1)[38..]);
        writer.pack().pes(0xe0, first, &slice(true, 2)).pes(0xe0, others, &slice(false, 3));
        writer.pes(0xe0, others, &slice(false, 4));
        writer.pack().pes(0xe0, Some(16_200), &slice(true, 5)).pes(0xe0, Some(16_200), &slice(false, 6));
        for cut in [1, 3, 1000] {
            let events = read_cut(&writer.out, cut);
            assert_eq!(seen(&events), [(9000, 1), (12_600, 4), (16_200, 6)]);
            assert_eq!(nal::length_prefixed(&units(&events)[1].payload).count(), 3);
        }
    }
}

#[test]
fn quirk_18_pictures_before_their_parameter_sets_are_dropped() {
    let mut writer = Writer::default();
    writer.pack().map(&[(H264, 0xe0)]).pes(0xe0, Some(9000), &picture(false, 1));
    writer.pack().pes(0xe0, Some(12_600), &picture(true, 2));
    let events = read(&writer.out);
    assert_eq!((seen(&events), dropped(&events)), (vec![(12_600, 2)], vec![DropReason::MissingParameterSets]));
}

#[test]
fn quirk_18_no_time_stamps_at_all() {
    let mut packets = Vec::new();
    for index in 0..4u8 {
        let mut writer = Writer::default();
        let frame = picture(index == 0, index + 1);
        let (head, tail) = frame.split_at(frame.len() - 3);
        writer.pack().pes(0xe0, None, head).pes(0xe0, None, tail);
        packets.push((writer.out.split().freeze(), 1000 + 4000 * i64::from(index)));
    }
    let packets: Vec<_> = packets.iter().map(|(bytes, ticks)| (&bytes[..], Some(*ticks), false)).collect();
    assert_eq!(seen(&read_packets(&packets)), [(1000, 1), (5000, 2), (9000, 3), (13_000, 4)]);
}

#[test]
fn quirk_18_the_marker_is_believed_once_it_has_proved_right() {
    let frames: Vec<Vec<u8>> = (0..20u8)
        .map(|index| {
            let mut writer = Writer::default();
            writer.pack().pes(0xe0, Some(9000 + 3600 * u64::from(index)), &picture(index == 0, index + 1));
            writer.out.to_vec()
        })
        .collect();
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    for (frame, index) in frames.iter().zip(0usize..) {
        let (head, tail) = frame.split_at(frame.len() / 2);
        demuxer.push(&Bytes::copy_from_slice(head), Arrival { ticks: None, marker: false }, &mut events);
        demuxer.push(&Bytes::copy_from_slice(tail), Arrival { ticks: None, marker: true }, &mut events);
        // At first a frame comes with the next.
        let expected = if index < 8 { index } else { index + 1 };
        assert_eq!(units(&events).len(), expected, "{index}");
    }
    // On every packet: never believed, and nothing is torn.
    let packets: Vec<_> = frames.iter().flat_map(|frame| frame.chunks(20)).map(|piece| (piece, None, true)).collect();
    let events = read_packets(&packets);
    assert_eq!(units(&events).len(), 20);
    assert_eq!(dropped(&events), []);
}

#[test]
fn quirk_21_anything_may_be_cut_anywhere() {
    let stream = program().out;
    let whole = read(&stream);
    for cut in 1..60 {
        assert_eq!(seen(&read_cut(&stream, cut)), seen(&whole));
    }
}

#[test]
fn quirk_21_after_a_loss_the_next_pack_is_looked_for() {
    let stream = program().out.freeze();
    let second = stream.windows(4).rposition(|window| window == [0, 0, 1, 0xba]).unwrap();
    for (kept, missing) in [(second - 10, 5), (second - 10, 30), (30, 100), (second - 40, 20)] {
        let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
        demuxer.push(&stream.slice(..kept), Arrival::default(), &mut events);
        demuxer.lost(&mut events);
        demuxer.push(&stream.slice(kept + missing..), Arrival::default(), &mut events);
        let mut more = Writer::default();
        more.pack().map(&[(H264, 0xe0)]).pes(0xe0, Some(19_800), &picture(true, 4));
        more.pack().pes(0xe0, Some(23_400), &picture(false, 5));
        demuxer.push(&more.out.freeze(), Arrival::default(), &mut events);
        demuxer.finish(&mut events);
        let all = [(9100, 0xd5), (9000, 1), (12_600, 2), (16_200, 3), (19_800, 4), (23_400, 5)];
        assert!(seen(&events).iter().all(|unit| all.contains(unit)), "{:?}", seen(&events));
        assert!(seen(&events).ends_with(&[(19_800, 4), (23_400, 5)]), "{:?}", seen(&events));
    }
}

#[test]
fn a_discontinuity_is_said_before_what_comes_after_a_loss() {
    let stream = program().out.freeze();
    let last = stream.windows(4).rposition(|window| window == [0, 0, 1, 0xba]).unwrap();
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    demuxer.push(&stream.slice(..last - 1), Arrival::default(), &mut events);
    demuxer.lost(&mut events);
    demuxer.push(&stream.slice(last..), Arrival::default(), &mut events);
    demuxer.finish(&mut events);
    let at = events.iter().position(|event| matches!(event, Event::Discontinuity { track: TrackId(0) })).unwrap();
    assert!(matches!(&events[at + 1], Event::Unit(unit) if unit.pts.ticks == 16_200), "{events:?}");
    assert!(matches!(&events[at - 1], Event::Dropped { reason: DropReason::Incomplete, .. }), "{events:?}");
}

#[test]
fn quirk_36_private_streams_padding_and_ends_are_passed_over_and_counted() {
    let mut writer = Writer::default();
    // A private stream whose content looks like a pack.
    let private = [&[0, 0, 1, 0xba, 0x44, 0, 0, 1, 0xe0][..], &[7; 30]].concat();
    writer.pack().system_header().map(&[(H264, 0xe0)]).pes(0xbd, Some(1), &private);
    writer.pes(0xe0, Some(9000), &picture(true, 1));
    writer.raw(&[0, 0, 1, 0xbe, 0, 5]).raw(&[0xff; 5]).raw(&[0, 0, 1, 0xbf, 0, 3, 0, 0, 1]);
    writer.raw(&[0, 0, 1, 0xb9]).raw(&[0, 0, 0]).pack().pes(0xe0, Some(12_600), &picture(false, 2));
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    for piece in writer.out.chunks(9) {
        demuxer.push(&Bytes::copy_from_slice(piece), Arrival::default(), &mut events);
    }
    demuxer.finish(&mut events);
    assert_eq!(seen(&events), [(9000, 1), (12_600, 2)]);
    let stats = demuxer.stats();
    assert_eq!((stats.private_packets, stats.padding_packets, stats.resyncs), (2, 1, 0));
    assert_eq!(stats.private_bytes, 8 + 39 + 3);
}

#[test]
fn lengths_of_zero_and_lengths_that_are_too_small_go_on_to_the_next_element() {
    for length in [0, 20] {
        let mut writer = Writer::default();
        let frame = picture(true, 1);
        writer.pack().pes(0xe0, Some(9000), &frame).with_length(14 + frame.len(), length);
        writer.pes(0xc0, Some(9000), &[0xd5; 160]);
        writer.pack().pes(0xe0, Some(12_600), &picture(false, 2)).with_length(14 + 8, 0);
        for cut in [1, 2, 7, 1000] {
            let events = read_cut(&writer.out, cut);
            assert_eq!(seen(&events), [(9000, 1), (12_600, 2)], "{length} {cut}");
        }
    }
}

#[test]
fn bytes_that_a_device_left_out_itself_cost_one_frame() {
    let mut writer = Writer::default();
    writer.pack().map(&[(H264, 0xe0)]).pes(0xe0, Some(9000), &picture(true, 1));
    let long = [&picture(false, 2)[..], &[0x55; 500]].concat();
    writer.pack().pes(0xe0, Some(12_600), &long);
    writer.out.truncate(writer.out.len() - 200);
    writer.pack().pes(0xe0, Some(16_200), &picture(false, 3));
    writer.pack().pes(0xe0, Some(19_800), &picture(false, 4));
    let events = read(&writer.out);
    assert_eq!(seen(&events), [(9000, 1), (16_200, 3), (19_800, 4)]);
    assert_eq!(dropped(&events), [DropReason::Incomplete]);
}

#[test]
fn frames_of_more_than_64_kib_are_put_together() {
    let long = [&picture(true, 1)[..], &vec![0x55; 200_000], &[1]].concat();
    // Continuations without a time stamp, with the same one, and in packs of their own.
    for (pts, packs) in [(None, false), (Some(9000), false), (None, true), (Some(9000), true)] {
        let mut writer = Writer::default();
        writer.pack().map(&[(H264, 0xe0)]);
        for (index, piece) in long.chunks(65_000).enumerate() {
            if packs && index > 0 {
                writer.pack();
            }
            writer.pes(0xe0, if index == 0 { Some(9000) } else { pts }, piece);
        }
        writer.pack().pes(0xe0, Some(12_600), &picture(false, 2));
        let events = read(&writer.out);
        assert_eq!(seen(&events), [(9000, 1), (12_600, 2)]);
        assert_eq!(units(&events)[0].payload.len(), 200_000 + 9);
    }
}

#[test]
fn frames_without_packs_are_found_after_a_loss_too() {
    let mut writer = Writer::default();
    writer.pack().map(&[(H264, 0xe0)]).pes(0xe0, Some(9000), &picture(true, 1));
    writer.pes(0xe0, Some(12_600), &picture(false, 2)).pes(0xe0, Some(16_200), &picture(false, 3));
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    demuxer.push(&writer.out.split().freeze(), Arrival::default(), &mut events);
    demuxer.lost(&mut events);
    writer.raw(&[0x55; 50]).pes(0xe0, Some(23_400), &picture(false, 5)).pes(0xe0, Some(27_000), &picture(false, 6));
    demuxer.push(&writer.out.split().freeze(), Arrival::default(), &mut events);
    demuxer.finish(&mut events);
    assert_eq!(seen(&events), [(9000, 1), (12_600, 2), (23_400, 5), (27_000, 6)]);
}
