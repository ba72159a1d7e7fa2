//! Rules for streams by name: what they change for publishers and players.

use rtmp::ClientRole;
use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::flv::FlvViewer;
use testkit::http;
use testkit::read::{self, Expect};
use testkit::rtmp_peer::RtmpPeer;
use testkit::{Api, PATIENCE, Server, until};

use crate::support::{RtspPeer, closed_server, options, publish};

fn add(api: &Api, pattern: &str, settings: &Value) -> i64 {
    let answer = api.send("POST", "/applications", Some(&json!({ "pattern": pattern, "settings": settings })));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_i64().unwrap()
}

fn play_status(server: &Server, target: &str) -> u16 {
    http::request(server.address("http"), "HEAD", target, &[], None).status
}

#[test]
fn an_open_application_needs_no_token_and_the_others_stay_closed() {
    let (mut server, api) = closed_server(&options());
    add(&api, "public/*", &json!({ "publish": "open", "play": "open" }));
    assert!(RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Publish).is_err());
    let _publisher = publish(&server, "public/k1", Clip::H264);
    api.await_live("public/k1");
    assert_eq!(play_status(&server, "/public/k1.flv"), 200);
    assert_eq!(play_status(&server, "/public/k1.flv?token=nonsense"), 401, "a bad token never helps");
    assert_eq!(play_status(&server, "/road/k1.flv"), 401);
    let effective = api.get("/streams/public/k1/settings");
    assert_eq!(effective["patterns"], json!(["public/*"]));
    assert_eq!((&effective["settings"]["play"], &effective["settings"]["audio"]), (&json!("open"), &json!("keep")));
    server.assert_well();
}

#[test]
fn outputs_and_publishing_are_switched_off_by_name() {
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, "*/*", &json!({ "outputs": ["flv"] }));
    let id = add(&api, "road/closed*", &json!({ "publish": "off" }));
    assert!(RtmpPeer::open(server.address("rtmp"), "road/closed1", ClientRole::Publish).is_err());
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    assert_eq!(play_status(&server, "/road/k1.flv"), 200);
    let refused = http::request(server.address("http"), "GET", "/road/k1.mp4", &[], None);
    assert_eq!((refused.status, refused.json()["code"].as_str()), (403, Some("forbidden")), "{}", refused.text());
    assert_eq!(RtspPeer::connect(server.address("rtsp")).play("road/k1"), 403);
    assert!(RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Play).is_err());
    let detail = api.stream("road/k1").unwrap();
    assert!(detail["urls"]["rtsp"].is_null() && detail["urls"]["flv"].is_string(), "{}", detail["urls"]);
    let offer = api.post("/streams/road/k1/play", &json!({}));
    let engines: Vec<&str> =
        offer["engines"].as_array().unwrap().iter().map(|each| each["engine"].as_str().unwrap()).collect();
    assert_eq!(engines, ["ws-flv", "http-flv"]);
    let answer = api.send("DELETE", &format!("/applications/{id}"), None);
    assert_eq!(answer.status, 204);
    assert!(RtmpPeer::open(server.address("rtmp"), "road/closed1", ClientRole::Publish).is_ok());
    server.assert_well();
}

#[test]
fn sound_is_left_out_where_a_rule_says_so() {
    let server = options().start();
    let api = server.sign_in();
    add(&api, "quiet/*", &json!({ "audio": "drop" }));
    let _publisher = publish(&server, "quiet/k1", Clip::H264Aac);
    let stream = api.await_live("quiet/k1");
    assert_eq!(stream["tracks"].as_array().unwrap().len(), 1, "{stream}");
    assert_eq!(read::ffprobe("", &server.url("http", "quiet/k1.flv")).unwrap(), ["h264"]);
    read::ffmpeg("", &server.url("http", "quiet/k1.flv"), Expect { pictures: 20, sound: false }).unwrap();
}

#[test]
fn the_grace_time_of_an_application_holds_for_new_streams() {
    let server = options().start();
    let api = server.sign_in();
    add(&api, "brief/*", &json!({ "publisher_grace_ms": 0 }));
    let publisher = publish(&server, "brief/k1", Clip::H264);
    api.await_live("brief/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/brief/k1.flv");
    publisher.stop().crash();
    until("the end", PATIENCE, || (api.stream("brief/k1").is_none()).then_some(()));
    until("the viewer's end", PATIENCE, || {
        viewer.pictures(std::time::Duration::from_millis(200));
        viewer.has_ended().then_some(())
    });
}

#[test]
fn bad_rules_name_the_field_and_change_nothing() {
    let server = options().start();
    let api = server.sign_in();
    let id = add(&api, "road/*", &json!({}));
    for (body, field) in [
        (json!({ "pattern": "road" }), "pattern"),
        (json!({ "pattern": "../*" }), "pattern"),
        (json!({ "pattern": "road/*" }), "pattern"),
        (json!({ "pattern": "a/*", "settings": { "publish": "everybody" } }), "publish"),
        (json!({ "pattern": "a/*", "settings": { "outputs": ["flv", "telnet"] } }), "outputs"),
        (json!({ "pattern": "a/*", "settings": { "audio": "loud" } }), "audio"),
        (json!({ "pattern": "a/*", "settings": { "merge_window_ms": 501 } }), "merge_window_ms"),
        (json!({ "pattern": "a/*", "settings": { "gop_cap_bytes": 1 } }), "gop_cap_bytes"),
    ] {
        let answer = api.send("POST", "/applications", Some(&body));
        assert!((400..=409).contains(&answer.status), "{body}: {}", answer.text());
        assert_eq!(answer.json()["field"], field, "{body}: {}", answer.text());
    }
    let missing = api.send("PUT", &format!("/applications/{}", id + 1), Some(&json!({ "pattern": "x/*" })));
    assert_eq!(missing.status, 404);
    assert_eq!(api.get("/applications")["items"].as_array().unwrap().len(), 1);
    let anonymous = http::request(server.address("http"), "GET", "/api/v1/applications", &[], None);
    assert_eq!(anonymous.status, 401);
}
