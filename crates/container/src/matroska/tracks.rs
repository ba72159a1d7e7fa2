//! `Tracks`: what is in the blocks (RFC 9559 §5.1.4).

use std::num::NonZeroU32;

use bytes::{Bytes, BytesMut};
use media::bitstream::nal;
use media::{CodecConfig, DtsDeriver, Language, MediaKind, MediaTime, TrackConfig, TrackId};

use super::codec::{self, Audio};
use super::ebml::{child, children, float, text, unsigned};

/// Tracks that are read; the others are left out.
pub const MAX_TRACKS: usize = 16;
/// Ticks per second of the time stamps that are given out: blocks count nanoseconds times a scale.
pub(super) const CLOCK_HZ: NonZeroU32 = NonZeroU32::new(1_000_000).expect("1,000,000 is not zero");
const NS_PER_TICK: i64 = 1000;
/// The distance of pictures where nothing says it.
const DEFAULT_FRAME_NS: u64 = 40_000_000;
/// Longer frames are no frames.
const MAX_FRAME_NS: u64 = 10_000_000_000;
/// Bytes that were taken from the beginning of every frame: the longest headers have some dozens.
const MAX_STRIPPED_LEN: usize = 1024;

/// One video or audio track.
#[derive(Debug)]
pub(super) struct Track {
    /// `TrackNumber`, by which blocks refer to it.
    pub(super) number: u64,
    pub(super) config: TrackConfig,
    /// Size of the frames' length fields, for H.264 and H.265.
    length_size: Option<u8>,
    /// What stands before every frame and was left out of it.
    stripped: Bytes,
    /// How long a frame lasts, where that is known.
    pub(super) frame_ns: Option<u64>,
    /// What its time stamps are ahead (§5.1.4.1.26).
    delay_ns: i64,
    deriver: Option<DtsDeriver>,
}

/// Why a track is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) codec: String,
    pub(super) reason: &'static str,
}

/// The tracks that are seen or heard, and those that cannot be read.
pub(super) fn parse(content: &Bytes) -> Vec<Result<Track, LeftOut>> {
    const TRACK_ENTRY: u32 = 0xAE;
    let mut found: Vec<Result<Track, LeftOut>> = Vec::new();
    for (id, entry) in children(content) {
        let count = found.iter().flatten().count();
        if id == TRACK_ENTRY && count < MAX_TRACKS && found.len() < 2 * MAX_TRACKS {
            let next = TrackId(u8::try_from(count).expect("16 tracks at most"));
            found.extend(track(&entry, next));
        }
    }
    found
}

/// `None` for what is neither seen nor heard.
fn track(entry: &Bytes, id: TrackId) -> Option<Result<Track, LeftOut>> {
    const NUMBER: u32 = 0xD7;
    const TYPE: u32 = 0x83;
    const CODEC_ID: u32 = 0x86;
    const CODEC_PRIVATE: u32 = 0x63A2;
    const CODEC_DELAY: u32 = 0x56AA;
    const DEFAULT_DURATION: u32 = 0x23_E383;
    const AUDIO: u32 = 0xE1;
    const ENCODINGS: u32 = 0x6D80;
    let number_of = |id| child(entry, id).and_then(|content| unsigned(&content));
    let kind = match number_of(TYPE)? {
        1 => MediaKind::Video,
        2 => MediaKind::Audio,
        _ => return None,
    };
    let name = text(&child(entry, CODEC_ID)?);
    let stripped = match child(entry, ENCODINGS).map_or(Ok(Bytes::new()), |encodings| stripped(&encodings)) {
        Ok(stripped) => stripped,
        Err(reason) => return Some(Err(LeftOut { codec: name, reason })),
    };
    let private = child(entry, CODEC_PRIVATE).unwrap_or_default();
    let audio = (kind == MediaKind::Audio).then(|| sound(child(entry, AUDIO).as_ref()));
    let (codec, length_size) = codec::parse(kind, &name, &private, audio);
    let frame_ns = number_of(DEFAULT_DURATION).filter(|length| (1..MAX_FRAME_NS).contains(length));
    let deriver = (kind == MediaKind::Video).then(|| deriver(&codec, frame_ns));
    Some(Ok(Track {
        number: number_of(NUMBER)?,
        frame_ns: frame_ns.or_else(|| aac_frame_ns(&codec)),
        config: TrackConfig::new(id, CLOCK_HZ, codec).in_language(language(entry)),
        length_size,
        stripped,
        delay_ns: number_of(CODEC_DELAY).filter(|delay| *delay < MAX_FRAME_NS).map_or(0, u64::cast_signed),
        deriver,
    }))
}

