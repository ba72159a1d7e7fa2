//! Pictures that a device of others (`gb28181-rs`) takes and sends by HTTP when it is asked to.

use gb28181_rs::config::Transport;
use serde_json::{Value, json};
use testkit::{Api, PATIENCE, Server, http, until};

use super::device::{CAMERA, DEVICE, Device, Options, Uploads};
use super::simulated::{self, Devices, RECORDER};
use super::{add, await_catalog};
use crate::support::options;

fn order(api: &Api, count: u8) -> Value {
    let request = json!({ "channel": CAMERA, "count": count });
    let answer = api.send("POST", &format!("/gb28181/devices/{DEVICE}/snapshots"), Some(&request));
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer.json()
}

fn await_end(api: &Api, order: &Value) -> Value {
    let path = format!("/gb28181/snapshots/{}", order["id"].as_str().unwrap());
    until("the end of the request", PATIENCE, || Some(api.get(&path)).filter(|progress| progress["state"] != "open"))
}

fn start(transport: Transport, uploads: Uploads) -> (Server, Api, Device) {
    let server = options().start();
    let api = server.sign_in();
    add(&api);
    let device = Device::start(&server, &Options { transport, uploads, ..Options::default() });
    await_catalog(&api);
    (server, api, device)
}

#[test]
fn pictures_that_a_device_of_others_sends_are_in_the_gallery() {
    for (transport, uploads) in [(Transport::Udp, Uploads::Bodies), (Transport::TcpOut, Uploads::Forms)] {
        let (mut server, api, _device) = start(transport, uploads);
        api.post(&format!("/gb28181/devices/{DEVICE}/import"), &json!({ "codes": [CAMERA] }));
        let begun = order(&api, 3);
        assert_eq!((begun["state"].as_str(), begun["count"].as_u64()), (Some("open"), Some(3)), "{begun}");
        let done = await_end(&api, &begun);
        let numbers = done["snapshots"].as_array().unwrap();
        assert_eq!((done["state"].as_str(), numbers.len(), &done["reason"]), (Some("done"), 3, &Value::Null), "{done}");

        let camera = api.get("/channels")["items"][0]["id"].clone();
        let kept = api.get(&format!("/snapshots?origin=device&channel_id={camera}"));
        let heights: Vec<u64> =
            kept["items"].as_array().unwrap().iter().map(|kept| kept["height"].as_u64().unwrap()).collect();
        assert_eq!(heights, [186, 184, 182], "{kept}");
        let picture = api.send("GET", &format!("/snapshots/{}/picture", numbers[0]), None);
        assert!(picture.status == 200 && picture.body.starts_with(&[0xFF, 0xD8, 0xFF]));
        let small = api.send("GET", &format!("/snapshots/{}/thumbnail", numbers[0]), None);
        assert!(small.status == 200 && small.body.starts_with(&[0xFF, 0xD8, 0xFF]), "{}", small.status);

        let trace = api.get("/gb28181/trace?query=SnapShotConfig")["items"].to_string();
        assert!(trace.contains("<UploadURL>***<") && !trace.contains("/pictures/"), "{trace}");
        server.assert_well();
    }
}

#[test]
fn a_device_that_refuses_or_sends_too_little_is_explained() {
    let (_server, api, _device) = start(Transport::Udp, Uploads::None);
    let request = json!({ "channel": CAMERA });
    let path = format!("/gb28181/devices/{DEVICE}/snapshots");
    let refused = api.send("POST", &path, Some(&request));
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.text().contains("cannot do it"), "{}", refused.text());
    for (field, value) in [("count", 0), ("count", 11), ("interval_s", 0), ("interval_s", 601)] {
        assert_eq!(api.send("POST", &path, Some(&json!({ field: value }))).json()["field"], field);
    }

    for (uploads, came, said) in [(Uploads::One, 1, "1 of 3"), (Uploads::Texts, 0, "no JPEG")] {
        let (mut server, api, _device) = start(Transport::Udp, uploads);
        let done = await_end(&api, &order(&api, 3));
        assert_eq!(
            (done["state"].as_str(), done["snapshots"].as_array().unwrap().len()),
            (Some("failed"), came),
            "{done}"
        );
        assert!(done["reason"].as_str().unwrap().contains(said), "{done}");
        server.assert_well();
    }
}

#[test]
fn pictures_of_strangers_are_not_read() {
    let mut server = options().start();
    for method in ["POST", "PUT"] {
        let answer = http::send(server.address("http"), method, "/api/v1/gb28181/pictures/AAAA", &[], b"{}");
        assert_eq!(answer.status, 404, "{}", answer.text());
    }
    let progress = http::send(server.address("http"), "GET", "/api/v1/gb28181/snapshots/1", &[], b"");
    assert_eq!(progress.status, 401);
    server.assert_well();
}

/// Takes pictures of a simulated recorder's first channel.
#[test]
fn pictures_that_a_simulated_recorder_draws_are_in_the_gallery() {
    for method in ["post", "put"] {
        let mut server = options().start();
        let api = server.sign_in();
        simulated::add(&api, RECORDER);
        let arguments = ["--nvr", "--channels", "1", "--no-media", "--upload-by", method];
        let _devices = Devices::start(server.address("gb28181"), &arguments);
        simulated::await_catalog(&api, RECORDER);
        let path = format!("/gb28181/devices/{RECORDER}/snapshots");
        let request = json!({ "channel": "34020000001310000001", "count": 2 });
        let begun = api.send("POST", &path, Some(&request));
        assert_eq!(begun.status, 202, "{}", begun.text());
        let done = await_end(&api, &begun.json());
        assert_eq!((done["state"].as_str(), done["snapshots"].as_array().unwrap().len()), (Some("done"), 2), "{done}");
        let kept = api.get("/snapshots?origin=device");
        let sizes =
            kept["items"].as_array().unwrap().iter().map(|kept| (kept["width"].as_u64(), kept["height"].as_u64()));
        assert_eq!(sizes.collect::<Vec<_>>(), [(Some(1280), Some(720)); 2], "{kept}");
        server.assert_well();
    }
}
