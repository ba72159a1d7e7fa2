//! Sound in frames that name their own length: AAC in ADTS and in LOAS, MPEG audio.

use std::num::NonZeroU32;

use bytes::{Buf, Bytes, BytesMut};
use media::bitstream::aac::SAMPLE_RATES_HZ;
use media::bitstream::mp3;
use media::{AacConfig, CodecConfig, MediaKind, OpaqueConfig};

use super::track::{Item, Times, Track};
use super::{CLOCK_HZ, DropReason, latm};

/// The identifier of MPEG audio of layer II, which is only carried.
pub const MP2_TRACK_ID: &str = "mp2";

/// Which frames a stream has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Framing {
    Adts,
    Loas,
    MpegAudio,
}

/// What a frame header says.
#[derive(Clone, Debug, PartialEq)]
struct Frame {
    /// `None` where the content says it.
    sound: Option<(CodecConfig, NonZeroU32)>,
    /// Bytes in front of what a unit holds.
    header_len: usize,
    /// Bytes of header and content.
    len: usize,
    samples: u32,
}

/// A time stamp and how much sound came since.
#[derive(Clone, Copy, Debug)]
struct Position {
    base: i64,
    samples: i64,
}

impl Position {
    fn time(self, rate_hz: NonZeroU32) -> i64 {
        let rate = i64::from(rate_hz.get());
        let ticks = self.samples.saturating_mul(i64::from(CLOCK_HZ)).saturating_add(rate / 2) / rate;
        self.base.saturating_add(ticks)
    }
}

/// Reads the frames of one stream, which may begin and end anywhere in its PES packets.
#[derive(Debug)]
pub(crate) struct Reader {
    framing: Framing,
    /// The beginning of a frame whose end has not come yet.
    buffer: BytesMut,
    position: Option<Position>,
    /// At the start, and once something that is no frame was passed over: the next header must be confirmed by the
    /// one behind it.
    lost: bool,
    latm: latm::Reader,
}

impl Reader {
    pub(crate) fn new(framing: Framing) -> Self {
        Self { framing, buffer: BytesMut::new(), position: None, lost: true, latm: latm::Reader::default() }
    }

    pub(crate) const fn framing(&self) -> Framing {
        self.framing
    }

    /// Forgets an unfinished frame; after a loss only a time stamp tells the time.
    pub(crate) fn reset(&mut self) {
        self.buffer.clear();
        self.position = None;
        self.lost = true;
    }

    /// The payload of one PES packet. A time stamp belongs to the first frame that begins in it (§2.4.3.7).
    pub(crate) fn read<E: From<Item>>(
        &mut self,
        pts: Option<i64>,
        payload: &[u8],
        track: &mut Track,
        events: &mut Vec<E>,
    ) {
        let mut carried = self.buffer.len();
        let mut pts = pts;
        let mut malformed = false;
        self.buffer.extend_from_slice(payload);
        loop {
            let skipped = self.skip_to_frame();
            malformed |= skipped > 0;
            carried = carried.saturating_sub(skipped);
            if let Some(base) = pts.take_if(|_| carried == 0) {
                self.position = Some(Position { base, samples: 0 });
            }
            let Some(frame) = self.frame_at(0).filter(|frame| frame.len <= self.buffer.len()) else { break };
            carried = carried.saturating_sub(frame.len);
            self.emit(&frame, track, events);
        }
        if malformed {
            track.dropped(DropReason::MalformedUnit, events);
        }
    }

    fn emit<E: From<Item>>(&mut self, frame: &Frame, track: &mut Track, events: &mut Vec<E>) {
        self.lost = false;
        let mut unit = self.buffer.split_to(frame.len).freeze();
        unit.advance(frame.header_len);
        if let Some((config, rate_hz)) = &frame.sound {
            return self.unit(config, *rate_hz, frame.samples, unit, track, events);
        }
        match self.latm.units(&unit) {
            Ok(Some((config, units))) => {
                let rate_hz = config.sample_rate_hz;
                let config = CodecConfig::Aac(config);
                for unit in units {
                    self.unit(&config, rate_hz, frame.samples, unit, track, events);
                }
            }
            Ok(None) => track.dropped(DropReason::MissingParameterSets, events),
            Err(_) => track.dropped(DropReason::MalformedUnit, events),
        }
    }

    fn unit<E: From<Item>>(
        &mut self,
        config: &CodecConfig,
        rate_hz: NonZeroU32,
        samples: u32,
        payload: Bytes,
        track: &mut Track,
        events: &mut Vec<E>,
    ) {
        let Some(position) = &mut self.position else {
            return track.dropped(DropReason::Untimed, events);
        };
        let at = position.time(rate_hz);
        position.samples = position.samples.saturating_add(i64::from(samples));
        track.configure(config, events);
        if !payload.is_empty() {
            track.unit(Times { pts: at, dts: at }, true, payload, events);
        }
    }

    /// Drops what stands in front of a frame, or of what may become one; says how many bytes that were.
    fn skip_to_frame(&mut self) -> usize {
        let at = (0..self.buffer.len()).find(|at| self.may_begin(*at)).unwrap_or(self.buffer.len());
        if at > 0 {
            self.buffer.advance(at);
            self.lost = true;
        }
        at
    }

    fn may_begin(&self, at: usize) -> bool {
        let Some(rest) = self.buffer.get(at..) else { return false };
        if rest.len() < self.framing.header_len() {
            let sync = if self.framing == Framing::Loas { 0x56 } else { 0xff };
            return rest.first() == Some(&sync) && rest.get(1).is_none_or(|byte| byte & 0xe0 == 0xe0);
        }
        let Some(frame) = self.frame_at(at) else { return false };
        // A sync word within a frame's content is not rare.
        !self.lost
            || at + frame.len + self.framing.header_len() > self.buffer.len()
            || self.frame_at(at + frame.len).is_some()
    }

