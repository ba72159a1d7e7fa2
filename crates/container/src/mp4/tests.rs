use bytes::Bytes;
use media::{AccessUnit, CodecConfig, MediaKind, TrackConfig};
use proptest::prelude::*;

use super::*;
use crate::test_support::{golden, hz};

pub(crate) fn read(file: Vec<u8>) -> (Vec<TrackConfig>, Vec<AccessUnit>) {
    let mut reader = FileReader::open(Bytes::from(file)).unwrap();
    let units = std::iter::from_fn(|| reader.next_unit().unwrap()).collect();
    (reader.tracks().to_vec(), units)
}

fn of_kind(kind: MediaKind, tracks: &[TrackConfig], units: &[AccessUnit]) -> Vec<AccessUnit> {
    let track = tracks.iter().find(|track| track.kind() == kind).unwrap();
    units.iter().filter(|unit| unit.track == track.id).cloned().collect()
}

#[test]
fn ordinary_and_fragmented_files_of_ffmpeg_say_the_same() {
    let (tracks, ordinary) = read(golden("h264_bframes_aac.mp4"));
    let picture = tracks.iter().find_map(|track| track.codec.picture()).unwrap();
    assert_eq!((picture.width, picture.height), (128, 72));
    assert_eq!(tracks.iter().find_map(|track| track.codec.sound()), Some((hz(44_100), 1)));
    // ffprobe -show_packets: the edit list lets pictures begin at 0, so that decoding begins before.
    let video = of_kind(MediaKind::Video, &tracks, &ordinary);
    assert_eq!(video.len(), 25);
    let millis = |time: media::MediaTime| time.to_timestamp().as_millis();
    let times: Vec<_> = video.iter().map(|unit| (millis(unit.dts.unwrap()), millis(unit.pts), unit.key)).collect();
    assert_eq!(times[..4], [(-80, 0, true), (-40, 120, false), (0, 40, false), (40, 80, false)]);
    assert!(ordinary.is_sorted_by_key(|unit| unit.dts.unwrap().to_timestamp()));

    let (fragmented_tracks, fragmented) = read(golden("h264_bframes_aac_fragmented.mp4"));
    assert!(fragmented.is_sorted_by_key(|unit| unit.dts.unwrap().to_timestamp()));
    for kind in [MediaKind::Video, MediaKind::Audio] {
        let first = of_kind(kind, &tracks, &ordinary);
        let second = of_kind(kind, &fragmented_tracks, &fragmented);
        assert_eq!(first.len(), second.len());
        for (first, second) in first.iter().zip(&second) {
            assert_eq!((&first.payload, first.key), (&second.payload, second.key));
            let shift = |unit: &AccessUnit| unit.pts.ticks - unit.dts.unwrap().ticks;
            assert_eq!(shift(first), shift(second));
        }
    }
}

#[test]
fn h265_and_opus_with_the_movie_box_first() {
    let (tracks, units) = read(golden("h265_opus.mp4"));
    assert!(matches!(tracks[0].codec, CodecConfig::H265(_)));
    assert!(matches!(&tracks[1].codec, CodecConfig::Opus(config) if config.channels == 1));
    assert_eq!(of_kind(MediaKind::Video, &tracks, &units).len(), 25);
    assert!(of_kind(MediaKind::Audio, &tracks, &units).len() >= 50);
}

#[test]
fn files_without_or_with_a_broken_movie_box_are_errors() {
    assert!(matches!(FileReader::open(Bytes::new()), Err(Mp4Error::NoMovie)));
    assert!(matches!(FileReader::open(Bytes::from_static(b"\0\0\0\x08mdat")), Err(Mp4Error::NoMovie)));
    let huge = Bytes::from_static(b"\0\0\0\x01moov\x7f\xff\xff\xff\xff\xff\xff\xff");
    assert!(matches!(FileReader::open(huge), Err(Mp4Error::Malformed("moov"))));
}

#[test]
fn a_cut_file_gives_what_is_there() {
    let whole = golden("h264_bframes_aac_fragmented.mp4");
    let mut reader = FileReader::open(Bytes::from(whole[..whole.len() * 2 / 3].to_vec())).unwrap();
    let mut read = 0;
    while let Ok(Some(_)) = reader.next_unit() {
        read += 1;
    }
    assert!(read > 20, "{read}");
}

#[test]
fn damage_at_every_byte_ends_without_panic() {
    for name in ["h264_bframes_aac.mp4", "h264_bframes_aac_fragmented.mp4", "h265_opus.mp4"] {
        let file = golden(name);
        for at in (0..file.len()).step_by(5) {
            crate::fuzz::mp4_file(&file[..at]);
            let mut flipped = file.clone();
            flipped[at] ^= 0xFF;
            crate::fuzz::mp4_file(&flipped);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_damage_ends_without_panic(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut file = golden("h264_bframes_aac_fragmented.mp4");
        for (index, value) in edits {
            let at = index.index(file.len());
            file[at] = value;
        }
        crate::fuzz::mp4_file(&file);
    }
}
