//! Every route with people of every kind: what the table in the documents says is what the server does.

use serde_json::{Value, json};
use testkit::http::Answer;
use testkit::{Api, Server, http};

use crate::groups::is_of_cameras;
use crate::support::closed_server;
use crate::support::options;

const TABLE: &str = include_str!("../../../../docs/reference/rights.md");
const PASSWORD: &str = "a password for tests";

/// What each role permits, written down apart from the program.
const VIEWER: &[&str] = &[
    "view:stream",
    "play:stream",
    "view:channel",
    "view:group",
    "view:view",
    "view:patrol",
    "view:snapshot",
    "view:organisation",
];
pub(crate) const OPERATOR: &[&str] = &[
    "view:stream",
    "play:stream",
    "operate:stream",
    "view:ptz",
    "operate:ptz",
    "view:talk",
    "operate:talk",
    "view:source",
    "operate:source",
    "view:device",
    "view:channel",
    "view:group",
    "view:view",
    "operate:view",
    "view:patrol",
    "operate:patrol",
    "view:snapshot",
    "operate:snapshot",
    "view:token",
    "operate:token",
    "view:traffic",
    "view:organisation",
    "view:server",
];
const AUDITOR: &[&str] =
    &["view:audit", "operate:audit", "view:traffic", "view:organisation", "view:user", "view:role"];

/// The root has east and west, east has gate.
struct Office {
    server: Server,
    admin: Api,
    east: i64,
    west: i64,
    gate: i64,
}

impl Office {
    fn open() -> Self {
        let (server, admin) = closed_server(&options());
        let add = |parent: i64, name: &str| {
            let body = json!({ "name": name, "parent_id": parent });
            admin.post("/organisations", &body)["id"].as_i64().unwrap()
        };
        let (east, west) = (add(1, "east"), add(1, "west"));
        let gate = add(east, "gate");
        Self { server, admin, east, west, gate }
    }

    fn hire(&self, name: &str, organisation: i64, role: &str, at: i64) -> (i64, Api) {
        let grants = json!([{ "built_in": role, "organisation_id": at }]);
        let body = json!({
            "name": name, "organisation_id": organisation, "enabled": true, "grants": grants, "password": PASSWORD,
        });
        let id = self.admin.post("/users", &body)["id"].as_i64().unwrap();
        (id, Api::sign_in(self.server.address("http"), name, PASSWORD))
    }

    /// Operates the cameras of a group.
    fn hire_for_group(&self, name: &str, group: &Value) -> Api {
        let grants = json!([{ "built_in": "operator", "group_id": group }]);
        let body = json!({
            "name": name, "organisation_id": self.gate, "enabled": true, "grants": grants, "password": PASSWORD,
        });
        self.admin.post("/users", &body);
        Api::sign_in(self.server.address("http"), name, PASSWORD)
    }
}

/// One row of the table.
pub(crate) struct Route {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    pub(crate) need: &'static str,
}

pub(crate) fn routes() -> Vec<Route> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    rows.map(|row| {
        let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
        Route { method: cells[0], path: cells[1].trim_matches('`'), need: cells[2] }
    })
    .collect()
}

/// A request that reaches the handler and does no harm there: things are unknown, bodies are empty.
fn harmless(api: &Api, route: &Route) -> Answer {
    let path: String = route
        .path
        .split('/')
        .map(|part| match part {
            "{app}" | "{name}" => "unknown",
            _ if part.starts_with('{') => "999999",
            other => other,
        })
        .collect::<Vec<_>>()
        .join("/");
    let body = json!({});
    api.send(route.method, &path, (route.method != "GET" && route.method != "DELETE").then_some(&body))
}

