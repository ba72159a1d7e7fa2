//! A publisher or viewer that speaks RTMP as told: for time stamps and interruptions that no encoder offers.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use bytes::BytesMut;
use container::flv::{Tag, TagKind};
use rtmp::chunk::{MessageHeader, write_message};
use rtmp::{ClientConfig, ClientEvent, ClientRole, ClientSession, Error, Output};

use crate::PATIENCE;
use crate::wire::Wire;

/// One connection.
#[derive(Debug)]
pub struct RtmpPeer {
    socket: Wire,
    session: ClientSession,
    tags: VecDeque<Tag>,
    ready: bool,
    ended: bool,
}

impl RtmpPeer {
    /// Connects to `app/name?query` and waits until the server starts or refuses the stream.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn open(address: SocketAddr, path: &str, role: ClientRole) -> Result<Self, Error> {
        Self::over(Wire::open(address, false), &address.to_string(), path, role)
    }

    /// As [`RtmpPeer::open`], over a connection that is there already.
    ///
    /// # Errors
    /// The server's refusal.
    pub fn over(wire: Wire, host: &str, path: &str, role: ClientRole) -> Result<Self, Error> {
        let (app, name) = path.split_once('/').unwrap();
        let config = ClientConfig::new(&format!("rtmp://{host}/{app}"), app, name, role);
        let mut peer = Self {
            socket: wire,
            session: ClientSession::new(config, Instant::now(), 7),
            tags: VecDeque::new(),
            ready: false,
            ended: false,
        };
        let deadline = Instant::now() + PATIENCE;
        while !peer.ready {
            peer.turn(deadline.saturating_duration_since(Instant::now()))?;
            assert!(!peer.ended, "{path}: closed without a word");
            assert!(Instant::now() < deadline, "{path}: neither yes nor no");
        }
        Ok(peer)
    }

    /// Sends what is due and reads once.
    fn turn(&mut self, patience: Duration) -> Result<(), Error> {
        while let Some(output) = self.session.poll_output() {
            match output {
                Output::Transmit(bytes) => {
                    if self.socket.write_all(&bytes).and_then(|()| self.socket.flush()).is_err() {
                        self.ended = true;
                    }
                }
                Output::Event(ClientEvent::Ready) => self.ready = true,
                Output::Event(ClientEvent::Message { kind, timestamp_ms, body }) => {
                    self.tags.push_back(Tag { kind, timestamp_ms, body });
                }
                Output::Event(ClientEvent::Ended) => self.ended = true,
                Output::Event(_) => {}
            }
        }
        if self.ready && !self.tags.is_empty() || patience.is_zero() {
            return Ok(());
        }
        let mut buffer = vec![0; 64 << 10];
        self.socket.set_patience(patience.min(Duration::from_millis(50)));
        match self.socket.read(&mut buffer) {
            Ok(0) => self.ended = true,
            Ok(count) => self.session.handle_input(Instant::now(), &buffer[..count])?,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {}
            Err(_) => self.ended = true,
        }
        Ok(())
    }

    /// The next tag of a played stream; `None` when nothing comes in time or it has ended.
    pub fn next(&mut self, patience: Duration) -> Option<Tag> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(tag) = self.tags.pop_front() {
                return Some(tag);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.ended {
                return None;
            }
            self.turn(left).unwrap();
        }
    }

    /// Publishes one tag; `false` when the connection is gone.
    pub fn send(&mut self, kind: TagKind, timestamp_ms: u32, body: &[u8]) -> bool {
        let mut out = BytesMut::new();
        let header =
            MessageHeader { chunk_stream: 6, timestamp_ms, kind: kind.id(), stream_id: self.session.stream_id() };
        write_message(&mut out, &header, rtmp::CHUNK_SIZE, &[body]);
        self.socket.write_all(&out).is_ok()
    }

    /// Whether the server ended the stream or the connection, looked at for `patience`.
    pub fn await_end(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while !self.ended && Instant::now() < deadline {
            self.tags.clear();
            if self.turn(Duration::from_millis(50)).is_err() {
                self.ended = true;
            }
        }
        self.ended
    }

    /// Ends the stream in order.
    pub fn close(mut self) {
        self.session.close();
        let _gone = self.turn(Duration::ZERO);
    }

    /// Cuts the connection as a crash does.
    pub fn crash(self) {
        let _gone = self.socket.tcp().shutdown(std::net::Shutdown::Both);
    }
}
