//! The ports that media comes in by, and who has them.

mod lease;

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::ErrorKind;
use gb28181::Id;
use gb28181::sdp::SsrcAllocator;

use crate::port;

pub use lease::Lease;
use lease::Socket;

/// Own ports that are tried before a lease fails: others on this machine may have some of the range.
const OWN_PORT_ATTEMPTS: usize = 16;

/// Which ports there are.
#[derive(Clone, Debug)]
pub struct PortsConfig {
    /// Address and port that all sessions share, by UDP and TCP; port 0 picks a free one.
    pub listen: SocketAddr,
    /// The last port, inclusive, of the range behind the shared one of which sessions get one to themselves.
    pub last: Option<u16>,
    /// The code of this platform, of which SSRCs are made.
    pub server: Id,
}

/// How media comes in, said of us.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Carrier {
    /// In datagrams.
    Udp,
    /// The device connects to us.
    TcpPassive,
    /// We connect to the device.
    TcpActive,
}

/// Why there is no port for a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoPort {
    /// The session needs a port of its own, and only the shared one is configured.
    #[error("the session needs a port of its own, and no range of ports is configured")]
    NoRange,
    /// All ports of the range are taken by sessions, or by other programs.
    #[error("all ports of the range are taken")]
    Exhausted,
}

impl NoPort {
    /// How the error is classified.
    pub const fn kind(self) -> ErrorKind {
        match self {
            Self::NoRange => ErrorKind::Unavailable,
            Self::Exhausted => ErrorKind::Exhausted,
        }
    }
}

/// One port that sessions share, and perhaps a range of which each gets one to itself.
#[derive(Debug)]
pub struct MediaPorts {
    address: SocketAddr,
    has_range: bool,
    state: Mutex<State>,
    _shared: (UdpSocket, TcpListener),
}

#[derive(Debug)]
struct State {
    ssrcs: SsrcAllocator,
    /// Own ports that nobody has; those given back last come last.
    free: VecDeque<u16>,
    open: usize,
}

impl MediaPorts {
    /// Opens the shared port by UDP and TCP. Ports of the range are opened while they are leased.
    ///
    /// # Errors
    /// What the system says, such as that the port is taken; or that the range ends before it begins.
    pub fn bind(config: PortsConfig) -> io::Result<Arc<Self>> {
        let shared = port::bind_both(config.listen)?;
        let address = shared.0.local_addr()?;
        let range = own_ports(address.port(), config.last)?;
        let state = State { ssrcs: SsrcAllocator::new(&config.server), free: range.clone().collect(), open: 0 };
        Ok(Arc::new(Self { address, has_range: !range.is_empty(), state: Mutex::new(state), _shared: shared }))
    }

    /// Where the shared port listens.
    pub const fn listen_address(&self) -> SocketAddr {
        self.address
    }

    /// Whether sessions can have ports of their own.
    pub const fn has_own_ports(&self) -> bool {
        self.has_range
    }

    /// Leases that were not dropped yet.
    pub fn open_leases(&self) -> usize {
        self.lock().open
    }

    /// A place for one session: an SSRC and a port. With [`Carrier::TcpActive`] no port is needed, and `own_port`
    /// makes no difference. When all SSRCs of the domain are out, the session gets a port of its own, since another may
    /// have the same SSRC.
    ///
    /// # Errors
    /// When a port of its own is needed and there is none.
    pub fn lease(self: &Arc<Self>, carrier: Carrier, own_port: bool, is_history: bool) -> Result<Lease, NoPort> {
        let mut state = self.lock();
        let ssrc = state.ssrcs.allocate(is_history, rand::random());
        let needs_own = carrier != Carrier::TcpActive && (own_port || !ssrc.is_unique);
        let opened = if needs_own { self.open_own(&mut state, carrier) } else { Ok((None, self.address.port())) };
        let (socket, port) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                state.ssrcs.release(ssrc);
                return Err(error);
            }
        };
        state.open += 1;
        drop(state);
        Ok(Lease::new(Arc::clone(self), ssrc, carrier, port, socket))
    }

    fn open_own(&self, state: &mut State, carrier: Carrier) -> Result<(Option<Socket>, u16), NoPort> {
        if !self.has_range {
            return Err(NoPort::NoRange);
        }
        for _ in 0..OWN_PORT_ATTEMPTS.min(state.free.len()) {
            let Some(port) = state.free.pop_front() else { break };
            let at = SocketAddr::new(self.address.ip(), port);
            let opened = match carrier {
                Carrier::Udp => port::bind_udp(at).map(Socket::Datagrams),
                Carrier::TcpPassive | Carrier::TcpActive => port::bind_tcp(at).map(Socket::Listener),
            };
            match opened {
                Ok(socket) => return Ok((Some(socket), port)),
                Err(_) => state.free.push_back(port),
            }
        }
        Err(NoPort::Exhausted)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn own_ports(shared: u16, last: Option<u16>) -> io::Result<RangeInclusive<u16>> {
    const EMPTY: RangeInclusive<u16> = RangeInclusive::new(1, 0);
    let Some(last) = last else { return Ok(EMPTY) };
    match shared.checked_add(1) {
        Some(first) if first <= last => Ok(first..=last),
        _ => Err(io::Error::new(io::ErrorKind::InvalidInput, format!("the last port {last} is not after {shared}"))),
    }
}
