//! A peer that plays: its connection and, by UDP, its ports.

use std::rc::Rc;
use std::time::Instant;

use hub::SessionStart;
use rtp::sdp::payload_clock_hz;
use rtsp::{Delivery, ServerEvent, ServerOutput, ServerSession};

use super::{Peer, Playable};
use crate::peer::ConnectionSlot;
use crate::pump::Start;
use crate::rtsp::from_hub::Selection;
use crate::rtsp::reports::Reservation;
use crate::shard::Shard;
use crate::viewer::{ControlOutput, DatagramRoute, MediaPath, ViewerControl};

impl Peer {
    pub(super) fn hand_to_pump(mut self, shard: &Rc<Shard>, selection: &Selection, slot: ConnectionSlot) {
        let Some(Playable { open, grant, user_agent, rendition: Some(rendition), key }) = self.play.take() else {
            return;
        };
        let by_udp = self.session.setups().iter().any(|setup| setup.delivery != Delivery::Interleaved);
        let protocol = if by_udp { "rtsp-udp" } else { self.protocol() };
        tracing::debug!(stream = %key, address = %self.address, ?selection, protocol, "An RTSP viewer plays.");
        let start = SessionStart { protocol, address: self.address, user_agent, grant };
        let session = self.gateway.hub.start_session(&open.stream, start);
        for (setup, reservation) in self.session.setups().iter().zip(&self.reservations) {
            let tracks = open.stream.tracks();
            if let Some(track) = tracks.list.iter().find(|track| Some(track.id.0) == setup.track_number()) {
                reservation.attach(&session, &open.stream, payload_clock_hz(track));
            }
        }
        let media = match (&self.gateway.rtsp_udp, by_udp) {
            (Some(ports), true) => {
                let Ok(sockets) = shard.datagrams(ports) else { return };
                let address = self.address.ip();
                let at = |port: u16| ports.reachable((address, port).into());
                let destinations = selection.destinations(self.session.setups(), at);
                MediaPath::Datagrams(self.transport, DatagramRoute::new(sockets, destinations))
            }
            _ => MediaPath::Connection(self.transport),
        };
        let mut control = RtspViewer { session: self.session, reservations: self.reservations, _slot: slot };
        let mut first = ControlOutput::default();
        control.drain(&mut first);
        shard.view(&rendition, media, Box::new(control), session, first.bytes.freeze(), Start::Key);
    }
}

/// The command side of a viewer's connection.
struct RtspViewer {
    session: ServerSession,
    /// Its reports by UDP show that it lives.
    reservations: Vec<Reservation>,
    _slot: ConnectionSlot,
}

impl RtspViewer {
    fn drain(&mut self, out: &mut ControlOutput) {
        while let Some(output) = self.session.poll_output() {
            match output {
                ServerOutput::Transmit(bytes) => out.bytes.extend_from_slice(&bytes),
                ServerOutput::Close(_) => out.close = true,
                ServerOutput::Event(ServerEvent::Pause(_)) => {
                    self.session.accept();
                    out.pause = Some(true);
                }
                ServerOutput::Event(ServerEvent::Play { .. }) => {
                    self.session.accept_play(&[]);
                    out.pause = Some(false);
                }
                // A viewer's receiver reports tell nothing over TCP.
                ServerOutput::Event(ServerEvent::Rtcp { .. } | ServerEvent::Rtp { .. }) => {}
                ServerOutput::Event(_) => self.session.reject(455, "The session plays"),
            }
        }
    }
}

impl ViewerControl for RtspViewer {
    fn on_input(&mut self, now: Instant, bytes: &[u8], out: &mut ControlOutput) {
        self.session.handle_input(now, bytes);
        self.drain(out);
    }

    fn has_expired(&mut self, now: Instant) -> bool {
        for reservation in &self.reservations {
            self.session.note_alive(reservation.heard());
        }
        self.session.handle_timeout(now);
        let mut out = ControlOutput::default();
        self.drain(&mut out);
        out.close
    }
}
