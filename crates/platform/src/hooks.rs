//! Web hooks: other systems are asked (may this session publish or play? where is this stream?) and told (streams
//! that come and go, sessions that ended, sources that fail).
//!
//! Bodies are JSON, signed with the hook's secret (see [`verify`]). **Questions** wait for the answer within the
//! hook's time-out; what holds without one is the hook's `on_failure`. **Notices** are stored before they are
//! sent, go out in order, at least once, and are tried again with back-off for a day.

pub mod access;
mod ask;
mod deliver;
mod message;
mod provider;
mod watch;

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use base::ErrorKind;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use db::{Database, DbError, DeliveryRow, HookRow};
use futures_util::future::BoxFuture;
use hub::StreamKey;
use tokio::sync::{Notify, Semaphore, mpsc};

pub use ask::{NamedSource, NoViewers};
pub use message::verify;
pub use provider::{HookProvider, SourceStarter};

use crate::applications::Applications;
use crate::pattern::{BadPattern, Pattern};
use crate::unix_now;

/// Hooks at a time.
pub const MAX_HOOKS: usize = 100;
/// Longest URL.
const MAX_URL_LEN: usize = 2048;
/// Range of a hook's time-out.
const TIMEOUTS: std::ops::RangeInclusive<u64> = 100..=30_000;
/// Questions that are under way at a time; further ones wait, and their time-out runs.
const PARALLEL_QUESTIONS: usize = 256;
/// Notices on their way to the database; further ones are dropped and counted.
const NOTICE_QUEUE: usize = 8192;

/// What a hook may be called for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookEvent {
    /// Question: may this session publish?
    Publish,
    /// Question: may this session play?
    Play,
    /// Question: nobody knows this stream; where is it?
    NotFound,
    /// Question: nobody has watched this stream for a while; shall it be closed?
    NoViewers,
    /// A stream came up.
    StreamUp,
    /// A stream ended.
    StreamDown,
    /// A source failed.
    SourceFailed,
    /// Sessions ended: who, what, how long, how many bytes.
    SessionsEnded,
    /// The server has started.
    ServerStarted,
    /// The server is alive; once a minute, never repeated.
    Keepalive,
}

impl HookEvent {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::Publish,
        Self::Play,
        Self::NotFound,
        Self::NoViewers,
        Self::StreamUp,
        Self::StreamDown,
        Self::SourceFailed,
        Self::SessionsEnded,
        Self::ServerStarted,
        Self::Keepalive,
    ];

    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Publish => "publish",
            Self::Play => "play",
            Self::NotFound => "not_found",
            Self::NoViewers => "no_viewers",
            Self::StreamUp => "stream_up",
            Self::StreamDown => "stream_down",
            Self::SourceFailed => "source_failed",
            Self::SessionsEnded => "sessions_ended",
            Self::ServerStarted => "server_started",
            Self::Keepalive => "keepalive",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|each| each.as_str() == text)
    }

    /// Whether somebody waits for the answer, which decides.
    pub const fn is_question(self) -> bool {
        matches!(self, Self::Publish | Self::Play | Self::NotFound | Self::NoViewers)
    }
}

/// One hook.
#[derive(Clone)]
pub struct Hook {
    /// Chosen by the database.
    pub id: i64,
    /// Where events are posted.
    pub url: String,
    /// For which events.
    pub events: Vec<HookEvent>,
    /// For which streams; events of the server itself always go out.
    pub pattern: Pattern,
    /// How long an answer may take.
    pub timeout: Duration,
    /// Whether a question without an answer is taken for a yes.
    pub allow_on_failure: bool,
    /// Whether it is called.
    pub enabled: bool,
    /// Unix seconds.
    pub created_at: i64,
    secret: String,
}

impl std::fmt::Debug for Hook {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let url = self.url.split('?').next().unwrap_or_default();
        f.debug_struct("Hook").field("id", &self.id).field("url", &url).finish_non_exhaustive()
    }
}

impl Hook {
    fn wants(&self, event: HookEvent, key: Option<&StreamKey>) -> bool {
        self.enabled && self.events.contains(&event) && key.is_none_or(|key| self.pattern.fits(key))
    }
}

/// What is typed to make or change a hook.
#[derive(Clone, Debug)]
pub struct HookInput {
    /// `http://` or `https://`.
    pub url: String,
    /// Names of events.
    pub events: Vec<String>,
    /// Which streams.
    pub pattern: String,
    /// How long an answer may take, in milliseconds: 100 to 30,000.
    pub timeout_ms: u64,
    /// "deny" or "allow".
    pub on_failure: String,
    /// Whether it is called.
    pub enabled: bool,
}

