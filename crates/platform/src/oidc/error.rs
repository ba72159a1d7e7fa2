//! Why a sign-in through a provider failed: what happened, why, and who can do something about it.

use std::sync::Arc;

use base::ErrorKind;
use db::DbError;

use crate::accounts::AccountError;
use crate::people::ProvidedError;

/// Longest part of somebody else's text that is repeated.
const MAX_QUOTED: usize = 80;

/// Why a sign-in through a provider failed.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OidcError {
    /// No provider is configured.
    #[error("Signing in through a provider is not set up here; sign in with a password.")]
    NotConfigured,
    /// Nothing came back.
    #[error(
        "The sign-in provider does not answer: {why}. Try again, or sign in with a password if you have one; an administrator checks the network and the key oidc.issuer."
    )]
    Unreachable {
        /// A few words.
        why: String,
    },
    /// What came back is of no use.
    #[error(
        "The sign-in provider's {what} cannot be used: {why}. An administrator checks the key oidc.issuer and the provider."
    )]
    BadAnswer {
        /// "configuration", ...
        what: &'static str,
        /// A few words.
        why: String,
    },
    /// Its configuration is somebody else's.
    #[error("The sign-in provider calls itself {found}; an administrator sets the key oidc.issuer to exactly that.")]
    WrongIssuer {
        /// Its name for itself.
        found: String,
    },
    /// The provider sent the person back without a code.
    #[error("The sign-in provider refused: {error}. Try again; if it stays so, ask those who run the provider.")]
    Refused {
        /// Of RFC 6749 §4.1.2.1.
        error: String,
    },
    /// It does not know us.
    #[error(
        "The sign-in provider does not accept this server: {error}. An administrator checks the keys oidc.client_id and oidc.client_secret."
    )]
    ClientRefused {
        /// Of RFC 6749 §5.2.
        error: String,
    },
    /// Forged, used, too old or of another browser.
    #[error(
        "This sign-in was not begun in this browser, is finished already, or took longer than ten minutes. Begin again."
    )]
    UnknownState,
    /// The token is not good.
    #[error("The sign-in provider's token was refused: {0}. Begin again; if it stays so, tell an administrator.")]
    Token(TokenFault),
    /// The person has no usable name.
    #[error(
        "The sign-in provider sends no usable sign-in name in {claim}; an administrator checks the keys oidc.username_claim and oidc.scopes."
    )]
    NoName {
        /// Where it was looked for.
        claim: String,
    },
    /// Nobody here is that person, and nobody is to be made.
    #[error(
        "No user here belongs to your account at the provider (subject {subject}); ask an administrator to link it."
    )]
    NoUser {
        /// At the provider.
        subject: String,
    },
    /// Somebody else here has that name.
    #[error(
        "Another user here is called {name} already; ask an administrator to link your account at the provider (subject {subject}), or to rename that user."
    )]
    NameTaken {
        /// What the provider calls the person.
        name: String,
        /// At the provider.
        subject: String,
    },
    /// Nothing is permitted.
    #[error("None of your groups at the provider gives you a right here; ask an administrator.")]
    NoRights,
    /// The user may not sign in.
    #[error("Your user is disabled here; ask an administrator.")]
    Disabled,
    /// There are enough users.
    #[error("There is no room for another user here; ask an administrator.")]
    NoRoom,
    /// The outcome was fetched already, is too old, or of another browser.
    #[error("The sign-in was not completed within a minute in this browser. Begin again.")]
    OutcomeGone,
    /// Too many are signing in.
    #[error("Too many people are signing in at this moment; try again in a minute.")]
    TooMany,
    /// Storage failed.
    #[error("The accounts cannot be read or written: {0}.")]
    Storage(#[source] Arc<DbError>),
    /// The session could not be opened.
    #[error("{0}")]
    Account(Arc<AccountError>),
}

/// What is wrong with an ID token (OpenID Connect Core 1.0 §3.1.3.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFault {
    /// Not three parts, not JSON, or a claim is missing.
    #[error("it is not a complete ID token")]
    Form,
    /// `none`, a symmetric or an unknown one.
    #[error("it is not signed in a way that is accepted here")]
    Algorithm,
    /// By none of the provider's keys.
    #[error("its signature is not the provider's")]
    Signature,
    /// Of another provider.
    #[error("it is of another provider")]
    Issuer,
    /// For another program.
    #[error("it was made for another program")]
    Audience,
    /// Of another sign-in.
    #[error("it belongs to another sign-in")]
    Nonce,
    /// Too old.
    #[error("it has expired; the clocks of the provider and of this server may differ")]
    Expired,
    /// From the future.
    #[error("it is not valid yet; the clocks of the provider and of this server may differ")]
    NotYet,
}

impl OidcError {
    /// Its kind.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::NotConfigured => ErrorKind::NotFound,
            Self::Unreachable { .. }
            | Self::BadAnswer { .. }
            | Self::WrongIssuer { .. }
            | Self::ClientRefused { .. } => ErrorKind::Unavailable,
            Self::UnknownState | Self::OutcomeGone => ErrorKind::InvalidInput,
            Self::Token(_) | Self::Refused { .. } | Self::NoName { .. } => ErrorKind::Forbidden,
            Self::NoUser { .. } | Self::NameTaken { .. } | Self::NoRights | Self::Disabled => ErrorKind::Forbidden,
            Self::NoRoom | Self::TooMany => ErrorKind::Exhausted,
            Self::Storage(error) => error.kind(),
            Self::Account(error) => error.kind(),
        }
    }

    /// The provider's own word for a refusal, which came through the browser.
    pub(super) fn refused(error: &str) -> Self {
        Self::Refused { error: word(error) }
    }
}

/// A word as RFC 6749 defines it, or none: nobody's sentences are put on our page.
pub(super) fn word(text: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-.".contains(letter);
    let fits = (1..=MAX_QUOTED).contains(&text.len()) && text.chars().all(plain);
    if fits { text.to_owned() } else { "unknown_error".to_owned() }
}

/// A provider's name in a sentence.
pub(super) fn quoted(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(MAX_QUOTED).collect()
}

impl From<DbError> for OidcError {
    fn from(error: DbError) -> Self {
        Self::Storage(Arc::new(error))
    }
}

impl From<AccountError> for OidcError {
    fn from(error: AccountError) -> Self {
        Self::Account(Arc::new(error))
    }
}

impl ProvidedError {
    /// As the person is told.
    pub(super) fn told(self, claim: &str) -> OidcError {
        match self {
            Self::NoName => OidcError::NoName { claim: claim.to_owned() },
            Self::NoUser { subject } => OidcError::NoUser { subject },
            Self::NameTaken { name, subject } => OidcError::NameTaken { name, subject },
            Self::NoRights => OidcError::NoRights,
            Self::Disabled => OidcError::Disabled,
            Self::NoRoom => OidcError::NoRoom,
            Self::Storage(error) => error.into(),
        }
    }
}
