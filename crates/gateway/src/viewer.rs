//! One viewer of a rendition: a position, the bytes that must go out before it moves on, and its socket.

mod route;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::io::{self, IoSlice};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use bytes::{Buf, Bytes, BytesMut};
use hub::{Chunk, Rendition, Session};
use tokio::task::AbortHandle;

use crate::pump::{PumpDoor, Start};
use crate::shard::Shard;
use crate::transport::Transport;
use route::Progress;
pub(crate) use route::{DatagramRoute, PACE};

/// A viewer that takes nothing for this long is cut.
pub(crate) const STALL_LIMIT: Duration = Duration::from_secs(30);
/// Slices in one vectored write; the rest follows in the next.
const MAX_SLICES: usize = 64;
/// Replies that may wait for a viewer who does not read; over it the viewer is cut.
const MAX_CONTROL_BYTES: usize = 64 << 10;
/// Why a viewer's stream is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The stream ended.
    StreamClosed,
    /// Kicked, or the grant ran out.
    Kicked,
}

/// What a viewer's own bytes led to.
#[derive(Debug, Default)]
pub(crate) struct ControlOutput {
    /// To be sent at the next chunk boundary.
    pub(crate) bytes: BytesMut,
    /// The viewer wants no media until further notice, or wants it again from the newest key frame.
    pub(crate) pause: Option<bool>,
    /// The viewer is done.
    pub(crate) close: bool,
}

/// The protocol's say on a viewer's connection.
pub(crate) trait ViewerControl {
    /// Takes bytes from the viewer.
    fn on_input(&mut self, now: Instant, bytes: &[u8], out: &mut ControlOutput);

    /// Looked at about once a second: whether the viewer has been silent for too long.
    fn has_expired(&mut self, _now: Instant) -> bool {
        false
    }

    /// The protocol's last words.
    fn on_end(&mut self, _end: End, _out: &mut BytesMut) {}
}

/// How a viewer is reached.
pub(crate) enum MediaPath {
    /// Media and replies share the connection.
    Connection(Transport),
    /// The connection carries replies alone.
    Datagrams(Transport, DatagramRoute),
}

impl From<Transport> for MediaPath {
    fn from(transport: Transport) -> Self {
        Self::Connection(transport)
    }
}

/// A viewer; owned by its pump, shared with the task that reads from it. Both live on one thread.
pub(crate) struct Viewer {
    transport: RefCell<Transport>,
    /// Media leaves here instead of by the connection.
    route: Option<RefCell<DatagramRoute>>,
    control: RefCell<Box<dyn ViewerControl>>,
    out: RefCell<Out>,
    session: RefCell<Arc<Session>>,
    /// Of the pump that owns it.
    door: RefCell<Rc<PumpDoor>>,
    /// What it watches from the next chunk on.
    move_to: RefCell<Option<Move>>,
    closed: Cell<bool>,
    /// Said goodbye: gets what is pending, then is closed.
    leaving: Cell<bool>,
    paused: Cell<bool>,
    blocked: Cell<bool>,
    /// Has more to send as soon as its pace permits.
    paced: Cell<bool>,
    reader: RefCell<Option<AbortHandle>>,
}

/// Another rendition for a viewer, on the same connection.
pub(crate) struct Move {
    pub(crate) shard: Rc<Shard>,
    pub(crate) rendition: Arc<Rendition>,
    pub(crate) session: Arc<Session>,
    /// Stands between what was watched and what is watched then.
    pub(crate) announcement: Bytes,
}

struct Out {
    /// Bytes that go first: the rest of a chunk, replies.
    pending: VecDeque<Bytes>,
    place: Place,
    progress: Instant,
    /// Encrypted bytes wait in the TLS layer.
    drain: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Waits for a chunk at or after the position where a reader can start.
    Waiting(u64),
    /// The next chunk; the flag says that it comes with its header.
    At(u64, bool),
}

