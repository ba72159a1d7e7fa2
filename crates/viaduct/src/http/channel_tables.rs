//! Tables of channels: in, out, and an example.

use std::sync::Arc;

use api::{CellError, ChannelImportReport, OverLicence};
use axum::Json;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use base::ErrorKind;
use platform::devices::template;
use platform::rights::ROOT;
use serde::Deserialize;
use sheet::Table;

use super::Failure;
use super::auth::Who;
use super::channels::Wanted;
use super::extract::{Path, Query, Upload};
use super::language::{self, localised};
use crate::server::App;

/// Bytes of a table that is imported: some 100,000 channels.
pub(super) const MAX_TABLE: usize = 32 << 20;

/// How a table is imported.
#[derive(Debug, Deserialize)]
pub(super) struct Manner {
    #[serde(default)]
    dry_run: bool,
    organisation: Option<i64>,
}

pub(super) async fn import(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Query(manner): Query<Manner>,
    Upload(bytes): Upload,
) -> Result<Json<ChannelImportReport>, Failure> {
    let default = manner.organisation.unwrap_or(ROOT);
    let (known, asker) = (Arc::clone(&app.devices), caller.clone());
    // Unpacking and judging take a while for large tables; others are served meanwhile.
    let judged =
        tokio::task::spawn_blocking(move || sheet::read(&bytes).map(|table| known.judge(&asker, &table, default)));
    let judged = judged.await.map_err(|_| Failure::new(ErrorKind::Internal, "The table could not be judged."))?;
    let import = judged.map_err(|error| Failure::invalid("table", format!("{error}.")))?;
    let mut report = report(&import);
    if manner.dry_run || report.refused > 0 || !report.errors.is_empty() {
        return Ok(Json(report));
    }
    let done = app.devices.carry_out(&caller, import.plan).await?;
    tracing::info!(
        user = caller.user.name,
        added = report.added,
        changed = report.changed,
        "A table of channels was imported."
    );
    app.events.channels_changed();
    (report.done, report.undo) = (true, done.undo);
    Ok(Json(report))
}

fn report(import: &platform::devices::Import) -> ChannelImportReport {
    let with_devices: usize = import.plan.devices.iter().map(|(_, channels)| channels.len()).sum();
    let error = |fault: &platform::devices::Fault| CellError {
        row: fault.row,
        column: fault.column.clone(),
        value: fault.value.clone(),
        text: localised(&fault.text),
    };
    ChannelImportReport {
        rows: import.rows,
        added: import.plan.added.len() + with_devices,
        changed: import.plan.changed.len(),
        unchanged: import.unchanged,
        refused: import.refused,
        devices: import.plan.devices.len(),
        errors: import.faults.iter().map(error).collect(),
        ignored_columns: import.ignored.clone(),
        over_licence: import.over.map(|over| OverLicence {
            limit: over.limit,
            on: over.on,
            more: over.more,
            fitting: over.limit.saturating_sub(over.on),
        }),
        done: false,
        undo: None,
    }
}

pub(super) async fn export(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(format): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let filter = wanted.filter(&app, &caller)?;
    let known = Arc::clone(&app.devices);
    let written = tokio::task::spawn_blocking(move || {
        file(&known.export(&caller, wanted.organisation, &filter), &format, "channels")
    });
    written.await.map_err(|_| Failure::new(ErrorKind::Internal, "The table could not be written."))?
}

pub(super) async fn example(Path(format): Path<String>) -> Result<Response, Failure> {
    file(&template(language::is_chinese()), &format, "channels-template")
}

/// A table as a file to keep.
fn file(table: &Table, format: &str, name: &str) -> Result<Response, Failure> {
    let (bytes, kind) = match format {
        "csv" => (sheet::write_csv(table), "text/csv; charset=utf-8"),
        "xlsx" => {
            let bytes =
                sheet::write_xlsx(table).map_err(|error| Failure::new(ErrorKind::Internal, format!("{error}.")))?;
            (bytes, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        _ => return Err(Failure::not_found("such format: csv and xlsx are known")),
    };
    let disposition = format!("attachment; filename=\"{name}.{format}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)], bytes).into_response())
}
