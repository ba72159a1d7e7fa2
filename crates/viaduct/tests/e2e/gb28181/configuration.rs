//! How a device of others (`gb28181-rs`) is configured: asked for, and set.

use serde_json::{Value, json};
use testkit::{Api, PATIENCE, Server, until};

use super::device::{DEVICE, Device, Options};
use super::{add, await_catalog};
use crate::support::options;

fn start(is_configurable: bool) -> (Server, Api, Device) {
    let server = options().start();
    let api = server.sign_in();
    add(&api);
    let device = Device::start(&server, &Options { is_configurable, ..Options::default() });
    await_catalog(&api);
    (server, api, device)
}

fn path() -> String {
    format!("/gb28181/devices/{DEVICE}/configuration")
}

#[test]
fn a_device_of_others_tells_its_configuration_and_takes_another() {
    let (mut server, api, device) = start(true);
    let basic = api.get(&path());
    assert_eq!(
        (basic["basic"]["expiration_s"].as_u64(), basic["basic"]["heartbeat_interval_s"].as_u64()),
        (Some(3600), Some(1))
    );
    assert!(basic["basic"]["name"].is_string() && basic["video_options"].is_null(), "{basic}");
    let both = api.get(&format!("{}?parts=BasicParam,VideoParamOpt", path()));
    let options = &both["video_options"];
    assert_eq!(
        (&options["download_speeds"], &options["resolutions"]),
        (&json!([1, 2, 4]), &json!(["5", "6"])),
        "{both}"
    );
    assert!(both["basic"].is_object());
    // What it does not know it does not tell.
    assert_eq!(api.get(&format!("{}?parts=OSDConfig", path()))["osd"], Value::Null);

    let ordered = |wanted: &str| device.orders.0.lock().unwrap().iter().any(|order| order.contains(wanted));
    let set = |change: Value| {
        let answer = api.send("PUT", &path(), Some(&change));
        assert_eq!(answer.status, 204, "{}", answer.text());
    };
    set(json!({ "basic": { "name": "收费站 1", "heartbeat_interval_s": 30 } }));
    until("the name", PATIENCE, || ordered("basic Some(\"收费站 1\") None Some(30) None").then_some(()));
    set(json!({ "mirror": 2 }));
    until("the mirror", PATIENCE, || ordered("mirror 2").then_some(()));
    set(
        json!({ "osd": { "window_width": 1920, "window_height": 1080, "time_on": true, "time_x": 0, "time_y": 0, "time_form": 0,
        "texts_on": true, "texts": [{ "text": "K128", "x": 8, "y": 1000 }] } }),
    );
    until("the text", PATIENCE, || (ordered("osd") && ordered("K128")).then_some(()));
    let deeds = api.get("/audit")["items"].to_string();
    assert!(deeds.contains("/configuration") && deeds.contains("收费站 1"), "{deeds}");
    server.assert_well();
}

#[test]
fn what_does_not_fit_and_what_a_device_refuses_is_said() {
    let (mut server, api, _device) = start(false);
    let put = |change: Value| api.send("PUT", &path(), Some(&change));
    assert_eq!(put(json!({ "basic": { "heartbeat_interval_s": 4 } })).json()["field"], "heartbeat_interval_s");
    assert_eq!(put(json!({ "mirror": 4 })).json()["field"], "mirror");
    assert_eq!(put(json!({})).status, 400);
    assert_eq!(api.send("GET", &format!("{}?parts=Password", path()), None).json()["field"], "parts");
    let refused = put(json!({ "mirror": 1 }));
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.text().contains("cannot do it"), "{}", refused.text());
    server.assert_well();
}
