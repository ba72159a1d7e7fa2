use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How many cameras may be on, and why.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenceStanding {
    /// "none", "valid", "ending" (within 30 days of its end), "ended", or "unverified" (the issuer's key is missing or another one).
    pub state: String,
    /// Cameras that may be on. More are not added; those that are on stay on.
    pub limit: usize,
    /// Cameras that are on.
    pub on: usize,
    /// Cameras that may be on without a licence.
    pub free_limit: usize,
    /// Whether the key licence.issuer_key is set, without which no licence is accepted.
    pub has_issuer: bool,
    /// What the licence says; absent without one that is believed.
    pub terms: Option<LicenceTerms>,
    /// Whole days until its end; absent without an end that is ahead.
    pub days_left: Option<i64>,
    /// Why it is not believed.
    pub reason: Option<String>,
}

/// What a licence says.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct LicenceTerms {
    pub number: String,
    pub customer: String,
    pub channels: usize,
    /// A day: 2026-01-01.
    pub issued: String,
    /// Its last day, in UTC; absent: without end.
    pub expires: Option<String>,
}

/// A licence that is handed in.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct LicenceInput {
    /// The file as the issuer sent it.
    pub text: String,
}
