//! Steering: the picture moves as it was told, stops when nobody drives it, and belongs to one person at a time.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, Server, pause, until};

use crate::support::{closed_server, options};

const PASSWORD: &str = "a password for tests";
/// Size of the pictures that are compared.
const WIDTH: usize = 320;
const HEIGHT: usize = 180;
/// Pictures that are read: those of before come first, at most one group.
const PICTURES: usize = 140;
const CACHED: usize = 50;
/// Between repetitions of a motion.
const REPEAT: Duration = Duration::from_millis(200);

/// A server with one simulated camera.
struct Site {
    server: Server,
    admin: Api,
    channel: i64,
}

impl Site {
    fn open() -> Self {
        let (server, admin) = closed_server(&options());
        let address = json!({ "address": "k128-300-up" });
        let device = json!({
            "name": "simulated", "organisation_id": 1, "driver": "sim", "address": "", "enabled": true,
            "channels": [{ "name": "K128+300", "main": address, "sub": address, "enabled": true }],
        });
        admin.post("/devices", &device);
        let channel = admin.get("/channels")["items"][0]["id"].as_i64().unwrap();
        Self { server, admin, channel }
    }

    fn hire(&self, name: &str, role: &str) -> (i64, Api) {
        let body = json!({
            "name": name, "organisation_id": 1, "enabled": true, "password": PASSWORD,
            "grants": [{ "built_in": role, "organisation_id": 1 }],
        });
        let id = self.admin.post("/users", &body)["id"].as_i64().unwrap();
        (id, Api::sign_in(self.server.address("http"), name, PASSWORD))
    }

    fn path(&self, rest: &str) -> String {
        format!("/channels/{}/ptz{rest}", self.channel)
    }

    fn view(&self) -> Value {
        self.admin.get(&self.path(""))
    }

    fn pan(&self) -> f64 {
        self.view()["position"]["pan_deg"].as_f64().unwrap()
    }

    fn is_moving(&self) -> bool {
        self.view()["standing"]["moving"].as_bool().unwrap()
    }

    /// A command that must succeed.
    fn command(&self, api: &Api, method: &str, rest: &str, body: &Value) {
        let answer = api.send(method, &self.path(rest), Some(body));
        assert_eq!(answer.status, 204, "{method} {rest}: {}", answer.text());
    }

    /// Drives for a while.
    fn drive(&self, api: &Api, speeds: &Value, time: Duration) {
        self.command(api, "POST", "/move", speeds);
        pause(time);
        self.command(api, "POST", "/stop", &json!({}));
        self.at_rest();
    }

    /// Waits until the camera stands.
    fn at_rest(&self) {
        let mut last = Value::Null;
        until("the camera to stand", PATIENCE, || {
            let now = self.view()["position"].clone();
            let same = now == last;
            last = now;
            pause(Duration::from_millis(100));
            same.then_some(())
        });
    }

    /// A grey picture of the next seconds, decoded by FFmpeg: each point as it mostly was, so that traffic is gone.
    fn picture(&self, rendition: &str) -> Vec<u8> {
        let offer = self.admin.post(&format!("/channels/{}/play?rendition={rendition}", self.channel), &json!({}));
        let name = offer["name"].as_str().unwrap();
        let url = self.server.url("http", &format!("ch/{name}.flv?token={}", offer["token"].as_str().unwrap()));
        let output = Command::new("ffmpeg")
            .args(["-v", "error", "-i", &url, "-frames:v", &PICTURES.to_string(), "-an"])
            .args(["-vf", &format!("scale={WIDTH}:{HEIGHT},format=gray"), "-f", "rawvideo", "-"])
            .stdin(Stdio::null())
            .output()
            .unwrap();
        let pictures: Vec<&[u8]> = output.stdout.chunks_exact(WIDTH * HEIGHT).skip(CACHED).step_by(9).collect();
        assert_eq!(pictures.len(), (PICTURES - CACHED).div_ceil(9), "{}", String::from_utf8_lossy(&output.stderr));
        let mostly = |at: usize| {
            let mut values: Vec<u8> = pictures.iter().map(|picture| picture[at]).collect();
            values.sort_unstable();
            values[values.len() / 2]
        };
        (0..WIDTH * HEIGHT).map(mostly).collect()
    }

