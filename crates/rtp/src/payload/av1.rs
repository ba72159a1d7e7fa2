//! AV1 (AOM "RTP Payload Format For AV1" 1.0): aggregation header, OBU elements and fragments.

use bytes::{BufMut, BytesMut};
use media::bitstream::av1::{self, Obu, obu_type};
use media::{Av1Config, CodecConfig};

use super::{DropReason, Fragment, MAX_ACCESS_UNIT_BYTES, Output, Piece};

/// Aggregation header (§4.4): the first element continues one of the previous packet.
const CONTINUES: u8 = 0x80;
/// The last element continues in the next packet.
const CONTINUED: u8 = 0x40;
/// The packet begins a coded video sequence.
const NEW_SEQUENCE: u8 = 0x08;

/// Bytes of a LEB128 length that a packet can need.
const MAX_LENGTH_BYTES: usize = 3;

/// Collects the OBUs of one temporal unit.
#[derive(Debug, Default)]
pub(super) struct Reader {
    ticks: i64,
    unit: BytesMut,
    /// An OBU without its end.
    partial: BytesMut,
    broken: Option<DropReason>,
    announced: bool,
}

impl Reader {
    pub(super) fn push(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        let pending = !self.unit.is_empty() || !self.partial.is_empty() || self.broken.is_some();
        if piece.gap {
            self.partial.clear();
            if pending {
                self.broken = Some(DropReason::Incomplete);
            }
        }
        if piece.ticks != self.ticks && pending {
            self.finish(out);
        }
        self.ticks = piece.ticks;
        if self.broken.is_none()
            && let Err(reason) = self.read_elements(&piece.payload)
        {
            self.broken = Some(reason);
        }
        if piece.marker {
            self.finish(out);
        }
    }

    fn read_elements(&mut self, payload: &[u8]) -> Result<(), DropReason> {
        let Some((&header, mut rest)) = payload.split_first() else {
            return Ok(());
        };
        let count = usize::from(header >> 4 & 3);
        let mut continues = header & CONTINUES != 0;
        let mut index = 0;
        while !rest.is_empty() {
            index += 1;
            let length = if count != 0 && index == count { rest.len() } else { take_length(&mut rest)? };
            let (element, tail) = rest.split_at_checked(length).ok_or(DropReason::Malformed)?;
            rest = tail;
            if self.unit.len() + self.partial.len() + element.len() > MAX_ACCESS_UNIT_BYTES {
                return Err(DropReason::TooLarge);
            }
            if continues && self.partial.is_empty() {
                return Err(DropReason::Incomplete);
            }
            if !continues {
                // Tolerance: an OBU whose continuation never came is discarded, not the unit.
                self.partial.clear();
            }
            continues = false;
            if rest.is_empty() && header & CONTINUED != 0 {
                self.partial.put_slice(element);
            } else if self.partial.is_empty() {
                put_with_size(&mut self.unit, element)?;
            } else {
                self.partial.put_slice(element);
                let whole = self.partial.split();
                put_with_size(&mut self.unit, &whole)?;
            }
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        if !self.partial.is_empty() {
            self.partial.clear();
            self.broken.get_or_insert(DropReason::Incomplete);
        }
        if let Some(reason) = self.broken.take() {
            self.unit.clear();
            return out.push(Output::Dropped(reason));
        }
        if self.unit.is_empty() {
            return;
        }
        let payload = self.unit.split().freeze();
        if !self.announced {
            self.announce(&payload, out);
        }
        let key = av1::is_random_access(&payload);
        out.push(Output::Unit { ticks: self.ticks, key, payload });
    }

    /// The session description of AV1 has no sequence header, so the first one in-band configures.
    fn announce(&mut self, unit: &[u8], out: &mut Vec<Output>) {
        let Some(header) = av1::obus(unit).find(|obu| obu.kind == obu_type::SEQUENCE_HEADER) else {
            return;
        };
        let mut framed = BytesMut::new();
        av1::put_obu(&mut framed, &header);
        if let Ok(config) = Av1Config::from_sequence_header(&framed) {
            self.announced = true;
            out.push(Output::Config(CodecConfig::Av1(config)));
        }
    }
}

/// Appends an OBU in the canonical form; delimiters and tile lists do not travel (§5).
fn put_with_size(unit: &mut BytesMut, element: &[u8]) -> Result<(), DropReason> {
    if element.is_empty() {
        return Ok(());
    }
    let (obu, _) = av1::parse_obu(element).map_err(|_| DropReason::Malformed)?;
    if !matches!(obu.kind, obu_type::TEMPORAL_DELIMITER | obu_type::TILE_LIST | obu_type::PADDING) {
        av1::put_obu(unit, &obu);
    }
    Ok(())
}

fn take_length(rest: &mut &[u8]) -> Result<usize, DropReason> {
    let mut length = 0;
    for index in 0..MAX_LENGTH_BYTES {
        let byte = *rest.get(index).ok_or(DropReason::Malformed)?;
        length |= usize::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            *rest = &rest[index + 1..];
            return Ok(length);
        }
    }
    Err(DropReason::Malformed)
}

