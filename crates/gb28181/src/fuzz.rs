//! Entry points for fuzzing: each takes any bytes and must neither panic nor use unbounded memory.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base::http_auth::Credentials;
use sip::{Datagram, Message as SipMessage, Path, Request, Response as SipResponse, Transport, parse_datagram};

use crate::charset::Charset;
use crate::collect::{Collector, Question};
use crate::id::Id;
use crate::manscdp::{Body, CatalogItem, CatalogQuery, Message, Notify, Query, Response};
use crate::mansrtsp::Mansrtsp;
use crate::platform::{Admission, Moment, Options, Output, Platform, World};
use crate::ptz::PtzCommand;
use crate::sdp::Description;
use crate::subject::Subject;
use crate::tree::Tree;
use crate::version::Version;
use crate::xml;

/// Documents; what was read must be written as a document that reads the same without repairs.
pub fn xml(bytes: &[u8]) {
    let Ok(document) = xml::parse(bytes) else {
        return;
    };
    let written = xml::write(&document.root, Charset::Utf8);
    let again = xml::parse(&written).expect("what we write is a document");
    assert!(!again.cut, "what we write is whole");
}

/// Messages; what was written must read the same when it is written again, elements that are carried as they are
/// aside. Catalogs become trees.
pub fn manscdp(bytes: &[u8]) {
    let Ok(received) = Message::parse(bytes) else {
        return;
    };
    let once = written_and_read(&received.message);
    assert_eq!(once.body.root(), received.message.body.root());
    // What is lost by writing, such as fractions of seconds, is lost at once.
    if !carries_elements(&once.body) {
        assert_eq!(written_and_read(&once), once);
    }
    if let Body::Response(Response::Catalog(part)) = received.message.body {
        collect(part.total, &part.items);
    }
}

fn written_and_read(message: &Message) -> Message {
    let written = message.write(Charset::Utf8, Version::V2022);
    let again = Message::parse(&written).expect("what we write is a message");
    assert!(!again.cut, "what we write is whole");
    again.message
}

/// Whether it holds elements that we do not know. Repairs of faulty ones may go on when they are read again.
const fn carries_elements(body: &Body) -> bool {
    matches!(
        body,
        Body::Control(_)
            | Body::Query(Query::Unknown(_))
            | Body::Notify(Notify::Unknown(_))
            | Body::Response(Response::Unknown(_) | Response::ConfigDownload(_))
    )
}

fn collect(total: Option<u32>, items: &[CatalogItem]) {
    let now = Instant::now();
    let owner = Id::new("34020000002000000001").expect("a constant code");
    let question = Question { device_id: owner.clone(), sn: 1 };
    let mut collector = Collector::default();
    collector.expect(now, question.clone()).expect("nothing else is awaited");
    // The answer may be whole after the first time.
    let _ = collector.handle_part(now, &question, total, items.to_vec());
    let _ = collector.handle_part(now, &question, total, items.to_vec());
    if let Some(due) = collector.poll_timeout() {
        collector.handle_timeout(due);
    }
    let collected = collector.poll_finished().expect("the answer is finished");
    let tree = Tree::new(&owner, collected.items);
    assert!(tree.diff(&tree).is_empty());
}

/// Session descriptions and subjects; what was read is written as something that is read again.
pub fn sdp(bytes: &[u8]) {
    let _ = Subject::parse(&String::from_utf8_lossy(bytes));
    if let Ok(description) = Description::parse(bytes) {
        for media in &description.media {
            for payload in &media.payloads {
                let _ = payload.to_media(media.kind);
            }
        }
        Description::parse(description.write().as_bytes()).expect("what we write is a description");
    }
}

/// Steering bytes, and bodies of playback control; what was read must read the same once it was written.
pub fn ptz_mansrtsp(bytes: &[u8]) {
    if let Ok(command) = PtzCommand::from_hex(&String::from_utf8_lossy(bytes)) {
        assert_eq!(PtzCommand::from_bytes(command.to_bytes()), Ok(command));
    }
    if let Some(frame) = bytes.first_chunk::<8>() {
        let _ = PtzCommand::from_bytes(*frame);
    }
    let written = match Mansrtsp::parse(bytes) {
        Ok(Mansrtsp::Request(request)) => request.to_string(),
        Ok(Mansrtsp::Answer(answer)) => answer.to_string(),
        Ok(Mansrtsp::Finished) | Err(_) => return,
    };
    Mansrtsp::parse(written.as_bytes()).expect("what we write is a body");
}

