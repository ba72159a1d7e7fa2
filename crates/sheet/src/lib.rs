//! Tables as XLSX and CSV: what people keep their lists of cameras in.
//!
//! A table is a heading and rows of texts. Pure functions over bytes: no file, no clock. What is read is limited
//! ([`MAX_ROWS`], [`MAX_COLUMNS`], [`MAX_CELL`], [`MAX_UNPACKED`]); what is written cannot be taken for a formula by the program
//! that opens it.
//!
//! | form | read | written |
//! |---|---|---|
//! | XLSX (ISO/IEC 29500), the first sheet | by `calamine` | by `rust_xlsxwriter` |
//! | CSV (RFC 4180), comma, semicolon or tab; UTF-8, UTF-16, or GB18030, as spreadsheets in China write it | by `csv` | UTF-8 with a byte order mark, which spreadsheets need to see that it is |

mod csv_table;
#[doc(hidden)]
pub mod fuzz;
mod xlsx;

use base::ErrorKind;

pub use csv_table::write_csv;
pub use xlsx::write_xlsx;

/// Rows of a table, without its heading.
pub const MAX_ROWS: usize = 200_000;
/// Columns of a table.
pub const MAX_COLUMNS: usize = 256;
/// Characters of a cell.
pub const MAX_CELL: usize = 4096;
/// Bytes of an XLSX file's parts together, once they are unpacked.
pub const MAX_UNPACKED: u64 = 256 << 20;

/// A heading and rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub heading: Vec<String>,
    /// Cells, as many as the heading has; empty ones are empty texts.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// As spreadsheets count: the heading of a plain table is 1.
    pub number: usize,
    /// By column.
    pub cells: Vec<String>,
}

/// Why a table could not be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SheetError {
    /// Nothing in it.
    #[error("the table is empty: its first row names the columns")]
    Empty,
    /// More than a limit.
    #[error("the table is too large: at most {MAX_ROWS} rows of {MAX_COLUMNS} columns of {MAX_CELL} characters")]
    TooLarge,
    /// Not what it looks like.
    #[error("the file cannot be read as a table: {0}")]
    Damaged(String),
}

impl SheetError {
    /// Its kind.
    pub const fn kind(&self) -> ErrorKind {
        ErrorKind::InvalidInput
    }
}

/// Reads an XLSX or CSV file, told apart by its first bytes. Empty rows are left out; rows keep their numbers.
///
/// # Errors
/// When it is neither, damaged, empty or too large.
pub fn read(bytes: &[u8]) -> Result<Table, SheetError> {
    let lines = if bytes.starts_with(b"PK\x03\x04") { xlsx::lines(bytes)? } else { csv_table::lines(bytes)? };
    let mut lines = lines.into_iter().filter(|row| row.cells.iter().any(|cell| !cell.trim().is_empty()));
    let mut heading: Vec<String> = lines.next().ok_or(SheetError::Empty)?.cells;
    while heading.last().is_some_and(|name| name.trim().is_empty()) {
        heading.pop();
    }
    let fit = |row: Row| {
        let mut cells: Vec<String> = row.cells.iter().map(|cell| plain(cell)).collect();
        cells.resize(heading.len(), String::new());
        Row { number: row.number, cells }
    };
    let rows = lines.map(fit).collect();
    Ok(Table { heading: heading.into_iter().map(|name| name.trim().to_owned()).collect(), rows })
}

/// A cell as it was before it was kept from being a formula.
fn plain(cell: &str) -> String {
    let trimmed = cell.trim();
    match trimmed.strip_prefix('\'') {
        Some(rest) if looks_like_formula(rest) => rest.to_owned(),
        _ => trimmed.to_owned(),
    }
}

/// What a formula begins with; spreadsheets of East Asian languages read full-width signs as the plain ones.
const FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

/// Whether a spreadsheet would run a text instead of showing it (OWASP, "CSV injection"). Numbers are no formulas.
fn looks_like_formula(text: &str) -> bool {
    text.starts_with(FORMULA) && text.parse::<f64>().is_err()
}

fn check_row(number: usize, cells: &[String]) -> Result<(), SheetError> {
    // The heading comes on top.
    let fits = number <= MAX_ROWS + 1 && cells.len() <= MAX_COLUMNS;
    if fits && cells.iter().all(|cell| cell.len() <= MAX_CELL * 4 && cell.chars().count() <= MAX_CELL) {
        Ok(())
    } else {
        Err(SheetError::TooLarge)
    }
}

#[cfg(test)]
mod tests;
