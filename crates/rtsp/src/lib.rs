//! RTSP messages, server and client sessions with authentication: bytes and `Instant`s in, bytes and events
//! out.
//!
//! | specification | scope | where |
//! |---|---|---|
//! | RFC 2326 | messages, interleaved frames, both session sides; transports over the connection, UDP and multicast (§12.39) | [`message`], [`parser`], [`server`], [`client`], [`header`] |
//! | Apple's tunnel, ONVIF Streaming Specification §5.1.1.4 | RTSP inside two HTTP connections | [`tunnel`] |
//! | RFC 7616, RFC 2069, RFC 7617 | Digest (MD5, SHA-256, `qop=auth`) and Basic | [`base::http_auth`] |
//!
//! ```text
//! player, publisher ── bytes ── ServerSession ── events, answers ── gateway
//!                                    └ Rtp, Rtcp ── Ingest ── tracks, access units
//! camera ── bytes ── Puller (ClientSession + Ingest) ── tracks, access units
//! ```
//!
//! **Every session is drained with `poll_output` after every call.** Random values (session identifiers,
//! nonces, SSRCs) and the time come from the caller. A playing [`ServerSession`] holds less than 4 KiB;
//! media to players is written by the caller, between the session's own bytes and never inside a frame.
//!
//! It deliberately opens no socket: datagrams are brought and taken by the caller, and an HTTP tunnel is a
//! connection like any other to it. There is no SRTP.
//!
//! ```
//! use std::time::Instant;
//! use rtsp::{ServerEvent, ServerOutput, ServerSession};
//!
//! let mut session = ServerSession::new(Instant::now(), "f3a9c2d17b604e58");
//! session.handle_input(Instant::now(), b"DESCRIBE rtsp://host/live/cam1 RTSP/1.0\r\nCSeq: 1\r\n\r\n");
//! while let Some(output) = session.poll_output() {
//!     match output {
//!         ServerOutput::Event(ServerEvent::Describe(asked)) if asked.url.path == "/live/cam1" => {
//!             session.answer_describe("v=0\r\n");
//!         }
//!         ServerOutput::Event(_) => session.reject(404, ""),
//!         ServerOutput::Transmit(bytes) => assert!(bytes.starts_with(b"RTSP/1.0 200 OK\r\nCSeq: 1\r\n")),
//!         ServerOutput::Close(_) => break,
//!     }
//! }
//! ```

#![forbid(unsafe_code)]

pub mod client;
#[doc(hidden)]
pub mod fuzz;
pub mod header;
pub mod ingest;
pub mod message;
pub mod parser;
pub mod puller;
pub mod server;
pub mod tunnel;
pub mod url;

pub use client::{ClientError, ClientEvent, ClientOptions, ClientOutput, ClientSession, ClientTrack, Leg};
pub use header::{Delivery, MulticastGroup};
pub use ingest::{Ingest, IngestEvent, Wiring};
pub use puller::{Carrier, Puller, PullerOutput};
pub use server::{CloseReason, ServerEvent, ServerOutput, ServerSession};
pub use url::{RtspUrl, Via};
