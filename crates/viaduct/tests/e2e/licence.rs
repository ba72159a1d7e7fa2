//! The licence: signed by one program and believed by another, and never in the way of what is watched.

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::http::Answer;
use testkit::read::{self, Expect};
use testkit::{Api, PATIENCE, Server, process, publish};

use crate::support::{BINARY, change_database, closed_server, options};

fn openssl(folder: &Path, arguments: &str) {
    let output = Command::new("openssl").current_dir(folder).args(arguments.split(' ')).output().unwrap();
    assert!(output.status.success(), "openssl {arguments}: {}", String::from_utf8_lossy(&output.stderr));
}

fn admin(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(BINARY);
    let output = command.current_dir(folder).args(["admin", "licence"]).args(arguments).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

/// An issuer who has openssl and not this program.
struct Issuer {
    folder: tempfile::TempDir,
}

impl Issuer {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        openssl(folder.path(), "genpkey -algorithm ed25519 -out key.pem");
        openssl(folder.path(), "pkey -in key.pem -pubout -out public.pem");
        Self { folder }
    }

    fn public(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("public.pem")).unwrap()
    }

    fn issue(&self, channels: usize) -> String {
        let signed = format!(
            "viaduct-licence 1\nnumber: A-7\ncustomer: <script>alert(1)</script> 江苏\nchannels: {channels}\nissued: 2026-01-01\nexpires: 2099-12-31\n"
        );
        let folder = self.folder.path();
        std::fs::write(folder.join("signed"), &signed).unwrap();
        openssl(folder, "pkeyutl -sign -inkey key.pem -rawin -in signed -out signature");
        format!("{signed}signature: {}\n", STANDARD.encode(std::fs::read(folder.join("signature")).unwrap()))
    }
}

fn put(api: &Api, text: &str) -> Answer {
    api.send("PUT", "/licence", Some(&json!({ "text": text })))
}

