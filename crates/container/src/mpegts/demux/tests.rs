use hex_literal::hex;
use media::{AacConfig, CodecConfig};

use super::*;
use crate::mpegts::SYNC_BYTE;
use crate::systems::crc32;
use crate::test_support::{golden, h264, hz};

/// The events of a whole stream.
fn read(bytes: &[u8]) -> Vec<Event> {
    let mut events = Vec::new();
    let mut demuxer = Demuxer::new();
    bytes.chunks(188).for_each(|piece| demuxer.push(piece, &mut events));
    demuxer.finish(&mut events);
    events
}

pub(super) fn units(events: &[Event]) -> Vec<&AccessUnit> {
    events.iter().filter_map(|event| if let Event::Unit(unit) = event { Some(unit) } else { None }).collect()
}

pub(super) fn configs(events: &[Event]) -> Vec<&TrackConfig> {
    events.iter().filter_map(|event| if let Event::Config(config) = event { Some(config) } else { None }).collect()
}

/// Writes packets by hand.
#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    counters: std::collections::BTreeMap<u16, u8>,
}

impl Writer {
    /// Content cut into packets; `control` is or-ed into the last byte of the header.
    fn put(&mut self, pid: u16, content: &[u8], control: u8) {
        for (index, piece) in content.chunks(184).enumerate() {
            let counter = self.counters.entry(pid).or_default();
            let [high, low] = pid.to_be_bytes();
            let stuffing = 184 - piece.len();
            let start = if index == 0 { 0x40 } else { 0 };
            let adapted = if stuffing > 0 { 0x20 } else { 0 };
            self.out.extend_from_slice(&[SYNC_BYTE, start | high, low, 0x10 | adapted | control | *counter]);
            *counter = (*counter + 1) & 0xf;
            if stuffing > 0 {
                self.out.push(u8::try_from(stuffing - 1).unwrap());
                self.out.extend((1..stuffing).map(|at| if at == 1 { 0 } else { 0xff }));
            }
            self.out.extend_from_slice(piece);
        }
    }

    fn section(&mut self, pid: u16, table: u8, id: u16, version: u8, body: &[u8]) {
        let [length_high, length_low] = u16::try_from(body.len() + 9).unwrap().to_be_bytes();
        let [id_high, id_low] = id.to_be_bytes();
        let head = [table, 0xb0 | length_high, length_low, id_high, id_low, 0xc1 | version << 1, 0, 0];
        let section = [&head, body].concat();
        let section = [&section[..], &crc32(&section).to_be_bytes()].concat();
        self.put(pid, &[&[0], &section[..], &[0xff; 20]].concat(), 0);
    }

    fn association(&mut self, programs: &[(u16, u16)], version: u8) {
        let entry = |(number, pid): &(u16, u16)| [number.to_be_bytes(), (0xe000 | pid).to_be_bytes()].concat();
        self.section(0, 0, 1, version, &programs.iter().flat_map(entry).collect::<Vec<u8>>());
    }

    /// Streams as type, PID and descriptors.
    fn map(&mut self, pid: u16, number: u16, version: u8, streams: &[(u8, u16, &[u8])]) {
        let mut body = vec![0xff, 0xff, 0xf0, 0];
        for (kind, pid, descriptors) in streams {
            body.push(*kind);
            body.extend_from_slice(&(0xe000 | pid).to_be_bytes());
            body.extend_from_slice(&(0xf000 | u16::try_from(descriptors.len()).unwrap()).to_be_bytes());
            body.extend_from_slice(descriptors);
        }
        self.section(pid, 2, number, version, &body);
    }

    fn pes(&mut self, pid: u16, pts: Option<u64>, content: &[u8]) {
        let mut pes = vec![0, 0, 1, if pid.is_multiple_of(2) { 0xe0 } else { 0xc0 }];
        let times_len = if pts.is_some() { 5 } else { 0 };
        let bounded = pid % 2 == 1;
        let length = if bounded { u16::try_from(content.len() + 3 + times_len).unwrap() } else { 0 };
        pes.extend_from_slice(&length.to_be_bytes());
        pes.extend_from_slice(&[0x80, if pts.is_some() { 0x80 } else { 0 }, u8::try_from(times_len).unwrap()]);
        if let Some(pts) = pts {
            let field = 2 << 36 | (pts >> 30 & 7) << 33 | 1 << 32 | (pts >> 15 & 0x7fff) << 17 | 1 << 16;
            pes.extend_from_slice(&(field | (pts & 0x7fff) << 1 | 1).to_be_bytes()[3..]);
        }
        pes.extend_from_slice(content);
        self.put(pid, &pes, 0);
    }

