//! Sound that comes in packets of its own beside the picture (quirk 16).

use std::time::{Duration, Instant};

use media::{AccessUnit, MediaTime, Timestamp, TrackConfig, TrackId};
use rtp::{MediaDescription, Ordered, Packet, Received, ReorderBuffer, TrackReceiver};

/// Beyond the tracks that demuxers number.
const TRACK: TrackId = TrackId(16);
/// Packets without any picture before sound is taken to be all that there is.
const ALONE_AFTER: u32 = 100;
/// Sound further than this from the picture is put beside it anew: one of the two clocks has jumped.
const MAX_APART: Duration = Duration::from_secs(3);
/// Packets of sound further than this from the picture's last number are numbered apart.
const MAX_NUMBERS_APART: u16 = 512;

/// What the sound has for the stream.
pub(super) enum Heard {
    Track(TrackConfig),
    Unit(AccessUnit),
}

/// Receives the sound of one session.
#[derive(Debug)]
pub(super) struct Sound {
    receiver: TrackReceiver,
    config: Option<TrackConfig>,
    /// Where packets are numbered apart from the picture's, and may be overtaken.
    reorder: Option<ReorderBuffer>,
    numbered_apart: bool,
    packets: u32,
    /// The picture's time less the sound's, in microseconds: their clocks have nothing in common.
    offset_us: Option<i64>,
}

impl Sound {
    /// `reorder_wait`: how long packets are waited for, where they may be overtaken.
    pub(super) fn new(media: &MediaDescription, reorder_wait: Option<Duration>) -> Self {
        Self {
            receiver: TrackReceiver::new(media, TRACK),
            config: media.track(TRACK),
            reorder: reorder_wait.map(ReorderBuffer::new),
            numbered_apart: false,
            packets: 0,
            offset_us: None,
        }
    }

    /// Whether a packet has one of the numbers of the picture's packets, the last of which had `picture`.
    pub(super) fn shares_numbers(&mut self, sequence: u16, picture: Option<u16>) -> bool {
        let near = |last: u16| sequence.wrapping_sub(last).min(last.wrapping_sub(sequence)) <= MAX_NUMBERS_APART;
        self.numbered_apart |= !picture.is_some_and(near);
        !self.numbered_apart
    }

    /// A packet that others may have overtaken.
    pub(super) fn push(&mut self, now: Instant, packet: Packet) {
        match &mut self.reorder {
            Some(reorder) => reorder.push(now, packet),
            None => self.handle(now, &packet),
        }
    }

    /// A packet in order.
    pub(super) fn handle(&mut self, now: Instant, packet: &Packet) {
        self.packets = self.packets.saturating_add(1);
        self.receiver.handle_packet(now, packet);
    }

    /// When [`Sound::poll`] should be called again without a packet.
    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.reorder.as_ref().and_then(ReorderBuffer::poll_timeout)
    }

    /// The next that is due. `picture`: the time of the last picture, beside which the sound is put.
    pub(super) fn poll(&mut self, now: Instant, picture: Option<Timestamp>) -> Option<Heard> {
        loop {
            if self.is_audible(picture)
                && let Some(config) = self.config.take()
            {
                return Some(Heard::Track(config));
            }
            while let Some(received) = self.receiver.poll() {
                match received {
                    Received::Config(config) => return Some(Heard::Track(config)),
                    Received::Unit(unit) => {
                        let Some(unit) = self.placed(unit, picture) else { continue };
                        return Some(Heard::Unit(unit));
                    }
                    _ => {}
                }
            }
            match self.reorder.as_mut()?.poll(now)? {
                Ordered::Packet(packet) => self.handle(now, &packet),
                Ordered::Lost(_) => {}
            }
        }
    }

    /// Sound waits for the first picture, so that the two can be put beside each other.
    const fn is_audible(&self, picture: Option<Timestamp>) -> bool {
        picture.is_some() || self.packets >= ALONE_AFTER
    }

    fn placed(&mut self, unit: AccessUnit, picture: Option<Timestamp>) -> Option<AccessUnit> {
        let Some(picture) = picture else { return self.is_audible(picture).then_some(unit) };
        let (own, beside) = (unit.pts.to_timestamp().as_micros(), picture.as_micros());
        let apart = |offset: i64| Duration::from_micros(own.saturating_add(offset).abs_diff(beside));
        let offset = match self.offset_us.filter(|offset| apart(*offset) <= MAX_APART) {
            Some(offset) => offset,
            None => *self.offset_us.insert(beside.saturating_sub(own)),
        };
        let at = Timestamp::from_micros(own.saturating_add(offset));
        let pts = MediaTime::new(at.to_ticks(unit.pts.clock_hz), unit.pts.clock_hz);
        Some(AccessUnit { pts, ..unit })
    }
}
