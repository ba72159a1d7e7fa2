//! How tiles lie on a wall.

use std::fmt;
use std::str::FromStr;

/// Rows and columns of a free grid at most.
pub const MAX_SIDE: usize = 8;
/// Layouts with places of their own: equal tiles, or a large one with small ones around it.
const FIXED: [usize; 8] = [1, 4, 6, 8, 9, 13, 16, 25];

/// A layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One of the usual ones, by its number of tiles.
    Fixed(usize),
    /// Columns and rows.
    Grid(usize, usize),
}

/// Not a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a layout is 1, 4, 6, 8, 9, 13, 16 or 25 tiles, or a grid of up to 8x8, as grid:5x3")]
pub struct BadLayout;

impl Layout {
    /// Tiles that it has.
    pub const fn places(self) -> usize {
        match self {
            Self::Fixed(places) => places,
            Self::Grid(columns, rows) => columns * rows,
        }
    }
}

impl FromStr for Layout {
    type Err = BadLayout;

    fn from_str(text: &str) -> Result<Self, BadLayout> {
        let side = |text: &str| text.parse().ok().filter(|side| (1..=MAX_SIDE).contains(side)).ok_or(BadLayout);
        if let Some(grid) = text.strip_prefix("grid:") {
            let (columns, rows) = grid.split_once('x').ok_or(BadLayout)?;
            return Ok(Self::Grid(side(columns)?, side(rows)?));
        }
        let places = text.parse().map_err(|_| BadLayout)?;
        if FIXED.contains(&places) { Ok(Self::Fixed(places)) } else { Err(BadLayout) }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(places) => write!(f, "{places}"),
            Self::Grid(columns, rows) => write!(f, "grid:{columns}x{rows}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_read_as_they_are_written() {
        for (text, places) in [("1", 1), ("13", 13), ("25", 25), ("grid:8x8", 64), ("grid:5x3", 15)] {
            let layout: Layout = text.parse().unwrap();
            assert_eq!((layout.to_string().as_str(), layout.places()), (text, places));
        }
        for bad in ["", "2", "grid:9x1", "grid:0x3", "grid:3", "grid:3x", "-1", "grid:3x3x3"] {
            assert_eq!(bad.parse::<Layout>(), Err(BadLayout), "{bad}");
        }
    }
}
