use media::bitstream::nal;
use media::{CodecConfig, MediaTime};

use super::*;
use crate::mpegps::{G729_ID, SVAC_VIDEO_ID};
use crate::systems::pes::put_pes_header;
use crate::test_support::{golden, h264, h265, hz};

mod properties;
mod quirks;

/// The events of a whole stream that comes in pieces of one length.
fn read_cut(bytes: &[u8], cut: usize) -> Vec<Event> {
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    for piece in bytes.chunks(cut.max(1)) {
        demuxer.push(&Bytes::copy_from_slice(piece), Arrival::default(), &mut events);
    }
    demuxer.finish(&mut events);
    events
}

fn read(bytes: &[u8]) -> Vec<Event> {
    read_cut(bytes, 1388)
}

fn units(events: &[Event]) -> Vec<&AccessUnit> {
    events.iter().filter_map(|event| if let Event::Unit(unit) = event { Some(unit) } else { None }).collect()
}

fn configs(events: &[Event]) -> Vec<&TrackConfig> {
    events.iter().filter_map(|event| if let Event::Config(config) = event { Some(config) } else { None }).collect()
}

/// Times of 90 kHz with the last byte of each payload.
fn seen(events: &[Event]) -> Vec<(i64, u8)> {
    units(events).iter().map(|unit| (unit.pts.ticks, *unit.payload.last().unwrap())).collect()
}

fn dropped(events: &[Event]) -> Vec<DropReason> {
    events
        .iter()
        .filter_map(|event| if let Event::Dropped { reason, .. } = event { Some(*reason) } else { None })
        .collect()
}

/// Writes what devices write, by hand.
#[derive(Default)]
struct Writer {
    out: BytesMut,
}

impl Writer {
    fn pack(&mut self) -> &mut Self {
        self.raw(&[0, 0, 1, 0xba, 0x44, 0, 4, 0, 4, 1, 0, 0xde, 0x43, 0xf8])
    }

    fn raw(&mut self, bytes: &[u8]) -> &mut Self {
        self.out.extend_from_slice(bytes);
        self
    }

    fn system_header(&mut self) -> &mut Self {
        self.raw(&[0, 0, 1, 0xbb, 0, 9, 0x81, 0, 1, 4, 0xe1, 0x7f, 0xe0, 0xe8, 0])
    }

    fn map(&mut self, streams: &[(u8, u8)]) -> &mut Self {
        let entry =
            |(stream_type, stream_id): &(u8, u8)| map::Entry { stream_type: *stream_type, stream_id: *stream_id };
        map::put(&mut self.out, 1, &streams.iter().map(entry).collect::<Vec<_>>());
        self
    }

    /// A PES packet with or without a time stamp.
    fn pes(&mut self, stream_id: u8, pts: Option<u64>, content: &[u8]) -> &mut Self {
        match pts {
            Some(pts) => put_pes_header(&mut self.out, stream_id, pts, pts, content.len()),
            None => crate::systems::pes::put_continuation_header(&mut self.out, stream_id, content.len()),
        }
        self.raw(content)
    }

    /// The length of the last PES packet, whose header and content are so many bytes, becomes another.
    fn with_length(&mut self, len: usize, length: u16) -> &mut Self {
        let at = self.out.len() - len + 4;
        self.out[at..at + 2].copy_from_slice(&length.to_be_bytes());
        self
    }
}

fn sets(codec: &CodecConfig) -> Vec<u8> {
    crate::systems::parameter_sets(codec).flat_map(|set| [&[0, 0, 0, 1][..], set].concat()).collect()
}

/// A picture of H.264 with parameter sets, or one that depends on others; `seed` is its last byte.
fn picture(key: bool, seed: u8) -> Vec<u8> {
    let mut out = if key { sets(&h264()) } else { Vec::new() };
    out.extend_from_slice(&[0, 0, 0, 1, if key { 0x65 } else { 0x41 }, 0x88, 0x80, seed]);
    out
}

fn picture_265(key: bool, seed: u8) -> Vec<u8> {
    let mut out = if key { sets(&h265()) } else { Vec::new() };
    out.extend_from_slice(&[0, 0, 0, 1, if key { 0x26 } else { 0x02 }, 1, 0x80, seed]);
    out
}