#[test]
fn every_route_asks_for_what_the_table_says() {
    let office = Office::open();
    let root = 1;
    // Administrators of a part have rights somewhere, but none at the root.
    let people: Vec<(&str, Api, &[&str], bool)> = vec![
        ("viewer", office.hire("viewer", root, "viewer", root).1, VIEWER, true),
        ("operator", office.hire("operator", root, "operator", root).1, OPERATOR, true),
        ("auditor", office.hire("auditor", root, "auditor", root).1, AUDITOR, true),
        ("viewer of east", office.hire("east-viewer", office.east, "viewer", office.east).1, VIEWER, false),
        ("operator of gate", office.hire("gate-operator", office.gate, "operator", office.gate).1, OPERATOR, false),
    ];
    let chief = office.hire("chief", office.east, "administrator", office.east).1;
    let group = office.admin.post("/groups", &json!({ "name": "tunnels", "organisation_id": office.east }));
    let night = office.hire_for_group("night", &group["id"]);
    let mut tried = 0;
    for route in routes() {
        let name = format!("{} {}", route.method, route.path);
        let anonymous = http::request(
            office.server.address("http"),
            route.method,
            &format!("/api/v1{}", route.path.replace(['{', '}'], "")),
            &[("Authorization", "Bearer made-up")],
            None,
        );
        let open = route.need == "nothing";
        assert_eq!(anonymous.status == 401, !open, "{name} by nobody: {}", anonymous.status);
        if open || route.path == "/logout" {
            continue;
        }
        assert!(!matches!(harmless(&office.admin, &route).status, 401 | 403), "{name} by the administrator");
        let (permission, place) = route.need.split_once(' ').unwrap_or((route.need, ""));
        let known = route.need.starts_with("signed in");
        for (who, api, permissions, everywhere) in &people {
            let expected = known || permissions.contains(&permission) && (*everywhere || place != "at the root");
            let status = harmless(api, &route).status;
            assert_eq!(status != 403, expected, "{name} by the {who}: {status}");
            tried += 1;
        }
        let status = harmless(&chief, &route).status;
        assert_eq!(status != 403, known || place != "at the root", "{name} by the chief of east: {status}");
        let expected = known || OPERATOR.contains(&permission) && place != "at the root" && is_of_cameras(permission);
        let status = harmless(&night, &route).status;
        assert_eq!(status != 403, expected, "{name} by the operator of a group: {status}");
        tried += 2;
    }
    assert!(tried > 400, "only {tried} tried");
}

/// Status of each request about a user.
fn about(api: &Api, user: i64) -> Vec<(&'static str, u16)> {
    let change = json!({ "name": "x", "organisation_id": 1, "enabled": true, "grants": [] });
    let path = format!("/users/{user}");
    let put = |path: &str| http_put(api, path, &change).status;
    vec![
        ("look", api.send("GET", &path, None).status),
        ("change", put(&path)),
        ("password", api.send("POST", &format!("{path}/password"), Some(&json!({ "password": "short" }))).status),
        ("second factor", api.send("DELETE", &format!("{path}/second-factor"), None).status),
        ("sessions", api.send("GET", &format!("{path}/sessions"), None).status),
        ("end a session", api.send("DELETE", &format!("{path}/sessions/none"), None).status),
    ]
}

fn http_put(api: &Api, path: &str, body: &Value) -> Answer {
    api.send_with("PUT", path, &[("If-Match", "\"99\"")], Some(body))
}

