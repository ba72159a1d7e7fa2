//! Sound that is coded anew: one session per worker, opened once and fed with access units.

use bytes::{BufMut, Bytes, BytesMut};

use crate::answer::{Failure, put_failure, read_failure};
use crate::wire::{Malformed, message, take_i64, take_u8, take_u32};

/// Longest access unit of sound in bytes, before and after: one of AAC has 6,144 bits per channel at most.
pub const MAX_SOUND_UNIT: usize = 64 << 10;
/// Access units in one answer: what a second of sound becomes, and more.
pub const MAX_SOUND_UNITS: usize = 256;
/// Longest body of an answer in bytes.
pub const MAX_SOUND_ANSWER: usize = 1 << 20;

/// What messages about sound begin with; the numbers below are codecs of pictures.
const OPEN: u8 = 64;
const UNIT: u8 = 65;

/// How sound is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SoundCodec {
    /// AAC: with an ADTS header where it is read, without one where it is written.
    Aac,
    /// G.711 A-law.
    G711A,
    /// G.711 µ-law.
    G711U,
    /// Opus packets.
    Opus,
    /// MPEG audio layer III, frames with their headers; only read.
    Mp3,
}

impl SoundCodec {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Aac, Self::G711A, Self::G711U, Self::Opus, Self::Mp3];

    const fn number(self) -> u8 {
        match self {
            Self::Aac => 1,
            Self::G711A => 2,
            Self::G711U => 3,
            Self::Opus => 4,
            Self::Mp3 => 5,
        }
    }
}

/// A codec with what it is coded at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SoundForm {
    /// The codec.
    pub codec: SoundCodec,
    /// Samples of a channel in a second.
    pub sample_rate_hz: u32,
    /// Channels.
    pub channels: u8,
}

/// What a worker is asked for about sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SoundRequest {
    /// Begins a session, in place of the one before if there was one.
    Open {
        /// What comes.
        from: SoundForm,
        /// What is to be made of it.
        to: SoundForm,
    },
    /// The next access unit of the session.
    Unit(SoundUnit),
}

/// An access unit with its time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SoundUnit {
    /// Time of its first sample in microseconds, on the time line of the stream.
    pub pts_us: i64,
    /// The unit.
    pub bytes: Bytes,
}

/// What came of a request: the access units that are ready by now, none for one that opens a session.
pub type SoundAnswer = Result<Vec<SoundUnit>, Failure>;

impl SoundForm {
    fn put(self, out: &mut BytesMut) {
        out.put_u8(self.codec.number());
        out.put_u32(self.sample_rate_hz);
        out.put_u8(self.channels);
    }

    fn take(body: &mut Bytes) -> Result<Self, Malformed> {
        let value = take_u8(body)?;
        let codec = SoundCodec::ALL.into_iter().find(|codec| codec.number() == value);
        let codec = codec.ok_or(Malformed::Unknown { field: "sound codec", value })?;
        Ok(Self { codec, sample_rate_hz: take_u32(body)?, channels: take_u8(body)? })
    }
}

impl SoundRequest {
    /// Whether a message's body is one about sound.
    pub fn begins(body: &[u8]) -> bool {
        matches!(body.first(), Some(&(OPEN | UNIT)))
    }

    /// The message.
    pub fn write(&self) -> Bytes {
        let mut head = BytesMut::with_capacity(16);
        match self {
            Self::Open { from, to } => {
                head.put_u8(OPEN);
                from.put(&mut head);
                to.put(&mut head);
                message(&head, &[])
            }
            Self::Unit(unit) => {
                head.put_u8(UNIT);
                head.put_i64(unit.pts_us);
                message(&head, &unit.bytes)
            }
        }
    }

    /// From a message's body.
    ///
    /// # Errors
    /// When it is truncated or too long, or a field has a value that is not defined.
    pub fn read(mut body: Bytes) -> Result<Self, Malformed> {
        match take_u8(&mut body)? {
            OPEN => {
                let (from, to) = (SoundForm::take(&mut body)?, SoundForm::take(&mut body)?);
                let rest = body.len();
                if rest > 0 { Err(Malformed::TooLong { length: rest, limit: 0 }) } else { Ok(Self::Open { from, to }) }
            }
            UNIT => {
                let pts_us = take_i64(&mut body)?;
                if body.len() > MAX_SOUND_UNIT {
                    return Err(Malformed::TooLong { length: body.len(), limit: MAX_SOUND_UNIT });
                }
                Ok(Self::Unit(SoundUnit { pts_us, bytes: body }))
            }
            value => Err(Malformed::Unknown { field: "sound request", value }),
        }
    }
}

/// The message of an answer. Units over [`MAX_SOUND_UNITS`] are left out.
pub fn write_sound_answer(answer: &SoundAnswer) -> Bytes {
    let units = match answer {
        Ok(units) => units,
        Err(failure) => return put_failure(failure),
    };
    let mut body = BytesMut::new();
    for unit in units.iter().take(MAX_SOUND_UNITS) {
        body.put_i64(unit.pts_us);
        body.put_u32(u32::try_from(unit.bytes.len()).unwrap_or(u32::MAX));
        body.put_slice(&unit.bytes);
    }
    message(&[0], &body)
}

/// An answer from a message's body.
///
/// # Errors
/// When it is truncated, a named limit is exceeded, or a field has a value that is not defined.
pub fn read_sound_answer(mut body: Bytes) -> Result<SoundAnswer, Malformed> {
    let kind = take_u8(&mut body)?;
    if kind != 0 {
        return Ok(Err(read_failure(kind, body)?));
    }
    let mut units = Vec::new();
    while !body.is_empty() {
        let pts_us = take_i64(&mut body)?;
        let length = usize::try_from(take_u32(&mut body)?).unwrap_or(usize::MAX);
        if length > MAX_SOUND_UNIT || units.len() == MAX_SOUND_UNITS {
            return Err(Malformed::TooLong { length, limit: MAX_SOUND_UNIT });
        }
        if body.len() < length {
            return Err(Malformed::Truncated);
        }
        units.push(SoundUnit { pts_us, bytes: body.split_to(length) });
    }
    Ok(Ok(units))
}
