//! Sessions against each other and against FFmpeg.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod peers;
mod sessions;
mod support;
