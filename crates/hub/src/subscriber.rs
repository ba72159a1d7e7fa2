//! Reading frames by position: for recorders, analysis, relays.

use std::future::poll_fn;
use std::sync::Arc;
use std::time::Instant;

use media::{Frame, TrackConfig};

use crate::ring::RingFrame;
use crate::stream::{Phase, Stream};
use crate::{Tracks, Wakeup};

/// A frame with the tracks in force, as a subscriber gets it.
#[derive(Clone, Debug)]
pub struct Received {
    /// The frame.
    pub frame: Arc<Frame>,
    /// All tracks as of this frame.
    pub tracks: Arc<Tracks>,
    /// Frames before this one were lost to this reader; decoding restarts here.
    pub skipped: bool,
}

impl Received {
    /// The configuration of the frame's track.
    pub fn track(&self) -> Option<&Arc<TrackConfig>> {
        self.tracks.list.iter().find(|track| track.id == self.frame.track)
    }
}

/// A reader of frames. It is a position: it holds nothing back and loses only what the ring loses.
#[derive(Debug)]
pub struct Subscriber {
    reader: Reader,
    /// Takes over at its first key frame.
    next: Option<Reader>,
    skips: u64,
}

#[derive(Debug)]
struct Reader {
    stream: Arc<Stream>,
    wakeup: Arc<Wakeup>,
    position: u64,
    pending: std::collections::VecDeque<RingFrame>,
    waits_for_start: bool,
    skipped: bool,
}

impl Reader {
    fn new(stream: Arc<Stream>, cached: bool) -> Self {
        let wakeup = stream.subscribe_wakeups();
        let position = stream.join_position(cached);
        Self { stream, wakeup, position, pending: Default::default(), waits_for_start: true, skipped: false }
    }

    /// Fetches what is new; drops frames until the first one where decoding can start.
    fn fetch(&mut self) -> bool {
        let mut frames = Vec::new();
        let (position, fell_off) = self.stream.read_frames(self.position, &mut frames);
        self.position = position;
        if fell_off {
            self.waits_for_start = true;
            self.skipped = true;
        }
        for entry in frames {
            if self.waits_for_start && !entry.joinable {
                continue;
            }
            self.waits_for_start = false;
            self.pending.push_back(entry);
        }
        fell_off
    }
}

impl Subscriber {
    /// Reads `stream` from the cached GOP (`cached`) or from the next key frame.
    pub fn new(stream: Arc<Stream>, cached: bool) -> Self {
        Self { reader: Reader::new(stream, cached), next: None, skips: 0 }
    }

    /// Reads `stream` from the oldest key frame that it still has: for those who want all of a recording that has begun
    /// to come.
    pub fn from_oldest(stream: Arc<Stream>) -> Self {
        let position = stream.oldest_position();
        let reader = Reader { position, ..Reader::new(stream, true) };
        Self { reader, next: None, skips: 0 }
    }

    /// The stream that frames come from at present.
    pub const fn stream(&self) -> &Arc<Stream> {
        &self.reader.stream
    }

    /// How often it fell off the ring.
    pub const fn skips(&self) -> u64 {
        self.skips
    }

    /// Changes to another stream (a rendition of the same picture) at that one's next key frame; frames of the
    /// present one go on until then. Asks the other's publisher for a key frame.
    pub fn switch(&mut self, stream: Arc<Stream>) {
        stream.request_key_frame(Instant::now());
        self.next = Some(Reader::new(stream, false));
    }

    /// The next frame, or `None` when the stream has ended.
    ///
    /// # Cancel safety
    /// Safe: a frame that was not returned is returned by the next call.
    pub async fn next(&mut self) -> Option<Received> {
        loop {
            if let Some(received) = self.try_next() {
                return Some(received);
            }
            if self.reader.stream.phase() == Phase::Closed && self.next.is_none() {
                return None;
            }
            let (current, next) = (&self.reader.wakeup, self.next.as_ref().map(|next| &next.wakeup));
            poll_fn(|cx| {
                let rung = current.poll_rung(cx).is_ready();
                let other = next.is_some_and(|wakeup| wakeup.poll_rung(cx).is_ready());
                if rung || other { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            })
            .await;
        }
    }

    /// The next frame, if there is one.
    pub fn try_next(&mut self) -> Option<Received> {
        if let Some(next) = &mut self.next {
            next.fetch();
            if !next.pending.is_empty() || self.reader.stream.phase() == Phase::Closed {
                self.reader = self.next.take().expect("looked at above");
            }
        }
        if self.reader.pending.is_empty() && self.reader.fetch() {
            self.skips += 1;
        }
        let entry = self.reader.pending.pop_front()?;
        let skipped = std::mem::take(&mut self.reader.skipped);
        Some(Received { frame: entry.frame, tracks: entry.tracks, skipped })
    }
}
