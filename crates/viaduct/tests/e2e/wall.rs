//! Views of the wall, screens, patrols, links: their server side.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::postgres::Postgres;
use testkit::read::{self, Expect};
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, Server, publish, until};

use crate::support::{closed_server, options};

const PASSWORD: &str = "a password for tests";

struct Desk {
    server: Server,
    admin: Api,
    east: i64,
}

impl Desk {
    fn open(options: &testkit::ServerOptions) -> Self {
        let (server, admin) = closed_server(options);
        let east = admin.post("/organisations", &json!({ "name": "east", "parent_id": 1 }))["id"].as_i64().unwrap();
        Self { server, admin, east }
    }

    fn hire(&self, name: &str, role: &str, place: i64) -> Api {
        let grants = json!([{ "built_in": role, "organisation_id": place }]);
        let body =
            json!({ "name": name, "organisation_id": place, "enabled": true, "grants": grants, "password": PASSWORD });
        self.admin.post("/users", &body);
        Api::sign_in(self.server.address("http"), name, PASSWORD)
    }
}

fn names(api: &Api, path: &str) -> Vec<String> {
    let list = api.get(path);
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

fn views_are_kept_shared_and_called(desk: &Desk) {
    let (olga, vic) = (desk.hire("olga", "operator", desk.east), desk.hire("vic", "viewer", desk.east));
    let tiles = json!([{ "channel_id": 3 }, null, { "stream": "demo/k1" }]);
    let view = json!({ "name": "Morning", "number": 1, "layout": "grid:3x1", "tiles": tiles });
    let made = olga.post("/views", &view);
    assert_eq!((&made["tiles"], &made["mine"], &made["owner"]), (&tiles, &json!(true), &json!("olga")));
    assert!(names(&vic, "/views").is_empty(), "private");
    let path = format!("/views/{}", made["id"]);
    assert_eq!(vic.send("GET", &path, None).status, 404);
    let shared = json!({ "name": "Morning", "organisation_id": desk.east, "layout": "4", "tiles": [] });
    assert_eq!(olga.send_with("PUT", &path, &[("If-Match", "\"1\"")], Some(&shared)).status, 200);
    assert_eq!(olga.send_with("PUT", &path, &[("If-Match", "\"1\"")], Some(&shared)).status, 409);
    assert_eq!(names(&vic, "/views"), ["Morning"]);
    assert_eq!(vic.send("DELETE", &path, None).status, 403, "somebody else's");
    assert_eq!(vic.send("POST", "/views", Some(&shared)).status, 403, "a viewer shares nothing");
    assert_eq!(vic.send("POST", "/views", Some(&view)).status, 201, "but keeps views");
    for (field, change) in [
        ("layout", json!({ "layout": "7" })),
        ("tiles", json!({ "layout": "1" })),
        ("tiles", json!({ "tiles": [{ "stream": "../etc" }] })),
        ("number", json!({ "number": 100 })),
        ("name", json!({ "name": "\u{7}" })),
    ] {
        let mut bad = view.clone();
        bad.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = olga.send("POST", "/views", Some(&bad));
        assert_eq!((answer.status, answer.json()["field"].as_str()), (400, Some(field)), "{bad}");
    }
    assert_eq!(desk.admin.send("DELETE", &path, None).status, 204);
}

#[test]
fn views_are_kept_shared_and_called_on_sqlite() {
    views_are_kept_shared_and_called(&Desk::open(&options()));
}

#[test]
fn views_are_kept_shared_and_called_on_postgresql() {
    let postgres = Postgres::start();
    views_are_kept_shared_and_called(&Desk::open(&options().set("database.url", &postgres.url())));
}

/// Listens to a topic of the event WebSocket; returns when the server has said hello.
fn listen(desk: &Desk, api: &Api, topic: &str) -> WsViewer {
    let mut socket = WsViewer::open(desk.server.address("http"), "/api/v1/events", false);
    socket.say(&json!({ "type": "auth", "token": api.token(), "topics": [topic] }).to_string());
    assert!(event(&mut socket, PATIENCE).is_some_and(|hello| hello["type"] == "hello"));
    socket
}

fn event(socket: &mut WsViewer, patience: Duration) -> Option<Value> {
    match socket.next(patience)? {
        WsEvent::Text(text) => Some(serde_json::from_str(&text).unwrap()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_screen_shows_what_another_desk_sends() {
    let desk = Desk::open(&options());
    let (olga, vic) = (desk.hire("olga", "operator", desk.east), desk.hire("vic", "viewer", desk.east));
    assert_eq!(vic.send("PUT", "/screens/wall-1", Some(&json!({}))).status, 204);
    assert_eq!(olga.send("PUT", "/screens/wall-1", Some(&json!({}))).status, 400, "the name is taken");
    let mut heard = listen(&desk, &vic, "screens");
    let mut others = listen(&desk, &olga, "screens");
    assert_eq!(names(&olga, "/screens"), ["wall-1"]);
    let show = json!({ "layout": "4", "tiles": [{ "channel_id": 9 }] });
    assert_eq!(olga.send("POST", "/screens/wall-1/show", Some(&show)).status, 204);
    let told = event(&mut heard, PATIENCE).expect("the screen is told");
    assert_eq!((&told["data"]["layout"], &told["data"]["tiles"]), (&json!("4"), &json!([{ "channel_id": 9 }])));
    assert!(event(&mut others, Duration::from_secs(1)).is_none(), "only the screen's user hears it");
    assert_eq!(olga.send("POST", "/screens/none/show", Some(&show)).status, 404);
    let west = desk.admin.post("/organisations", &json!({ "name": "west", "parent_id": 1 }))["id"].as_i64().unwrap();
    let otto = desk.hire("otto", "operator", west);
    assert_eq!(otto.send("POST", "/screens/wall-1/show", Some(&show)).status, 404, "of another organisation");
}

fn camera(desk: &Desk, port: u16) -> Value {
    let device = json!({
        "name": "cam", "organisation_id": desk.east, "driver": "url", "address": format!("rtsp://127.0.0.1:{port}"),
        "username": "viewer", "password": "secret one", "enabled": true,
        "channels": [{ "name": "K1", "main": { "address": "/stream" }, "enabled": true }],
    });
    let device = desk.admin.post("/devices", &device);
    desk.admin.get(&format!("/channels?device={}", device["id"]))["items"][0]["id"].clone()
}

#[test]
fn a_patrol_runs_and_its_log_tells_where_it_stopped() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "viewer", "secret one");
    let desk = Desk::open(&options().set("pull.allow", "127.0.0.0/8"));
    let (olga, vic) = (desk.hire("olga", "operator", desk.east), desk.hire("vic", "viewer", desk.east));
    let channel = camera(&desk, port);
    let plan = json!({
        "name": "Night", "organisation_id": desk.east, "steps": [{ "channel_id": channel, "preset": 3 }], "layout": "4",
        "dwell_s": 10, "order": "shuffled", "snapshot": true,
        "schedule": [{ "days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "24:00" }],
    });
    let made = olga.post("/patrols", &plan);
    assert_eq!((&made["steps"], &made["open"], &made["order"]), (&plan["steps"], &json!(true), &json!("shuffled")));
    assert_eq!(names(&vic, "/patrols"), ["Night"]);
    let runs = format!("/patrols/{}/runs", made["id"]);
    assert_eq!(vic.send("POST", &runs, Some(&json!({}))).status, 403);
    let run = olga.post(&runs, &json!({}))["id"].clone();
    let stops = format!("/patrol-runs/{run}/stops");
    let stop = olga.post(&stops, &json!({ "channel_id": channel, "outcome": "shown" }));
    assert!(stop["snapshot_id"].is_i64(), "{stop}");
    assert_eq!(desk.admin.get(&format!("/snapshots/{}", stop["snapshot_id"]))["origin"], "patrol");
    olga.post(&stops, &json!({ "channel_id": channel, "outcome": "offline" }));
    assert_eq!(olga.send("POST", &stops, Some(&json!({ "channel_id": channel, "outcome": "x" }))).status, 400);
    assert_eq!(
        desk.admin.send("POST", &stops, Some(&json!({ "channel_id": channel, "outcome": "shown" }))).status,
        404
    );
    assert_eq!(olga.send("DELETE", &format!("/patrol-runs/{run}"), None).status, 204);
    assert_eq!(olga.send("POST", &stops, Some(&json!({ "channel_id": channel, "outcome": "shown" }))).status, 404);
    let log = vic.get(&format!("/patrols/{}/log", made["id"]));
    let outcomes: Vec<_> = log["items"].as_array().unwrap().iter().map(|item| item["outcome"].clone()).collect();
    assert_eq!(outcomes, [json!("offline"), json!("shown")]);
    for (field, change) in [
        ("steps", json!({ "steps": [] })),
        ("dwell_s", json!({ "dwell_s": 2 })),
        ("layout", json!({ "layout": "grid:9x9" })),
        ("order", json!({ "order": "by size" })),
    ] {
        let mut bad = plan.clone();
        bad.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let answer = olga.send("POST", "/patrols", Some(&bad));
        assert_eq!((answer.status, answer.json()["field"].as_str()), (400, Some(field)), "{bad}");
    }
}

#[test]
fn a_link_shows_one_camera_until_it_ends() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "viewer", "secret one");
    let desk = Desk::open(&options().set("pull.allow", "127.0.0.0/8"));
    let (olga, vic) = (desk.hire("olga", "operator", desk.east), desk.hire("vic", "viewer", desk.east));
    let channel = camera(&desk, port);
    let shares = format!("/channels/{channel}/shares");
    assert_eq!(vic.send("POST", &shares, Some(&json!({ "minutes": 5 }))).status, 403, "a viewer shares nothing");
    let made = olga.post(&shares, &json!({ "minutes": 5, "watermark": "for the police" }));
    let path = made["path"].as_str().unwrap().replace("/share/", "/api/v1/shares/");
    let open = || testkit::http::request(desk.server.address("http"), "GET", &path, &[], None);
    let shown = open().json();
    assert_eq!((&shown["name"], &shown["watermark"]), (&json!("K1"), &json!("for the police")));
    assert!(!shown.to_string().contains("127.0.0.1:"), "no address: {shown}");
    let token = shown["offer"]["token"].as_str().unwrap();
    let url = desk.server.url("http", &format!("ch/{channel}.flv?token={token}"));
    read::ffmpeg("", &url, Expect { pictures: 25, sound: true }).unwrap();
    let list = olga.get(&shares);
    assert!(!list.to_string().contains(made["path"].as_str().unwrap()), "the link itself is shown once");
    let one = format!("{shares}/{}", list["items"][0]["id"]);
    assert_eq!(olga.send("DELETE", &one, None).status, 204);
    assert_eq!(open().status, 404);
    let guessed = testkit::http::request(desk.server.address("http"), "GET", "/api/v1/shares/guess", &[], None);
    assert_eq!(guessed.status, 404);
    for (field, bad) in [
        ("minutes", json!({ "minutes": 0 })),
        ("minutes", json!({ "minutes": 50_000 })),
        ("watermark", json!({ "minutes": 1, "watermark": "x".repeat(65) })),
        ("rendition", json!({ "minutes": 1, "rendition": "both" })),
    ] {
        assert_eq!(olga.send("POST", &shares, Some(&bad)).json()["field"], field);
    }
    until("nothing left", PATIENCE, || olga.get(&shares)["items"].as_array().unwrap().is_empty().then_some(()));
}
