//! Which sounds are made of which.

use std::num::NonZeroU32;

use bytes::{BufMut, Bytes, BytesMut};
use media::bitstream::aac;
use media::{AacConfig, CodecConfig, G711Config, OpusConfig};
use worker_protocol::{MAX_SOUND_UNIT, SoundForm};

/// A codec that sound can be asked for in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SoundCodec {
    /// AAC-LC.
    Aac,
    /// Opus.
    Opus,
    /// G.711 A-law at 8 kHz with one channel.
    G711A,
    /// G.711 µ-law at 8 kHz with one channel.
    G711U,
}

/// What telephones have.
const G711: G711Config = G711Config { sample_rate_hz: NonZeroU32::new(8000).expect("8000 is not zero"), channels: 1 };
/// AAC of less is not played everywhere.
const LEAST_AAC_HZ: u32 = 16_000;
/// AAC of any other source has this rate.
const USUAL_AAC_HZ: NonZeroU32 = NonZeroU32::new(48_000).expect("48,000 is not zero");

impl SoundCodec {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Aac, Self::Opus, Self::G711A, Self::G711U];

    /// Stable identifier, as addresses name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aac => "aac",
            Self::Opus => "opus",
            Self::G711A => "g711a",
            Self::G711U => "g711u",
        }
    }

    /// By its identifier.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|codec| codec.as_str() == text)
    }

    /// Whether a sound is in this codec already.
    pub(super) const fn is_of(self, codec: &CodecConfig) -> bool {
        matches!(
            (self, codec),
            (Self::Aac, CodecConfig::Aac(_))
                | (Self::Opus, CodecConfig::Opus(_))
                | (Self::G711A, CodecConfig::G711A(_))
                | (Self::G711U, CodecConfig::G711U(_))
        )
    }

    /// What a sound becomes: of its rate and channels what the codec and those who play it take.
    pub(super) fn target(self, from: SoundForm) -> CodecConfig {
        let channels = from.channels.clamp(1, 2);
        match self {
            Self::Aac => {
                let rate = aac::SAMPLE_RATES_HZ.into_iter().find(|rate| *rate == from.sample_rate_hz);
                let rate = match (rate, from.sample_rate_hz) {
                    (_, ..LEAST_AAC_HZ) => NonZeroU32::new(LEAST_AAC_HZ),
                    (Some(rate), _) if rate <= USUAL_AAC_HZ.get() => NonZeroU32::new(rate),
                    _ => None,
                };
                let config = AacConfig::lc(rate.unwrap_or(USUAL_AAC_HZ), channels);
                CodecConfig::Aac(config.expect("one or two channels are described"))
            }
            Self::Opus => CodecConfig::Opus(OpusConfig { channels }),
            Self::G711A => CodecConfig::G711A(G711),
            Self::G711U => CodecConfig::G711U(G711),
        }
    }
}

/// How a worker is told of a codec; `None` for those that it cannot decode.
pub(super) fn form(codec: &CodecConfig) -> Option<SoundForm> {
    let (sample_rate_hz, channels) = codec.sound()?;
    let codec = match codec {
        CodecConfig::Aac(config) => {
            aac::adts_header(config, 0)?;
            worker_protocol::SoundCodec::Aac
        }
        CodecConfig::G711A(_) => worker_protocol::SoundCodec::G711A,
        CodecConfig::G711U(_) => worker_protocol::SoundCodec::G711U,
        CodecConfig::Opus(_) => worker_protocol::SoundCodec::Opus,
        CodecConfig::Mp3(_) => worker_protocol::SoundCodec::Mp3,
        _ => return None,
    };
    Some(SoundForm { codec, sample_rate_hz: sample_rate_hz.get(), channels })
}

/// An access unit as a worker reads it; `None` for one that is too long.
pub(super) fn unit(codec: &CodecConfig, payload: &Bytes) -> Option<Bytes> {
    let unit = match codec {
        CodecConfig::Aac(config) => {
            let mut framed = BytesMut::with_capacity(aac::ADTS_HEADER_LEN + payload.len());
            framed.put_slice(&aac::adts_header(config, payload.len())?);
            framed.put_slice(payload);
            framed.freeze()
        }
        _ => payload.clone(),
    };
    (unit.len() <= MAX_SOUND_UNIT).then_some(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hz(rate: u32) -> NonZeroU32 {
        NonZeroU32::new(rate).unwrap()
    }

    #[test]
    fn aac_keeps_a_rate_that_is_played_everywhere() {
        let rate = |sample_rate_hz, channels| {
            let from = SoundForm { codec: worker_protocol::SoundCodec::Opus, sample_rate_hz, channels };
            SoundCodec::Aac.target(from).sound().unwrap()
        };
        assert_eq!(rate(48_000, 2), (hz(48_000), 2));
        assert_eq!(rate(44_100, 1), (hz(44_100), 1));
        assert_eq!(rate(8000, 1), (hz(16_000), 1));
        assert_eq!(rate(96_000, 6), (hz(48_000), 2));
        assert_eq!(rate(17_123, 1), (hz(48_000), 1));
    }

    #[test]
    fn names_lead_back_and_nothing_is_made_of_itself() {
        for codec in SoundCodec::ALL {
            assert_eq!(SoundCodec::parse(codec.as_str()), Some(codec));
            let from = SoundForm { codec: worker_protocol::SoundCodec::Mp3, sample_rate_hz: 44_100, channels: 2 };
            let made = codec.target(from);
            let of: Vec<_> = SoundCodec::ALL.into_iter().filter(|other| other.is_of(&made)).collect();
            assert_eq!(of, [codec]);
            assert!(form(&made).is_some());
        }
        assert_eq!(SoundCodec::parse("mp3"), None);
    }

    #[test]
    fn aac_is_framed_and_what_is_too_long_is_left_out() {
        let aac = CodecConfig::Aac(AacConfig::lc(hz(16_000), 1).unwrap());
        let framed = unit(&aac, &Bytes::from_static(b"unit")).unwrap();
        assert!(framed.starts_with(&[0xFF, 0xF1]) && framed.ends_with(b"unit") && framed.len() == 11);
        assert!(unit(&aac, &Bytes::from(vec![0; 9000])).is_none());
        assert!(unit(&CodecConfig::G711A(G711), &Bytes::from(vec![0; MAX_SOUND_UNIT + 1])).is_none());
    }
}
