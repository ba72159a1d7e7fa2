//! Chromium: the console's player and a bare `<video>` show the stream, by the frame number in the pixels.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use testkit::clips::{Clip, TONES_HZ};
use testkit::picture::ROUND;
use testkit::process::Process;
use testkit::server::ADMIN_PASSWORD;
use testkit::upstream::{ffmpeg_sender, free_port};
use testkit::{Server, publish, until};

use crate::support::options;

/// What Chromium saw of one thing that it was shown.
#[derive(Debug)]
pub(crate) struct Seen {
    /// Frame numbers.
    pub(crate) numbers: Vec<u64>,
    /// The whole line.
    pub(crate) line: Value,
}

/// What Chromium saw, by what it was shown.
fn chromium(server: &Server, stream: &str, videos: &[&str]) -> BTreeMap<String, Result<Seen, String>> {
    seen_by("chromium", server, "http", stream, videos)
}

/// What a browser saw, by what it was shown: see `web/tests/live.js`.
pub(crate) fn seen_by(
    browser: &str,
    server: &Server,
    scheme: &str,
    stream: &str,
    videos: &[&str],
) -> BTreeMap<String, Result<Seen, String>> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    assert!(web.join("node_modules").exists(), "this test needs the console's packages: npm ci in web");
    assert!(web.join("console/dist/assets").exists(), "this test needs the console: npm run build in web");
    let mut command = Command::new("node");
    let url = format!("{scheme}://{}", server.address(scheme));
    command.current_dir(web).args(["tests/live.js", browser, &url, ADMIN_PASSWORD]);
    // Nobody signed the certificate of a server that a test started.
    command.env("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    command.arg(stream).args(videos);
    let mut node = Process::run(command, usize::MAX);
    let output = node.output(Duration::from_secs(300));
    let text = String::from_utf8_lossy(&output).into_owned();
    let seen = text.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {text}"));
        let numbers = line["numbers"].as_array().map(|list| list.iter().filter_map(Value::as_u64).collect());
        let what = line["what"].as_str().unwrap().to_owned();
        let outcome = match numbers {
            Some(numbers) => Ok(Seen { numbers, line }),
            None => Err(line["error"].to_string()),
        };
        (what, outcome)
    });
    let seen: BTreeMap<_, _> = seen.collect();
    assert_eq!(seen.len(), 1 + videos.len(), "{text}\n{}", node.messages());
    seen
}

/// Whether the pictures went on: forward each time, and further than what was buffered at the start.
pub(crate) fn advances(numbers: &[u64]) -> bool {
    numbers.len() == 5 && goes_on(numbers)
}

/// The same after the first picture: hls.js in Firefox may find its place only then.
pub(crate) fn advances_once_begun(numbers: &[u64]) -> bool {
    numbers.len() == 5 && goes_on(&numbers[1..])
}

fn goes_on(numbers: &[u64]) -> bool {
    let round = ROUND as u64;
    let steps: Vec<u64> = numbers.windows(2).map(|pair| (pair[1] + round - pair[0]) % round).collect();
    steps.iter().sum::<u64>() > 25 && steps.iter().all(|step| *step < round / 2)
}

#[test]
fn chromium_shows_streams_of_rtmp_and_rtsp_publishers() {
    let mut server = options().start();
    let api = server.sign_in();
    let _rtmp = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1"));
    let _rtsp = publish::ffmpeg_rtsp(&Clip::H264Aac.path(), &server.url("rtsp", "road/k2"));
    api.await_live("road/k1");
    api.await_live("road/k2");
    for (what, outcome) in chromium(&server, "road/k1", &["/road/k1.mp4", "/road/k2.mp4"]) {
        let seen = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(advances(&seen.numbers), "{what}: {seen:?}");
    }
    server.assert_well();
}

#[test]
fn the_console_says_how_its_player_went() {
    let server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    let seen = chromium(&server, "road/k1", &[]);
    assert!(seen["console"].is_ok(), "{seen:?}");
    let reports = until("the last report", Duration::from_secs(10), || {
        let reports = api.get("/streams/road/k1/playback-reports");
        (reports["items"][0]["ended"] == true).then_some(reports)
    });
    println!("{reports}");
    let (said, summary) = (&reports["items"][0], &reports["engines"][0]);
    assert_eq!(said["engine"], "ws-fmp4");
    assert!((1..10_000).contains(&said["first_picture_ms"].as_u64().unwrap()), "{said}");
    assert!((2..60).contains(&said["watched_s"].as_u64().unwrap()), "{said}");
    assert_eq!((&summary["viewers"], &summary["first_picture_p50_ms"]), (&1.into(), &said["first_picture_ms"]));
}

