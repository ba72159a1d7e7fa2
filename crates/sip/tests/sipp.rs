//! Conversations with SIPp (Debian package `sip-tester`) over loopback, by UDP and TCP: an implementation that is
//! not ours calls us and is called. The scenarios are in `tests/sipp`. Without `sipp` these tests fail:
//! `make test-tools` installs it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::HashMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base::http_auth::{Algorithm, Authorization, Challenge, Credentials, Md5Form, NonceAge, NonceKey, Secret};
use sip::header::{SubscriptionState, parse_seconds};
use sip::{
    ClientId, Dialog, DialogId, Endpoint, Event, Method, Options, Output, Path, Request, Response, Sequence, ServerId,
    StreamItem, StreamParser, Transmit, Transport,
};

const PATIENCE: Duration = Duration::from_secs(60);
const REALM: &str = "3402000000";
const CALLS: usize = 5;

/// Our end of the wire.
enum Link {
    Udp(UdpSocket),
    Tcp { listener: TcpListener, connections: Vec<Connection> },
}

struct Connection {
    id: u64,
    stream: TcpStream,
    parser: StreamParser,
}

impl Link {
    fn new(transport: Transport) -> Self {
        if transport == Transport::Udp {
            let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
            socket.set_read_timeout(Some(Duration::from_millis(2))).unwrap();
            return Self::Udp(socket);
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self::Tcp { listener, connections: Vec::new() }
    }

    fn port(&self) -> u16 {
        match self {
            Self::Udp(socket) => socket.local_addr(),
            Self::Tcp { listener, .. } => listener.local_addr(),
        }
        .unwrap()
        .port()
    }

    /// Connects to a peer that may not listen yet.
    fn reach(&mut self, remote: SocketAddr) -> Path {
        match self {
            Self::Udp(_) => Path { transport: Transport::Udp, local: 0, remote },
            Self::Tcp { connections, .. } => {
                let end = Instant::now() + PATIENCE;
                let stream = loop {
                    match TcpStream::connect(remote) {
                        Ok(stream) => break stream,
                        Err(error) => assert!(Instant::now() < end, "{error}"),
                    }
                    std::thread::park_timeout(Duration::from_millis(20));
                };
                Connection::add(connections, stream)
            }
        }
    }

    fn receive(&mut self, endpoint: &mut Endpoint) {
        match self {
            Self::Udp(socket) => {
                let mut buffer = [0; 65536];
                match socket.recv_from(&mut buffer) {
                    Ok((count, remote)) => {
                        let path = Path { transport: Transport::Udp, local: 0, remote };
                        endpoint.handle_datagram(Instant::now(), path, &buffer[..count]);
                    }
                    Err(error) => assert!(is_nothing(&error), "{error}"),
                }
            }
            Self::Tcp { listener, connections } => {
                match listener.accept() {
                    Ok((stream, _)) => drop(Connection::add(connections, stream)),
                    Err(error) => assert!(is_nothing(&error), "{error}"),
                }
                connections.retain_mut(|connection| connection.receive(endpoint));
                std::thread::park_timeout(Duration::from_millis(2));
            }
        }
    }

    fn send(&mut self, transmit: &Transmit) {
        match self {
            Self::Udp(socket) => {
                assert_eq!(socket.send_to(&transmit.bytes, transmit.path.remote).unwrap(), transmit.bytes.len());
            }
            Self::Tcp { connections, .. } => {
                // A peer that has what it wants may be gone.
                if let Some(it) = connections.iter_mut().find(|it| it.id == transmit.path.local) {
                    let _ = it.stream.write_all(&transmit.bytes);
                }
            }
        }
    }
}

impl Connection {
    fn add(connections: &mut Vec<Self>, stream: TcpStream) -> Path {
        stream.set_nonblocking(true).unwrap();
        let id = connections.last().map_or(1, |last| last.id + 1);
        let remote = stream.peer_addr().unwrap();
        connections.push(Self { id, stream, parser: StreamParser::default() });
        Path { transport: Transport::Tcp, local: id, remote }
    }

