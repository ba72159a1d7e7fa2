//! Sources and probing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use api::{ProbeClock, ProbeLeg, ProbeReport, ProbeRequest, Source, SourceError, SourceInput, SourceList};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use db::{SourceMode, SourceRow};
use gateway::probe;
use gateway::pull::PullUrl;
use gateway::source::SourceSpec;
use hub::{InvalidName, StreamKey};
use platform::clock::WallClock;
use platform::devices::NUMBERED;
use platform::schedule::Schedule;
use platform::unix_now;
use vision::{Form, Wish};

use super::Failure;
use super::auth::Who;
use super::extract::Body;
use super::language::localised;
use super::named::{NamedStream, OfHost, located};
use super::schedules::{from_windows, windows};
use super::views::{self, millis};
use crate::server::App;
use crate::timetable::timetable;

const DEFAULT_PROBE: Duration = Duration::from_secs(10);

pub(super) async fn list(State(app): State<Arc<App>>, host: OfHost) -> Result<Json<SourceList>, Failure> {
    let rows = app.database.sources().await?;
    let items = rows.iter().filter(|row| host.fits(&row.vhost)).map(|row| view(&app, row)).collect();
    Ok(Json(SourceList { items }))
}

/// The stream that a row feeds.
pub(super) fn key_of(row: &SourceRow) -> Result<StreamKey, InvalidName> {
    StreamKey::new(&row.app, &row.name)?.on_host(&row.vhost)
}

fn view(app: &App, row: &SourceRow) -> Source {
    let status = key_of(row).ok().and_then(|key| app.sources.status(&key));
    let failure = status.as_ref().and_then(|status| status.last_failure.as_ref());
    let schedule = schedule_of(row);
    Source {
        vhost: row.vhost.clone(),
        app: row.app.clone(),
        name: row.name.clone(),
        url: row.url.clone(),
        username: row.username.clone(),
        mode: row.mode.as_str().to_owned(),
        opens_at: schedule.as_ref().and_then(|schedule| opens_at(schedule, &app.clock)),
        schedule: schedule.as_ref().map(windows),
        state: status.as_ref().map_or("failed", |status| status.state.as_str()).to_owned(),
        failures: status.as_ref().map_or(0, |status| status.failures),
        next_attempt_ms: status
            .as_ref()
            .and_then(|status| status.next_attempt)
            .map(|at| millis(at.saturating_duration_since(Instant::now()))),
        last_error: failure.map(|failure| SourceError {
            leg: failure.leg.as_str().to_owned(),
            text: localised(&failure.text),
            next_step: localised(&failure.next_step),
        }),
        created_at: views::rfc3339(row.created_at),
    }
}

fn schedule_of(row: &SourceRow) -> Option<Schedule> {
    row.schedule.as_deref().and_then(|text| text.parse().ok())
}