impl Viewer {
    pub(crate) fn new(
        media: MediaPath,
        control: Box<dyn ViewerControl>,
        session: Arc<Session>,
        door: Rc<PumpDoor>,
        first: Bytes,
    ) -> Self {
        let (transport, route) = match media {
            MediaPath::Connection(transport) => (transport, None),
            MediaPath::Datagrams(transport, route) => (transport, Some(RefCell::new(route))),
        };
        let pending = if first.is_empty() { VecDeque::new() } else { VecDeque::from([first]) };
        Self {
            transport: RefCell::new(transport),
            route,
            control: RefCell::new(control),
            out: RefCell::new(Out { pending, place: Place::Waiting(0), progress: Instant::now(), drain: false }),
            session: RefCell::new(session),
            door: RefCell::new(door),
            move_to: RefCell::default(),
            closed: Cell::new(false),
            leaving: Cell::new(false),
            paused: Cell::new(false),
            blocked: Cell::new(false),
            paced: Cell::new(false),
            reader: RefCell::new(None),
        }
    }

    /// Names the task that reads, so that it ends with the viewer.
    pub(crate) fn set_reader(&self, reader: AbortHandle) {
        *self.reader.borrow_mut() = Some(reader);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.get()
    }

    pub(crate) fn is_blocked(&self) -> bool {
        self.blocked.get()
    }

    /// Whether more is to leave after [`PACE`].
    pub(crate) fn is_paced(&self) -> bool {
        self.paced.get()
    }

