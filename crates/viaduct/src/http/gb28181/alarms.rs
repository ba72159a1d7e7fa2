//! Alarms that devices told of.

use std::sync::Arc;

use api::{DeviceAlarm, DeviceAlarmPage};
use axum::Json;
use axum::extract::State;
use db::{AlarmFilter, AlarmRow};
use platform::people::Caller;
use platform::rights::{Action, Kind, Place};
use serde::Deserialize;

use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::Query;
use crate::http::views::instant_ms;
use crate::server::App;

/// Alarms of one answer.
const PAGE: usize = 100;
/// Alarms that are looked at for one answer: of those of others the caller sees none.
const LOOKED_AT: usize = 2000;

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Wanted {
    device: Option<String>,
    from: Option<String>,
    to: Option<String>,
    before: Option<i64>,
}

pub(in crate::http) async fn list(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Query(wanted): Query<Wanted>,
) -> Result<Json<DeviceAlarmPage>, Failure> {
    let filter = AlarmFilter {
        device: wanted.device.filter(|code| !code.is_empty()),
        from_ms: instant_ms("from", wanted.from.as_deref())?,
        to_ms: instant_ms("to", wanted.to.as_deref())?,
    };
    let limit = i64::try_from(LOOKED_AT).unwrap_or(i64::MAX);
    let rows = app.database.device_alarms(&filter, wanted.before.unwrap_or(i64::MAX), limit).await?;
    let looked_at_last = rows.last().filter(|_| rows.len() == LOOKED_AT).map(|row| row.id);
    let mut seen = rows.into_iter().filter(|row| sees(&app, &caller, row));
    let items: Vec<DeviceAlarm> = seen.by_ref().take(PAGE).map(view).collect();
    let is_more = seen.next().is_some();
    let next_before = if is_more { items.last().map(|item| item.id) } else { looked_at_last };
    Ok(Json(DeviceAlarmPage { items, next_before }))
}

/// Alarms of devices that are not here any more are for those who see all.
fn sees(app: &App, caller: &Caller, row: &AlarmRow) -> bool {
    let device = row.device_id.and_then(|id| app.devices.device(caller, id).ok());
    device.is_some() || caller.may(Action::View, Kind::Device, &Place::ROOT)
}

fn view(row: AlarmRow) -> DeviceAlarm {
    DeviceAlarm {
        id: row.id,
        received_at: base::rfc3339(row.received_at_ms),
        raised_at: row.raised_at_ms.map(base::rfc3339),
        device: row.device,
        source: row.source,
        device_id: row.device_id,
        channel_id: row.channel_id,
        priority: row.priority,
        method: row.method,
        kind: row.kind,
        description: row.description,
        longitude: row.longitude,
        latitude: row.latitude,
    }
}
