//! RTP, RTCP, SDP, payload formats, reordering and interleaved muxing: bytes and `Instant`s in, bytes and
//! access units out.
//!
//! | specification | scope | where |
//! |---|---|---|
//! | RFC 3550 | packets, SR/RR/SDES/BYE, reception statistics | [`Packet`], [`Rtcp`], [`Reception`] |
//! | RFC 3551 §6 | static payload types that cameras use | [`sdp`] |
//! | RFC 4585 §6.3.1, RFC 5104 §4.3.1 | PLI, FIR | [`Rtcp`] |
//! | RFC 8866 | session descriptions, tolerant | [`sdp`] |
//! | RFC 6184 | H.264, modes 0 and 1 | [`payload`] |
//! | RFC 7798 | H.265, without reordering by DON and PACI | [`payload`] |
//! | AOM AV1 RTP 1.0 | AV1 | [`payload`] |
//! | RFC 3640, RFC 6416 | AAC (`mpeg4-generic`; `MP4A-LATM` read only) | [`payload`] |
//! | RFC 3551 §4.5.14, RFC 7587, RFC 2250 §3.5 | G.711, Opus, MPEG audio | [`payload`] |
//! | RFC 2326 §10.12 | interleaved frames | [`InterleavedMuxer`] |
//! | RFC 4571 | packets in TCP connections, tolerant | [`framing`] |
//! | GB/T 28181-2022 annex C.2 | program streams | [`PsPacketizer`], [`PsDepacketizer`] |
//!
//! ```text
//! TCP:  interleaved frame ──────────────┐
//! UDP:  datagram ── ReorderBuffer ──────┴─ TrackReceiver ── AccessUnit, TrackConfig, Loss
//! hub:  Frame ── InterleavedMuxer ── bytes for every RTSP viewer by TCP, or by UDP
//! ```
//!
//! **Drain [`TrackReceiver::poll`] after every input.** Payloads are canonical as the crate `media` defines
//! them; H.264 and H.265 units may still hold parameter sets. A track whose session description lacks its
//! parameters gets its configuration from the depacketizer when they have come in-band.
//!
//! ```
//! use media::TrackId;
//! use rtp::{SessionDescription, TrackReceiver};
//!
//! let sdp = SessionDescription::parse(b"v=0\r\nm=audio 0 RTP/AVP 8\r\n")?;
//! let mut receiver = TrackReceiver::new(&sdp.media[0], TrackId(0));
//! let packet = [&rtp::Header { marker: true, payload_type: 8, sequence: 1, timestamp: 160, ssrc: 7 }.to_bytes()[..], &[0xD5; 160]].concat();
//! receiver.handle_rtp(std::time::Instant::now(), &packet.into())?;
//! assert!(matches!(receiver.poll(), Some(rtp::Received::Unit(unit)) if unit.payload.len() == 160));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It deliberately opens no socket, reads no clock, draws no random number and does not encrypt (SRTP).

#![forbid(unsafe_code)]

pub mod datagrams;
pub mod framing;
#[doc(hidden)]
pub mod fuzz;
mod interleaved;
mod ntp;
mod order;
mod packet;
pub mod payload;
mod receiver;
mod reception;
mod reorder;
mod rtcp;
pub mod sdp;
mod unroll;

pub use interleaved::{InterleavedMuxer, InterleavedTrack, Position, positions};
pub use ntp::NtpTime;
pub use packet::{FIXED_HEADER_BYTES, Header, Packet, PacketError};
pub use payload::{Depacketizer, DropReason, Packetizer};
pub use payload::{PsDepacketizer, PsPacketizer};
pub use receiver::{Received, ReceiverStats, TrackReceiver};
pub use reception::Reception;
pub use reorder::{MAX_HELD_PACKETS, Ordered, ReorderBuffer};
pub use rtcp::{ReportBlock, Rtcp, SenderReport, parse_compound};
pub use sdp::{MediaDescription, SdpError, SessionDescription, tracks_to_description};
pub use unroll::{SequenceUnroller, TimestampUnroller};
