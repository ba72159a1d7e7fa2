//! A client session with its depacketizers: connection bytes in, tracks and access units out.

use std::time::Instant;

use bytes::Bytes;
use media::{AccessUnit, MediaKind, TrackConfig, TrackId};
use rtp::{DropReason, MediaDescription, SessionDescription};

use crate::client::{ClientError, ClientEvent, ClientOptions, ClientOutput, ClientSession, ClientTrack};
use crate::header::Delivery;
use crate::ingest::{Ingest, IngestEvent, Wiring, split_frame};

/// What a [`Puller`] wants or has.
#[derive(Debug)]
#[non_exhaustive]
pub enum PullerOutput {
    /// Send these bytes.
    Transmit(Bytes),
    /// Send this packet by UDP to the server's port for the channel's kind.
    Datagram {
        /// Which track, and which kind: odd channels are RTCP.
        channel: u8,
        /// The packet.
        data: Bytes,
    },
    /// What the server offers, before anything is set up. By UDP the puller waits for [`Puller::setup_udp`].
    Described(SessionDescription),
    /// The server answered PLAY; media is to come on these tracks.
    Playing(Vec<ClientTrack>),
    /// The tracks that are known, as [`IngestEvent::Tracks`] tells.
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
    /// Close the connection: the session has ended, with its error unless we ended it.
    Closed(Option<ClientError>),
}

/// By what media is to come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Carrier {
    /// The connection itself.
    #[default]
    Connection,
    /// UDP to ports that the caller opens.
    Udp,
    /// A group that the caller joins.
    Multicast,
}

/// Pulls one stream.
///
/// **Drain [`Puller::poll_output`] after every call.**
#[derive(Debug)]
pub struct Puller {
    session: ClientSession,
    carrier: Carrier,
    description: Option<SessionDescription>,
    ingest: Option<Ingest>,
    /// Frames that came before PLAY was answered.
    early: Vec<(Instant, u8, Bytes)>,
    ssrc: u32,
    now: Instant,
}

/// Frames kept until PLAY is answered; further ones are dropped, which the receivers see as loss.
const MAX_EARLY_FRAMES: usize = 1024;

impl Puller {
    /// Begins the conversation; `ssrc` is random.
    pub fn new(now: Instant, options: ClientOptions, ssrc: u32) -> Self {
        let session = ClientSession::pull(now, options);
        let carrier = Carrier::Connection;
        Self { session, carrier, description: None, ingest: None, early: Vec::new(), ssrc, now }
    }

    /// The same with media by another way than the connection.
    #[must_use]
    pub fn over(mut self, carrier: Carrier) -> Self {
        self.carrier = carrier;
        self
    }

    /// By what media comes.
    pub const fn carrier(&self) -> Carrier {
        self.carrier
    }

    /// Sections that are worth ports, by index, once the server has described them.
    pub fn wanted(&self) -> Vec<usize> {
        self.description.as_ref().map_or_else(Vec::new, |description| wanted(&description.media))
    }

    /// Goes on after [`PullerOutput::Described`] with the ports that were opened for each section.
    pub fn setup_udp(&mut self, now: Instant, ports: &[(usize, (u16, u16))]) {
        self.now = now;
        self.session.setup_udp(now, ports);
    }

    /// Takes a datagram of a track, by its channel.
    pub fn handle_datagram(&mut self, now: Instant, channel: u8, data: Bytes) {
        self.now = now;
        self.session.note_media(now);
        self.take(channel, data);
    }

    /// Takes bytes from the server.
    pub fn handle_input(&mut self, now: Instant, bytes: &[u8]) {
        self.now = now;
        self.session.handle_input(now, bytes);
    }

    /// The server closed the connection.
    pub fn handle_eof(&mut self) {
        self.session.handle_eof();
    }

    /// When to call [`Puller::handle_timeout`].
    pub fn poll_timeout(&self) -> Option<Instant> {
        let session = self.session.poll_timeout()?;
        Some(self.ingest.as_ref().map_or(session, |ingest| session.min(ingest.poll_timeout())))
    }

