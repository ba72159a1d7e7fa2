//! The audit log.

use std::sync::Arc;

use api::{AuditEntry, AuditPage, AuditVerdict};
use axum::Json;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use db::{AuditFilter, AuditRow};
use serde::Deserialize;

use super::Failure;
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

fn entry(row: AuditRow) -> AuditEntry {
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
    // A mark that lets spreadsheets read UTF-8.
    let mut text = "\u{feff}id,at,actor,address,action,target,outcome,detail\r\n".to_owned();
    let (mut before, mut rows) = (wanted.before.unwrap_or(i64::MAX), 0);
    while rows < MAX_EXPORT {
        let page = app.audit.page(&filter, before, 1000).await?;
        let Some(last) = page.last() else { break };
        before = last.id;
        rows += page.len();
        page.into_iter().map(entry).for_each(|entry| line(&mut text, &entry));
    }
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit.csv\""),
    ];
    Ok((headers, text).into_response())
}

fn line(text: &mut String, entry: &AuditEntry) {
    let (id, outcome) = (entry.id.to_string(), entry.outcome.to_string());
    let fields = [&id, &entry.at, &entry.actor, &entry.address, &entry.action, &entry.target, &outcome, &entry.detail];
    let cells: Vec<String> = fields.iter().map(|field| cell(field)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// A cell of CSV that no spreadsheet takes for a formula.
fn cell(field: &str) -> String {
    let formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    format!("\"{}{}\"", if formula { "'" } else { "" }, field.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_never_formulas() {
        for (field, expected) in
            [("ann", "\"ann\""), ("=1+1", "\"'=1+1\""), ("@x", "\"'@x\""), ("a\"b,c", "\"a\"\"b,c\""), ("", "\"\"")]
        {
            assert_eq!(cell(field), expected);
        }
    }
}
