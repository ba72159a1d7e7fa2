//! H.265 in a browser that cannot decode it (Debian's Chromium): the player's own decoder shows it, by the number in the
//! pictures, and whatever happens to the stream.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::picture::ROUND;
use testkit::process::Process;
use testkit::server::ADMIN_PASSWORD;
use testkit::{Api, Server, http, publish, until};

use crate::console::{advances_once_begun, seen_by};
use crate::support::{closed_server, options};

/// A busy machine starts a browser, a publisher and a decoder in this time.
const PATIENCE: Duration = Duration::from_secs(60);

/// Chromium with a stream's page open: see `web/tests/watch.js`.
struct Watcher(Process);

impl Watcher {
    fn open(server: &Server, scheme: &str, stream: &str) -> Self {
        let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
        assert!(web.join("console/dist/assets").exists(), "this test needs the console: npm run build in web");
        let mut command = Command::new("node");
        let url = format!("{scheme}://{}", server.address(scheme));
        command.current_dir(web).args(["tests/watch.js", &url, ADMIN_PASSWORD, stream]);
        // Nobody signed the certificate of a server that a test started.
        command.env("NODE_TLS_REJECT_UNAUTHORIZED", "0");
        Self(Process::run(command, usize::MAX))
    }

    /// All that was seen so far.
    fn seen(&self) -> Vec<Value> {
        self.0.messages().lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Waits until pictures have moved for five looks in a row, with all else as it should be, and gives the last look.
    fn await_moving(&mut self, what: &str, is_right: impl Fn(&Value) -> bool) -> Value {
        let from = self.seen().len();
        until(what, PATIENCE, || {
            assert!(self.0.ended().is_none(), "{}", self.0.messages());
            let seen = self.seen();
            let latest = seen[from..].rchunks(6).next().filter(|looks| looks.len() == 6)?;
            let numbers: Vec<u64> = latest.iter().filter_map(|look| look["number"].as_u64()).collect();
            let step = |pair: &[u64]| (pair[1] + ROUND as u64 - pair[0]) % ROUND as u64;
            let moves =
                numbers.len() == 6 && numbers.windows(2).all(|pair| (1..ROUND as u64 / 2).contains(&step(pair)));
            (moves && latest.iter().all(&is_right)).then(|| latest[5].clone())
        })
    }
}

fn plays_by(engine: &'static str) -> impl Fn(&Value) -> bool {
    move |look| look["state"] == "playing" && look["stats"]["engine"] == engine
}

fn plays_h265_with_sound(scheme: &str, clip: Clip) {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&clip.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let mut watcher = Watcher::open(&server, scheme, "road/k1");
    let heard = |look: &Value| look["loudness"].as_f64().is_some_and(|level| level > 0.01);
    let look = watcher.await_moving("pictures with sound", |look| plays_by("software")(look) && heard(look));
    let decoder = &look["stats"]["decoder"];
    assert!(decoder["fps"].as_f64().unwrap() > 15.0, "{look}");
    assert_eq!(
        (&decoder["damaged"], &decoder["traps"], &decoder["skipped"]),
        (&json!(0), &json!(0), &json!(0)),
        "{look}"
    );
    assert!(decoder["ahead_of_sound_ms"].as_f64().unwrap().abs() < 100.0, "{look}");
    assert_eq!(look["wasm"], 1, "{look}");
    assert_eq!(look["faults"], json!([]), "{look}");
    server.assert_well();
}

#[test]
fn chromium_plays_h265_with_sound_by_http() {
    plays_h265_with_sound("http", Clip::H265Aac);
}

#[test]
fn chromium_plays_h265_with_sound_by_https() {
    plays_h265_with_sound("https", Clip::H265Opus);
}

#[test]
fn the_decoder_goes_on_after_the_publisher_came_back() {
    let mut server = options().start();
    let api = server.sign_in();
    let send = || publish::ffmpeg_rtsp(&Clip::H265Aac.path(), &server.url("rtsp", "road/k1"));
    let publisher = send();
    api.await_live("road/k1");
    let mut watcher = Watcher::open(&server, "http", "road/k1");
    watcher.await_moving("the first pictures", plays_by("software"));
    drop(publisher);
    let _publisher = send();
    watcher.await_moving("pictures of another publisher", plays_by("software"));
    server.assert_well();
}

#[test]
fn the_decoder_goes_on_after_the_server_was_killed() {
    let (server, admin) = closed_server(&options());
    let send = |server: &Server, admin: &Api| {
        let token = admin.stream_token("publish", "road/k1", 600);
        let publisher =
            publish::ffmpeg_rtsp(&Clip::H265Aac.path(), &server.url("rtsp", &format!("road/k1?token={token}")));
        admin.await_live("road/k1");
        publisher
    };
    let fixed = ["http", "rtsp"].into_iter().fold(options().closed(), |options, protocol| {
        options.set(&format!("{protocol}.listen"), &server.address(protocol).to_string())
    });
    let first = send(&server, &admin);
    let mut watcher = Watcher::open(&server, "http", "road/k1");
    watcher.await_moving("the first pictures", plays_by("software"));
    server.signal("KILL");
    let folder = Arc::clone(server.folder());
    drop((server, first));
    let mut server = fixed.folder(&folder).start();
    let admin = server.sign_in();
    let _second = send(&server, &admin);
    watcher.await_moving("pictures of the server that was started again", plays_by("software"));
    server.assert_well();
}

#[test]
fn a_camera_that_changes_to_h265_and_back_is_followed() {
    let mut server = options().start();
    let api = server.sign_in();
    let send = |clip: Clip| publish::ffmpeg_rtsp(&clip.path(), &server.url("rtsp", "road/k1"));
    let publisher = send(Clip::H264Aac);
    api.await_live("road/k1");
    let mut watcher = Watcher::open(&server, "http", "road/k1");
    let look = watcher.await_moving("H.264", plays_by("ws-fmp4"));
    assert_eq!(look["wasm"], 0, "the decoder is fetched when it is needed: {look}");
    drop(publisher);
    let publisher = send(Clip::H265Aac);
    watcher.await_moving("H.265", plays_by("software"));
    drop(publisher);
    let _publisher = send(Clip::H264Aac);
    watcher.await_moving("H.264 again", plays_by("ws-fmp4"));
    server.assert_well();
}

#[test]
fn firefox_shows_h265_by_its_own_decoder_and_by_ours() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H265Aac.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let seen = seen_by("firefox", &server, "http", "road/k1", &["software"]);
    for (what, engine) in [("console", "ws-fmp4"), ("software", "software")] {
        let seen = seen[what].as_ref().unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(seen.line["engine"], engine, "{}", seen.line);
        assert!(advances_once_begun(&seen.numbers), "{what}: {seen:?}");
    }
    server.assert_well();
}