    /// Does what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        self.session.handle_timeout(now);
        if let Some(ingest) = &mut self.ingest {
            ingest.handle_timeout(now);
        }
    }

    /// Asks the source for a key frame. The caller limits how often.
    pub fn request_key_frame(&mut self) {
        if let Some(ingest) = &mut self.ingest {
            ingest.request_key_frame();
        }
    }

    /// Ends the session.
    pub fn teardown(&mut self) {
        self.session.teardown();
    }

    /// The session, for its counters.
    pub const fn session(&self) -> &ClientSession {
        &self.session
    }

    /// The receivers, for their counters, once the server plays.
    pub const fn ingest(&self) -> Option<&Ingest> {
        self.ingest.as_ref()
    }

    /// What comes next; `None` until there is more input or time.
    pub fn poll_output(&mut self) -> Option<PullerOutput> {
        loop {
            if let Some(ingest) = &mut self.ingest {
                if let Some(frame) = ingest.poll_transmit() {
                    if self.carrier == Carrier::Connection {
                        return Some(PullerOutput::Transmit(frame));
                    }
                    let (channel, data) = split_frame(&frame);
                    return Some(PullerOutput::Datagram { channel, data });
                }
                if let Some(event) = ingest.poll_event() {
                    match event {
                        IngestEvent::Tracks(tracks) => return Some(PullerOutput::Tracks(tracks)),
                        IngestEvent::Unit(unit) => return Some(PullerOutput::Unit(unit)),
                        IngestEvent::Loss { track, packets } => {
                            return Some(PullerOutput::Loss { track, packets });
                        }
                        IngestEvent::Dropped { track, reason } => {
                            return Some(PullerOutput::Dropped { track, reason });
                        }
                        // BYE comes with every loop of a file and before TEARDOWN; the connection decides.
                        IngestEvent::Goodbye(_) => continue,
                    }
                }
            }
            match self.session.poll_output()? {
                ClientOutput::Transmit(bytes) => return Some(PullerOutput::Transmit(bytes)),
                ClientOutput::Close(error) => return Some(PullerOutput::Closed(error)),
                ClientOutput::Event(ClientEvent::Described(description)) => {
                    match self.carrier {
                        Carrier::Connection => self.session.setup(self.now, &wanted(&description.media)),
                        Carrier::Udp => {}
                        Carrier::Multicast => self.session.setup_multicast(self.now, &wanted(&description.media)),
                    }
                    self.description = Some(description.clone());
                    return Some(PullerOutput::Described(description));
                }
                ClientOutput::Event(ClientEvent::Started(tracks)) => {
                    self.start(&tracks);
                    return Some(PullerOutput::Playing(tracks));
                }
                ClientOutput::Event(ClientEvent::Frame { channel, data }) => self.take(channel, data),
            }
        }
    }

    fn take(&mut self, channel: u8, data: Bytes) {
        match &mut self.ingest {
            Some(ingest) => {
                ingest.handle_frame(self.now, channel, &data);
            }
            None if self.early.len() < MAX_EARLY_FRAMES => self.early.push((self.now, channel, data)),
            None => {}
        }
    }

    fn start(&mut self, tracks: &[ClientTrack]) {
        let Some(description) = &self.description else {
            return;
        };
        let wirings: Vec<Wiring> = tracks
            .iter()
            .map(|track| Wiring { media: track.media, rtp_channel: track.channels.0, rtcp_channel: track.channels.1 })
            .collect();
        let mut ingest = Ingest::new(self.now, description, &wirings, self.ssrc);
        if tracks.iter().any(|track| track.delivery != Delivery::Interleaved) {
            ingest = ingest.with_reordering();
        }
        for (at, channel, data) in std::mem::take(&mut self.early) {
            ingest.handle_frame(at, channel, &data);
        }
        self.ingest = Some(ingest);
    }
}

/// Every section but back channels, unless there is nothing else: a device that marks its live tracks
/// `sendonly` means its own direction.
fn wanted(media: &[MediaDescription]) -> Vec<usize> {
    let forward = |media: &MediaDescription| !(media.back_channel && media.kind == MediaKind::Audio);
    let any_forward = media.iter().any(forward);
    (0..media.len()).filter(|index| !any_forward || forward(&media[*index])).collect()
}
