use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A named view of the video wall.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct View {
    pub id: i64,
    pub name: String,
    /// By which it is called on the keyboard: 1 to 99.
    pub number: Option<i64>,
    /// With whom it is shared: people of this organisation and below it; absent: with nobody.
    pub organisation_id: Option<i64>,
    /// Sign-in name of who made it.
    pub owner: String,
    /// Whether that is who asks.
    pub mine: bool,
    /// Whether who asks may change and remove it.
    pub changeable: bool,
    /// "1", "4", "6", "8", "9", "13", "16", "25", or "grid:CxR" with up to 8 columns and rows.
    pub layout: String,
    /// By place; null where nothing is shown.
    pub tiles: Vec<Option<Tile>>,
    pub version: i64,
}

/// What a tile shows: a channel, or a stream that is none's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Tile {
    ChannelId(i64),
    /// "app/name".
    Stream(String),
}

/// A view to be added or changed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ViewInput {
    pub name: String,
    pub number: Option<i64>,
    pub organisation_id: Option<i64>,
    pub layout: String,
    pub tiles: Vec<Option<Tile>>,
}

/// Views that one sees: one's own and those shared with one.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ViewList {
    pub items: Vec<View>,
}

/// A browser window that shows a wall and is told what from another desk.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Screen {
    pub name: String,
    /// Sign-in name of who opened it.
    pub user: String,
    pub since: String,
    /// The view that it was told to show last.
    pub view_id: Option<i64>,
}

/// Screens that are on and that one may send to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct ScreenList {
    pub items: Vec<Screen>,
}

/// What a screen is to show: a view, or a layout with tiles.
#[derive(Clone, Debug, Deserialize, ToSchema)]
pub struct ScreenShow {
    pub view_id: Option<i64>,
    pub layout: Option<String>,
    #[serde(default)]
    pub tiles: Vec<Option<Tile>>,
}
