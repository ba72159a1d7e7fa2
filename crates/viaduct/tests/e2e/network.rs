//! Addresses: limits, proxies, IPv6, and what may be pulled.

use std::io::Write;
use std::net::{IpAddr, TcpStream, UdpSocket};
use std::time::Duration;

use serde_json::json;
use testkit::clips::Clip;
use testkit::http::{self, read_until_closed};
use testkit::read::{self, Expect};
use testkit::{PATIENCE, publish, until};

use crate::support::{options, publish as publish_clip};

/// An address of this machine that is not loopback, if it has one. Nothing is sent.
fn own_address() -> Option<IpAddr> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("192.0.2.1:9").ok()?;
    let address = socket.local_addr().ok()?.ip();
    (!address.is_loopback() && !address.is_unspecified()).then_some(address)
}

#[test]
fn one_address_cannot_take_all_connections() {
    let Some(own) = own_address() else { return eprintln!("skipped: this machine has no address but loopback") };
    let mut server = options().set("rtmp.listen", "0.0.0.0:0").set("limits.connections_per_address", "3").start();
    let port = server.address("rtmp").port();
    let held: Vec<TcpStream> = (0..3).map(|_| http::connect((own, port).into())).collect();
    testkit::pause(Duration::from_millis(300));
    let mut fourth = http::connect((own, port).into());
    assert!(read_until_closed(&mut fourth, PATIENCE).1, "a fourth is taken");
    let api = server.sign_in();
    assert_eq!(api.metric("viaduct_gateway_connections_refused_per_address_total"), 1);
    drop(held);
    until("a free place", PATIENCE, || {
        let address = (own, port).into();
        rtmp_opens(address).then_some(())
    });
    server.assert_well();
}

fn rtmp_opens(address: std::net::SocketAddr) -> bool {
    let mut socket = http::connect(address);
    socket.write_all(&[3]).is_ok() && !read_until_closed(&mut socket, Duration::from_millis(200)).1
}

#[test]
fn the_number_of_connections_is_limited() {
    let mut server = options().set("limits.connections", "20").start();
    let held: Vec<TcpStream> = (0..30).map(|_| http::connect(server.address("rtmp"))).collect();
    testkit::pause(Duration::from_millis(300));
    let mut open = 0;
    for mut socket in held {
        open += usize::from(!read_until_closed(&mut socket, Duration::from_millis(20)).1);
    }
    assert!((1..=20).contains(&open), "{open} connections are held");
    until("room again", PATIENCE, || {
        let bytes = http::exchange(
            server.address("http"),
            b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            PATIENCE,
        );
        bytes.starts_with(b"HTTP/1.1 200").then_some(())
    });
    server.assert_well();
}

#[test]
fn only_a_trusted_proxy_may_name_the_viewer() {
    for (trusted, seen) in [("", "127.0.0.1:"), ("127.0.0.1", "198.51.100.7:")] {
        let server = options().set("server.trusted_proxies", trusted).start();
        let api = server.sign_in();
        let _publisher = publish_clip(&server, "road/k1", Clip::H264);
        api.await_live("road/k1");
        let mut viewer = http::connect(server.address("http"));
        viewer
            .write_all(b"GET /road/k1.flv HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 203.0.113.9, 198.51.100.7\r\n\r\n")
            .unwrap();
        let viewers = until("the viewer", PATIENCE, || {
            let viewers = api.get("/viewers")["items"].as_array().unwrap().clone();
            (!viewers.is_empty()).then_some(viewers)
        });
        let address = viewers[0]["address"].as_str().unwrap();
        assert!(address.starts_with(seen), "trusted {trusted}: {address}");
    }
}

