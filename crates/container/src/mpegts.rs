//! MPEG transport stream (ISO/IEC 13818-1): what HLS with TS segments, HTTP-TS and set-top boxes take.
//!
//! ```text
//! packet := sync(0x47) PID continuity [adaptation field: PCR, random access] payload     188 bytes
//! PAT -> PMT -> one PID per track, each a sequence of PES packets with PTS and DTS
//! ```
//!
//! | clause | where |
//! |---|---|
//! | §2.4.3.2 to §2.4.3.5 packets, adaptation fields, continuity | `packet`, `packet_reader`, `sync` |
//! | §2.4.3.6, §2.4.3.7 PES packets, PTS and DTS | `stream`, and `systems` that program streams share |
//! | §2.4.4 sections, program association, program map | `section`, `tables`, `program` |
//! | §2.6.8, §2.6.18 registration and language descriptors | `tables` |
//!
//! The demuxer reads H.264, H.265, AAC in ADTS and LATM, MPEG audio, Opus and G.711; other streams are named and left out.
//! Program clock references are not followed: what paces a stream is the hub's business.

mod demux;
mod mux;
mod opus;
mod packet;
mod packet_reader;
mod program;
mod section;
mod stream;
mod sync;
mod tables;
mod video;

pub use crate::systems::{DropReason, MP2_TRACK_ID};
pub use demux::{Demuxer, Event, LeftOutReason, ProgramTrack};
pub use mux::{Muxer, carries};
pub use program::MAX_TRACKS;
pub use stream::{MAX_AUDIO_PES_LEN, MAX_VIDEO_PES_LEN};

/// Bytes of a transport packet.
pub const PACKET_LEN: usize = 188;
/// First byte of every transport packet.
pub const SYNC_BYTE: u8 = 0x47;
/// PID of the program association table.
pub(crate) const PAT_PID: u16 = 0;

#[cfg(test)]
mod tests;
