//! The one UDP port and the one TCP port that all peers are reached by.

use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener, UdpSocket};

use super::candidates;
use crate::port;
use crate::udp::Datagrams;

/// Where peers send to.
#[derive(Debug)]
pub struct WebRtcPorts {
    udp: UdpSocket,
    tcp: TcpListener,
    address: SocketAddr,
    public: Vec<IpAddr>,
}

impl WebRtcPorts {
    /// Opens UDP and TCP at `address`; port 0 picks one that is free for both. Peers are told of the `public` addresses
    /// first, then of those of this machine's interfaces.
    ///
    /// # Errors
    /// What the system says, such as that the port is taken.
    pub fn bind(address: SocketAddr, public: Vec<IpAddr>) -> io::Result<Self> {
        let (udp, tcp) = port::bind_both(address)?;
        let address = udp.local_addr()?;
        Ok(Self { udp, tcp, address, public })
    }

    /// Where is listened.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The UDP port for the calling thread's runtime.
    pub(crate) fn datagrams(&self) -> io::Result<Datagrams> {
        Datagrams::new(self.udp.try_clone()?)
    }

    /// The TCP port for the calling thread's runtime.
    pub(super) fn listener(&self) -> io::Result<tokio::net::TcpListener> {
        tokio::net::TcpListener::from_std(self.tcp.try_clone()?)
    }

    /// Addresses that peers are told, as SDP attributes without `a=`.
    pub(super) fn candidates(&self) -> Vec<String> {
        let mut addresses = self.public.clone();
        addresses.extend(candidates::of_this_machine(self.address.ip()));
        candidates::lines(&addresses, self.address.port())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_port_is_open_for_both_and_noticed_when_taken() {
        let ports = WebRtcPorts::bind("127.0.0.1:0".parse().unwrap(), Vec::new()).unwrap();
        assert_eq!(ports.tcp.local_addr().unwrap(), ports.address());
        let error = WebRtcPorts::bind(ports.address(), Vec::new()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }

    #[test]
    fn public_addresses_come_first_and_the_own_ones_follow() {
        let ports = WebRtcPorts::bind("127.0.0.1:0".parse().unwrap(), vec![[203, 0, 113, 9].into()]).unwrap();
        let lines = ports.candidates();
        assert_eq!(lines.len(), 4, "{lines:?}");
        assert!(lines[0].contains(" 203.0.113.9 ") && lines[1].contains(" 127.0.0.1 "), "{lines:?}");
    }
}
