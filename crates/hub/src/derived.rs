//! Streams that are made of another one: the same pictures with another sound, say.

use std::sync::Arc;
use std::time::SystemTime;

use base::ErrorKind;
use media::{Frame, TrackConfig};
use tokio::sync::broadcast;

use crate::publisher::{FeedbackSlot, PublisherAddress, SILENT_AFTER};
use crate::stream::{Phase, PublisherState, Records, Stream};

/// Feeds a stream that no name leads to: it is in no list, makes no events, and is what [`Derived::stream`] is handed to.
/// Viewers have their sessions with the stream that it is made of, which so stays as long as they do.
///
/// Frames are shared with that stream, times and all; nothing is repaired or interleaved again. Dropping it ends the
/// stream.
#[derive(Debug)]
pub struct Derived {
    stream: Arc<Stream>,
    incarnation: u64,
    feedback: Arc<FeedbackSlot>,
}

impl Derived {
    /// Begins one with the name and the behaviour of `source`; `kind` says what is done to it.
    pub fn of(source: &Stream, kind: &'static str) -> Self {
        let (options, nobody) = (source.options().clone(), broadcast::Sender::new(1));
        let stream = Arc::new(Stream::new(source.key().clone(), options, nobody, Records::default()));
        let address = PublisherAddress { protocol: kind, peer: source.key().to_string(), socket: None };
        let publisher = PublisherState { address, since: SystemTime::now(), on_demand: false, stands_in: false };
        let feedback = Arc::<FeedbackSlot>::default();
        let attached = stream.attach(publisher, Arc::clone(&feedback), SILENT_AFTER);
        let (incarnation, _) = attached.expect("nobody else publishes a stream that has no name");
        Self { stream, incarnation, feedback }
    }

    /// What it feeds.
    pub const fn stream(&self) -> &Arc<Stream> {
        &self.stream
    }

    /// What its readers ask for.
    pub const fn feedback(&self) -> &Arc<FeedbackSlot> {
        &self.feedback
    }

    /// Passes frames on, which must be of `tracks`. The first call makes the stream live, with frames or without.
    pub fn push(&self, tracks: &[Arc<TrackConfig>], frames: impl IntoIterator<Item = Arc<Frame>>) {
        self.stream.append(self.incarnation, tracks, frames.into_iter());
    }

    /// Says why the stream does not become live to those who wait for it.
    pub fn fail(&self, kind: ErrorKind, text: impl Into<String>) {
        self.stream.report_failure(kind, text);
    }
}

impl Drop for Derived {
    fn drop(&mut self) {
        // Whoever waits may look only now, and is to learn why it never became live.
        if !matches!(self.stream.phase(), Phase::Failed { .. }) {
            self.stream.close();
        }
    }
}
