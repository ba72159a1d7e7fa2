//! Messages in every form that peers send, and bytes that are none. The cases after RFC 4475 (torture tests)
//! are written anew from what each of them is about; the section stands beside it.

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::message::{Headers, Message, Request, Response};
use crate::method::Method;

fn message(bytes: impl AsRef<[u8]>) -> Message {
    match parse_datagram(bytes.as_ref()) {
        Ok(Datagram::Message(message)) => message,
        other => panic!("{other:?}"),
    }
}

fn request(bytes: impl AsRef<[u8]>) -> Request {
    match message(bytes) {
        Message::Request(request) => request,
        Message::Response(response) => panic!("{response:?}"),
    }
}

fn stream_items(bytes: &[u8], cut: usize) -> Result<Vec<StreamItem>, ParseError> {
    let (mut parser, mut items) = (StreamParser::default(), Vec::new());
    for piece in bytes.chunks(cut) {
        parser.push(piece);
        while let Some(item) = parser.next_item()? {
            items.push(item);
        }
    }
    Ok(items)
}

#[test]
fn a_tortuous_request_is_read() {
    // RFC 4475 §3.1.1.1: blanks, folding, compact names, mixed case, unknown fields, LF and CRLF.
    let request = request(
        "INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0\r\n\
         TO :\r\n sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n\r\n\
         from   : \"J Rosenberg \\\\\\\"\"       <sip:jdrosen@example.com>\r\n  ;\r\n  tag = 98asjd8\r\n\
         MaX-fOrWaRdS: 0068\n\
         Call-ID: wsinv.ndaksdj@192.0.2.1\r\n\
         cseq: 0009\r\n  INVITE\r\n\
         Via  : SIP  /   2.0\r\n /UDP\r\n    192.0.2.2;branch=390skdjuw\r\n\
         s :\r\n\
         NewFangledHeader:   newfangled value\r\n continued newfangled value\r\n\
         UnknownHeaderWithUnusualValue: ;;,,;;,;\r\n\
         Content-Type: application/sdp\r\n\
         v:  SIP  / 2.0  / TCP     spindle.example.com   ;\r\n  branch  =   z9hG4bK9ikj8  ,\r\n \
         SIP  /    2.0   / UDP  192.168.255.111   ; branch=\r\n z9hG4bK30239\r\n\
         m:\"Quoted string \\\"\\\"\" <sip:jdrosen@example.com> ; newparam =\r\n      newvalue ;\r\n  secondparam ; q = 0.33\r\n\
         l: 4\r\n\r\nv=0\n",
    );
    let headers = &request.headers;
    assert_eq!((request.method, &*request.uri), (Method::Invite, "sip:vivekg@chair-dnrc.example.com;unknownparam"));
    assert_eq!(headers.to().unwrap().tag(), Some("1918181833n"));
    let from = headers.from().unwrap();
    assert_eq!((&*from.name, &*from.uri, from.tag()), ("J Rosenberg \\\"", "sip:jdrosen@example.com", Some("98asjd8")));
    assert_eq!(headers.cseq().unwrap().to_string(), "9 INVITE");
    assert_eq!(headers.text("subject").unwrap(), "");
    assert_eq!(headers.text("newfangledheader").unwrap(), "newfangled value continued newfangled value");
    let hops = headers.items("Via");
    assert_eq!(hops.len(), 3);
    assert_eq!(headers.top_via().unwrap().branch(), Some("390skdjuw"));
    assert_eq!(crate::header::Via::parse(&hops[1]).unwrap().transport, "TCP");
    assert_eq!(crate::header::Via::parse(&hops[2]).unwrap().branch(), Some("z9hG4bK30239"));
    assert_eq!(headers.contact().unwrap().params.get("secondparam"), Some(""));
    assert_eq!(request.body, "v=0\n");
}

