//! Groups of cameras: a right for one shows its members everywhere, and nothing else anywhere.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use testkit::http::Answer;
use testkit::ws::{WsEvent, WsViewer};
use testkit::{Api, Server, until};

use crate::rights::{OPERATOR, Route, routes};
use crate::support::{closed_server, options};

const PASSWORD: &str = "a password for tests";
/// What a right for a group can be about, written down apart from the program.
const OF_CAMERAS: &[&str] = &["stream", "ptz", "channel", "group", "view", "patrol", "snapshot", "talk"];

pub(crate) fn is_of_cameras(permission: &str) -> bool {
    permission.split_once(':').is_some_and(|(_, kind)| OF_CAMERAS.contains(&kind))
}

/// Two simulated cameras of east, of which the first is in a group; a third is of west.
struct Site {
    server: Server,
    admin: Api,
    east: i64,
    group: i64,
    member: i64,
    other: i64,
    far: i64,
}

fn number(value: &Value) -> i64 {
    value.as_i64().unwrap_or_else(|| panic!("no number: {value}"))
}

impl Site {
    fn open() -> Self {
        let (server, admin) = closed_server(&options());
        let below = |name: &str| number(&admin.post("/organisations", &json!({ "name": name, "parent_id": 1 }))["id"]);
        let (east, west) = (below("east"), below("west"));
        let address = json!({ "address": "k128-300-up" });
        let line = |name: &str| json!({ "name": name, "main": address, "enabled": true, "ptz": true });
        let device = |organisation: i64, names: &[&str]| {
            let lines: Vec<_> = names.iter().map(|name| line(name)).collect();
            let body = json!({
                "name": "simulated", "organisation_id": organisation, "driver": "sim", "address": "", "enabled": true,
                "channels": lines,
            });
            admin.post("/devices", &body);
        };
        device(east, &["Tunnel 1", "Bridge 1"]);
        device(west, &["Far 1"]);
        let id = |name: &str| {
            let found = admin.get(&format!("/channels?query={name}"));
            number(&found["items"][0]["id"])
        };
        let (member, other, far) = (id("tunnel"), id("bridge"), id("far"));
        let group = number(&admin.post("/groups", &json!({ "name": "Tunnels", "organisation_id": east }))["id"]);
        admin.post(&format!("/groups/{group}/members"), &json!({ "add": [member] }));
        Self { server, admin, east, group, member, other, far }
    }

    fn hire(&self, name: &str, grants: &Value) -> Api {
        let body = json!({
            "name": name, "organisation_id": self.east, "enabled": true, "grants": grants, "password": PASSWORD,
        });
        self.admin.post("/users", &body);
        Api::sign_in(self.server.address("http"), name, PASSWORD)
    }

    /// Operates the group, and nothing else.
    fn night(&self) -> Api {
        self.hire("night", &json!([{ "built_in": "operator", "group_id": self.group }]))
    }

    /// Has a camera send; on a busy machine drawing its first picture takes longer than a viewer waits.
    fn play(&self, id: i64) {
        let path = format!("/channels/{id}/play");
        let opened = || (self.admin.send("POST", &path, Some(&json!({}))).status == 200).then_some(());
        until("a picture of the camera", 3 * testkit::PATIENCE, opened);
    }

    fn members(&self, change: &Value) -> Value {
        self.admin.post(&format!("/groups/{}/members", self.group), change)
    }
}

fn names(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|item| item["name"].as_str().unwrap()).collect()
}

/// A request about a camera that its handler takes seriously.
fn about(api: &Api, route: &Route, channel: i64) -> Answer {
    let stream = route.path.starts_with("/streams/");
    let part = |part: &str| match part {
        "{id}" => channel.to_string(),
        "{app}" => "ch".to_owned(),
        "{name}" if stream => channel.to_string(),
        "{number}" => "9".to_owned(),
        part if part.starts_with('{') => "999999".to_owned(),
        part => part.to_owned(),
    };
    let path = route.path.split('/').map(part).collect::<Vec<_>>().join("/");
    let body = json!({
        "x": 0.4, "y": 0.4, "width": 0.2, "height": 0.2, "name": "here", "main": { "address": "k128-300-up" },
        "steps": [{ "preset": 9, "dwell_s": 5 }], "minutes": 5, "enabled": true,
    });
    let body = (route.method != "GET" && route.method != "DELETE").then_some(&body);
    api.send_with(route.method, &path, &[("If-Match", "\"999\"")], body)
}

