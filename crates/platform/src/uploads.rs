//! Pictures on their way to other systems: kept until they are taken there, tried again with growing pauses.
//!
//! Each target has a queue of its own in the database, of at most [`MAX_WAITING`] pictures, and is served by one task
//! while something is due; one that does not answer holds up no other.

mod target;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::{Backoff, ErrorKind};
use bytes::Bytes;
use db::{Changed, Database, DbError, SnapshotRow, UploadRow};
use futures_util::future::BoxFuture;
use tokio::sync::Notify;

pub use target::{Target, TargetInput, UploadKind};

use crate::snapshots::{SnapshotError, Snapshots};
use crate::{unix_now, unix_now_ms};

/// Pictures that wait for one target; the oldest are dropped beyond it.
pub const MAX_WAITING: i64 = 10_000;
/// Targets at a time.
pub const MAX_TARGETS: usize = 50;
const FIRST_DELAY: Duration = Duration::from_secs(2);
const MAX_DELAY: Duration = Duration::from_secs(300);
/// A picture is given up when it has waited so long.
const GIVE_UP_AFTER_MS: i64 = 24 * 3600 * 1000;
/// How long one attempt may take.
const ATTEMPT_PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at what is due.
const LOOK_PAUSE: Duration = Duration::from_secs(1);

/// Why something about targets was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum UploadError {
    /// A field is wrong.
    #[error("{text}")]
    Field {
        /// Which.
        field: &'static str,
        /// A sentence.
        text: String,
    },
    /// The name is taken.
    #[error("There is a target of this name already.")]
    Exists,
    /// [`MAX_TARGETS`] exist.
    #[error("There are {MAX_TARGETS} targets already.")]
    TooMany,
    /// No such target.
    #[error("There is no such target.")]
    NotFound,
    /// Somebody else changed it.
    #[error("Somebody else changed it meanwhile; look at it again.")]
    Stale,
    /// It is switched off.
    #[error("This target is switched off; enable it first.")]
    Off,
    /// Plans send to it.
    #[error("Plans send to this target; change them first.")]
    InUse,
    /// Storage failed.
    #[error("The targets cannot be read or written: {0}.")]
    Storage(#[source] DbError),
}

impl UploadError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Field { .. } => ErrorKind::InvalidInput,
            Self::Exists | Self::Stale | Self::InUse | Self::Off => ErrorKind::Conflict,
            Self::TooMany => ErrorKind::Exhausted,
            Self::NotFound => ErrorKind::NotFound,
            Self::Storage(error) => error.kind(),
        }
    }

    /// The field that it is about.
    pub const fn field(&self) -> Option<&'static str> {
        match self {
            Self::Field { field, .. } => Some(field),
            Self::Exists => Some("name"),
            _ => None,
        }
    }

    fn field_of(field: &'static str, text: impl Into<String>) -> Self {
        Self::Field { field, text: text.into() }
    }
}

impl From<DbError> for UploadError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Exists => Self::Exists,
            DbError::InUse => Self::InUse,
            other => Self::Storage(other),
        }
    }
}

/// One picture as it is sent.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// Where exactly, without credentials.
    pub url: String,
    /// Of the file.
    pub content_type: &'static str,
    /// For forms and for targets that are folders.
    pub file_name: String,
    /// What it is of: names and values.
    pub facts: Vec<(&'static str, String)>,
    /// The file.
    pub bytes: Bytes,
}

/// Sends pictures over the network.
pub trait UploadSender: Send + Sync {
    /// Says what is wrong with a URL for this kind of target.
    fn check(&self, kind: UploadKind, url: &str) -> Result<(), String>;

    /// Sends one; an error is a sentence.
    fn send<'a>(&'a self, target: &'a Target, parcel: Parcel) -> BoxFuture<'a, Result<(), String>>;
}

/// What came of sending to a target since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TargetStatus {
    /// Pictures that were taken there.
    pub sent: u64,
    /// Attempts that failed.
    pub failures: u64,
    /// Pictures that were dropped because too many waited, or given up.
    pub lost: u64,
    /// Unix milliseconds of the last success.
    pub last_sent_ms: Option<i64>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
}

