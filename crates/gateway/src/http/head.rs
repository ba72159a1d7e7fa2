//! The head of the first request, read without giving up the socket.

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt;

use crate::transport::Transport;

/// Bytes of a request head (RFC 9112 §3 leaves it to us).
const MAX_HEAD_LEN: usize = 16 << 10;
/// Header fields of a request.
const MAX_HEADERS: usize = 64;

/// What a media request needs from its head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) host: Option<String>,
    pub(crate) user_agent: Option<String>,
    pub(crate) authorization: Option<String>,
    pub(crate) forwarded_for: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) if_match: Option<String>,
    pub(crate) websocket_key: Option<String>,
    pub(crate) websocket_protocols: Option<String>,
    pub(crate) upgrades_to_websocket: bool,
    /// Bytes of the head itself.
    pub(crate) length: usize,
}

impl Head {
    /// Whether a WebSocket is asked for that speaks `protocol` (RFC 6455 §11.3.4).
    pub(crate) fn asks_for(&self, protocol: &str) -> bool {
        let named = self.websocket_protocols.as_deref().unwrap_or_default();
        self.upgrades_to_websocket && named.split(',').any(|name| name.trim().eq_ignore_ascii_case(protocol))
    }
}

/// Why a head was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HeadError {
    #[error("the request head is longer than {MAX_HEAD_LEN} bytes or has more than {MAX_HEADERS} fields")]
    TooLong,
    #[error("the request is not HTTP/1.1")]
    Malformed,
}

impl HeadError {
    pub(crate) const fn status(self) -> u16 {
        match self {
            Self::TooLong => 431,
            Self::Malformed => 400,
        }
    }
}

/// Reads until the head is complete. `None` when the peer went away. The bytes read are returned too: they may
/// hold more than the head.
pub(crate) async fn read(transport: &mut Transport) -> Result<Option<(Head, Bytes)>, HeadError> {
    let mut bytes = BytesMut::with_capacity(1024);
    loop {
        match transport.read_buf(&mut bytes).await {
            Ok(0) | Err(_) => return Ok(None),
            Ok(_) => {}
        }
        if let Some(head) = parse(&bytes)? {
            return Ok(Some((head, bytes.freeze())));
        }
        if bytes.len() >= MAX_HEAD_LEN {
            return Err(HeadError::TooLong);
        }
    }
}

/// Parses a head; `None` when it is not complete yet.
pub(crate) fn parse(bytes: &[u8]) -> Result<Option<Head>, HeadError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut request = httparse::Request::new(&mut headers);
    let length = match request.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) => return Ok(None),
        Err(httparse::Error::TooManyHeaders) => return Err(HeadError::TooLong),
        Err(_) => return Err(HeadError::Malformed),
    };
    let mut head = Head {
        length,
        method: request.method.unwrap_or_default().to_owned(),
        target: request.path.unwrap_or_default().to_owned(),
        ..Head::default()
    };
    let mut connection_upgrade = false;
    let mut websocket = false;
    for header in request.headers.iter() {
        let Ok(value) = std::str::from_utf8(header.value) else { continue };
        let value = value.trim();
        match header.name.to_ascii_lowercase().as_str() {
            "host" => head.host = Some(value.to_owned()),
            "user-agent" => head.user_agent = Some(value.to_owned()),
            "authorization" => head.authorization = Some(value.to_owned()),
            "x-forwarded-for" => head.forwarded_for = Some(value.to_owned()),
            "origin" => head.origin = Some(value.to_owned()),
            "if-match" => head.if_match = Some(value.to_owned()),
            "sec-websocket-protocol" => head.websocket_protocols = Some(value.to_owned()),
            "sec-websocket-key" => head.websocket_key = Some(value.to_owned()),
            "upgrade" => websocket = value.eq_ignore_ascii_case("websocket"),
            "connection" => {
                connection_upgrade = value.split(',').any(|token| token.trim().eq_ignore_ascii_case("upgrade"));
            }
            _ => {}
        }
    }
    head.upgrades_to_websocket = connection_upgrade && websocket;
    Ok(Some(head))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_websocket_request_is_recognised_however_its_fields_are_written() {
        let text = b"GET /a/b.flv?token=t HTTP/1.1\r\nHost: x\r\nCONNECTION: keep-alive, Upgrade\r\nupgrade: WebSocket\r\nSec-WebSocket-Key: abc=\r\n\r\n";
        let head = parse(text).unwrap().unwrap();
        assert!(head.upgrades_to_websocket);
        assert_eq!(head.target, "/a/b.flv?token=t");
        assert_eq!(head.websocket_key.as_deref(), Some("abc="));
    }

    #[test]
    fn half_a_head_is_waited_for_and_nonsense_is_refused() {
        assert_eq!(parse(b"GET /a HTTP/1.1\r\nHost: x\r\n"), Ok(None));
        assert_eq!(parse(b"\x03\x00\x00rtmp? no\r\n\r\n"), Err(HeadError::Malformed));
        let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(MAX_HEADERS + 1));
        assert_eq!(parse(many.as_bytes()), Err(HeadError::TooLong));
    }
}
