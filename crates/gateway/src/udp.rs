//! UDP sockets for RTP: sending many equal datagrams in one call, receiving many in one call.
//!
//! The server has one pair of ports for all. The system hands datagrams to the socket that fits best: each
//! publisher gets a pair of its own on the same ports, connected to its address, so that nobody else's
//! datagrams reach its queue; what fits nobody reaches the open pair.

use std::cell::RefCell;
use std::io::{self, IoSliceMut};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket as StdSocket};
use std::task::{Context, Poll, ready};

use quinn_udp::{RecvMeta, Transmit, UdpSockRef, UdpSocketState};
use rtsp::MulticastGroup;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::Interest;
use tokio::net::UdpSocket;

/// Bytes that the system keeps for us in each direction, where it permits: 80 ms of 400 Mbit/s.
const BUFFER_BYTES: usize = 4 << 20;
/// Bytes in one call: the largest datagram that IPv4 carries, less its headers.
const MAX_BATCH_BYTES: usize = 65_000;
/// Messages taken in one call; each may hold many datagrams of one sender.
const RECEIVE_BATCH: usize = 8;
/// Bytes for one message.
const RECEIVE_BYTES: usize = 64 << 10;
/// Pairs of neighbouring ports that are tried before giving up.
const PAIR_ATTEMPTS: usize = 64;

/// The pair of ports by which the server sends and receives RTP and RTCP.
#[derive(Debug)]
pub struct UdpPorts {
    rtp: StdSocket,
    rtcp: StdSocket,
    address: SocketAddr,
}

impl UdpPorts {
    /// Opens the port of `address` for RTP and the next one for RTCP; port 0 picks a free pair.
    ///
    /// # Errors
    /// What the system says, such as that a port is taken.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let (rtp, rtcp) = if address.port() == 0 { free_pair(address)? } else { pair(address)? };
        for socket in [&rtp, &rtcp] {
            // From now on publishers' own sockets may share the ports; before, a taken port had to be noticed.
            socket.set_reuse_port(true)?;
        }
        let (rtp, rtcp) = (StdSocket::from(rtp), StdSocket::from(rtcp));
        let address = rtp.local_addr()?;
        Ok(Self { rtp, rtcp, address })
    }

    /// Where RTP is received; RTCP is received one port above.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ports of RTP and RTCP.
    pub(crate) const fn ports(&self) -> (u16, u16) {
        (self.address.port(), self.address.port() + 1)
    }

    /// The open pair for the calling thread's runtime.
    pub(crate) fn open_pair(&self) -> io::Result<DatagramPair> {
        let own = |socket: &StdSocket| Datagrams::new(socket.try_clone()?);
        Ok(DatagramPair { rtp: own(&self.rtp)?, rtcp: own(&self.rtcp)? })
    }

    /// A pair on the same ports for one peer's two ports alone.
    pub(crate) fn connected_pair(&self, peer: SocketAddr, ports: (u16, u16)) -> io::Result<DatagramPair> {
        let own = |offset: u16, port: u16| {
            let mut address = self.address;
            address.set_port(address.port() + offset);
            let socket = socket(address)?;
            socket.set_reuse_port(true)?;
            socket.bind(&address.into())?;
            let peer = self.reachable(SocketAddr::new(peer.ip(), port));
            socket.connect(&peer.into())?;
            Datagrams::new(socket.into())
        };
        Ok(DatagramPair { rtp: own(0, ports.0)?, rtcp: own(1, ports.1)? })
    }

    /// The address as our sockets must be given it: an IPv6 socket knows IPv4 peers by their mapped address.
    pub(crate) fn reachable(&self, peer: SocketAddr) -> SocketAddr {
        reachable(self.address, peer)
    }
}

/// A peer's address as a socket that is bound at `own` must be given it.
pub(crate) fn reachable(own: SocketAddr, peer: SocketAddr) -> SocketAddr {
    match (own, peer) {
        (SocketAddr::V6(_), SocketAddr::V4(peer)) => (peer.ip().to_ipv6_mapped(), peer.port()).into(),
        _ => peer,
    }
}

/// A UDP socket of the server's own kind.
pub(crate) fn socket(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    // Failing to tune a socket is no reason to do without it.
    let _untuned = socket.set_send_buffer_size(BUFFER_BYTES);
    let _untuned = socket.set_recv_buffer_size(BUFFER_BYTES);
    Ok(socket)
}

fn pair(address: SocketAddr) -> io::Result<(Socket, Socket)> {
    let mut above = address;
    above.set_port(address.port().checked_add(1).ok_or(io::ErrorKind::InvalidInput)?);
    let bound = |address: SocketAddr| {
        let socket = socket(address)?;
        socket.bind(&address.into())?;
        io::Result::Ok(socket)
    };
    Ok((bound(address)?, bound(above)?))
}

