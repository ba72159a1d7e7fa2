//! Devices of GB/T 28181: the server against a device that others have written (`gb28181-rs`), over sockets, judged by FFmpeg.

mod configuration;
mod device;
mod equipment;
mod platform;
mod sessions;
mod simulated;
mod snapshots;
mod storms;
mod talk;
mod tunnel;

use gb28181_rs::config::Transport;
use gb28181_rs::subscribe::PositionReport;
use serde_json::{Value, json};
use testkit::clips::words;
use testkit::process::Process;
use testkit::read::{self, Expect};
use testkit::{Api, PATIENCE, Server, ServerOptions, until};

use crate::support::options;
use device::{CAMERA, DEVICE, Device, FIXED, FPS, Options, PASSWORD, RECORDED_S};

const SEEN: Expect = Expect { pictures: 50, sound: false };

fn add(api: &Api) -> i64 {
    add_with(api, &json!({}))
}

fn add_with(api: &Api, options: &Value) -> i64 {
    let device = json!({
        "name": "K128", "organisation_id": 1, "driver": "gb28181", "address": DEVICE, "password": PASSWORD, "enabled": true,
        "options": options
    });
    api.post("/devices", &device)["id"].as_i64().unwrap()
}

fn state(api: &Api) -> Value {
    api.get(&format!("/gb28181/devices/{DEVICE}"))
}

fn await_catalog(api: &Api) -> Value {
    until("the catalog", PATIENCE, || Some(state(api)).filter(|device| device["catalog"] == "whole"))
}

/// Pictures that count; else what the server says of the stream.
fn watch(server: &Server, api: &Api, name: &str) {
    if let Err(error) = read::ffmpeg("-rtsp_transport tcp", &server.url("rtsp", name), SEEN) {
        panic!("{error}; {}", api.get(&format!("/streams/{name}/diagnosis")));
    }
}

fn is_quiet(api: &Api, device: &Device) {
    until("the end of its sending", PATIENCE, || (device.frames.subscriber_count() == 0).then_some(()));
    until("the end of its session", PATIENCE, || (api.get("/gb28181")["sessions"] == 0).then_some(()));
}

/// Media by each way, on a port that all share and on ports of their own.
fn by_every_way(media: &str) -> ServerOptions {
    options().set("gb28181.media_listen", media).set("streams.idle_close_ms", "500")
}

#[test]
fn a_camera_of_others_signs_in_is_imported_and_watched() {
    for (transport, name) in [(Transport::Udp, "udp"), (Transport::TcpOut, "tcp")] {
        let mut server = by_every_way("127.0.0.1:0").start();
        let api = server.sign_in();
        let id = add(&api);
        assert_eq!(state(&api)["state"], "offline");
        let device = Device::start(&server, &Options { transport, ..Options::default() });
        let known = await_catalog(&api);
        assert_eq!((known["state"].as_str(), known["transport"].as_str()), (Some("online"), Some(name)), "{known}");
        assert_eq!(
            (known["manufacturer"].as_str(), known["version"].as_str()),
            (Some("Acme"), Some("2022")),
            "{known}"
        );

        // It plays before it is imported.
        watch(&server, &api, &format!("gb/{CAMERA}"));
        is_quiet(&api, &device);

        let catalog = api.get(&format!("/gb28181/devices/{DEVICE}/catalog"));
        let change = |code: &str| {
            let items = catalog["items"].as_array().unwrap();
            items.iter().find(|item| item["code"] == code).map(|item| item["change"].clone()).unwrap()
        };
        assert_eq!((change(CAMERA), change(FIXED)), (json!("new"), json!("new")));
        let done = api.post(&format!("/gb28181/devices/{DEVICE}/import"), &json!({ "codes": [CAMERA, FIXED] }));
        assert_eq!(done["added"], 2, "{done}");
        let cameras = api.get(&format!("/channels?device={id}"));
        let camera = &cameras["items"][0];
        assert_eq!((camera["name"].as_str(), camera["ptz"].as_bool()), (Some("K128+100 上行"), Some(true)), "{camera}");
        assert_eq!(cameras["items"][1]["state"], "offline", "its device says so: {cameras}");
        let again = api.get(&format!("/gb28181/devices/{DEVICE}/catalog"));
        assert!(again["items"].as_array().unwrap().iter().all(|item| item["change"] != "new"), "{again}");

        // One INVITE for all who watch.
        let number = camera["id"].as_i64().unwrap();
        let viewers: Vec<_> = (0..3)
            .map(|_| {
                let url = server.url("rtsp", &format!("gb/{CAMERA}"));
                std::thread::spawn(move || read::ffmpeg("-rtsp_transport tcp", &url, SEEN))
            })
            .collect();
        until("a viewer", PATIENCE, || (device.frames.subscriber_count() == 1).then_some(()));
        viewers.into_iter().for_each(|viewer| viewer.join().unwrap().unwrap());
        is_quiet(&api, &device);

        let moves = format!("/channels/{number}/ptz/move");
        assert_eq!(api.send("POST", &moves, Some(&json!({ "pan": 0.5 }))).status, 204);
        let steered = || device.orders.0.lock().unwrap().iter().any(|order| order.contains("pan_speed: 128"));
        until("the motion", PATIENCE, || steered().then_some(()));
        server.assert_well();
    }
}

