//! Fragmented MP4 of FFmpeg and GStreamer, and HLS as FFmpeg lays it out, read and compared with what ffprobe says.

use std::path::Path;

use container::fmp4::{Demuxer, Event};
use container::m3u8::{ByteRange, Media, Playlist};
use container::mpegts;
use media::{AccessUnit, CodecConfig, MediaTime, TrackConfig};

use crate::clip;

/// Configurations and units of a whole file.
fn read(clip: &Path, cut: usize) -> (Vec<TrackConfig>, Vec<AccessUnit>) {
    let bytes = std::fs::read(clip).unwrap();
    let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
    bytes.chunks(cut).for_each(|piece| demuxer.push(piece, &mut events).unwrap());
    demuxer.finish(&mut events);
    sorted(events)
}

fn sorted(events: Vec<Event>) -> (Vec<TrackConfig>, Vec<AccessUnit>) {
    let (mut configs, mut units) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            Event::Config(config) => configs.push(config),
            Event::Unit(unit) => units.push(unit),
            other => panic!("{other:?}"),
        }
    }
    (configs, units)
}

/// Every packet of every stream with its times, size and key flag.
fn assert_same(clip: &Path, (configs, units): &(Vec<TrackConfig>, Vec<AccessUnit>), streams: &[&str]) {
    assert_eq!(configs.len(), streams.len());
    for (config, stream) in configs.iter().zip(streams) {
        let theirs = clip::packets(clip, stream);
        let of_track = |unit: &&AccessUnit| unit.track == config.id;
        let packet = |unit: &AccessUnit| clip::Packet {
            pts: unit.pts.ticks,
            dts: unit.dts.unwrap().ticks,
            size: unit.payload.len(),
            key: unit.key,
        };
        let ours: Vec<clip::Packet> = units.iter().filter(of_track).map(packet).collect();
        assert!(theirs.len() >= 40);
        assert_eq!(ours, theirs, "{stream}");
    }
}

const H264: &str = "-map 0:v -c:v libx264 -g 20 -bf 2 -b:v 300k -pix_fmt yuv420p";
const FRAGMENTS: &str = "-f mp4 -movflags frag_keyframe+empty_moov+default_base_moof";

#[test]
fn fragments_of_ffmpeg_are_read_as_ffprobe_reads_them() {
    let sound = "-map 1:a -map 2:a -c:a aac";
    let clip = clip::ffmpeg("fragments.mp4", &format!("{H264} {sound} {FRAGMENTS}"));
    let whole = read(&clip, 1000);
    assert!(whole.1.iter().any(|unit| unit.pts.ticks > unit.dts.unwrap().ticks), "B-frames");
    assert_same(&clip, &whole, &["v:0", "a:0", "a:1"]);
    assert_same(&clip, &read(&clip, 1), &["v:0", "a:0", "a:1"]);
}

#[test]
fn other_forms_of_fragments_are_read() {
    for (name, flags) in [
        ("every.mp4", "frag_every_frame+empty_moov+default_base_moof"),
        ("absolute.mp4", "frag_keyframe+empty_moov"),
        ("delayed.mp4", "frag_keyframe+delay_moov+default_base_moof"),
    ] {
        let clip = clip::ffmpeg(name, &format!("{H264} -map 1:a -c:a aac -f mp4 -movflags {flags}"));
        assert_same(&clip, &read(&clip, 4096), &["v:0", "a:0"]);
    }
}

#[test]
fn composition_offsets_may_be_negative() {
    for flags in ["frag_keyframe+empty_moov+default_base_moof+negative_cts_offsets", "cmaf+frag_keyframe"] {
        let clip = clip::ffmpeg("negative.mp4", &format!("{H264} -f mp4 -movflags {flags}"));
        let (configs, mut units) = read(&clip, 4096);
        assert_eq!(units[0].pts.ticks, 0);
        // FFmpeg lets decoding begin at 0, and presentation later; here it is the other way round.
        let shift = clip::packets(&clip, "v:0")[0].pts;
        let later = |time: MediaTime| MediaTime::new(time.ticks + shift, time.clock_hz);
        for unit in &mut units {
            (unit.pts, unit.dts) = (later(unit.pts), unit.dts.map(later));
        }
        assert_same(&clip, &(configs, units), &["v:0"]);
    }
}

