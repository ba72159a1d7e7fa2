//! Recordings of devices that are fetched into files: ordered, carried out one after the other, kept for a while.
//!
//! A file is `downloads/ID.mp4` by its number, so nothing from outside becomes part of a path. What waited or ran when the
//! server ended is begun anew.

mod fetch;

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base::ErrorKind;
use db::{Database, DbError, DownloadRow};
use hub::{Hub, StreamKey};
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use crate::snapshots::Keeping;
use crate::unix_now;
use fetch::{FetchError, Fetched};

/// Fetches that run at once; of one device one at a time, for most recorders send no more.
pub const MAX_RUNNING: usize = 4;
/// Fetches that are listed, with those that wait and those that are over.
pub const MAX_KNOWN: usize = 1000;
/// Between two looks at what is too old or too much.
const KEEPING_PAUSE: Duration = Duration::from_secs(60);
const DAY_S: i64 = 24 * 3600;

/// Where a fetch stands, as it is stored.
mod state {
    pub(super) const WAITING: &str = "waiting";
    pub(super) const RUNNING: &str = "running";
    pub(super) const DONE: &str = "done";
    pub(super) const FAILED: &str = "failed";
}

/// What is to be fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// The stream that sends the recording as fast as it is fetched.
    pub stream: StreamKey,
    /// Code of the device.
    pub device: String,
    /// Name of the camera, for people.
    pub label: String,
    /// Unix seconds.
    pub begin_at: i64,
    /// Unix seconds.
    pub end_at: i64,
    /// How many times as fast as it was.
    pub speed: u8,
    /// Name of the person.
    pub by: String,
}

/// Why something about fetches was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DownloadError {
    /// There is none of this number.
    #[error("There is no such download.")]
    NotFound,
    /// The same is fetched already.
    #[error("This recording is being fetched already.")]
    Exists,
    /// [`MAX_KNOWN`] are listed.
    #[error("There are {MAX_KNOWN} downloads already. Remove some first.")]
    TooMany,
    /// It has no file yet, or never will.
    #[error("This download has no file.")]
    NoFile,
    /// Its file was there, and is not any more.
    #[error(
        "The file of this download is gone from the server's disk. Remove the download, then fetch the recording again."
    )]
    FileGone,
    /// The disk failed.
    #[error("The file of the download cannot be read or removed: {0}.")]
    File(#[source] io::Error),
    /// Storage failed.
    #[error("The downloads cannot be read or written: {0}.")]
    Storage(#[from] DbError),
}

impl DownloadError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::NoFile | Self::FileGone => ErrorKind::NotFound,
            Self::Exists => ErrorKind::Conflict,
            Self::TooMany => ErrorKind::Exhausted,
            Self::File(_) => ErrorKind::Unavailable,
            Self::Storage(error) => error.kind(),
        }
    }
}

#[derive(Debug, Default)]
struct Known {
    rows: BTreeMap<i64, DownloadRow>,
    running: HashMap<i64, AbortHandle>,
}

impl Known {
    /// The oldest that waits and whose device has nothing else to send.
    fn due(&self) -> Option<DownloadRow> {
        let busy = |row: &DownloadRow| {
            self.running.keys().any(|id| self.rows.get(id).is_some_and(|it| it.device == row.device))
        };
        let is_free = self.running.len() < MAX_RUNNING;
        self.rows.values().find(|row| is_free && row.state == state::WAITING && !busy(row)).cloned()
    }

    /// What is over, oldest first.
    fn over(&self) -> impl Iterator<Item = &DownloadRow> {
        self.rows.values().filter(|row| row.finished_at.is_some())
    }
}

/// Fetches recordings, and keeps their files.
#[derive(Debug)]
pub struct Downloads {
    database: Database,
    hub: Arc<Hub>,
    folder: PathBuf,
    keeping: Mutex<Keeping>,
    known: Mutex<Known>,
    changed: Notify,
}

