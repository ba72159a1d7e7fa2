//! Matroska files as cameras, and by HTTP.

use std::path::Path;

use base64::Engine;
use serde_json::json;
use testkit::clips::{Clip, path_text, words};
use testkit::read::{self, Expect};
use testkit::upstream::python_server;
use testkit::{process, publish};

use crate::support::{BINARY, options};

const SEEN: Expect = Expect { pictures: 150, sound: true };

/// FFmpeg writes the first seconds of a clip into a file of another kind.
fn remux(clip: Clip, seconds: u32, options: &str, file: &Path) {
    let mut arguments = words("-v error -nostdin -y -i");
    arguments.push(path_text(&clip.path()));
    arguments.extend(words(&format!("-map 0 -c copy -t {seconds} {options}")));
    arguments.push(path_text(file));
    let (ok, _, messages) = process::run("ffmpeg", &arguments, testkit::PATIENCE);
    assert!(ok, "{messages}");
}

#[test]
fn matroska_files_are_played_again_and_again_to_independent_readers() {
    let mut server = options().start();
    let api = server.sign_in();
    for (clip, name, codecs) in [
        (Clip::H264Aac, "b-frames.mkv", ["aac", "h264"]),
        (Clip::H265Opus, "hevc.mkv", ["hevc", "opus"]),
        (Clip::H264G711, "g711.mkv", ["h264", "pcm_alaw"]),
    ] {
        // Two rounds and more pass while it is watched.
        remux(clip, 4, "-cues_to_front 1", &server.data().join("files").join(name));
        let stream = name.trim_end_matches(".mkv");
        let source = json!({ "app": "road", "name": stream, "url": format!("file:{name}"), "mode": "always" });
        api.post("/sources", &source);
        let stream = format!("road/{stream}");
        api.await_live(&stream);
        let url = server.url("rtsp", &stream);
        read::ffmpeg("-rtsp_transport tcp", &url, SEEN).unwrap();
        let mut seen = read::ffprobe("-rtsp_transport tcp", &url).unwrap();
        seen.sort();
        assert_eq!(seen, codecs);
        read::mpv(&url, 100).unwrap();
        if clip == Clip::H264Aac {
            for path in [".flv", ".mp4", ".ts", "/index.m3u8"] {
                read::ffmpeg("", &server.url("http", &format!("{stream}{path}")), SEEN).unwrap();
            }
            read::gstreamer(&server.url("http", &format!("{stream}.ts")), 100).unwrap();
        }
    }
    for repair in ["jumps", "rollbacks"] {
        assert_eq!(api.metric(&format!("viaduct_hub_streams_clock_{repair}")), 0, "{repair}");
    }
    server.assert_well();
}

#[test]
fn all_tracks_of_a_matroska_file_arrive_with_their_languages() {
    let server = options().start();
    let api = server.sign_in();
    remux(Clip::TwoSounds, 10, "", &server.data().join("files/two.mkv"));
    let report = api.post("/probe", &json!({ "url": "file:two.mkv", "timeout_ms": 10_000 }));
    let preview = report["picture"].as_str().unwrap_or_else(|| panic!("no picture: {report}"));
    let picture = base64::engine::general_purpose::STANDARD.decode(preview).unwrap();
    assert!(picture.starts_with(&[0xFF, 0xD8, 0xFF]) && picture.len() > 2000, "a JPEG of {} bytes", picture.len());
    api.post("/sources", &json!({ "app": "road", "name": "two", "url": "file:two.mkv", "mode": "always" }));
    api.await_live("road/two");
    for (sound, tone) in testkit::clips::TONES_HZ.into_iter().enumerate() {
        let heard = read::ffmpeg_tone("", &server.url("http", "road/two/index.m3u8"), sound).unwrap();
        assert!((heard - tone).abs() < 15.0, "{heard}");
    }
    let first = testkit::http::request(server.address("http"), "GET", "/road/two/index.m3u8", &[], None).text();
    assert!(first.contains("LANGUAGE=\"zh\"") && first.contains("LANGUAGE=\"en\""), "{first}");
}

#[test]
fn webm_with_av1_is_played_and_matroska_is_pulled_by_http_and_pushed() {
    let folder = tempfile::tempdir().unwrap();
    remux(Clip::H264Aac, 20, "-live 1 -f matroska", &folder.path().join("live.mkv"));
    let (_python, port) = python_server(folder.path());
    let mut server = options().start();
    let api = server.sign_in();
    remux(Clip::Av1, 10, "", &server.data().join("files/av1.webm"));
    for (name, url) in [("av1", "file:av1.webm".to_owned()), ("http", format!("http://127.0.0.1:{port}/live.mkv"))] {
        api.post("/sources", &json!({ "app": "road", "name": name, "url": url, "mode": "always" }));
        api.await_live(&format!("road/{name}"));
        let seen = Expect { pictures: 100, sound: name == "http" };
        read::ffmpeg("", &server.url("http", &format!("road/{name}.mp4")), seen).unwrap();
    }
    let _push = publish::viaduct_push(BINARY, &folder.path().join("live.mkv"), &server.url("rtmp", "road/pushed"));
    api.await_live("road/pushed");
    read::ffmpeg("", &server.url("http", "road/pushed.flv"), SEEN).unwrap();
    server.assert_well();
}

#[test]
fn what_is_no_matroska_is_explained() {
    let server = options().start();
    let api = server.sign_in();
    let bytes = [&container::matroska::MAGIC[..], &[0x84, 0x42, 0x82, 0x81, b'x'], &[0; 50]].concat();
    std::fs::write(server.data().join("files/other.mkv"), bytes).unwrap();
    let report = api.post("/probe", &json!({ "url": "file:other.mkv", "timeout_ms": 5000 }));
    assert_eq!(report["ok"], false, "{report}");
    assert!(report.to_string().contains("document of type x is not Matroska"), "{report}");
}