    /// A program of H.264 on PID 0x100 and G.711 on 0x101.
    fn program() -> Self {
        let mut writer = Self::default();
        writer.association(&[(1, 0x1000)], 0);
        writer.map(0x1000, 1, 0, &[(0x1b, 0x100, &[]), (0x90, 0x101, &[])]);
        writer
    }
}

/// A picture with parameter sets, or one that depends on others.
fn picture(key: bool, seed: u8) -> Vec<u8> {
    let CodecConfig::H264(config) = h264() else { unreachable!() };
    let mut out = vec![0, 0, 0, 1, 9, 0xf0];
    for set in config.sps.iter().chain(&config.pps).filter(|_| key) {
        out.extend_from_slice(&[0, 0, 0, 1]);
        out.extend_from_slice(set);
    }
    out.extend_from_slice(&[0, 0, 1, if key { 0x65 } else { 0x41 }, 0x88, seed, seed, 0x80]);
    out
}

#[test]
fn golden_files_say_what_ffprobe_says() {
    // ffprobe -show_packets, in ticks of 90 kHz.
    let events = read(&golden("h264_bframes_aac.ts"));
    let units = units(&events);
    let video: Vec<_> = units.iter().filter(|unit| unit.track == TrackId(0)).collect();
    let times: Vec<_> = video.iter().map(|unit| (unit.dts.unwrap().ticks, unit.pts.ticks, unit.key)).collect();
    assert_eq!((video.len(), units.len()), (15, 15 + 27));
    assert_eq!(times[..3], [(126_000, 133_200, true), (129_600, 144_000, false), (133_200, 136_800, false)]);
    assert!(matches!(&configs(&events)[0].codec, CodecConfig::H264(config) if config.picture.width == 128));
    let others: [(&str, &[&str]); 3] =
        [("h265_opus.ts", &["H.265", "Opus"]), ("mp3_mp2.ts", &["MP3", "mp2"]), ("aac_latm.ts", &["AAC"])];
    for (name, codecs) in others {
        let events = read(&golden(name));
        assert_eq!(configs(&events).iter().map(|config| config.codec().to_string()).collect::<Vec<_>>(), codecs);
        assert!(!events.iter().any(|event| matches!(event, Event::Dropped { .. } | Event::Loss { .. })), "{name}");
    }
}

#[test]
fn damage_at_every_byte_ends_without_panic() {
    for name in ["h264_bframes_aac.ts", "h265_opus.ts", "mp3_mp2.ts", "aac_latm.ts"] {
        let file = golden(name);
        for at in (0..file.len()).step_by(13) {
            let mut flipped = file.clone();
            flipped[at] ^= 0xff;
            read(&flipped);
        }
    }
}

#[test]
fn the_first_program_with_media_is_taken_and_remembered() {
    let mut writer = Writer::default();
    writer.association(&[(0, 0x10), (7, 0x1007), (3, 0x1003), (4, 0x1004)], 0);
    let g711: [(u8, u16, &[u8]); 1] = [(0x90, 0x101, &[])];
    writer.map(0x1004, 4, 0, &g711);
    writer.map(0x1003, 3, 0, &[(0x91, 0x201, &[])]);
    writer.map(0x1007, 7, 0, &[(0x05, 0x301, &[])]);
    writer.map(0x1003, 3, 0, &[(0x91, 0x201, &[])]);
    writer.map(0x1004, 4, 0, &g711);
    let mut demuxer = Demuxer::new();
    let mut events = Vec::new();
    demuxer.push(&writer.out, &mut events);
    assert_eq!(demuxer.program(), Some(3));
    let mut chosen = Demuxer::with_program(4);
    chosen.push(&writer.out, &mut events);
    assert_eq!(chosen.program(), Some(4));

    writer.out.clear();
    writer.association(&[(4, 0x1004)], 1);
    writer.map(0x1004, 4, 0, &g711);
    events.clear();
    demuxer.push(&writer.out, &mut events);
    assert_eq!(demuxer.program(), Some(4), "the program that was read is gone");
    assert!(matches!(&events[0], Event::Tracks(tracks) if tracks.is_empty()));
}

