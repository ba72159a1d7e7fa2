//! Pictures that are kept, taken by plan and sent on to independent servers.

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::keeper::{FTP_ACCOUNT, Keeper};
use testkit::publish::gstreamer_rtsp;
use testkit::upstream::free_port;
use testkit::{Api, PATIENCE, Server, picture, until};

use crate::snapshots::decoded;
use crate::support::{closed_server, options, publish};

fn plan(name: &str, streams: &[&str], target: Option<i64>) -> Value {
    json!({
        "name": name, "streams": streams, "interval_ms": 1000, "schedule": null, "form": "jpg", "quality": 80,
        "keep_days": 7, "target_id": target, "enabled": true,
    })
}

fn items(api: &Api, query: &str) -> Vec<Value> {
    api.get(&format!("/snapshots{query}"))["items"].as_array().unwrap().clone()
}

#[test]
fn a_picture_is_taken_listed_looked_at_and_removed() {
    let mut server = options().start();
    let api = server.sign_in();
    let _camera = gstreamer_rtsp(Clip::H265Aac, &server.url("rtsp", "road/k1"));
    api.await_live("road/k1");
    let taken = api.post("/streams/road/k1/snapshot", &json!({}));
    let small = json!({ "form": "png", "max_width": 192, "overlay": true, "label": "K1+500 京藏高速" });
    let small = api.post("/streams/road/k1/snapshot", &small);
    assert_eq!(
        (taken["width"].as_i64(), taken["form"].as_str(), taken["origin"].as_str()),
        (Some(384), Some("jpg"), Some("manual"))
    );
    assert_eq!(
        (small["width"].as_i64(), small["height"].as_i64(), small["taken_by"].as_str()),
        (Some(192), Some(108), Some("admin"))
    );

    let id = taken["id"].as_i64().unwrap();
    let file = api.send("GET", &format!("/snapshots/{id}/picture"), None);
    assert!(file.head.contains("image/jpeg") && file.head.contains("immutable"), "{}", file.head);
    assert_eq!(file.body.len() as u64, taken["bytes"].as_u64().unwrap());
    assert_eq!(picture::read(&decoded(&file.body, "jpg").0) % 25, 0);
    let thumbnail = api.send("GET", &format!("/snapshots/{id}/thumbnail"), None);
    let (grey, probed) = decoded(&thumbnail.body, "jpg");
    assert_eq!((probed.as_str(), picture::read(&grey) % 25), ("mjpeg,320,180", 0));

    // The text darkens the lower left corner; the strip at the top stays as it is.
    let id = small["id"].as_i64().unwrap();
    let (grey, _) = decoded(&api.send("GET", &format!("/snapshots/{id}/picture"), None).body, "png");
    assert_eq!(picture::read(&grey) % 25, 0);
    let corner = &grey[picture::WIDTH * (picture::HEIGHT - 4)..][..60];
    assert!(corner.iter().all(|luma| *luma < 110), "{corner:?}");

    assert_eq!(items(&api, "").len(), 2);
    assert_eq!(items(&api, "?stream=road/k1&origin=manual&limit=1")[0]["id"], small["id"]);
    let page = api.get("/snapshots?limit=1");
    assert_eq!((page["total"].as_i64(), page["next_before"].as_i64()), (Some(2), small["id"].as_i64()));
    assert_eq!(items(&api, &format!("?before={id}")).len(), 1);
    assert_eq!(items(&api, "?stream=road/k2").len(), 0);
    assert_eq!(items(&api, "?from=2099-01-01T00:00:00Z").len(), 0);
    for (query, field) in [("?origin=x", "origin"), ("?stream=../x", "stream"), ("?from=x", "from")] {
        let refused = api.send("GET", &format!("/snapshots{query}"), None);
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some(field)));
    }
    let refused = api.send("POST", "/streams/road/k1/snapshot", Some(&json!({ "quality": 0 })));
    assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some("quality")));
    let offline = api.send("POST", "/streams/road/none/snapshot", Some(&json!({})));
    assert_eq!(offline.status, 404, "{}", offline.text());

    assert_eq!(api.send("DELETE", &format!("/snapshots/{id}"), None).status, 204);
    for path in ["", "/picture", "/thumbnail"] {
        assert_eq!(api.send("GET", &format!("/snapshots/{id}{path}"), None).status, 404, "{path}");
    }
    server.assert_well();
}

