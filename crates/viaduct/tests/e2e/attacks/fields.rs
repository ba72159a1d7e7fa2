//! Each field of each body, one at a time, with what it must not be.

use std::sync::Mutex;

use serde_json::{Map, Value, json};
use testkit::postgres::Postgres;
use testkit::{Api, Server, ServerOptions};

use super::{assert_refused, tell, telling};
use crate::support::options;

const OPENAPI: &str = include_str!("../../../../../docs/reference/openapi.json");
/// How many ask at once.
const CLIENTS: usize = 4;
/// What these refuse is not one of their fields.
const UNNAMED: [&str; 2] = ["/login/oidc/token", "/screens/1/show"];
/// Where the sessions and passwords of the test's own account are changed.
const OWN: &str = "/me/";

/// The description of the interface.
pub(super) fn description() -> Value {
    serde_json::from_str(OPENAPI).unwrap()
}

/// A schema without references and alternatives.
fn resolved<'a>(document: &'a Value, mut schema: &'a Value) -> &'a Value {
    loop {
        if let Some(name) = schema["$ref"].as_str() {
            schema = document.pointer(name.trim_start_matches('#')).unwrap();
            continue;
        }
        let choice = ["oneOf", "anyOf", "allOf"].iter().find_map(|key| schema[key].as_array());
        match choice.and_then(|all| all.iter().find(|each| each["type"] != "null")) {
            Some(first) => schema = first,
            None => return schema,
        }
    }
}

/// What fits a field of a name better than what its type alone says.
fn fitting(name: &str) -> Option<Value> {
    Some(match name {
        "layout" => json!("4"),
        "from" => json!("00:00"),
        "to" => json!("24:00"),
        "dwell_s" => json!(10),
        "form" => json!("jpg"),
        "quality" => json!(80),
        "interval_ms" => json!(60_000),
        "timeout_ms" => json!(2000),
        "expires_in_s" => json!(600),
        "url" => json!("http://127.0.0.1:9/x"),
        "target" => json!("rtmp://192.0.2.7/{app}/{name}"),
        "pattern" => json!("road/*"),
        "mode" => json!("on_demand"),
        "action" => json!("play"),
        "permissions" => json!(["view:stream"]),
        "built_in" => json!("viewer"),
        "role_id" | "group_id" | "target_id" | "order" => Value::Null,
        "driver" => json!("push"),
        "password" => json!("a password for tests"),
        _ => return None,
    })
}

/// A body by the description of the interface.
fn example(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null").unwrap_or(&Value::Null),
        kind => kind,
    };
    if let Some(properties) = schema["properties"].as_object() {
        let made =
            properties.iter().map(|(name, of)| (name.clone(), fitting(name).unwrap_or_else(|| example(document, of))));
        return Value::Object(made.collect::<Map<_, _>>());
    }
    match kind.as_str() {
        Some("array") => json!([example(document, &schema["items"])]),
        Some("integer" | "number") => json!(1),
        Some("boolean") => json!(false),
        Some("object") => json!({}),
        _ => schema["enum"][0].as_str().map_or_else(|| json!("abc"), |first| json!(first)),
    }
}

/// JSON pointers to everything in a value but itself.
fn fields(value: &Value, at: &str, found: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => map.iter().map(|(name, child)| (name.clone(), child)).collect(),
        Value::Array(items) => items.iter().take(1).map(|child| ("0".to_owned(), child)).collect(),
        _ => return,
    };
    for (name, child) in children {
        let path = format!("{at}/{name}");
        fields(child, &path, found);
        found.push(path);
    }
}

fn unfitting() -> Vec<Value> {
    vec![
        Value::Null,
        json!(i64::MAX),
        json!(i64::MIN),
        json!("x".repeat(60_000)),
        json!("\0\u{202e}=1+1"),
        json!({ "a": { "a": null } }),
    ]
}

/// Things that the routes with an id find.
fn furnish(api: &Api) {
    api.post("/organisations", &json!({ "name": "east", "parent_id": 1 }));
    let address = json!({ "address": "k128-300-up" });
    api.post(
        "/devices",
        &json!({
            "name": "simulated", "organisation_id": 1, "driver": "sim", "enabled": true,
            "channels": [{ "name": "K1", "main": address, "enabled": true }],
        }),
    );
    api.post("/groups", &json!({ "name": "tunnels", "organisation_id": 1 }));
    api.post("/roles", &json!({ "name": "guard", "permissions": ["view:stream"] }));
    api.post("/views", &json!({ "name": "morning", "layout": "4", "tiles": [] }));
    api.post("/hosts", &json!({ "name": "edge", "domains": [] }));
    api.post("/applications", &json!({ "pattern": "way/*", "settings": { "publish": "open" } }));
    let user = json!({ "name": "guest", "organisation_id": 1, "enabled": true, "grants": [], "password": "a password for tests" });
    api.post("/users", &user);
}

/// The second user is not the one who asks.
fn of_something(path: &str) -> String {
    let id = if path.starts_with("/users") { "2" } else { "1" };
    let name = if path.starts_with("/hosts") { "edge" } else { "1" };
    path.replace("{id}", id).replace("{number}", "1").replace("{app}", "ch").replace("{name}", name)
}

fn attack(server: &Server, api: &Api, method: &str, path: &str, body: &Value) {
    let text = body.to_string();
    let headers = format!("If-Match: \"1\"\r\nContent-Type: application/json\r\nContent-Length: {}\r\n", text.len());
    let answer = tell(server, api, (method, path), &headers, &[text.as_bytes()]);
    let shown: String = text.chars().take(300).collect();
    assert!(answer.status < 500, "{method} {path} {shown}: {} {}", answer.status, answer.text());
    if answer.status >= 400 {
        assert_refused(&format!("{method} {path} {shown}"), &answer);
    }
    if answer.status == 400 {
        let named = answer.json()["field"].is_string() || UNNAMED.contains(&path);
        assert!(named, "{method} {path} {shown} names no field: {}", answer.text());
    }
}

fn every_field_withstands(options: &ServerOptions) {
    let mut server = options.clone().set("log.level", "warn").start();
    let api = server.sign_in();
    furnish(&api);
    let document = description();
    let mut attacks = Vec::new();
    for route in telling().filter(|route| !route.path.starts_with(OWN)) {
        let operation = &document["paths"][format!("/api/v1{}", route.path)][route.method.to_ascii_lowercase()];
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        if !schema.is_object() {
            continue;
        }
        let good = example(&document, schema);
        let mut found = Vec::new();
        fields(&good, "", &mut found);
        for field in found {
            for value in unfitting() {
                let mut body = good.clone();
                *body.pointer_mut(&field).unwrap() = value;
                attacks.push((route.method, of_something(route.path), body));
            }
        }
    }
    assert!(attacks.len() > 1500, "only {} attacks", attacks.len());
    let left = Mutex::new(attacks);
    std::thread::scope(|scope| {
        for _ in 0..CLIENTS {
            scope.spawn(|| {
                while let Some((method, path, body)) = { left.lock().unwrap().pop() } {
                    attack(&server, &api, method, &path, &body);
                }
            });
        }
    });
    assert_eq!(api.get("/audit/verify")["findings"], json!([]));
    server.assert_well();
}

#[test]
fn every_field_of_every_body_withstands_what_it_must_not_be_on_postgresql() {
    let postgres = Postgres::start();
    every_field_withstands(&options().set("database.url", &postgres.url()));
}

#[test]
#[ignore = "a minute; the other engine is stricter with what it stores"]
fn every_field_of_every_body_withstands_what_it_must_not_be_on_sqlite() {
    every_field_withstands(&options());
}
