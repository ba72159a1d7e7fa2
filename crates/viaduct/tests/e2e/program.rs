//! The program itself: starting, stopping, reloading, and its subcommands.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rtmp::ClientRole;
use serde_json::{Value, json};
use testkit::clips::{Clip, path_text};
use testkit::flv::FlvViewer;
use testkit::process::{self, Process};
use testkit::rtmp_peer::RtmpPeer;
use testkit::ws::WsViewer;
use testkit::{PATIENCE, Server, ServerOptions, publish, until};

use crate::support::{BINARY, closed_server, options, publish as publish_clip};

/// Starts a server that is to fail; returns what it says.
fn failing(options: &ServerOptions, folder: &Path) -> String {
    let mut process = Process::run(options.command(folder), usize::MAX);
    let status = process.wait(PATIENCE);
    assert_eq!(status.code(), Some(1), "{}", process.messages());
    testkit::pause(Duration::from_millis(100));
    process.messages()
}

fn viaduct(arguments: &[&str]) -> (bool, String, String) {
    process::run(BINARY, arguments, PATIENCE)
}

#[test]
fn a_taken_port_names_its_address_and_key() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for protocol in ["http", "rtsp", "rtmp", "https"] {
        let folder = tempfile::tempdir().unwrap();
        let said = failing(&options().set(&format!("{protocol}.listen"), &address), folder.path());
        assert!(said.contains(&address) && said.contains(&format!("{protocol}.listen")), "{said}");
        assert!(said.contains("taken"), "{said}");
    }
}

#[test]
fn an_unknown_key_names_the_nearest_one() {
    let folder = tempfile::tempdir().unwrap();
    let said = failing(&options().set("rtmp.listn", "127.0.0.1:0"), folder.path());
    assert!(said.contains("rtmp.listn") && said.contains("\"rtmp.listen\""), "{said}");
    let file = folder.path().join("viaduct.toml");
    fs::write(&file, "[limits]\nhandshake = 5\n").unwrap();
    let said = failing(&options().config(&file), folder.path());
    assert!(said.contains("limits.handshake_ms") && said.contains("viaduct.toml"), "{said}");
}

#[test]
fn a_value_out_of_range_names_its_key() {
    let folder = tempfile::tempdir().unwrap();
    for (key, value) in
        [("limits.handshake_ms", "5"), ("media.shards", "-1"), ("http.listen", "nowhere"), ("log.level", "x=y=z")]
    {
        let said = failing(&options().set(key, value), folder.path());
        assert!(said.contains(key), "{key}={value}: {said}");
    }
}

#[test]
fn two_servers_do_not_share_a_data_folder() {
    let server = options().start();
    let said = failing(&options(), server.folder().path());
    assert!(said.contains("another viaduct uses the data folder"), "{said}");
}

#[test]
fn a_reload_changes_what_it_may_and_drops_no_stream() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("viaduct.toml");
    fs::write(&file, "[streams]\npublisher_grace_ms = 5000\n[media]\nmerge_window_ms = 20\n").unwrap();
    let mut server = options().config(&file).start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let value = |key: &str| {
        let values = api.get("/config")["values"].as_array().unwrap().clone();
        values.into_iter().find(|value| value["key"] == key).unwrap()
    };
    assert_eq!(value("streams.publisher_grace_ms")["value"], 5000);
    fs::write(&file, "[streams]\npublisher_grace_ms = 7000\n[media]\nmerge_window_ms = 40\n").unwrap();
    server.signal("HUP");
    until("the reload", PATIENCE, || (value("streams.publisher_grace_ms")["value"] == 7000).then_some(()));
    assert_eq!(api.get("/applications")["defaults"]["publisher_grace_ms"], 7000);
    assert!(server.log().contains("media.merge_window_ms"), "what needs a restart is named");
    fs::write(&file, "[streams]\npublisher_grace = 1\n").unwrap();
    server.signal("HUP");
    until("the refusal", PATIENCE, || server.log().contains("was not reloaded").then_some(()));
    assert_eq!(value("streams.publisher_grace_ms")["value"], 7000, "the old one stays");
    let answer = api.send("POST", "/config/reload", None);
    assert!((400..500).contains(&answer.status), "{} {}", answer.status, answer.text());
    assert!(viewer.pictures(Duration::from_secs(2)).len() > 25 && !viewer.has_ended());
    assert_eq!(api.stream("road/k1").unwrap()["incarnation"], 1);
    server.assert_well();
}