/// RTP on an even port and RTCP on the next (RFC 3550 §11).
fn free_pair(address: SocketAddr) -> io::Result<(Socket, Socket)> {
    let mut last = io::ErrorKind::AddrInUse.into();
    for _ in 0..PAIR_ATTEMPTS {
        let probe = socket(address)?;
        probe.bind(&address.into())?;
        let port = probe.local_addr()?.as_socket().map_or(0, |bound| bound.port());
        drop(probe);
        let mut even = address;
        even.set_port(port & !1);
        match pair(even) {
            Ok(pair) => return Ok(pair),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// A free pair of ports of our own, for what is pulled.
pub(crate) fn client_pair(local: SocketAddr) -> io::Result<(DatagramPair, (u16, u16))> {
    let mut any = local;
    any.set_port(0);
    let (rtp, rtcp) = free_pair(any)?;
    let port = rtp.local_addr()?.as_socket().map_or(0, |bound| bound.port());
    let pair = DatagramPair { rtp: Datagrams::new(rtp.into())?, rtcp: Datagrams::new(rtcp.into())? };
    Ok((pair, (port, port + 1)))
}

/// The ports of a group, joined on the interface that leads to the camera and on the system's choice: a camera
/// sends on the interface of its own route to the group.
pub(crate) fn group_pair(group: &MulticastGroup, interface: Ipv4Addr) -> io::Result<DatagramPair> {
    let joined = |port: u16| {
        let at = SocketAddr::new(group.address, port);
        let socket = socket(at)?;
        socket.set_reuse_address(true)?;
        socket.bind(&at.into())?;
        match group.address {
            IpAddr::V4(address) => {
                let both = [interface, Ipv4Addr::UNSPECIFIED].map(|on| socket.join_multicast_v4(&address, &on));
                if both.iter().all(Result::is_err) {
                    both.into_iter().collect::<io::Result<()>>()?;
                }
            }
            IpAddr::V6(address) => socket.join_multicast_v6(&address, 0)?,
        }
        Datagrams::new(socket.into())
    };
    Ok(DatagramPair { rtp: joined(group.port.0)?, rtcp: joined(group.port.1)? })
}

/// Sockets to send to groups by, on the interface with this address.
pub(crate) fn sender_pair(interface: Option<Ipv4Addr>, ttl: u8) -> io::Result<DatagramPair> {
    let (rtp, rtcp) = free_pair(SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)))?;
    for socket in [&rtp, &rtcp] {
        socket.set_multicast_ttl_v4(u32::from(ttl))?;
        if let Some(interface) = interface {
            socket.set_multicast_if_v4(&interface)?;
        }
    }
    Ok(DatagramPair { rtp: Datagrams::new(rtp.into())?, rtcp: Datagrams::new(rtcp.into())? })
}

/// Sockets of RTP and RTCP.
#[derive(Debug)]
pub(crate) struct DatagramPair {
    pub(crate) rtp: Datagrams,
    pub(crate) rtcp: Datagrams,
}

/// A UDP socket of one thread.
#[derive(Debug)]
pub(crate) struct Datagrams {
    socket: UdpSocket,
    state: UdpSocketState,
}

thread_local! {
    /// One buffer for all sockets of a shard.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; RECEIVE_BATCH * RECEIVE_BYTES]);
}

impl Datagrams {
    pub(crate) fn new(socket: StdSocket) -> io::Result<Self> {
        let state = UdpSocketState::new(UdpSockRef::from(&socket))?;
        Ok(Self { socket: UdpSocket::from_std(socket)?, state })
    }

    /// Datagrams of `segment` bytes that one call may take.
    pub(crate) fn batch(&self, segment: usize) -> usize {
        self.state.max_gso_segments().min(MAX_BATCH_BYTES / segment.max(1)).max(1)
    }

    /// Sends `bytes` as datagrams of `segment` bytes, the last perhaps shorter, at most [`Datagrams::batch`].
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when the system takes no more now; otherwise these datagrams are lost.
    pub(crate) fn try_send(&self, to: SocketAddr, bytes: &[u8], segment: usize) -> io::Result<()> {
        self.try_send_from(None, to, bytes, segment)
    }

    /// The same, from one of this machine's addresses: a peer takes answers from the address that it wrote to alone.
    pub(crate) fn try_send_from(
        &self,
        local: Option<IpAddr>,
        to: SocketAddr,
        bytes: &[u8],
        segment: usize,
    ) -> io::Result<()> {
        let transmit =
            Transmit { destination: to, ecn: None, contents: bytes, segment_size: Some(segment), src_ip: local };
        self.socket.try_io(Interest::WRITABLE, || self.state.try_send(UdpSockRef::from(&self.socket), &transmit))
    }

    /// Receives once and has `take` look at each datagram and its sender.
    pub(crate) fn poll_receive(
        &self,
        cx: &mut Context<'_>,
        mut take: impl FnMut(SocketAddr, &[u8]),
    ) -> Poll<io::Result<()>> {
        self.poll_receive_at(cx, |from, _, bytes| take(from, bytes))
    }

    /// The same, with the address of this machine that each datagram was sent to, where the system tells.
    pub(crate) fn poll_receive_at(
        &self,
        cx: &mut Context<'_>,
        mut take: impl FnMut(SocketAddr, Option<IpAddr>, &[u8]),
    ) -> Poll<io::Result<()>> {
        loop {
            ready!(self.socket.poll_recv_ready(cx))?;
            match self.socket.try_io(Interest::READABLE, || self.receive(&mut take)) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // The peer's port was closed once; that says nothing about what else arrives.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                result => return Poll::Ready(result),
            }
        }
    }

    fn receive(&self, take: &mut impl FnMut(SocketAddr, Option<IpAddr>, &[u8])) -> io::Result<()> {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut found = [RecvMeta::default(); RECEIVE_BATCH];
            let mut slices = scratch.chunks_mut(RECEIVE_BYTES).map(IoSliceMut::new);
            let mut buffers: [IoSliceMut<'_>; RECEIVE_BATCH] =
                std::array::from_fn(|_| slices.next().expect("the scratch has room for a batch"));
            let count = self.state.recv(UdpSockRef::from(&self.socket), &mut buffers, &mut found)?;
            for (meta, buffer) in found.iter().zip(&buffers).take(count) {
                let from = crate::peer::canonical(meta.addr);
                let bytes = &buffer[..meta.len.min(buffer.len())];
                bytes.chunks(meta.stride.max(1)).for_each(|datagram| take(from, meta.dst_ip, datagram));
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;

    async fn receive(datagrams: &Datagrams, count: usize) -> Vec<(SocketAddr, Vec<u8>)> {
        let mut found = Vec::new();
        while found.len() < count {
            poll_fn(|cx| datagrams.poll_receive(cx, |from, bytes| found.push((from, bytes.to_vec())))).await.unwrap();
        }
        found
    }

    #[tokio::test]
    async fn many_datagrams_leave_in_one_call_and_arrive_apart() {
        let ports = UdpPorts::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (client, (rtp, rtcp)) = client_pair("127.0.0.1:0".parse().unwrap()).unwrap();
        assert!(rtp.is_multiple_of(2) && rtcp == rtp + 1 && ports.ports().0.is_multiple_of(2));
        let bytes: Vec<u8> = (0..2500u32).map(|index| u8::try_from(index / 1000).unwrap()).collect();
        let pair = ports.open_pair().unwrap();
        pair.rtp.socket.writable().await.unwrap();
        let per_call = pair.rtp.batch(1000) * 1000;
        for batch in bytes.chunks(per_call) {
            pair.rtp.try_send(([127, 0, 0, 1], rtp).into(), batch, 1000).unwrap();
        }
        let found = receive(&client.rtp, 3).await;
        assert_eq!(found.iter().map(|(_, bytes)| bytes.len()).collect::<Vec<_>>(), [1000, 1000, 500]);
        assert!(found.iter().all(|(from, _)| *from == ports.address()));
    }

    #[tokio::test]
    async fn a_connected_pair_hears_its_peer_and_nobody_else() {
        for (listen, family) in [("127.0.0.1:0", "IPv4"), ("[::]:0", "dual stack")] {
            let ports = UdpPorts::bind(listen.parse().unwrap()).unwrap();
            let to = SocketAddr::from(([127, 0, 0, 1], ports.ports().0));
            let friend = StdSocket::bind("127.0.0.1:0").unwrap();
            let stranger = StdSocket::bind("127.0.0.1:0").unwrap();
            let open = ports.open_pair().unwrap();
            let mine =
                ports.connected_pair(friend.local_addr().unwrap(), (friend.local_addr().unwrap().port(), 9)).unwrap();
            stranger.send_to(b"flood", to).unwrap();
            friend.send_to(b"media", to).unwrap();
            assert_eq!(receive(&mine.rtp, 1).await, [(friend.local_addr().unwrap(), b"media".to_vec())], "{family}");
            assert_eq!(receive(&open.rtp, 1).await, [(stranger.local_addr().unwrap(), b"flood".to_vec())], "{family}");
        }
    }

    #[test]
    fn a_taken_port_is_noticed() {
        let ports = UdpPorts::bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let error = UdpPorts::bind(ports.address()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
