//! One peer: the engine and the paths to it.

use std::cell::Cell;
use std::collections::VecDeque;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};
use std::rc::Rc;
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use str0m::error::RtcError;
use str0m::net::{DatagramRecv, Protocol, Receive, Transmit};
use str0m::{Event, Input, Output, Rtc};
use tokio::sync::mpsc;

use super::directory::{Arrival, Datagram, Entry, Path};
use crate::udp::{Datagrams, reachable};

/// What the engine takes for the one address of this machine. Peers are told the real ones, and each path remembers the
/// one that it leads to.
pub(super) const ENGINE_ADDRESS: SocketAddr = SocketAddr::V4(SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, 1), 9));

/// A peer that has not proved itself by then is given up.
pub(super) const HANDSHAKE: Duration = Duration::from_secs(20);
/// A peer that is silent for this long is gone: browsers ask every few seconds (RFC 7675 §5.1), and one that changes its
/// network needs some to find the new way.
const SILENCE: Duration = Duration::from_secs(30);
/// The engine keeps to a path of a peer that has moved until it is given up. A path that has been silent for so much longer than
/// another proven one is passed over. A peer that was merely quiet takes what comes by any path of its own, and is answered by the
/// engine's again as soon as it is heard there.
const MOVED: Duration = Duration::from_millis(1500);
/// Paths that a peer may have at a time; the oldest makes room.
const MAX_PATHS: usize = 16;

/// An engine with its paths.
pub(super) struct Peer {
    rtc: Rtc,
    sockets: Rc<Datagrams>,
    /// Where the sockets are bound.
    own: SocketAddr,
    entry: Entry,
    /// Paths by which the peer has been heard, the newest last.
    known: VecDeque<Known>,
    burst: Burst,
    heard: Instant,
    sent_bytes: u64,
    /// Datagrams that the system refused.
    refused: u64,
}

/// A path and how answers leave by it.
#[derive(Debug)]
struct Known {
    path: Path,
    way: Way,
    heard: Instant,
    /// Whether the engine has answered by it: the peer has proved that it knows the secret.
    proven: bool,
}

#[derive(Debug)]
enum Way {
    /// From this address of ours, where the system tells.
    Datagrams(Option<IpAddr>),
    /// As frames of a connection.
    Connection(mpsc::Sender<Bytes>),
}

/// What the engine has.
#[expect(clippy::large_enum_variant, reason = "handed on at once, never kept")]
pub(super) enum Polled {
    Event(Event),
    /// Everything has left; it wants to be asked again then.
    Idle(Instant),
}

impl Peer {
    pub(super) fn new(rtc: Rtc, sockets: Rc<Datagrams>, own: SocketAddr, entry: Entry) -> Self {
        Self {
            rtc,
            sockets,
            own,
            entry,
            known: VecDeque::new(),
            burst: Burst::default(),
            heard: Instant::now(),
            sent_bytes: 0,
            refused: 0,
        }
    }

    /// The engine. Whatever is changed in it leaves at the next [`Peer::poll`]s.
    pub(super) const fn engine(&mut self) -> &mut Rtc {
        &mut self.rtc
    }

    pub(super) const fn entry(&mut self) -> &mut Entry {
        &mut self.entry
    }

    /// Bytes sent since the last time.
    pub(super) const fn take_sent(&mut self) -> u64 {
        std::mem::replace(&mut self.sent_bytes, 0)
    }