#[test]
fn a_stop_is_graceful() {
    let mut server = options().start();
    let api = server.sign_in();
    let mut publisher = publish::ffmpeg_rtmp(&Clip::H264.path(), &server.url("rtmp", "road/k1"));
    api.await_live("road/k1");
    let mut flv = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let mut ws = WsViewer::open(server.address("http"), "/road/k1.mp4", false);
    let mut rtmp = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Play).unwrap();
    flv.pictures(Duration::from_millis(300));
    server.signal("TERM");
    assert_eq!(ws.close_code(PATIENCE).unwrap().0, 4503);
    assert!(flv.await_end(PATIENCE) && rtmp.await_end(PATIENCE));
    assert!(server.wait(Duration::from_secs(8)).success(), "exit status 0");
    publisher.wait(PATIENCE);
    assert!(!server.log().contains("ERROR"), "{}", server.log());
}

#[test]
fn an_interrupt_stops_as_well() {
    let mut server = options().start();
    server.signal("INT");
    assert!(server.wait(Duration::from_secs(8)).success());
}

#[test]
fn everything_in_the_data_folder_is_for_its_owner_only() {
    let (server, _api) = closed_server(&options());
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&server.data()), 0o700);
    for entry in fs::read_dir(server.data()).unwrap() {
        let path = entry.unwrap().path();
        // A certificate is public.
        if !path.ends_with("certificate.pem") {
            let expected = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(&path), expected, "{}", path.display());
        }
    }
}

#[test]
fn a_restart_keeps_users_sources_tokens_and_certificate() {
    let (server, api) = closed_server(&options().set("pull.allow", "127.0.0.0/8"));
    let source = json!({
        "app": "road", "name": "cam", "url": "rtsp://127.0.0.1:9/x", "username": "u", "password": "p", "mode": "on_demand",
    });
    api.post("/sources", &source);
    let token = api.stream_token("publish", "road/k1", 600);
    let session = api.token().to_owned();
    let fingerprint = api.get("/server")["tls"]["fingerprint_sha256"].clone();
    let options = server.options().clone();
    let folder = server.stop();
    let server = options.folder(&folder).start();
    assert!(!server.printed().iter().any(|line| line.contains("setup")), "{:?}", server.printed());
    let api = server.sign_in();
    let sources = api.get("/sources");
    assert_eq!((&sources["items"][0]["name"], &sources["items"][0]["username"]), (&json!("cam"), &json!("u")));
    assert_eq!(sources["items"][0].get("password"), None);
    assert_eq!(api.get("/server")["tls"]["fingerprint_sha256"], fingerprint);
    assert_eq!(session_works(&server, &session), 200, "the sign-in session is kept");
    RtmpPeer::open(server.address("rtmp"), &format!("road/k1?token={token}"), ClientRole::Publish).unwrap();
}

fn session_works(server: &Server, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    testkit::http::request(server.address("http"), "GET", "/api/v1/me", &[("Authorization", &bearer)], None).status
}

#[test]
fn tokens_of_the_command_line_open_streams() {
    let (server, _api) = closed_server(&options());
    let data = path_text(&server.data());
    let make = |action: &str, stream: &str, life: &str| {
        viaduct(&["token", action, stream, "--expires-in", life, "--data-dir", &data])
    };
    let (ok, token, messages) = make("publish", "road/k1", "10m");
    assert!(ok, "{messages}");
    let path = format!("road/k1?token={}", token.trim());
    RtmpPeer::open(server.address("rtmp"), &path, ClientRole::Publish).unwrap();
    let (ok, token, _) = make("publish", "road/*", "10m");
    assert!(ok);
    let path = format!("road/k2?token={}", token.trim());
    RtmpPeer::open(server.address("rtmp"), &path, ClientRole::Publish).unwrap();
    for (stream, life) in [("road", "10m"), ("api/x", "10m"), ("road/k1", "10 parsecs"), ("road/k1", "9999d")] {
        let (ok, _, messages) = make("play", stream, life);
        assert!(!ok && messages.starts_with("viaduct: "), "{stream} {life}: {messages}");
    }
    let (ok, _, messages) = viaduct(&["token", "play", "road/k1", "--data-dir", "/nonexistent"]);
    assert!(!ok && messages.contains("--data-dir"), "{messages}");
}

