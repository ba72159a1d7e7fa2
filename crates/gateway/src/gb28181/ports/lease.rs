//! What one session has of the ports.

use std::net::{TcpListener, UdpSocket};
use std::sync::Arc;

use gb28181::sdp::{Lease as SsrcLease, Ssrc};

use super::{Carrier, MediaPorts};

/// A socket of the session's own.
#[derive(Debug)]
pub(super) enum Socket {
    Datagrams(UdpSocket),
    Listener(TcpListener),
}

/// Port and SSRC of one session. Dropping it gives both back and closes what is the session's own.
#[derive(Debug)]
pub struct Lease {
    ports: Arc<MediaPorts>,
    ssrc: SsrcLease,
    carrier: Carrier,
    port: u16,
    /// Closed before the port is given back.
    socket: Option<Socket>,
    is_own: bool,
}

impl Lease {
    pub(super) const fn new(
        ports: Arc<MediaPorts>,
        ssrc: SsrcLease,
        carrier: Carrier,
        port: u16,
        socket: Option<Socket>,
    ) -> Self {
        let is_own = socket.is_some();
        Self { ports, ssrc, carrier, port, socket, is_own }
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
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.socket = None;
        let mut state = self.ports.lock();
        state.ssrcs.release(self.ssrc);
        if self.is_own {
            state.free.push_back(self.port);
        }
        state.open -= 1;
    }
}
