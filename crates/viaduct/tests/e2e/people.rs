//! Second factor, sessions, keys of programs, audit log.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use testkit::server::ADMIN_PASSWORD;
use testkit::{Api, PATIENCE, Server, http, process};

use crate::support::{BINARY, change_database, closed_server, options};

/// A code of RFC 6238 by Python's own HMAC, `steps` of 30 s from now.
fn code(secret: &str, steps: i64) -> String {
    let program = "import base64,hashlib,hmac,struct,sys,time
key=base64.b32decode(sys.argv[1]+'='*(-len(sys.argv[1])%8))
sum=hmac.new(key,struct.pack('>Q',int(time.time())//30+int(sys.argv[2])),hashlib.sha1).digest()
at=sum[-1]&15
print('%06d'%((struct.unpack('>I',sum[at:at+4])[0]&0x7fffffff)%1000000),end='')";
    let output = Command::new("python3").args(["-c", program, secret, &steps.to_string()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn login(server: &Server, code: Option<&str>) -> http::Answer {
    let body = json!({ "username": "admin", "password": ADMIN_PASSWORD, "code": code });
    http::request(server.address("http"), "POST", "/api/v1/login", &[], Some(&body))
}

#[test]
fn a_second_factor_is_asked_for_once_it_is_on() {
    let (server, api) = closed_server(&options());
    let shown = api.post("/me/second-factor", &json!({}));
    let secret = shown["secret"].as_str().unwrap();
    assert!(shown["url"].as_str().unwrap().contains(secret));
    assert_eq!(login(&server, None).status, 200, "not before it was confirmed");
    let confirm = |password: &str, code: &str| {
        api.send("POST", "/me/second-factor/confirm", Some(&json!({ "password": password, "code": code })))
    };
    assert_eq!(confirm("wrong password", &code(secret, 0)).status, 401);
    assert_eq!(confirm(ADMIN_PASSWORD, "000000").status, 401);
    let first = code(secret, 0);
    assert_eq!(confirm(ADMIN_PASSWORD, &first).status, 204);
    let asked = login(&server, None);
    assert_eq!((asked.status, asked.json()["code"].as_str()), (401, Some("second_factor_required")));
    let used = login(&server, Some(&first));
    assert_eq!((used.status, used.json()["code"].as_str()), (401, Some("second_factor_wrong")), "a code is good once");
    let next = login(&server, Some(&code(secret, 1)));
    assert_eq!(next.status, 200, "{}", next.text());
    assert_eq!(next.json()["user"]["second_factor"], true);
    let shown = api.get("/me").to_string() + &api.get("/users").to_string();
    assert!(!shown.contains(secret), "the secret is shown once");
    let off = api.send("POST", "/me/second-factor/remove", Some(&json!({ "password": ADMIN_PASSWORD })));
    assert_eq!(off.status, 204);
    assert_eq!(login(&server, None).status, 200);
}

#[test]
fn sessions_are_listed_and_ended_from_elsewhere() {
    let (server, api) = closed_server(&options());
    let other = server.sign_in();
    let sessions = api.get("/me/sessions");
    let items = sessions["items"].as_array().unwrap();
    assert!(items.len() >= 2, "{sessions}");
    assert_eq!(items.iter().filter(|session| session["current"] == true).count(), 1);
    let mine = other.get("/me/sessions");
    let current = mine["items"].as_array().unwrap().iter().find(|session| session["current"] == true).unwrap();
    let path = format!("/me/sessions/{}", current["id"].as_str().unwrap());
    assert_eq!(api.send("DELETE", &path, None).status, 204);
    assert_eq!(other.send("GET", "/me", None).status, 401);
    assert_eq!(api.send("DELETE", &path, None).status, 404);
}

#[test]
fn a_key_does_what_it_lists_and_nothing_about_accounts() {
    let (server, api) = closed_server(&options());
    let body = json!({ "name": "monitor", "permissions": ["view:server", "view:stream"], "days": 30 });
    let made = api.post("/me/keys", &body);
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert!(!api.get("/me/keys").to_string().contains(&secret));
    let key = Api::with_token(server.address("http"), &secret);
    key.get("/streams");
    assert!(key.metric("viaduct_process_resident_memory_bytes") > 0);
    for (method, path) in [("GET", "/sources"), ("GET", "/users"), ("GET", "/me/keys"), ("POST", "/me/keys")] {
        assert_eq!(key.send(method, path, None).status, 403, "{method} {path}");
    }
    let path = format!("/me/keys/{}", made["key"]["id"]);
    assert_eq!(api.send("DELETE", &path, None).status, 204);
    assert_eq!(key.send("GET", "/streams", None).status, 401);
    for (field, body) in [
        ("permissions", json!({ "name": "x", "permissions": ["fly:stream"], "days": 1 })),
        ("permissions", json!({ "name": "x", "permissions": [], "days": 1 })),
    ] {
        let refused = api.send("POST", "/me/keys", Some(&body));
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some(field)), "{}", refused.text());
    }
    for days in [0, 733] {
        let body = json!({ "name": "x", "permissions": ["view:stream"], "days": days });
        assert_eq!(api.send("POST", "/me/keys", Some(&body)).status, 400, "{days} days");
    }
}

fn verify(data: &Path) -> (bool, String) {
    let data = data.to_str().unwrap();
    let (ok, said, messages) = process::run(BINARY, ["admin", "--data-dir", data, "verify"], PATIENCE);
    (ok, said + &messages)
}

#[test]
fn the_audit_log_holds_what_was_done_and_shows_tampering() {
    let (server, api) = closed_server(&options());
    api.post("/organisations", &json!({ "name": "east", "parent_id": 1 }));
    api.send("DELETE", "/users/1", None);
    let wrong = json!({ "username": "mallory", "password": "a wrong password" });
    http::request(server.address("http"), "POST", "/api/v1/login", &[], Some(&wrong));
    let log = api.get("/audit");
    let items = log["items"].as_array().unwrap();
    let find = |action: &str| {
        items.iter().find(|entry| entry["action"] == action).unwrap_or_else(|| panic!("{action}: {log}"))
    };
    assert_eq!(
        (&find("POST /organisations")["actor"], &find("POST /organisations")["outcome"]),
        (&json!("admin"), &json!(201))
    );
    assert_eq!(find("DELETE /users/{id}")["outcome"], 409);
    assert_eq!(find("DELETE /users/{id}")["target"], "/users/1");
    assert_eq!((&find("sign in")["actor"], &find("sign in")["outcome"]), (&json!("mallory"), &json!(401)));
    assert_eq!(api.get("/audit?search=MALLORY")["items"].as_array().unwrap().len(), 1);
    assert_eq!(api.get("/audit?from=2099-01-01T00:00:00Z")["items"], Value::Array(vec![]));
    let csv = api.send("GET", "/audit/export.csv?search=organisations", None);
    assert!(csv.text().contains("POST /organisations,/organisations,201"), "{}", csv.text());
    assert_eq!(api.get("/audit/verify")["findings"], Value::Array(vec![]));

    let options = server.options().clone();
    let folder = server.stop();
    let data = folder.path().join("data");
    let (whole, said) = verify(&data);
    assert!(whole && said.contains("whole"), "{said}");
    let kept = std::fs::read(data.join("viaduct.db")).unwrap();
    for (statement, expected) in [
        ("UPDATE audit SET actor = 'eve' WHERE id = 2", "row 2 was changed"),
        ("UPDATE audit SET outcome = 204 WHERE id = 3", "row 3 was changed"),
        ("DELETE FROM audit WHERE id = 2", "rows 2 to 2 are missing"),
        ("DELETE FROM audit WHERE id >= 4", "are missing"),
        (
            "UPDATE audit SET id = 99 WHERE id = 2; UPDATE audit SET id = 2 WHERE id = 3; UPDATE audit SET id = 3 WHERE id = 99",
            "row 2 was changed or moved",
        ),
        ("DELETE FROM audit WHERE id = 2; UPDATE audit SET id = id - 1 WHERE id > 2", "row 2 was changed or moved"),
    ] {
        change_database(&data, statement);
        let (whole, said) = verify(&data);
        assert!(!whole && said.contains(expected), "{statement}: {said}");
        let _gone = std::fs::remove_file(data.join("viaduct.db-wal"));
        let _gone = std::fs::remove_file(data.join("viaduct.db-shm"));
        std::fs::write(data.join("viaduct.db"), &kept).unwrap();
    }
    let server = options.closed().folder(&folder).start();
    server.sign_in();
    assert!(verify(&data).0, "the log goes on after a restart");
}
