use bytes::Bytes;
use media::{AccessUnit, CodecConfig, Language, MediaKind, TrackConfig};
use proptest::prelude::*;

use super::*;
use crate::mp4::FileReader;
use crate::test_support::{golden, hz};

fn events(stream: &[u8], piece: usize) -> Result<Vec<Event>, MatroskaError> {
    let mut demuxer = Demuxer::new();
    let mut events = Vec::new();
    stream.chunks(piece).try_for_each(|piece| demuxer.push(piece, &mut events))?;
    Ok(events)
}

fn read(name: &str) -> (Vec<TrackConfig>, Vec<AccessUnit>) {
    let (mut tracks, mut units) = (Vec::new(), Vec::new());
    for event in events(&golden(name), 4096).unwrap() {
        match event {
            Event::Config(track) => tracks.push(track),
            Event::Unit(unit) => units.push(unit),
            other => panic!("{name}: {other:?}"),
        }
    }
    (tracks, units)
}

fn of_kind(kind: MediaKind, (tracks, units): &(Vec<TrackConfig>, Vec<AccessUnit>)) -> Vec<AccessUnit> {
    let track = tracks.iter().find(|track| track.kind() == kind).unwrap();
    units.iter().filter(|unit| unit.track == track.id).cloned().collect()
}

fn millis(time: media::MediaTime) -> i64 {
    time.to_timestamp().as_millis()
}

#[test]
fn files_of_ffmpeg_say_the_same_as_in_mp4() {
    for name in ["h264_bframes_aac", "h265_opus"] {
        let read = read(&format!("{name}.mkv"));
        let mut file = FileReader::open(Bytes::from(golden(&format!("{name}.mp4")))).unwrap();
        let units: Vec<_> = std::iter::from_fn(|| file.next_unit().unwrap()).collect();
        let other = (file.tracks().to_vec(), units);
        for kind in [MediaKind::Video, MediaKind::Audio] {
            let codec =
                |tracks: &[TrackConfig]| tracks.iter().find(|track| track.kind() == kind).unwrap().codec.clone();
            assert_eq!(codec(&read.0), codec(&other.0), "{name}");
            let (ours, theirs) = (of_kind(kind, &read), of_kind(kind, &other));
            assert_eq!(ours.len(), theirs.len(), "{name} {kind:?}");
            let shift = millis(ours[0].pts) - millis(theirs[0].pts);
            for (ours, theirs) in ours.iter().zip(&theirs) {
                assert_eq!((&ours.payload, ours.key), (&theirs.payload, theirs.key), "{name} {kind:?}");
                let apart = millis(ours.pts) - millis(theirs.pts) - shift;
                assert!(apart.abs() <= 1, "{name} {kind:?}: time stamps count milliseconds, {apart}");
            }
        }
    }
}

#[test]
fn a_stream_of_gstreamer_says_what_it_was_made_of() {
    let read = read("gstreamer.mkv");
    let mut file = FileReader::open(Bytes::from(golden("h264_bframes_aac.mp4"))).unwrap();
    let units: Vec<_> = std::iter::from_fn(|| file.next_unit().unwrap()).collect();
    let other = (file.tracks().to_vec(), units);
    // GStreamer leaves out the sound that the edit list hides. ffprobe -count_packets: 25 and 43.
    for (kind, hidden, count) in [(MediaKind::Video, 0, 25), (MediaKind::Audio, 1, 43)] {
        let payloads = |units: &[AccessUnit]| units.iter().map(|unit| unit.payload.clone()).collect::<Vec<_>>();
        let (ours, theirs) = (of_kind(kind, &read), of_kind(kind, &other));
        assert_eq!(payloads(&ours), payloads(&theirs[hidden..hidden + count]), "{kind:?}");
    }
}

#[test]
fn decoding_times_are_derived_where_pictures_are_reordered() {
    let video = of_kind(MediaKind::Video, &read("h264_bframes_aac.mkv"));
    assert_eq!(video.len(), 25);
    let dts: Vec<i64> = video.iter().map(|unit| millis(unit.dts.unwrap())).collect();
    assert!(dts.windows(2).all(|pair| pair[0] < pair[1]), "{dts:?}");
    assert!(video.iter().all(|unit| millis(unit.pts) >= millis(unit.dts.unwrap())));
    assert!(video.windows(2).any(|pair| millis(pair[0].pts) > millis(pair[1].pts)), "there are B-frames");
    // ffprobe -show_packets: key frames at these presentation times.
    let keys: Vec<i64> = video.iter().filter(|unit| unit.key).map(|unit| millis(unit.pts)).collect();
    assert_eq!(keys, [23, 423, 823]);
}

