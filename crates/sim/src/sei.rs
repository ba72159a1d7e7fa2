//! A counter and a send time in each coded picture, as an SEI message that decoders skip.
//!
//! The message is `user_data_unregistered` (H.264 §D.1.7, H.265 §D.2.7) in a NAL unit of its own, first in
//! the access unit:
//!
//! | bytes | meaning |
//! |---|---|
//! | 0-15 | [`UUID`] |
//! | 16-23 | frame counter, big-endian |
//! | 24-31 | microseconds since the Unix epoch when the frame was sent, big-endian, signed |

use bytes::BytesMut;
use media::bitstream::nal::{escape, length_prefixed, put_length_prefixed, unescape};

use crate::VideoCodec;

/// Says that the user data are ours.
pub const UUID: [u8; 16] =
    [0x8c, 0x1d, 0x6f, 0x52, 0x3a, 0x77, 0x4e, 0x0b, 0x9d, 0x43, 0x56, 0x1e, 0xd0, 0x2c, 0xb7, 0x35];
const USER_DATA_UNREGISTERED: u8 = 5;
const BODY_BYTES: u8 = 32;
/// `rbsp_stop_one_bit` and alignment.
const TRAILING: u8 = 0x80;
const H264_SEI: u8 = 6;
const H265_PREFIX_SEI: u8 = 39;

/// What the message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentStamp {
    /// Frames since the stream began.
    pub counter: u64,
    /// Microseconds since the Unix epoch when the frame was handed to the server.
    pub unix_us: i64,
}

/// Bytes that [`put`] appends at most, emulation prevention included.
pub(crate) const MAX_BYTES: usize = 64;

/// Appends the message as a length-prefixed NAL unit.
pub(crate) fn put(out: &mut BytesMut, codec: VideoCodec, stamp: SentStamp) {
    let mut nal = Vec::with_capacity(MAX_BYTES);
    match codec {
        VideoCodec::H264 => nal.push(H264_SEI),
        VideoCodec::H265 => nal.extend([H265_PREFIX_SEI << 1, 1]),
    }
    nal.extend([USER_DATA_UNREGISTERED, BODY_BYTES]);
    nal.extend(UUID);
    nal.extend(stamp.counter.to_be_bytes());
    nal.extend(stamp.unix_us.to_be_bytes());
    nal.push(TRAILING);
    put_length_prefixed(out, &escape(&nal));
}

/// Finds the message in a canonical access unit.
pub fn read(payload: &[u8], codec: VideoCodec) -> Option<SentStamp> {
    length_prefixed(payload).find_map(|nal| {
        let header = match codec {
            VideoCodec::H264 => (nal.first()? & 0x1F == H264_SEI).then_some(1)?,
            VideoCodec::H265 => (nal.first()? >> 1 & 0x3F == H265_PREFIX_SEI).then_some(2)?,
        };
        let rbsp = unescape(nal);
        let body = rbsp.get(header..)?.strip_prefix(&[USER_DATA_UNREGISTERED, BODY_BYTES])?;
        let body = body.strip_prefix(&UUID)?;
        let (counter, rest) = body.split_first_chunk::<8>()?;
        let (unix_us, _) = rest.split_first_chunk::<8>()?;
        Some(SentStamp { counter: u64::from_be_bytes(*counter), unix_us: i64::from_be_bytes(*unix_us) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_put_is_read(counter in prop_oneof![any::<u64>(), 0u64..1000], unix_us: i64, h265: bool) {
            let codec = if h265 { VideoCodec::H265 } else { VideoCodec::H264 };
            let stamp = SentStamp { counter, unix_us };
            let mut out = BytesMut::new();
            put(&mut out, codec, stamp);
            prop_assert!(out.len() <= MAX_BYTES);
            prop_assert_eq!(read(&out, codec), Some(stamp));
        }

        #[test]
        fn foreign_bytes_are_not_read(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            prop_assert_eq!(read(&bytes, VideoCodec::H264), None);
            prop_assert_eq!(read(&bytes, VideoCodec::H265), None);
        }
    }
}