/// Why a request about hooks failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HookError {
    /// The pattern is not one.
    #[error(transparent)]
    Pattern(#[from] BadPattern),
    /// The URL is not usable.
    #[error("A hook's URL begins with http:// or https:// and has at most {MAX_URL_LEN} characters.")]
    Url,
    /// An event is not known, or none is named.
    #[error("Name at least one event of: {}.", HookEvent::ALL.map(HookEvent::as_str).join(", "))]
    Events,
    /// The time-out is out of range.
    #[error("The time-out is {} to {} ms.", TIMEOUTS.start(), TIMEOUTS.end())]
    Timeout,
    /// The word for what holds without an answer is not known.
    #[error("on_failure is deny or allow.")]
    OnFailure,
    /// A question cannot be asked again.
    #[error("A question is not asked again: nobody waits for its answer any more.")]
    Question,
    /// No such hook or delivery.
    #[error("There is no such hook.")]
    NotFound,
    /// [`MAX_HOOKS`] exist.
    #[error("There are {MAX_HOOKS} hooks already.")]
    TooMany,
    /// Storage failed.
    #[error("The hooks cannot be read or written: {0}.")]
    Storage(#[from] DbError),
}

impl HookError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Pattern(_) | Self::Url | Self::Events | Self::Timeout | Self::OnFailure => ErrorKind::InvalidInput,
            Self::Question => ErrorKind::Conflict,
            Self::NotFound => ErrorKind::NotFound,
            Self::TooMany => ErrorKind::Exhausted,
            Self::Storage(error) => error.kind(),
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Pattern(_) => Some("pattern"),
            Self::Url => Some("url"),
            Self::Events => Some("events"),
            Self::Timeout => Some("timeout_ms"),
            Self::OnFailure => Some("on_failure"),
            _ => None,
        }
    }
}

/// One request to another system.
#[derive(Clone, Debug)]
pub struct HookCall {
    /// Where to.
    pub url: String,
    /// Headers besides the usual ones.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// Its answer.
#[derive(Clone, Debug)]
pub struct HookReply {
    /// HTTP status.
    pub status: u16,
    /// At most 64 KiB.
    pub body: Vec<u8>,
}

/// Posts what hooks are to be told; the binary brings one that speaks HTTP. Redirects are not followed.
pub trait HookSender: Send + Sync {
    /// Posts and waits for the answer, or a sentence that says why there is none. The caller drops the future when
    /// that takes too long.
    fn call(&self, call: HookCall) -> BoxFuture<'_, Result<HookReply, String>>;
}

/// All hooks.
pub struct Hooks {
    database: Database,
    sender: Arc<dyn HookSender>,
    server_id: String,
    rules: Arc<Applications>,
    hooks: RwLock<Arc<[Hook]>>,
    questions: Semaphore,
    notices: mpsc::Sender<DeliveryRow>,
    /// Taken by [`Hooks::run`].
    outbox: std::sync::Mutex<Option<mpsc::Receiver<DeliveryRow>>>,
    dropped: AtomicU64,
    /// Rung when there is something to deliver or a hook has changed.
    bell: Notify,
}

impl std::fmt::Debug for Hooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Hooks").field("hooks", &self.hooks()).finish_non_exhaustive()
    }
}

impl Hooks {
    /// Reads the stored hooks. `server_id` tells servers apart in what hooks are told; `rules` say which streams are to
    /// be recorded.
    ///
    /// # Errors
    /// [`HookError::Storage`].
    pub async fn open(
        database: Database,
        sender: Arc<dyn HookSender>,
        server_id: String,
        rules: Arc<Applications>,
    ) -> Result<Arc<Self>, HookError> {
        let (notices, outbox) = mpsc::channel(NOTICE_QUEUE);
        let hooks = Self {
            database,
            sender,
            server_id,
            rules,
            hooks: RwLock::new(Arc::new([])),
            questions: Semaphore::new(PARALLEL_QUESTIONS),
            notices,
            outbox: std::sync::Mutex::new(Some(outbox)),
            dropped: AtomicU64::new(0),
            bell: Notify::new(),
        };
        hooks.read().await?;
        Ok(Arc::new(hooks))
    }