#[test]
fn users_of_others_are_unknown_and_those_above_are_out_of_reach() {
    let office = Office::open();
    let (_, chief) = office.hire("chief", office.east, "administrator", office.east);
    let (guard, guard_api) = office.hire("guard", office.gate, "viewer", office.gate);
    let (sibling, _) = office.hire("sibling", office.west, "viewer", office.west);
    let (parent, _) = office.hire("parent", 1, "viewer", 1);
    let (inspector, _) = office.hire("inspector", office.east, "auditor", 1);
    let all = |statuses: &[(&'static str, u16)], expected: u16| {
        assert!(statuses.iter().all(|(_, status)| *status == expected), "{statuses:?} should all be {expected}");
    };
    all(&about(&chief, sibling), 404);
    all(&about(&chief, parent), 404);
    all(&about(&chief, 424_242), 404);
    all(&about(&guard_api, sibling), 403);
    // The chief sees the inspector, who holds a right at the root that the chief lacks.
    assert_eq!(about(&chief, inspector)[0], ("look", 200));
    all(&about(&chief, inspector)[1..], 403);
    let of_child = about(&chief, guard);
    // To the root the chief cannot move anybody; the rest fails for what was sent.
    let expected = [
        ("look", 200),
        ("change", 404),
        ("password", 400),
        ("second factor", 204),
        ("sessions", 200),
        ("end a session", 404),
    ];
    assert_eq!(of_child, expected);
    let listed = |api: &Api| {
        let list = api.get("/users");
        list["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(listed(&chief), ["chief", "guard", "inspector"]);
    assert_eq!(listed(&office.admin).len(), 6);
    for (parent, status) in [(office.west, 404), (1, 404), (office.gate, 201)] {
        let added = chief.send("POST", "/organisations", Some(&json!({ "name": "new", "parent_id": parent })));
        assert_eq!(added.status, status, "{}", added.text());
    }
}

#[test]
fn stale_changes_escalation_and_lock_out_are_refused_with_a_code() {
    let office = Office::open();
    let (_, chief) = office.hire("chief", office.east, "administrator", office.east);
    let code = |answer: &Answer| answer.json()["code"].as_str().unwrap().to_owned();
    let grant = |organisation: i64| json!([{ "built_in": "viewer", "organisation_id": organisation }]);
    let user = |grants: Value| json!({ "name": "new", "organisation_id": office.east, "enabled": true, "grants": grants, "password": PASSWORD });
    let refused = chief.send("POST", "/users", Some(&user(grant(1))));
    assert_eq!((refused.status, code(&refused).as_str()), (403, "more_than_own"), "{}", refused.text());
    let added = chief.post("/users", &user(grant(office.gate)));
    let path = format!("/users/{}", added["id"]);
    let change = json!({ "name": "new", "display_name": "<script>alert(1)</script>", "organisation_id": office.east, "enabled": true, "grants": [] });
    let first = chief.send_with("PUT", &path, &[("If-Match", "\"1\"")], Some(&change));
    assert_eq!(first.status, 200, "{}", first.text());
    assert!(first.head.to_lowercase().contains("etag: \"2\""), "{}", first.head);
    let second = chief.send_with("PUT", &path, &[("If-Match", "\"1\"")], Some(&change));
    assert_eq!((second.status, code(&second).as_str()), (409, "stale"));
    let without = chief.send("PUT", &path, Some(&change));
    assert_eq!((without.status, without.json()["field"].as_str()), (400, Some("If-Match")));
    let admin = json!({ "name": "admin", "organisation_id": 1, "enabled": false, "grants": [] });
    let locked_out = office.admin.send_with("PUT", "/users/1", &[("If-Match", "\"1\"")], Some(&admin));
    assert_eq!((locked_out.status, code(&locked_out).as_str()), (409, "last_administrator"));
    for (field, body) in [
        (
            "name",
            json!({ "name": "a b", "organisation_id": office.east, "enabled": true, "grants": [], "password": PASSWORD }),
        ),
        (
            "password",
            json!({ "name": "ok", "organisation_id": office.east, "enabled": true, "grants": [], "password": "short" }),
        ),
        (
            "grants",
            json!({ "name": "ok", "organisation_id": office.east, "enabled": true, "grants": [{ "organisation_id": 1 }], "password": PASSWORD }),
        ),
    ] {
        let refused = chief.send("POST", "/users", Some(&body));
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some(field)), "{}", refused.text());
    }
}

#[test]
fn a_disabled_user_and_one_without_rights_are_out_at_once() {
    let office = Office::open();
    let (id, guest) = office.hire("guest", 1, "viewer", 1);
    guest.get("/streams");
    let without = json!({ "name": "guest", "organisation_id": 1, "enabled": true, "grants": [] });
    let changed = office.admin.send_with("PUT", &format!("/users/{id}"), &[("If-Match", "\"1\"")], Some(&without));
    assert_eq!(changed.status, 200, "{}", changed.text());
    assert_eq!(guest.send("GET", "/streams", None).status, 403);
    let disabled = json!({ "name": "guest", "organisation_id": 1, "enabled": false, "grants": [] });
    office.admin.send_with("PUT", &format!("/users/{id}"), &[("If-Match", "\"2\"")], Some(&disabled));
    assert_eq!(guest.send("GET", "/me", None).status, 401);
    let body = json!({ "username": "guest", "password": PASSWORD });
    let refused = http::request(office.server.address("http"), "POST", "/api/v1/login", &[], Some(&body));
    assert_eq!(refused.status, 401);
}