#[test]
fn what_is_too_much_goes_the_oldest_first() {
    let server = options().set("snapshots.max_bytes", "30000").start();
    let api = server.sign_in();
    let _camera = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let ids: Vec<_> =
        (0..8).map(|_| api.post("/streams/road/k1/snapshot", &json!({ "quality": 90 }))["id"].clone()).collect();
    let left = until("the oldest being removed", PATIENCE, || {
        let page = api.get("/snapshots");
        (page["total_bytes"].as_i64().unwrap() <= 30_000).then_some(page)
    });
    let left = left["items"].as_array().unwrap();
    assert!(!left.is_empty() && left.len() < 8);
    assert_eq!(left[0]["id"], ids[7], "the newest stays");
    let gone = server.data().join("snapshots");
    let files = std::process::Command::new("find").arg(gone).args(["-type", "f"]).output().unwrap();
    assert_eq!(String::from_utf8_lossy(&files.stdout).lines().count(), left.len());
}

#[test]
fn a_plan_takes_pictures_in_turn_skips_cameras_that_are_not_there_and_says_so() {
    let mut server = options().set("streams.play_wait_ms", "300").start();
    let api = server.sign_in();
    let _one = publish(&server, "road/k1", Clip::H264);
    let _other = publish(&server, "road/k2", Clip::H264);
    api.await_live("road/k1");
    api.await_live("road/k2");
    let added = api.post("/snapshot-plans", &plan("每小时", &["road/k1", "road/k2", "road/none"], None));
    let id = added["id"].as_i64().unwrap();
    let shown = until("six pictures", PATIENCE, || {
        let plans = api.get("/snapshot-plans");
        let shown = plans["items"][0].clone();
        (shown["taken"].as_u64()? >= 6 && shown["skipped"].as_u64()? >= 2).then_some(shown)
    });
    assert_eq!(shown["last_failure"]["stream"], "road/none");
    assert!(shown["last_taken_at"].is_string() && shown["failed"] == 0);
    let of_plan = items(&api, &format!("?plan_id={id}&origin=plan"));
    assert!(of_plan.len() >= 6 && of_plan.iter().all(|it| it["taken_by"] == "每小时" && it["keep_until"].is_string()));
    assert!(items(&api, "?stream=road/k1").len().abs_diff(items(&api, "?stream=road/k2").len()) <= 1);

    let version = [("If-Match", "\"1\"")];
    let path = format!("/snapshot-plans/{id}");
    let never = json!([{ "days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "to": "00:01" }]);
    let mut closed = plan("closed", &["road/k1"], None);
    closed["enabled"] = json!(false);
    closed["schedule"] = never;
    assert_eq!(api.send_with("PUT", &path, &version, Some(&closed)).status, 200);
    assert_eq!(api.send_with("PUT", &path, &version, Some(&closed)).status, 409, "somebody changed it");
    testkit::pause(std::time::Duration::from_millis(300));
    let before = api.get("/snapshots")["total"].clone();
    testkit::pause(std::time::Duration::from_millis(1500));
    assert_eq!(api.get("/snapshots")["total"], before, "it does not run any more");
    for (wrong, field) in [
        (json!({ "interval_ms": 10 }), "interval_ms"),
        (json!({ "streams": ["/x"] }), "streams"),
        (json!({ "form": "gif" }), "form"),
        (json!({ "name": "closed" }), "name"),
        (json!({ "target_id": 99 }), "target_id"),
    ] {
        let mut body = plan("other", &["road/k1"], None);
        body.as_object_mut().unwrap().extend(wrong.as_object().unwrap().clone());
        let refused = api.send("POST", "/snapshot-plans", Some(&body));
        assert_eq!(refused.json()["field"], field, "{}", refused.text());
    }
    assert_eq!(api.send("DELETE", &path, None).status, 204);
    server.assert_well();
}

fn target(api: &Api, name: &str, kind: &str, url: &str, more: &Value) -> i64 {
    let mut body = json!({ "name": name, "kind": kind, "url": url, "enabled": true });
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    api.post("/upload-targets", &body)["id"].as_i64().unwrap()
}

#[test]
fn pictures_arrive_by_http_and_ftp_as_they_were_taken() {
    let mut server = options().start();
    let api = server.sign_in();
    let _camera = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let (web, ftp) = (Keeper::http(), Keeper::ftp());
    let account = json!({ "username": FTP_ACCOUNT.0, "password": FTP_ACCOUNT.1 });
    let bearer = json!({ "token": "t0k", "headers": [{ "name": "X-Site", "value": "7" }] });
    let put = target(&api, "put", "http_put", &format!("{}/put/{{app}}/{{name}}.{{ext}}", web.url("http")), &bearer);
    let form = target(&api, "form", "http_form", &format!("{}/form", web.url("http")), &json!({}));
    let upper = target(&api, "ftp", "ftp", &format!("{}/in/{{name}}/", ftp.url("ftp")), &account);
    let shown = api.get("/upload-targets");
    assert!(!shown.to_string().contains("t0k") && !shown.to_string().contains(FTP_ACCOUNT.1), "{shown}");

    let taken = api.post("/streams/road/k1/snapshot", &json!({}));
    let id = taken["id"].as_i64().unwrap();
    let original = api.send("GET", &format!("/snapshots/{id}/picture"), None).body;
    for one in [put, form, upper] {
        let outcome = api.post(&format!("/upload-targets/{one}/test"), &json!({}));
        assert_eq!((outcome["ok"].as_bool(), outcome["snapshot_id"].as_i64()), (Some(true), Some(id)), "{outcome}");
    }
    assert_eq!(web.wait("put_road_k1.jpg"), original);
    let head = String::from_utf8(web.wait("put_road_k1.jpg.head")).unwrap();
    assert!(
        head.starts_with("PUT /put/road/k1.jpg")
            && head.contains("Bearer t0k")
            && head.to_lowercase().contains("x-site: 7"),
        "{head}"
    );
    let body = web.wait("form");
    let has = |part: &[u8]| body.windows(part.len()).any(|window| window == part);
    assert!(has(&original) && has(b"name=\"sha256\"\r\n\r\n") && has(taken["sha256"].as_str().unwrap().as_bytes()));
    let names = ftp.names();
    assert!(names.len() == 1 && names[0].starts_with("in/k1/road_k1_"), "{names:?}");
    assert_eq!(std::fs::read(ftp.path(&names[0])).unwrap(), original);

    api.post("/snapshot-plans", &plan("upper", &["road/k1"], Some(upper)));
    until("three pictures by FTP", PATIENCE, || (ftp.names().len() >= 4).then_some(()));
    let refused = api.send("DELETE", &format!("/upload-targets/{upper}"), None);
    assert_eq!(refused.status, 409, "{}", refused.text());
    server.assert_well();
}

#[test]
fn what_is_not_taken_waits_and_says_why_until_it_is() {
    let mut server = options().start();
    let api = server.sign_in();
    let _camera = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let port = free_port();
    let upper = target(&api, "upper", "http_post", &format!("http://127.0.0.1:{port}/in/"), &json!({}));
    let plan_id = api.post("/snapshot-plans", &plan("upper", &["road/k1"], Some(upper)))["id"].as_i64().unwrap();
    let status = |check: &dyn Fn(&Value) -> bool| {
        until("the target's status", PATIENCE, || {
            Some(api.get("/upload-targets")["items"][0].clone()).filter(|target| check(target))
        })
    };
    let waiting = status(&|target| target["waiting"].as_i64() > Some(1) && target["last_error"].is_string());
    assert_eq!(waiting["sent"], 0);
    assert_eq!(api.send("DELETE", &format!("/snapshot-plans/{plan_id}"), None).status, 204);
    let web = Keeper::http_on(port);
    let path = format!("/upload-targets/{upper}");
    let body =
        |url: String, enabled: bool| json!({ "name": "upper", "kind": "http_post", "url": url, "enabled": enabled });
    let change = |version: &str, url: String, enabled: bool| {
        api.send_with("PUT", &path, &[("If-Match", version)], Some(&body(url, enabled))).status
    };
    let other_server = format!("http://localhost:{port}/in/");
    assert_eq!(change("\"1\"", other_server, false), 200, "another server, by the same target");
    assert_eq!(api.send("POST", &format!("{path}/retry"), None).status, 409, "nothing is tried while it is off");
    assert_eq!(change("\"2\"", format!("http://127.0.0.1:{port}/in/"), true), 200);
    api.post(&format!("{path}/retry"), &json!({}));
    let done = status(&|target| target["waiting"] == 0);
    assert!(done["sent"].as_i64() > Some(1) && done["last_error"].is_null(), "{done}");
    assert!(web.names().iter().filter(|name| name.ends_with(".jpg")).count() > 1);

    let refusing = target(&api, "refusing", "http_put", &format!("http://127.0.0.1:{port}/refused/x.jpg"), &json!({}));
    let outcome = api.post(&format!("/upload-targets/{refusing}/test"), &json!({}));
    assert!(outcome["error"].as_str().unwrap().contains("403 Forbidden: not here"), "{outcome}");
    server.assert_well();
}

#[test]
fn targets_in_the_servers_own_network_are_refused_and_wrong_ones_explained() {
    let (mut server, api) = closed_server(&options());
    let token = api.stream_token("publish", "road/k1", 600);
    let _camera = publish(&server, &format!("road/k1?token={token}"), Clip::H264);
    api.await_live("road/k1");
    api.post("/streams/road/k1/snapshot", &json!({}));
    for (kind, url) in [
        ("http_put", "http://127.0.0.1:9/x".to_owned()),
        ("http_post", "http://169.254.169.254/latest/".to_owned()),
        ("ftp", "ftp://localhost:9/x".to_owned()),
        ("http_put", server.url("http", "api/v1/login")),
    ] {
        let id = target(&api, &url, kind, &url, &json!({}));
        let outcome = api.post(&format!("/upload-targets/{id}/test"), &json!({}));
        assert!(outcome["error"].as_str().unwrap().contains("may not be"), "{url}: {outcome}");
    }
    for (body, field) in [
        (json!({ "kind": "http_put", "url": "ftp://h/x" }), "url"),
        (json!({ "kind": "ftp", "url": "ftp://h" }), "url"),
        (json!({ "kind": "smtp", "url": "ftp://h/x" }), "kind"),
        (json!({ "kind": "http_put", "url": "http://{name}/x" }), "url"),
    ] {
        let mut body = body;
        body.as_object_mut().unwrap().extend(json!({ "name": "n", "enabled": true }).as_object().unwrap().clone());
        let refused = api.send("POST", "/upload-targets", Some(&body));
        assert_eq!((refused.status, refused.json()["field"].as_str()), (400, Some(field)), "{}", refused.text());
    }
    server.assert_well();
}

/// Adds an organisation with one camera in it, and somebody with a role there.
fn district(server: &Server, api: &Api, name: &str, role: &str) -> (i64, Api) {
    let place = api.post("/organisations", &json!({ "name": name, "parent_id": 1 }))["id"].clone();
    let channels = json!([{ "name": format!("camera of {name}"), "main": { "address": "/1" }, "enabled": true }]);
    let device = json!({
        "name": "NVR", "organisation_id": place, "driver": "url", "address": "rtsp://192.0.2.7", "enabled": true,
        "channels": channels,
    });
    let device = api.post("/devices", &device)["id"].clone();
    let channel = api.get(&format!("/channels?device={device}"))["items"][0]["id"].as_i64().unwrap();
    let grants = json!([{ "built_in": role, "organisation_id": place }]);
    let password = "a password for tests";
    let user =
        json!({ "name": name, "organisation_id": place, "enabled": true, "grants": grants, "password": password });
    api.post("/users", &user);
    (channel, Api::sign_in(server.address("http"), name, password))
}

#[test]
fn pictures_of_cameras_are_for_those_of_their_organisation() {
    let (mut server, api) = closed_server(&options());
    let (camera, east) = district(&server, &api, "east", "operator");
    let (_, west) = district(&server, &api, "west", "operator");
    let stream = format!("ch/{camera}");
    let token = api.stream_token("publish", &stream, 600);
    let _camera = publish(&server, &format!("{stream}?token={token}"), Clip::H264);
    api.await_live(&stream);
    let take = |who: &Api| who.send("POST", &format!("/streams/{stream}/snapshot"), Some(&json!({ "overlay": true })));
    assert_eq!(take(&west).status, 404, "as if unknown");
    let taken = take(&east);
    assert_eq!(taken.status, 201, "{}", taken.text());
    let taken = taken.json();
    assert_eq!((taken["channel_id"].as_i64(), taken["taken_by"].as_str()), (Some(camera), Some("east")));
    let path = format!("/snapshots/{}", taken["id"]);
    for (who, seen) in [(&api, true), (&east, true), (&west, false)] {
        assert_eq!(!items(who, "").is_empty(), seen);
        assert_eq!(items(who, &format!("?channel_id={camera}")).len(), usize::from(seen));
        for below in ["", "/picture", "/thumbnail"] {
            let status = who.send("GET", &format!("{path}{below}"), None).status;
            assert_eq!(status, if seen { 200 } else { 404 }, "{below}");
        }
    }
    assert_eq!(west.send("DELETE", &path, None).status, 403, "operators remove nothing anywhere");
    assert_eq!(api.send("DELETE", &path, None).status, 204);
    server.assert_well();
}
