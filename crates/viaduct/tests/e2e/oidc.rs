//! Signing in through OpenID providers: the certified `oidc-provider` with people in Chromium, and one of our own that answers wrongly.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use testkit::http::{self, Answer};
use testkit::process::Process;
use testkit::{Api, Server, ServerOptions};

use crate::support::{closed_server, options};

const SECRET: &str = "a secret of the tests";

/// A provider in a process of its own; it ends when its standard input is closed.
struct Provider {
    child: Child,
    input: Option<ChildStdin>,
    lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
    address: String,
}

impl Provider {
    fn start(script: &str, arguments: &[&Path]) -> Self {
        let mut command = node();
        command.arg(script).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("node is needed for this test");
        let input = child.stdin.take();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let address = lines.next().expect("npm ci in web/ brings what it needs").unwrap();
        Self { child, input, lines, address }
    }

    /// Tells it where it may send people back to.
    fn open_for(&mut self, server: &Server) {
        let callback = format!("http://{}/api/v1/login/oidc/callback\n", server.address("http"));
        self.input.as_mut().unwrap().write_all(callback.as_bytes()).unwrap();
        assert_eq!(self.lines.next().unwrap().unwrap(), "ready");
    }

    fn stop(&mut self) {
        self.input = None;
        self.child.wait().unwrap();
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn node() -> Command {
    let mut command = Command::new("node");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web"));
    command
}

fn with_provider(issuer: &str) -> ServerOptions {
    options()
        .set("oidc.issuer", issuer)
        .set("oidc.client_id", "viaduct")
        .set("oidc.client_secret", SECRET)
        .set("oidc.name", "省厅统一身份认证")
        .set("oidc.scopes", "openid,profile,groups")
        .set("oidc.roles_claim", "groups")
        .set("oidc.role_map", "ops=operator@1,audit=auditor@1")
}

/// What people have who signed in one after the other.
fn in_chromium(server: &Server, logins: &[&str]) -> Vec<Value> {
    let mut command = node();
    command.arg("tests/provider-sign-in.js").arg(format!("http://{}", server.address("http"))).args(logins);
    let output = Process::run(command, usize::MAX).output(Duration::from_secs(180));
    let seen = serde_json::from_slice::<Value>(&output);
    let seen = seen.unwrap_or_else(|_| panic!("{}\n{}", String::from_utf8_lossy(&output), server.log()));
    seen.as_array().unwrap().clone()
}

fn user_of(admin: &Api, name: &str) -> Value {
    let users = admin.get("/users");
    users["items"].as_array().unwrap().iter().find(|user| user["name"] == name).cloned().unwrap_or_default()
}

#[test]
fn people_of_a_certified_provider_sign_in_with_the_rights_of_their_groups() {
    let mut provider = Provider::start("tests/openid-provider.js", &[]);
    let (mut server, admin) = closed_server(&with_provider(&provider.address));
    provider.open_for(&server);
    let seen = in_chromium(&server, &["li.na@ops", "li.na@ops", "stranger@others", "admin@ops"]);
    assert_eq!(
        (&seen[0]["name"], &seen[0]["path"], &seen[0]["hash"]),
        (&json!("li.na"), &json!("/account"), &json!(""))
    );
    assert_eq!(seen[0]["factor"], 1, "no password to change here: {}", seen[0]);
    assert_eq!(seen[1]["name"], "li.na", "{}", seen[1]);
    let faults: Vec<_> = seen.iter().filter(|each| each["faults"] != json!([])).collect();
    assert!(faults.is_empty(), "{faults:?}");
    for (refused, expected) in [(&seen[2], "没有对应本系统的任何权限"), (&seen[3], "已有名为 admin 的其他用户")]
    {
        let text = refused["refusal"].as_str().unwrap_or_default();
        assert!(refused["name"].is_null() && text.contains(expected) && refused["path"] == "/login", "{refused}");
    }
    let user = user_of(&admin, "li.na");
    assert_eq!(user["provider"]["subject"], "li.na@ops", "{user}");
    assert_eq!(user["grants"], json!([{ "built_in": "operator", "organisation_id": 1, "mapped": true }]), "{user}");
    let sessions = admin.get(&format!("/users/{}/sessions", user["id"]));
    assert_eq!(sessions["items"].as_array().unwrap().len(), 2, "they are listed as others are");
    let log = admin.get("/audit?search=sign%20in")["items"].to_string();
    assert!(log.contains("li.na") && log.contains("stranger@others") && log.contains("admin@ops"), "{log}");

    let password = json!({ "username": "li.na", "password": "" });
    let refused = http::request(server.address("http"), "POST", "/api/v1/login", &[], Some(&password));
    assert_eq!((refused.status, refused.json()["code"].as_str()), (401, Some("unauthorized")), "no password opens it");
    let set = admin.send(
        "POST",
        &format!("/users/{}/password", user["id"]),
        Some(&json!({ "password": "long enough for it" })),
    );
    assert_eq!(set.status, 409, "{}", set.text());

    let disabled = json!({ "name": "li.na", "organisation_id": 1, "enabled": false, "grants": [] });
    let tag = format!("\"{}\"", user["version"]);
    let changed = admin.send_with("PUT", &format!("/users/{}", user["id"]), &[("If-Match", &tag)], Some(&disabled));
    assert_eq!(changed.status, 200, "{}", changed.text());
    let refused = in_chromium(&server, &["li.na@ops"]);
    assert!(refused[0]["refusal"].as_str().unwrap_or_default().contains("已停用"), "{}", refused[0]);

    provider.stop();
    // What was known of it is forgotten.
    admin.post("/config/reload", &json!({}));
    let gone = in_chromium(&server, &["-"]);
    let text = gone[0]["refusal"].as_str().unwrap_or_default();
    assert!(gone[0]["name"].is_null() && text.contains("认证平台没有响应：连接被拒绝"), "{}", gone[0]);
    assert!(!server.log().contains(SECRET), "the secret is in the log");
    server.assert_well();
}

/// A browser without pictures: follows redirects of the server by hand.
struct Window<'a> {
    server: &'a Server,
    cookie: Option<String>,
}

fn head_of(answer: &Answer, name: &str) -> Option<String> {
    let lines = answer.head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
}

impl<'a> Window<'a> {
    fn open(server: &'a Server) -> Self {
        Self { server, cookie: None }
    }

