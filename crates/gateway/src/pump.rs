//! One pump per stream, rendition and shard: it walks its viewers and writes to each what is due.
//!
//! A write happens when a picture arrives, at most once per merge window; sound rides along with the next
//! picture, or goes by itself after three windows. Viewers whose socket is full are tried again when it
//! drains; nobody else waits for them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant, SystemTime};

use hub::{Chunk, Phase, Rendition, Wakeup};
use tokio::time::Sleep;

use crate::viewer::{End, PACE, Viewer};

/// Sound without pictures waits this many windows at most.
const QUIET_WINDOWS: u32 = 3;
/// How long viewers get to take the last bytes of a stream that ended.
const FAREWELL: Duration = Duration::from_secs(5);
/// How often silent viewers are looked for.
const SILENCE_CHECK: Duration = Duration::from_secs(1);

/// The door of a pump, for sessions on the same thread.
pub(crate) struct PumpDoor {
    inbox: RefCell<Vec<(Rc<Viewer>, Start)>>,
    /// Rung by the stream's publisher and by viewers.
    pub(crate) wakeup: Arc<Wakeup>,
    /// What the pump writes.
    pub(crate) rendition: Arc<Rendition>,
}

/// Where a viewer begins (`start=` in URLs).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Start {
    /// At the cached GOP, at once.
    #[default]
    Key,
    /// At the next key frame that arrives.
    Next,
}

impl PumpDoor {
    pub(crate) fn new(rendition: Arc<Rendition>) -> Self {
        Self { inbox: RefCell::default(), wakeup: rendition.stream().subscribe_wakeups(), rendition }
    }

    pub(crate) fn enter(&self, viewer: Rc<Viewer>, start: Start) {
        self.inbox.borrow_mut().push((viewer, start));
        self.wakeup.ring();
    }
}

/// The pump itself: a future that is done when its last viewer is.
pub(crate) struct Pump {
    door: Rc<PumpDoor>,
    window: Duration,
    chunks: VecDeque<Chunk>,
    scratch: Vec<Chunk>,
    next: u64,
    join: Option<u64>,
    viewers: Vec<Rc<Viewer>>,
    last_flush: Instant,
    /// When viewers whose burst was over are served again.
    pace_due: Option<Instant>,
    silence_checked: Instant,
    /// Something waits for the next flush; urgent when it is a picture.
    waiting: Option<Urgency>,
    timer: Pin<Box<Sleep>>,
    farewell: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Urgency {
    Quiet,
    Urgent,
}

impl Pump {
    pub(crate) fn new(door: Rc<PumpDoor>, window: Duration) -> Self {
        let now = Instant::now();
        Self {
            door,
            window,
            chunks: VecDeque::new(),
            scratch: Vec::new(),
            next: 0,
            join: None,
            viewers: Vec::new(),
            last_flush: now.checked_sub(Duration::from_secs(1)).unwrap_or(now),
            pace_due: None,
            silence_checked: now,
            waiting: None,
            timer: Box::pin(tokio::time::sleep(Duration::ZERO)),
            farewell: None,
        }
    }

    /// Takes over the chunks that are new since the last time.
    fn fetch(&mut self) {
        let outcome = self.door.rendition.read(self.next, &mut self.scratch);
        for chunk in &self.scratch {
            let urgency = if chunk.urgent { Urgency::Urgent } else { Urgency::Quiet };
            self.waiting = self.waiting.max(Some(urgency));
        }
        self.chunks.extend(self.scratch.drain(..));
        while self.chunks.front().is_some_and(|chunk| chunk.position < outcome.start) {
            self.chunks.pop_front();
        }
        self.next = outcome.end;
        self.join = outcome.join.filter(|join| *join >= outcome.start);
    }

    fn admit(&mut self, cx: &mut Context<'_>) {
        let arrived = std::mem::take(&mut *self.door.inbox.borrow_mut());
        if arrived.is_empty() {
            return;
        }
        self.fetch();
        if self.join.is_none() {
            self.door.rendition.stream().request_key_frame(Instant::now());
        }
        for (viewer, start) in arrived {
            viewer.start(self.join.filter(|_| start == Start::Key), self.next);
            viewer.send(cx, &self.chunks, self.join);
            self.viewers.push(viewer);
        }
    }

