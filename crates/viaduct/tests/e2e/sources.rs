//! Sources: cameras that are pulled.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use testkit::clips::Clip;
use testkit::flv::FlvViewer;
use testkit::http;
use testkit::read::{self, Expect};
use testkit::ws::WsViewer;
use testkit::{Api, PATIENCE, publish, until};

use crate::support::{options, publish as publish_clip};

fn add(api: &Api, url: &str, mode: &str) {
    let source = json!({ "app": "road", "name": "cam", "url": url, "mode": mode });
    let added = api.post("/sources", &source);
    assert!(!added.to_string().contains("secret"), "{added}");
}

fn state(api: &Api) -> Value {
    api.get("/sources/road/cam")
}

#[test]
fn a_camera_with_digest_starts_with_its_first_viewer_and_rests_after_the_last() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "viewer", "secret one");
    let mut server = options().set("streams.idle_close_ms", "1500").start();
    let api = server.sign_in();
    add(&api, &format!("rtsp://viewer:secret%20one@127.0.0.1:{port}/stream"), "on_demand");
    testkit::pause(Duration::from_millis(500));
    assert_eq!(state(&api)["state"], "idle", "nobody watches");
    let expect = Expect { pictures: 50, sound: true };
    read::ffmpeg("", &server.url("http", "road/cam.flv"), expect).unwrap();
    assert!(server.log().contains("rtsp") && api.metric("viaduct_gateway_pull_attempts_total") == 1);
    until("the camera to rest", PATIENCE, || (state(&api)["state"] == "idle").then_some(()));
    assert!(api.stream("road/cam").is_none_or(|stream| stream["state"] == "idle"));
    // And again.
    read::ffmpeg("-rtsp_transport tcp", &server.url("rtsp", "road/cam"), expect).unwrap();
    assert_eq!(api.metric("viaduct_gateway_pull_attempts_total"), 2);
    server.assert_well();
}

#[test]
fn a_wrong_password_is_known_at_once_by_an_independent_camera() {
    let (_camera, port) = publish::gstreamer_camera(Clip::H264Aac, "viewer", "secret one");
    let server = options().start();
    let api = server.sign_in();
    add(&api, &format!("rtsp://viewer:secret-two@127.0.0.1:{port}/stream"), "on_demand");
    let mut viewer = WsViewer::open(server.address("http"), "/road/cam.flv", false);
    let (code, reason) = viewer.close_code(Duration::from_secs(10)).unwrap();
    assert_eq!(code, 4401, "{reason}");
    let failed = until("the failure", PATIENCE, || Some(state(&api)).filter(|source| source["state"] == "failed"));
    assert_eq!(failed["last_error"]["leg"], "auth", "{failed}");
    let report = api.post(
        "/probe",
        &json!({ "url": format!("rtsp://viewer:secret%20one@127.0.0.1:{port}/stream"), "timeout_ms": 8000 }),
    );
    assert_eq!(report["ok"], true, "{report}");
}