#[test]
fn a_camera_signs_in_and_is_watched_over_tls() {
    let mut server = by_every_way("127.0.0.1:0").start();
    let api = server.sign_in();
    add(&api);
    let port = Some(tunnel::open(server.address("gb28181-tls")));
    let device = Device::start(&server, &Options { transport: Transport::TcpOut, port, ..Options::default() });
    let known = await_catalog(&api);
    assert_eq!((known["state"].as_str(), known["transport"].as_str()), (Some("online"), Some("tls")), "{known}");
    watch(&server, &api, &format!("gb/{CAMERA}"));
    is_quiet(&api, &device);
    assert_eq!(api.get("/gb28181")["tls_port"], server.address("gb28181-tls").port());
    server.assert_well();
}

#[test]
fn a_device_is_told_to_sign_in_elsewhere() {
    let mut server = by_every_way("127.0.0.1:0").start();
    let api = server.sign_in();
    let other = "sip:34020000002000000002@10.0.0.2:5060";
    add_with(&api, &json!({ "redirect": other }));
    let refused = json!({ "name": "K129", "organisation_id": 1, "driver": "gb28181", "address": "34020000001180000002",
        "password": PASSWORD, "options": { "redirect": "10.0.0.2" } });
    assert_eq!(api.send("POST", "/devices", Some(&refused)).status, 400);
    let _device = Device::start(&server, &Options::default());
    let told = until("the redirection", PATIENCE, || {
        let trace = api.get("/gb28181/trace");
        let messages = trace["items"].as_array().unwrap();
        messages.iter().find(|each| each["text"].as_str().unwrap().starts_with("SIP/2.0 302")).cloned()
    });
    assert!(told["text"].as_str().unwrap().contains(&format!("Contact: <{other}>")), "{told}");
    assert_eq!(state(&api)["state"], "offline");
    server.assert_well();
}

#[test]
fn media_come_by_udp_and_both_tcp_ways_on_a_shared_port_and_on_ports_of_their_own() {
    for ports in ["127.0.0.1:0", "127.0.0.1:31200-31239"] {
        for media in ["udp", "tcp_passive", "tcp_active"] {
            let mut server = by_every_way(ports).start();
            let api = server.sign_in();
            add_with(&api, &json!({ "media": media }));
            let device = Device::start(&server, &Options::default());
            let known = await_catalog(&api);
            assert_eq!(known["media"], media, "{known}");
            watch(&server, &api, &format!("gb/{CAMERA}"));
            is_quiet(&api, &device);
            server.assert_well();
        }
    }
}

