//! Many at once, a database that another program holds, and a server that is killed in the middle.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::flv::FlvViewer;
use testkit::{Api, PATIENCE, Server, process};

use super::assert_refused;
use crate::support::{BINARY, options, publish};

/// Who changes one thing at once.
const CLIENTS: usize = 50;
/// How long another program holds the database: longer than the server waits for it.
const HELD: Duration = Duration::from_secs(20);
/// Rows of the table in whose import the server is killed.
const ROWS: usize = 5000;

/// The things that people change, with the body of a change that says who made it.
struct Contested {
    path: String,
    method: &'static str,
    body: Box<dyn Fn(usize) -> Value + Sync>,
}

fn contested(api: &Api) -> Vec<Contested> {
    let id = |path: &str, body: Value| api.post(path, &body)["id"].clone();
    let organisation = id("/organisations", json!({ "name": "east", "parent_id": 1 }));
    let view = |name: &str| json!({ "name": name, "layout": "4", "tiles": [] });
    let patrol = |name: &str| json!({ "name": name, "layout": "4", "dwell_s": 10, "steps": [{ "channel_id": 1 }] });
    let role = |name: &str| json!({ "name": name, "permissions": ["view:stream"] });
    let group = |name: &str| json!({ "name": name, "organisation_id": organisation });
    let device = |name: &str| json!({ "name": name, "organisation_id": 1, "driver": "push", "enabled": true });
    let user = |display: &str| json!({ "name": "guest", "display_name": display, "organisation_id": 1, "enabled": true, "grants": [] });
    let mut first_user = user("none");
    first_user["password"] = json!("a password for tests");
    let named = |client: usize| format!("client {client}");
    let one = |path: String, body: Box<dyn Fn(usize) -> Value + Sync>| Contested { path, method: "PUT", body };
    let east = organisation.clone();
    vec![
        one(
            format!("/devices/{}", id("/devices", device("d"))),
            Box::new(
                move |client| json!({ "name": named(client), "organisation_id": 1, "driver": "push", "enabled": true }),
            ),
        ),
        one(
            format!("/views/{}", id("/views", view("v"))),
            Box::new(move |client| json!({ "name": named(client), "layout": "4", "tiles": [] })),
        ),
        one(
            format!("/patrols/{}", id("/patrols", patrol("p"))),
            Box::new(
                move |client| json!({ "name": named(client), "layout": "4", "dwell_s": 10, "steps": [{ "channel_id": 1 }] }),
            ),
        ),
        one(
            format!("/roles/{}", id("/roles", role("r"))),
            Box::new(move |client| json!({ "name": named(client), "permissions": ["view:stream"] })),
        ),
        one(format!("/groups/{}", id("/groups", group("g"))), Box::new(move |client| json!({ "name": named(client) }))),
        one(
            format!("/users/{}", id("/users", first_user)),
            Box::new(
                move |client| json!({ "name": "guest", "display_name": named(client), "organisation_id": 1, "enabled": true, "grants": [{ "built_in": "viewer", "organisation_id": 1 }] }),
            ),
        ),
        one(format!("/organisations/{east}"), Box::new(move |client| json!({ "name": named(client), "parent_id": 1 }))),
    ]
}

