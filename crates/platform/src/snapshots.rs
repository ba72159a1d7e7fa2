//! Pictures of streams that are kept: taken, listed, looked at, removed when their time is over.
//!
//! A picture is a row and a file, `snapshots/YYYY/MM/DD/ID.jpg` by its time (UTC) and number, so nothing from outside
//! becomes part of a path. The row is written first: a file that is missing shows, one that nobody knows would not.

pub mod plans;
pub mod requests;
mod store;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base::ErrorKind;
use bytes::Bytes;
use db::{ChannelRow, Database, DbError, SnapshotFilter, SnapshotRow};
use hub::{Hub, OpenError, StreamKey};
use media::Frame;
use sha2::{Digest, Sha256};
use vision::{Form, PictureError, Pictures, Wish};

use crate::clock::WallClock;
use crate::devices::Devices;
use crate::people::Caller;
use crate::rights::{Action, Kind, Place};
use crate::{unix_now, unix_now_ms};
use store::Store;

/// Longest name of a camera in a picture, in characters.
const MAX_LABEL: usize = 80;
/// How long a camera may take to deliver a key frame.
const PATIENCE: Duration = Duration::from_secs(10);
/// Widest thumbnail in pixels.
const THUMBNAIL_WIDTH: u16 = 320;
const THUMBNAIL_QUALITY: u8 = 70;
/// Between two looks at what is too old or too much.
const KEEPING_PAUSE: Duration = Duration::from_secs(10);
/// Pictures that are removed in one go.
const KEEPING_BATCH: i64 = 500;
/// Rows that are read at once for a page, and how often: most may be of cameras that the caller may not see.
const READ: i64 = 200;
const MAX_READS: usize = 50;
const DAY_S: i64 = 24 * 3600;

/// Why a picture was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Somebody asked for it.
    Manual,
    /// By a plan.
    Plan,
    /// By a patrol.
    Patrol,
    /// Of a preset.
    Preset,
    /// By a device that was asked to, which sent it.
    Device,
}

impl Origin {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Manual, Self::Plan, Self::Patrol, Self::Preset, Self::Device];

    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Plan => "plan",
            Self::Patrol => "patrol",
            Self::Preset => "preset",
            Self::Device => "device",
        }
    }

    /// By its identifier.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|origin| origin.as_str() == text)
    }
}

/// How a picture is to be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// Kind of file.
    pub form: Form,
    /// 1 to 100.
    pub quality: u8,
    /// In pixels; 0 is no limit.
    pub max_width: u16,
    /// In pixels; 0 is no limit.
    pub max_height: u16,
    /// Whether the camera's name and the time are written into the picture.
    pub overlay: bool,
    /// The name, where it is not to be that of the channel or of the stream.
    pub label: Option<String>,
    /// Why.
    pub origin: Origin,
    /// Name of the person, or of the plan.
    pub taken_by: String,
    /// The plan.
    pub plan_id: Option<i64>,
    /// Days that it is kept, 0 without end; as configured where there are none.
    pub keep_days: Option<u32>,
    /// It must not show what was before, such as a camera that still turned.
    pub since: Option<Instant>,
}

/// How long and how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// Days where nobody says otherwise; 0 is without end.
    pub days: u32,
    /// Bytes of all pictures, beyond which the oldest go; 0 is no limit.
    pub max_bytes: u64,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SnapshotError {
    /// The stream does not run.
    #[error("{}", .0.text)]
    Offline(OpenError),
    /// Its key frame gave no picture.
    #[error("{0}")]
    Picture(#[from] PictureError),
    /// There is none of this number.
    #[error("There is no such picture.")]
    NotFound,
    /// The caller may see it and no more.
    #[error("You may not do this with pictures of this camera.")]
    Forbidden,
    /// Its file is not there any more.
    #[error("The file of this picture is gone.")]
    Gone,
    /// The disk failed.
    #[error("The picture cannot be read or written: {0}.")]
    File(#[source] std::io::Error),
    /// Storage failed.
    #[error("The pictures cannot be read or written: {0}.")]
    Storage(#[from] DbError),
}

impl SnapshotError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Offline(error) => error.kind,
            Self::Picture(error) => error.kind(),
            Self::NotFound | Self::Gone => ErrorKind::NotFound,
            Self::Forbidden => ErrorKind::Forbidden,
            Self::File(_) => ErrorKind::Unavailable,
            Self::Storage(error) => error.kind(),
        }
    }

    /// Whether the camera is not there, which is no fault of the picture.
    pub const fn is_offline(&self) -> bool {
        matches!(self, Self::Offline(_) | Self::Picture(PictureError::NoKeyFrame))
    }
}

/// Takes and keeps pictures.
pub struct Snapshots {
    database: Database,
    hub: Arc<Hub>,
    pictures: Arc<Pictures>,
    devices: Arc<Devices>,
    clock: Arc<WallClock>,
    store: Store,
    keeping: Mutex<Keeping>,
}

impl std::fmt::Debug for Snapshots {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshots").field("store", &self.store).field("keeping", &self.keeping).finish_non_exhaustive()
    }
}

