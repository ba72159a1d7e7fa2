//! Both engines below the running program: PostgreSQL by one key, its loss, backup and restore.

use std::path::Path;
use std::time::Duration;

use serde_json::json;
use testkit::clips::Clip;
use testkit::postgres::Postgres;
use testkit::read::{Expect, ffmpeg};
use testkit::server::ADMIN_PASSWORD;
use testkit::{Api, PATIENCE, http, process, until};

const WANTED: Expect = Expect { pictures: 20, sound: false };

use crate::support::{BINARY, closed_server, options, publish};

fn admin(data: &Path, arguments: &[&str]) -> (bool, String, String) {
    let data = data.to_str().unwrap();
    process::run(BINARY, [&["admin", "--data-dir", data][..], arguments].concat(), PATIENCE)
}

fn ready(server: &testkit::Server) -> u16 {
    http::request(server.address("http"), "GET", "/readyz", &[], None).status
}

#[test]
fn everything_is_kept_in_postgresql_by_one_key() {
    let database = Postgres::start();
    let options = options().set("database.url", &database.url());
    let (server, api) = closed_server(&options);
    api.post("/applications", &json!({ "pattern": "road/*", "settings": { "publish": "open", "play": "open" } }));
    api.post("/relays", &json!({ "pattern": "road/*", "target": "rtmp://192.0.2.7/{app}/{name}", "enabled": false }));
    let camera = json!({ "app": "road", "name": "k2", "url": "rtsp://192.0.2.7/1", "mode": "on_demand" });
    api.post("/sources", &camera);
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    ffmpeg("", &server.url("http", "road/k1.flv"), WANTED).unwrap();
    let stored = || api.get("/sessions")["items"].as_array().is_some_and(|rows| !rows.is_empty()).then_some(());
    until("the viewer's session is stored", PATIENCE, stored);
    assert!(!server.data().join("viaduct.db").exists(), "nothing is kept in SQLite beside it");
    let shown = api.get("/config").to_string();
    assert!(!shown.contains("viaduct@127.0.0.1"), "the URL is a secret: {shown}");
    let folder = server.stop();

    let server = options.closed().folder(&folder).start();
    let api = server.sign_in();
    assert_eq!(api.get("/applications")["items"][0]["pattern"], "road/*");
    assert_eq!(api.get("/sources")["items"][0]["name"], "k2");
    assert_eq!(api.get("/relays")["items"][0]["enabled"], false);
}

#[test]
fn live_goes_on_while_the_database_is_gone() {
    let mut database = Postgres::start();
    let server = options().set("database.url", &database.url()).start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    assert_eq!(ready(&server), 200);

    database.stop();
    until("the loss is told to supervisors", PATIENCE, || (ready(&server) == 503).then_some(()));
    ffmpeg("", &server.url("http", "road/k1.flv"), WANTED).unwrap();
    let refused = api.send("GET", "/sources", None);
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.text().contains("live video goes on"), "{}", refused.text());

    database.resume();
    until("it is ready again", PATIENCE, || (ready(&server) == 200).then_some(()));
    let stored = || {
        let rows = api.get("/sessions");
        rows["items"].as_array()?.iter().any(|row| row["protocol"] == "http-flv").then_some(())
    };
    until("the session that ended meanwhile is stored", PATIENCE, stored);
}

#[test]
fn a_backup_of_a_running_server_moves_it_to_postgresql() {
    let (server, api) = closed_server(&options());
    api.post("/applications", &json!({ "pattern": "road/*", "settings": { "publish": "open" } }));
    let token = api.stream_token("play", "road/k1", 3600);
    let backups = tempfile::tempdir().unwrap();
    let file = backups.path().join("viaduct.backup");
    let file = file.to_str().unwrap();
    let (ok, said, messages) = admin(&server.data(), &["backup", file]);
    assert!(ok && said.contains("rows"), "{said}{messages}");
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600, "it holds secrets");
    let (ok, _, messages) = admin(&server.data(), &["backup", file]);
    assert!(!ok && messages.contains("exists"), "a backup is never overwritten: {messages}");
    let (ok, _, messages) = admin(&server.data(), &["restore", file, "--replace"]);
    assert!(!ok && messages.contains("another viaduct"), "not while the server runs: {messages}");

    let database = Postgres::start();
    let url = format!("database.url={}", database.url());
    let other = std::sync::Arc::new(tempfile::tempdir().unwrap());
    let data = other.path().join("data");
    let (ok, said, messages) = admin(&data, &["restore", file, "--set", &url]);
    assert!(ok, "{said}{messages}");
    let (ok, _, messages) = admin(&data, &["restore", file, "--set", &url]);
    assert!(!ok && messages.contains("in use already"), "{messages}");

    let moved = options().closed().set("database.url", &database.url()).folder(&other).start();
    let api = Api::sign_in(moved.address("http"), "admin", ADMIN_PASSWORD);
    assert_eq!(api.get("/applications")["items"][0]["pattern"], "road/*");
    let _publisher = publish(&moved, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let url = format!("{}?token={token}", moved.url("http", "road/k1.flv"));
    ffmpeg("", &url, WANTED).expect("a token of the old server is good at the new one");
}

#[test]
fn damaged_backups_are_refused_with_a_reason() {
    let (server, _api) = closed_server(&options());
    let backups = tempfile::tempdir().unwrap();
    let path = backups.path().join("good");
    let (ok, _, messages) = admin(&server.data(), &["backup", path.to_str().unwrap()]);
    assert!(ok, "{messages}");
    let good = std::fs::read(&path).unwrap();
    let folder = server.stop();
    let data = folder.path().join("data");
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 0x10;
    for (what, bytes) in [("cut", &good[..good.len() / 2]), ("flipped", &flipped), ("empty", b""), ("text", b"hello\n")]
    {
        let path = backups.path().join(what);
        std::fs::write(&path, bytes).unwrap();
        let (ok, _, messages) = admin(&data, &["restore", path.to_str().unwrap(), "--replace"]);
        assert!(!ok && messages.contains(what), "{what}: {messages}");
    }
    let server = options().closed().folder(&folder).start();
    Api::sign_in(server.address("http"), "admin", ADMIN_PASSWORD);
}

#[test]
fn a_wrong_address_is_named_without_its_password() {
    for (url, part) in
        [("postgres://viaduct:geheim@127.0.0.1:1/x", "127.0.0.1:1"), ("mysql://geheim@h/x", "postgres://")]
    {
        let folder = tempfile::tempdir().unwrap();
        let mut command = options().set("database.url", url).command(folder.path());
        command.stdin(std::process::Stdio::null());
        let mut server = process::Process::run(command, usize::MAX);
        assert!(!server.wait(Duration::from_secs(30)).success());
        let said = server.messages();
        assert!(said.contains(part) && !said.contains("geheim"), "{said}");
    }
}
