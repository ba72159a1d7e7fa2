//! Malformed, absurd and slow input: it ends at most the connection that it came on.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use container::flv::TagKind;
use rtmp::ClientRole;
use serde_json::json;
use testkit::clips::Clip;
use testkit::flv::FlvViewer;
use testkit::http::{self, Answer, exchange, read_until_closed};
use testkit::publish::media_tags;
use testkit::rtmp_peer::RtmpPeer;
use testkit::{PATIENCE, Server, until};

use crate::support::{RtspPeer, options, publish};

const SHORT: Duration = Duration::from_secs(2);

/// Bytes without meaning but always the same.
fn noise(seed: u64, len: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(2) + 1;
    let next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[1]
    };
    std::iter::repeat_with(next).take(len).collect()
}

/// C0 and C1 of the simple handshake, then C2.
fn rtmp_hello() -> Vec<u8> {
    let mut bytes = vec![3];
    bytes.extend([0; 1536]);
    bytes.extend([0; 1536]);
    bytes
}

/// One chunk of type 0 on chunk stream 3.
fn rtmp_chunk(kind: u8, length: u32, body: &[u8]) -> Vec<u8> {
    let mut bytes = vec![3, 0, 0, 0];
    bytes.extend(&length.to_be_bytes()[1..]);
    bytes.push(kind);
    bytes.extend([0; 4]);
    bytes.extend(body);
    bytes
}

fn after_hello(chunk: &[u8]) -> Vec<u8> {
    [rtmp_hello(), chunk.to_vec()].concat()
}

fn rtmp_absurdities() -> Vec<Vec<u8>> {
    let deep_object: Vec<u8> =
        [vec![2, 0, 7], b"connect".to_vec(), vec![0; 9], [3, 0, 1, b'a'].repeat(20_000)].concat();
    let cut_off = u32::try_from(deep_object.len().min(120)).unwrap();
    vec![
        vec![0xFF; 5000],
        after_hello(&rtmp_chunk(20, 0xFF_FFFF, b"")),
        after_hello(&rtmp_chunk(1, 4, &0u32.to_be_bytes())),
        after_hello(&rtmp_chunk(1, 4, &0x7FFF_FFFFu32.to_be_bytes())),
        after_hello(&rtmp_chunk(20, cut_off, &deep_object[..cut_off as usize])),
        after_hello(&rtmp_chunk(20, 12, &[8, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0, 0])),
        after_hello(&[0xC3; 400]),
        after_hello(&noise(1, 9000)),
    ]
}

fn rtsp_absurdities() -> Vec<Vec<u8>> {
    let long = "x".repeat(200_000);
    vec![
        format!("OPTIONS rtsp://h/{long} RTSP/1.0\r\nCSeq: 1\r\n\r\n").into_bytes(),
        format!("OPTIONS * RTSP/1.0\r\n{}\r\n", format!("X: {}\r\n", &long[..500]).repeat(500)).into_bytes(),
        b"ANNOUNCE rtsp://h/a/b RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 999999999999\r\n\r\n".to_vec(),
        b"ANNOUNCE rtsp://h/a/b RTSP/1.0\r\nCSeq: 1\r\nContent-Length: -5\r\n\r\n".to_vec(),
        b"PLAY\r\n\r\n\r\n\r\nGET / HTTP/1.1\r\n\r\n".to_vec(),
        [b"$\x00\xFF\xFF".to_vec(), noise(2, 70_000)].concat(),
        noise(3, 10_000),
        vec![0; 100_000],
    ]
}

fn http_absurdities() -> Vec<Vec<u8>> {
    let long = "x".repeat(200_000);
    vec![
        format!("GET /{long} HTTP/1.1\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\n{}\r\n", "X-A: b\r\n".repeat(5000)).into_bytes(),
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_vec(),
        b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZZ\r\n".to_vec(),
        b"POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n{}".to_vec(),
        b"GET /a/b.flv HTTP/9.9\r\n\r\n".to_vec(),
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec(),
        noise(4, 10_000),
    ]
}

