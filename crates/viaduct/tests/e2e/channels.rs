//! Devices and channels: added, found, imported, played, and seen only by those who may.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::postgres::Postgres;
use testkit::read::{self, Expect};
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, Server, publish, until};

use crate::support::{closed_server, options};

/// May pull from cameras of this machine.
fn server() -> (Server, Api) {
    closed_server(&options().set("pull.allow", "127.0.0.0/8"))
}

fn recorder(port: u16) -> Value {
    json!({
        "name": "NVR 1", "organisation_id": 1, "driver": "url", "address": format!("rtsp://127.0.0.1:{port}"),
        "username": "viewer", "password": "secret one", "enabled": true,
        "channels": [
            { "name": "沪蓉高速 K128+300 上行", "main": { "address": "/stream" }, "sub": { "address": "/stream" }, "enabled": true,
              "road": { "code": "G42", "name": "沪蓉高速", "stake": "K128+300", "direction": "up" },
              "position": { "longitude": 116.410_244_5, "latitude": 39.916_404_3, "crs": "gcj02" }, "tags": ["重点"] },
            { "name": "收费站 2", "code": "34020000001320000002", "main": { "address": "/nothing" }, "enabled": true },
        ],
    })
}

fn found(api: &Api, query: &str) -> Vec<String> {
    let page = api.get(&format!("/channels?query={}", query.replace('+', "%2B").replace(' ', "%20")));
    page["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn the_lines_of_a_recorder_are_found_and_played() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "viewer", "secret one");
    let (mut server, api) = server();
    let device = api.post("/devices", &recorder(port));
    assert_eq!((device["channels"].as_u64(), device["has_password"].as_bool()), (Some(2), Some(true)));
    for (query, expected) in [
        ("hrgs", "沪蓉高速 K128+300 上行"),
        ("G42 K128+500", "沪蓉高速 K128+300 上行"),
        ("重点", "沪蓉高速 K128+300 上行"),
        ("sfz", "收费站 2"),
        ("0132000000 nvr", "收费站 2"),
    ] {
        assert_eq!(found(&api, query), [expected], "{query}");
    }
    assert!(found(&api, "K131+000").is_empty() && found(&api, "").len() == 2);
    let page = api.get("/channels?query=hrgs");
    let channel = &page["items"][0];
    assert!((channel["position"]["longitude"].as_f64().unwrap() - 116.404).abs() < 1e-6, "kept in WGS-84: {channel}");
    let id = channel["id"].as_i64().unwrap();
    let stream = format!("ch/{id}");
    assert_eq!((channel["main"]["stream"].as_str(), channel["state"].as_str()), (Some(stream.as_str()), Some("idle")));
    let offer = api.post(&format!("/channels/{id}/play"), &json!({}));
    let token = offer["token"].as_str().unwrap();
    let url = server.url("http", &format!("{stream}.flv?token={token}"));
    read::ffmpeg("", &url, Expect { pictures: 50, sound: true }).unwrap();
    assert_eq!(api.get(&format!("/channels/{id}"))["state"], "online");
    let offer = api.post(&format!("/channels/{id}/play?rendition=sub"), &json!({}));
    assert_eq!(offer["name"], format!("{id}_sub"));
    let tree = api.get("/channels/tree");
    assert_eq!((&tree["organisations"][0]["channels"], &tree["organisations"][0]["online"]), (&json!(2), &json!(1)));
    let shown = api.get("/devices").to_string() + &api.get("/channels").to_string() + &server.log();
    assert!(!shown.contains("secret one"), "{shown}");

    // The other line does not answer; the list says why.
    let other = api.get("/channels?query=sfz")["items"][0]["id"].as_i64().unwrap();
    assert_ne!(api.send("POST", &format!("/channels/{other}/play"), Some(&json!({}))).status, 200);
    let offline = until("the failure", PATIENCE, || {
        Some(api.get(&format!("/channels/{other}"))).filter(|channel| channel["state"] == "offline")
    });
    assert!(offline["state_reason"].as_str().is_some_and(|why| !why.is_empty()), "{offline}");

    // Switching the device off ends its pictures.
    let change = |version: &str, enabled: bool| {
        let mut input = recorder(port);
        input.as_object_mut().unwrap().remove("password");
        input["enabled"] = json!(enabled);
        api.send_with("PUT", &format!("/devices/{}", device["id"]), &[("If-Match", version)], Some(&input))
    };
    assert_eq!(change("\"1\"", false).status, 200);
    let stale = change("\"1\"", true);
    assert_eq!((stale.status, stale.json()["code"].as_str()), (409, Some("stale")));
    assert_eq!(api.send("POST", &format!("/channels/{id}/play"), Some(&json!({}))).status, 503);
    assert_eq!(api.get(&format!("/channels/{id}"))["state"], "disabled");
    until("the stream to end", PATIENCE, || {
        api.stream(&stream).is_none_or(|stream| stream["state"] != "live").then_some(())
    });
    assert_eq!(change("\"2\"", true).status, 200);
    api.post(&format!("/channels/{id}/play"), &json!({}));
    server.assert_well();
}

/// Sends a file by curl.
pub(crate) fn import(server: &Server, api: &Api, query: &str, table: &[u8]) -> Value {
    let file = server.data().join("table");
    std::fs::write(&file, table).unwrap();
    let output = Command::new("curl")
        .args(["-s", "--data-binary", &format!("@{}", file.display())])
        .args(["-H", &format!("Authorization: Bearer {}", api.token())])
        .args(["-H", "Content-Type: application/octet-stream"])
        .arg(server.url("http", &format!("api/v1/channels/import{query}")))
        .output()
        .unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stdout)))
}

