//! The audit log: rows are only ever added, in one order for all.

use sqlx::Row;
use sqlx::any::AnyRow;

use crate::engine::containing;
use crate::{Database, DbError};

/// What somebody did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditRow {
    /// Counted up by one from 1 without gaps.
    pub id: i64,
    /// Unix milliseconds.
    pub at_ms: i64,
    /// Name of the user, with the name of the key where one was used; empty for nobody known.
    pub actor: String,
    /// From where.
    pub address: String,
    /// What was done: method and route.
    pub action: String,
    /// With what: the path.
    pub target: String,
    /// HTTP status.
    pub outcome: i64,
    /// JSON; without secrets.
    pub detail: String,
    /// Keyed sum of this row and the one before.
    pub sum: Vec<u8>,
}

/// Which rows are looked for.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// Part of actor, address, action or target, in any case.
    pub search: String,
    /// From this time, Unix milliseconds.
    pub from_ms: i64,
    /// Before this time, Unix milliseconds.
    pub to_ms: i64,
}

fn audit(row: &AnyRow) -> AuditRow {
    AuditRow {
        id: row.get("id"),
        at_ms: row.get("at_ms"),
        actor: row.get("actor"),
        address: row.get("address"),
        action: row.get("action"),
        target: row.get("target"),
        outcome: row.get("outcome"),
        detail: row.get("detail"),
        sum: row.get("sum"),
    }
}

impl Database {
    /// Adds a row behind the last one: its number and its sum, which `sum` makes from the sum before (empty for the first), are set.
    /// Returns it.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn add_audit(
        &self,
        mut row: AuditRow,
        sum: impl Fn(&[u8], &AuditRow) -> Vec<u8>,
    ) -> Result<AuditRow, DbError> {
        let mut transaction = self.write().await?;
        if let Some(lock) = self.engine.lock_audit() {
            sqlx::query(lock).execute(&mut *transaction).await?;
        }
        let last =
            sqlx::query("SELECT * FROM audit ORDER BY id DESC LIMIT 1").fetch_optional(&mut *transaction).await?;
        let last = last.as_ref().map(audit).unwrap_or_default();
        row.id = last.id + 1;
        row.sum = sum(&last.sum, &row);
        sqlx::query(
            "INSERT INTO audit (id, at_ms, actor, address, action, target, outcome, detail, sum)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(row.id)
        .bind(row.at_ms)
        .bind(&row.actor)
        .bind(&row.address)
        .bind(&row.action)
        .bind(&row.target)
        .bind(row.outcome)
        .bind(&row.detail)
        .bind(row.sum.clone())
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(row)
    }

    /// Rows in their order, behind number `after`.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn audit_after(&self, after: i64, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        let rows = sqlx::query("SELECT * FROM audit WHERE id > $1 ORDER BY id LIMIT $2").bind(after).bind(limit);
        Ok(rows.fetch_all(&self.pool).await?.iter().map(audit).collect())
    }

    /// Rows that a filter lets through, latest first, before number `before`.
    ///
    /// # Errors
    /// [`DbError::Query`].
    pub async fn audit_page(&self, filter: &AuditFilter, before: i64, limit: i64) -> Result<Vec<AuditRow>, DbError> {
        let rows = sqlx::query(
            "SELECT * FROM audit WHERE id < $1 AND at_ms >= $2 AND at_ms < $3 AND (lower(actor) LIKE $4 ESCAPE '!'
             OR address LIKE $4 ESCAPE '!' OR lower(action) LIKE $4 ESCAPE '!' OR lower(target) LIKE $4 ESCAPE '!')
             ORDER BY id DESC LIMIT $5",
        )
        .bind(before)
        .bind(filter.from_ms)
        .bind(filter.to_ms)
        .bind(containing(&filter.search.to_lowercase()))
        .bind(limit);
        Ok(rows.fetch_all(&self.pool).await?.iter().map(audit).collect())
    }
}