    fn ask(&mut self, method: &str, target: &str, body: Option<&Value>) -> Answer {
        let cookie = self.cookie.clone().unwrap_or_default();
        let headers = [("Cookie", cookie.as_str()), ("Accept-Language", "en")];
        let answer = http::request(self.server.address("http"), method, target, &headers, body);
        if let Some(set) = head_of(&answer, "set-cookie") {
            assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "{set}");
            self.cookie = Some(set.split(';').next().unwrap().to_owned());
        }
        answer
    }

    /// Goes to the provider; what it is asked, or why one does not get there.
    fn leave(&mut self) -> Result<Vec<(String, String)>, String> {
        let answer = self.ask("GET", "/api/v1/login/oidc", None);
        let to = head_of(&answer, "location").unwrap();
        match to.split_once('#') {
            Some(_) => Err(self.redeem(&to).text()),
            None => Ok(url::Url::parse(&to).unwrap().query_pairs().into_owned().collect()),
        }
    }

    /// Comes back with a state and a code.
    fn come_back(&mut self, state: &str, code: &str) -> Answer {
        let target = format!("/api/v1/login/oidc/callback?state={state}&code={code}");
        let answer = self.ask("GET", &target, None);
        assert_eq!(answer.status, 303, "{}", answer.text());
        let to = head_of(&answer, "location").unwrap();
        self.redeem(&to)
    }

    fn redeem(&mut self, to: &str) -> Answer {
        let code = to.strip_prefix("/login#sign-in=").unwrap_or_else(|| panic!("{to}"));
        self.ask("POST", "/api/v1/login/oidc/token", Some(&json!({ "code": code })))
    }

    /// A whole sign-in whose token is wrong in some way.
    fn sign_in(&mut self, fault: &str) -> Answer {
        let asked = self.leave().unwrap();
        let of = |name: &str| asked.iter().find(|(key, _)| key == name).unwrap().1.clone();
        let code = URL_SAFE_NO_PAD.encode(json!({ "fault": fault, "nonce": of("nonce") }).to_string());
        self.come_back(&of("state"), &code)
    }
}

/// A provider of our own with a certificate, and a server that trusts it; the file of its configuration is changed by the tests.
struct Forgery {
    folder: tempfile::TempDir,
    provider: Provider,
}

impl Forgery {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
        let (certificate, key) = (folder.path().join("ca.pem"), folder.path().join("key.pem"));
        std::fs::write(&certificate, made.cert.pem()).unwrap();
        std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        let provider = Provider::start("tests/forging-provider.js", &[&certificate, &key]);
        let forgery = Self { folder, provider };
        forgery.configure("right", true);
        forgery
    }

    fn configure(&self, mode: &str, trusted: bool) {
        let ca = if trusted { format!("ca_file = {:?}\n", self.folder.path().join("ca.pem")) } else { String::new() };
        let text = format!("[oidc]\nissuer = \"{}/{mode}\"\n{ca}", self.provider.address);
        std::fs::write(self.folder.path().join("viaduct.toml"), text).unwrap();
    }

    fn server(&self) -> (Server, Api) {
        let options = with_provider("").unset("oidc.issuer").config(&self.folder.path().join("viaduct.toml"));
        closed_server(&options)
    }
}

