//! What somebody makes for themselves and may share with an organisation: views of the wall, patrols.

use base::ErrorKind;
use db::DbError;

use crate::people::{Caller, MAX_NAME, People, is_text};
use crate::rights::{Action, Kind, OrganisationId};

/// Whose a thing is, and with whom it is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sharing {
    /// Who made it.
    pub owner: i64,
    /// Those of this organisation and below it see it too.
    pub organisation: Option<OrganisationId>,
}

/// Why a request about such a thing failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SharingError {
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
        /// "view", "patrol", ...
        what: &'static str,
    },
    /// Seen, but somebody else's.
    #[error("It belongs to somebody else; save one of your own.")]
    Forbidden,
    /// Not permitted to share there.
    #[error("You may not share with that organisation.")]
    NotThere,
    /// Somebody changed it meanwhile.
    #[error("Somebody else changed it meanwhile; load it again and repeat your change.")]
    Stale,
    /// There are too many.
    #[error("There are too many of them; remove some that nobody needs.")]
    TooMany,
    /// Storage failed.
    #[error("It cannot be read or written: {0}.")]
    Storage(#[from] DbError),
}

impl SharingError {
    pub(crate) fn invalid(field: &'static str, text: impl Into<String>) -> Self {
        Self::Invalid { field, text: text.into() }
    }

    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid { .. } => ErrorKind::InvalidInput,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Forbidden | Self::NotThere => ErrorKind::Forbidden,
            Self::Taken { .. } | Self::Stale => ErrorKind::Conflict,
            Self::TooMany => ErrorKind::Exhausted,
            Self::Storage(error) => error.kind(),
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { field, .. } | Self::Taken { field, .. } => Some(field),
            Self::NotThere => Some("organisation_id"),
            _ => None,
        }
    }
}

impl Sharing {
    /// Whether somebody sees it: its maker, people of the organisation and below, and who may view there.
    pub fn is_seen_by(self, caller: &Caller, people: &People, kind: Kind) -> bool {
        let shared = |place| {
            people.tree().is_within(caller.user.organisation_id, place) || caller.may_for(Action::View, kind, place)
        };
        self.owner == caller.user.id || self.organisation.is_some_and(shared)
    }

    /// Whether somebody may change and remove it: its maker, and who manages such things there.
    pub fn is_changed_by(self, caller: &Caller, kind: Kind) -> bool {
        let managed = |place| caller.may_for(Action::Manage, kind, place);
        self.owner == caller.user.id || self.organisation.is_some_and(managed)
    }

    /// Checks that somebody may share with its organisation.
    pub(crate) fn check_place(self, caller: &Caller, people: &People, kind: Kind) -> Result<(), SharingError> {
        let fits = |place| people.tree().has(place) && caller.may_for(Action::Operate, kind, place);
        if self.organisation.is_none_or(fits) { Ok(()) } else { Err(SharingError::NotThere) }
    }
}

/// Checks the name of such a thing.
pub(crate) fn check_name(name: &str) -> Result<(), SharingError> {
    if is_text(name) {
        return Ok(());
    }
    Err(SharingError::invalid("name", format!("A name has 1 to {MAX_NAME} characters without control characters.")))
}
