use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Cameras that belong together for a purpose: what a right may be for instead of an organisation.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Group {
    pub id: i64,
    /// Unique within its organisation.
    pub name: String,
    /// Where it belongs for good; its members belong there or below.
    pub organisation_id: i64,
    /// How many of its members one sees; `GET /channels?group=` lists them.
    pub channels: usize,
    /// Whether one may rename it and change its members.
    pub managed: bool,
    /// Counted up by each change of the name; for `If-Match`.
    pub version: i64,
}

/// The groups that one may see, by name.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GroupList {
    pub items: Vec<Group>,
}

/// A group to be added.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct NewGroup {
    /// 1 to 64 characters.
    pub name: String,
    pub organisation_id: i64,
}

/// A group to be renamed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct GroupInput {
    /// 1 to 64 characters.
    pub name: String,
}

/// Channels that join a group and leave it, up to 10,000 at once, each once.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct GroupMembersInput {
    pub add: Vec<i64>,
    pub remove: Vec<i64>,
}

/// Who joined and left; sent back the other way round it is undone.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct GroupMembersChanged {
    /// Were not in the group before.
    pub added: Vec<i64>,
    /// Were in the group before.
    pub removed: Vec<i64>,
}
