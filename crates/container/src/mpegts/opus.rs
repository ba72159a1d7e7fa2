//! Opus access units behind control headers (ETSI TS 103 491 annex C).

use bytes::{Buf, Bytes};

use super::demux::Event;
use super::tables::Entry;
use crate::systems::{DropReason, Times, Track};

/// Channels as the extension descriptor says; `None` for more than two, and where it says nothing.
pub(super) fn channels(entry: &Entry) -> Option<u8> {
    const EXTENSION: u8 = 0x7f;
    const OPUS: u8 = 0x80;
    match entry.descriptor(EXTENSION)? {
        [OPUS, channels @ 1..=2, ..] => Some(*channels),
        // Two channels that belong not together.
        [OPUS, 0, ..] => Some(2),
        _ => None,
    }
}

/// All units of one PES packet; each begins where the one before ends.
pub(super) fn read(pts: i64, payload: &Bytes, track: &Track, events: &mut Vec<Event>) {
    let mut rest = payload.clone();
    let mut at = pts;
    while !rest.is_empty() {
        let Some(unit) = take_unit(&mut rest) else {
            return track.dropped(DropReason::MalformedUnit, events);
        };
        let duration = duration(&unit);
        track.unit(Times { pts: at, dts: at }, true, unit, events);
        at = at.saturating_add(duration);
    }
}

/// One access unit with its control header: prefix (11 bits), start trim, end trim, extension, 2 reserved bits, size
/// in bytes of 255 and a rest, then what the flags announce.
fn take_unit(rest: &mut Bytes) -> Option<Bytes> {
    const PREFIX: u16 = 0x7fe0;
    const START_TRIM: u16 = 0x10;
    const END_TRIM: u16 = 8;
    const EXTENSION: u16 = 4;
    let head = rest.try_get_u16().ok()?;
    if head & 0xffe0 != PREFIX {
        return None;
    }
    let mut size = 0usize;
    loop {
        let byte = rest.try_get_u8().ok()?;
        size += usize::from(byte);
        if byte != 0xff {
            break;
        }
    }
    for flag in [START_TRIM, END_TRIM] {
        if head & flag != 0 {
            rest.try_get_u16().ok()?;
        }
    }
    if head & EXTENSION != 0 {
        let length = usize::from(rest.try_get_u8().ok()?);
        (length <= rest.len()).then(|| rest.advance(length))?;
    }
    (1..=rest.len()).contains(&size).then(|| rest.split_to(size))
}

/// Ticks of 90 kHz that a packet lasts (RFC 6716 §3.1, §3.2).
fn duration(packet: &[u8]) -> i64 {
    /// Ticks of 2.5 ms.
    const SHORTEST: i64 = 225;
    let Some(&toc) = packet.first() else { return 0 };
    let configuration = toc >> 3;
    let frame = match configuration {
        // SILK: 10, 20, 40, 60 ms.
        0..=11 => [4, 8, 16, 24][usize::from(configuration & 3)],
        // Hybrid: 10, 20 ms.
        12..=15 => [4, 8][usize::from(configuration & 1)],
        // CELT: 2.5, 5, 10, 20 ms.
        _ => [1, 2, 4, 8][usize::from(configuration & 3)],
    };
    let count = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => packet.get(1).map_or(0, |byte| i64::from(byte & 0x3f)),
    };
    frame * SHORTEST * count
}
