//! What the server and its media worker (`viaduct-media-worker`) say to each other over the worker's standard input
//! and output: one [`Request`] for a picture, one [`Answer`], and so on, in this order. A worker may be given sound
//! instead: one [`SoundRequest`], one [`SoundAnswer`].
//!
//! ```text
//! message = length (u32) body                          all integers big-endian
//! request = codec (u8) form (u8) quality (u8) max_width (u16) max_height (u16) overlay (u16 length, UTF-8) unit
//! answer  = 0 width (u16) height (u16) picture
//!         | failure (u8, not 0) text (UTF-8)
//!
//! sound   = 64 form form                                what comes, and what it becomes
//!         | 65 pts (i64, microseconds) unit
//! form    = codec (u8) sampling rate (u32, Hz) channels (u8)
//! answer  = 0 {pts (i64, microseconds) length (u32) unit}
//!         | failure (u8, not 0) text (UTF-8)
//! ```
//! The worker runs code that reads pictures from outside, so the server trusts it with nothing: lengths are checked
//! against [`MAX_REQUEST`] and [`MAX_ANSWER`] before anything is reserved. Versions need not be told apart: both
//! programs are built and installed together, and [`GREETING`] says so.
//!
//! It deliberately knows no process, pipe, clock or task: bytes in, messages out.

#![forbid(unsafe_code)]

mod answer;
#[doc(hidden)]
pub mod fuzz;
mod request;
mod sound;
mod wire;

pub use answer::{Answer, Failure, FailureKind, Picture};
pub use request::{Codec, Form, MAX_OVERLAY, MAX_SIDE, Request};
pub use sound::{
    MAX_SOUND_ANSWER, MAX_SOUND_UNIT, MAX_SOUND_UNITS, SoundAnswer, SoundCodec, SoundForm, SoundRequest, SoundUnit,
    read_sound_answer, write_sound_answer,
};
pub use wire::{Malformed, split_message};

/// The first message of a worker: it is up, and of the version that this crate is of.
pub const GREETING: &[u8] = concat!("viaduct-media-worker ", env!("CARGO_PKG_VERSION")).as_bytes();

/// Longest body of a request in bytes: a key frame of 8K at high quality has about 4 MiB.
pub const MAX_REQUEST: usize = 16 << 20;

/// Longest body of an answer in bytes: a noisy PNG of 8,192 x 8,192 in RGB may be larger, and is refused.
pub const MAX_ANSWER: usize = 64 << 20;

#[cfg(test)]
mod tests;
