//! Why something about people was refused.

use base::ErrorKind;
use db::DbError;

use super::{MAX_GRANTS, MAX_NAME, MAX_ORGANISATIONS, MAX_ROLES, MAX_USERS};
use crate::accounts::AccountError;
use crate::rights::BadRole;
use crate::schedule::BadSchedule;

/// Why a request about people failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PeopleError {
    /// A name is empty, too long or has other characters.
    #[error("{what} has a name of 1 to {MAX_NAME} characters without control characters.")]
    Name {
        /// "An organisation", ...
        what: &'static str,
    },
    /// A sign-in name has other characters.
    #[error("A sign-in name has 1 to {MAX_NAME} letters, digits and . _ - @.")]
    SignInName,
    /// The name is taken.
    #[error("There is one of this name already.")]
    Exists,
    /// There is none, or none that one may know of.
    #[error("There is no such {what}.")]
    NotFound {
        /// "user", ...
        what: &'static str,
    },
    /// Somebody changed it meanwhile.
    #[error("Somebody else changed it meanwhile; load it again and repeat your change.")]
    Stale,
    /// Something belongs to it.
    #[error("{0}")]
    InUse(&'static str),
    /// Not permitted to see or do that there.
    #[error("You may not do this for that organisation.")]
    Forbidden,
    /// More would be given than one has.
    #[error("You can give only rights that you have yourself, there and at all times.")]
    MoreThanOwn,
    /// A role for a group would permit nothing.
    #[error(
        "This role is not about cameras, so for a group of them it permits nothing; take another role, or an organisation."
    )]
    NothingOfCameras,
    /// The last one who can give rights would be gone.
    #[error("One user must remain who may sign in and manages users of all organisations at all times.")]
    LastAdministrator,
    /// An organisation would be below itself, or too deep.
    #[error("An organisation cannot be below itself, nor deeper than 16 levels.")]
    Tree,
    /// The root stays where it is.
    #[error("The root of all organisations stays.")]
    Root,
    /// A role's name or permissions.
    #[error(transparent)]
    Role(#[from] BadRole),
    /// A grant's times.
    #[error(transparent)]
    Schedule(#[from] BadSchedule),
    /// No provider is configured.
    #[error("No sign-in provider is set up; set the keys oidc.issuer and oidc.client_id first.")]
    NoProvider,
    /// The name at the provider does not fit.
    #[error("Enter the subject by which the provider knows the user: 1 to 255 characters.")]
    Subject,
    /// Both ends of a link are taken once.
    #[error("This user, or this account of the provider, is linked already; unlink it first.")]
    Linked,
    /// There is no link.
    #[error("This user is not linked to an account of the provider.")]
    NotLinked,
    /// The password does not fit.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// There are too many.
    #[error(
        "There are at most {MAX_ORGANISATIONS} organisations, {MAX_ROLES} roles, {MAX_USERS} users and {MAX_GRANTS} rights of each."
    )]
    TooMany,
    /// Storage failed.
    #[error("People and rights cannot be read or written: {0}.")]
    Storage(#[source] DbError),
}

impl PeopleError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Name { .. }
            | Self::SignInName
            | Self::Subject
            | Self::Tree
            | Self::Role(_)
            | Self::Schedule(_)
            | Self::NothingOfCameras => ErrorKind::InvalidInput,
            Self::NoProvider | Self::Linked | Self::NotLinked => ErrorKind::Conflict,
            Self::Exists | Self::Stale | Self::InUse(_) | Self::LastAdministrator | Self::Root => ErrorKind::Conflict,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::Forbidden | Self::MoreThanOwn => ErrorKind::Forbidden,
            Self::TooMany => ErrorKind::Exhausted,
            Self::Account(error) => error.kind(),
            Self::Storage(error) => error.kind(),
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Name { .. } | Self::SignInName | Self::Exists | Self::Role(BadRole::Name) => Some("name"),
            Self::Role(_) => Some("permissions"),
            Self::Schedule(_) => Some("schedule"),
            Self::MoreThanOwn | Self::NothingOfCameras => Some("grants"),
            Self::Tree => Some("parent_id"),
            Self::Subject | Self::Linked => Some("subject"),
            Self::Account(error) => error.field(),
            _ => None,
        }
    }
}

impl From<DbError> for PeopleError {
    fn from(error: DbError) -> Self {
        if matches!(error, DbError::Exists) { Self::Exists } else { Self::Storage(error) }
    }
}
