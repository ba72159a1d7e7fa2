//! Messages to chunks.

use bytes::{BufMut, BytesMut};

use super::EXTENDED_MARK;

/// What goes in front of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageHeader {
    /// Chunk stream, 2 to 63.
    pub chunk_stream: u8,
    /// Milliseconds modulo 2^32.
    pub timestamp_ms: u32,
    /// Message type id.
    pub kind: u8,
    /// Message stream.
    pub stream_id: u32,
}

/// Appends one message whose body is the concatenation of `parts`, with an absolute time stamp (fmt 0, then
/// fmt 3), so that it can be understood without what was sent before. Nothing is written when the body does
/// not fit the 24-bit length field.
///
/// # Panics
/// When the chunk stream is out of range or the chunk size is 0.
pub fn write_message(out: &mut BytesMut, header: &MessageHeader, chunk_size: usize, parts: &[&[u8]]) {
    const MAX_BODY_LEN: usize = 0xFF_FFFF;
    const CONTINUATION: u8 = 0xC0;
    assert!((2..=63).contains(&header.chunk_stream), "chunk stream fits one byte");
    assert!(chunk_size > 0, "chunks hold something");
    let body_len: usize = parts.iter().map(|part| part.len()).sum();
    if body_len > MAX_BODY_LEN {
        return;
    }
    let extended = header.timestamp_ms >= EXTENDED_MARK;
    let field = if extended { EXTENDED_MARK } else { header.timestamp_ms };
    let chunks = body_len.div_ceil(chunk_size).max(1);
    out.reserve(16 + body_len + (chunks - 1) * 5);
    out.put_u8(header.chunk_stream);
    put_u24(out, field);
    put_u24(out, u32::try_from(body_len).expect("checked against 24 bits"));
    out.put_u8(header.kind);
    out.put_u32_le(header.stream_id);
    if extended {
        out.put_u32(header.timestamp_ms);
    }
    let mut room = chunk_size;
    for part in parts {
        let mut rest = *part;
        while !rest.is_empty() {
            if room == 0 {
                out.put_u8(CONTINUATION | header.chunk_stream);
                if extended {
                    out.put_u32(header.timestamp_ms);
                }
                room = chunk_size;
            }
            let (piece, after) = rest.split_at(room.min(rest.len()));
            out.put_slice(piece);
            room -= piece.len();
            rest = after;
        }
    }
}

fn put_u24(out: &mut BytesMut, value: u32) {
    out.put_slice(&value.to_be_bytes()[1..]);
}
