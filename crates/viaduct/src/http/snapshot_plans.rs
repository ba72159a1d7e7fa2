//! Plans by which pictures are taken.

use std::sync::Arc;

use api::{SnapshotPlan, SnapshotPlanFailure, SnapshotPlanInput, SnapshotPlanList};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use platform::snapshots::plans::{Plan, PlanError, PlanInput};

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::extract::{Body, Path};
use super::language::localised;
use super::schedules::{from_windows, windows};
use super::views;
use crate::server::App;

impl From<PlanError> for Failure {
    fn from(error: PlanError) -> Self {
        if let PlanError::Storage(source) = &error {
            tracing::error!(error = %source, "The plans of pictures failed.");
        }
        Self { field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

fn view(app: &App, plan: &Plan) -> SnapshotPlan {
    let status = app.snapshot_plans.status(plan.id);
    let known = plan.subjects.channels.iter().filter(|id| app.devices.known_channel(**id).is_some());
    SnapshotPlan {
        id: plan.id,
        name: plan.name.clone(),
        streams: plan.subjects.streams.iter().map(ToString::to_string).collect(),
        channels: known.copied().collect(),
        organisation_id: plan.subjects.organisation_id,
        group_id: plan.subjects.group_id,
        cameras: app.snapshot_plans.streams_of(plan).len(),
        interval_ms: plan.interval_ms,
        schedule: plan.schedule.as_ref().map(windows),
        form: plan.form.as_str().to_owned(),
        max_width: plan.max_width,
        max_height: plan.max_height,
        quality: plan.quality,
        overlay: plan.overlay,
        keep_days: plan.keep_days,
        target_id: plan.target_id,
        enabled: plan.enabled,
        version: plan.version,
        created_at: views::rfc3339(plan.created_at),
        taken: status.taken,
        skipped: status.skipped,
        failed: status.failed,
        missed: status.missed,
        last_taken_at: status.last_taken.as_ref().map(|taken| base::rfc3339(taken.at_ms)),
        last_snapshot_id: status.last_taken.map(|taken| taken.snapshot_id),
        last_failure: status.last_failure.map(|failure| SnapshotPlanFailure {
            stream: failure.stream,
            at: base::rfc3339(failure.at_ms),
            text: localised(&failure.text),
        }),
    }
}

fn typed(input: SnapshotPlanInput) -> Result<PlanInput, Failure> {
    let schedule = input.schedule.as_deref().map(from_windows).transpose();
    Ok(PlanInput {
        name: input.name,
        streams: input.streams,
        channels: input.channels,
        organisation_id: input.organisation_id,
        group_id: input.group_id,
        interval_ms: input.interval_ms,
        schedule: schedule.map_err(|error| Failure::invalid("schedule", error.to_string()))?,
        form: input.form,
        max_width: input.max_width,
        max_height: input.max_height,
        quality: input.quality,
        overlay: input.overlay,
        keep_days: input.keep_days,
        target_id: input.target_id,
        enabled: input.enabled,
    })
}

pub(super) async fn list(State(app): State<Arc<App>>) -> Json<SnapshotPlanList> {
    Json(SnapshotPlanList { items: app.snapshot_plans.list().iter().map(|plan| view(&app, plan)).collect() })
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<SnapshotPlanInput>,
) -> Result<(StatusCode, Versioned<SnapshotPlan>), Failure> {
    let plan = app.snapshot_plans.add(typed(input)?).await?;
    tracing::info!(user = caller.user.name, plan = plan.name, "A plan of pictures was added.");
    Ok((StatusCode::CREATED, Versioned(plan.version, view(&app, &plan))))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    IfMatch(version): IfMatch,
    Body(input): Body<SnapshotPlanInput>,
) -> Result<Versioned<SnapshotPlan>, Failure> {
    let plan = app.snapshot_plans.change(id, version, typed(input)?).await?;
    tracing::info!(user = caller.user.name, plan = plan.name, "A plan of pictures was changed.");
    Ok(Versioned(plan.version, view(&app, &plan)))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.snapshot_plans.remove(id).await?;
    tracing::info!(user = caller.user.name, id, "A plan of pictures was removed.");
    Ok(StatusCode::NO_CONTENT)
}
