//! Why something about devices and channels was refused.

use base::ErrorKind;
use db::DbError;

use super::{MAX_BULK, MAX_CHANNELS, MAX_DEVICES, MAX_GROUPS};
use crate::people::PeopleError;

/// Why a request about devices or channels failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DevicesError {
    /// A property does not fit.
    #[error("{text}")]
    Invalid {
        /// Which one.
        field: &'static str,
        /// A sentence.
        text: String,
    },
    /// What must be unique is not.
    #[error("{text}")]
    Taken {
        /// Which property.
        field: &'static str,
        /// A sentence.
        text: String,
    },
    /// There is none, or none that one may know of.
    #[error("There is no such {what}.")]
    NotFound {
        /// "device", "channel", ...
        what: &'static str,
    },
    /// Not permitted to do that there.
    #[error("You may not do this for that organisation.")]
    Forbidden,
    /// Somebody changed it meanwhile.
    #[error("Somebody else changed it meanwhile; load it again and repeat your change.")]
    Stale,
    /// What joins a group is given to those who have rights for it, and the caller has fewer.
    #[error("People have rights for this group that you do not have for {0}; ask somebody who has them to add it.")]
    MoreThanOwn(String),
    /// Somebody has rights for a group.
    #[error("Users have rights for this group or plans take pictures of it; change these first.")]
    GroupInUse,
    /// There are too many groups.
    #[error("There are at most {MAX_GROUPS} groups of cameras.")]
    TooManyGroups,
    /// Who may do what could not be read.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// There are too many.
    #[error("There are at most {MAX_DEVICES} devices and {MAX_CHANNELS} channels, {MAX_BULK} in one change.")]
    TooMany,
    /// More cameras would be on than the licence permits.
    #[error(
        "The licence permits {limit} cameras that are on; {on} are, and this would make it {wanted}. Switch off or remove others, or put in a larger licence."
    )]
    LicenceLimit {
        /// That may be on.
        limit: usize,
        /// That are on.
        on: usize,
        /// That would be on.
        wanted: usize,
    },
    /// Storage failed.
    #[error("Devices and channels cannot be read or written: {0}.")]
    Storage(#[source] DbError),
}

impl DevicesError {
    pub(super) fn invalid(field: &'static str, text: impl Into<String>) -> Self {
        Self::Invalid { field, text: text.into() }
    }

    pub(super) fn taken(field: &'static str, text: impl Into<String>) -> Self {
        Self::Taken { field, text: text.into() }
    }

    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid { .. } => ErrorKind::InvalidInput,
            Self::Taken { .. } | Self::Stale | Self::LicenceLimit { .. } | Self::GroupInUse => ErrorKind::Conflict,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Forbidden | Self::MoreThanOwn(_) => ErrorKind::Forbidden,
            Self::TooMany | Self::TooManyGroups => ErrorKind::Exhausted,
            Self::People(error) => error.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } | Self::Taken { field, .. } => Some(field),
            Self::MoreThanOwn(_) => Some("add"),
            _ => None,
        }
    }
}

impl From<DbError> for DevicesError {
    fn from(error: DbError) -> Self {
        match error {
            // What is known here was looked at before: another one was faster.
            DbError::Exists => Self::taken("name", "One with this name, code or stream was added meanwhile."),
            DbError::InUse => Self::NotFound { what: "organisation" },
            other => Self::Storage(other),
        }
    }
}
