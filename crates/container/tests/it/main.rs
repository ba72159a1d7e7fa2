//! What FFmpeg makes of files that the muxers write.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod clip;
mod fragments;
mod mpegps;
mod mpegts;

use bytes::{Bytes, BytesMut};
use container::flv::{self, FileReader, TagDemuxer, TagEvent};
use container::{fmp4, matroska, mp4};
use media::{AccessUnit, Frame, Muxer, TrackConfig};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

type Stream = (Vec<Arc<TrackConfig>>, Vec<Frame>);

fn golden_path(name: &str) -> String {
    format!("{}/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn shared(unit: AccessUnit) -> Frame {
    Frame {
        track: unit.track,
        source_ts: unit.pts,
        dts: unit.dts.unwrap().to_timestamp(),
        pts: unit.pts.to_timestamp(),
        arrival: Instant::now(),
        capture_utc: None,
        key: unit.key,
        config_version: 1,
        payload: unit.payload,
    }
}

fn read_flv(name: &str) -> Stream {
    let mut reader = FileReader::new();
    reader.push(&std::fs::read(golden_path(name)).unwrap());
    let mut events = Vec::new();
    let mut demuxer = TagDemuxer::new();
    while let Some(tag) = reader.next_tag().unwrap() {
        demuxer.handle_tag(tag.kind, tag.timestamp_ms, tag.body, &mut events);
    }
    let (mut tracks, mut frames) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            TagEvent::Config(config) => tracks.push(Arc::new(config)),
            TagEvent::Unit(unit) => frames.push(shared(unit)),
            _ => {}
        }
    }
    (tracks, frames)
}

/// Shifted so that decoding begins at 0, as the hub's time line does.
fn read_mp4(name: &str) -> Stream {
    let file = Bytes::from(std::fs::read(golden_path(name)).unwrap());
    let mut reader = mp4::FileReader::open(file).unwrap();
    let mut frames: Vec<Frame> = std::iter::from_fn(|| reader.next_unit().unwrap()).map(shared).collect();
    let shift = media::Timestamp::ZERO - frames[0].dts;
    for frame in &mut frames {
        frame.dts = media::Timestamp::from_micros(frame.dts.as_micros() + shift);
        frame.pts = media::Timestamp::from_micros(frame.pts.as_micros() + shift);
    }
    (reader.tracks().iter().cloned().map(Arc::new).collect(), frames)
}

fn write(mut muxer: impl Muxer, (tracks, frames): &Stream, name: &str) -> PathBuf {
    assert_eq!(muxer.set_tracks(tracks), []);
    let mut out = BytesMut::new();
    muxer.write_header(&mut out);
    for frame in frames {
        muxer.write_frame(frame, &mut out);
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, &out).unwrap();
    path
}

/// Checksums of all decoded pictures and samples by stream; every complaint of FFmpeg is a failure.
fn decoded(path: &str) -> Vec<String> {
    decoded_with("warning", path)
}

/// The same where only what FFmpeg says from a level on is a failure.
fn decoded_with(level: &str, path: &str) -> Vec<String> {
    let output = Command::new("ffmpeg")
        .args(["-v", level, "-nostdin", "-i", path, "-fps_mode", "passthrough"])
        .args(["-f", "streamhash", "-hash", "md5", "-"])
        .stdin(Stdio::null())
        .output()
        .expect("ffmpeg is a required tool of the tests");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{path}: {complaints}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Stream, pts and dts in seconds, size and key flag of all packets.
fn packets(path: &str) -> Vec<(String, f64, f64, u32, bool)> {
    let output = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "packet=codec_type,pts_time,dts_time,size,flags"])
        .args(["-of", "csv=p=0", path])
        .output()
        .expect("ffprobe is a required tool of the tests");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{path}: {complaints}");
    // Side data of a packet stands on a line of its own.
    let line = |line: &str| {
        let fields: Vec<&str> = line.split(',').collect();
        if fields.len() < 5 {
            return None;
        }
        let number = |index: usize| fields[index].parse().unwrap();
        let size = fields[3].parse().unwrap();
        Some((fields[0].to_owned(), number(1), number(2), size, fields[4].starts_with('K')))
    };
    String::from_utf8(output.stdout).unwrap().lines().filter_map(line).collect()
}

/// FFmpeg must see every frame with its times, size and flag.
fn assert_packets(path: &str, (tracks, frames): &Stream) {
    let seen = packets(path);
    assert_eq!(seen.len(), frames.len());
    for track in tracks {
        let kind = if track.codec.picture().is_some() { "video" } else { "audio" };
        let seen = seen.iter().filter(|packet| packet.0 == kind);
        let sent = frames.iter().filter(|frame| frame.track == track.id);
        for ((_, pts, dts, size, key), frame) in seen.zip(sent) {
            let close = |seconds: f64, time: media::Timestamp| {
                (seconds * 1e6 - f64::from(i32::try_from(time.as_micros()).unwrap())).abs() < 1100.0
            };
            assert!(close(*pts, frame.pts) && close(*dts, frame.dts), "{kind} {pts} {dts}: {frame:?}");
            assert_eq!((usize::try_from(*size).unwrap(), *key), (frame.payload.len(), frame.key));
        }
    }
}

