//! WebSocket framing (RFC 6455), server side, for media.

use std::time::Instant;

use base::ErrorKind;
use base64::Engine;
use bytes::{BufMut, Bytes, BytesMut};
use media::{Frame, Muxer, Refusal, TrackConfig};
use sha1::{Digest, Sha1};
use std::rc::Rc;
use std::sync::Arc;

use super::switch::Switcher;
use crate::peer::ConnectionSlot;
use crate::viewer::{ControlOutput, End, ViewerControl};

/// RFC 6455 §1.3.
const ACCEPT_GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/// Bytes of a viewer's message; viewers of media have nothing long to say.
const MAX_INPUT: usize = 4 << 10;

const FIN: u8 = 0x80;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
const PONG: u8 = 10;

/// `Sec-WebSocket-Accept` (RFC 6455 §4.2.2).
pub(super) fn accept_value(key: &str) -> String {
    let digest = Sha1::new().chain_update(key.trim()).chain_update(ACCEPT_GUID).finalize();
    base64::engine::general_purpose::STANDARD.encode(digest)
}

/// The whole answer to a handshake that names a sub-protocol.
pub(crate) fn accept_head_for(key: &str, protocol: &str) -> Bytes {
    let head = accept_head(key);
    let fields = format!("Sec-WebSocket-Protocol: {protocol}\r\n\r\n");
    Bytes::from([&head[..head.len() - 2], fields.as_bytes()].concat())
}

/// The whole answer to a handshake.
pub(super) fn accept_head(key: &str) -> Bytes {
    Bytes::from(format!(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n\r\n",
        accept_value(key)
    ))
}

/// Our close codes in the private range: 4000 plus the HTTP status.
pub(super) const fn close_code(kind: ErrorKind) -> u16 {
    4000 + kind.http_status()
}

pub(super) fn put_text(out: &mut BytesMut, text: &str) {
    put_head(out, TEXT, text.len());
    out.put_slice(text.as_bytes());
}

pub(super) fn put_binary(out: &mut BytesMut, bytes: &[u8]) {
    put_head(out, BINARY, bytes.len());
    out.put_slice(bytes);
}

/// The head of a binary message of `len` bytes.
pub(crate) fn put_binary_head(out: &mut BytesMut, len: usize) {
    put_head(out, BINARY, len);
}

/// The answer to a ping.
pub(crate) fn put_pong(out: &mut BytesMut, payload: &[u8]) {
    put_head(out, PONG, payload.len());
    out.put_slice(payload);
}

pub(super) fn put_close(out: &mut BytesMut, code: u16, reason: &str) {
    // Control frames carry 125 bytes at most (§5.5), cut at a character.
    let mut end = reason.len().min(123);
    while !reason.is_char_boundary(end) {
        end -= 1;
    }
    put_head(out, CLOSE, 2 + end);
    out.put_u16(code);
    out.put_slice(&reason.as_bytes()[..end]);
}

fn put_head(out: &mut BytesMut, opcode: u8, len: usize) {
    out.put_u8(FIN | opcode);
    match (u8::try_from(len), u16::try_from(len)) {
        (Ok(short), _) if short < 126 => out.put_u8(short),
        (_, Ok(medium)) => {
            out.put_u8(126);
            out.put_u16(medium);
        }
        _ => {
            out.put_u8(127);
            out.put_u64(len as u64);
        }
    }
}

/// Puts each piece of another container into a binary message.
pub(super) struct BinaryMessages<M> {
    inner: M,
    scratch: BytesMut,
}

impl<M: Muxer> BinaryMessages<M> {
    pub(super) fn new(inner: M) -> Self {
        Self { inner, scratch: BytesMut::new() }
    }

    fn wrap(&mut self, out: &mut BytesMut, write: impl FnOnce(&mut M, &mut BytesMut)) {
        self.scratch.clear();
        write(&mut self.inner, &mut self.scratch);
        if !self.scratch.is_empty() {
            put_binary(out, &self.scratch);
        }
    }
}

impl<M: Muxer> Muxer for BinaryMessages<M> {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        self.inner.set_tracks(tracks)
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        self.wrap(out, |inner, scratch| inner.write_header(scratch));
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        self.wrap(out, |inner, scratch| inner.write_frame(frame, scratch));
    }
}

/// Answers what a viewer sends: pings, the wish to close, and that for another stream.
pub(super) struct WebSocketViewer {
    _slot: ConnectionSlot,
    input: BytesMut,
    /// Of a viewer that understands our text messages.
    switcher: Option<Rc<Switcher>>,
}

impl WebSocketViewer {
    pub(super) fn new(slot: ConnectionSlot, switcher: Option<Rc<Switcher>>) -> Self {
        Self { _slot: slot, input: BytesMut::new(), switcher }
    }
}

