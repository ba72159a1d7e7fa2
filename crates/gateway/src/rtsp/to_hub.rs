//! From RTP to the hub.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use hub::{Leg, Publisher, Stream};
use rtsp::{Ingest, IngestEvent};

use crate::metrics::Metrics;

/// Losses are summed up over this time: a step per lost packet would push all others out of the list.
const LOSS_SUMMARY: Duration = Duration::from_secs(10);

/// Passes on what an ingest has; `false` when the publisher was replaced.
pub(crate) fn drain(
    ingest: &mut Ingest,
    publisher: &mut Publisher,
    losses: &mut Losses,
    metrics: &Metrics,
    now: Instant,
) -> bool {
    let mut wanted = true;
    while let Some(event) = ingest.poll_event() {
        match event {
            IngestEvent::Tracks(tracks) => {
                publisher.expect_tracks(tracks.len());
                tracks.into_iter().for_each(|track| publisher.configure(track));
            }
            IngestEvent::Unit(unit) => wanted &= publisher.push(unit, now),
            IngestEvent::Loss { packets, .. } => {
                metrics.rtp_packets_lost.fetch_add(u64::from(packets), Ordering::Relaxed);
                losses.add(packets);
            }
            IngestEvent::Dropped { reason, .. } => {
                publisher.stream().step(Leg::Codec, false, format!("A unit was left out: {reason:?}."));
            }
            _ => {}
        }
    }
    wanted
}

/// Packets that went missing since the last step about them.
#[derive(Debug, Default)]
pub(crate) struct Losses {
    packets: u64,
    reported: Option<Instant>,
}

impl Losses {
    /// The sentence about them when it is due.
    pub(crate) fn sentence(&mut self, now: Instant) -> Option<String> {
        let due = self.reported.is_none_or(|at| now.saturating_duration_since(at) >= LOSS_SUMMARY);
        if self.packets == 0 || !due {
            return None;
        }
        self.reported = Some(now);
        Some(format!("{} packets are missing.", std::mem::take(&mut self.packets)))
    }

    /// Counts packets.
    pub(crate) const fn add(&mut self, packets: u32) {
        self.packets += packets as u64;
    }

    /// Takes a step about them when it is due.
    pub(crate) fn report(&mut self, stream: &Stream, now: Instant) {
        if let Some(text) = self.sentence(now) {
            stream.step(Leg::Media, false, text);
        }
    }
}