fn denies(answer: &Answer) -> bool {
    let unknown = ["There is no such channel.", "There is no such stream."];
    answer.status == 404 && answer.json()["detail"].as_str().is_some_and(|detail| unknown.contains(&detail))
}

#[test]
fn every_route_about_a_camera_permits_members_and_knows_no_others() {
    let mut site = Site::open();
    let night = site.night();
    // Only what is live has viewers and a publisher, which the requests themselves may cut.
    let live = |id: i64| {
        site.play(id);
        site.admin.await_live(&format!("ch/{id}"));
    };
    live(site.other);
    let about_cameras = |route: &&Route| {
        let place = route.path.starts_with("/channels/{id}") || route.path.starts_with("/streams/{app}");
        place && route.need.ends_with("for its organisation or group")
    };
    let mut tried = 0;
    for route in routes().iter().filter(about_cameras) {
        let name = format!("{} {}", route.method, route.path);
        let permission = route.need.split_once(' ').unwrap().0;
        let permitted = OPERATOR.contains(&permission) && is_of_cameras(permission);
        for unknown in [site.other, site.far] {
            let answer = about(&night, route, unknown);
            assert_eq!(denies(&answer), permitted, "{name} of no member: {} {}", answer.status, answer.text());
            assert!(permitted || answer.status == 403, "{name}: {}", answer.status);
        }
        live(site.member);
        let answer = about(&night, route, site.member);
        assert_eq!(answer.status != 403, permitted, "{name} of a member: {} {}", answer.status, answer.text());
        assert!(route.method == "DELETE" || !denies(&answer), "{name} of a member: {}", answer.text());
        tried += 1;
    }
    assert!(tried > 25, "only {tried} tried");
    assert!(site.admin.get("/channels")["total"] == 3, "nothing was harmed");
    site.server.assert_well();
}

#[test]
fn a_list_has_the_members_and_nothing_else() {
    let site = Site::open();
    let night = site.night();
    for (path, expected) in [
        ("/channels", vec!["Tunnel 1"]),
        ("/channels?query=1", vec!["Tunnel 1"]),
        ("/channels?query=bridge", vec![]),
        ("/groups", vec!["Tunnels"]),
    ] {
        assert_eq!(names(&night.get(path)), expected, "{path}");
    }
    let by_number = format!("/channels?ids={},{},{}", site.member, site.other, site.far);
    assert_eq!(names(&night.get(&by_number)), ["Tunnel 1"]);
    let branches = night.get("/channels/tree");
    let branch = |branch: &Value| (branch["name"].as_str().unwrap().to_owned(), number(&branch["channels"]));
    let shown: Vec<_> = branches["organisations"].as_array().unwrap().iter().map(branch).collect();
    assert_eq!(shown, [(String::new(), 0), ("east".to_owned(), 1)], "with those above, and no other");
    let table = night.send("GET", "/channels/export/csv", None).text();
    assert!(table.contains("Tunnel 1") && !table.contains("Bridge 1") && !table.contains("Far 1"), "{table}");
    let seen = night.get(&format!("/channels/{}", site.member));
    assert_eq!((&seen["groups"], &seen["main"]["address"]), (&json!([site.group]), &json!("")));
    assert_eq!(names(&site.admin.get(&format!("/channels?group={}", site.group))), ["Tunnel 1"]);
    let refused = night.send("GET", "/channels?group=999", None);
    assert_eq!((refused.status, refused.json()["detail"].as_str()), (404, Some("There is no such group.")));
    let me = night.get("/me");
    let play = me["permissions"].as_array().unwrap().iter().find(|held| held["permission"] == "play:stream").unwrap();
    assert_eq!((&play["organisations"], &play["groups"]), (&json!([]), &json!([site.group])));

    // A wall of one's own, and a patrol of the members.
    let view = json!({ "name": "Mine", "layout": "4", "tiles": [{ "channel_id": site.member }] });
    night.post("/views", &view);
    let shared = json!({ "name": "All", "layout": "4", "tiles": [], "organisation_id": site.east });
    assert_eq!(night.send("POST", "/views", Some(&shared)).status, 403, "a group is no place to share at");
}