    /// Whether the protocol gives up on the viewer.
    pub(crate) fn has_expired(&self, now: Instant) -> bool {
        self.control.borrow_mut().has_expired(now)
    }

    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.get()
    }

    /// Whether replies wait that no chunk is needed for.
    pub(crate) fn has_replies(&self) -> bool {
        !self.out.borrow().pending.is_empty()
    }

    /// Whether its session was ended by others, or its permission has run out.
    pub(crate) fn is_over(&self, now: SystemTime) -> bool {
        self.session.borrow().is_over(now)
    }

    /// What it watches at present.
    pub(crate) fn rendition(&self) -> Arc<Rendition> {
        Arc::clone(&self.door.borrow().rendition)
    }

    /// Sends something of the protocol's at the next chunk boundary.
    pub(crate) fn tell(&self, bytes: Bytes) {
        self.out.borrow_mut().pending.push_back(bytes);
        self.ring();
    }

    /// Has it watch something else from the next chunk boundary on; a later wish replaces an earlier one.
    pub(crate) fn go_over(&self, to: Move) {
        *self.move_to.borrow_mut() = Some(to);
        self.ring();
    }

    /// Leaves for another pump, if that is wished: its present one then forgets it.
    pub(crate) fn depart(self: &Rc<Self>) -> bool {
        let Some(to) = self.move_to.take().filter(|_| !self.closed.get() && !self.leaving.get()) else { return false };
        let door = to.shard.pump(&to.rendition);
        self.session.replace(to.session);
        self.door.replace(Rc::clone(&door));
        self.out.borrow_mut().pending.push_back(to.announcement);
        door.enter(Rc::clone(self), Start::Key);
        true
    }

    /// Has its pump look at it.
    fn ring(&self) {
        self.door.borrow().wakeup.ring();
    }

    /// Ends the viewer: the pump forgets it and the reading task stops, which closes the socket.
    pub(crate) fn close(&self) {
        self.closed.set(true);
        if let Some(reader) = self.reader.borrow_mut().take() {
            reader.abort();
        }
    }

    /// Puts the viewer at the cached GOP, or has it wait for the next start.
    pub(crate) fn start(&self, join: Option<u64>, end: u64) {
        self.out.borrow_mut().place = join.map_or(Place::Waiting(end), |position| Place::At(position, true));
    }

    /// Queues the protocol's last words.
    pub(crate) fn say_goodbye(&self, end: End) {
        let mut bytes = BytesMut::new();
        self.control.borrow_mut().on_end(end, &mut bytes);
        if !bytes.is_empty() {
            self.out.borrow_mut().pending.push_back(bytes.freeze());
        }
    }

    pub(crate) fn has_stalled(&self, now: Instant) -> bool {
        self.blocked.get() && now.saturating_duration_since(self.out.borrow().progress) >= STALL_LIMIT
    }

    /// Writes what is due until all is written or the socket takes no more.
    pub(crate) fn send(&self, cx: &mut Context<'_>, chunks: &VecDeque<Chunk>, join: Option<u64>) {
        let mut out = self.out.borrow_mut();
        let mut transport = self.transport.borrow_mut();
        let mut sent = 0;
        // What leaves by datagrams does not leave by the connection.
        let silent = self.paused.get() || self.route.is_some();
        let result = loop {
            if !self.paused.get() {
                self.settle(&mut out, chunks, join);
            }
            match out.write(&mut transport, cx, chunks, silent) {
                Poll::Ready(Ok(0)) => break out.finish_drain(&mut transport, cx),
                Poll::Ready(Ok(count)) => sent += count,
                Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                Poll::Pending => break Poll::Pending,
            }
        };
        if let (Some(route), false) = (&self.route, self.paused.get()) {
            let progress = out.send_datagrams(&mut route.borrow_mut(), chunks, &mut sent);
            self.paced.set(progress == Progress::Paced);
        } else {
            self.paced.set(false);
        }
        match result {
            Poll::Ready(Ok(())) => self.blocked.set(false),
            Poll::Ready(Err(_)) => self.closed.set(true),
            Poll::Pending => self.blocked.set(true),
        }
        if sent > 0 {
            out.progress = Instant::now();
        }
        self.session.borrow().sent(sent as u64, out.lag_ms(chunks));
    }

    /// Finds a start for a viewer that waits, and a new one for a viewer that fell off the ring.
    fn settle(&self, out: &mut Out, chunks: &VecDeque<Chunk>, join: Option<u64>) {
        let Some(first) = chunks.front() else { return };
        match out.place {
            Place::At(position, _) if position < first.position => {
                self.session.borrow().skipped();
                out.place = join.map_or(Place::Waiting(first.position), |join| Place::At(join, true));
            }
            Place::At(..) => {}
            Place::Waiting(from) => {
                if let Some(chunk) = chunks.iter().find(|chunk| chunk.position >= from && chunk.header.is_some()) {
                    out.place = Place::At(chunk.position, true);
                }
            }
        }
    }

    /// Reads from the viewer until it goes away. Runs as a task of its own beside the pump.
    pub(crate) async fn read(self: Rc<Self>) {
        poll_fn(|cx| self.poll_input(cx)).await;
        if self.leaving.get() {
            self.paused.set(true);
        } else {
            self.closed.set(true);
        }
        self.ring();
    }

    fn poll_input(&self, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let polled = self.transport.borrow_mut().poll_read_with(cx, Bytes::copy_from_slice);
            match polled {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(Err(_)) => return Poll::Ready(()),
                Poll::Ready(Ok(bytes)) if self.take_input(&bytes) => return Poll::Ready(()),
                Poll::Ready(Ok(_)) => {}
            }
        }
    }

    /// `true` when the viewer is done.
    fn take_input(&self, bytes: &[u8]) -> bool {
        let mut output = ControlOutput::default();
        self.control.borrow_mut().on_input(Instant::now(), bytes, &mut output);
        if let Some(paused) = output.pause {
            self.paused.set(paused);
            if !paused {
                // After a pause only the newest key frame makes sense: position 0 is long gone.
                self.out.borrow_mut().place = Place::At(0, true);
            }
        }
        let mut too_much = false;
        if !output.bytes.is_empty() {
            let mut out = self.out.borrow_mut();
            out.pending.push_back(output.bytes.freeze());
            too_much = out.pending.iter().map(Bytes::len).sum::<usize>() > MAX_CONTROL_BYTES + (1 << 20);
        }
        self.ring();
        self.leaving.set(output.close && !too_much);
        output.close || too_much
    }
}