/// `LanguageBCP47` before `Language` (§5.1.4.1.19 and .20); a track that has neither is in English.
fn language(entry: &Bytes) -> Option<Language> {
    const LANGUAGE: u32 = 0x22_B59C;
    const LANGUAGE_BCP47: u32 = 0x22_B59D;
    let written = child(entry, LANGUAGE_BCP47).or_else(|| child(entry, LANGUAGE));
    written.map_or_else(|| Language::from_tag("eng"), |content| Language::from_tag(&text(&content)))
}

fn sound(content: Option<&Bytes>) -> Audio {
    const SAMPLING_FREQUENCY: u32 = 0xB5;
    const CHANNELS: u32 = 0x9F;
    /// §5.1.4.1.29.1: where none is written.
    const DEFAULT_HZ: f64 = 8000.0;
    const MAX_HZ: f64 = 768_000.0;
    let rate = content.and_then(|audio| child(audio, SAMPLING_FREQUENCY)).map_or(Some(DEFAULT_HZ), |rate| float(&rate));
    let channels = content.and_then(|audio| child(audio, CHANNELS)).map_or(Some(1), |count| unsigned(&count));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the range")]
    let rate_hz = rate.filter(|rate| (1.0..=MAX_HZ).contains(rate)).and_then(|rate| NonZeroU32::new(rate as u32));
    Audio { rate_hz, channels: channels.and_then(|count| u8::try_from(count).ok()).unwrap_or(0) }
}

/// What is to be put before every frame (§5.1.4.1.31: header stripping). Whatever else was done to frames is not undone.
fn stripped(encodings: &Bytes) -> Result<Bytes, &'static str> {
    const ENCODING: u32 = 0x6240;
    const ENCRYPTION: u32 = 0x5035;
    const COMPRESSION: u32 = 0x5034;
    const ALGORITHM: u32 = 0x4254;
    const SETTINGS: u32 = 0x4255;
    const HEADER_STRIPPING: u64 = 3;
    let mut encodings = children(encodings).filter(|(id, _)| *id == ENCODING).map(|(_, encoding)| encoding);
    let Some(encoding) = encodings.next() else { return Ok(Bytes::new()) };
    if child(&encoding, ENCRYPTION).is_some() {
        return Err("it is encrypted");
    }
    let compression = child(&encoding, COMPRESSION).unwrap_or_default();
    // §5.1.4.1.31.6: where none is written it is zlib, 0.
    let algorithm = child(&compression, ALGORITHM).and_then(|content| unsigned(&content)).unwrap_or(0);
    let settings = child(&compression, SETTINGS).unwrap_or_default();
    match algorithm {
        HEADER_STRIPPING if encodings.next().is_none() && settings.len() <= MAX_STRIPPED_LEN => Ok(settings),
        _ => Err("its frames are compressed"),
    }
}

fn deriver(codec: &CodecConfig, frame_ns: Option<u64>) -> DtsDeriver {
    let picture = codec.picture();
    let declared =
        picture.and_then(|picture| picture.frame_rate_mhz).map(|rate| 1_000_000_000_000 / u64::from(rate.get()));
    let frame_ns = frame_ns.or(declared).filter(|length| *length < MAX_FRAME_NS).unwrap_or(DEFAULT_FRAME_NS);
    DtsDeriver::new(picture.and_then(|picture| picture.reorder_depth).unwrap_or(0), ticks(frame_ns.cast_signed()))
}

fn aac_frame_ns(codec: &CodecConfig) -> Option<u64> {
    let CodecConfig::Aac(config) = codec else { return None };
    let samples = u64::from(media::AacConfig::SAMPLES_PER_UNIT);
    Some(samples * 1_000_000_000 / u64::from(config.sample_rate_hz.get()))
}

const fn ticks(ns: i64) -> i64 {
    ns.div_euclid(NS_PER_TICK)
}

impl Track {
    /// When a frame at `ns` of the segment's time is shown and decoded. Frames come in decoding order.
    pub(super) fn times(&mut self, ns: i64) -> (MediaTime, MediaTime) {
        let pts = ticks(ns.saturating_sub(self.delay_ns));
        let dts = self.deriver.as_mut().map_or(pts, |deriver| deriver.derive(pts));
        (MediaTime::new(pts, CLOCK_HZ), MediaTime::new(dts, CLOCK_HZ))
    }

    /// The canonical payload of a frame.
    pub(super) fn payload(&self, frame: Bytes) -> Bytes {
        let whole = if self.stripped.is_empty() {
            frame
        } else {
            let mut whole = BytesMut::with_capacity(self.stripped.len() + frame.len());
            whole.extend_from_slice(&self.stripped);
            whole.extend_from_slice(&frame);
            whole.freeze()
        };
        match self.length_size {
            Some(size) => nal::canonical_lengths(whole, size),
            None => whole,
        }
    }
}
