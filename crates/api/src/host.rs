use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A virtual host: streams on it are apart from streams of equal names on others.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Host {
    /// Lower case.
    pub name: String,
    /// "cam.example.com", or "*.example.com" for all below. An exact domain goes before a wildcard.
    pub domains: Vec<String>,
    /// Running streams on it.
    pub streams: usize,
    /// Viewers of them.
    pub viewers: usize,
    /// Sources configured on it.
    pub sources: usize,
    pub created_at: String,
}

/// A virtual host to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct HostInput {
    /// 1 to 64 of `A-Z a-z 0-9 _ -`, not "default"; kept in lower case.
    pub name: String,
    /// At most 100; each belongs to one host.
    #[serde(default)]
    pub domains: Vec<String>,
}

/// What a virtual host is changed to. Sessions that run stay where they are.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct HostChange {
    pub domains: Vec<String>,
}

/// All virtual hosts by name; the one called "default", which has everything else, is none of them.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct HostList {
    pub items: Vec<Host>,
}
