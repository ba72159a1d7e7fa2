//! Sockets of SIP: one for datagrams, connections that devices open.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use bytes::Bytes;
use sip::{FloodCounters, FloodGuard, FloodLimits, Path, StreamItem, StreamParser, Transmit, Transport};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UdpSocket};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;

/// Name of the socket for datagrams in paths; connections count from 1.
const DATAGRAMS: u64 = 0;
/// Bytes that the system keeps of datagrams: a minute's heartbeats of 10,000 devices that all come at once.
const BUFFER_BYTES: usize = 8 << 20;
/// The largest datagram.
const MAX_DATAGRAM: usize = 64 << 10;
/// Connections at a time; further ones are closed.
const MAX_CONNECTIONS: usize = 65_536;
/// Connections on which no device has signed in; further ones are closed.
const MAX_STRANGERS: usize = 16_384;
/// How long a connection may last on which no device has signed in.
const STRANGER_AGE: Duration = Duration::from_secs(60);
/// Messages for a connection that it has not taken; one that is over it is closed.
const MAX_UNSENT: usize = 256;
/// Reads of connections that wait to be looked at; over it the connections wait.
const ARRIVALS: usize = 1024;
/// Bytes of one read.
const READ_BYTES: usize = 16 << 10;
/// Addresses of ours that are remembered by peer; then all are looked up again.
const MAX_ROUTES: usize = 65_536;
/// Free ports that are tried until one is free for UDP and TCP.
const FREE_PORT_ATTEMPTS: usize = 16;
/// How long a handshake of TLS may take.
const TLS_WAIT: Duration = Duration::from_secs(10);

/// What came.
pub(super) enum Arrival {
    /// A datagram, which is in the buffer of [`Wire`].
    Datagram(SocketAddr, usize),
    /// Bytes of a connection.
    Bytes(u64, Bytes),
    /// A connection has ended.
    Closed(u64),
    /// Nothing that matters to anybody else.
    Nothing,
}

struct Connection {
    path: Path,
    own: SocketAddr,
    parser: StreamParser,
    unsent: mpsc::Sender<Bytes>,
    since: Instant,
    /// A device has signed in on it.
    is_known: bool,
}

/// All sockets.
pub(super) struct Wire {
    datagrams: UdpSocket,
    buffer: Vec<u8>,
    listener: TcpListener,
    secure: Option<(TcpListener, Acceptor)>,
    connections: HashMap<u64, Connection>,
    /// Those on which no device has signed in.
    strangers: usize,
    last: u64,
    flood: FloodGuard,
    arrivals: (mpsc::Sender<Arrival>, mpsc::Receiver<Arrival>),
    routes: RefCell<HashMap<IpAddr, IpAddr>>,
    public: Option<IpAddr>,
}

/// What takes a connection over TLS, with the certificate of now; `None` while there is none.
pub type Acceptor = Arc<dyn Fn() -> Option<TlsAcceptor> + Send + Sync>;

/// Sockets that are bound and not listened to yet.
pub struct Bound {
    datagrams: std::net::UdpSocket,
    listener: std::net::TcpListener,
    secure: Option<std::net::TcpListener>,
}

