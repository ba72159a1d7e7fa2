use std::num::NonZeroU32;

use bytes::BytesMut;
use container::mpegps::Muxer;
use container::mpegts;
use gb28181::sdp::{Media, Payload};
use media::{CodecConfig, Frame, Muxer as _, TrackConfig};
use proptest::prelude::*;
use rtp::{Packetizer, PsPacketizer};

use super::*;

const SSRC: u32 = 200_000_001;

/// Fifteen pictures with B-frames, and AAC; FFmpeg made them.
fn clip() -> (Vec<u8>, Vec<TrackConfig>, Vec<AccessUnit>) {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../container/tests/golden/h264_bframes_aac.ts");
    let bytes = std::fs::read(path).unwrap();
    let (mut demuxer, mut events) = (mpegts::Demuxer::default(), Vec::new());
    demuxer.push(&bytes, &mut events);
    demuxer.finish(&mut events);
    let (mut tracks, mut units) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            mpegts::Event::Config(config) => tracks.push(config),
            mpegts::Event::Unit(unit) => units.push(unit),
            _ => {}
        }
    }
    (bytes, tracks, units)
}

fn pictures(units: &[AccessUnit]) -> Vec<AccessUnit> {
    units.iter().filter(|unit| unit.track == TrackId(0)).cloned().collect()
}

fn frame(unit: &AccessUnit) -> Frame {
    Frame {
        track: unit.track,
        source_ts: unit.pts,
        dts: unit.dts.unwrap_or(unit.pts).to_timestamp(),
        pts: unit.pts.to_timestamp(),
        arrival: Instant::now(),
        capture_utc: None,
        key: unit.key,
        config_version: 1,
        payload: unit.payload.clone(),
    }
}

fn answer(payload: Payload) -> Description {
    Description { media: vec![Media::video(6000, vec![payload])], ..Description::default() }
}

/// Payloads in packets, each with its time and whether a frame ends with it.
fn packets(payload_type: u8, payloads: &[(i64, bool, Vec<u8>)]) -> Vec<Bytes> {
    let packet = |(index, (ticks, marker, payload)): (usize, &(i64, bool, Vec<u8>))| {
        let header = rtp::Header {
            marker: *marker,
            payload_type,
            sequence: u16::try_from(index).unwrap().wrapping_add(65_530),
            timestamp: u32::try_from(*ticks).unwrap(),
            ssrc: SSRC,
        };
        Bytes::from([&header.to_bytes()[..], payload].concat())
    };
    payloads.iter().enumerate().map(packet).collect()
}

/// The program stream of some tracks and units in packets.
fn program_stream(tracks: &[TrackConfig], units: &[AccessUnit]) -> Vec<Bytes> {
    let tracks: Vec<_> = tracks.iter().cloned().map(std::sync::Arc::new).collect();
    let (mut muxer, mut packetizer) = (Muxer::new(), PsPacketizer::new(SSRC, 65_530, 0));
    assert_eq!(muxer.set_tracks(&tracks), []);
    let mut sent = Vec::new();
    for unit in units {
        let mut pack = BytesMut::new();
        muxer.write_frame(&frame(unit), &mut pack);
        packetizer.packetize(&pack, unit.pts.ticks, &mut |header, payload| {
            sent.push(Bytes::from([&header[..], payload].concat()));
        });
    }
    sent
}

/// What comes out.
#[derive(Default)]
struct Out {
    tracks: Vec<TrackConfig>,
    units: Vec<AccessUnit>,
    notes: Vec<String>,
}

fn read(intake: &mut Intake, sent: &[Bytes]) -> Out {
    let (mut out, now) = (Out::default(), Instant::now());
    for packet in sent {
        intake.take(now, &Input::Datagram(packet.clone()));
        drain(intake, &mut out);
    }
    intake.finish(now);
    drain(intake, &mut out);
    out
}

fn drain(intake: &mut Intake, out: &mut Out) {
    while let Some(item) = intake.poll() {
        match item {
            Item::Tracks(tracks) => out.tracks.extend(tracks),
            Item::Unit(unit) => out.units.push(unit),
            Item::Note(note) => out.notes.push(note),
        }
    }
}

fn payloads(units: &[AccessUnit]) -> Vec<&Bytes> {
    units.iter().map(|unit| &unit.payload).collect()
}

fn intake(payload: Payload) -> Intake {
    Intake::new(&answer(payload), [SSRC; 2], true)
}

#[test]
fn a_program_stream_is_found_whatever_the_answer_calls_it() {
    let (_, tracks, units) = clip();
    for payload in [Payload::video(96, "PS"), Payload::video(96, "H264"), Payload::video(98, "H264")] {
        let mut intake = intake(payload);
        let out = read(&mut intake, &program_stream(&tracks, &units));
        assert_eq!(payloads(&pictures(&out.units)), payloads(&pictures(&units)));
        assert_eq!(out.tracks.len(), 2);
        let progress = intake.progress();
        assert_eq!((progress.kind, progress.ssrc), (Some(PayloadKind::ProgramStream), Some(SSRC)));
        assert!(progress.is_playable && progress.has_picture && progress.lost == 0);
    }
}

