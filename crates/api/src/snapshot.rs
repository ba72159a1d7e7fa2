use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ScheduleWindow;

/// A picture that is kept. Its file is at `/api/v1/snapshots/{id}/picture`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Snapshot {
    pub id: i64,
    pub vhost: String,
    pub app: String,
    pub name: String,
    /// The channel that the stream is of, where it is of one.
    pub channel_id: Option<i64>,
    /// When the picture shows what it shows, as the source says or as it came.
    pub taken_at: String,
    /// In pixels.
    pub width: i64,
    /// In pixels.
    pub height: i64,
    pub bytes: i64,
    /// "jpg", "png" or "webp".
    pub form: String,
    /// Of the file, in hexadecimal digits.
    pub sha256: String,
    /// "manual", "plan", "patrol", "preset" or "device": taken and sent by a device that was asked to.
    pub origin: String,
    /// Name of the person, or of the plan.
    pub taken_by: String,
    pub plan_id: Option<i64>,
    /// When it is removed; never when absent.
    pub keep_until: Option<String>,
}

/// How a picture is to be taken; what is absent has its default.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct SnapshotRequest {
    /// "jpg" (default), "png" or "webp".
    pub form: Option<String>,
    /// Largest width in pixels, up to 8192; 0 or absent for no limit.
    pub max_width: Option<u16>,
    /// Largest height in pixels, up to 8192; 0 or absent for no limit.
    pub max_height: Option<u16>,
    /// 1 to 100; 85 by default.
    pub quality: Option<u8>,
    /// Whether the stream's name and the time are written into the picture.
    pub overlay: bool,
    /// Written instead of the stream's name.
    pub label: Option<String>,
}

/// Pictures, newest first.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SnapshotPage {
    pub items: Vec<Snapshot>,
    /// For `before` of the next page.
    pub next_before: Option<i64>,
    /// Of all pictures, whatever was asked for.
    pub total: i64,
    /// Bytes of all pictures.
    pub total_bytes: i64,
}

/// A plan by which pictures are taken again and again.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SnapshotPlan {
    pub id: i64,
    pub name: String,
    /// "app/name", or "host/app/name".
    pub streams: Vec<String>,
    /// Numbers of channels; those that were removed are left out.
    pub channels: Vec<i64>,
    /// Cameras of this organisation and all below it.
    pub organisation_id: Option<i64>,
    /// Cameras of this group.
    pub group_id: Option<i64>,
    /// How many streams all of this is now.
    pub cameras: usize,
    /// From one picture of a stream to the next.
    pub interval_ms: i64,
    /// When it runs; always when absent.
    pub schedule: Option<Vec<ScheduleWindow>>,
    /// "jpg", "png" or "webp".
    pub form: String,
    /// In pixels; 0 is no limit.
    pub max_width: u16,
    /// In pixels; 0 is no limit.
    pub max_height: u16,
    /// 1 to 100.
    pub quality: u8,
    /// Whether the stream's name and the time are written into the pictures.
    pub overlay: bool,
    /// Days that pictures are kept; 0 is without end.
    pub keep_days: u32,
    /// Where pictures are sent to.
    pub target_id: Option<i64>,
    pub enabled: bool,
    pub version: i64,
    pub created_at: String,
    /// Pictures taken since the server's start.
    pub taken: u64,
    /// Turns since then at which the camera was not there.
    pub skipped: u64,
    /// Turns that gave no picture for another reason.
    pub failed: u64,
    /// Turns that were left out because the one before was not over, or too many ran.
    pub missed: u64,
    pub last_taken_at: Option<String>,
    pub last_snapshot_id: Option<i64>,
    pub last_failure: Option<SnapshotPlanFailure>,
}

/// The last turn of a plan that gave no picture.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SnapshotPlanFailure {
    pub stream: String,
    pub at: String,
    pub text: String,
}

/// A plan to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct SnapshotPlanInput {
    pub name: String,
    /// Up to 1,000: "app/name", or "host/app/name".
    #[serde(default)]
    pub streams: Vec<String>,
    /// Up to 1,000 numbers of channels.
    #[serde(default)]
    pub channels: Vec<i64>,
    /// All cameras of this organisation and below it, as they are when it is their turn.
    pub organisation_id: Option<i64>,
    /// All cameras of this group, as they are when it is their turn.
    pub group_id: Option<i64>,
    /// 1,000 (a second) to 604,800,000 (a week).
    pub interval_ms: i64,
    pub schedule: Option<Vec<ScheduleWindow>>,
    pub form: String,
    #[serde(default)]
    pub max_width: u32,
    #[serde(default)]
    pub max_height: u32,
    pub quality: u32,
    #[serde(default)]
    pub overlay: bool,
    /// Up to 3,650; 0 is without end.
    pub keep_days: u32,
    pub target_id: Option<i64>,
    pub enabled: bool,
}

/// All plans.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SnapshotPlanList {
    pub items: Vec<SnapshotPlan>,
}

/// Another system that pictures are sent to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadTarget {
    pub id: i64,
    pub name: String,
    /// "http_put", "http_post", "http_form" (multipart) or "ftp".
    pub kind: String,
    /// With places {id}, {vhost}, {app}, {name}, {date}, {time}, {ext}; one that ends in / gets a file name.
    pub url: String,
    pub username: Option<String>,
    pub has_password: bool,
    pub has_token: bool,
    pub headers: Vec<UploadHeader>,
    pub enabled: bool,
    pub version: i64,
    pub created_at: String,
    /// Pictures that wait.
    pub waiting: i64,
    /// Pictures sent since the server's start.
    pub sent: u64,
    /// Attempts since then that failed.
    pub failures: u64,
    /// Pictures since then that were dropped because too many waited, or given up after a day.
    pub lost: u64,
    pub last_sent_at: Option<String>,
    /// Why the last attempt failed, if it did.
    pub last_error: Option<String>,
}

/// A header field.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadHeader {
    pub name: String,
    pub value: String,
}

/// A target to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct UploadTargetInput {
    pub name: String,
    pub kind: String,
    pub url: String,
    pub username: Option<String>,
    /// Absent: keep the stored one.
    pub password: Option<String>,
    /// A bearer token. Absent: keep the stored one; empty: none.
    pub token: Option<String>,
    #[serde(default)]
    pub headers: Vec<UploadHeader>,
    pub enabled: bool,
}

/// All targets.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadTargetList {
    pub items: Vec<UploadTarget>,
}

/// What came of sending the newest picture.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct UploadTest {
    pub ok: bool,
    /// Why it was not taken.
    pub error: Option<String>,
    /// The picture that was sent.
    pub snapshot_id: i64,
}