#[test]
fn of_many_changes_to_one_version_exactly_one_wins() {
    let mut server = options().set("log.level", "warn").start();
    let api = server.sign_in();
    let device = json!({ "name": "sim", "organisation_id": 1, "driver": "sim", "enabled": true,
        "channels": [{ "name": "K1", "main": { "address": "k128-300-up" }, "enabled": true }] });
    api.post("/devices", &device);
    for thing in contested(&api) {
        let outcomes: Vec<(usize, u16)> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..CLIENTS)
                .map(|client| {
                    let (api, thing) = (&api, &thing);
                    scope.spawn(move || {
                        let body = (thing.body)(client);
                        let answer = api.send_with(thing.method, &thing.path, &[("If-Match", "\"1\"")], Some(&body));
                        if answer.status != 200 {
                            assert_refused(&thing.path, &answer);
                        }
                        (client, answer.status)
                    })
                })
                .collect();
            all.into_iter().map(|each| each.join().unwrap()).collect()
        });
        let winners: Vec<usize> =
            outcomes.iter().filter(|(_, status)| *status == 200).map(|(client, _)| *client).collect();
        assert_eq!(winners.len(), 1, "{}: {outcomes:?}", thing.path);
        assert!(outcomes.iter().all(|(_, status)| matches!(status, 200 | 409)), "{}: {outcomes:?}", thing.path);
        let list = thing.path.rsplit_once('/').unwrap().0;
        assert!(api.get(list).to_string().contains(&format!("\"client {}\"", winners[0])), "{}", thing.path);
    }
    settings_have_one_winner(&api);
    assert_eq!(api.get("/audit/verify")["findings"], json!([]));
    server.assert_well();
    assert_verified(&server.stop().path().join("data"));
}

fn settings_have_one_winner(api: &Api) {
    let version = format!("\"{}\"", api.get("/config")["version"]);
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let change = |client: usize| {
            let body = json!({ "snapshots.keep_days": client + 1 });
            api.send_with("PATCH", "/config", &[("If-Match", &version)], Some(&body)).status
        };
        let all: Vec<_> = (0..CLIENTS).map(|client| scope.spawn(move || change(client))).collect();
        all.into_iter().map(|each| each.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 409)), "{statuses:?}");
}

fn assert_verified(data: &std::path::Path) {
    let (ok, said, messages) =
        process::run(BINARY, ["admin", "--data-dir", data.to_str().unwrap(), "verify"], PATIENCE);
    assert!(ok, "{said}{messages}");
}

/// Another program that has the database for itself until it is ended.
struct Holder(Child);

