//! Messages and interleaved frames out of a byte stream (RFC 2326 §4, §10.12).

#[cfg(test)]
mod tests;

use bytes::{Buf, Bytes, BytesMut};

use crate::message::{Headers, Method, Request, Response};

/// Bytes of one line at most.
pub const MAX_LINE_BYTES: usize = 8 << 10;
/// Bytes of start line and headers at most.
pub const MAX_HEAD_BYTES: usize = 32 << 10;
/// Header fields of one message at most.
pub const MAX_HEADERS: usize = 64;
/// Bytes of a body at most.
pub const MAX_BODY_BYTES: usize = 256 << 10;
/// Bytes in a row that may be skipped before the stream is given up.
pub const MAX_GARBAGE_BYTES: usize = 64 << 10;
/// Bytes that may wait while a request is being answered. Full-policy: the session ends.
pub const MAX_BUFFERED_BYTES: usize = 1 << 20;

/// An empty buffer larger than this is given back after a small input, so that an idle session is small.
const IDLE_BUFFER_BYTES: usize = 512;

/// Why a byte stream cannot be read on.
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
    /// Another protocol: HTTP, or a version of RTSP that is not 1.x.
    #[error("not RTSP/1.0")]
    NotRtsp,
    /// The `Content-Length` field is not a number.
    #[error("Content-Length is not a number")]
    ContentLength,
}

/// One thing that a peer sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
    /// An interleaved frame.
    Frame {
        /// Channel.
        channel: u8,
        /// RTP or RTCP packet.
        data: Bytes,
    },
}

/// An incremental parser.
///
/// Tolerances: line ends of LF alone; empty lines between messages; folded and blank-padded fields; header
/// lines without a colon are ignored; bytes that begin neither a message nor a frame are skipped up to
/// [`MAX_GARBAGE_BYTES`] in a row, as cameras lose their place when their send buffer overflows.
#[derive(Debug, Default)]
pub struct Parser {
    buffer: BytesMut,
    /// No blank line ends before this offset.
    scanned: usize,
    garbage: usize,
    skipped_total: u64,
}

impl Parser {
    /// Appends input; then drain [`Parser::next_item`].
    ///
    /// # Errors
    /// When more than [`MAX_BUFFERED_BYTES`] wait.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), ParseError> {
        if self.buffer.len() + bytes.len() > MAX_BUFFERED_BYTES {
            return Err(ParseError::TooLong { what: "waiting input", limit: MAX_BUFFERED_BYTES });
        }
        self.buffer.extend_from_slice(bytes);
        Ok(())
    }

    /// The next item, or `None` until more bytes come.
    ///
    /// # Errors
    /// When the stream cannot be read on; the same error comes again.
    pub fn next_item(&mut self) -> Result<Option<Item>, ParseError> {
        loop {
            match self.buffer.first() {
                None => {
                    self.release();
                    return Ok(None);
                }
                Some(b'$') => return self.take_frame(),
                Some(b'\r' | b'\n') => self.skip(1)?,
                Some(byte) if byte.is_ascii_alphabetic() => match self.take_head()? {
                    Head::Incomplete => return Ok(None),
                    Head::Garbage => {}
                    Head::Message(item) => {
                        self.garbage = 0;
                        return Ok(Some(item));
                    }
                },
                Some(_) => self.resynchronise()?,
            }
        }
    }

    /// Bytes skipped so far because nothing could begin there.
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
        if self.garbage > MAX_GARBAGE_BYTES {
            return Err(ParseError::TooLong { what: "garbage between messages", limit: MAX_GARBAGE_BYTES });
        }
        Ok(())
    }

    /// Skips to the next byte that can begin something.
    fn resynchronise(&mut self) -> Result<(), ParseError> {
        let next = self.buffer[1..]
            .iter()
            .position(|byte| *byte == b'$' || byte.is_ascii_uppercase())
            .map_or(self.buffer.len(), |at| at + 1);
        self.skipped_total += next as u64;
        self.skip(next)
    }

    fn take_frame(&mut self) -> Result<Option<Item>, ParseError> {
        let Some(&[_, channel, high, low]) = self.buffer.first_chunk::<4>() else {
            return Ok(None);
        };
        let length = usize::from(u16::from_be_bytes([high, low]));
        if self.buffer.len() < 4 + length {
            return Ok(None);
        }
        self.buffer.advance(4);
        self.garbage = 0;
        Ok(Some(Item::Frame { channel, data: self.buffer.split_to(length).freeze() }))
    }

    fn take_head(&mut self) -> Result<Head, ParseError> {
        let Some(head_len) = self.find_blank_line() else {
            let line = self.buffer.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            if self.buffer.len() - line > MAX_LINE_BYTES {
                return Err(ParseError::TooLong { what: "line", limit: MAX_LINE_BYTES });
            }
            if self.buffer.len() > MAX_HEAD_BYTES {
                return Err(ParseError::TooLong { what: "message head", limit: MAX_HEAD_BYTES });
            }
            return self.check_first_line();
        };
        if head_len > MAX_HEAD_BYTES {
            return Err(ParseError::TooLong { what: "message head", limit: MAX_HEAD_BYTES });
        }
        let head = String::from_utf8_lossy(&self.buffer[..head_len]);
        let mut lines = head.split('\n').map(|line| line.trim_end_matches('\r'));
        let start = match StartLine::parse(lines.next().unwrap_or_default())? {
            Some(start) => start,
            None => {
                drop(head);
                self.resynchronise()?;
                return Ok(Head::Garbage);
            }
        };
        let headers = parse_headers(lines)?;
        let body_len = match headers.get("Content-Length") {
            None => 0,
            Some(length) => length.trim().parse::<usize>().map_err(|_| ParseError::ContentLength)?,
        };
        if body_len > MAX_BODY_BYTES {
            return Err(ParseError::TooLong { what: "body", limit: MAX_BODY_BYTES });
        }
        if self.buffer.len() < head_len + body_len {
            return Ok(Head::Incomplete);
        }
        drop(head);
        self.buffer.advance(head_len);
        self.scanned = 0;
        // The message must not keep a large input block alive: it is copied.
        let body = Bytes::copy_from_slice(&self.buffer[..body_len]);
        self.buffer.advance(body_len);
        Ok(Head::Message(start.into_item(without_length(&headers), body)))
    }

    /// A first line that cannot become a message is not waited for.
    fn check_first_line(&mut self) -> Result<Head, ParseError> {
        let end = self.buffer.iter().position(|byte| *byte == b'\n');
        let Some(end) = end else {
            return Ok(Head::Incomplete);
        };
        let line = String::from_utf8_lossy(&self.buffer[..end]);
        if StartLine::parse(line.trim_end_matches('\r'))?.is_some() {
            return Ok(Head::Incomplete);
        }
        drop(line);
        self.resynchronise()?;
        Ok(Head::Garbage)
    }

    /// The offset behind the blank line that ends the head.
    fn find_blank_line(&mut self) -> Option<usize> {
        for at in self.scanned..self.buffer.len() {
            if self.buffer[at] != b'\n' {
                continue;
            }
            match &self.buffer[at + 1..] {
                [b'\n', ..] => return Some(at + 2),
                [b'\r', b'\n', ..] => return Some(at + 3),
                [] | [b'\r'] => {
                    self.scanned = at;
                    return None;
                }
                _ => {}
            }
        }
        self.scanned = self.buffer.len();
        None
    }
}