    /// Whether it is still there.
    fn receive(&mut self, endpoint: &mut Endpoint) -> bool {
        let mut buffer = [0; 4096];
        let Ok(remote) = self.stream.peer_addr() else {
            return false;
        };
        let path = Path { transport: Transport::Tcp, local: self.id, remote };
        match self.stream.read(&mut buffer) {
            Ok(0) => {
                endpoint.connection_closed(self.id);
                false
            }
            Ok(count) => {
                self.parser.push(&buffer[..count]);
                while let Some(item) = self.parser.next_item().unwrap() {
                    if let StreamItem::Message(message) = item {
                        endpoint.handle_message(Instant::now(), path, message);
                    }
                }
                true
            }
            Err(error) => is_nothing(&error),
        }
    }
}

fn is_nothing(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// A platform that takes devices in, and calls them.
struct Platform {
    link: Link,
    endpoint: Endpoint,
    start: Instant,
    nonces: NonceKey,
    credentials: Credentials,
    md5: Md5Form,
    dialogs: HashMap<DialogId, Dialog>,
    calls: HashMap<ClientId, Request>,
    log: Vec<&'static str>,
    counts: Vec<Option<u32>>,
}

impl Platform {
    fn new(transport: Transport, md5: Md5Form) -> Self {
        Self {
            link: Link::new(transport),
            endpoint: Endpoint::new([5; 32], Options::default()),
            start: Instant::now(),
            nonces: NonceKey::new([6; 32], Duration::from_secs(60)),
            credentials: Credentials::new("34020000001320000001", "12345678", "0a4f113b"),
            md5,
            dialogs: HashMap::new(),
            calls: HashMap::new(),
            log: Vec::new(),
            counts: Vec::new(),
        }
    }

    fn step(&mut self) {
        self.link.receive(&mut self.endpoint);
        self.endpoint.handle_timeout(Instant::now());
        loop {
            match self.endpoint.poll_output() {
                Output::Transmit(transmit) => self.link.send(&transmit),
                Output::Event(event) => self.on_event(event),
                Output::Timeout(_) => return,
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Request { id, request, path } => self.on_request(id, &request, path),
            Event::Response { id, response, path } => self.on_response(id, &response, path),
            Event::Acknowledged { request, .. } => {
                assert!(self.dialogs.contains_key(&DialogId::of_request(&request).unwrap()));
                self.log.push("acknowledged");
            }
            Event::Cancelled { .. } => self.log.push("cancelled"),
            other => panic!("{other:?}"),
        }
    }

    fn on_request(&mut self, id: ServerId, request: &Request, path: Path) {
        match request.method {
            Method::Register => self.on_register(id, request, path),
            Method::Message => {
                assert!(request.headers.is_content_type("application/manscdp+xml"));
                assert!(request.body.starts_with(b"<?xml") && request.body.trim_ascii_end().ends_with(b"</Notify>"));
                self.log.push("message");
                self.endpoint.respond_stateless(id, &Response::new(200)).unwrap();
            }
            // The second camera takes its time.
            Method::Invite if request.uri.contains("34020000001320000002") => self.log.push("invited"),
            Method::Invite => {
                let tag = self.endpoint.local_tag(id).unwrap().to_owned();
                let contact = format!("sip:34020000001320000001@127.0.0.1:{}", self.link.port());
                let dialog = Dialog::from_request(request, &tag, &contact, &path).unwrap();
                self.dialogs.insert(dialog.id(), dialog);
                let response = Response::new(200).with("Contact", &format!("<{contact}>"));
                let response = response.with_body("application/sdp", "v=0\r\ns=Play\r\nt=0 0\r\n");
                self.endpoint.respond(Instant::now(), id, &response).unwrap();
            }
            Method::Subscribe => self.on_subscribe(id, request, path),
            Method::Info | Method::Bye => {
                let key = DialogId::of_request(request).unwrap();
                assert_eq!(self.dialogs.get_mut(&key).unwrap().receive(request, &path), Sequence::InOrder);
                self.log.push(if request.method == Method::Bye { "bye" } else { "info" });
                self.endpoint.respond(Instant::now(), id, &Response::new(200)).unwrap();
            }
            _ => panic!("{request:?}"),
        }
    }

    /// Answers, then tells at once how things stand (RFC 6665 §4.2.1.2).
    fn on_subscribe(&mut self, id: ServerId, request: &Request, path: Path) {
        let known = DialogId::of_request(request).and_then(|key| self.dialogs.remove(&key));
        let mut dialog = match known {
            Some(mut dialog) => {
                assert_eq!(dialog.receive(request, &path), Sequence::InOrder);
                dialog
            }
            None => {
                let tag = self.endpoint.local_tag(id).unwrap().to_owned();
                let contact = format!("sip:34020000001320000001@127.0.0.1:{}", self.link.port());
                Dialog::from_request(request, &tag, &contact, &path).unwrap()
            }
        };
        let expires = parse_seconds(&request.headers.text("Expires").unwrap()).unwrap();
        let response = Response::new(200)
            .with("Expires", &expires.to_string())
            .with("Contact", &format!("<{}>", dialog.local_contact));
        self.endpoint.respond(Instant::now(), id, &response).unwrap();
        let state =
            if expires == 0 { SubscriptionState::terminated("timeout") } else { SubscriptionState::active(expires) };
        let notify = dialog
            .request(Method::Notify)
            .with("Event", &request.headers.text("Event").unwrap())
            .with("Subscription-State", &state.to_string());
        self.dialogs.insert(dialog.id(), dialog);
        self.send(path, notify);
    }

    /// Registration: nothing is kept before the password was right.
    fn on_register(&mut self, id: ServerId, request: &Request, path: Path) {
        let source = path.remote.ip().to_string();
        let now = self.start.elapsed();
        let value = request.headers.text("Authorization");
        let answer = value.and_then(|value| match Authorization::parse(&value) {
            Some(Authorization::Digest(digest)) => Some(digest),
            _ => None,
        });
        let Some(digest) = answer else {
            let challenge = Challenge {
                realm: REALM.to_owned(),
                nonce: self.nonces.mint(now, source.as_bytes()),
                algorithms: vec![Algorithm::Md5],
                md5: self.md5,
                ..Challenge::default()
            };
            let response = Response::new(401).with("WWW-Authenticate", &challenge.header_values()[0]);
            self.log.push("challenged");
            return self.endpoint.respond_stateless(id, &response).unwrap();
        };
        assert_eq!(self.nonces.judge(digest.nonce(), now, source.as_bytes()), NonceAge::Fresh);
        assert_eq!(Some(digest.username()), request.headers.from().unwrap().user().as_deref());
        self.counts.push(digest.nonce_count());
        if !digest.verify("REGISTER", REALM, Secret::Password("12345678")) {
            self.log.push("refused");
            return self.endpoint.respond(Instant::now(), id, &Response::new(403)).unwrap();
        }
        let response = Response::new(200)
            .with("Contact", &request.headers.text("Contact").unwrap())
            .with("Expires", "3600")
            .with("Date", "2026-11-28T08:00:00.250")
            .with("X-GB-Ver", "3.0");
        self.log.push("registered");
        self.endpoint.respond(Instant::now(), id, &response).unwrap();
    }

    fn invite(&mut self, path: Path) -> ClientId {
        let to = format!("sip:34020000001320000001@{}", path.remote);
        let from = "sip:34020000002000000001@3402000000";
        let sent_by = format!("127.0.0.1:{}", self.link.port());
        let request = self
            .endpoint
            .new_request(Method::Invite, &to, from, &to)
            .with("Contact", &format!("<sip:34020000002000000001@{sent_by}>"))
            .with("Subject", "34020000001320000001:0200000001,34020000002000000001:0")
            .with_body("application/sdp", "v=0\r\ns=Play\r\nt=0 0\r\n");
        self.send(path, request)
    }

    fn register(&mut self, path: Path) -> ClientId {
        let (server, device) = ("sip:34020000002000000001@3402000000", "sip:34020000001320000001@3402000000");
        let contact = format!("<sip:34020000001320000001@127.0.0.1:{}>", self.link.port());
        let request = self.endpoint.new_request(Method::Register, server, device, device);
        self.send(path, request.with("Contact", &contact).with("Expires", "3600"))
    }

    fn send(&mut self, path: Path, request: Request) -> ClientId {
        let sent_by = format!("127.0.0.1:{}", self.link.port());
        let id = self.endpoint.send_request(Instant::now(), path, &sent_by, request.clone()).unwrap();
        self.calls.insert(id, request);
        id
    }

    fn on_response(&mut self, id: ClientId, response: &Response, path: Path) {
        let request = self.calls[&id].clone();
        match (&request.method, response.status) {
            (_, 100) => {}
            (Method::Register, 401) => {
                let value = response.headers.text("WWW-Authenticate").unwrap();
                assert!(self.credentials.challenge(std::iter::once(&*value)));
                let value = self.credentials.authorize("REGISTER", &request.uri).unwrap();
                let mut again = request.with("Authorization", &value);
                again.advance();
                self.send(path, again);
            }
            (Method::Register, 200) => self.log.push("accepted"),
            (Method::Register, 403) => self.log.push("forbidden"),
            (Method::Invite, 180) => {
                self.log.push("ringing");
                self.endpoint.cancel(Instant::now(), id);
            }
            (Method::Invite, 487) => self.log.push("terminated"),
            (Method::Invite, 200) => {
                let mut dialog = Dialog::from_response(&request, response, &path).unwrap();
                assert!(response.body.ends_with(b"y=0200000001\r\n"), "{:?}", response.body);
                self.endpoint.send_ack(id, dialog.ack(1)).unwrap();
                let pause = "PAUSE RTSP/1.0\r\nCSeq: 1\r\nPauseTime: now\r\n\r\n";
                let info = dialog.request(Method::Info).with_body("Application/MANSRTSP", pause);
                self.dialogs.insert(dialog.id(), dialog);
                self.log.push("answered");
                self.send(path, info);
            }
            (Method::Info, 200) => {
                self.log.push("paused");
                let mut dialog = self.dialogs.remove(&DialogId::of_response(response).unwrap()).unwrap();
                let bye = dialog.request(Method::Bye);
                self.send(path, bye);
            }
            (Method::Notify, 200) => self.log.push("notified"),
            (Method::Bye, 200) => self.log.push("ended"),
            other => panic!("{other:?} {response:?}"),
        }
    }

    /// Runs until SIPp is content, and checks that it is.
    fn run(&mut self, mut sipp: Child) {
        let end = Instant::now() + PATIENCE;
        let status = loop {
            self.step();
            if let Some(status) = sipp.try_wait().unwrap() {
                break status;
            }
            if Instant::now() > end {
                sipp.kill().unwrap();
            }
        };
        // Its last answers may still be under way.
        let end = Instant::now() + Duration::from_millis(200);
        while Instant::now() < end {
            self.step();
        }
        let mut told = String::new();
        sipp.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert!(status.success(), "{status}: {told} {:?} {:?}", self.log, self.endpoint.counters());
        let counters = self.endpoint.counters();
        assert_eq!((counters.malformed, counters.incomplete, counters.stray_responses), (0, 0, 0));
    }

    fn count(&self, what: &str) -> usize {
        self.log.iter().filter(|it| **it == what).count()
    }
}

/// Starts SIPp; `remote` is whom it calls, without one it waits to be called on `port`.
fn sipp(scenario: &str, transport: Transport, port: u16, remote: Option<u16>) -> Child {
    let file = format!("{}/tests/sipp/{scenario}.xml", env!("CARGO_MANIFEST_DIR"));
    let mode = if transport == Transport::Udp { "u1" } else { "t1" };
    let mut command = Command::new("sipp");
    command
        .args(["-sf", &file, "-i", "127.0.0.1", "-p", &port.to_string(), "-t", mode, "-m", &CALLS.to_string()])
        .args(["-r", "20", "-nostdin", "-deadcall_wait", "0", "-timeout", "40", "-timeout_error"])
        .args(remote.map(|port| format!("127.0.0.1:{port}")))
        .env("TERM", "xterm")
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command.spawn().unwrap_or_else(|error| panic!("sipp: {error}; `make test-tools` installs it"))
}

/// A port that was free a moment ago.
fn free_port() -> u16 {
    UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn sipp_registers_with_digest_and_keeps_alive() {
    for transport in [Transport::Udp, Transport::Tcp] {
        for md5 in [Md5Form::Named, Md5Form::WithQop, Md5Form::Bare] {
            let mut platform = Platform::new(transport, md5);
            let child = sipp("register", transport, free_port(), Some(platform.link.port()));
            platform.run(child);
            assert_eq!(platform.count("registered"), CALLS, "{:?}", platform.log);
            // What is not remembered is told again when SIPp repeats it on a busy machine.
            for step in ["challenged", "message"] {
                assert!(platform.count(step) >= CALLS, "{step} {:?}", platform.log);
            }
            let counted = platform.counts.iter().all(|count| count.is_some() == (md5 == Md5Form::WithQop));
            assert!(counted, "{:?}", platform.counts);
        }
    }
}

#[test]
fn sipp_with_a_wrong_password_is_refused() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut platform = Platform::new(transport, Md5Form::WithQop);
        let child = sipp("wrong_password", transport, free_port(), Some(platform.link.port()));
        platform.run(child);
        assert_eq!((platform.count("refused"), platform.count("registered")), (CALLS, 0));
    }
}

#[test]
fn sipp_opens_controls_and_closes_a_picture() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut platform = Platform::new(transport, Md5Form::Named);
        let child = sipp("caller", transport, free_port(), Some(platform.link.port()));
        platform.run(child);
        for step in ["acknowledged", "info", "bye"] {
            assert_eq!(platform.count(step), CALLS, "{step} {:?}", platform.log);
        }
    }
}

