//! Chromium: the console's player and a bare `<video>` show the stream, by the frame number in the pixels.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use testkit::clips::Clip;
use testkit::picture::ROUND;
use testkit::process::Process;
use testkit::server::ADMIN_PASSWORD;
use testkit::{Server, publish};

use crate::support::options;

/// What Chromium saw, by what it was shown.
fn chromium(server: &Server, stream: &str, videos: &[&str]) -> BTreeMap<String, Result<Vec<u64>, String>> {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    assert!(web.join("node_modules").exists(), "this test needs the console's packages: npm ci in web");
    assert!(web.join("console/dist/assets").exists(), "this test needs the console: npm run build in web");
    let mut command = Command::new("node");
    command.current_dir(web).args(["tests/live.js", &format!("http://{}", server.address("http")), ADMIN_PASSWORD]);
    command.arg(stream).args(videos);
    let mut node = Process::run(command, usize::MAX);
    let output = node.output(Duration::from_secs(180));
    let text = String::from_utf8_lossy(&output).into_owned();
    let seen = text.lines().map(|line| {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {text}"));
        let numbers = line["numbers"].as_array().map(|list| list.iter().filter_map(Value::as_u64).collect());
        let outcome = numbers.ok_or_else(|| line["error"].to_string());
        (line["what"].as_str().unwrap().to_owned(), outcome)
    });
    let seen: BTreeMap<_, _> = seen.collect();
    assert_eq!(seen.len(), 1 + videos.len(), "{text}\n{}", node.messages());
    seen
}

/// Whether the pictures went on: forward each time, and further than what was buffered at the start.
fn advances(numbers: &[u64]) -> bool {
    let round = ROUND as u64;
    let steps: Vec<u64> = numbers.windows(2).map(|pair| (pair[1] + round - pair[0]) % round).collect();
    numbers.len() == 5 && steps.iter().sum::<u64>() > 25 && steps.iter().all(|step| *step < round / 2)
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
        let numbers = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(advances(&numbers), "{what}: {numbers:?}");
    }
    server.assert_well();
}

#[test]
fn the_console_shows_a_stream_whose_sound_its_container_cannot_carry() {
    let server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264G711.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let seen = chromium(&server, "road/k1", &[]);
    let numbers = seen["console"].as_ref().unwrap();
    assert!(advances(numbers), "{numbers:?}");
}
