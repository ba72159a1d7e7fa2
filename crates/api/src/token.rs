use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A publish or play token to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenRequest {
    /// Virtual host; "default" when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vhost: Option<String>,
    pub app: String,
    /// "*" for all streams of the application.
    pub name: String,
    /// "publish" or "play".
    pub action: String,
    /// Up to one year.
    pub expires_in_s: i64,
}

/// The token and ready-made URLs by protocol.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct TokenResponse {
    pub token: String,
    pub expires_at: String,
    pub urls: BTreeMap<String, String>,
}