#[test]
fn a_new_map_keeps_tracks_that_stay() {
    let mut writer = Writer::program();
    writer.pes(0x101, Some(0), &[0xd5; 80]);
    writer.map(0x1000, 1, 1, &[(0x91, 0x103, b"\x0a\x04chi\0"), (0x90, 0x101, &[]), (0x24, 0x100, &[])]);
    writer.pes(0x101, Some(900), &[0xd5; 80]);
    writer.pes(0x103, Some(900), &[0xd5; 80]);
    let events = read(&writer.out);
    let lists: Vec<_> =
        events.iter().filter_map(|event| if let Event::Tracks(list) = event { Some(list) } else { None }).collect();
    let ids = |at: usize| lists[at].iter().map(|track| (track.pid, track.id.0)).collect::<Vec<_>>();
    assert_eq!(ids(0), [(0x100, 0), (0x101, 1)]);
    assert_eq!(ids(1), [(0x103, 2), (0x101, 1), (0x100, 0)]);
    assert_eq!(lists[1][0].language, Language::from_tag("zh"));
    assert_eq!(
        configs(&events).iter().map(|config| (config.id.0, config.version)).collect::<Vec<_>>(),
        [(1, 1), (2, 1)]
    );
    assert_eq!(units(&events).len(), 3);
}

#[test]
fn maps_that_span_packets_are_read_and_damaged_ones_are_not() {
    let mut writer = Writer::default();
    writer.association(&[(1, 0x1000)], 0);
    let long = [&[0x52, 200][..], &[7; 200]].concat();
    writer.map(0x1000, 1, 0, &[(0x06, 0x102, &long), (0x06, 0x104, &long), (0x90, 0x101, &[])]);
    assert!(writer.out.len() > 3 * PACKET_LEN);
    let events = read(&writer.out);
    assert!(matches!(&events[0], Event::Tracks(tracks) if tracks.len() == 1), "{events:?}");
    let at = writer.out.len() - 300;
    writer.out[at] ^= 1;
    assert!(read(&writer.out).is_empty());
}

#[test]
fn a_storm_of_tables_says_little() {
    let mut writer = Writer::program();
    for round in 0..2000u16 {
        let programs: Vec<(u16, u16)> = (1..40).map(|number| (number, 0x1000 + (number + round) % 0x800)).collect();
        writer.association(&programs, u8::try_from(round % 32).unwrap());
    }
    for _ in 0..2000 {
        writer.map(0x1000, 1, 0, &[(0x1b, 0x100, &[]), (0x90, 0x101, &[])]);
    }
    let mut demuxer = Demuxer::new();
    let mut events = Vec::new();
    demuxer.push(&writer.out, &mut events);
    assert_eq!(events.len(), 1);
    assert!(demuxer.program().is_some());
}

#[test]
fn encrypted_streams_are_named_once_and_not_waited_for() {
    let mut writer = Writer::program();
    writer.pes(0x101, Some(0), &[0xd5; 80]);
    for _ in 0..3 {
        writer.put(0x100, &[0x5a; 368], 0x80);
    }
    let mut demuxer = Demuxer::new();
    let mut events = Vec::new();
    demuxer.push(&writer.out, &mut events);
    assert!(demuxer.is_complete());
    let refused: Vec<_> = events.iter().filter(|event| matches!(event, Event::LeftOut { .. })).collect();
    assert!(matches!(refused[..], [Event::LeftOut { pid: 0x100, reason: LeftOutReason::Scrambled, .. }]), "{events:?}");
    writer.out.clear();
    writer.pes(0x100, Some(0), &picture(true, 1));
    demuxer.push(&writer.out, &mut events);
    demuxer.finish(&mut events);
    assert_eq!(units(&events).len(), 2, "it has become clear");
}

#[test]
fn several_pictures_in_one_packet_get_probable_times() {
    let mut writer = Writer::program();
    writer.pes(0x100, Some(9000), &[picture(true, 1), picture(false, 2), picture(false, 3)].concat());
    writer.pes(0x100, Some(9000 + 3 * 3600), &[picture(false, 4), picture(false, 5)].concat());
    let events = read(&writer.out);
    let times: Vec<_> = units(&events).iter().map(|unit| (unit.pts.ticks - 9000, unit.key)).collect();
    let expected = [(0, true), (3600, false), (7200, false), (10_800, false), (14_400, false)];
    assert_eq!(times, expected);
}

#[test]
fn two_fields_in_one_packet_are_one_picture() {
    // SPS and PPS of x264 with interlaced=1.
    const SETS: [&[u8]; 2] = [&hex!("67640015ace4086d808800000300080000030190f8a15240"), &hex!("68fb83cb22c0")];
    let field = |first: u8| [0, 0, 0, 1, 9, 0xf0, 0, 0, 1, first, 0x88, 1, 0x80];
    let sets: Vec<u8> = SETS.iter().flat_map(|set| [&[0, 0, 1][..], *set].concat()).collect();
    let mut writer = Writer::program();
    writer.pes(0x100, Some(9000), &[&sets[..], &field(0x65), &field(0x41)].concat());
    writer.pes(0x100, Some(12_600), &[field(0x41), field(0x41)].concat());
    let events = read(&writer.out);
    let times: Vec<_> = units(&events).iter().map(|unit| (unit.pts.ticks, unit.payload.len())).collect();
    assert_eq!(times, [(9000, 16), (12_600, 16)]);
}

