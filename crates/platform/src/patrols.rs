//! Patrols: tours of cameras on a wall, and the log of where they stopped. The wall runs them; here are their plans.

use std::sync::Arc;

use db::{Changed, Database, PatrolRow, PatrolStopRow};
use serde::{Deserialize, Serialize};

use crate::people::{Caller, People};
use crate::rights::Kind;
use crate::schedule::Schedule;
use crate::sharing::{Sharing, SharingError, check_name};
use crate::unix_now;
use crate::views::Layout;

/// Patrols of one installation.
pub const MAX_PATROLS: usize = 10_000;
/// Steps of one patrol.
pub const MAX_STEPS: usize = 2000;
/// How long a page may stay, in seconds.
pub const DWELL_S: std::ops::RangeInclusive<i64> = 3..=3600;
/// How a stop can have gone.
pub const OUTCOMES: [&str; 3] = ["shown", "offline", "skipped"];
const NOT_FOUND: SharingError = SharingError::NotFound { what: "patrol" };

/// A camera on a patrol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The camera.
    pub channel_id: i64,
    /// The preset that it turns to.
    #[serde(default)]
    pub preset: Option<u8>,
}

/// In which order cameras come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// As they are listed.
    #[default]
    Listed,
    /// Another one each round.
    Shuffled,
}

/// Steps and manner of a patrol.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tour {
    /// Cameras.
    pub steps: Vec<Step>,
    /// Layout of a page: how many cameras are shown at once.
    pub layout: String,
    /// How long a page stays.
    pub dwell_s: i64,
    /// In which order.
    pub order: Order,
    /// Whether a picture is kept of each stop.
    pub snapshot: bool,
}

/// What people set of a patrol.
#[derive(Clone, Debug)]
pub struct PatrolInput {
    /// What it is called.
    pub name: String,
    /// With whom it is shared.
    pub organisation_id: Option<i64>,
    /// Where it goes.
    pub tour: Tour,
    /// When it may run; absent: at any time.
    pub schedule: Option<Schedule>,
}

/// Patrols.
pub struct Patrols {
    database: Database,
    people: Arc<People>,
    changes: crate::turn::Turns,
}

impl Patrols {
    /// Over what is stored.
    pub fn new(database: Database, people: Arc<People>) -> Self {
        Self { database, people, changes: crate::turn::Turns::default() }
    }

    /// Where a stored patrol goes.
    pub fn tour(row: &PatrolRow) -> Tour {
        serde_json::from_str(&row.plan).unwrap_or_default()
    }

    /// Whose a patrol is.
    pub const fn sharing(row: &PatrolRow) -> Sharing {
        Sharing { owner: row.owner_id, organisation: row.organisation_id }
    }

    /// Patrols that somebody sees, by name.
    ///
    /// # Errors
    /// [`SharingError::Storage`].
    pub async fn list(&self, caller: &Caller) -> Result<Vec<PatrolRow>, SharingError> {
        let mut rows = self.database.patrols().await?;
        rows.retain(|row| Self::sharing(row).is_seen_by(caller, &self.people, Kind::Patrol));
        Ok(rows)
    }

    /// One that somebody sees.
    ///
    /// # Errors
    /// [`SharingError::NotFound`], also for one that they may not know of.
    pub async fn one(&self, caller: &Caller, id: i64) -> Result<PatrolRow, SharingError> {
        self.list(caller).await?.into_iter().find(|row| row.id == id).ok_or(NOT_FOUND)
    }

    /// Adds one.
    ///
    /// # Errors
    /// When something does not fit, or may not be shared there.
    pub async fn add(&self, caller: &Caller, input: PatrolInput) -> Result<PatrolRow, SharingError> {
        let _one_at_a_time = self.changes.next().await?;
        if self.database.patrols().await?.len() >= MAX_PATROLS {
            return Err(SharingError::TooMany);
        }
        let blank = PatrolRow { owner_id: caller.user.id, created_at: unix_now(), version: 1, ..PatrolRow::default() };
        let row = self.row(caller, &input, &blank)?;
        let id = self.database.add_patrol(&row).await?;
        Ok(PatrolRow { id, ..row })
    }

