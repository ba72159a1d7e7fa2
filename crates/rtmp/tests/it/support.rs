//! What the tests share.

use bytes::{Bytes, BytesMut};
use container::flv::{FileReader, Tag, TagDemuxer, TagEvent};
use media::{Frame, TrackConfig};
use rtmp::chunk::{MessageHeader, write_message};
use rtmp::{ClientEvent, ClientSession, Error, Output, ServerEvent, ServerSession};
use std::sync::Arc;
use std::time::Instant;

/// Tags of a golden file of the container crate.
pub(crate) fn golden_tags(name: &str) -> Vec<Tag> {
    let path = format!("{}/../container/tests/golden/{name}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = FileReader::new();
    reader.push(&std::fs::read(path).unwrap());
    std::iter::from_fn(|| reader.next_tag().unwrap()).collect()
}

/// One tag as a publisher sends it.
pub(crate) fn message_bytes(tag: &Tag, stream_id: u32) -> BytesMut {
    let mut out = BytesMut::new();
    let header = MessageHeader {
        chunk_stream: 6,
        timestamp_ms: u32::try_from(tag.timestamp_ms).unwrap(),
        kind: tag.kind.id(),
        stream_id,
    };
    write_message(&mut out, &header, rtmp::CHUNK_SIZE, &[&tag.body]);
    out
}

/// Tracks and frames as the hub would share them.
pub(crate) fn frames(tags: Vec<Tag>) -> (Vec<Arc<TrackConfig>>, Vec<Frame>) {
    let (mut tracks, mut frames) = (Vec::new(), Vec::new());
    let mut demuxer = TagDemuxer::new();
    let mut events = Vec::new();
    for tag in tags {
        demuxer.handle_tag(tag.kind, tag.timestamp_ms, tag.body, &mut events);
    }
    for event in events {
        match event {
            TagEvent::Config(config) => tracks.push(Arc::new(config)),
            TagEvent::Unit(unit) => frames.push(Frame {
                track: unit.track,
                source_ts: unit.pts,
                dts: unit.dts.unwrap().to_timestamp(),
                pts: unit.pts.to_timestamp(),
                arrival: Instant::now(),
                capture_utc: None,
                key: unit.key,
                config_version: 1,
                payload: unit.payload,
            }),
            _ => {}
        }
    }
    (tracks, frames)
}

/// Two sessions joined by a wire that cuts everything into pieces of `step` bytes.
pub(crate) struct Pair {
    pub(crate) now: Instant,
    pub(crate) server: ServerSession,
    pub(crate) client: ClientSession,
    pub(crate) server_events: Vec<ServerEvent>,
    pub(crate) client_events: Vec<ClientEvent>,
    step: usize,
}

impl Pair {
    pub(crate) fn new(server: ServerSession, client: ClientSession, now: Instant, step: usize) -> Self {
        Self { now, server, client, server_events: Vec::new(), client_events: Vec::new(), step }
    }

    /// Carries bytes until both sides are quiet; requests are answered by `answer`.
    pub(crate) fn run(
        &mut self,
        mut answer: impl FnMut(&mut ServerSession, &ServerEvent) -> Result<(), Error>,
    ) -> Result<(), Error> {
        loop {
            let mut quiet = true;
            while let Some(output) = self.server.poll_output() {
                quiet = false;
                match output {
                    Output::Transmit(bytes) => self.feed_client(&bytes)?,
                    Output::Event(event) => {
                        answer(&mut self.server, &event)?;
                        self.server_events.push(event);
                    }
                }
            }
            while let Some(output) = self.client.poll_output() {
                quiet = false;
                match output {
                    Output::Transmit(bytes) => self.feed_server(&bytes)?,
                    Output::Event(event) => self.client_events.push(event),
                }
            }
            if quiet {
                return Ok(());
            }
        }
    }

    pub(crate) fn feed_server(&mut self, bytes: &Bytes) -> Result<(), Error> {
        bytes.chunks(self.step).try_for_each(|piece| self.server.handle_input(self.now, piece))
    }

    pub(crate) fn feed_client(&mut self, bytes: &[u8]) -> Result<(), Error> {
        bytes.chunks(self.step).try_for_each(|piece| self.client.handle_input(self.now, piece))
    }
}
