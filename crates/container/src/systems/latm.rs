//! AAC in LATM behind LOAS headers (ISO/IEC 14496-3 §1.7): one program, one layer.

use bytes::Bytes;
use media::AacConfig;
use media::bitstream::ParseError;
use media::bitstream::bits::BitReader;

/// Bytes of an `AudioStream` header: 11 bits of sync word, 13 of length (§1.7.2, `AudioSyncStream`).
pub(super) const HEADER_LEN: usize = 3;
/// Bits of an `AudioSpecificConfig` that we accept.
const MAX_CONFIG_BITS: usize = 64 * 8;
const UNSUPPORTED: ParseError = ParseError::OutOfRange { what: "StreamMuxConfig" };

/// Bytes of header and content.
pub(super) fn frame_len(bytes: &[u8]) -> Option<usize> {
    let &[first, second, third] = bytes.first_chunk::<HEADER_LEN>()?;
    let length = usize::from(u16::from_be_bytes([second & 0x1f, third]));
    (first == 0x56 && second & 0xe0 == 0xe0 && length > 0).then_some(HEADER_LEN + length)
}

/// What the last `StreamMuxConfig` said.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Format {
    config: AacConfig,
    /// Units of one element.
    subframes: usize,
}

/// Reads the elements of one stream.
#[derive(Debug, Default)]
pub(super) struct Reader {
    format: Option<Format>,
}

impl Reader {
    /// The units of an `AudioMuxElement` (§1.7.3.1); none before the first configuration.
    pub(super) fn units(&mut self, element: &[u8]) -> Result<Option<(AacConfig, Vec<Bytes>)>, ParseError> {
        let mut reader = BitReader::new(element, "AudioMuxElement");
        let same_as_before = reader.flag()?;
        if !same_as_before {
            self.format = Some(stream_mux_config(&mut reader)?);
        }
        let Some(format) = &self.format else { return Ok(None) };
        let units = (0..format.subframes).map(|_| payload(&mut reader)).collect::<Result<_, _>>()?;
        Ok(Some((format.config.clone(), units)))
    }
}

/// `PayloadLengthInfo` and `PayloadMux`: a length in bytes of 255 and a rest, and that many bytes at any bit.
fn payload(reader: &mut BitReader<'_>) -> Result<Bytes, ParseError> {
    let mut length = 0;
    loop {
        let byte = reader.byte_bits(8)?;
        length += usize::from(byte);
        if byte != 0xff {
            break;
        }
    }
    if length * 8 > reader.remaining_bits() {
        return Err(ParseError::Truncated { what: "PayloadMux" });
    }
    (0..length).map(|_| reader.byte_bits(8)).collect()
}

/// Table 1.42. Version 1 differs in the lengths that it states.
fn stream_mux_config(reader: &mut BitReader<'_>) -> Result<Format, ParseError> {
    let version_1 = reader.flag()?;
    if version_1 && reader.flag()? {
        return Err(UNSUPPORTED);
    }
    if version_1 {
        value(reader)?;
    }
    let same_framing = reader.flag()?;
    let subframes = usize::from(reader.byte_bits(6)?) + 1;
    let (programs, layers) = (reader.bits(4)?, reader.bits(3)?);
    if !same_framing || programs != 0 || layers != 0 {
        return Err(UNSUPPORTED);
    }
    let config = if version_1 {
        let bits = usize::try_from(value(reader)?).map_err(|_| UNSUPPORTED)?;
        taken(reader, bits)?
    } else {
        let bits = specific_config_bits(reader.clone())?;
        taken(reader, bits)?
    };
    // Frames of variable length, with the fullness of the buffer.
    if reader.bits(3)? != 0 {
        return Err(UNSUPPORTED);
    }
    reader.skip(8)?;
    skip_other_data(reader, version_1)?;
    Ok(Format { config, subframes })
}

/// `otherDataPresent`, whose data stand behind the payloads, and `crcCheckPresent`.
fn skip_other_data(reader: &mut BitReader<'_>, version_1: bool) -> Result<(), ParseError> {
    if reader.flag()? {
        if version_1 {
            value(reader)?;
        } else {
            while reader.flag()? {
                reader.skip(8)?;
            }
            reader.skip(8)?;
        }
    }
    if reader.flag()? { reader.skip(8) } else { Ok(()) }
}

/// `LatmGetValue`: one to four bytes.
fn value(reader: &mut BitReader<'_>) -> Result<u32, ParseError> {
    let bytes = reader.bits(2)? + 1;
    reader.bits(bytes * 8)
}

/// The next bits as an `AudioSpecificConfig`.
fn taken(reader: &mut BitReader<'_>, bits: usize) -> Result<AacConfig, ParseError> {
    if bits > MAX_CONFIG_BITS.min(reader.remaining_bits()) {
        return Err(UNSUPPORTED);
    }
    let mut bytes = vec![0u8; bits.div_ceil(8)];
    for at in 0..bits {
        bytes[at / 8] |= u8::from(reader.flag()?) << (7 - at % 8);
    }
    AacConfig::from_specific_config(&bytes)
}

/// How many bits an `AudioSpecificConfig` (§1.6.2.1) of general audio coding takes.
fn specific_config_bits(mut reader: BitReader<'_>) -> Result<usize, ParseError> {
    const SBR: u32 = 5;
    const PS: u32 = 29;
    let start = reader.position_bits();
    let rate = |reader: &mut BitReader<'_>| if reader.bits(4)? == 15 { reader.skip(24) } else { Ok(()) };
    let mut object_type = reader.bits(5)?;
    rate(&mut reader)?;
    // A channel configuration of 0 is followed by elements that we do not read.
    if reader.bits(4)? == 0 {
        return Err(UNSUPPORTED);
    }
    if matches!(object_type, SBR | PS) {
        rate(&mut reader)?;
        object_type = reader.bits(5)?;
    }
    if !(1..=4).contains(&object_type) {
        return Err(UNSUPPORTED);
    }
    // frameLengthFlag, dependsOnCoreCoder with its delay, extensionFlag (table 4.1).
    reader.skip(1)?;
    if reader.flag()? {
        reader.skip(14)?;
    }
    reader.skip(1)?;
    Ok(reader.position_bits() - start)
}