    fn frame_at(&self, at: usize) -> Option<Frame> {
        self.framing.frame(self.buffer.get(at..)?)
    }
}

impl Framing {
    const fn header_len(self) -> usize {
        match self {
            Self::Adts => media::bitstream::aac::ADTS_HEADER_LEN,
            Self::Loas => latm::HEADER_LEN,
            Self::MpegAudio => 4,
        }
    }

    /// What the header at the beginning says.
    fn frame(self, bytes: &[u8]) -> Option<Frame> {
        match self {
            Self::Adts => adts(bytes),
            Self::Loas => loas(bytes),
            Self::MpegAudio => mpeg_audio(bytes),
        }
    }

    /// Which frames a payload of unknown sound holds: two of the same kind follow one another, or one fills it.
    pub(crate) fn of_payload(payload: &[u8]) -> Option<Self> {
        let holds = |framing: &Self| (0..payload.len()).any(|at| framing.two_at(payload, at));
        [Self::Adts, Self::MpegAudio].into_iter().find(holds)
    }

    fn two_at(self, payload: &[u8], at: usize) -> bool {
        let Some(first) = self.frame(&payload[at..]) else { return false };
        let end = at + first.len;
        let second = payload.get(end..).and_then(|rest| self.frame(rest));
        at == 0 && end == payload.len() || second.is_some_and(|second| second.sound == first.sound)
    }
}

/// ISO/IEC 14496-3 §1.A.3. Frames of several raw data blocks, which no encoder that we know writes, are not read.
fn adts(bytes: &[u8]) -> Option<Frame> {
    const CRC_LEN: usize = 2;
    let &[sync, flags, b2, b3, b4, b5, b6] = bytes.first_chunk()?;
    if sync != 0xff || flags & 0xf6 != 0xf0 || b6 & 3 != 0 {
        return None;
    }
    let without_crc = flags & 1 == 1;
    let header_len = media::bitstream::aac::ADTS_HEADER_LEN + if without_crc { 0 } else { CRC_LEN };
    let len = usize::from(b3 & 3) << 11 | usize::from(b4) << 3 | usize::from(b5 >> 5);
    let rate_index = b2 >> 2 & 0xf;
    let rate_hz = NonZeroU32::new(*SAMPLE_RATES_HZ.get(usize::from(rate_index))?)?;
    let channels = (b2 & 1) << 2 | b3 >> 6;
    let specific = [((b2 >> 6) + 1) << 3 | rate_index >> 1, rate_index << 7 | channels << 3];
    let config = CodecConfig::Aac(AacConfig::from_specific_config(&specific).ok()?);
    (len >= header_len).then_some(Frame {
        sound: Some((config, rate_hz)),
        header_len,
        len,
        samples: AacConfig::SAMPLES_PER_UNIT,
    })
}

/// What is in an element, it says itself.
fn loas(bytes: &[u8]) -> Option<Frame> {
    let len = latm::frame_len(bytes)?;
    Some(Frame { sound: None, header_len: latm::HEADER_LEN, len, samples: AacConfig::SAMPLES_PER_UNIT })
}

/// Layer III is understood, layer II carried.
fn mpeg_audio(bytes: &[u8]) -> Option<Frame> {
    const HEADER_LEN: usize = 4;
    if let Some(header) = mp3::parse_frame_header(bytes) {
        return Some(Frame {
            sound: Some((CodecConfig::Mp3(header.config), header.config.sample_rate_hz)),
            header_len: 0,
            len: header.frame_len.filter(|len| *len > HEADER_LEN)?,
            samples: header.samples,
        });
    }
    let (rate_hz, len) = layer_2(bytes)?;
    let opaque = OpaqueConfig { kind: MediaKind::Audio, id: MP2_TRACK_ID.into(), params: Bytes::new() };
    let config = CodecConfig::Opaque(opaque);
    Some(Frame { sound: Some((config, rate_hz)), header_len: 0, len, samples: LAYER_2_SAMPLES })
}

const LAYER_2_SAMPLES: u32 = 1152;

/// Sampling rate and bytes of a layer II frame (ISO/IEC 11172-3 §2.4.2.3, ISO/IEC 13818-3 §2.4.2.3).
fn layer_2(bytes: &[u8]) -> Option<(NonZeroU32, usize)> {
    const LAYER_II: u8 = 2;
    const KBPS_MPEG1: [u32; 15] = [0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384];
    const KBPS_MPEG2: [u32; 15] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
    let &[sync, kind, rates, _] = bytes.first_chunk()?;
    if sync != 0xff || kind & 0xe0 != 0xe0 || kind >> 1 & 3 != LAYER_II {
        return None;
    }
    let (table, halvings) = match kind >> 3 & 3 {
        3 => (&KBPS_MPEG1, 0),
        2 => (&KBPS_MPEG2, 1),
        _ => return None,
    };
    let rate = [44_100u32, 48_000, 32_000].get(usize::from(rates >> 2 & 3))? >> halvings;
    let kbps = table.get(usize::from(rates >> 4)).filter(|kbps| **kbps > 0)?;
    let len = LAYER_2_SAMPLES / 8 * kbps * 1000 / rate + u32::from(rates >> 1 & 1);
    Some((NonZeroU32::new(rate)?, usize::try_from(len).ok()?))
}