impl Bound {
    /// Binds UDP and TCP on one port, and TLS on another; port 0 picks a free one.
    ///
    /// # Errors
    /// What the system says, such as that a port is taken.
    pub fn bind(address: SocketAddr, secure: Option<SocketAddr>) -> io::Result<Self> {
        // A free port of TCP may be taken by somebody's datagrams.
        let attempts = if address.port() == 0 { FREE_PORT_ATTEMPTS } else { 1 };
        let mut last = io::ErrorKind::AddrInUse.into();
        for _ in 0..attempts {
            match Self::bind_once(address, secure) {
                Ok(bound) => return Ok(bound),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn bind_once(address: SocketAddr, secure: Option<SocketAddr>) -> io::Result<Self> {
        let listener = listen(address)?;
        let address = SocketAddr::new(address.ip(), listener.local_addr()?.port());
        let domain = socket2::Domain::for_address(address);
        let datagrams = socket2::Socket::new(domain, socket2::Type::DGRAM, Some(socket2::Protocol::UDP))?;
        if address.is_ipv6() {
            datagrams.set_only_v6(false)?;
        }
        datagrams.set_nonblocking(true)?;
        // A system that gives less is used all the same.
        let _untuned = datagrams.set_recv_buffer_size(BUFFER_BYTES);
        datagrams.bind(&address.into())?;
        Ok(Self { datagrams: datagrams.into(), listener, secure: secure.map(listen).transpose()? })
    }

    /// Where UDP and TCP are listened for.
    ///
    /// # Errors
    /// What the system says.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Where TLS is listened for, if it is.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.secure.as_ref().and_then(|listener| listener.local_addr().ok())
    }
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    const BACKLOG: i32 = 4096;
    let socket = socket2::Socket::new(socket2::Domain::for_address(address), socket2::Type::STREAM, None)?;
    if address.is_ipv6() {
        socket.set_only_v6(false)?;
    }
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

impl Wire {
    /// Must be called on the runtime that drives it.
    pub(super) fn open(bound: Bound, acceptor: Acceptor, public: Option<IpAddr>) -> io::Result<Self> {
        let secure =
            bound.secure.map(|listener| io::Result::Ok((TcpListener::from_std(listener)?, acceptor))).transpose()?;
        Ok(Self {
            datagrams: UdpSocket::from_std(bound.datagrams)?,
            buffer: vec![0; MAX_DATAGRAM],
            listener: TcpListener::from_std(bound.listener)?,
            secure,
            connections: HashMap::new(),
            strangers: 0,
            last: DATAGRAMS,
            flood: FloodGuard::new(FloodLimits::default()),
            arrivals: mpsc::channel(ARRIVALS),
            routes: RefCell::default(),
            public,
        })
    }

    /// What comes next.
    ///
    /// # Cancel safety
    /// Safe: nothing is lost.
    pub(super) async fn arrival(&mut self) -> Arrival {
        let secure = async {
            match &self.secure {
                Some((listener, acceptor)) => listener.accept().await.map(|accepted| (accepted, acceptor())),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            received = self.datagrams.recv_from(&mut self.buffer) => match received {
                Ok((length, from)) => Arrival::Datagram(canonical(from), length),
                // A device's port was closed once: that says nothing about what else arrives.
                Err(_) => Arrival::Nothing,
            },
            Some(arrival) = self.arrivals.1.recv() => arrival,
            accepted = self.listener.accept() => {
                if let Ok((stream, remote)) = accepted {
                    self.adopt(stream, remote, None);
                }
                Arrival::Nothing
            }
            accepted = secure => {
                if let Ok(((stream, remote), Some(acceptor))) = accepted {
                    self.adopt(stream, remote, Some(acceptor));
                }
                Arrival::Nothing
            }
        }
    }

    /// The next datagram, if one is there already.
    pub(super) fn try_datagram(&mut self) -> Option<(SocketAddr, usize)> {
        let (length, from) = self.datagrams.try_recv_from(&mut self.buffer).ok()?;
        Some((canonical(from), length))
    }

    /// A datagram's path and bytes, if its sender may be listened to.
    pub(super) fn datagram(&mut self, now: Instant, from: SocketAddr, length: usize) -> Option<(Path, &[u8])> {
        let path = Path { transport: Transport::Udp, local: DATAGRAMS, remote: from };
        self.flood.admit(now, from.ip()).then(|| (path, &self.buffer[..length]))
    }

    /// The messages that a connection's bytes complete; one that cannot be read on is closed.
    pub(super) fn messages(&mut self, now: Instant, name: u64, bytes: &[u8]) -> (Vec<(Path, sip::Message)>, bool) {
        let Some(connection) = self.connections.get_mut(&name) else { return (Vec::new(), false) };
        let mut found = Vec::new();
        connection.parser.push(bytes);
        loop {
            match connection.parser.next_item() {
                Ok(Some(StreamItem::Message(message))) if self.flood.admit(now, connection.path.remote.ip()) => {
                    found.push((connection.path, message));
                }
                Ok(Some(StreamItem::Ping)) => drop(connection.unsent.try_send(Bytes::from_static(b"\r\n"))),
                Ok(None) => return (found, false),
                // It is silenced, or what comes is no SIP.
                Ok(Some(_)) | Err(_) => return (found, true),
            }
        }
    }

    /// Sends a message; what a socket does not take is lost, as on any network.
    pub(super) fn send(&mut self, transmit: &Transmit) -> Option<u64> {
        let Path { transport, local, remote } = transmit.path;
        if transport == Transport::Udp {
            let own = self.datagrams.local_addr().ok();
            let _lost = self.datagrams.try_send_to(&transmit.bytes, reachable(own, remote));
            return None;
        }
        let connection = self.connections.get(&local)?;
        connection.unsent.try_send(transmit.bytes.clone()).is_err().then_some(local)
    }

    /// Forgets a connection, which ends it.
    pub(super) fn close(&mut self, name: u64) {
        if self.connections.remove(&name).is_some_and(|closed| !closed.is_known) {
            self.strangers -= 1;
        }
    }

    /// A device has signed in on a connection.
    pub(super) fn note_known(&mut self, path: &Path) {
        if let Some(connection) = self.connections.get_mut(&path.local)
            && !std::mem::replace(&mut connection.is_known, true)
        {
            self.strangers -= 1;
        }
    }

    /// Connections on which nobody has signed in for too long.
    pub(super) fn strangers(&self, now: Instant) -> Vec<u64> {
        let is_stale = |one: &Connection| !one.is_known && now.duration_since(one.since) > STRANGER_AGE;
        self.connections.iter().filter(|(_, one)| is_stale(one)).map(|(name, _)| *name).collect()
    }

    pub(super) const fn flood(&self) -> FloodCounters {
        self.flood.counters()
    }

    pub(super) fn connections(&self) -> usize {
        self.connections.len()
    }

    /// Our end of a path, as the peer knows it.
    pub(super) fn own_address(&self, path: &Path) -> SocketAddr {
        let own = match self.connections.get(&path.local) {
            Some(connection) if path.transport.is_reliable() => connection.own,
            _ => self.own_by_datagrams(path.remote.ip()),
        };
        self.public.map_or(own, |public| SocketAddr::new(public, own.port()))
    }

    fn own_by_datagrams(&self, peer: IpAddr) -> SocketAddr {
        let bound = self.datagrams.local_addr().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)));
        if !bound.ip().is_unspecified() {
            return canonical(bound);
        }
        let mut routes = self.routes.borrow_mut();
        if routes.len() >= MAX_ROUTES {
            routes.clear();
        }
        let ip = *routes.entry(peer).or_insert_with(|| interface_towards(peer).unwrap_or(bound.ip()));
        SocketAddr::new(ip, bound.port())
    }

    fn adopt(&mut self, stream: TcpStream, remote: SocketAddr, tls: Option<TlsAcceptor>) {
        if self.connections.len() >= MAX_CONNECTIONS || self.strangers >= MAX_STRANGERS {
            return;
        }
        let Ok(own) = stream.local_addr() else { return };
        let _untuned = stream.set_nodelay(true);
        self.last += 1;
        let name = self.last;
        let transport = if tls.is_some() { Transport::Tls } else { Transport::Tcp };
        let path = Path { transport, local: name, remote: canonical(remote) };
        let (unsent, outbox) = mpsc::channel(MAX_UNSENT);
        let connection = Connection {
            path,
            own: canonical(own),
            parser: StreamParser::default(),
            unsent,
            since: Instant::now(),
            is_known: false,
        };
        self.connections.insert(name, connection);
        self.strangers += 1;
        let arrivals = self.arrivals.0.clone();
        tokio::spawn(async move {
            match tls {
                None => carry(stream, name, outbox, &arrivals).await,
                Some(acceptor) => {
                    if let Ok(Ok(stream)) = tokio::time::timeout(TLS_WAIT, acceptor.accept(stream)).await {
                        carry(stream, name, outbox, &arrivals).await;
                    }
                }
            }
            let _stopping = arrivals.send(Arrival::Closed(name)).await;
        });
    }
}

/// Reads and writes a connection until either end has enough of it.
async fn carry(
    stream: impl AsyncRead + AsyncWrite,
    name: u64,
    mut outbox: mpsc::Receiver<Bytes>,
    arrivals: &mpsc::Sender<Arrival>,
) {
    let (mut reader, mut writer) = tokio::io::split(stream);
    let read = async {
        while let Some(bytes) = poll_fn(|cx| poll_read(&mut reader, cx)).await {
            if arrivals.send(Arrival::Bytes(name, bytes)).await.is_err() {
                return;
            }
        }
    };
    let write = async {
        while let Some(bytes) = outbox.recv().await {
            if writer.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = read => {}
        () = write => {}
    }
}

/// What has come; `None` at the end. The buffer is there while it is read alone, as thousands of connections are silent most
/// of the time.
fn poll_read(reader: &mut (impl AsyncRead + Unpin), cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
    let mut buffer = [0; READ_BYTES];
    let mut buffer = ReadBuf::new(&mut buffer);
    let is_read = ready!(Pin::new(reader).poll_read(cx, &mut buffer)).is_ok();
    Poll::Ready((is_read && !buffer.filled().is_empty()).then(|| Bytes::copy_from_slice(buffer.filled())))
}

/// The address of ours that packets to a peer leave with.
fn interface_towards(peer: IpAddr) -> Option<IpAddr> {
    let any: SocketAddr = if peer.is_ipv4() { ([0, 0, 0, 0], 0).into() } else { ([0u16; 8], 0).into() };
    let socket = std::net::UdpSocket::bind(any).ok()?;
    socket.connect(SocketAddr::new(peer, 9)).ok()?;
    Some(socket.local_addr().ok()?.ip())
}

fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}

/// A peer's address as our socket must be given it: one of IPv6 knows IPv4 peers by their mapped address.
fn reachable(own: Option<SocketAddr>, peer: SocketAddr) -> SocketAddr {
    match (own, peer) {
        (Some(SocketAddr::V6(_)), SocketAddr::V4(peer)) => (peer.ip().to_ipv6_mapped(), peer.port()).into(),
        _ => peer,
    }
}
