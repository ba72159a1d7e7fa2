//! Streams that are sent to a multicast group: one sender, however many watch.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hub::{Grant, SessionStart, Stream};
use rtsp::{Delivery, MulticastGroup, ServerEvent, ServerOutput};
use tokio::io::{AsyncWriteExt, DuplexStream};

use super::from_hub::Selection;
use super::server::{Peer, Playable};
use crate::config::MulticastConfig;
use crate::peer::ConnectionSlot;
use crate::pump::Start;
use crate::shard::Shard;
use crate::transport::Transport;
use crate::udp::sender_pair;
use crate::viewer::{ControlOutput, DatagramRoute, MediaPath, ViewerControl};

/// How often a viewer's time-outs, expiry and stream are looked at.
const TICK: Duration = Duration::from_secs(1);
/// Groups at most, however large the network is.
const MAX_GROUPS: u32 = 4096;

/// Every group that is sent to now.
#[derive(Debug, Default)]
pub(crate) struct Groups {
    by_address: Mutex<HashMap<Ipv4Addr, Weak<Group>>>,
}

/// One stream's group; sending ends with its last viewer.
#[derive(Debug)]
pub(super) struct Group {
    address: Ipv4Addr,
    config: MulticastConfig,
    stream: Arc<Stream>,
    /// All tracks, on the same ports for everybody.
    selection: Selection,
    /// Held while sending: the sender ends when it is dropped.
    sender: Mutex<Option<DuplexStream>>,
}

impl Groups {
    /// The group of a stream, a new one where it has none. `None` when all addresses are taken.
    pub(super) fn enter(&self, config: &MulticastConfig, stream: &Arc<Stream>) -> Option<Arc<Group>> {
        let mut by_address = self.by_address.lock().unwrap_or_else(PoisonError::into_inner);
        by_address.retain(|_, group| group.strong_count() > 0);
        let running = by_address.values().filter_map(Weak::upgrade).find(|group| Arc::ptr_eq(&group.stream, stream));
        if running.is_some() {
            return running;
        }
        let limit = usize::try_from(MAX_GROUPS).unwrap_or(usize::MAX);
        let address = config.network.hosts().take(limit).find(|address| !by_address.contains_key(address))?;
        let group = Arc::new(Group {
            address,
            config: config.clone(),
            stream: Arc::clone(stream),
            selection: Selection::all(&stream.tracks()),
            sender: Mutex::new(None),
        });
        by_address.insert(address, Arc::downgrade(&group));
        Some(group)
    }
}

impl Group {
    /// Where a track of the stream is sent; `None` for one that RTP cannot carry.
    pub(super) fn delivery(&self, track: u8) -> Option<MulticastGroup> {
        let rtp = self.config.port.checked_add(u16::from(self.selection.channel(track)?))?;
        let port = (rtp, rtp.checked_add(1)?);
        Some(MulticastGroup { address: self.address.into(), port, ttl: self.config.ttl })
    }

    /// Begins to send unless that is under way; on the shard of the viewer who came first.
    fn start(&self, peer: &Peer, shard: &Rc<Shard>) -> std::io::Result<()> {
        let mut sender = self.sender.lock().unwrap_or_else(PoisonError::into_inner);
        if sender.is_some() {
            return Ok(());
        }
        let Some(rendition) = self.selection.rendition(&self.stream) else {
            return Err(std::io::ErrorKind::QuotaExceeded.into());
        };
        let sockets = Rc::new(sender_pair(self.config.interface, self.config.ttl)?);
        let at = |port: u16| SocketAddr::new(IpAddr::V4(self.address), port);
        let ports = (0..self.selection.channels()).map(|channel| self.config.port.checked_add(channel).map(at));
        let route = DatagramRoute::new(sockets, ports.collect());
        // Nobody is at the other end of this connection: its end is the group's.
        let (ours, theirs) = tokio::io::duplex(1);
        let media = MediaPath::Datagrams(Transport::Body(theirs), route);
        let start = SessionStart {
            protocol: "rtsp-multicast",
            address: at(self.config.port),
            user_agent: None,
            grant: Grant { subject: None, expires_at: None },
        };
        let session = peer.gateway.hub.start_sender(&self.stream, start);
        tracing::debug!(stream = %self.stream.key(), group = %self.address, "Sending to a group.");
        shard.view(&rendition, media, Box::new(Silent), session, Bytes::new(), Start::Key);
        *sender = Some(ours);
        Ok(())
    }
}

