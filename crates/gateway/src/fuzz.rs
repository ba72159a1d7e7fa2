//! Entry points for fuzzing: each takes any bytes and must return.

use bytes::BytesMut;

use crate::http::{head, websocket};

/// The head of a request.
pub fn http_head(bytes: &[u8]) {
    let _ = head::parse(bytes);
}

/// Messages of a WebSocket viewer.
pub fn websocket(bytes: &[u8]) {
    let mut input = BytesMut::from(bytes);
    while let Ok(Some(_)) = websocket::take_message(&mut input) {}
}