    /// Changes one, if `version` is the present one.
    ///
    /// # Errors
    /// As for adding, and when it is somebody else's.
    pub async fn change(
        &self,
        caller: &Caller,
        (id, version): (i64, i64),
        input: PatrolInput,
    ) -> Result<PatrolRow, SharingError> {
        let _one_at_a_time = self.changes.next().await?;
        let present = self.own(caller, id).await?;
        let row = self.row(caller, &input, &PatrolRow { version, ..present })?;
        match self.database.update_patrol(&row).await? {
            Changed::Done => Ok(PatrolRow { version: version + 1, ..row }),
            Changed::Stale => Err(SharingError::Stale),
            Changed::Missing => Err(NOT_FOUND),
        }
    }

    /// Removes one with its log.
    ///
    /// # Errors
    /// When there is none or it is somebody else's.
    pub async fn remove(&self, caller: &Caller, id: i64) -> Result<(), SharingError> {
        self.own(caller, id).await?;
        if self.database.remove_patrol(id).await? { Ok(()) } else { Err(NOT_FOUND) }
    }

    /// Notes that somebody runs a patrol, and returns the number of the run.
    ///
    /// # Errors
    /// When there is no such patrol.
    pub async fn begin(&self, caller: &Caller, id: i64) -> Result<i64, SharingError> {
        let row = self.one(caller, id).await?;
        Ok(self.database.begin_patrol_run(row.id, &caller.user.name, unix_now()).await?)
    }

    /// The patrol of somebody's own run that has not ended.
    ///
    /// # Errors
    /// When there is none.
    pub async fn running(&self, caller: &Caller, run: i64) -> Result<PatrolRow, SharingError> {
        let missing = || SharingError::NotFound { what: "run of a patrol" };
        let (patrol, user) = self.database.patrol_run(run).await?.ok_or_else(missing)?;
        if user != caller.user.name {
            return Err(missing());
        }
        self.one(caller, patrol).await
    }

    /// Notes where a run stopped.
    ///
    /// # Errors
    /// When the outcome is none, or storage failed.
    pub async fn stopped(&self, stop: PatrolStopRow) -> Result<i64, SharingError> {
        if !OUTCOMES.contains(&stop.outcome.as_str()) {
            return Err(SharingError::invalid("outcome", format!("This is one of: {}.", OUTCOMES.join(", "))));
        }
        Ok(self.database.add_patrol_stop(&stop).await?)
    }

    /// Notes that a run ended.
    ///
    /// # Errors
    /// When there is none.
    pub async fn end(&self, caller: &Caller, run: i64) -> Result<(), SharingError> {
        self.running(caller, run).await?;
        Ok(self.database.end_patrol_run(run, unix_now()).await?)
    }

    /// Stops of a patrol that somebody sees, latest first, before one.
    ///
    /// # Errors
    /// When there is no such patrol.
    pub async fn log(
        &self,
        caller: &Caller,
        id: i64,
        before: i64,
        limit: i64,
    ) -> Result<Vec<PatrolStopRow>, SharingError> {
        let row = self.one(caller, id).await?;
        Ok(self.database.patrol_stops(row.id, before, limit).await?)
    }

    async fn own(&self, caller: &Caller, id: i64) -> Result<PatrolRow, SharingError> {
        let row = self.one(caller, id).await?;
        if Self::sharing(&row).is_changed_by(caller, Kind::Patrol) { Ok(row) } else { Err(SharingError::Forbidden) }
    }

    fn row(&self, caller: &Caller, input: &PatrolInput, base: &PatrolRow) -> Result<PatrolRow, SharingError> {
        check_name(&input.name)?;
        let tour = &input.tour;
        if tour.steps.is_empty() || tour.steps.len() > MAX_STEPS {
            return Err(SharingError::invalid("steps", format!("A patrol has 1 to {MAX_STEPS} cameras.")));
        }
        if tour.layout.parse::<Layout>().is_err() {
            return Err(SharingError::invalid("layout", "A layout is as those of views, as 4 or grid:3x2."));
        }
        if !DWELL_S.contains(&tour.dwell_s) {
            return Err(SharingError::invalid("dwell_s", "A page stays 3 to 3600 seconds."));
        }
        let sharing = Sharing { owner: base.owner_id, organisation: input.organisation_id };
        if input.organisation_id != base.organisation_id {
            sharing.check_place(caller, &self.people, Kind::Patrol)?;
        }
        Ok(PatrolRow {
            organisation_id: input.organisation_id,
            name: input.name.trim().to_owned(),
            plan: serde_json::to_string(tour).unwrap_or_default(),
            schedule: input.schedule.as_ref().map(Schedule::to_string),
            ..base.clone()
        })
    }
}
