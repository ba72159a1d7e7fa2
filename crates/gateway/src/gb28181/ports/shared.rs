//! The thread of the shared port: it reads datagrams in batches, and connections up to their first packet.

use std::future::poll_fn;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener, UdpSocket as StdSocket};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rtp::framing::{Framed, TcpFraming};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;

use super::Carrier;
use super::expectation::Kind;
use super::inbox::Connection;
use super::routes::Routes;
use crate::config::Limits;
use crate::peer::{Connections, canonical};
use crate::udp::Datagrams;

/// Within this time a connection must have sent its first packet, and a session must want it.
const FIRST_PACKET_WITHIN: Duration = Duration::from_secs(10);
/// Connections that have not sent their first packet; over it new ones are closed.
const MAX_WAITING: usize = 1024;
/// The same from one address: a recorder connects once for each channel.
const MAX_WAITING_PER_ADDRESS: usize = 256;
/// Bytes in which the first packet must be: more than RTCP alone needs.
const MAX_FIRST_BYTES: usize = 128 << 10;
/// Packets that are cut from them.
const MAX_FIRST_PACKETS: usize = 128;
/// How often a session is looked for, since a device may connect before its answer has come.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// Rest after a failure of the socket.
const PAUSE: Duration = Duration::from_millis(100);

/// Where sessions of the shared port are found.
#[derive(Debug, Default)]
pub(super) struct Directory(Mutex<Routes>);

impl Directory {
    pub(super) fn lock(&self) -> MutexGuard<'_, Routes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ends the thread, and closes the sockets with it, when dropped.
#[derive(Debug)]
pub(super) struct SharedPort {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl SharedPort {
    pub(super) fn start(udp: StdSocket, tcp: StdListener, routes: Arc<Directory>) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let sockets = {
            let _inside = runtime.enter();
            (Datagrams::new(udp)?, TcpListener::from_std(tcp)?)
        };
        let thread = std::thread::Builder::new().name("media-gb28181".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::select! {
                    () = receive(&sockets.0, &routes) => {}
                    () = accept(&sockets.1, &routes) => {}
                    _ = stopped => {}
                }
            });
        })?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for SharedPort {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

async fn receive(datagrams: &Datagrams, routes: &Directory) {
    loop {
        let received =
            poll_fn(|cx| datagrams.poll_receive(cx, |from, datagram| routes.lock().take(from, datagram))).await;
        if let Err(error) = received {
            tracing::warn!(%error, "The port for media of GB/T 28181 cannot be read.");
            tokio::time::sleep(PAUSE).await;
        }
    }
}

async fn accept(listener: &TcpListener, routes: &Arc<Directory>) {
    let limits =
        Limits { connections: MAX_WAITING, connections_per_address: MAX_WAITING_PER_ADDRESS, ..Limits::default() };
    let waiting = Arc::<Connections>::default();
    loop {
        let (stream, from) = match listener.accept().await {
            Ok((stream, from)) => (stream, canonical(from)),
            Err(error) => {
                tracing::warn!(%error, "No connection can be taken at the port for media of GB/T 28181.");
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let Ok(place) = waiting.enter(from.ip(), false, &limits) else { continue };
        let routes = Arc::clone(routes);
        tokio::spawn(async move {
            let _late = tokio::time::timeout(FIRST_PACKET_WITHIN, greet(stream, from, &routes)).await;
            drop(place);
        });
    }
}

/// Reads a connection up to its first packet, and hands it to the session that the packet belongs to.
async fn greet(mut stream: TcpStream, from: SocketAddr, routes: &Directory) -> io::Result<()> {
    let (mut framing, mut first) = (TcpFraming::new(), Vec::new());
    let ssrc = first_ssrc(&mut stream, &mut framing, &mut first).await?;
    loop {
        let wanting = routes.lock().connecting(from, ssrc);
        if let Some(inbox) = wanting {
            inbox.connect(Connection { from, stream: stream.into_std()?, framing, first });
            return Ok(());
        }
        routes.lock().note_lost(from, ssrc, Carrier::TcpPassive);
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

async fn first_ssrc(stream: &mut TcpStream, framing: &mut TcpFraming, first: &mut Vec<Framed>) -> io::Result<u32> {
    let mut read = 0;
    while read < MAX_FIRST_BYTES && first.len() < MAX_FIRST_PACKETS {
        let length = stream.read_buf(framing.input()).await?;
        if length == 0 {
            break;
        }
        read += length;
        first.extend(std::iter::from_fn(|| framing.poll()));
        let media = first.iter().find_map(|framed| match Kind::of(&framed.packet) {
            Kind::Media { ssrc } => Some(ssrc),
            Kind::Control | Kind::Other => None,
        });
        if let Some(ssrc) = media {
            return Ok(ssrc);
        }
    }
    Err(io::ErrorKind::InvalidData.into())
}
