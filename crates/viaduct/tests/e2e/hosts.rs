//! Virtual hosts: streams of equal names with different pictures, and which of them publishers and players get.

use std::process::Command;
use std::time::Duration;

use rtmp::ClientRole;
use serde_json::{Value, json};
use testkit::cache::Cache;
use testkit::clips::{Clip, path_text, words};
use testkit::flv::FlvViewer;
use testkit::http::{self, Answer};
use testkit::process::{self, Process};
use testkit::receiver::Receiver;
use testkit::rtmp_peer::RtmpPeer;
use testkit::ws::{self, WsViewer};
use testkit::{Api, PATIENCE, Server, picture, publish, until};

use crate::support::{BINARY, H264_SDP, RtspPeer, closed_server, options, publish as publish_ours};

/// How long a picture may take.
const READ: Duration = Duration::from_secs(40);
/// Bytes of a grey picture of [`Clip::H264`] and of [`Clip::H264Small`].
const LARGE: usize = picture::WIDTH * picture::HEIGHT;
const SMALL: usize = LARGE / 4;

fn add(api: &Api, name: &str, domains: &[&str]) {
    let answer = api.send("POST", "/hosts", Some(&json!({ "name": name, "domains": domains })));
    assert_eq!(answer.status, 201, "{}", answer.text());
}

fn set_domains(api: &Api, name: &str, domains: &[&str]) -> Answer {
    api.send("PUT", &format!("/hosts/{name}"), Some(&json!({ "domains": domains })))
}

fn rule(api: &Api, pattern: &str, settings: &Value) -> i64 {
    let answer = api.send("POST", "/applications", Some(&json!({ "pattern": pattern, "settings": settings })));
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()["id"].as_i64().unwrap()
}

/// The first picture of a URL or file, decoded by FFmpeg: its bytes.
fn first_picture(options: &str, input: &str) -> usize {
    let mut arguments = words("-v error -nostdin -y -analyzeduration 2000000 -probesize 2000000");
    // A Host field has a blank, so headers stand alone.
    match options.strip_prefix("Host:") {
        Some(host) => arguments.extend(["-headers".to_owned(), format!("Host: {host}\r\n")]),
        None => arguments.extend(words(options)),
    }
    arguments.extend(["-i".to_owned(), input.to_owned()]);
    arguments.extend(words("-map 0:v:0 -frames:v 1 -pix_fmt gray -f rawvideo pipe:1"));
    let mut ffmpeg = Process::start("ffmpeg", &arguments);
    let bytes = ffmpeg.output(READ);
    assert!(!bytes.is_empty(), "no picture of {input} ({options}): {}", ffmpeg.messages().trim());
    bytes.len()
}

/// The same of bytes that another program received.
fn picture_in(bytes: &[u8]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("received");
    std::fs::write(&file, bytes).unwrap();
    first_picture("", &path_text(&file))
}

/// A URL with `localhost` for the address.
fn by_domain(url: &str) -> String {
    url.replace("127.0.0.1", "localhost")
}

fn status(server: &Server, target: &str) -> u16 {
    http::request(server.address("http"), "HEAD", target, &[], None).status
}

/// Large pictures as `road/k1` of `t1`, small ones as `road/k1` of `t2`, whose domain is `localhost`; the default host
/// has no such stream.
fn two_tenants(server: &Server) -> (Api, [Process; 2]) {
    let api = server.sign_in();
    add(&api, "t1", &[]);
    add(&api, "t2", &["localhost", "*.t2.example"]);
    let rtmp = server.url("rtmp", "road?vhost=t1/k1");
    let rtsp = by_domain(&server.url("rtsp", "road/k1"));
    let publishers =
        [publish::ffmpeg_rtmp(&Clip::H264.path(), &rtmp), publish::ffmpeg_rtsp(&Clip::H264Small.path(), &rtsp)];
    api.await_live("road/k1?vhost=t1");
    api.await_live("road/k1?vhost=t2");
    assert_eq!(api.send("GET", "/streams/road/k1", None).status, 404, "nothing is on the default host");
    (api, publishers)
}

