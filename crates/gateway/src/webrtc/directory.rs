//! Which peer a datagram is for: by ICE user name until its address is known, then by address.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::mpsc;

/// What waits for a peer's task: half a second of 16 Mbit/s. When full, what arrives is lost, as on the way.
const INBOX: usize = 1024;
/// Sessions whose end is remembered, so that their peers can ask why.
const REMEMBERED: usize = 1024;

/// What a peer's task gets.
#[derive(Debug)]
pub(super) enum Arrival {
    /// A datagram, or a frame of a connection.
    Datagram(Datagram),
    /// A TCP connection that answers may be sent by.
    Connection {
        /// The other end.
        from: SocketAddr,
        /// Takes whole frames.
        out: mpsc::Sender<Bytes>,
    },
    /// The peer asked for the end.
    Close,
}

/// Something that a peer sent.
#[derive(Debug)]
pub(super) struct Datagram {
    pub(super) from: SocketAddr,
    /// The address of ours that it was sent to, where the system tells.
    pub(super) local: Option<IpAddr>,
    pub(super) by_tcp: bool,
    pub(super) at: Instant,
    pub(super) bytes: Bytes,
}

/// Names a path to a peer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Path {
    pub(super) by_tcp: bool,
    pub(super) address: SocketAddr,
}

/// Why a session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    /// Stable identifier.
    pub(super) code: &'static str,
    /// A sentence.
    pub(super) text: String,
}

/// All peers of the server.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    inner: Arc<Mutex<Inner>>,
}

#[derive(Debug, Default)]
struct Inner {
    by_ufrag: HashMap<Box<str>, mpsc::Sender<Arrival>>,
    by_path: HashMap<Path, mpsc::Sender<Arrival>>,
    by_id: HashMap<Box<str>, mpsc::Sender<Arrival>>,
    ended: VecDeque<(Box<str>, Ended)>,
}

/// A peer's entry; removed when dropped.
#[derive(Debug)]
pub(super) struct Entry {
    inner: Arc<Mutex<Inner>>,
    id: Box<str>,
    ufrag: Box<str>,
    paths: Vec<Path>,
    sender: mpsc::Sender<Arrival>,
    ended: Option<Ended>,
}

/// What is known of a session by its identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Known {
    Running,
    Ended(Ended),
    Unknown,
}

fn lock(inner: &Mutex<Inner>) -> MutexGuard<'_, Inner> {
    inner.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Directory {
    /// Enters a peer. `id` names its session to itself alone: whoever knows it may end it.
    pub(super) fn enter(&self, id: &str, ufrag: &str) -> (Entry, mpsc::Receiver<Arrival>) {
        let (sender, inbox) = mpsc::channel(INBOX);
        let (id, ufrag): (Box<str>, Box<str>) = (id.into(), ufrag.into());
        let mut inner = lock(&self.inner);
        inner.by_id.insert(id.clone(), sender.clone());
        inner.by_ufrag.insert(ufrag.clone(), sender.clone());
        drop(inner);
        let entry = Entry { inner: Arc::clone(&self.inner), id, ufrag, paths: Vec::new(), sender, ended: None };
        (entry, inbox)
    }

    /// Whose datagram it is. A STUN request (RFC 8445 §7.3) names its peer; anything else is known by where it comes from.
    pub(super) fn find(&self, path: Path, bytes: &[u8]) -> Option<mpsc::Sender<Arrival>> {
        let ufrag = local_ufrag(bytes);
        let inner = lock(&self.inner);
        match ufrag {
            Some(ufrag) => inner.by_ufrag.get(&*ufrag).cloned(),
            None => inner.by_path.get(&path).cloned(),
        }
    }

    /// Whether a datagram from nowhere names a peer, for fuzzing.
    pub(crate) fn is_known(&self, bytes: &[u8]) -> bool {
        self.find(Path { by_tcp: false, address: SocketAddr::from(([192, 0, 2, 1], 1)) }, bytes).is_some()
    }

    /// Asks a session to end; `false` when there is none of that name.
    pub(super) fn close(&self, id: &str) -> bool {
        let sender = lock(&self.inner).by_id.get(id).cloned();
        // An inbox that is full belongs to a peer that is busy; it is asked again.
        sender.is_some_and(|sender| sender.try_send(Arrival::Close).is_ok())
    }

    /// What is known of a session.
    pub(super) fn state(&self, id: &str) -> Known {
        let inner = lock(&self.inner);
        if inner.by_id.contains_key(id) {
            return Known::Running;
        }
        let ended = inner.ended.iter().find(|(known, _)| **known == *id);
        ended.map_or(Known::Unknown, |(_, ended)| Known::Ended(ended.clone()))
    }

    /// Peers at present.
    pub(crate) fn count(&self) -> usize {
        lock(&self.inner).by_id.len()
    }
}

