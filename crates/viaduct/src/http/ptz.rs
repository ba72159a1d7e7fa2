//! Steering cameras.

mod connect;

use std::num::NonZeroU8;
use std::sync::Arc;
use std::time::Duration;

use api::{
    Ptz, PtzAbilities, PtzCruise, PtzCruiseInput, PtzCruiseStep, PtzFrame, PtzIdle, PtzKeptCruise, PtzKeptCruiseList,
    PtzLock, PtzMove, PtzPosition, PtzPreset, PtzPresetInput, PtzStanding,
};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use device::ptz::CruiseStep;
use device::{Motion, Rect};
use platform::audit::Deed;
use platform::people::Caller;
use platform::ptz::{Done, Idle, PtzFailure, PtzView, Return, Standing, Steer, StoredCruise, What};
use platform::snapshots::{Origin, SnapshotError};
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;

use super::auth::Who;
use super::extract::{Body, Path};
use super::routes::NothingNew;
use super::views::{millis, rfc3339};
use super::{Failure, snapshots};
use crate::server::App;

pub(super) use connect::connect;

/// A camera comes to rest within this time.
const PICTURE_PAUSE: Duration = Duration::from_millis(1500);

impl From<PtzFailure> for Failure {
    fn from(error: PtzFailure) -> Self {
        if let PtzFailure::Storage(source) = &error {
            tracing::error!(error = %source, "Presets and cruises failed.");
        }
        let (code, retry_after_s) = match &error {
            PtzFailure::Busy { left, .. } => (Some("ptz_busy"), Some(left.as_secs().max(1))),
            _ => (None, None),
        };
        let field = match &error {
            PtzFailure::Invalid { field, .. } => Some(*field),
            PtzFailure::Name => Some("name"),
            PtzFailure::Steps => Some("steps"),
            PtzFailure::IdleAfter => Some("after_s"),
            _ => None,
        };
        Self { code, field: field.map(Into::into), retry_after_s, ..Self::new(error.kind(), error.to_string()) }
    }
}

/// A number of presets and cruises.
fn number(number: i64) -> Result<NonZeroU8, Failure> {
    let found = u8::try_from(number).ok().and_then(NonZeroU8::new);
    found.ok_or_else(|| Failure::invalid("number", "Presets and cruises have numbers from 1 to 255."))
}

const fn motion(speeds: &PtzMove) -> Motion {
    let PtzMove { pan, tilt, zoom, focus, iris } = *speeds;
    Motion { pan, tilt, zoom, focus, iris }
}

const fn rect(part: &PtzFrame) -> Rect {
    let PtzFrame { x, y, width, height } = *part;
    Rect { x, y, width, height }
}

fn standing_view(caller: &Caller, standing: &Standing) -> PtzStanding {
    let lock = standing.held.as_ref().map(|held| PtzLock {
        user: held.holder.user,
        name: held.holder.name.clone(),
        priority: held.holder.priority.as_str().to_owned(),
        since: rfc3339(held.since_ms / 1000),
        left_ms: millis(held.until.saturating_duration_since(Instant::now())),
        own: held.holder.user == caller.user.id,
    });
    PtzStanding { lock, moving: standing.moving, cruise: standing.cruise.map(NonZeroU8::get) }
}

fn ptz_view(caller: &Caller, view: PtzView) -> Ptz {
    let abilities = view.abilities;
    Ptz {
        abilities: PtzAbilities {
            pan_tilt: abilities.pan_tilt,
            zoom: abilities.zoom,
            focus: abilities.focus,
            iris: abilities.iris,
            presets: abilities.presets,
            cruises: abilities.cruises,
            kept_cruises: abilities.kept_cruises,
            home: abilities.home,
            frame: abilities.frame,
            position: abilities.position,
        },
        position: view.position.map(|position| PtzPosition {
            pan_deg: position.pan_deg,
            tilt_deg: position.tilt_deg,
            zoom: position.zoom,
        }),
        standing: standing_view(caller, &view.standing),
        presets: view
            .presets
            .into_iter()
            .map(|preset| PtzPreset {
                number: preset.number.get(),
                name: preset.name,
                in_device: preset.in_device,
                snapshot_id: preset.snapshot_id,
            })
            .collect(),
        cruises: view.cruises.into_iter().map(cruise_view).collect(),
        idle: view.idle.map(|idle| PtzIdle {
            after_s: idle.after_s,
            action: idle.to.as_str().to_owned(),
            number: idle.to.number().map(NonZeroU8::get),
        }),
    }
}