/// One OBU element per packet or fragment (`W` = 1), small OBUs together with lengths (`W` = 0).
pub(super) fn packetize(payload: &[u8], key: bool, max_payload: usize, emit: &mut dyn FnMut(Fragment<'_>)) {
    let mut obus = av1::obus(payload).filter(|obu| obu.kind != obu_type::TEMPORAL_DELIMITER).peekable();
    let mut head = Vec::with_capacity(max_payload);
    let mut first = if key { NEW_SEQUENCE } else { 0 };
    while let Some(obu) = obus.next() {
        let (header, header_len) = header_without_size(&obu);
        let header = &header[..header_len];
        if 1 + MAX_LENGTH_BYTES + header_len + obu.payload.len() > max_payload {
            fragment(header, obu.payload, max_payload, first, obus.peek().is_none(), emit);
            first = 0;
            continue;
        }
        head.clear();
        head.push(first);
        first = 0;
        put_element(&mut head, header, obu.payload);
        while let Some(next) =
            obus.next_if(|next| head.len() + MAX_LENGTH_BYTES + 2 + next.payload.len() <= max_payload)
        {
            let (header, header_len) = header_without_size(&next);
            put_element(&mut head, &header[..header_len], next.payload);
        }
        emit(Fragment { marker: obus.peek().is_none(), head: &head, body: &[] });
    }
}

fn fragment(
    header: &[u8],
    mut rest: &[u8],
    max_payload: usize,
    first: u8,
    last_obu: bool,
    emit: &mut dyn FnMut(Fragment<'_>),
) {
    const ONE_ELEMENT: u8 = 1 << 4;
    let mut head = [0; 3];
    head[1..=header.len()].copy_from_slice(header);
    let mut head_len = 1 + header.len();
    let mut flags = ONE_ELEMENT | first;
    loop {
        let (body, tail) = rest.split_at((max_payload - head_len).min(rest.len()));
        rest = tail;
        let last = rest.is_empty();
        head[0] = flags | if last { 0 } else { CONTINUED };
        emit(Fragment { marker: last && last_obu, head: &head[..head_len], body });
        if last {
            return;
        }
        flags = ONE_ELEMENT | CONTINUES;
        head_len = 1;
    }
}

/// §4.3.1: `obu_has_size_field` should be 0 inside an element.
fn header_without_size(obu: &Obu<'_>) -> ([u8; 2], usize) {
    let kind = obu.kind << 3;
    match obu.extension {
        Some(extension) => ([kind | 4, extension], 2),
        None => ([kind, 0], 1),
    }
}

fn put_element(out: &mut Vec<u8>, header: &[u8], payload: &[u8]) {
    let mut length = header.len() + payload.len();
    while length > 0x7F {
        out.push(u8::try_from(length & 0x7F).expect("7 bits") | 0x80);
        length >>= 7;
    }
    out.push(u8::try_from(length).expect("7 bits"));
    out.extend_from_slice(header);
    out.extend_from_slice(payload);
}