#[test]
fn h265_and_opus_in_fragments() {
    let options = "-map 0:v -c:v libx265 -x265-params keyint=20:bframes=2:log-level=none -tag:v hvc1 -pix_fmt yuv420p \
        -map 2:a -c:a libopus";
    let clip = clip::ffmpeg("h265_fragments.mp4", &format!("{options} {FRAGMENTS}"));
    let whole = read(&clip, 500);
    assert!(matches!(whole.0[0].codec, CodecConfig::H265(_)) && matches!(whole.0[1].codec, CodecConfig::Opus(_)));
    assert_same(&clip, &whole, &["v:0", "a:0"]);
}

#[test]
fn fragments_of_gstreamer_are_read_as_ffprobe_reads_them() {
    let pipeline = "mp4mux name=mux fragment-duration=500 videotestsrc num-buffers=50 ! \
        video/x-raw,width=320,height=180,framerate=25/1 ! x264enc key-int-max=20 ! h264parse ! mux. \
        audiotestsrc num-buffers=86 samplesperbuffer=1024 ! audio/x-raw,rate=44100,channels=1 ! avenc_aac ! aacparse ! \
        mux. mux.";
    let clip = clip::gstreamer("gstreamer.mp4", pipeline);
    assert_same(&clip, &read(&clip, 777), &["v:0", "a:0"]);
}

/// A playlist of FFmpeg with its folder.
fn hls(name: &str, options: &str) -> (Media, std::path::PathBuf) {
    let folder = clip::path(name);
    std::fs::create_dir_all(&folder).unwrap();
    let list =
        clip::ffmpeg(&format!("{name}/list.m3u8"), &format!("{H264} -map 1:a -c:a aac -f hls -hls_time 1 {options}"));
    match Playlist::parse(&std::fs::read(list).unwrap()).unwrap() {
        Playlist::Media(playlist) => (*playlist, folder),
        Playlist::Multivariant(other) => panic!("{other:?}"),
    }
}

fn fetched(folder: &Path, uri: &str, range: Option<ByteRange>) -> Vec<u8> {
    let bytes = std::fs::read(folder.join(uri)).unwrap();
    match range {
        None => bytes,
        Some(range) => bytes[usize::try_from(range.offset).unwrap()..usize::try_from(range.end()).unwrap()].to_vec(),
    }
}

#[test]
fn segments_in_fragmented_mp4_are_read_by_their_playlist() {
    for (name, options) in [("hls_fmp4", ""), ("hls_ranges", "-hls_flags single_file")] {
        let (playlist, folder) = hls(name, &format!("-hls_segment_type fmp4 -hls_playlist_type vod {options}"));
        assert!(playlist.ended && playlist.segments.len() >= 2);
        let (mut demuxer, mut events) = (Demuxer::new(), Vec::new());
        for segment in &playlist.segments {
            let map = segment.map.as_ref().unwrap();
            for (uri, range) in [(&map.uri, map.range), (&segment.uri, segment.range)] {
                demuxer.push(&fetched(&folder, uri, range), &mut events).unwrap();
                demuxer.finish(&mut events);
            }
        }
        assert_same(&folder.join("list.m3u8"), &sorted(events), &["v:0", "a:0"]);
    }
}

#[test]
fn segments_in_transport_streams_are_read_by_their_playlist() {
    let (playlist, folder) = hls("hls_ts", "-hls_playlist_type vod");
    let (mut demuxer, mut events) = (mpegts::Demuxer::new(), Vec::new());
    for segment in &playlist.segments {
        demuxer.push(&fetched(&folder, &segment.uri, segment.range), &mut events);
        demuxer.finish(&mut events);
    }
    assert!(demuxer.is_complete());
    for (track, stream) in [(0, "v:0"), (1, "a:0")] {
        let theirs = clip::packets(&folder.join("list.m3u8"), stream);
        let ours = events.iter().filter(|event| matches!(event, mpegts::Event::Unit(unit) if unit.track.0 == track));
        assert_eq!(ours.count(), theirs.len(), "{stream}");
    }
    let bad = |event: &&mpegts::Event| matches!(event, mpegts::Event::Loss { .. } | mpegts::Event::Dropped { .. });
    assert_eq!(events.iter().filter(bad).count(), 0);
}
