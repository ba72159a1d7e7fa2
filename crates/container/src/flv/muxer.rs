//! FLV as a byte stream: files, HTTP-FLV, WebSocket-FLV.

use bytes::{BufMut, BytesMut};
use media::{Frame, Refusal, TrackConfig};
use std::sync::Arc;

use super::{BodyWriter, MuxOptions, TagKind};

/// Bytes in front of a tag's body.
pub(super) const TAG_HEADER_LEN: usize = 11;

/// Writes FLV. Each frame becomes one tag with its header, body and `PreviousTagSize` contiguous.
#[derive(Debug, Default)]
pub struct Muxer {
    bodies: BodyWriter,
}

impl Muxer {
    /// Without tracks.
    pub fn new(options: MuxOptions) -> Self {
        Self { bodies: BodyWriter::new(options) }
    }
}

impl media::Muxer for Muxer {
    fn set_tracks(&mut self, tracks: &[Arc<TrackConfig>]) -> Vec<Refusal> {
        self.bodies.set_tracks(tracks)
    }

    fn write_header(&mut self, out: &mut BytesMut) {
        let flags = u8::from(self.bodies.has_audio()) << 2 | u8::from(self.bodies.has_video());
        out.put_slice(&[b'F', b'L', b'V', 1, flags, 0, 0, 0, 9, 0, 0, 0, 0]);
        for (kind, body) in self.bodies.header_bodies() {
            write_tag(out, kind, 0, &[body]);
        }
    }

    fn write_frame(&mut self, frame: &Frame, out: &mut BytesMut) {
        let Some(prefix) = self.bodies.prefix(frame) else {
            return;
        };
        if let Some((kind, header)) = self.bodies.take_announcement(frame) {
            write_tag(out, kind, prefix.timestamp_ms, &[&header]);
        }
        write_tag(out, prefix.kind, prefix.timestamp_ms, &[prefix.as_slice(), &frame.payload]);
    }
}

/// Appends one tag whose body is the concatenation of `parts`; nothing when the body does not fit the
/// 24-bit length field.
fn write_tag(out: &mut BytesMut, kind: TagKind, timestamp_ms: u32, parts: &[&[u8]]) {
    const MAX_BODY_LEN: usize = 0xFF_FFFF;
    let body_len: usize = parts.iter().map(|part| part.len()).sum();
    if body_len > MAX_BODY_LEN {
        return;
    }
    let body_len_u32 = u32::try_from(body_len).expect("checked against 24 bits");
    out.reserve(TAG_HEADER_LEN + body_len + 4);
    let [_, length @ ..] = body_len_u32.to_be_bytes();
    let [high, low @ ..] = timestamp_ms.to_be_bytes();
    out.put_u8(kind.id());
    out.put_slice(&length);
    out.put_slice(&low);
    out.put_slice(&[high, 0, 0, 0]);
    for part in parts {
        out.put_slice(part);
    }
    out.put_u32(body_len_u32 + u32::try_from(TAG_HEADER_LEN).expect("11 fits"));
}
