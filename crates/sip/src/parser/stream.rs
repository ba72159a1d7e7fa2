//! Messages out of a byte stream, framed by `Content-Length` (RFC 3261 §18.3).

use bytes::{Buf, Bytes, BytesMut};

use super::datagram::KEEP_ALIVE;
use super::head::{Head, StartLine, find_end};
use super::{MAX_BODY_BYTES, MAX_FIELD_BYTES, MAX_GARBAGE_BYTES, MAX_HEAD_BYTES, ParseError};
use crate::message::Message;

/// An empty buffer larger than this is given back, so that an idle connection is small.
const IDLE_BUFFER_BYTES: usize = 512;

/// One thing that a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StreamItem {
    /// A message.
    Message(Message),
    /// CRLF CRLF between messages: the peer asks whether we are there, and one CRLF is the answer (RFC 5626
    /// §4.4.1).
    Ping,
}

/// What the line at the beginning of the buffer is.
enum FirstLine {
    /// It begins a message.
    Good,
    /// It began none and is gone.
    Skipped,
    /// Its end has not come yet.
    Incomplete,
}

/// An incremental parser for one connection.
///
/// Tolerances: those of [`super`]; a message without `Content-Length` has no body (violates RFC 3261 §20.14);
/// what begins no message is skipped line by line, up to [`MAX_GARBAGE_BYTES`] in a row, as devices send
/// `jaK`, NULs and bodies that are longer than they said. A message begins with a letter here, though methods
/// of other characters are allowed (§25.1): there are none.
///
/// How the bytes are cut makes no difference to what comes out.
#[derive(Debug, Default)]
pub struct StreamParser {
    buffer: BytesMut,
    /// No empty line ends before this offset.
    scanned: usize,
    /// A head that waits for its body, which the rest of the buffer is.
    waiting: Option<Box<Head>>,
    garbage: usize,
    skipped_total: u64,
}

impl StreamParser {
    /// Appends input; then drain [`StreamParser::next_item`], after which less than a message is left.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next item, or `None` until more bytes come.
    ///
    /// # Errors
    /// When the stream cannot be read on: the connection must be closed.
    pub fn next_item(&mut self) -> Result<Option<StreamItem>, ParseError> {
        loop {
            if self.waiting.is_some() {
                return Ok(self.take_body());
            }
            match &self.buffer[..] {
                [] => {
                    self.release();
                    return Ok(None);
                }
                [b'\r', b'\n', b'\r', b'\n', ..] => {
                    self.buffer.advance(4);
                    self.scanned = 0;
                    return Ok(Some(StreamItem::Ping));
                }
                // The beginning of a ping, or of nothing.
                [b'\r'] | [b'\r', b'\n'] | [b'\r', b'\n', b'\r'] => return Ok(None),
                [b'\r', b'\n', ..] => self.skip(2)?,
                [first, ..] if first.is_ascii_alphabetic() => {
                    if !self.take_head()? {
                        return Ok(None);
                    }
                }
                _ => self.skip(1)?,
            }
        }
    }

    /// Bytes skipped so far because no message could begin there.
    pub const fn skipped_bytes(&self) -> u64 {
        self.skipped_total
    }

    /// Bytes that the parser holds allocated.
    pub fn retained_bytes(&self) -> usize {
        self.buffer.capacity()
    }

    fn release(&mut self) {
        self.scanned = 0;
        if self.buffer.capacity() > IDLE_BUFFER_BYTES {
            self.buffer = BytesMut::new();
        }
    }

    fn skip(&mut self, count: usize) -> Result<(), ParseError> {
        self.buffer.advance(count);
        self.scanned = 0;
        self.garbage += count;
        self.skipped_total += count as u64;
        if self.garbage > MAX_GARBAGE_BYTES {
            return Err(ParseError::TooLong { what: "garbage between messages", limit: MAX_GARBAGE_BYTES });
        }
        Ok(())
    }

    /// Takes a head or skips a line that begins none; `false` when more bytes are needed.
    fn take_head(&mut self) -> Result<bool, ParseError> {
        // Where a part of a head has been scanned before, its first line is known to be good.
        if self.scanned == 0 {
            match self.check_first_line()? {
                FirstLine::Good => {}
                FirstLine::Skipped => return Ok(true),
                FirstLine::Incomplete => return Ok(false),
            }
        }
        let end = match find_end(&self.buffer, self.scanned) {
            Ok(end) => end,
            Err(scanned) if self.buffer.len() <= MAX_HEAD_BYTES => {
                self.scanned = scanned;
                return Ok(false);
            }
            Err(_) => return Err(ParseError::TooLong { what: "head", limit: MAX_HEAD_BYTES }),
        };
        // Copied, so that what is kept of the message keeps no larger block alive.
        let head = Head::parse(&Bytes::copy_from_slice(&self.buffer[..end]))?;
        if head.length.is_some_and(|length| length > MAX_BODY_BYTES) {
            return Err(ParseError::TooLong { what: "body", limit: MAX_BODY_BYTES });
        }
        self.buffer.advance(end);
        self.scanned = 0;
        self.garbage = 0;
        self.waiting = Some(Box::new(head));
        Ok(true)
    }

    fn check_first_line(&mut self) -> Result<FirstLine, ParseError> {
        let Some(end) = self.buffer.iter().take(MAX_FIELD_BYTES + 1).position(|byte| *byte == b'\n') else {
            if self.buffer.len() > MAX_FIELD_BYTES {
                return Err(ParseError::TooLong { what: "line", limit: MAX_FIELD_BYTES });
            }
            return Ok(FirstLine::Incomplete);
        };
        if self.buffer.starts_with(KEEP_ALIVE) {
            self.skip(KEEP_ALIVE.len())?;
            return Ok(FirstLine::Skipped);
        }
        match StartLine::parse(&self.buffer[..end]) {
            Ok(_) => Ok(FirstLine::Good),
            // Another version is another protocol; anything else is a lost place.
            Err(ParseError::Version) => Err(ParseError::Version),
            Err(_) => {
                self.skip(end + 1)?;
                Ok(FirstLine::Skipped)
            }
        }
    }

    fn take_body(&mut self) -> Option<StreamItem> {
        let length = self.waiting.as_ref()?.length.unwrap_or(0);
        if self.buffer.len() < length {
            return None;
        }
        let body = Bytes::copy_from_slice(&self.buffer[..length]);
        self.buffer.advance(length);
        let head = self.waiting.take()?;
        Some(StreamItem::Message(head.into_message(body)))
    }
}