impl Snapshots {
    /// Keeps files below `folder`.
    pub fn new(
        database: Database,
        hub: Arc<Hub>,
        pictures: Arc<Pictures>,
        devices: Arc<Devices>,
        clock: Arc<WallClock>,
        folder: PathBuf,
        keeping: Keeping,
    ) -> Arc<Self> {
        Arc::new(Self {
            database,
            hub,
            pictures,
            devices,
            clock,
            store: Store::new(folder),
            keeping: Mutex::new(keeping),
        })
    }

    /// Keeps pictures otherwise from now on; those that are there already keep their own time.
    pub fn set_keeping(&self, keeping: Keeping) {
        *self.keeping.lock().unwrap_or_else(PoisonError::into_inner) = keeping;
    }

    fn keeping(&self) -> Keeping {
        *self.keeping.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes one of a stream, which is started for it where it runs on demand.
    ///
    /// # Errors
    /// When the stream does not run, its key frame gives no picture, or it cannot be stored.
    pub async fn take(&self, key: &StreamKey, order: &Order) -> Result<SnapshotRow, SnapshotError> {
        let open = self.hub.open(key, PATIENCE).await.map_err(SnapshotError::Offline)?;
        let key_frame = match order.since {
            Some(since) => vision::KeyFrame::since(&open.stream, since, PATIENCE).await?,
            None => vision::KeyFrame::latest(&open.stream, PATIENCE).await?,
        };
        let taken_at_ms = taken_at(&key_frame.frame);
        let channel = self.devices.of_stream(key);
        let wish = Wish {
            form: order.form,
            quality: order.quality,
            max_width: order.max_width,
            max_height: order.max_height,
            overlay: if order.overlay {
                self.overlay(&label(order, channel.as_deref(), key), taken_at_ms)
            } else {
                String::new()
            },
        };
        let picture = self.pictures.of(key, key_frame, wish).await?.picture;
        let row = SnapshotRow {
            id: 0,
            vhost: key.vhost().to_owned(),
            app: key.app().to_owned(),
            name: key.name().to_owned(),
            channel_id: channel.map(|channel| channel.id),
            taken_at_ms,
            width: picture.width.into(),
            height: picture.height.into(),
            form: order.form.as_str().to_owned(),
            origin: order.origin.as_str().to_owned(),
            taken_by: order.taken_by.clone(),
            plan_id: order.plan_id,
            keep_until: self.keep_until(order.keep_days),
            // Of the file.
            bytes: 0,
            sha256: String::new(),
        };
        self.store(row, picture.bytes).await
    }

    /// When a picture of now goes, unless it stays.
    fn keep_until(&self, days: Option<u32>) -> Option<i64> {
        let days = days.unwrap_or(self.keeping().days);
        (days > 0).then(|| unix_now() + i64::from(days) * DAY_S)
    }

    /// Writes down a row with its file.
    async fn store(&self, row: SnapshotRow, file: Bytes) -> Result<SnapshotRow, SnapshotError> {
        let bytes = i64::try_from(file.len()).unwrap_or(i64::MAX);
        let mut row = SnapshotRow { bytes, sha256: sum(&file), ..row };
        row.id = self.database.add_snapshot(&row).await?;
        if let Err(error) = self.store.write(&row, file).await {
            self.database.remove_snapshot(row.id).await?;
            return Err(SnapshotError::File(error));
        }
        Ok(row)
    }

    /// The name of the camera and the time on the wall, a line each.
    fn overlay(&self, label: &str, taken_at_ms: i64) -> String {
        let label: String = label.chars().take(MAX_LABEL).filter(|character| !character.is_control()).collect();
        format!("{label}\n{}", self.clock.at(taken_at_ms).strftime("%Y-%m-%d %H:%M:%S"))
    }

    pub(crate) fn devices(&self) -> &Devices {
        &self.devices
    }

    /// Where a picture is: where its channel is, or the one that its stream is of now.
    fn place_of(&self, row: &SnapshotRow) -> Place {
        if let Some(channel) = row.channel_id.and_then(|id| self.devices.known_channel(id)) {
            return self.devices.place_of(&channel);
        }
        let key = StreamKey::new(&row.app, &row.name).ok().and_then(|key| key.on_host(&row.vhost).ok());
        key.map_or(Place::ROOT, |key| self.devices.place_of_stream(&key))
    }

    /// Pictures that the caller may see, before the one of number `before`, newest first. The second value is where to go
    /// on, if there may be more: a page may be short of what was asked for.
    ///
    /// # Errors
    /// [`SnapshotError::Storage`].
    pub async fn list(
        &self,
        caller: &Caller,
        filter: &SnapshotFilter,
        before: i64,
        limit: usize,
    ) -> Result<(Vec<SnapshotRow>, Option<i64>), SnapshotError> {
        let (mut seen, mut before) = (Vec::new(), before);
        for _ in 0..MAX_READS {
            let rows = self.database.snapshots(filter, before, READ).await?;
            let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < READ);
            for row in rows {
                before = row.id;
                if caller.may(Action::View, Kind::Snapshot, &self.place_of(&row)) {
                    seen.push(row);
                }
                if seen.len() == limit {
                    return Ok((seen, Some(before)));
                }
            }
            if is_last {
                return Ok((seen, None));
            }
        }
        Ok((seen, Some(before)))
    }

