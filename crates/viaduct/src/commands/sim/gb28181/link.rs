//! Sockets and connections of simulated devices.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sip::{StreamItem, StreamParser};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, UdpSocket};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::{Instant, sleep_until};

use super::fleet::Input;

/// Messages to one connection that wait. Full-policy: the message is dropped.
const MAX_WAITING: usize = 256;
/// Bytes of the largest datagram.
const MAX_DATAGRAM: usize = 65_536;
/// Bytes that are read at a time from a connection.
const READ_LEN: usize = 4096;

/// A task that ends when this is dropped.
#[derive(Debug)]
pub(super) struct Task(AbortHandle);

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl<T> From<JoinHandle<T>> for Task {
    fn from(handle: JoinHandle<T>) -> Self {
        Self(handle.abort_handle())
    }
}

/// How a device sends.
#[derive(Debug)]
pub(super) enum Link {
    /// Not at all yet.
    None,
    Udp(Arc<UdpSocket>),
    Tcp(mpsc::Sender<Bytes>),
}

/// A socket of a device's own.
pub(super) struct Opened {
    pub(super) link: Link,
    /// Hands on what arrives.
    pub(super) task: Task,
    /// Our end.
    pub(super) own: SocketAddr,
}

impl Link {
    /// Sends one message. What the system does not take at once is lost, as on the way.
    pub(super) fn send(&self, bytes: &Bytes) {
        match self {
            Self::None => {}
            Self::Udp(socket) => drop(socket.try_send(bytes)),
            Self::Tcp(outgoing) => drop(outgoing.try_send(bytes.clone())),
        }
    }
}

/// From which address of this machine, where that is not left to the system.
fn local(from: Option<IpAddr>, server: SocketAddr) -> SocketAddr {
    let any = if server.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    SocketAddr::new(from.unwrap_or(any), 0)
}

/// A socket of a device's own.
pub(super) fn open_udp(
    index: usize,
    from: Option<IpAddr>,
    server: SocketAddr,
    inputs: &mpsc::Sender<Input>,
) -> io::Result<Opened> {
    let socket = std::net::UdpSocket::bind(local(from, server))?;
    socket.connect(server)?;
    socket.set_nonblocking(true)?;
    let own = socket.local_addr()?;
    let socket = Arc::new(UdpSocket::from_std(socket)?);
    let task = tokio::spawn(listen(index, Arc::clone(&socket), inputs.clone())).into();
    Ok(Opened { link: Link::Udp(socket), task, own })
}

async fn listen(index: usize, socket: Arc<UdpSocket>, inputs: mpsc::Sender<Input>) {
    // An error is one of a datagram that we sent.
    while let _ready = socket.readable().await
        && let Ok(permit) = inputs.reserve().await
    {
        match receive(&socket) {
            Some(bytes) => permit.send(Input::Datagram(index, bytes)),
            None => drop(permit),
        }
    }
}

/// The buffer is the thread's, not one of each of many thousand sockets.
fn receive(socket: &UdpSocket) -> Option<Bytes> {
    let mut buffer = [0; MAX_DATAGRAM];
    let len = socket.try_recv(&mut buffer).ok()?;
    Some(Bytes::copy_from_slice(&buffer[..len]))
}

/// Connects, and hands on what arrives until the connection ends or the task is dropped.
pub(super) fn open_tcp(
    index: usize,
    from: Option<IpAddr>,
    server: SocketAddr,
    inputs: &mpsc::Sender<Input>,
    half_open_after: Option<Duration>,
) -> Task {
    let inputs = inputs.clone();
    let task = tokio::spawn(async move {
        let ended = converse(index, from, server, &inputs, half_open_after).await;
        let _stopped = inputs.send(Input::Closed(index, ended.err())).await;
    });
    task.into()
}

async fn converse(
    index: usize,
    from: Option<IpAddr>,
    server: SocketAddr,
    inputs: &mpsc::Sender<Input>,
    half_open_after: Option<Duration>,
) -> io::Result<()> {
    let socket = if server.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.bind(local(from, server))?;
    let stream = socket.connect(server).await?;
    stream.set_nodelay(true)?;
    let (outgoing, mut waiting) = mpsc::channel::<Bytes>(MAX_WAITING);
    let _stopped = inputs.send(Input::Connected(index, stream.local_addr()?, outgoing)).await;
    let (mut reader, mut writer) = stream.into_split();
    let mut parser = StreamParser::default();
    let mut buffer = vec![0; READ_LEN];
    let half_open_at = half_open_after.map(|after| Instant::now() + after);
    loop {
        tokio::select! {
            () = sleep_until(half_open_at.unwrap_or_else(Instant::now)), if half_open_at.is_some() => {
                // What is written meanwhile waits, and is dropped when there is too much.
                return std::future::pending().await;
            }
            len = reader.read(&mut buffer) => {
                let len = len?;
                if len == 0 {
                    return Ok(());
                }
                parser.push(&buffer[..len]);
                while let Some(item) = parser.next_item().map_err(io::Error::other)? {
                    match item {
                        StreamItem::Message(message) => {
                            let _stopped = inputs.send(Input::Message(index, Box::new(message))).await;
                        }
                        StreamItem::Ping => writer.write_all(b"\r\n").await?,
                    }
                }
            }
            message = waiting.recv() => match message {
                Some(bytes) => writer.write_all(&bytes).await?,
                None => return Ok(()),
            },
        }
    }
}
