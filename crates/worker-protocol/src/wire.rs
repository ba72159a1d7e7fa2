//! Messages and the fields in them.

use bytes::{Buf, BufMut, Bytes, BytesMut};

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It ends before its last field.
    #[error("the message is truncated")]
    Truncated,
    /// It is longer than its kind may be.
    #[error("a message of {length} bytes is over the limit of {limit}")]
    TooLong {
        /// Bytes that its length field names.
        length: usize,
        /// Bytes that are permitted.
        limit: usize,
    },
    /// A field has a value that nobody defined.
    #[error("the field {field} has the unknown value {value}")]
    Unknown {
        /// Which field.
        field: &'static str,
        /// Its value.
        value: u8,
    },
    /// A text is not UTF-8 or too long.
    #[error("a text is not readable")]
    Text,
}

/// Takes one message's body off the front of `buffer`; `None` while it is incomplete.
///
/// # Errors
/// When it is longer than `limit`; the peer cannot be understood any more.
pub fn split_message(buffer: &mut BytesMut, limit: usize) -> Result<Option<Bytes>, Malformed> {
    let Some(length) = buffer.first_chunk::<4>().map(|head| u32::from_be_bytes(*head)) else {
        return Ok(None);
    };
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > limit {
        return Err(Malformed::TooLong { length, limit });
    }
    if buffer.len() < 4 + length {
        return Ok(None);
    }
    buffer.advance(4);
    Ok(Some(buffer.split_to(length).freeze()))
}

/// A message of several pieces of a body.
///
/// # Panics
/// When the body has 4 GiB or more.
pub(crate) fn message(head: &[u8], rest: &[u8]) -> Bytes {
    let length = head.len() + rest.len();
    let mut out = BytesMut::with_capacity(4 + length);
    out.put_u32(u32::try_from(length).expect("a message is under 4 GiB"));
    out.put_slice(head);
    out.put_slice(rest);
    out.freeze()
}

pub(crate) fn take_u8(body: &mut Bytes) -> Result<u8, Malformed> {
    body.try_get_u8().map_err(|_| Malformed::Truncated)
}

pub(crate) fn take_u16(body: &mut Bytes) -> Result<u16, Malformed> {
    body.try_get_u16().map_err(|_| Malformed::Truncated)
}

pub(crate) fn take_u32(body: &mut Bytes) -> Result<u32, Malformed> {
    body.try_get_u32().map_err(|_| Malformed::Truncated)
}

pub(crate) fn take_i64(body: &mut Bytes) -> Result<i64, Malformed> {
    body.try_get_i64().map_err(|_| Malformed::Truncated)
}

/// A text behind its length, of at most `limit` bytes.
pub(crate) fn take_text(body: &mut Bytes, limit: usize) -> Result<String, Malformed> {
    let length = usize::from(take_u16(body)?);
    if length > limit {
        return Err(Malformed::Text);
    }
    if body.len() < length {
        return Err(Malformed::Truncated);
    }
    String::from_utf8(body.split_to(length).into()).map_err(|_| Malformed::Text)
}