#[test]
fn ffmpeg_decodes_flv_to_the_same_pictures_and_samples() {
    let source = "h264_bframes_aac.flv";
    let stream = read_flv(source);
    let path = write(flv::Muxer::default(), &stream, "h264.flv");
    let path = path.to_str().unwrap();
    assert_packets(path, &stream);
    assert_eq!(decoded(path), decoded(&golden_path(source)));
    for source in ["g711a.flv", "mp3.flv"] {
        let stream = read_flv(source);
        let path = write(flv::Muxer::default(), &stream, source);
        assert_eq!(decoded(path.to_str().unwrap()), decoded(&golden_path(source)));
    }
}

#[test]
fn ffmpeg_decodes_fragmented_mp4_to_the_same_pictures_and_samples() {
    for source in ["h264_bframes_aac.flv", "mp3.flv"] {
        let stream = read_flv(source);
        let path = write(fmp4::Muxer::new(), &stream, &format!("{source}.mp4"));
        let path = path.to_str().unwrap();
        assert_packets(path, &stream);
        assert_eq!(decoded(path), decoded(&golden_path(source)), "{source}");
    }
}

#[test]
fn ffmpeg_decodes_h265_and_opus_in_fragmented_mp4() {
    let stream = read_mp4("h265_opus.mp4");
    let path = write(fmp4::Muxer::new(), &stream, "h265.mp4");
    let path = path.to_str().unwrap();
    assert_packets(path, &stream);
    let video = |path: &str| decoded(path).into_iter().find(|line| line.contains(",v,")).unwrap();
    assert_eq!(video(path), video(&golden_path("h265_opus.mp4")));
}

/// G.711 that FFmpeg made, by way of Matroska.
fn read_mkv(path: &Path) -> Stream {
    let (mut demuxer, mut events) = (matroska::Demuxer::new(), Vec::new());
    demuxer.push(&std::fs::read(path).unwrap(), &mut events).unwrap();
    let (mut tracks, mut frames) = (Vec::new(), Vec::new());
    for event in events {
        match event {
            matroska::Event::Config(config) => tracks.push(Arc::new(config)),
            matroska::Event::Unit(unit) => frames.push(shared(unit)),
            other => panic!("{other:?}"),
        }
    }
    (tracks, frames)
}

#[test]
fn ffmpeg_decodes_flac_in_fragmented_mp4_to_the_very_samples_of_g711() {
    let noise = |color: &str, options: &str| format!("-f lavfi -i anoisesrc=color={color} -t 2 -map 3:a {options}");
    for (name, options) in [
        ("tone.mkv", "-map 1:a -ar 8000 -c:a pcm_alaw".to_owned()),
        ("tone_mu.mkv", "-map 2:a -ar 16000 -ac 2 -c:a pcm_mulaw".to_owned()),
        ("white.mkv", noise("white", "-ar 8000 -c:a pcm_mulaw")),
        ("pink.mkv", noise("pink", "-ar 11025 -c:a pcm_alaw")),
        ("silence.mkv", "-map 1:a -af volume=0 -ar 8000 -c:a pcm_alaw".to_owned()),
    ] {
        let source = clip::ffmpeg(name, &options);
        let stream = read_mkv(&source);
        let path = write(fmp4::Muxer::new(), &stream, &format!("{name}.mp4"));
        let path = path.to_str().unwrap();
        // Matroska says how many channels there are and not which: FFmpeg warns that it guesses.
        assert_eq!(decoded(path), decoded_with("error", source.to_str().unwrap()), "{name}");
        let seen = packets(path);
        assert_eq!(seen.len(), stream.1.len(), "one frame each");
        let bytes: u32 = seen.iter().map(|packet| packet.3).sum();
        let before: usize = stream.1.iter().map(|frame| frame.payload.len()).sum();
        println!("{name}: {bytes} bytes of FLAC for {before} of G.711");
        for (packet, frame) in seen.iter().zip(&stream.1) {
            let micros = i32::try_from(frame.pts.as_micros()).unwrap();
            assert!((packet.1 * 1e6 - f64::from(micros)).abs() < 1100.0 && packet.4, "{name} {packet:?}");
        }
    }
}

#[test]
fn a_viewer_who_joins_late_decodes_from_the_next_key_frame() {
    let (tracks, frames) = read_flv("h264_bframes_aac.flv");
    let start = frames.iter().rposition(|frame| frame.key && frame.track == tracks[0].id).unwrap();
    let late: Vec<Frame> = frames[start..].to_vec();
    let path = write(fmp4::Muxer::new(), &(tracks.clone(), late.clone()), "late.mp4");
    assert_packets(path.to_str().unwrap(), &(tracks.clone(), late.clone()));
    let path = write(flv::Muxer::default(), &(tracks.clone(), late.clone()), "late.flv");
    assert_packets(path.to_str().unwrap(), &(tracks, late));
}

#[test]
fn mp4_files_are_read_as_ffprobe_reads_them() {
    for name in ["h264_bframes_aac.mp4", "h265_opus.mp4"] {
        let file = Bytes::from(std::fs::read(golden_path(name)).unwrap());
        let mut reader = mp4::FileReader::open(file).unwrap();
        let frames: Vec<Frame> = std::iter::from_fn(|| reader.next_unit().unwrap()).map(shared).collect();
        let tracks = reader.tracks().iter().cloned().map(Arc::new).collect();
        assert_packets(&golden_path(name), &(tracks, frames));
    }
}
