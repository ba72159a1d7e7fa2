//! Devices and their channels: a driver opens the streams of a channel and steers its camera.
//!
//! A **device** is a thing with an address and credentials, a **channel** one line of it that has pictures. What is
//! stored of them comes in as [`DeviceSpec`] and [`ChannelSpec`]; a [`DeviceDriver`] knows what they mean. [`Drivers`]
//! joins both: it is the hub's [`hub::StreamProvider`] for all streams of channels.
//!
//! ```text
//! viewer ── Hub::open ── Drivers ─ by StreamKey ─> channel, rendition ── DeviceDriver::open ──> a publisher, soon
//! console ── platform::ptz ── Drivers ─ by id ───> channel ──────────── PtzControl::drive ...
//! ```
//!
//! | driver | what its channels are |
//! |---|---|
//! | [`UrlDriver`] | URLs that are pulled: cameras by themselves, recorders with their lines below one address |
//! | [`PushDriver`] | streams that cameras and encoders publish by themselves |
//! | [`gb28181::Gb28181`] | lines of devices that sign in by GB/T 28181 |
//!
//! Invariants: an idle channel is an entry of two maps and has no task, socket or timer of its own unless it is to run
//! always; [`Drivers`] never waits for a device while it holds a lock; a password is never shown ([`DeviceSpec`]).
//!
//! What is not here: storage, rights, who may steer and for how long (`platform`), and media (`gateway`).
//!
//! ```
//! use std::sync::Arc;
//! use device::{ChannelSpec, DeviceSpec, Drivers, PushDriver, Rendition};
//!
//! let hub = Arc::new(hub::Hub::new(hub::StreamOptions::default()));
//! let drivers = Drivers::new(vec![Arc::new(PushDriver::new(hub))]);
//! let device = Arc::new(DeviceSpec { id: 1, ..DeviceSpec::default() });
//! drivers.put("push", ChannelSpec::new(7, device, "road/k128".parse()?))?;
//! let (channel, rendition) = drivers.find(&"road/k128".parse()?).expect("it was put");
//! assert_eq!((channel.id, rendition), (7, Rendition::Main));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#[cfg(feature = "conformance")]
pub mod conformance;
pub mod driver;
mod drivers;
pub mod gb28181;
pub mod ptz;
mod push;
pub mod spec;
#[cfg(test)]
mod testing;
mod url;

pub use driver::{ChannelState, DeviceDriver};
pub use drivers::{Drivers, Steered, UnknownDriver};
pub use ptz::{Abilities, Motion, Position, Preset, PtzControl, PtzError, Rect};
pub use push::PushDriver;
pub use spec::{ChannelSpec, DeviceSpec, Field, Refused, Rendition};
pub use url::UrlDriver;
