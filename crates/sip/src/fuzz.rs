//! Entry points for fuzzing: each takes any bytes and must neither panic nor use unbounded memory.

use std::time::{Duration, Instant};

use crate::dialog::{Dialog, DialogId};
use crate::endpoint::{Endpoint, Event, Options, Output};
use crate::header::{CSeq, Event as EventPackage, NameAddr, SubscriptionState, Via, parse_seconds};
use crate::message::{Message, Response};
use crate::method::Method;
use crate::parser::{Datagram, ParseError, StreamItem, StreamParser, parse_datagram};
use crate::path::{Path, Transport};
use crate::text;
use crate::uri::SipUri;

/// One datagram; what is read must be written so that the same is read again.
pub fn datagram(bytes: &[u8]) {
    let Ok(Datagram::Message(message)) = parse_datagram(bytes) else {
        return;
    };
    let written = message.write();
    match parse_datagram(&written) {
        // Compact names and line ends of LF alone make it longer when it is written.
        Err(ParseError::TooLong { .. }) => {}
        again => assert_eq!(again, Ok(Datagram::Message(message)), "{written:?}"),
    }
}

/// A connection, cut in pieces and as a whole: the same must come out.
pub fn stream(bytes: &[u8]) {
    let whole = stream_items(bytes, bytes.len().max(1));
    for cut in [1, 7] {
        assert_eq!(stream_items(bytes, cut), whole);
    }
}

/// URIs and header values; what is read must be written so that the same is read again.
pub fn values(bytes: &[u8]) {
    let text = &*text(bytes);
    if let Some(uri) = SipUri::parse(text) {
        let _ = uri.socket_address();
        assert_eq!(SipUri::parse(&uri.to_string()), Some(uri));
    }
    if let Some(via) = Via::parse(text) {
        let _ = (via.branch(), via.seen_at());
    }
    if let Some(address) = NameAddr::parse(text) {
        let _ = (address.tag(), address.user(), address.to_string());
    }
    let _ = (CSeq::parse(text), EventPackage::parse(text), SubscriptionState::parse(text));
    let _ = parse_seconds(text);
}

/// An endpoint that answers everything, gets this as datagrams (`length, bytes` again and again; a length of
/// 255 lets five seconds pass instead), and has an INVITE of its own under way.
pub fn endpoint(bytes: &[u8]) {
    let mut now = Instant::now();
    let limits = Options { max_server_transactions: 50, max_client_transactions: 50, ..Options::default() };
    let mut endpoint = Endpoint::new([1; 32], limits);
    let path = Path { transport: Transport::Udp, local: 1, remote: ([192, 0, 2, 1], 5060).into() };
    let invite = endpoint.new_request(Method::Invite, "sip:a@b", "sip:c@d", "sip:a@b");
    let begun = endpoint.send_request(now, path, "192.0.2.2:5060", invite);
    assert!(begun.is_ok(), "{begun:?}");
    drive(&mut endpoint, now);
    let mut rest = bytes;
    while let [length, tail @ ..] = rest {
        if *length == u8::MAX {
            rest = tail;
            now += Duration::from_secs(5);
            endpoint.handle_timeout(now);
        } else {
            let (datagram, tail) = tail.split_at((4 * usize::from(*length)).min(tail.len()));
            rest = tail;
            endpoint.handle_datagram(now, path, datagram);
        }
        drive(&mut endpoint, now);
    }
    // Everything ends by itself.
    for _ in 0..100 {
        now += Duration::from_secs(10);
        endpoint.handle_timeout(now);
        drive(&mut endpoint, now);
    }
    assert_eq!(endpoint.open_transactions(), (0, 0));
}

fn stream_items(bytes: &[u8], cut: usize) -> (Vec<StreamItem>, bool) {
    let (mut parser, mut items) = (StreamParser::default(), Vec::new());
    for piece in bytes.chunks(cut) {
        parser.push(piece);
        loop {
            match parser.next_item() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(_) => return (items, false),
            }
        }
    }
    (items, true)
}

fn drive(endpoint: &mut Endpoint, now: Instant) {
    loop {
        match endpoint.poll_output() {
            Output::Event(Event::Request { id, request, path }) => {
                let tag = endpoint.local_tag(id).unwrap_or_default().to_owned();
                let _ = DialogId::of_request(&request);
                if let Ok(mut dialog) = Dialog::from_request(&request, &tag, "sip:c@d", &path) {
                    let _ = (dialog.receive(&request, &path), dialog.destination(), dialog.request(Method::Bye));
                }
                let status = if request.method == Method::Info { 401 } else { 200 };
                let _ = endpoint.respond(now, id, &Response::new(status));
            }
            Output::Event(_) => {}
            Output::Transmit(transmit) => {
                let read = parse_datagram(&transmit.bytes);
                assert!(matches!(read, Ok(Datagram::Message(Message::Request(_) | Message::Response(_)))), "{read:?}");
            }
            Output::Timeout(_) => return,
        }
    }
}
