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
//! | §2.4.3.6, §2.4.3.7 PES packets, PTS and DTS | `pes`, `stream` |
//! | §2.4.4 sections, program association, program map | `section`, `tables`, `program` |
//! | §2.6.8, §2.6.18 registration and language descriptors | `tables` |
//!
//! The demuxer reads H.264, H.265, AAC in ADTS and LATM, MPEG audio, Opus and G.711; other streams are named and left out.
//! Program clock references are not followed: what paces a stream is the hub's business.

mod demux;
mod framed;
mod latm;
mod mux;
mod opus;
mod packet;
mod packet_reader;
mod pes;
mod program;
mod section;
mod stream;
mod sync;
mod tables;
mod track;
mod video;

pub use demux::{Demuxer, DropReason, Event, LeftOutReason, ProgramTrack};
pub use framed::MP2_TRACK_ID;
pub use mux::{Muxer, carries};
pub use program::MAX_TRACKS;
pub use stream::{MAX_AUDIO_PES_LEN, MAX_VIDEO_PES_LEN};

/// Bytes of a transport packet.
pub const PACKET_LEN: usize = 188;
/// First byte of every transport packet.
pub const SYNC_BYTE: u8 = 0x47;
/// PID of the program association table.
pub(crate) const PAT_PID: u16 = 0;
/// Ticks of PTS and DTS per second.
pub(crate) const CLOCK_HZ: u32 = 90_000;

/// `stream_type` values (ISO/IEC 13818-1 table 2-34 and its amendments).
pub(crate) mod stream_type {
    pub(crate) const MPEG1_AUDIO: u8 = 0x03;
    pub(crate) const MPEG2_AUDIO: u8 = 0x04;
    /// Private data; a registration descriptor says what it is ("Opus", "KLVA", "AV01").
    pub(crate) const PRIVATE_PES: u8 = 0x06;
    pub(crate) const AAC_ADTS: u8 = 0x0f;
    /// Behind LOAS headers.
    pub(crate) const AAC_LATM: u8 = 0x11;
    pub(crate) const H264: u8 = 0x1b;
    pub(crate) const H265: u8 = 0x24;
    /// G.711 A-law as GB/T 28181-2022 annex C.2 assigns it.
    pub(crate) const G711_A: u8 = 0x90;
    /// G.711 µ-law, seen beside A-law on domestic devices.
    pub(crate) const G711_U: u8 = 0x91;
}

/// CRC of a section (ISO/IEC 13818-1 annex A): MPEG-2 CRC-32, most significant bit first, no final inversion.
pub(crate) fn crc32(section: &[u8]) -> u32 {
    section.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte) << 24, |crc, _| {
            if crc & 0x8000_0000 == 0 { crc << 1 } else { (crc << 1) ^ 0x04c1_1db7 }
        })
    })
}

#[cfg(test)]
mod tests;