#[test]
fn clusters_of_unknown_size_cut_anywhere_are_read() {
    let stream = golden("live.mkv");
    let whole = format!("{:?}", events(&stream, stream.len()).unwrap());
    for piece in [1, 7, 188, 1000] {
        assert_eq!(format!("{:?}", events(&stream, piece).unwrap()), whole, "in pieces of {piece}");
    }
    assert_eq!(of_kind(MediaKind::Video, &read("live.mkv")).len(), 15);
}

#[test]
fn codecs_and_languages_are_known() {
    let (tracks, units) = read("g711a_mp3.mkv");
    assert!(matches!(&tracks[0].codec, CodecConfig::G711A(config) if config.sample_rate_hz == hz(8000)));
    assert!(matches!(&tracks[1].codec, CodecConfig::Mp3(config) if config.sample_rate_hz == hz(44_100)));
    assert_eq!([tracks[0].language, tracks[1].language], [Language::from_tag("zh"), None]);
    assert!(units.len() > 10 && units.iter().all(|unit| unit.key));
    let (tracks, _) = read("av1.webm");
    assert!(matches!(&tracks[0].codec, CodecConfig::Av1(config) if config.picture.width == 128));
    let (tracks, units) = read("vp9_opus.webm");
    assert!(matches!(&tracks[0].codec, CodecConfig::Opaque(config) if &*config.id == "V_VP9"), "carried as it is");
    assert!(matches!(&tracks[1].codec, CodecConfig::Opus(config) if config.channels == 1));
    assert!(!units.is_empty());
}

/// An element with a size of four bytes.
fn element(id: u32, content: &[u8]) -> Vec<u8> {
    let id = id.to_be_bytes();
    let id = &id[id.iter().position(|byte| *byte != 0).unwrap()..];
    let size = u32::try_from(content.len()).unwrap() | 0x1000_0000;
    [id, &size.to_be_bytes(), content].concat()
}

/// A stream with one track of G.711 and what stands in a cluster at 5 s.
fn synthetic(entry: &[u8], cluster: &[u8]) -> Vec<u8> {
    let wave = element(0x63A2, &[7, 0, 1, 0, 0x40, 0x1f, 0, 0]);
    let codec = element(0x86, b"A_MS/ACM");
    let entry = [&element(0xD7, &[3])[..], &element(0x83, &[2]), &codec, &wave, entry].concat();
    let segment = [
        &element(0xEC, &[0; 9])[..],
        &element(0x1654_AE6B, &element(0xAE, &entry)),
        &[0x1F, 0x43, 0xB6, 0x75, 0xFF],
        &element(0xBF, &[0; 4]),
        &element(0xE7, &[0x13, 0x88]),
        cluster,
    ]
    .concat();
    [&element(0x1A45_DFA3, &element(0x4282, b"webm"))[..], &element(0x1853_8067, &segment)].concat()
}

fn units(stream: &[u8]) -> Vec<(i64, Vec<u8>)> {
    let events = events(stream, 10).unwrap();
    let unit =
        |event| if let Event::Unit(unit) = event { Some((millis(unit.pts), unit.payload.to_vec())) } else { None };
    events.into_iter().filter_map(unit).collect()
}

#[test]
fn frames_of_a_laced_block_follow_each_other() {
    let laced = [&[0x83, 0, 20, 0x04, 2][..], b"aabbcc"].concat();
    let group = element(0xA0, &[element(0xA1, &laced), element(0x9B, &[60])].concat());
    let expected = [(5020, b"aa".to_vec()), (5040, b"bb".to_vec()), (5060, b"cc".to_vec())];
    assert_eq!(units(&synthetic(&[], &group)), expected);
    let simple = element(0xA3, &laced);
    let duration = element(0x23_E383, &20_000_000u32.to_be_bytes());
    assert_eq!(units(&synthetic(&duration, &simple)), expected);
    let delayed = [duration, element(0x56AA, &5_000_000u32.to_be_bytes())].concat();
    assert_eq!(units(&synthetic(&delayed, &simple))[0].0, 5015, "what its time stamps are ahead is taken off");
}

