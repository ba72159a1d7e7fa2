//! Fragmented MP4: what Media Source Extensions, HLS and the recorder take.
//!
//! ```text
//! init     := ftyp moov(mvhd trak* mvex(trex*))
//! fragment := moof(mfhd traf(tfhd tfdt trun)) mdat        one frame each
//! ```
//! ISO/IEC 14496-12 §8; sample entries after ISO/IEC 14496-14, -15, AV1-ISOBMFF, Opus-in-ISOBMFF and FLAC-in-ISOBMFF.
//!
//! G.711, which browsers take in no MP4, is carried as FLAC: its samples are all there, in a form that they take.

mod carried;
mod demuxer;
mod init;
mod lossless;
mod muxer;

pub use carried::{carries, codec_name, mime_type, timescale};
pub use demuxer::{Demuxer, Event};
pub use muxer::Muxer;

#[cfg(test)]
mod tests;
