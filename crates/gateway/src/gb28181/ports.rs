//! The ports that media comes in by, and who has them.

mod expectation;
mod inbox;
mod lease;
mod routes;
mod shared;
mod tally;

use std::collections::VecDeque;
use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base::ErrorKind;
use gb28181::Id;
use gb28181::sdp::SsrcAllocator;

use crate::port;

pub(super) use expectation::Expectation;
pub(super) use inbox::{Arrived, Connection, Inbox};
pub use lease::Lease;
pub(super) use lease::Opened;
pub(super) use routes::Lost;
pub(super) use tally::Tally;

use lease::Way;
use shared::{Directory, SharedPort};

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
    routes: Arc<Directory>,
    /// The shared port's socket, for what is sent from it.
    sender: UdpSocket,
    _shared: SharedPort,
}

#[derive(Debug)]
struct State {
    ssrcs: SsrcAllocator,
    /// Own ports that nobody has; those given back last come last.
    free: VecDeque<u16>,
    open: usize,
}

impl MediaPorts {
    /// Opens the shared port by UDP and TCP, and starts the thread that reads it. Ports of the range are opened while
    /// they are leased.
    ///
    /// # Errors
    /// What the system says, such as that the port is taken; or that the range ends before it begins.
    pub fn bind(config: PortsConfig) -> io::Result<Arc<Self>> {
        let PortsConfig { listen, last, server } = config;
        let (udp, tcp) = port::bind_both(listen)?;
        let address = udp.local_addr()?;
        let range = own_ports(address.port(), last)?;
        let state = State { ssrcs: SsrcAllocator::new(&server), free: range.clone().collect(), open: 0 };
        let routes = Arc::<Directory>::default();
        let sender = udp.try_clone()?;
        let shared = SharedPort::start(udp, tcp, Arc::clone(&routes))?;
        let (has_range, state) = (!range.is_empty(), Mutex::new(state));
        Ok(Arc::new(Self { address, has_range, state, routes, sender, _shared: shared }))
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
        let opened = match carrier {
            Carrier::TcpActive => Ok((Way::Nothing, self.address.port())),
            _ if own_port || !ssrc.is_unique => self.open_own(&mut state, carrier),
            _ => {
                let (route, inbox) = self.routes.lock().open(ssrc.ssrc.0, carrier);
                Ok((Way::Shared(route, inbox), self.address.port()))
            }
        };
        let (way, port) = match opened {
            Ok(opened) => opened,
            Err(error) => {
                state.ssrcs.release(ssrc);
                return Err(error);
            }
        };
        state.open += 1;
        drop(state);
        Ok(Lease::new(Arc::clone(self), ssrc, carrier, port, way))
    }

    /// A place to send sound from: by UDP a port of its own or else the shared one, over a connection that the device opens
    /// a port of its own, since a device that only listens says nothing that it could be told apart by.
    ///
    /// # Errors
    /// When a port of its own is needed and there is none.
    pub fn lease_for_sound(self: &Arc<Self>, carrier: Carrier) -> Result<Lease, NoPort> {
        let mut state = self.lock();
        let own = match carrier {
            Carrier::Udp => self.open_own(&mut state, carrier).ok(),
            Carrier::TcpPassive => Some(self.open_own(&mut state, carrier)?),
            Carrier::TcpActive => None,
        };
        let (way, port) = own.unwrap_or((Way::Nothing, self.address.port()));
        let ssrc = state.ssrcs.allocate(false, rand::random());
        state.open += 1;
        drop(state);
        Ok(Lease::new(Arc::clone(self), ssrc, carrier, port, way))
    }

