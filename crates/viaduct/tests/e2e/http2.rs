//! HTTP/2 on the TLS port: what curl gets, and what a client gets that does not behave.

use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use testkit::clips::Clip;
use testkit::read::{self, Expect};
use testkit::tls::{TlsStream, connect_with};
use testkit::{PATIENCE, Server, until};

use crate::support::{options, publish};

/// What curl says of a transfer, and the body.
fn curl(server: &Server, arguments: &[&str], target: &str) -> (String, Vec<u8>) {
    let mut curl = Command::new("curl");
    curl.args(["-sk", "--no-buffer", "-w", "%{stderr}%{http_version} %{http_code}"]).args(arguments);
    curl.arg(format!("https://{}{target}", server.address("https")));
    let output = curl.output().unwrap();
    (String::from_utf8_lossy(&output.stderr).into_owned(), output.stdout)
}

#[test]
fn curl_reads_pages_pieces_and_endless_media() {
    let mut server = options().start();
    let api = server.sign_in();
    let _publisher = publish(&server, "road/k1", Clip::H264Aac);
    api.await_live("road/k1");
    for target in ["/", "/healthz", "/road/k1/index.m3u8", "/road/k1/manifest.mpd"] {
        let (said, body) = curl(&server, &["--http2"], target);
        assert_eq!((said.as_str(), body.is_empty()), ("2 200", false), "{target}");
    }
    assert_eq!(curl(&server, &["--http2", "--head"], "/healthz").0, "2 200");
    assert_eq!(curl(&server, &["--http1.1"], "/healthz").0, "1.1 200");
    assert_eq!(curl(&server, &["--http2"], "/api/v1/streams").0, "2 401");
    let wrong = r#"{"username":"admin","password":"wrong"}"#;
    let json = "Content-Type: application/json";
    assert_eq!(curl(&server, &["--http2", "-H", json, "-d", wrong], "/api/v1/login").0, "2 401", "a body arrives");
    let authorization = format!("Authorization: Bearer {}", api.token());
    let (said, body) = curl(&server, &["--http2", "-H", &authorization], "/api/v1/streams/road/k1");
    assert_eq!(said, "2 200");
    let detail: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert!(detail["urls"]["flv"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{}", detail["urls"]);
    let seen = Expect { pictures: 25, sound: true };
    for (extension, format) in [("flv", "flv"), ("ts", "mpegts"), ("mp4", "mp4")] {
        let (said, body) = curl(&server, &["--http2", "--max-time", "4"], &format!("/road/k1.{extension}"));
        assert_eq!(said, "2 200");
        read::ffmpeg_bytes(format, &body, seen).unwrap();
    }
    until("the viewers to be gone", PATIENCE, || {
        let viewers = api.get("/viewers");
        viewers["items"].as_array().unwrap().iter().all(|each| each["protocol"] == "hls").then_some(())
    });
    server.assert_well();
}

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const ACK: u8 = 1;
const END_STREAM_AND_HEADERS: u8 = 5;
/// Of RST_STREAM and GOAWAY (RFC 9113 §7).
const CANCEL: u32 = 8;
const REFUSED_STREAM: u32 = 7;
const ENHANCE_YOUR_CALM: u32 = 11;

/// A client that speaks HTTP/2 frame by frame.
struct Peer {
    socket: TlsStream,
    next: u32,
}

struct Frame {
    kind: u8,
    flags: u8,
    stream: u32,
    body: Vec<u8>,
}

impl Frame {
    fn code(&self) -> u32 {
        u32::from_be_bytes(self.body[self.body.len().min(8) - 4..][..4].try_into().unwrap())
    }
}

fn frame(kind: u8, flags: u8, stream: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), body].concat()
}

impl Peer {
    fn open(server: &Server) -> Self {
        let mut socket = connect_with(server.address("https"), &["h2"]);
        socket.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
        socket.write_all(&frame(SETTINGS, 0, 0, &[])).unwrap();
        Self { socket, next: 1 }
    }

