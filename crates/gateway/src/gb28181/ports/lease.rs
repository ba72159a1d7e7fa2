//! What one session has of the ports.

use std::io;
use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;

use gb28181::sdp::{Lease as SsrcLease, Ssrc};

use super::expectation::Expectation;
use super::inbox::Inbox;
use super::routes::{Lost, RouteId};
use super::{Carrier, MediaPorts};

/// How packets of one session get to it.
#[derive(Debug)]
pub(super) enum Way {
    Shared(RouteId, Arc<Inbox>),
    Datagrams(UdpSocket),
    Listener(TcpListener),
    /// We connect.
    Nothing,
}

/// The same, for the session to read.
#[derive(Debug)]
pub(crate) enum Opened {
    Shared(Arc<Inbox>),
    Datagrams(UdpSocket),
    Listener(TcpListener),
    Nothing,
}

/// Port and SSRC of one session. Dropping it gives both back and closes what is the session's own.
#[derive(Debug)]
pub struct Lease {
    ports: Arc<MediaPorts>,
    ssrc: SsrcLease,
    carrier: Carrier,
    port: u16,
    way: Way,
}

impl Lease {
    pub(super) const fn new(ports: Arc<MediaPorts>, ssrc: SsrcLease, carrier: Carrier, port: u16, way: Way) -> Self {
        Self { ports, ssrc, carrier, port, way }
    }

    /// The port to offer; with [`Carrier::TcpActive`] the shared one, since offers without a port are refused.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The SSRC to offer.
    pub const fn ssrc(&self) -> Ssrc {
        self.ssrc.ssrc
    }

    /// How media comes in.
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Says what was agreed on, and what to read from. The sockets are the lease's, too: the port is not given to
    /// others while it lives.
    ///
    /// # Errors
    /// When the system has no more handles.
    pub(crate) fn open(&self, expectation: Expectation) -> io::Result<Opened> {
        Ok(match &self.way {
            Way::Shared(route, inbox) => {
                self.ports.routes.lock().agree(*route, expectation);
                Opened::Shared(Arc::clone(inbox))
            }
            Way::Datagrams(socket) => Opened::Datagrams(socket.try_clone()?),
            Way::Listener(listener) => Opened::Listener(listener.try_clone()?),
            Way::Nothing => Opened::Nothing,
        })
    }

    /// The socket that sound by UDP leaves by.
    ///
    /// # Errors
    /// When the system has no more handles.
    pub(crate) fn sound_socket(&self) -> io::Result<UdpSocket> {
        match &self.way {
            Way::Datagrams(socket) => socket.try_clone(),
            Way::Shared(..) | Way::Listener(_) | Way::Nothing => self.ports.sender.try_clone(),
        }
    }

    /// Where the device connects to for sound.
    ///
    /// # Errors
    /// When the system has no more handles, or the lease has no such port.
    pub(crate) fn sound_listener(&self) -> io::Result<TcpListener> {
        match &self.way {
            Way::Listener(listener) => listener.try_clone(),
            Way::Shared(..) | Way::Datagrams(_) | Way::Nothing => Err(io::ErrorKind::AddrNotAvailable.into()),
        }
    }

    /// The last packet on the shared port that belonged to nobody.
    pub(crate) fn lost(&self) -> Option<Lost> {
        self.ports.routes.lock().lost()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        // Closed before the port is given back.
        let way = std::mem::replace(&mut self.way, Way::Nothing);
        let own = matches!(way, Way::Datagrams(_) | Way::Listener(_));
        if let Way::Shared(route, _) = way {
            self.ports.routes.lock().close(route);
        } else {
            drop(way);
        }
        let mut state = self.ports.lock();
        state.ssrcs.release(self.ssrc);
        if own {
            state.free.push_back(self.port);
        }
        state.open -= 1;
    }
}
