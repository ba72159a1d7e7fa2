//! WAV files, read: uncompressed and G.711 sound (Microsoft "Multimedia Programming Interface and Data Specifications 1.0",
//! `WAVE_FORMAT_EXTENSIBLE`).
//!
//! Tolerances: chunks in any order but `fmt ` before `data`; a length of `data` that is longer than the file, or 0 or all ones
//! as programs leave it that could not go back; a chunk of odd length without its byte of padding.

use std::num::{NonZeroU16, NonZeroU32};

use media::g711;

/// Sample rates that are read, in Hz.
pub const RATES_HZ: std::ops::RangeInclusive<u32> = 4000..=384_000;
/// Channels of one file.
pub const MAX_CHANNELS: u16 = 32;

const HEAD_BYTES: usize = 12;
const CHUNK_HEAD_BYTES: usize = 8;
const PCM: u16 = 1;
const FLOAT: u16 = 3;
const A_LAW: u16 = 6;
const MU_LAW: u16 = 7;
const EXTENSIBLE: u16 = 0xFFFE;

/// Why bytes are no WAV file that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WavError {
    /// It does not begin as one.
    #[error("it is no WAV file")]
    NotWav,
    /// It has no `fmt ` before its sound, or the file ends within it.
    #[error("the WAV file does not say what it holds")]
    NoFormat,
    /// It holds sound of another coding.
    #[error("the WAV file holds sound of coding {coding} with {bits} bits")]
    Coding {
        /// Number of the coding; 1 is PCM.
        coding: u16,
        /// Bits of a sample.
        bits: u16,
    },
    /// No such rate or number of channels.
    #[error("the WAV file holds {channels} channels at {rate_hz} Hz")]
    Shape {
        /// Channels.
        channels: u16,
        /// Sample rate.
        rate_hz: u32,
    },
    /// It has no sound.
    #[error("the WAV file is empty")]
    Empty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Unsigned8,
    /// Signed, of this many bytes, the lowest first.
    Signed(usize),
    Float,
    ALaw,
    MuLaw,
}

impl Form {
    const fn of(coding: u16, bits: u16) -> Result<Self, WavError> {
        Ok(match (coding, bits) {
            (PCM, 8) => Self::Unsigned8,
            (PCM, 16) => Self::Signed(2),
            (PCM, 24) => Self::Signed(3),
            (PCM, 32) => Self::Signed(4),
            (FLOAT, 32) => Self::Float,
            (A_LAW, 8) => Self::ALaw,
            (MU_LAW, 8) => Self::MuLaw,
            _ => return Err(WavError::Coding { coding, bits }),
        })
    }

    const fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 | Self::ALaw | Self::MuLaw => 1,
            Self::Signed(bytes) => bytes,
            Self::Float => 4,
        }
    }

    /// A sample in the range of 16 bits.
    fn sample(self, bytes: &[u8]) -> f32 {
        match (self, bytes) {
            (Self::Unsigned8, [byte]) => (f32::from(*byte) - 128.0) * 256.0,
            (Self::ALaw, [byte]) => f32::from(g711::A_LAW[usize::from(*byte)]),
            (Self::MuLaw, [byte]) => f32::from(g711::MU_LAW[usize::from(*byte)]),
            (Self::Float, [a, b, c, d]) => {
                let value = f32::from_le_bytes([*a, *b, *c, *d]);
                if value.is_finite() { value.clamp(-1.0, 1.0) * 32_767.0 } else { 0.0 }
            }
            // The two highest bytes are what 16 bits hold of it.
            (Self::Signed(_), [.., low, high]) => f32::from(i16::from_le_bytes([*low, *high])),
            _ => 0.0,
        }
    }
}

/// A WAV file; its sound lies in the bytes that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wav<'a> {
    /// Sample rate in Hz, one of [`RATES_HZ`].
    pub rate_hz: NonZeroU32,
    /// Channels, at most [`MAX_CHANNELS`].
    pub channels: NonZeroU16,
    form: Form,
    data: &'a [u8],
}

