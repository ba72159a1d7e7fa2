//! Settings changed by the interface: at once, after a restart, and taken back when the server does not come up with them.

use std::net::TcpListener;
use std::sync::Arc;

use serde_json::{Value, json};
use testkit::http::Answer;
use testkit::{Api, PATIENCE, Server, until};

use crate::support::{closed_server, options};

fn patch(api: &Api, version: &Value, changes: &Value) -> Answer {
    api.send_with("PATCH", "/config", &[("If-Match", &format!("\"{version}\""))], Some(changes))
}

fn version(api: &Api) -> Value {
    api.get("/config")["version"].clone()
}

fn value(api: &Api, key: &str) -> Value {
    let all = api.get("/config")["values"].clone();
    all.as_array().unwrap().iter().find(|value| value["key"] == key).unwrap().clone()
}

/// A port that was free a moment ago: after a restart the console must find the server at the same place.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Restarts the server and waits until it is back; the session goes on.
fn restart(api: &Api) -> Value {
    let before = api.get("/server")["started_at"].clone();
    let answer = api.send_with("POST", "/server/restart", &[("If-Match", &format!("\"{}\"", version(api)))], None);
    assert_eq!(answer.status, 202, "{}", answer.text());
    until("the server to be back", PATIENCE, || {
        // Between the two nobody answers, which the client of tests takes for a failure.
        let now = std::panic::catch_unwind(|| api.get("/server")["started_at"].clone()).ok()?;
        (now != before).then(|| api.get("/config"))
    })
}

#[test]
fn settings_change_at_once_or_are_refused_by_name_and_everything_is_written_down() {
    let (mut server, api) = closed_server(&options().unset("log.level"));
    let first = version(&api);
    let changes = json!({ "server.public_host": "cams.example", "snapshots.keep_days": 7, "log.level": "debug,sqlx=info", "hls.segments": 12 });
    let done = patch(&api, &first, &changes);
    assert_eq!(done.status, 200, "{}", done.text());
    assert_eq!(done.json()["pending"], json!(["hls.segments"]), "the others hold at once");
    assert_eq!(api.get("/server")["public_host"], "cams.example");
    assert_eq!(
        (&value(&api, "hls.segments")["origin"], &value(&api, "hls.segments")["value"]),
        (&json!("console"), &json!(12))
    );
    let deed = api.get("/audit?search=config")["items"][0].clone();
    assert_eq!(deed["action"], "PATCH /config");
    let detail: Value = serde_json::from_str(deed["detail"].as_str().unwrap()).unwrap();
    assert_eq!(detail["hls.segments"], json!([8, 12]), "{deed}");

    let stale = patch(&api, &first, &json!({ "hls.segments": 13 }));
    assert_eq!((stale.status, &stale.json()["code"]), (409, &json!("stale")));
    let now = version(&api);
    for (changes, status, field) in [
        (json!({ "hls.segments": 61, "snapshots.keep_days": 1 }), 400, "hls.segments"),
        (json!({ "hls.segments": -1 }), 400, "hls.segments"),
        (json!({ "hls.segments": "9" }), 400, "hls.segments"),
        (json!({ "http.listen": "nonsense" }), 409, "http.listen"),
        (json!({ "server.time_zone": "Mars/Base" }), 400, "server.time_zone"),
        (json!({ "server.trusted_proxies": ["10.0.0.0/8"] }), 400, "server.trusted_proxies"),
        (json!({ "pull.allow": ["everything"] }), 400, "pull.allow"),
        (json!({ "log.level": "gateway=loud" }), 400, "log.level"),
        (json!({ "log.format": "xml" }), 400, "log.format"),
        (json!({ "media.worker_path": "/bin/sh" }), 403, "media.worker_path"),
        (json!({ "database.url": "postgres://evil" }), 403, "database.url"),
        (json!({ "licence.issuer_key": "AAAA" }), 403, "licence.issuer_key"),
    ] {
        let refused = patch(&api, &now, &changes);
        assert_eq!((refused.status, refused.json()["field"].as_str()), (status, Some(field)), "{}", refused.text());
    }
    assert_eq!(patch(&api, &now, &json!({ "hls.segment": 1 })).status, 400, "no such key");
    assert_eq!(version(&api), now, "what is refused changes nothing");
    assert_eq!(value(&api, "snapshots.keep_days")["value"], 7, "all or nothing");
    let reset = patch(&api, &now, &json!({ "hls.segments": null }));
    assert_eq!(reset.json()["pending"], json!([]), "back to what the server runs with");
    assert_eq!(value(&api, "hls.segments")["origin"], "default");
    assert_eq!(api.send("POST", "/server/restart", None).status, 400, "without a version");
    server.assert_well();
}

