//! Main and sub picture of one camera, changed within one session.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use container::fmp4::{Demuxer, Event};
use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::process::Process;
use testkit::server::ADMIN_PASSWORD;
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, PATIENCE, until};

use crate::support::{closed_server, options, publish};

/// What a viewer gets, in order.
struct Watch {
    socket: WsViewer,
    boxes: Demuxer,
    /// Of the newest picture, on the time line of the stream that is shown.
    newest_ms: i64,
    /// When it came.
    at: Instant,
}

impl Watch {
    fn open(socket: WsViewer) -> Self {
        Self { socket, boxes: Demuxer::new(), newest_ms: 0, at: Instant::now() }
    }

    /// The next text message; pictures before it are taken note of.
    fn message(&mut self) -> Value {
        loop {
            match self.socket.next(PATIENCE) {
                Some(WsEvent::Text(text)) => return serde_json::from_str(&text).unwrap(),
                Some(WsEvent::Binary(bytes)) => self.take(&bytes),
                other => panic!("{other:?}"),
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let mut events = Vec::new();
        self.boxes.push(bytes, &mut events).unwrap();
        for event in events {
            if let Event::Unit(unit) = event {
                self.newest_ms = unit.pts.to_timestamp().as_millis();
                self.at = Instant::now();
            }
        }
    }

    fn watch_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        let before = self.newest_ms;
        while Instant::now() < end {
            if let Some(WsEvent::Binary(bytes)) = self.socket.next(Duration::from_millis(100)) {
                self.take(&bytes);
            }
        }
        assert!(self.newest_ms > before, "pictures go on");
    }

    fn ask(&mut self, url: &str) -> Value {
        self.socket.say(&json!({ "type": "switch", "url": url }).to_string());
        self.message()
    }

    /// Changes over, and checks that the shift puts both on one time line.
    fn switch(&mut self, url: &str, stream: &str, width: u64) {
        let switched = self.ask(url);
        assert_eq!((&switched["type"], &switched["stream"]), (&json!("switched"), &json!(stream)), "{switched}");
        let (before_ms, at) = (self.newest_ms, self.at);
        self.boxes = Demuxer::new();
        self.newest_ms = i64::MIN;
        let tracks = self.message();
        assert_eq!((&tracks["type"], &tracks["tracks"][0]["width"]), (&json!("tracks"), &json!(width)), "{tracks}");
        self.watch_for(Duration::from_millis(1500));
        let shifted = self.newest_ms as f64 + switched["shift_ms"].as_f64().unwrap();
        let expected = before_ms as f64 + (self.at - at).as_millis() as f64;
        assert!((shifted - expected).abs() < 600.0, "{shifted} is not {expected}, shift {switched}");
    }
}

fn viewers(api: &Api, stream: &str) -> u64 {
    api.stream(stream).map_or(0, |stream| stream["viewers"].as_u64().unwrap())
}

#[test]
fn a_viewer_changes_to_another_rendition_on_the_same_connection() {
    let (mut server, admin) = closed_server(&options());
    let (main, sub) = ("road/k1", "road/k1_sub");
    let send = |key: &str, clip| {
        let token = admin.stream_token("publish", key, 600);
        let publisher = publish(&server, &format!("{key}?token={token}"), clip);
        admin.await_live(key);
        publisher
    };
    // The time lines of the two begin at different moments.
    let _sub = send(sub, Clip::H264Small);
    until("the sub picture to be some seconds old", PATIENCE, || {
        (admin.stream(sub)?["bitrate_bps"].as_u64()? > 0).then_some(())
    });
    let _main = send(main, Clip::H264);
    let url = |key: &str| format!("/{key}.mp4?token={}", admin.stream_token("play", key, 600));

    let mut watch = Watch::open(WsViewer::open(server.address("http"), &url(sub), false));
    assert_eq!(watch.message()["tracks"][0]["width"], 192);
    watch.watch_for(Duration::from_secs(1));
    let refused = [
        (format!("/{main}.mp4"), "unauthorized"),
        (format!("/{main}.mp4?token={}", admin.stream_token("play", sub, 600)), "forbidden"),
        (url(main).replace(".mp4", ".flv"), "invalid_input"),
        ("/api/v1/server".to_owned(), "invalid_input"),
        ("http://elsewhere/road/k1.mp4".to_owned(), "invalid_input"),
        ("/../../etc/passwd.mp4".to_owned(), "invalid_input"),
    ];
    for (url, code) in &refused {
        let answer = watch.ask(url);
        assert_eq!((&answer["type"], &answer["code"]), (&json!("switch_failed"), &json!(code)), "{url}: {answer}");
        assert!(answer["message"].as_str().is_some_and(|text| text.ends_with('.')), "{answer}");
        watch.watch_for(Duration::from_millis(600));
    }
    watch.socket.say("{\"type\":\"dance\"}");
    watch.socket.say("no JSON");
    watch.switch(&url(main), main, 384);
    until("the session to be with the other stream", PATIENCE, || {
        (viewers(&admin, main) == 1 && viewers(&admin, sub) == 0).then_some(())
    });
    watch.switch(&url(sub), sub, 192);
    let codes: Vec<Value> = (0..20).map(|_| watch.ask("/x")["code"].clone()).collect();
    assert!(codes.contains(&json!("exhausted")), "{codes:?}");
    watch.watch_for(Duration::from_secs(1));
    // Its session is that of the stream that it shows now.
    let sessions = admin.get("/viewers");
    let id = &sessions["items"][0]["id"];
    assert_eq!(admin.send("DELETE", &format!("/viewers/{id}"), None).status, 204, "{sessions}");
    assert_eq!(watch.socket.close_code(PATIENCE).map(|(code, _)| code), Some(4409));
    server.assert_well();
}

#[test]
fn an_enlarged_tile_shows_the_main_picture_without_a_gap() {
    let (mut server, admin) = closed_server(&options());
    let channel = json!({ "name": "K1", "enabled": true, "main": { "stream": "road/k1", "address": "" },
        "sub": { "stream": "road/k1_sub", "address": "" } });
    let device =
        json!({ "name": "encoder", "organisation_id": 1, "driver": "push", "enabled": true, "channels": [channel] });
    admin.post("/devices", &device);
    let _sending = [("road/k1", Clip::H264), ("road/k1_sub", Clip::H264Small)].map(|(key, clip)| {
        let token = admin.stream_token("publish", key, 600);
        publish(&server, &format!("{key}?token={token}"), clip)
    });
    admin.await_live("road/k1_sub");
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let url = format!("http://{}", server.address("http"));
    let mut command = Command::new("node");
    command.current_dir(web).args(["tests/enlarge.js", &url, "admin", ADMIN_PASSWORD]);
    let output = Process::run(command, usize::MAX).output(Duration::from_secs(120));
    let seen: Value =
        serde_json::from_slice(&output).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output)));
    assert_eq!((&seen["widths"], &seen["sockets"]), (&json!([192, 384, 192]), &json!(1)), "{seen}");
    let longest_ms = seen["longest_still_ms"].as_f64().unwrap_or_else(|| panic!("{seen}"));
    assert!(longest_ms < 1500.0, "a still picture: {seen}");
    server.assert_well();
}
