//! Every format: what is packetized comes back, and broken packets end at most one access unit.

use super::*;
use bytes::{BufMut, BytesMut};
use media::bitstream::nal::put_length_prefixed;
use media::{AacConfig, G711Config, H264Config, Mp3Config, OpaqueConfig, OpusConfig};
use proptest::prelude::*;

const VIDEO_CLOCK: NonZeroU32 = NonZeroU32::new(90_000).unwrap();

/// 64x64 baseline, made by libx264.
const SPS: &[u8] = &[0x67, 0x42, 0xc0, 0x0a, 0xda, 0x10, 0x99];
const PPS: &[u8] = &[0x68, 0xce, 0x3c, 0x80];

/// AAC-hbr, RFC 3640 §3.3.6.
const HIGH_BIT_RATE: AacFormat = AacFormat {
    size_bits: 13,
    index_bits: 3,
    index_delta_bits: 3,
    cts_delta_bits: 0,
    dts_delta_bits: 0,
    random_access: false,
    stream_state_bits: 0,
    auxiliary_size_bits: 0,
    unit_ticks: AacConfig::SAMPLES_PER_UNIT,
};

/// A packet as it travels.
type Sent = (bool, Vec<u8>);

fn packets(packetizer: &Packetizer, payload: &[u8], key: bool, max_payload: usize) -> Vec<Sent> {
    let mut sent = Vec::new();
    packetizer.packetize(payload, key, max_payload, &mut |fragment| {
        let bytes = [fragment.head, fragment.body].concat();
        assert!(bytes.len() <= max_payload);
        sent.push((fragment.marker, bytes));
    });
    sent
}

fn push(depacketizer: &mut Depacketizer, ticks: i64, (marker, payload): &Sent, gap: bool) -> Vec<Item> {
    let payload = Bytes::copy_from_slice(payload);
    depacketizer.push(&Piece { ticks, marker: *marker, gap, payload });
    std::iter::from_fn(|| depacketizer.poll()).collect()
}

fn push_all(depacketizer: &mut Depacketizer, ticks: i64, sent: &[Sent]) -> Vec<AccessUnit> {
    let items = sent.iter().flat_map(|packet| push(depacketizer, ticks, packet, false));
    items
        .filter_map(|item| match item {
            Item::Unit(unit) => Some(unit),
            Item::Config(_) => None,
            Item::Dropped(reason) => panic!("dropped: {reason:?}"),
        })
        .collect()
}

fn reader(format: &Format) -> Depacketizer {
    Depacketizer::new(TrackId(0), VIDEO_CLOCK, format, true)
}

fn h264_config() -> CodecConfig {
    CodecConfig::H264(H264Config::new(vec![Bytes::from_static(SPS)], vec![Bytes::from_static(PPS)]).unwrap())
}

/// Packets of H.265 without parameter sets in front.
fn h265_writer() -> Packetizer {
    Packetizer { writer: Writer::H265(Vec::new()) }
}

fn h264_writer() -> Packetizer {
    Packetizer { writer: Writer::H264(Vec::new()) }
}

/// A slice first, then anything; no zero bytes, so that nothing looks like a start code.
fn h264_units() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let unit = (1u8..24, 0u8..4, prop::collection::vec(1u8.., 1..400));
    prop::collection::vec(unit, 1..6).prop_map(|units| {
        let mut units: Vec<Vec<u8>> =
            units.into_iter().map(|(kind, importance, body)| [vec![importance << 5 | kind], body].concat()).collect();
        units.iter_mut().for_each(|unit| unit[1] = unit[1] & 0x7F | 1);
        units[0][0] = 0x65;
        units[0][1] |= 0x80;
        units
    })
}

fn h265_units() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let unit = (0u8..48, 1u8..8, prop::collection::vec(1u8.., 1..400));
    prop::collection::vec(unit, 1..6).prop_map(|units| {
        let mut units: Vec<Vec<u8>> =
            units.into_iter().map(|(kind, temporal, body)| [vec![kind << 1, temporal], body].concat()).collect();
        units[0][0] = 19 << 1;
        units[0][2] |= 0x80;
        units
    })
}