fn export(server: &Server, api: &Api, format: &str) -> Vec<u8> {
    let output = Command::new("curl")
        .args(["-s", "-H", &format!("Authorization: Bearer {}", api.token())])
        .arg(server.url("http", &format!("api/v1/channels/export/{format}")))
        .output()
        .unwrap();
    output.stdout
}

fn tables_come_in_and_go_out(server: &Server, api: &Api) {
    api.post("/organisations", &json!({ "name": "G42 管理处", "parent_id": 1 }));
    let table = "名称,组织,设备地址,主码流,桩号,方向,经度,纬度,备忘,自定义.杆号\n\
        一号,G42 管理处,rtsp://192.0.2.1,/1,K1+100,上行,118.5,31.5,x,P-1\n\
        二号,不存在,rtsp://192.0.2.2,/1,K1+1000,左行,218.5,31.5,,\n\
        三号,G42 管理处,gopher://192.0.2.3,/1,,,,,,=cmd\n";
    let tried = import(server, api, "?dry_run=true", table.as_bytes());
    assert_eq!((&tried["rows"], &tried["refused"], &tried["done"]), (&json!(3), &json!(2), &json!(false)), "{tried}");
    assert_eq!(tried["ignored_columns"], json!(["备忘"]));
    let errors: Vec<_> = tried["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["row"].as_u64().unwrap(), e["column"].as_str().unwrap()))
        .collect();
    for expected in [(3, "组织"), (4, "设备地址")] {
        assert!(errors.contains(&expected), "{expected:?} in {tried}");
    }
    assert_eq!(import(server, api, "", table.as_bytes())["done"], false, "a table with a fault is made not at all");
    assert!(found(api, "").is_empty());

    let good: String = table.lines().take(2).map(|line| format!("{line}\n")).collect();
    let mut gbk = Command::new("iconv");
    gbk.args(["-f", "UTF-8", "-t", "GB18030"]);
    let made = import(server, api, "", &piped(gbk, good.as_bytes()));
    assert_eq!((&made["added"], &made["devices"], &made["done"]), (&json!(1), &json!(1), &json!(true)), "{made}");
    let channel = api.get("/channels?query=K1%2B100")["items"][0].clone();
    assert_eq!((&channel["custom"]["杆号"], &channel["road"]["direction"]), (&json!("P-1"), &json!("up")), "{channel}");

    // What goes out comes in again as it is.
    for format in ["csv", "xlsx"] {
        let report = import(server, api, "", &export(server, api, format));
        assert_eq!(
            (&report["unchanged"], &report["refused"], &report["changed"]),
            (&json!(1), &json!(0), &json!(0)),
            "{format}: {report}"
        );
    }
    let undone = api.post(&format!("/channels/undo/{}", made["undo"].as_str().unwrap()), &json!({}));
    assert_eq!(undone["removed"], 1);
    assert!(found(api, "").is_empty() && api.get("/devices")["total"] == 0);
    for bad in [&b"PK\x03\x04broken"[..], b"", b"\xff\xff\x00"] {
        assert_eq!(import(server, api, "", bad)["field"], "table");
    }
}

fn piped(mut command: Command, input: &[u8]) -> Vec<u8> {
    use std::io::Write;
    use std::process::Stdio;
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    child.wait_with_output().unwrap().stdout
}

#[test]
fn tables_of_channels_come_in_and_go_out_on_sqlite() {
    let (server, api) = closed_server(&options());
    tables_come_in_and_go_out(&server, &api);
}

#[test]
fn tables_of_channels_come_in_and_go_out_on_postgresql() {
    let postgres = Postgres::start();
    let (server, api) = closed_server(&options().set("database.url", &postgres.url()));
    tables_come_in_and_go_out(&server, &api);
}

#[test]
fn many_channels_change_at_once_and_back() {
    let (_server, api) = closed_server(&options());
    api.post("/devices", &recorder(1));
    let page = api.get("/channels");
    let ids: Vec<_> = page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()).collect();
    let set = json!({ "ids": ids, "action": "change", "set": { "enabled": false, "add_tags": ["检修"], "remove_tags": ["重点"] } });
    let done = api.post("/channels/bulk", &set);
    assert_eq!(done["changed"], 2);
    let tags: Vec<_> =
        api.get("/channels")["items"].as_array().unwrap().iter().map(|item| item["tags"].clone()).collect();
    assert_eq!(tags, [json!(["检修"]), json!(["检修"])]);
    let undo = format!("/channels/undo/{}", done["undo"].as_str().unwrap());
    api.post(&undo, &json!({}));
    assert_eq!(api.get("/channels?tag=%E9%87%8D%E7%82%B9")["total"], 1);
    assert_eq!(api.send("POST", &undo, Some(&json!({}))).status, 404, "only once");
    let gone = api.post("/channels/bulk", &json!({ "ids": ids, "action": "remove" }));
    assert_eq!(api.get("/channels")["total"], 0);
    api.post(&format!("/channels/undo/{}", gone["undo"].as_str().unwrap()), &json!({}));
    let back = api.get("/channels");
    assert_eq!(back["items"][0]["id"], page["items"][0]["id"], "under its number");
    let both = json!({ "ids": [ids[0], 999_999], "action": "remove" });
    assert_eq!(api.send("POST", "/channels/bulk", Some(&both)).status, 404);
    assert_eq!(api.get("/channels")["total"], 2, "all or none");
}