#[test]
#[ignore = "a pause of fifteen seconds"]
fn a_recording_that_is_paused_stays() {
    let mut server = by_every_way("127.0.0.1:0").start();
    let api = server.sign_in();
    add(&api);
    let device = Device::start(&server, &Options::default());
    await_catalog(&api);
    let stream = format!("gb/{CAMERA}_{}_{}", device.recorded_from_s, device.recorded_from_s + RECORDED_S);
    let mut watching = words("-v error -nostdin -rtsp_transport tcp -i");
    watching.push(server.url("rtsp", &stream));
    watching.extend(words("-f null -"));
    let _viewer = Process::start("ffmpeg", watching);
    let control = |order: &Value| api.send("POST", &format!("/streams/{stream}/control"), Some(order)).status;
    let path = format!("/streams/{stream}");
    let flows = || {
        let answer = api.send("GET", &path, None);
        answer.status == 200 && answer.json()["fps"].as_f64().is_some_and(|fps| fps > 10.0)
    };
    until("pictures", PATIENCE, || flows().then_some(()));
    let pause = json!({ "action": "pause" });
    until("the pause", PATIENCE, || (control(&pause) == 204).then_some(()));
    pause_for_a_while();
    let status = control(&json!({ "action": "resume" }));
    assert_eq!(status, 204, "{}", api.get(&format!("/streams/{stream}/diagnosis")));
    until("pictures again", PATIENCE, || flows().then_some(()));
    server.assert_well();
}

/// Longer than a stream may be silent.
fn pause_for_a_while() {
    testkit::pause(std::time::Duration::from_secs(15));
}

#[test]
fn recordings_are_listed_played_controlled_and_fetched() {
    let mut server = by_every_way("127.0.0.1:0").start();
    let api = server.sign_in();
    add(&api);
    let device = Device::start(&server, &Options::default());
    await_catalog(&api);
    let rfc3339 = |seconds: u64| base::rfc3339(i64::try_from(seconds).unwrap() * 1000);
    let from = device.recorded_from_s;
    let span = format!("from={}&to={}", rfc3339(from - 60), rfc3339(from + 600));
    let asked = format!("/gb28181/devices/{DEVICE}/channels/{CAMERA}/recordings?{span}");
    let answer = api.send("GET", &asked, None);
    assert_eq!(answer.status, 200, "{}; {}", answer.text(), api.get("/gb28181/trace?query=RecordInfo"));
    let found = answer.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "{found}");
    let stream = found["items"][0]["stream"].as_str().unwrap();
    assert_eq!(stream, format!("gb/{CAMERA}_{from}_{}", from + RECORDED_S));

    watch(&server, &api, stream);
    let control = format!("/streams/{stream}/control");
    until("the end of the session", PATIENCE, || (api.get("/gb28181")["sessions"] == 0).then_some(()));
    assert_eq!(api.send("POST", &control, Some(&json!({ "action": "pause" }))).status, 404, "nothing is played");

    let url = server.url("rtsp", stream);
    let viewer = std::thread::spawn(move || read::ffmpeg("-rtsp_transport tcp", &url, SEEN));
    until("the session", PATIENCE, || (api.get("/gb28181")["sessions"] == 1).then_some(()));
    for order in [json!({ "action": "seek", "seconds": 20.0 }), json!({ "action": "speed", "scale": 2.0 })] {
        until("the answer", PATIENCE, || (api.send("POST", &control, Some(&order)).status == 204).then_some(()));
    }
    assert_eq!(api.send("POST", &control, Some(&json!({ "action": "speed", "scale": 99 }))).status, 400);
    // A jump is seen in the numbers, so only that pictures came is asked.
    let _numbers_jump = viewer.join().unwrap();

    let fetched = read::ffprobe("", &server.url("http", &format!("{stream}_x4.mp4"))).unwrap();
    assert!(fetched.iter().any(|line| line.contains("h264")), "{fetched:?}");
    server.assert_well();
}

/// The one recording of the device, as the stream that plays it.
fn recording(device: &Device) -> String {
    format!("gb/{CAMERA}_{}_{}", device.recorded_from_s, device.recorded_from_s + RECORDED_S)
}

