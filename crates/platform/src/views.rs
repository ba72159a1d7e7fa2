//! Named views of the video wall, and screens that are told what to show from another desk.

mod layout;
mod screens;

use std::sync::Arc;

use db::{Changed, Database, ViewRow};
use hub::StreamKey;
use serde::{Deserialize, Serialize};

pub use layout::{Layout, MAX_SIDE};
pub use screens::{Screen, Screens};

use crate::people::{Caller, People};
use crate::rights::Kind;
use crate::sharing::{Sharing, SharingError, check_name};
use crate::unix_now;

/// Views of one installation.
pub const MAX_VIEWS: usize = 10_000;
/// The largest number that a view is called by.
pub const MAX_NUMBER: i64 = 99;
const NOT_FOUND: SharingError = SharingError::NotFound { what: "view" };

/// What a tile shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tile {
    /// A channel, by its number.
    ChannelId(i64),
    /// A stream that is no channel's: "app/name".
    Stream(String),
}

/// What people set of a view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewInput {
    /// What it is called.
    pub name: String,
    /// By which it is called on the keyboard: 1 to 99.
    pub number: Option<i64>,
    /// With whom it is shared.
    pub organisation_id: Option<i64>,
    /// "9", "grid:3x2".
    pub layout: String,
    /// By place; as many as the layout has, or fewer.
    pub tiles: Vec<Option<Tile>>,
}

/// Views of the wall.
pub struct Views {
    database: Database,
    people: Arc<People>,
    changes: crate::turn::Turns,
}

/// Checks a layout with what it shows, and returns the tiles to be stored.
///
/// # Errors
/// What does not fit.
pub fn check_tiles(layout: &str, tiles: &[Option<Tile>]) -> Result<String, SharingError> {
    let layout: Layout = layout.parse().map_err(|error| SharingError::invalid("layout", format!("{error}.")))?;
    if tiles.len() > layout.places() {
        let text = format!("This layout has {} places, and {} tiles are given.", layout.places(), tiles.len());
        return Err(SharingError::invalid("tiles", text));
    }
    let is_stream = |tile: &Tile| match tile {
        Tile::ChannelId(id) => *id > 0,
        Tile::Stream(name) => name.parse::<StreamKey>().is_ok(),
    };
    if !tiles.iter().flatten().all(is_stream) {
        return Err(SharingError::invalid("tiles", "A tile is a channel's number or a stream's name."));
    }
    Ok(serde_json::to_string(tiles).unwrap_or_default())
}

impl Views {
    /// Over what is stored.
    pub fn new(database: Database, people: Arc<People>) -> Self {
        Self { database, people, changes: crate::turn::Turns::default() }
    }

    /// What a stored view shows.
    pub fn tiles(row: &ViewRow) -> Vec<Option<Tile>> {
        serde_json::from_str(&row.tiles).unwrap_or_default()
    }

    /// Whose a view is.
    pub const fn sharing(row: &ViewRow) -> Sharing {
        Sharing { owner: row.owner_id, organisation: row.organisation_id }
    }

    /// Views that somebody sees, by name.
    ///
    /// # Errors
    /// [`SharingError::Storage`].
    pub async fn list(&self, caller: &Caller) -> Result<Vec<ViewRow>, SharingError> {
        let mut rows = self.database.views().await?;
        rows.retain(|row| Self::sharing(row).is_seen_by(caller, &self.people, Kind::View));
        Ok(rows)
    }

    /// One that somebody sees.
    ///
    /// # Errors
    /// [`SharingError::NotFound`], also for one that they may not know of.
    pub async fn one(&self, caller: &Caller, id: i64) -> Result<ViewRow, SharingError> {
        self.list(caller).await?.into_iter().find(|row| row.id == id).ok_or(NOT_FOUND)
    }

    /// Adds one.
    ///
    /// # Errors
    /// When something does not fit, or may not be shared there.
    pub async fn add(&self, caller: &Caller, input: ViewInput) -> Result<ViewRow, SharingError> {
        let _one_at_a_time = self.changes.next().await?;
        let present = self.database.views().await?;
        if present.len() >= MAX_VIEWS {
            return Err(SharingError::TooMany);
        }
        check_number(&present, 0, caller.user.id, input.number)?;
        let blank = ViewRow { owner_id: caller.user.id, created_at: unix_now(), version: 1, ..ViewRow::default() };
        let row = self.row(caller, input, &blank)?;
        let id = self.database.add_view(&row).await?;
        Ok(ViewRow { id, ..row })
    }

    /// Changes one, if `version` is the present one.
    ///
    /// # Errors
    /// As for adding, and when it is somebody else's.
    pub async fn change(
        &self,
        caller: &Caller,
        (id, version): (i64, i64),
        input: ViewInput,
    ) -> Result<ViewRow, SharingError> {
        let _one_at_a_time = self.changes.next().await?;
        let present = self.own(caller, id).await?;
        check_number(&self.database.views().await?, id, present.owner_id, input.number)?;
        let row = self.row(caller, input, &ViewRow { version, ..present })?;
        match self.database.update_view(&row).await? {
            Changed::Done => Ok(ViewRow { version: version + 1, ..row }),
            Changed::Stale => Err(SharingError::Stale),
            Changed::Missing => Err(NOT_FOUND),
        }
    }

    /// Removes one.
    ///
    /// # Errors
    /// When there is none or it is somebody else's.
    pub async fn remove(&self, caller: &Caller, id: i64) -> Result<(), SharingError> {
        self.own(caller, id).await?;
        if self.database.remove_view(id).await? { Ok(()) } else { Err(NOT_FOUND) }
    }

    async fn own(&self, caller: &Caller, id: i64) -> Result<ViewRow, SharingError> {
        let row = self.one(caller, id).await?;
        if Self::sharing(&row).is_changed_by(caller, Kind::View) { Ok(row) } else { Err(SharingError::Forbidden) }
    }

    fn row(&self, caller: &Caller, input: ViewInput, base: &ViewRow) -> Result<ViewRow, SharingError> {
        check_name(&input.name)?;
        if input.number.is_some_and(|number| !(1..=MAX_NUMBER).contains(&number)) {
            return Err(SharingError::invalid("number", format!("A number is 1 to {MAX_NUMBER}.")));
        }
        let sharing = Sharing { owner: base.owner_id, organisation: input.organisation_id };
        if input.organisation_id != base.organisation_id {
            sharing.check_place(caller, &self.people, Kind::View)?;
        }
        Ok(ViewRow {
            organisation_id: input.organisation_id,
            tiles: check_tiles(&input.layout, &input.tiles)?,
            name: input.name.trim().to_owned(),
            number: input.number,
            layout: input.layout,
            ..base.clone()
        })
    }
}

/// A number calls one view of its maker.
fn check_number(views: &[ViewRow], id: i64, owner: i64, number: Option<i64>) -> Result<(), SharingError> {
    let mut others = views.iter().filter(|row| row.id != id && row.owner_id == owner);
    match number.and_then(|number| others.find(|row| row.number == Some(number))) {
        Some(other) => {
            Err(SharingError::Taken { field: "number", text: format!("Your view {:?} has this number.", other.name) })
        }
        None => Ok(()),
    }
}
