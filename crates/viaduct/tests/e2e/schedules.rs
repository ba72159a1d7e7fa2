//! Sources that run at certain times only. Nothing waits for the clock: the tests change the schedule and the zone.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use testkit::clips::{Clip, path_text, words};
use testkit::flv::FlvViewer;
use testkit::process::Process;
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, Server, http, until};

use crate::support::{options, publish};

const DAY: u64 = 24 * 60;

/// Every day between two times that are so many minutes of UTC from now.
fn window(from: i64, to: i64) -> Value {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 60;
    let time = |ahead: i64| {
        let minutes = (now % DAY + DAY).saturating_add_signed(ahead) % DAY;
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    json!([{ "days": [1, 2, 3, 4, 5, 6, 7], "from": time(from), "to": time(to) }])
}

fn open() -> Value {
    window(-60, 180)
}

fn closed() -> Value {
    window(350, 420)
}

/// A source `road/cam` and the call that gives it another schedule.
struct Camera<'a> {
    api: &'a Api,
    url: String,
    mode: &'a str,
}

impl Camera<'_> {
    fn body(&self, schedule: &Value) -> Value {
        json!({ "app": "road", "name": "cam", "url": self.url, "mode": self.mode, "schedule": schedule })
    }

    fn add(&self, schedule: &Value) -> Value {
        self.api.post("/sources", &self.body(schedule))
    }

    fn reschedule(&self, schedule: &Value) -> Value {
        let answer = self.api.send("PUT", "/sources/road/cam", Some(&self.body(schedule)));
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    fn await_state(&self, state: &str) -> Value {
        until(state, PATIENCE, || Some(self.api.get("/sources/road/cam")).filter(|source| source["state"] == state))
    }
}

/// Two seconds of a clip in the folder of files.
fn short_file(server: &Server) {
    let mut arguments = words("-v error -nostdin -y -i");
    arguments.push(path_text(&Clip::H264Aac.path()));
    arguments.extend(words("-t 2 -map 0 -c copy"));
    arguments.push(path_text(&server.data().join("files/short.mp4")));
    assert!(Process::start("ffmpeg", arguments).wait(PATIENCE).success());
}

fn attempts(api: &Api) -> u64 {
    api.metric("viaduct_gateway_pull_attempts_total")
}

#[test]
fn a_camera_that_is_always_on_follows_its_schedule() {
    let origin = options().start();
    let _publisher = publish(&origin, "live/k1", Clip::H264Aac);
    origin.sign_in().await_live("live/k1");
    let mut server = options().set("server.time_zone", "UTC").start();
    let api = server.sign_in();
    let camera = Camera { api: &api, url: origin.url("rtsp", "live/k1"), mode: "always" };
    let added = camera.add(&closed());
    assert_eq!(added["schedule"], closed(), "{added}");
    let source = camera.await_state("outside_schedule");
    let opens_at = source["opens_at"].as_str().unwrap();
    assert!(opens_at.contains(closed()[0]["from"].as_str().unwrap()) && opens_at.ends_with("+00:00"), "{source}");
    assert_eq!(attempts(&api), 0, "nothing was asked of the camera");
    let mut events = WsViewer::open(server.address("http"), "/api/v1/events", false);
    events
        .say(&json!({ "type": "auth", "token": api.token(), "topics": ["sources"], "resume_from": null }).to_string());
    let mut told = |word: &str| {
        until(word, PATIENCE, || match events.next(Duration::from_secs(1)) {
            Some(WsEvent::Text(text)) => text.contains(word).then_some(()),
            _ => None,
        });
    };
    told("\"hello\"");

    assert_eq!(camera.reschedule(&open())["opens_at"], Value::Null);
    camera.await_state("live");
    api.await_live("road/cam");
    // The change itself is told once, and what comes of it after that.
    told("\"cam\"");
    told("\"cam\"");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/cam.flv");
    assert!(!viewer.pictures(Duration::from_secs(1)).is_empty());
    camera.reschedule(&window(-30, 60));
    testkit::pause(Duration::from_secs(1));
    let incarnation = || api.stream("road/cam").map(|stream| stream["incarnation"].clone());
    assert_eq!((incarnation(), attempts(&api)), (Some(json!(1)), 1), "another window that is open changes nothing");

    camera.reschedule(&closed());
    assert!(viewer.await_end(PATIENCE), "viewers see a normal end");
    camera.await_state("outside_schedule");
    until("the stream to be gone", PATIENCE, || api.stream("road/cam")?["state"].eq("idle").then_some(()));
    until("the camera to be left", PATIENCE, || (origin.sign_in().stream("live/k1")?["viewers"] == 0).then_some(()));
    assert_eq!(attempts(&api), 1);
    camera.reschedule(&Value::Null);
    assert_eq!(camera.await_state("live")["schedule"], Value::Null);
    server.assert_well();
}