/// When a schedule that is closed now opens, in the server's time zone, so that what is shown is what its clock shows.
fn opens_at(schedule: &Schedule, clock: &WallClock) -> Option<String> {
    let now = clock.now();
    let next = schedule.next_change(&now).filter(|_| !schedule.is_open(now.datetime()))?;
    Some(next.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

/// What a stored source does; `None` when it is not usable any more.
pub(crate) fn stored_source(row: &SourceRow, clock: &Arc<WallClock>) -> Option<SourceSpec> {
    let url = PullUrl::parse(&row.url, row.username.as_deref(), row.password.as_deref()).ok()?;
    let schedule = row.schedule.as_deref().map(str::parse::<Schedule>).transpose().ok()?;
    Some(SourceSpec {
        key: key_of(row).ok()?,
        urls: vec![url],
        always: row.mode == SourceMode::Always,
        transient: false,
        timetable: timetable(schedule, clock),
    })
}

async fn row(app: &App, key: &StreamKey) -> Result<SourceRow, Failure> {
    let rows = app.database.sources().await?;
    rows.into_iter().find(|row| key_of(row).as_ref() == Ok(key)).ok_or_else(|| Failure::not_found("such source"))
}

pub(super) async fn get_one(
    State(app): State<Arc<App>>,
    NamedStream(key): NamedStream,
) -> Result<Json<Source>, Failure> {
    Ok(Json(view(&app, &row(&app, &key).await?)))
}

/// Checks what was typed. A password that is absent keeps the stored one.
pub(super) fn checked(
    app: &App,
    input: &SourceInput,
    stored: Option<&SourceRow>,
) -> Result<(SourceSpec, SourceRow), Failure> {
    let key = located(app, StreamKey::new(&input.app, &input.name)?, input.vhost.as_deref())?;
    if key.app() == NUMBERED || app.devices.of_stream(&key).is_some() {
        let text = format!("{key} is the stream of a channel; change the channel, or choose another name.");
        return Err(Failure { field: Some("name".into()), ..Failure::new(base::ErrorKind::Conflict, text) });
    }
    let kept = stored.and_then(|row| row.password.as_deref()).filter(|_| input.password.is_none());
    let password = input.password.as_deref().or(kept);
    let url = PullUrl::parse(&input.url, input.username.as_deref(), password)
        .map_err(|error| Failure::invalid("url", format!("{error}.")))?;
    let mode = match input.mode.as_str() {
        "on_demand" => SourceMode::OnDemand,
        "always" => SourceMode::Always,
        _ => return Err(Failure::invalid("mode", "The mode is on_demand or always.")),
    };
    let schedule = input.schedule.as_deref().map(from_windows).transpose();
    let schedule = schedule.map_err(|error| Failure::invalid("schedule", error.to_string()))?;
    let row = SourceRow {
        vhost: key.vhost().to_owned(),
        app: input.app.clone(),
        name: input.name.clone(),
        url: url.to_stored(),
        username: url.credentials().map(|(name, _)| name.to_owned()),
        password: url.credentials().map(|(_, password)| password.to_owned()),
        mode,
        schedule: schedule.as_ref().map(Schedule::to_string),
        created_at: stored.map_or_else(unix_now, |row| row.created_at),
    };
    let (always, timetable) = (mode == SourceMode::Always, timetable(schedule, &app.clock));
    Ok((SourceSpec { key, urls: vec![url], always, transient: false, timetable }, row))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<SourceInput>,
) -> Result<(StatusCode, Json<Source>), Failure> {
    let (spec, row) = checked(&app, &input, None)?;
    store(&app, spec, &row).await?;
    tracing::info!(user = caller.user.name, source = ?row, "A source was added.");
    Ok((StatusCode::CREATED, Json(view(&app, &row))))
}

/// Stores and starts a source.
pub(super) async fn store(app: &App, spec: SourceSpec, row: &SourceRow) -> Result<(), Failure> {
    app.database.add_source(row).await.map_err(|error| match error {
        db::DbError::Exists => {
            Failure::new(base::ErrorKind::Conflict, format!("{} has a source already; change that one.", spec.key))
        }
        other => other.into(),
    })?;
    app.events.source_changed("added", &spec.key);
    app.sources.put(spec);
    Ok(())
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    NamedStream(key): NamedStream,
    Body(mut input): Body<SourceInput>,
) -> Result<Json<Source>, Failure> {
    input.vhost.get_or_insert_with(|| key.vhost().to_owned());
    let stored = row(&app, &key).await?;
    let (spec, row) = checked(&app, &input, Some(&stored))?;
    if spec.key != key {
        return Err(Failure::invalid("name", "The name of a source cannot change; add another one and remove this."));
    }
    app.database.update_source(&row).await?;
    tracing::info!(user = caller.user.name, source = ?row, "A source was changed.");
    // Another schedule alone interrupts nobody whom it leaves the source.
    let scheduled = stored.schedule != row.schedule && SourceRow { schedule: row.schedule.clone(), ..stored } == row;
    if !(scheduled && app.sources.reschedule(&spec.key, spec.timetable.clone())) {
        app.sources.put(spec);
    }
    app.events.source_changed("changed", &key);
    Ok(Json(view(&app, &row)))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    NamedStream(key): NamedStream,
) -> Result<StatusCode, Failure> {
    if !app.database.remove_source(key.vhost(), key.app(), key.name()).await? {
        return Err(Failure::not_found("such source"));
    }
    app.sources.remove(&key);
    tracing::info!(user = caller.user.name, stream = %key, "A source was removed.");
    app.events.source_changed("removed", &key);
    Ok(StatusCode::NO_CONTENT)
}

/// The picture of a probe: as wide as a dialog shows it.
const PREVIEW: Wish = Wish { form: Form::Jpeg, quality: 75, max_width: 640, max_height: 640, overlay: String::new() };

pub(super) async fn probe(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(request): Body<ProbeRequest>,
) -> Result<Json<ProbeReport>, Failure> {
    let url = PullUrl::parse(&request.url, request.username.as_deref(), request.password.as_deref())
        .map_err(|error| Failure::invalid("url", format!("{error}.")))?;
    let timeout = request.timeout_ms.map_or(DEFAULT_PROBE, Duration::from_millis);
    if !(Duration::from_secs(1)..=Duration::from_secs(30)).contains(&timeout) {
        return Err(Failure::invalid("timeout_ms", "The time-out is 1000 to 30000 ms."));
    }
    tracing::info!(user = caller.user.name, url = %url, "A URL is probed.");
    let report = probe::probe(&url, &app.guard, timeout).await;
    let picture = match &report.key_frame {
        Some((track, payload)) => app.pictures.once(&track.codec, payload, &PREVIEW).await.ok(),
        None => None,
    };
    let picture = picture.map(|picture| STANDARD.encode(&picture.bytes));
    Ok(Json(ProbeReport { picture, ..report_view(&url, &report) }))
}

/// A report for people and programs; the command line prints the same.
pub(crate) fn report_view(url: &PullUrl, report: &probe::ProbeReport) -> ProbeReport {
    let summary = match &report.failure {
        Some(failure) => localised(&format!("{failure}.")),
        None => report.tracks.iter().map(probe::describe).collect::<Vec<_>>().join("; "),
    };
    ProbeReport {
        ok: report.failure.is_none(),
        url: url.to_string(),
        elapsed_ms: millis(report.elapsed),
        legs: report
            .legs
            .iter()
            .map(|leg| ProbeLeg {
                leg: leg.leg.as_str().to_owned(),
                ok: leg.ok,
                elapsed_ms: millis(leg.elapsed),
                text: localised(&leg.text),
            })
            .collect(),
        failed_leg: report.failure.as_ref().map(|failure| failure.leg.as_str().to_owned()),
        summary,
        next_step: report.failure.as_ref().map(|failure| localised(&failure.next_step)),
        tracks: report.tracks.iter().map(views::track).collect(),
        gop_ms: report.gop.map(millis),
        bitrate_bps: report.bitrate_bps,
        fps: report.fps,
        clock: report.clock_skew_ms.map(|skew| ProbeClock {
            skew_ms: Some(skew),
            text: localised(&format!("The camera's clock is {skew} ms from ours.")),
        }),
        warnings: report.warnings.iter().map(|warning| localised(warning)).collect(),
        picture: None,
    }
}