fn canonical(units: &[Vec<u8>]) -> Bytes {
    let mut out = BytesMut::new();
    units.iter().for_each(|unit| put_length_prefixed(&mut out, unit));
    out.freeze()
}

fn av1_unit() -> impl Strategy<Value = Bytes> {
    let obu = (
        prop::sample::select(vec![1u8, 3, 4, 5, 6]),
        prop::option::of(any::<u8>()),
        prop::collection::vec(any::<u8>(), 0..500),
    );
    prop::collection::vec(obu, 1..6).prop_map(|obus| {
        let mut out = BytesMut::new();
        for (kind, extension, payload) in &obus {
            let obu = media::bitstream::av1::Obu { kind: *kind, extension: *extension, payload };
            media::bitstream::av1::put_obu(&mut out, &obu);
        }
        out.freeze()
    })
}

fn bytes(length: std::ops::Range<usize>) -> impl Strategy<Value = Bytes> {
    prop::collection::vec(any::<u8>(), length).prop_map(Bytes::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn h264_round_trips(units in h264_units(), max_payload in 64usize..1500) {
        let payload = canonical(&units);
        let sent = packets(&h264_writer(), &payload, true, max_payload);
        let back = push_all(&mut reader(&Format::H264), 7, &sent);
        prop_assert_eq!(back.len(), 1);
        prop_assert_eq!(&back[0].payload, &payload);
        prop_assert!(back[0].key && back[0].pts.ticks == 7);
    }

    #[test]
    fn h265_round_trips(units in h265_units(), max_payload in 64usize..1500) {
        let payload = canonical(&units);
        let sent = packets(&h265_writer(), &payload, true, max_payload);
        let back = push_all(&mut reader(&Format::H265 { donl: false }), 7, &sent);
        prop_assert_eq!(back.len(), 1);
        prop_assert_eq!(&back[0].payload, &payload);
        prop_assert!(back[0].key);
    }

    #[test]
    fn av1_round_trips(payload in av1_unit(), max_payload in 64usize..1500) {
        let sent = packets(&Packetizer { writer: Writer::Av1 }, &payload, true, max_payload);
        let back = push_all(&mut reader(&Format::Av1), 7, &sent);
        prop_assert_eq!(back.len(), 1);
        prop_assert_eq!(&back[0].payload, &payload);
    }

    #[test]
    fn aac_round_trips(payload in bytes(1..3000), max_payload in 64usize..1500) {
        let sent = packets(&Packetizer { writer: Writer::Aac }, &payload, true, max_payload);
        let back = push_all(&mut reader(&Format::Aac(HIGH_BIT_RATE)), 7, &sent);
        prop_assert_eq!(back.len(), 1);
        prop_assert_eq!(&back[0].payload, &payload);
    }

    #[test]
    fn documents_round_trip(payload in bytes(1..5000), max_payload in 64usize..1500) {
        let sent = packets(&Packetizer { writer: Writer::Document }, &payload, true, max_payload);
        let back = push_all(&mut reader(&Format::Document), 7, &sent);
        prop_assert_eq!(back.len(), 1);
        prop_assert_eq!(&back[0].payload, &payload);
    }

    #[test]
    fn foreign_packets_keep_their_boundaries(sent in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..60), 1..8)) {
        let count = sent.len();
        let sent: Vec<Sent> = sent.into_iter().enumerate().map(|(at, bytes)| (at + 1 == count, bytes)).collect();
        let back = push_all(&mut reader(&Format::Foreign), 7, &sent);
        prop_assert_eq!(back.len(), 1);
        let again = packets(&Packetizer { writer: Writer::Foreign }, &back[0].payload, true, 1400);
        prop_assert_eq!(again, sent);
    }

    #[test]
    fn any_bytes_reach_no_panic(input in prop::collection::vec(any::<u8>(), 0..600)) {
        crate::fuzz::payload(&input);
    }

    #[test]
    fn losing_one_packet_never_yields_a_damaged_unit(units in h264_units(), lost in any::<prop::sample::Index>()) {
        let payload = canonical(&units);
        let mut sent = packets(&h264_writer(), &payload, true, 100);
        let lost = lost.index(sent.len());
        sent.remove(lost);
        let mut depacketizer = reader(&Format::H264);
        push_all(&mut depacketizer, 1, &packets(&h264_writer(), &payload, true, 100));
        let mut out = Vec::new();
        for (at, packet) in sent.iter().enumerate() {
            out.extend(push(&mut depacketizer, 2, packet, at == lost));
        }
        let next = packets(&h264_writer(), &payload, true, 100);
        for (at, packet) in next.iter().enumerate() {
            out.extend(push(&mut depacketizer, 3, packet, at == 0 && lost == sent.len()));
        }
        let units: Vec<_> = out.iter().filter_map(|item| match item { Item::Unit(unit) => Some(unit), _ => None }).collect();
        prop_assert_eq!(units.len(), 1);
        prop_assert_eq!(&units[0].payload, &payload);
    }
}

