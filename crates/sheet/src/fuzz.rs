//! Entry points for fuzzing: each takes any bytes and must neither panic nor use unbounded memory.

use crate::{Table, read, write_csv};

/// A file that claims to be a table; what is read is written and read again.
pub fn table(bytes: &[u8]) {
    let Ok(table) = read(bytes) else { return };
    assert!(table.rows.iter().all(|row| row.cells.len() == table.heading.len()), "every row fits its heading");
    let _written = write_csv(&Table { heading: table.heading, rows: table.rows });
}