#[test]
fn torture_cases_that_are_valid_are_read() {
    let head = "Via: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: 1\r\n";
    // §3.1.1.2: methods and values of every token character.
    let odd = "!interesting-Method0123456789_*+`.%indeed'~";
    let it =
        request(format!("{odd} sip:1_unusual.URI~(to-be!sure)@example.com SIP/2.0\r\n{head}CSeq: 1 {odd}\r\n\r\n"));
    assert_eq!((it.method.as_str(), it.headers.cseq().unwrap().method.as_str()), (odd, odd));
    // §3.1.1.3, §3.1.1.4: escapes are kept, also of NUL.
    let it = request(format!("INVITE sip:sips%3Auser%40example.com@example.net SIP/2.0\r\n{head}\r\n"));
    assert_eq!(crate::SipUri::parse(&it.uri).unwrap().user.as_deref(), Some("sips%3Auser%40example.com"));
    let it = request(format!("REGISTER sip:null-%00-null@example.com SIP/2.0\r\n{head}\r\n"));
    assert_eq!(crate::SipUri::parse(&it.uri).unwrap().user.as_deref(), Some("null-%00-null"));
    // §3.1.1.6: no blank between name and bracket.
    let it = request("OPTIONS sip:a SIP/2.0\r\nFrom: caller<sip:caller@example.com>;tag=323\r\n\r\n");
    assert_eq!(it.headers.from().unwrap().name, "caller");
    // §3.1.1.7: long values.
    let long = "i".repeat(4000);
    let it = request(format!("INVITE sip:{long}@example.com SIP/2.0\r\nX: {long}\r\n{head}\r\n"));
    assert_eq!(it.headers.get("X").unwrap().len(), 4000);
    // §3.1.1.8: what follows the body of a datagram is left out.
    let it = request(format!("REGISTER sip:a SIP/2.0\r\n{head}Content-Length: 0\r\n\r\nINVITE sip:b SIP/2.0\r\n\r\n"));
    assert!(it.body.is_empty());
    // §3.1.1.9: parameters behind a semicolon in the user.
    let it = request(format!("OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0\r\n{head}\r\n"));
    assert_eq!(crate::SipUri::parse(&it.uri).unwrap().host, "example.com");
    // §3.1.1.10: unknown transports.
    let it = request("OPTIONS sip:a SIP/2.0\r\nVia: SIP/2.0/UNKNOWN h;branch=z9hG4bK1\r\n\r\n");
    assert_eq!(it.headers.top_via().unwrap().transport, "UNKNOWN");
    // §3.1.1.11: a body of several parts with NULs.
    let it =
        request(b"MESSAGE sip:a SIP/2.0\r\nContent-Type: multipart/mixed;boundary=7a9cbec0\r\nl: 4\r\n\r\n\0\r\n\x80");
    assert_eq!(it.body, &b"\0\r\n\x80"[..]);
    // §3.1.1.12, §3.1.1.13: reason phrases of any characters, and none.
    for (line, reason) in
        [("SIP/2.0 200 = 2**3 * 5**2 \u{43d}\u{43e}", "= 2**3 * 5**2 но"), ("SIP/2.0 100 ", ""), ("SIP/2.0 100", "")]
    {
        let Message::Response(it) = message(format!("{line}\r\n{head}\r\n")) else { panic!("{line}") };
        assert_eq!(it.reason, reason);
    }
}

#[test]
fn torture_cases_that_are_invalid_are_refused_or_shown_as_they_are() {
    let refused = |text: &str| parse_datagram(text.as_bytes()).unwrap_err();
    // §3.1.2.6: a status beyond every range.
    assert_eq!(refused("SIP/2.0 4294967301 better not break\r\n\r\n"), ParseError::Status);
    // §3.1.2.7 to §3.1.2.10: angle brackets, blanks inside and around the Request-URI.
    assert_eq!(crate::SipUri::parse(&request("INVITE <sip:user@example.com> SIP/2.0\r\n\r\n").uri), None);
    assert_eq!(refused("INVITE sip:user@example.com; lr SIP/2.0\r\n\r\n"), ParseError::NotSip);
    assert_eq!(request("INVITE  sip:user@example.com   SIP/2.0  \r\n\r\n").uri, "sip:user@example.com");
    // §3.1.2.16: another version.
    assert_eq!(refused("OPTIONS sip:t.watson@example.org SIP/7.0\r\n\r\n"), ParseError::Version);
    // §3.1.2.2, §3.1.2.4: lengths that are negative, or no number.
    for length in ["-999", "x", "4 4", "99999999999999999999"] {
        assert_eq!(refused(&format!("INVITE sip:a SIP/2.0\r\nl: {length}\r\n\r\n")), ParseError::ContentLength);
    }
    // §3.3.9: fields that may come once; a second length decides nothing when it is the same.
    assert_eq!(refused("INVITE sip:a SIP/2.0\r\nl: 1\r\nl: 2\r\n\r\nab"), ParseError::ContentLength);
    assert_eq!(request("INVITE sip:a SIP/2.0\r\nl: 1\r\nl: 1\r\n\r\nab").body, "a");
    // §3.1.2.5: overlarge numbers of the values.
    let it = request(
        "REGISTER sip:a SIP/2.0\r\nCSeq: 36893488147419103232 REGISTER\r\nExpires: 10000000000000000000\r\n\r\n",
    );
    assert_eq!(it.headers.cseq(), None);
    assert_eq!(crate::header::parse_seconds(&it.headers.text("Expires").unwrap()), Some(u32::MAX));
    // Other protocols, and nothing whole.
    assert_eq!(refused("GET / HTTP/1.1\r\n\r\n"), ParseError::NotSip);
    assert_eq!(refused("\x16\x03\x01\x02"), ParseError::NotSip);
    assert_eq!(refused("INVITE sip:a SIP/2.0\r\nVia: x\r\n"), ParseError::Truncated);
    assert_eq!(refused("INVITE sip:a SIP/2.0"), ParseError::Truncated);
}