impl<'a> Wav<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is none, or of a coding that is not read.
    pub fn read(bytes: &'a [u8]) -> Result<Self, WavError> {
        let (b"RIFF", [_, _, _, _, b'W', b'A', b'V', b'E', ..]) = bytes.split_at_checked(4).ok_or(WavError::NotWav)?
        else {
            return Err(WavError::NotWav);
        };
        let mut rest = bytes.get(HEAD_BYTES..).unwrap_or_default();
        let mut format = None;
        while let Some((name, length, body)) = chunk(rest) {
            match name {
                b"fmt " => format = Some(Format::read(&body[..length.min(body.len())])?),
                b"data" => {
                    let (rate_hz, channels, form) = format.ok_or(WavError::NoFormat)?.checked()?;
                    let is_unknown = length == 0 || length == u32::MAX as usize;
                    let data = if is_unknown { body } else { &body[..length.min(body.len())] };
                    let wav = Self { rate_hz, channels, form, data };
                    return if wav.frames() == 0 { Err(WavError::Empty) } else { Ok(wav) };
                }
                _ => {}
            }
            let padded = length.saturating_add(length % 2);
            rest = body.get(padded..).unwrap_or_default();
        }
        Err(if format.is_some() { WavError::Empty } else { WavError::NoFormat })
    }

    /// Samples of each channel.
    pub const fn frames(&self) -> usize {
        self.data.len() / self.frame_bytes()
    }

    /// All channels in one, each sample in the range of 16 bits.
    pub fn mono(&self) -> impl Iterator<Item = f32> + use<'a> {
        let (form, channels) = (self.form, f32::from(self.channels.get()));
        self.data.chunks_exact(self.frame_bytes()).map(move |frame| {
            let sum: f32 = frame.chunks_exact(form.bytes()).map(|bytes| form.sample(bytes)).sum();
            sum / channels
        })
    }

    const fn frame_bytes(&self) -> usize {
        self.form.bytes() * self.channels.get() as usize
    }
}

/// Name, length as it is said, and everything behind the head of the next chunk.
fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], usize, &[u8])> {
    let (head, body) = bytes.split_at_checked(CHUNK_HEAD_BYTES)?;
    let (name, length) = (head.first_chunk::<4>()?, head.last_chunk::<4>()?);
    Some((name, usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX), body))
}

#[derive(Clone, Copy)]
struct Format {
    coding: u16,
    channels: u16,
    rate_hz: u32,
    bits: u16,
}

impl Format {
    fn read(chunk: &[u8]) -> Result<Self, WavError> {
        let short = |at: usize| {
            let bytes = chunk.get(at..at + 2).and_then(|bytes| bytes.first_chunk::<2>());
            bytes.map(|bytes| u16::from_le_bytes(*bytes)).ok_or(WavError::NoFormat)
        };
        let rate_hz = u32::from(short(4)?) | u32::from(short(6)?) << 16;
        // The coding of an extensible one is the head of its sub-format's identifier.
        let coding = match short(0)? {
            EXTENSIBLE => short(24)?,
            coding => coding,
        };
        Ok(Self { coding, channels: short(2)?, rate_hz, bits: short(14)? })
    }