#[test]
fn the_console_shows_a_stream_whose_sound_its_container_cannot_carry() {
    let server = options().start();
    let api = server.sign_in();
    let _publisher = crate::support::publish(&server, "road/k1", Clip::H264Adpcm);
    api.await_live("road/k1");
    let seen = chromium(&server, "road/k1", &[]);
    let seen = seen["console"].as_ref().unwrap();
    assert!(advances(&seen.numbers), "{seen:?}");
}

/// Below this a sound is not heard: a sine of FFmpeg has 0.09, silence in G.711 less than 0.001.
pub(crate) const HEARD: f64 = 0.02;

/// How loud the console's player is in Chromium, and the tone that it plays.
fn heard(server: &Server, stream: &str) -> (f64, f64) {
    let seen = chromium(server, stream, &["heard"]);
    let seen = seen["heard"].as_ref().unwrap_or_else(|error| panic!("{stream}: {error}"));
    assert!(advances_once_begun(&seen.numbers), "{stream}: {seen:?}");
    (seen.line["level"].as_f64().unwrap(), seen.line["tone_hz"].as_f64().unwrap_or(0.0))
}

#[test]
fn g711_of_both_laws_is_heard_in_chromium_and_silence_is_not() {
    let mut server = options().start();
    let api = server.sign_in();
    let cameras = [(Clip::H264G711, "road/a"), (Clip::H264G711U, "road/mu"), (Clip::H264G711Silent, "road/silent")];
    let _publishers = cameras.map(|(clip, stream)| publish::ffmpeg_rtsp(&clip.path(), &server.url("rtsp", stream)));
    cameras.iter().for_each(|(_, stream)| drop(api.await_live(stream)));
    for stream in ["road/a", "road/mu"] {
        let (level, tone_hz) = heard(&server, stream);
        assert!(level > HEARD && (tone_hz - TONES_HZ[0]).abs() < 20.0, "{stream}: {level}, {tone_hz} Hz");
    }
    let (silence, _) = heard(&server, "road/silent");
    assert!(silence < HEARD / 10.0, "{silence}");
    server.assert_well();
}

#[test]
fn chromium_plays_over_http2() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    // The console's player takes a WebSocket, which has a connection with HTTP/1.1 beside the others.
    let seen = seen_by("chromium", &server, "https", "road/k1", &["/road/k1/index.m3u8", "/road/k1.mp4"]);
    for (what, outcome) in &seen {
        let seen = outcome.as_ref().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(advances(&seen.numbers), "{what}: {seen:?}");
    }
    let line = &seen["/road/k1/index.m3u8"].as_ref().unwrap().line;
    assert_eq!(line["protocols"], serde_json::json!(["h2"]), "{line}");
    server.assert_well();
}

#[test]
fn chromium_plays_dash() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    let seen = chromium(&server, "road/k1", &["/road/k1/manifest.mpd"]);
    let seen = seen["/road/k1/manifest.mpd"].as_ref().unwrap();
    println!("DASH: {}", seen.line);
    assert!(advances(&seen.numbers), "{seen:?}");
    assert_eq!(seen.line["tracks"], serde_json::json!(["video", "audio"]));
    assert!(seen.line["latency_s"].as_f64().unwrap() < 9.0, "three segments and what it took: {seen:?}");
    let buffered = seen.line["buffered_s"].as_array().unwrap();
    assert!(buffered.iter().all(|length| length.as_f64().unwrap() > 0.0), "{seen:?}");
    server.assert_well();
}

#[test]
fn shaka_plays_both_kinds_of_hls_and_dash() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    // Shaka 5.2 fails on a playlist that holds parts and no whole segment yet, so another player comes before it.
    let shown =
        ["/road/k1/index.m3u8", "shaka:/road/k1/index.m3u8", "shaka:/road/k1/ts.m3u8", "shaka:/road/k1/manifest.mpd"];
    for (what, outcome) in chromium(&server, "road/k1", &shown) {
        let seen = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        println!("{}", seen.line);
        assert!(advances(&seen.numbers), "{what}: {seen:?}");
    }
    server.assert_well();
}

