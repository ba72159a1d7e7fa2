//! Start line and header fields.

use bytes::Bytes;

use super::{MAX_FIELD_BYTES, MAX_HEAD_BYTES, MAX_HEADERS, ParseError};
use crate::header::HeaderName;
use crate::message::{Headers, Message, Request, Response, VERSION};
use crate::method::Method;
use crate::text::{is_token, text};

/// What comes before the body.
#[derive(Debug)]
pub(super) struct Head {
    start: StartLine,
    headers: Headers,
    /// `Content-Length`, where there is one.
    pub(super) length: Option<usize>,
}

/// The first line of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum StartLine {
    Request(Method, String),
    Response(u16, String),
}

impl Head {
    /// Reads a head that ends with its empty line. Values share its bytes.
    pub(super) fn parse(bytes: &Bytes) -> Result<Self, ParseError> {
        if bytes.len() > MAX_HEAD_BYTES {
            return Err(ParseError::TooLong { what: "head", limit: MAX_HEAD_BYTES });
        }
        let mut lines = Lines { rest: bytes };
        let start = StartLine::parse(lines.next().unwrap_or_default())?;
        let (headers, length) = parse_fields(bytes, lines)?;
        Ok(Self { start, headers, length })
    }

    /// Whether the header speaks of a body.
    pub(super) fn has_content_type(&self) -> bool {
        self.headers.get("Content-Type").is_some()
    }

    pub(super) fn into_message(self, body: Bytes) -> Message {
        let headers = self.headers;
        match self.start {
            StartLine::Request(method, uri) => Message::Request(Request { method, uri, headers, body }),
            StartLine::Response(status, reason) => Message::Response(Response { status, reason, headers, body }),
        }
    }
}

impl StartLine {
    pub(super) fn parse(line: &[u8]) -> Result<Self, ParseError> {
        let line = text(line);
        let line = line.trim();
        if line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/")) {
            return Self::parse_status_line(line);
        }
        let (method, rest) = line.split_once([' ', '\t']).ok_or(ParseError::NotSip)?;
        let (uri, version) = rest.trim().rsplit_once([' ', '\t']).ok_or(ParseError::NotSip)?;
        let uri = uri.trim();
        if !is_token(method) || uri.is_empty() || uri.contains(|c: char| c.is_whitespace() || c.is_control()) {
            return Err(ParseError::NotSip);
        }
        check_version(version)?;
        Ok(Self::Request(Method::parse(method), uri.to_owned()))
    }

    fn parse_status_line(line: &str) -> Result<Self, ParseError> {
        let (version, rest) = line.split_once([' ', '\t']).ok_or(ParseError::NotSip)?;
        check_version(version)?;
        // Tolerance: a status line without reason phrase and without the blank before it.
        let rest = rest.trim_start();
        let (status, reason) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
        let number = status.parse::<u16>().ok().filter(|number| (100..700).contains(number) && status.len() == 3);
        let reason: String = reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        Ok(Self::Response(number.ok_or(ParseError::Status)?, reason.trim().to_owned()))
    }
}

fn check_version(version: &str) -> Result<(), ParseError> {
    if version.eq_ignore_ascii_case(VERSION) {
        return Ok(());
    }
    let is_sip = version.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("SIP/"));
    Err(if is_sip { ParseError::Version } else { ParseError::NotSip })
}

/// Lines without their ends.
struct Lines<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.rest.is_empty() {
            return None;
        }
        let end = self.rest.iter().position(|byte| *byte == b'\n').unwrap_or(self.rest.len());
        let line = &self.rest[..end];
        self.rest = self.rest.get(end + 1..).unwrap_or_default();
        Some(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

fn parse_fields(head: &Bytes, lines: Lines<'_>) -> Result<(Headers, Option<usize>), ParseError> {
    let mut headers = Headers::default();
    let mut length: Option<Bytes> = None;
    // Whether a folded line continues a field that was kept, one that was left out, or the length.
    let mut last_kept = false;
    for line in lines {
        if matches!(line.first(), Some(b' ' | b'\t')) {
            if last_kept {
                headers.extend_last(line);
            }
            check_last(&headers)?;
            continue;
        }
        let field = line.iter().position(|byte| *byte == b':').map(|colon| (&line[..colon], &line[colon + 1..]));
        let named = field.and_then(|(name, value)| {
            let name = std::str::from_utf8(name.trim_ascii()).ok()?;
            Some((HeaderName::parse(name)?, head.slice_ref(value)))
        });
        last_kept = false;
        let Some((name, value)) = named else {
            continue;
        };
        if name.is("Content-Length") {
            let value = value.slice_ref(value.trim_ascii());
            if length.replace(value.clone()).is_some_and(|before| before != value) {
                return Err(ParseError::ContentLength);
            }
            continue;
        }
        if headers.len() == MAX_HEADERS {
            return Err(ParseError::TooLong { what: "header count", limit: MAX_HEADERS });
        }
        headers.push_shared(name, value);
        check_last(&headers)?;
        last_kept = true;
    }
    let length = length.map(|value| parse_length(&value)).transpose()?;
    Ok((headers, length))
}

fn check_last(headers: &Headers) -> Result<(), ParseError> {
    match headers.last() {
        Some((_, value)) if value.len() > MAX_FIELD_BYTES => {
            Err(ParseError::TooLong { what: "header field", limit: MAX_FIELD_BYTES })
        }
        _ => Ok(()),
    }
}

fn parse_length(value: &[u8]) -> Result<usize, ParseError> {
    let digits = std::str::from_utf8(value).ok().filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()));
    digits.and_then(|digits| digits.parse().ok()).ok_or(ParseError::ContentLength)
}

/// The offset behind the empty line that ends the head, if it is in `bytes`; `scanned` is where to begin.
/// Otherwise where to begin when more has come.
pub(super) fn find_end(bytes: &[u8], scanned: usize) -> Result<usize, usize> {
    for at in scanned..bytes.len() {
        if bytes[at] != b'\n' {
            continue;
        }
        match &bytes[at + 1..] {
            [b'\n', ..] => return Ok(at + 2),
            [b'\r', b'\n', ..] => return Ok(at + 3),
            [] | [b'\r'] => return Err(at),
            _ => {}
        }
    }
    Err(bytes.len())
}
