//! Entry points for fuzzing: each takes any bytes and must return.

use bytes::BytesMut;

use crate::gb28181;
use crate::http::{head, websocket};
use crate::webrtc;

/// The head of a request.
pub fn http_head(bytes: &[u8]) {
    let _ = head::parse(bytes);
}

/// Messages of a WebSocket viewer.
pub fn websocket(bytes: &[u8]) {
    let mut input = BytesMut::from(bytes);
    while let Ok(Some(_)) = websocket::take_message(&mut input) {}
}

/// An offer of a WebRTC peer, up to our answer.
pub fn webrtc_offer(bytes: &[u8]) {
    webrtc::answer_any(bytes);
}

/// Datagrams on the WebRTC port, as far as they name a peer: each with its length in two bytes before it.
pub fn webrtc_datagrams(bytes: &[u8]) {
    let directory = webrtc::Directory::default();
    let mut rest = bytes;
    while let Some((length, tail)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length)).min(tail.len());
        let (datagram, tail) = tail.split_at(length);
        directory.is_known(datagram);
        rest = tail;
    }
}

/// Packets of a session of GB/T 28181: see `gb28181::intake_any`.
pub fn gb28181_intake(bytes: &[u8]) {
    gb28181::intake_any(bytes);
}
