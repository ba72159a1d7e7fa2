//! WebRTC against Chromium and aiortc, which share no line with us.

use std::collections::BTreeSet;
use std::net::{TcpStream, UdpSocket};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::http::{self, Answer};
use testkit::process::Process;
use testkit::server::ADMIN_PASSWORD;
use testkit::webrtc::WebRtcPeer;
use testkit::{Api, PATIENCE, Server, publish, until};

use crate::console::{advances, seen_by};
use crate::support::{BINARY, closed_server, options};

fn whep(server: &Server, key: &str) -> String {
    format!("http://{}/{key}/whep", server.address("http"))
}

/// An offer as Chromium makes it, for codecs with these names.
fn offer(video: &str) -> String {
    let fingerprint = "66:A8:E0:7C:3F:2E:54:F4:52:45:6E:2D:A6:E6:BB:5F:4C:DC:C0:95:73:0D:76:3D:AF:C6:A6:C7:F6:81:DC:39";
    format!(
        "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n\
         m=video 9 UDP/TLS/RTP/SAVPF 96\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901\r\n\
         a=fingerprint:sha-256 {fingerprint}\r\na=setup:actpass\r\na=mid:0\r\na=recvonly\r\na=rtcp-mux\r\n\
         a=rtpmap:96 {video}/90000\r\na=fmtp:96 packetization-mode=1;profile-level-id=42e01f\r\n"
    )
}

fn post(server: &Server, target: &str, body: &str) -> Answer {
    http::send(server.address("http"), "POST", target, &[("Content-Type", "application/sdp")], body.as_bytes())
}

#[test]
fn chromium_plays_pictures_and_sound_by_http_and_https() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264G711.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    for scheme in ["http", "https"] {
        let seen = seen_by("chromium", &server, scheme, "road/k1", &["whep:/road/k1/whep"]);
        let seen = seen["whep:/road/k1/whep"].as_ref().unwrap_or_else(|error| panic!("{scheme}: {error}"));
        println!("{scheme}: {}", seen.line);
        assert!(advances(&seen.numbers), "{scheme}: {seen:?}");
        assert_eq!(seen.line["codecs"], json!(["video/H264", "audio/PCMA"]), "{scheme}");
        assert!(seen.line["energy"].as_f64().unwrap() > 1e-4, "{scheme}: the tone is heard: {seen:?}");
    }
    until("the viewers to be gone from the list", Duration::from_secs(60), || {
        (api.get("/viewers")["items"].as_array()?.is_empty()).then_some(())
    });
    server.assert_well();
}

#[test]
fn an_independent_peer_watches() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264G711.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let peer = WebRtcPeer::play(&whep(&server, "road/k1"), 8);
    let listed = until("the viewer in the list", PATIENCE, || {
        let viewers = api.get("/viewers")["items"].clone();
        (viewers[0]["bytes"].as_u64()? > 0).then_some(viewers)
    });
    assert_eq!(listed[0]["protocol"], "webrtc", "{listed}");
    let seen = peer.seen();
    println!("{seen}");
    assert!(seen["changes"].as_u64().unwrap() > 50, "{seen}");
    assert!(seen["loudness"].as_f64().unwrap() > 1e-4, "{seen}");
    server.assert_well();
}

#[test]
fn an_independent_peer_watches_a_camera_without_sound() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let seen = WebRtcPeer::play(&whep(&server, "road/k1"), 8).seen();
    assert!(seen["changes"].as_u64().unwrap() > 50, "{seen}");
    assert_eq!(seen["sounds"], 0, "{seen}");
    server.assert_well();
}

#[test]
fn a_peer_that_comes_late_into_a_long_group_of_pictures_sees_the_newest() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264OneKey.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    testkit::pause(Duration::from_secs(6));
    let seen = WebRtcPeer::play(&whep(&server, "road/k1"), 6).seen();
    assert!(seen["changes"].as_u64().unwrap() > 50, "{seen}");
    server.assert_well();
}