    async fn read(&self) -> Result<(), HookError> {
        let rows = self.database.hooks().await?;
        let hooks: Vec<Hook> = rows.iter().map(hook).collect::<Result<_, _>>()?;
        *self.hooks.write().unwrap_or_else(PoisonError::into_inner) = hooks.into();
        self.bell.notify_waiters();
        Ok(())
    }

    /// All hooks in the order in which they were made.
    pub fn hooks(&self) -> Arc<[Hook]> {
        Arc::clone(&self.hooks.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn find(&self, id: i64) -> Option<Hook> {
        self.hooks().iter().find(|hook| hook.id == id).cloned()
    }

    fn wanting(&self, event: HookEvent, key: Option<&StreamKey>) -> Vec<Hook> {
        self.hooks().iter().filter(|hook| hook.wants(event, key)).cloned().collect()
    }

    /// Adds a hook and returns it with its secret, which is never shown again.
    ///
    /// # Errors
    /// When what was typed is not valid.
    pub async fn add(&self, input: &HookInput) -> Result<(Hook, String), HookError> {
        if self.hooks().len() >= MAX_HOOKS {
            return Err(HookError::TooMany);
        }
        let mut row = checked(input)?;
        row.secret = new_secret();
        row.created_at = unix_now();
        row.id = self.database.add_hook(&row).await?;
        self.read().await?;
        Ok((hook(&row)?, row.secret))
    }

    /// Changes a hook; its secret stays.
    ///
    /// # Errors
    /// When what was typed is not valid or the hook does not exist.
    pub async fn change(&self, id: i64, input: &HookInput) -> Result<Hook, HookError> {
        let old = self.find(id).ok_or(HookError::NotFound)?;
        let row = HookRow { id, secret: old.secret, created_at: old.created_at, ..checked(input)? };
        self.store(&row).await
    }

    /// Gives a hook a new secret and returns it.
    ///
    /// # Errors
    /// When the hook does not exist.
    pub async fn renew_secret(&self, id: i64) -> Result<String, HookError> {
        let rows = self.database.hooks().await?;
        let mut row = rows.into_iter().find(|row| row.id == id).ok_or(HookError::NotFound)?;
        row.secret = new_secret();
        self.store(&row).await?;
        Ok(row.secret)
    }

    async fn store(&self, row: &HookRow) -> Result<Hook, HookError> {
        if !self.database.update_hook(row).await? {
            return Err(HookError::NotFound);
        }
        self.read().await?;
        hook(row)
    }

    /// Removes a hook with everything that waits for it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn remove(&self, id: i64) -> Result<(), HookError> {
        if !self.database.remove_hook(id).await? {
            return Err(HookError::NotFound);
        }
        self.read().await
    }
}

/// 32 random bytes, recognisable as what they are.
fn new_secret() -> String {
    format!("whsec_{}", URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
}

fn checked(input: &HookInput) -> Result<HookRow, HookError> {
    let url = input.url.trim();
    if url.len() > MAX_URL_LEN || !(url.starts_with("http://") || url.starts_with("https://")) {
        return Err(HookError::Url);
    }
    let pattern: Pattern = input.pattern.parse()?;
    let events: Option<Vec<_>> = input.events.iter().map(|word| HookEvent::parse(word)).collect();
    let mut events = events.filter(|events| !events.is_empty()).ok_or(HookError::Events)?;
    events.sort_unstable();
    events.dedup();
    if !TIMEOUTS.contains(&input.timeout_ms) {
        return Err(HookError::Timeout);
    }
    if !matches!(input.on_failure.as_str(), "deny" | "allow") {
        return Err(HookError::OnFailure);
    }
    Ok(HookRow {
        id: 0,
        url: url.to_owned(),
        secret: String::new(),
        events: events.into_iter().map(HookEvent::as_str).collect::<Vec<_>>().join(","),
        pattern: pattern.to_string(),
        timeout_ms: i64::try_from(input.timeout_ms).unwrap_or(i64::MAX),
        on_failure: input.on_failure.clone(),
        enabled: input.enabled,
        created_at: 0,
    })
}

fn hook(row: &HookRow) -> Result<Hook, HookError> {
    Ok(Hook {
        id: row.id,
        url: row.url.clone(),
        events: row.events.split(',').filter_map(HookEvent::parse).collect(),
        pattern: row.pattern.parse()?,
        timeout: Duration::from_millis(u64::try_from(row.timeout_ms).unwrap_or(0)),
        allow_on_failure: row.on_failure == "allow",
        enabled: row.enabled,
        created_at: row.created_at,
        secret: row.secret.clone(),
    })
}

#[cfg(test)]
mod tests;