const DEVICE: &str = "34020000001180000001";
const PASSWORD: &str = "password";

struct Anybody;

impl World for Anybody {
    fn admission(&self, _device: &Id) -> Option<Admission> {
        Some(Admission {
            username: None,
            password: PASSWORD.to_owned(),
            tells_time: true,
            overrides: crate::profile::Overrides::default(),
            redirect: None,
        })
    }

    fn own_address(&self, _path: &Path) -> SocketAddr {
        ([192, 0, 2, 2], 5060).into()
    }
}

/// A platform with a device that is signed in and has been asked for its catalog: it gets this as a datagram, then as
/// the body of a message.
pub fn platform(bytes: &[u8]) {
    let device = Id::new(DEVICE).expect("a code");
    let mut platform = Platform::new(Options::new(device.clone(), "3402000000"), [1; 32], [2; 32]);
    let path = Path { transport: Transport::Udp, local: 1, remote: ([192, 0, 2, 1], 5060).into() };
    let mut at = Moment { now: Instant::now(), unix_ms: 1_795_824_000_000 };
    sign_in(&mut platform, at, path);
    assert!(platform.device(&device).is_some(), "the password is right");
    let asked = platform.ask(at, &device, &device, Query::Catalog(CatalogQuery::default()), &Anybody);
    assert!(asked.is_ok(), "{asked:?}");
    platform.handle_datagram(at, path, bytes, &Anybody);
    drain(&mut platform);
    let message = request("MESSAGE", 9).with_body("Application/MANSCDP+xml", bytes.to_vec());
    platform.handle_datagram(at, path, &message.write(), &Anybody);
    drain(&mut platform);
    // Everything ends by itself, and the device with it.
    for _ in 0..400 {
        at = Moment { now: at.now + Duration::from_secs(10), unix_ms: at.unix_ms + 10_000 };
        platform.handle_timeout(at, &Anybody);
        drain(&mut platform);
    }
    assert!(platform.devices().next().is_none());
    assert!(platform.is_idle());
}

fn request(method: &str, number: u32) -> Request {
    let own = format!("<sip:{DEVICE}@3402000000>");
    Request::new(sip::Method::parse(method), "sip:34020000002000000001@3402000000")
        .with("Via", &format!("SIP/2.0/UDP 192.0.2.1:5060;rport;branch=z9hG4bK{number}"))
        .with("From", &format!("{own};tag=1"))
        .with("To", &own)
        .with("Call-ID", "1")
        .with("CSeq", &format!("{number} {method}"))
}

fn sign_in(platform: &mut Platform, at: Moment, path: Path) {
    platform.handle_datagram(at, path, &request("REGISTER", 1).write(), &Anybody);
    let mut credentials = Credentials::new(DEVICE, PASSWORD, "cnonce");
    for response in drain(platform) {
        let challenges: Vec<String> = response.headers.all("WWW-Authenticate").map(|it| it.into_owned()).collect();
        credentials.challenge(challenges.iter().map(String::as_str));
    }
    let words = credentials.authorize("REGISTER", "sip:3402000000").unwrap_or_default();
    platform.handle_datagram(at, path, &request("REGISTER", 2).with("Authorization", &words).write(), &Anybody);
    drain(platform);
}

/// Takes all that the platform has; the responses among it.
fn drain(platform: &mut Platform) -> Vec<SipResponse> {
    let mut responses = Vec::new();
    loop {
        match platform.poll_output() {
            Output::Timeout(_) => return responses,
            Output::Event(_) => {}
            Output::Transmit(transmit) => {
                if let Ok(Datagram::Message(SipMessage::Response(response))) = parse_datagram(&transmit.bytes) {
                    responses.push(response);
                }
            }
        }
    }
}
