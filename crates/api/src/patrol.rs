use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ScheduleWindow;

/// A tour of cameras on a wall.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Patrol {
    pub id: i64,
    pub name: String,
    /// With whom it is shared: people of this organisation and below it; absent: with nobody.
    pub organisation_id: Option<i64>,
    /// Sign-in name of who made it.
    pub owner: String,
    pub mine: bool,
    pub changeable: bool,
    pub steps: Vec<PatrolStep>,
    /// Layout of a page, as of a view: how many cameras are shown at once.
    pub layout: String,
    /// How long a page stays: 3 to 3600.
    pub dwell_s: i64,
    /// "listed" or "shuffled".
    pub order: String,
    /// Whether a picture is kept of each stop.
    pub snapshot: bool,
    /// When it may run; absent: at any time.
    pub schedule: Option<Vec<ScheduleWindow>>,
    /// Whether that is now.
    pub open: bool,
    pub version: i64,
}

/// A camera on a patrol.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PatrolStep {
    pub channel_id: i64,
    /// The preset that it turns to.
    #[serde(default)]
    pub preset: Option<u8>,
}

/// A patrol to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PatrolInput {
    pub name: String,
    pub organisation_id: Option<i64>,
    pub steps: Vec<PatrolStep>,
    pub layout: String,
    pub dwell_s: i64,
    /// "listed" when absent.
    pub order: Option<String>,
    #[serde(default)]
    pub snapshot: bool,
    pub schedule: Option<Vec<ScheduleWindow>>,
}

/// Patrols that one sees.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PatrolList {
    pub items: Vec<Patrol>,
}

/// A run that began.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PatrolRun {
    pub id: i64,
}

/// Where a run stops.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct PatrolStopInput {
    pub channel_id: i64,
    /// "shown", "offline" or "skipped".
    pub outcome: String,
}

/// Where a run stopped.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PatrolStop {
    pub id: i64,
    pub run_id: i64,
    pub at: String,
    /// Sign-in name of who ran it.
    pub user: String,
    pub channel_id: i64,
    pub channel_name: String,
    pub outcome: String,
    /// The picture that was kept.
    pub snapshot_id: Option<i64>,
}

/// A part of a patrol's log, latest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PatrolLog {
    pub items: Vec<PatrolStop>,
    /// For the part before this one; absent at the end.
    pub before: Option<i64>,
}
