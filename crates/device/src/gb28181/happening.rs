//! What happens with devices, for whoever listens.

use gb28181::Id;
use gb28181::manscdp::{Alarm, MobilePosition, SnapShotFinished};
use gb28181::platform::Gone;

/// Something happened. Whoever listens too slowly loses the oldest.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Happening {
    /// A device is there.
    SignedIn {
        /// Which.
        device: Id,
    },
    /// A device is gone.
    Gone {
        /// Which.
        device: Id,
        /// Why.
        why: Gone,
    },
    /// What is below a device is known, or has changed.
    CatalogChanged {
        /// Which.
        device: Id,
    },
    /// A device raises an alarm.
    Alarm {
        /// Who told.
        device: Id,
        /// Who it is of: the device or what is below it.
        source: Id,
        /// What.
        alarm: Box<Alarm>,
    },
    /// A moving device is somewhere.
    Moved {
        /// Who told.
        device: Id,
        /// Who is there.
        source: Id,
        /// Where.
        position: Box<MobilePosition>,
    },
    /// Pictures that were ordered have been sent.
    SnapShots {
        /// By whom.
        device: Id,
        /// Which.
        finished: Box<SnapShotFinished>,
    },
}