#[test]
fn sound_that_webrtc_does_not_have_is_heard_as_opus() {
    let mut server = options().start();
    let api = server.sign_in();
    let clip = Clip::H264G711.path();
    let publisher = "-v error -nostdin -re -stream_loop -1 -i";
    let coded = "-c:v copy -c:a aac -ar 48000 -f rtsp -rtsp_transport tcp";
    let mut arguments: Vec<String> = publisher.split(' ').map(str::to_owned).collect();
    arguments.push(clip.to_string_lossy().into_owned());
    arguments.extend(coded.split(' ').map(str::to_owned));
    arguments.push(server.url("rtsp", "road/k1"));
    let _ffmpeg = Process::start("ffmpeg", arguments);
    api.await_live("road/k1");
    let seen = WebRtcPeer::play(&whep(&server, "road/k1"), 10).seen();
    assert!(seen["changes"].as_u64().unwrap() > 50, "{seen}");
    assert!(seen["loudness"].as_f64().unwrap() > 1e-4, "{seen}");
    server.assert_well();
}

#[test]
fn an_independent_peer_publishes_for_everybody() {
    let mut server = options().start();
    let api = server.sign_in();
    let url = format!("http://{}/road/k1/whip", server.address("http"));
    let peer = WebRtcPeer::publish(&url, 25, &Clip::H264Aac.path());
    api.await_live("road/k1");
    let stream = api.stream("road/k1").unwrap();
    let codecs: Vec<&str> =
        stream["tracks"].as_array().unwrap().iter().filter_map(|track| track["codec"].as_str()).collect();
    assert_eq!(codecs, ["H.264", "Opus"], "{stream}");
    let shown = ["/road/k1.mp4", "whep:/road/k1/whep"];
    for (what, outcome) in seen_by("chromium", &server, "http", "road/k1", &shown) {
        let seen = outcome.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(advances(&seen.numbers), "{what}: {seen:?}");
    }
    let seen = peer.seen();
    assert_eq!(seen["states"], json!(["connecting", "connected", "closed"]), "{seen}");
    until("the stream to end with its publisher", PATIENCE, || {
        api.stream("road/k1").is_none_or(|stream| stream["publisher"].is_null()).then_some(())
    });
    server.assert_well();
}