impl Downloads {
    /// Keeps files below `folder`.
    ///
    /// # Errors
    /// [`DownloadError::Storage`].
    pub async fn open(
        database: Database,
        hub: Arc<Hub>,
        folder: PathBuf,
        keeping: Keeping,
    ) -> Result<Arc<Self>, DownloadError> {
        let begun_anew = |row: DownloadRow| match row.finished_at {
            Some(_) => row,
            None => DownloadRow { state: state::WAITING.to_owned(), seconds: 0.0, bytes: 0, ..row },
        };
        let rows = database.downloads().await?.into_iter().map(|row| (row.id, begun_anew(row))).collect();
        let known = Mutex::new(Known { rows, running: HashMap::new() });
        Ok(Arc::new(Self { database, hub, folder, keeping: Mutex::new(keeping), known, changed: Notify::new() }))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keeping(&self) -> Keeping {
        *self.keeping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps files otherwise from now on.
    pub fn set_keeping(&self, keeping: Keeping) {
        *self.keeping.lock().unwrap_or_else(PoisonError::into_inner) = keeping;
        self.changed.notify_one();
    }

    /// All of them, newest first.
    pub fn list(&self) -> Vec<DownloadRow> {
        self.known().rows.values().rev().cloned().collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// [`DownloadError::NotFound`].
    pub fn find(&self, id: i64) -> Result<DownloadRow, DownloadError> {
        self.known().rows.get(&id).cloned().ok_or(DownloadError::NotFound)
    }

    /// Where the file of one is.
    ///
    /// # Errors
    /// When there is none, or the disk failed.
    pub async fn file(&self, row: &DownloadRow) -> Result<PathBuf, DownloadError> {
        if row.state != state::DONE {
            return Err(DownloadError::NoFile);
        }
        let path = self.path(row.id);
        let is_there = tokio::fs::try_exists(&path).await.map_err(DownloadError::File)?;
        if is_there { Ok(path) } else { Err(DownloadError::FileGone) }
    }

    fn path(&self, id: i64) -> PathBuf {
        self.folder.join(format!("{id}.mp4"))
    }

    /// Puts a recording behind those that wait.
    ///
    /// # Errors
    /// When it is there already, there are too many, or it cannot be stored.
    pub async fn order(&self, order: Order) -> Result<DownloadRow, DownloadError> {
        self.may_be_ordered(&order)?;
        let mut row = DownloadRow {
            app: order.stream.app().to_owned(),
            name: order.stream.name().to_owned(),
            device: order.device,
            label: order.label,
            begin_at: order.begin_at,
            end_at: order.end_at,
            speed: order.speed.into(),
            state: state::WAITING.to_owned(),
            created_at: unix_now(),
            created_by: order.by,
            ..DownloadRow::default()
        };
        row.id = self.database.add_download(&row).await?;
        self.known().rows.insert(row.id, row.clone());
        self.changed.notify_one();
        Ok(row)
    }

    fn may_be_ordered(&self, order: &Order) -> Result<(), DownloadError> {
        let known = self.known();
        if known.rows.len() >= MAX_KNOWN {
            return Err(DownloadError::TooMany);
        }
        let same = |row: &&DownloadRow| row.app == order.stream.app() && row.name == order.stream.name();
        match known.rows.values().filter(|row| row.finished_at.is_none()).find(same) {
            Some(_) => Err(DownloadError::Exists),
            None => Ok(()),
        }
    }

    /// Removes one with its file; one that runs is ended.
    ///
    /// # Errors
    /// When there is none, or it cannot be removed.
    pub async fn remove(&self, id: i64) -> Result<(), DownloadError> {
        self.find(id)?;
        self.database.remove_download(id).await?;
        let running = {
            let mut known = self.known();
            known.rows.remove(&id);
            known.running.remove(&id)
        };
        if let Some(running) = running {
            running.abort();
        }
        self.changed.notify_one();
        for path in [self.path(id), fetch::partial(&self.path(id))] {
            match tokio::fs::remove_file(path).await {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(DownloadError::File(error)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Carries out what waits, and removes what is too old or too much. One task runs it.
    pub async fn run(self: Arc<Self>) {
        loop {
            while self.begin() {}
            if let Err(error) = self.tidy().await {
                tracing::error!(%error, "Old downloads cannot be removed; trying again.");
            }
            let _pause_is_over = tokio::time::timeout(KEEPING_PAUSE, self.changed.notified()).await;
        }
    }

    /// Whether there was one to begin. What it does waits until it is noted as running.
    fn begin(self: &Arc<Self>) -> bool {
        let mut known = self.known();
        let Some(mut row) = known.due() else { return false };
        state::RUNNING.clone_into(&mut row.state);
        known.rows.insert(row.id, row.clone());
        let id = row.id;
        let task = tokio::spawn(Arc::clone(self).carry_out(row));
        known.running.insert(id, task.abort_handle());
        true
    }

    async fn carry_out(self: Arc<Self>, row: DownloadRow) {
        let progress = |seconds: f64, bytes: u64| {
            if let Some(row) = self.known().rows.get_mut(&row.id) {
                (row.seconds, row.bytes) = (seconds, i64::try_from(bytes).unwrap_or(i64::MAX));
            }
        };
        let max_bytes = match self.keeping().max_bytes {
            0 => u64::MAX,
            limit => limit,
        };
        let path = self.path(row.id);
        let fetched = async {
            let key = StreamKey::new(&row.app, &row.name)?;
            fetch::fetch(&self.hub, &key, &path, row.end_at - row.begin_at, max_bytes, progress).await
        };
        let outcome = fetched.await;
        let Some(over) = self.finish(&row, outcome) else { return };
        tracing::info!(
            id = over.id,
            stream = over.name,
            state = over.state,
            note = over.note,
            "A recording was fetched."
        );
        if let Err(error) = self.database.change_download(&over).await {
            tracing::error!(%error, id = over.id, "The end of a download was not stored; it is begun anew after a restart.");
        }
        self.changed.notify_one();
    }

    /// `None` for one that was removed meanwhile.
    fn finish(&self, row: &DownloadRow, outcome: Result<Fetched, FetchError>) -> Option<DownloadRow> {
        let mut known = self.known();
        known.running.remove(&row.id);
        let row = known.rows.get_mut(&row.id)?;
        row.finished_at = Some(unix_now());
        match outcome {
            Ok(fetched) => {
                state::DONE.clone_into(&mut row.state);
                row.note = fetched.note(row.end_at - row.begin_at);
                (row.seconds, row.bytes) = (fetched.seconds, i64::try_from(fetched.bytes).unwrap_or(i64::MAX));
            }
            Err(why) => {
                state::FAILED.clone_into(&mut row.state);
                row.note = why.to_string();
            }
        }
        Some(row.clone())
    }

    async fn tidy(&self) -> Result<(), DownloadError> {
        for id in self.outlived() {
            self.remove(id).await?;
        }
        Ok(())
    }

    /// What is too old, and the oldest of what is too much.
    fn outlived(&self) -> Vec<i64> {
        let (keeping, known) = (self.keeping(), self.known());
        let since = unix_now() - i64::from(keeping.days) * DAY_S;
        let is_old = |row: &DownloadRow| keeping.days > 0 && row.finished_at.is_some_and(|at| at < since);
        let limit = i64::try_from(keeping.max_bytes).unwrap_or(i64::MAX);
        let mut excess = known.rows.values().map(|row| row.bytes).sum::<i64>().saturating_sub(limit);
        let mut outlived = Vec::new();
        for row in known.over() {
            let is_too_much = limit > 0 && excess > 0 && row.bytes > 0;
            if is_old(row) || is_too_much {
                excess -= row.bytes;
                outlived.push(row.id);
            }
        }
        outlived
    }
}

#[cfg(test)]
mod tests;
