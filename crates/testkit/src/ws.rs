//! WebSocket viewers, by an independent implementation of RFC 6455.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tungstenite::{Message, WebSocket};

use crate::wire::Wire;

/// A viewer.
#[derive(Debug)]
pub struct WsViewer {
    socket: WebSocket<Wire>,
}

/// What a server sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WsEvent {
    /// Text message.
    Text(String),
    /// Binary message.
    Binary(Vec<u8>),
    /// Close code and reason; without them when the connection just broke.
    Closed(Option<(u16, String)>),
}

impl WsViewer {
    /// Opens `target` (path and query).
    pub fn open(address: SocketAddr, target: &str, encrypted: bool) -> Self {
        let wire = Wire::open(address, encrypted);
        let scheme = if encrypted { "wss" } else { "ws" };
        let (socket, _) = tungstenite::client(format!("{scheme}://{address}{target}"), wire)
            .unwrap_or_else(|error| panic!("{target}: {error}"));
        Self { socket }
    }

    /// The next message; `None` when nothing comes in time.
    pub fn next(&mut self, patience: Duration) -> Option<WsEvent> {
        self.socket.get_mut().set_patience(patience);
        loop {
            return match self.socket.read() {
                Ok(Message::Text(text)) => Some(WsEvent::Text(text.to_string())),
                Ok(Message::Binary(bytes)) => Some(WsEvent::Binary(bytes.to_vec())),
                Ok(Message::Close(frame)) => {
                    Some(WsEvent::Closed(frame.map(|frame| (frame.code.into(), frame.reason.to_string()))))
                }
                Ok(_) => continue,
                Err(tungstenite::Error::Io(error))
                    if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) =>
                {
                    None
                }
                Err(_) => Some(WsEvent::Closed(None)),
            };
        }
    }

    /// How the server closes, after whatever it sends before.
    pub fn close_code(&mut self, patience: Duration) -> Option<(u16, String)> {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            match self.next(left) {
                Some(WsEvent::Closed(how)) => return how,
                Some(_) if !left.is_zero() => {}
                _ => panic!("the WebSocket was not closed in {patience:?}"),
            }
        }
    }

    /// All binary messages of a time, joined.
    pub fn collect(&mut self, time: Duration) -> Vec<u8> {
        let deadline = Instant::now() + time;
        let mut bytes = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return bytes;
            }
            match self.next(left) {
                Some(WsEvent::Binary(piece)) => bytes.extend(piece),
                Some(WsEvent::Closed(how)) => panic!("closed after {} bytes: {how:?}", bytes.len()),
                _ => {}
            }
        }
    }
}
