//! Entry points for fuzzing: each takes any bytes and must neither panic nor use unbounded memory.

use std::time::{Duration, Instant};

use base::http_auth::{Authorization, Credentials};
use bytes::{Bytes, BytesMut};
use rtp::SessionDescription;

use crate::client::ClientOptions;
use crate::header::{TransportSpec, parse_session};
use crate::ingest::{Ingest, Wiring};
use crate::parser::Parser;
use crate::puller::{Puller, PullerOutput};
use crate::server::{ServerEvent, ServerOutput, ServerSession};
use crate::tunnel;
use crate::url::RtspUrl;

/// Message and frame parser.
pub fn parser(bytes: &[u8]) {
    let mut parser = Parser::default();
    if parser.push(bytes).is_ok() {
        while let Ok(Some(_)) = parser.next_item() {}
    }
}

/// URLs and header values.
pub fn values(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = RtspUrl::parse(&text);
    for spec in TransportSpec::parse_all(&text) {
        let _ = spec.group();
    }
    let _ = parse_session(&text);
    let _ = Authorization::parse(&text);
    let mut credentials = Credentials::new("user", "password", "nonce");
    if credentials.challenge(std::iter::once(&*text)) {
        let _ = credentials.authorize("DESCRIBE", "rtsp://h/");
    }
}

/// A server that accepts everything.
pub fn server(bytes: &[u8]) {
    let mut session = ServerSession::new(Instant::now(), "0123456789");
    session.handle_input(Instant::now(), bytes);
    while let Some(output) = session.poll_output() {
        match output {
            ServerOutput::Event(ServerEvent::Describe(_)) => session.answer_describe("v=0\r\n"),
            ServerOutput::Event(_) => session.accept(),
            _ => {}
        }
    }
}

/// Heads of HTTP tunnels, and the body of a POST.
pub fn tunnel(bytes: &[u8]) {
    let _ = tunnel::begins_as_http(bytes);
    let _ = tunnel::parse_request(bytes);
    let _ = tunnel::parse_response(bytes);
    let mut out = BytesMut::new();
    let mut body = tunnel::Base64Stream::default();
    for piece in bytes.chunks(7) {
        if body.decode(piece, &mut out).is_err() {
            return;
        }
    }
}

/// A publisher's datagrams, put back in order: `channel and time, length, packet` again and again.
pub fn ingest(bytes: &[u8]) {
    let sdp = "m=video 0 RTP/AVP 96\na=rtpmap:96 H264/90000\nm=audio 0 RTP/AVP 8";
    let Ok(description) = SessionDescription::parse(sdp.as_bytes()) else {
        return;
    };
    let wirings = [0, 1].map(|media| {
        let channel = if media == 0 { 0 } else { 2 };
        Wiring { media, rtp_channel: channel, rtcp_channel: channel + 1 }
    });
    let mut now = Instant::now();
    let mut ingest = Ingest::new(now, &description, &wirings, 1).with_reordering();
    let mut rest = bytes;
    while let [head, length, tail @ ..] = rest {
        let (packet, tail) = tail.split_at(usize::from(*length).min(tail.len()));
        rest = tail;
        now += Duration::from_millis(u64::from(head >> 2));
        ingest.handle_frame(now, head & 3, &Bytes::copy_from_slice(packet));
        if ingest.poll_timeout() <= now {
            ingest.handle_timeout(now);
        }
        while ingest.poll_event().is_some() || ingest.poll_transmit().is_some() {}
    }
}

/// A puller that is answered with these bytes.
pub fn puller(bytes: &[u8]) {
    let now = Instant::now();
    let url = RtspUrl::parse("rtsp://a:b@h/x").expect("a constant URL");
    let options = ClientOptions { url, user_agent: "fuzz".to_owned(), client_nonce: "c".to_owned() };
    let mut puller = Puller::new(now, options, 1);
    for chunk in bytes.chunks(1000) {
        puller.handle_input(now, chunk);
        while let Some(output) = puller.poll_output() {
            if matches!(output, PullerOutput::Closed(_)) {
                return;
            }
        }
    }
}