#[test]
fn mp3_frames_round_trip_also_when_fragmented() {
    // MPEG-1 layer III, 128 kbit/s, 44.1 kHz, stereo: 417 bytes.
    let mut frame = vec![0xFF, 0xFB, 0x90, 0x00];
    frame.resize(417, 0x55);
    let config = CodecConfig::Mp3(Mp3Config { sample_rate_hz: NonZeroU32::new(44_100).unwrap(), channels: 2 });
    for max_payload in [100, 1400] {
        let sent = packets(&Packetizer::new(&config).unwrap(), &frame, true, max_payload);
        let mut depacketizer = Depacketizer::new(TrackId(0), VIDEO_CLOCK, &Format::Mpa, false);
        let items: Vec<_> = sent.iter().flat_map(|packet| push(&mut depacketizer, 5, packet, false)).collect();
        let [Item::Config(track), Item::Unit(unit)] = &items[..] else { panic!("{items:?}") };
        assert_eq!((&track.codec, &unit.payload[..]), (&config, &frame[..]));
    }
    let mut depacketizer = reader(&Format::Mpa);
    let two = [&[0; 4], &frame[..], &frame[..]].concat();
    let ticks: Vec<i64> = push_all(&mut depacketizer, 0, &[(true, two)]).iter().map(|unit| unit.pts.ticks).collect();
    assert_eq!(ticks, [0, 2351]);
}

#[test]
fn single_packet_formats_pass_their_payload() {
    let rate = NonZeroU32::new(8000).unwrap();
    for codec in [
        CodecConfig::G711A(G711Config { sample_rate_hz: rate, channels: 1 }),
        CodecConfig::Opus(OpusConfig { channels: 2 }),
    ] {
        let sent = packets(&Packetizer::new(&codec).unwrap(), &[1, 2, 3], true, 1400);
        let back = push_all(&mut reader(&Format::Single), 160, &sent);
        assert_eq!((back.len(), &back[0].payload[..]), (1, &[1u8, 2, 3][..]));
    }
}

#[test]
fn an_opaque_codec_of_another_protocol_has_no_payload_format() {
    let config = OpaqueConfig { kind: media::MediaKind::Video, id: "flv:4".into(), params: Bytes::new() };
    assert!(Packetizer::new(&CodecConfig::Opaque(config)).is_none());
}