    fn connect(&self, api: &Api) -> WsViewer {
        let path = format!("/api/v1{}", self.path("/connect"));
        let mut socket = WsViewer::open(self.server.address("http"), &path, false);
        socket.say(&json!({ "type": "auth", "token": api.token() }).to_string());
        assert_eq!(heard(&mut socket, "standing")["moving"], false);
        socket
    }
}

/// The next message of a type.
fn heard(socket: &mut WsViewer, kind: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        match socket.next(PATIENCE) {
            Some(WsEvent::Text(text)) => {
                let message: Value = serde_json::from_str(&text).unwrap();
                if message["type"] == kind {
                    return message;
                }
            }
            other => panic!("{other:?} instead of {kind}"),
        }
    }
    panic!("no {kind}");
}

/// The part of the picture without what is burnt in.
fn inner() -> impl Iterator<Item = (usize, usize)> {
    (45..140).flat_map(|y| (75..WIDTH - 75).map(move |x| (x, y)))
}

/// Mean difference of two pictures whose points correspond by `other`.
fn difference(one: &[u8], two: &[u8], other: impl Fn(usize, usize) -> (usize, usize)) -> f64 {
    let points: Vec<f64> = inner()
        .map(|(x, y)| {
            let (to_x, to_y) = other(x, y);
            f64::from(one[y * WIDTH + x].abs_diff(two[to_y * WIDTH + to_x]))
        })
        .collect();
    points.iter().sum::<f64>() / points.len() as f64
}

/// By how many points the scene has moved to the left.
fn moved_left(before: &[u8], after: &[u8]) -> isize {
    let off = |shift: isize| difference(after, before, |x, y| (x.checked_add_signed(shift).unwrap(), y));
    (-70..=70).min_by(|one, two| off(*one).total_cmp(&off(*two))).unwrap()
}

/// How many times as large the scene has become.
fn enlarged(before: &[u8], after: &[u8]) -> f64 {
    let from_centre = |at: usize, size: usize, zoom: f64| {
        let centre = size as f64 / 2.0;
        (centre + (at as f64 + 0.5 - centre) / zoom) as usize
    };
    let off = |zoom: f64| difference(after, before, |x, y| (from_centre(x, WIDTH, zoom), from_centre(y, HEIGHT, zoom)));
    let zooms = (100..=220).map(|percent| f64::from(percent) / 100.0);
    zooms.min_by(|one, two| off(*one).total_cmp(&off(*two))).unwrap()
}