/// A camera that refuses everybody and counts the passwords that it was shown.
fn suspicious_camera() -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let shown = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&shown);
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            let counter = Arc::clone(&counter);
            std::thread::spawn(move || {
                let mut text = String::new();
                let mut buffer = [0; 4096];
                while let Ok(count) = socket.read(&mut buffer) {
                    if count == 0 {
                        return;
                    }
                    text.push_str(&String::from_utf8_lossy(&buffer[..count]));
                    while let Some(end) = text.find("\r\n\r\n") {
                        let request: String = text.drain(..end + 4).collect();
                        counter.fetch_add(usize::from(request.contains("Authorization:")), Ordering::Relaxed);
                        let cseq = request.lines().find(|line| line.starts_with("CSeq")).unwrap_or("CSeq: 1");
                        let answer = format!(
                            "RTSP/1.0 401 Unauthorized\r\n{cseq}\r\nWWW-Authenticate: Digest realm=\"camera\", nonce=\"0011\"\r\n\r\n"
                        );
                        if socket.write_all(answer.as_bytes()).is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    (address, shown)
}

#[test]
fn a_wrong_password_is_tried_once_and_then_backed_off() {
    let (camera, shown) = suspicious_camera();
    let server = options().start();
    let api = server.sign_in();
    add(&api, &format!("rtsp://u:secret@{camera}/x"), "on_demand");
    // Ten viewers in the first second must not mean ten wrong passwords: cameras lock accounts for that.
    let statuses: Vec<u16> =
        (0..10).map(|_| http::request(server.address("http"), "GET", "/road/cam.flv", &[], None).status).collect();
    assert!(statuses.iter().all(|status| *status == 401), "{statuses:?}");
    let tried = shown.load(Ordering::Relaxed);
    assert!(tried <= 2, "the password was shown {tried} times");
    let source = state(&api);
    assert_eq!(source["state"], "failed", "{source}");
    assert!(source["next_attempt_ms"].as_u64().is_some_and(|wait| wait > 0) || tried == 1, "{source}");
}

#[test]
fn a_source_that_is_always_on_backs_off_and_recovers() {
    let holder = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = holder.local_addr().unwrap().port();
    drop(holder);
    let server = options().start();
    let api = server.sign_in();
    add(&api, &format!("rtsp://127.0.0.1:{port}/road/k1"), "always");
    let failing =
        until("failures", PATIENCE, || Some(state(&api)).filter(|source| source["failures"].as_u64() >= Some(2)));
    assert_eq!(failing["last_error"]["leg"], "connect", "{failing}");
    let other = options().set("rtsp.listen", &format!("127.0.0.1:{port}")).start();
    let _publisher = publish_clip(&other, "road/k1", Clip::H264);
    until("the source to be live", PATIENCE, || (state(&api)["state"] == "live").then_some(()));
    api.await_live("road/cam");
    assert_eq!(state(&api)["failures"], 0);
}

#[test]
fn viewers_survive_a_source_that_restarts() {
    let other = options().start();
    let publisher = publish_clip(&other, "road/k1", Clip::H264);
    other.sign_in().await_live("road/k1");
    let server = options().start();
    let api = server.sign_in();
    add(&api, &other.url("rtmp", "road/k1"), "on_demand");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/cam.flv");
    assert!(!viewer.pictures(Duration::from_secs(2)).is_empty());
    drop(publisher.stop());
    let kicked = other.sign_in().get("/viewers")["items"][0]["id"].clone();
    other.sign_in().send("DELETE", &format!("/viewers/{kicked}"), None);
    let _again = until("the name to be free", PATIENCE, || {
        let peer = testkit::rtmp_peer::RtmpPeer::open(other.address("rtmp"), "road/k1", rtmp::ClientRole::Publish);
        peer.ok().map(|peer| {
            publish::TagPublisher::start(peer, publish::media_tags(Clip::H264), |at| u32::try_from(at).unwrap())
        })
    });
    until("the source's return", PATIENCE, || (api.stream("road/cam")?["incarnation"].as_u64()? >= 2).then_some(()));
    assert!(!viewer.pictures(Duration::from_secs(6)).is_empty() && !viewer.has_ended());
}

#[test]
fn a_source_that_is_removed_ends_at_once() {
    let other = options().start();
    let _publisher = publish_clip(&other, "road/k1", Clip::H264);
    other.sign_in().await_live("road/k1");
    let server = options().set("streams.publisher_grace_ms", "500").start();
    let api = server.sign_in();
    add(&api, &other.url("rtsp", "road/k1"), "always");
    api.await_live("road/cam");
    assert_eq!(api.send("DELETE", "/sources/road/cam", None).status, 204);
    until("the end", PATIENCE, || api.stream("road/cam").is_none().then_some(()));
    let viewers = other.sign_in();
    until("the connection to be closed", PATIENCE, || (viewers.stream("road/k1")?["viewers"] == 0).then_some(()));
}

#[test]
fn a_list_of_channels_is_checked_and_then_imported_once() {
    let mut server = options().start();
    let api = server.sign_in();
    let list = "#EXTM3U\n#EXTINF:-1 tvg-id=\"k12\" group-title=\"G1\",K12+300\nrtsp://192.0.2.7/1\n\
                #EXTINF:-1,收费站\nhttp://user:secret@192.0.2.8/2.flv\nfile:///etc/passwd\nrtsp://192.0.2.7/1\nrtsp://user:secret@192.0.2.9/1\nnothing\n";
    let body = |dry_run: bool| json!({ "list": list, "app": "road", "mode": "on_demand", "dry_run": dry_run });
    let checked = api.post("/sources/import", &body(true));
    let counts = (&checked["added"], &checked["known"], &checked["refused"]);
    assert_eq!(counts, (&json!(3), &json!(1), &json!(2)), "{checked}");
    assert_eq!(api.get("/sources")["items"].as_array().unwrap().len(), 0, "nothing was added by looking");
    let imported = api.post("/sources/import", &body(false));
    let names: Vec<_> = imported["items"].as_array().unwrap().iter().map(|item| item["name"].clone()).collect();
    assert_eq!(names[..2], [json!("k12"), json!("line-5")]);
    let sources = api.get("/sources");
    assert_eq!(sources["items"].as_array().unwrap().len(), 3, "{sources}");
    assert!(!sources.to_string().contains("secret") && !imported.to_string().contains("secret"));
    let again = api.post("/sources/import", &body(false));
    assert_eq!((&again["added"], &again["known"]), (&json!(0), &json!(4)), "{again}");
    let empty = json!({ "list": "#EXTM3U\n", "app": "road", "mode": "always" });
    assert_eq!(api.send("POST", "/sources/import", Some(&empty)).status, 400);
    let too_long = json!({ "list": "rtsp://192.0.2.7/x\n".repeat(100_000), "app": "road", "mode": "always" });
    assert_eq!(api.send("POST", "/sources/import", Some(&too_long)).status, 413);
    server.assert_well();
}

#[test]
fn all_cameras_of_a_server_come_back_with_the_first_one_however_long_it_was_away() {
    const CAMERAS: usize = 12;
    let origin = options().set("rtmp.listen", &format!("127.0.0.1:{}", testkit::upstream::free_port()));
    let first = origin.start();
    let server = options().start();
    let api = server.sign_in();
    let url = first.url("rtmp", "live/k1");
    for camera in 0..CAMERAS {
        api.post("/sources", &json!({ "app": "road", "name": format!("cam{camera}"), "url": url, "mode": "always" }));
    }
    let sources = || api.get("/sources")["items"].as_array().unwrap().clone();
    let live = || sources().iter().filter(|source| source["state"] == "live").count();
    let publisher = publish_clip(&first, "live/k1", Clip::H264Aac);
    until("all cameras", PATIENCE, || (live() == CAMERAS).then_some(()));
    drop(publisher.stop());
    first.signal("KILL");
    let delays = || sources().iter().filter_map(|source| source["next_attempt_ms"].as_u64()).collect::<Vec<_>>();
    until("long delays", PATIENCE * 4, || {
        (delays().iter().filter(|delay| **delay > 12_000).count() >= CAMERAS / 2).then_some(())
    });
    let attempts = || api.metric("viaduct_gateway_pull_attempts_total");
    let before = attempts();
    let second = origin.start();
    let _publisher = publish_clip(&second, "live/k1", Clip::H264Aac);
    until("the first camera", PATIENCE * 3, || (live() > 0).then_some(()));
    until("all cameras", Duration::from_secs(10), || (live() == CAMERAS).then_some(()));
    let more = attempts() - before;
    assert!(more <= 3 * CAMERAS as u64, "{more} attempts: no storm");
}

#[test]
fn a_server_that_hangs_up_at_once_is_not_stormed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/cam.flv", listener.local_addr().unwrap());
    let asked = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&asked);
    std::thread::spawn(move || {
        while let Ok((mut socket, _)) = listener.accept() {
            counter.fetch_add(1, Ordering::Relaxed);
            let _request = socket.read(&mut [0; 4096]);
            let _gone = socket.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nFLV\x01\x05\0\0\0\x09\0\0\0\0");
        }
    });
    let server = options().start();
    add(&server.sign_in(), &url, "always");
    until("the first attempt", PATIENCE, || (asked.load(Ordering::Relaxed) > 0).then_some(()));
    testkit::pause(Duration::from_secs(3));
    let count = asked.load(Ordering::Relaxed);
    assert!(count <= 4, "{count} attempts in 3 s");
}
