//! First run, sign-in, and what must never be written down.

use serde_json::json;
use testkit::clips::Clip;
use testkit::http;
use testkit::server::ADMIN_PASSWORD;
use testkit::{PATIENCE, until};

use crate::support::{RtspPeer, closed_server, options, publish};

#[test]
fn the_first_run_needs_the_code_that_was_printed() {
    let server = options().closed().start();
    let address = server.address("http");
    let post = |path: &str, body: serde_json::Value| http::request(address, "POST", path, &[], Some(&body));
    let state = http::request(address, "GET", "/api/v1/setup", &[], None).json();
    assert_eq!(state, json!({ "needed": true, "code_required": true }));
    let login = post("/api/v1/login", json!({ "username": "admin", "password": "admin" }));
    assert_eq!((login.status, login.json()["code"].as_str()), (409, Some("setup_required")));
    let printed = server.printed().iter().find_map(|line| line.split_once("?code=")).unwrap().1.to_owned();
    for code in [json!(null), json!("wrong"), json!(printed.to_lowercase() + "x")] {
        let answer = post("/api/v1/setup", json!({ "code": code, "password": ADMIN_PASSWORD }));
        assert_eq!((answer.status, answer.json()["code"].as_str()), (403, Some("setup_code_wrong")), "{code}");
    }
    let short = post("/api/v1/setup", json!({ "code": printed, "password": "short" }));
    assert_eq!((short.status, short.json()["field"].as_str()), (400, Some("password")));
    assert_eq!(post("/api/v1/setup", json!({ "code": printed, "password": ADMIN_PASSWORD })).status, 200);
    assert!(!server.data().join("setup-code").exists(), "the code is used up");
    let again = post("/api/v1/setup", json!({ "code": printed, "password": "some other password" }));
    assert_eq!(again.status, 409);
    server.sign_in();
}

#[test]
fn guessing_passwords_locks_the_door_for_a_while() {
    let mut server = options().start();
    let attempt = |password: &str| {
        let body = json!({ "username": "admin", "password": password });
        http::request(server.address("http"), "POST", "/api/v1/login", &[], Some(&body))
    };
    let statuses: Vec<u16> = (0..8).map(|guess| attempt(&format!("guess {guess}")).status).collect();
    assert_eq!(statuses[..5], [401; 5]);
    let locked = attempt(ADMIN_PASSWORD);
    assert_eq!(locked.status, 429, "{statuses:?}");
    let wait = locked.head.to_ascii_lowercase();
    let wait = wait.lines().find_map(|line| line.strip_prefix("retry-after: ")).expect("Retry-After");
    let seconds: u64 = wait.trim().parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds} s");
    until("the lock to open", PATIENCE, || (attempt(ADMIN_PASSWORD).status == 200).then_some(()));
    server.assert_well();
}

#[test]
fn the_api_is_closed_without_a_session_and_after_it() {
    let server = options().start();
    let address = server.address("http");
    for path in
        ["/api/v1/streams", "/api/v1/sources", "/api/v1/config", "/api/v1/viewers", "/api/v1/server", "/metrics"]
    {
        assert_eq!(http::request(address, "GET", path, &[], None).status, 401, "{path}");
        let wrong = [("Authorization", "Bearer nonsense")];
        assert_eq!(http::request(address, "GET", path, &wrong, None).status, 401, "{path}");
    }
    let api = server.sign_in();
    assert_eq!(api.send("GET", "/me", None).status, 200);
    assert_eq!(api.send("POST", "/logout", None).status, 204);
    assert_eq!(api.send("GET", "/me", None).status, 401);
    let api = server.sign_in();
    let change = json!({ "current": ADMIN_PASSWORD, "new": "a password that is new" });
    assert_eq!(api.send("POST", "/me/password", Some(&change)).status, 204);
    assert_eq!(api.send("GET", "/me", None).status, 401, "a change ends all sessions");
}

#[test]
fn secrets_are_not_logged_nor_shown() {
    const CAMERA_PASSWORD: &str = "camera-secret-4711";
    const GUESS: &str = "guessed-secret-4712";
    const FOREIGN_TOKEN: &str = "foreign-secret-4713";
    let options = options()
        .set("pull.allow", "127.0.0.0/8")
        .set("log.level", "trace,sqlx=info")
        .set("streams.play_wait_ms", "300");
    let (server, api) = closed_server(&options);
    let address = server.address("http");
    let publish_token = api.stream_token("publish", "road/k1", 600);
    let play_token = api.stream_token("play", "road/k1", 600);
    let _publisher = publish(&server, &format!("road/k1?token={publish_token}"), Clip::H264);
    api.await_live("road/k1");
    let _flv = testkit::flv::FlvViewer::open(address, &format!("/road/k1.flv?token={play_token}"));
    RtspPeer::connect(server.address("rtsp")).ask("DESCRIBE", &format!("road/k1?token={play_token}"), "", "");
    http::request(address, "GET", &format!("/road/k1.flv?token={GUESS}"), &[], None);
    let body = json!({ "username": "admin", "password": GUESS });
    http::request(address, "POST", "/api/v1/login", &[], Some(&body));
    let closed_port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let source = json!({
        "app": "road", "name": "cam", "url": format!("rtsp://u:{CAMERA_PASSWORD}@{closed_port}/x?token={FOREIGN_TOKEN}"),
        "mode": "always",
    });
    api.post("/sources", &source);
    api.post("/probe", &json!({ "url": format!("rtsp://u:{CAMERA_PASSWORD}@{closed_port}/x"), "timeout_ms": 2000 }));
    until("an attempt", PATIENCE, || server.log().contains("A source failed").then_some(()));
    let shown = format!("{}{}{}", api.get("/sources"), api.get("/config"), api.get("/streams"));
    for (what, secret) in [
        ("the admin password", ADMIN_PASSWORD),
        ("a camera's password", CAMERA_PASSWORD),
        ("a guessed password", GUESS),
        ("a publish token", publish_token.as_str()),
        ("a play token", play_token.as_str()),
        ("a session", api.token()),
        ("the token of another server", FOREIGN_TOKEN),
    ] {
        let log = server.log();
        let line = log.lines().find(|line| line.contains(secret));
        assert!(line.is_none(), "{what} is logged: {line:?}");
        if secret != FOREIGN_TOKEN {
            assert!(!shown.contains(secret), "{what} is shown");
        }
    }
}