#[test]
fn tokens_that_are_forged_or_of_others_sign_nobody_in() {
    let forgery = Forgery::start();
    let (mut server, admin) = forgery.server();
    for (fault, status, expected) in [
        ("key", 403, "signature is not the provider's"),
        ("none", 403, "not signed in a way"),
        ("symmetric", 403, "not signed in a way"),
        ("issuer", 403, "of another provider"),
        ("audience", 403, "made for another program"),
        ("party", 403, "made for another program"),
        ("nonce", 403, "belongs to another sign-in"),
        ("expired", 403, "has expired"),
        ("future", 403, "not valid yet"),
        ("admin", 403, "Another user here is called admin already"),
        ("groups", 403, "None of your groups"),
        ("client", 503, "oidc.client_secret"),
        ("grant", 403, "invalid_grant"),
        ("html", 503, "it answers 502"),
    ] {
        let answer = Window::open(&server).sign_in(fault);
        let text = answer.text();
        assert!(answer.status == status && text.contains(expected), "{fault}: {} {text}", answer.status);
    }
    assert_eq!(admin.get("/users")["items"].as_array().unwrap().len(), 1, "nobody was made");
    let signed_in = Window::open(&server).sign_in("skewed");
    assert_eq!(signed_in.status, 200, "clocks may differ by a minute: {}", signed_in.text());
    assert_eq!(signed_in.json()["user"]["name"], "mallory");
    server.assert_well();
}

#[test]
fn a_sign_in_is_good_once_in_its_own_browser() {
    let forgery = Forgery::start();
    let (server, _admin) = forgery.server();
    let mut window = Window::open(&server);
    let asked = window.leave().unwrap();
    let of = |name: &str| asked.iter().find(|(key, _)| key == name).unwrap().1.clone();
    let code = URL_SAFE_NO_PAD.encode(json!({ "nonce": of("nonce") }).to_string());
    for (what, mut other, state) in [
        ("forged", Window { server: &server, cookie: window.cookie.clone() }, "made-up".to_owned()),
        ("without", Window { server: &server, cookie: window.cookie.clone() }, String::new()),
    ] {
        let refused = other.come_back(&state, &code);
        assert!(refused.status == 400 && refused.text().contains("Begin again"), "{what}: {}", refused.text());
    }
    let first = window.come_back(&of("state"), &code);
    assert_eq!(first.status, 200, "{}", first.text());
    let mut again = Window { server: &server, cookie: window.cookie.clone() };
    assert_eq!(again.come_back(&of("state"), &code).status, 400, "replayed");

    let mut victim = Window::open(&server);
    victim.leave().unwrap();
    let mut attacker = Window::open(&server);
    let asked = attacker.leave().unwrap();
    let state = asked.iter().find(|(key, _)| key == "state").unwrap().1.clone();
    assert_eq!(victim.come_back(&state, &code).status, 400, "nobody is signed in as somebody else unawares");
}

#[test]
fn a_provider_whose_configuration_is_wrong_is_not_followed() {
    let forgery = Forgery::start();
    let (mut server, admin) = forgery.server();
    for (mode, trusted, expected) in [
        ("redirect", true, "redirects are not followed"),
        ("named", true, "calls itself"),
        ("plain", true, "is no https address"),
        ("huge", true, "more than 262144 bytes"),
        ("right", false, "certificate is not trusted"),
    ] {
        forgery.configure(mode, trusted);
        admin.post("/config/reload", &json!({}));
        let refused = Window::open(&server).leave().unwrap_err();
        assert!(refused.contains(expected), "{mode}: {refused}");
    }
    forgery.configure("inside", true);
    admin.post("/config/reload", &json!({}));
    let refused = Window::open(&server).sign_in("right").text();
    assert!(refused.contains("169.254.169.254, an address that must not be asked"), "{refused}");
    forgery.configure("right", true);
    admin.post("/config/reload", &json!({}));
    let options = http::request(server.address("http"), "GET", "/api/v1/login/options", &[], None);
    assert_eq!(options.json(), json!({ "provider": { "name": "省厅统一身份认证" } }));
    std::fs::write(forgery.folder.path().join("viaduct.toml"), "").unwrap();
    admin.post("/config/reload", &json!({}));
    let options = http::request(server.address("http"), "GET", "/api/v1/login/options", &[], None);
    assert_eq!(options.json(), json!({ "provider": null }), "off without a restart");
    assert!(Window::open(&server).leave().unwrap_err().contains("not set up here"));
    server.assert_well();
}

