//! Why a licence was refused.

use base::ErrorKind;
use db::DbError;

/// Why something about the licence failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LicenceError {
    /// It is no licence.
    #[error("This is no licence: {why}. Take the file as the issuer sent it.")]
    Malformed {
        /// What is wrong, without a full stop.
        why: String,
    },
    /// Its signature is not the issuer's.
    #[error(
        "The signature of this licence is not the issuer's: the file was changed, or it is for another installation."
    )]
    NotGenuine,
    /// Nobody can be believed.
    #[error("No licence is accepted, because the key licence.issuer_key is empty; set it to the issuer's public key.")]
    NoIssuer,
    /// Its day of issue is ahead.
    #[error(
        "This licence was issued on {issued}, which is ahead of this machine's clock; set the clock and try again."
    )]
    NotYet {
        /// The day.
        issued: String,
    },
    /// Its end has passed.
    #[error("This licence ended on {expires}; ask the issuer for a new one.")]
    Ended {
        /// The last day.
        expires: String,
    },
    /// Storage failed.
    #[error("The licence cannot be read or written: {0}.")]
    Storage(#[from] DbError),
}

impl LicenceError {
    pub(super) fn malformed(why: impl Into<String>) -> Self {
        Self::Malformed { why: why.into() }
    }

    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::NoIssuer => ErrorKind::Conflict,
            Self::Storage(error) => error.kind(),
            _ => ErrorKind::InvalidInput,
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::NoIssuer | Self::Storage(_) => None,
            _ => Some("text"),
        }
    }
}