#[test]
fn quirks_of_devices_are_borne() {
    let body = "<?xml version=\"1.0\"?>";
    let head = "MESSAGE sip:a SIP/2.0\nContent-Type: Application/MANSCDP+xml\n";
    for (text, expected) in [
        // LF alone; no length; a length of characters instead of bytes; 0 although there is a body.
        (format!("{head}\n{body}"), body),
        (format!("{head}Content-Length: 4000\n\n{body}"), body),
        (format!("{head}Content-Length: 0\n\n{body}"), body),
        // Dahua EVS (quirk 26): nothing at all.
        (format!("{head}Content-Length: 0\n\n"), ""),
        // Empty lines and NULs before the message.
        (format!("\r\n\0\r\n{head}l:5\r\n\r\n{body}"), "<?xml"),
        // A line that is no field, and one whose name is none.
        (format!("{head}nonsense\n: x\nà la: y\n folded\nl:5\n\n{body}"), "<?xml"),
    ] {
        let request = request(&text);
        assert_eq!(request.body, expected, "{text}");
        assert_eq!(request.headers.len(), 1, "{text}");
    }
    // A name in GBK.
    let it = request(b"REGISTER sip:a SIP/2.0\r\nFrom: \"\xc9\xe3\xcf\xf1\xbb\xfa\" <sip:a@b>;tag=1\r\n\r\n");
    assert_eq!(it.headers.from().unwrap().name, "摄像机");
    assert_eq!(it.headers.get("From").unwrap()[1], 0xc9);
    for bytes in ["", "\r\n\r\n", "jaK", "\r\n", "\0\0\0\0", "jaK\r\n", "  "] {
        assert_eq!(parse_datagram(bytes.as_bytes()), Ok(Datagram::KeepAlive), "{bytes:?}");
    }
}

#[test]
fn limits_have_names() {
    let field = format!("OPTIONS sip:a SIP/2.0\r\nX: {}\r\n\r\n", "b".repeat(MAX_FIELD_BYTES + 1));
    let folded = format!("OPTIONS sip:a SIP/2.0\r\nX: a\r\n{}\r\n", format!(" {}\r\n", "b".repeat(3000)).repeat(3));
    let fields = format!("OPTIONS sip:a SIP/2.0\r\n{}\r\n", "a:b\r\n".repeat(MAX_HEADERS + 1));
    let head = format!("OPTIONS sip:a SIP/2.0\r\n{}\r\n", format!("a:{}\r\n", "b".repeat(4000)).repeat(5));
    let body = format!("OPTIONS sip:a SIP/2.0\r\nl: {}\r\n\r\n", MAX_BODY_BYTES + 1);
    let line = "A".repeat(MAX_FIELD_BYTES + 1);
    let garbage = "a\n".repeat(MAX_GARBAGE_BYTES);
    for (text, what, in_datagrams) in [
        (&field, "header field", true),
        (&folded, "header field", true),
        (&fields, "header count", true),
        (&head, "head", true),
        (&body, "body", false),
        (&line, "line", false),
        (&garbage, "garbage between messages", false),
    ] {
        for cut in [1000, usize::MAX] {
            let Err(ParseError::TooLong { what: got, .. }) = stream_items(text.as_bytes(), cut) else {
                panic!("{what}")
            };
            assert_eq!(got, what);
        }
        if in_datagrams {
            assert!(matches!(parse_datagram(text.as_bytes()), Err(ParseError::TooLong { .. })), "{what}");
        }
    }
}