impl ViewerControl for WebSocketViewer {
    fn on_input(&mut self, _now: Instant, bytes: &[u8], out: &mut ControlOutput) {
        self.input.extend_from_slice(bytes);
        loop {
            match take_message(&mut self.input) {
                Ok(Some((PING, payload))) => {
                    put_pong(&mut out.bytes, &payload);
                }
                Ok(Some((CLOSE, _))) => {
                    put_close(&mut out.bytes, 1000, "");
                    out.close = true;
                    return;
                }
                Ok(Some((TEXT, text))) => {
                    if let Some(switcher) = &self.switcher {
                        switcher.on_message(&text);
                    }
                }
                Ok(Some(_)) => {}
                Ok(None) => {
                    if self.input.is_empty() {
                        self.input = BytesMut::new();
                    }
                    return;
                }
                Err(code) => {
                    put_close(&mut out.bytes, code, "");
                    out.close = true;
                    return;
                }
            }
        }
    }

    fn on_end(&mut self, end: End, out: &mut BytesMut) {
        let (kind, text, code) = match end {
            End::StreamClosed => (ErrorKind::Unavailable, "The stream has ended.", close_code(ErrorKind::Unavailable)),
            End::Kicked => (ErrorKind::Forbidden, "The session was ended by the server.", 4409),
        };
        if self.switcher.is_some() {
            put_text(out, &super::mp4::error_message(kind, text));
        }
        put_close(out, code, text);
    }
}

/// Takes one frame from the front of `input`, unmasked. The error is a close code (RFC 6455 §7.4.1).
pub(crate) fn take_message(input: &mut BytesMut) -> Result<Option<(u8, Bytes)>, u16> {
    const PROTOCOL_ERROR: u16 = 1002;
    const TOO_BIG: u16 = 1009;
    let Some(head) = input.first_chunk::<2>() else { return Ok(None) };
    let (opcode, masked, short) = (head[0] & 0xF, head[1] & 0x80 != 0, usize::from(head[1] & 0x7F));
    if !masked || head[0] & 0x70 != 0 {
        return Err(PROTOCOL_ERROR);
    }
    let (len, at) = match short {
        127 => return Err(TOO_BIG),
        126 => {
            let Some(extended) = input.get(2..4) else { return Ok(None) };
            (usize::from(u16::from_be_bytes([extended[0], extended[1]])), 4)
        }
        len => (len, 2),
    };
    if len > MAX_INPUT || (opcode >= CLOSE && len > 125) {
        return Err(TOO_BIG);
    }
    if input.len() < at + 4 + len {
        return Ok(None);
    }
    let mut frame = input.split_to(at + 4 + len);
    let mask = [frame[at], frame[at + 1], frame[at + 2], frame[at + 3]];
    let mut payload = frame.split_off(at + 4);
    for (byte, key) in payload.iter_mut().zip(mask.iter().cycle()) {
        *byte ^= key;
    }
    Ok(Some((opcode, payload.freeze())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_accept_value_is_that_of_rfc_6455() {
        assert_eq!(accept_value("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    }

    fn masked(opcode: u8, payload: &[u8]) -> Vec<u8> {
        let mask = [1u8, 2, 3, 4];
        let mut frame = vec![FIN | opcode, 0x80 | u8::try_from(payload.len()).unwrap()];
        frame.extend(mask);
        frame.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key));
        frame
    }

    #[test]
    fn messages_arrive_in_any_pieces() {
        let bytes = masked(PING, b"hello");
        let mut input = BytesMut::new();
        for byte in &bytes[..bytes.len() - 1] {
            input.put_u8(*byte);
            assert_eq!(take_message(&mut input), Ok(None));
        }
        input.put_u8(bytes[bytes.len() - 1]);
        assert_eq!(take_message(&mut input), Ok(Some((PING, Bytes::from_static(b"hello")))));
    }

    #[test]
    fn unmasked_and_oversized_messages_are_refused() {
        assert_eq!(take_message(&mut BytesMut::from(&[0x81, 1, b'x'][..])), Err(1002));
        assert_eq!(take_message(&mut BytesMut::from(&[0x82, 0xFF, 0, 0][..])), Err(1009));
        assert_eq!(take_message(&mut BytesMut::from(&[0x82, 0xFE, 0x20, 0][..])), Err(1009));
    }

    proptest! {
        #[test]
        fn any_input_is_taken_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut input = BytesMut::from(&bytes[..]);
            while let Ok(Some(_)) = take_message(&mut input) {}
        }

        #[test]
        fn heads_have_the_shortest_form(len in 0usize..100_000) {
            let mut out = BytesMut::new();
            put_head(&mut out, BINARY, len);
            prop_assert_eq!(out.len(), if len < 126 { 2 } else if len < 65_536 { 4 } else { 10 });
        }
    }
}