#[test]
fn the_picture_moves_as_it_is_told_and_comes_back_to_a_preset() {
    let site = Site::open();
    let admin = &site.admin;
    let home = site.picture("sub");
    let same = |one: &[u8], two: &[u8]| difference(one, two, |x, y| (x, y));
    site.command(admin, "PUT", "/presets/7", &json!({ "name": "大桥" }));

    site.drive(admin, &json!({ "pan": 0.15 }), Duration::from_millis(400));
    let (pan_deg, right) = (site.pan(), site.picture("sub"));
    // 320 points show 54 degrees at home.
    let expected = 160.0 / 27f64.to_radians().tan() * pan_deg.to_radians().tan();
    let shift = moved_left(&home, &right);
    assert!(
        pan_deg > 2.0 && (shift as f64 - expected).abs() < 4.0,
        "{pan_deg} degrees moved it by {shift}, not {expected}"
    );
    let main = site.picture("main");
    assert!(moved_left(&right, &main).abs() <= 2, "both renditions show the same view");

    site.command(admin, "POST", "/presets/7/go", &json!({}));
    site.at_rest();
    let back = site.picture("sub");
    let (away, near) = (same(&home, &right), same(&home, &back));
    assert!(near * 2.0 < away, "traffic alone makes a difference of {near}, the motion one of {away}");
    assert!(moved_left(&home, &back).abs() <= 1);

    site.drive(admin, &json!({ "zoom": 0.8 }), Duration::from_millis(700));
    let zoom = site.view()["position"]["zoom"].as_f64().unwrap();
    let seen = enlarged(&back, &site.picture("sub"));
    assert!(zoom > 1.2 && (seen - zoom).abs() < 0.1, "at {zoom} it is enlarged by {seen}");

    site.command(admin, "POST", "/home", &json!({}));
    site.at_rest();
    let middle = json!({ "x": 0.25, "y": 0.25, "width": 0.5, "height": 0.5 });
    site.command(admin, "POST", "/frame", &middle);
    site.at_rest();
    let framed = &site.view()["position"];
    assert!((framed["zoom"].as_f64().unwrap() - 2.0).abs() < 0.01, "{framed}");
    let presets = site.view()["presets"].clone();
    assert_eq!(presets, json!([{ "number": 7, "name": "大桥", "in_device": true, "snapshot_id": null }]));
    for (rest, body) in
        [("/move", json!({ "pan": 1.5 })), ("/frame", json!({ "x": 0.9, "y": 0, "width": 0.5, "height": 1 }))]
    {
        assert_eq!(admin.send("POST", &site.path(rest), Some(&body)).status, 400, "{rest}");
    }
    assert_eq!(admin.send("POST", &site.path("/move"), Some(&json!({ "iris": 1 }))).status, 415, "it has no iris");
    assert_eq!(admin.send("POST", &site.path("/presets/9/go"), Some(&json!({}))).status, 404);
}

/// Steers from a process of its own, by Node's WebSocket.
const NODE: &str = "
    const [url, token] = process.argv.slice(1);
    const socket = new WebSocket(url);
    socket.onopen = () => {
        socket.send(JSON.stringify({ type: 'auth', token }));
        setInterval(() => socket.send(JSON.stringify({ type: 'move', pan: 0.05 })), 200);
    };
";

#[test]
fn a_camera_stops_when_whoever_drives_it_vanishes() {
    let site = Site::open();
    let soon = Duration::from_secs(1) + REPEAT;
    let stops = |since: Instant| {
        until("the camera to stop", PATIENCE, || (!site.is_moving()).then_some(()));
        assert!(since.elapsed() < soon, "{:?}", since.elapsed());
        site.at_rest();
        let stood = site.pan();
        pause(REPEAT);
        assert_eq!(site.pan(), stood);
    };
    // A request that is not repeated.
    let since = Instant::now();
    site.command(&site.admin, "POST", "/move", &json!({ "pan": -0.1 }));
    assert!(site.is_moving());
    stops(since);
    // A program that is killed.
    let url = site.server.url("ws", &format!("api/v1{}", site.path("/connect")));
    let mut program =
        Command::new("node").args(["--experimental-websocket", "-e", NODE, &url, site.admin.token()]).spawn().unwrap();
    until("it to move", PATIENCE, || site.is_moving().then_some(()));
    let before = site.pan();
    pause(3 * soon / 2);
    assert!(site.is_moving() && site.pan() > before, "it goes on while it is repeated");
    let since = Instant::now();
    program.kill().unwrap();
    program.wait().unwrap();
    stops(since);
}

#[test]
fn a_session_that_ends_in_the_middle_stops_what_it_drives() {
    let site = Site::open();
    let (user, operator) = site.hire("night", "operator");
    let mut socket = site.connect(&operator);
    let mut ended = None;
    let over = until("the session to end", PATIENCE, || {
        if ended.is_none() || site.is_moving() {
            socket.say(&json!({ "type": "move", "pan": 0.05 }).to_string());
        }
        pause(REPEAT);
        if ended.is_none() && site.is_moving() {
            let sessions = site.admin.get(&format!("/users/{user}/sessions"));
            let session = sessions["items"][0]["id"].as_str().unwrap().to_owned();
            let removed = site.admin.send("DELETE", &format!("/users/{user}/sessions/{session}"), None);
            assert_eq!(removed.status, 204, "{}", removed.text());
            ended = Some(Instant::now());
        }
        ended.filter(|_| !site.is_moving())
    });
    assert!(over.elapsed() < Duration::from_millis(2500), "{:?}", over.elapsed());
    assert_eq!(heard(&mut socket, "error")["code"], "unauthorized");
}

