//! MPEG program stream (ISO/IEC 13818-1 §2.5), as devices of GB/T 28181 send it in RTP (GB/T 28181-2022 annex C).
//!
//! ```text
//! pack := 00 00 01 ba, clock reference, rate | [system header] | [map] | PES packets        one frame
//! PES  := 00 00 01 stream_id, length (16), PTS, DTS | at most 64 KiB of the frame
//! ```
//!
//! | clause | where |
//! |---|---|
//! | §2.5.3 packs, system headers; ISO/IEC 11172-1 §2.4.3 | `head` |
//! | §2.4.3.6, §2.4.3.7 PES packets, PTS and DTS | `head`, `clock`, and `systems` that transport streams share |
//! | §2.5.4 program stream map; GB/T 28181-2022 annex C.1 `stream_type` | `map`, `codecs` |
//! | H.264 and H.265 annex B: pictures out of bytes | `scan`, `video`, `picture` |
//!
//! The demuxer reads H.264, H.265, AAC in ADTS and LATM, MPEG audio and G.711; SVAC, MPEG-4 visual, G.722.1, G.723.1 and
//! G.729 are carried. What devices do otherwise than the standards say is tolerated, and each tolerance names its quirk.
//! Clock references are not followed: what paces a stream is the hub's business. Pack headers are written by [`Muxer`]
//! with one frame each. [`Sniffer`] tells from the first RTP payloads whether this is a program stream at all.

mod audio;
mod carried;
mod clock;
mod codecs;
mod demux;
mod head;
mod map;
mod markers;
mod mux;
mod picture;
mod scan;
mod sniff;
mod stream;
mod video;

pub use crate::systems::{DropReason, MP2_TRACK_ID};
pub use codecs::{G722_1_ID, G723_1_ID, G729_ID, MPEG4_VISUAL_ID, SVAC_AUDIO_ID, SVAC_VIDEO_ID};
pub use demux::{Arrival, Demuxer, Event, MAX_TRACKS, Stats};
pub use mux::{Muxer, carries};
pub use picture::MAX_PICTURE_LEN;
pub use sniff::{PayloadKind, Sniffer};
