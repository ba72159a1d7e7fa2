//! Edge and origin: streams that other servers have.

use std::time::Duration;

use serde_json::json;
use testkit::clips::Clip;
use testkit::read::{self, Expect};
use testkit::upstream::free_port;
use testkit::{Api, PATIENCE, Server, http, until};

use crate::support::{options, publish};

const SEEN: Expect = Expect { pictures: 50, sound: true };

fn origins(api: &Api, origins: &[String]) {
    let body = json!({ "pattern": "road/*", "settings": { "origins": origins } });
    let answer = api.send("POST", "/applications", Some(&body));
    assert_eq!(answer.status, 201, "{}", answer.text());
}

fn template(server: &Server, scheme: &str, query: &str) -> String {
    format!("{scheme}://{}/{{app}}/{{name}}{query}", server.address(scheme))
}

#[test]
fn an_edge_pulls_each_stream_once_from_the_origin_that_has_it() {
    let (origin, backup) = (options().start(), options().start());
    let mut edge = options().set("streams.idle_close_ms", "1500").start();
    let api = edge.sign_in();
    let dead = format!("rtmp://127.0.0.1:{}/{{app}}/{{name}}", free_port());
    origins(&api, &[dead, template(&origin, "rtmp", "?key=secret"), template(&backup, "rtsp", "")]);
    assert!(!api.get("/applications").to_string().contains("secret"), "secrets are not shown");
    let _one = publish(&origin, "road/k1", Clip::H264Aac);
    let _two = publish(&backup, "road/k2", Clip::H264Aac);
    origin.sign_in().await_live("road/k1");
    backup.sign_in().await_live("road/k2");

    std::thread::scope(|scope| {
        for _viewer in 0..3 {
            scope.spawn(|| read::ffmpeg("", &edge.url("http", "road/k1.flv"), SEEN).unwrap());
        }
        scope.spawn(|| read::ffmpeg("", &edge.url("http", "road/k2.ts"), SEEN).unwrap());
    });
    // The dead one is asked once; then it is known to be dead.
    let shown = api.get("/applications");
    let silent = shown["items"][0]["silent_origins"].as_array().unwrap();
    assert_eq!(silent.len(), 1, "the dead one alone: {shown}");
    assert_eq!(silent[0]["origin"], shown["items"][0]["settings"]["origins"][0]);
    let attempts = api.metric("viaduct_gateway_pull_attempts_total");
    assert!((3..=5).contains(&attempts), "{attempts} attempts for two streams");
    until("the edge to let go", PATIENCE, || {
        let gone = origin.sign_in().stream("road/k1").is_none_or(|stream| stream["viewers"] == 0);
        gone.then_some(())
    });
    edge.assert_well();
}

#[test]
fn servers_that_name_each_other_answer_that_nobody_has_the_stream() {
    let (mut one, mut two) = (options().start(), options().start());
    origins(&one.sign_in(), &[template(&two, "rtmp", "")]);
    origins(&two.sign_in(), &[template(&one, "rtmp", "")]);
    let started = std::time::Instant::now();
    let answer = http::request(one.address("http"), "GET", "/road/none.flv", &[], None);
    assert_eq!(answer.status, 404, "{}", answer.text());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert!(one.log().contains("in a circle") || two.log().contains("in a circle"));
    one.assert_well();
    two.assert_well();
}

#[test]
fn an_origin_that_is_sent_back_as_it_was_shown_keeps_its_secrets() {
    let server = options().start();
    let api = server.sign_in();
    origins(&api, &["rtmp://u:word@192.0.2.7/{app}/{name}?token=secret".to_owned()]);
    let rule = api.get("/applications")["items"][0].clone();
    assert_eq!(rule["settings"]["origins"][0], "rtmp://192.0.2.7/{app}/{name}?token=***");
    let path = format!("/applications/{}", rule["id"]);
    let body = json!({ "pattern": "road/*", "settings": rule["settings"] });
    assert_eq!(api.send("PUT", &path, Some(&body)).status, 200);
    let database = std::fs::read(server.data().join("viaduct.db")).unwrap_or_default();
    let journal = std::fs::read(server.data().join("viaduct.db-wal")).unwrap_or_default();
    let stored = String::from_utf8_lossy(&[database, journal].concat()).into_owned();
    assert!(stored.contains("rtmp://u:word@192.0.2.7/{app}/{name}?token=secret"));
    for origin in ["rtmp://192.0.2.7/live/one", "file:///{name}", "rtmp://{app}.example/x/{name}"] {
        let body = json!({ "pattern": "city/*", "settings": { "origins": [origin] } });
        assert_eq!(api.send("POST", "/applications", Some(&body)).status, 400, "{origin}");
    }
}
