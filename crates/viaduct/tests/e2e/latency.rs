//! How old the pictures on the screen are, by each way of playing, and on a network that loses datagrams: the time at which the simulated
//! camera drew a picture stands in its pixels, and Chromium's page reads it there. Figures are printed, goals stand in
//! `docs/reference/performance.md`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::chaos::LossyRelay;
use testkit::process::Process;
use testkit::server::ADMIN_PASSWORD;
use testkit::{Api, Server, until};

use crate::support::{closed_server, options};
use crate::webrtc::by_webrtc;

/// How long pictures are looked at, and how many connections are begun anew.
const MUCH: (u32, u32) = (60, 20);
/// Beyond the time that is measured: signing in, the first pictures, and the joins.
const PATIENCE: Duration = Duration::from_secs(300);

/// A simulated camera that is drawn as it plays, and its number.
fn camera(admin: &Api) -> Value {
    let address = json!({ "address": "k128-300-up" });
    let device = json!({
        "name": "simulated", "organisation_id": 1, "driver": "sim", "address": "", "enabled": true,
        "channels": [{ "name": "K128+300", "main": address, "sub": address, "enabled": true }],
    });
    admin.post("/devices", &device);
    admin.get("/channels")["items"][0]["id"].clone()
}

/// What `web/tests/latency.js` prints.
fn watched(
    server: &Server,
    camera: &Value,
    engine: &str,
    (seconds, joins): (u32, u32),
    relay: Option<&LossyRelay>,
) -> Value {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let url = format!("http://{}", server.address("http"));
    let mut command = Command::new("node");
    command.current_dir(web).args(["tests/latency.js", &url, "admin", ADMIN_PASSWORD, &camera.to_string(), engine]);
    command
        .args([seconds, joins].map(|number| number.to_string()))
        .args(relay.map(|relay| relay.address().to_string()));
    let output = Process::run(command, usize::MAX).output(PATIENCE);
    let seen: Value =
        serde_json::from_slice(&output).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output)));
    assert_eq!(seen["engine"], engine, "{seen}");
    assert!(seen["fps"].as_f64().unwrap() > 5.0, "the picture moves: {seen}");
    seen
}

#[test]
fn a_viewer_whose_network_changes_keeps_its_session() {
    let (mut server, admin) = closed_server(&options());
    let camera = camera(&admin);
    let relay = LossyRelay::start(server.address("webrtc"), 0.0, 1);
    let seen = std::thread::scope(|scope| {
        let page = scope.spawn(|| watched(&server, &camera, "webrtc", (30, 0), Some(&relay)));
        until("the viewer", PATIENCE, || (by_webrtc(&admin)?["bytes"].as_u64()? > 500_000).then_some(()));
        let before = by_webrtc(&admin).unwrap();
        testkit::pause(Duration::from_secs(12));
        relay.move_peers();
        testkit::pause(Duration::from_secs(10));
        let after = by_webrtc(&admin).unwrap();
        assert_eq!(before["id"], after["id"], "{after}");
        page.join().unwrap()
    });
    println!("{seen}");
    assert!(seen["stood_longest_ms"].as_u64().unwrap() < 10_000, "{seen}");
    server.assert_well();
}

#[test]
#[ignore = "a measurement"]
fn pictures_of_each_way_of_playing_have_an_age() {
    let (mut server, admin) = closed_server(&options());
    let camera = camera(&admin);
    for engine in ["webrtc", "ws-fmp4"] {
        eprintln!("{}", watched(&server, &camera, engine, MUCH, None));
    }
    server.assert_well();
}

#[test]
#[ignore = "a measurement"]
fn pictures_come_through_a_network_that_loses_datagrams() {
    let (mut server, admin) = closed_server(&options());
    let camera = camera(&admin);
    for loss in [0.0, 0.02, 0.05] {
        let relay = LossyRelay::start(server.address("webrtc"), loss, 5);
        let seen = watched(&server, &camera, "webrtc", MUCH, Some(&relay));
        let (passed, lost) = relay.counts();
        eprintln!("{loss}: {seen} {passed} passed, {lost} lost");
        let share = lost as f64 / (passed + lost) as f64;
        assert!((share - loss).abs() <= loss * 0.2, "{share}");
    }
    server.assert_well();
}
