//! One muxed form of a stream, written once and read by many.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use media::{MediaKind, Muxer, Refusal, Timestamp, TrackId};

use crate::ring::{RingFrame, tail};
use crate::stream::Stream;

/// Bytes that the muxer's buffer grows by.
const BLOCK: usize = 64 << 10;

/// Names a rendition within its stream; the gateway chooses it ("flv", "ws-fmp4", "rtsp:0,2").
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RenditionKey(pub Arc<str>);

/// One frame in muxed form.
#[derive(Clone, Debug)]
pub struct Chunk {
    /// Position within the rendition, counted from its first chunk.
    pub position: u64,
    /// What a reader that starts here needs first; `None` where none can.
    pub header: Option<Bytes>,
    /// The frame's bytes; may be empty when only the header matters.
    pub body: Bytes,
    /// Decoding time of the frame.
    pub dts: Timestamp,
    /// Tracks that it was made of ([`crate::Tracks::generation`]).
    pub generation: u64,
    /// Worth sending at once: a picture, or sound of a stream without pictures.
    pub urgent: bool,
}

/// A ring of chunks that lives while it has readers.
pub struct Rendition {
    stream: Arc<Stream>,
    key: RenditionKey,
    state: Mutex<State>,
}

impl fmt::Debug for Rendition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rendition").field("stream", self.stream.key()).field("key", &self.key).finish()
    }
}

struct State {
    muxer: Box<dyn Muxer>,
    /// Next frame of the stream's ring.
    from: u64,
    generation: Option<u64>,
    join_track: Option<TrackId>,
    header: Bytes,
    refusals: Vec<Refusal>,
    carries_any: bool,
    chunks: VecDeque<Chunk>,
    next: u64,
    bytes: usize,
    joins: VecDeque<u64>,
    buffer: BytesMut,
    frames: Vec<RingFrame>,
}

/// What a read found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOutcome {
    /// Position after the newest chunk.
    pub end: u64,
    /// Chunks before this are gone.
    pub start: u64,
    /// Where a new reader begins, if it can at once.
    pub join: Option<u64>,
}

impl Rendition {
    pub(crate) fn new(stream: Arc<Stream>, key: RenditionKey, muxer: Box<dyn Muxer>, from: u64) -> Self {
        Self {
            stream,
            key,
            state: Mutex::new(State {
                muxer,
                from,
                generation: None,
                join_track: None,
                header: Bytes::new(),
                refusals: Vec::new(),
                carries_any: true,
                chunks: VecDeque::new(),
                next: 0,
                bytes: 0,
                joins: VecDeque::new(),
                buffer: BytesMut::new(),
                frames: Vec::new(),
            }),
        }
    }

    /// The stream that it is a form of.
    pub const fn stream(&self) -> &Arc<Stream> {
        &self.stream
    }

    /// Its name.
    pub const fn key(&self) -> &RenditionKey {
        &self.key
    }

    /// Muxes what is new and appends the chunks from `position` on to `out`.
    pub fn read(&self, position: u64, out: &mut Vec<Chunk>) -> ReadOutcome {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.advance(&mut state);
        let start = state.chunks.front().map_or(state.next, |chunk| chunk.position);
        let skip = usize::try_from(position.saturating_sub(start)).unwrap_or(usize::MAX);
        out.extend(state.chunks.iter().skip(skip).cloned());
        ReadOutcome { end: state.next, start, join: state.joins.back().copied() }
    }

    /// The first chunks that a reader who joins now gets, at most `limit`.
    pub fn peek_join(&self, limit: usize) -> Vec<Bytes> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.advance(&mut state);
        let Some(join) = state.joins.back().copied() else { return Vec::new() };
        let chunks = state.chunks.iter().skip_while(|chunk| chunk.position < join);
        chunks.take(limit).map(|chunk| chunk.body.clone()).collect()
    }

    /// Tracks that this container cannot carry, as of the newest chunk, and whether any is carried.
    pub fn refusals(&self) -> (Vec<Refusal>, bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        self.advance(&mut state);
        if state.generation.is_none() {
            let tracks = self.stream.tracks();
            state.take_tracks(tracks.generation, &tracks);
        }
        (state.refusals.clone(), state.carries_any)
    }

    fn advance(&self, state: &mut State) {
        let mut frames = std::mem::take(&mut state.frames);
        (state.from, _) = self.stream.read_frames(state.from, &mut frames);
        for entry in frames.drain(..) {
            state.mux(&entry);
        }
        state.frames = frames;
        state.enforce_cap(self.stream.options().gop_cap_bytes.saturating_mul(2));
    }
}

impl State {
    fn take_tracks(&mut self, generation: u64, tracks: &crate::Tracks) {
        self.refusals = self.muxer.set_tracks(&tracks.list);
        self.carries_any = self.refusals.len() < tracks.list.len();
        self.muxer.write_header(&mut self.buffer);
        self.header = self.buffer.split().freeze();
        self.generation = Some(generation);
        self.join_track = tracks.join_track();
    }

    fn mux(&mut self, entry: &RingFrame) {
        if self.generation != Some(entry.tracks.generation) {
            self.take_tracks(entry.tracks.generation, &entry.tracks);
        }
        if self.buffer.capacity() < entry.frame.payload.len() + 256 {
            self.buffer.reserve(BLOCK.max(entry.frame.payload.len() + 1024));
        }
        self.muxer.write_frame(&entry.frame, &mut self.buffer);
        let body = self.buffer.split().freeze();
        if body.is_empty() {
            return;
        }
        // A refused video track must not keep readers of the sound from joining.
        let sound_alone = self.join_track.is_none_or(|track| self.refuses(track));
        let joinable = entry.joinable || sound_alone;
        let urgent = sound_alone
            || self.join_track == Some(entry.frame.track)
            || entry.tracks.list.iter().all(|track| track.kind() != MediaKind::Video);
        let position = self.next;
        self.next += 1;
        self.bytes += body.len();
        let header = joinable.then(|| self.header.clone());
        let generation = entry.tracks.generation;
        self.chunks.push_back(Chunk { position, header, body, dts: entry.frame.dts, generation, urgent });
        if joinable {
            self.start_gop(position, entry.frame.dts, tail(sound_alone));
        }
    }

    fn refuses(&self, track: TrackId) -> bool {
        self.refusals.iter().any(|refusal| refusal.track == track)
    }

    /// Keeps the GOP before the present one for readers that lag, and a little more where every frame is a start.
    fn start_gop(&mut self, position: u64, newest: Timestamp, tail: Duration) {
        self.joins.push_back(position);
        let before = self.joins.len().checked_sub(2).and_then(|index| self.joins.get(index));
        let oldest = before.copied().unwrap_or(position);
        while self
            .chunks
            .front()
            .is_some_and(|chunk| chunk.position < oldest && newest.saturating_since(chunk.dts) > tail)
        {
            self.pop();
        }
    }

    fn enforce_cap(&mut self, cap: usize) {
        while self.bytes > cap && self.chunks.len() > 1 {
            self.pop();
        }
    }

    fn pop(&mut self) {
        let Some(chunk) = self.chunks.pop_front() else {
            return;
        };
        self.bytes -= chunk.body.len();
        while self.joins.front().is_some_and(|join| *join <= chunk.position) {
            self.joins.pop_front();
        }
    }
}
