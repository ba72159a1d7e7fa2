//! Names that are scripts, formulas, or hard to write.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::process::Process;
use testkit::server::ADMIN_PASSWORD;
use testkit::{Api, Server};

use super::{assert_refused, tell};
use crate::support::options;

const SCRIPT: &str = "<script>window.pwned=1</script>";
const IMAGE: &str = "\"><img src=x onerror=window.pwned=1>";
const HOSTILE: [&str; 12] = [
    SCRIPT,
    IMAGE,
    "{{constructor.constructor('window.pwned=1')()}}",
    "javascript:window.pwned=1",
    "\u{202e}gnp.txt",
    "🚦👨‍👩‍👧收费站",
    "a\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "=HYPERLINK(\"http://x\")",
    "+1+cmd",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "＝1+cmd",
];

/// Things with a name that people choose: the route, the field and the rest of the body.
fn things(channel: &Value) -> Vec<(&'static str, &'static str, Value)> {
    let address = json!({ "address": "k128-300-up" });
    vec![
        ("/organisations", "name", json!({ "parent_id": 1 })),
        ("/roles", "name", json!({ "permissions": ["view:stream"] })),
        ("/devices", "name", json!({ "organisation_id": 1, "driver": "sim", "enabled": false })),
        ("/channels", "name", json!({ "main": address, "enabled": true, "device_id": 1, "tags": ["<b>window.pwned"] })),
        ("/groups", "name", json!({ "organisation_id": 1 })),
        ("/views", "name", json!({ "organisation_id": 1, "layout": "4", "tiles": [{ "channel_id": channel }] })),
        (
            "/patrols",
            "name",
            json!({ "organisation_id": 1, "layout": "4", "dwell_s": 10, "steps": [{ "channel_id": channel }] }),
        ),
        (
            "/snapshot-plans",
            "name",
            json!({ "channels": [channel], "interval_ms": 3_600_000, "form": "jpg", "quality": 80, "keep_days": 7, "enabled": false }),
        ),
        ("/upload-targets", "name", json!({ "kind": "http_put", "url": "http://192.0.2.7/", "enabled": false })),
        ("/me/keys", "name", json!({ "permissions": ["view:stream"], "days": 7 })),
    ]
}

fn with(mut body: Value, field: &str, value: &str) -> Value {
    body[field] = json!(value);
    body
}

/// Makes one thing of each kind of each name; returns how many were taken.
fn christen(api: &Api, channel: &Value) -> usize {
    let mut taken = 0;
    for name in HOSTILE {
        for (path, field, rest) in things(channel) {
            let answer = api.send("POST", path, Some(&with(rest, field, name)));
            if answer.status == 201 || answer.status == 200 {
                let said = answer.json();
                let same = [&said[field], &said["key"][field]].contains(&&json!(name));
                assert!(same, "{path} {name:?}: {said}");
                taken += 1;
            } else {
                assert_refused(&format!("{path} {name:?}"), &answer);
                assert_eq!(answer.json()["field"], field, "{path} {name:?}: {}", answer.text());
            }
        }
    }
    for (number, name) in HOSTILE.iter().enumerate() {
        let user = json!({
            "name": format!("user{number}"), "display_name": name, "organisation_id": 1, "enabled": true,
            "grants": [], "password": "a password for tests",
        });
        assert_eq!(api.post("/users", &user)["display_name"], *name);
        let preset = format!("/channels/{channel}/ptz/presets/{}", number + 1);
        assert_eq!(api.send("PUT", &preset, Some(&json!({ "name": name }))).status, 204, "{name:?}");
    }
    taken
}

/// A server whose things have such names, and one of its cameras.
fn hostile_server() -> (Server, Api, Value) {
    let server = options()
        .set("oidc.issuer", "http://127.0.0.1:9")
        .set("oidc.client_id", "viaduct")
        .set("oidc.name", IMAGE)
        .start();
    let api = server.sign_in();
    let address = json!({ "address": "k128-300-up" });
    api.post(
        "/devices",
        &json!({
            "name": "simulated", "organisation_id": 1, "driver": "sim", "enabled": true,
            "channels": [{ "name": SCRIPT, "main": address, "enabled": true, "ptz": true }],
        }),
    );
    let channel = api.get("/channels")["items"][0]["id"].clone();
    let taken = christen(&api, &channel);
    assert!(taken > 80, "{taken} were taken");
    (server, api, channel)
}

/// Cells that a spreadsheet would run, by Python's reader of CSV.
fn formulas(csv: &[u8]) -> Value {
    let program = "import csv,io,json,sys
text=sys.stdin.buffer.read().decode('utf-8-sig')
def number(cell):
    try: float(cell)
    except ValueError: return False
    return True
cells=[cell for row in csv.reader(io.StringIO(text)) for cell in row]
print(json.dumps([cell for cell in cells if cell[:1] in tuple('=+-@\\t\\r\\n＝＋－＠') and cell and not number(cell)]))";
    let mut python =
        Command::new("python3").args(["-c", program]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    python.stdin.take().unwrap().write_all(csv).unwrap();
    serde_json::from_slice(&python.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn hostile_names_are_kept_as_they_are_and_leave_as_text() {
    let (mut server, api, _) = hostile_server();
    for path in ["/channels/export/csv", "/audit/export.csv"] {
        let exported = api.send("GET", path, None);
        assert_eq!(exported.status, 200, "{}", exported.text());
        assert_eq!(formulas(&exported.body), json!([]), "{path}");
    }
    let workbook = api.send("GET", "/channels/export/xlsx", None);
    let mut unpacked = Command::new("python3")
        .args(["-c", "import io,sys,zipfile\nz=zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))\nprint(sum(z.read(n).count(b'<f>')+z.read(n).count(b'<f ') for n in z.namelist() if 'sheet' in n))"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    unpacked.stdin.take().unwrap().write_all(&workbook.body).unwrap();
    assert_eq!(unpacked.wait_with_output().unwrap().stdout, b"0\n", "formulas in the workbook");
    // What went out comes in as what it was.
    for format in ["csv", "xlsx"] {
        let table = api.send("GET", &format!("/channels/export/{format}"), None).body;
        let headers = format!("Content-Length: {}\r\n", table.len());
        let report = tell(&server, &api, ("POST", "/channels/import?dry_run=true"), &headers, &[&table]).json();
        let total = api.get("/channels")["total"].clone();
        assert_eq!((&report["unchanged"], &report["errors"]), (&total, &json!([])), "{format}: {report}");
    }
    server.assert_well();
}

#[test]
fn nothing_in_a_name_runs_in_the_console() {
    let (mut server, api, channel) = hostile_server();
    let patrol = api.get("/patrols")["items"][0]["id"].clone();
    let url = format!("http://{}", server.address("http"));
    let camera = format!("/cameras/{channel}");
    let log = format!("/patrols/{patrol}/log");
    let pages = [
        "/",
        "/wall",
        "/cameras",
        &camera,
        "/cameras/groups",
        "/patrols",
        &log,
        "/devices",
        "/streams",
        "/snapshots",
        "/snapshots/plans",
        "/snapshots/targets",
        "/people",
        "/people/roles",
        "/audit",
        "/server/settings",
        "/account",
    ];
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../web");
    let mut command = Command::new("node");
    command.current_dir(web).args(["tests/hostile.js", &url, "admin", ADMIN_PASSWORD]).args(pages);
    let output = Process::run(command, usize::MAX).output(Duration::from_secs(240));
    let seen: Value =
        serde_json::from_slice(&output).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output)));
    assert_eq!((&seen["ran"], &seen["faults"]), (&json!([]), &json!([])), "{seen}");
    assert!(seen["shown"].as_u64().is_some_and(|shown| shown >= 8), "the names are on the pages: {seen}");
    server.assert_well();
}
