//! Codecs, track configurations, frames and timestamps, and the bitstream syntax of each codec.
//!
//! This is the vocabulary of every layer above: containers mux [`Frame`]s, protocols produce
//! [`AccessUnit`]s, the hub turns the second into the first.
//!
//! **Canonical payloads** (the same in every protocol and container of the workspace):
//!
//! | codec | one access unit is |
//! |---|---|
//! | H.264, H.265 | NAL units, each behind a 4-byte big-endian length (ISO/IEC 14496-15 §5, `lengthSizeMinusOne` = 3) |
//! | AV1 | a temporal unit as OBUs with size fields, without temporal delimiters (AV1-ISOBMFF §2.4) |
//! | AAC | one raw access unit without ADTS |
//! | G.711 | samples, 8 bits each, 8 kHz unless the configuration says otherwise |
//! | Opus, MP3 | one packet / one MPEG audio frame with its header |
//! | opaque | what the publisher sent |
//!
//! | specification | where |
//! |---|---|
//! | ITU-T H.264 (08/2021) §7.3 | [`bitstream::h264`] |
//! | ITU-T H.265 (08/2021) §7.3 | [`bitstream::h265`] |
//! | AV1 Bitstream 1.0.0 errata 1 §5.5 | [`bitstream::av1`] |
//! | ISO/IEC 14496-3 §1.6.2.1 | [`bitstream::aac`] |
//! | ISO/IEC 11172-3 §2.4.2.3 | [`bitstream::mp3`] |
//! | ITU-T T.81 (09/1992) §B.2.2: the frame header | [`bitstream::jpeg`] |
//! | ITU-T G.711 (11/1988) §3 | [`g711`] |
//! | RFC 9639: frames and `STREAMINFO`, written | [`flac`] |
//!
//! It deliberately decodes no pictures and knows no socket, clock or task. Of sound it decodes G.711 alone, which is
//! a table, and writes it as FLAC, which loses nothing.

pub mod bitstream;
mod codec;
pub mod flac;
mod frame;
#[doc(hidden)]
pub mod fuzz;
pub mod g711;
mod language;
mod muxer;
mod picked;
mod reorder;
mod time;
mod track;

pub use bitstream::ParseError;
pub use codec::{
    AacConfig, Av1Config, Codec, CodecConfig, G711Config, H264Config, H265Config, Mp3Config, OpaqueConfig, OpusConfig,
    PictureFormat,
};
pub use frame::{AccessUnit, CaptureOrigin, CaptureTime, Frame};
pub use language::Language;
pub use muxer::{Muxer, Refusal};
pub use picked::Picked;
pub use reorder::{DtsDeriver, MAX_REORDER_DEPTH};
pub use time::{MediaTime, Timestamp};
pub use track::{MediaKind, TrackConfig, TrackId};
