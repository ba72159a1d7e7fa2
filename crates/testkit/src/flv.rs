//! FLV from files and from a server, tag by tag.

use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;
use container::flv::{FileReader, Tag, TagKind};

use crate::http;

/// All tags of a file.
pub fn tags(path: &Path) -> Vec<Tag> {
    let mut reader = FileReader::new();
    reader.push(&std::fs::read(path).unwrap());
    std::iter::from_fn(|| reader.next_tag().unwrap()).collect()
}

/// What a video tag of the original specification with H.264 is (Adobe FLV v10.1 annex E.4.3.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VideoTag {
    /// AVCDecoderConfigurationRecord.
    SequenceHeader,
    /// A picture where decoding can start.
    Key,
    /// Another picture.
    Picture,
    /// Anything else.
    Other,
}

/// Looks at a video tag's body.
pub fn video_tag(body: &Bytes) -> VideoTag {
    match (body.first(), body.get(1)) {
        (Some(0x17), Some(0)) => VideoTag::SequenceHeader,
        (Some(0x17), Some(1)) => VideoTag::Key,
        (Some(0x27), Some(1)) => VideoTag::Picture,
        _ => VideoTag::Other,
    }
}

/// A viewer of FLV over HTTP.
#[derive(Debug)]
pub struct FlvViewer {
    socket: TcpStream,
    reader: FileReader,
    ready: VecDeque<Tag>,
    ended: bool,
}

impl FlvViewer {
    /// Asks for `target` and expects to be served.
    pub fn open(address: SocketAddr, target: &str) -> Self {
        let mut socket = http::connect(address);
        socket.write_all(format!("GET {target} HTTP/1.1\r\nHost: {address}\r\n\r\n").as_bytes()).unwrap();
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") {
            assert_eq!(
                socket.read(&mut byte).unwrap(),
                1,
                "closed within the head: {}",
                String::from_utf8_lossy(&head)
            );
            head.push(byte[0]);
        }
        let text = String::from_utf8_lossy(&head);
        assert!(text.starts_with("HTTP/1.1 200 "), "{target}: {text}");
        Self { socket, reader: FileReader::new(), ready: VecDeque::new(), ended: false }
    }

    /// The next tag; `None` when nothing comes in time or the stream has ended.
    pub fn next(&mut self, patience: Duration) -> Option<Tag> {
        let deadline = Instant::now() + patience;
        let mut buffer = vec![0; 64 << 10];
        loop {
            if let Some(tag) = self.ready.pop_front() {
                return Some(tag);
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || self.ended {
                return None;
            }
            self.socket.set_read_timeout(Some(left)).unwrap();
            match self.socket.read(&mut buffer) {
                Ok(count) => {
                    self.ended = count == 0;
                    self.reader.push(&buffer[..count]);
                    while let Some(tag) = self.reader.next_tag().unwrap() {
                        self.ready.push_back(tag);
                    }
                }
                Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => {
                }
                Err(_) => self.ended = true,
            }
        }
    }

    /// The next video tag of one kind.
    pub fn next_video(&mut self, wanted: VideoTag, patience: Duration) -> Option<Tag> {
        let deadline = Instant::now() + patience;
        loop {
            let tag = self.next(deadline.saturating_duration_since(Instant::now()))?;
            if tag.kind == TagKind::Video && video_tag(&tag.body) == wanted {
                return Some(tag);
            }
        }
    }

    /// Pictures that arrive within a time.
    pub fn pictures(&mut self, time: Duration) -> Vec<Tag> {
        let deadline = Instant::now() + time;
        let mut pictures = Vec::new();
        while let Some(tag) = self.next(deadline.saturating_duration_since(Instant::now())) {
            if tag.kind == TagKind::Video && matches!(video_tag(&tag.body), VideoTag::Key | VideoTag::Picture) {
                pictures.push(tag);
            }
        }
        pictures
    }

    /// Whether the server has closed the connection.
    pub const fn has_ended(&self) -> bool {
        self.ended
    }

    /// Waits for the server to close.
    pub fn await_end(&mut self, patience: Duration) -> bool {
        let deadline = Instant::now() + patience;
        while !self.ended && Instant::now() < deadline {
            self.next(deadline.saturating_duration_since(Instant::now()));
        }
        self.ended
    }
}