#[test]
fn the_last_picture_comes_with_the_end_where_no_marker_says_it() {
    let (_, tracks, units) = clip();
    let unmarked = |packet: &Bytes| {
        let mut packet = packet.to_vec();
        packet[1] &= 0x7f;
        Bytes::from(packet)
    };
    let sent: Vec<Bytes> = program_stream(&tracks, &pictures(&units)).iter().map(unmarked).collect();
    let out = read(&mut intake(Payload::video(96, "PS")), &sent);
    assert_eq!(payloads(&out.units), payloads(&pictures(&units)));
}

#[test]
fn a_transport_stream_is_found_where_a_program_stream_was_agreed_on() {
    let (bytes, _, units) = clip();
    let sent: Vec<_> = bytes.chunks(188 * 7).map(|chunk| (0, false, chunk.to_vec())).collect();
    for payload_type in [96, 33] {
        let mut intake = intake(Payload::video(96, "PS"));
        let out = read(&mut intake, &packets(payload_type, &sent));
        assert_eq!(payloads(&pictures(&out.units)), payloads(&pictures(&units)), "{payload_type}");
        assert_eq!((intake.progress().kind, out.tracks.len()), (Some(PayloadKind::TransportStream), 2));
    }
}

#[test]
fn an_elementary_stream_is_found_by_its_bytes_or_by_the_answer() {
    let (_, tracks, units) = clip();
    let (shown, packetizer) = (pictures(&units), Packetizer::new(&tracks[0].codec).unwrap());
    let mut sent = Vec::new();
    for unit in &shown {
        packetizer.packetize(&unit.payload, unit.key, 1200, &mut |fragment| {
            let bytes = [fragment.head, fragment.body].concat();
            sent.push((unit.pts.ticks, fragment.marker, bytes));
        });
    }
    let sent = packets(98, &sent);
    for payload in [Payload::video(98, "H264"), Payload::video(96, "PS")] {
        let mut intake = intake(payload);
        let out = read(&mut intake, &sent);
        assert_eq!(intake.progress().kind, Some(PayloadKind::H264));
        assert_eq!((out.tracks.len(), out.units.len()), (1, shown.len()));
        assert!(intake.progress().is_playable);
    }
}

#[test]
fn nal_units_with_start_codes_are_read_as_a_byte_stream() {
    let (_, tracks, units) = clip();
    let shown = pictures(&units);
    let CodecConfig::H264(config) = &tracks[0].codec else { panic!("{tracks:?}") };
    let mut sent = Vec::new();
    for (index, unit) in shown.iter().enumerate() {
        let mut bytes = Vec::new();
        let sets = config.sps.iter().chain(&config.pps).filter(|_| unit.key).map(|set| &set[..]);
        for nal in sets.chain(media::bitstream::nal::length_prefixed(&unit.payload)) {
            bytes.extend_from_slice(&[0, 0, 0, 1]);
            bytes.extend_from_slice(nal);
        }
        let ticks = i64::try_from(index).unwrap() * 3600;
        let mut pieces = bytes.chunks(700).peekable();
        while let Some(piece) = pieces.next() {
            sent.push((ticks, pieces.peek().is_none(), piece.to_vec()));
        }
    }
    let mut intake = intake(Payload::video(98, "H264"));
    let out = read(&mut intake, &packets(98, &sent));
    assert_eq!(intake.progress().kind, Some(PayloadKind::H264ByteStream));
    assert_eq!(payloads(&out.units), payloads(&shown));
    let times: Vec<i64> = out.units.iter().map(|unit| unit.pts.to_timestamp().as_millis()).collect();
    assert!(times.windows(2).all(|pair| (39..=41).contains(&(pair[1] - pair[0]))), "{times:?}");
}

#[test]
fn sound_that_is_listed_and_never_comes_does_not_hold_the_picture_back() {
    let (_, tracks, units) = clip();
    let (mut shown, start) = (Vec::new(), units[0].pts);
    for round in 0..4 {
        for unit in pictures(&units) {
            let later = |time: media::MediaTime| media::MediaTime::new(time.ticks + round * 54_000, time.clock_hz);
            shown.push(AccessUnit { pts: later(unit.pts), dts: unit.dts.map(later), ..unit });
        }
    }
    let mut intake = intake(Payload::video(96, "PS"));
    let mut out = Out::default();
    let mut first = None;
    for packet in program_stream(&tracks, &shown) {
        let time = Packet::parse(&packet).unwrap().timestamp;
        intake.take(Instant::now(), &Input::Datagram(packet));
        drain(&mut intake, &mut out);
        first = first.or((!out.units.is_empty()).then_some(time));
    }
    assert_eq!(out.tracks.len(), 1);
    let waited = i64::from(first.unwrap()) - start.ticks;
    assert!((80_000..110_000).contains(&waited), "{waited} ticks");
}