#[test]
fn people_see_and_play_the_cameras_of_their_organisation() {
    let (server, api) = server();
    let add = |name: &str| api.post("/organisations", &json!({ "name": name, "parent_id": 1 }))["id"].clone();
    let (east, west) = (add("east"), add("west"));
    let ids: Vec<_> = [&east, &west]
        .map(|place| {
            let mut device = recorder(1);
            device["organisation_id"] = place.clone();
            device["channels"].as_array_mut().unwrap().truncate(1);
            let id = api.post("/devices", &device)["id"].clone();
            api.get(&format!("/channels?device={id}"))["items"][0]["id"].clone()
        })
        .into();
    let grants = json!([{ "built_in": "viewer", "organisation_id": east }]);
    let user = json!({ "name": "vera", "organisation_id": east, "enabled": true, "grants": grants, "password": "a password for tests" });
    api.post("/users", &user);
    let vera = Api::sign_in(server.address("http"), "vera", "a password for tests");
    let seen = vera.get("/channels");
    assert_eq!((&seen["total"], &seen["items"][0]["id"]), (&json!(1), &ids[0]));
    assert_eq!(seen["items"][0]["main"]["address"], "", "addresses are for those who see devices");
    assert_eq!(vera.send("GET", "/devices", None).status, 403);
    let status = |path: &str, method: &str| vera.send(method, path, (method == "POST").then_some(&json!({}))).status;
    assert_eq!(status(&format!("/channels/{}", ids[1]), "GET"), 404, "as if unknown");
    assert_eq!(status(&format!("/channels/{}/play", ids[1]), "POST"), 404);
    assert_eq!(status(&format!("/streams/ch/{}/play", ids[1]), "POST"), 404);
    assert_ne!(status(&format!("/channels/{}/play", ids[0]), "POST"), 403);
    assert_eq!(status(&format!("/streams/ch/{}/publisher", ids[0]), "DELETE"), 403);
    assert_eq!(status(&format!("/channels/{}", ids[0]), "DELETE"), 403);
    let organisations: Vec<_> =
        vera.get("/channels/tree")["organisations"].as_array().unwrap().iter().map(|each| each["id"].clone()).collect();
    assert_eq!(organisations, [json!(1), east]);
}

