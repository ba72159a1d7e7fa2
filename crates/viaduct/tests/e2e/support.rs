//! What the tests share.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::Command;

use container::flv::Tag;
use rtmp::ClientRole;
use serde_json::json;
use testkit::clips::Clip;
use testkit::http::{self, Answer};
use testkit::publish::{TagPublisher, media_tags};
use testkit::rtmp_peer::RtmpPeer;
use testkit::{Api, PATIENCE, Server, ServerOptions, process};

/// The program under test.
pub(crate) const BINARY: &str = env!("CARGO_BIN_EXE_viaduct");

/// A server for trying out.
pub(crate) fn options() -> ServerOptions {
    ServerOptions::new(BINARY)
}

/// A server as in production, with the first run done.
pub(crate) fn closed_server(options: &ServerOptions) -> (Server, Api) {
    let server = options.clone().closed().start();
    let address = server.address("http");
    let code = std::fs::read_to_string(server.data().join("setup-code")).unwrap();
    let body = json!({ "code": code, "password": testkit::server::ADMIN_PASSWORD });
    let answer = http::request(address, "POST", "/api/v1/setup", &[], Some(&body));
    assert_eq!(answer.status, 200, "{}", answer.text());
    let api = server.sign_in();
    (server, api)
}

/// Changes the database behind the program's back, by Python's SQLite.
pub(crate) fn change_database(data: &Path, statement: &str) {
    let program = "import sqlite3,sys\nd=sqlite3.connect(sys.argv[1])\nd.executescript(sys.argv[2])\nd.commit()";
    let output =
        Command::new("python3").args(["-c", program]).arg(data.join("viaduct.db")).arg(statement).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// The media workers of a server, which starts no other process.
pub(crate) fn workers(server: &Server) -> Vec<String> {
    let parent = server.id().to_string();
    let (_, children, _) = process::run("pgrep", ["-P", &parent], PATIENCE);
    children.lines().map(str::to_owned).collect()
}

/// Publishes a clip by RTMP at its own speed.
pub(crate) fn publish(server: &Server, path: &str, clip: Clip) -> TagPublisher {
    publish_tags(server, path, media_tags(clip), |at| u32::try_from(at).unwrap())
}

/// Publishes tags by RTMP with time stamps of one's own.
pub(crate) fn publish_tags(
    server: &Server,
    path: &str,
    tags: Vec<Tag>,
    stamp: impl Fn(i64) -> u32 + Send + 'static,
) -> TagPublisher {
    let peer = RtmpPeer::open(server.address("rtmp"), path, ClientRole::Publish).unwrap();
    TagPublisher::start(peer, tags, stamp)
}

/// A peer that speaks RTSP word by word.
pub(crate) struct RtspPeer {
    socket: TcpStream,
    address: SocketAddr,
    cseq: u32,
    session: Option<String>,
}

impl RtspPeer {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        Self { socket: http::connect(address), address, cseq: 0, session: None }
    }

    /// One request and its answer; `path` may have a query.
    pub(crate) fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Answer {
        self.cseq += 1;
        let session = self.session.as_ref().map(|id| format!("Session: {id}\r\n")).unwrap_or_default();
        let length = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: application/sdp\r\nContent-Length: {}\r\n", body.len())
        };
        let request = format!(
            "{method} rtsp://{}/{path} RTSP/1.0\r\nCSeq: {}\r\n{session}{headers}{length}\r\n{body}",
            self.address, self.cseq
        );
        self.socket.write_all(request.as_bytes()).unwrap();
        let answer = self.answer();
        if let Some(line) = answer.head.lines().find_map(|line| line.strip_prefix("Session: ")) {
            self.session = Some(line.split(';').next().unwrap().to_owned());
        }
        answer
    }

    fn answer(&mut self) -> Answer {
        let mut bytes = Vec::new();
        let mut byte = [0];
        while !bytes.ends_with(b"\r\n\r\n") {
            assert_eq!(self.socket.read(&mut byte).unwrap(), 1, "closed: {}", String::from_utf8_lossy(&bytes));
            bytes.push(byte[0]);
        }
        let mut answer = Answer::parse(&bytes).unwrap();
        let length = answer.head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
        let mut body = vec![0; length.map_or(0, |length| length.trim().parse().unwrap())];
        self.socket.read_exact(&mut body).unwrap();
        answer.body = body;
        answer
    }

    pub(crate) const fn socket(&mut self) -> &mut TcpStream {
        &mut self.socket
    }

    /// Announces H.264 without media to follow and starts to record.
    pub(crate) fn record(&mut self, path: &str) -> u16 {
        let announced = self.ask("ANNOUNCE", path, "", H264_SDP);
        if announced.status != 200 {
            return announced.status;
        }
        let track = format!("{path}/trackID=0");
        let transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1;mode=record\r\n";
        assert_eq!(self.ask("SETUP", &track, transport, "").status, 200);
        self.ask("RECORD", path, "", "").status
    }

    /// Describes, sets up the first track and plays.
    pub(crate) fn play(&mut self, path: &str) -> u16 {
        let described = self.ask("DESCRIBE", path, "Accept: application/sdp\r\n", "");
        if described.status != 200 {
            return described.status;
        }
        let sdp = described.text();
        let control = sdp.lines().rev().find_map(|line| line.strip_prefix("a=control:")).unwrap();
        let track = if control.contains("://") {
            control.split_once("://").unwrap().1.split_once('/').unwrap().1.to_owned()
        } else {
            format!("{path}/{control}")
        };
        let transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n";
        assert_eq!(self.ask("SETUP", &track, transport, "").status, 200, "{sdp}");
        self.ask("PLAY", path, "", "").status
    }
}

pub(crate) const H264_SDP: &str = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\n\
    a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1;sprop-parameter-sets=Z0LAHtkAoD2wEQAAAwABAAADADIPFi5I,aMuDyyA=\r\n\
    a=control:trackID=0\r\n";
