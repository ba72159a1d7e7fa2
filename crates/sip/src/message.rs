//! Requests and responses (RFC 3261 §7).

mod headers;
mod reason;

pub use headers::Headers;
pub use reason::reason_phrase;

use bytes::{BufMut, Bytes, BytesMut};

use crate::header::{CSeq, NameAddr, Via};
use crate::method::Method;

/// The protocol version that we write and read.
pub(crate) const VERSION: &str = "SIP/2.0";

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What is asked.
    pub method: Method,
    /// The Request-URI as sent.
    pub uri: String,
    /// Header fields without `Content-Length`, which the writer adds.
    pub headers: Headers,
    /// Body.
    pub body: Bytes,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// Status code, 100 to 699.
    pub status: u16,
    /// Reason phrase; may be empty.
    pub reason: String,
    /// Header fields without `Content-Length`, which the writer adds.
    pub headers: Headers,
    /// Body.
    pub body: Bytes,
}

/// A message of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

impl Request {
    /// A request without fields.
    pub fn new(method: Method, uri: &str) -> Self {
        Self { method, uri: uri.to_owned(), headers: Headers::default(), body: Bytes::new() }
    }

    /// The same with one more field.
    ///
    /// # Panics
    /// As [`Headers::push`].
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The same with this body.
    ///
    /// # Panics
    /// Never: the name is a token.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.headers.set("Content-Type", content_type);
        self.body = body.into();
        self
    }

    /// Makes it the next request of its sender in the same call, as after a 401: the number in `CSeq` grows by
    /// one (§8.1.3.5). Does nothing to a request without a readable `CSeq`.
    pub fn advance(&mut self) {
        if let Some(cseq) = self.headers.cseq() {
            self.headers.set("CSeq", CSeq { number: cseq.number.wrapping_add(1), ..cseq }.to_string());
        }
    }

    /// The bytes of the message.
    pub fn write(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(written_size(&self.headers, &self.body) + self.uri.len());
        out.put_slice(self.method.as_str().as_bytes());
        out.put_u8(b' ');
        out.extend(self.uri.bytes().filter(|byte| !byte.is_ascii_control() && *byte != b' '));
        out.put_u8(b' ');
        out.put_slice(VERSION.as_bytes());
        write_rest(&self.headers, &self.body, &mut out);
        out.freeze()
    }
}

impl Response {
    /// A response without fields; the reason phrase is the standard one.
    pub fn new(status: u16) -> Self {
        Self { status, reason: reason_phrase(status).to_owned(), headers: Headers::default(), body: Bytes::new() }
    }

    /// The same with one more field.
    ///
    /// # Panics
    /// As [`Headers::push`].
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push(name, value);
        self
    }

    /// The same with this body.
    ///
    /// # Panics
    /// Never: the name is a token.
    #[must_use]
    pub fn with_body(mut self, content_type: &str, body: impl Into<Bytes>) -> Self {
        self.headers.set("Content-Type", content_type);
        self.body = body.into();
        self
    }

    /// Whether more responses follow (1xx).
    pub const fn is_provisional(&self) -> bool {
        self.status < 200
    }

    /// Whether the status says success (2xx).
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The bytes of the message.
    pub fn write(&self) -> Bytes {
        let mut out = BytesMut::with_capacity(written_size(&self.headers, &self.body) + self.reason.len());
        out.put_slice(VERSION.as_bytes());
        out.put_slice(format!(" {:03} ", self.status).as_bytes());
        out.extend(self.reason.bytes().filter(|byte| !byte.is_ascii_control()));
        write_rest(&self.headers, &self.body, &mut out);
        out.freeze()
    }
}

impl Message {
    /// The header fields.
    pub const fn headers(&self) -> &Headers {
        match self {
            Self::Request(request) => &request.headers,
            Self::Response(response) => &response.headers,
        }
    }

    /// The body.
    pub const fn body(&self) -> &Bytes {
        match self {
            Self::Request(request) => &request.body,
            Self::Response(response) => &response.body,
        }
    }

    /// The bytes of the message.
    pub fn write(&self) -> Bytes {
        match self {
            Self::Request(request) => request.write(),
            Self::Response(response) => response.write(),
        }
    }
}

/// The fields that every message has (§8.1.1), read.
impl Headers {
    /// The topmost `Via`.
    pub fn top_via(&self) -> Option<Via> {
        self.first_item("Via", Via::parse)
    }

    /// `From`.
    pub fn from(&self) -> Option<NameAddr> {
        self.text("From").and_then(|value| NameAddr::parse(&value))
    }

    /// `To`.
    pub fn to(&self) -> Option<NameAddr> {
        self.text("To").and_then(|value| NameAddr::parse(&value))
    }

    /// The first `Contact`; its URI is `*` where all are meant (§10.2.2).
    pub fn contact(&self) -> Option<NameAddr> {
        self.first_item("Contact", NameAddr::parse)
    }

    /// `CSeq`.
    pub fn cseq(&self) -> Option<CSeq> {
        self.text("CSeq").and_then(|value| CSeq::parse(&value))
    }

    /// `Call-ID`.
    pub fn call_id(&self) -> Option<String> {
        self.text("Call-ID").filter(|value| !value.is_empty()).map(std::borrow::Cow::into_owned)
    }
}

/// About how many bytes the message takes.
fn written_size(headers: &Headers, body: &Bytes) -> usize {
    const START_LINE_AND_LENGTH: usize = 64;
    headers.iter().map(|(name, value)| name.len() + value.len() + 4).sum::<usize>() + body.len() + START_LINE_AND_LENGTH
}

fn write_rest(headers: &Headers, body: &Bytes, out: &mut BytesMut) {
    out.put_slice(b"\r\n");
    for (name, value) in headers.iter() {
        for part in [name.as_bytes(), b": ", value, b"\r\n"] {
            out.put_slice(part);
        }
    }
    // Always, as a stream is framed by it (§18.3).
    out.put_slice(format!("Content-Length: {}\r\n\r\n", body.len()).as_bytes());
    out.put_slice(body);
}