    fn open_own(&self, state: &mut State, carrier: Carrier) -> Result<(Way, u16), NoPort> {
        if !self.has_range {
            return Err(NoPort::NoRange);
        }
        for _ in 0..OWN_PORT_ATTEMPTS.min(state.free.len()) {
            let Some(port) = state.free.pop_front() else { break };
            let at = SocketAddr::new(self.address.ip(), port);
            let opened = match carrier {
                Carrier::Udp => port::bind_udp(at).map(Way::Datagrams),
                Carrier::TcpPassive | Carrier::TcpActive => port::bind_tcp(at).map(Way::Listener),
            };
            match opened {
                Ok(way) => return Ok((way, port)),
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

#[cfg(test)]
mod tests {
    use super::*;

    fn ports(last: impl Fn(u16) -> Option<u16>) -> Arc<MediaPorts> {
        let server = Id::new("34020000002000000001").unwrap();
        for _ in 0..64 {
            let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let last = last(free.port());
            if let Ok(ports) = MediaPorts::bind(PortsConfig { listen: free, last, server: server.clone() }) {
                return ports;
            }
        }
        panic!("no port is free")
    }

    #[test]
    fn a_lease_has_a_port_and_an_ssrc_that_no_other_has() {
        let ports = ports(|first| Some(first + 8));
        let shared = ports.listen_address().port();
        let live = ports.lease(Carrier::Udp, false, false).unwrap();
        let past = ports.lease(Carrier::TcpPassive, false, true).unwrap();
        assert_eq!((live.port(), past.port()), (shared, shared));
        assert_eq!((live.ssrc().to_string(), past.ssrc().to_string()), ("0200000000".into(), "1200000000".into()));
        let own = [Carrier::Udp, Carrier::TcpPassive].map(|carrier| ports.lease(carrier, true, false).unwrap());
        assert!(own.iter().all(|lease| lease.port() > shared && lease.port() <= shared + 8));
        assert_ne!(own[0].port(), own[1].port());
        assert_eq!(ports.open_leases(), 4);
        drop((live, past, own));
        assert_eq!(ports.open_leases(), 0);
        assert_eq!(ports.lock().ssrcs.in_use(), (0, 0));
        assert_eq!(ports.routes.lock().sizes(), [0, 0, 0]);
    }

    #[test]
    fn own_ports_are_lent_out_once_at_a_time_and_opened_anew() {
        let ports = ports(|first| Some(first + 3));
        for _ in 0..5 {
            let mut leases = Vec::new();
            while let Ok(lease) = ports.lease(Carrier::Udp, true, false) {
                leases.push(lease);
            }
            assert!((1..=3).contains(&leases.len()));
            assert_eq!(ports.lease(Carrier::TcpPassive, true, false).unwrap_err(), NoPort::Exhausted);
            let at = SocketAddr::new(ports.listen_address().ip(), leases[0].port());
            assert!(port::bind_udp(at).is_err(), "the port is open while it is leased");
            drop(leases);
            assert!(port::bind_udp(at).is_ok());
        }
    }

    #[test]
    fn without_a_range_there_are_no_own_ports() {
        let ports = ports(|_| None);
        assert!(!ports.has_own_ports());
        assert_eq!(ports.lease(Carrier::Udp, true, false).unwrap_err(), NoPort::NoRange);
        assert!(ports.lease(Carrier::TcpActive, true, false).is_ok());
        assert_eq!((ports.open_leases(), ports.lock().ssrcs.in_use()), (0, (0, 0)));
        assert!(own_ports(10_000, Some(10_000)).is_err() && own_ports(u16::MAX, Some(1)).is_err());
    }

    #[test]
    fn when_all_ssrcs_are_out_sessions_get_ports_of_their_own() {
        let ports = ports(|first| Some(first + 3));
        let leases: Vec<Lease> = (0..10_000).map(|_| ports.lease(Carrier::Udp, false, false).unwrap()).collect();
        let escape = ports.lease(Carrier::Udp, false, false).unwrap();
        assert_ne!(escape.port(), ports.listen_address().port());
        drop((leases, escape));
        assert_eq!((ports.open_leases(), ports.lock().ssrcs.in_use()), (0, (0, 0)));
    }
}
