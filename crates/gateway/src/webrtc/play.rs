//! A viewer: what the feed has, with headers and keys of its own.

use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use hub::session::Reception;
use hub::{Session, Tracks};
use media::{MediaKind, Timestamp, TrackConfig, TrackId};
use str0m::format::Codec;
use str0m::media::{Mid, Pt};
use str0m::rtp::RtpWrite;
use str0m::stats::MediaEgressStats;
use str0m::{Event, IceConnectionState};
use tokio::sync::mpsc;

use super::answer::{OfferRefused, Section, codec_of};
use super::directory::Arrival;
use super::feed::{Feed, Selection, Unit};
use super::peer::{HANDSHAKE, Peer, Polled, ended_by};
use crate::peer::ConnectionSlot;

/// How long, and how many, sent packets are kept for a peer that missed some, and the share of what is sent that may be repeated.
const RESENT_FOR: Duration = Duration::from_secs(1);
const RESENT_PACKETS: usize = 1024;
const RESENT_SHARE: f32 = 0.15;
/// Bytes that may leave for one viewer at once, and how far such bursts are apart: what the buffers of a browser's socket
/// and of switches on the way hold.
const BURST_BYTES: usize = 32 << 10;
const PACE: Duration = Duration::from_millis(5);
/// A viewer that is behind catches up in so many bursts.
const CATCH_UP_BURSTS: usize = 16;
/// How often a session looks whether it is still wanted.
const TICK: Duration = Duration::from_secs(1);
/// Time between frames that are only decoded to reach the newest one, in ticks of the video clock: 1 ms.
const SQUEEZED_TICKS: u32 = 90;
const LEFT: &str = "The viewer left.";

/// A track that the viewer gets.
#[derive(Debug)]
pub(super) struct Lane {
    track: TrackId,
    codec: Codec,
    mid: Mid,
    payload_type: Pt,
    is_video: bool,
    clock_hz: u32,
    sequence: u64,
}

/// What a viewer gets of a stream.
pub(super) struct Choice {
    pub(super) lanes: Vec<Lane>,
}

impl Choice {
    /// The first video and the first sound that both sides know; `wants_pictures` tells whether the peer asked for any.
    ///
    /// # Errors
    /// When there are pictures and the peer takes none of them, or nothing at all.
    pub(super) fn new(tracks: &Tracks, sections: &[Section], wants_pictures: bool) -> Result<Self, OfferRefused> {
        let mut lanes = Vec::new();
        for kind in [MediaKind::Video, MediaKind::Audio] {
            let Some(section) = sections.iter().find(|section| section.kind == kind) else { continue };
            let mut of_kind = tracks.list.iter().filter(|track| track.kind() == kind);
            lanes.extend(of_kind.find_map(|track| Lane::new(track, section)));
        }
        let pictures = tracks.list.iter().find(|track| track.kind() == MediaKind::Video);
        let shown = lanes.iter().any(|lane| lane.is_video);
        match pictures {
            Some(track) if wants_pictures && !shown => {
                Err(OfferRefused::unsupported(format!("This peer does not take {} by WebRTC.", track.codec())))
            }
            _ if lanes.is_empty() => {
                Err(OfferRefused::unsupported("This stream has no track that the peer takes by WebRTC."))
            }
            _ => Ok(Self { lanes }),
        }
    }

    pub(super) fn selection(&self) -> Selection {
        Selection::new(self.lanes.iter().map(|lane| lane.track).collect())
    }
}

impl Lane {
    fn new(track: &TrackConfig, section: &Section) -> Option<Self> {
        Some(Self {
            track: track.id,
            codec: codec_of(track)?,
            mid: section.mid,
            payload_type: section.payload_for(track)?,
            is_video: track.kind() == MediaKind::Video,
            clock_hz: rtp::sdp::payload_clock_hz(track).get(),
            // Half of the numbers before the first roll-over, which a peer that joins at once must see (RFC 3711 §3.3.1).
            sequence: u64::from(rand::random::<u16>() >> 1),
        })
    }

