//! Plans: pictures of streams again and again, at times, spread evenly over the interval.

mod plan;
mod run;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use base::ErrorKind;
use db::{Changed, Database, DbError};
use hub::StreamKey;
use tokio::sync::Notify;

pub use plan::{MAX_INTERVAL_MS, MAX_STREAMS, Plan, PlanInput, Subjects};

use super::Snapshots;
use crate::clock::WallClock;
use crate::unix_now;
use crate::uploads::Uploads;

/// Plans at a time.
pub const MAX_PLANS: usize = 200;

/// Why something about plans was refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A field is wrong.
    #[error("{text}")]
    Field {
        /// Which.
        field: &'static str,
        /// A sentence.
        text: String,
    },
    /// The name is taken.
    #[error("There is a plan of this name already.")]
    Exists,
    /// [`MAX_PLANS`] exist.
    #[error("There are {MAX_PLANS} plans already.")]
    TooMany,
    /// No such plan.
    #[error("There is no such plan.")]
    NotFound,
    /// Somebody else changed it.
    #[error("Somebody else changed it meanwhile; look at it again.")]
    Stale,
    /// The target is none.
    #[error("There is no such target.")]
    NoTarget,
    /// Storage failed.
    #[error("The plans cannot be read or written: {0}.")]
    Storage(#[source] DbError),
}

impl PlanError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        match self {
            Self::Field { .. } | Self::NoTarget => ErrorKind::InvalidInput,
            Self::Exists | Self::Stale => ErrorKind::Conflict,
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
            Self::NoTarget => Some("target_id"),
            _ => None,
        }
    }

    fn field_of(field: &'static str, text: impl Into<String>) -> Self {
        Self::Field { field, text: text.into() }
    }
}

impl From<DbError> for PlanError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Exists => Self::Exists,
            DbError::InUse => Self::NoTarget,
            other => Self::Storage(other),
        }
    }
}

/// What a plan has done since the start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanStatus {
    /// Pictures that were taken.
    pub taken: u64,
    /// Turns at which the camera was not there.
    pub skipped: u64,
    /// Turns that gave no picture for another reason.
    pub failed: u64,
    /// Turns that were left out, because the one before was not over or too many ran.
    pub missed: u64,
    /// The last picture.
    pub last_taken: Option<LastTaken>,
    /// The last turn without a picture.
    pub last_failure: Option<LastFailure>,
}

/// A picture of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastTaken {
    /// Its number.
    pub snapshot_id: i64,
    /// Unix milliseconds.
    pub at_ms: i64,
}

/// A turn without a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastFailure {
    /// Of which stream.
    pub stream: String,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// A sentence.
    pub text: String,
}

/// All plans, and what they do.
#[derive(Debug)]
pub struct Plans {
    database: Database,
    snapshots: Arc<Snapshots>,
    uploads: Arc<Uploads>,
    clock: Arc<WallClock>,
    plans: RwLock<Arc<Vec<Plan>>>,
    status: Mutex<HashMap<i64, PlanStatus>>,
    bell: Notify,
    changes: crate::turn::Turns,
}

impl Plans {
    /// Reads the stored plans; nothing is taken until [`Plans::run`].
    ///
    /// # Errors
    /// [`PlanError::Storage`].
    pub async fn open(
        database: Database,
        snapshots: Arc<Snapshots>,
        uploads: Arc<Uploads>,
        clock: Arc<WallClock>,
    ) -> Result<Arc<Self>, PlanError> {
        let plans = Self {
            database,
            snapshots,
            uploads,
            clock,
            plans: RwLock::default(),
            status: Mutex::default(),
            bell: Notify::new(),
            changes: crate::turn::Turns::default(),
        };
        plans.read().await?;
        Ok(Arc::new(plans))
    }

    async fn read(&self) -> Result<(), PlanError> {
        let rows = self.database.snapshot_plans().await?;
        let plans = rows.into_iter().filter_map(Plan::of_row).collect();
        *self.plans.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(plans);
        self.bell.notify_one();
        Ok(())
    }

    /// All plans by name.
    pub fn list(&self) -> Arc<Vec<Plan>> {
        Arc::clone(&self.plans.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// One plan.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(&self, id: i64) -> Result<Plan, PlanError> {
        self.list().iter().find(|plan| plan.id == id).cloned().ok_or(PlanError::NotFound)
    }

    /// The streams that a plan takes pictures of now, each once: those that it names, then cameras that are in use.
    pub fn streams_of(&self, plan: &Plan) -> Vec<StreamKey> {
        let Subjects { streams, channels, organisation_id, group_id } = &plan.subjects;
        let cameras = self.snapshots.devices().main_streams(channels, *organisation_id, *group_id);
        let mut seen = HashSet::new();
        streams.iter().cloned().chain(cameras).filter(|key| seen.insert(key.clone())).collect()
    }

    /// Whether there is everything that a plan names.
    fn check_subjects(&self, plan: &Plan) -> Result<(), PlanError> {
        let devices = self.snapshots.devices();
        if let Some(id) = plan.subjects.channels.iter().find(|id| devices.known_channel(**id).is_none()) {
            return Err(PlanError::field_of("channels", format!("There is no channel of the number {id}.")));
        }
        if plan.subjects.organisation_id.is_some_and(|id| !devices.has_organisation(id)) {
            return Err(PlanError::field_of("organisation_id", "There is no such organisation."));
        }
        if plan.subjects.group_id.is_some_and(|id| !devices.has_group(id)) {
            return Err(PlanError::field_of("group_id", "There is no such group."));
        }
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<i64, PlanStatus>> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a plan has done since the start.
    pub fn status(&self, id: i64) -> PlanStatus {
        self.lock().get(&id).cloned().unwrap_or_default()
    }

    /// Adds a plan.
    ///
    /// # Errors
    /// When something about it is wrong or its name is taken.
    pub async fn add(&self, input: PlanInput) -> Result<Plan, PlanError> {
        let plan = Plan { created_at: unix_now(), ..Plan::checked(input)? };
        self.check_subjects(&plan)?;
        let _alone = self.changes.next().await?;
        if self.list().len() >= MAX_PLANS {
            return Err(PlanError::TooMany);
        }
        let id = self.database.add_snapshot_plan(&plan.to_row()).await?;
        self.read().await?;
        self.find(id)
    }

    /// Changes the plan that still has `version`.
    ///
    /// # Errors
    /// As for adding one, or when it is gone or was changed.
    pub async fn change(&self, id: i64, version: i64, input: PlanInput) -> Result<Plan, PlanError> {
        let plan = Plan { id, version, ..Plan::checked(input)? };
        self.check_subjects(&plan)?;
        let _alone = self.changes.next().await?;
        match self.database.update_snapshot_plan(&plan.to_row()).await? {
            Changed::Done => {}
            Changed::Stale => return Err(PlanError::Stale),
            Changed::Missing => return Err(PlanError::NotFound),
        }
        self.read().await?;
        self.find(id)
    }

    /// Removes a plan. Its pictures stay.
    ///
    /// # Errors
    /// When there is none.
    pub async fn remove(&self, id: i64) -> Result<(), PlanError> {
        let _alone = self.changes.next().await?;
        if !self.database.remove_snapshot_plan(id).await? {
            return Err(PlanError::NotFound);
        }
        self.lock().remove(&id);
        self.read().await
    }
}
