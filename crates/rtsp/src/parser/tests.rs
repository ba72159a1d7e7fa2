//! Messages in every form that peers send, and bytes that are none.

use super::*;
use proptest::prelude::*;

fn parse_all(bytes: &[u8]) -> Result<Vec<Item>, ParseError> {
    let mut parser = Parser::default();
    parser.push(bytes)?;
    let mut items = Vec::new();
    while let Some(item) = parser.next_item()? {
        items.push(item);
    }
    Ok(items)
}

fn headers() -> impl Strategy<Value = Headers> {
    prop::collection::vec(("[A-Z][a-zA-Z-]{0,10}x", "[!-~]([ -~]{0,20}[!-~])?"), 0..5).prop_map(|fields| {
        let mut headers = Headers::default();
        fields.iter().for_each(|(name, value)| headers.push(name, value));
        headers
    })
}

fn item() -> impl Strategy<Value = Item> {
    let body = prop::collection::vec(any::<u8>(), 0..50).prop_map(Bytes::from);
    let methods = prop::sample::select(vec!["OPTIONS", "DESCRIBE", "GET_PARAMETER", "FOO"]);
    prop_oneof![
        (methods, "rtsp://[a-z/?=0-9]{1,20}", headers(), body.clone()).prop_map(|(method, uri, headers, body)| {
            Item::Request(Request { method: Method::parse(method), uri, headers, body })
        }),
        (100u16..600, "([A-Za-z]{1,10})?", headers(), body.clone())
            .prop_map(|(status, reason, headers, body)| Item::Response(Response { status, reason, headers, body })),
        (any::<u8>(), body).prop_map(|(channel, data)| Item::Frame { channel, data }),
    ]
}

fn write(item: &Item, out: &mut BytesMut) {
    match item {
        Item::Request(request) => request.write(out),
        Item::Response(response) => response.write(out),
        Item::Frame { channel, data } => {
            out.extend_from_slice(&[b'$', *channel, 0, u8::try_from(data.len()).unwrap()]);
            out.extend_from_slice(data);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn items_survive_any_fragmentation(items in prop::collection::vec(item(), 1..6), cut in 1usize..40) {
        let mut bytes = BytesMut::new();
        items.iter().for_each(|item| write(item, &mut bytes));
        let mut parser = Parser::default();
        let mut back = Vec::new();
        for chunk in bytes.chunks(cut) {
            parser.push(chunk).unwrap();
            while let Some(item) = parser.next_item().unwrap() {
                back.push(item);
            }
        }
        prop_assert_eq!(back, items);
        prop_assert_eq!(parser.skipped_bytes(), 0);
    }

    #[test]
    fn any_bytes_end_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = parse_all(&bytes);
    }

    #[test]
    fn a_message_after_garbage_is_found(garbage in prop::collection::vec(prop::sample::select(b"\x00\x80\xFFabc!?".to_vec()), 0..500)) {
        let mut bytes = garbage;
        bytes.extend(b"\n\x01RTSP/1.0 200 OK\r\nCSeq: 1\r\n\r\n");
        let items = parse_all(&bytes).unwrap();
        prop_assert!(matches!(&items[..], [Item::Response(response)] if response.status == 200), "{:?}", items);
    }
}

#[test]
fn messages_in_the_dialects_of_cameras_are_read() {
    for text in [
        "RTSP/1.0 200 OK\r\nCSeq: 2\r\nPublic: A, B\r\n\r\n",
        "RTSP/1.0 200 OK\nCSeq: 2\nPublic: A, B\n\n",
        "\r\n\r\nRTSP/1.0 200\r\ncseq:2\r\nPUBLIC : A,\r\n\t B\r\n\r\n",
        "RTSP/1.0  200 OK\r\nCSeq:   2  \r\nno colon here\r\nPublic: A, B\r\n\r\n",
    ] {
        let items = parse_all(text.as_bytes()).unwrap();
        let [Item::Response(response)] = &items[..] else { panic!("{text:?}: {items:?}") };
        assert_eq!((response.status, response.headers.get("CSeq")), (200, Some("2")), "{text:?}");
        assert_eq!(response.headers.get("public"), Some("A, B"), "{text:?}");
    }
}

#[test]
fn a_blank_inside_a_url_belongs_to_it() {
    let items = parse_all(b"DESCRIBE rtsp://h/my cam RTSP/1.0\r\n\r\n").unwrap();
    let [Item::Request(request)] = &items[..] else { panic!("{items:?}") };
    assert_eq!(request.uri, "rtsp://h/my%20cam");
}

#[test]
fn truncation_at_every_byte_waits_or_fails() {
    let text = b"ANNOUNCE rtsp://h/x RTSP/1.0\r\nCSeq: 1\r\nContent-Length: 4\r\n\r\nv=0\n";
    for end in 0..text.len() {
        assert_eq!(parse_all(&text[..end]), Ok(vec![]), "{end}");
    }
    assert_eq!(parse_all(text).unwrap().len(), 1);
}

#[test]
fn limits_end_the_stream() {
    let line = [b"OPTIONS ".to_vec(), vec![b'a'; MAX_LINE_BYTES]].concat();
    let fields = format!("OPTIONS * RTSP/1.0\r\n{}\r\n", "a: b\r\n".repeat(MAX_HEADERS + 1));
    let head = format!("OPTIONS * RTSP/1.0\r\n{}", format!("a:{}\r\n", "b".repeat(4000)).repeat(9));
    let body = format!("ANNOUNCE * RTSP/1.0\r\nContent-Length: {}\r\n\r\n", MAX_BODY_BYTES + 1);
    for (bytes, what) in [
        (line, "line"),
        (fields.into_bytes(), "header count"),
        (head.into_bytes(), "message head"),
        (body.into_bytes(), "body"),
        (vec![0; MAX_GARBAGE_BYTES + 1], "garbage between messages"),
        (vec![b'\n'; MAX_GARBAGE_BYTES + 1], "garbage between messages"),
        (vec![0; MAX_BUFFERED_BYTES + 1], "waiting input"),
    ] {
        let Err(ParseError::TooLong { what: got, .. }) = parse_all(&bytes) else { panic!("{what}") };
        assert_eq!(got, what);
    }
    for length in ["-1", "x", "99999999999999999999999"] {
        let text = format!("OPTIONS * RTSP/1.0\r\nContent-Length: {length}\r\n\r\n");
        assert_eq!(parse_all(text.as_bytes()), Err(ParseError::ContentLength));
    }
}

#[test]
fn other_protocols_are_refused_at_their_first_line() {
    for text in ["GET / HTTP/1.1\r\n", "OPTIONS * RTSP/2.0\r\n\r\n", "RTSP/2.0 200 OK\r\n\r\n"] {
        assert_eq!(parse_all(text.as_bytes()), Err(ParseError::NotRtsp), "{text}");
    }
}

#[test]
fn an_idle_parser_holds_no_memory() {
    let mut parser = Parser::default();
    parser.push(&[0; 100]).unwrap();
    parser.push(&vec![b'\n'; 20_000]).unwrap();
    assert_eq!(parser.next_item(), Ok(None));
    assert!(parser.retained_bytes() <= IDLE_BUFFER_BYTES);
}
