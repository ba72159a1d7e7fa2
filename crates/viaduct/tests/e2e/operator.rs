//! A new operator's first hour in Chromium, without a manual: see `web/tests/operator.js`.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::postgres::Postgres;
use testkit::process::Process;
use testkit::{Api, ServerOptions};

use crate::support::{closed_server, options, publish};

const PASSWORD: &str = "a password for tests";

/// Nine cameras that send, with a bar code in their pictures, and a simulated one that turns.
fn cameras(api: &Api) {
    let channel = |number: i64| {
        let metres = number * 500 + 4500;
        let stake = format!("K{}+{:03}", metres / 1000, metres % 1000);
        json!({ "name": format!("沪蓉高速 {stake}"), "enabled": true, "road": { "code": "G42", "stake": stake },
            "main": { "stream": format!("live/cam{number}"), "address": "" } })
    };
    let channels: Vec<Value> = (1..=9).map(channel).collect();
    let encoders =
        json!({ "name": "encoders", "organisation_id": 1, "driver": "push", "enabled": true, "channels": channels });
    api.post("/devices", &encoders);
    let turning = json!({ "name": "云台摄像机", "enabled": true, "ptz": true, "main": { "address": "k128-300-up" } });
    let sim = json!({ "name": "sim", "organisation_id": 1, "driver": "sim", "enabled": true, "channels": [turning] });
    api.post("/devices", &sim);
}

fn first_hour(options: &ServerOptions) {
    let (mut server, admin) = closed_server(options);
    cameras(&admin);
    let grants = json!([{ "built_in": "operator", "organisation_id": 1 }]);
    let olga = json!({ "name": "olga", "organisation_id": 1, "enabled": true, "grants": grants, "password": PASSWORD });
    admin.post("/users", &olga);
    let _sending: Vec<_> = (1..=9)
        .map(|number| {
            let key = format!("live/cam{number}");
            let token = admin.stream_token("publish", &key, 600);
            publish(&server, &format!("{key}?token={token}"), Clip::H264Aac)
        })
        .collect();
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let mut command = Command::new("node");
    command.current_dir(web).args([
        "tests/operator.js",
        &format!("http://{}", server.address("http")),
        "olga",
        PASSWORD,
    ]);
    let output = Process::run(command, usize::MAX).output(Duration::from_secs(240));
    let seen: Value =
        serde_json::from_slice(&output).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output)));
    let camera = seen["camera"].as_i64().unwrap_or_else(|| panic!("{seen}"));
    let ptz = admin.get(&format!("/channels/{camera}/ptz"));
    assert!(ptz["position"]["pan_deg"].as_f64().is_some_and(|pan| pan.abs() > 1.0), "it turned: {ptz}");
    let patrol = admin.get("/audit?search=patrols")["items"].to_string();
    assert!(patrol.contains("POST /patrols/{id}/runs") && patrol.contains("olga"), "{patrol}");
    let pictures = admin.get("/snapshots?origin=manual");
    assert_eq!(pictures["items"][0]["taken_by"], "olga", "{pictures}");
    server.assert_well();
}

#[test]
fn a_new_operator_needs_no_manual_on_sqlite() {
    first_hour(&options());
}

#[test]
fn a_new_operator_needs_no_manual_on_postgresql() {
    let postgres = Postgres::start();
    first_hour(&options().set("database.url", &postgres.url()));
}
