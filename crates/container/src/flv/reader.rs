//! An FLV byte stream to tags.

use bytes::{Buf, Bytes, BytesMut};

use super::TagKind;
use super::muxer::TAG_HEADER_LEN;

/// Bytes of one tag body that we accept: the length field's range.
pub const MAX_TAG_LEN: usize = 0xFF_FFFF;
/// The file header may announce a larger size of itself; nobody does, but the field allows it.
const MAX_HEADER_LEN: u32 = 1024;

/// Why bytes are not FLV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FlvError {
    /// The signature is not `FLV`.
    #[error("stream does not begin with the FLV signature")]
    NotFlv,
    /// The header's own length is out of range.
    #[error("FLV header length {0} is out of range")]
    HeaderLength(u32),
}

/// One tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Audio, video or script.
    pub kind: TagKind,
    /// Milliseconds, unrolled over the 32-bit wrap.
    pub timestamp_ms: i64,
    /// The body.
    pub body: Bytes,
}

/// Cuts a byte stream into tags. Push bytes as they come, then take tags until there is none.
///
/// It holds at most one incomplete tag ([`MAX_TAG_LEN`]) beside what was pushed last.
#[derive(Debug, Default)]
pub struct FileReader {
    buffer: BytesMut,
    expects: Expects,
    last_timestamp_ms: Option<i64>,
}

/// What the next bytes of the stream are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expects {
    #[default]
    FileHeader,
    PreviousTagSize,
    Tag,
}

impl FileReader {
    /// At the start of a stream.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next complete tag; `None` when more bytes are needed. Tags of unknown or encrypted kinds are
    /// skipped; `PreviousTagSize` is not looked at, because many writers fill it wrongly.
    ///
    /// # Errors
    /// When the stream does not begin with an FLV header. Nothing more can be read then.
    pub fn next_tag(&mut self) -> Result<Option<Tag>, FlvError> {
        loop {
            match self.expects {
                Expects::FileHeader => {
                    let Some(header_len) = file_header_len(&self.buffer)? else {
                        return Ok(None);
                    };
                    self.buffer.advance(header_len);
                    self.expects = Expects::PreviousTagSize;
                }
                Expects::PreviousTagSize => {
                    if self.buffer.try_get_u32().is_err() {
                        return Ok(None);
                    }
                    self.expects = Expects::Tag;
                }
                Expects::Tag => {
                    let Some(&[kind, l0, l1, l2, t0, t1, t2, t3, ..]) = self.buffer.first_chunk::<TAG_HEADER_LEN>()
                    else {
                        return Ok(None);
                    };
                    let body_len = usize::from(l0) << 16 | usize::from(l1) << 8 | usize::from(l2);
                    if self.buffer.len() < TAG_HEADER_LEN + body_len {
                        return Ok(None);
                    }
                    self.buffer.advance(TAG_HEADER_LEN);
                    let body = self.buffer.split_to(body_len).freeze();
                    self.expects = Expects::PreviousTagSize;
                    if let Some(kind) = TagKind::from_id(kind) {
                        let timestamp_ms = unroll_ms(self.last_timestamp_ms, u32::from_be_bytes([t3, t0, t1, t2]));
                        self.last_timestamp_ms = Some(timestamp_ms);
                        return Ok(Some(Tag { kind, timestamp_ms, body }));
                    }
                }
            }
        }
    }
}

/// The length of the file header once all of it is there.
fn file_header_len(bytes: &[u8]) -> Result<Option<usize>, FlvError> {
    const SIGNATURE: &[u8; 3] = b"FLV";
    const MIN_LEN: u32 = 9;
    let compared = bytes.len().min(SIGNATURE.len());
    if bytes[..compared] != SIGNATURE[..compared] {
        return Err(FlvError::NotFlv);
    }
    let Some(length) = bytes.get(5..9).and_then(|field| field.first_chunk()) else {
        return Ok(None);
    };
    let length = u32::from_be_bytes(*length);
    if !(MIN_LEN..=MAX_HEADER_LEN).contains(&length) {
        return Err(FlvError::HeaderLength(length));
    }
    let length = usize::try_from(length).expect("1024 at most");
    Ok((bytes.len() >= length).then_some(length))
}

/// Continues a 32-bit millisecond count past its wrap: the result differs from `last_ms` by less than
/// 2^31 ms (24.8 days) in either direction. The first time stamp counts from zero.
pub fn unroll_ms(last_ms: Option<i64>, timestamp_ms: u32) -> i64 {
    let Some(last_ms) = last_ms else {
        return i64::from(timestamp_ms);
    };
    let last_low = u32::try_from(last_ms & i64::from(u32::MAX)).expect("masked to 32 bits");
    let step = timestamp_ms.wrapping_sub(last_low).cast_signed();
    last_ms.saturating_add(i64::from(step))
}
