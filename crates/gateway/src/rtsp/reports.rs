//! What viewers by UDP report: that they live, how much is lost on the way to them, and that they need a key
//! frame. Reports arrive on the server's open ports and are told apart by their sender.

use std::collections::HashMap;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};

use hub::session::Reception;
use hub::{Session, Stream};
use rtp::{ReportBlock, Rtcp, parse_compound};

use crate::context::Gateway;
use crate::metrics::Metrics;
use crate::peer::canonical;
use crate::udp::Datagrams;

/// Batches of datagrams that are taken before the other tasks of the thread have their turn: a flood must not
/// starve them.
const BATCHES_IN_A_ROW: usize = 16;

/// Viewers by the address that their reports come from.
#[derive(Debug, Default)]
pub(crate) struct Receivers {
    by_address: Arc<Mutex<HashMap<SocketAddr, Arc<Receiver>>>>,
}

/// One track of a viewer.
#[derive(Debug)]
struct Receiver {
    since: Instant,
    /// Milliseconds after `since` at which it was last heard.
    heard_ms: AtomicU64,
    viewer: OnceLock<Viewer>,
}

#[derive(Debug)]
struct Viewer {
    session: Arc<Session>,
    stream: Weak<Stream>,
    clock_hz: NonZeroU32,
}

/// A viewer's claim to the address that its reports come from; given back when dropped.
#[derive(Debug)]
pub(super) struct Reservation {
    by_address: Arc<Mutex<HashMap<SocketAddr, Arc<Receiver>>>>,
    address: SocketAddr,
    receiver: Arc<Receiver>,
}

fn lock(by_address: &Mutex<HashMap<SocketAddr, Arc<Receiver>>>) -> MutexGuard<'_, HashMap<SocketAddr, Arc<Receiver>>> {
    by_address.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Receivers {
    /// Claims an address. `None` when another viewer has it, such as one behind the same address translation
    /// with the same ports: datagrams could not be meant for both.
    pub(super) fn reserve(&self, address: SocketAddr) -> Option<Reservation> {
        let address = canonical(address);
        let mut by_address = lock(&self.by_address);
        if by_address.contains_key(&address) {
            return None;
        }
        let receiver =
            Arc::new(Receiver { since: Instant::now(), heard_ms: AtomicU64::new(0), viewer: OnceLock::new() });
        by_address.insert(address, Arc::clone(&receiver));
        Some(Reservation { by_address: Arc::clone(&self.by_address), address, receiver })
    }

    fn handle(&self, from: SocketAddr, bytes: &[u8], metrics: &Metrics) {
        let receiver = lock(&self.by_address).get(&from).cloned();
        match receiver {
            Some(receiver) => receiver.handle(bytes),
            None => Metrics::count(&metrics.stray_datagrams),
        }
    }
}

impl Receiver {
    fn handle(&self, bytes: &[u8]) {
        let Some(viewer) = self.viewer.get() else { return };
        for packet in parse_compound(bytes) {
            match packet {
                Ok(Rtcp::ReceiverReport { reports, .. } | Rtcp::SenderReport { reports, .. }) => {
                    let elapsed = self.since.elapsed().as_millis();
                    self.heard_ms.store(u64::try_from(elapsed).unwrap_or(u64::MAX), Ordering::Relaxed);
                    if let Some(block) = reports.first() {
                        viewer.note(block);
                    }
                }
                Ok(Rtcp::PictureLoss { .. } | Rtcp::FullIntraRequest { .. }) => {
                    if let Some(stream) = viewer.stream.upgrade() {
                        stream.request_key_frame(Instant::now());
                    }
                }
                Ok(_) => {}
                Err(_) => return,
            }
        }
    }
}

impl Viewer {
    fn note(&self, block: &ReportBlock) {
        let loss_permille = u16::from(block.fraction_lost) * 125 / 32;
        let jitter_ms = u64::from(block.jitter) * 1000 / u64::from(self.clock_hz.get());
        let jitter_ms = u32::try_from(jitter_ms).unwrap_or(u32::MAX);
        self.session.note_reception(Reception { loss_permille, jitter_ms });
    }
}

impl Reservation {
    /// Names the session that reports of this address are about. Its first caller counts.
    pub(super) fn attach(&self, session: &Arc<Session>, stream: &Arc<Stream>, clock_hz: NonZeroU32) {
        let viewer = Viewer { session: Arc::clone(session), stream: Arc::downgrade(stream), clock_hz };
        let _first_counts = self.receiver.viewer.set(viewer);
    }

    /// When the viewer was last heard.
    pub(super) fn heard(&self) -> Instant {
        self.receiver.since + Duration::from_millis(self.receiver.heard_ms.load(Ordering::Relaxed))
    }
}

impl Drop for Reservation {
    fn drop(&mut self) {
        lock(&self.by_address).remove(&self.address);
    }
}

/// Takes what arrives on the open ports until the gateway stops.
pub(crate) fn listen_for_reports(gateway: &Arc<Gateway>) {
    if gateway.rtsp_udp.is_none() {
        return;
    }
    let shared = Arc::clone(gateway);
    let shard = gateway.shards.pick().clone();
    gateway.runtime.spawn(async move {
        let run = move |shard: std::rc::Rc<crate::shard::Shard>| async move {
            let Some(Ok(pair)) = shared.rtsp_udp.as_ref().map(|ports| shard.datagrams(ports)) else {
                return tracing::error!("The ports of RTP do not work.");
            };
            let mut stopping = shared.stopping.subscribe();
            tokio::select! {
                () = take(&shared, &pair.rtp, false) => {}
                () = take(&shared, &pair.rtcp, true) => {}
                _ = stopping.wait_for(|stop| *stop) => {}
            }
        };
        shard.spawn(run).await;
    });
}

/// On the RTP port only packets that knock holes into firewalls are expected.
async fn take(gateway: &Gateway, datagrams: &Datagrams, reports: bool) {
    loop {
        for _ in 0..BATCHES_IN_A_ROW {
            let received = poll_fn(|cx| {
                datagrams.poll_receive(cx, |from, bytes| {
                    if reports {
                        gateway.receivers.handle(from, bytes, &gateway.metrics);
                    } else if bytes.len() > KNOCK_BYTES {
                        Metrics::count(&gateway.metrics.stray_datagrams);
                    }
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

/// Packets that players send to the RTP port to be let in by firewalls hold a header and no media.
const KNOCK_BYTES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_belongs_to_one_viewer_until_it_leaves() {
        let receivers = Receivers::default();
        let address: SocketAddr = "192.0.2.7:5001".parse().unwrap();
        let first = receivers.reserve(address).unwrap();
        assert!(receivers.reserve("[::ffff:192.0.2.7]:5001".parse().unwrap()).is_none());
        drop(first);
        assert!(receivers.reserve(address).is_some());
    }

    #[test]
    fn reports_of_strangers_are_counted_and_change_nothing() {
        let (receivers, metrics) = (Receivers::default(), Metrics::default());
        receivers.handle("192.0.2.8:5001".parse().unwrap(), &[0x81, 201, 0, 7], &metrics);
        assert_eq!(metrics.stray_datagrams.load(Ordering::Relaxed), 1);
    }
}