    pub(super) fn is_silent(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.heard) > SILENCE
    }

    /// Takes what arrived; `false` when the peer wants no more. The engine is to be emptied after it.
    pub(super) fn accept(&mut self, arrival: Option<Arrival>) -> bool {
        match arrival {
            Some(Arrival::Datagram(datagram)) => self.receive(&datagram),
            Some(Arrival::Connection { from, out }) => {
                self.note(Path { by_tcp: true, address: from }, Way::Connection(out), Instant::now());
            }
            Some(Arrival::Close) | None => return false,
        }
        true
    }

    /// Takes what the peer sent. Nonsense and what its engine does not expect is passed over: whoever guesses an address
    /// must not be able to end a session.
    fn receive(&mut self, datagram: &Datagram) {
        let Ok(contents) = DatagramRecv::try_from(&datagram.bytes[..]) else { return };
        let proto = if datagram.by_tcp { Protocol::Tcp } else { Protocol::Udp };
        let received = Receive { proto, source: datagram.from, destination: ENGINE_ADDRESS, contents };
        let input = Input::Receive(datagram.at, received);
        if !self.rtc.accepts(&input) {
            return;
        }
        let path = Path { by_tcp: datagram.by_tcp, address: datagram.from };
        if !datagram.by_tcp {
            self.note(path, Way::Datagrams(datagram.local), datagram.at);
        } else if let Some(known) = self.known.iter_mut().find(|known| known.path == path) {
            known.heard = datagram.at;
        }
        self.heard = datagram.at;
        if let Err(error) = self.rtc.handle_input(input) {
            tracing::debug!(%error, from = %datagram.from, "A WebRTC peer sent something unusable.");
        }
    }

    fn note(&mut self, path: Path, way: Way, heard: Instant) {
        if let Some(known) = self.known.iter_mut().find(|known| known.path == path) {
            (known.way, known.heard) = (way, heard);
            return;
        }
        if self.known.len() >= MAX_PATHS
            && let Some(oldest) = self.known.pop_front()
        {
            self.entry.release(oldest.path);
        }
        self.known.push_back(Known { path, way, heard, proven: false });
    }

    /// Lets time pass, which also has what was written leave.
    pub(super) fn elapse(&mut self, now: Instant) -> Result<(), RtcError> {
        self.rtc.handle_input(Input::Timeout(now))
    }

    /// Sends what is due; to be called until it is idle.
    pub(super) fn poll(&mut self) -> Result<Polled, RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Transmit(transmit) => self.send(&transmit),
                Output::Event(event) => return Ok(Polled::Event(event)),
                Output::Timeout(at) => {
                    self.flush();
                    return Ok(Polled::Idle(at));
                }
            }
        }
    }

    /// Says goodbye.
    pub(super) fn close(&mut self) {
        let now = Instant::now();
        let closed = self.rtc.close().and_then(|()| self.elapse(now));
        if closed.is_ok() {
            while let Ok(Polled::Event(_)) = self.poll() {}
        }
    }

    fn send(&mut self, transmit: &Transmit) {
        let path = Path { by_tcp: transmit.proto != Protocol::Udp, address: transmit.destination };
        let Some(asked) = self.known.iter_mut().find(|known| known.path == path) else { return };
        if !asked.proven {
            asked.proven = true;
            self.entry.claim(path);
        }
        let silent = asked.heard;
        let moved = self.known.iter().filter(|known| known.proven && known.heard > silent + MOVED);
        let path = moved.max_by_key(|known| known.heard).map_or(path, |known| known.path);
        let Some(known) = self.known.iter().find(|known| known.path == path) else { return };
        self.sent_bytes += transmit.contents.len() as u64;
        match &known.way {
            // A connection that does not keep up loses packets, as a network would.
            Way::Connection(out) => {
                if out.try_send(frame(&transmit.contents)).is_err() {
                    self.refused += 1;
                }
            }
            Way::Datagrams(local) => {
                let (to, from) = (reachable(self.own, path.address), *local);
                if !self.burst.takes(to, transmit.contents.len(), &self.sockets) {
                    self.flush();
                }
                self.burst.add(to, from, &transmit.contents);
            }
        }
    }

    fn flush(&mut self) {
        let Some((to, from, segment)) = self.burst.head else { return };
        if let Err(error) = self.sockets.try_send_from(from, to, &self.burst.bytes, segment) {
            // Lost as on the way; the peer asks for it again.
            self.refused += 1;
            if self.refused.is_power_of_two() {
                tracing::debug!(%error, %to, times = self.refused, "Datagrams to a WebRTC peer could not be sent.");
            }
        }
        self.burst.clear();
    }
}

thread_local! {
    /// The bytes of the burst that is being made: a thread makes one at a time, and a viewer keeps none.
    static SPARE: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// Equal datagrams that leave in one call; the last may be shorter.
#[derive(Default)]
struct Burst {
    head: Option<(SocketAddr, Option<IpAddr>, usize)>,
    bytes: Vec<u8>,
    full: bool,
}

impl Burst {
    fn takes(&self, to: SocketAddr, length: usize, sockets: &Datagrams) -> bool {
        match self.head {
            None => true,
            Some((same, _, segment)) => {
                let count = self.bytes.len() / segment.max(1);
                same == to && !self.full && length <= segment && count < sockets.batch(segment)
            }
        }
    }

    fn add(&mut self, to: SocketAddr, from: Option<IpAddr>, bytes: &[u8]) {
        if self.head.is_none() {
            self.bytes = SPARE.take();
        }
        let (.., segment) = *self.head.get_or_insert((to, from, bytes.len()));
        self.full = bytes.len() < segment;
        self.bytes.extend_from_slice(bytes);
    }

    fn clear(&mut self) {
        self.head = None;
        self.bytes.clear();
        SPARE.set(std::mem::take(&mut self.bytes));
        self.full = false;
    }
}

/// How a session ends whose engine has given up: a stable identifier and a sentence.
pub(super) fn ended_by(error: &RtcError) -> (&'static str, String) {
    match error {
        // The offer itself was read before; only its fingerprint is looked at later (RFC 8122 §5).
        RtcError::RemoteSdp(_) => {
            ("certificate", "The peer's certificate is not the one that its offer announced.".to_owned())
        }
        _ => ("internal", format!("The WebRTC engine failed: {error}.")),
    }
}

/// RFC 4571 §2.
fn frame(packet: &[u8]) -> Bytes {
    let mut out = BytesMut::with_capacity(2 + packet.len());
    out.put_u16(u16::try_from(packet.len()).unwrap_or(u16::MAX));
    out.put_slice(&packet[..packet.len().min(usize::from(u16::MAX))]);
    out.freeze()
}