/// The control side of a sender that nobody talks to.
struct Silent;

impl ViewerControl for Silent {
    fn on_input(&mut self, _now: Instant, _bytes: &[u8], _out: &mut ControlOutput) {}
}

/// Watches over one viewer of a group until it leaves, expires or is sent away, or the stream ends.
pub(super) async fn accompany(mut peer: Peer, shard: Rc<Shard>, group: Arc<Group>, _slot: ConnectionSlot) {
    let Some(Playable { open, grant, user_agent, .. }) = peer.play.take() else { return };
    if let Err(error) = group.start(&peer, &shard) {
        return tracing::warn!(%error, group = %group.address, "A group cannot be sent to.");
    }
    let start = SessionStart { protocol: "rtsp-multicast", address: peer.address, user_agent, grant };
    let session = peer.gateway.hub.start_session(&open.stream, start);
    let mut phase = open.stream.watch_phase();
    let mut tick = tokio::time::interval(TICK);
    loop {
        while let Some(output) = peer.session.poll_output() {
            match output {
                ServerOutput::Transmit(bytes) => {
                    if peer.transport.write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                ServerOutput::Close(_) => {
                    let _gone_either_way = peer.transport.shutdown().await;
                    return;
                }
                // A group is not stopped for one of its viewers.
                ServerOutput::Event(ServerEvent::Pause(_) | ServerEvent::Play { .. }) => peer.session.accept(),
                ServerOutput::Event(ServerEvent::Rtcp { .. } | ServerEvent::Rtp { .. }) => {}
                ServerOutput::Event(_) => peer.session.reject(455, "The session plays"),
            }
        }
        let commands = &mut peer.session;
        tokio::select! {
            read = peer.transport.read_with(|bytes| commands.handle_input(Instant::now(), bytes)) => {
                if read.is_err() {
                    return;
                }
            }
            ended = phase.wait_for(|phase| *phase == hub::Phase::Closed) => {
                let _gone_either_way = ended;
                return;
            }
            _ = tick.tick() => {
                if session.is_over(std::time::SystemTime::now()) {
                    return;
                }
                peer.session.handle_timeout(Instant::now());
            }
        }
    }
}

/// Whether a session's tracks are sent to a group.
pub(super) fn is_multicast(delivery: Delivery) -> bool {
    matches!(delivery, Delivery::Multicast(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use hub::{Hub, StreamOptions};

    fn config(network: &str) -> MulticastConfig {
        MulticastConfig { network: network.parse().unwrap(), port: 18_000, ttl: 1, interface: None }
    }

    #[test]
    fn each_stream_has_a_group_while_somebody_watches() {
        let hub = Hub::new(StreamOptions::default());
        let streams = ["a/1", "a/2", "a/3"].map(|key| hub.prepare(&key.parse().unwrap()).unwrap().stream);
        let (groups, config) = (Groups::default(), config("239.1.2.0/30"));
        let first = groups.enter(&config, &streams[0]).unwrap();
        let again = groups.enter(&config, &streams[0]).unwrap();
        assert!(Arc::ptr_eq(&first, &again));
        let second = groups.enter(&config, &streams[1]).unwrap();
        assert_ne!(first.address, second.address);
        assert!(groups.enter(&config, &streams[2]).is_none(), "the network is used up");
        drop((first, again));
        assert!(groups.enter(&config, &streams[2]).is_some());
    }
}
