//! What the media worker (`viaduct-media-worker`) makes of streams: pictures of the latest key frame, and sound in
//! another codec.
//!
//! ```text
//! hub::Stream -> latest key frame -> Pictures: one decode for all who ask for the same -> Pool -> worker processes
//! ```
//! Sound is coded anew by workers of their own, one for each stream and codec that somebody hears ([`Sounds`]):
//!
//! ```text
//! hub::Stream -> its pictures, shared ----------------------> hub::Derived: what those who want that codec read
//!             -> its sound -> a worker process -> coded anew -^
//! ```
//! Invariants:
//! * Nothing here holds up media: frames are shared by pointer, work is done in other processes, and each step has a
//!   time-out.
//! * A worker may die at any time. What it was asked for is asked of another once; then the asker gets a sentence.
//! * The queue before the workers is bounded by [`MAX_WAITING`]; who comes when it is full is refused at once.
//! * Pictures never wait for sound. What a worker of sound does not take in time is left out and counted.
//!
//! It deliberately decodes nothing itself and links no decoder.

mod error;
mod key_frame;
mod pictures;
mod pool;
mod sound;
mod worker;

pub use error::PictureError;
pub use key_frame::KeyFrame;
pub use pictures::{Pictures, Taken, Wish};
pub use pool::{MAX_WAITING, PoolStats};
pub use sound::{MAX_SOUNDS, SoundCodec, SoundError, SoundStats, Sounds};
pub use worker::WorkerConfig;
pub use worker_protocol::{Form, MAX_OVERLAY, MAX_SIDE, Picture};
