//! Restoring.

use std::io::{BufRead, BufReader, Read, Seek, Write};

use serde::Deserialize;
use serde_json::Value;
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::value::{self, Column};
use super::{BackupError, Header, TABLES, VERSION};
use crate::{Database, Place, engine};

/// Longest line: a row with a certificate or a long text is far below.
const MAX_LINE: u64 = 64 << 20;

/// A line after the first that is no row.
#[derive(Deserialize)]
#[serde(untagged)]
enum Mark {
    Table { table: String, columns: Vec<String> },
    End { end: u64 },
}

struct Lines<R> {
    input: R,
    number: u64,
    text: String,
}

impl<R: BufRead> Lines<R> {
    /// The next line, or `None` at the end.
    fn next(&mut self) -> Result<Option<&str>, BackupError> {
        self.text.clear();
        self.number += 1;
        let read = (&mut self.input).take(MAX_LINE).read_line(&mut self.text);
        match read {
            Ok(0) => Ok(None),
            Ok(_) if self.text.ends_with('\n') => Ok(Some(self.text.trim_end())),
            Ok(count) if count as u64 == MAX_LINE => Err(self.malformed("it is too long")),
            // A last line without its end was cut off.
            Ok(_) => Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(self.malformed("it is no text")),
            Err(error) => Err(error.into()),
        }
    }

    fn malformed(&self, why: &str) -> BackupError {
        BackupError::Malformed { line: self.number, why: why.to_owned() }
    }
}

impl Database {
    /// Takes everything from a backup, in one transaction; `replace` permits to forget what is there. Returns its first line and the
    /// number of rows.
    ///
    /// # Errors
    /// When it is damaged, from a newer program, or there are accounts already and `replace` is not set. The database is then as it was.
    pub async fn restore(&self, input: impl BufRead, replace: bool) -> Result<(Header, u64), BackupError> {
        if !replace && !self.has_no_users().await? {
            return Err(BackupError::NotEmpty);
        }
        let mut lines = Lines { input, number: 0, text: String::new() };
        let header = lines.next()?.map(serde_json::from_str::<Header>);
        let Some(Ok(header)) = header else { return Err(lines.malformed("a backup begins otherwise")) };
        let ours = engine::newest_migration();
        if header.schema > ours || header.version > VERSION {
            return Err(BackupError::Newer { schema: header.schema, ours });
        }
        let rows = if header.schema < ours {
            self.restore_earlier(&header, lines).await?
        } else {
            self.restore_rows(lines).await?
        };
        Ok((header, rows))
    }

    async fn restore_rows(&self, mut lines: Lines<impl BufRead>) -> Result<u64, BackupError> {
        let mut transaction = self.write().await?;
        for table in TABLES.iter().rev() {
            // An earlier schema lacks some.
            if self.columns(table).await?.is_empty() {
                continue;
            }
            sqlx::query(AssertSqlSafe(format!("DELETE FROM {table}"))).execute(&mut *transaction).await?;
        }
        let mut into: Option<Insert> = None;
        let mut rows = 0;
        loop {
            let Some(line) = lines.next()? else { return Err(BackupError::CutOff { rows }) };
            if line.starts_with('[') {
                let insert = into.as_ref().ok_or_else(|| "a row without a table".to_owned());
                let done = match insert.and_then(|insert| insert.statement(line)) {
                    Ok(statement) => statement.execute(&mut *transaction).await,
                    Err(why) => return Err(lines.malformed(&why)),
                };
                done?;
                rows += 1;
                continue;
            }
            match serde_json::from_str(line) {
                Ok(Mark::Table { table, columns }) => {
                    let insert = self.insert_into(&table, &columns).await?;
                    into = Some(insert.map_err(|why| lines.malformed(&why))?);
                }
                Ok(Mark::End { end }) if end == rows => break,
                _ => return Err(lines.malformed("neither a table, a row nor the right end")),
            }
        }
        // The end is reached in any case: a packed file checks its sum there.
        if lines.next()?.is_some() {
            return Err(lines.malformed("something follows the end"));
        }
        self.continue_numbers(&mut transaction).await?;
        transaction.commit().await?;
        Ok(rows)
    }

    async fn insert_into(&self, table: &str, wanted: &[String]) -> Result<Result<Insert, String>, BackupError> {
        if !TABLES.contains(&table) {
            return Ok(Err(format!("there is no table {table:?}")));
        }
        let known = self.columns(table).await?;
        let columns = wanted.iter().map(|name| {
            let column = known.iter().find(|column| column.name == *name);
            column.cloned().ok_or_else(|| format!("table {table} has no column {name:?}"))
        });
        Ok(columns.collect::<Result<Vec<_>, _>>().map(|columns| Insert::new(table, columns)))
    }

    /// Numbers of new rows go on behind those that came; SQLite does so by itself.
    async fn continue_numbers(&self, transaction: &mut Transaction<'static, Any>) -> Result<(), BackupError> {
        for table in TABLES {
            if let Some(statement) = self.engine.continue_numbers(table)
                && self.columns(table).await?.iter().any(|column| column.name == "id")
            {
                sqlx::query(AssertSqlSafe(statement)).execute(&mut **transaction).await?;
            }
        }
        Ok(())
    }

    /// By way of a SQLite file that has the schema of the backup and is then upgraded.
    async fn restore_earlier(&self, header: &Header, lines: Lines<impl BufRead>) -> Result<u64, BackupError> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("earlier.db");
        let earlier = Self::open_earlier(&path, header.schema).await?;
        earlier.restore_rows(lines).await?;
        earlier.close().await;
        let upgraded = Self::open(&Place::File(path)).await?;
        let mut copy = tempfile::tempfile()?;
        upgraded
            .backup(&Header::new(header.made_at, header.files.clone()), &mut std::io::BufWriter::new(&mut copy))
            .await?;
        upgraded.close().await;
        copy.flush()?;
        copy.rewind()?;
        let mut lines = Lines { input: BufReader::new(copy), number: 0, text: String::new() };
        lines.next()?;
        self.restore_rows(lines).await
    }
}

struct Insert {
    text: String,
    columns: Vec<Column>,
}

impl Insert {
    fn new(table: &str, columns: Vec<Column>) -> Self {
        let names: Vec<_> = columns.iter().map(|column| column.name.as_str()).collect();
        let places: Vec<_> = (1..=columns.len()).map(|number| format!("${number}")).collect();
        let text = format!("INSERT INTO {table} ({}) VALUES ({})", names.join(", "), places.join(", "));
        Self { text, columns }
    }

    fn statement(&self, row: &str) -> Result<value::Statement<'_>, String> {
        let values: Vec<Value> = serde_json::from_str(row).map_err(|error| error.to_string())?;
        if values.len() != self.columns.len() {
            return Err("a row of another length than its table".to_owned());
        }
        let statement = sqlx::query(AssertSqlSafe(self.text.clone()));
        self.columns.iter().zip(&values).try_fold(statement, |statement, (column, value)| {
            value::bind(statement, column.kind, value).map_err(|why| format!("{}: {why}", column.name))
        })
    }
}
