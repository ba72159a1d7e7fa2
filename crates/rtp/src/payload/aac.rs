//! AAC (RFC 3640): the `mpeg4-generic` payload in modes AAC-hbr and AAC-lbr.

use bytes::{Bytes, BytesMut};
use media::bitstream::bits::BitReader;

use super::{DropReason, Fragment, Output, Piece};
use crate::packet::u16_at;

/// Largest access unit: 13 bits of AU-size.
const MAX_UNIT_BYTES: usize = 0x1FFF;
/// Access units of one packet that we accept.
const MAX_UNITS_PER_PACKET: usize = 64;

/// The AU header's layout (§3.2.1, §4.1), as the `fmtp` line declares it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AacFormat {
    pub(crate) size_bits: u8,
    pub(crate) index_bits: u8,
    pub(crate) index_delta_bits: u8,
    pub(crate) cts_delta_bits: u8,
    pub(crate) dts_delta_bits: u8,
    pub(crate) random_access: bool,
    pub(crate) stream_state_bits: u8,
    pub(crate) auxiliary_size_bits: u8,
    /// RTP ticks per access unit.
    pub(crate) unit_ticks: u32,
}

#[derive(Debug)]
pub(super) struct Reader {
    format: AacFormat,
    /// A unit that spans packets: time, size, what has come.
    partial: Option<(i64, usize, BytesMut)>,
}

impl Reader {
    pub(super) fn new(format: AacFormat) -> Self {
        Self { format, partial: None }
    }

    pub(super) fn push(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        if (piece.gap || self.partial.as_ref().is_some_and(|(ticks, ..)| *ticks != piece.ticks))
            && self.partial.take().is_some()
        {
            out.push(Output::Dropped(DropReason::Incomplete));
        }
        if let Err(reason) = self.read(piece, out) {
            self.partial = None;
            out.push(Output::Dropped(reason));
        }
    }

    fn read(&mut self, piece: &Piece, out: &mut Vec<Output>) -> Result<(), DropReason> {
        if piece.payload.is_empty() {
            return Ok(());
        }
        let (sizes, mut at) = self.read_headers(&piece.payload)?;
        if let ([size], Some((_, expected, mut data))) = (&sizes[..], self.partial.take()) {
            if *size != expected {
                return Err(DropReason::Malformed);
            }
            data.extend_from_slice(&piece.payload[at..]);
            return self.advance(piece.ticks, expected, data, out);
        }
        let mut ticks = piece.ticks;
        for size in &sizes {
            let Some(end) = at.checked_add(*size).filter(|end| *end <= piece.payload.len()) else {
                // §3.2.3: a fragment is alone in its packet.
                if sizes.len() != 1 {
                    return Err(DropReason::Malformed);
                }
                return self.advance(ticks, *size, BytesMut::from(&piece.payload[at..]), out);
            };
            put_unit(ticks, piece.payload.slice(at..end), out);
            at = end;
            ticks += i64::from(self.format.unit_ticks);
        }
        Ok(())
    }

    fn advance(&mut self, ticks: i64, size: usize, data: BytesMut, out: &mut Vec<Output>) -> Result<(), DropReason> {
        if data.len() > size {
            return Err(DropReason::Malformed);
        }
        if data.len() == size {
            put_unit(ticks, data.freeze(), out);
        } else {
            self.partial = Some((ticks, size, data));
        }
        Ok(())
    }

    /// The AU sizes and where the data begins.
    fn read_headers(&self, payload: &Bytes) -> Result<(Vec<usize>, usize), DropReason> {
        let format = &self.format;
        let malformed = |_| DropReason::Malformed;
        if payload.len() < 2 {
            return Err(DropReason::Malformed);
        }
        let header_bits = usize::from(u16_at(payload, 0));
        let header_bytes = header_bits.div_ceil(8);
        let headers = payload.get(2..2 + header_bytes).ok_or(DropReason::Malformed)?;
        let mut reader = BitReader::new(headers, "AU headers");
        let mut sizes = Vec::new();
        while reader.position_bits() < header_bits && sizes.len() < MAX_UNITS_PER_PACKET {
            let first = sizes.is_empty();
            let before = reader.position_bits();
            let size = reader.bits(u32::from(format.size_bits)).map_err(malformed)?;
            let index = if first { format.index_bits } else { format.index_delta_bits };
            let index = reader.bits(u32::from(index)).map_err(malformed)?;
            // §3.2.1.1: without interleaving the index is 0, also its deltas. Interleaved units would
            // need reordering, which no camera uses.
            if index != 0 {
                return Err(DropReason::Unsupported);
            }
            for bits in [format.cts_delta_bits, format.dts_delta_bits] {
                if bits > 0 && reader.flag().map_err(malformed)? {
                    reader.skip(usize::from(bits)).map_err(malformed)?;
                }
            }
            reader.skip(usize::from(format.random_access)).map_err(malformed)?;
            reader.skip(usize::from(format.stream_state_bits)).map_err(malformed)?;
            sizes.push(usize::try_from(size).map_err(|_| DropReason::Malformed)?);
            if reader.position_bits() == before {
                return Err(DropReason::Unsupported);
            }
        }
        let mut at = 2 + header_bytes;
        if format.auxiliary_size_bits > 0 {
            let rest = payload.get(at..).ok_or(DropReason::Malformed)?;
            let bits = u32::from(format.auxiliary_size_bits);
            let length = BitReader::new(rest, "auxiliary section").bits(bits).map_err(malformed)?;
            let section = (usize::try_from(bits + length).map_err(|_| DropReason::Malformed)?).div_ceil(8);
            at = at.checked_add(section).filter(|at| *at <= payload.len()).ok_or(DropReason::Malformed)?;
        }
        Ok((sizes, at))
    }
}

fn put_unit(ticks: i64, payload: Bytes, out: &mut Vec<Output>) {
    if !payload.is_empty() {
        out.push(Output::Unit { ticks, key: true, payload });
    }
}

/// AAC-hbr with one unit per packet, or fragments of it.
pub(super) fn packetize(payload: &[u8], max_payload: usize, emit: &mut dyn FnMut(Fragment<'_>)) {
    // A unit over 13 bits cannot be described, and no conforming encoder makes one.
    if payload.is_empty() || payload.len() > MAX_UNIT_BYTES {
        return;
    }
    let size = u16::try_from(payload.len() << 3).expect("13 bits shifted by 3").to_be_bytes();
    let head = [0, 16, size[0], size[1]];
    let mut chunks = payload.chunks(max_payload - head.len()).peekable();
    while let Some(body) = chunks.next() {
        emit(Fragment { marker: chunks.peek().is_none(), head: &head, body });
    }
}