/// All targets with their queues.
pub struct Uploads {
    database: Database,
    snapshots: Arc<Snapshots>,
    sender: Arc<dyn UploadSender>,
    status: Mutex<HashMap<i64, TargetStatus>>,
    backoffs: Mutex<HashMap<i64, Backoff>>,
    busy: Mutex<HashSet<i64>>,
    bell: Notify,
    changes: crate::turn::Turns,
}

impl std::fmt::Debug for Uploads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Uploads").field("status", &self.status).finish_non_exhaustive()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Uploads {
    /// Sends nothing until [`Uploads::run`].
    pub fn new(database: Database, snapshots: Arc<Snapshots>, sender: Arc<dyn UploadSender>) -> Arc<Self> {
        Arc::new(Self {
            database,
            snapshots,
            sender,
            status: Mutex::default(),
            backoffs: Mutex::default(),
            busy: Mutex::default(),
            bell: Notify::new(),
            changes: crate::turn::Turns::default(),
        })
    }

    /// All targets by name.
    ///
    /// # Errors
    /// [`UploadError::Storage`].
    pub async fn targets(&self) -> Result<Vec<Target>, UploadError> {
        Ok(self.database.upload_targets().await?.into_iter().filter_map(Target::of_row).collect())
    }

    /// One target.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find(&self, id: i64) -> Result<Target, UploadError> {
        self.targets().await?.into_iter().find(|target| target.id == id).ok_or(UploadError::NotFound)
    }

    /// What came of sending to it since the start, and how many pictures wait.
    ///
    /// # Errors
    /// [`UploadError::Storage`].
    pub async fn status(&self, id: i64) -> Result<(TargetStatus, i64), UploadError> {
        let waiting = self.database.uploads_waiting(id).await?;
        Ok((lock(&self.status).get(&id).cloned().unwrap_or_default(), waiting))
    }

    /// Adds a target.
    ///
    /// # Errors
    /// When something about it is wrong or its name is taken.
    pub async fn add(&self, input: TargetInput) -> Result<Target, UploadError> {
        let mut target = Target::checked(input, None, &*self.sender)?;
        let _alone = self.changes.next().await?;
        if self.database.upload_targets().await?.len() >= MAX_TARGETS {
            return Err(UploadError::TooMany);
        }
        target.created_at = unix_now();
        target.id = self.database.add_upload_target(&target.to_row()).await?;
        Ok(target)
    }

    /// Changes the target that still has `version`. Secrets that are absent are kept.
    ///
    /// # Errors
    /// As for adding one, or when it is gone or was changed.
    pub async fn change(&self, id: i64, version: i64, input: TargetInput) -> Result<Target, UploadError> {
        let stored = self.find(id).await?;
        // Its secrets are not kept for another server, but it stays the one that it is.
        let checked = Target::checked(input, Some(&stored), &*self.sender)?;
        let target = Target { id, version, created_at: stored.created_at, ..checked };
        match self.database.update_upload_target(&target.to_row()).await? {
            Changed::Done => {}
            Changed::Stale => return Err(UploadError::Stale),
            Changed::Missing => return Err(UploadError::NotFound),
        }
        // It may be reachable now.
        self.hurry(id).await?;
        self.find(id).await
    }

    /// Removes a target with what waits for it.
    ///
    /// # Errors
    /// When there is none or plans send to it.
    pub async fn remove(&self, id: i64) -> Result<(), UploadError> {
        if !self.database.remove_upload_target(id).await? {
            return Err(UploadError::NotFound);
        }
        lock(&self.status).remove(&id);
        Ok(())
    }

    /// Has a picture sent.
    ///
    /// # Errors
    /// [`UploadError::Storage`], or when the target is gone.
    pub async fn enqueue(&self, snapshot: i64, target: i64) -> Result<(), UploadError> {
        let dropped = self.database.add_upload(snapshot, target, unix_now_ms(), MAX_WAITING).await?;
        if dropped > 0 {
            lock(&self.status).entry(target).or_default().lost += dropped;
            tracing::warn!(
                target_id = target,
                dropped,
                "Too many pictures wait for a target; the oldest were dropped."
            );
        }
        self.bell.notify_one();
        Ok(())
    }

    /// Tries what waits for a target now instead of later.
    ///
    /// # Errors
    /// When there is none, or it is switched off: nothing would be tried.
    pub async fn retry(&self, id: i64) -> Result<Target, UploadError> {
        let target = self.find(id).await?;
        if !target.enabled {
            return Err(UploadError::Off);
        }
        self.hurry(id).await?;
        Ok(target)
    }

    async fn hurry(&self, id: i64) -> Result<(), UploadError> {
        lock(&self.backoffs).remove(&id);
        self.database.hurry_uploads(id, unix_now_ms()).await?;
        self.bell.notify_one();
        Ok(())
    }

    /// Sends one picture now, past the queue.
    ///
    /// # Errors
    /// Why it was not taken, as a sentence.
    pub async fn send_now(&self, target: &Target, row: &SnapshotRow) -> Result<(), String> {
        let bytes = self.snapshots.file(row).await.map_err(|error| error.to_string())?;
        let sending = self.sender.send(target, target.parcel(row, bytes));
        tokio::time::timeout(ATTEMPT_PATIENCE, sending).await.unwrap_or_else(|_| Err("No answer in time.".to_owned()))
    }

    /// Sends what is due until dropped. One task runs it.
    pub async fn run(self: Arc<Self>) {
        loop {
            match self.database.targets_with_uploads(unix_now_ms()).await {
                Ok(targets) => {
                    for id in targets.into_iter().filter(|id| lock(&self.busy).insert(*id)) {
                        tokio::spawn(Arc::clone(&self).serve(id));
                    }
                }
                Err(error) => tracing::error!(%error, "Pictures that wait to be sent cannot be read; trying again."),
            }
            let _either = tokio::time::timeout(LOOK_PAUSE, self.bell.notified()).await;
        }
    }

    /// Sends what waits for one target until nothing is due or an attempt fails.
    async fn serve(self: Arc<Self>, id: i64) {
        loop {
            match self.serve_one(id).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, "Pictures that wait to be sent cannot be read; trying again.");
                    break;
                }
            }
        }
        lock(&self.busy).remove(&id);
    }

    /// Whether there may be another one.
    async fn serve_one(&self, id: i64) -> Result<bool, UploadError> {
        let target = self.find(id).await?;
        if !target.enabled {
            return Ok(false);
        }
        let Some(upload) = self.database.next_upload(id, unix_now_ms()).await? else { return Ok(false) };
        let row = match self.snapshots.find(upload.snapshot_id).await {
            Ok(row) => row,
            Err(SnapshotError::NotFound) => {
                self.database.remove_upload(upload.id).await?;
                return Ok(true);
            }
            Err(_) => return Ok(false),
        };
        match self.send_now(&target, &row).await {
            Ok(()) => {
                self.database.remove_upload(upload.id).await?;
                lock(&self.backoffs).remove(&id);
                let mut status = lock(&self.status);
                let status = status.entry(id).or_default();
                status.sent += 1;
                status.last_sent_ms = Some(unix_now_ms());
                status.last_error = None;
                Ok(true)
            }
            Err(reason) => {
                self.note_failure(&target, upload, reason).await?;
                Ok(false)
            }
        }
    }

    async fn note_failure(&self, target: &Target, upload: UploadRow, reason: String) -> Result<(), UploadError> {
        tracing::warn!(target = target.name, reason, attempts = upload.attempts + 1, "A picture was not sent.");
        let delay = lock(&self.backoffs)
            .entry(target.id)
            .or_insert_with(|| Backoff::new(FIRST_DELAY, MAX_DELAY))
            .next_delay(rand::random());
        let given_up = unix_now_ms() - upload.created_at_ms > GIVE_UP_AFTER_MS;
        {
            let mut status = lock(&self.status);
            let status = status.entry(target.id).or_default();
            status.failures += 1;
            status.lost += u64::from(given_up);
            status.last_error = Some(reason);
        }
        if given_up {
            self.database.remove_upload(upload.id).await?;
        }
        let at_ms = unix_now_ms() + i64::try_from(delay.as_millis()).unwrap_or(0);
        Ok(self.database.postpone_uploads(target.id, upload.id, at_ms).await?)
    }
}