fn post(server: &Server, body: &[u8]) -> Answer {
    let head = format!(
        "POST /api/v1/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    Answer::parse(&exchange(server.address("http"), &[head.as_bytes(), body].concat(), PATIENCE)).unwrap()
}

#[test]
fn malformed_and_absurd_bytes_end_only_their_own_connection() {
    let mut server = options().set("limits.handshake_ms", "1000").start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    let mut viewer = FlvViewer::open(server.address("http"), "/road/k1.flv");
    let before = api.metric("viaduct_gateway_malformed_input_total");
    for (protocol, inputs) in [("rtmp", rtmp_absurdities()), ("rtsp", rtsp_absurdities()), ("http", http_absurdities())]
    {
        for (index, bytes) in inputs.iter().enumerate() {
            let mut socket = http::connect(server.address(protocol));
            let _cut_early = socket.write_all(bytes);
            let (_, closed) = read_until_closed(&mut socket, Duration::from_secs(8));
            assert!(closed, "{protocol} input {index} holds its connection");
        }
        // The same bytes do no better where TLS is expected.
        let _answer = exchange(server.address(&format!("{protocol}s")), &noise(9, 3000), Duration::from_secs(8));
        server.assert_well();
    }
    let counted = api.metric("viaduct_gateway_malformed_input_total") - before;
    assert!(counted >= 12, "{counted} malformed inputs were counted");
    assert!(api.metric("viaduct_gateway_tls_failures_total") >= 3);
    assert!(viewer.pictures(SHORT).len() > 25, "the viewer beside it goes on");
}

#[test]
fn requests_of_wrong_form_get_an_answer_that_says_so() {
    let mut server = options().start();
    let http = server.address("http");
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X-A: b\r\n".repeat(100));
    assert_eq!(Answer::parse(&exchange(http, many.as_bytes(), PATIENCE)).unwrap().status, 431);
    let long = format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(40_000));
    assert_eq!(Answer::parse(&exchange(http, long.as_bytes(), PATIENCE)).unwrap().status, 431);
    assert_eq!(post(&server, b"{nonsense").status, 400);
    assert_eq!(post(&server, &b"[".repeat(10_000)).status, 400);
    let long = post(&server, &vec![b' '; 100_000]);
    assert_eq!((long.status, long.json()["detail"].as_str()), (413, Some("The body is too long.")));
    assert_eq!(http::request(http, "DELETE", "/api/v1/login", &[], None).status, 405);
    assert_eq!(http::request(http, "GET", "/api/v1/nothing", &[], None).json()["code"], "not_found");
    server.assert_well();
}

#[test]
fn media_that_makes_no_sense_is_counted_and_the_publisher_goes_on() {
    let mut server = options().start();
    let api = server.sign_in();
    let mut peer = RtmpPeer::open(server.address("rtmp"), "road/k1", ClientRole::Publish).unwrap();
    for seed in 0..300u32 {
        let kind = [TagKind::Audio, TagKind::Video, TagKind::Script][seed as usize % 3];
        let mut body = noise(u64::from(seed), 1 + seed as usize);
        if seed % 2 == 0 {
            // Past the first look, into the codecs.
            body[0] = [0x17, 0x27, 0xAF, 0x90, 0x9F][seed as usize % 5];
        }
        assert!(peer.send(kind, seed * 10, &body), "the server hung up at {seed}");
    }
    for tag in media_tags(Clip::H264Aac).into_iter().take(300) {
        peer.send(tag.kind, 4000 + u32::try_from(tag.timestamp_ms).unwrap(), &tag.body);
    }
    api.await_live("road/k1");
    server.assert_well();
}

#[test]
fn websocket_peers_that_break_the_rules_are_told_and_closed() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    for (frame, code) in [
        (&b"\x81\x05hello"[..], 1002u16),
        (&b"\x82\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"[..], 1009),
        (&b"\xF1\x80\0\0\0\0"[..], 1002),
    ] {
        let mut socket = http::connect(server.address("http"));
        socket.write_all(format!("GET /road/k1.flv HTTP/1.1\r\nHost: x\r\n{upgrade}\r\n").as_bytes()).unwrap();
        testkit::pause(Duration::from_millis(200));
        socket.write_all(frame).unwrap();
        let (bytes, closed) = read_until_closed(&mut socket, PATIENCE);
        assert!(closed);
        let close = [0x88, 2, code.to_be_bytes()[0], code.to_be_bytes()[1]];
        assert!(bytes.windows(4).any(|window| window == close), "no close {code}");
    }
    server.assert_well();
}

