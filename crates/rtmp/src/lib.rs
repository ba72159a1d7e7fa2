//! RTMP without I/O: handshake, chunk streams, commands, and sessions for both ends, enhanced RTMP included.
//!
//! | specification | scope |
//! |---|---|
//! | Adobe RTMP 1.0 (2012) | §5.2 handshake, §5.3 chunks, §5.4 control, §7 commands |
//! | Enhanced RTMP v2 (Veovera) | `connect` capabilities; tag bodies are in `container::flv` |
//! | Flash Media Live Encoder commands | `releaseStream`, `FCPublish`, `FCUnpublish` |
//!
//! A session takes bytes and instants and gives bytes and events. **Drain [`ServerSession::poll_output`]
//! after every call that takes `&mut self` and a time**, and call [`ServerSession::handle_timeout`] when
//! [`ServerSession::poll_timeout`] is due.
//!
//! Invariants: no input panics; memory is bounded by [`chunk::Limits`] plus what the owner does not drain;
//! media bodies are copied once, from the input into their message. Frames to viewers do not pass through
//! a session: [`PlayMuxer`] writes chunks that all viewers share, because every session announces the same
//! chunk size and every viewer plays message stream 1.
//!
//! ```
//! use rtmp::{Output, ServerConfig, ServerSession};
//! use std::time::Instant;
//!
//! let now = Instant::now();
//! let mut session = ServerSession::new(ServerConfig::default(), now, 7);
//! let mut hello = vec![3];
//! hello.extend([0; 1536]);
//! session.handle_input(now, &hello)?;
//! let Some(Output::Transmit(answer)) = session.poll_output() else { panic!("S0, S1 and S2 follow C1") };
//! assert_eq!(answer.len(), 1 + 1536 + 1536);
//! # Ok::<(), rtmp::Error>(())
//! ```
//!
//! It deliberately does no RTMPE, RTMPT, shared objects, or AMF3 objects.

#![forbid(unsafe_code)]

pub mod chunk;
mod client;
mod command;
mod control;
mod error;
#[doc(hidden)]
pub mod fuzz;
mod handshake;
mod link;
mod play_muxer;
mod server;

pub use client::{ClientConfig, ClientEvent, ClientRole, ClientSession};
pub use container::amf0;
pub use container::flv::TagKind;
pub use error::Error;
pub use handshake::HandshakeError;
pub use play_muxer::{PlayMuxer, PlayOptions};
pub use server::{ConnectRequest, PlayRequest, PublishMode, PublishRequest, ServerConfig, ServerEvent, ServerSession};

use bytes::Bytes;

/// Bytes of a chunk's payload that every session of this crate announces and writes: large enough that most
/// messages are one chunk, small enough for Flash-era clients.
pub const CHUNK_SIZE: usize = 65_536;

/// What a session wants from its owner.
#[derive(Clone, Debug)]
pub enum Output<E> {
    /// Bytes for the peer.
    Transmit(Bytes),
    /// Something that happened.
    Event(E),
}
