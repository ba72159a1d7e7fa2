//! Many devices of GB/T 28181: they sign in, send heartbeats, and send program streams when they are asked to.
//!
//! A device here is what a wire needs: messages written as text, answers to what a platform asks. It decides nothing that is
//! measured.
//!
//! ```text
//! sign_in, streams, picture ── what is measured
//!        │
//!     Devices ── Link (UDP or TCP) ── the server's SIP
//!        └────── Film (one per call) ── its port for media
//! ```

mod devices;
mod film;
mod link;
mod picture;
mod sign_in;
mod streams;
mod text;
mod viewer;

pub(crate) use picture::{PictureArgs, first_picture};
pub(crate) use sign_in::{SignInArgs, sign_in};
pub(crate) use streams::{StreamsArgs, streams};

/// The server's code and domain, as it has them unless it is told others.
const SERVER: &str = "34020000002000000001";
const DOMAIN: &str = "3402000000";
/// Of all devices.
const PASSWORD: &str = "bench-password";
