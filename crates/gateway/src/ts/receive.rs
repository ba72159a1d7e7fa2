//! Streams that encoders send to a port or a group.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use bytes::Bytes;
use container::mpegts::{PACKET_LEN, SYNC_BYTE};
use hub::Leg;
use rtp::{Ordered, Packet, ReorderBuffer};
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::UdpSocket;

use super::{Place, io_failure, unusable};
use crate::demux::{Item, StreamDemuxer};
use crate::guard::PullGuard;
use crate::pull::{PullFailure, PullSink, PullUrl};

/// Bytes that the system keeps for us: a second of 32 Mbit/s.
const BUFFER_BYTES: usize = 4 << 20;
/// The largest datagram.
const MAX_DATAGRAM: usize = 64 << 10;
/// How long a late packet of RTP is waited for.
const REORDER_WAIT: Duration = Duration::from_millis(150);
/// Nothing for so long is the end.
const SILENCE: Duration = Duration::from_secs(10);
const TICK: Duration = Duration::from_millis(500);

/// Receives until nothing comes any more or the sink wants no more.
pub(crate) async fn pull(url: &PullUrl, guard: &PullGuard, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
    let place = Place::of(url).await?;
    if guard.is_own_port(place.address.port()) {
        return Err(unusable("the port is one of this server's own".to_owned()));
    }
    let socket = listen(&place).map_err(|error| io_failure(&error))?;
    sink.step(Leg::Connect, true, &format!("Listening on {}.", place.address));
    let mut receiver = Receiver::default();
    let mut buffer = vec![0; MAX_DATAGRAM];
    let mut heard = Instant::now();
    loop {
        match tokio::time::timeout(TICK, socket.recv_from(&mut buffer)).await {
            Ok(Ok((length, from))) => {
                if place.source.is_some_and(|source| source != from.ip().to_canonical()) {
                    continue;
                }
                heard = Instant::now();
                sink.received(length);
                receiver.take(&buffer[..length], from, sink)?;
            }
            Ok(Err(error)) => return Err(io_failure(&error)),
            Err(_elapsed) if heard.elapsed() > SILENCE => {
                return Err(io_failure(&io::ErrorKind::TimedOut.into()));
            }
            Err(_elapsed) => {}
        }
        if receiver.asks_soon() && sink.is_done() {
            return Ok(());
        }
    }
}

/// A socket for a group, or for one address of ours.
fn listen(place: &Place) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(place.address), Type::DGRAM, Some(Protocol::UDP))?;
    let _untuned = socket.set_recv_buffer_size(BUFFER_BYTES);
    socket.set_nonblocking(true)?;
    if !place.address.ip().is_multicast() {
        socket.bind(&place.address.into())?;
        return UdpSocket::from_std(socket.into());
    }
    socket.set_reuse_address(true)?;
    socket.bind(&place.address.into())?;
    match (place.address.ip(), place.source) {
        (IpAddr::V4(group), Some(IpAddr::V4(source))) => {
            socket.join_ssm_v4(&source, &group, &place.interface)?;
        }
        (IpAddr::V4(group), _) => socket.join_multicast_v4(&group, &place.interface)?,
        (IpAddr::V6(group), _) => socket.join_multicast_v6(&group, 0)?,
    }
    UdpSocket::from_std(socket.into())
}

/// What came so far. The first sender is the only one: two mixed streams are none.
#[derive(Default)]
struct Receiver {
    from: Option<SocketAddr>,
    demuxer: Option<StreamDemuxer>,
    reorder: Option<ReorderBuffer>,
    strangers: u64,
    asked: Option<Instant>,
}

impl Receiver {
    /// Whether the sink was not asked for a while.
    fn asks_soon(&mut self) -> bool {
        let due = self.asked.is_none_or(|asked| asked.elapsed() >= TICK);
        if due {
            self.asked = Some(Instant::now());
        }
        due
    }

    fn take(&mut self, datagram: &[u8], from: SocketAddr, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        if *self.from.get_or_insert(from) != from {
            self.strangers += 1;
            if self.strangers == 1 {
                sink.step(Leg::Media, false, &format!("{from} sends here too and is not listened to."));
            }
            return Ok(());
        }
        if is_transport_stream(datagram) {
            return self.demux(datagram, sink);
        }
        let Ok(packet) = Packet::parse(&Bytes::copy_from_slice(datagram)) else { return Ok(()) };
        if !is_transport_stream(&packet.payload) {
            return Ok(());
        }
        let now = Instant::now();
        let reorder = self.reorder.get_or_insert_with(|| ReorderBuffer::new(REORDER_WAIT));
        reorder.push(now, packet);
        let ordered: Vec<Ordered> = std::iter::from_fn(|| reorder.poll(now)).collect();
        for each in ordered {
            // What is lost the demuxer sees by its own counters.
            if let Ordered::Packet(packet) = each {
                self.demux(&packet.payload, sink)?;
            }
        }
        Ok(())
    }

    fn demux(&mut self, packets: &[u8], sink: &mut dyn PullSink) -> Result<(), PullFailure> {
        let demuxer = self.demuxer.get_or_insert_with(StreamDemuxer::transport_stream);
        demuxer.push(packets);
        while let Some(item) = demuxer.next()? {
            match item {
                Item::Tracks(tracks) => sink.tracks(tracks)?,
                Item::Unit(unit) => sink.unit(unit, Instant::now()),
                Item::Note(text) => sink.step(Leg::Media, false, &text),
            }
        }
        Ok(())
    }
}

fn is_transport_stream(bytes: &[u8]) -> bool {
    bytes.first() == Some(&SYNC_BYTE) && bytes.len() >= PACKET_LEN
}