#[test]
fn players_of_every_protocol_get_the_stream_of_their_host() {
    let mut server = options().set("streams.play_wait_ms", "300").start();
    let (api, _publishers) = two_tenants(&server);
    for (options, scheme, path) in [
        ("", "rtmp", "road/k1"),
        ("-rtsp_transport tcp", "rtsp", "road/k1"),
        ("-rtsp_transport udp", "rtsp", "road/k1"),
        ("-rtsp_transport http", "rtsp", "road/k1"),
        ("", "http", "road/k1.flv"),
        ("", "http", "road/k1.mp4"),
        ("", "http", "road/k1.ts"),
        ("", "http", "road/k1/index.m3u8"),
        ("", "http", "road/k1/ts.m3u8"),
        ("", "http", "t/-/road/k1/index.m3u8"),
        ("", "http", "road/k1/manifest.mpd"),
        ("-tls_verify 0", "https", "road/k1.flv"),
        ("-tls_verify 0", "rtmps", "road/k1"),
    ] {
        let url = server.url(scheme, path);
        assert_eq!(first_picture(options, &format!("{url}?vhost=t1")), LARGE, "{url} of t1");
        assert_eq!(first_picture(options, &by_domain(&url)), SMALL, "{url} of t2");
    }
    assert_eq!(first_picture("", &server.url("rtmp", "road?vhost=T1/k1")), LARGE, "in the application, in any case");
    for path in ["road/k1.flv", "road/k1/index.m3u8", "road/k1/manifest.mpd"] {
        let url = server.url("http", path);
        assert_eq!(first_picture("Host:Cam.T2.Example:80", &url), SMALL, "{url} by the Host field");
        assert_eq!(first_picture("Host:a.t2.example", &format!("{url}?vhost=t1")), LARGE, "{url}: the name goes first");
        assert_eq!(status(&server, &format!("/{path}")), 404, "{path} of the default host");
    }
    let sessions = api.get("/viewers?vhost=t2");
    assert!(sessions["items"].as_array().unwrap().iter().all(|each| each["vhost"] == "t2"), "{sessions}");
    server.assert_well();
}

#[test]
fn websockets_and_http2_are_on_their_host_too() {
    let mut server = options().set("streams.play_wait_ms", "300").start();
    let (_api, _publishers) = two_tenants(&server);
    let (address, time) = (server.address("http"), Duration::from_secs(3));
    for extension in ["flv", "mp4", "ts"] {
        let named = WsViewer::open(address, &format!("/road/k1.{extension}?vhost=t1"), false).collect(time);
        assert_eq!(picture_in(&named), LARGE, "{extension} of t1");
        let target = format!("/road/k1.{extension}");
        let by_domain = WsViewer::open_at(address, "x.t2.example", &target, false).collect(time);
        assert_eq!(picture_in(&by_domain), SMALL, "{extension} of t2");
    }
    assert_eq!(picture_in(&ws::rtsp_pictures(address, "road/k1?vhost=t1", 10)), LARGE, "RTSP over WebSocket");
    assert_eq!(picture_in(&ws::rtsp_pictures_at(address, "localhost", "road/k1", 10)), SMALL, "by domain");
    let curl = |arguments: &[&str], target: &str| {
        let mut curl = Command::new("curl");
        curl.args(["-sk", "--no-buffer", "--max-time", "4"]).args(arguments);
        curl.arg(format!("https://{}{target}", server.address("https"))).output().unwrap().stdout
    };
    for version in ["--http1.1", "--http2"] {
        assert_eq!(picture_in(&curl(&[version], "/road/k1.flv?vhost=t1")), LARGE, "{version}");
        assert_eq!(picture_in(&curl(&[version, "-H", "Host: LOCALHOST"], "/road/k1.flv")), SMALL, "{version}");
    }
    server.assert_well();
}

