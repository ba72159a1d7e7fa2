//! Why a camera was not steered.

use std::num::NonZeroU8;
use std::time::Duration;

use base::ErrorKind;
use db::DbError;
use device::PtzError;

use super::lock::Holder;
use super::stored::{MAX_DWELL_S, MAX_NAME, MAX_STEPS};

/// Why something about steering failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PtzFailure {
    /// There is none, or none that one may know of.
    #[error("There is no such channel.")]
    NoChannel,
    /// One may see it, and no more.
    #[error("You may not steer this camera; ask an administrator for the right operate:ptz.")]
    Forbidden,
    /// Its driver steers no cameras.
    #[error("This camera cannot be steered from here.")]
    NotSteered,
    /// Somebody else steers.
    #[error("{} steers this camera. It is free {} s after the last command.", holder.name, left.as_secs().max(1))]
    Busy {
        /// Who.
        holder: Holder,
        /// Until the lock lapses.
        left: Duration,
    },
    /// Too many commands wait.
    #[error("This camera has too many commands waiting. Try again in a moment.")]
    Busied,
    /// A command out of range.
    #[error("{text}")]
    Invalid {
        /// What the command calls it.
        field: &'static str,
        /// What fits.
        text: &'static str,
    },
    /// A name of a preset or cruise.
    #[error("A name has at most {MAX_NAME} characters, without control characters.")]
    Name,
    /// The steps of a cruise.
    #[error("A cruise has 1 to {MAX_STEPS} steps, each at a preset from 1 to 255 for 1 to {MAX_DWELL_S} seconds.")]
    Steps,
    /// How long a camera waits before it returns.
    #[error("A camera returns 5 seconds to a day after the last command.")]
    IdleAfter,
    /// There is no preset of this number.
    #[error("There is no preset {0}.")]
    NoPreset(NonZeroU8),
    /// There is no cruise of this number.
    #[error("There is no cruise {0}.")]
    NoCruise(NonZeroU8),
    /// The camera or its driver.
    #[error(transparent)]
    Camera(#[from] PtzError),
    /// The database.
    #[error(transparent)]
    Storage(#[from] DbError),
}

impl PtzFailure {
    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NoChannel | Self::NoCruise(_) | Self::NoPreset(_) => ErrorKind::NotFound,
            Self::Forbidden => ErrorKind::Forbidden,
            Self::NotSteered => ErrorKind::Unsupported,
            Self::Busy { .. } => ErrorKind::Conflict,
            Self::Busied => ErrorKind::Exhausted,
            Self::Invalid { .. } | Self::Name | Self::Steps | Self::IdleAfter => ErrorKind::InvalidInput,
            Self::Camera(error) => error.kind(),
            Self::Storage(_) => ErrorKind::Unavailable,
        }
    }
}
