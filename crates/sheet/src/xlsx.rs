//! XLSX.

use std::io::{Cursor, Read};

use calamine::{Data, Reader, Xlsx};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::{MAX_UNPACKED, Row, SheetError, Table, check_row};

/// All lines of the first sheet.
pub(crate) fn lines(bytes: &[u8]) -> Result<Vec<Row>, SheetError> {
    check_unpacked(bytes)?;
    let damaged = |error: calamine::XlsxError| SheetError::Damaged(error.to_string());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(damaged)?;
    let name = book.sheet_names().first().cloned().ok_or(SheetError::Empty)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(damaged)?;
    let mut rows: Vec<Row> = Vec::new();
    // Read cell by cell: the size that a file says it has is not believed.
    while let Some(cell) = cells.next_cell().map_err(damaged)? {
        let (row, column) = cell.get_position();
        let (number, column) = (row as usize + 1, column as usize);
        let text = text_of(&Data::from(cell.get_value().clone()));
        if text.is_empty() {
            continue;
        }
        if rows.last().is_none_or(|last| last.number != number) {
            rows.push(Row { number, cells: Vec::new() });
        }
        let Some(last) = rows.last_mut() else { continue };
        check_row(number, std::slice::from_ref(&text))?;
        if column >= crate::MAX_COLUMNS {
            return Err(SheetError::TooLarge);
        }
        if last.cells.len() <= column {
            last.cells.resize(column + 1, String::new());
        }
        last.cells[column] = text;
    }
    Ok(rows)
}

/// Unpacks everything once without keeping it: a small file can hold more than a server has memory.
fn check_unpacked(bytes: &[u8]) -> Result<(), SheetError> {
    let damaged = |text: String| SheetError::Damaged(text);
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|error| damaged(error.to_string()))?;
    let mut left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| damaged(error.to_string()))?;
        let read =
            std::io::copy(&mut part.take(left), &mut std::io::sink()).map_err(|error| damaged(error.to_string()))?;
        left -= read;
        if left == 0 {
            return Err(SheetError::TooLarge);
        }
    }
    Ok(())
}

/// A cell as people read it: whole numbers without a point, days as 2026-11-26.
fn text_of(cell: &Data) -> String {
    match cell {
        Data::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        Data::DateTime(at) => day_of(at.as_f64()).unwrap_or_else(|| cell.to_string()),
        other => other.to_string(),
    }
}

/// The day of a serial number of days since 1899-12-30.
fn day_of(serial: f64) -> Option<String> {
    let days = (1.0..3_000_000.0).contains(&serial).then_some(serial as i64)?;
    let day = jiff::civil::date(1899, 12, 30).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(day.to_string())
}

/// A table as XLSX: everything as text, so that codes keep their zeros and nothing is a formula; the heading stays in sight.
///
/// # Errors
/// When it is larger than a sheet can be.
pub fn write_xlsx(table: &Table) -> Result<Vec<u8>, SheetError> {
    let failed = |error: XlsxError| SheetError::Damaged(error.to_string());
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let (bold, text) = (Format::new().set_bold().set_num_format("@"), Format::new().set_num_format("@"));
    for (column, name) in (0u16..).zip(&table.heading) {
        sheet.write_string_with_format(0, column, name, &bold).map_err(failed)?;
        // So wide that headings and usual cells can be read.
        let longest =
            table.rows.iter().take(100).filter_map(|row| row.cells.get(usize::from(column))).map(|cell| width(cell));
        let width = longest.chain([width(name)]).max().unwrap_or(8).clamp(6, 48);
        sheet.set_column_width(column, f64::from(width) + 2.0).map_err(failed)?;
        sheet.set_column_format(column, &text).map_err(failed)?;
    }
    for (row, line) in (1u32..).zip(&table.rows) {
        for (column, cell) in (0u16..).zip(&line.cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string_with_format(row, column, cell, &text).map_err(failed)?;
        }
    }
    sheet.set_freeze_panes(1, 0).map_err(failed)?;
    book.save_to_buffer().map_err(failed)
}

/// In columns of a terminal: Chinese characters are two wide.
fn width(text: &str) -> u32 {
    text.chars().map(|character| if character.is_ascii() { 1 } else { 2 }).sum()
}