#[test]
fn what_a_peer_cannot_show_is_refused_with_a_sentence() {
    let mut server = options().start();
    let api = server.sign_in();
    let _frames = publish::ffmpeg_rtmp(&Clip::H264Aac.path(), &server.url("rtmp", "road/b"));
    let _av1 = publish::viaduct_push(BINARY, &Clip::Av1.path(), &server.url("rtmp", "road/av1"));
    api.await_live("road/b");
    api.await_live("road/av1");
    let refusal = |key: &str, video: &str| {
        let answer = post(&server, &format!("/{key}/whep"), &offer(video));
        (answer.status, answer.json())
    };
    let reordered = until("B-frames to be noticed", PATIENCE, || {
        let (status, problem) = refusal("road/b", "H264");
        (status == 406).then_some(problem)
    });
    assert!(reordered["detail"].as_str().unwrap().contains("B-frames"), "{reordered}");
    let (status, problem) = refusal("road/av1", "H264");
    assert_eq!((status, &problem["code"]), (406, &json!("unsupported")), "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("AV1"), "{problem}");
    for (body, status) in [("", 400), ("v=0", 400), ("{}", 400), (&*"a".repeat(70_000), 400)] {
        let answer = post(&server, "/road/av1/whep", body);
        assert_eq!(answer.status, status, "{} bytes: {}", body.len(), answer.text());
    }
    assert_eq!(post(&server, "/road/nothing/whep", &offer("H264")).status, 404);
    server.assert_well();
}

#[test]
fn only_those_may_who_have_the_right() {
    let (mut server, admin) = closed_server(&options());
    let _publisher = publisher(&server, &admin);
    let play = admin.stream_token("play", "road/k1", 600);
    let other = admin.stream_token("play", "road/k2", 600);
    for (target, status) in [
        ("/road/k1/whep".to_owned(), 401),
        (format!("/road/k1/whep?token={other}"), 403),
        (format!("/road/k3/whip?token={play}"), 403),
        (format!("/road/k1/whep?token={play}"), 201),
    ] {
        assert_eq!(post(&server, &target, &offer("H264")).status, status, "{target}");
    }
    // The older forms ask the same.
    let body = json!({ "streamurl": "webrtc://h/road/k1", "sdp": offer("H264") });
    let answer = http::request(server.address("http"), "POST", "/rtc/v1/play/", &[], Some(&body)).json();
    assert_eq!(answer["code"], 401, "{answer}");
    let body = json!({ "streamurl": format!("webrtc://h/road/k1?token={play}"), "sdp": offer("H264") });
    let answer = http::request(server.address("http"), "POST", "/rtc/v1/play/", &[], Some(&body)).json();
    assert!(answer["code"] == 0 && answer["sdp"].as_str().unwrap().contains("a=candidate"), "{answer}");
    let target = format!("/index/api/webrtc?app=road&stream=k1&type=play&token={play}");
    assert_eq!(post(&server, &target, &offer("H264")).json()["code"], 0);
    server.assert_well();
}

#[test]
fn a_session_ends_by_its_address_alone_and_says_why() {
    let (mut server, admin) = closed_server(&options());
    let _publisher = publisher(&server, &admin);
    let play = admin.stream_token("play", "road/k1", 600);
    let begin = || {
        let answer = post(&server, &format!("/road/k1/whep?token={play}"), &offer("H264"));
        answer.header("location").unwrap().to_owned()
    };
    let ask = |method: &str, target: &str| http::send(server.address("http"), method, target, &[], b"");
    let (mine, others) = (begin(), begin());
    assert_eq!(ask("GET", &mine).json()["state"], "running");
    assert_eq!(ask("DELETE", "/road/k1/whep/guessed").status, 404);
    assert_eq!(ask("PATCH", &mine).status, 204);
    let restart = http::send(server.address("http"), "PATCH", &mine, &[("If-Match", "*")], b"");
    assert_eq!(restart.status, 422, "{}", restart.text());
    assert_eq!(ask("PATCH", "/road/k1/whep/guessed").status, 404);
    assert_eq!(ask("OPTIONS", "/road/k1/whep").status, 204);
    assert_eq!(ask("GET", "/road/k1/whep").status, 405);
    assert_eq!(ask("DELETE", &mine).status, 200);
    let ended = |target: &str| {
        until("the end", PATIENCE, || {
            let state = ask("GET", target).json();
            (state["state"] == "ended").then_some(state)
        })
    };
    assert_eq!(ended(&mine)["code"], "left");
    assert_eq!(ask("GET", &others).json()["state"], "running", "another's session goes on");
    let id = admin.get("/viewers")["items"][0]["id"].clone();
    assert_eq!(admin.send("DELETE", &format!("/viewers/{id}"), None).status, 204);
    let kicked = ended(&others);
    assert_eq!(kicked["code"], "kicked", "{kicked}");
    server.assert_well();
}

#[test]
fn a_peer_with_another_certificate_than_it_announced_gets_nothing() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264G711.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let seen = WebRtcPeer::forge(&whep(&server, "road/k1"), 8).seen();
    assert_eq!((&seen["status"], &seen["pictures"], &seen["sounds"]), (&json!(201), &json!(0), &json!(0)), "{seen}");
    let state = http::request(server.address("http"), "GET", seen["location"].as_str().unwrap(), &[], None).json();
    assert_eq!((&state["state"], &state["code"]), (&json!("ended"), &json!("certificate")), "{state}");
    server.assert_well();
}

#[test]
fn floods_to_the_ports_disturb_nobody() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish::ffmpeg_rtsp(&Clip::H264G711.path(), &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let peer = WebRtcPeer::play(&whep(&server, "road/k1"), 10);
    until("the viewer in the list", PATIENCE, || {
        (api.get("/viewers")["items"][0]["bytes"].as_u64()? > 0).then_some(())
    });
    let port = server.address("webrtc");
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let mut seed = 7u32;
    for number in 0..20_000u32 {
        let length = (number % 1500) as usize;
        let datagram: Vec<u8> = (0..length)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (seed >> 24) as u8
            })
            .collect();
        let _full_buffers_are_a_loss = socket.send_to(&datagram, port);
    }
    let connections: Vec<TcpStream> = (0..100)
        .map(|number| {
            use std::io::Write;
            let mut stream = TcpStream::connect(port).unwrap();
            let _closed_already = stream.write_all(&[0xFF, 0xFF, number]);
            stream
        })
        .collect();
    drop(connections);
    let seen = peer.seen();
    assert!(seen["changes"].as_u64().unwrap() > 60, "{seen}");
    assert!(api.metric("viaduct_gateway_webrtc_stray_datagrams_total") > 1_000, "strays are counted");
    server.assert_well();
}

