//! One access unit per packet: G.711 (RFC 3551 §4.5.14) and Opus (RFC 7587).

use super::{Fragment, Output, Piece};

pub(super) fn push(piece: &Piece, out: &mut Vec<Output>) {
    if !piece.payload.is_empty() {
        out.push(Output::Unit { ticks: piece.ticks, key: true, payload: piece.payload.clone() });
    }
}

/// Such units are shorter than any packet: 20 ms of Opus have at most 1,275 bytes, and G.711 comes in
/// the pieces that the source sent. A longer one still is one packet.
pub(super) fn packetize(payload: &[u8], emit: &mut dyn FnMut(Fragment<'_>)) {
    if !payload.is_empty() {
        emit(Fragment { marker: false, head: &[], body: payload });
    }
}
