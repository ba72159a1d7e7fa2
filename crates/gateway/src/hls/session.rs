//! Viewers of HLS: each a session of the hub that lives as long as it asks.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use hub::{Session, StreamKey};

use super::packager::Packager;
use super::request::Kind;

/// Sessions at a time.
const MAX_SESSIONS: usize = 200_000;
/// A viewer that asks for nothing for so many target durations is gone.
const QUIET_TARGETS: u32 = 3;
/// At least this long, for players that pause for a moment.
const LEAST_QUIET: Duration = Duration::from_secs(10);

/// 128 random bits: whoever knows them may watch.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionId(u128);

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionId(..)")
    }
}

impl FromStr for SessionId {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.len() != 32 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(());
        }
        u128::from_str_radix(text, 16).map(Self).map_err(|_| ())
    }
}

/// One viewer.
pub(super) struct HlsSession {
    session: Arc<Session>,
    packager: Arc<Packager>,
    last_seen: Mutex<Instant>,
}

impl HlsSession {
    pub(super) fn new(session: Arc<Session>, packager: Arc<Packager>) -> Self {
        Self { session, packager, last_seen: Mutex::new(Instant::now()) }
    }

    pub(super) const fn packager(&self) -> &Arc<Packager> {
        &self.packager
    }

    pub(super) fn is_for(&self, key: &StreamKey, kind: Kind) -> bool {
        self.session.key() == key && self.packager.kind() == kind
    }

    pub(super) fn touch(&self) {
        *self.last_seen.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.session.sent(bytes as u64, 0);
    }

    fn is_over(&self, now: Instant, wall: SystemTime) -> bool {
        let quiet = now.saturating_duration_since(*self.last_seen.lock().unwrap_or_else(PoisonError::into_inner));
        self.session.is_over(wall) || quiet > LEAST_QUIET.max(self.packager.target() * QUIET_TARGETS)
    }
}

/// All viewers of HLS.
#[derive(Default)]
pub(super) struct Sessions {
    by_id: Mutex<HashMap<SessionId, Arc<HlsSession>>>,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<HlsSession>>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` when [`MAX_SESSIONS`] exist.
    pub(super) fn add(&self, session: HlsSession) -> Option<SessionId> {
        let mut by_id = self.lock();
        if by_id.len() >= MAX_SESSIONS {
            return None;
        }
        let id = SessionId(rand::random());
        by_id.insert(id, Arc::new(session));
        Some(id)
    }

    /// A session that is not over.
    pub(super) fn find(&self, id: SessionId) -> Option<Arc<HlsSession>> {
        let session = self.lock().get(&id).cloned()?;
        if session.is_over(Instant::now(), SystemTime::now()) {
            self.lock().remove(&id);
            return None;
        }
        Some(session)
    }

    /// Forgets the viewers of a packager that are over; all of them when it is.
    pub(super) fn sweep(&self, packager: &Arc<Packager>, all: bool) {
        let (now, wall) = (Instant::now(), SystemTime::now());
        self.lock()
            .retain(|_, session| !Arc::ptr_eq(&session.packager, packager) || !all && !session.is_over(now, wall));
    }
}
