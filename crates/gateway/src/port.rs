//! Ports that are open for UDP and TCP on the same number.

use std::io;
use std::net::{SocketAddr, TcpListener, UdpSocket};

use socket2::{Domain, Protocol, Socket, Type};

use crate::udp;

/// Ports that are tried before giving up on one that is free for both.
const ATTEMPTS: usize = 64;
/// Connections that wait to be taken.
const BACKLOG: i32 = 1024;

/// Opens UDP and TCP at `address`; port 0 picks one that is free for both. Neither blocks.
pub(crate) fn bind_both(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let attempts = if address.port() == 0 { ATTEMPTS } else { 1 };
    let mut last = io::ErrorKind::AddrInUse.into();
    for _ in 0..attempts {
        match both(address) {
            Ok(sockets) => return Ok(sockets),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn both(address: SocketAddr) -> io::Result<(UdpSocket, TcpListener)> {
    let udp = bind_udp(address)?;
    let bound = udp.local_addr()?;
    Ok((udp, bind_tcp(bound)?))
}

/// A socket for datagrams.
pub(crate) fn bind_udp(address: SocketAddr) -> io::Result<UdpSocket> {
    let udp = udp::socket(address)?;
    udp.bind(&address.into())?;
    Ok(udp.into())
}

/// A socket that listens for connections.
pub(crate) fn bind_tcp(address: SocketAddr) -> io::Result<TcpListener> {
    let tcp = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    tcp.set_reuse_address(true)?;
    if address.is_ipv6() {
        tcp.set_only_v6(false)?;
    }
    tcp.set_nonblocking(true)?;
    tcp.bind(&address.into())?;
    tcp.listen(BACKLOG)?;
    Ok(tcp.into())
}
