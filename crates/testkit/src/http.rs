//! A small HTTP client that can also be rude.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use crate::PATIENCE;

/// An answer.
#[derive(Clone, Debug)]
pub struct Answer {
    /// Status code.
    pub status: u16,
    /// Head as it came.
    pub head: String,
    /// Body as it came.
    pub body: Vec<u8>,
}

impl Answer {
    /// Splits the bytes of one answer.
    ///
    /// # Errors
    /// The bytes as text when they are none.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = || String::from_utf8_lossy(bytes).into_owned();
        let end = bytes.windows(4).position(|window| window == b"\r\n\r\n").ok_or_else(text)?;
        let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(text)?;
        Ok(Self { status, head, body: bytes[end + 4..].to_vec() })
    }

    /// A field of its head.
    pub fn header(&self, name: &str) -> Option<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(':'));
        fields.into_iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }

    /// Its body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.text()))
    }

    /// Its body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Opens a connection with a time-out on everything.
pub fn connect(address: SocketAddr) -> TcpStream {
    let socket = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket.set_write_timeout(Some(PATIENCE)).unwrap();
    socket.set_nodelay(true).unwrap();
    socket
}

/// Sends one request and reads until the server closes.
pub fn request(
    address: SocketAddr,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: Option<&Value>,
) -> Answer {
    let body = body.map(Value::to_string).unwrap_or_default();
    let mut headers = headers.to_vec();
    if !body.is_empty() {
        headers.push(("Content-Type", "application/json"));
    }
    send(address, method, target, &headers, body.as_bytes())
}

/// Sends one request with a body of any kind and reads until the server closes.
pub fn send(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut head = format!("{method} {target} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += &format!("Content-Length: {}\r\n\r\n", body.len());
    let bytes = exchange(address, &[head.as_bytes(), body].concat(), PATIENCE);
    Answer::parse(&bytes).unwrap_or_else(|text| panic!("{method} {target}: no answer but {text:?}"))
}

/// Sends bytes and reads until the server closes or `patience` is over.
pub fn exchange(address: SocketAddr, bytes: &[u8], patience: Duration) -> Vec<u8> {
    let mut socket = connect(address);
    // A server that refuses early closes before all is sent.
    let _cut = socket.write_all(bytes);
    read_until_closed(&mut socket, patience).0
}

/// What a peer sends until it closes, and whether it closed in time.
pub fn read_until_closed(socket: &mut TcpStream, patience: Duration) -> (Vec<u8>, bool) {
    let deadline = std::time::Instant::now() + patience;
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 << 10];
    loop {
        let left = deadline.saturating_duration_since(std::time::Instant::now());
        if left.is_zero() {
            return (bytes, false);
        }
        socket.set_read_timeout(Some(left)).unwrap();
        match socket.read(&mut buffer) {
            Ok(0) => return (bytes, true),
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::ConnectionReset => return (bytes, true),
            Err(error)
                if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted) => {}
            Err(error) => panic!("{error}"),
        }
    }
}
