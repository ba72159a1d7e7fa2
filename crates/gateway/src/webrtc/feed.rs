//! RTP packets of a rendition, cut once for all peers of a thread.
//!
//! A peer has its own sequence numbers, payload types and keys; all else of a packet is shared.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use hub::{Chunk, Phase, Rendition, RenditionKey, Stream};
use media::{Muxer, Timestamp, TrackId};
use rtp::datagrams::runs;
use rtp::{InterleavedMuxer, InterleavedTrack, Packet};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::shard::Shard;

/// An RTP packet with its fixed header: with the peer's extensions, the keys' tag and the headers of IPv6 and UDP it stays
/// below the 1,280 bytes that every network carries (RFC 8200 §5).
const PACKET_BYTES: usize = 1150;

/// The tracks that peers get, by lane.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Selection {
    tracks: Vec<TrackId>,
}

impl Selection {
    pub(super) const fn new(tracks: Vec<TrackId>) -> Self {
        Self { tracks }
    }

    /// The rendition that serves it.
    pub(super) fn rendition(&self, stream: &Arc<Stream>) -> Option<Arc<Rendition>> {
        let names: Vec<String> = self.tracks.iter().map(|track| track.0.to_string()).collect();
        let key = RenditionKey(format!("webrtc:{}", names.join(",")).into());
        let unix_us_at_zero = stream.unix_us_at_zero();
        stream.rendition(key, || self.muxer(unix_us_at_zero))
    }

    fn muxer(&self, unix_us_at_zero: i64) -> Box<dyn Muxer> {
        let lanes = self.tracks.iter().zip((0..=u8::MAX).step_by(2));
        // Numbers and sources are the engine's, for each peer.
        let tracks: Vec<InterleavedTrack> = lanes
            .map(|(track, channel)| InterleavedTrack {
                track: *track,
                channel,
                ssrc: 0,
                first_sequence: 0,
                timestamp_offset: 0,
            })
            .collect();
        let muxer = InterleavedMuxer::new(&tracks, unix_us_at_zero, "viaduct");
        Box::new(muxer.with_max_packet_bytes(PACKET_BYTES).as_datagrams())
    }
}

/// One packet without what each peer has of its own.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    pub(super) marker: bool,
    pub(super) timestamp: u32,
    pub(super) payload: Arc<[u8]>,
}

/// The packets of one frame.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) position: u64,
    /// A peer can start here.
    pub(super) joinable: bool,
    pub(super) dts: Timestamp,
    /// Tracks that it was made of.
    pub(super) generation: u64,
    /// Which of the selection's tracks.
    pub(super) lane: usize,
    pub(super) bytes: usize,
    pub(super) pieces: Vec<Piece>,
}

/// A rendition's packets on one thread.
pub(super) struct Feed {
    rendition: Arc<Rendition>,
    state: RefCell<State>,
    /// Told of everything new, and of kicks.
    news: Notify,
    task: Cell<Option<AbortHandle>>,
}

#[derive(Default)]
struct State {
    units: VecDeque<Rc<Unit>>,
    scratch: Vec<Chunk>,
    next: u64,
    join: Option<u64>,
    over: bool,
}

/// The feeds of one thread.
#[derive(Default)]
pub(crate) struct Feeds {
    by_rendition: RefCell<HashMap<(usize, RenditionKey), Weak<Feed>>>,
}

impl Feeds {
    /// The thread's feed of a rendition.
    pub(super) fn of(&self, shard: &Rc<Shard>, rendition: &Arc<Rendition>) -> Rc<Feed> {
        let key = (Arc::as_ptr(rendition.stream()) as usize, rendition.key().clone());
        let mut feeds = self.by_rendition.borrow_mut();
        feeds.retain(|_, feed| feed.strong_count() > 0);
        let running = feeds.get(&key).and_then(Weak::upgrade);
        if let Some(feed) = running.filter(|feed| Arc::ptr_eq(&feed.rendition, rendition)) {
            return feed;
        }
        let feed = Rc::new(Feed {
            rendition: Arc::clone(rendition),
            state: RefCell::default(),
            news: Notify::new(),
            task: Cell::new(None),
        });
        feed.fetch();
        let follow = follow(Rc::downgrade(&feed), rendition.stream());
        feed.task.set(Some(shard.spawn_local(follow).abort_handle()));
        feeds.insert(key, Rc::downgrade(&feed));
        feed
    }
}

