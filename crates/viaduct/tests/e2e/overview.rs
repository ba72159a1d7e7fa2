//! The overview: each sees what may be seen, and of other organisations nothing.

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::postgres::Postgres;
use testkit::{Api, PATIENCE, Server, ServerOptions, until};

use crate::support::{closed_server, options, publish};

const PASSWORD: &str = "a password for tests";
const PARTS: [&str; 10] =
    ["cameras", "streams", "server", "licence", "sources", "relays", "snapshots", "patrols", "views", "audit"];

fn hire(server: &Server, admin: &Api, name: &str, role: &str, place: i64) -> Api {
    let grants = json!([{ "built_in": role, "organisation_id": place }]);
    let body =
        json!({ "name": name, "organisation_id": place, "enabled": true, "grants": grants, "password": PASSWORD });
    admin.post("/users", &body);
    Api::sign_in(server.address("http"), name, PASSWORD)
}

fn parts(overview: &Value) -> Vec<&'static str> {
    PARTS.into_iter().filter(|part| !overview[*part].is_null()).collect()
}

/// Cameras that send by themselves: off until they do.
fn device(organisation: i64, name: &str, lines: &[(&str, bool)]) -> Value {
    let line = |(line, enabled): &(&str, bool)| json!({ "name": format!("{name} {line}"), "main": { "stream": format!("{name}/{line}") }, "enabled": enabled });
    json!({
        "name": name, "organisation_id": organisation, "driver": "push", "enabled": true,
        "channels": lines.iter().map(line).collect::<Vec<_>>(),
    })
}

fn overview_is_by_rights_and_organisation(options: &ServerOptions) {
    let (server, admin) = closed_server(options);
    let empty = admin.get("/overview");
    assert_eq!(parts(&empty), PARTS, "{empty}");
    assert_eq!(empty["cameras"]["total"], 0);
    let add =
        |name: &str| admin.post("/organisations", &json!({ "name": name, "parent_id": 1 }))["id"].as_i64().unwrap();
    let (east, west) = (add("east"), add("west"));
    admin.post("/devices", &device(east, "east", &[("one", true), ("two", true), ("off", false)]));
    admin.post("/devices", &device(west, "west", &[("other", true)]));
    let vic = hire(&server, &admin, "vic", "viewer", east);
    let page = vic.get("/channels");
    let named =
        |name: &str| page["items"].as_array().unwrap().iter().find(|item| item["name"] == name).unwrap()["id"].clone();
    let (first, second) = (named("east one"), named("east two"));
    let token = admin.stream_token("publish", "east/one", 600);
    let _camera = publish(&server, &format!("east/one?token={token}"), Clip::H264Aac);
    let seen = until("the cameras to be counted", PATIENCE, || {
        let cameras = vic.get("/overview")["cameras"].clone();
        (cameras["total"] == 3 && cameras["online"] == 1 && cameras["offline"] == 1).then_some(cameras)
    });
    assert_eq!((&seen["idle"], &seen["disabled"], &seen["history"]), (&json!(0), &json!(1), &Value::Null), "{seen}");
    let lost = &seen["lost"][0];
    assert_eq!((&lost["id"], &lost["name"]), (&second, &json!("east two")));
    assert!(lost["reason"].as_str().is_some_and(|why| !why.is_empty()), "{lost}");
    let all = admin.get("/overview");
    assert_eq!((&all["cameras"]["total"], &all["cameras"]["online"]), (&json!(4), &json!(1)), "{all}");
    assert!(all["cameras"]["history"].as_array().is_some_and(|points| !points.is_empty()));

    let viewer = vic.get("/overview");
    assert_eq!(parts(&viewer), ["cameras", "streams", "snapshots", "patrols", "views"], "{viewer}");
    let wes = hire(&server, &admin, "wes", "viewer", west).get("/overview");
    assert_eq!((&wes["cameras"]["total"], &wes["streams"]["live"]), (&json!(1), &json!(0)), "{wes}");
    assert_eq!(wes["cameras"]["lost"].as_array().unwrap().len(), 1, "none of another organisation: {wes}");
    let auditor = hire(&server, &admin, "ann", "auditor", 1).get("/overview");
    assert_eq!(parts(&auditor), ["audit"], "{auditor}");
    assert_eq!(auditor["audit"][0]["action"], "sign in", "the latest first: {auditor}");

    let machine = &all["server"]["machine"];
    let meminfo = std::fs::read_to_string("/proc/meminfo").unwrap();
    let total = meminfo.lines().next().unwrap().split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024;
    assert_eq!(machine["memory_total_bytes"].as_u64(), Some(total));
    assert_eq!((&all["licence"]["on"], &all["licence"]["limit"]), (&json!(3), &json!(10_000)));

    // A patrol that runs, and one that has ended.
    let patrol = |name: &str| {
        let body = json!({ "name": name, "steps": [{ "channel_id": first }], "layout": "1", "dwell_s": 10 });
        let id = admin.post("/patrols", &body)["id"].as_i64().unwrap();
        admin.post(&format!("/patrols/{id}/runs"), &json!({}))["id"].as_i64().unwrap()
    };
    let (ended, _runs) = (patrol("ended"), patrol("runs"));
    assert_eq!(admin.send("DELETE", &format!("/patrol-runs/{ended}"), None).status, 204);
    let shown = admin.get("/overview")["patrols"].clone();
    assert_eq!(
        (&shown[0]["name"], &shown[0]["ended_at"], &shown[1]["name"]),
        (&json!("runs"), &Value::Null, &json!("ended")),
        "{shown}"
    );
    assert_eq!(vic.get("/overview")["patrols"], json!([]), "private ones");
}

#[test]
fn the_overview_is_by_rights_and_organisation_on_sqlite() {
    overview_is_by_rights_and_organisation(&options());
}

#[test]
fn the_overview_is_by_rights_and_organisation_on_postgresql() {
    let postgres = Postgres::start();
    overview_is_by_rights_and_organisation(&options().set("database.url", &postgres.url()));
}