impl Out {
    /// One vectored write; `Ok(0)` when nothing is due.
    fn write(
        &mut self,
        transport: &mut Transport,
        cx: &mut Context<'_>,
        chunks: &VecDeque<Chunk>,
        paused: bool,
    ) -> Poll<io::Result<usize>> {
        let mut gather = Gather { slices: [IoSlice::new(&[]); MAX_SLICES], count: 0 };
        let mut room = self.pending.iter().all(|bytes| gather.put(bytes));
        if !paused && let Place::At(position, with_header) = self.place {
            for chunk in chunks_from(chunks, position) {
                if !room {
                    break;
                }
                let header = chunk.header.as_ref().filter(|_| with_header && chunk.position == position);
                room = header.is_none_or(|header| gather.put(header)) && gather.put(&chunk.body);
            }
        }
        if gather.count == 0 {
            return Poll::Ready(Ok(0));
        }
        let result = transport.poll_send(cx, &gather.slices[..gather.count]);
        if let Poll::Ready(Ok(written)) = &result {
            self.advance(*written, chunks);
            self.drain = !matches!(transport, Transport::Plain(_));
            if *written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
        }
        result
    }

    /// Moves on by `written` bytes; the rest of a chunk that was cut short becomes pending.
    fn advance(&mut self, mut written: usize, chunks: &VecDeque<Chunk>) {
        while written > 0
            && let Some(first) = self.pending.front_mut()
        {
            let step = written.min(first.len());
            first.advance(step);
            written -= step;
            if first.is_empty() {
                self.pending.pop_front();
            }
        }
        let Place::At(mut position, mut with_header) = self.place else { return };
        for chunk in chunks_from(chunks, position) {
            if written == 0 {
                break;
            }
            let header = chunk.header.as_ref().filter(|_| with_header);
            for part in header.into_iter().chain([&chunk.body]) {
                let step = written.min(part.len());
                written -= step;
                if step < part.len() {
                    self.pending.push_back(part.slice(step..));
                }
            }
            position = chunk.position + 1;
            with_header = false;
        }
        self.place = Place::At(position, with_header);
    }

    fn send_datagrams(&mut self, route: &mut DatagramRoute, chunks: &VecDeque<Chunk>, sent: &mut usize) -> Progress {
        let Place::At(mut position, with_header) = self.place else { return Progress::Done };
        let progress = route.send(chunks_from(chunks, position), &mut position, sent);
        self.place = Place::At(position, with_header);
        progress
    }

    fn finish_drain(&mut self, transport: &mut Transport, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.drain {
            return Poll::Ready(Ok(()));
        }
        let result = transport.poll_drain(cx);
        self.drain = result.is_pending();
        result
    }

    fn lag_ms(&self, chunks: &VecDeque<Chunk>) -> u32 {
        let Place::At(position, _) = self.place else { return 0 };
        let (Some(next), Some(newest)) = (chunks_from(chunks, position).next(), chunks.back()) else { return 0 };
        u32::try_from(newest.dts.saturating_since(next.dts).as_millis()).unwrap_or(u32::MAX)
    }
}

/// Slices of one vectored write.
struct Gather<'a> {
    slices: [IoSlice<'a>; MAX_SLICES],
    count: usize,
}

impl<'a> Gather<'a> {
    /// `false` when the array is full.
    fn put(&mut self, bytes: &'a Bytes) -> bool {
        if self.count < MAX_SLICES && !bytes.is_empty() {
            self.slices[self.count] = IoSlice::new(bytes);
            self.count += 1;
        }
        self.count < MAX_SLICES
    }
}

fn chunks_from(chunks: &VecDeque<Chunk>, position: u64) -> impl Iterator<Item = &Chunk> + Clone {
    let start = chunks.front().map_or(0, |chunk| chunk.position);
    let skip = usize::try_from(position.saturating_sub(start)).unwrap_or(usize::MAX);
    chunks.range(skip.min(chunks.len())..)
}