#[test]
fn events_and_pictures_of_others_are_not_there() {
    let site = Site::open();
    let night = site.night();
    let mut socket = WsViewer::open(site.server.address("http"), "/api/v1/events", false);
    let hello = json!({ "type": "auth", "token": night.token(), "topics": ["streams", "channels"] });
    socket.say(&hello.to_string());
    let mut pictures = Vec::new();
    for id in [site.other, site.member] {
        site.play(id);
        site.admin.await_live(&format!("ch/{id}"));
        pictures.push(number(&site.admin.post(&format!("/streams/ch/{id}/snapshot"), &json!({}))["id"]));
    }
    // The member came up last: what is heard until then would have held the other.
    let (own, others) = (format!("\"name\":\"{}\"", site.member), format!("\"name\":\"{}\"", site.other));
    let mut heard = String::new();
    let until = Instant::now() + testkit::PATIENCE;
    while Instant::now() < until && !(heard.contains(&own) && heard.contains("\"state\":\"online\"")) {
        if let Some(WsEvent::Text(text)) = socket.next(Duration::from_millis(500)) {
            heard += &text;
        }
    }
    assert!(heard.contains(&own) && heard.contains("\"state\":\"online\""), "{heard}");
    assert!(!heard.contains(&others) && !heard.contains(&format!("\"id\":{}", site.other)), "{heard}");

    let kept = night.get("/snapshots");
    let seen: Vec<_> = kept["items"].as_array().unwrap().iter().map(|item| number(&item["id"])).collect();
    assert_eq!(seen, [pictures[1]]);
    let status = |path: String| night.send("GET", &path, None).status;
    assert_eq!(status(format!("/snapshots/{}/picture", pictures[1])), 200);
    assert_eq!(status(format!("/snapshots/{}/picture", pictures[0])), 404);
    let streams = night.get("/streams");
    assert_eq!(names(&streams), [site.member.to_string()]);

    // Who leaves the group is gone at once, also for connections that are open.
    site.members(&json!({ "remove": [site.member], "add": [site.other] }));
    assert_eq!(names(&night.get("/channels")), ["Bridge 1"]);
    assert_eq!(status(format!("/channels/{}", site.member)), 404);
    assert_eq!(status(format!("/snapshots/{}/picture", pictures[1])), 404);
    let changed = Instant::now();
    let items = loop {
        assert!(changed.elapsed() < testkit::PATIENCE, "no figures came");
        let Some(WsEvent::Text(text)) = socket.next(Duration::from_millis(500)) else { continue };
        // Figures that were on their way may be older than the change.
        if text.contains("\"event\":\"stats\"") && text.contains(&others) {
            break text;
        }
    };
    assert!(!items.contains(&own), "{items}");
}

