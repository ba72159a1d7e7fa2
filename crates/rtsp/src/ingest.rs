//! Interleaved packets of a pulled or announced session, turned into tracks and access units.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::{BufMut, Bytes, BytesMut};
use media::{AccessUnit, MediaKind, TrackConfig, TrackId};
use rtp::{
    DropReason, Ordered, Packet, Received, ReceiverStats, ReorderBuffer, Rtcp, SessionDescription, TrackReceiver,
};

use crate::server::Setup;

/// How long tracks whose parameters come in-band may hold back the others.
pub const TRACKS_WAIT: Duration = Duration::from_secs(5);

/// How long a datagram may be late before it counts as lost: longer than the detours of a road's network, and
/// short enough that a loss does not show as a stop of the picture.
pub const REORDER_WAIT: Duration = Duration::from_millis(150);

/// Time between receiver reports (RFC 3550 §6.2).
pub const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// Which media section travels on which channels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wiring {
    /// Index into [`SessionDescription::media`]; also the [`TrackId`].
    pub media: usize,
    /// Channel of the RTP packets.
    pub rtp_channel: u8,
    /// Channel of the RTCP packets.
    pub rtcp_channel: u8,
}

/// What comes out of an [`Ingest`].
#[derive(Debug)]
#[non_exhaustive]
pub enum IngestEvent {
    /// The tracks that are known now; comes once when all are known or [`TRACKS_WAIT`] has passed, and
    /// again for each that becomes known later. Units of a track come only after it was listed.
    Tracks(Vec<TrackConfig>),
    /// An access unit.
    Unit(AccessUnit),
    /// Packets are missing.
    Loss {
        /// Which track.
        track: TrackId,
        /// How many.
        packets: u32,
    },
    /// An access unit was not usable.
    Dropped {
        /// Which track.
        track: TrackId,
        /// Why.
        reason: DropReason,
    },
    /// The source said goodbye (BYE) on this track.
    Goodbye(TrackId),
}

/// The receiving side of one session.
///
/// **Drain [`Ingest::poll_event`] and [`Ingest::poll_transmit`] after every call.**
#[derive(Debug)]
pub struct Ingest {
    lanes: Vec<Lane>,
    listed: bool,
    tracks_due: Instant,
    reports_due: Instant,
    ssrc: u32,
    events: VecDeque<IngestEvent>,
    transmits: VecDeque<Bytes>,
}

#[derive(Debug)]
struct Lane {
    wiring: Wiring,
    kind: MediaKind,
    receiver: TrackReceiver,
    /// For datagrams; those of a connection are in order.
    reorder: Option<ReorderBuffer>,
    config: Option<TrackConfig>,
}

impl Lane {
    fn handle_rtp(&mut self, now: Instant, data: &Bytes) {
        // Malformed packets are counted by the receiver; the stream goes on.
        let (Some(reorder), Ok(packet)) = (&mut self.reorder, Packet::parse(data)) else {
            let _ = self.receiver.handle_rtp(now, data);
            return;
        };
        // A stray source must not disturb the order of the right one; the receiver decides when it has changed.
        if self.receiver.ssrc().is_some_and(|ssrc| ssrc != packet.ssrc) {
            let ssrc = self.receiver.ssrc();
            self.receiver.handle_packet(now, &packet);
            if self.receiver.ssrc() != ssrc {
                *reorder = ReorderBuffer::new(REORDER_WAIT);
                reorder.expect(packet.sequence.wrapping_add(1));
            }
            return;
        }
        reorder.push(now, packet);
        self.advance(now);
    }

    /// Passes on what is in order or overdue. The receiver sees a loss as a gap in the numbers.
    fn advance(&mut self, now: Instant) {
        while let Some(ordered) = self.reorder.as_mut().and_then(|reorder| reorder.poll(now)) {
            if let Ordered::Packet(packet) = ordered {
                self.receiver.handle_packet(now, &packet);
            }
        }
    }
}

impl Ingest {
    /// For the wired sections of a description; `ssrc` is random and names us in reports.
    ///
    /// # Panics
    /// When a wiring names a section that does not exist: a programmer error.
    pub fn new(now: Instant, description: &SessionDescription, wirings: &[Wiring], ssrc: u32) -> Self {
        let lanes = wirings
            .iter()
            .map(|wiring| {
                let media = &description.media[wiring.media];
                let id = TrackId(u8::try_from(wiring.media).expect("a description has at most 16 sections"));
                Lane {
                    wiring: *wiring,
                    kind: media.kind,
                    receiver: TrackReceiver::new(media, id),
                    reorder: None,
                    config: media.track(id),
                }
            })
            .collect();
        let mut ingest = Self {
            lanes,
            listed: false,
            tracks_due: now + TRACKS_WAIT,
            reports_due: now + REPORT_INTERVAL,
            ssrc,
            events: VecDeque::new(),
            transmits: VecDeque::new(),
        };
        ingest.list_when_complete();
        ingest
    }

    /// The same for packets that arrive by UDP: they are put back in order first.
    #[must_use]
    pub fn with_reordering(mut self) -> Self {
        for lane in &mut self.lanes {
            lane.reorder = Some(ReorderBuffer::new(REORDER_WAIT));
        }
        self
    }

