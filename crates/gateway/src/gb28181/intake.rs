//! Packets of one session to tracks and units.
//!
//! ```text
//! datagrams ── order ──┐                   ┌─ program stream, transport stream ─┐
//! framed packets ──────┴─ source ─ sniffer ┴─ elementary stream ────────────────┼─ Hold ── tracks, units
//!                └─ sound beside the picture (G.711) ───────────────────────────┘
//! ```
//!
//! It does no I/O and reads no clock. **Drain [`Intake::poll`] after every call.**

mod body;
mod payloads;
mod sound;
mod source;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use container::mpegps::{PayloadKind, Sniffer};
use gb28181::sdp::Description;
use media::{AccessUnit, MediaKind, Timestamp, TrackConfig, TrackId};
use rtp::framing::Framed;
use rtp::{MediaDescription, Ordered, Packet, PsDepacketizer, ReorderBuffer};

use super::medium::Input;
use crate::demux::{Hold, Item};
use body::{Body, Read};
use payloads::Payloads;
use sound::{Heard, Sound};
use source::{Place, Source};

/// How long a packet waits for one that it has overtaken.
const REORDER_WAIT: Duration = Duration::from_millis(200);
/// How much media waits for tracks that a stream lists and does not send.
const TRACKS_WAIT: Duration = Duration::from_secs(1);
/// Packets that are kept while it is not known what they hold.
const MAX_UNKNOWN: usize = 16;
/// Packets after which the answer is believed as to what they hold, where their bytes do not tell.
const BELIEVE_ANSWER_AFTER: u32 = 512;

/// How far a session has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// The picture's source.
    pub(super) ssrc: Option<u32>,
    /// What its packets hold.
    pub(super) kind: Option<PayloadKind>,
    /// A track with pictures is known.
    pub(super) has_picture: bool,
    /// A key frame, or sound where there is no picture, has gone out.
    pub(super) is_playable: bool,
    /// Packets of the picture.
    pub(super) packets: u64,
    /// Packets of it that never came.
    pub(super) lost: u64,
    /// Packets of another source than the picture's, dropped.
    pub(super) other_source: u64,
    /// Bytes that are no RTP packet.
    pub(super) malformed: u64,
}

/// Reads the packets of one session.
pub(super) struct Intake {
    payloads: Payloads,
    source: Source,
    order: Option<ReorderBuffer>,
    /// The picture's last number.
    sequence: Option<u16>,
    depacketizer: PsDepacketizer,
    sniffer: Sniffer,
    /// The first packets, until it is known what they hold.
    unknown: VecDeque<Packet>,
    undecided: u32,
    body: Option<Body>,
    sound: Option<Sound>,
    hold: Hold,
    /// The tracks with pictures.
    pictures: Vec<TrackId>,
    has_sound: bool,
    picture_time: Option<Timestamp>,
    progress: Progress,
}

impl Intake {
    /// For what a device has answered. `agreed`: the SSRCs that were offered and answered; `may_overtake`: packets come
    /// in datagrams.
    pub(super) fn new(answer: &Description, agreed: [u32; 2], may_overtake: bool) -> Self {
        Self {
            payloads: Payloads::of(answer),
            source: Source::new(agreed),
            order: may_overtake.then(|| ReorderBuffer::new(REORDER_WAIT)),
            sequence: None,
            depacketizer: PsDepacketizer::new(),
            sniffer: Sniffer::new(),
            unknown: VecDeque::new(),
            undecided: 0,
            body: None,
            sound: None,
            hold: Hold::live(TRACKS_WAIT),
            pictures: Vec::new(),
            has_sound: false,
            picture_time: None,
            progress: Progress::default(),
        }
    }

    /// How far it has come.
    pub(super) fn progress(&self) -> Progress {
        let lost = self.depacketizer.stats().lost + self.body.as_ref().map_or(0, Body::lost);
        Progress { ssrc: self.source.current(), lost, ..self.progress }
    }

