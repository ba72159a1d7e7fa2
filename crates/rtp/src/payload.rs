//! Payload formats: how each codec's access units travel in RTP packets, one file per format.

mod aac;
mod assembly;
mod av1;
mod h264;
mod h265;
mod latm;
mod mpa;
mod opaque;
mod ps;
mod single;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::num::NonZeroU32;

use bytes::Bytes;
use media::{AccessUnit, CodecConfig, MediaTime, TrackConfig, TrackId};

pub(crate) use aac::AacFormat;
pub(crate) use latm::{LatmFormat, parse_stream_mux_config};
pub use ps::{PS_CLOCK_HZ, PS_PAYLOAD_TYPE, PsDepacketizer, PsPacketizer, PsPiece, PsStats};

/// Bytes of one access unit at most; a larger one is dropped. An 8K intra picture at the highest
/// level stays below it.
pub const MAX_ACCESS_UNIT_BYTES: usize = 16 << 20;

/// One packet as a depacketizer sees it.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Unrolled time stamp.
    pub ticks: i64,
    /// Marker bit.
    pub marker: bool,
    /// Whether packets between the previous piece and this one are missing.
    pub gap: bool,
    /// Payload without padding.
    pub payload: Bytes,
}

/// What a depacketizer produces.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Item {
    /// The track's configuration, once, when the session description did not have it.
    Config(TrackConfig),
    /// A whole access unit.
    Unit(AccessUnit),
    /// An access unit (or what was left of it) was not usable.
    Dropped(DropReason),
}

/// Why an access unit was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DropReason {
    /// Packets of it are missing.
    Incomplete,
    /// Its packets contradict the payload format.
    Malformed,
    /// It uses a part of the payload format that we do not read.
    Unsupported,
    /// It exceeds [`MAX_ACCESS_UNIT_BYTES`].
    TooLarge,
    /// No parameter sets have been seen yet.
    NoParameters,
}

impl DropReason {
    /// Stable lower-case label for metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::Malformed => "malformed",
            Self::Unsupported => "unsupported",
            Self::TooLarge => "too_large",
            Self::NoParameters => "no_parameters",
        }
    }
}

/// What the format modules hand up; the track identity is added by [`Depacketizer`].
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    Config(CodecConfig),
    Unit { ticks: i64, key: bool, payload: Bytes },
    Dropped(DropReason),
}

/// What the payload format needs from the session description besides the codec.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    H264,
    /// RFC 7798 §7.1: DONL fields are present.
    H265 {
        donl: bool,
    },
    Av1,
    Aac(AacFormat),
    Latm(LatmFormat),
    /// RFC 2250 with its four-byte header.
    Mpa,
    /// One access unit per packet: G.711, Opus.
    Single,
    /// A document over several packets, ended by the marker.
    Document,
    /// Packets of a format that we do not know.
    Foreign,
}

/// Turns the packets of one RTP source, in order, into access units.
///
/// Drain [`Depacketizer::poll`] after every push.
#[derive(Debug)]
pub struct Depacketizer {
    track: TrackId,
    clock_hz: NonZeroU32,
    configured: bool,
    reader: Reader,
    scratch: Vec<Output>,
    items: VecDeque<Item>,
}

#[derive(Debug)]
enum Reader {
    H264(h264::Reader),
    H265(h265::Reader),
    Av1(av1::Reader),
    Aac(aac::Reader),
    Latm(latm::Reader),
    Mpa(mpa::Reader),
    Single,
    Document(opaque::DocumentReader),
    Foreign(opaque::ForeignReader),
}

impl Depacketizer {
    pub(crate) fn new(track: TrackId, clock_hz: NonZeroU32, format: &Format, configured: bool) -> Self {
        let reader = match format {
            Format::H264 => Reader::H264(h264::Reader::new(configured)),
            Format::H265 { donl } => Reader::H265(h265::Reader::new(*donl, configured)),
            Format::Av1 => Reader::Av1(av1::Reader::default()),
            Format::Aac(format) => Reader::Aac(aac::Reader::new(*format)),
            Format::Latm(format) => Reader::Latm(latm::Reader::new(*format)),
            Format::Mpa => Reader::Mpa(mpa::Reader::default()),
            Format::Single => Reader::Single,
            Format::Document => Reader::Document(opaque::DocumentReader::default()),
            Format::Foreign => Reader::Foreign(opaque::ForeignReader::default()),
        };
        Self { track, clock_hz, configured, reader, scratch: Vec::new(), items: VecDeque::new() }
    }

