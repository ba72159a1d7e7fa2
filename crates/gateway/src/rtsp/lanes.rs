//! The sockets by which the tracks of one session come in.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::task::{Context, Poll};

use bytes::Bytes;

use crate::udp::DatagramPair;

/// What opens a firewall's way for packets to us: an empty RTP packet, and an empty receiver report.
const RTP_KNOCK: [u8; 12] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
const RTCP_KNOCK: [u8; 8] = [0x80, 201, 0, 1, 0, 0, 0, 0];

/// One pair of sockets per track.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    lanes: Vec<Lane>,
    /// Datagrams from another address than the peer's.
    strays: u64,
}

#[derive(Debug)]
struct Lane {
    /// Channel of RTP; RTCP has the next one.
    channel: u8,
    pair: DatagramPair,
    /// Whose datagrams count; `None` for a group, to which anybody in the network may send.
    peer: Option<IpAddr>,
    /// Where our reports go.
    reports_to: Option<SocketAddr>,
}

impl Lanes {
    pub(super) fn add(
        &mut self,
        channel: u8,
        pair: DatagramPair,
        peer: Option<IpAddr>,
        reports_to: Option<SocketAddr>,
    ) {
        self.lanes.retain(|lane| lane.channel != channel);
        self.lanes.push(Lane { channel, pair, peer, reports_to });
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.lanes.is_empty()
    }

    /// Datagrams that were dropped because they came from a wrong address.
    pub(super) const fn strays(&self) -> u64 {
        self.strays
    }

    /// Receives from any socket. Pending for ever without sockets.
    ///
    /// # Cancel safety
    /// Safe: nothing is received until it is taken.
    pub(super) async fn receive(&mut self, mut take: impl FnMut(u8, Bytes)) -> io::Result<()> {
        poll_fn(|cx| self.poll_receive(cx, &mut take)).await
    }

    fn poll_receive(&mut self, cx: &mut Context<'_>, take: &mut impl FnMut(u8, Bytes)) -> Poll<io::Result<()>> {
        let mut any = Poll::Pending;
        for lane in &self.lanes {
            for (channel, socket) in [(lane.channel, &lane.pair.rtp), (lane.channel + 1, &lane.pair.rtcp)] {
                let polled = socket.poll_receive(cx, |from, datagram| {
                    if lane.peer.is_none_or(|peer| peer == from.ip()) {
                        take(channel, Bytes::copy_from_slice(datagram));
                    } else {
                        self.strays += 1;
                    }
                });
                match polled {
                    Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                    Poll::Ready(Ok(())) => any = Poll::Ready(Ok(())),
                    Poll::Pending => {}
                }
            }
        }
        any
    }

    /// Sends a control packet of a track. Whether it arrives is as uncertain as with any datagram.
    pub(super) fn report(&self, channel: u8, packet: &[u8]) {
        let Some(lane) = self.lanes.iter().find(|lane| lane.channel == channel & !1) else { return };
        if let Some(to) = lane.reports_to {
            let _lost_as_on_the_way = lane.pair.rtcp.try_send(to, packet, packet.len());
        }
    }

    /// Opens the way for the peer's packets through a firewall on our side, and learns where reports go.
    pub(super) fn open_way(&mut self, channel: u8, peer: IpAddr, ports: (u16, u16)) {
        let Some(lane) = self.lanes.iter_mut().find(|lane| lane.channel == channel) else { return };
        let _lost_as_on_the_way = lane.pair.rtp.try_send((peer, ports.0).into(), &RTP_KNOCK, RTP_KNOCK.len());
        let _lost_as_on_the_way = lane.pair.rtcp.try_send((peer, ports.1).into(), &RTCP_KNOCK, RTCP_KNOCK.len());
        lane.reports_to = Some((peer, ports.1).into());
    }
}
