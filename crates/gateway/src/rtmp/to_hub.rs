//! From RTMP tags to the hub.

use std::time::Instant;

use bytes::Bytes;
use container::flv::{Metadata, TagDemuxer, TagEvent, TagKind};
use hub::{Leg, Publisher};

/// Feeds a publisher from tags.
#[derive(Debug)]
pub(crate) struct TagFeed {
    demuxer: TagDemuxer,
    events: Vec<TagEvent>,
}

impl TagFeed {
    pub(crate) const fn new() -> Self {
        Self { demuxer: TagDemuxer::new(), events: Vec::new() }
    }

    /// Takes one tag; `false` when the publisher was replaced.
    pub(crate) fn push(
        &mut self,
        publisher: &mut Publisher,
        now: Instant,
        kind: TagKind,
        timestamp_ms: i64,
        body: Bytes,
    ) -> bool {
        self.demuxer.handle_tag(kind, timestamp_ms, body, &mut self.events);
        let mut wanted = true;
        for event in self.events.drain(..) {
            match event {
                TagEvent::Config(track) => publisher.configure(track),
                TagEvent::Unit(unit) => wanted &= publisher.push(unit, now),
                TagEvent::Metadata(metadata) => expect_tracks(publisher, &metadata),
                TagEvent::End(_) => {}
                TagEvent::Ignored(reason) => {
                    publisher.stream().step(Leg::Codec, false, format!("A tag was left out: {reason:?}."));
                }
            }
        }
        wanted
    }
}

/// `onMetaData` names a codec for each track that will come.
fn expect_tracks(publisher: &mut Publisher, metadata: &Metadata) {
    let named =
        ["videocodecid", "audiocodecid"].into_iter().filter(|name| metadata.properties.get(name).is_some()).count();
    if named > 0 {
        publisher.expect_tracks(named);
    }
}
