//! Web hooks against a receiver in Python, which checks signatures itself.

use std::time::{Duration, Instant};

use rtmp::ClientRole;
use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::flv::FlvViewer;
use testkit::http;
use testkit::publish::viaduct_push;
use testkit::receiver::Receiver;
use testkit::rtmp_peer::RtmpPeer;
use testkit::{Api, PATIENCE, Server, until};

use crate::support::{BINARY, options, publish};

fn hook(api: &Api, receiver: &Receiver, events: &[&str], more: &Value) -> i64 {
    let mut body = json!({
        "url": receiver.url(), "events": events, "pattern": "*/*", "timeout_ms": 5000, "on_failure": "deny",
        "enabled": true,
    });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let answer = api.send("POST", "/hooks", Some(&body));
    assert_eq!(answer.status, 201, "{}", answer.text());
    let made = answer.json();
    receiver.set_secret(made["secret"].as_str().unwrap());
    made["hook"]["id"].as_i64().unwrap()
}

fn play(server: &Server, path: &str) -> http::Answer {
    http::request(server.address("http"), "HEAD", &format!("/{path}.flv"), &[], None)
}

#[test]
fn publishing_and_playing_are_asked_for() {
    let mut server = options().start();
    let api = server.sign_in();
    let receiver = Receiver::start();
    hook(&api, &receiver, &["publish", "play"], &json!({ "pattern": "road/*" }));
    receiver.set_answers(&json!({ "publish": { "body": { "allow": false, "reason": "Not this one." } } }));
    let refused = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Publish).unwrap_err().to_string();
    assert!(refused.contains("Not this one."), "{refused}");

    receiver.set_answers(&json!({
        "publish": { "body": { "allow": true } },
        "play": { "body": { "allow": true, "subject": "control room 3", "expires_in_s": 3 } },
    }));
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    assert!(!viewer.pictures(Duration::from_secs(1)).is_empty());
    assert_eq!(api.get("/viewers")["items"][0]["user"], "control room 3");
    until("the end of the permission", PATIENCE, || {
        viewer.pictures(Duration::from_millis(200));
        viewer.has_ended().then_some(())
    });
    receiver.set_answers(&json!({ "play": { "body": { "allow": false } } }));
    assert_eq!(play(&server, "road/k1").status, 403);
    let asked = receiver.await_event("play", |data| data["name"] == "k1");
    assert_eq!(asked["signed"], true, "{asked}");
    assert_eq!(asked["body"]["data"]["protocol"], "http-flv");
    server.assert_well();
}

#[test]
fn a_receiver_that_hangs_or_answers_garbage_decides_nothing() {
    let mut server = options().start();
    let api = server.sign_in();
    let receiver = Receiver::start();
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let id = hook(&api, &receiver, &["play"], &json!({ "timeout_ms": 300 }));
    for answer in [
        json!({ "seconds": 20 }),
        json!({ "body": "neither yes nor no" }),
        json!({ "status": 500, "body": { "allow": true } }),
        json!({ "status": 302, "body": { "allow": true }, "headers": { "Location": "http://127.0.0.1:1/" } }),
        json!({ "raw": "HTTP/9 hello\r\n\r\n" }),
        json!({ "body": { "allow": true, "padding": "x".repeat(100_000) } }),
    ] {
        receiver.set_answers(&json!({ "play": answer }));
        let started = Instant::now();
        assert_eq!(play(&server, "road/k1").status, 503, "{answer}");
        assert!(started.elapsed() < PATIENCE / 3, "the time-out holds");
    }
    let log = until("the log", PATIENCE, || {
        let log = api.get(&format!("/hooks/{id}/deliveries"));
        (log["items"].as_array()?.len() == 6).then_some(log)
    });
    let items = log["items"].as_array().unwrap();
    assert!(items.iter().any(|each| each["answer"].as_str().unwrap().contains("in time")), "{log}");
    assert!(items.iter().any(|each| each["status"] == 500 && each["state"] == "failed"), "{log}");
    let again = format!("/hooks/{id}/deliveries/{}/retry", items[0]["id"]);
    assert_eq!(api.send("POST", &again, None).status, 409, "a question is not asked again");
    assert!(!api.get("/hooks").to_string().contains("hidden"), "what may be secret in the URL is not shown");

    let body = json!({
        "url": receiver.url(), "events": ["play"], "pattern": "*/*", "timeout_ms": 300, "on_failure": "allow",
        "enabled": true,
    });
    assert_eq!(api.send("PUT", &format!("/hooks/{id}"), Some(&body)).status, 200);
    assert_eq!(play(&server, "road/k1").status, 200, "open on failure, where that is wanted");
    assert_eq!(api.send("DELETE", &format!("/hooks/{id}"), None).status, 204);
    server.assert_well();
}

#[test]
fn a_hook_that_calls_back_into_the_server_does_not_block_it() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let body = json!({
        "url": format!("http://{}/road/k1.flv", server.address("http")), "events": ["play"], "pattern": "*/*",
        "timeout_ms": 1000, "on_failure": "deny", "enabled": true,
    });
    assert_eq!(api.send("POST", "/hooks", Some(&body)).status, 201);
    assert_eq!(play(&server, "road/k1").status, 503);
    assert_eq!(http::request(server.address("http"), "GET", "/healthz", &[], None).status, 200);
    server.assert_well();
}

