//! Frames to chunks that every viewer of a stream shares.

use bytes::BytesMut;
use container::amf0;
use container::flv::{BodyWriter, MuxOptions, TagKind};
use media::{Frame, Refusal, TrackConfig};
use std::sync::Arc;

use crate::CHUNK_SIZE;
use crate::chunk::{MessageHeader, write_message};

/// The message stream that every viewer of ours plays.
pub(crate) const PLAY_STREAM_ID: u32 = 1;

/// For whom chunks are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PlayOptions {
    /// How tag bodies are written.
    pub bodies: MuxOptions,
    /// Message stream: 1 for viewers, what the server answered for a relay.
    pub stream_id: u32,
    /// Whether `onMetaData` stands behind `@setDataFrame`, as a server wants it from a publisher.
    pub publish: bool,
}

impl PlayOptions {
    /// For the viewers of our own sessions.
    pub const fn viewers(bodies: MuxOptions) -> Self {
        Self { bodies, stream_id: PLAY_STREAM_ID, publish: false }
    }

    /// For a server that we publish to; `stream_id` comes from [`crate::ClientSession::stream_id`].
    pub const fn relay(bodies: MuxOptions, stream_id: u32) -> Self {
        Self { bodies, stream_id, publish: true }
    }
}

/// Writes RTMP messages in chunks of [`CHUNK_SIZE`] with absolute time stamps. A reader may begin with any
/// frame after the header.
#[derive(Debug)]
pub struct PlayMuxer {
    options: PlayOptions,
    bodies: BodyWriter,
}

impl PlayMuxer {
    /// Without tracks.
    pub fn new(options: PlayOptions) -> Self {
        Self { options, bodies: BodyWriter::new(options.bodies) }
    }

    fn header(&self, kind: TagKind, timestamp_ms: u32) -> MessageHeader {
        let chunk_stream = match kind {
            TagKind::Audio => 4,
            TagKind::Script => 5,
            TagKind::Video => 6,
        };
        MessageHeader { chunk_stream, timestamp_ms, kind: kind.id(), stream_id: self.options.stream_id }
    }
}

impl media::Muxer for PlayMuxer {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        self.bodies.set_tracks(tracks)
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        let mut command = BytesMut::new();
        if self.options.publish {
            amf0::write_str(&mut command, "@setDataFrame");
        }
        for (kind, body) in self.bodies.header_bodies() {
            let command = if kind == TagKind::Script { &command[..] } else { &[] };
            write_message(out, &self.header(kind, 0), CHUNK_SIZE, &[command, body]);
        }
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        let Some(prefix) = self.bodies.prefix(frame) else {
            return;
        };
        if let Some((kind, body)) = self.bodies.take_announcement(frame) {
            write_message(out, &self.header(kind, prefix.timestamp_ms), CHUNK_SIZE, &[&body]);
        }
        let header = self.header(prefix.kind, prefix.timestamp_ms);
        write_message(out, &header, CHUNK_SIZE, &[prefix.as_slice(), &frame.payload]);
    }
}
