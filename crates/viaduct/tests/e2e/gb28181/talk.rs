//! Speaking to a device that others have written: the order or the invitation, what its loudspeaker plays, judged by FFmpeg.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::clips::{path_text, words};
use testkit::process::{self, Process};
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, Server, pause, read, until};

use super::device::{CAMERA, DEVICE, Device, FIXED, Loudspeaker, Options};
use super::simulated::{self, Devices, RECORDER};
use super::{add_with, await_catalog, by_every_way};

/// What is said, in Hz.
const TONE_HZ: f64 = 440.0;
/// How far from it what is heard may be: that a whole period more or less was counted.
const NEAR_HZ: f64 = 3.0;
/// Of a microphone: where a piece was late the tone begins anew.
const NEAR_LIVE_HZ: f64 = 25.0;
/// A sample of no sound in G.711 A-law.
const SILENCE: u8 = 0xD5;
/// Seconds that are said.
const SAID_S: usize = 4;
/// Between messages of a microphone.
const PIECE: Duration = Duration::from_millis(40);

/// A server with one device that is signed in.
struct Site {
    server: Server,
    api: Api,
    device: Device,
    loudspeaker: Option<Arc<Loudspeaker>>,
}

impl Site {
    fn open(options: &Value, loudspeaker: Option<Arc<Loudspeaker>>) -> Self {
        let server = by_every_way("127.0.0.1:0").start();
        let api = server.sign_in();
        add_with(&api, options);
        let device = Device::start(&server, &Options { loudspeaker: loudspeaker.clone(), ..Options::default() });
        await_catalog(&api);
        Self { server, api, device, loudspeaker }
    }

    fn heard(&self) -> Vec<u8> {
        self.loudspeaker.as_ref().unwrap().0.lock().unwrap().clone()
    }

    /// A WebSocket that is let in.
    fn connect(&self, path: &str) -> WsViewer {
        let mut socket = WsViewer::open(self.server.address("http"), &format!("/api/v1{path}/talk/connect"), false);
        socket.say(&json!({ "type": "auth", "token": self.api.token() }).to_string());
        let standing = told(&mut socket, "standing");
        assert_eq!(standing["holder"], Value::Null, "{standing}");
        socket
    }

    /// Waits until nobody speaks, and no more sound comes.
    fn is_quiet(&self, path: &str) {
        let standing = || self.api.get(&format!("{path}/talk"));
        until("the floor", PATIENCE, || standing()["holder"].is_null().then_some(()));
        let mut before = usize::MAX;
        until("silence", PATIENCE, || {
            let now = self.heard().len();
            let same = now == before;
            before = now;
            pause(Duration::from_millis(200));
            same.then_some(())
        });
    }
}

/// The next message of a type.
fn told(socket: &mut WsViewer, kind: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match socket.next(PATIENCE) {
            Some(WsEvent::Text(text)) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == kind {
                    return message;
                }
                assert!(kind == "ended" || message["type"] != "ended", "{message}");
            }
            other => panic!("{other:?} instead of {kind}"),
        }
    }
    panic!("no {kind}");
}

/// A tone that FFmpeg makes.
fn tone(format: &str, rate_hz: u32) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tone");
    let mut arguments = words(&format!(
        "-v error -nostdin -f lavfi -i sine=frequency={TONE_HZ}:sample_rate={rate_hz}:duration={SAID_S} -f {format}"
    ));
    arguments.push(path_text(&file));
    let (done, _, errors) = process::run("ffmpeg", arguments, PATIENCE);
    assert!(done, "{errors}");
    std::fs::read(file).unwrap()
}

/// What FFmpeg hears in what the device was sent.
fn assert_tone(a_law: &[u8], near_hz: f64) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("heard");
    std::fs::write(&file, a_law).unwrap();
    let heard = read::ffmpeg_tone("-f alaw -ar 8000 -ac 1", &path_text(&file), 0).unwrap();
    assert!((heard - TONE_HZ).abs() <= near_hz, "{heard} Hz in {} bytes", a_law.len());
}

/// The same of a microphone: on a machine with other work pieces come late, and what fills the gaps is no tone.
fn assert_live_tone(a_law: &[u8]) {
    let sounding: Vec<u8> = a_law.iter().copied().filter(|byte| *byte != SILENCE).collect();
    assert_tone(&sounding, NEAR_LIVE_HZ);
}

/// Says something as a microphone does: each piece when it was heard.
fn speak(socket: &mut WsViewer, sound: &[u8], bytes_per_ms: usize) {
    let start = Instant::now();
    for (at, piece) in (0u32..).zip(sound.chunks(bytes_per_ms * usize::try_from(PIECE.as_millis()).unwrap())) {
        pause((start + PIECE * at).saturating_duration_since(Instant::now()));
        socket.send(piece);
    }
}

