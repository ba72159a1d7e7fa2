//! How tiles lie on a wall.

use std::fmt;
use std::str::FromStr;

/// Rows and columns of a free grid at most.
pub const MAX_SIDE: usize = 8;
/// Layouts with places of their own: equal tiles, or a large one with small ones around it.
const FIXED: [usize; 8] = [1, 4, 6, 8, 9, 13, 16, 25];

/// A layout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One of the usual ones, by its number of tiles.
    Fixed(usize),
    /// A grid of one's own.
    Grid {
        /// 1 to [`MAX_SIDE`].
        columns: usize,
        /// 1 to [`MAX_SIDE`].
        rows: usize,
        /// Tiles that cover several cells; none covers a cell of another.
        spans: Vec<Span>,
    },
}

/// A tile that covers several cells, which are counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    column: usize,
    row: usize,
    columns: usize,
    rows: usize,
}

/// Not a layout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a layout is 1, 4, 6, 8, 9, 13, 16 or 25 tiles, or a grid of up to 8x8, as grid:5x3 or grid:4x3:1.1.2.2")]
pub struct BadLayout;

impl Layout {
    /// Tiles that it has.
    pub fn places(&self) -> usize {
        match self {
            Self::Fixed(places) => *places,
            Self::Grid { columns, rows, spans } => {
                spans.iter().fold(columns * rows, |cells, span| cells - span.columns * span.rows + 1)
            }
        }
    }
}

impl Span {
    fn fits(self, columns: usize, rows: usize) -> bool {
        let inside = |first: usize, count: usize, all: usize| first >= 1 && count >= 1 && first + count - 1 <= all;
        inside(self.column, self.columns, columns) && inside(self.row, self.rows, rows) && self.columns * self.rows > 1
    }

    const fn overlaps(self, other: Self) -> bool {
        self.column < other.column + other.columns
            && other.column < self.column + self.columns
            && self.row < other.row + other.rows
            && other.row < self.row + self.rows
    }
}

impl FromStr for Span {
    type Err = BadLayout;

    /// Column, row, columns, rows: "1.1.2.2".
    fn from_str(text: &str) -> Result<Self, BadLayout> {
        let numbers: Vec<usize> = text.split('.').map(side).collect::<Result<_, _>>()?;
        match numbers[..] {
            [column, row, columns, rows] => Ok(Self { column, row, columns, rows }),
            _ => Err(BadLayout),
        }
    }
}

fn side(text: &str) -> Result<usize, BadLayout> {
    text.parse().ok().filter(|side| (1..=MAX_SIDE).contains(side)).ok_or(BadLayout)
}

impl FromStr for Layout {
    type Err = BadLayout;

    fn from_str(text: &str) -> Result<Self, BadLayout> {
        let Some(grid) = text.strip_prefix("grid:") else {
            let places = text.parse().map_err(|_| BadLayout)?;
            return if FIXED.contains(&places) { Ok(Self::Fixed(places)) } else { Err(BadLayout) };
        };
        let (size, spans) = grid.split_once(':').map_or((grid, None), |(size, spans)| (size, Some(spans)));
        let (columns, rows) = size.split_once('x').ok_or(BadLayout)?;
        let (columns, rows) = (side(columns)?, side(rows)?);
        let spans: Vec<Span> =
            spans.map(|list| list.split(',').map(str::parse).collect()).transpose()?.unwrap_or_default();
        let apart = |(index, one): (usize, &Span)| !spans[index + 1..].iter().any(|other| one.overlaps(*other));
        if spans.iter().all(|span| span.fits(columns, rows)) && spans.iter().enumerate().all(apart) {
            Ok(Self::Grid { columns, rows, spans })
        } else {
            Err(BadLayout)
        }
    }
}

impl fmt::Display for Layout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fixed(places) => write!(f, "{places}"),
            Self::Grid { columns, rows, spans } => {
                write!(f, "grid:{columns}x{rows}")?;
                for (index, Span { column, row, columns, rows }) in spans.iter().enumerate() {
                    write!(f, "{}{column}.{row}.{columns}.{rows}", if index == 0 { ':' } else { ',' })?;
                }
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layouts_are_read_as_they_are_written() {
        for (text, places) in
            [("1", 1), ("13", 13), ("25", 25), ("grid:8x8", 64), ("grid:5x3", 15), ("grid:4x3:1.1.2.2,3.3.2.1", 8)]
        {
            let layout: Layout = text.parse().unwrap();
            assert_eq!((layout.to_string().as_str(), layout.places()), (text, places));
        }
        for bad in [
            "",
            "2",
            "grid:9x1",
            "grid:0x3",
            "grid:3",
            "grid:3x",
            "-1",
            "grid:3x3x3",
            "grid:3x3:",
            "grid:3x3:1.1.1",
            "grid:3x3:3.1.2.1",
            "grid:3x3:1.1.1.1",
            "grid:3x3:1.1.2.2,2.2.2.1",
            "grid:3x3:0.1.2.1",
        ] {
            assert_eq!(bad.parse::<Layout>(), Err(BadLayout), "{bad}");
        }
    }
}