#[test]
fn a_connection_finds_its_place_again() {
    let first = "MESSAGE sip:a SIP/2.0\r\nCall-ID: 1\r\nl: 2\r\n\r\nab";
    let second = "SIP/2.0 200 OK\r\nCall-ID: 2\r\nl: 0\r\n\r\n";
    let calls = |bytes: &str| -> Vec<String> {
        let items = stream_items(bytes.as_bytes(), 3).unwrap();
        let call = |item: &StreamItem| match item {
            StreamItem::Message(message) => message.headers().call_id().unwrap(),
            StreamItem::Ping => "ping".to_owned(),
        };
        items.iter().map(call).collect()
    };
    for (between, expected) in [
        ("", vec!["1", "2"]),
        ("\r\n\r\n", vec!["1", "ping", "2"]),
        ("\r\n", vec!["1", "2"]),
        ("\n\0", vec!["1", "2"]),
        ("jaK", vec!["1", "2"]),
        ("jaK\r\n\r\n", vec!["1", "ping", "2"]),
        // A body longer than its length.
        ("c<Item>\r\n<Name>x</Name>\r\n</Item>\r\n", vec!["1", "2"]),
        // A message without a length has no body.
        ("BYE sip:a SIP/2.0\r\nCall-ID: 3\r\n\r\n", vec!["1", "3", "2"]),
    ] {
        assert_eq!(calls(&format!("{first}{between}{second}")), expected, "{between:?}");
    }
    assert_eq!(stream_items(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", 5), Ok(vec![]));
    assert_eq!(stream_items(b"OPTIONS sip:a SIP/3.0\r\n", 5), Err(ParseError::Version));
}

#[test]
fn an_idle_connection_holds_no_memory() {
    let mut parser = StreamParser::default();
    parser.push(&vec![b' '; 20_000]);
    assert_eq!(parser.next_item(), Ok(None));
    assert!(parser.retained_bytes() <= 512);
    assert_eq!(parser.skipped_bytes(), 20_000);
}

fn headers() -> impl Strategy<Value = Headers> {
    let name = prop_oneof![
        prop::sample::select(vec!["Via", "From", "To", "Call-ID", "CSeq", "Contact", "Subject", "X-GB-Ver"])
            .prop_map(str::to_owned),
        "[A-Z][a-zA-Z0-9!%'*+_`~.-]{1,10}x",
    ];
    let value = prop::collection::vec(prop_oneof![0x20u8..0x7f, 0x80u8..=0xff], 0..30);
    prop::collection::vec((name, value), 0..6).prop_map(|fields| {
        let mut headers = Headers::default();
        fields.iter().for_each(|(name, value)| headers.push(name, value));
        headers
    })
}

fn any_message() -> impl Strategy<Value = Message> {
    let body = prop::collection::vec(any::<u8>(), 0..60).prop_map(Bytes::from);
    let method = prop_oneof![
        prop::sample::select(vec!["REGISTER", "MESSAGE", "INVITE", "BYE"]).prop_map(str::to_owned),
        "[A-Z][A-Z!]{0,8}"
    ];
    prop_oneof![
        (method, "sip:[a-z0-9@.:;=]{1,20}", headers(), body.clone()).prop_map(|(method, uri, headers, body)| {
            Message::Request(Request { method: Method::parse(&method), uri, headers, body })
        }),
        (100u16..700, "([A-Za-z北京]{1,10})?", headers(), body)
            .prop_map(|(status, reason, headers, body)| Message::Response(Response { status, reason, headers, body })),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_is_read_again(message in any_message()) {
        prop_assert_eq!(parse_datagram(&message.write()), Ok(Datagram::Message(message)));
    }

    #[test]
    fn cutting_a_stream_makes_no_difference(messages in prop::collection::vec(any_message(), 1..5), cut in 1usize..50) {
        let bytes: Vec<u8> = messages.iter().flat_map(|message| message.write()).collect();
        let expected: Vec<_> = messages.into_iter().map(StreamItem::Message).collect();
        prop_assert_eq!(stream_items(&bytes, cut), Ok(expected));
    }

    #[test]
    fn any_bytes_end_without_panic_however_they_are_cut(
        bytes in prop::collection::vec(prop_oneof![any::<u8>(), prop::sample::select(b"\r\n :SIP/2.0 jaKl".to_vec())], 0..400),
    ) {
        crate::fuzz::datagram(&bytes);
        crate::fuzz::stream(&bytes);
        crate::fuzz::values(&bytes);
        crate::fuzz::endpoint(&bytes);
    }
}
