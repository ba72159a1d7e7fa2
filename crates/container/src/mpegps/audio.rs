//! Sound out of whole PES payloads.

use bytes::Bytes;
use media::CodecConfig;

use super::clock::StreamClock;
use super::codecs::{Claim, carried};
use super::video::Surroundings;
use crate::systems::pes::Stamps;
use crate::systems::{CLOCK_HZ, DropReason, FramedReader, Framing, g711};

/// PES packets of a stream that no map names, before it is guessed from their sizes: the map may be late.
const GUESSED_AFTER: u32 = 50;
/// PES packets in succession that hold what the map does not say, before they are believed.
const CONTRARY_AFTER: u32 = 3;

/// How the payloads of a stream are read.
#[derive(Debug)]
enum Format {
    /// Nobody has said it yet; so many have come.
    Unknown(u32),
    /// The map says one that we do not know.
    LeftOut,
    Framed(FramedReader),
    G711 {
        a_law: bool,
    },
    Carried(&'static str),
}

/// Reads the sound of one stream.
#[derive(Debug)]
pub(super) struct Reader {
    format: Format,
    stream_id: u8,
    clock: StreamClock,
    contrary: u32,
}

impl Reader {
    pub(super) fn new(claim: Option<Claim>, stream_id: u8) -> Self {
        let format = claim.map_or(Format::Unknown(0), Format::new);
        Self { format, stream_id, clock: StreamClock::new(), contrary: 0 }
    }

    /// What the map says; the same as before changes nothing.
    pub(super) fn claim(&mut self, claim: Claim) {
        if !self.format.is(claim) {
            self.format = Format::new(claim);
            self.contrary = 0;
        }
    }

    /// Whether nothing is to be expected of it.
    pub(super) const fn is_left_out(&self) -> bool {
        matches!(self.format, Format::LeftOut)
    }

    /// Bytes are missing here.
    pub(super) fn lost(&mut self) {
        self.clock.forget();
        if let Format::Framed(reader) = &mut self.format {
            reader.reset();
        }
    }

    /// The payload of one PES packet. `mapped`: whether a map has come, so that no other is waited for.
    pub(super) fn read(
        &mut self,
        stamps: Option<Stamps>,
        payload: &Bytes,
        mapped: bool,
        around: &mut Surroundings<'_>,
    ) {
        self.recognise(payload, mapped);
        match &mut self.format {
            Format::Unknown(_) | Format::LeftOut => {}
            Format::Framed(reader) => {
                let unstamped = !self.clock.is_stamped();
                let times = match stamps {
                    Some(_) => self.clock.of_packet(stamps, around.program, None),
                    None if unstamped => self.clock.of_packet(None, around.program, None),
                    None => None,
                };
                reader.read(times.map(|times| times.pts), payload, around.track, around.events);
            }
            Format::G711 { a_law } => {
                let codec = g711(*a_law);
                let samples = i64::try_from(payload.len()).unwrap_or(i64::MAX);
                let duration = samples.saturating_mul(i64::from(CLOCK_HZ)) / 8000;
                self.unit(stamps, Some(duration), &codec, payload, around);
            }
            Format::Carried(name) => {
                let codec = carried(name, self.stream_id);
                self.unit(stamps, None, &codec, payload, around);
            }
        }
    }

    fn unit(
        &mut self,
        stamps: Option<Stamps>,
        duration: Option<i64>,
        codec: &CodecConfig,
        payload: &Bytes,
        around: &mut Surroundings<'_>,
    ) {
        if payload.is_empty() {
            return;
        }
        let times = self.clock.of_packet(stamps, around.program, duration);
        around.track.configure(codec, around.events);
        match times {
            Some(times) => around.track.unit(times, true, payload.clone(), around.events),
            None => around.track.dropped(DropReason::Untimed, around.events),
        }
    }

    /// Tolerance: sound that the map does not name (gb28181.md §2, quirk 17) is AAC or MPEG audio where its packets hold
    /// such frames, and G.711 A-law where they have its sizes: multiples of 5 ms. A map that says G.711 of ADTS frames is
    /// wrong.
    fn recognise(&mut self, payload: &[u8], mapped: bool) {
        const G711_STEP: usize = 40;
        const G711_MIN: usize = 80;
        match &mut self.format {
            Format::Unknown(count) => {
                *count = count.saturating_add(1);
                let due = mapped || *count > GUESSED_AFTER;
                if let Some(framing) = Framing::of_payload(payload) {
                    self.format = Format::new(Claim::Framed(framing));
                } else if due && payload.len() >= G711_MIN && payload.len().is_multiple_of(G711_STEP) {
                    self.format = Format::G711 { a_law: true };
                }
            }
            Format::G711 { .. }
                if payload.starts_with(&[0xff]) && Framing::of_payload(payload) == Some(Framing::Adts) =>
            {
                self.contrary += 1;
                if self.contrary >= CONTRARY_AFTER {
                    self.format = Format::new(Claim::Framed(Framing::Adts));
                }
            }
            _ => self.contrary = 0,
        }
    }
}

impl Format {
    fn new(claim: Claim) -> Self {
        match claim {
            Claim::Framed(framing) => Self::Framed(FramedReader::new(framing)),
            Claim::G711 { a_law } => Self::G711 { a_law },
            Claim::Carried(name) => Self::Carried(name),
            Claim::Video(_) | Claim::Unknown(_) => Self::LeftOut,
        }
    }

    fn is(&self, claim: Claim) -> bool {
        match (self, claim) {
            (Self::Framed(reader), Claim::Framed(framing)) => reader.framing() == framing,
            (Self::G711 { a_law: one }, Claim::G711 { a_law: other }) => *one == other,
            (Self::Carried(one), Claim::Carried(other)) => *one == other,
            (Self::LeftOut, Claim::Unknown(_)) => true,
            _ => false,
        }
    }
}