impl Holder {
    fn take(server: &Server) -> Self {
        let program = "import sqlite3,sys,time
d=sqlite3.connect(sys.argv[1],isolation_level=None,timeout=20)
d.execute('BEGIN EXCLUSIVE')
print('held',flush=True)
time.sleep(60)";
        let mut child = Command::new("python3")
            .args(["-c", program])
            .arg(server.data().join("viaduct.db"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "held\n");
        Self(child)
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn names(api: &Api, path: &str) -> BTreeSet<String> {
    api.get(path)["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn while_another_program_holds_the_database_pictures_go_on_and_nothing_said_to_be_kept_is_lost() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let holder = Holder::take(&server);
    let until = Instant::now() + HELD;
    let clients: Vec<_> = (0..6)
        .map(|client| {
            let api = api.clone();
            std::thread::spawn(move || {
                let mut kept = BTreeMap::new();
                for number in 0.. {
                    if Instant::now() > until {
                        break;
                    }
                    let name = format!("group {client} {number}");
                    let answer = api.send("POST", "/groups", Some(&json!({ "name": name, "organisation_id": 1 })));
                    assert!(matches!(answer.status, 201 | 503), "{}", answer.text());
                    // Nobody waits for the database on behalf of all who came before.
                    assert!(number > 0 || answer.status == 503, "client {client} was not answered meanwhile");
                    if answer.status == 503 {
                        assert!(answer.json()["detail"].as_str().unwrap().contains("database"), "{}", answer.text());
                    }
                    kept.insert(name, answer.status);
                }
                kept
            })
        })
        .collect();
    let mut seen = 0;
    while Instant::now() < until {
        seen += viewer.pictures(Duration::from_secs(2)).len();
        assert_eq!(api.stream("road/k1").unwrap()["state"], "live");
    }
    drop(holder);
    assert!(seen > 20 * 10, "{seen} pictures");
    let outcomes: BTreeMap<_, _> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    let refused = outcomes.values().filter(|status| **status == 503).count();
    assert!(refused > 0, "it was held: {outcomes:?}");
    api.post("/groups", &json!({ "name": "after", "organisation_id": 1 }));
    let there = names(&api, "/groups");
    for (name, status) in &outcomes {
        assert!(*status != 201 || there.contains(name), "{name} was acknowledged and is lost");
    }
    assert_eq!(api.get("/audit/verify")["findings"], json!([]));
    server.assert_well();
    let restarted = options().folder(&server.stop()).start();
    assert_eq!(names(&restarted.sign_in(), "/groups"), there, "the server knew what was stored");
}

fn table() -> Vec<u8> {
    let rows: String = (0..ROWS).map(|row| format!("camera {row},encoders,live/cam{row}\r\n")).collect();
    format!("name,device,main_stream\r\n{rows}").into_bytes()
}

/// Kills the server some time after something was begun, and starts it again on the same data.
fn killed(
    server: Server,
    after: Duration,
    deed: impl FnOnce(Api, Arc<AtomicBool>, Arc<AtomicUsize>) + Send + 'static,
) -> (Server, usize) {
    let (api, over, done) = (server.sign_in(), Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let (stop, count) = (Arc::clone(&over), Arc::clone(&done));
    // Its client hears nothing any more, which the client of tests takes for a failure.
    let busy =
        std::thread::spawn(move || std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| deed(api, stop, count))));
    testkit::pause(after);
    server.signal("KILL");
    over.store(true, Ordering::Relaxed);
    let _broken_off = busy.join();
    let folder = Arc::clone(server.folder());
    drop(server);
    assert_verified(&folder.path().join("data"));
    (options().folder(&folder).start(), done.load(Ordering::Relaxed))
}

#[test]
fn a_server_that_is_killed_in_the_middle_has_all_of_a_change_or_nothing() {
    let mut server = options().set("log.level", "warn").start();
    server
        .sign_in()
        .post("/devices", &json!({ "name": "encoders", "organisation_id": 1, "driver": "push", "enabled": true }));
    for after_ms in [60, 250, 700] {
        let address = server.address("http");
        let (next, _) = killed(server, Duration::from_millis(after_ms), move |api, _, _| {
            let table = table();
            let head = format!(
                "POST /api/v1/channels/import HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\nContent-Length: {}\r\n\r\n",
                api.token(),
                table.len()
            );
            testkit::http::exchange(address, &[head.as_bytes(), &table].concat(), PATIENCE);
        });
        server = next;
        let total = server.sign_in().get("/channels")["total"].as_u64().unwrap();
        assert!(total == 0 || total == ROWS as u64, "{total} channels after {after_ms} ms");
    }
    let (next, acknowledged) = killed(server, Duration::from_secs(1), |api, over, done| {
        for days in 1..10_000 {
            let version = format!("\"{}\"", api.get("/config")["version"]);
            let answer = api.send_with(
                "PATCH",
                "/config",
                &[("If-Match", &version)],
                Some(&json!({ "snapshots.keep_days": days % 300 + 1 })),
            );
            assert!(answer.status == 200 && !over.load(Ordering::Relaxed));
            done.store(days % 300 + 1, Ordering::Relaxed);
        }
    });
    let all = next.sign_in().get("/config")["values"].clone();
    let kept =
        all.as_array().unwrap().iter().find(|value| value["key"] == "snapshots.keep_days").unwrap()["value"].clone();
    let kept = usize::try_from(kept.as_u64().unwrap()).unwrap();
    assert!(
        kept == acknowledged || kept == acknowledged % 300 + 1,
        "{kept} days are kept, {acknowledged} were acknowledged"
    );
    let (mut next, acknowledged) = killed(next, Duration::from_secs(1), |api, over, done| {
        for number in 1..10_000 {
            api.post("/groups", &json!({ "name": format!("group {number}"), "organisation_id": 1 }));
            assert!(!over.load(Ordering::Relaxed));
            done.store(number, Ordering::Relaxed);
        }
    });
    let groups = names(&next.sign_in(), "/groups").len();
    assert!(groups == acknowledged || groups == acknowledged + 1, "{groups} groups, {acknowledged} acknowledged");
    next.assert_well();
}