#[test]
fn one_person_steers_and_gives_way_to_who_is_more_urgent() {
    let site = Site::open();
    let (_, day) = site.hire("day", "operator");
    let (_, night) = site.hire("night", "operator");
    let (_, viewer) = site.hire("viewer", "viewer");
    let body = json!({ "pan": 0.05 });
    let moves = |api: &Api| api.send("POST", &site.path("/move"), Some(&body));
    assert_eq!(moves(&viewer).status, 403);
    assert_eq!(viewer.send("GET", &site.path(""), None).status, 403);
    let mut socket = site.connect(&day);
    for _ in 0..5 {
        socket.say(&json!({ "type": "move", "pan": 0.05 }).to_string());
        pause(REPEAT);
    }
    let busy = moves(&night);
    assert_eq!((busy.status, busy.json()["code"].as_str()), (409, Some("ptz_busy")), "{}", busy.text());
    let lock = night.get(&site.path(""))["standing"]["lock"].clone();
    assert_eq!((lock["name"].as_str(), lock["own"].as_bool()), (Some("day"), Some(false)));
    site.command(&site.admin, "POST", "/lock", &json!({}));
    assert_eq!(heard(&mut socket, "preempted")["by"], "admin");
    assert!(!site.is_moving(), "what the other drove has stopped");
    assert_eq!(moves(&day).status, 409);
    assert_eq!(site.admin.send("DELETE", &site.path("/lock"), None).status, 204);
    assert_eq!(moves(&night).status, 204);

    let rows = site.admin.get("/audit?per_page=200")["items"].clone();
    let rows: Vec<_> =
        rows.as_array().unwrap().iter().filter(|row| row["target"].as_str().unwrap().contains("/ptz")).collect();
    let count = |actor: &str, action: &str, outcome: u64| {
        rows.iter().filter(|row| row["actor"] == actor && row["action"] == action && row["outcome"] == outcome).count()
    };
    let move_ = "POST /channels/{id}/ptz/move";
    assert_eq!(count("day", move_, 204), 1, "a motion is written down once: {rows:?}");
    assert_eq!(
        (count("day", move_, 409), count("night", move_, 409), count("night", move_, 204)),
        (1, 1, 1),
        "{rows:?}"
    );
    assert_eq!(count("viewer", move_, 403), 1);
    assert_eq!(count("admin", "POST /channels/{id}/ptz/lock", 204), 1);
    assert_eq!(rows.iter().filter(|row| row["action"] == "PTZ stopped").count(), 1);
}

#[test]
fn a_cruise_goes_through_its_presets() {
    let site = Site::open();
    let admin = &site.admin;
    site.command(admin, "PUT", "/presets/1", &json!({}));
    site.drive(admin, &json!({ "pan": 0.2 }), Duration::from_millis(300));
    let there = site.pan();
    site.command(admin, "PUT", "/presets/2", &json!({ "name": "ramp" }));
    let steps = json!({ "name": "round", "steps": [{ "preset": 1, "dwell_s": 2 }, { "preset": 2, "dwell_s": 2 }] });
    site.command(admin, "PUT", "/cruises/3", &steps);
    site.command(admin, "POST", "/cruises/3/start", &json!({}));
    assert_eq!(site.view()["standing"]["cruise"], 3);
    for expected in [0.0, there, 0.0] {
        until("the next preset", PATIENCE, || ((site.pan() - expected).abs() < 0.01).then_some(()));
    }
    site.command(admin, "POST", "/stop", &json!({}));
    assert!(site.view()["standing"]["cruise"].is_null());
    assert_eq!(admin.send("DELETE", &site.path("/cruises/3"), None).status, 204);
    assert_eq!(admin.send("POST", &site.path("/cruises/3/start"), Some(&json!({}))).status, 404);
}

