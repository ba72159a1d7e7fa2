//! Columns as JSON and back.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sqlx::any::{AnyArguments, AnyRow, AnyTypeInfoKind};
use sqlx::query::Query;
use sqlx::{Any, Column as _, Row, TypeInfo, ValueRef};

use crate::{Database, DbError};

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Real,
    Text,
    Bytes,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

impl Database {
    /// The columns of a table by name, since the engines may have them in another order; none when there is no such table.
    pub(super) async fn columns(&self, table: &str) -> Result<Vec<Column>, DbError> {
        let rows = sqlx::query(self.engine.columns_of_table()).bind(table).fetch_all(&self.pool).await?;
        let column = |row: &AnyRow| Column {
            name: row.get("name"),
            kind: match row.get::<String, _>("kind").to_ascii_uppercase().as_str() {
                "INTEGER" | "BIGINT" => Kind::Integer,
                "REAL" | "DOUBLE PRECISION" => Kind::Real,
                "BLOB" | "BYTEA" => Kind::Bytes,
                _ => Kind::Text,
            },
        };
        let mut columns: Vec<_> = rows.iter().map(column).collect();
        columns.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(columns)
    }
}

/// A row as an array.
pub(super) fn of_row(row: &AnyRow) -> Result<Vec<Value>, sqlx::Error> {
    (0..row.len()).map(|index| of_column(row, index)).collect()
}

fn of_column(row: &AnyRow, index: usize) -> Result<Value, sqlx::Error> {
    let raw = row.try_get_raw(index)?;
    if raw.is_null() {
        return Ok(Value::Null);
    }
    let type_info = raw.type_info();
    Ok(match type_info.kind() {
        AnyTypeInfoKind::Null => Value::Null,
        AnyTypeInfoKind::Text => json!(row.try_get::<String, _>(index)?),
        AnyTypeInfoKind::Blob => json!({ "bytes": STANDARD.encode(row.try_get::<Vec<u8>, _>(index)?) }),
        AnyTypeInfoKind::Real | AnyTypeInfoKind::Double => json!(row.try_get::<f64, _>(index)?),
        AnyTypeInfoKind::SmallInt | AnyTypeInfoKind::Integer | AnyTypeInfoKind::BigInt => {
            json!(row.try_get::<i64, _>(index)?)
        }
        AnyTypeInfoKind::Bool => {
            let column = row.column(index).name();
            let source = format!("{} is no type of our tables", type_info.name()).into();
            return Err(sqlx::Error::ColumnDecode { index: column.to_owned(), source });
        }
    })
}

pub(super) type Statement<'q> = Query<'q, Any, AnyArguments>;

/// Binds a value, or says why it does not fit the column.
pub(super) fn bind<'q>(statement: Statement<'q>, kind: Kind, value: &Value) -> Result<Statement<'q>, String> {
    let bytes = |value: &Value| value.get("bytes").and_then(Value::as_str).and_then(|text| STANDARD.decode(text).ok());
    let bound = match (kind, value) {
        (Kind::Integer, Value::Null) => Some(statement.bind(None::<i64>)),
        (Kind::Real, Value::Null) => Some(statement.bind(None::<f64>)),
        (Kind::Text, Value::Null) => Some(statement.bind(None::<String>)),
        (Kind::Bytes, Value::Null) => Some(statement.bind(None::<Vec<u8>>)),
        (Kind::Integer, value) => value.as_i64().map(|number| statement.bind(number)),
        (Kind::Real, value) => value.as_f64().map(|number| statement.bind(number)),
        (Kind::Text, value) => value.as_str().map(|text| statement.bind(text.to_owned())),
        (Kind::Bytes, value) => bytes(value).map(|bytes| statement.bind(bytes)),
    };
    bound.ok_or_else(|| format!("a value is not {kind:?}"))
}
