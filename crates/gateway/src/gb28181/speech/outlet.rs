//! The way that sound leaves by.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::time::Duration;

use rtp::FIXED_HEADER_BYTES;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::{BYTES_PER_PACKET, Hearer};
use crate::gb28181::diagnosis::is_private;
use crate::gb28181::named_addresses;
use crate::gb28181::ports::{Carrier, Lease};
use crate::guard::PullGuard;
use crate::peer::canonical;
use crate::udp::reachable;

/// Bytes of one packet of RTP, and the same as connections have it before each packet (RFC 4571 §2).
pub(super) const PACKET_BYTES: usize = FIXED_HEADER_BYTES + BYTES_PER_PACKET;
const PACKET_BYTES_U16: u16 = 172;
const _: () = assert!(PACKET_BYTES == PACKET_BYTES_U16 as usize, "the length that is sent is the packet's");
/// How long a device may take to connect to us.
const CONNECTED_WITHIN: Duration = Duration::from_secs(10);
/// Attempts to connect to a device, the rest between them (GB/T 28181-2022 annex D), and the time of each.
const ATTEMPTS: u32 = 3;
const BETWEEN: Duration = Duration::from_secs(1);
const ATTEMPT: Duration = Duration::from_secs(3);
/// How long a connection may take no more bytes.
const STALLED: Duration = Duration::from_secs(3);
/// Bytes of what a device sends in return, which is not heard.
const IGNORED_BYTES: usize = 2048;

#[derive(Debug)]
pub(super) enum Outlet {
    Datagrams { socket: UdpSocket, to: SocketAddr },
    Connection(TcpStream),
}

impl Outlet {
    /// Waits until the device has connected, or is connected to.
    pub(super) async fn open(lease: &Lease, hearer: &Hearer, guard: &PullGuard) -> Result<Self, String> {
        let addresses = addresses(hearer, guard).await;
        match lease.carrier() {
            Carrier::Udp => {
                let socket = lease.sound_socket().map_err(|error| no_socket(&error))?;
                let own = socket.local_addr().map_err(|error| no_socket(&error))?;
                let ip = addresses.first().copied().unwrap_or(hearer.signalling_ip);
                Ok(Self::Datagrams { socket, to: reachable(own, SocketAddr::new(ip, hearer.port)) })
            }
            Carrier::TcpPassive => {
                let listener = lease.sound_listener().map_err(|error| no_socket(&error))?;
                let listener = TcpListener::from_std(listener).map_err(|error| no_socket(&error))?;
                let accepted = tokio::time::timeout(CONNECTED_WITHIN, accept(&listener, &addresses)).await;
                let stream = accepted.map_err(|_late| not_connected(lease.port()))?;
                stream.map(Self::Connection).map_err(|error| no_socket(&error))
            }
            Carrier::TcpActive => connect(&addresses, hearer.port).await.map(Self::Connection),
        }
    }

    /// Sends a packet; whether the system took it.
    ///
    /// # Errors
    /// A sentence, when no more can be sent.
    pub(super) async fn send(&mut self, packet: &[u8; PACKET_BYTES]) -> Result<bool, String> {
        match self {
            Self::Datagrams { socket, to } => Ok(socket.send_to(packet, *to).is_ok()),
            Self::Connection(stream) => {
                let mut framed = [0; 2 + PACKET_BYTES];
                framed[..2].copy_from_slice(&PACKET_BYTES_U16.to_be_bytes());
                framed[2..].copy_from_slice(packet);
                match tokio::time::timeout(STALLED, stream.write_all(&framed)).await {
                    Ok(Ok(())) => Ok(true),
                    Ok(Err(_)) => Err(closed()),
                    Err(_late) => {
                        Err("The device takes no more sound. Try again; if it stays so, restart the device.".to_owned())
                    }
                }
            }
        }
    }

    /// Resolves when the device has closed its connection. What it sends is thrown away.
    ///
    /// # Cancel safety
    /// Safe.
    pub(super) async fn closed(&mut self) -> String {
        let mut ignored = [0; IGNORED_BYTES];
        match self {
            Self::Datagrams { .. } => std::future::pending().await,
            Self::Connection(stream) => loop {
                match stream.read(&mut ignored).await {
                    Ok(1..) => {}
                    Ok(0) | Err(_) => return closed(),
                }
            },
        }
    }
}

/// Where sound may go: to the address that the device names, unless only its own network knows it or ours is not to be
/// reached by it; then to where its signalling comes from.
pub(super) async fn addresses(hearer: &Hearer, guard: &PullGuard) -> Vec<IpAddr> {
    let signalling = hearer.signalling_ip.to_canonical();
    let named = named_addresses(hearer.address.as_deref()).await;
    let is_reached = |ip: &IpAddr| {
        let is_hidden = is_private(*ip) && !is_private(signalling);
        *ip != signalling && !is_hidden && guard.check(SocketAddr::new(*ip, hearer.port)).is_ok()
    };
    let is_at_signalling = named.first() == Some(&signalling);
    let mut addresses: Vec<IpAddr> = named.into_iter().filter(is_reached).collect();
    let place = if is_at_signalling { 0 } else { addresses.len() };
    addresses.insert(place, signalling);
    addresses
}

/// A connection from an address that is expected; others are closed.
async fn accept(listener: &TcpListener, addresses: &[IpAddr]) -> io::Result<TcpStream> {
    loop {
        let (stream, from) = listener.accept().await?;
        if addresses.contains(&canonical(from).ip()) {
            let _untuned = stream.set_nodelay(true);
            return Ok(stream);
        }
    }
}

async fn connect(addresses: &[IpAddr], port: u16) -> Result<TcpStream, String> {
    for attempt in 0..ATTEMPTS {
        if attempt > 0 {
            tokio::time::sleep(BETWEEN).await;
        }
        for address in addresses {
            if let Ok(Ok(stream)) = tokio::time::timeout(ATTEMPT, TcpStream::connect((*address, port))).await {
                let _untuned = stream.set_nodelay(true);
                return Ok(stream);
            }
        }
    }
    let places: Vec<String> = addresses.iter().map(|ip| SocketAddr::new(*ip, port).to_string()).collect();
    Err(format!(
        "No connection to {}, where the device said that it listens. Set its sound to UDP, or have it connect to us.",
        places.join(", ")
    ))
}

fn not_connected(port: u16) -> String {
    format!(
        "The device did not connect to TCP port {port} for the sound. Open the ports of gb28181.media_listen to it."
    )
}

fn closed() -> String {
    "The device closed the connection for the sound. See its own log.".to_owned()
}

fn no_socket(error: &io::Error) -> String {
    format!("No port can be used for the sound ({error}). Close other pictures, then try again.")
}
