//! `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1).

use bytes::Bytes;
use std::num::NonZeroU32;

use super::ParseError;
use super::bits::BitReader;
use crate::AacConfig;

/// `samplingFrequencyIndex` (table 1.18).
pub const SAMPLE_RATES_HZ: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000, 7350];
/// Bytes of an `AudioSpecificConfig` that we accept.
const MAX_LEN: usize = 64;
/// Bytes of an ADTS header without CRC.
pub const ADTS_HEADER_LEN: usize = 7;
const WHAT: &str = "AudioSpecificConfig";
const EXPLICIT_RATE: usize = 15;

pub(crate) fn parse_specific_config(bytes: &[u8]) -> Result<AacConfig, ParseError> {
    if bytes.len() > MAX_LEN {
        return Err(ParseError::OutOfRange { what: WHAT });
    }
    let mut reader = BitReader::new(bytes, WHAT);
    let object_type = object_type(&mut reader)?;
    let sample_rate_hz = sample_rate(&mut reader)?;
    let channels = match reader.byte_bits(4)? {
        // Channel configuration 0 puts a program_config_element in-band; cameras that send it are stereo at most.
        0 => 2,
        7 => 8,
        count @ 1..=6 => count,
        _ => {
            return Err(ParseError::OutOfRange { what: "AAC channel configuration" });
        }
    };
    Ok(AacConfig { specific_config: Bytes::copy_from_slice(bytes), object_type, sample_rate_hz, channels })
}

fn object_type(reader: &mut BitReader<'_>) -> Result<u8, ParseError> {
    const ESCAPE: u8 = 31;
    match reader.byte_bits(5)? {
        0 => Err(ParseError::OutOfRange { what: "audioObjectType" }),
        ESCAPE => Ok(32 + reader.byte_bits(6)?),
        value => Ok(value),
    }
}

fn sample_rate(reader: &mut BitReader<'_>) -> Result<NonZeroU32, ParseError> {
    let index = usize::from(reader.byte_bits(4)?);
    let rate = if index == EXPLICIT_RATE { reader.bits(24)? } else { SAMPLE_RATES_HZ.get(index).copied().unwrap_or(0) };
    NonZeroU32::new(rate).ok_or(ParseError::OutOfRange { what: "AAC sampling frequency" })
}

pub(crate) fn write_lc_specific_config(sample_rate_hz: NonZeroU32, channels: u8) -> Vec<u8> {
    const LC: u64 = 2;
    let configuration = u64::from(if channels == 8 { 7 } else { channels.min(15) });
    match SAMPLE_RATES_HZ.iter().position(|rate| *rate == sample_rate_hz.get()) {
        Some(index) => {
            let bits = LC << 11 | u64::try_from(index).expect("at most 12") << 7 | configuration << 3;
            bits.to_be_bytes()[6..].to_vec()
        }
        None => {
            let bits = LC << 35 | 15 << 31 | u64::from(sample_rate_hz.get() & 0xFF_FFFF) << 7 | configuration << 3;
            bits.to_be_bytes()[3..].to_vec()
        }
    }
}

/// The ADTS header of one access unit without CRC (ISO/IEC 14496-3 §1.A.3); `None` where ADTS has no way to say
/// what the configuration says, or the unit is too long for its 13 bits of length.
///
/// HE-AAC is described by its core, which is how ADTS signals it.
pub fn adts_header(config: &AacConfig, unit_len: usize) -> Option<[u8; ADTS_HEADER_LEN]> {
    const LC: u8 = 2;
    const SBR: u8 = 5;
    const PS: u8 = 29;
    let object_type = match config.object_type {
        SBR | PS => LC,
        other @ 1..=4 => other,
        _ => return None,
    };
    let rate = SAMPLE_RATES_HZ.iter().position(|rate| *rate == config.sample_rate_hz.get())?;
    let rate = u8::try_from(rate).ok()?;
    let channels = if config.channels == 8 { 7 } else { config.channels };
    let length = u16::try_from(unit_len + ADTS_HEADER_LEN).ok().filter(|length| *length < 1 << 13)?;
    let [high, low] = (length << 3).to_be_bytes();
    Some([
        0xff,
        0xf1,
        (object_type - 1) << 6 | rate << 2 | channels >> 2,
        (channels & 3) << 6 | high >> 6,
        high << 2 | low >> 6,
        low << 2 | 0x1f,
        0xfc,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_configurations() {
        for (bytes, object_type, rate, channels) in [
            (&[0x12, 0x10][..], 2, 44_100, 2),
            (&[0x11, 0x90], 2, 48_000, 2),
            (&[0x14, 0x08], 2, 16_000, 1),
            (&[0x15, 0x88], 2, 8000, 1),
            (&[0x2B, 0x92, 0x08, 0x00], 5, 22_050, 2),
        ] {
            let config = AacConfig::from_specific_config(bytes).unwrap();
            assert_eq!(
                (config.object_type, config.sample_rate_hz.get(), config.channels),
                (object_type, rate, channels)
            );
        }
    }

    #[test]
    fn lc_configurations_read_back_for_tabled_and_odd_rates() {
        for rate in [8000, 16_000, 44_100, 48_000, 12_345] {
            for channels in [1, 2, 6, 8] {
                let config = AacConfig::lc(NonZeroU32::new(rate).unwrap(), channels).unwrap();
                assert_eq!((config.sample_rate_hz.get(), config.channels), (rate, channels));
            }
        }
        assert!(AacConfig::lc(NonZeroU32::MIN, 9).is_err());
    }

    #[test]
    fn truncated_and_absurd_configurations_are_errors() {
        for bytes in [&[][..], &[0x12], &[0x00, 0x00], &[0x17, 0x80, 0x00], &[0; 65]] {
            assert!(AacConfig::from_specific_config(bytes).is_err(), "{bytes:?}");
        }
    }
}
