//! The program stream map: which codec each stream has (ISO/IEC 13818-1 §2.5.4).
//!
//! ```text
//! 00 00 01 bc | length (16) | current, version (8) | ff | info length (16) | descriptors
//!             | map length (16) | entries: type (8), stream_id (8), info length (16), descriptors | CRC (32)
//! ```

use bytes::{BufMut, BytesMut};

use super::head::code;
use crate::systems::crc32;

/// Entries of one map that are looked at.
const MAX_ENTRIES: usize = 32;

/// One stream of a map.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) stream_type: u8,
    pub(super) stream_id: u8,
}

/// The entries of a map that begins with its start code.
///
/// Tolerances: the CRC, which devices leave 0 or compute otherwise, is not looked at (FFmpeg does not look at it
/// either), nor is `current_next_indicator`; an entry that goes past the end is left away.
pub(super) fn parse(bytes: &[u8]) -> Vec<Entry> {
    const FIXED_LEN: usize = 10;
    const CRC_LEN: usize = 4;
    let Some(info) = u16_at(bytes, 8) else { return Vec::new() };
    let entries_at = FIXED_LEN + info + 2;
    let Some(length) = u16_at(bytes, FIXED_LEN + info) else { return Vec::new() };
    let end = (entries_at + length).min(bytes.len().saturating_sub(CRC_LEN));
    let mut rest = bytes.get(entries_at..end).unwrap_or_default();
    let mut entries = Vec::new();
    while let &[stream_type, stream_id, high, low, ref tail @ ..] = rest {
        if entries.len() == MAX_ENTRIES {
            break;
        }
        entries.push(Entry { stream_type, stream_id });
        let info = usize::from(u16::from_be_bytes([high, low]));
        rest = tail.get(info..).unwrap_or_default();
    }
    entries
}

fn u16_at(bytes: &[u8], at: usize) -> Option<usize> {
    let field: &[u8; 2] = bytes.get(at..)?.first_chunk()?;
    Some(usize::from(u16::from_be_bytes(*field)))
}

/// Appends a map without descriptors, `version` 0 to 31.
///
/// # Panics
/// With more entries than 16 bits of length hold: a muxer has a handful.
pub(super) fn put(out: &mut BytesMut, version: u8, entries: &[Entry]) {
    const CURRENT: u8 = 0xe0;
    let start = out.len();
    let map_len = u16::try_from(entries.len() * 4).expect("a muxer has a handful of tracks");
    out.put_slice(&[0, 0, 1, code::MAP]);
    out.put_u16(map_len + 10);
    out.put_slice(&[CURRENT | version & 0x1f, 0xff, 0, 0]);
    out.put_u16(map_len);
    for entry in entries {
        out.put_slice(&[entry.stream_type, entry.stream_id, 0, 0]);
    }
    let crc = crc32(&out[start..]);
    out.put_u32(crc);
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;
    use proptest::prelude::*;

    #[test]
    fn a_map_with_descriptors_is_read() {
        // H.264 behind a descriptor of the program and one of its own, G.711 A-law; the CRC is 0.
        let map = hex!("000001bc 001a e1ff 0002 0a00 000c 1be00004 2a02ffff 90c00000 00000000");
        let video = Entry { stream_type: 0x1b, stream_id: 0xe0 };
        assert_eq!(parse(&map), [video, Entry { stream_type: 0x90, stream_id: 0xc0 }]);
        for end in 0..map.len() {
            assert!(parse(&map[..end]).len() <= 2);
        }
    }

    #[test]
    fn the_crc_covers_the_whole_map() {
        let mut out = BytesMut::new();
        put(&mut out, 1, &[Entry { stream_type: 0x1b, stream_id: 0xe0 }]);
        assert_eq!(out[..16], hex!("000001bc 000e e1ff 0000 0004 1be00000"));
        assert_eq!((out.len(), crc32(&out)), (20, 0));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(pairs in prop::collection::vec(any::<(u8, u8)>(), 0..20), version in 0u8..32) {
            let entries: Vec<Entry> =
                pairs.into_iter().map(|(stream_type, stream_id)| Entry { stream_type, stream_id }).collect();
            let mut out = BytesMut::new();
            put(&mut out, version, &entries);
            prop_assert_eq!(parse(&out), entries);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(parse(&bytes).len() <= MAX_ENTRIES);
        }
    }
}
