//! Pulling from independent servers by every scheme that a URL may have.

use serde_json::{Value, json};
use testkit::clips::{Clip, path_text, words};
use testkit::process::Process;
use testkit::publish::gstreamer_camera_by;
use testkit::read::{self, Expect};
use testkit::tls::TlsFront;
use testkit::{Api, PATIENCE, Server, until};

use crate::support::options;

const SEEN: Expect = Expect { pictures: 50, sound: true };

fn add(api: &Api, url: &str, mode: &str) {
    api.post("/sources", &json!({ "app": "road", "name": "cam", "url": url, "mode": mode }));
}

fn failure(api: &Api) -> Value {
    until("the failure", PATIENCE, || Some(api.get("/sources/road/cam")).filter(|source| source["failures"] != 0))
}

/// FFmpeg waits for one client on a port of 127.0.0.1 and serves a clip at its own speed.
fn ffmpeg_server(clip: Clip, form: &str, scheme: &str) -> (Process, String) {
    let port = free_port();
    let url = format!("{scheme}://127.0.0.1:{port}/live/cam.{form}");
    let mut arguments = words("-v error -nostdin -re -i");
    arguments.push(path_text(&clip.path()));
    arguments.extend(words(&format!("-map 0 -c copy -f {form} -listen 1")));
    arguments.push(url.clone());
    let process = Process::start("ffmpeg", arguments);
    until("FFmpeg to listen", PATIENCE, || is_listening(port).then_some(()));
    (process, url)
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Whether somebody listens on the port, found without taking the one connection that FFmpeg accepts.
fn is_listening(port: u16) -> bool {
    let wanted = format!(":{port:04X} 00000000:0000 0A");
    std::fs::read_to_string("/proc/net/tcp").unwrap().contains(&wanted)
}

fn watch(server: &Server) {
    read::ffmpeg("", &server.url("http", "road/cam.flv"), SEEN).unwrap();
}

#[test]
fn an_encrypted_camera_is_pulled_once_its_certificate_is_named() {
    let (_camera, port) = gstreamer_camera_by(Clip::H264Aac, "tcp", "viewer", "secret one");
    let front = TlsFront::start(port);
    let mut server = options().start();
    let api = server.sign_in();
    let url = format!("rtsps://viewer:secret%20one@127.0.0.1:{}/stream", front.port);
    add(&api, &url, "always");
    let refused = failure(&api);
    let next_step = refused["last_error"]["next_step"].as_str().unwrap();
    let plain = front.fingerprint.replace(':', "").to_lowercase();
    assert!(next_step.contains(&format!("#sha256={plain}")), "{refused}");
    assert_eq!(refused["state"], "failed", "asking again helps nobody");

    let input =
        json!({ "app": "road", "name": "cam", "mode": "always", "url": format!("{url}#sha256={}", "00".repeat(32)) });
    assert_eq!(api.send("PUT", "/sources/road/cam", Some(&input)).status, 200);
    let refused = failure(&api);
    assert!(refused["last_error"]["text"].as_str().unwrap().contains("another certificate"), "{refused}");

    let input =
        json!({ "app": "road", "name": "cam", "mode": "always", "url": format!("{url}#sha256={}", front.fingerprint) });
    assert_eq!(api.send("PUT", "/sources/road/cam", Some(&input)).status, 200);
    watch(&server);
    server.assert_well();
}

#[test]
fn rtmps_is_pulled_from_ffmpeg_behind_openssl() {
    let (_ffmpeg, url) = ffmpeg_server(Clip::H264Aac, "flv", "rtmp");
    let port: u16 = url.split([':', '/']).nth(4).unwrap().parse().unwrap();
    let front = TlsFront::start(port);
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, &format!("rtmps://127.0.0.1:{}/live/cam#sha256={}", front.port, front.fingerprint), "always");
    watch(&server);
    server.assert_well();
}

#[test]
fn http_flv_is_pulled_from_ffmpeg_plain_and_encrypted() {
    for encrypted in [false, true] {
        let (_ffmpeg, url) = ffmpeg_server(Clip::H264Aac, "flv", "http");
        let mut server = options().start();
        let api = server.sign_in();
        let port: u16 = url.split([':', '/']).nth(4).unwrap().parse().unwrap();
        let front = encrypted.then(|| TlsFront::start(port));
        let url = match &front {
            Some(front) => format!("https://127.0.0.1:{}/live/cam.flv#sha256={}", front.port, front.fingerprint),
            None => url,
        };
        add(&api, &url, "always");
        watch(&server);
        server.assert_well();
    }
}
