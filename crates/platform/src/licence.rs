//! The licence of an installation (接入路数授权): how many cameras may be on, and until when.
//!
//! It limits what is added and switched on, and nothing else: whatever is on already plays, steers and patrols for ever, without a
//! licence, with one that has ended and with one that is too small.

mod document;
mod error;
mod key;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use db::{Database, LicenceRow};

pub use document::{Document, MAX_DOCUMENT, Terms, today};
pub use error::LicenceError;
pub use jiff::civil::Date;
pub use key::{InvalidKey, IssuerKey, SigningKey};

use crate::clock::WallClock;

/// Cameras that may be on without a licence.
pub const FREE_CHANNELS: usize = 10_000;
/// Days before its end from which a licence is warned of.
pub const WARN_DAYS: i64 = 30;
/// Between notes of the time at which the server ran with its licence.
const NOTE_EVERY: Duration = Duration::from_secs(600);
const DAY_S: i64 = 86_400;

/// How it stands with the licence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is none.
    None,
    /// In force.
    Valid,
    /// In force, and within [`WARN_DAYS`] of its end.
    Ending,
    /// Past its end.
    Ended,
    /// Stored, and not believed: the issuer's key is missing or another one.
    Unverified,
}

impl State {
    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Valid => "valid",
            Self::Ending => "ending",
            Self::Ended => "ended",
            Self::Unverified => "unverified",
        }
    }
}

/// What holds now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// How it stands.
    pub state: State,
    /// Cameras that may be on.
    pub limit: usize,
    /// What the licence says; none without one, and for one that is not believed.
    pub terms: Option<Terms>,
    /// Whole days until its end, for one that has an end that is ahead.
    pub days_left: Option<i64>,
    /// Why it is not believed.
    pub why: Option<String>,
    /// Whether an issuer's key is configured.
    pub has_issuer: bool,
}

/// What is stored, as it was judged with the present key.
struct Held {
    row: LicenceRow,
    terms: Result<Terms, LicenceError>,
}

/// The licence of one installation.
pub struct Licence {
    database: Database,
    clock: Arc<WallClock>,
    issuer: RwLock<Option<IssuerKey>>,
    held: Mutex<Option<Held>>,
    /// One change at a time.
    changes: crate::turn::Turns,
}

impl std::fmt::Debug for Licence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Licence(..)")
    }
}

impl Licence {
    /// Reads what is stored. One that is not believed is kept and shown, and the server starts all the same.
    ///
    /// # Errors
    /// [`LicenceError::Storage`].
    pub async fn open(
        database: Database,
        clock: Arc<WallClock>,
        issuer: Option<IssuerKey>,
    ) -> Result<Self, LicenceError> {
        let held = database.licence().await?.map(|row| Held { terms: judge(&row.text, issuer.as_ref()), row });
        let changes = crate::turn::Turns::default();
        Ok(Self { database, clock, issuer: RwLock::new(issuer), held: Mutex::new(held), changes })
    }

    /// Takes another issuer's key; what is stored is judged by it.
    pub fn set_issuer(&self, issuer: Option<IssuerKey>) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(held) = held.as_mut() {
            held.terms = judge(&held.row.text, issuer.as_ref());
        }
        *self.issuer.write().unwrap_or_else(PoisonError::into_inner) = issuer;
    }

    /// Takes a licence in the place of the one before.
    ///
    /// # Errors
    /// When it is not genuine, not of this time, or cannot be stored.
    pub async fn put(&self, text: &str) -> Result<Terms, LicenceError> {
        let _one_at_a_time = self.changes.next().await?;
        let issuer = self.issuer.read().unwrap_or_else(PoisonError::into_inner).clone();
        let terms = judge(text, issuer.as_ref())?;
        let now = self.now();
        // A day of patience: the issuer may be in another time zone.
        if terms.issued_at() > now + DAY_S {
            return Err(LicenceError::NotYet { issued: terms.issued.to_string() });
        }
        if terms.ends_at().is_some_and(|end| end <= now) {
            return Err(LicenceError::Ended { expires: terms.expires_text() });
        }
        // Handing a licence in is done by a person and written down: it sets the latest time seen, also back, so that a clock that
        // once ran ahead does no harm that cannot be undone.
        let row = LicenceRow { text: text.to_owned(), put_at: now, seen_at: now };
        self.database.put_licence(&row).await?;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = Some(Held { row, terms: Ok(terms.clone()) });
        Ok(terms)
    }

    /// Forgets the licence; `false` when there is none.
    ///
    /// # Errors
    /// [`LicenceError::Storage`].
    pub async fn remove(&self) -> Result<bool, LicenceError> {
        let _one_at_a_time = self.changes.next().await?;
        let there = self.database.remove_licence().await?;
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = None;
        Ok(there)
    }

    /// What holds now.
    pub fn standing(&self) -> Standing {
        let has_issuer = self.issuer.read().unwrap_or_else(PoisonError::into_inner).is_some();
        let none =
            Standing { state: State::None, limit: FREE_CHANNELS, terms: None, days_left: None, why: None, has_issuer };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(Held { row, terms }) = held.as_mut() else { return none };
        row.seen_at = row.seen_at.max(self.now());
        match terms {
            // It cannot be earlier than the day of issue either, whatever the clock says.
            Ok(terms) => Standing { has_issuer, ..standing(terms, row.seen_at.max(terms.issued_at())) },
            Err(error) => Standing { state: State::Unverified, why: Some(error.to_string()), ..none },
        }
    }

    /// Cameras that may be on.
    pub fn limit(&self) -> usize {
        self.standing().limit
    }

    /// Notes again and again that the server runs with its licence, so that the time seen survives a restart.
    pub async fn keep(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(NOTE_EVERY);
        loop {
            ticks.tick().await;
            if self.standing().state == State::None {
                continue;
            }
            if let Err(error) = self.database.see_licence(self.now()).await {
                tracing::debug!(%error, "The time cannot be noted for the licence.");
            }
        }
    }

    fn now(&self) -> i64 {
        self.clock.now().timestamp().as_second()
    }
}

fn judge(text: &str, issuer: Option<&IssuerKey>) -> Result<Terms, LicenceError> {
    let document = Document::parse(text)?;
    document.verify(issuer.ok_or(LicenceError::NoIssuer)?)?;
    Ok(document.terms)
}

/// What terms mean at a time.
fn standing(terms: &Terms, now: i64) -> Standing {
    let left_s = terms.ends_at().map(|end| end - now);
    let state = match left_s {
        Some(left) if left <= 0 => State::Ended,
        Some(left) if left <= WARN_DAYS * DAY_S => State::Ending,
        _ => State::Valid,
    };
    let limit = if state == State::Ended { terms.channels.min(FREE_CHANNELS) } else { terms.channels };
    let days_left = left_s.filter(|left| *left > 0).map(|left| left / DAY_S);
    Standing { state, limit, terms: Some(terms.clone()), days_left, why: None, has_issuer: true }
}