#[test]
fn sipp_subscribes_and_is_notified() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut platform = Platform::new(transport, Md5Form::Named);
        let child = sipp("subscriber", transport, free_port(), Some(platform.link.port()));
        platform.run(child);
        assert_eq!(platform.count("notified"), 2 * CALLS, "{:?}", platform.log);
    }
}

#[test]
fn sipp_cancels_what_it_asked_for() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut platform = Platform::new(transport, Md5Form::Named);
        let child = sipp("cancel", transport, free_port(), Some(platform.link.port()));
        platform.run(child);
        assert_eq!((platform.count("invited"), platform.count("cancelled")), (CALLS, CALLS));
        assert_eq!(platform.endpoint.counters().stray_acks, 0);
    }
}

#[test]
fn sipp_is_invited_controlled_and_ended() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut platform = Platform::new(transport, Md5Form::Named);
        let port = free_port();
        let child = sipp("called", transport, port, None);
        let path = platform.link.reach(([127, 0, 0, 1], port).into());
        for _ in 0..CALLS {
            platform.invite(path);
        }
        platform.run(child);
        for step in ["answered", "paused", "ended"] {
            assert_eq!(platform.count(step), CALLS, "{step} {:?}", platform.log);
        }
    }
}

#[test]
fn sipp_rings_and_is_cancelled() {
    for transport in [Transport::Udp, Transport::Tcp] {
        let mut platform = Platform::new(transport, Md5Form::Named);
        let port = free_port();
        let child = sipp("refusal", transport, port, None);
        let path = platform.link.reach(([127, 0, 0, 1], port).into());
        for _ in 0..CALLS {
            platform.invite(path);
        }
        platform.run(child);
        for step in ["ringing", "terminated"] {
            assert_eq!(platform.count(step), CALLS, "{step} {:?}", platform.log);
        }
    }
}

#[test]
fn sipp_challenges_us_and_verifies_our_answer() {
    for (password, told) in [("12345678", "accepted"), ("wrong", "forbidden")] {
        for transport in [Transport::Udp, Transport::Tcp] {
            let mut platform = Platform::new(transport, Md5Form::Named);
            platform.credentials = Credentials::new("34020000001320000001", password, "0a4f113b");
            let port = free_port();
            let child = sipp("registrar", transport, port, None);
            let path = platform.link.reach(([127, 0, 0, 1], port).into());
            for _ in 0..CALLS {
                platform.register(path);
            }
            platform.run(child);
            assert_eq!(platform.count(told), CALLS, "{:?}", platform.log);
        }
    }
}