fn cruise_view(cruise: StoredCruise) -> PtzCruise {
    let steps = cruise.steps.into_iter().map(step_view).collect();
    PtzCruise { number: cruise.number.get(), name: cruise.name, steps }
}

const fn step_view(step: CruiseStep) -> PtzCruiseStep {
    PtzCruiseStep { preset: step.preset.get(), dwell_s: step.dwell_s }
}

/// An answer without content; what only repeats a motion is not written down again.
fn answer(done: Done) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    if !done.new {
        response.extensions_mut().insert(NothingNew);
    }
    response
}

async fn steer(app: &App, caller: &Caller, channel: i64, steer: Steer) -> Result<Response, Failure> {
    // Without a connection that could go.
    Ok(answer(app.ptz.steer(caller, 0, channel, steer).await?))
}

pub(super) async fn view(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(channel): Path<i64>,
) -> Result<Json<Ptz>, Failure> {
    Ok(Json(ptz_view(&caller, app.ptz.view(&caller, channel).await?)))
}

pub(super) async fn go(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(channel): Path<i64>,
    Body(speeds): Body<PtzMove>,
) -> Result<Response, Failure> {
    steer(&app, &caller, channel, Steer::Move(motion(&speeds))).await
}

pub(super) async fn frame(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(channel): Path<i64>,
    Body(part): Body<PtzFrame>,
) -> Result<Response, Failure> {
    steer(&app, &caller, channel, Steer::Frame(rect(&part))).await
}

/// Handlers of commands that have no more to say.
macro_rules! command {
    ($name:ident, $steer:expr) => {
        pub(super) async fn $name(
            State(app): State<Arc<App>>,
            Who(caller): Who,
            Path(channel): Path<i64>,
        ) -> Result<Response, Failure> {
            steer(&app, &caller, channel, $steer).await
        }
    };
}

command!(stop, Steer::Stop);
command!(go_home, Steer::GoHome);
command!(set_home, Steer::SetHome);
command!(take, Steer::Take);
command!(release, Steer::Release);

pub(super) async fn save_preset(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((channel, preset)): Path<(i64, i64)>,
    Body(input): Body<PtzPresetInput>,
) -> Result<StatusCode, Failure> {
    let number = number(preset)?;
    let before = app.ptz.preset_picture(channel, number).await?;
    app.ptz.save_preset(&caller, channel, number, &input.name).await?;
    tokio::spawn(picture(app, caller, channel, number, before));
    Ok(StatusCode::NO_CONTENT)
}

/// Keeps a picture of what is seen from a preset, in the place of the one before. The camera has come to rest then; when somebody
/// has steered on meanwhile, the preset has no picture.
async fn picture(app: Arc<App>, caller: Caller, channel: i64, number: NonZeroU8, before: Option<i64>) {
    let touched = app.ptz.standing(channel).touched;
    tokio::time::sleep(PICTURE_PAUSE).await;
    if let Some(before) = before {
        remove_picture(&app, before).await;
    }
    let Ok(row) = app.devices.channel(&caller, channel) else { return };
    if app.ptz.standing(channel).touched != touched {
        return;
    }
    let Some(picture) = snapshots::keep(&app, &row, Origin::Preset, &caller).await else { return };
    if !matches!(app.ptz.set_preset_picture(channel, number, picture).await, Ok(true)) {
        remove_picture(&app, picture).await;
    }
}

async fn remove_picture(app: &App, picture: i64) {
    let removed = match app.snapshots.find(picture).await {
        Ok(row) => app.snapshots.discard(&row).await,
        Err(SnapshotError::NotFound) => Ok(()),
        Err(error) => Err(error),
    };
    if let Err(error) = removed {
        tracing::info!(picture, %error, "The picture of a preset was not removed.");
    }
}

