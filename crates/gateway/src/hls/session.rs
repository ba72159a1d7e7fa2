//! Viewers of HLS: each a session of the hub that lives as long as it asks.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
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
    /// A viewer's own.
    pub(super) fn random() -> Self {
        Self(rand::random())
    }

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

/// Who asks for a manifest without naming a session: players that do not know `Location` do each time.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Asker {
    pub(super) token: Option<String>,
    pub(super) address: IpAddr,
    pub(super) user_agent: Option<String>,
}

/// One viewer.
pub(super) struct HlsSession {
    /// Whether it names itself when it asks for a manifest again, so that another one that looks the same is not it.
    names_itself: AtomicBool,
    session: Arc<Session>,
    last_seen: Mutex<Instant>,
    /// Its place among all viewers of HLS.
    _place: OwnedSemaphorePermit,
}

impl HlsSession {
    pub(super) fn new(session: Arc<Session>, place: OwnedSemaphorePermit) -> Self {
        Self { names_itself: AtomicBool::new(false), session, last_seen: Mutex::new(Instant::now()), _place: place }
    }

    fn last_seen(&self) -> MutexGuard<'_, Instant> {
        self.last_seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sent(&self, bytes: usize) {
        self.session.sent(bytes as u64, 0);
    }

    /// It asked for a manifest by its session.
    pub(super) fn named_itself(&self) {
        self.names_itself.store(true, Ordering::Relaxed);
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
    by_asker: Mutex<HashMap<Asker, SessionId>>,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, HashMap<SessionId, Arc<HlsSession>>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn askers(&self) -> MutexGuard<'_, HashMap<Asker, SessionId>> {
        self.by_asker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a session that another packager of the stream has too.
    pub(super) fn join(&self, id: SessionId, session: &Arc<HlsSession>) {
        self.lock().entry(id).or_insert_with(|| Arc::clone(session));
    }

    /// Remembers who has a session.
    pub(super) fn remember(&self, asker: Asker, id: SessionId) {
        self.askers().insert(asker, id);
    }

    /// The session of a player that asks again as if for the first time.
    pub(super) fn of(&self, asker: &Asker, target: Duration) -> Option<(SessionId, Arc<HlsSession>)> {
        let id = *self.askers().get(asker)?;
        let session = self.find(id, target)?;
        (!session.names_itself.load(Ordering::Relaxed)).then_some((id, session))
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
        let mut by_id = self.lock();
        by_id.retain(|_, session| !session.is_over(target));
        self.askers().retain(|_, id| by_id.contains_key(id));
    }
}
