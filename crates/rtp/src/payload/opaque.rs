//! Payloads that we carry without understanding them.
//!
//! Two kinds: *documents* (ONVIF metadata, KLV of RFC 6597) are the concatenated payloads up to the
//! marker, so that a reader gets them whole; every other *foreign* format keeps its packet boundaries,
//! because only its own rules could rebuild them. A foreign access unit is the packets of one time stamp,
//! each behind a 16-bit length.

use bytes::{BufMut, BytesMut};
use media::OpaqueConfig;

use super::{DropReason, Fragment, MAX_ACCESS_UNIT_BYTES, Output, Piece};

/// Encoding names of documents, lower case.
pub(crate) const DOCUMENT_NAMES: [&str; 2] = ["vnd.onvif.metadata", "smpte336m"];

/// [`OpaqueConfig::id`] of foreign formats begins so, then the `rtpmap` value without the clock.
pub(crate) const FOREIGN_PREFIX: &str = "rtp:";

pub(super) enum WireFormat {
    Document,
    Foreign,
}

pub(super) fn wire_format(config: &OpaqueConfig) -> Option<WireFormat> {
    if DOCUMENT_NAMES.contains(&&*config.id) {
        Some(WireFormat::Document)
    } else {
        config.id.starts_with(FOREIGN_PREFIX).then_some(WireFormat::Foreign)
    }
}

#[derive(Debug, Default)]
pub(super) struct DocumentReader {
    ticks: i64,
    document: BytesMut,
    broken: Option<DropReason>,
}

impl DocumentReader {
    pub(super) fn push(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        if piece.gap && !self.document.is_empty() {
            self.broken = Some(DropReason::Incomplete);
        }
        if piece.ticks != self.ticks {
            self.finish(out);
            self.ticks = piece.ticks;
        }
        if self.document.len() + piece.payload.len() > MAX_ACCESS_UNIT_BYTES {
            self.broken = Some(DropReason::TooLarge);
        }
        if self.broken.is_none() {
            self.document.put_slice(&piece.payload);
        }
        if piece.marker {
            self.finish(out);
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        let payload = self.document.split().freeze();
        if let Some(reason) = self.broken.take() {
            out.push(Output::Dropped(reason));
        } else if !payload.is_empty() {
            out.push(Output::Unit { ticks: self.ticks, key: true, payload });
        }
    }
}

#[derive(Debug, Default)]
pub(super) struct ForeignReader {
    ticks: i64,
    packets: BytesMut,
    broken: Option<DropReason>,
}

impl ForeignReader {
    pub(super) fn push(&mut self, piece: &Piece, out: &mut Vec<Output>) {
        if piece.ticks != self.ticks {
            self.finish(out);
            self.ticks = piece.ticks;
        }
        match u16::try_from(piece.payload.len()) {
            Ok(length) if self.packets.len() + piece.payload.len() + 2 <= MAX_ACCESS_UNIT_BYTES => {
                self.packets.put_u16(length);
                self.packets.put_slice(&piece.payload);
            }
            _ => self.broken = Some(DropReason::TooLarge),
        }
        if piece.marker {
            self.finish(out);
        }
    }

    fn finish(&mut self, out: &mut Vec<Output>) {
        let payload = self.packets.split().freeze();
        if let Some(reason) = self.broken.take() {
            out.push(Output::Dropped(reason));
        } else if !payload.is_empty() {
            out.push(Output::Unit { ticks: self.ticks, key: true, payload });
        }
    }
}

pub(super) fn packetize_document(payload: &[u8], max_payload: usize, emit: &mut dyn FnMut(Fragment<'_>)) {
    let mut chunks = payload.chunks(max_payload).peekable();
    while let Some(body) = chunks.next() {
        emit(Fragment { marker: chunks.peek().is_none(), head: &[], body });
    }
}

pub(super) fn packetize_foreign(payload: &[u8], emit: &mut dyn FnMut(Fragment<'_>)) {
    let mut rest = payload;
    while let Some((length, tail)) = rest.split_first_chunk::<2>() {
        let length = usize::from(u16::from_be_bytes(*length));
        let Some((body, tail)) = tail.split_at_checked(length) else {
            return;
        };
        rest = tail;
        emit(Fragment { marker: rest.is_empty(), head: &[], body });
    }
}