/// The page of a camera as Chromium sees it for so many seconds: `web/tests/camera.js`.
fn camera_page(server: &Server, camera: &Value, seconds: u32, flags: &[&str]) -> Process {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let url = format!("http://{}", server.address("http"));
    let mut command = Command::new("node");
    command.current_dir(web).args(["tests/camera.js", &url, "admin", ADMIN_PASSWORD, &camera.to_string()]);
    command.arg(seconds.to_string()).args(flags);
    Process::run(command, usize::MAX)
}

/// What it saw.
fn seen_on_page(mut page: Process) -> Value {
    let output = page.output(Duration::from_secs(180));
    let text = String::from_utf8_lossy(&output).into_owned();
    let seen: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}\n{}", page.messages()));
    assert!(seen["error"].is_null(), "{seen}");
    seen
}

/// A camera that sends what is published as `road/k1`.
fn camera(admin: &Api) -> Value {
    let device = json!({
        "name": "encoder", "organisation_id": 1, "driver": "push", "enabled": true,
        "channels": [{ "name": "K1", "enabled": true, "main": { "stream": "road/k1", "address": "" } }],
    });
    admin.post("/devices", &device);
    admin.get("/channels")["items"][0]["id"].clone()
}

fn publisher(server: &Server, admin: &Api) -> Process {
    let token = admin.stream_token("publish", "road/k1", 600);
    let url = server.url("rtsp", &format!("road/k1?token={token}"));
    let publisher = publish::ffmpeg_rtsp(&Clip::H264G711.path(), &url);
    admin.await_live("road/k1");
    publisher
}

/// Who watches by WebRTC; the page's replay is a viewer of its own.
pub(crate) fn by_webrtc(admin: &Api) -> Option<Value> {
    let viewers = admin.get("/viewers")["items"].clone();
    viewers.as_array()?.iter().find(|viewer| viewer["protocol"] == "webrtc").cloned()
}

/// Numbers of different pictures shown by an engine within a time, in milliseconds.
fn pictures(seen: &Value, engine: &str, time: std::ops::Range<u64>) -> usize {
    let samples = seen["samples"].as_array().unwrap();
    let within = samples.iter().filter(|sample| time.contains(&sample["at_ms"].as_u64().unwrap()));
    let numbers: BTreeSet<u64> =
        within.filter(|sample| sample["engine"] == engine).filter_map(|sample| sample["number"].as_u64()).collect();
    numbers.len()
}

#[test]
fn a_camera_page_plays_by_webrtc_and_comes_back_after_its_source_and_the_server_were_killed() {
    let (server, admin) = closed_server(&options());
    let id = camera(&admin);
    let first = publisher(&server, &admin);
    let fixed = ["http", "rtsp", "webrtc"].into_iter().fold(options().closed(), |options, protocol| {
        options.set(&format!("{protocol}.listen"), &server.address(protocol).to_string())
    });
    let page = camera_page(&server, &id, 60, &[]);
    until("the viewer", PATIENCE, || (by_webrtc(&admin)?["bytes"].as_u64()? > 200_000).then_some(()));
    testkit::pause(Duration::from_secs(4));
    drop(first);
    let second = publisher(&server, &admin);
    testkit::pause(Duration::from_secs(8));
    server.signal("KILL");
    let folder = Arc::clone(server.folder());
    drop((server, second));
    let mut server = fixed.folder(&folder).start();
    let admin = server.sign_in();
    let _third = publisher(&server, &admin);
    let seen = seen_on_page(page);
    println!("first picture after {} ms; {}", seen["first_ms"], seen["steps"]);
    assert!(pictures(&seen, "webrtc", 0..12_000) >= 3, "{seen}");
    assert!(pictures(&seen, "webrtc", 50_000..60_000) >= 5, "{seen}");
    server.assert_well();
}