enum Head {
    Incomplete,
    Garbage,
    Message(Item),
}

enum StartLine {
    Request(Method, String),
    Response(u16, String),
}

impl StartLine {
    /// `None` for a line that is no start line.
    fn parse(line: &str) -> Result<Option<Self>, ParseError> {
        if let Some(rest) = line.strip_prefix("RTSP/") {
            let (version, rest) = rest.split_once(' ').unwrap_or((rest, ""));
            if !version.starts_with("1.") {
                return Err(ParseError::NotRtsp);
            }
            // Tolerance: a status line without reason phrase.
            let (status, reason) = rest.trim_start().split_once(' ').unwrap_or((rest.trim(), ""));
            let status = status.parse::<u16>().ok().filter(|status| (100..1000).contains(status));
            return Ok(status.map(|status| Self::Response(status, reason.trim().to_owned())));
        }
        let mut words = line.split_ascii_whitespace();
        let (Some(method), Some(uri)) = (words.next(), words.next()) else {
            return Ok(None);
        };
        // Tolerance: blanks inside the URL, as users type stream names; the version is the last word.
        let (mut uri, mut version) = (uri.to_owned(), None);
        for word in words {
            if let Some(before) = version.replace(word) {
                uri.push_str("%20");
                uri.push_str(before);
            }
        }
        if !method.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') {
            return Ok(None);
        }
        match version {
            Some(version) if version.starts_with("RTSP/1.") => Ok(Some(Self::Request(Method::parse(method), uri))),
            Some(version) if version.starts_with("HTTP/") || version.starts_with("RTSP/") => Err(ParseError::NotRtsp),
            _ => Ok(None),
        }
    }

    fn into_item(self, headers: Headers, body: Bytes) -> Item {
        match self {
            Self::Request(method, uri) => Item::Request(Request { method, uri, headers, body }),
            Self::Response(status, reason) => Item::Response(Response { status, reason, headers, body }),
        }
    }
}

fn parse_headers<'a>(lines: impl Iterator<Item = &'a str>) -> Result<Headers, ParseError> {
    let mut headers = Headers::default();
    for line in lines {
        if line.len() > MAX_LINE_BYTES {
            return Err(ParseError::TooLong { what: "line", limit: MAX_LINE_BYTES });
        }
        if line.starts_with([' ', '\t']) && headers.extend_last(line) {
            continue;
        }
        let Some((name, value)) = line.split_once(':') else {
            continue;
        };
        if headers.len() == MAX_HEADERS {
            return Err(ParseError::TooLong { what: "header count", limit: MAX_HEADERS });
        }
        headers.push(name.trim(), value);
    }
    Ok(headers)
}

fn without_length(headers: &Headers) -> Headers {
    let mut kept = Headers::default();
    for (name, value) in headers.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("Content-Length")) {
        kept.push(name, value);
    }
    kept
}
