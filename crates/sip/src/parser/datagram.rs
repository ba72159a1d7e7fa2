//! One datagram is one message (RFC 3261 §18.3).

use bytes::Bytes;

use super::ParseError;
use super::head::{Head, StartLine, find_end};
use crate::message::Message;

/// What some devices send to port 5060 to keep a router's mapping open.
pub(super) const KEEP_ALIVE: &[u8] = b"jaK";
/// A datagram that begins so and is no longer than this is a keep-alive.
const MAX_KEEP_ALIVE_BYTES: usize = 8;

/// What a datagram holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Datagram {
    /// A message.
    Message(Message),
    /// Bytes that only keep a router's mapping open; no answer is wanted.
    ///
    /// Not in RFC 3261; seen on port 5060 from cameras and recorders: CRLF CRLF (RFC 5626 §4.4.1 knows it for
    /// streams), `jaK`, single NULs and blanks.
    KeepAlive,
}

/// Reads a datagram.
///
/// Tolerances of the length: without `Content-Length`, and with one that is larger than what came, the body
/// is the rest of the datagram (violates RFC 3261 §18.3; devices count characters where a body in GBK has
/// more bytes); so it is when the length is 0 although there is a `Content-Type` and a body. What follows a
/// body of the stated length is left out, as §18.3 asks.
///
/// # Errors
/// When it is no message, or one beyond the limits of [`super`].
pub fn parse_datagram(bytes: &[u8]) -> Result<Datagram, ParseError> {
    let begin = bytes.iter().position(|byte| !matches!(byte, b'\r' | b'\n' | b' ' | 0)).unwrap_or(bytes.len());
    let bytes = &bytes[begin..];
    if bytes.is_empty() || is_keep_alive(bytes) {
        return Ok(Datagram::KeepAlive);
    }
    let end = find_end(bytes, 0).map_err(|_| first_fault(bytes))?;
    // Copied, so that the message keeps no receive buffer alive.
    let bytes = Bytes::copy_from_slice(bytes);
    let head = Head::parse(&bytes.slice(..end))?;
    let rest = bytes.slice(end..);
    let body = match head.length {
        None => rest,
        Some(0) if head.has_content_type() => rest,
        Some(length) => rest.slice(..length.min(rest.len())),
    };
    Ok(Datagram::Message(head.into_message(body)))
}

fn is_keep_alive(bytes: &[u8]) -> bool {
    bytes.len() <= MAX_KEEP_ALIVE_BYTES && bytes.starts_with(KEEP_ALIVE)
}

/// Why a datagram without the end of a head is no message.
fn first_fault(bytes: &[u8]) -> ParseError {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    StartLine::parse(line).err().unwrap_or(ParseError::Truncated)
}
