//! What a device sends in one call: pictures and sound as a program stream in RTP by UDP.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use bytes::BytesMut;
use container::mpegps;
use media::Muxer as _;
use rtp::PsPacketizer;

use crate::clip::{Clip, Schedule, Slot};

/// Ticks of RTP's time a millisecond.
const TICKS_PER_MS: i64 = 90;

/// A call that sends.
pub(super) struct Film {
    clip: Clip,
    muxer: mpegps::Muxer,
    packetizer: PsPacketizer,
    /// Blocks, so that nothing is lost before it is on its way.
    socket: UdpSocket,
    to: SocketAddr,
    schedule: Schedule,
    started: Instant,
    /// Of the server's INVITE, and how long the device took to answer.
    answered_after: Duration,
    pack: BytesMut,
}

/// What films have done.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    pub(super) packets: u64,
    /// The system did not take them; those alone are lost by the sender.
    pub(super) refused: u64,
    pub(super) pictures: u64,
    /// How much later than it was due the latest frame was sent.
    pub(super) latest: Duration,
    /// The device's own share of the time to the last film's first key frame: from the INVITE to its answer, and from the ACK
    /// until all of the key frame was sent.
    pub(super) own: Duration,
}

impl Film {
    pub(super) fn start(clip: Clip, ssrc: u32, to: SocketAddr, socket: UdpSocket, answered_after: Duration) -> Self {
        let mut muxer = mpegps::Muxer::new();
        muxer.set_tracks(&Clip::tracks());
        Self {
            clip,
            muxer,
            packetizer: PsPacketizer::new(ssrc, 1, 0),
            socket,
            to,
            schedule: Schedule::default(),
            started: Instant::now(),
            answered_after,
            pack: BytesMut::new(),
        }
    }

    /// Sends what is due.
    pub(super) fn advance(&mut self, sent: &mut Sent) {
        loop {
            let (due, now) = (self.started + self.schedule.due(), Instant::now());
            if due > now {
                return;
            }
            sent.latest = sent.latest.max(now - due);
            let slot = self.schedule.next();
            self.send(slot, sent);
            if matches!(slot, Slot::Video(_)) {
                sent.pictures += 1;
            }
            if slot == Slot::Video(0) {
                sent.own = self.answered_after + self.started.elapsed();
            }
        }
    }

    fn send(&mut self, slot: Slot, sent: &mut Sent) {
        let frame = self.clip.frame(slot);
        self.pack.clear();
        self.muxer.write_frame(&frame, &mut self.pack);
        let (socket, to) = (&self.socket, self.to);
        let mut packet = Vec::with_capacity(1500);
        self.packetizer.packetize(&self.pack, frame.dts.as_millis() * TICKS_PER_MS, &mut |header, payload| {
            packet.clear();
            packet.extend_from_slice(header);
            packet.extend_from_slice(payload);
            match socket.send_to(&packet, to) {
                Ok(_) => sent.packets += 1,
                Err(_) => sent.refused += 1,
            }
        });
    }
}
