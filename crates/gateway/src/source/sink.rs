//! From a pull into the hub.

use std::sync::Arc;
use std::time::Instant;

use futures_util::FutureExt;
use hub::publisher::{FeedbackSlot, StopReason};
use hub::{Feedback, Hub, Leg, PublishRequest, Publisher, PublisherAddress};
use media::{AccessUnit, TrackConfig};
use tokio::sync::{Notify, OwnedSemaphorePermit};

use super::by_name::ByName;
use super::{Source, SourceState};
use crate::context::Gateway;
use crate::pull::{PullFailure, PullSink, PullUrl, Wish};

/// How a pull ended that did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The stream wanted no more.
    Stopped,
    /// Its timetable closed it.
    Closed,
    /// A file that is played once is over.
    Played,
    /// The other side sends no more, or the source was removed.
    Over,
}

/// Publishes what a pull delivers.
pub(super) struct PublishingSink<'a> {
    source: &'a Source,
    url: &'a PullUrl,
    gateway: &'a Gateway,
    bells: &'a ByName<Notify>,
    publisher: Option<Publisher>,
    feedback: Option<Arc<FeedbackSlot>>,
    /// Held until media flows: a host is not stormed by all its cameras at once.
    permit: Option<OwnedSemaphorePermit>,
    stopped: Option<StopReason>,
}

impl<'a> PublishingSink<'a> {
    pub(super) const fn new(
        source: &'a Source,
        url: &'a PullUrl,
        gateway: &'a Gateway,
        bells: &'a ByName<Notify>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> Self {
        Self { source, url, gateway, bells, publisher: None, feedback: None, permit, stopped: None }
    }

    fn hub(&self) -> &Hub {
        &self.gateway.hub
    }

    fn publish(&mut self) -> Result<&mut Publisher, PullFailure> {
        if self.publisher.is_none() {
            let spec = &self.source.spec;
            let protocol = self.url.spoken().publisher();
            let request = PublishRequest {
                key: spec.key.clone(),
                address: PublisherAddress { protocol, peer: self.url.to_string(), socket: None },
                on_demand: !spec.always,
                stands_in: false,
            };
            let publisher = self.hub().publish(request).map_err(|error| PullFailure {
                leg: Leg::Publish,
                kind: error.kind(),
                text: error.to_string(),
                next_step: "Give the source another stream name, or stop the other publisher.".to_owned(),
            })?;
            self.feedback = Some(publisher.feedback());
            self.publisher = Some(publisher);
            self.permit = None;
            if let Some(bell) = self.bells.find(&self.url.server()) {
                bell.notify_waiters();
            }
            let mut status = self.source.lock();
            status.state = SourceState::Live;
            status.failures = 0;
            status.last_failure = None;
        }
        Ok(self.publisher.as_mut().expect("made above"))
    }

    /// What it means that the pull ended without a failure.
    pub(super) fn end(&self) -> End {
        match self.stopped {
            Some(_) => End::Stopped,
            None if self.url.plays_once() => End::Played,
            None => End::Over,
        }
    }

    /// Ends the stream, or keeps its viewers for what comes: the source again, or a slate.
    pub(super) fn finish(self, outcome: &Result<End, PullFailure>, has_slate: bool) {
        // Whoever has asked until now was answered by what ends here.
        let _answered = self.source.wanted.notified().now_or_never();
        let Some(publisher) = self.publisher else { return };
        let (text, keep_viewers) = match (self.stopped, outcome) {
            (Some(reason), _) => (format!("The source was stopped: {reason:?}."), false),
            (None, Err(failure)) => (format!("The source failed: {failure}."), true),
            (None, Ok(End::Closed)) => {
                let outside = self.source.gate.outside().unwrap_or_else(|| "outside its schedule".to_owned());
                (format!("The source is {outside}."), has_slate)
            }
            (None, Ok(End::Played)) => ("The file was played to its end.".to_owned(), has_slate),
            (None, Ok(End::Stopped | End::Over)) => ("The source ended.".to_owned(), true),
        };
        publisher.finish(text, keep_viewers);
    }
}

impl PullSink for PublishingSink<'_> {
    fn step(&mut self, leg: Leg, ok: bool, text: &str) {
        if let Some(stream) = self.hub().find(&self.source.spec.key) {
            stream.step(leg, ok, text);
        }
    }

    fn tracks(&mut self, tracks: Vec<TrackConfig>) -> Result<(), PullFailure> {
        let publisher = self.publish()?;
        if tracks.len() > 1 {
            publisher.expect_tracks(tracks.len());
        }
        tracks.into_iter().for_each(|track| publisher.configure(track));
        Ok(())
    }

    fn unit(&mut self, unit: AccessUnit, now: Instant) {
        if let Some(publisher) = &mut self.publisher
            && !publisher.push(unit, now)
        {
            self.stopped = Some(StopReason::Replaced);
        }
    }

    fn received(&mut self, bytes: usize) {
        self.gateway.metrics.received_bytes.fetch_add(bytes as u64, std::sync::atomic::Ordering::Relaxed);
    }

    fn lost(&mut self, packets: u64) {
        self.gateway.metrics.rtp_packets_lost.fetch_add(packets, std::sync::atomic::Ordering::Relaxed);
    }

    fn wish(&mut self) -> Option<Wish> {
        if self.stopped.is_some() {
            return Some(Wish::Stop);
        }
        match self.feedback.as_ref()?.take()? {
            Feedback::KeyFrame => Some(Wish::KeyFrame),
            Feedback::Stop(reason) => {
                self.stopped = Some(reason);
                Some(Wish::Stop)
            }
        }
    }
}