#[test]
fn a_packet_without_time_stamp_goes_on_with_the_picture() {
    let mut writer = Writer::program();
    let whole = picture(true, 0x77);
    let (head, tail) = whole.split_at(whole.len() - 3);
    writer.pes(0x100, Some(9000), head);
    writer.pes(0x100, None, tail);
    writer.pes(0x100, Some(12_600), &picture(false, 2));
    writer.pes(0x101, None, &[0xd5; 80]);
    let events = read(&writer.out);
    let units = units(&events);
    assert_eq!(units.len(), 2);
    assert_eq!(units[0].payload[..], [0, 0, 0, 5, 0x65, 0x88, 0x77, 0x77, 0x80]);
    assert!(
        events.iter().any(|event| matches!(event, Event::Dropped { track: TrackId(1), reason: DropReason::Untimed }))
    );
}

#[test]
fn a_picture_may_end_in_the_next_packet() {
    let mut writer = Writer::program();
    let (first, second) = (picture(true, 0x77), picture(false, 0x66));
    let (head, tail) = first.split_at(first.len() - 2);
    writer.pes(0x100, Some(9000), head);
    writer.pes(0x100, Some(12_600), &[tail, &second].concat());
    let events = read(&writer.out);
    let payloads: Vec<_> = units(&events).iter().map(|unit| (unit.pts.ticks, unit.payload[4..].to_vec())).collect();
    let expected = [(9000, vec![0x65, 0x88, 0x77, 0x77, 0x80]), (12_600, vec![0x41, 0x88, 0x66, 0x66, 0x80])];
    assert_eq!(payloads, expected);
}

#[test]
fn sound_cut_anywhere_has_the_time_of_the_frame_that_begins() {
    let config = AacConfig::lc(hz(48_000), 2).unwrap();
    let adts = |seed: u8| [&media::bitstream::aac::adts_header(&config, 100).unwrap()[..], &[seed; 100]].concat();
    let stream: Vec<u8> = (0..6).flat_map(adts).collect();
    let mut writer = Writer::default();
    writer.association(&[(1, 0x1000)], 0);
    writer.map(0x1000, 1, 0, &[(0x0f, 0x101, &[])]);
    // Frame 2 begins at 214 and ends in the second packet; the time stamp there is that of frame 3.
    writer.pes(0x101, Some(0), &stream[..250]);
    writer.pes(0x101, Some(3 * 1920 + 5), &stream[250..500]);
    writer.pes(0x101, None, &stream[500..]);
    let events = read(&writer.out);
    let times: Vec<_> = units(&events).iter().map(|unit| (unit.pts.ticks, unit.payload[0])).collect();
    assert_eq!(times, [(0, 0), (1920, 1), (3840, 2), (5765, 3), (7685, 4), (9605, 5)]);
    assert!(!events.iter().any(|event| matches!(event, Event::Dropped { .. })));
}

#[test]
fn a_segment_that_does_not_continue_is_no_loss() {
    let mut writer = Writer::program();
    writer.pes(0x100, Some(9000), &picture(true, 1));
    let mut demuxer = Demuxer::new();
    let mut events = Vec::new();
    demuxer.push(&writer.out, &mut events);
    demuxer.finish(&mut events);
    assert_eq!(units(&events).len(), 1, "what was held back has come");
    let mut next = Writer::program();
    next.counters.insert(0x100, 9);
    next.pes(0x100, Some(9000), &picture(true, 1));
    demuxer.push(&next.out, &mut events);
    demuxer.finish(&mut events);
    assert_eq!(units(&events).len(), 2);
    assert!(!events.iter().any(|event| matches!(event, Event::Loss { .. })));
}

#[test]
fn noise_before_and_between_packets_is_passed_over() {
    let mut writer = Writer::program();
    for at in 0..20 {
        writer.pes(0x101, Some(at * 900), &[0xd5; 160]);
    }
    let clean = units(&read(&writer.out)).len();
    let cut = 7 * PACKET_LEN;
    let noise: Vec<u8> = (0..500u16).map(|at| if at % 50 == 7 { SYNC_BYTE } else { 0x11 }).collect();
    let noisy = [&noise[..], &writer.out[..cut], &[0x11; 333], &writer.out[cut..]].concat();
    let events = read(&noisy);
    assert_eq!(units(&events).len(), clean);
    let skipped: u64 = events.iter().map(|event| if let Event::Unsynced { bytes } = event { *bytes } else { 0 }).sum();
    assert_eq!(skipped, 833);
}