    fn flush(&mut self, cx: &mut Context<'_>, now: Instant) {
        for viewer in self.viewers.iter().filter(|viewer| !viewer.is_blocked()) {
            viewer.send(cx, &self.chunks, self.join);
        }
        self.last_flush = now;
        self.waiting = None;
    }

    /// Goes on with viewers whose burst was over.
    fn serve_paced(&mut self, cx: &mut Context<'_>, now: Instant) {
        if self.pace_due.is_some_and(|due| now >= due) {
            for viewer in self.viewers.iter().filter(|viewer| viewer.is_paced() && !viewer.is_blocked()) {
                viewer.send(cx, &self.chunks, self.join);
            }
            self.pace_due = None;
        }
        if self.pace_due.is_none() && self.viewers.iter().any(|viewer| viewer.is_paced()) {
            self.pace_due = Some(now + PACE);
        }
    }

    fn retry_blocked(&self, cx: &mut Context<'_>) {
        for viewer in self.viewers.iter().filter(|viewer| viewer.is_blocked()) {
            viewer.send(cx, &self.chunks, self.join);
        }
    }

    /// Sends replies; ends viewers that are gone, kicked, expired or stalled, or that said goodbye; lets go of those
    /// that watch something else from now on.
    fn sweep(&mut self, cx: &mut Context<'_>, now: Instant) {
        let wall = SystemTime::now();
        let look = now.saturating_duration_since(self.silence_checked) >= SILENCE_CHECK;
        if look {
            self.silence_checked = now;
        }
        for viewer in &self.viewers {
            if viewer.is_over(wall) && !viewer.is_closed() {
                viewer.say_goodbye(End::Kicked);
                viewer.send(cx, &self.chunks, self.join);
                viewer.close();
            } else if viewer.has_stalled(now) || look && viewer.has_expired(now) {
                viewer.close();
            } else if viewer.has_replies() && !viewer.is_blocked() && !viewer.is_closed() {
                viewer.send(cx, &self.chunks, self.join);
            }
            // The answer to a goodbye goes out before the connection closes.
            if viewer.is_leaving() && !viewer.is_blocked() {
                viewer.close();
            }
        }
        self.viewers.retain(|viewer| !viewer.is_closed() && !viewer.depart());
    }

    /// Says goodbye once, then waits a little for slow viewers.
    fn wind_down(&mut self, cx: &mut Context<'_>, now: Instant) -> bool {
        if self.door.rendition.stream().phase() != Phase::Closed {
            return false;
        }
        if self.farewell.is_none() {
            self.farewell = Some(now + FAREWELL);
            for viewer in &self.viewers {
                viewer.say_goodbye(End::StreamClosed);
            }
            self.flush(cx, now);
        }
        for viewer in self.viewers.iter().filter(|viewer| !viewer.is_blocked()) {
            viewer.close();
        }
        let late = self.farewell.is_some_and(|end| now >= end);
        if late {
            self.viewers.iter().for_each(|viewer| viewer.close());
        }
        self.viewers.retain(|viewer| !viewer.is_closed());
        true
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.viewers.iter().for_each(|viewer| viewer.close());
    }
}

impl Future for Pump {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let rung = self.door.wakeup.poll_rung(cx).is_ready();
            let now = Instant::now();
            if rung {
                self.admit(cx);
                self.fetch();
                self.sweep(cx, now);
            }
            let ending = self.wind_down(cx, now);
            let mut next_wake = ending.then_some(self.farewell).flatten();
            if let Some(urgency) = self.waiting {
                let windows = if urgency == Urgency::Urgent { 1 } else { QUIET_WINDOWS };
                let due = self.last_flush + self.window * windows;
                if now >= due {
                    self.flush(cx, now);
                } else {
                    next_wake = Some(next_wake.map_or(due, |other| other.min(due)));
                }
            }
            self.retry_blocked(cx);
            self.serve_paced(cx, now);
            if let Some(due) = self.pace_due {
                next_wake = Some(next_wake.map_or(due, |other| other.min(due)));
            }
            if self.viewers.is_empty() && self.door.inbox.borrow().is_empty() && (rung || ending) {
                return Poll::Ready(());
            }
            if let Some(at) = next_wake {
                self.timer.as_mut().reset(at.into());
                if self.timer.as_mut().poll(cx).is_ready() {
                    continue;
                }
            }
            if !rung {
                return Poll::Pending;
            }
        }
    }
}
