use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{AuditEntry, LicenceStanding, LoadSample, ServerStats, Snapshot};

/// The first page of the console. What one may not see is absent; what one sees is of the organisations that one sees.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    pub cameras: Option<CameraOverview>,
    pub streams: Option<StreamOverview>,
    pub server: Option<ServerOverview>,
    pub licence: Option<LicenceStanding>,
    pub sources: Option<SourceOverview>,
    pub relays: Option<RelayOverview>,
    /// The latest pictures.
    pub snapshots: Option<Vec<Snapshot>>,
    /// Those that run, and the last runs of others; the latest first.
    pub patrols: Option<Vec<PatrolOverview>>,
    /// Views of the wall, those with a number first.
    pub views: Option<Vec<ViewOverview>>,
    /// The latest entries.
    pub audit: Option<Vec<AuditEntry>>,
}

/// Cameras by how they do, as counted some seconds ago.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CameraOverview {
    pub total: usize,
    pub online: usize,
    pub offline: usize,
    pub idle: usize,
    /// They or their device are switched off, as for maintenance.
    pub disabled: usize,
    /// Those that went off last.
    pub lost: Vec<LostCamera>,
    /// How many were online, a point a minute over the last day, oldest first; for those who see all cameras.
    pub history: Option<Vec<OnlinePoint>>,
}

/// A camera that went off.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LostCamera {
    pub id: i64,
    pub name: String,
    /// Road and stake.
    pub place: String,
    /// When that was noticed.
    pub since: String,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct OnlinePoint {
    /// Unix milliseconds.
    pub at_ms: i64,
    pub online: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct StreamOverview {
    pub live: usize,
    pub viewers: usize,
    /// Of all that come in.
    pub bitrate_bps: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ServerOverview {
    pub version: String,
    pub uptime_s: u64,
    /// Of this program, in the last second.
    pub load: ServerStats,
    /// Of the last hour.
    pub history: Vec<LoadSample>,
    pub machine: MachineOverview,
    pub workers: WorkerOverview,
}

/// What the whole machine has and uses.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct MachineOverview {
    /// Of all processors.
    pub cpu_percent: f64,
    pub processors: usize,
    pub memory_used_bytes: u64,
    pub memory_total_bytes: u64,
    /// Of the disk with the data folder.
    pub disk_used_bytes: u64,
    pub disk_total_bytes: u64,
}

/// Programs that make pictures.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
pub struct WorkerOverview {
    /// Since the server runs.
    pub started: u64,
    pub died: u64,
    /// Pictures that were refused because too many waited.
    pub refused: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SourceOverview {
    pub total: usize,
    pub live: usize,
    /// Streams whose source does not answer, by name; at most ten.
    pub failing: Vec<String>,
    pub failing_count: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct RelayOverview {
    pub total: usize,
    /// Pushes that send.
    pub sending: usize,
    /// Pushes that fail and try again.
    pub failing: usize,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct PatrolOverview {
    pub id: i64,
    pub name: String,
    pub user: String,
    pub started_at: String,
    /// Absent for one that runs.
    pub ended_at: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ViewOverview {
    pub id: i64,
    pub name: String,
    pub number: Option<i64>,
    pub layout: String,
}
