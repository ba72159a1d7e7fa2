//! Transactions step by step, with the figures of RFC 3261.

use std::time::Duration;

use super::*;
use crate::header::NameAddr;
use crate::message::Message;
use crate::method::Method;
use crate::parser::{Datagram, parse_datagram};
use crate::path::Transport;

const UDP: Path = path(Transport::Udp);
const TCP: Path = path(Transport::Tcp);

const fn path(transport: Transport) -> Path {
    let remote = std::net::SocketAddr::V4(std::net::SocketAddrV4::new(std::net::Ipv4Addr::new(192, 0, 2, 7), 5062));
    Path { transport, local: 3, remote }
}

/// What happened at which millisecond.
type Timed<T> = Vec<(u128, T)>;

/// An endpoint with its own clock.
struct Party {
    endpoint: Endpoint,
    start: Instant,
    now: Instant,
}

impl Party {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let now = Instant::now();
        Self { endpoint: Endpoint::new([9; 32], options), start: now, now }
    }

    fn drain(&mut self) -> (Vec<Message>, Vec<Event>) {
        let (mut sent, mut events) = (Vec::new(), Vec::new());
        loop {
            match self.endpoint.poll_output() {
                Output::Transmit(transmit) => match parse_datagram(&transmit.bytes) {
                    Ok(Datagram::Message(message)) => sent.push(message),
                    other => panic!("{other:?}"),
                },
                Output::Event(event) => events.push(event),
                Output::Timeout(_) => return (sent, events),
            }
        }
    }

    fn sent(&mut self) -> Vec<String> {
        self.drain().0.iter().map(line).collect()
    }

    fn take(&mut self, path: Path, text: &str) -> (Vec<String>, Vec<Event>) {
        self.endpoint.handle_datagram(self.now, path, text.as_bytes());
        let (sent, events) = self.drain();
        (sent.iter().map(line).collect(), events)
    }

    /// What is sent and told when, in milliseconds since the start, until nothing is due.
    fn run(&mut self) -> (Timed<String>, Timed<Event>) {
        let (mut sent, mut told) = (Vec::new(), Vec::new());
        loop {
            let (messages, events) = self.drain();
            let at = (self.now - self.start).as_millis();
            sent.extend(messages.iter().map(|message| (at, line(message))));
            told.extend(events.into_iter().map(|event| (at, event)));
            let Output::Timeout(Some(due)) = self.endpoint.poll_output() else { break };
            self.now = due;
            self.endpoint.handle_timeout(due);
        }
        assert_eq!(self.endpoint.open_transactions(), (0, 0));
        assert_eq!((self.endpoint.timers.len(), self.endpoint.awaiting_ack.len()), (0, 0));
        (sent, told)
    }

    fn pass(&mut self, time: Duration) -> Vec<String> {
        let end = self.now + time;
        let mut sent = self.sent();
        while let Output::Timeout(Some(due)) = self.endpoint.poll_output()
            && due <= end
        {
            self.now = due;
            self.endpoint.handle_timeout(due);
            sent.extend(self.sent());
        }
        self.now = end;
        sent
    }

    fn send(&mut self, path: Path, method: Method) -> (ClientId, Request) {
        let request = self.endpoint.new_request(method, "sip:1320@h", "sip:2000@h", "sip:1320@h");
        let id = self.endpoint.send_request(self.now, path, "192.0.2.1:5060", request).unwrap();
        let (sent, _) = self.drain();
        let [Message::Request(request)] = &sent[..] else { panic!("{sent:?}") };
        (id, request.clone())
    }

    fn answer(&mut self, path: Path, request: &Request, status: u16) -> (Vec<String>, Vec<Event>) {
        let text = String::from_utf8(answer(request, status, "theirs").write().into()).unwrap();
        self.take(path, &text)
    }
}

fn line(message: &Message) -> String {
    match message {
        Message::Request(request) => request.method.to_string(),
        Message::Response(response) => response.status.to_string(),
    }
}

