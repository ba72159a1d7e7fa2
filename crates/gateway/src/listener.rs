//! Opening ports and taking connections.

use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol as SocketProtocol, Socket, Type};
use tokio::net::{TcpListener, TcpStream};

use crate::config::{Listen, Protocol};
use crate::context::Gateway;
use crate::metrics::Metrics;
use crate::peer::{ConnectionSlot, canonical};
use crate::transport::Transport;
use crate::{http, rtmp, rtsp, webrtc};

const BACKLOG: i32 = 4096;
/// Unsent bytes that the kernel keeps per viewer: stale pictures belong in our ring, where they can be skipped.
const NOTSENT_LOWAT: u32 = 128 << 10;
/// Pause after the system refuses a connection for lack of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Why a port could not be opened.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address} for {}: {reason}. Set {}.listen to another address, or stop the program that uses it", protocol.as_str(), protocol.as_str())]
pub struct ListenError {
    /// What should be spoken.
    pub protocol: Protocol,
    /// Where.
    pub address: SocketAddr,
    /// "the port is taken", ...
    pub reason: String,
    /// The system's error.
    #[source]
    pub source: io::Error,
}

/// Open ports.
#[derive(Debug)]
pub struct Listening {
    listeners: Vec<(Protocol, StdListener, SocketAddr)>,
}

impl Listening {
    /// Opens all ports, so that a taken one is reported before anything else happens.
    ///
    /// # Errors
    /// Names the first port that cannot be opened and the key that moves it.
    pub fn bind(listen: &[Listen]) -> Result<Self, ListenError> {
        let mut listeners = Vec::with_capacity(listen.len());
        for Listen { protocol, address } in listen {
            let listener = bind(*address).map_err(|source| ListenError {
                protocol: *protocol,
                address: *address,
                reason: match source.kind() {
                    io::ErrorKind::AddrInUse => "the port is taken".to_owned(),
                    io::ErrorKind::PermissionDenied => "the system does not permit it".to_owned(),
                    _ => source.to_string(),
                },
                source,
            })?;
            let bound = listener.local_addr().unwrap_or(*address);
            listeners.push((*protocol, listener, bound));
        }
        Ok(Self { listeners })
    }

    /// What is listened for, with the ports that the system picked.
    pub fn addresses(&self) -> Vec<(Protocol, SocketAddr)> {
        self.listeners.iter().map(|(protocol, _, address)| (*protocol, *address)).collect()
    }

    /// Takes connections until the gateway stops.
    pub fn start(self, gateway: &Arc<Gateway>) {
        rtsp::listen_for_reports(gateway);
        webrtc::listen(gateway);
        for (protocol, listener, _) in self.listeners {
            let gateway = Arc::clone(gateway);
            let runtime = gateway.runtime.clone();
            runtime.spawn(accept(gateway, protocol, listener));
        }
    }
}

fn bind(address: SocketAddr) -> io::Result<StdListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(SocketProtocol::TCP))?;
    socket.set_reuse_address(true)?;
    if address.is_ipv6() {
        // [::] serves IPv4 too; whoever wants only one names the address.
        socket.set_only_v6(false)?;
    }
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

async fn accept(gateway: Arc<Gateway>, protocol: Protocol, listener: StdListener) {
    let listener = match TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => return tracing::error!(%error, protocol = protocol.as_str(), "The listener does not work."),
    };
    let mut stopping = gateway.stopping.subscribe();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopping.wait_for(|stop| *stop) => return,
        };
        match accepted {
            Ok((stream, address)) => admit(&gateway, protocol, stream, canonical(address)).await,
            Err(error) => {
                tracing::warn!(%error, protocol = protocol.as_str(), "A connection could not be accepted.");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn admit(gateway: &Arc<Gateway>, protocol: Protocol, stream: TcpStream, address: SocketAddr) {
    let exempt = address.ip().is_loopback() || gateway.is_trusted_proxy(address.ip());
    let slot = match gateway.connections.enter(address.ip(), exempt, &gateway.config.limits) {
        Ok(slot) => slot,
        Err(refused) => return Metrics::count(gateway.metrics.refusals(refused)),
    };
    Metrics::count(&gateway.metrics.connections_accepted);
    // The socket moves to the shard's reactor.
    let Ok(stream) = stream.into_std() else { return };
    let shared = Arc::clone(gateway);
    gateway
        .shards
        .pick()
        .spawn(move |shard| async move {
            let Ok(stream) = TcpStream::from_std(stream) else { return };
            prepare(&stream);
            let Some(transport) = encrypt(&shared, protocol, stream).await else { return };
            let connection = Connection { gateway: shared, transport, address, slot };
            match protocol {
                Protocol::Http | Protocol::Https => http::serve(shard, connection).await,
                Protocol::Rtmp | Protocol::Rtmps => rtmp::serve(shard, connection).await,
                Protocol::Rtsp | Protocol::Rtsps => rtsp::serve(shard, connection).await,
            }
        })
        .await;
}

/// A connection that a protocol takes over.
pub(crate) struct Connection {
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) transport: Transport,
    pub(crate) address: SocketAddr,
    pub(crate) slot: ConnectionSlot,
}

fn prepare(stream: &TcpStream) {
    let socket = socket2::SockRef::from(stream);
    // Failing to tune a socket is no reason to refuse it.
    let _untuned = socket.set_tcp_nodelay(true);
    let _untuned = socket.set_tcp_notsent_lowat(NOTSENT_LOWAT);
    let _untuned = socket.set_keepalive(true);
}

async fn encrypt(gateway: &Gateway, protocol: Protocol, stream: TcpStream) -> Option<Transport> {
    if !protocol.is_encrypted() {
        return Some(Transport::Plain(stream));
    }
    let acceptor = gateway.tls.acceptor(protocol)?;
    match tokio::time::timeout(gateway.config.limits.handshake, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => Some(Transport::Tls(Box::new(stream.into()))),
        Ok(Err(error)) => {
            Metrics::count(&gateway.metrics.tls_failures);
            tracing::debug!(%error, protocol = protocol.as_str(), "A TLS handshake failed.");
            None
        }
        Err(_elapsed) => {
            Metrics::count(&gateway.metrics.handshake_timeouts);
            None
        }
    }
}