    /// GET, by entries of HPACK's static table and literals (RFC 7541 §6.2.2).
    fn get(&mut self, target: &str) -> (u32, Vec<u8>) {
        let stream = self.next;
        self.next += 2;
        let literal = |index: u8, text: &str| [&[index, u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
        let fields = [vec![0x82, 0x87], literal(4, target), literal(1, "localhost")].concat();
        (stream, frame(HEADERS, END_STREAM_AND_HEADERS, stream, &fields))
    }

    fn send(&mut self, bytes: &[u8]) -> bool {
        self.socket.write_all(bytes).and_then(|()| self.socket.flush()).is_ok()
    }

    /// `None` when the server closed.
    fn receive(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        self.socket.read_exact(&mut head).ok()?;
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        let mut body = vec![0; usize::try_from(length).unwrap()];
        self.socket.read_exact(&mut body).ok()?;
        let stream = u32::from_be_bytes(head[5..9].try_into().unwrap());
        Some(Frame { kind: head[3], flags: head[4], stream, body })
    }

    /// Frames until one fits; `None` when the server closed before.
    fn await_frame(&mut self, fits: impl Fn(&Frame) -> bool) -> Option<Frame> {
        loop {
            let frame = self.receive()?;
            if fits(&frame) {
                return Some(frame);
            }
        }
    }

    /// Whether the server has read everything so far.
    fn ping(&mut self) -> bool {
        self.send(&frame(PING, 0, 0, &[7; 8]))
            && self.await_frame(|frame| frame.kind == PING && frame.flags == ACK).is_some()
    }
}

/// A request that waits for a stream which nobody publishes.
const WAITING: &str = "/road/nobody/index.m3u8";

fn reset(stream: u32) -> Vec<u8> {
    frame(RST_STREAM, 0, stream, &CANCEL.to_be_bytes())
}

#[test]
fn limits_are_announced_and_a_request_too_many_is_refused() {
    let mut server = options().start();
    let mut peer = Peer::open(&server);
    let settings = peer.await_frame(|frame| frame.kind == SETTINGS && frame.flags == 0).unwrap();
    let announced: Vec<(u16, u32)> = settings
        .body
        .chunks(6)
        .map(|each| (u16::from_be_bytes([each[0], each[1]]), u32::from_be_bytes(each[2..].try_into().unwrap())))
        .collect();
    let (max_concurrent_streams, max_header_list_size) = ((3, 64), (6, 16 << 10));
    assert!(announced.contains(&max_concurrent_streams) && announced.contains(&max_header_list_size), "{announced:?}");
    let requests: Vec<u8> = (0..65).flat_map(|_| peer.get(WAITING).1).collect();
    assert!(peer.send(&requests));
    let refused = peer.await_frame(|frame| frame.kind == RST_STREAM).unwrap();
    assert_eq!((refused.stream, refused.code()), (129, REFUSED_STREAM));
    assert!(peer.ping(), "the connection goes on");
    server.assert_well();
}

#[test]
fn a_flood_of_resets_ends_its_connection_alone() {
    let mut server = options().start();
    let api = server.sign_in();
    let mut bystander = Peer::open(&server);

    // Rapid Reset (CVE-2023-44487): request and cancel in one breath, as much as fits.
    let mut peer = Peer::open(&server);
    let flood: Vec<u8> = (0..5000)
        .flat_map(|_| {
            let (stream, request) = peer.get(WAITING);
            [request, reset(stream)].concat()
        })
        .collect();
    let _cut = peer.send(&flood);
    let farewell = peer.await_frame(|frame| frame.kind == GOAWAY);
    assert!(farewell.is_none_or(|frame| frame.code() == ENHANCE_YOUR_CALM), "closed, with or without a word");
    assert!(peer.await_frame(|_| false).is_none(), "the connection is closed");

    // The same with patience: each request is being served before it is cancelled.
    let mut patient = Peer::open(&server);
    let begun = Instant::now();
    let mut cancelled = 0;
    while cancelled < 1000 {
        let (stream, request) = patient.get(WAITING);
        if !(patient.send(&request) && patient.ping() && patient.send(&reset(stream))) {
            break;
        }
        cancelled += 1;
    }
    let permitted = 110 + begun.elapsed().as_millis() / 200;
    assert!(cancelled >= 100 && cancelled <= permitted, "{cancelled} of {permitted}");
    until("the count", PATIENCE, || (api.metric("viaduct_gateway_http2_reset_floods_total") >= 1).then_some(()));

    let (stream, request) = bystander.get("/healthz");
    assert!(bystander.send(&request));
    let answered = bystander.await_frame(|frame| frame.kind == DATA && frame.stream == stream);
    assert!(answered.is_some(), "another connection goes on");
    server.assert_well();
}

#[test]
fn what_is_no_http2_is_dropped() {
    let mut server = options().start();
    for bytes in [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n".to_vec(),
        vec![0xFF; 4000],
        [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(DATA, 0, 1, &[0; 100])].concat(),
        [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), frame(SETTINGS, 0, 0, &[]), vec![0xFF; 4000]].concat(),
    ] {
        let mut socket = connect_with(server.address("https"), &["h2"]);
        let _cut = socket.write_all(&bytes);
        let begun = Instant::now();
        let mut rest = Vec::new();
        let _cut = socket.read_to_end(&mut rest);
        assert!(begun.elapsed() < Duration::from_secs(5), "closed, not held");
    }
    let mut rtsps = connect_with(server.address("rtsps"), &["h2", "http/1.1"]);
    rtsps.write_all(b"OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    rtsps.read_exact(&mut answer).unwrap();
    assert_eq!((&answer, rtsps.conn.alpn_protocol()), (b"RTSP/1.0 200", Some(&b"http/1.1"[..])));
    server.assert_well();
}
