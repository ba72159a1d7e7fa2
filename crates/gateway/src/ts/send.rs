//! A stream to a group or an address.

use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

use bytes::Bytes;
use container::mpegts::PACKET_LEN;
use tokio::net::UdpSocket;

use super::{Place, io_failure};
use crate::guard::PullGuard;
use crate::pull::{PullFailure, PullUrl};

/// Packets in a datagram: as many as an Ethernet frame holds (RFC 2250 §2).
const DATAGRAM_LEN: usize = 7 * PACKET_LEN;
/// Datagrams in a row; then the receiver's buffer gets a moment.
const BURST: usize = 16;
const PAUSE: Duration = Duration::from_millis(1);

/// Where datagrams go.
pub(crate) struct DatagramSender {
    socket: UdpSocket,
    to: SocketAddr,
}

impl DatagramSender {
    /// Opens a socket; groups are always permitted, addresses as the guard says.
    pub(crate) async fn open(url: &PullUrl, guard: &PullGuard) -> Result<Self, PullFailure> {
        let place = Place::of(url).await?;
        if !place.address.ip().is_multicast() {
            guard.check(place.address).map_err(|refused| crate::pull::refused(place.address, refused))?;
        }
        let socket = Self::socket(&place).map_err(|error| io_failure(&error))?;
        Ok(Self { socket, to: place.address })
    }

    fn socket(place: &Place) -> io::Result<UdpSocket> {
        let any: IpAddr = match place.address {
            SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
            SocketAddr::V6(_) => std::net::Ipv6Addr::UNSPECIFIED.into(),
        };
        let socket = std::net::UdpSocket::bind((any, 0))?;
        socket.set_nonblocking(true)?;
        let options = socket2::SockRef::from(&socket);
        if place.address.ip().is_multicast() && place.address.is_ipv4() {
            options.set_multicast_ttl_v4(place.ttl)?;
            if !place.interface.is_unspecified() {
                options.set_multicast_if_v4(&place.interface)?;
            }
        }
        UdpSocket::from_std(socket)
    }

    /// Sends whole packets. A datagram that nobody takes is lost, as datagrams are.
    pub(crate) async fn send(&self, packets: &Bytes) -> Result<(), PullFailure> {
        for burst in packets.chunks(BURST * DATAGRAM_LEN) {
            for datagram in burst.chunks(DATAGRAM_LEN) {
                match self.socket.send_to(datagram, self.to).await {
                    // Somebody's port was closed a moment ago: he may listen again soon.
                    Ok(_) => {}
                    Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                    Err(error) => return Err(io_failure(&error)),
                }
            }
            if burst.len() == BURST * DATAGRAM_LEN {
                tokio::time::sleep(PAUSE).await;
            }
        }
        Ok(())
    }
}
