//! AAC as LATM (RFC 6416, `MP4A-LATM`), with the configuration out of band; read only.

use bytes::BytesMut;
use media::AacConfig;
use media::bitstream::bits::BitReader;

use super::{DropReason, Output, Piece};

/// An audio mux element is at most this long.
const MAX_ELEMENT_BYTES: usize = 64 << 10;

/// What a `StreamMuxConfig` (ISO/IEC 14496-3 §1.7.3.2) says about the elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LatmFormat {
    /// Access units per element.
    pub(crate) subframes: u8,
    /// RTP ticks per access unit.
    pub(crate) unit_ticks: u32,
}

/// Reads `config=` of the session description. `None` for what we do not read: version 1, several
/// programs or layers.
pub(crate) fn parse_stream_mux_config(bytes: &[u8]) -> Option<(u8, AacConfig)> {
    const CONFIG_AT_BIT: usize = 15;
    let mut reader = BitReader::new(bytes, "StreamMuxConfig");
    let version = reader.flag().ok()?;
    let same_framing = reader.flag().ok()?;
    let subframes = reader.byte_bits(6).ok()? + 1;
    let (program, layer) = (reader.bits(4).ok()?, reader.bits(3).ok()?);
    if version || !same_framing || program != 0 || layer != 0 {
        return None;
    }
    let mut specific = Vec::new();
    for _ in 0..specific_config_bytes(bytes)? {
        specific.push(reader.byte_bits(8).unwrap_or(0));
    }
    debug_assert!(reader.position_bits() >= CONFIG_AT_BIT);
    AacConfig::from_specific_config(&specific).ok().map(|config| (subframes, config))
}

/// How many bytes the `AudioSpecificConfig` needs: 16 bits for plain AAC by rate index, 25 with
/// explicitly signalled SBR or PS. Other forms are not read.
fn specific_config_bytes(bytes: &[u8]) -> Option<usize> {
    let mut reader = BitReader::new(bytes, "AudioSpecificConfig");
    reader.skip(15).ok()?;
    let (object_type, rate_index) = (reader.bits(5).ok()?, reader.bits(4).ok()?);
    match (object_type, rate_index) {
        (_, 15) => None,
        (1..=4, _) => Some(2),
        (5 | 29, _) => Some(4),
        _ => None,
    }
}

#[derive(Debug)]
pub(super) struct Reader {
    format: LatmFormat,
    ticks: i64,
    element: BytesMut,
    broken: bool,
}

impl Reader {
    pub(super) fn new(format: LatmFormat) -> Self {
        Self { format, ticks: 0, element: BytesMut::new(), broken: false }
    }

    pub(super) fn push(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        if piece.gap || self.ticks != piece.ticks {
            self.broken = piece.gap && !self.element.is_empty();
            self.element.clear();
            self.ticks = piece.ticks;
        }
        if self.element.len() + piece.payload.len() > MAX_ELEMENT_BYTES {
            self.broken = true;
        }
        if !self.broken {
            self.element.extend_from_slice(&piece.payload);
        }
        if !piece.marker {
            return;
        }
        if self.broken {
            self.element.clear();
            self.broken = false;
            return out.push(Output::Dropped(DropReason::Incomplete));
        }
        self.finish(out);
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        let element = self.element.split().freeze();
        let mut at = 0;
        let mut ticks = self.ticks;
        for _ in 0..self.format.subframes {
            // PayloadLengthInfo: bytes of 255 and a last one below.
            let mut length = 0;
            loop {
                let Some(&byte) = element.get(at) else {
                    return out.push(Output::Dropped(DropReason::Malformed));
                };
                at += 1;
                length += usize::from(byte);
                if byte != 0xFF {
                    break;
                }
            }
            if element.len() - at < length {
                return out.push(Output::Dropped(DropReason::Malformed));
            }
            if length > 0 {
                let payload = element.slice(at..at + length);
                out.push(Output::Unit { ticks, key: true, payload });
            }
            at += length;
            ticks += i64::from(self.format.unit_ticks);
        }
    }
}
