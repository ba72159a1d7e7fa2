//! What viewers see while a publisher or a source is away.

use serde_json::json;
use testkit::clips::{Clip, path_text, words};
use testkit::process::Process;
use testkit::upstream::free_port;
use testkit::{Api, PATIENCE, Server, http, until};

use crate::support::{options, publish};

/// A red picture in the folder of files, and a rule that shows it.
fn prepare(server: &Server, api: &Api) {
    let mut arguments = words("-v error -nostdin -y -f lavfi -i color=red:size=384x216:rate=25:duration=2");
    arguments.extend(words("-c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25"));
    arguments.push(path_text(&server.data().join("files/away.mp4")));
    assert!(Process::start("ffmpeg", arguments).wait(PATIENCE).success());
    let rule = json!({ "pattern": "road/*", "settings": { "slate": "away.mp4", "publisher_grace_ms": 10_000 } });
    assert_eq!(api.send("POST", "/applications", Some(&rule)).status, 201);
}

/// One viewer for so many seconds: for each picture whether it is plain red.
fn watch(url: &str, seconds: usize) -> std::thread::JoinHandle<Vec<bool>> {
    let mut arguments = words("-v error -nostdin -i");
    arguments.push(url.to_owned());
    arguments.extend(words(&format!(
        "-an -t {seconds} -fps_mode passthrough -vf scale=8:8 -pix_fmt rgb24 -f rawvideo pipe:1"
    )));
    std::thread::spawn(move || {
        let bytes = Process::start("ffmpeg", arguments).output(PATIENCE * 2);
        let red = |pixel: &[u8]| pixel[0] > 200 && pixel[1] < 60 && pixel[2] < 60;
        bytes.chunks_exact(8 * 8 * 3).map(|picture| picture.chunks_exact(3).all(red)).collect()
    })
}

#[test]
fn one_viewer_sees_the_camera_then_the_slate_then_the_camera() {
    let mut server = options().start();
    let api = server.sign_in();
    prepare(&server, &api);
    let camera = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let viewer = watch(&server.url("http", "road/k1.flv"), 14);
    until("the viewer", PATIENCE, || (api.stream("road/k1")?["viewers"] == 1).then_some(()));
    testkit::pause(std::time::Duration::from_secs(2));
    drop(camera.stop());
    let protocol = || api.stream("road/k1").map(|stream| stream["publisher"]["protocol"].clone());
    until("the slate", PATIENCE, || (protocol()? == "slate").then_some(()));
    testkit::pause(std::time::Duration::from_secs(3));
    let _camera = publish(&server, "road/k1", Clip::H264Aac);
    until("the camera", PATIENCE, || (protocol()? == "rtmp").then_some(()));
    let pictures = viewer.join().unwrap();
    let first = pictures.iter().position(|red| *red).expect("the slate was seen");
    let last = pictures.iter().rposition(|red| *red).unwrap();
    let slate = &pictures[first..=last];
    assert!(first > 20 && pictures.len() - last > 20, "{first} before, {} after", pictures.len() - last);
    assert!(slate.len() > 40 && slate.iter().all(|red| *red), "{} pictures of the slate", slate.len());
    server.assert_well();
}

#[test]
fn a_source_that_is_down_shows_the_slate_and_an_unknown_name_does_not() {
    let mut server = options().start();
    let api = server.sign_in();
    prepare(&server, &api);
    let source = json!({ "app": "road", "name": "k2", "url": format!("rtsp://127.0.0.1:{}/x", free_port()), "mode": "on_demand" });
    api.post("/sources", &source);
    let pictures = watch(&server.url("http", "road/k2.flv"), 3).join().unwrap();
    assert!(pictures.len() > 25 && pictures.iter().all(|red| *red), "{} pictures", pictures.len());
    until("the slate to go", PATIENCE * 2, || {
        let stream = api.stream("road/k2");
        stream.is_none_or(|stream| stream["publisher"].is_null()).then_some(())
    });
    let unknown = http::request(server.address("http"), "GET", "/road/none.flv", &[], None);
    assert_eq!(unknown.status, 404);
    for slate in ["../viaduct.db", "/etc/passwd", "a/b.mp4"] {
        let rule = json!({ "pattern": "city/*", "settings": { "slate": slate } });
        assert_eq!(api.send("POST", "/applications", Some(&rule)).status, 400, "{slate}");
    }
    server.assert_well();
}

#[test]
fn a_source_outside_its_schedule_shows_the_slate_until_it_opens() {
    let mut server = options().set("server.time_zone", "UTC").start();
    let api = server.sign_in();
    prepare(&server, &api);
    let other = options().start();
    let _camera = publish(&other, "live/k1", Clip::H264Aac);
    other.sign_in().await_live("live/k1");
    let every_day = |from: &str, to: &str| json!([{ "days": [1, 2, 3, 4, 5, 6, 7], "from": from, "to": to }]);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs();
    let hour = |ahead: u64| format!("{:02}:00", (now / 3600 + ahead) % 24);
    let mut source = json!({
        "app": "road", "name": "k3", "url": other.url("rtsp", "live/k1"), "mode": "on_demand",
        "schedule": every_day(&hour(6), &hour(7)),
    });
    api.post("/sources", &source);
    let viewer = watch(&server.url("http", "road/k3.flv"), 8);
    let protocol = || api.stream("road/k3").map(|stream| stream["publisher"]["protocol"].clone());
    until("the slate", PATIENCE, || (protocol()? == "slate").then_some(()));
    testkit::pause(std::time::Duration::from_secs(2));
    source["schedule"] = every_day("00:00", "24:00");
    assert_eq!(api.send("PUT", "/sources/road/k3", Some(&source)).status, 200);
    until("the camera", PATIENCE, || (protocol()? == "rtsp-pull").then_some(()));
    testkit::pause(std::time::Duration::from_secs(2));
    source["schedule"] = every_day(&hour(6), &hour(7));
    assert_eq!(api.send("PUT", "/sources/road/k3", Some(&source)).status, 200);
    until("the slate again", PATIENCE, || (protocol()? == "slate").then_some(()));
    let pictures = viewer.join().unwrap();
    let camera = pictures.iter().position(|red| !*red).expect("the camera was seen");
    let last = pictures.iter().rposition(|red| !*red).unwrap();
    assert!(camera > 20 && last < pictures.len() - 1, "{camera} to {last} of {}", pictures.len());
    server.assert_well();
}