#[test]
fn a_microphone_is_heard_at_a_device_of_others_by_broadcast_and_by_the_older_talk() {
    for (way, form, format, bytes_per_ms) in [("broadcast", "a_law", "alaw", 8), ("talk", "pcm16", "s16le", 16)] {
        let mut site = Site::open(&json!({ "speech": way }), Some(Arc::default()));
        let imported = format!("/gb28181/devices/{DEVICE}/import");
        assert_eq!(site.api.post(&imported, &json!({ "codes": [CAMERA, FIXED] }))["added"], 2);
        let camera = site.api.get("/channels")["items"][0]["id"].as_i64().unwrap();
        let path = format!("/channels/{camera}");

        let mut socket = site.connect(&path);
        socket.say(&json!({ "type": "start", "form": form }).to_string());
        until("the talk", PATIENCE, || (told(&mut socket, "state")["state"] == "speaking").then_some(()));
        // One at a time, and whoever comes too late is told who speaks.
        let mut other = WsViewer::open(site.server.address("http"), &format!("/api/v1{path}/talk/connect"), false);
        other.say(&json!({ "type": "auth", "token": site.api.token() }).to_string());
        assert_eq!(told(&mut other, "standing")["holder"]["name"], "admin");
        other.say(&json!({ "type": "start", "form": form }).to_string());
        let ended = told(&mut other, "ended");
        assert_eq!(ended["code"], "taken", "{ended}");

        speak(&mut socket, &tone(format, 8000), bytes_per_ms);
        socket.say(&json!({ "type": "stop" }).to_string());
        let ended = told(&mut socket, "ended");
        assert_eq!(ended["code"], "stopped", "{ended}");
        assert_live_tone(&site.heard());

        site.is_quiet(&path);
        let audit = site.api.get("/audit?search=Talk");
        let deeds: Vec<&str> =
            audit["items"].as_array().unwrap().iter().map(|row| row["action"].as_str().unwrap()).collect();
        assert_eq!(deeds.iter().filter(|deed| **deed == "Talk began").count(), 2, "{audit}");
        assert_eq!(deeds.iter().filter(|deed| **deed == "Talk ended").count(), 1, "{audit}");
        assert!(site.api.get("/gb28181/trace?query=BYE")["items"].as_array().is_some_and(|all| !all.is_empty()));
        site.server.assert_well();
    }
}

#[test]
fn a_file_is_played_to_a_device_of_others_to_its_end_or_until_it_is_stopped() {
    let mut site = Site::open(&json!({}), Some(Arc::default()));
    let device = format!("/gb28181/devices/{DEVICE}");
    let file = format!("{device}/talk/file?name=road%20works.wav");
    let wav = tone("wav", 44_100);
    let began = site.api.upload(&file, &wav);
    assert_eq!(began.status, 202, "{}", began.text());
    let playing = began.json()["holder"]["file"].clone();
    assert_eq!((playing["name"].as_str(), playing["length_ms"].as_i64()), (Some("road works.wav"), Some(4000)));
    let again = site.api.upload(&file, &wav);
    assert_eq!((again.status, again.json()["code"].as_str()), (409, Some("talk_taken")), "{}", again.text());
    site.is_quiet(&device);
    let standing = site.api.get(&format!("{device}/talk"));
    assert_eq!(standing["last_file"], json!({ "name": "road works.wav", "why": null }), "{standing}");
    let heard = site.heard();
    assert_tone(&heard, NEAR_HZ);
    let sounding = heard.iter().filter(|byte| **byte != SILENCE).count();
    assert!(sounding > SAID_S * 7900, "{sounding} bytes of {}", heard.len());

    let stopped = |status| {
        let answer = site.api.send("DELETE", &format!("{device}/talk/file"), None);
        assert_eq!(answer.status, status, "{}", answer.text());
    };
    stopped(404);
    assert_eq!(site.api.upload(&file, &wav).status, 202);
    until("its sound", PATIENCE, || (site.heard().len() > heard.len() + 8000).then_some(()));
    stopped(204);
    site.is_quiet(&device);
    assert!(site.heard().len() < heard.len() + SAID_S * 8000, "it goes on");

    let song = site.api.upload(&file, b"ID3\x04 is no sound that is read here");
    assert_eq!(song.status, 415, "{}", song.text());
    assert!(song.text().contains("WAV"), "{}", song.text());
    let audit = site.api.get("/audit?search=talk/file");
    assert_eq!(audit["items"].as_array().unwrap().len(), 6, "{audit}");
    site.server.assert_well();
}