#[test]
fn a_user_is_linked_and_unlinked_by_an_administrator_only() {
    let forgery = Forgery::start();
    let (server, admin) = forgery.server();
    let grants = json!([{ "built_in": "viewer", "organisation_id": 1 }]);
    let olga = json!({ "name": "olga", "organisation_id": 1, "enabled": true, "grants": grants, "password": "a password for tests" });
    let id = admin.post("/users", &olga)["id"].clone();
    let own = Api::sign_in(server.address("http"), "olga", "a password for tests");
    let path = format!("/users/{id}/provider");
    let link = json!({ "subject": "forged-1" });
    assert_eq!(own.send("PUT", &path, Some(&link)).status, 403);
    for subject in ["", " ", "a\nb", &"x".repeat(256)] {
        let refused = admin.send("PUT", &path, Some(&json!({ "subject": subject })));
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("subject")), "{}", refused.text());
    }
    assert_eq!(admin.send("DELETE", &path, None).status, 409, "not linked yet");
    assert_eq!(admin.send("PUT", &path, Some(&link)).status, 204);
    assert_eq!(own.send("GET", "/me", None).status, 401, "sessions end");
    let password = json!({ "username": "olga", "password": "a password for tests" });
    let refused = http::request(server.address("http"), "POST", "/api/v1/login", &[], Some(&password));
    assert_eq!(refused.status, 401, "only the provider signs in");
    assert_eq!(admin.send("PUT", "/users/1/provider", Some(&link)).status, 409, "one account is one user");
    let signed_in = Window::open(&server).sign_in("right");
    assert_eq!(
        (signed_in.json()["user"]["id"].clone(), signed_in.json()["user"]["provider"].clone()),
        (id, json!(true))
    );
    assert_eq!(
        user_of(&admin, "olga")["grants"].as_array().unwrap().len(),
        2,
        "what was given, and what the group gives"
    );
    assert_eq!(admin.send("DELETE", &path, None).status, 204);
    assert_eq!(
        user_of(&admin, "olga")["grants"],
        json!([{ "built_in": "viewer", "organisation_id": 1, "mapped": false }])
    );
    let token = signed_in.json()["token"].as_str().unwrap().to_owned();
    assert_eq!(Api::with_token(server.address("http"), &token).send("GET", "/me", None).status, 401);
    let log = admin.get("/audit?search=provider")["items"].to_string();
    assert!(log.contains("PUT /users/{id}/provider") && log.contains("DELETE /users/{id}/provider"), "{log}");
}

#[test]
fn nobody_comes_in_through_a_provider_before_the_first_run() {
    let forgery = Forgery::start();
    let options = with_provider("").unset("oidc.issuer").config(&forgery.folder.path().join("viaduct.toml"));
    let server = options.closed().start();
    let refused = Window::open(&server).leave().unwrap_err();
    assert!(refused.contains("Set the administrator's password first"), "{refused}");
}

#[test]
fn people_come_back_to_the_address_that_they_used_or_that_a_trusted_proxy_names() {
    let forgery = Forgery::start();
    let (server, _admin) = forgery.server();
    let sent_to = |server: &Server, headers: &[(&str, &str)]| {
        let answer = http::request(server.address("http"), "GET", "/api/v1/login/oidc", headers, None);
        let to = url::Url::parse(&head_of(&answer, "location").unwrap()).unwrap();
        let back = to.query_pairs().find(|(name, _)| name == "redirect_uri").unwrap().1.into_owned();
        (back, head_of(&answer, "set-cookie").unwrap().contains("; Secure"))
    };
    let forwarded = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "video.example")];
    let used = format!("http://{}/api/v1/login/oidc/callback", server.address("http"));
    assert_eq!(sent_to(&server, &[]), (used.clone(), false));
    assert_eq!(sent_to(&server, &forwarded), (used, false), "only proxies that are trusted are believed");
    let options = with_provider("").unset("oidc.issuer").config(&forgery.folder.path().join("viaduct.toml"));
    let (behind, _admin) = closed_server(&options.set("server.trusted_proxies", "127.0.0.1"));
    let callback = "https://video.example/api/v1/login/oidc/callback".to_owned();
    assert_eq!(sent_to(&behind, &forwarded), (callback, true));
}