#[test]
fn the_decoder_is_offered_for_h265_alone_and_as_fragmented_mp4_is() {
    let mut server = options().start();
    let api = server.sign_in();
    // Whether WebRTC is there depends on B-frames, which are noticed in time.
    let engines = |key: &str| -> Vec<String> {
        let offer = api.post(&format!("/streams/{key}/play"), &json!({}));
        let names = offer["engines"].as_array().unwrap().iter().map(|each| each["engine"].as_str().unwrap().to_owned());
        names.filter(|name| name != "webrtc").collect()
    };
    let _one = publish::ffmpeg_rtsp(&Clip::H265Aac.path(), &server.url("rtsp", "road/k1"));
    let _other = publish::ffmpeg_rtsp(&Clip::H264Aac.path(), &server.url("rtsp", "road/k2"));
    api.await_live("road/k1");
    api.await_live("road/k2");
    assert_eq!(engines("road/k1"), ["ws-fmp4", "http-fmp4", "software", "ws-flv", "http-flv", "ll-hls"]);
    assert_eq!(engines("road/k2"), ["ws-fmp4", "http-fmp4", "ws-flv", "http-flv", "ll-hls"]);
    api.post("/applications", &json!({ "pattern": "road/k1", "settings": { "outputs": ["flv"] } }));
    assert_eq!(engines("road/k1"), ["ws-flv", "http-flv"]);
    server.assert_well();
}

#[test]
fn the_decoder_is_served_so_that_browsers_may_compile_it() {
    let (mut server, _) = closed_server(&options());
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web/console/dist/assets");
    let names = std::fs::read_dir(assets).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let decoder: Vec<String> = names.filter(|name| name.starts_with("hevc-") && name.ends_with(".wasm")).collect();
    assert_eq!(decoder.len(), 1, "{decoder:?}");
    let address = server.address("http");
    let file = http::request(address, "GET", &format!("/assets/{}", decoder[0]), &[], None);
    assert_eq!(file.status, 200);
    assert!(file.head.to_lowercase().contains("content-type: application/wasm"), "{}", file.head);
    assert!(file.body.starts_with(b"\0asm"));
    let head = http::request(address, "GET", "/", &[], None).head;
    assert!(head.contains("script-src 'self' 'wasm-unsafe-eval';") && !head.contains(" 'unsafe-eval'"), "{head}");
    server.assert_well();
}
