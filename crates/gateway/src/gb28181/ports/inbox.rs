//! What the shared port has for one session.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use rtp::framing::{Framed, TcpFraming};
use tokio::sync::Notify;

use super::tally::Tally;

/// Datagrams that wait for a session; over it the newest are dropped.
const MAX_DATAGRAMS: usize = 2048;
/// Bytes of them: half a second of 32 Mbit/s.
const MAX_BYTES: usize = 2 << 20;
/// Connections that wait for a session; over it the oldest is dropped.
const MAX_CONNECTIONS: usize = 2;

/// A connection whose first packets told the session.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) from: SocketAddr,
    /// Of no runtime, so that the session's can have it.
    pub(crate) stream: std::net::TcpStream,
    pub(crate) framing: TcpFraming,
    /// What was cut from it already.
    pub(crate) first: Vec<Framed>,
}

/// What arrived.
#[derive(Debug, Default)]
pub(crate) struct Arrived {
    pub(crate) datagrams: VecDeque<(SocketAddr, Bytes)>,
    pub(crate) connections: VecDeque<Connection>,
}

impl Arrived {
    pub(crate) fn is_empty(&self) -> bool {
        self.datagrams.is_empty() && self.connections.is_empty()
    }
}

#[derive(Debug, Default)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    bell: Notify,
}

#[derive(Debug, Default)]
struct State {
    arrived: Arrived,
    bytes: usize,
    tally: Tally,
}

impl Inbox {
    /// Copies a datagram in, unless the queue is full.
    pub(super) fn put(&self, from: SocketAddr, datagram: &[u8]) {
        let mut state = self.lock();
        if state.arrived.datagrams.len() >= MAX_DATAGRAMS || state.bytes + datagram.len() > MAX_BYTES {
            state.tally.overflow += 1;
            return;
        }
        state.bytes += datagram.len();
        state.arrived.datagrams.push_back((from, Bytes::copy_from_slice(datagram)));
        drop(state);
        self.bell.notify_one();
    }

    pub(super) fn connect(&self, connection: Connection) {
        let mut state = self.lock();
        state.arrived.connections.truncate(MAX_CONNECTIONS - 1);
        state.arrived.connections.push_front(connection);
        drop(state);
        self.bell.notify_one();
    }

    pub(super) fn note(&self, note: impl FnOnce(&mut Tally)) {
        note(&mut self.lock().tally);
    }

    /// What was dropped before it got here.
    pub(crate) fn tally(&self) -> Tally {
        self.lock().tally
    }

    /// Waits until something is there and takes all of it into `taken`, which must be empty: its memory is used for
    /// what comes next. The newest connection stands first.
    ///
    /// # Cancel safety
    /// Safe: nothing is taken until it returns.
    pub(crate) async fn take(&self, taken: &mut Arrived) {
        loop {
            self.swap(taken);
            if !taken.is_empty() {
                return;
            }
            self.bell.notified().await;
        }
    }

    fn swap(&self, taken: &mut Arrived) {
        debug_assert!(taken.is_empty(), "what was taken is read before more is");
        let mut state = self.lock();
        state.bytes = 0;
        std::mem::swap(&mut state.arrived, taken);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
