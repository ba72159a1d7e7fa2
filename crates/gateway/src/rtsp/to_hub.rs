//! From RTP to the hub.

use std::time::Instant;

use hub::{Leg, Publisher};
use rtsp::{Ingest, IngestEvent};

/// Passes on what an ingest has; `false` when the publisher was replaced.
pub(super) fn drain(ingest: &mut Ingest, publisher: &mut Publisher, now: Instant) -> bool {
    let mut wanted = true;
    while let Some(event) = ingest.poll_event() {
        match event {
            IngestEvent::Tracks(tracks) => {
                publisher.expect_tracks(tracks.len());
                tracks.into_iter().for_each(|track| publisher.configure(track));
            }
            IngestEvent::Unit(unit) => wanted &= publisher.push(unit, now),
            IngestEvent::Loss { packets, .. } => {
                publisher.stream().step(Leg::Media, false, format!("{packets} packets are missing."));
            }
            IngestEvent::Dropped { reason, .. } => {
                publisher.stream().step(Leg::Codec, false, format!("A unit was left out: {reason:?}."));
            }
            _ => {}
        }
    }
    wanted
}