#[test]
fn firefox_plays_the_console_and_every_output_for_browsers() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    let shown = ["/road/k1.mp4", "/road/k1/index.m3u8", "/road/k1/ts.m3u8", "/road/k1/manifest.mpd"];
    for (what, outcome) in seen_by("firefox", &server, "http", "road/k1", &shown) {
        let seen = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        println!("{}", seen.line);
        assert!(advances_once_begun(&seen.numbers), "{what}: {seen:?}");
    }
    server.assert_well();
}

#[test]
fn hls_js_and_dash_js_list_two_sounds_and_change_between_them() {
    let mut server = options().start();
    let api = server.sign_in();
    let port = free_port();
    let _ffmpeg = ffmpeg_sender(Clip::TwoSounds, "mpegts", &format!("udp://127.0.0.1:{port}?pkt_size=1316"));
    let source =
        serde_json::json!({ "app": "road", "name": "k1", "url": format!("udp://127.0.0.1:{port}"), "mode": "always" });
    api.post("/sources", &source);
    api.await_live("road/k1");
    let seen = chromium(&server, "road/k1", &["/road/k1/index.m3u8", "/road/k1/ts.m3u8", "/road/k1/manifest.mpd"]);
    for (what, outcome) in seen {
        let seen = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(advances(&seen.numbers), "{what}: {seen:?}");
        if what == "console" {
            continue;
        }
        println!("{what}: {}", seen.line["sounds"]);
        let sounds = seen.line["sounds"].as_array().unwrap();
        let languages: Vec<_> = sounds.iter().map(|sound| sound["language"].as_str().unwrap()).collect();
        assert_eq!(languages, ["zh", "en"], "{what}");
        for (sound, tone) in sounds.iter().zip(TONES_HZ) {
            assert!((sound["tone_hz"].as_f64().unwrap() - tone).abs() < 20.0, "{what}: {seen:?}");
        }
    }
    server.assert_well();
}

#[test]
fn chromium_plays_encrypted_hls() {
    let mut server = options().start();
    let api = server.sign_in();
    api.post("/applications", &serde_json::json!({ "pattern": "road/*", "settings": { "encrypt_hls": true } }));
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    for (what, outcome) in chromium(&server, "road/k1", &["/road/k1/index.m3u8", "/road/k1/ts.m3u8"]) {
        let seen = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(advances(&seen.numbers), "{what}: {seen:?}");
    }
    server.assert_well();
}

#[test]
fn chromium_plays_both_kinds_of_hls_and_keeps_to_the_live_edge() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    let seen = chromium(&server, "road/k1", &["/road/k1/index.m3u8", "/road/k1/ts.m3u8"]);
    for (what, outcome) in &seen {
        let seen = outcome.as_ref().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(advances(&seen.numbers), "{what}: {seen:?}");
    }
    let line = &seen["/road/k1/index.m3u8"].as_ref().unwrap().line;
    let number = |name: &str| line[name].as_f64().unwrap();
    // hls.js drifts around its target; what it must not do is to fall back to whole segments.
    assert!(number("target_s") < 1.0, "three parts, not three segments: {line}");
    assert!(number("latency_s") < number("target_s") + 1.0, "{line}");
    println!("low-latency HLS: {line}");
    server.assert_well();
}

#[test]
fn chromium_plays_the_stream_of_a_virtual_host() {
    let mut server = options().start();
    let api = server.sign_in();
    api.post("/hosts", &serde_json::json!({ "name": "t1", "domains": [] }));
    // What the default host has under the name shows no numbers.
    let _other = publish::ffmpeg_rtmp(&Clip::H264Small.path(), &server.url("rtmp", "road/k1"));
    let _publisher = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/k1?vhost=t1"));
    api.await_live("road/k1");
    api.await_live("road/k1?vhost=t1");
    let files = ["index.m3u8", "ts.m3u8", "manifest.mpd"].map(|file| format!("/road/k1/{file}?vhost=t1"));
    let mut targets: Vec<&str> = files.iter().map(String::as_str).collect();
    targets.push("/road/k1.mp4?vhost=t1");
    for (what, outcome) in chromium(&server, "t1/road/k1", &targets) {
        let seen = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(advances(&seen.numbers), "{what}: {seen:?}");
    }
    server.assert_well();
}