    /// Takes one packet.
    pub fn push(&mut self, piece: &Piece) {
        let mut out = std::mem::take(&mut self.scratch);
        match &mut self.reader {
            Reader::H264(reader) => reader.push(piece, &mut out),
            Reader::H265(reader) => reader.push(piece, &mut out),
            Reader::Av1(reader) => reader.push(piece, &mut out),
            Reader::Aac(reader) => reader.push(piece, &mut out),
            Reader::Latm(reader) => reader.push(piece, &mut out),
            Reader::Mpa(reader) => reader.push(piece, &mut out),
            Reader::Single => single::push(piece, &mut out),
            Reader::Document(reader) => reader.push(piece, &mut out),
            Reader::Foreign(reader) => reader.push(piece, &mut out),
        }
        for output in out.drain(..) {
            self.accept(output);
        }
        self.scratch = out;
    }

    fn accept(&mut self, output: Output) {
        match output {
            Output::Config(_) if self.configured => {}
            Output::Config(codec) => {
                self.configured = true;
                self.items.push_back(Item::Config(TrackConfig::new(self.track, self.clock_hz, codec)));
            }
            Output::Unit { .. } if !self.configured => self.items.push_back(Item::Dropped(DropReason::NoParameters)),
            Output::Unit { ticks, key, payload } => self.items.push_back(Item::Unit(AccessUnit {
                track: self.track,
                pts: MediaTime::new(ticks, self.clock_hz),
                dts: None,
                key,
                payload,
                capture_utc: None,
            })),
            Output::Dropped(reason) => self.items.push_back(Item::Dropped(reason)),
        }
    }

    /// The next result of the packets pushed so far.
    pub fn poll(&mut self) -> Option<Item> {
        self.items.pop_front()
    }
}

/// One packet's payload in two parts, of which `head` is what the payload format adds.
#[derive(Clone, Copy, Debug)]
pub struct Fragment<'a> {
    /// Marker bit.
    pub marker: bool,
    /// First part.
    pub head: &'a [u8],
    /// Second part, a piece of the access unit.
    pub body: &'a [u8],
}

/// Turns access units of one track into packet payloads.
#[derive(Clone, Debug)]
pub struct Packetizer {
    writer: Writer,
}

#[derive(Clone, Debug)]
enum Writer {
    H264(Vec<Bytes>),
    H265(Vec<Bytes>),
    Av1,
    Aac,
    Mpa,
    Single,
    Document,
    Foreign,
}

/// The smallest payload that every format can be cut to.
pub const MIN_PAYLOAD_BYTES: usize = 64;

impl Packetizer {
    /// For canonical payloads of this codec. `None` for an opaque codec whose packets cannot be rebuilt.
    pub fn new(codec: &CodecConfig) -> Option<Self> {
        let writer = match codec {
            CodecConfig::H264(config) => Writer::H264(config.sps.iter().chain(&config.pps).cloned().collect()),
            CodecConfig::H265(config) => {
                Writer::H265(config.vps.iter().chain(&config.sps).chain(&config.pps).cloned().collect())
            }
            CodecConfig::Av1(_) => Writer::Av1,
            CodecConfig::Aac(_) => Writer::Aac,
            CodecConfig::G711A(_) | CodecConfig::G711U(_) | CodecConfig::Opus(_) => Writer::Single,
            CodecConfig::Mp3(_) => Writer::Mpa,
            CodecConfig::Opaque(config) => match opaque::wire_format(config)? {
                opaque::WireFormat::Document => Writer::Document,
                opaque::WireFormat::Foreign => Writer::Foreign,
            },
        };
        Some(Self { writer })
    }

    /// Calls `emit` for each packet of one access unit. A key unit of H.264 and H.265 begins with the
    /// parameter sets, so that a receiver may join there.
    ///
    /// # Panics
    /// When `max_payload` is below [`MIN_PAYLOAD_BYTES`]: a programmer error.
    pub fn packetize(&self, payload: &[u8], key: bool, max_payload: usize, emit: &mut dyn FnMut(Fragment<'_>)) {
        assert!(max_payload >= MIN_PAYLOAD_BYTES, "no payload format fits into {max_payload} bytes");
        match &self.writer {
            Writer::H264(sets) => {
                h264::packetize(if key { sets } else { &[] }, payload, max_payload, emit);
            }
            Writer::H265(sets) => {
                h265::packetize(if key { sets } else { &[] }, payload, max_payload, emit);
            }
            Writer::Av1 => av1::packetize(payload, key, max_payload, emit),
            Writer::Aac => aac::packetize(payload, max_payload, emit),
            Writer::Mpa => mpa::packetize(payload, max_payload, emit),
            Writer::Single => single::packetize(payload, emit),
            Writer::Document => opaque::packetize_document(payload, max_payload, emit),
            Writer::Foreign => opaque::packetize_foreign(payload, emit),
        }
    }
}

pub(crate) use opaque::{DOCUMENT_NAMES, FOREIGN_PREFIX};