    /// The newest picture of all.
    ///
    /// # Errors
    /// [`SnapshotError::Storage`].
    pub async fn newest(&self) -> Result<Option<SnapshotRow>, SnapshotError> {
        Ok(self.database.snapshots(&SnapshotFilter::default(), i64::MAX, 1).await?.pop())
    }

    /// How many there are, and the bytes of their files.
    ///
    /// # Errors
    /// [`SnapshotError::Storage`].
    pub async fn totals(&self) -> Result<(i64, i64), SnapshotError> {
        Ok(self.database.snapshot_totals().await?)
    }

    /// One of them, for somebody who is about to do something with it.
    ///
    /// # Errors
    /// When there is none that the caller may see, or the caller may see it and no more.
    pub async fn known(&self, caller: &Caller, action: Action, id: i64) -> Result<SnapshotRow, SnapshotError> {
        let row = self.find(id).await?;
        let place = self.place_of(&row);
        if !caller.may(Action::View, Kind::Snapshot, &place) {
            return Err(SnapshotError::NotFound);
        }
        if !caller.may(action, Kind::Snapshot, &place) {
            return Err(SnapshotError::Forbidden);
        }
        Ok(row)
    }

    /// One of them.
    ///
    /// # Errors
    /// When there is none.
    pub async fn find(&self, id: i64) -> Result<SnapshotRow, SnapshotError> {
        self.database.snapshot_of(id).await?.ok_or(SnapshotError::NotFound)
    }

    /// The file of one.
    ///
    /// # Errors
    /// When it is gone or cannot be read.
    pub async fn file(&self, row: &SnapshotRow) -> Result<Bytes, SnapshotError> {
        self.store.read(row).await.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => SnapshotError::Gone,
            _ => SnapshotError::File(error),
        })
    }

    /// The file of one, made small, as JPEG.
    ///
    /// # Errors
    /// As for [`Snapshots::file`], or when it is not made small in time.
    pub async fn thumbnail(&self, row: &SnapshotRow) -> Result<Bytes, SnapshotError> {
        let file = self.file(row).await?;
        let wish = Wish {
            form: Form::Jpeg,
            quality: THUMBNAIL_QUALITY,
            max_width: THUMBNAIL_WIDTH,
            max_height: 0,
            overlay: String::new(),
        };
        let form = Form::parse(&row.form).ok_or(SnapshotError::Gone)?;
        Ok(self.pictures.smaller(form, file, wish).await?.bytes)
    }

    /// Removes one.
    ///
    /// # Errors
    /// When the file or the row cannot be removed.
    pub async fn discard(&self, row: &SnapshotRow) -> Result<(), SnapshotError> {
        self.database.remove_snapshot(row.id).await?;
        self.store.remove(row).await.map_err(SnapshotError::File)
    }

    /// Removes what is too old or too much, again and again. One task runs it.
    pub async fn keep(self: Arc<Self>) {
        loop {
            match self.keep_once().await {
                Ok(0) => {}
                Ok(removed) => tracing::debug!(removed, "Pictures were removed: too old or too many."),
                Err(error) => tracing::error!(%error, "Old pictures cannot be removed; trying again."),
            }
            tokio::time::sleep(KEEPING_PAUSE).await;
        }
    }

    async fn keep_once(&self) -> Result<usize, SnapshotError> {
        let mut removed = 0;
        loop {
            let rows = self.database.outlived_snapshots(unix_now(), KEEPING_BATCH).await?;
            for row in &rows {
                self.discard(row).await?;
            }
            removed += rows.len();
            if rows.is_empty() {
                break;
            }
        }
        let limit = i64::try_from(self.keeping().max_bytes).unwrap_or(i64::MAX);
        let mut excess = self.database.snapshot_totals().await?.1.saturating_sub(limit);
        while limit > 0 && excess > 0 {
            let rows = self.database.oldest_snapshots(KEEPING_BATCH).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                if excess <= 0 {
                    break;
                }
                self.discard(&row).await?;
                excess -= row.bytes;
                removed += 1;
            }
        }
        Ok(removed)
    }
}

/// The name that is asked for, or that of the channel, or of the stream.
fn label(order: &Order, channel: Option<&ChannelRow>, key: &StreamKey) -> String {
    let of_channel = || channel.map(|channel| channel.name.clone()).filter(|name| !name.is_empty());
    order.label.clone().or_else(of_channel).unwrap_or_else(|| key.to_string())
}

/// Of a file, in hexadecimal digits.
fn sum(file: &[u8]) -> String {
    Sha256::digest(file).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// When a frame was taken, as the source says or as it came.
fn taken_at(frame: &Frame) -> i64 {
    match frame.capture_utc {
        Some(time) => time.unix_us / 1000,
        None => unix_now_ms() - i64::try_from(frame.arrival.elapsed().as_millis()).unwrap_or(0),
    }
}