#[test]
fn a_camera_on_demand_says_when_it_opens() {
    let origin = options().start();
    let _publisher = publish(&origin, "live/k1", Clip::H264);
    origin.sign_in().await_live("live/k1");
    let mut server = options().set("server.time_zone", "UTC").set("streams.idle_close_ms", "500").start();
    let api = server.sign_in();
    let camera = Camera { api: &api, url: origin.url("rtmp", "live/k1"), mode: "on_demand" };
    camera.add(&closed());
    camera.await_state("outside_schedule");
    let refused = http::request(server.address("http"), "GET", "/road/cam.flv", &[], None);
    let said = refused.text();
    let time = closed()[0]["from"].as_str().unwrap().to_owned();
    assert_eq!(refused.status, 503, "{said}");
    assert!(said.contains("outside its schedule; it opens ") && said.contains(&time), "{said}");
    let diagnosis = api.get("/streams/road/cam/diagnosis");
    assert!(diagnosis["summary"].as_str().unwrap().contains("it opens "), "{diagnosis}");
    assert_eq!(attempts(&api), 0);

    camera.reschedule(&open());
    camera.await_state("idle");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/cam.flv");
    assert!(!viewer.pictures(Duration::from_secs(1)).is_empty());
    camera.reschedule(&closed());
    assert!(viewer.await_end(PATIENCE));
    for (schedule, text) in [
        (json!([]), "1 to 32"),
        (json!([{ "days": [], "from": "07:00", "to": "19:00" }]), "days"),
        (json!([{ "days": [8], "from": "07:00", "to": "19:00" }]), "days"),
        (json!([{ "days": [1], "from": "24:00", "to": "19:00" }]), "time of day"),
        (json!(vec![json!({ "days": [1], "from": "07:00", "to": "19:00" }); 33]), "1 to 32"),
    ] {
        let answer = api.send("PUT", "/sources/road/cam", Some(&camera.body(&schedule)));
        assert_eq!((answer.status, answer.json()["field"].as_str()), (400, Some("schedule")), "{schedule}");
        assert!(answer.text().contains(text), "{}", answer.text());
    }
    server.assert_well();
}

#[test]
fn another_time_zone_counts_without_a_restart_and_schedules_survive_one() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("viaduct.toml");
    let zone = |name: &str| std::fs::write(&file, format!("[server]\ntime_zone = \"{name}\"\n")).unwrap();
    zone("UTC");
    let server = options().config(&file).start();
    short_file(&server);
    let api = server.sign_in();
    let camera = Camera { api: &api, url: "file:short.mp4".to_owned(), mode: "always" };
    camera.add(&closed());
    camera.await_state("outside_schedule");
    assert_eq!(api.get("/server")["time_zone"], "UTC");
    // Six hours east of Greenwich.
    zone("Etc/GMT-6");
    let reloaded = api.post("/config/reload", &json!({}));
    assert_eq!(reloaded["changed"], json!(["server.time_zone"]), "{reloaded}");
    camera.await_state("live");
    assert_eq!(api.get("/server")["time_zone"], "Etc/GMT-6");
    zone("Asia/Nowhere");
    let refused = api.send("POST", "/config/reload", None);
    assert!(refused.text().contains("Asia/Nowhere"), "{}", refused.text());
    zone("UTC");
    let (again, folder) = (server.options().clone(), std::sync::Arc::clone(server.folder()));
    drop(server);
    let server = again.folder(&folder).start();
    let api = server.sign_in();
    Camera { api: &api, ..camera }.await_state("outside_schedule");
}

#[test]
fn a_file_that_is_played_once_is_played_once_in_each_window() {
    let mut server = options().set("server.time_zone", "UTC").start();
    short_file(&server);
    let api = server.sign_in();
    let camera = Camera { api: &api, url: "file:short.mp4?loop=no".to_owned(), mode: "always" };
    camera.add(&Value::Null);
    api.await_live("road/cam");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/cam.flv");
    assert!(viewer.await_end(PATIENCE), "the end of the file is the viewer's");
    camera.await_state("ended");
    // Far more than the first pause of a source that failed.
    testkit::pause(Duration::from_secs(4));
    assert_eq!(attempts(&api), 1, "it is not played again");
    let refused = http::request(server.address("http"), "GET", "/road/cam.flv", &[], None);
    assert!(refused.status == 503 && refused.text().contains("played to its end"), "{}", refused.text());

    camera.reschedule(&open());
    until("another window to play it", PATIENCE, || (attempts(&api) == 2).then_some(()));
    camera.await_state("ended");
    camera.reschedule(&closed());
    camera.await_state("outside_schedule");
    camera.reschedule(&open());
    camera.await_state("ended");
    assert_eq!(attempts(&api), 2, "the same window again");
    server.assert_well();
}

#[test]
fn a_file_that_is_played_once_is_played_for_each_who_comes_afterwards() {
    let mut server = options().start();
    short_file(&server);
    let api = server.sign_in();
    Camera { api: &api, url: "file:short.mp4?loop=no".to_owned(), mode: "on_demand" }.add(&Value::Null);
    for round in 1..=2 {
        let mut viewer = FlvViewer::open(server.address("http"), "/road/cam.flv");
        assert!(viewer.await_end(PATIENCE));
        testkit::pause(Duration::from_secs(3));
        assert_eq!(attempts(&api), round, "nobody asks any more");
    }
    server.assert_well();
}
