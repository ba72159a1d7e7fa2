//! Protocol control and user control messages (§5.4, §6.2).

use bytes::{Bytes, BytesMut};

use crate::chunk::{MessageHeader, message_type, write_message};

/// User control events (§7.1.7).
mod event {
    pub(super) const STREAM_BEGIN: u16 = 0;
    pub(super) const STREAM_EOF: u16 = 1;
    pub(super) const SET_BUFFER_LENGTH: u16 = 3;
    pub(super) const PING_REQUEST: u16 = 6;
    pub(super) const PING_RESPONSE: u16 = 7;
}

/// The dynamic limit type of Set Peer Bandwidth.
const LIMIT_DYNAMIC: u8 = 2;

/// A user control event that a session reacts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UserControl {
    StreamEof,
    PingRequest(u32),
    Other,
}

pub(crate) fn parse_user_control(body: &Bytes) -> UserControl {
    let value = || body.get(2..6).and_then(|value| value.first_chunk()).map(|value| u32::from_be_bytes(*value));
    match body.first_chunk().map(|event| u16::from_be_bytes(*event)) {
        Some(event::STREAM_EOF) => UserControl::StreamEof,
        Some(event::PING_REQUEST) => value().map_or(UserControl::Other, UserControl::PingRequest),
        _ => UserControl::Other,
    }
}

/// The 32-bit value of a control message.
pub(crate) fn parse_u32(body: &Bytes) -> Option<u32> {
    body.first_chunk().map(|value| u32::from_be_bytes(*value))
}

fn write_control(out: &mut BytesMut, kind: u8, parts: &[&[u8]]) {
    const CHUNK_STREAM: u8 = 2;
    let header = MessageHeader { chunk_stream: CHUNK_STREAM, timestamp_ms: 0, kind, stream_id: 0 };
    // Control messages are short: one chunk at any chunk size that peers have in use.
    write_message(out, &header, crate::chunk::INITIAL_CHUNK_SIZE, parts);
}

fn write_user_control(out: &mut BytesMut, event: u16, parts: &[&[u8]]) {
    let body: Vec<u8> = event.to_be_bytes().iter().chain(parts.iter().copied().flatten()).copied().collect();
    write_control(out, message_type::USER_CONTROL, &[&body]);
}

pub(crate) fn write_set_chunk_size(out: &mut BytesMut, size: usize) {
    let size = u32::try_from(size).expect("a chunk size is 24 bits");
    write_control(out, message_type::SET_CHUNK_SIZE, &[&size.to_be_bytes()]);
}

pub(crate) fn write_acknowledgement(out: &mut BytesMut, received: u32) {
    write_control(out, message_type::ACKNOWLEDGEMENT, &[&received.to_be_bytes()]);
}

pub(crate) fn write_window_ack_size(out: &mut BytesMut, window: u32) {
    write_control(out, message_type::WINDOW_ACK_SIZE, &[&window.to_be_bytes()]);
}

pub(crate) fn write_set_peer_bandwidth(out: &mut BytesMut, window: u32) {
    write_control(out, message_type::SET_PEER_BANDWIDTH, &[&window.to_be_bytes(), &[LIMIT_DYNAMIC]]);
}

pub(crate) fn write_stream_begin(out: &mut BytesMut, stream_id: u32) {
    write_user_control(out, event::STREAM_BEGIN, &[&stream_id.to_be_bytes()]);
}

pub(crate) fn write_stream_eof(out: &mut BytesMut, stream_id: u32) {
    write_user_control(out, event::STREAM_EOF, &[&stream_id.to_be_bytes()]);
}

pub(crate) fn write_set_buffer_length(out: &mut BytesMut, stream_id: u32, length_ms: u32) {
    write_user_control(out, event::SET_BUFFER_LENGTH, &[&stream_id.to_be_bytes(), &length_ms.to_be_bytes()]);
}

pub(crate) fn write_ping_request(out: &mut BytesMut, timestamp_ms: u32) {
    write_user_control(out, event::PING_REQUEST, &[&timestamp_ms.to_be_bytes()]);
}

pub(crate) fn write_ping_response(out: &mut BytesMut, timestamp_ms: u32) {
    write_user_control(out, event::PING_RESPONSE, &[&timestamp_ms.to_be_bytes()]);
}