    fn checked(self) -> Result<(NonZeroU32, NonZeroU16, Form), WavError> {
        let Self { coding, channels, rate_hz, bits } = self;
        let form = Form::of(coding, bits)?;
        let rate = NonZeroU32::new(rate_hz).filter(|rate| RATES_HZ.contains(&rate.get()));
        let count = NonZeroU16::new(channels).filter(|channels| channels.get() <= MAX_CHANNELS);
        let (rate, count) = rate.zip(count).ok_or(WavError::Shape { channels, rate_hz })?;
        Ok((rate, count, form))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(coding: u16, channels: u16, rate_hz: u32, bits: u16, data: &[u8]) -> Vec<u8> {
        let mut format = Vec::new();
        for number in [coding, channels] {
            format.extend(number.to_le_bytes());
        }
        format.extend(rate_hz.to_le_bytes());
        format.extend([0; 6]);
        format.extend(bits.to_le_bytes());
        let mut bytes = b"RIFF\0\0\0\0WAVE".to_vec();
        for (name, body) in [(b"LIST", &b"odd"[..]), (b"fmt ", &format), (b"data", data)] {
            bytes.extend(name);
            bytes.extend(u32::try_from(body.len()).unwrap().to_le_bytes());
            bytes.extend(body);
            bytes.extend(&[0][..body.len() % 2]);
        }
        bytes
    }

    #[test]
    fn every_form_of_sample_is_read_in_the_range_of_16_bits() {
        for (coding, bits, data, expected) in [
            (PCM, 8, &[0, 128, 255][..], &[-32_768.0, 0.0, 32_512.0][..]),
            (PCM, 16, &[0x00, 0x80, 0xff, 0x7f], &[-32_768.0, 32_767.0]),
            (PCM, 24, &[0xaa, 0x00, 0x80, 0xbb, 0xff, 0x7f], &[-32_768.0, 32_767.0]),
            (PCM, 32, &[1, 2, 0x34, 0x12], &[4660.0]),
            (FLOAT, 32, &[0, 0, 0x80, 0x3f, 0, 0, 0xc0, 0x7f], &[32_767.0, 0.0]),
            (A_LAW, 8, &[0xD5, 0x2A], &[8.0, -32_256.0]),
            (MU_LAW, 8, &[0xFF, 0x00], &[0.0, -32_124.0]),
        ] {
            let bytes = file(coding, 1, 8000, bits, data);
            let wav = Wav::read(&bytes).unwrap();
            assert_eq!(wav.mono().collect::<Vec<_>>(), expected, "{coding}, {bits} bits");
        }
        let stereo = file(PCM, 2, 44_100, 16, &[100, 0, 200, 0, 7]);
        let wav = Wav::read(&stereo).unwrap();
        assert_eq!((wav.frames(), wav.rate_hz.get(), wav.channels.get()), (1, 44_100, 2));
        assert_eq!(wav.mono().collect::<Vec<_>>(), [150.0]);
    }

    #[test]
    fn a_length_that_was_never_written_means_the_rest() {
        for length in [0, u32::MAX, 99] {
            let mut bytes = file(PCM, 1, 8000, 16, &[1, 0, 2, 0]);
            let at = bytes.len() - 8;
            bytes[at..at + 4].copy_from_slice(&length.to_le_bytes());
            assert_eq!(Wav::read(&bytes).unwrap().frames(), 2, "{length}");
        }
    }

    #[test]
    fn what_is_not_read_says_why() {
        for (bytes, error) in [
            (b"ID3\x04".to_vec(), WavError::NotWav),
            (b"RIFF\0\0\0\0AVI LIST".to_vec(), WavError::NotWav),
            (b"RIFF\0\0\0\0WAVE".to_vec(), WavError::NoFormat),
            (file(0x55, 2, 44_100, 0, &[1]), WavError::Coding { coding: 0x55, bits: 0 }),
            (file(PCM, 0, 8000, 16, &[1, 2]), WavError::Shape { channels: 0, rate_hz: 8000 }),
            (file(PCM, 1, 1, 16, &[1, 2]), WavError::Shape { channels: 1, rate_hz: 1 }),
            (file(PCM, 2, 8000, 16, &[1, 2]), WavError::Empty),
        ] {
            assert_eq!(Wav::read(&bytes), Err(error));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_judged(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), damage in any::<bool>()) {
            if damage {
                let mut whole = file(EXTENSIBLE, 2, 8000, 16, &[1, 2, 3, 4]);
                for (at, byte) in bytes.iter().enumerate().step_by(7) {
                    let place = at * 31 % whole.len();
                    whole[place] ^= byte;
                }
                bytes = whole;
            }
            crate::fuzz::wav(&bytes);
        }
    }
}
