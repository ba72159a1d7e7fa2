//! RTSP inside two HTTP connections (Apple, "Tunnelling RTSP and RTP over HTTP", as ONVIF Streaming
//! Specification §5.1.1.4 takes it over): answers and media come back on a GET, requests go out Base64 on a
//! POST, and a cookie ties the two together.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut, Bytes, BytesMut};

/// Content type of both bodies.
pub const CONTENT_TYPE: &str = "application/x-rtsp-tunnelled";
/// Bytes of an HTTP head.
pub const MAX_HEAD_BYTES: usize = 8 << 10;
/// Bytes of a cookie.
pub const MAX_COOKIE_BYTES: usize = 128;
/// Header fields of a head.
const MAX_HEADERS: usize = 64;

/// Which of the two connections a head opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// Carries answers and media to the client.
    Get,
    /// Carries requests, in Base64.
    Post,
}

/// A head that opens one half of a tunnel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TunnelHead {
    /// Which half.
    pub half: Half,
    /// What ties the halves together.
    pub cookie: String,
    /// Bytes of the head: what follows it is body.
    pub length: usize,
}

/// Why bytes open no tunnel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TunnelError {
    /// No HTTP, or a head that is too long.
    #[error("not the head of an HTTP message")]
    Malformed,
    /// Another use of HTTP, or a cookie that is missing or too long.
    #[error("the request opens no RTSP tunnel")]
    NoTunnel,
    /// The other side answered with this status.
    #[error("the server answered with HTTP status {0}")]
    Refused(u16),
    /// The body of the POST is not Base64.
    #[error("the body is not Base64")]
    NotBase64,
}

/// Whether a connection begins as HTTP instead of RTSP, once that can be told.
pub fn begins_as_http(bytes: &[u8]) -> Option<bool> {
    // GET_PARAMETER begins alike.
    let starts = |word: &[u8]| bytes.starts_with(word) || word.starts_with(bytes);
    let possible = starts(b"GET ") || starts(b"POST ");
    if possible && bytes.len() < 5 { None } else { Some(possible) }
}

/// Reads the head of a request; `None` until it is complete.
///
/// # Errors
/// When it can open no tunnel.
pub fn parse_request(bytes: &[u8]) -> Result<Option<TunnelHead>, TunnelError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD_BYTES => return Ok(None),
        _ => return Err(TunnelError::Malformed),
    };
    let half = match request.method {
        Some("GET") => Half::Get,
        Some("POST") => Half::Post,
        _ => return Err(TunnelError::NoTunnel),
    };
    let cookie = request.headers.iter().find(|header| header.name.eq_ignore_ascii_case("x-sessioncookie"));
    let cookie = cookie.and_then(|header| std::str::from_utf8(header.value).ok()).map(str::trim).unwrap_or_default();
    if cookie.is_empty() || cookie.len() > MAX_COOKIE_BYTES {
        return Err(TunnelError::NoTunnel);
    }
    Ok(Some(TunnelHead { half, cookie: cookie.to_owned(), length }))
}

/// Reads the head of the answer to a GET and gives its length; `None` until it is complete.
///
/// # Errors
/// When it is no HTTP, or refuses.
pub fn parse_response(bytes: &[u8]) -> Result<Option<usize>, TunnelError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => match response.code {
            Some(200) => Ok(Some(length)),
            code => Err(TunnelError::Refused(code.unwrap_or_default())),
        },
        Ok(httparse::Status::Partial) if bytes.len() < MAX_HEAD_BYTES => Ok(None),
        _ => Err(TunnelError::Malformed),
    }
}

/// The head that opens one half; `target` is path and query.
pub fn request_head(half: Half, host: &str, target: &str, cookie: &str) -> Bytes {
    let rest = match half {
        Half::Get => format!("GET {target} HTTP/1.0\r\nHost: {host}\r\nAccept: {CONTENT_TYPE}\r\n"),
        // The length is a formality that everybody writes and nobody keeps to.
        Half::Post => format!(
            "POST {target} HTTP/1.0\r\nHost: {host}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: 32767\r\n\
             Expires: Sun, 9 Jan 1972 00:00:00 GMT\r\n"
        ),
    };
    Bytes::from(format!("{rest}x-sessioncookie: {cookie}\r\nPragma: no-cache\r\nCache-Control: no-cache\r\n\r\n"))
}

