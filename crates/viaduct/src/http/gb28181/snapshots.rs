//! Pictures that devices are asked to take and to send (GB/T 28181-2022 §9.14).

use std::sync::Arc;
use std::time::Duration;

use api::{Gb28181SnapshotProgress, Gb28181SnapshotRequest};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::ErrorKind;
use device::gb28181::Line;
use gateway::Protocol;
use gb28181::Id;
use gb28181::manscdp::SnapShotConfig;
use hub::StreamKey;
use platform::devices::streams;
use platform::people::Caller;
use platform::rights::{Action, Kind};
use platform::snapshots::requests::{MAX_INTERVAL_S, MAX_PICTURES, Progress, RequestError, Standing, Wanted};

use super::{Seen, driver, failed, seen};
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::{Body, Path};
use crate::http::language::localised;
use crate::server::App;

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Snapshot(error) => error.into(),
            error => Self::new(error.kind(), error.to_string()),
        }
    }
}

pub(in crate::http) async fn order(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Body(input): Body<Gb28181SnapshotRequest>,
) -> Result<(StatusCode, Json<Gb28181SnapshotProgress>), Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    seen.there()?;
    let channel = seen.target(input.channel.as_deref())?;
    let key = stream_of(&app, &seen, &channel)?;
    if !may(&app, &caller, Action::Operate, &key) {
        let text = "You need the right operate:snapshot there; ask an administrator for it.";
        return Err(Failure::new(ErrorKind::Forbidden, text));
    }
    let count = input.count.unwrap_or(1);
    if !(1..=MAX_PICTURES).contains(&count) {
        return Err(Failure::invalid("count", format!("A device takes 1 to {MAX_PICTURES} pictures.")));
    }
    let interval_s = input.interval_s.unwrap_or(1);
    if !(1..=MAX_INTERVAL_S).contains(&interval_s) {
        return Err(Failure::invalid("interval_s", format!("Between two pictures are 1 to {MAX_INTERVAL_S} seconds.")));
    }
    let server = server(&app, &seen)?;
    let wanted = Wanted {
        device: seen.code.to_string(),
        channel: channel.to_string(),
        key,
        count,
        interval: Duration::from_secs(interval_s.into()),
        taken_by: caller.user.name.clone(),
    };
    let ticket = app.snapshot_requests.begin(wanted)?;
    let order = SnapShotConfig {
        count: Some(count),
        interval_s: Some(interval_s),
        upload_url: Some(format!("{server}/api/v1/gb28181/pictures/{}", ticket.secret)),
        session: Some(ticket.id.clone()),
    };
    if let Err(fault) = driver(&app)?.order_snapshots(&seen.code, &channel, order).await {
        app.snapshot_requests.withdraw(&ticket.id);
        return Err(failed(&fault));
    }
    tracing::info!(user = caller.user.name, device = %seen.code, %channel, count, "A device was asked for pictures.");
    let progress = app.snapshot_requests.progress(&ticket.id).ok_or_else(|| Failure::not_found("such request"))?;
    Ok((StatusCode::ACCEPTED, Json(view(ticket.id, &progress, server))))
}

pub(in crate::http) async fn progress(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<String>,
) -> Result<Json<Gb28181SnapshotProgress>, Failure> {
    let progress = app.snapshot_requests.progress(&id);
    let progress = progress.filter(|progress| may(&app, &caller, Action::View, &progress.wanted.key));
    let progress = progress.ok_or_else(|| Failure::not_found("such request"))?;
    let device = seen(&app, &caller, &progress.wanted.device, Action::View);
    let server = device.and_then(|seen| server(&app, &seen)).unwrap_or_default();
    Ok(Json(view(id, &progress, server)))
}

/// The stream that pictures of a channel are kept with: that of its camera here, or the one that plays it anyway.
fn stream_of(app: &App, seen: &Seen, channel: &Id) -> Result<StreamKey, Failure> {
    let lines = seen.row.as_ref().map(|row| app.devices.lines_of(row.id)).unwrap_or_default();
    let is_it = |number: &str| number == channel.as_str() || (number.is_empty() && *channel == seen.code);
    if let Some(row) = lines.iter().find(|row| is_it(&row.number)) {
        return Ok(streams(row).0);
    }
    let line = Line { channel: channel.clone(), stream: 0, span: None };
    line.key().map_err(|error| Failure::invalid("channel", error.to_string()))
}

/// Rights to pictures are those of their camera.
fn may(app: &App, caller: &Caller, action: Action, key: &StreamKey) -> bool {
    caller.may(action, Kind::Snapshot, &app.devices.place_of_stream(key))
}

/// Where a device reaches our HTTP. Devices know no certificate of ours, so plain HTTP comes first.
fn server(app: &App, seen: &Seen) -> Result<String, Failure> {
    let address = seen.there()?.server;
    let listening = [(Protocol::Http, "http"), (Protocol::Https, "https")];
    let found = listening.into_iter().find_map(|(protocol, scheme)| Some((scheme, app.port(protocol)?)));
    let (scheme, port) = found.ok_or_else(|| {
        Failure::new(ErrorKind::Unavailable, "Devices send pictures by HTTP, which is switched off. Set http.listen.")
    })?;
    Ok(format!("{scheme}://{}", std::net::SocketAddr::new(address, port)))
}

fn view(id: String, progress: &Progress, server: String) -> Gb28181SnapshotProgress {
    let wanted = &progress.wanted;
    Gb28181SnapshotProgress {
        id,
        device: wanted.device.clone(),
        channel: wanted.channel.clone(),
        state: match progress.standing {
            Standing::Open => "open",
            Standing::Done => "done",
            Standing::Short | Standing::Overdue => "failed",
        }
        .to_owned(),
        count: wanted.count,
        snapshots: progress.pictures.clone(),
        reason: reason(progress, &server).map(|text| localised(&text)),
        left_s: progress.left.as_secs(),
        server,
    }
}

fn reason(progress: &Progress, server: &str) -> Option<String> {
    let (came, count) = (progress.pictures.len(), progress.wanted.count);
    if let Some(refusal) = &progress.last_refusal {
        return Some(format!("What the device sent was not taken. {refusal}"));
    }
    match progress.standing {
        Standing::Open | Standing::Done => None,
        Standing::Short => Some(format!(
            "The device says that it has finished, and {came} of {count} pictures came. Check that it reaches {server}."
        )),
        Standing::Overdue if came == 0 => Some(format!(
            "The device took the order and sent no picture in time. Check that it reaches {server}; the firewall, and gb28181.public_address."
        )),
        Standing::Overdue => Some(format!("The device sent {came} of {count} pictures in time.")),
    }
}
