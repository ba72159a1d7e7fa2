//! A client session with its depacketizers: connection bytes in, tracks and access units out.

use std::time::Instant;

use bytes::Bytes;
use media::{AccessUnit, MediaKind, TrackConfig, TrackId};
use rtp::{DropReason, MediaDescription, SessionDescription};

use crate::client::{ClientError, ClientEvent, ClientOptions, ClientOutput, ClientSession};
use crate::ingest::{Ingest, IngestEvent, Wiring};

/// What a [`Puller`] wants or has.
#[derive(Debug)]
#[non_exhaustive]
pub enum PullerOutput {
    /// Send these bytes.
    Transmit(Bytes),
    /// What the server offers, before anything is set up; for diagnosis.
    Described(SessionDescription),
    /// The server answered PLAY; media is to come.
    Playing,
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

/// Pulls one stream.
///
/// **Drain [`Puller::poll_output`] after every call.**
#[derive(Debug)]
pub struct Puller {
    session: ClientSession,
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
        Self { session, description: None, ingest: None, early: Vec::new(), ssrc, now }
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
                if let Some(bytes) = ingest.poll_transmit() {
                    return Some(PullerOutput::Transmit(bytes));
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
                    self.session.setup(self.now, &wanted(&description.media));
                    self.description = Some(description.clone());
                    return Some(PullerOutput::Described(description));
                }
                ClientOutput::Event(ClientEvent::Started(tracks)) => {
                    self.start(&tracks);
                    return Some(PullerOutput::Playing);
                }
                ClientOutput::Event(ClientEvent::Frame { channel, data }) => match &mut self.ingest {
                    Some(ingest) => {
                        ingest.handle_frame(self.now, channel, &data);
                    }
                    None if self.early.len() < MAX_EARLY_FRAMES => {
                        self.early.push((self.now, channel, data));
                    }
                    None => {}
                },
            }
        }
    }

    fn start(&mut self, tracks: &[crate::client::ClientTrack]) {
        let Some(description) = &self.description else {
            return;
        };
        let wirings: Vec<Wiring> = tracks
            .iter()
            .map(|track| Wiring { media: track.media, rtp_channel: track.channels.0, rtcp_channel: track.channels.1 })
            .collect();
        let mut ingest = Ingest::new(self.now, description, &wirings, self.ssrc);
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