#[test]
fn nobody_gives_through_a_group_what_they_do_not_have() {
    let site = Site::open();
    let (group, member, other) = (site.group, site.member, site.other);
    let organisation = |role: &Value| json!([{ "role_id": role["id"], "organisation_id": site.east }]);
    let permissions = json!({ "name": "curator", "permissions": ["manage:group", "view:channel"] });
    let curator = site.hire("curator", &organisation(&site.admin.post("/roles", &permissions)));
    let join =
        |api: &Api, id: i64| api.send("POST", &format!("/groups/{group}/members"), Some(&json!({ "add": [id] })));
    assert_eq!(join(&curator, other).status, 200, "nobody has a right for the group yet");
    site.members(&json!({ "remove": [other] }));

    let night = site.night();
    let refused = join(&curator, other);
    assert_eq!((refused.status, refused.json()["field"].as_str()), (403, Some("add")), "{}", refused.text());
    assert_eq!(join(&curator, member).status, 200, "it is in already: nothing is given");
    assert_eq!(join(&night, other).status, 403, "an operator of the group manages it not");
    assert_eq!(night.send("GET", &format!("/channels/{other}"), None).status, 404);

    // A member that moves away from the group's organisation is out of reach, without anybody touching the group.
    let moved = json!({ "action": "change", "ids": [member], "set": { "organisation_id": 1 } });
    let undo = site.admin.post("/channels/bulk", &moved)["undo"].clone();
    assert_eq!(night.send("GET", &format!("/channels/{member}"), None).status, 404);
    site.admin.post(&format!("/channels/undo/{}", undo.as_str().unwrap()), &json!({}));
    night.get(&format!("/channels/{member}"));
    let far = join(&site.admin, site.far);
    assert_eq!((far.status, far.json()["field"].as_str()), (400, Some("add")), "{}", far.text());

    // One that was removed comes back into its groups.
    let removed = site.admin.post("/channels/bulk", &json!({ "action": "remove", "ids": [member] }));
    assert!(names(&night.get("/channels")).is_empty());
    site.admin.post(&format!("/channels/undo/{}", removed["undo"].as_str().unwrap()), &json!({}));
    assert_eq!(names(&night.get("/channels")), ["Tunnel 1"]);
}

#[test]
fn groups_are_named_changed_and_removed_by_those_who_manage_them() {
    let site = Site::open();
    let path = format!("/groups/{}", site.group);
    let west = json!([{ "built_in": "administrator", "organisation_id": number(&site.admin.get("/channels?query=far")["items"][0]["organisation_id"]) }]);
    let west = site.hire("west", &west);
    let chief = site.hire("chief", &json!([{ "built_in": "administrator", "organisation_id": site.east }]));
    let viewer = site.hire("vera", &json!([{ "built_in": "viewer", "organisation_id": site.east }]));
    let rename = |api: &Api, name: &str, version: &str| {
        api.send_with("PUT", &path, &[("If-Match", version)], Some(&json!({ "name": name })))
    };
    assert_eq!(rename(&west, "x", "\"1\"").status, 404);
    assert_eq!(rename(&viewer, "x", "\"1\"").status, 403);
    assert_eq!(rename(&chief, "Tunnels of east", "\"1\"").status, 200);
    assert_eq!(rename(&chief, "x", "\"1\"").json()["code"], "stale");
    assert_eq!(names(&viewer.get("/groups")), ["Tunnels of east"]);
    assert!(names(&west.get("/groups")).is_empty());

    let many: Vec<i64> = (1..=10_001).collect();
    let members = format!("{path}/members");
    for (field, target, body) in [
        ("name", "/groups", json!({ "name": " ", "organisation_id": site.east })),
        ("name", "/groups", json!({ "name": "a".repeat(65), "organisation_id": site.east })),
        ("add", members.as_str(), json!({})),
        ("add", members.as_str(), json!({ "add": [site.member, site.member] })),
        ("add", members.as_str(), json!({ "add": many })),
    ] {
        let answer = chief.send("POST", target, Some(&body));
        assert_eq!((answer.status, answer.json()["field"].as_str()), (400, Some(field)), "{}", answer.text());
    }
    let twice = json!({ "name": "Tunnels of east", "organisation_id": site.east });
    assert_eq!(chief.send("POST", "/groups", Some(&twice)).status, 409);
    let elsewhere = json!({ "name": "Tunnels", "organisation_id": 1 });
    assert_eq!(chief.send("POST", "/groups", Some(&elsewhere)).status, 404);
    for id in [site.far, 999_999] {
        assert_eq!(chief.send("POST", &members, Some(&json!({ "add": [id] }))).status, 404, "unknown to the chief");
    }

    let night = json!({
        "name": "night", "organisation_id": site.east, "enabled": true, "password": PASSWORD,
        "grants": [{ "built_in": "viewer", "group_id": site.group }],
    });
    for (grant, status) in [
        (json!({ "built_in": "viewer" }), 400),
        (json!({ "built_in": "viewer", "group_id": site.group, "organisation_id": site.east }), 400),
        (json!({ "built_in": "auditor", "group_id": site.group }), 400),
        (json!({ "built_in": "viewer", "group_id": 999 }), 404),
    ] {
        let mut wrong = night.clone();
        wrong["grants"] = json!([grant]);
        let answer = chief.send("POST", "/users", Some(&wrong));
        assert_eq!(answer.status, status, "{grant}: {}", answer.text());
    }
    let user = chief.post("/users", &night);
    assert_eq!(user["grants"], json!([{ "built_in": "viewer", "group_id": site.group, "mapped": false }]));
    assert_eq!(chief.send("DELETE", &path, None).status, 409, "somebody has a right for it");
    assert_eq!(chief.send("DELETE", &format!("/users/{}", user["id"]), None).status, 204);
    assert_eq!(chief.send("DELETE", &path, None).status, 204);
    assert!(names(&site.admin.get("/groups")).is_empty());
    assert_eq!(site.admin.get(&format!("/channels/{}", site.member))["groups"], json!([]));
    let deeds = site.admin.get("/audit").to_string();
    assert!(deeds.contains("POST /groups/{id}/members") && deeds.contains("DELETE /groups/{id}"), "{deeds}");
}