/// A program of H.264 and G.711 A-law: a key frame and two others, with sound between.
fn program() -> Writer {
    let mut writer = Writer::default();
    writer.pack().system_header().map(&[(0x1b, 0xe0), (0x90, 0xc0)]);
    writer.pes(0xe0, Some(9000), &picture(true, 1));
    writer.pack().pes(0xc0, Some(9100), &[0xd5; 160]);
    writer.pack().pes(0xe0, Some(12_600), &picture(false, 2));
    writer.pack().pes(0xe0, Some(16_200), &picture(false, 3));
    writer
}

#[test]
fn a_program_is_read_as_annex_c_writes_it() {
    let events = read(&program().out);
    assert_eq!(seen(&events), [(9100, 0xd5), (9000, 1), (12_600, 2), (16_200, 3)]);
    let codecs: Vec<_> = configs(&events).iter().map(|config| (config.id.0, config.version, &config.codec)).collect();
    assert_eq!(codecs, [(1, 1, &crate::systems::g711(true)), (0, 1, &h264())]);
    let video: Vec<_> = units(&events).into_iter().filter(|unit| unit.track == TrackId(0)).collect();
    assert_eq!(video.iter().map(|unit| unit.key).collect::<Vec<_>>(), [true, false, false]);
    assert_eq!(video[0].payload[..], [0, 0, 0, 4, 0x65, 0x88, 0x80, 1], "parameter sets are taken out");
    assert_eq!(video[0].dts, Some(MediaTime::new(9000, hz(90_000))));
    assert_eq!(dropped(&events), []);
}

#[test]
fn the_demuxer_knows_when_every_track_is_configured() {
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    assert!(!demuxer.is_complete());
    let mut writer = Writer::default();
    writer.pack().map(&[(0x1b, 0xe0), (0x90, 0xc0), (0x77, 0xc1), (0x06, 0xbd)]);
    writer.pes(0xe0, Some(9000), &picture(true, 1)).pes(0xe0, Some(12_600), &picture(false, 2));
    demuxer.push(&writer.out.split().freeze(), Arrival::default(), &mut events);
    assert!(!demuxer.is_complete(), "sound has not come");
    writer.pes(0xc0, Some(9000), &[0xd5; 160]).map(&[(0x1b, 0xe0), (0x90, 0xc0), (0x77, 0xc1), (0x06, 0xbd)]);
    demuxer.push(&writer.out.split().freeze(), Arrival::default(), &mut events);
    assert!(demuxer.is_complete(), "what is not read is not waited for");
    let left_out: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::LeftOut { stream_id, stream_type } => Some((*stream_id, *stream_type)),
            _ => None,
        })
        .collect();
    assert_eq!(left_out, [(0xc1, 0x77), (0xbd, 0x06)], "said once");
}

#[test]
fn sound_that_came_in_one_piece_shares_its_memory() {
    let bytes = program().out.freeze();
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    demuxer.push(&bytes, Arrival::default(), &mut events);
    let sound = units(&events)[0];
    let at = bytes.windows(4).position(|window| window == [0xd5; 4]).unwrap();
    assert_eq!(sound.payload.as_ptr(), bytes[at..].as_ptr());
}

#[test]
fn codecs_that_are_carried_come_as_they_are() {
    let mut writer = Writer::default();
    writer.pack().system_header().map(&[(0x80, 0xe0), (0x99, 0xc0)]);
    writer.pes(0xe0, Some(9000), &[0, 0, 0, 1, 0x77, 1, 0]).pes(0xe0, None, &[0, 0, 1, 9]);
    writer.pack().pes(0xc0, Some(9000), &[5; 20]);
    writer.pack().pes(0xe0, Some(12_600), &[0, 0, 1, 0x11, 2]);
    let events = read_cut(&writer.out, 3);
    let names: Vec<_> = configs(&events).iter().map(|config| config.codec.codec().to_string()).collect();
    assert_eq!(names, [G729_ID, SVAC_VIDEO_ID]);
    let video: Vec<_> = units(&events).into_iter().filter(|unit| unit.track == TrackId(0)).collect();
    assert_eq!(video[0].payload[..], [0, 0, 0, 1, 0x77, 1, 0, 0, 0, 1, 9]);
    assert_eq!(video[1].payload[..], [0, 0, 1, 0x11, 2]);
    assert_eq!((video[0].key, video[1].key), (true, false));
}

