//! Memory cards, home position, cruises and firmware of a device of others (`gb28181-rs`).

use serde_json::{Value, json};
use testkit::{Api, PATIENCE, Server, until};

use super::device::{CAMERA, DEVICE, Device, Options};
use super::{add, await_catalog};
use crate::support::options;

fn start() -> (Server, Api, Device) {
    let server = options().start();
    let api = server.sign_in();
    add(&api);
    let device = Device::start(&server, &Options::default());
    await_catalog(&api);
    (server, api, device)
}

fn path(part: &str) -> String {
    format!("/gb28181/devices/{DEVICE}/{part}")
}

fn await_order(device: &Device, wanted: &str) {
    let ordered = || device.orders.0.lock().unwrap().iter().any(|order| order.contains(wanted));
    until(wanted, PATIENCE, || ordered().then_some(()));
}

#[test]
fn cards_and_home_position_are_told_and_ordered() {
    let (mut server, api, device) = start();
    let cards = api.get(&path("cards"));
    let first = json!({ "number": 1, "name": "card1", "state": "ok", "format_percent": null, "capacity_mb": 128_000, "free_mb": 4096 });
    assert_eq!(cards["items"][0], first, "{cards}");
    assert_eq!((&cards["items"][1]["state"], &cards["items"][1]["format_percent"]), (&json!("formatting"), &json!(40)));
    let order = |order: Value| api.send("POST", &path("order"), Some(&order));
    assert_eq!(order(json!({ "order": "format_card", "card": 2 })).status, 204);
    await_order(&device, "format 2");
    assert_eq!(order(json!({ "order": "format_card" })).json()["field"], "card");
    assert_eq!(order(json!({ "order": "format_card", "card": 9 })).json()["field"], "card");

    let home = || api.get(&path(&format!("home-position?channel={CAMERA}")));
    assert_eq!(home(), json!({ "enabled": null, "reset_s": null, "preset": null }));
    let set = |change: Value| api.send("PUT", &path("home-position"), Some(&change));
    assert_eq!(set(json!({ "channel": CAMERA, "enabled": true, "reset_s": 120, "preset": 7 })).status, 204);
    await_order(&device, "home 1 Some(120) Some(7)");
    assert_eq!(home(), json!({ "enabled": true, "reset_s": 120, "preset": 7 }));
    assert_eq!(set(json!({ "channel": CAMERA, "enabled": false })).status, 204);
    await_order(&device, "home 0 None None");
    assert_eq!(home()["enabled"], false);
    assert_eq!(set(json!({ "enabled": true })).json()["field"], "reset_s");
    let deeds = api.get("/audit")["items"].to_string();
    assert!(deeds.contains("/home-position") && deeds.contains("/order"), "{deeds}");
    server.assert_well();
}

#[test]
fn cruises_that_a_device_keeps_are_listed_and_run() {
    let (mut server, api, device) = start();
    api.post(&path("import"), &json!({ "codes": [CAMERA] }));
    let camera = api.get("/channels")["items"][0]["id"].as_i64().unwrap();
    assert_eq!(api.get(&format!("/channels/{camera}/ptz"))["abilities"]["kept_cruises"], true);
    let kept = api.get(&format!("/channels/{camera}/ptz/kept-cruises"));
    let cruise = |number: u8, name: &str| {
        let step = |preset: u8| json!({ "preset": preset, "dwell_s": 15 });
        json!({ "number": number, "name": name, "steps": [step(number + 1), step(number + 2)] })
    };
    assert_eq!(kept, json!({ "items": [cruise(0, "白天"), cruise(1, "夜间")] }));
    let run =
        |number: u16| api.send("POST", &format!("/channels/{camera}/ptz/kept-cruises/{number}/start"), None).status;
    assert_eq!(run(1), 204);
    await_order(&device, "Cruise");
    assert_eq!(run(256), 400);
    server.assert_well();
}

#[test]
fn firmware_is_ordered_and_what_became_of_it_is_told() {
    let (mut server, api, _device) = start();
    let last = || api.get(&path("upgrade"))["upgrade"].clone();
    assert_eq!(last(), Value::Null);
    let order = |url: &str, firmware: &str| {
        api.send("POST", &path("upgrade"), Some(&json!({ "url": url, "firmware": firmware })))
    };
    assert_eq!(order("file:///etc/passwd", "V2").json()["field"], "url");
    assert_eq!(order("http://127.0.0.1/good.bin", "").json()["field"], "firmware");
    let ended = || Some(last()).filter(|upgrade| upgrade["state"] != "under_way");

    assert_eq!(order("http://127.0.0.1/good.bin", "V2").status, 202);
    let done = until("the upgrade", PATIENCE, ended);
    assert_eq!((&done["state"], &done["installed"], &done["firmware"]), (&json!("done"), &json!("V2"), &json!("V2")));
    assert_eq!(order("http://127.0.0.1/bad.bin", "V3").status, 202);
    let failed = until("the refusal", PATIENCE, || ended().filter(|upgrade| upgrade["firmware"] == "V3"));
    assert_eq!((&failed["state"], &failed["installed"]), (&json!("failed"), &json!("V1")));
    assert!(failed["reason"].as_str().unwrap().contains("damaged"), "{failed}");
    server.assert_well();
}