/// How long a peer holds its connection that sends a byte now and then.
fn dribble(address: SocketAddr, bytes: &[u8]) -> Duration {
    let started = Instant::now();
    let mut socket = http::connect(address);
    for byte in bytes.iter().cycle() {
        if socket.write_all(&[*byte]).is_err() || started.elapsed() > Duration::from_secs(12) {
            break;
        }
        if read_until_closed(&mut socket, Duration::from_millis(200)).1 {
            break;
        }
    }
    started.elapsed()
}

#[test]
fn peers_that_dribble_are_cut_on_every_port() {
    let mut server = options().set("limits.handshake_ms", "1000").start();
    let api = server.sign_in();
    let cases: [(&str, Vec<u8>); 6] = [
        ("http", b"GET / HTTP/1.1\r\nX: ".repeat(100)),
        ("https", noise(1, 100)),
        ("rtsp", b"OPTIONS * RTSP/1.0\r\nX: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".to_vec()),
        ("rtsps", vec![0x16, 3, 1]),
        ("rtmp", [vec![3], vec![0; 1536]].concat()),
        ("rtmps", vec![0x16, 3, 1]),
    ];
    std::thread::scope(|scope| {
        for (protocol, bytes) in &cases {
            let address = server.address(protocol);
            scope.spawn(move || {
                let held = dribble(address, bytes);
                assert!(held < Duration::from_secs(6), "{protocol} was held for {held:?}");
            });
        }
    });
    assert!(api.metric("viaduct_gateway_handshake_timeouts_total") >= 3);
    server.assert_well();
}

#[test]
fn a_request_body_that_dribbles_is_cut() {
    let server = options().set("limits.handshake_ms", "1000").start();
    let mut socket = http::connect(server.address("http"));
    let head =
        "POST /api/v1/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    socket.write_all(head.as_bytes()).unwrap();
    let (_, closed) = read_until_closed(&mut socket, Duration::from_secs(6));
    assert!(closed, "half a body holds its connection");
}

#[test]
fn an_idle_kept_alive_connection_is_closed() {
    let server = options().set("limits.handshake_ms", "1000").start();
    let mut socket = http::connect(server.address("http"));
    socket.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
    let (bytes, closed) = read_until_closed(&mut socket, Duration::from_secs(6));
    assert!(Answer::parse(&bytes).unwrap().status == 200 && closed, "kept open");
}

#[test]
fn publishers_that_fall_silent_are_cut() {
    let options = options().set("limits.publisher_idle_ms", "1500").set("streams.publisher_grace_ms", "0");
    let mut server = options.start();
    let api = server.sign_in();
    let publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
    let mut rtmp = publisher.stop();
    let mut rtsp = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(rtsp.record("road/k2"), 200);
    assert!(rtmp.await_end(Duration::from_secs(8)), "the silent RTMP publisher is kept");
    assert!(read_until_closed(rtsp.socket(), Duration::from_secs(8)).1, "the silent RTSP publisher is kept");
    until("both streams to end", PATIENCE, || {
        (api.stream("road/k1").is_none() && api.stream("road/k2").is_none()).then_some(())
    });
    server.assert_well();
}

#[test]
fn a_publisher_that_announces_and_never_records_does_not_keep_the_name() {
    let server = options().set("limits.publisher_idle_ms", "1000").set("limits.handshake_ms", "1000").start();
    let api = server.sign_in();
    let mut peer = RtspPeer::connect(server.address("rtsp"));
    assert_eq!(peer.ask("ANNOUNCE", "road/k1", "", crate::support::H264_SDP).status, 200);
    assert!(read_until_closed(peer.socket(), Duration::from_secs(10)).1, "the half-open publisher is kept");
    let _publisher = publish(&server, "road/k1", Clip::H264);
    api.await_live("road/k1");
}

#[test]
fn a_login_with_a_body_of_another_shape_names_what_is_wrong() {
    let server = options().start();
    let answer = http::request(server.address("http"), "POST", "/api/v1/login", &[], Some(&json!({ "username": 5 })));
    assert_eq!(answer.status, 400, "{}", answer.text());
    assert_eq!(answer.json()["code"], "invalid_input");
}