    /// Whether the stream's track is still what was agreed on.
    fn fits(&self, tracks: &Tracks) -> bool {
        let track = tracks.list.iter().find(|track| track.id == self.track);
        track.and_then(|track| codec_of(track)) == Some(self.codec)
    }
}

/// Where a viewer is in the feed.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Waits for a unit at or after the position where it can start.
    Waiting(u64),
    At(u64),
}

/// Frames before `until` are decoded at once, to reach the newest one.
#[derive(Clone, Copy, Debug)]
struct Squeeze {
    until: u64,
    /// Video frames that are left, and the time stamp of the last of them.
    left: u32,
    last: u32,
}

pub(super) struct Viewer {
    peer: Peer,
    inbox: mpsc::Receiver<Arrival>,
    feed: Rc<Feed>,
    lanes: Vec<Lane>,
    session: Arc<Session>,
    place: Place,
    squeeze: Option<Squeeze>,
    generation: Option<u64>,
    /// A moment with the media time that belongs to it.
    anchor: Option<(Instant, Timestamp)>,
    connected: bool,
    credit: usize,
    refilled: Instant,
    begun: Instant,
    _slot: ConnectionSlot,
}

/// What a viewer is made of.
pub(super) struct Parts {
    pub(super) peer: Peer,
    pub(super) inbox: mpsc::Receiver<Arrival>,
    pub(super) feed: Rc<Feed>,
    pub(super) choice: Choice,
    pub(super) session: Arc<Session>,
    pub(super) slot: ConnectionSlot,
}