/// A server whose HTTP port the console may change.
fn movable() -> (Server, Api) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let data = folder.path().join("data");
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("settings.toml"), format!("[http]\nlisten = \"127.0.0.1:{}\"\n", free_port())).unwrap();
    closed_server(&options().unset("http.listen").folder(&folder))
}

#[test]
fn a_restart_takes_settings_over_and_sessions_go_on() {
    let (mut server, api) = movable();
    assert_eq!(patch(&api, &version(&api), &json!({ "hls.segments": 20 })).json()["pending"], json!(["hls.segments"]));
    let again = restart(&api);
    assert_eq!((&again["pending"], &again["undone"]), (&json!([]), &Value::Null));
    assert_eq!(value(&api, "hls.segments")["value"], 20);
    // In its own place: whoever watches over the process notices nothing.
    server.assert_well();
}

#[test]
fn settings_that_keep_the_server_from_starting_are_taken_back_and_named() {
    let (mut server, api) = movable();
    assert_eq!(patch(&api, &version(&api), &json!({ "hls.segments": 20 })).status, 200);
    restart(&api);
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let elsewhere = taken.local_addr().unwrap().to_string();
    let changes = json!({ "http.listen": elsewhere, "hls.part_ms": 400 });
    let changed = patch(&api, &version(&api), &changes);
    assert_eq!(changed.status, 200, "{}", changed.text());
    let config = restart(&api);
    assert_eq!(config["undone"]["keys"], json!(["http.listen", "hls.part_ms"]), "{}", config["undone"]);
    let reason = config["undone"]["reason"].as_str().unwrap();
    assert!(reason.contains(&elsewhere), "{reason}");
    assert_eq!(value(&api, "hls.segments")["value"], 20, "what worked stays");
    assert_eq!(value(&api, "hls.part_ms")["value"], 200);
    let next = patch(&api, &version(&api), &json!({ "hls.segments": 21 }));
    assert_eq!(next.json()["undone"], Value::Null, "read, and gone");
    server.assert_well();
}

#[test]
fn who_keeps_the_server_lets_nobody_in() {
    let (server, admin) = closed_server(&options());
    let role = admin.post("/roles", &json!({ "name": "keeper", "permissions": ["manage:server", "manage:user"] }));
    let keeper = json!({ "name": "kate", "organisation_id": 1, "enabled": true, "password": "a password for tests",
        "grants": [{ "role_id": role["id"], "organisation_id": 1 }] });
    admin.post("/users", &keeper);
    let kate = Api::sign_in(server.address("http"), "kate", "a password for tests");
    let now = version(&kate);
    for key in ["oidc.role_map", "oidc.issuer", "auth.session_max_days"] {
        let value = if key.ends_with("days") { json!(0) } else { json!("*=administrator@1") };
        let answer = patch(&kate, &now, &json!({ "snapshots.keep_days": 9, key: value }));
        assert_eq!((answer.status, &answer.json()["field"]), (403, &json!(key)), "{}", answer.text());
    }
    assert_eq!(patch(&kate, &now, &json!({ "snapshots.keep_days": 9 })).status, 200, "the rest is hers");
}