/// Fetches what the stream has until it is over or nobody reads any more.
fn follow(feed: Weak<Feed>, stream: &Arc<Stream>) -> impl Future<Output = ()> + 'static {
    let wakeup = stream.subscribe_wakeups();
    async move {
        loop {
            poll_fn(|cx| wakeup.poll_rung(cx)).await;
            let Some(feed) = feed.upgrade() else { return };
            feed.fetch();
            feed.news.notify_waiters();
            if feed.is_over() {
                return;
            }
        }
    }
}

impl Feed {
    pub(super) fn stream(&self) -> &Arc<Stream> {
        self.rendition.stream()
    }

    /// Whether the stream had ended when it last rang: viewers ask for each frame, and take no lock for it.
    pub(super) fn is_over(&self) -> bool {
        self.state.borrow().over
    }

    /// Where a peer begins that wants a picture at once, and the position after the newest unit.
    pub(super) fn bounds(&self) -> (Option<u64>, u64) {
        let state = self.state.borrow();
        (state.join, state.next)
    }

    /// The unit at `position` or the first one that is left after it.
    pub(super) fn at(&self, position: u64) -> Option<Rc<Unit>> {
        let state = self.state.borrow();
        let first = state.units.front()?.position;
        let skip = usize::try_from(position.saturating_sub(first)).ok()?;
        state.units.get(skip).cloned()
    }

    /// Bytes from `position` on.
    pub(super) fn bytes_from(&self, position: u64) -> usize {
        let state = self.state.borrow();
        state.units.iter().rev().take_while(|unit| unit.position >= position).map(|unit| unit.bytes).sum()
    }

    /// Units of a lane from `position` on, and the time stamp of the newest one.
    pub(super) fn rest_of_lane(&self, position: u64, lane: usize) -> (u32, Option<u32>) {
        let state = self.state.borrow();
        let mine = state.units.iter().filter(|unit| unit.position >= position && unit.lane == lane);
        let stamps = mine.filter_map(|unit| unit.pieces.first()).map(|piece| piece.timestamp);
        stamps.fold((0, None), |(count, _), stamp| (count + 1, Some(stamp)))
    }

    /// Waits for something after `position`, or for a reason to look around.
    ///
    /// # Cancel safety
    /// Safe: it takes nothing.
    pub(super) async fn news(&self, position: u64) {
        let notified = self.news.notified();
        tokio::pin!(notified);
        // Enabled first, so that nothing that comes between the look and the wait is missed.
        notified.as_mut().enable();
        if self.state.borrow().next <= position {
            notified.await;
        }
    }

    fn fetch(&self) {
        let mut state = self.state.borrow_mut();
        let State { units, scratch, next, join, over } = &mut *state;
        *over = self.stream().phase() == Phase::Closed;
        let outcome = self.rendition.read(*next, scratch);
        units.extend(scratch.drain(..).map(|chunk| Rc::new(cut(&chunk))));
        while units.front().is_some_and(|unit| unit.position < outcome.start) {
            units.pop_front();
        }
        *next = outcome.end;
        *join = outcome.join.filter(|join| *join >= outcome.start);
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

/// The packets of a chunk. A frame is of one track; the reports between are for those that have no engine.
fn cut(chunk: &Chunk) -> Unit {
    let (mut lane, mut pieces) = (0, Vec::new());
    for run in runs(&chunk.body).filter(|run| run.channel.is_multiple_of(2)) {
        lane = usize::from(run.channel / 2);
        for bytes in run.packets.chunks(usize::from(run.segment)) {
            if let Ok(packet) = Packet::parse(&chunk.body.slice_ref(bytes)) {
                let Packet { marker, timestamp, payload, .. } = packet;
                pieces.push(Piece { marker, timestamp, payload: Arc::from(&payload[..]) });
            }
        }
    }
    Unit {
        position: chunk.position,
        joinable: chunk.header.is_some(),
        dts: chunk.dts,
        generation: chunk.generation,
        lane,
        bytes: chunk.body.len(),
        pieces,
    }
}
