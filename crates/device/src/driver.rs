//! What a driver does.

use futures_util::future::BoxFuture;
use hub::resolver::Offer;
use hub::{OpenError, StreamKey};

use crate::ptz::PtzControl;
use crate::spec::{ChannelSpec, DeviceSpec, Refused, Rendition};

/// Knows one kind of device: what its addresses mean, how its streams are opened, how its cameras are steered.
///
/// [`crate::Drivers`] keeps the channels and hands them in, so a driver needs to remember a channel only while it does
/// something for it. There may be 100,000 of them: an idle one must cost no task, socket or timer.
pub trait DeviceDriver: Send + Sync {
    /// Its name in the database and in the interface: lower-case letters, digits and `-`.
    fn name(&self) -> &'static str;

    /// Whether a device can be used as it is written down; asks nobody.
    ///
    /// # Errors
    /// What to correct.
    fn check_device(&self, device: &DeviceSpec) -> Result<(), Refused>;

    /// Whether a channel of a usable device can be used as it is written down; asks nobody.
    ///
    /// # Errors
    /// What to correct.
    fn check_channel(&self, channel: &ChannelSpec) -> Result<(), Refused>;

    /// A device is used from now on, or with other credentials. Called under a lock: returns at once. For devices that come to
    /// us by themselves: the others are told of with their channels.
    fn put_device(&self, _device: &DeviceSpec) {}

    /// A device is not used any more. Called under a lock: returns at once.
    fn remove_device(&self, _device: &DeviceSpec) {}

    /// A channel is there from now on. Called under a lock: returns at once.
    fn put(&self, channel: &ChannelSpec);

    /// A channel is gone or about to change; what the driver runs for it ends. Called under a lock: returns at once.
    fn remove(&self, channel: &ChannelSpec);

    /// Starts what feeds a rendition's stream, as [`hub::StreamProvider::open`]: returns soon.
    fn open<'a>(&'a self, channel: &'a ChannelSpec, rendition: Rendition) -> BoxFuture<'a, Result<Offer, OpenError>>;

    /// The live stream of the channel whose recording a stream is, where the driver plays recordings: who may see the one may see
    /// the other.
    fn live_of(&self, _recording: &StreamKey) -> Option<StreamKey> {
        None
    }

    /// Whether the channel is there, as far as the driver knows without asking.
    fn state(&self, channel: &ChannelSpec) -> ChannelState;

    /// How its cameras are steered, if this driver can steer any.
    fn ptz(&self) -> Option<&dyn PtzControl> {
        None
    }
}

/// Whether a channel is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChannelState {
    /// It sends pictures, or its device answers.
    Online,
    /// It was tried and did not answer, or it should be there and is not.
    Offline {
        /// A sentence with what to try.
        why: String,
    },
    /// Nobody asked for it lately.
    Unknown,
}