#[test]
fn stripped_headers_are_put_back_and_other_encodings_are_left_out() {
    let encoding = |content: &[u8]| element(0x6D80, &element(0x6240, content));
    let block = element(0xA3, &[0x83, 0, 0, 0, b'c']);
    let stripping = [element(0x4254, &[3]), element(0x4255, b"ab")].concat();
    assert_eq!(units(&synthetic(&encoding(&element(0x5034, &stripping)), &block)), [(5000, b"abc".to_vec())]);
    for (content, word) in [(element(0x5034, &[]), "compressed"), (element(0x5035, &[]), "encrypted")] {
        let events = events(&synthetic(&encoding(&content), &block), 100).unwrap();
        let [Event::LeftOut { codec, reason }] = &events[..] else { panic!("{events:?}") };
        assert!(codec == "A_MS/ACM" && reason.contains(word));
    }
}

#[test]
fn what_is_no_matroska_or_too_large_is_an_error() {
    let other = element(0x1A45_DFA3, &element(0x4282, b"other"));
    assert_eq!(events(&other, 100).unwrap_err(), MatroskaError::OtherDocument("other".into()));
    assert_eq!(events(&[0; 20], 100).unwrap_err(), MatroskaError::Malformed { offset: 0 });
    let huge = [&golden("live.mkv")[..], &[0xA3, 0x08, 0xff, 0xff, 0xff, 0xff]].concat();
    assert_eq!(events(&huge, 100_000).unwrap_err(), MatroskaError::TooLarge("SimpleBlock"));
    let open = [&golden("live.mkv")[..], &[0xA3, 0xff]].concat();
    assert!(matches!(events(&open, 100_000), Err(MatroskaError::Malformed { .. })), "a block says how long it is");
}

#[test]
fn a_stream_that_begins_anew_goes_on() {
    let stream = golden("live.mkv");
    let twice = [&stream[..], &stream].concat();
    let events = events(&twice, 500).unwrap();
    let count = |is: fn(&Event) -> bool| events.iter().filter(|event| is(event)).count();
    assert_eq!(count(|event| matches!(event, Event::Config(_))), 2, "the same tracks are announced once");
    assert_eq!(count(|event| matches!(event, Event::Unit(_))), 2 * read("live.mkv").1.len());
}

#[test]
fn damage_at_every_byte_ends_without_panic() {
    for name in ["h264_bframes_aac.mkv", "h265_opus.mkv", "live.mkv", "g711a_mp3.mkv"] {
        let file = [&[9][..], &golden(name)].concat();
        for at in (1..file.len()).step_by(5) {
            crate::fuzz::matroska(&file[..at]);
            let mut flipped = file.clone();
            flipped[at] ^= 0xFF;
            crate::fuzz::matroska(&flipped);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_damage_ends_without_panic(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut file = [&[3][..], &golden("live.mkv")].concat();
        for (index, value) in edits {
            let at = index.index(file.len());
            file[at] = value;
        }
        crate::fuzz::matroska(&file);
    }

    #[test]
    fn written_blocks_are_read_back(
        written in prop::collection::vec((any::<i16>(), prop::collection::vec(any::<u8>(), 1..50)), 1..20),
        piece in 1usize..200,
    ) {
        let block = |(time, payload): &(i16, Vec<u8>)| {
            element(0xA3, &[&[0x83][..], &time.to_be_bytes(), &[0], payload].concat())
        };
        let stream = synthetic(&[], &written.iter().flat_map(block).collect::<Vec<_>>());
        let found: Vec<_> = events(&stream, piece).unwrap().into_iter().filter_map(|event| match event {
            Event::Unit(unit) => Some((millis(unit.pts), unit.payload.to_vec())),
            _ => None,
        }).collect();
        let expected: Vec<_> = written.into_iter().map(|(time, payload)| (5000 + i64::from(time), payload)).collect();
        prop_assert_eq!(found, expected);
    }
}