#[test]
fn sessions_and_keys_of_hls_are_good_on_their_host_alone() {
    let mut server = options().start();
    let (api, _publishers) = two_tenants(&server);
    rule(&api, "t1/rail/*", &json!({ "encrypt_hls": true }));
    let _another = publish_ours(&server, "rail/k1?vhost=t1", Clip::H264);
    let _namesake = publish_ours(&server, "rail/k1", Clip::H264Small);
    api.await_live("rail/k1?vhost=t1");
    api.await_live("rail/k1");
    assert_eq!(first_picture("", &server.url("http", "rail/k1/index.m3u8?vhost=t1")), LARGE, "encrypted");
    assert_eq!(first_picture("", &server.url("http", "rail/k1/index.m3u8")), SMALL, "not encrypted");
    let get = |target: &str| http::request(server.address("http"), "GET", &format!("/rail/k1/{target}"), &[], None);
    let first = get("index.m3u8?vhost=t1").text();
    let media = first.lines().find(|line| !line.starts_with('#')).unwrap().to_owned();
    assert!(media.contains("?session=") && media.ends_with("&vhost=t1"), "{media}");
    let playlist = testkit::hls::Playlist::parse(&get(&media).text());
    let (key, _) = playlist.segments.last().unwrap().key.clone().unwrap();
    let segment = &playlist.segments.last().unwrap().uri;
    for uri in [&media, &key, segment] {
        assert_eq!(get(uri).status, 200, "{uri}");
        let elsewhere = uri.strip_suffix("&vhost=t1").unwrap();
        assert_eq!(get(elsewhere).status, 403, "{elsewhere} on the default host");
    }
    server.assert_well();
}

#[test]
fn tenants_behind_one_cache_are_apart() {
    let mut server = options().start();
    let (_api, _publishers) = two_tenants(&server);
    let cache = Cache::start(server.address("http"));
    let url = format!("http://{}/t/-/road/k1/index.m3u8", cache.address);
    for _again in 0..2 {
        assert_eq!(first_picture("", &format!("{url}?vhost=t1")), LARGE);
        assert_eq!(first_picture("", &by_domain(&url)), SMALL);
    }
    server.assert_well();
}

#[test]
fn publishers_by_domain_and_by_name_never_meet() {
    let mut server = options().start();
    let api = server.sign_in();
    add(&api, "t1", &["localhost"]);
    add(&api, "t2", &[]);
    let (large, small) = (Clip::H264.path(), Clip::H264Small.path());
    // OBS has the name's query in the stream key.
    let _publishers = [
        publish::ffmpeg_rtmp(&large, &by_domain(&server.url("rtmp", "road/k1"))),
        publish::ffmpeg_rtmp(&small, &server.url("rtmp", "road/k1?vhost=t2")),
        publish::ffmpeg_rtsp(&small, &server.url("rtsp", "road/k1")),
        publish::ffmpeg_rtsp_udp(&large, &server.url("rtsp", "road/k2?vhost=t2")),
    ];
    for (key, width) in
        [("road/k1?vhost=t1", 384), ("road/k1?vhost=t2", 192), ("road/k1", 192), ("road/k2?vhost=t2", 384)]
    {
        assert_eq!(api.await_live(key)["tracks"][0]["width"], width, "{key}");
    }
    let listed = |query: &str| {
        let streams = api.get(&format!("/streams{query}"));
        let items = streams["items"].as_array().unwrap().iter();
        let name =
            |each: &Value| ["vhost", "app", "name"].map(|part| each[part].as_str().unwrap().to_owned()).join("/");
        items.map(name).collect::<Vec<_>>()
    };
    assert_eq!(listed(""), ["default/road/k1", "t1/road/k1", "t2/road/k1", "t2/road/k2"]);
    assert_eq!(listed("?vhost=T2"), ["t2/road/k1", "t2/road/k2"]);
    assert_eq!(listed("?search=t1%2Froad"), ["t1/road/k1"]);
    // What people copy leads to the stream, whatever the domain they copied it from.
    let urls = &api.stream("road/k1?vhost=t2").unwrap()["urls"];
    for key in ["rtsp", "rtmp", "flv", "mp4", "ts", "hls", "hls_cdn", "dash"] {
        let url = by_domain(urls[key].as_str().unwrap());
        assert_eq!(first_picture("", &url), SMALL, "{url}");
    }
    // The console at a tenant's domain, and a stream of the default host.
    let ask = |method: &str, path: &str| {
        let head =
            format!("{method} /api/v1{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {}\r\n", api.token());
        let request = format!("{head}Connection: close\r\nContent-Length: 0\r\n\r\n");
        let bytes = http::exchange(server.address("http"), request.as_bytes(), PATIENCE);
        Answer::parse(&bytes).unwrap().json()
    };
    let url = ask("GET", "/streams/road/k1")["urls"]["flv"].as_str().unwrap().to_owned();
    assert!(url.starts_with("http://localhost:") && url.ends_with("?vhost=default"), "{url}");
    assert_eq!(first_picture("", &url), SMALL, "{url}");
    let offer = ask("POST", "/streams/road/k1/play");
    assert!(offer["engines"][0]["url"].as_str().unwrap().ends_with("&vhost=default"), "{offer}");
    let plain = &api.stream("road/k1").unwrap()["urls"]["flv"];
    assert!(plain.as_str().unwrap().ends_with("/road/k1.flv"), "{plain}");
    server.assert_well();
}