    /// Takes what was read.
    pub(super) fn take(&mut self, now: Instant, input: &Input) {
        match input {
            Input::Datagram(bytes) => self.datagram(now, bytes),
            Input::Framed(framed) => self.framed(now, framed),
            // A new connection begins anywhere.
            Input::Connected(_) => self.depacketizer.note_loss(),
            Input::Closed(..) => {}
        }
    }

    fn datagram(&mut self, now: Instant, bytes: &Bytes) {
        match Packet::parse(bytes) {
            Ok(packet) => self.packet(now, packet),
            Err(_) => self.progress.malformed += 1,
        }
    }

    fn framed(&mut self, now: Instant, framed: &Framed) {
        if framed.after_loss {
            self.depacketizer.note_loss();
        }
        self.datagram(now, &framed.packet);
    }

    /// Time has come to [`Intake::poll_timeout`].
    pub(super) fn handle_timeout(&mut self, now: Instant) {
        self.drain(now);
    }

    /// When [`Intake::handle_timeout`] should be called without a packet.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        let sound = self.sound.as_ref().and_then(Sound::poll_timeout);
        let picture = self.order.as_ref().and_then(ReorderBuffer::poll_timeout);
        sound.into_iter().chain(picture).min()
    }

    /// The next of what is there.
    pub(super) fn poll(&mut self) -> Option<Item> {
        let item = self.hold.next()?;
        if let Item::Unit(unit) = &item {
            let is_picture = self.pictures.contains(&unit.track);
            self.progress.is_playable |= is_picture && unit.key || self.pictures.is_empty();
        }
        Some(item)
    }

    /// The end: gives out what is held back.
    pub(super) fn finish(&mut self, now: Instant) {
        self.drain(now + REORDER_WAIT);
        if let Some(mut body) = self.body.take() {
            body.finish(&mut |read| self.read(read));
            self.body = Some(body);
        }
        self.hold.announce();
    }

    fn packet(&mut self, now: Instant, packet: Packet) {
        if let Some(media) = self.payloads.sound(packet.payload_type)
            && !self.is_numbered_with_picture(&packet, &media)
        {
            self.sound(&media).push(now, packet);
            return self.drain(now);
        }
        match self.source.place(packet.ssrc) {
            Place::Other => {
                self.progress.other_source += 1;
                return;
            }
            Place::Switched => self.begin_anew(),
            Place::Same => {}
        }
        self.sequence = Some(packet.sequence);
        match &mut self.order {
            Some(order) => order.push(now, packet),
            None => self.in_order(now, &packet),
        }
        self.drain(now);
    }

    /// Another source has nothing to do with the one before.
    fn begin_anew(&mut self) {
        self.order = self.order.take().map(|_| ReorderBuffer::new(REORDER_WAIT));
        self.depacketizer = PsDepacketizer::new();
        self.sniffer = Sniffer::new();
        self.unknown.clear();
        self.undecided = 0;
        self.body = None;
    }

    /// Whether a packet of sound is one of the picture's series of packets, as where a device has one counter for both.
    fn is_numbered_with_picture(&mut self, packet: &Packet, media: &MediaDescription) -> bool {
        if self.source.current() != Some(packet.ssrc) {
            return false;
        }
        let sequence = self.sequence;
        self.sound(media).shares_numbers(packet.sequence, sequence)
    }

    fn sound(&mut self, media: &MediaDescription) -> &mut Sound {
        let wait = self.order.as_ref().map(|_| REORDER_WAIT);
        self.sound.get_or_insert_with(|| Sound::new(media, wait))
    }

    fn drain(&mut self, now: Instant) {
        while let Some(ordered) = self.order.as_mut().and_then(|order| order.poll(now)) {
            // What is missing, the depacketizer sees by the numbers.
            if let Ordered::Packet(packet) = ordered {
                self.in_order(now, &packet);
            }
        }
        while let Some(heard) = self.sound.as_mut().and_then(|sound| sound.poll(now, self.picture_time)) {
            match heard {
                Heard::Track(track) => {
                    self.has_sound = true;
                    self.hold.configure(track);
                }
                Heard::Unit(unit) => self.hold.unit(unit),
            }
        }
        let complete = self.body.as_ref().is_none_or(Body::is_complete);
        self.hold.settle(complete && (self.has_sound || !self.payloads.has_sound()));
    }

    fn in_order(&mut self, now: Instant, packet: &Packet) {
        if self.payloads.sound(packet.payload_type).is_some() {
            self.depacketizer.pass(packet);
            if let Some(sound) = &mut self.sound {
                sound.handle(now, packet);
            }
            return;
        }
        self.progress.packets += 1;
        if self.body.is_some() {
            self.picture(now, packet);
        } else {
            self.decide(now, packet);
        }
    }

    /// What the packets hold is not known yet.
    fn decide(&mut self, now: Instant, packet: &Packet) {
        self.undecided = self.undecided.saturating_add(1);
        if self.unknown.len() >= MAX_UNKNOWN {
            self.unknown.pop_front();
        }
        self.unknown.push_back(packet.clone());
        let named = || match self.payloads.named_codec(packet.payload_type)? {
            "H264" => Some(PayloadKind::H264),
            _ => Some(PayloadKind::H265),
        };
        let sniffed = self.sniffer.push(&packet.payload);
        let late = self.undecided >= BELIEVE_ANSWER_AFTER;
        let Some(kind) = sniffed.or_else(|| named().filter(|_| late)) else { return };
        self.progress.kind = Some(kind);
        self.body = Some(Body::new(kind, packet.payload_type, &self.payloads));
        for packet in std::mem::take(&mut self.unknown) {
            self.picture(now, &packet);
        }
    }

    fn picture(&mut self, now: Instant, packet: &Packet) {
        let Some(mut body) = self.body.take() else { return };
        let mut depacketizer = std::mem::take(&mut self.depacketizer);
        body.push(now, packet, &mut depacketizer, &mut |read| self.read(read));
        self.depacketizer = depacketizer;
        self.body = Some(body);
    }

    fn read(&mut self, read: Read) {
        match read {
            Read::Track(track) => self.track(track),
            Read::Unit(unit) => self.unit(unit),
            Read::Note(text) => self.hold.note(text),
        }
    }

    fn track(&mut self, track: TrackConfig) {
        match track.kind() {
            MediaKind::Video if !self.pictures.contains(&track.id) => self.pictures.push(track.id),
            MediaKind::Audio => self.has_sound = true,
            _ => {}
        }
        self.progress.has_picture |= track.kind() == MediaKind::Video;
        self.hold.configure(track);
    }

    fn unit(&mut self, unit: AccessUnit) {
        if self.pictures.contains(&unit.track) {
            self.picture_time = Some(unit.dts.unwrap_or(unit.pts).to_timestamp());
        }
        self.hold.unit(unit);
    }
}

/// For fuzzing: any packets, each with its length in two bytes before it. The first byte says by what they come, and
/// how many milliseconds lie between them.
pub(crate) fn intake_any(bytes: &[u8]) {
    let Some((first, mut rest)) = bytes.split_first() else { return };
    let (may_overtake, step) = (first & 1 == 0, Duration::from_millis(u64::from(first >> 1)));
    let mut intake = Intake::new(&Description::default(), [1, 2], may_overtake);
    let mut now = Instant::now();
    while let Some((length, tail)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let (packet, tail) = tail.split_at((length & 0x7fff).min(tail.len()));
        let (packet, after_loss) = (Bytes::copy_from_slice(packet), length & 0x8000 != 0);
        let framed = Framed { packet: packet.clone(), channel: None, after_loss };
        intake.take(now, &if may_overtake { Input::Datagram(packet) } else { Input::Framed(framed) });
        while intake.poll().is_some() {}
        now += step;
        intake.handle_timeout(now);
        rest = tail;
    }
    intake.finish(now);
    while intake.poll().is_some() {}
}