#[test]
fn the_doctor_finds_what_would_keep_the_server_from_running() {
    let folder = tempfile::tempdir().unwrap();
    let data = path_text(&folder.path().join("data"));
    let free =
        ["http", "https", "rtsp", "rtsps", "rtmp", "rtmps"].map(|name| format!("--set={name}.listen=127.0.0.1:0"));
    let mut healthy = vec!["doctor", "--data-dir", &data];
    healthy.extend(free.iter().map(String::as_str));
    let (ok, report, messages) = viaduct(&healthy);
    assert!(ok && report.contains("ok    configuration") && !report.contains("FAIL"), "{report}{messages}");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("--set=rtmp.listen={}", taken.local_addr().unwrap());
    let mut ill = healthy.clone();
    ill.push(&listen);
    let (ok, report, _) = viaduct(&ill);
    assert!(!ok && report.contains("FAIL  port rtmp") && report.contains("rtmp.listen"), "{report}");
    let mut unknown = healthy.clone();
    unknown.push("--set=rtmp.listn=x");
    let (ok, report, _) = viaduct(&unknown);
    assert!(!ok && report.contains("FAIL  configuration") && report.contains("rtmp.listen"), "{report}");
}

fn probe(url: &str) -> Value {
    let (_, report, messages) = viaduct(&["probe", url, "--json", "--timeout", "5"]);
    serde_json::from_str(&report).unwrap_or_else(|error| panic!("{error}: {report}{messages}"))
}

#[test]
fn a_probe_tells_what_is_there() {
    let server = options().start();
    let api = server.sign_in();
    let _publisher = publish_clip(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    for scheme in ["rtsp", "rtmp"] {
        let report = probe(&server.url(scheme, "road/k1"));
        assert_eq!(report["ok"], true, "{report}");
        let tracks = report["tracks"].as_array().unwrap();
        assert_eq!(tracks.len(), 2, "{report}");
        assert_eq!((&tracks[0]["width"], &tracks[0]["height"]), (&json!(384), &json!(216)));
        assert_eq!(tracks[1]["sample_rate_hz"], 48000);
        let gop = report["gop_ms"].as_u64().unwrap();
        assert!((900..1100).contains(&gop), "GOP {gop} ms");
        let fps = report["fps"].as_f64().unwrap();
        assert!((20.0..30.0).contains(&fps), "{fps} pictures a second");
    }
}

#[test]
fn a_probe_names_the_leg_that_failed_and_what_to_try() {
    let mut server = options().set("streams.play_wait_ms", "300").start();
    let closed_port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    for (url, leg) in [
        ("rtsp://no-such-host.invalid/x".to_owned(), "name"),
        (format!("rtsp://{closed_port}/x"), "connect"),
        (format!("rtmp://{closed_port}/a/b"), "connect"),
        (format!("rtsp://{}/x", silent.local_addr().unwrap()), "answer"),
        (server.url("rtsp", "road/nobody"), "answer"),
        (server.url("rtmp", "road/nobody"), "answer"),
        (format!("rtsp://{}/road/k1", server.address("http")), "answer"),
        (format!("rtmp://{}/road/k1", server.address("rtsp")), "answer"),
        (format!("{}?token=bad", server.url("rtsp", "road/k1")), "auth"),
    ] {
        let report = probe(&url);
        assert_eq!((&report["ok"], &report["failed_leg"]), (&json!(false), &json!(leg)), "{url}: {report}");
        assert!(!report["next_step"].as_str().unwrap().is_empty(), "{url}");
    }
    let (ok, _, messages) = viaduct(&["probe", "ftp://127.0.0.1/x"]);
    assert!(!ok && messages.contains("rtsp://"), "{messages}");
    server.assert_well();
}

#[test]
fn a_push_says_why_it_fails() {
    let server = options().start();
    let to = server.url("rtmp", "road/k1");
    let text = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    for (input, target, part) in [
        ("/nonexistent.mp4".to_owned(), to.clone(), "is no file"),
        (path_text(&text), to.clone(), "cannot be played"),
        (path_text(&Clip::H264.path()), "http://x/y".to_owned(), "rtmp://"),
        (path_text(&Clip::H264.path()), "rtmp://127.0.0.1:9/a/b".to_owned(), "refused"),
        (path_text(&Clip::H264.path()), format!("{to}?token=bad"), "token"),
    ] {
        let (ok, _, messages) = viaduct(&["push", &input, "--to", &target]);
        assert!(!ok && messages.contains(part), "{input} to {target}: {messages}");
    }
}

#[test]
fn the_admin_password_can_be_set_from_the_command_line() {
    let (server, _api) = closed_server(&options());
    let options = server.options().clone();
    let folder = server.stop();
    let mut command = Command::new(BINARY);
    command.args(["admin", "password", "--data-dir"]).arg(folder.path().join("data"));
    let mut child = command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn().unwrap();
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), b"another long password\n").unwrap();
    assert!(child.wait().unwrap().success());
    let server = options.folder(&folder).start();
    testkit::Api::sign_in(server.address("http"), "admin", "another long password");
}
