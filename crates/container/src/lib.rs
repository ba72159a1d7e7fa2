//! FLV, fragmented MP4, MP4, Matroska, MPEG-TS, MPEG-PS, playlists and manifests: muxing and demuxing as pure functions over bytes.
//!
//! | specification | where |
//! |---|---|
//! | Adobe Flash Video File Format 10.1, annex E | [`flv`] |
//! | Enhanced RTMP v1 and v2 (Veovera) tag bodies | [`flv`] |
//! | Domestic FLV extension: H.265 as codec id 12 | [`flv`] |
//! | AMF0 (Adobe, 2007) | [`amf0`] |
//! | ISO/IEC 14496-12, -14, -15; AV1-ISOBMFF; Opus in ISOBMFF | [`fmp4`], [`mp4`] |
//! | RFC 8794, RFC 9559: Matroska and WebM, read | [`matroska`] |
//! | RFC 8216, draft-pantos-hls-rfc8216bis | [`m3u8`] |
//! | ISO/IEC 23009-1, profile `isoff-live` | [`dash`] |
//! | ISO/IEC 13818-1; Opus in MPEG-TS (ETSI TS 103 491 annex C) | [`mpegts`] |
//! | Microsoft RIFF/WAVE 1.0: WAV, read | [`wav`] |
//! | ISO/IEC 13818-1 §2.5, ISO/IEC 11172-1, GB/T 28181-2022 annex C | [`mpegps`] |
//!
//! Muxers implement [`media::Muxer`]; demuxers give [`media::TrackConfig`]s and [`media::AccessUnit`]s with
//! canonical payloads. Demuxed payloads share the input's memory wherever the container stores them
//! canonically. Nothing here reads a clock, a file or a socket, and no input can make a parser panic or
//! reserve more memory than a small multiple of what was really received.
//!
//! ```
//! use container::amf0::{Decoder, Value};
//!
//! let mut command = Decoder::new(b"\x02\x00\x07connect\x00\x3f\xf0\0\0\0\0\0\0");
//! assert_eq!(command.next_value()?, Some(Value::from("connect")));
//! assert_eq!(command.next_value()?, Some(Value::Number(1.0)));
//! # Ok::<(), container::amf0::AmfError>(())
//! ```

#![forbid(unsafe_code)]

pub mod amf0;
pub mod dash;
pub mod flv;
pub mod fmp4;
#[doc(hidden)]
pub mod fuzz;
pub mod m3u8;
pub mod matroska;
pub mod mp4;
pub mod mpegps;
pub mod mpegts;
mod systems;
pub mod wav;

#[cfg(test)]
mod test_support;