#[test]
fn openssl_signs_what_is_accepted_and_verifies_what_is_issued() {
    let issuer = Issuer::new();
    let folder = issuer.folder.path();
    let text = issuer.issue(5000);
    std::fs::write(folder.join("licence.txt"), &text).unwrap();
    let (genuine, said) = admin(folder, &["show", "licence.txt", "--issuer", "public.pem"]);
    assert!(genuine && said.contains("5000") && said.contains("江苏"), "{said}");

    let (made, said) = admin(folder, &["new-key", "ours.pem"]);
    let private = std::fs::read_to_string(folder.join("ours.pem")).unwrap();
    assert!(made && !said.contains(private.lines().nth(1).unwrap()), "{said}");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(folder.join("ours.pem")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
    assert!(!admin(folder, &["new-key", "ours.pem"]).0, "a key is never overwritten");
    let terms = ["--number", "7", "--customer", "G42 管理处", "--channels", "12", "--expires", "2099-01-31"];
    let issue = |out: &str| admin(folder, &[&["issue", "--key", "ours.pem"], &terms[..], &[out]].concat());
    assert!(issue("ours.txt").0 && !issue("ours.txt").0);
    let ours = std::fs::read_to_string(folder.join("ours.txt")).unwrap();
    let (signed, signature) = ours.split_once("signature: ").unwrap();
    std::fs::write(folder.join("signed"), signed).unwrap();
    std::fs::write(folder.join("signature"), STANDARD.decode(signature.trim()).unwrap()).unwrap();
    openssl(folder, "pkey -in ours.pem -pubout -out ours.pub");
    openssl(folder, "pkeyutl -verify -pubin -inkey ours.pub -rawin -in signed -sigfile signature");
    assert!(!admin(folder, &["show", "ours.txt", "--issuer", "public.pem"]).0, "of another issuer");
}

#[test]
fn a_licence_is_taken_kept_and_given_back() {
    let issuer = Issuer::new();
    let options = options().set("licence.issuer_key", &issuer.public());
    let (server, api) = closed_server(&options);
    let none = api.get("/licence");
    assert_eq!((&none["state"], &none["limit"], &none["on"]), (&json!("none"), &json!(10_000), &json!(0)));
    let good = issuer.issue(7);
    let foreign = Issuer::new().issue(7);
    for (text, reason) in [
        (foreign.as_str(), "not the issuer's"),
        (&good.replace("channels: 7", "channels: 8"), "not the issuer's"),
        (&good[..good.len() / 2], "no licence"),
        ("", "no licence"),
        (&"x".repeat(5000), "4096 bytes"),
    ] {
        let refused = put(&api, text);
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("text")), "{}", refused.text());
        assert!(refused.text().contains(reason), "{}", refused.text());
    }
    assert_eq!(put(&api, &"x".repeat(1 << 20)).status, 413);
    let taken = put(&api, &good.replace('\n', "\r\n"));
    assert_eq!(taken.status, 200, "{}", taken.text());
    assert_eq!((&taken.json()["limit"], &taken.json()["terms"]["number"]), (&json!(7), &json!("A-7")));
    let deed = &api.get("/audit?search=licence")["items"][0];
    assert!(deed["detail"].as_str().unwrap().contains("\"channels\":7"), "{deed}");

    let folder = server.stop();
    let server = options.clone().closed().folder(&folder).start();
    let api = server.sign_in();
    assert_eq!(api.get("/licence")["limit"], 7, "kept over a restart");
    drop(server);
    // Without its issuer's key it is shown as not believed, and the server runs all the same.
    let server = options.unset("licence.issuer_key").closed().folder(&folder).start();
    let api = server.sign_in();
    let unverified = api.get("/licence");
    assert_eq!((&unverified["state"], &unverified["limit"]), (&json!("unverified"), &json!(10_000)), "{unverified}");
    assert_eq!(put(&api, &good).json()["code"], "licence_issuer_missing");
    assert_eq!(api.send("DELETE", "/licence", None).status, 204);
    assert_eq!(api.send("DELETE", "/licence", None).status, 404);
    assert_eq!(api.get("/licence")["state"], "none");
}

/// A device whose lines all show the same picture.
fn recorder(port: u16, name: &str, lines: usize) -> Value {
    let line = |number: usize| json!({ "name": format!("{name} {number}"), "main": { "address": "/stream" }, "enabled": true });
    json!({
        "name": name, "organisation_id": 1, "driver": "url", "address": format!("rtsp://127.0.0.1:{port}"),
        "username": "viewer", "password": "secret one", "enabled": true,
        "channels": (1..=lines).map(line).collect::<Vec<_>>(),
    })
}

fn assert_limited(answer: &Answer, on: usize, wanted: usize) {
    let problem = answer.json();
    assert_eq!((answer.status, &problem["code"]), (409, &json!("licence_limit")), "{problem}");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains(&format!("{on} are")) && detail.contains(&format!("make it {wanted}")), "{detail}");
}

fn watch(server: &Server, api: &Api, id: i64) {
    let offer = api.post(&format!("/channels/{id}/play"), &json!({}));
    let url = server.url("http", &format!("ch/{id}.flv?token={}", offer["token"].as_str().unwrap()));
    read::ffmpeg("", &url, Expect { pictures: 25, sound: true }).unwrap();
}