#[test]
fn key_units_begin_with_the_parameter_sets_and_configure_the_receiver() {
    let packetizer = Packetizer::new(&h264_config()).unwrap();
    let payload = canonical(&[vec![0x65, 0x88, 1, 2, 3]]);
    let mut depacketizer = Depacketizer::new(TrackId(4), VIDEO_CLOCK, &Format::H264, false);
    let delta = canonical(&[vec![0x41, 0x9A, 1]]);
    let before = packets(&packetizer, &delta, false, 1400);
    assert!(matches!(push(&mut depacketizer, 0, &before[0], false)[..], [Item::Dropped(DropReason::NoParameters)]));
    let sent = packets(&packetizer, &payload, true, 1400);
    let items: Vec<_> = sent.iter().flat_map(|packet| push(&mut depacketizer, 1, packet, false)).collect();
    let [Item::Config(track), Item::Unit(unit)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((track.id, &track.codec), (TrackId(4), &h264_config()));
    assert_eq!(unit.payload, canonical(&[SPS.to_vec(), PPS.to_vec(), vec![0x65, 0x88, 1, 2, 3]]));
}

#[test]
fn units_end_where_the_time_changes_when_the_camera_never_marks() {
    let mut depacketizer = reader(&Format::H264);
    let slice = |body: u8| (false, vec![0x41, 0x9A, body]);
    let continuation = (false, vec![0x41, 0x0A, 9]);
    assert!(push(&mut depacketizer, 1, &slice(1), false).is_empty());
    assert!(push(&mut depacketizer, 1, &continuation, false).is_empty());
    let items = push(&mut depacketizer, 2, &slice(2), false);
    let [Item::Unit(unit)] = &items[..] else { panic!("{items:?}") };
    assert_eq!(unit.payload, canonical(&[vec![0x41, 0x9A, 1], vec![0x41, 0x0A, 9]]));
}

#[test]
fn markers_on_every_slice_are_recognised_and_then_ignored() {
    let mut depacketizer = reader(&Format::H264);
    let first = (true, vec![0x41, 0x9A, 1]);
    let second = (true, vec![0x41, 0x0A, 2]);
    for ticks in 1..4 {
        push(&mut depacketizer, ticks, &first, false);
        push(&mut depacketizer, ticks, &second, false);
    }
    let items = push(&mut depacketizer, 4, &first, false);
    let [Item::Unit(unit)] = &items[..] else { panic!("{items:?}") };
    assert_eq!(unit.payload, canonical(&[vec![0x41, 0x9A, 1], vec![0x41, 0x0A, 2]]));
}

#[test]
fn a_marker_on_parameter_sets_alone_does_not_end_a_unit() {
    let mut depacketizer = reader(&Format::H264);
    assert!(push(&mut depacketizer, 1, &(true, SPS.to_vec()), false).is_empty());
    assert!(push(&mut depacketizer, 1, &(true, PPS.to_vec()), false).is_empty());
    let items = push(&mut depacketizer, 2, &(true, vec![0x65, 0x88, 1]), false);
    let [Item::Unit(unit)] = &items[..] else { panic!("{items:?}") };
    assert_eq!((unit.pts.ticks, unit.payload.len()), (2, 4 + SPS.len() + 4 + PPS.len() + 4 + 3));
}

#[test]
fn start_codes_inside_a_payload_are_split() {
    let run = [&[0, 0, 0, 1], SPS, &[0, 0, 0, 1], PPS, &[0, 0, 1, 0x65, 0x88, 1]].concat();
    let expected = canonical(&[SPS.to_vec(), PPS.to_vec(), vec![0x65, 0x88, 1]]);
    for from in [0, 4] {
        let units = push_all(&mut reader(&Format::H264), 1, &[(true, run[from..].to_vec())]);
        assert_eq!(units[0].payload, expected);
    }
}

#[test]
fn a_receiver_that_joins_inside_a_picture_drops_it() {
    let mut depacketizer = reader(&Format::H264);
    let payload = canonical(&[[vec![0x65, 0x88], vec![7; 300]].concat()]);
    let sent = packets(&h264_writer(), &payload, true, 100);
    let items: Vec<_> = sent[1..].iter().flat_map(|packet| push(&mut depacketizer, 1, packet, false)).collect();
    assert!(matches!(items[..], [Item::Dropped(DropReason::Incomplete)]), "{items:?}");
    assert_eq!(push_all(&mut depacketizer, 2, &sent).len(), 1);
}

#[test]
fn h265_decoding_order_numbers_are_skipped() {
    let slice = |body: u8| vec![0x26, 1, 0x80, body];
    let mut aggregation = vec![48 << 1, 1, 0, 0];
    for (at, unit) in [slice(1), slice(2)].iter().enumerate() {
        if at > 0 {
            aggregation.put_u8(0);
        }
        aggregation.put_u16(4);
        aggregation.put_slice(unit);
    }
    let single = vec![0x26, 1, 0, 5, 0x80, 1];
    let fragments = [vec![49 << 1, 1, 0x80 | 19, 0, 6, 0x80], vec![49 << 1, 1, 0x40 | 19, 1]];
    let format = Format::H265 { donl: true };
    let units = push_all(&mut reader(&format), 1, &[(true, aggregation)]);
    assert_eq!(units[0].payload, canonical(&[slice(1), slice(2)]));
    let units = push_all(&mut reader(&format), 1, &[(true, single)]);
    assert_eq!(units[0].payload, canonical(&[slice(1)]));
    let [start, end] = fragments;
    let units = push_all(&mut reader(&format), 1, &[(false, start), (true, end)]);
    assert_eq!(units[0].payload, canonical(&[slice(1)]));
}

#[test]
fn several_aac_units_in_a_packet_are_spaced_by_their_samples() {
    let packet = [&[0, 32, 0, 2 << 3, 0, 3 << 3][..], &[1, 1, 2, 2, 2]].concat();
    let units = push_all(&mut reader(&Format::Aac(HIGH_BIT_RATE)), 10, &[(true, packet)]);
    let got: Vec<(i64, &[u8])> = units.iter().map(|unit| (unit.pts.ticks, &unit.payload[..])).collect();
    assert_eq!(got, [(10, &[1u8, 1][..]), (1034, &[2, 2, 2])]);
}

#[test]
fn aac_headers_that_promise_too_much_are_dropped() {
    for packet in [vec![0], vec![0xFF, 0xFF, 1], vec![0, 32, 0, 2 << 3, 0xFF, 0xF8, 1], vec![0, 16, 0, 9]] {
        let items = push(&mut reader(&Format::Aac(HIGH_BIT_RATE)), 0, &(true, packet), false);
        assert!(matches!(items[..], [Item::Dropped(_)]), "{items:?}");
    }
}

#[test]
fn latm_elements_are_unwrapped() {
    let (subframes, config) = parse_stream_mux_config(&[0x40, 0x00, 0x24, 0x20, 0x3f, 0xc0]).unwrap();
    assert_eq!((subframes, config.sample_rate_hz.get(), config.channels), (1, 44_100, 2));
    assert_eq!(config, AacConfig::lc(config.sample_rate_hz, 2).unwrap());
    let mut reader = reader(&Format::Latm(LatmFormat { subframes, unit_ticks: 1024 }));
    let body = vec![7; 300];
    let element = [&[255, 45][..], &body].concat();
    let (front, back) = element.split_at(120);
    let units = push_all(&mut reader, 3, &[(false, front.to_vec()), (true, back.to_vec())]);
    assert_eq!(units[0].payload, body);
}

#[test]
fn a_unit_beyond_the_limit_is_dropped_and_the_next_one_is_whole() {
    let mut depacketizer = reader(&Format::H264);
    push(&mut depacketizer, 1, &(false, vec![0x7C, 0x85, 0x88]), false);
    let middle = [vec![0x7C, 0x05], vec![1; 60_000]].concat();
    for _ in 0..=MAX_ACCESS_UNIT_BYTES / 60_000 {
        push(&mut depacketizer, 1, &(false, middle.clone()), false);
    }
    let items = push(&mut depacketizer, 2, &(true, vec![0x65, 0x88, 1]), false);
    assert!(matches!(items[..], [Item::Dropped(DropReason::TooLarge), Item::Unit(_)]), "{items:?}");
}