#[test]
fn a_recording_is_fetched_into_a_file_and_saved_in_parts() {
    let mut server = by_every_way("127.0.0.1:0").start();
    let api = server.sign_in();
    add(&api);
    let device = Device::start(&server, &Options::default());
    await_catalog(&api);
    let stream = recording(&device);
    let order = format!("/streams/{stream}/download");
    assert_eq!(api.send("POST", &order, Some(&json!({ "speed": 99 }))).status, 400);
    let live = format!("/streams/gb/{CAMERA}/download");
    assert_eq!(api.send("POST", &live, Some(&json!({}))).status, 415, "only recordings");
    let ordered = api.post(&order, &json!({}));
    let id = ordered["id"].as_i64().unwrap();
    assert_eq!((ordered["device"].as_str(), ordered["stream"].as_str()), (Some(DEVICE), Some(stream.as_str())));
    assert_eq!(api.send("POST", &format!("/downloads/{id}/link"), None).status, 404, "there is no file yet");

    let one = || api.get(&format!("/downloads?device={DEVICE}"))["items"][0].clone();
    let over = until("its end", PATIENCE, || Some(one()).filter(|it| it["finished_at"].is_string()));
    assert_eq!(over["state"], "done", "{over}");
    let link = api.post(&format!("/downloads/{id}/link"), &json!({}))["url"].as_str().unwrap().to_owned();
    let address = server.address("http");
    let whole = testkit::http::send(address, "GET", &link, &[], &[]);
    assert_eq!((whole.status, i64::try_from(whole.body.len()).ok()), (200, over["bytes"].as_i64()));
    let part = testkit::http::send(address, "GET", &link, &[("Range", "bytes=100-199")], &[]);
    assert_eq!((part.status, &part.body[..]), (206, &whole.body[100..200]));
    for forged in [format!("{link}x"), link.replace(&format!("/{id}/"), "/99/")] {
        assert_eq!(testkit::http::send(address, "GET", &forged, &[], &[]).status, 403, "{forged}");
    }
    let all = Expect { pictures: usize::try_from(RECORDED_S * FPS).unwrap(), sound: false };
    read::ffmpeg_bytes("mp4", &whole.body, all).unwrap_or_else(|error| panic!("{error}; {over}"));

    let file = server.data().join(format!("downloads/{id}.mp4"));
    let elsewhere = file.with_extension("away");
    std::fs::rename(&file, &elsewhere).unwrap();
    let gone = testkit::http::send(address, "GET", &link, &[], &[]);
    assert_eq!((gone.status, gone.json()["code"].as_str()), (404, Some("not_found")));
    assert!(gone.text().contains("fetch the recording again"), "{}", gone.text());
    std::fs::rename(&elsewhere, &file).unwrap();

    assert_eq!(api.send("DELETE", &format!("/downloads/{id}"), None).status, 204);
    assert_eq!(testkit::http::send(address, "GET", &link, &[], &[]).status, 403);
    assert!(!file.exists());
    server.assert_well();
}

#[test]
fn the_way_of_a_moving_device_is_kept() {
    let mut server = options().start();
    let api = server.sign_in();
    add_with(&api, &json!({ "positions": "ask" }));
    let device = Device::start(&server, &Options::default());
    await_catalog(&api);
    let report = |longitude: &str| PositionReport {
        time: "2026-11-28T08:00:00".to_owned(),
        longitude: longitude.to_owned(),
        latitude: "31.25".to_owned(),
        speed: "82.5".to_owned(),
        direction: "90".to_owned(),
        altitude: "12".to_owned(),
    };
    until("the subscription", PATIENCE, || device.notifier.send_mobile_position(&report("120.5")).then_some(()));
    assert!(device.notifier.send_mobile_position(&report("120.6")));
    let kept = || {
        let found = api.get(&format!("/gb28181/devices/{DEVICE}/positions"))["items"].as_array().unwrap().clone();
        (found.len() >= 2).then_some(found)
    };
    let way = until("two positions", PATIENCE, kept);
    let places: Vec<_> = way.iter().map(|each| each["longitude"].as_f64().unwrap()).collect();
    assert_eq!(places, [120.5, 120.6]);
    assert_eq!((way[1]["speed"].as_f64(), way[1]["direction"].as_f64()), (Some(82.5), Some(90.0)), "{way:?}");
    let path = format!("/gb28181/devices/{DEVICE}/positions?after={}", way[0]["id"]);
    assert_eq!(api.get(&path)["items"], json!([way[1]]));
    server.assert_well();
}

