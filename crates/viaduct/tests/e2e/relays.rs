//! Relays: streams pushed onward to other servers, independent ones and our own.

use serde_json::{Value, json};
use testkit::clips::{Clip, path_text, words};
use testkit::process::Process;
use testkit::read::{self, Expect};
use testkit::tls::TlsFront;
use testkit::upstream::free_port;
use testkit::{Api, PATIENCE, until};

use crate::support::{options, publish};

const SEEN: Expect = Expect { pictures: 25, sound: true };

fn add(api: &Api, pattern: &str, target: &str) -> i64 {
    let body = json!({ "pattern": pattern, "target": target, "enabled": true });
    let answer = api.send("POST", "/relays", Some(&body));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_i64().unwrap()
}

/// The one push of the one relay.
fn push(api: &Api) -> Option<Value> {
    api.get("/relays")["items"][0]["pushes"].as_array()?.first().cloned()
}

#[test]
fn ffmpeg_as_a_server_receives_a_relay_after_it_was_absent() {
    let mut server = options().start();
    let api = server.sign_in();
    let port = free_port();
    add(&api, "road/*", &format!("rtmp://127.0.0.1:{port}/in/{{app}}-{{name}}?key=secret"));
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let failed = until("a failure", PATIENCE, || push(&api).filter(|push| push["failures"].as_u64() > Some(0)));
    assert_eq!(failed["last_error"]["leg"], "connect", "{failed}");
    assert!(!api.get("/relays").to_string().contains("secret"), "what is secret is not shown");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("received.flv");
    let mut receiver = words("-v error -nostdin -y -listen 1 -i");
    receiver.push(format!("rtmp://127.0.0.1:{port}/in/road-k1"));
    receiver.extend(words("-t 3 -map 0 -c copy"));
    receiver.push(path_text(&file));
    let mut receiver = Process::start("ffmpeg", receiver);
    receiver.wait(PATIENCE * 2);
    read::ffmpeg("", &path_text(&file), SEEN).unwrap();
    server.assert_well();
}

#[test]
fn each_stream_of_a_pattern_is_pushed_by_rtmp_and_rtsp_until_the_relay_is_removed() {
    let mut server = options().start();
    let mut other = options().start();
    let (api, there) = (server.sign_in(), other.sign_in());
    let _first = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let id = add(&api, "road/*", &other.url("rtmp", "up/{name}"));
    add(&api, "road/k2", &other.url("rtsp", "up/by-rtsp"));
    let _second = publish(&server, "road/k2", Clip::H264Aac);
    let _elsewhere = publish(&server, "rail/k1", Clip::H264);
    for key in ["up/k1", "up/k2", "up/by-rtsp"] {
        there.await_live(key);
        read::ffmpeg("", &other.url("http", &format!("{key}.flv")), SEEN).unwrap();
    }
    let listed = api.get("/relays");
    assert_eq!(listed["items"][0]["pushes"].as_array().unwrap().len(), 2, "{listed}");
    assert_eq!(api.stream("road/k1").unwrap()["viewers"], 0, "a relay is no viewer");

    assert_eq!(api.send("DELETE", &format!("/relays/{id}"), None).status, 204);
    there.await_state("up/k1", "waiting");
    assert_eq!(there.stream("up/by-rtsp").unwrap()["state"], "live", "the other relay goes on");
    server.assert_well();
    other.assert_well();
}

#[test]
fn relays_survive_a_restart_and_follow_a_stream_that_comes_back() {
    let mut other = options().start();
    let there = other.sign_in();
    let settings = options().set("streams.publisher_grace_ms", "0");
    let server = settings.start();
    add(&server.sign_in(), "*/*", &other.url("rtmp", "up/{name}"));
    let mut server = settings.folder(&server.stop()).start();
    let api = server.sign_in();
    let publisher = publish(&server, "road/k1", Clip::H264Aac);
    there.await_live("up/k1");
    publisher.stop().crash();
    until("the push to end", PATIENCE, || push(&api).is_none().then_some(()));
    let _again = publish(&server, "road/k1", Clip::H264Aac);
    until("the second publisher", PATIENCE, || {
        there.stream("up/k1").filter(|stream| stream["state"] == "live" && stream["incarnation"] == 2)
    });
    server.assert_well();
    other.assert_well();
}

#[test]
fn bad_relays_name_the_field_and_what_must_not_be_reached_is_not() {
    let server = options().set("pull.allow", "").start();
    let api = server.sign_in();
    for (body, field) in [
        (json!({ "pattern": "road", "target": "rtmp://192.0.2.1/a/b", "enabled": true }), "pattern"),
        (json!({ "pattern": "road/*", "target": "rtmp://192.0.2.1/a/b", "enabled": true }), "target"),
        (json!({ "pattern": "road/*", "target": "rtmp://{name}/a/{name}", "enabled": true }), "target"),
        (json!({ "pattern": "road/*", "target": "file:///etc/{name}", "enabled": true }), "target"),
    ] {
        let answer = api.send("POST", "/relays", Some(&body));
        assert_eq!((answer.status, answer.json()["field"].as_str()), (400, Some(field)), "{body}: {}", answer.text());
    }
    let _publisher = publish(&server, "road/k1", Clip::H264);
    add(&api, "road/*", "rtmp://169.254.169.254/a/{name}");
    let push = until("the refusal", PATIENCE, || push(&api).filter(|push| !push["last_error"].is_null()));
    assert!(push["last_error"]["text"].as_str().unwrap().contains("may not"), "{push}");
}

#[test]
fn an_encrypted_relay_reaches_ffmpeg_behind_openssl_and_no_other_certificate() {
    let mut server = options().start();
    let api = server.sign_in();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("received.flv");
    let port = free_port();
    let front = TlsFront::start(port);
    let mut receiver = words("-v error -nostdin -y -listen 1 -i");
    receiver.push(format!("rtmp://127.0.0.1:{port}/in/k1"));
    receiver.extend(words("-t 3 -map 0 -c copy"));
    receiver.push(path_text(&file));
    let mut receiver = Process::start("ffmpeg", receiver);
    let target = format!("rtmps://127.0.0.1:{}/in/{{name}}#sha256=", front.port);
    let id = add(&api, "road/*", &format!("{target}{}", "00".repeat(32)));
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    let failed = until("a failure", PATIENCE, || push(&api).filter(|push| push["failures"].as_u64() > Some(0)));
    assert!(failed["last_error"]["text"].as_str().unwrap().contains("another certificate"), "{failed}");
    assert_eq!(api.send("DELETE", &format!("/relays/{id}"), None).status, 204);
    add(&api, "road/*", &format!("{target}{}", front.fingerprint));
    receiver.wait(PATIENCE * 2);
    read::ffmpeg("", &path_text(&file), SEEN).unwrap();
    server.assert_well();
}
