//! Ended sessions and the traffic that they add up to.

use std::sync::Arc;

use api::{EndedSession, EndedSessionPage, TrafficReport, TrafficTotal};
use axum::Json;
use axum::extract::State;
use db::{TrafficGroup, TrafficRow, ViewerSessionRow};
use platform::unix_now;
use serde::Deserialize;

use super::Failure;
use super::extract::Query;
use super::named::OfHost;
use super::views;
use crate::server::App;

/// Sessions of one answer.
const PAGE: i64 = 100;
/// Groups of one report; the total counts all.
const MAX_GROUPS: usize = 500;
const DAY_S: i64 = 24 * 3600;

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    search: Option<String>,
    before: Option<i64>,
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    host: OfHost,
    Query(page): Query<Page>,
) -> Result<Json<EndedSessionPage>, Failure> {
    let search = page.search.unwrap_or_default();
    let rows = app.database.viewer_sessions(host.name(), search.trim(), page.before.unwrap_or(i64::MAX), PAGE).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let next_before = rows.last().filter(|_| full).map(|(id, _)| *id);
    Ok(Json(EndedSessionPage { items: rows.into_iter().map(view).collect(), next_before }))
}

fn view((id, row): (i64, ViewerSessionRow)) -> EndedSession {
    // A name that was stored was valid, and its host is in the row.
    let mut parts = row.stream.rsplitn(3, '/');
    let (name, app) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    EndedSession {
        id,
        vhost: row.vhost,
        app: app.to_owned(),
        name: name.to_owned(),
        protocol: row.protocol,
        subject: row.subject,
        address: row.address,
        since: views::rfc3339(row.started_at),
        duration_ms: row.duration_ms,
        bytes: row.bytes,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    by: String,
    from: Option<String>,
    to: Option<String>,
}

fn instant(field: &'static str, text: Option<&str>, otherwise: i64) -> Result<i64, Failure> {
    Ok(views::instant_ms(field, text)?.map_or(otherwise, |at_ms| at_ms.div_euclid(1000)))
}

pub(super) async fn traffic(
    State(app): State<Arc<App>>,
    host: OfHost,
    Query(asked): Query<Asked>,
) -> Result<Json<TrafficReport>, Failure> {
    let group = match asked.by.as_str() {
        "stream" => TrafficGroup::Stream,
        "vhost" => TrafficGroup::Vhost,
        "subject" => TrafficGroup::Subject,
        "protocol" => TrafficGroup::Protocol,
        "day" => TrafficGroup::Day,
        _ => return Err(Failure::invalid("by", "Traffic is added up by stream, vhost, subject, protocol or day.")),
    };
    let to = instant("to", asked.to.as_deref(), unix_now() + 1)?;
    let from = instant("from", asked.from.as_deref(), to - DAY_S)?;
    let rows = app.database.traffic(host.name(), group, from, to).await?;
    let total = TrafficTotal {
        group: String::new(),
        sessions: rows.iter().map(|row| row.sessions).sum(),
        duration_ms: rows.iter().map(|row| row.duration_ms).sum(),
        bytes: rows.iter().map(|row| row.bytes).sum(),
    };
    let items = rows.into_iter().take(MAX_GROUPS).map(total_view).collect();
    Ok(Json(TrafficReport { from: views::rfc3339(from), to: views::rfc3339(to), items, total }))
}

fn total_view(row: TrafficRow) -> TrafficTotal {
    TrafficTotal { group: row.group, sessions: row.sessions, duration_ms: row.duration_ms, bytes: row.bytes }
}