#[test]
fn a_preset_has_a_picture_and_a_name_and_the_camera_comes_back_to_it() {
    let site = Site::open();
    let admin = &site.admin;
    site.command(admin, "PUT", "/presets/1", &json!({ "name": "plaza" }));
    let picture = || site.view()["presets"][0]["snapshot_id"].as_i64();
    let first = until("the picture of the preset", PATIENCE, picture);
    let shot = admin.get(&format!("/snapshots/{first}"));
    assert_eq!((&shot["origin"], &shot["channel_id"]), (&json!("preset"), &json!(site.channel)), "{shot}");
    site.command(admin, "PUT", "/presets/1/name", &json!({ "name": "收费广场" }));
    let named = site.view()["presets"][0].clone();
    assert_eq!((&named["name"], &named["snapshot_id"]), (&json!("收费广场"), &json!(first)), "{named}");
    assert_eq!(admin.send("PUT", &site.path("/presets/200/name"), Some(&json!({ "name": "x" }))).status, 404);

    let (_, olga) = site.hire("olga", "operator");
    let idle = json!({ "after_s": 5, "action": "preset", "number": 1 });
    assert_eq!(olga.send("PUT", &site.path("/idle"), Some(&idle)).status, 403, "that is for who manages it");
    for (wrong, field) in [
        (json!({ "after_s": 4, "action": "home" }), "after_s"),
        (json!({ "after_s": 100_000, "action": "home" }), "after_s"),
        (json!({ "after_s": 5, "action": "preset" }), "action"),
        (json!({ "after_s": 5, "action": "home", "number": 1 }), "action"),
        (json!({ "after_s": 5, "action": "fly", "number": 1 }), "action"),
        (json!({ "after_s": 5, "action": "preset", "number": 0 }), "number"),
    ] {
        let answer = admin.send("PUT", &site.path("/idle"), Some(&wrong));
        assert_eq!((answer.status, &answer.json()["field"]), (400, &json!(field)), "{wrong}: {}", answer.text());
    }
    site.command(admin, "PUT", "/idle", &idle);
    assert_eq!(site.view()["idle"], idle);
    assert_eq!(admin.send("DELETE", &site.path("/lock"), None).status, 204);
    site.drive(&olga, &json!({ "pan": 0.3 }), Duration::from_millis(400));
    assert!(site.pan().abs() > 2.0);
    // The lock given back, five seconds after the last command.
    assert_eq!(olga.send("DELETE", &site.path("/lock"), None).status, 204);
    until("the camera to come back", PATIENCE, || (site.pan().abs() < 0.01).then_some(()));
    let audit = admin.get("/audit?search=PTZ%20returned");
    assert!(audit["items"][0]["detail"].to_string().contains("preset"), "{audit}");

    site.drive(admin, &json!({ "pan": 0.3 }), Duration::from_millis(400));
    let stands_since = SystemTime::now();
    site.command(admin, "PUT", "/presets/1", &json!({ "name": "ramp" }));
    let second = until("another picture", PATIENCE, || picture().filter(|id| *id != first));
    let taken_at = admin.get(&format!("/snapshots/{second}"))["taken_at"].as_str().and_then(base::parse_rfc3339);
    let stands_since_ms = stands_since.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    assert!(i128::from(taken_at.unwrap()) >= stands_since_ms as i128, "not of where it looked before");
    until("the first to be gone", PATIENCE, || {
        (admin.send("GET", &format!("/snapshots/{first}"), None).status == 404).then_some(())
    });
    assert_eq!(admin.send("DELETE", &site.path("/presets/1"), None).status, 204);
    assert_eq!(admin.send("GET", &format!("/snapshots/{second}"), None).status, 404, "it goes with its preset");
    assert_eq!(admin.send("DELETE", &site.path("/idle"), None).status, 204);
    assert!(site.view()["idle"].is_null());
}
