use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of a device: a camera, a sound, an alarm input.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Channel {
    pub id: i64,
    pub device_id: i64,
    pub device_name: String,
    pub organisation_id: i64,
    /// The groups that it is in and one may see.
    pub groups: Vec<i64>,
    /// What the device calls it; may be empty.
    pub number: String,
    pub name: String,
    /// "video", "audio" or "alarm".
    pub kind: String,
    /// A number by which other systems know it; unique.
    pub code: Option<String>,
    /// Code of its administrative area: 2, 4, 6 or 8 digits.
    pub area_code: Option<String>,
    pub road: Option<RoadPosition>,
    pub position: Option<Position>,
    /// Degrees clockwise from north.
    pub heading: Option<f64>,
    /// Whether it can be turned.
    pub ptz: bool,
    /// Whether it can be spoken to.
    pub talk: bool,
    pub tags: Vec<String>,
    /// Fields of the installation's own.
    pub custom: BTreeMap<String, String>,
    pub maintenance: Maintenance,
    pub main: ChannelRendition,
    /// A small picture of the same, for small tiles.
    pub sub: Option<ChannelRendition>,
    /// "on_demand" or "always".
    pub mode: String,
    /// One that is not is neither pulled nor played.
    pub enabled: bool,
    /// "online": its picture flows; "offline": the last attempt failed; "idle": nobody watches it; "disabled".
    pub state: String,
    /// Why it is offline.
    pub state_reason: Option<String>,
    pub created_at: String,
    pub version: i64,
}

/// Where along a road.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RoadPosition {
    /// "G42"; may be empty.
    #[serde(default)]
    pub code: String,
    /// May be empty.
    #[serde(default)]
    pub name: String,
    /// "K12+300".
    pub stake: Option<String>,
    /// The same in metres; what is given is `stake`.
    #[serde(default)]
    pub stake_m: Option<i64>,
    /// "up", "down", "both".
    pub direction: Option<String>,
    /// "main", "ramp", "tunnel", "bridge", "toll", "service_area", "intersection".
    pub carriageway: Option<String>,
}

/// A place on earth.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Position {
    /// Degrees; as answered: WGS-84. As given: by `crs`.
    pub longitude: f64,
    pub latitude: f64,
    /// Coordinate system in which it was given: "wgs84" (when absent), "gcj02" or "bd09".
    #[serde(default)]
    pub crs: Option<String>,
}

/// Who looks after it and since when it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Maintenance {
    /// "2026-11-26".
    pub installed_on: Option<String>,
    /// "2029-11-26".
    pub warranty_until: Option<String>,
    pub maintainer: Option<String>,
    pub phone: Option<String>,
    pub note: Option<String>,
}

/// One variant of a channel's picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChannelRendition {
    /// "app/name"; as given: absent for one that is named by the channel's number ("ch/12", "ch/12_sub").
    #[serde(default)]
    pub stream: Option<String>,
    /// Where the driver finds it. "url": a URL, or a path below the device's address; "sim": the name of a scene.
    #[serde(default)]
    pub address: String,
}

/// A channel to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ChannelInput {
    /// Absent when it comes with a new device, and for one that keeps its own.
    pub device_id: Option<i64>,
    /// Absent: that of the device.
    pub organisation_id: Option<i64>,
    #[serde(default)]
    pub number: String,
    pub name: String,
    /// "video" when absent.
    pub kind: Option<String>,
    pub code: Option<String>,
    pub area_code: Option<String>,
    pub road: Option<RoadPosition>,
    pub position: Option<Position>,
    pub heading: Option<f64>,
    #[serde(default)]
    pub ptz: bool,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default)]
    pub custom: BTreeMap<String, String>,
    #[serde(default)]
    pub maintenance: Maintenance,
    pub main: ChannelRendition,
    pub sub: Option<ChannelRendition>,
    /// "on_demand" when absent.
    pub mode: Option<String>,
    pub enabled: bool,
}

/// A part of the channels, in the order of the tree.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelPage {
    pub items: Vec<Channel>,
    /// How many fit the search.
    pub total: usize,
}

/// The organisations that one may see channels of, with how many there are.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelTree {
    pub organisations: Vec<ChannelBranch>,
}

/// An organisation with its own channels, without those below it.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelBranch {
    pub id: i64,
    pub parent_id: Option<i64>,
    pub name: String,
    pub channels: usize,
    /// Of which so many have a picture that flows.
    pub online: usize,
}

/// What many channels get at once; what is absent stays.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ChannelBulk {
    /// Up to 10,000.
    pub ids: Vec<i64>,
    /// "change" or "remove".
    pub action: String,
    #[serde(default)]
    pub set: ChannelSet,
}

/// Properties that many channels can get at once.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelSet {
    pub organisation_id: Option<i64>,
    pub enabled: Option<bool>,
    pub mode: Option<String>,
    pub road_code: Option<String>,
    pub road_name: Option<String>,
    pub direction: Option<String>,
    pub carriageway: Option<String>,
    pub area_code: Option<String>,
    #[serde(default)]
    pub add_tags: Vec<String>,
    #[serde(default)]
    pub remove_tags: Vec<String>,
}

/// What was changed, and how it is taken back.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelsChanged {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
    /// For `POST /channels/undo/{id}` within 30 minutes.
    pub undo: Option<String>,
}

/// What an import does, row by row.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ChannelImportReport {
    pub rows: usize,
    pub added: usize,
    pub changed: usize,
    /// As they are already.
    pub unchanged: usize,
    /// Of which nothing is made: an import with one is made not at all.
    pub refused: usize,
    /// New devices.
    pub devices: usize,
    /// What is wrong, in the order of the table; at most 1,000.
    pub errors: Vec<CellError>,
    /// Columns of the table that mean nothing here.
    pub ignored_columns: Vec<String>,
    /// How far the table goes beyond the licence; it is not imported then.
    pub over_licence: Option<OverLicence>,
    /// Whether it was made.
    pub done: bool,
    pub undo: Option<String>,
}

/// How far a table goes beyond the licence.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OverLicence {
    /// Cameras that may be on.
    pub limit: usize,
    /// Cameras that are on.
    pub on: usize,
    /// Cameras that the table would switch on.
    pub more: usize,
    /// Of which so many still fit.
    pub fitting: usize,
}

/// What is wrong with a cell.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct CellError {
    /// From 1, as spreadsheets count; the heading is row 1.
    pub row: usize,
    /// Heading of its column; absent when it is the whole row.
    pub column: Option<String>,
    /// What stands there.
    pub value: String,
    pub text: String,
}