fn answer(request: &Request, status: u16, tag: &str) -> Response {
    let mut response = Response::new(status);
    for name in ["Via", "From", "Call-ID", "CSeq"] {
        response.headers.copy(name, &request.headers);
    }
    let mut to = request.headers.to().unwrap();
    if status > 100 {
        to = to.with_tag(tag);
    }
    response.headers.push("To", to.to_string());
    response
}

fn request_of(method: &str, branch: &str) -> String {
    let to_tag = if method == "ACK" { ";tag=" } else { "" };
    format!(
        "{method} sip:2000@h SIP/2.0\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;rport;branch={branch}\r\nFrom: <sip:1320@h>;tag=f\r\n\
         To: <sip:2000@h>{to_tag}\r\nCall-ID: c\r\nCSeq: 4 {method}\r\nContent-Length: 0\r\n\r\n"
    )
}

fn times(steps: &[(u128, String)]) -> Vec<u128> {
    steps.iter().map(|(at, _)| *at).collect()
}

fn server_id(events: &[Event]) -> ServerId {
    match events {
        [Event::Request { id, .. }] => *id,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_request_is_repeated_until_patience_ends() {
    let mut party = Party::new();
    party.send(UDP, Method::Message);
    let (sent, told) = party.run();
    // Timer E: 500 ms doubling to 4 s; timer F: 32 s (§17.1.2.2).
    assert_eq!(times(&sent), [500, 1500, 3500, 7500, 11500, 15500, 19500, 23500, 27500, 31500]);
    assert!(matches!(told[..], [(32_000, Event::Failed { reason: Failure::Timeout, .. })]), "{told:?}");
    assert_eq!(party.endpoint.counters().resent, 10);

    let mut party = Party::new();
    party.send(UDP, Method::Invite);
    let (sent, told) = party.run();
    // Timer A doubles without end, timer B: 32 s (§17.1.1.2).
    assert_eq!(times(&sent), [500, 1500, 3500, 7500, 15500, 31500]);
    assert!(matches!(told[..], [(32_000, Event::Failed { .. })]), "{told:?}");

    for method in [Method::Message, Method::Invite] {
        let mut party = Party::new();
        party.send(TCP, method);
        let (sent, told) = party.run();
        assert_eq!(sent, []);
        assert!(matches!(told[..], [(32_000, Event::Failed { .. })]), "{told:?}");
    }
}

#[test]
fn a_provisional_response_slows_a_request_down_and_a_final_one_ends_it() {
    let mut party = Party::new();
    let (id, request) = party.send(UDP, Method::Subscribe);
    let (_, told) = party.answer(UDP, &request, 100);
    assert!(matches!(&told[..], [Event::Response { id: of, response, .. }] if *of == id && response.status == 100));
    assert_eq!(party.pass(Duration::from_secs(9)), ["SUBSCRIBE", "SUBSCRIBE", "SUBSCRIBE"]);
    let (_, told) = party.answer(UDP, &request, 200);
    assert!(matches!(&told[..], [Event::Response { response, .. }] if response.status == 200));
    // Timer K: the same once more is absorbed for 5 s (§17.1.2.2).
    let (_, told) = party.answer(UDP, &request, 200);
    assert_eq!((told, party.endpoint.open_transactions()), (vec![], (0, 1)));
    let (sent, told) = party.run();
    assert_eq!((sent, told, (party.now - party.start).as_millis()), (vec![], vec![], 14_000));
    party.answer(UDP, &request, 200);
    assert_eq!(party.endpoint.counters().stray_responses, 1);

    let mut party = Party::new();
    let (_, request) = party.send(TCP, Method::Message);
    party.answer(TCP, &request, 200);
    assert_eq!(party.endpoint.open_transactions(), (0, 0));
}

#[test]
fn a_refused_invite_is_acknowledged_within_its_transaction() {
    let mut party = Party::new();
    let (id, request) = party.send(UDP, Method::Invite);
    let refusal = String::from_utf8(answer(&request, 486, "theirs").write().into()).unwrap();
    party.endpoint.handle_datagram(party.now, UDP, refusal.as_bytes());
    let (sent, told) = party.drain();
    let [Message::Request(ack)] = &sent[..] else { panic!("{sent:?}") };
    assert!(matches!(&told[..], [Event::Response { id: of, .. }] if *of == id));
    // §17.1.1.3.
    assert_eq!((&ack.method, &ack.uri), (&Method::Ack, &request.uri));
    assert_eq!(ack.headers.top_via(), request.headers.top_via());
    assert_eq!(ack.headers.to().unwrap().tag(), Some("theirs"));
    assert_eq!(ack.headers.text("CSeq").unwrap(), "1 ACK");
    assert_eq!(ack.headers.get("Call-ID"), request.headers.get("Call-ID"));
    // The peer has not heard it.
    assert_eq!(party.take(UDP, &refusal), (vec!["ACK".to_owned()], vec![]));
    party.run();
    // Timer D.
    assert_eq!((party.now - party.start).as_millis(), 32_000);

    let mut party = Party::new();
    let (_, request) = party.send(TCP, Method::Invite);
    assert_eq!(party.answer(TCP, &request, 603).0, ["ACK"]);
    assert_eq!(party.endpoint.open_transactions(), (0, 0));
}

#[test]
fn a_success_is_acknowledged_by_the_user_and_then_again_by_itself() {
    let mut party = Party::new();
    let (id, request) = party.send(UDP, Method::Invite);
    party.answer(UDP, &request, 180);
    assert_eq!(party.pass(Duration::from_secs(60)), [""; 0], "a ringing INVITE is not repeated");
    let (sent, told) = party.answer(UDP, &request, 200);
    let [Event::Response { response, path, .. }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(sent, [""; 0]);
    // Until the user has acknowledged, a repeated 2xx waits.
    assert_eq!(party.answer(UDP, &request, 200), (vec![], vec![]));
    let dialog = crate::Dialog::from_response(&request, response, path).unwrap();
    party.endpoint.send_ack(id, dialog.ack(1)).unwrap();
    let (sent, _) = party.drain();
    let [Message::Request(ack)] = &sent[..] else { panic!("{sent:?}") };
    assert_ne!(ack.headers.top_via().unwrap().branch(), request.headers.top_via().unwrap().branch());
    assert_eq!(party.answer(UDP, &request, 200), (vec!["ACK".to_owned()], vec![]));
    // Another end of a fork.
    let other = String::from_utf8(answer(&request, 200, "other").write().into()).unwrap();
    assert!(matches!(&party.take(UDP, &other).1[..], [Event::Response { .. }]));
    party.run();
    assert_eq!((party.now - party.start).as_millis(), 92_000);
}

#[test]
fn a_cancel_waits_for_a_sign_of_the_peer() {
    let mut party = Party::new();
    let (id, request) = party.send(UDP, Method::Invite);
    party.endpoint.cancel(party.now, id);
    assert_eq!(party.sent(), [""; 0]);
    let (sent, told) = party.answer(UDP, &request, 100);
    assert_eq!((sent, told.len()), (vec!["CANCEL".to_owned()], 1));
    party.endpoint.cancel(party.now, id);
    assert_eq!(party.sent(), [""; 0], "one is enough");
    let cancel = Request { method: Method::Cancel, ..request.clone() };
    let mut answered = answer(&cancel, 200, "theirs");
    answered.headers.set("CSeq", "1 CANCEL");
    let text = String::from_utf8(answered.write().into()).unwrap();
    assert_eq!(party.take(UDP, &text), (vec![], vec![]));
    let (sent, told) = party.answer(UDP, &request, 487);
    assert_eq!(sent, ["ACK"]);
    assert!(matches!(&told[..], [Event::Response { response, .. }] if response.status == 487));
    party.run();

    // A peer that rings for ever, or never ends what was cancelled.
    for ask in [false, true] {
        let mut party = Party::new();
        let (id, request) = party.send(TCP, Method::Invite);
        party.answer(TCP, &request, 180);
        if ask {
            party.endpoint.cancel(party.now, id);
        }
        let (sent, told) = party.run();
        let limit = if ask { 0 } else { crate::INVITE_LIMIT.as_millis() };
        assert_eq!(sent, [(limit, "CANCEL".to_owned())]);
        assert!(matches!(&told[..], [(at, Event::Failed { .. })] if *at == limit + 32_000), "{told:?}");
    }
}

#[test]
fn a_request_is_told_once_and_its_answer_goes_to_the_source() {
    let mut party = Party::new();
    let (sent, told) = party.take(UDP, &request_of("MESSAGE", "z9hG4bK1"));
    // No 100 (quirk 12).
    assert_eq!(sent, [""; 0]);
    let id = server_id(&told);
    assert_eq!(party.take(UDP, &request_of("MESSAGE", "z9hG4bK1")), (vec![], vec![]));
    let tag = party.endpoint.local_tag(id).unwrap().to_owned();
    assert_eq!(party.endpoint.respond(party.now, id, &Response::new(180)), Err(RespondError::Provisional));
    party.endpoint.respond(party.now, id, &Response::new(200).with("Expires", "3600")).unwrap();
    assert_eq!(party.endpoint.respond(party.now, id, &Response::new(200)), Err(RespondError::Gone));
    let Output::Transmit(transmit) = party.endpoint.poll_output() else { panic!() };
    assert_eq!(transmit.path, UDP);
    let expected = format!(
        "SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 10.0.0.1:5060;rport=5062;branch=z9hG4bK1;received=192.0.2.7\r\n\
         From: <sip:1320@h>;tag=f\r\nTo: <sip:2000@h>;tag={tag}\r\nCall-ID: c\r\nCSeq: 4 MESSAGE\r\n\
         Expires: 3600\r\nContent-Length: 0\r\n\r\n"
    );
    assert_eq!(transmit.bytes, expected);
    // Timer J: repeated for 32 s, to the port that the router gives now.
    let moved = Path { remote: "192.0.2.7:7000".parse().unwrap(), ..UDP };
    party.endpoint.handle_datagram(party.now, moved, request_of("MESSAGE", "z9hG4bK1").as_bytes());
    let Output::Transmit(transmit) = party.endpoint.poll_output() else { panic!() };
    assert_eq!((transmit.path, &*transmit.bytes), (moved, expected.as_bytes()));
    assert_eq!(party.run(), (vec![], vec![]));
    assert_eq!((party.now - party.start).as_millis(), 32_000);
}

#[test]
fn cameras_behind_different_routers_may_share_address_and_branch() {
    let mut party = Party::new();
    let other = Path { remote: "198.51.100.1:5060".parse().unwrap(), ..UDP };
    for path in [UDP, other] {
        assert_eq!(party.take(path, &request_of("REGISTER", "z9hG4bK1")).1.len(), 1);
    }
    // Branches of RFC 2543, or none: Call-ID and CSeq tell requests apart.
    for (branch, call) in [("1", "c"), ("1", "d"), ("", "e")] {
        let text = request_of("REGISTER", branch).replace("Call-ID: c", &format!("Call-ID: {call}"));
        assert_eq!(party.take(UDP, &text).1.len(), 1);
        assert_eq!(party.take(UDP, &text).1.len(), 0);
    }
}

#[test]
fn a_challenge_leaves_nothing_behind_and_keeps_its_tag() {
    let mut party = Party::new();
    let mut tags = Vec::new();
    for _ in 0..2 {
        let (_, told) = party.take(UDP, &request_of("REGISTER", "z9hG4bK1"));
        let id = server_id(&told);
        party.endpoint.respond_stateless(id, &Response::new(401).with("WWW-Authenticate", "Digest")).unwrap();
        let (sent, _) = party.drain();
        let Message::Response(response) = &sent[0] else { panic!() };
        tags.push(response.headers.to().unwrap().tag().unwrap().to_owned());
        assert_eq!(party.endpoint.open_transactions(), (0, 0));
        assert_eq!(party.endpoint.respond_stateless(id, &Response::new(401)), Err(RespondError::Gone));
    }
    assert_eq!(tags[0], tags[1]);
    assert_eq!(party.run(), (vec![], vec![]));
}

#[test]
fn a_100_comes_only_when_the_user_takes_its_time_where_that_is_wanted() {
    let mut party = Party::new();
    party.endpoint.options.trying_after = Duration::from_millis(200);
    let (sent, told) = party.take(UDP, &request_of("INVITE", "z9hG4bK1"));
    assert!(sent.is_empty());
    party.endpoint.respond(party.now, server_id(&told), &Response::new(200)).unwrap();
    assert_eq!(party.drain().0.len(), 1);
    assert!(!party.pass(Duration::from_millis(400)).contains(&"100".to_owned()));

    assert!(party.take(UDP, &request_of("INVITE", "z9hG4bK2")).0.is_empty());
    assert!(party.pass(Duration::from_millis(250)).contains(&"100".to_owned()));
    assert_eq!(party.take(UDP, &request_of("INVITE", "z9hG4bK2")).0, ["100"], "a repetition is answered");
    let (_, told) = party.take(UDP, &request_of("MESSAGE", "z9hG4bK3"));
    assert_eq!(told.len(), 1);
    assert!(!party.pass(Duration::from_millis(250)).contains(&"100".to_owned()), "quirk 12");
}

#[test]
fn a_refusal_of_an_invite_is_repeated_until_its_ack() {
    let mut party = Party::new();
    let (sent, told) = party.take(UDP, &request_of("INVITE", "z9hG4bK1"));
    assert_eq!(sent, ["100"]);
    party.endpoint.respond(party.now, server_id(&told), &Response::new(486)).unwrap();
    // Timer G: 500 ms doubling to 4 s.
    assert_eq!(party.pass(Duration::from_secs(4)), ["486"; 4]);
    assert_eq!(party.take(UDP, &request_of("INVITE", "z9hG4bK1")).0, ["486"]);
    assert_eq!(party.take(UDP, &request_of("ACK", "z9hG4bK1")), (vec![], vec![]));
    assert_eq!(party.take(UDP, &request_of("ACK", "z9hG4bK1")), (vec![], vec![]));
    // Timer I.
    assert_eq!(party.run(), (vec![], vec![]));
    assert_eq!((party.now - party.start).as_millis(), 9000);

    // Timer H: no ACK.
    let mut party = Party::new();
    let (_, told) = party.take(UDP, &request_of("INVITE", "z9hG4bK1"));
    party.endpoint.respond(party.now, server_id(&told), &Response::new(486)).unwrap();
    assert_eq!(party.run().0.len(), 11);
    assert_eq!((party.now - party.start).as_millis(), 32_000);

    let mut party = Party::new();
    let (_, told) = party.take(TCP, &request_of("INVITE", "z9hG4bK1"));
    party.endpoint.respond(party.now, server_id(&told), &Response::new(486)).unwrap();
    assert_eq!(party.pass(Duration::from_secs(10)), ["486"]);
    party.take(TCP, &request_of("ACK", "z9hG4bK1"));
    assert_eq!(party.endpoint.open_transactions(), (0, 0));
}

#[test]
fn a_success_of_an_invite_is_repeated_until_its_ack() {
    // With a branch of its own, as it should be, and with that of its INVITE, as RFC 2543 had it.
    for branch in ["z9hG4bK2", "z9hG4bK1"] {
        for path in [UDP, TCP] {
            let mut party = Party::new();
            let (_, told) = party.take(path, &request_of("INVITE", "z9hG4bK1"));
            let id = server_id(&told);
            let tag = party.endpoint.local_tag(id).unwrap().to_owned();
            assert_eq!(party.endpoint.respond_stateless(id, &Response::new(200)), Err(RespondError::MustBeRemembered));
            party.endpoint.respond(party.now, id, &Response::new(183)).unwrap();
            assert_eq!(party.take(path, &request_of("INVITE", "z9hG4bK1")).0, ["183", "183"]);
            party.endpoint.respond(party.now, id, &Response::new(200)).unwrap();
            assert_eq!(party.pass(Duration::from_secs(8)), ["200"; 5]);
            let ack = request_of("ACK", branch).replace(";tag=\r\n", &format!(";tag={tag}\r\n"));
            let (sent, told) = party.take(path, &ack);
            assert_eq!(sent, [""; 0]);
            assert!(matches!(&told[..], [Event::Acknowledged { id: of, .. }] if *of == id), "{told:?}");
            assert_eq!(party.take(path, &ack), (vec![], vec![]));
            assert_eq!(party.take(path, &request_of("INVITE", "z9hG4bK1")), (vec![], vec![]));
            assert_eq!(party.run(), (vec![], vec![]));
            assert_eq!((party.now - party.start).as_millis(), 32_000);
        }
    }
    let mut party = Party::new();
    let (_, told) = party.take(UDP, &request_of("INVITE", "z9hG4bK1"));
    party.endpoint.respond(party.now, server_id(&told), &Response::new(200)).unwrap();
    let stray = request_of("ACK", "z9hG4bK2").replace(";tag=\r\n", ";tag=wrong\r\n");
    assert_eq!(party.take(UDP, &stray).1, []);
    assert_eq!(party.endpoint.counters().stray_acks, 1);
    let (_, told) = party.run();
    assert!(matches!(told[..], [(32_000, Event::NotAcknowledged { .. })]), "{told:?}");
}

#[test]
fn an_invite_can_be_cancelled_by_its_sender() {
    let mut party = Party::new();
    let (_, told) = party.take(UDP, &request_of("INVITE", "z9hG4bK1"));
    let id = server_id(&told);
    let (sent, told) = party.take(UDP, &request_of("CANCEL", "z9hG4bK1"));
    assert_eq!((sent, told), (vec!["200".to_owned(), "487".to_owned()], vec![Event::Cancelled { id }]));
    assert_eq!(party.take(UDP, &request_of("CANCEL", "z9hG4bK1")), (vec!["200".to_owned()], vec![]));
    assert_eq!(party.endpoint.respond(party.now, id, &Response::new(200)), Err(RespondError::Gone));
    party.take(UDP, &request_of("ACK", "z9hG4bK1"));
    assert_eq!(party.take(UDP, &request_of("CANCEL", "z9hG4bK9")), (vec!["481".to_owned()], vec![]));
    assert_eq!(party.run(), (vec![], vec![]));
}

#[test]
fn what_the_user_forgets_is_not_kept() {
    let mut party = Party::new();
    party.take(UDP, &request_of("MESSAGE", "z9hG4bK1"));
    let (sent, told) = party.run();
    assert_eq!(sent, []);
    assert!(matches!(told[..], [(32_000, Event::Unanswered { .. })]), "{told:?}");

    let mut party = Party::new();
    party.take(TCP, &request_of("INVITE", "z9hG4bK1"));
    let (sent, told) = party.run();
    let limit = crate::INVITE_LIMIT.as_millis();
    assert_eq!(sent, [(limit, "408".to_owned())]);
    assert!(matches!(&told[..], [(at, Event::Unanswered { .. })] if *at == limit), "{told:?}");
}

#[test]
fn incomplete_requests_are_refused_and_not_kept() {
    for (line, sent) in [
        ("Call-ID: c\r\n", vec!["400"]),
        ("CSeq: 4 MESSAGE\r\n", vec!["400"]),
        ("From: <sip:1320@h>;tag=f\r\n", vec!["400"]),
        ("To: <sip:2000@h>\r\n", vec!["400"]),
        ("Via: SIP/2.0/UDP 10.0.0.1:5060;rport;branch=z9hG4bK1\r\n", vec![]),
    ] {
        let mut party = Party::new();
        let text = request_of("MESSAGE", "z9hG4bK1").replace(line, "");
        assert_eq!(party.take(UDP, &text), (sent.iter().map(|it| (*it).to_owned()).collect(), vec![]), "{line}");
        assert_eq!((party.endpoint.counters().incomplete, party.endpoint.open_transactions()), (1, (0, 0)));
    }
    // RFC 4475 §3.1.2.18: the method in CSeq is another one; RFC 3261 §17.1.1.3: an ACK has no answer.
    let mut party = Party::new();
    assert_eq!(party.take(UDP, &request_of("MESSAGE", "b").replace("4 MESSAGE", "4 INVITE")).0, ["400"]);
    assert_eq!(party.take(UDP, &request_of("ACK", "b").replace("4 ACK", "4 BYE")).0, [""; 0]);
    // Two hops: both come back.
    let text = request_of("MESSAGE", "b").replace("Call-ID: c\r\n", "v: SIP/2.0/UDP p1, SIP/2.0/TCP p2\r\n");
    party.endpoint.handle_datagram(party.now, UDP, text.as_bytes());
    let (sent, _) = party.drain();
    assert_eq!(sent[0].headers().items("Via").len(), 3);
    for (bytes, malformed, keep_alives) in [("\r\n\r\n", 0, 1), ("jaK", 0, 2), ("\x05abc", 1, 2)] {
        party.take(UDP, bytes);
        let counters = party.endpoint.counters();
        assert_eq!((counters.malformed, counters.keep_alives), (malformed, keep_alives));
    }
}

#[test]
fn full_tables_say_so() {
    let options = Options { max_server_transactions: 1, max_client_transactions: 1, ..Options::default() };
    let mut party = Party::with(options);
    party.take(UDP, &request_of("MESSAGE", "z9hG4bK1"));
    assert_eq!(party.take(UDP, &request_of("MESSAGE", "z9hG4bK2")), (vec!["503".to_owned()], vec![]));
    assert_eq!(party.endpoint.counters().refused, 1);
    party.send(UDP, Method::Options);
    let request = party.endpoint.new_request(Method::Options, "sip:a", "sip:b", "sip:a");
    assert_eq!(party.endpoint.send_request(party.now, UDP, "h", request), Err(SendError::Full));
}

#[test]
fn requests_that_cannot_be_sent_are_refused() {
    let mut party = Party::new();
    let good = party.endpoint.new_request(Method::Message, "sip:a", "sip:b", "sip:a");
    let with = |name: &str, value: &str| {
        let mut request = good.clone();
        request.headers.set(name, value);
        request
    };
    let large = good.clone().with_body("text/plain", vec![b'x'; MAX_DATAGRAM_BYTES]);
    for (path, sent_by, request, error) in [
        (UDP, "h", with("From", "<sip:b>"), SendError::Incomplete("From")),
        (UDP, "h", with("CSeq", "1 BYE"), SendError::Incomplete("CSeq")),
        (UDP, "h", with("To", "<>"), SendError::Incomplete("To")),
        (UDP, "h", with("Call-ID", ""), SendError::Incomplete("Call-ID")),
        (UDP, "a b", good.clone(), SendError::Incomplete("sent-by")),
        (UDP, "h", Request { uri: String::new(), ..good.clone() }, SendError::Incomplete("Request-URI")),
        (UDP, "h", Request { method: Method::Ack, ..good.clone() }, SendError::NotARequest("ACK")),
    ] {
        assert_eq!(party.endpoint.send_request(party.now, path, sent_by, request), Err(error));
    }
    let too_large = party.endpoint.send_request(party.now, UDP, "h", large.clone());
    assert!(matches!(too_large, Err(SendError::TooLarge(_))));
    assert!(party.endpoint.send_request(party.now, TCP, "h", large).is_ok());
    let NameAddr { params, .. } = good.headers.from().unwrap();
    assert_eq!(params.get("tag").unwrap().len(), 32);
    let mut again = good.clone();
    again.advance();
    assert_eq!(again.headers.text("CSeq").unwrap(), "2 MESSAGE");
}

#[test]
fn a_lost_connection_ends_what_runs_on_it() {
    let mut party = Party::new();
    let (lost, _) = party.send(TCP, Method::Message);
    party.send(UDP, Method::Message);
    let (_, told) = party.take(TCP, &request_of("INVITE", "z9hG4bK1"));
    let invite = server_id(&told);
    party.endpoint.respond(party.now, invite, &Response::new(200)).unwrap();
    party.take(TCP, &request_of("MESSAGE", "z9hG4bK2"));
    party.drain();
    party.endpoint.connection_closed(TCP.local);
    let (_, told) = party.drain();
    let expected =
        [Event::Failed { id: lost, reason: Failure::ConnectionClosed }, Event::NotAcknowledged { id: invite }];
    assert_eq!(told, expected);
    assert_eq!(party.endpoint.open_transactions(), (0, 1));
}