#[test]
fn two_fields_with_one_time_stamp_are_one_picture() {
    // SPS and PPS of x264 with interlaced=1.
    const SETS: [&[u8]; 2] =
        [&hex_literal::hex!("67640015ace4086d808800000300080000030190f8a15240"), &hex_literal::hex!("68fb83cb22c0")];
    let sets: Vec<u8> = SETS.iter().flat_map(|set| [&[0, 0, 1][..], *set].concat()).collect();
    let field = |first: u8, seed| [0, 0, 1, first, 0x88, 1, seed];
    let mut writer = Writer::default();
    writer.pack().pes(0xe0, Some(9000), &[&sets[..], &field(0x65, 1), &field(0x41, 2)].concat());
    writer.pack().pes(0xe0, Some(12_600), &[field(0x41, 3), field(0x41, 4)].concat());
    writer.pack().pes(0xe0, Some(16_200), &field(0x41, 5));
    writer.pack().pes(0xe0, Some(16_200), &field(0x41, 6));
    let events = read_cut(&writer.out, 5);
    assert_eq!(seen(&events), [(9000, 2), (12_600, 4), (16_200, 6)]);
    assert!(units(&events).iter().all(|unit| nal::length_prefixed(&unit.payload).count() == 2));
}

#[test]
fn a_changed_sequence_parameter_set_is_a_new_version() {
    let other = hex_literal::hex!("6742c01fd9005005bb0110000003001000000303c0f1832480");
    let mut writer = program();
    let changed =
        [&[0, 0, 0, 1][..], &other, &[0, 0, 0, 1, 0x68, 0xcb, 0x83, 0xcb, 0x20], &picture(true, 4)[38..]].concat();
    writer.pack().pes(0xe0, Some(19_800), &changed);
    let events = read(&writer.out);
    let versions: Vec<_> =
        configs(&events).iter().filter(|config| config.id == TrackId(0)).map(|config| config.version).collect();
    assert_eq!(versions, [1, 2]);
}

#[test]
fn golden_files_are_read_and_damage_in_them_ends_without_panic() {
    for (name, codecs, pictures) in [("h264_bframes_mp2.vob", &["H.264", "mp2"][..], 15), ("h265.mpg", &["H.265"], 15)]
    {
        let file = golden(name);
        let events = read(&file);
        assert_eq!(configs(&events).iter().map(|config| config.codec().to_string()).collect::<Vec<_>>(), codecs);
        assert_eq!(units(&events).iter().filter(|unit| unit.track == TrackId(0)).count(), pictures);
        assert_eq!(dropped(&events), []);
        for at in (0..file.len()).step_by(13) {
            let mut flipped = file.clone();
            flipped[at] ^= 0xff;
            read(&flipped);
        }
    }
}

#[test]
fn damage_at_every_byte_ends_without_panic() {
    let stream = program().out;
    for at in 0..stream.len() {
        let mut flipped = stream.clone();
        flipped[at] ^= 0xff;
        read(&flipped);
        read_cut(&flipped[at..], 7);
    }
}

#[test]
fn pictures_that_are_too_large_are_dropped_and_no_more_is_held() {
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    let mut writer = Writer::default();
    writer.pack().pes(0xe0, Some(9000), &picture(true, 1));
    demuxer.push(&writer.out.split().freeze(), Arrival::default(), &mut events);
    let more = writer.pes(0xe0, None, &vec![0x55; 60_000]).out.split().freeze();
    for _ in 0..300 {
        demuxer.push(&more, Arrival::default(), &mut events);
        assert!(demuxer.held_len() <= 2 * crate::mpegps::MAX_PICTURE_LEN + 1000);
    }
    writer.pack().pes(0xe0, Some(12_600), &picture(true, 2)).pack().pes(0xe0, Some(16_200), &picture(false, 3));
    demuxer.push(&writer.out.split().freeze(), Arrival::default(), &mut events);
    assert_eq!(dropped(&events), [DropReason::TooLarge]);
    assert_eq!(seen(&events), [(12_600, 2)]);
}