#[test]
fn who_is_not_let_in_and_who_is_gone_is_explained() {
    let mut server = options().start();
    let api = server.sign_in();
    let stranger = Device::start(&server, &Options::default());
    let refused = || api.get("/gb28181/refused")["items"].as_array().unwrap().first().cloned();
    let first = until("its refusal", PATIENCE, refused);
    assert_eq!((first["code"].as_str(), first["why"].as_str()), (Some(DEVICE), Some("unknown")), "{first}");
    drop(stranger);

    add(&api);
    let mistaken = Device::start(&server, &Options { password: "wrong".to_owned(), ..Options::default() });
    let reason = || Some(state(&api)["reason"].as_str()?.to_owned()).filter(|reason| reason.contains("password"));
    until("the reason", PATIENCE, reason);
    let trace = api.get(&format!("/gb28181/trace?query={DEVICE}%20REGISTER"));
    let texts: Vec<&str> = trace["items"].as_array().unwrap().iter().map(|it| it["text"].as_str().unwrap()).collect();
    assert!(texts.iter().any(|text| text.contains("response=\"***\"")), "{texts:?}");
    drop(mistaken);
    server.assert_well();
}

#[test]
fn alarms_of_devices_are_kept_and_listed() {
    let mut server = options().start();
    let api = server.sign_in();
    let id = add(&api);
    let device = Device::start(&server, &Options::default());
    await_catalog(&api);
    let told = || device.notifier.send_alarm("1", "5", "2026-11-28T08:00:00", "7", "wrong way").then_some(());
    until("the subscription", PATIENCE, told);
    let kept = || api.get("/gb28181/alarms")["items"].as_array().unwrap().first().cloned();
    let alarm = until("the alarm", PATIENCE, kept);
    assert_eq!((alarm["device"].as_str(), alarm["device_id"].as_i64()), (Some(DEVICE), Some(id)), "{alarm}");
    assert_eq!((alarm["priority"].as_i64(), alarm["description"].as_str()), (Some(1), Some("wrong way")), "{alarm}");
    server.assert_well();
}

#[test]
fn a_restart_ends_what_was_open_and_devices_come_back() {
    let mut server = by_every_way("127.0.0.1:0").set("gb28181.listen", "127.0.0.1:31260").start();
    let api = server.sign_in();
    add(&api);
    let device = Device::start(&server, &Options::default());
    await_catalog(&api);
    let url = server.url("rtsp", &format!("gb/{CAMERA}"));
    let viewer =
        std::thread::spawn(move || read::ffmpeg("-rtsp_transport tcp", &url, Expect { pictures: 500, sound: false }));
    until("the session", PATIENCE, || (device.frames.subscriber_count() == 1).then_some(()));
    server.signal("KILL");
    server.wait(PATIENCE);
    let folder = std::sync::Arc::clone(server.folder());
    drop(server);
    let _cut = viewer.join().unwrap();
    device.crash();

    let mut server = by_every_way("127.0.0.1:0").set("gb28181.listen", "127.0.0.1:31260").folder(&folder).start();
    let api = server.sign_in();
    let device = Device::start(&server, &Options::default());
    await_catalog(&api);
    // The BYE of the session that the first server left behind.
    let byes = || {
        let trace = api.get("/gb28181/trace?query=BYE");
        (!trace["items"].as_array().unwrap().is_empty()).then_some(())
    };
    until("the BYE", PATIENCE, byes);
    watch(&server, &api, &format!("gb/{CAMERA}"));
    is_quiet(&api, &device);
    server.assert_well();
}