pub(super) async fn name_preset(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((channel, preset)): Path<(i64, i64)>,
    Body(input): Body<PtzPresetInput>,
) -> Result<StatusCode, Failure> {
    app.ptz.name_preset(&caller, channel, number(preset)?, &input.name).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn set_idle(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(channel): Path<i64>,
    Body(input): Body<PtzIdle>,
) -> Result<StatusCode, Failure> {
    let of = input.number.map(|of| number(i64::from(of))).transpose()?;
    let to = Return::parse(&input.action, of).ok_or_else(|| {
        Failure::invalid("action", "A camera returns to a preset or a cruise with its number, or home without one.")
    })?;
    app.ptz.set_idle(&caller, channel, Some(Idle { after_s: input.after_s, to })).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove_idle(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(channel): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.ptz.set_idle(&caller, channel, None).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove_preset(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((channel, preset)): Path<(i64, i64)>,
) -> Result<StatusCode, Failure> {
    let number = number(preset)?;
    let picture = app.ptz.preset_picture(channel, number).await?;
    app.ptz.remove_preset(&caller, channel, number).await?;
    if let Some(picture) = picture {
        remove_picture(&app, picture).await;
    }
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn go_to_preset(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((channel, preset)): Path<(i64, i64)>,
) -> Result<Response, Failure> {
    steer(&app, &caller, channel, Steer::GoToPreset(number(preset)?)).await
}

pub(super) async fn save_cruise(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((channel, cruise)): Path<(i64, i64)>,
    Body(input): Body<PtzCruiseInput>,
) -> Result<StatusCode, Failure> {
    let step = |step: &PtzCruiseStep| Ok(CruiseStep { preset: number(i64::from(step.preset))?, dwell_s: step.dwell_s });
    let steps = input.steps.iter().map(step).collect::<Result<_, Failure>>()?;
    let cruise = StoredCruise { number: number(cruise)?, name: input.name, steps };
    app.ptz.save_cruise(&caller, channel, &cruise).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn remove_cruise(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((channel, cruise)): Path<(i64, i64)>,
) -> Result<StatusCode, Failure> {
    app.ptz.remove_cruise(&caller, channel, number(cruise)?).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn start_cruise(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((channel, cruise)): Path<(i64, i64)>,
) -> Result<Response, Failure> {
    steer(&app, &caller, channel, Steer::Cruise(number(cruise)?)).await
}

pub(super) async fn kept_cruises(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(channel): Path<i64>,
) -> Result<Json<PtzKeptCruiseList>, Failure> {
    let kept = app.ptz.kept_cruises(&caller, channel).await?.into_iter().map(|cruise| PtzKeptCruise {
        number: cruise.number,
        name: cruise.name,
        steps: cruise.steps.into_iter().map(step_view).collect(),
    });
    Ok(Json(PtzKeptCruiseList { items: kept.collect() }))
}

pub(super) async fn run_kept_cruise(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((channel, cruise)): Path<(i64, i64)>,
) -> Result<Response, Failure> {
    let number = u8::try_from(cruise);
    let number = number.map_err(|_| Failure::invalid("number", "Cruises of a device have numbers from 0 to 255."))?;
    steer(&app, &caller, channel, Steer::KeptCruise(number)).await
}

/// Writes down what cameras did without anybody saying so.
pub(crate) async fn write_down_stops(app: Arc<App>) {
    let mut events = app.ptz.events();
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(lost)) => {
                tracing::warn!(lost, "Stops of cameras were not written to the audit log.");
                continue;
            }
            Err(RecvError::Closed) => return,
        };
        let (actor, action, detail) = match event.what {
            What::Stopped { why, driver } => {
                (driver.map(|holder| holder.account), "PTZ stopped", serde_json::json!({ "why": why }))
            }
            What::Returned { to } => {
                let number = to.number().map(NonZeroU8::get);
                (None, "PTZ returned", serde_json::json!({ "to": to.as_str(), "number": number }))
            }
            What::Changed | What::Preempted { .. } => continue,
        };
        let deed = Deed {
            actor: actor.unwrap_or_default(),
            action: action.to_owned(),
            target: format!("/api/v1/channels/{}/ptz", event.channel),
            outcome: StatusCode::NO_CONTENT.as_u16(),
            detail: detail.to_string(),
            ..Deed::default()
        };
        if let Err(error) = app.audit.add(deed).await {
            tracing::error!(%error, "The audit log cannot be written.");
        }
    }
}