#[test]
fn a_host_that_there_is_not_is_refused_with_a_sentence() {
    const SENTENCE: &str = "There is no virtual host of this name.";
    let mut server = options().start();
    for role in [ClientRole::Publish, ClientRole::Play] {
        let refused = RtmpPeer::open(server.address("rtmp"), "road/k1?vhost=t9", role).unwrap_err();
        assert!(refused.to_string().contains(SENTENCE), "{refused}");
    }
    for (method, body) in [("ANNOUNCE", H264_SDP), ("DESCRIBE", "")] {
        let answer = RtspPeer::connect(server.address("rtsp")).ask(method, "road/k1?vhost=t9", "", body);
        assert_eq!(answer.status, 404, "{}", answer.head);
        assert!(answer.head.contains(SENTENCE), "{}", answer.head);
    }
    let address = server.address("http");
    for path in ["road/k1.flv", "road/k1.mp4", "road/k1/index.m3u8", "road/k1/manifest.mpd", "t/-/road/k1/ts.m3u8"] {
        let answer = http::request(address, "GET", &format!("/{path}?vhost=t9"), &[], None);
        assert_eq!((answer.status, answer.json()["detail"].as_str()), (404, Some(SENTENCE)), "{path}");
    }
    let closed = WsViewer::open(address, "/road/k1.flv?vhost=t9", false).close_code(PATIENCE).unwrap();
    assert_eq!(closed, (4404, SENTENCE.to_owned()));
    let answer = server.sign_in().send("GET", "/streams/road/k1/diagnosis?vhost=t9", None);
    assert_eq!((answer.status, answer.json()["field"].as_str()), (404, Some("vhost")));
    server.assert_well();
}

#[test]
fn tokens_and_rules_of_one_host_open_nothing_on_another() {
    let (mut server, api) = closed_server(&options().set("streams.play_wait_ms", "300"));
    add(&api, "t1", &["localhost"]);
    let make = |vhost: Option<&str>, action: &str, name: &str| {
        let mut body = json!({ "app": "road", "name": name, "action": action, "expires_in_s": 600 });
        if let Some(vhost) = vhost {
            body["vhost"] = vhost.into();
        }
        api.post("/tokens", &body)["token"].as_str().unwrap().to_owned()
    };
    let publish = |path: &str| match RtmpPeer::open(server.address("rtmp"), path, ClientRole::Publish) {
        Ok(_) => 200,
        Err(error) => error.kind().http_status(),
    };
    for name in ["k1", "*"] {
        let (default, tenant) = (make(None, "publish", name), make(Some("T1"), "publish", name));
        // RTMP has one word for a missing and a foreign token.
        assert_eq!(publish(&format!("road/k1?vhost=t1&token={default}")), 401, "{default}");
        assert_eq!(publish(&format!("road/k1?token={tenant}")), 401, "{tenant}");
        assert_eq!(publish(&format!("road/k1?token={default}")), 200, "{default}");
        assert_eq!(publish(&format!("road/k1?vhost=t1&token={tenant}")), 200, "{tenant}");
    }
    let data = path_text(&server.data());
    let arguments = ["token", "play", "t1/road/*", "--data-dir", &data];
    let (ok, token, messages) = process::run(BINARY, arguments, PATIENCE);
    assert!(ok, "{messages}");
    let flv = |query: &str| status(&server, &format!("/road/k9.flv?token={}{query}", token.trim()));
    assert_eq!((flv(""), flv("&vhost=t1")), (403, 404), "a good token finds that there is no stream");
    let in_path = |query: &str| status(&server, &format!("/t/{}/road/k9/index.m3u8{query}", token.trim()));
    assert_eq!((in_path(""), in_path("?vhost=t1")), (403, 404), "in the path as well");

    let open = json!({ "publish": "open", "play": "open" });
    let wide = rule(&api, "*/*", &open);
    assert_eq!((publish("road/k2"), publish("road/k2?vhost=t1")), (200, 401), "two parts are the default host");
    rule(&api, "t1/rail/*", &open);
    assert_eq!((publish("rail/k2?vhost=t1"), publish("road/k3?vhost=t1")), (200, 401));
    let body = json!({ "pattern": "*/*/*", "settings": open });
    assert_eq!(api.send("PUT", &format!("/applications/{wide}"), Some(&body)).status, 200);
    assert_eq!((publish("road/k4"), publish("road/k4?vhost=t1")), (200, 200), "three parts may be all hosts");
    rule(&api, "t1/*/*", &json!({ "publish": "off" }));
    let refused = RtmpPeer::open(server.address("rtmp"), "road/k5?vhost=t1", ClientRole::Publish).unwrap_err();
    assert!(refused.to_string().contains("switched off"), "the host counts most: {refused}");
    let effective = api.get("/streams/rail/k2/settings?vhost=t1");
    assert_eq!(effective["patterns"], json!(["t1/rail/*", "t1/*/*", "*/*/*"]));
    server.assert_well();
}

