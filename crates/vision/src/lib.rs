//! Pictures of streams: the latest key frame, decoded and written by the media worker (`viaduct-media-worker`).
//!
//! ```text
//! hub::Stream -> latest key frame -> Pictures: one decode for all who ask for the same -> Pool -> worker processes
//! ```
//! Invariants:
//! * Nothing here holds up media: frames are shared by pointer, work is done in other processes, and each step has a
//!   time-out.
//! * A worker may die at any time. What it was asked for is asked of another once; then the asker gets a sentence.
//! * The queue before the workers is bounded by [`MAX_WAITING`]; who comes when it is full is refused at once.
//!
//! It deliberately decodes nothing itself and links no decoder.

mod error;
mod key_frame;
mod pictures;
mod pool;
mod worker;

pub use error::PictureError;
pub use key_frame::KeyFrame;
pub use pictures::{Pictures, Taken, Wish};
pub use pool::{MAX_WAITING, PoolStats};
pub use worker::WorkerConfig;
pub use worker_protocol::{Form, MAX_OVERLAY, MAX_SIDE, Picture};