/// The head of our answer to a GET. A POST is never answered.
pub fn response_head() -> Bytes {
    Bytes::from(format!(
        "HTTP/1.0 200 OK\r\nServer: Viaduct\r\nConnection: close\r\nCache-Control: no-store\r\nPragma: no-cache\r\n\
         Content-Type: {CONTENT_TYPE}\r\n\r\n"
    ))
}

/// Appends `bytes` as Base64 for the body of a POST.
pub fn encode(bytes: &[u8], out: &mut BytesMut) {
    out.put_slice(STANDARD.encode(bytes).as_bytes());
}

/// Takes Base64 apart as it arrives. Each request is encoded by itself, so padding may come anywhere between
/// groups of four; line ends are skipped.
#[derive(Debug, Default)]
pub struct Base64Stream {
    group: [u8; 4],
    filled: usize,
}

impl Base64Stream {
    /// Appends what `bytes` complete.
    ///
    /// # Errors
    /// When they are no Base64; the tunnel cannot go on.
    pub fn decode(&mut self, bytes: &[u8], out: &mut BytesMut) -> Result<(), TunnelError> {
        for byte in bytes.iter().filter(|byte| !byte.is_ascii_whitespace()) {
            self.group[self.filled] = *byte;
            self.filled += 1;
            if self.filled == self.group.len() {
                self.filled = 0;
                let mut decoded = [0; 3];
                let count = STANDARD.decode_slice(self.group, &mut decoded).map_err(|_| TunnelError::NotBase64)?;
                out.put_slice(&decoded[..count]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn requests_come_out_as_they_went_in(
            requests in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..6),
            cut in 1usize..9,
        ) {
            let mut wire = BytesMut::new();
            for request in &requests {
                encode(request, &mut wire);
                wire.put_slice(b"\r\n");
            }
            let (mut stream, mut out) = (Base64Stream::default(), BytesMut::new());
            for piece in wire.chunks(cut) {
                stream.decode(piece, &mut out).unwrap();
            }
            prop_assert_eq!(&out[..], &requests.concat()[..]);
        }

        #[test]
        fn any_head_is_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..100)) {
            let _ = (parse_request(&bytes), parse_response(&bytes), begins_as_http(&bytes));
        }
    }

    #[test]
    fn both_halves_are_recognised() {
        for half in [Half::Get, Half::Post] {
            let head = request_head(half, "h:554", "/live/cam1?x=1", "abc");
            assert_eq!(parse_request(&head[..head.len() - 1]), Ok(None));
            let parsed = parse_request(&[&head[..], b"body"].concat()).unwrap().unwrap();
            assert_eq!(parsed, TunnelHead { half, cookie: "abc".to_owned(), length: head.len() });
            assert_eq!(begins_as_http(&head), Some(true));
        }
        let head = response_head();
        assert_eq!(parse_response(&head), Ok(Some(head.len())));
    }

    #[test]
    fn what_opens_no_tunnel_is_named() {
        assert_eq!(parse_request(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), Err(TunnelError::NoTunnel));
        assert_eq!(parse_request(b"PUT / HTTP/1.1\r\nx-sessioncookie: a\r\n\r\n"), Err(TunnelError::NoTunnel));
        let long = format!("GET / HTTP/1.1\r\nx-sessioncookie: {}\r\n\r\n", "a".repeat(MAX_COOKIE_BYTES + 1));
        assert_eq!(parse_request(long.as_bytes()), Err(TunnelError::NoTunnel));
        assert_eq!(parse_request("GET /".repeat(MAX_HEAD_BYTES).as_bytes()), Err(TunnelError::Malformed));
        assert_eq!(parse_response(b"HTTP/1.1 404 no\r\n\r\n"), Err(TunnelError::Refused(404)));
        let mut out = BytesMut::new();
        assert_eq!(Base64Stream::default().decode(b"AA*=", &mut out), Err(TunnelError::NotBase64));
    }

    #[test]
    fn rtsp_and_http_are_told_apart_as_soon_as_possible() {
        for (bytes, http) in [
            (&b""[..], None),
            (b"G", None),
            (b"GET ", None),
            (b"GET /", Some(true)),
            (b"GET_P", Some(false)),
            (b"POST ", Some(true)),
            (b"OPTIO", Some(false)),
            (b"$\x00\x00", Some(false)),
            (b"PO", None),
        ] {
            assert_eq!(begins_as_http(bytes), http, "{bytes:?}");
        }
    }
}