/// Why a session is over, as peers are told.
type End = (&'static str, String);

impl Viewer {
    pub(super) fn new(parts: Parts) -> Self {
        let now = Instant::now();
        Self {
            peer: parts.peer,
            inbox: parts.inbox,
            feed: parts.feed,
            lanes: parts.choice.lanes,
            session: parts.session,
            place: Place::Waiting(0),
            squeeze: None,
            generation: None,
            anchor: None,
            connected: false,
            credit: BURST_BYTES,
            refilled: now,
            begun: now,
            _slot: parts.slot,
        }
    }

    /// Serves the viewer until one side has enough.
    pub(super) async fn run(mut self) {
        let (code, text) = self.serve().await;
        tracing::debug!(session = self.session.id(), code, text, "A WebRTC viewer is gone.");
        self.peer.close();
        self.session.sent(self.peer.take_sent(), 0);
        self.peer.entry().end(code, text);
    }

    async fn serve(&mut self) -> End {
        let mut tick = tokio::time::interval(TICK);
        loop {
            let due = match self.advance(Instant::now()) {
                Ok(due) => due,
                Err(end) => return end,
            };
            let position = self.position();
            let behind = self.is_behind();
            let paced = self.refilled + PACE;
            tokio::select! {
                arrival = self.inbox.recv() => {
                    if let Err(end) = self.receive(arrival) {
                        return end;
                    }
                }
                () = self.feed.news(position), if self.connected && !behind => {}
                () = tokio::time::sleep_until(paced.into()), if self.connected && behind => {}
                () = tokio::time::sleep_until(due.into()) => {}
                _ = tick.tick() => {
                    if let Err(end) = self.look_around(Instant::now()) {
                        return end;
                    }
                }
            }
        }
    }

    /// Takes what the peer sent, and what waits behind it.
    fn receive(&mut self, mut arrival: Option<Arrival>) -> Result<(), End> {
        let mut waiting = self.inbox.len();
        loop {
            if !self.peer.accept(arrival) {
                return Err(("left", LEFT.to_owned()));
            }
            self.drain(Instant::now())?;
            if waiting == 0 {
                return Ok(());
            }
            waiting -= 1;
            arrival = self.inbox.try_recv().ok();
        }
    }

    /// Sends what is due; when the engine wants to be asked again.
    fn advance(&mut self, now: Instant) -> Result<Instant, End> {
        if self.session.is_over(SystemTime::now()) {
            return Err(("kicked", "An administrator ended this view, or its permission ran out.".to_owned()));
        }
        if self.feed.is_over() {
            return Err(("closed", "The stream ended.".to_owned()));
        }
        if self.connected {
            self.send(now)?;
        }
        self.peer.elapse(now).map_err(|error| ended_by(&error))?;
        let due = self.drain(now)?;
        self.session.sent(self.peer.take_sent(), self.lag_ms());
        Ok(due)
    }

    /// Takes what the engine has; it wants to be emptied after each input.
    fn drain(&mut self, now: Instant) -> Result<Instant, End> {
        loop {
            match self.peer.poll().map_err(|error| ended_by(&error))? {
                Polled::Event(event) => self.on_event(now, event)?,
                Polled::Idle(due) => return Ok(due),
            }
        }
    }

    fn on_event(&mut self, now: Instant, event: Event) -> Result<(), End> {
        match event {
            Event::Connected => {
                self.connected = true;
                self.limit_resending();
                self.start();
            }
            Event::KeyframeRequest(_) => {
                self.feed.stream().request_key_frame(now);
            }
            Event::MediaEgressStats(stats) => self.note_reception(&stats),
            Event::Closed => return Err(("left", LEFT.to_owned())),
            Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                tracing::debug!(session = self.session.id(), "A WebRTC viewer is not heard.");
            }
            _ => {}
        }
        Ok(())
    }

    fn note_reception(&self, stats: &MediaEgressStats) {
        let Some(remote) = stats.remote.as_ref().filter(|_| self.is_of_video(stats.mid)) else { return };
        let permille = (stats.loss.unwrap_or_default() * 1000.0).clamp(0.0, 1000.0);
        let clock = self.lanes.iter().find(|lane| lane.mid == stats.mid).map_or(90_000, |lane| lane.clock_hz);
        let jitter_ms = u64::from(remote.jitter) * 1000 / u64::from(clock.max(1));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to 1000")]
        let loss_permille = permille as u16;
        self.session
            .note_reception(Reception { loss_permille, jitter_ms: u32::try_from(jitter_ms).unwrap_or(u32::MAX) });
    }

    fn is_of_video(&self, mid: Mid) -> bool {
        self.lanes.iter().any(|lane| lane.mid == mid && lane.is_video)
    }

    fn look_around(&self, now: Instant) -> Result<(), End> {
        if !self.connected && now.saturating_duration_since(self.begun) > HANDSHAKE {
            return Err((
                "timeout",
                "No connection came about: no packet of the viewer reached this server.".to_owned(),
            ));
        }
        if self.connected && self.peer.is_silent(now) {
            return Err(("gone", "The viewer is no longer heard.".to_owned()));
        }
        Ok(())
    }

    // ---- where it is -------------------------------------------------------------------------------------------

    /// Keeps sent packets for a peer that missed them: for some round trips, and not for the engine's 3 s, which were most of the
    /// memory that a viewer took.
    fn limit_resending(&mut self) {
        let mut engine = self.peer.engine().direct_api();
        for lane in self.lanes.iter().filter(|lane| lane.is_video) {
            if let Some(stream) = engine.stream_tx_by_mid(lane.mid, None) {
                stream.set_rtx_cache(RESENT_PACKETS, RESENT_FOR, Some(RESENT_SHARE));
            }
        }
    }

    /// Begins at the cached GOP, whose frames are decoded at once up to the newest; or waits for a key frame.
    fn start(&mut self) {
        let (join, end) = self.feed.bounds();
        let Some(join) = join else {
            self.feed.stream().request_key_frame(Instant::now());
            self.place = Place::Waiting(end);
            return;
        };
        self.place = Place::At(join);
        let video = self.lanes.iter().position(|lane| lane.is_video);
        let rest = video.map(|lane| self.feed.rest_of_lane(join, lane));
        self.squeeze = match rest {
            Some((left, Some(last))) => Some(Squeeze { until: end, left, last }),
            _ => None,
        };
    }

    const fn position(&self) -> u64 {
        match self.place {
            Place::Waiting(position) | Place::At(position) => position,
        }
    }

    fn is_behind(&self) -> bool {
        self.feed.bounds().1 > self.position()
    }

    fn lag_ms(&self) -> u32 {
        let newest = self.feed.bounds().1.checked_sub(1).and_then(|last| self.feed.at(last));
        let (Some(newest), Some(next)) = (newest, self.feed.at(self.position())) else { return 0 };
        u32::try_from(newest.dts.saturating_since(next.dts).as_millis()).unwrap_or(u32::MAX)
    }

    // ---- sending -----------------------------------------------------------------------------------------------

    fn send(&mut self, now: Instant) -> Result<(), End> {
        self.refill(now);
        while self.credit > 0
            && let Some(unit) = self.feed.at(self.position())
        {
            if !self.is_next(&unit) {
                continue;
            }
            self.check_tracks(&unit)?;
            self.place = Place::At(unit.position + 1);
            self.credit = self.credit.saturating_sub(unit.bytes.max(1));
            self.write(now, &unit);
        }
        Ok(())
    }

    fn refill(&mut self, now: Instant) {
        if now.saturating_duration_since(self.refilled) >= PACE {
            let behind = self.feed.bytes_from(self.position());
            self.credit = BURST_BYTES.max(behind / CATCH_UP_BURSTS);
            self.refilled = now;
        }
    }

    /// Whether the unit is the one to go on with; moves on to a start where it is not.
    fn is_next(&mut self, unit: &Unit) -> bool {
        match self.place {
            Place::Waiting(_) if !unit.joinable => self.place = Place::Waiting(unit.position + 1),
            Place::Waiting(_) => return true,
            Place::At(position) if unit.position == position => return true,
            Place::At(_) => {
                self.session.skipped();
                self.start();
            }
        }
        false
    }

    fn check_tracks(&mut self, unit: &Unit) -> Result<(), End> {
        if self.generation == Some(unit.generation) {
            return Ok(());
        }
        let tracks = self.feed.stream().tracks();
        if !self.lanes.iter().all(|lane| lane.fits(&tracks)) {
            return Err(("codec", "The stream changed to a codec that was not agreed on.".to_owned()));
        }
        self.generation = Some(unit.generation);
        Ok(())
    }

    fn write(&mut self, now: Instant, unit: &Unit) {
        let Some(lane) = self.lanes.get_mut(unit.lane) else { return };
        let stamp = match &mut self.squeeze {
            Some(squeeze) if unit.position < squeeze.until => {
                if !lane.is_video {
                    return;
                }
                squeeze.left = squeeze.left.saturating_sub(1);
                Some(squeeze.last.wrapping_sub(squeeze.left * SQUEEZED_TICKS))
            }
            _ => {
                self.squeeze = None;
                None
            }
        };
        let wallclock = if stamp.is_some() {
            now
        } else {
            let (at, since) = *self.anchor.get_or_insert((now, unit.dts));
            at + unit.dts.saturating_since(since)
        };
        let mut engine = self.peer.engine().direct_api();
        let Some(stream) = engine.stream_tx_by_mid(lane.mid, None) else { return };
        for piece in &unit.pieces {
            let time = stamp.unwrap_or(piece.timestamp);
            let sequence = lane.sequence.into();
            lane.sequence += 1;
            let packet = RtpWrite::new(lane.payload_type, sequence, time, wallclock, Arc::clone(&piece.payload));
            stream.write_rtp(packet.marker(piece.marker).nackable(lane.is_video));
        }
    }
}