#[test]
fn the_lock_after_wrong_passwords_is_that_of_the_viewer_behind_the_proxy() {
    let server = options().set("server.trusted_proxies", "127.0.0.1").start();
    let attempt = |from: &str, name: &str| {
        let body = json!({ "username": name, "password": "wrong wrong wrong" });
        http::request(server.address("http"), "POST", "/api/v1/login", &[("X-Forwarded-For", from)], Some(&body)).status
    };
    let statuses: Vec<u16> = (0..7).map(|guess| attempt("198.51.100.7", &format!("name{guess}"))).collect();
    assert_eq!(*statuses.last().unwrap(), 429, "{statuses:?}");
    assert_eq!(attempt("198.51.100.8", "somebody"), 401, "another viewer behind the same proxy");
}

#[test]
fn everything_works_over_ipv6() {
    if TcpStream::connect("[::1]:9").is_err_and(|error| error.kind() == std::io::ErrorKind::AddrNotAvailable) {
        return eprintln!("skipped: this machine has no IPv6");
    }
    let mut options = options();
    for protocol in ["http", "rtsp", "rtmp"] {
        options = options.set(&format!("{protocol}.listen"), "[::1]:0");
    }
    let mut server = options.start();
    let api = server.sign_in();
    let _rtmp = publish::ffmpeg_rtmp(&Clip::H264.path(), &server.url("rtmp", "road/k1"));
    let _rtsp = publish::ffmpeg_rtsp(&Clip::H264.path(), &server.url("rtsp", "road/k2"));
    api.await_live("road/k1");
    api.await_live("road/k2");
    let expect = Expect { pictures: 25, sound: false };
    read::ffmpeg("", &server.url("http", "road/k2.flv"), expect).unwrap();
    read::ffmpeg("", &server.url("rtmp", "road/k2"), expect).unwrap();
    read::ffmpeg("-rtsp_transport tcp", &server.url("rtsp", "road/k1"), expect).unwrap();
    let urls = api.stream("road/k1").unwrap()["urls"].clone();
    assert!(urls["rtsp"].as_str().unwrap().starts_with("rtsp://[::1]:"), "{urls}");
    server.assert_well();
}

#[test]
fn dangerous_addresses_are_not_pulled_unless_allowed() {
    let server = options().set("pull.allow", "").start();
    let api = server.sign_in();
    let rtsp = server.address("rtsp").port();
    for url in [
        format!("rtsp://127.0.0.1:{rtsp}/road/k1"),
        format!("rtsp://localhost:{rtsp}/road/k1"),
        format!("rtsp://[::1]:{rtsp}/road/k1"),
        format!("rtsp://[::ffff:127.0.0.1]:{rtsp}/road/k1"),
        format!("rtsp://2130706433:{rtsp}/road/k1"),
        "rtsp://169.254.169.254/latest/meta-data".to_owned(),
        "rtmp://0.0.0.0/a/b".to_owned(),
        "rtsp://[fe80::1]/x".to_owned(),
    ] {
        let report = api.post("/probe", &json!({ "url": url, "timeout_ms": 3000 }));
        assert_eq!(report["ok"], false, "{report}");
        let said = report["summary"].as_str().unwrap();
        assert!(said.contains("may not be pulled"), "{url}: {said}");
        assert!(report["next_step"].as_str().unwrap().contains("pull.allow"), "{report}");
    }
    api.post(
        "/sources",
        &json!({ "app": "road", "name": "loop", "url": format!("rtsp://127.0.0.1:{rtsp}/road/k1"), "mode": "always" }),
    );
    let state = until("the source to fail", PATIENCE, || {
        let source = api.get("/sources/road/loop");
        (source["state"] == "failed").then_some(source)
    });
    assert!(state["last_error"]["text"].as_str().unwrap().contains("loopback"), "{state}");
}

#[test]
fn the_server_does_not_pull_itself_on_another_of_its_addresses() {
    let Some(own) = own_address() else { return eprintln!("skipped: this machine has no address but loopback") };
    let server = options().set("rtsp.listen", "0.0.0.0:0").start();
    let api = server.sign_in();
    let url = format!("rtsp://{own}:{}/road/k1", server.address("rtsp").port());
    let report = api.post("/probe", &json!({ "url": url, "timeout_ms": 3000 }));
    assert!(report["summary"].as_str().unwrap().contains("this server itself"), "{report}");
}
