//! Why somebody who asks by HTTP gets no media.

use base::ErrorKind;
use hub::{AccessDenied, OpenError, UnknownHost};

/// What the answer says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    /// A sentence for whoever asked.
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

impl From<UnknownHost> for Failure {
    fn from(error: UnknownHost) -> Self {
        Self::new(ErrorKind::NotFound, error.to_string())
    }
}

impl From<AccessDenied> for Failure {
    fn from(denied: AccessDenied) -> Self {
        Self::new(denied.kind, denied.reason)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::new(error.kind, error.text)
    }
}