impl Entry {
    /// From now on what comes by this path is for this peer. A path that is another's stays so.
    pub(super) fn claim(&mut self, path: Path) {
        let mut inner = lock(&self.inner);
        if let std::collections::hash_map::Entry::Vacant(free) = inner.by_path.entry(path) {
            free.insert(self.sender.clone());
            self.paths.push(path);
        }
    }

    /// A path is used no more.
    pub(super) fn release(&mut self, path: Path) {
        if let Some(at) = self.paths.iter().position(|known| *known == path) {
            self.paths.swap_remove(at);
            lock(&self.inner).by_path.remove(&path);
        }
    }

    /// Says why the session is over; the first reason counts.
    pub(super) fn end(&mut self, code: &'static str, text: impl Into<String>) {
        self.ended.get_or_insert_with(|| Ended { code, text: text.into() });
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut inner = lock(&self.inner);
        inner.by_id.remove(&self.id);
        inner.by_ufrag.remove(&self.ufrag);
        for path in &self.paths {
            inner.by_path.remove(path);
        }
        if let Some(ended) = self.ended.take() {
            inner.ended.push_back((std::mem::take(&mut self.id), ended));
            if inner.ended.len() > REMEMBERED {
                inner.ended.pop_front();
            }
        }
    }
}

/// The part of a binding request's user name that is ours (RFC 8445 §7.2.2).
fn local_ufrag(bytes: &[u8]) -> Option<String> {
    // The first two bits of STUN are zero (RFC 8489 §5); RTP, RTCP and DTLS begin otherwise.
    if bytes.first().is_none_or(|first| *first > 3) {
        return None;
    }
    let message = str0m::ice::StunMessage::parse(bytes).ok()?;
    let (local, _) = message.split_username()?;
    Some(local.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(port: u16) -> Path {
        Path { by_tcp: false, address: SocketAddr::from(([192, 0, 2, 1], port)) }
    }

    #[test]
    fn a_path_belongs_to_one_peer_until_it_leaves() {
        let directory = Directory::default();
        let (mut first, _inbox) = directory.enter("a", "ua");
        let (mut second, _inbox) = directory.enter("b", "ub");
        first.claim(path(1));
        second.claim(path(1));
        assert!(directory.find(path(1), &[0x80, 0]).unwrap().same_channel(&first.sender));
        drop(second);
        assert!(directory.find(path(1), &[0x80, 0]).is_some(), "another peer's leaving takes no path along");
        first.release(path(1));
        assert!(directory.find(path(1), &[0x80, 0]).is_none());
    }

    #[test]
    fn the_end_of_a_session_is_remembered_and_strangers_are_unknown() {
        let directory = Directory::default();
        let (mut entry, _inbox) = directory.enter("a", "ua");
        assert_eq!(directory.state("a"), Known::Running);
        entry.end("kicked", "An administrator ended this view.");
        entry.end("gone", "The peer is gone.");
        drop(entry);
        assert!(matches!(directory.state("a"), Known::Ended(Ended { code: "kicked", .. })));
        assert_eq!(directory.state("b"), Known::Unknown);
        assert!(!directory.close("a"));
        assert_eq!(directory.count(), 0);
    }

    #[test]
    fn the_memory_of_ended_sessions_has_an_end() {
        let directory = Directory::default();
        for number in 0..REMEMBERED + 10 {
            directory.enter(&number.to_string(), &number.to_string()).0.end("gone", "");
        }
        assert_eq!(lock(&directory.inner).ended.len(), REMEMBERED);
        assert_eq!(directory.state("0"), Known::Unknown);
    }

    #[test]
    fn bytes_that_are_no_stun_name_nobody() {
        for bytes in [&[][..], &[0], &[0, 1], &[0x80; 40], &[22; 40], &[0; 40]] {
            assert_eq!(local_ufrag(bytes), None);
        }
    }
}
