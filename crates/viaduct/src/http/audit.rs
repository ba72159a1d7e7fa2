//! The audit log.

use std::sync::Arc;

use api::{AuditEntry, AuditPage, AuditVerdict};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use db::{AuditFilter, AuditRow};
use serde::Deserialize;
use sheet::{Row, Table};

use super::Failure;
use super::extract::Query;
use super::language::localised;
use super::views::instant_ms;
use crate::server::App;

/// Rows of one page.
const PAGE: i64 = 100;
/// Rows of one export: the latest.
const MAX_EXPORT: usize = 100_000;

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    search: Option<String>,
    /// RFC 3339.
    from: Option<String>,
    /// RFC 3339.
    to: Option<String>,
    before: Option<i64>,
}

impl Wanted {
    fn filter(&self) -> Result<AuditFilter, Failure> {
        Ok(AuditFilter {
            search: self.search.clone().unwrap_or_default(),
            from_ms: instant_ms("from", self.from.as_deref())?.unwrap_or(0),
            to_ms: instant_ms("to", self.to.as_deref())?.unwrap_or(i64::MAX),
        })
    }
}

pub(super) fn entry(row: AuditRow) -> AuditEntry {
    AuditEntry {
        id: row.id,
        at: base::rfc3339(row.at_ms),
        actor: row.actor,
        address: row.address,
        action: row.action,
        target: row.target,
        outcome: row.outcome,
        detail: row.detail,
    }
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<AuditPage>, Failure> {
    let rows = app.audit.page(&wanted.filter()?, wanted.before.unwrap_or(i64::MAX), PAGE).await?;
    let more = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let before = rows.last().filter(|_| more).map(|row| row.id);
    Ok(Json(AuditPage { items: rows.into_iter().map(entry).collect(), before }))
}

pub(super) async fn verify(State(app): State<Arc<App>>) -> Result<Json<AuditVerdict>, Failure> {
    let verdict = app.audit.verify(app.data.audit_head().as_ref()).await?;
    let findings = verdict.findings.iter().map(|finding| localised(&format!("{finding}."))).collect();
    Ok(Json(AuditVerdict { rows: verdict.rows, findings }))
}

/// What a filter lets through as CSV for spreadsheets, latest first.
pub(super) async fn export(State(app): State<Arc<App>>, Query(wanted): Query<Wanted>) -> Result<Response, Failure> {
    let filter = wanted.filter()?;
    let heading = ["id", "at", "actor", "address", "action", "target", "outcome", "detail"].map(str::to_owned).into();
    let mut table = Table { heading, rows: Vec::new() };
    let mut before = wanted.before.unwrap_or(i64::MAX);
    while table.rows.len() < MAX_EXPORT {
        let page = app.audit.page(&filter, before, 1000).await?;
        let Some(last) = page.last() else { break };
        before = last.id;
        table.rows.extend(page.into_iter().map(entry).map(line));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, sheet::write_csv(&table)).into_response())
}

fn line(entry: AuditEntry) -> Row {
    let (id, outcome) = (entry.id.to_string(), entry.outcome.to_string());
    let cells = [id, entry.at, entry.actor, entry.address, entry.action, entry.target, outcome, entry.detail];
    Row { number: 0, cells: cells.into() }
}