#[test]
fn a_plan_takes_pictures_of_an_organisation_or_a_group_as_they_are_now() {
    let mut site = Site::open();
    let plan = |name: &str, subjects: &Value| {
        let mut body = json!({
            "name": name, "interval_ms": 1000, "form": "jpg", "quality": 80, "keep_days": 7, "enabled": true,
        });
        body.as_object_mut().unwrap().extend(subjects.as_object().unwrap().clone());
        site.admin.send("POST", "/snapshot-plans", Some(&body))
    };
    for (field, subjects) in [
        ("streams", json!({})),
        ("channels", json!({ "channels": [site.member, 999_999] })),
        ("organisation_id", json!({ "organisation_id": 999_999 })),
        ("group_id", json!({ "group_id": 999_999 })),
    ] {
        let refused = plan("wrong", &subjects);
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some(field)), "{}", refused.text());
    }
    let of_group = plan("tunnels", &json!({ "group_id": site.group })).json();
    assert_eq!((&of_group["cameras"], &of_group["streams"]), (&json!(1), &json!([])), "{of_group}");
    let pictures = |channel: i64| {
        let path = format!("/snapshots?plan_id={}&channel_id={channel}", of_group["id"]);
        site.admin.get(&path)["items"].as_array().unwrap().len()
    };
    until("pictures of the member", testkit::PATIENCE, || (pictures(site.member) > 1).then_some(()));
    assert_eq!((pictures(site.other), pictures(site.far)), (0, 0), "only of members");
    site.members(&json!({ "add": [site.other] }));
    until("pictures of the new member", testkit::PATIENCE, || (pictures(site.other) > 0).then_some(()));
    let group = format!("/groups/{}", site.group);
    assert_eq!(site.admin.send("DELETE", &group, None).status, 409, "a plan is about it");

    let of_east = plan("east", &json!({ "organisation_id": site.east, "channels": [site.member, site.far] })).json();
    assert_eq!(of_east["cameras"], 3, "each once: {of_east}");
    let off = json!({ "action": "change", "ids": [site.other], "set": { "enabled": false } });
    site.admin.post("/channels/bulk", &off);
    let gone = json!({ "action": "remove", "ids": [site.far] });
    site.admin.post("/channels/bulk", &gone);
    let plans = site.admin.get("/snapshot-plans");
    let shown = plans["items"].as_array().unwrap().iter().find(|plan| plan["name"] == "east").unwrap();
    assert_eq!((&shown["cameras"], &shown["channels"]), (&json!(1), &json!([site.member])), "{shown}");
    assert_eq!(site.admin.send("DELETE", &format!("/organisations/{}", site.east), None).status, 409);
    site.server.assert_well();
}