#[test]
fn a_session_that_a_device_forgot_to_end_does_not_disturb_the_new_one() {
    let (_, tracks, units) = clip();
    let sent = program_stream(&tracks, &units);
    let old = |packet: &Bytes| {
        let mut other = packet.to_vec();
        other[8..12].copy_from_slice(&99u32.to_be_bytes());
        Bytes::from(other)
    };
    // The old one comes first and goes on, twice as fast.
    let mixed: Vec<Bytes> = std::iter::once(old(&sent[0]))
        .chain(sent.iter().flat_map(|packet| [packet.clone(), old(packet), old(packet)]))
        .collect();
    let mut intake = intake(Payload::video(96, "PS"));
    let out = read(&mut intake, &mixed);
    assert_eq!(payloads(&pictures(&out.units)), payloads(&pictures(&units)));
    assert_eq!(intake.progress().ssrc, Some(SSRC));
    // Where nothing else comes, what was not agreed on is believed.
    let mut alone = Intake::new(&answer(Payload::video(96, "PS")), [SSRC; 2], false);
    let out = read(&mut alone, &sent.iter().map(old).collect::<Vec<_>>());
    assert_eq!(payloads(&pictures(&out.units)), payloads(&pictures(&units)));
}

#[test]
fn sound_alone_is_played_after_some_packets() {
    let sound: Vec<_> = (0..150).map(|index| (index * 160, false, vec![0xd5; 160])).collect();
    let mut intake = intake(Payload::video(96, "PS"));
    let out = read(&mut intake, &packets(8, &sound));
    assert_eq!(out.tracks.len(), 1);
    assert!(out.units.len() > 40 && intake.progress().is_playable);
    assert_eq!(intake.progress().packets, 0);
}

/// A packet that may be one, of some types and sources.
fn some_packet() -> impl Strategy<Value = Vec<u8>> {
    let types = prop::sample::select(vec![0u8, 8, 33, 96, 98, 99, 102, 200]);
    let content = prop_oneof![
        prop::collection::vec(any::<u8>(), 0..60),
        Just(vec![0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0, 3, 0xf8, 0, 0, 1, 0xe0, 0, 0, 0x80, 0, 0]),
        Just(vec![0x47; 376]),
    ];
    (any::<u8>(), types, any::<u16>(), any::<u32>(), 0..3u32, content).prop_map(
        |(first, kind, sequence, time, ssrc, content)| {
            let head = [if first < 250 { 0x80 } else { first }, kind];
            [&head[..], &sequence.to_be_bytes(), &time.to_be_bytes(), &ssrc.to_be_bytes(), &content].concat()
        },
    )
}

proptest! {
    #[test]
    fn any_packets_are_read_without_panic(
        sent in prop::collection::vec((some_packet(), any::<bool>()), 0..60),
        may_overtake: bool,
    ) {
        let mut intake = Intake::new(&answer(Payload::video(96, "PS")), [1, 2], may_overtake);
        let mut now = Instant::now();
        for (packet, after_loss) in sent {
            let packet = Bytes::from(packet);
            let input = if may_overtake {
                Input::Datagram(packet)
            } else {
                Input::Framed(Framed { packet, channel: None, after_loss })
            };
            intake.take(now, &input);
            while intake.poll().is_some() {}
            if let Some(due) = intake.poll_timeout().filter(|_| after_loss) {
                now = now.max(due);
                intake.handle_timeout(now);
            }
        }
        intake.finish(now);
        while intake.poll().is_some() {}
    }

    #[test]
    fn packets_in_any_order_give_the_same_pictures(seed: u32) {
        let (_, tracks, units) = clip();
        let mut sent = program_stream(&tracks, &units);
        // Each packet may be overtaken by the seven behind it.
        let mut random = seed;
        for chunk in sent[1..].chunks_mut(8) {
            for at in 1..chunk.len() {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                chunk.swap(at, usize::try_from(random >> 16).unwrap() % (at + 1));
            }
        }
        let out = read(&mut intake(Payload::video(96, "PS")), &sent);
        let (found, expected) = (pictures(&out.units), pictures(&units));
        prop_assert_eq!(payloads(&found), payloads(&expected));
    }
}

#[test]
fn types_of_sound_are_told_from_types_of_pictures() {
    let mut answer = answer(Payload::video(96, "PS"));
    answer.media.push(Media::audio(6002, vec![Payload::video(96, "X"), Payload::pcma()]));
    let clock_hz = NonZeroU32::new(16_000).unwrap();
    let aac = Payload { payload_type: 102, encoding: "mpeg4-generic".to_owned(), clock_hz, ..Payload::pcma() };
    answer.media[1].payloads.push(aac);
    let payloads = Payloads::of(&answer);
    assert!(payloads.has_sound() && payloads.sound(96).is_none() && payloads.sound(33).is_none());
    for (payload_type, name) in [(8, "PCMA"), (0, "PCMU"), (102, "mpeg4-generic")] {
        assert_eq!(payloads.sound(payload_type).unwrap().encoding, name);
    }
}
