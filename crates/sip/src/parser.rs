//! Messages out of datagrams and byte streams (RFC 3261 §7, §18).
//!
//! Tolerances of the head, each seen from devices or asked for by RFC 4475 and RFC 5118:
//! line ends of LF alone; empty lines before a message; folded fields; blanks around a field's colon; compact
//! names; lines that are no field (left out); control characters in values (blanks); several blanks in the
//! start line; `sip/2.0` in any case.

mod datagram;
mod head;
mod stream;
#[cfg(test)]
mod tests;

pub use datagram::{Datagram, parse_datagram};
pub use stream::{StreamItem, StreamParser};

/// Bytes of start line and headers at most.
pub const MAX_HEAD_BYTES: usize = 16 << 10;
/// Bytes of one header field at most, also when it is folded.
pub const MAX_FIELD_BYTES: usize = 8 << 10;
/// Header fields of one message at most.
pub const MAX_HEADERS: usize = 128;
/// Bytes of a body at most. A catalogue that comes in one message has about 700 bytes per channel.
pub const MAX_BODY_BYTES: usize = 1 << 20;
/// Bytes in a row that may be skipped in a stream before it is given up.
pub const MAX_GARBAGE_BYTES: usize = 64 << 10;

/// Why bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ParseError {
    /// A named limit is exceeded.
    #[error("{what} exceeds {limit}")]
    TooLong {
        /// What.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// The first line begins no message.
    #[error("not a SIP message")]
    NotSip,
    /// A version that is not 2.0.
    #[error("not SIP/2.0")]
    Version,
    /// The status is not a number from 100 to 699.
    #[error("not a status code")]
    Status,
    /// No empty line ends the header.
    #[error("the header has no end")]
    Truncated,
    /// `Content-Length` is not a number, or several differ.
    #[error("Content-Length is not one number")]
    ContentLength,
}
