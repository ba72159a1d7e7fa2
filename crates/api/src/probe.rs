use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Track;

/// A URL to be looked at.
#[derive(Clone, Deserialize, ToSchema)]
pub struct ProbeRequest {
    pub url: String,
    pub username: Option<String>,
    pub password: Option<String>,
    /// 1,000 to 30,000; 10,000 when absent.
    pub timeout_ms: Option<u64>,
}

/// What a URL delivers, or which leg failed.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProbeReport {
    pub ok: bool,
    pub url: String,
    pub elapsed_ms: u64,
    pub legs: Vec<ProbeLeg>,
    pub failed_leg: Option<String>,
    pub summary: String,
    pub next_step: Option<String>,
    pub tracks: Vec<Track>,
    pub gop_ms: Option<u64>,
    pub bitrate_bps: Option<u64>,
    pub fps: Option<f64>,
    pub clock: Option<ProbeClock>,
    pub warnings: Vec<String>,
    /// What the camera shows: a small JPEG in base64. Absent where it shows nothing, or it cannot be decoded.
    pub picture: Option<String>,
}

/// One leg of the way.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProbeLeg {
    pub leg: String,
    pub ok: bool,
    pub elapsed_ms: u64,
    pub text: String,
}

/// The camera's clock against ours.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ProbeClock {
    pub skew_ms: Option<i64>,
    pub text: String,
}