#[test]
fn what_does_not_fit_is_refused_by_name_of_the_field() {
    let (_server, api) = closed_server(&options());
    let refused = |change: &dyn Fn(&mut Value)| {
        let mut device = recorder(1);
        change(&mut device);
        let answer = api.send("POST", "/devices", Some(&device));
        (answer.status, answer.json()["field"].as_str().unwrap_or_default().to_owned())
    };
    for (field, change) in [
        ("name", &(|device: &mut Value| device["name"] = json!(" ")) as &dyn Fn(&mut Value)),
        ("driver", &|device| device["driver"] = json!("telepathy")),
        ("address", &|device| device["address"] = json!("gopher://x")),
        ("main.address", &|device| device["channels"][0]["main"]["address"] = json!("gopher://x")),
        ("road.stake", &|device| device["channels"][0]["road"]["stake"] = json!("K1")),
        ("road.direction", &|device| device["channels"][0]["road"]["direction"] = json!("left")),
        ("position", &|device| device["channels"][0]["position"]["latitude"] = json!(91)),
        ("position.crs", &|device| device["channels"][0]["position"]["crs"] = json!("mars")),
        ("area_code", &|device| device["channels"][0]["area_code"] = json!("32x")),
        ("heading", &|device| device["channels"][0]["heading"] = json!(360)),
        ("tags", &|device| device["channels"][0]["tags"] = json!(vec!["t"; 33])),
        ("main.stream", &|device| device["channels"][0]["main"]["stream"] = json!("ch/7")),
        ("maintenance.installed_on", &|device| {
            device["channels"][0]["maintenance"] = json!({ "installed_on": "yesterday" });
        }),
    ] {
        assert_eq!(refused(change), (400, field.to_owned()));
    }
    api.post("/devices", &recorder(1));
    assert_eq!(refused(&|_| ()), (409, "name".to_owned()));
    assert_eq!(refused(&|device| device["name"] = json!("other")), (409, "code".to_owned()));
    assert_eq!(refused(&|device| device["organisation_id"] = json!(99)).0, 404);
    let source = json!({ "app": "ch", "name": "1", "url": "rtsp://192.0.2.1/1", "mode": "on_demand" });
    assert_eq!(api.send("POST", "/sources", Some(&source)).status, 409);
}

/// What happens with streams is told to those who may view them; the others hear nothing of them, not even in the figures.
#[test]
fn people_hear_of_the_streams_of_their_organisation_only() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "viewer", "secret one");
    let (server, api) = server();
    let place = api.post("/organisations", &json!({ "name": "east", "parent_id": 1 }))["id"].clone();
    let mut device = recorder(port);
    device["organisation_id"] = place.clone();
    let device = api.post("/devices", &device)["id"].clone();
    let id = api.get(&format!("/channels?device={device}&query=hrgs"))["items"][0]["id"].clone();
    let hire = |name: &str, at: &Value| {
        let grants = json!([{ "built_in": "viewer", "organisation_id": at }]);
        let user = json!({ "name": name, "organisation_id": at, "enabled": true, "grants": grants, "password": "a password for tests" });
        api.post("/users", &user);
        Api::sign_in(server.address("http"), name, "a password for tests")
    };
    let west = api.post("/organisations", &json!({ "name": "west", "parent_id": 1 }))["id"].clone();
    let listen = |api: &Api| {
        let mut socket = WsViewer::open(server.address("http"), "/api/v1/events", false);
        socket.say(&json!({ "type": "auth", "token": api.token(), "topics": ["streams", "channels"] }).to_string());
        socket
    };
    let (mut east, mut other) = (listen(&hire("vera", &place)), listen(&hire("wim", &west)));
    api.post(&format!("/channels/{id}/play"), &json!({}));
    let heard = |socket: &mut WsViewer| {
        let mut all = String::new();
        let until = Instant::now() + Duration::from_secs(4);
        while Instant::now() < until {
            if let Some(WsEvent::Text(text)) = socket.next(Duration::from_millis(500)) {
                all += &text;
            }
        }
        all
    };
    let (east, other) = (heard(&mut east), heard(&mut other));
    let name = format!("\"name\":\"{id}\"");
    assert!(east.contains(&name) && east.contains("\"state\":\"online\""), "{east}");
    assert!(!other.contains(&name) && other.contains("\"items\":[]"), "{other}");
}