    /// For a publisher: sections are found by the control attribute at the end of the URL that was set up,
    /// else by their order.
    pub fn of_publisher(now: Instant, description: &SessionDescription, setups: &[Setup], ssrc: u32) -> Self {
        let mut wirings: Vec<Wiring> = Vec::new();
        for setup in setups {
            let free = |media: &usize| wirings.iter().all(|wiring| wiring.media != *media);
            let named = description
                .media
                .iter()
                .position(|media| media.control.as_deref().is_some_and(|control| setup.uri.ends_with(control)));
            let media = named.filter(free).or_else(|| (0..description.media.len()).find(free));
            if let Some(media) = media {
                let (rtp_channel, rtcp_channel) = setup.channels;
                wirings.push(Wiring { media, rtp_channel, rtcp_channel });
            }
        }
        Self::new(now, description, &wirings, ssrc)
    }

    /// Takes a packet of either kind. Returns whether the channel is known.
    pub fn handle_frame(&mut self, now: Instant, channel: u8, data: &Bytes) -> bool {
        let Some(at) = self
            .lanes
            .iter()
            .position(|lane| lane.wiring.rtp_channel == channel || lane.wiring.rtcp_channel == channel)
        else {
            return false;
        };
        let lane = &mut self.lanes[at];
        if lane.wiring.rtp_channel == channel {
            lane.handle_rtp(now, data);
        } else {
            lane.receiver.handle_rtcp(now, data);
        }
        self.collect(at);
        true
    }

    fn collect(&mut self, at: usize) {
        while let Some(received) = self.lanes[at].receiver.poll() {
            self.accept(at, received);
        }
    }

    fn accept(&mut self, at: usize, received: Received) {
        let event = match received {
            Received::Config(config) => {
                self.lanes[at].config = Some(config);
                if self.listed {
                    self.list();
                } else {
                    self.list_when_complete();
                }
                return;
            }
            // Sound before the pictures are known would start a stream without them.
            Received::Unit(_) if !self.listed => return,
            Received::Unit(unit) => IngestEvent::Unit(unit),
            Received::Loss { track, packets } => IngestEvent::Loss { track, packets },
            Received::Dropped { track, reason } => IngestEvent::Dropped { track, reason },
            Received::Goodbye { track } => IngestEvent::Goodbye(track),
            _ => return,
        };
        self.events.push_back(event);
    }

    fn list_when_complete(&mut self) {
        if !self.listed && self.lanes.iter().all(|lane| lane.config.is_some()) {
            self.list();
        }
    }

    fn list(&mut self) {
        self.listed = true;
        let tracks = self.lanes.iter().filter_map(|lane| lane.config.clone()).collect();
        self.events.push_back(IngestEvent::Tracks(tracks));
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<IngestEvent> {
        self.events.pop_front()
    }

    /// Bytes to send on the session's connection: whole interleaved frames.
    pub fn poll_transmit(&mut self) -> Option<Bytes> {
        self.transmits.pop_front()
    }

    /// When to call [`Ingest::handle_timeout`].
    pub fn poll_timeout(&self) -> Instant {
        let due = if self.listed { self.reports_due } else { self.reports_due.min(self.tracks_due) };
        let held = self.lanes.iter().filter_map(|lane| lane.reorder.as_ref()?.poll_timeout());
        held.fold(due, Instant::min)
    }

    /// Sends reports, lists tracks and gives up on late packets when they are due.
    pub fn handle_timeout(&mut self, now: Instant) {
        for at in 0..self.lanes.len() {
            self.lanes[at].advance(now);
            self.collect(at);
        }
        if !self.listed && now >= self.tracks_due {
            if self.lanes.iter().any(|lane| lane.config.is_some()) {
                self.list();
            } else {
                self.tracks_due = now + TRACKS_WAIT;
            }
        }
        if now < self.reports_due {
            return;
        }
        self.reports_due = now + REPORT_INTERVAL;
        for lane in &mut self.lanes {
            let Some(block) = lane.receiver.report(now) else {
                continue;
            };
            let report = Rtcp::ReceiverReport { ssrc: self.ssrc, reports: vec![block] };
            self.transmits.push_back(frame(lane.wiring.rtcp_channel, self.ssrc, &report));
        }
    }

    /// Asks the source of each video track for a key frame (PLI). The caller limits how often.
    pub fn request_key_frame(&mut self) {
        for lane in self.lanes.iter().filter(|lane| lane.kind == MediaKind::Video) {
            let Some(media) = lane.receiver.ssrc() else {
                continue;
            };
            let request = Rtcp::PictureLoss { sender: self.ssrc, media };
            self.transmits.push_back(frame(lane.wiring.rtcp_channel, self.ssrc, &request));
        }
    }

    /// Counters of each track.
    pub fn stats(&self) -> impl Iterator<Item = (TrackId, ReceiverStats)> {
        self.lanes.iter().map(|lane| (lane.receiver.track(), lane.receiver.stats()))
    }
}

/// The channel and packet in one of the frames that [`Ingest::poll_transmit`] gives, for those that send it by UDP.
pub fn split_frame(frame: &Bytes) -> (u8, Bytes) {
    (frame.get(1).copied().unwrap_or_default(), frame.slice(frame.len().min(4)..))
}

/// A compound packet must begin with a report (RFC 3550 §6.1) and name its sender.
fn frame(channel: u8, ssrc: u32, packet: &Rtcp) -> Bytes {
    let mut out = BytesMut::new();
    out.put_slice(&[b'$', channel, 0, 0]);
    if !matches!(packet, Rtcp::ReceiverReport { .. }) {
        Rtcp::ReceiverReport { ssrc, reports: Vec::new() }.write(&mut out);
    }
    packet.write(&mut out);
    Rtcp::SourceDescription(vec![(ssrc, "viaduct".to_owned())]).write(&mut out);
    let length = u16::try_from(out.len() - 4).expect("a report of one source is short");
    out[2..4].copy_from_slice(&length.to_be_bytes());
    out.freeze()
}
