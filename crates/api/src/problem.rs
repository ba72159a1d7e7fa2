use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An error (RFC 9457).
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    /// What happened, why, and what to do.
    pub detail: String,
    /// Stable identifier.
    pub code: String,
    /// The request field at fault, if one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}
