//! Viewers of HLS: each a session of the hub that lives as long as it asks.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use hub::Session;
use sha2::{Digest, Sha256};
use tokio::sync::OwnedSemaphorePermit;

/// A viewer that asks for nothing for so many target durations is gone.
const QUIET_TARGETS: u32 = 3;
/// At least this long, for players that pause for a moment.
const LEAST_QUIET: Duration = Duration::from_secs(10);

/// 128 random bits: whoever knows them may watch.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionId(u128);

impl SessionId {
    /// The session of all who show a token: who knows the token knows the session, and nobody else.
    pub(super) fn of_token(token: &str) -> Self {
        let digest = Sha256::digest(token);
        Self(digest.iter().take(16).fold(0, |id, byte| id << 8 | u128::from(*byte)))
    }
}

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
    last_seen: Mutex<Instant>,
    /// Its place among all viewers of HLS.
    _place: OwnedSemaphorePermit,
}

impl HlsSession {
    pub(super) fn new(session: Arc<Session>, place: OwnedSemaphorePermit) -> Self {
        Self { session, last_seen: Mutex::new(Instant::now()), _place: place }
    }

    fn last_seen(&self) -> MutexGuard<'_, Instant> {
        self.last_seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.session.sent(bytes as u64, 0);
    }

    fn is_over(&self, target: Duration) -> bool {
        let quiet = self.last_seen().elapsed();
        self.session.is_over(SystemTime::now()) || quiet > LEAST_QUIET.max(target * QUIET_TARGETS)
    }
}

/// The viewers of one packager.
#[derive(Default)]
pub(super) struct Sessions {
    by_id: Mutex<HashMap<SessionId, Arc<HlsSession>>>,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<HlsSession>>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add(&self, session: HlsSession) -> SessionId {
        let id = SessionId(rand::random());
        self.put(id, session);
        id
    }

    pub(super) fn put(&self, id: SessionId, session: HlsSession) {
        self.lock().insert(id, Arc::new(session));
    }

    /// A session that is not over; it is heard of now. `target` is `EXT-X-TARGETDURATION`.
    pub(super) fn find(&self, id: SessionId, target: Duration) -> Option<Arc<HlsSession>> {
        let mut by_id = self.lock();
        let session = Arc::clone(by_id.get(&id)?);
        if session.is_over(target) {
            by_id.remove(&id);
            return None;
        }
        *session.last_seen() = Instant::now();
        Some(session)
    }

    /// Forgets those that are over.
    pub(super) fn sweep(&self, target: Duration) {
        self.lock().retain(|_, session| !session.is_over(target));
    }
}
