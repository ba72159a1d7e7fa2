//! Fragmented MP4: what Media Source Extensions, HLS and the recorder take.
//!
//! ```text
//! init     := ftyp moov(mvhd trak* mvex(trex*))
//! fragment := moof(mfhd traf(tfhd tfdt trun)) mdat        one frame each
//! ```
//! ISO/IEC 14496-12 §8; sample entries after ISO/IEC 14496-14, -15, AV1-ISOBMFF and Opus-in-ISOBMFF.

mod carried;
mod demuxer;
mod init;
mod muxer;

pub use carried::{carries, mime_type, timescale};
pub use demuxer::{Demuxer, Event};
pub use muxer::Muxer;

#[cfg(test)]
mod tests;
