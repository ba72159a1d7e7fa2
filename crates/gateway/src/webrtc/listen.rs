//! Readers of the two ports: each datagram goes to the peer that it is for.

use std::future::poll_fn;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::mpsc;

use super::directory::{Arrival, Datagram, Path};
use super::ports::WebRtcPorts;
use crate::context::Gateway;
use crate::metrics::Metrics;
use crate::peer::{ConnectionSlot, canonical};
use crate::shard::Shard;
use crate::udp::Datagrams;

/// Batches of datagrams that are taken before the other tasks of the thread have their turn.
const BATCHES_IN_A_ROW: usize = 16;
/// Bytes of a datagram that we read; the largest that peers send fill an Ethernet frame.
const MAX_DATAGRAM_BYTES: usize = 2048;
/// Frames that wait for a connection: a key frame of 300 KB. When full, packets are lost, and asked for again.
const QUEUE: usize = 256;
/// Pause after the system refuses a connection for lack of file handles.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Takes what arrives until the gateway stops.
pub(crate) fn listen(gateway: &Arc<Gateway>) {
    let Some(ports) = &gateway.webrtc_ports else { return };
    for reader in [Reader::Datagrams, Reader::Connections] {
        let (gateway, ports) = (Arc::clone(gateway), Arc::clone(ports));
        let (shard, runtime) = (gateway.shards.pick().clone(), gateway.runtime.clone());
        runtime.spawn(async move { shard.spawn(move |shard| read(gateway, ports, shard, reader)).await });
    }
}

#[derive(Clone, Copy)]
enum Reader {
    Datagrams,
    Connections,
}

async fn read(gateway: Arc<Gateway>, ports: Arc<WebRtcPorts>, shard: Rc<Shard>, reader: Reader) {
    let mut stopping = gateway.stopping.subscribe();
    let work = async {
        match reader {
            Reader::Datagrams => match shard.webrtc_datagrams(&ports) {
                Ok(datagrams) => take(&gateway, &datagrams).await,
                Err(error) => tracing::error!(%error, "The UDP port of WebRTC does not work."),
            },
            Reader::Connections => match ports.listener() {
                Ok(listener) => accept(&gateway, &shard, listener).await,
                Err(error) => tracing::error!(%error, "The TCP port of WebRTC does not work."),
            },
        }
    };
    tokio::select! {
        () = work => {}
        _ = stopping.wait_for(|stop| *stop) => {}
    }
}

async fn take(gateway: &Gateway, datagrams: &Datagrams) {
    loop {
        for _ in 0..BATCHES_IN_A_ROW {
            let received = poll_fn(|cx| {
                datagrams.poll_receive_at(cx, |from, local, bytes| {
                    pass_on(gateway, Path { by_tcp: false, address: from }, local, bytes);
                })
            });
            if let Err(error) = received.await {
                tracing::debug!(%error, "Datagrams could not be received.");
                break;
            }
        }
        tokio::task::yield_now().await;
    }
}

fn pass_on(gateway: &Gateway, path: Path, local: Option<IpAddr>, bytes: &[u8]) {
    let receiver = gateway.webrtc.find(path, bytes).filter(|_| bytes.len() <= MAX_DATAGRAM_BYTES);
    let Some(receiver) = receiver else {
        return Metrics::count(&gateway.metrics.webrtc_stray_datagrams);
    };
    let bytes = Bytes::copy_from_slice(bytes);
    let datagram = Datagram { from: path.address, local, by_tcp: path.by_tcp, at: Instant::now(), bytes };
    if receiver.try_send(Arrival::Datagram(datagram)).is_err() {
        Metrics::count(&gateway.metrics.webrtc_overflows);
    }
}

async fn accept(gateway: &Arc<Gateway>, shard: &Rc<Shard>, listener: tokio::net::TcpListener) {
    loop {
        match listener.accept().await {
            Ok((stream, address)) => {
                let from = canonical(address);
                let exempt = from.ip().is_loopback();
                let slot = match gateway.connections.enter(from.ip(), exempt, &gateway.config.limits) {
                    Ok(slot) => slot,
                    Err(refused) => {
                        Metrics::count(gateway.metrics.refusals(refused));
                        continue;
                    }
                };
                let _untuned = stream.set_nodelay(true);
                shard.spawn_local(serve(Arc::clone(gateway), stream, from, slot));
            }
            Err(error) => {
                tracing::warn!(%error, "A WebRTC connection could not be accepted.");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Serves a connection: its first frame must name a peer in time (RFC 6544 §9).
async fn serve(gateway: Arc<Gateway>, stream: TcpStream, from: SocketAddr, _slot: ConnectionSlot) {
    let (mut reading, writing) = stream.into_split();
    let limit = gateway.config.limits.handshake;
    let Ok(Some(first)) = tokio::time::timeout(limit, read_frame(&mut reading)).await else {
        return Metrics::count(&gateway.metrics.handshake_timeouts);
    };
    let path = Path { by_tcp: true, address: from };
    let Some(peer) = gateway.webrtc.find(path, &first) else {
        return Metrics::count(&gateway.metrics.webrtc_stray_datagrams);
    };
    let (out, frames) = mpsc::channel(QUEUE);
    if peer.send(Arrival::Connection { from, out }).await.is_err() {
        return;
    }
    let frame = |bytes| Datagram { from, local: None, by_tcp: true, at: Instant::now(), bytes };
    if peer.send(Arrival::Datagram(frame(first))).await.is_err() {
        return;
    }
    let reader = async {
        while let Some(bytes) = read_frame(&mut reading).await {
            // A connection waits for its peer's task instead of losing what it carried so far.
            if peer.send(Arrival::Datagram(frame(bytes))).await.is_err() {
                return;
            }
        }
    };
    tokio::select! {
        () = reader => {}
        () = write_frames(writing, frames) => {}
    }
}

/// One frame (RFC 4571 §2); `None` at the end, and when it is longer than any that peers send.
async fn read_frame(reading: &mut OwnedReadHalf) -> Option<Bytes> {
    let length = usize::from(reading.read_u16().await.ok()?);
    if length > MAX_DATAGRAM_BYTES {
        return None;
    }
    let mut bytes = BytesMut::zeroed(length);
    reading.read_exact(&mut bytes).await.ok()?;
    Some(bytes.freeze())
}

/// Ends with the connection, or when its peer lets go of it.
async fn write_frames(mut writing: OwnedWriteHalf, mut frames: mpsc::Receiver<Bytes>) {
    while let Some(frame) = frames.recv().await {
        if writing.write_all(&frame).await.is_err() {
            return;
        }
    }
}