#[test]
fn a_device_that_cannot_be_spoken_to_says_why() {
    let mut site = Site::open(&json!({}), None);
    let device = format!("/gb28181/devices/{DEVICE}");
    let mut socket = site.connect(&device);
    socket.say(&json!({ "type": "start", "form": "a_law" }).to_string());
    let ended = told(&mut socket, "ended");
    assert_eq!(ended["code"], "failed", "{ended}");
    assert!(ended["why"].as_str().unwrap().contains("declined"), "{ended}");
    let refused = site.api.upload(&format!("{device}/talk/file"), &tone("wav", 8000));
    assert_eq!(refused.status, 503, "{}", refused.text());

    let Site { device: peer, .. } = &site;
    assert_eq!(peer.frames.subscriber_count(), 0);
    let stranger = site.api.send("GET", "/gb28181/devices/34020000001180000099/talk", None);
    assert_eq!(stranger.status, 404, "{}", stranger.text());
    site.server.assert_well();
}

#[test]
fn whoever_leaves_without_a_word_is_hung_up_on() {
    let mut site = Site::open(&json!({}), Some(Arc::default()));
    let device = format!("/gb28181/devices/{DEVICE}");
    let mut socket = site.connect(&device);
    socket.say(&json!({ "type": "start", "form": "a_law" }).to_string());
    until("the talk", PATIENCE, || (told(&mut socket, "state")["state"] == "speaking").then_some(()));
    until("sound", PATIENCE, || (!site.heard().is_empty()).then_some(()));
    // Its connection stays, and nobody answers.
    site.is_quiet(&device);
    drop(socket);
    let audit = site.api.get("/audit?search=Talk%20ended");
    assert!(audit["items"][0]["detail"].to_string().contains("dead"), "{audit}");
    site.server.assert_well();
}

/// The whole way: Chromium's sound thread, WebSocket, RTP, the device of others; see `web/tests/talk-live.js`.
#[test]
fn who_speaks_in_the_console_is_heard_at_a_device_of_others() {
    let mut site = Site::open(&json!({}), Some(Arc::default()));
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let page = format!("/devices/gb28181/{DEVICE}");
    let mut command = Command::new("node");
    command.current_dir(web).args(["tests/talk-live.js", &format!("http://{}", site.server.address("http"))]);
    command.args(["admin", testkit::server::ADMIN_PASSWORD, &page, &SAID_S.to_string()]);
    let output = Process::run(command, usize::MAX).output(Duration::from_secs(120));
    let seen: Value =
        serde_json::from_slice(&output).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output)));
    assert!(seen["level"].as_i64().is_some_and(|level| level > 50), "{seen}");
    assert_live_tone(&site.heard());
    site.is_quiet(&format!("/gb28181/devices/{DEVICE}"));
    site.server.assert_well();
}

/// A server with a simulated recorder, started with these arguments.
fn with_simulated(media: &str, arguments: &[&str]) -> (Server, Api, Devices) {
    let server = by_every_way(media).start();
    let api = server.sign_in();
    simulated::add(&api, RECORDER);
    let mut all = vec!["--nvr", "--channels", "1", "--no-media"];
    all.extend(arguments);
    let devices = Devices::start(server.address("gb28181"), &all);
    simulated::await_catalog(&api, RECORDER);
    (server, api, devices)
}

#[test]
fn a_simulated_recorder_keeps_what_it_hears() {
    // A connection for sound needs a port of its own.
    for (way, media) in [("udp", "127.0.0.1:0"), ("tcp", "127.0.0.1:31240-31249")] {
        let folder = tempfile::tempdir().unwrap();
        let (mut server, api, _devices) =
            with_simulated(media, &["--hear-by", way, "--hear", folder.path().to_str().unwrap()]);
        let path = format!("/gb28181/devices/{RECORDER}/talk");
        let began = api.upload(&format!("{path}/file?name=tone.wav"), &tone("wav", 8000));
        assert_eq!(began.status, 202, "{}", began.text());
        let kept = || std::fs::read_dir(folder.path()).unwrap().next().map(|file| file.unwrap().path());
        let file = until("what was heard", PATIENCE, kept);
        let standing = until("the end", PATIENCE, || Some(api.get(&path)).filter(|it| it["holder"].is_null()));
        assert_eq!(standing["last_file"]["why"], Value::Null, "{standing}");
        let heard = read::ffmpeg_tone("-f wav", &path_text(&file), 0).unwrap();
        assert!((heard - TONE_HZ).abs() <= NEAR_HZ, "{way}: {heard} Hz");
        let length = usize::try_from(std::fs::metadata(&file).unwrap().len()).unwrap();
        assert!(length > SAID_S * 7900, "{way}: {length} bytes");
        server.assert_well();
    }
}

#[test]
fn a_simulated_recorder_without_a_loudspeaker_declines() {
    let (mut server, api, _devices) = with_simulated("127.0.0.1:0", &["--no-speaker"]);
    let refused = api.upload(&format!("/gb28181/devices/{RECORDER}/talk/file?name=tone.wav"), &tone("wav", 8000));
    assert!(refused.status == 503 && refused.text().contains("declined"), "{}", refused.text());
    server.assert_well();
}