#[test]
fn hosts_are_changed_and_removed_while_the_server_runs() {
    let mut server = options().set("streams.play_wait_ms", "300").start();
    let api = server.sign_in();
    add(&api, "t1", &["a.example.com"]);
    let _publisher = publish_ours(&server, "road/k1?vhost=t1", Clip::H264);
    api.await_live("road/k1?vhost=t1");
    let head = |host: &str| {
        let request = format!("HEAD /road/k1.flv HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        let bytes = http::exchange(server.address("http"), request.as_bytes(), PATIENCE);
        Answer::parse(&bytes).unwrap().status
    };
    assert_eq!((head("a.example.com"), head("b.example.com")), (200, 404));
    assert_eq!(set_domains(&api, "t1", &["*.example.com"]).status, 200);
    assert_eq!((head("a.example.com"), head("b.example.com"), head("example.com")), (200, 200, 404));
    add(&api, "t2", &["b.example.com"]);
    assert_eq!((head("a.example.com"), head("b.example.com")), (200, 404), "an exact domain goes before a wildcard");
    let taken = set_domains(&api, "t1", &["B.Example.com."]);
    assert_eq!((taken.status, taken.json()["field"].as_str()), (409, Some("domains")), "{}", taken.text());
    for (body, field) in [
        (json!({ "name": "default" }), "name"),
        (json!({ "name": "a/b" }), "name"),
        (json!({ "name": "t1" }), "name"),
        (json!({ "name": "t3", "domains": ["a b"] }), "domains"),
    ] {
        let refused = api.send("POST", "/hosts", Some(&body));
        assert!(matches!(refused.status, 400 | 409), "{}", refused.text());
        assert_eq!(refused.json()["field"], field, "{}", refused.text());
    }

    let source =
        json!({ "vhost": "t1", "app": "cam", "name": "k1", "url": "rtsp://127.0.0.1:9/1", "mode": "on_demand" });
    api.post("/sources", &source);
    let refused = api.send("DELETE", "/hosts/t1", None);
    assert!(refused.status == 409 && refused.text().contains("1 sources"), "{}", refused.text());
    assert_eq!(api.send("DELETE", "/sources/cam/k1", None).status, 404, "the default host has no such source");
    assert_eq!(api.send("DELETE", "/sources/cam/k1?vhost=t1", None).status, 204);
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv?vhost=t1");
    assert!(!viewer.pictures(Duration::from_secs(1)).is_empty());
    assert_eq!(api.send("DELETE", "/hosts/T1", None).status, 204);
    assert!(viewer.await_end(PATIENCE), "what runs on a host ends with it");
    assert_eq!(status(&server, "/road/k1.flv?vhost=t1"), 404);
    assert_eq!(api.get("/hosts")["items"].as_array().unwrap().len(), 1);
    until("the accounts of the host that is gone", PATIENCE, || {
        let ended = api.get("/sessions?vhost=t1");
        (ended["items"][0]["vhost"] == "t1" && ended["items"][0]["name"] == "k1").then_some(())
    });
    let traffic = api.get("/sessions/traffic?by=vhost");
    assert!(traffic["items"].as_array().unwrap().iter().any(|each| each["group"] == "t1"), "{traffic}");
    server.assert_well();
}

#[test]
fn hosts_survive_a_restart_with_their_sources() {
    let upstream = options().start();
    let _publisher = publish_ours(&upstream, "road/k1", Clip::H264Small);
    upstream.sign_in().await_live("road/k1");
    let server = options().start();
    let api = server.sign_in();
    add(&api, "t1", &["localhost"]);
    let url = upstream.url("rtsp", "road/k1");
    api.post("/sources", &json!({ "vhost": "t1", "app": "cam", "name": "k1", "url": url, "mode": "on_demand" }));
    let listed = api.get("/sources?vhost=t1");
    assert_eq!((&listed["items"][0]["vhost"], &listed["items"][0]["name"]), (&json!("t1"), &json!("k1")), "{listed}");
    assert!(api.get("/sources?vhost=default")["items"].as_array().unwrap().is_empty());
    let imported =
        json!({ "vhost": "t1", "app": "cam", "mode": "on_demand", "list": format!("{url}\nrtsp://127.0.0.1:9/x") });
    let report = api.post("/sources/import", &imported);
    assert_eq!((&report["known"], &report["added"]), (&json!(1), &json!(1)), "{report}");
    let folder = server.stop();
    let mut again = options().folder(&folder).start();
    assert_eq!(first_picture("", &by_domain(&again.url("http", "cam/k1.flv"))), SMALL);
    assert_eq!(first_picture("", &again.url("rtsp", "cam/k1?vhost=t1")), SMALL);
    again.assert_well();
}

#[test]
fn relays_origins_and_hooks_name_the_host() {
    let mut here = options().start();
    let mut there = options().start();
    let (api, other) = (here.sign_in(), there.sign_in());
    for api in [&api, &other] {
        add(api, "t1", &[]);
    }
    add(&other, "t2", &[]);
    let receiver = Receiver::start();
    let hook = json!({
        "url": receiver.url(), "events": ["stream_up"], "pattern": "*/*/*", "timeout_ms": 5000, "on_failure": "deny",
        "enabled": true,
    });
    let secret = api.post("/hooks", &hook)["secret"].as_str().unwrap().to_owned();
    receiver.set_secret(&secret);
    let target = there.url("rtmp", "{app}/{name}");
    let relay = |target: &str| json!({ "pattern": "*/road/*", "target": target, "enabled": true });
    let mixed = api.send("POST", "/relays", Some(&relay(&target)));
    assert!(mixed.status == 400 && mixed.text().contains("{vhost}"), "{}", mixed.text());
    api.post("/relays", &relay(&format!("{target}?vhost={{vhost}}")));
    let _publishers =
        [publish_ours(&here, "road/k1", Clip::H264), publish_ours(&here, "road/k1?vhost=t1", Clip::H264Small)];
    assert_eq!(other.await_live("road/k1")["tracks"][0]["width"], 384);
    assert_eq!(other.await_live("road/k1?vhost=t1")["tracks"][0]["width"], 192);
    let pushes = api.get("/relays")["items"][0]["pushes"].clone();
    assert_eq!(pushes.as_array().unwrap().iter().filter(|push| push["vhost"] == "t1").count(), 1, "{pushes}");
    receiver.await_event("stream_up", |data| data["vhost"] == "t1" && data["name"] == "k1");
    receiver.await_event("stream_up", |data| data["vhost"] == "default" && data["name"] == "k1");

    let origin = format!("{}?vhost={{vhost}}", here.url("rtsp", "{app}/{name}"));
    rule(&other, "t2/road/*", &json!({ "origins": [here.url("rtsp", "{app}/{name}?vhost=t1")] }));
    rule(&other, "*/rail/*", &json!({ "origins": [origin] }));
    assert_eq!(first_picture("", &there.url("http", "road/k1.flv?vhost=t2")), SMALL, "of the origin's host");
    let _another = publish_ours(&here, "rail/k1?vhost=t1", Clip::H264);
    api.await_live("rail/k1?vhost=t1");
    assert_eq!(first_picture("", &there.url("http", "rail/k1.flv?vhost=t1")), LARGE, "of the host of the same name");
    here.assert_well();
    there.assert_well();
}