#[test]
fn streams_and_sessions_are_told_in_order_also_after_the_receiver_was_away() {
    let mut server = options().set("streams.publisher_grace_ms", "0").start();
    let api = server.sign_in();
    let mut receiver = Receiver::start();
    let id = hook(&api, &receiver, &["stream_up", "stream_down", "sessions_ended"], &json!({}));
    receiver.stop();
    let publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    assert!(!viewer.pictures(Duration::from_secs(1)).is_empty());
    drop(viewer);
    until("the session's record", PATIENCE, || {
        let sessions = api.get("/sessions");
        (sessions["items"][0]["bytes"].as_i64()? > 10_000 && sessions["items"][0]["app"] == "road").then_some(())
    });
    publisher.stop().crash();
    until("three that wait", PATIENCE, || (api.get("/hooks")["items"][0]["pending"] == 3).then_some(()));
    receiver.run();
    let ended = receiver.await_event("sessions_ended", |_| true);
    let session = &ended["body"]["data"]["sessions"][0];
    assert!(session["bytes"].as_i64().unwrap() > 10_000 && session["protocol"] == "http-flv", "{session}");
    receiver.await_event("stream_down", |data| data["name"] == "k1");
    let events: Vec<String> =
        receiver.received().iter().map(|each| each["event"].as_str().unwrap().to_owned()).collect();
    assert_eq!(events.iter().position(|event| event == "stream_up"), Some(0), "{events:?}");
    assert_eq!(events.iter().rposition(|event| event == "stream_down"), Some(events.len() - 1), "{events:?}");
    assert!(receiver.received().iter().all(|each| each["signed"] == true));
    let log = until("the log", PATIENCE, || {
        let log = api.get(&format!("/hooks/{id}/deliveries"));
        (log["items"].as_array()?.iter().all(|each| each["state"] == "delivered")).then_some(log)
    });
    assert!(log["items"][2]["attempts"].as_i64().unwrap() > 1, "the first one was tried again: {log}");
    let traffic = api.get("/sessions/traffic?by=stream");
    assert_eq!(traffic["items"][0]["group"], "road/k1", "{traffic}");
    server.assert_well();
}

#[test]
fn other_systems_are_told_which_streams_to_record() {
    let mut server = options().start();
    let api = server.sign_in();
    let receiver = Receiver::start();
    hook(&api, &receiver, &["publish", "stream_up"], &json!({}));
    receiver.set_answers(&json!({ "publish": { "body": { "allow": true } } }));
    let rule = json!({ "pattern": "road/*", "settings": { "record": true } });
    assert_eq!(api.send("POST", "/applications", Some(&rule)).status, 201);
    let _recorded = publish(&server, "road/k1", Clip::H264);
    let _other = publish(&server, "city/k1", Clip::H264);
    for (app, record) in [("road", true), ("city", false)] {
        for event in ["publish", "stream_up"] {
            let told = receiver.await_event(event, |data| data["app"] == app);
            assert_eq!(told["body"]["data"]["record"], record, "{told}");
        }
        assert_eq!(api.await_live(&format!("{app}/k1"))["record"], record);
    }
    server.assert_well();
}

#[test]
fn a_stream_that_nobody_knows_is_pulled_from_where_a_hook_says() {
    let mut server = options().set("streams.idle_close_ms", "500").start();
    let mut origin = options().start();
    let api = server.sign_in();
    let receiver = Receiver::start();
    hook(&api, &receiver, &["not_found", "source_failed"], &json!({ "pattern": "road/*" }));
    assert_eq!(play(&server, "road/k1").status, 404);
    let _publisher = viaduct_push(BINARY, &Clip::H264Aac.path(), &origin.url("rtmp", "road/k1"));
    origin.sign_in().await_live("road/k1");
    receiver.set_answers(&json!({ "not_found": { "body": { "source": { "url": origin.url("rtmp", "road/k1") } } } }));
    testkit::read::ffmpeg("", &server.url("http", "road/k2.flv"), testkit::read::Expect { pictures: 25, sound: true })
        .unwrap();
    until("the source to be forgotten", PATIENCE, || api.stream("road/k2").is_none().then_some(()));
    assert_eq!(api.get("/sources")["items"], json!([]), "it is no source of the console");

    receiver.set_answers(&json!({ "not_found": { "body": { "source": { "url": "file:///etc/passwd" } } } }));
    assert_eq!(play(&server, "road/k3").status, 503);
    receiver.set_answers(&json!({ "not_found": { "body": { "source": { "url": "rtmp://127.0.0.1:1/a/b" } } } }));
    assert!(play(&server, "road/k4").status >= 500);
    let failed = receiver.await_event("source_failed", |data| data["name"] == "k4");
    assert_eq!(failed["body"]["data"]["kind"], "unavailable", "{failed}");
    server.assert_well();
    origin.assert_well();
}

#[test]
fn a_stream_that_nobody_watches_is_closed_when_a_hook_says_so() {
    let server = options().set("streams.publisher_grace_ms", "0").start();
    let api = server.sign_in();
    let receiver = Receiver::start();
    receiver.set_answers(&json!({ "no_viewers": { "body": { "close": true } } }));
    hook(&api, &receiver, &["no_viewers", "keepalive"], &json!({}));
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    receiver.await_event("no_viewers", |data| data["name"] == "k1");
    until("the end", PATIENCE, || api.stream("road/k1").is_none().then_some(()));
    let tested = api.post(&format!("/hooks/{}/test", api.get("/hooks")["items"][0]["id"]), &json!({}));
    assert_eq!((&tested["ok"], &tested["status"]), (&json!(true), &json!(200)), "{tested}");
    receiver.await_event("keepalive", |data| data["test"] == true);
}
