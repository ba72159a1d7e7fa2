use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::PlayOffer;

/// A link by which somebody without an account watches a camera for a time.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Share {
    pub id: i64,
    /// Sign-in name of who made it.
    pub user: String,
    /// "main" or "sub".
    pub rendition: String,
    /// Shown over the picture; may be empty.
    pub watermark: String,
    pub created_at: String,
    pub expires_at: String,
}

/// A link to be made.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ShareInput {
    /// How long it is good for: 1 minute to 30 days.
    pub minutes: i64,
    /// "main" (when absent) or "sub".
    pub rendition: Option<String>,
    /// Up to 64 characters.
    #[serde(default)]
    pub watermark: String,
}

/// A link that was made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ShareCreated {
    pub share: Share,
    /// Of the console's page; shown only now: "/share/...".
    pub path: String,
}

/// Links of a channel.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ShareList {
    pub items: Vec<Share>,
}

/// What a link leads to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct SharedChannel {
    /// Of the camera.
    pub name: String,
    pub watermark: String,
    pub expires_at: String,
    /// Good for ten minutes or until the link ends: ask again then.
    pub offer: PlayOffer,
}
