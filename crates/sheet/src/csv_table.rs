//! CSV.

use std::borrow::Cow;

use crate::{Row, SheetError, Table, check_row, looks_like_formula};

/// All lines of a file.
pub(crate) fn lines(bytes: &[u8]) -> Result<Vec<Row>, SheetError> {
    let text = decoded(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| SheetError::Damaged(error.to_string()))?;
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        // A record is counted as the row that a spreadsheet shows it in: a text with line breaks is one cell.
        let number = rows.len() + 1;
        check_row(number, &cells)?;
        rows.push(Row { number, cells });
    }
    Ok(rows)
}

/// UTF-8, or what spreadsheets in China write, which is GB18030 or a part of it.
fn decoded(bytes: &[u8]) -> Result<Cow<'_, str>, SheetError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(Cow::Borrowed(text));
    }
    let (text, _, damaged) = encoding_rs::GB18030.decode(bytes);
    if damaged || text.contains('\0') {
        return Err(SheetError::Damaged("it is neither XLSX nor CSV in UTF-8 or GB18030".to_owned()));
    }
    Ok(text)
}

/// What separates the cells: of the usual ones that which the first line has most of.
fn delimiter(text: &str) -> u8 {
    let first = text.lines().next().unwrap_or_default();
    let count = |candidate: u8| first.bytes().filter(|byte| *byte == candidate).count();
    [b'\t', b';', b','].into_iter().max_by_key(|candidate| count(*candidate)).unwrap_or(b',')
}

/// A table as CSV.
pub fn write_csv(table: &Table) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xef\xbb\xbf".to_vec());
    let rows = std::iter::once(&table.heading).chain(table.rows.iter().map(|row| &row.cells));
    for row in rows {
        // Writing into memory does not fail, and all rows are as long as the heading.
        let _cannot_fail = writer.write_record(row.iter().map(|cell| harmless(cell).into_owned()));
    }
    writer.into_inner().unwrap_or_default()
}

fn harmless(cell: &str) -> Cow<'_, str> {
    if looks_like_formula(cell) { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}
