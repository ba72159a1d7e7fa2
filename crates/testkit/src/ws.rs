//! WebSocket viewers, by an independent implementation of RFC 6455.

use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use media::CodecConfig;
use tungstenite::client::IntoClientRequest;
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
        Self::open_at(address, &address.to_string(), target, encrypted)
    }

    /// As [`WsViewer::open`], by another name of the host.
    pub fn open_at(address: SocketAddr, host: &str, target: &str, encrypted: bool) -> Self {
        let wire = Wire::open(address, encrypted);
        let scheme = if encrypted { "wss" } else { "ws" };
        let (socket, _) = tungstenite::client(format!("{scheme}://{host}{target}"), wire)
            .unwrap_or_else(|error| panic!("{target}: {error}"));
        Self { socket }
    }

    /// Sends a text message.
    pub fn say(&mut self, text: &str) {
        self.socket.send(Message::text(text)).unwrap();
    }

    /// Sends a binary message.
    pub fn send(&mut self, bytes: &[u8]) {
        self.socket.send(Message::binary(bytes.to_vec())).unwrap();
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
                    if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
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

/// RTSP in binary messages (ONVIF Streaming Specification, sub-protocol `rtsp.onvif.org`): the first `count`
/// pictures of an H.264 stream as a byte stream with start codes.
pub fn rtsp_pictures(address: SocketAddr, path: &str, count: usize) -> Vec<u8> {
    rtsp_pictures_at(address, &address.to_string(), path, count)
}

/// As [`rtsp_pictures`], by another name of the host.
pub fn rtsp_pictures_at(address: SocketAddr, host: &str, path: &str, count: usize) -> Vec<u8> {
    let mut request = format!("ws://{host}/{path}").into_client_request().unwrap();
    request.headers_mut().insert("Sec-WebSocket-Protocol", "rtsp.onvif.org".parse().unwrap());
    let wire = Wire::open(address, false);
    wire.set_patience(crate::PATIENCE);
    let (socket, answer) = tungstenite::client(request, wire).unwrap();
    assert_eq!(answer.headers()["sec-websocket-protocol"], "rtsp.onvif.org");
    socket.get_ref().set_patience(Duration::from_millis(50));
    let bytes = WsBytes { socket, read: Vec::new() };
    let pulled = crate::rtsp_peer::pull_over(bytes, &format!("rtsp://{host}/{path}"), count, crate::PATIENCE);
    let pulled = pulled.unwrap();
    let Some(CodecConfig::H264(config)) = pulled.track.map(|track| track.codec) else { panic!("not H.264") };
    let sets = config.sps.iter().chain(&config.pps).map(|set| &set[..]);
    let units = pulled.units.iter().flat_map(|unit| media::bitstream::nal::length_prefixed(&unit.payload));
    sets.chain(units).flat_map(|unit| [&[0, 0, 0, 1], unit].concat()).collect()
}

/// A WebSocket's binary messages as one run of bytes.
struct WsBytes {
    socket: WebSocket<Wire>,
    read: Vec<u8>,
}

impl Read for WsBytes {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read.is_empty() {
            match self.socket.read() {
                Ok(Message::Binary(bytes)) => self.read.extend_from_slice(&bytes),
                Ok(Message::Close(_)) => return Ok(0),
                Ok(_) => {}
                Err(tungstenite::Error::Io(error)) => return Err(error),
                Err(error) => return Err(io::Error::other(error)),
            }
        }
        let count = self.read.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.read[..count]);
        self.read.drain(..count);
        Ok(count)
    }
}

impl Write for WsBytes {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.socket.send(Message::binary(bytes.to_vec())).map_err(io::Error::other)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.socket.flush().map_err(io::Error::other)
    }
}
