//! Sessions that come and go by the hundreds leave nothing behind.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, Server, until};

use crate::support::{options, publish};

const EVENTS: usize = 1000;
const STEERING: usize = 500;
const SWITCHES: usize = 500;
/// Clients at once.
const CLIENTS: usize = 10;

/// Reads until a message of a type.
fn heard(socket: &mut WsViewer, kind: &str) {
    loop {
        match socket.next(PATIENCE) {
            Some(WsEvent::Text(text)) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == kind {
                    return;
                }
            }
            Some(WsEvent::Binary(_)) => {}
            other => panic!("{other:?} instead of {kind}"),
        }
    }
}

fn signed_in(server: &Server, api: &Api, path: &str, kind: &str) {
    let mut socket = WsViewer::open(server.address("http"), &format!("/api/v1{path}"), false);
    socket
        .say(&json!({ "type": "auth", "token": api.token(), "topics": ["streams"], "resume_from": null }).to_string());
    heard(&mut socket, kind);
}

fn switched(server: &Server) {
    let mut socket = WsViewer::open(server.address("http"), "/road/k1.mp4", false);
    heard(&mut socket, "tracks");
    for key in ["road/k2", "road/k1"] {
        socket.say(&json!({ "type": "switch", "url": format!("/{key}.mp4") }).to_string());
        heard(&mut socket, "switched");
    }
}

fn many(count: usize, visit: impl Fn() + Sync) {
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| (0..count / CLIENTS).for_each(|_| visit()));
        }
    });
}

#[test]
fn sessions_of_events_steering_and_switches_leave_nothing_behind() {
    let mut server = options().set("log.level", "warn").start();
    let api = server.sign_in();
    let device = json!({ "name": "sim", "organisation_id": 1, "driver": "sim", "enabled": true,
        "channels": [{ "name": "K1", "main": { "address": "k128-300-up" }, "enabled": true, "ptz": true }] });
    api.post("/devices", &device);
    let channel = api.get("/channels")["items"][0]["id"].clone();
    let steering = format!("/channels/{channel}/ptz/connect");
    let _publishers = ["road/k1", "road/k2"].map(|key| {
        let publisher = publish(&server, key, Clip::H264Small);
        api.await_live(key);
        publisher
    });
    let visits = |share: usize| {
        many(EVENTS / share, || signed_in(&server, &api, "/events", "hello"));
        many(STEERING / share, || signed_in(&server, &api, &steering, "standing"));
        many(SWITCHES / share, || switched(&server));
        until("everybody to be gone", PATIENCE, || {
            let idle =
                ["road/k1", "road/k2"].iter().all(|key| api.stream(key).is_some_and(|stream| stream["viewers"] == 0));
            (idle && api.metric("viaduct_gateway_open_connections") <= 3).then_some(())
        });
        testkit::pause(Duration::from_millis(500));
        (server.open_files(), server.memory())
    };
    let (files, memory) = visits(10);
    let (files_after, memory_after) = visits(1);
    assert!(files_after <= files + 4, "{files} handles before, {files_after} after");
    let grown = memory_after.saturating_sub(memory) >> 20;
    assert!(grown <= 32, "{grown} MiB more");
    server.assert_well();
}
