//! Control rooms are open all day: memory of the browser stays flat on a full wall and on a patrol. Takes long, so `make test-long`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::process::Process;
use testkit::publish::ffmpeg_rtmp;
use testkit::server::ADMIN_PASSWORD;
use testkit::{Api, Server};

use crate::support::{closed_server, options};

/// Memory may be so much larger later than after the first part of the run.
const GROWTH: f64 = 1.10;

/// Cameras that send 640x360 with 25 pictures and some 500 kbit a second until they are dropped: their only picture, or their `small`
/// one.
fn cameras(server: &Server, admin: &Api, count: usize, small: bool) -> Vec<Process> {
    let clip = server.data().join("sub.mp4");
    let made = Command::new("ffmpeg")
        .args(
            "-v error -nostdin -y -f lavfi -i testsrc2=size=640x360:rate=25:duration=20,noise=alls=6:allf=t".split(' '),
        )
        .args("-c:v libx264 -preset veryfast -profile:v main -g 50 -keyint_min 50 -sc_threshold 0 -b:v 500k".split(' '))
        .args("-maxrate 500k -bufsize 500k -pix_fmt yuv420p".split(' '))
        .arg(&clip)
        .status()
        .unwrap();
    assert!(made.success());
    let channel = |number: usize| {
        let sent = json!({ "stream": format!("live/k{number}"), "address": "" });
        let other = json!({ "stream": format!("live/main{number}"), "address": "" });
        let (main, sub) = if small { (other, sent) } else { (sent, Value::Null) };
        json!({ "name": format!("K{number}"), "enabled": true, "main": main, "sub": sub })
    };
    let channels: Vec<Value> = (1..=count).map(channel).collect();
    let device =
        json!({ "name": "encoders", "organisation_id": 1, "driver": "push", "enabled": true, "channels": channels });
    admin.post("/devices", &device);
    let send = |number: usize| {
        let key = format!("live/k{number}");
        let token = admin.stream_token("publish", &key, 7200);
        ffmpeg_rtmp(&clip, &server.url("rtmp", &format!("{key}?token={token}")))
    };
    let sending = (1..=count).map(send).collect();
    for number in 1..=count {
        admin.await_live(&format!("live/k{number}"));
    }
    sending
}

fn endure(server: &Server, arguments: &[&str], patience: Duration) -> Value {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let url = format!("http://{}", server.address("http"));
    let mut command = Command::new("node");
    command.current_dir(web).args(["tests/endure.js", &url, "admin", ADMIN_PASSWORD]).args(arguments);
    let output = Process::run(command, usize::MAX).output(patience);
    let seen: Value =
        serde_json::from_slice(&output).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output)));
    assert_eq!(seen["faults"], json!([]), "{seen}");
    eprintln!("{seen:#}");
    seen
}

/// The most of a figure in the second quarter of a run, and in the second half: pages differ in size, so single samples say little.
fn before_and_later(seen: &Value, figure: &str) -> (f64, f64) {
    let samples = seen["samples"].as_array().unwrap_or_else(|| panic!("{seen}"));
    let most = |part: &[Value]| part.iter().map(|sample| sample[figure].as_f64().unwrap()).fold(0.0, f64::max);
    let (quarter, half) = (samples.len() / 4, samples.len() / 2);
    (most(&samples[quarter..half]), most(&samples[half..]))
}

fn assert_flat(seen: &Value) {
    for figure in ["heap_mib", "browser_mib", "nodes"] {
        let (before, later) = before_and_later(seen, figure);
        assert!(later < before * GROWTH, "{figure} grew from {before} to {later}: {seen}");
    }
}

#[test]
#[ignore = "ten minutes"]
fn a_wall_of_25_cameras_keeps_its_memory_for_ten_minutes() {
    let (mut server, admin) = closed_server(&options());
    let _sending = cameras(&server, &admin, 25, true);
    let seen = endure(&server, &["wall", "10"], Duration::from_secs(900));
    assert_flat(&seen);
    let samples = seen["samples"].as_array().unwrap();
    let still = samples.iter().filter(|sample| sample["moving"] != 25).count();
    assert!(still * 20 < samples.len(), "{still} times a tile stood still: {seen}");
    server.assert_well();
}

#[test]
#[ignore = "a thousand pages"]
fn a_patrol_of_a_thousand_pages_keeps_its_memory_and_turns_them_at_once() {
    let (mut server, admin) = closed_server(&options());
    let _sending = cameras(&server, &admin, 9, false);
    let channels = admin.get("/channels")["items"].clone();
    let step = |channel: &Value| json!({ "channel_id": channel["id"] });
    let steps: Vec<Value> = channels.as_array().unwrap().iter().map(step).collect();
    let patrol = json!({ "name": "round", "layout": "4", "dwell_s": 3, "steps": steps, "order": "listed" });
    let id = admin.post("/patrols", &patrol)["id"].to_string();
    let seen = endure(&server, &["patrol", "1000", &id], Duration::from_secs(5400));
    assert_flat(&seen);
    server.assert_well();
}