#[test]
fn a_camera_that_changes_to_h265_while_it_is_watched_is_followed_and_back() {
    let (mut server, admin) = closed_server(&options());
    let id = camera(&admin);
    let token = admin.stream_token("publish", "road/k1", 600);
    let url = server.url("rtsp", &format!("road/k1?token={token}"));
    let send = |clip: Clip| publish::ffmpeg_rtsp(&clip.path(), &url);
    let first = send(Clip::H264G711);
    admin.await_live("road/k1");
    let page = camera_page(&server, &id, 60, &[]);
    until("the viewer", PATIENCE, || (by_webrtc(&admin)?["bytes"].as_u64()? > 200_000).then_some(()));
    drop(first);
    let second = send(Clip::H265Aac);
    testkit::pause(Duration::from_secs(25));
    drop(second);
    let _third = send(Clip::H264G711);
    let seen = seen_on_page(page);
    println!("{}", seen["steps"]);
    assert!(pictures(&seen, "webrtc", 0..20_000) >= 2, "{seen}");
    assert!(pictures(&seen, "software", 5_000..40_000) >= 5, "{seen}");
    assert!(pictures(&seen, "webrtc", 45_000..60_000) >= 5, "{seen}");
    server.assert_well();
}

#[test]
fn what_comes_by_webrtc_is_recorded_and_replayed() {
    let (mut server, admin) = closed_server(&options());
    let id = camera(&admin);
    let _publisher = publisher(&server, &admin);
    let file = server.data().join("recorded.mp4");
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let mut command = Command::new("node");
    command.current_dir(web).args(["tests/keep.js", &format!("http://{}", server.address("http")), "admin"]);
    command.args([ADMIN_PASSWORD, &id.to_string()]).arg(&file);
    let seen = seen_on_page(Process::run(command, usize::MAX));
    assert_eq!(seen["engine"], "webrtc", "{seen}");
    assert!(seen["replayed"].as_array().unwrap().len() >= 4, "{seen}");
    let output = Command::new("ffprobe")
        .args("-v error -count_packets -of json -show_entries stream=codec_name,nb_read_packets".split(' '))
        .arg(&file)
        .output()
        .unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |kind: usize, what: &str| found["streams"][kind][what].as_str().unwrap().to_owned();
    assert_eq!((&*of(0, "codec_name"), &*of(1, "codec_name")), ("h264", "flac"), "{found}");
    assert!(of(0, "nb_read_packets").parse::<u32>().unwrap() > 100, "{found}");
    server.assert_well();
}

#[test]
fn where_udp_is_blocked_tcp_carries_it() {
    let (mut server, admin) = closed_server(&options());
    let id = camera(&admin);
    let _publisher = publisher(&server, &admin);
    let page = camera_page(&server, &id, 20, &["--force-webrtc-ip-handling-policy=disable_non_proxied_udp"]);
    let seen = seen_on_page(page);
    println!("{}", seen["steps"]);
    assert!(pictures(&seen, "webrtc", 10_000..20_000) >= 5, "{seen}");
    server.assert_well();
}

#[test]
fn where_no_packet_comes_through_the_next_way_is_taken() {
    let (mut server, admin) = closed_server(&options());
    let id = camera(&admin);
    let _publisher = publisher(&server, &admin);
    // Nobody is there.
    let nowhere = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let seen = seen_on_page(camera_page(&server, &id, 20, &[&format!("relay={nowhere}")]));
    assert!(seen["steps"].to_string().contains("no_path"), "{seen}");
    assert!(pictures(&seen, "ws-fmp4", 8_000..20_000) >= 5, "{seen}");
    server.assert_well();
}

#[test]
fn where_webrtc_is_off_the_next_way_is_taken_and_a_peer_is_told() {
    let settings = options().set("webrtc.listen", "");
    let (mut server, admin) = closed_server(&settings);
    let id = camera(&admin);
    let _publisher = publisher(&server, &admin);
    let seen = seen_on_page(camera_page(&server, &id, 15, &[]));
    assert!(pictures(&seen, "ws-fmp4", 5_000..15_000) >= 5, "{seen}");
    let answer = post(&server, "/road/k1/whep", &offer("H264"));
    assert!(answer.text().contains("webrtc.listen"), "{}", answer.text());
    server.assert_well();
}
