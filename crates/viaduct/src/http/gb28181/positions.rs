//! Where moving devices were.

use std::sync::Arc;

use api::{DevicePosition, DevicePositionList};
use axum::Json;
use axum::extract::State;
use db::PositionFilter;
use platform::rights::Action;
use serde::Deserialize;

use super::seen;
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::{Path, Query};
use crate::http::views::instant_ms;
use crate::server::App;

/// Positions of one answer: more than a day's at one every twenty seconds.
const MAX: i64 = 5000;

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Wanted {
    source: Option<String>,
    from: Option<String>,
    to: Option<String>,
    after: Option<i64>,
}

pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<DevicePositionList>, Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    let filter = PositionFilter {
        device: seen.code.to_string(),
        source: wanted.source.filter(|code| !code.is_empty()),
        from_ms: instant_ms("from", wanted.from.as_deref())?,
        to_ms: instant_ms("to", wanted.to.as_deref())?,
        after: wanted.after,
    };
    let items = app.database.device_positions(&filter, MAX).await?.into_iter().map(|row| DevicePosition {
        id: row.id,
        source: row.source,
        at: base::rfc3339(row.at_ms),
        longitude: row.longitude,
        latitude: row.latitude,
        speed: row.speed,
        direction: row.direction,
        altitude: row.altitude,
    });
    Ok(Json(DevicePositionList { items: items.collect() }))
}