#[test]
fn an_ended_licence_leaves_everything_running_and_refuses_more() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "viewer", "secret one");
    let issuer = Issuer::new();
    let options = options().set("pull.allow", "127.0.0.0/8").set("licence.issuer_key", &issuer.public());
    let (server, api) = closed_server(&options);
    api.post("/devices", &recorder(port, "nvr", 5));
    assert_eq!(put(&api, &issuer.issue(2)).status, 200, "a small one is taken too");
    let folder = server.stop();
    // The server has run in a later year.
    change_database(&folder.path().join("data"), "UPDATE licence SET seen_at = 5000000000");
    let server = options.closed().folder(&folder).start();
    let api = server.sign_in();
    let standing = api.get("/licence");
    assert_eq!(
        (&standing["state"], &standing["limit"], &standing["on"]),
        (&json!("ended"), &json!(2), &json!(5)),
        "a clock set back revives nothing: {standing}"
    );
    let ids: Vec<i64> =
        api.get("/channels")["items"].as_array().unwrap().iter().map(|item| item["id"].as_i64().unwrap()).collect();
    watch(&server, &api, ids[4]);

    // Added, with a device and without.
    assert_limited(&api.send("POST", "/devices", Some(&recorder(port, "other", 2))), 5, 7);
    let device = api.get("/devices")["items"][0]["id"].as_i64().unwrap();
    let line = json!({ "device_id": device, "name": "sixth", "main": { "address": "/stream" }, "enabled": true });
    assert_limited(&api.send("POST", "/channels", Some(&line)), 5, 6);
    // What is off needs no licence until it is switched on.
    let mut off = line;
    off["enabled"] = json!(false);
    let sixth = api.post("/channels", &off)["id"].as_i64().unwrap();
    let switch = |ids: &[i64], enabled: bool| {
        let body = json!({ "ids": ids, "action": "change", "set": { "enabled": enabled } });
        api.send("POST", "/channels/bulk", Some(&body))
    };
    assert_limited(&switch(&[sixth], true), 5, 6);
    // Changes of what is on are no matter of the licence, and fewer is always possible.
    let body = json!({ "ids": ids, "action": "change", "set": { "road_code": "G42" } });
    assert_eq!(api.send("POST", "/channels/bulk", Some(&body)).status, 200);
    let switched_off = switch(&ids[..1], false);
    assert_eq!(switched_off.status, 200);
    let undo = format!("/channels/undo/{}", switched_off.json()["undo"].as_str().unwrap());
    assert_limited(&api.send("POST", &undo, Some(&json!({}))), 4, 5);
    assert_eq!(api.post("/channels/bulk", &json!({ "ids": ids[1..3], "action": "remove" }))["removed"], 2);

    // A table says before it is imported how much of it fits.
    let table = "name,device_address,main\nA,rtsp://192.0.2.1,/1\nB,rtsp://192.0.2.2,/1\nC,rtsp://192.0.2.3,/1\n";
    let tried = crate::channels::import(&server, &api, "?dry_run=true", table.as_bytes());
    assert_eq!(tried["over_licence"], json!({ "limit": 2, "on": 2, "more": 3, "fitting": 0 }), "{tried}");
    assert_eq!(crate::channels::import(&server, &api, "", table.as_bytes())["code"], "licence_limit");

    // A device that is off counts nothing; switching it on counts all of its lines.
    let mut input = recorder(port, "nvr", 0);
    let change = |version: u32, input: &Value| {
        let version = format!("\"{version}\"");
        api.send_with("PUT", &format!("/devices/{device}"), &[("If-Match", &version)], Some(input))
    };
    input["enabled"] = json!(false);
    assert_eq!(change(1, &input).status, 200);
    assert_eq!(api.get("/licence")["on"], 0);
    assert_eq!(switch(&ids[..1], true).status, 200);
    input["enabled"] = json!(true);
    assert_limited(&change(2, &input), 0, 3);
    assert_eq!(switch(&ids[..1], false).status, 200);
    assert_eq!(change(2, &input).status, 200, "two fit");

    // Handing it in again is the way out after a clock that ran ahead.
    assert_eq!(put(&api, &issuer.issue(50)).json()["state"], "valid");
    assert_eq!(switch(&[sixth, ids[0]], true).status, 200);
    let (whole, said, _) =
        process::run(BINARY, ["admin", "--data-dir", server.data().to_str().unwrap(), "verify"], PATIENCE);
    assert!(whole, "{said}");
}
