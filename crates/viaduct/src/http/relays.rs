//! Relays: streams that are pushed onward.

use std::sync::Arc;
use std::time::Instant;

use api::{Relay, RelayInput, RelayList, RelayPush, SourceError};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::ErrorKind;
use db::{DbError, RelayRow};
use gateway::UrlTemplate;
use gateway::push::PushTarget;
use gateway::relay::{PushStatus, RelaySpec, Relays};
use hub::StreamKey;
use platform::pattern::Pattern;
use platform::unix_now;

use super::Failure;
use super::auth::Who;
use super::extract::{Body, Path};
use super::language::localised;
use super::views::{self, millis};
use crate::server::App;

/// A relay's row as what runs; `None` when it is switched off or not usable any more.
pub(crate) fn spec_of(row: &RelayRow) -> Option<RelaySpec> {
    let pattern: Pattern = row.pattern.parse().ok()?;
    let target = UrlTemplate::parse(&row.target, row.username.as_deref(), row.password.as_deref()).ok()?;
    row.enabled.then(|| RelaySpec { id: row.id, selects: Arc::new(move |key| pattern.fits(key)), target })
}

/// Has what is stored run, or not.
fn apply(relays: &Arc<Relays>, row: &RelayRow) {
    match spec_of(row) {
        Some(spec) => relays.put(spec),
        None => relays.remove(row.id),
    }
}

fn view(app: &App, row: &RelayRow) -> Relay {
    let shown = UrlTemplate::parse(&row.target, None, None).map(|target| target.to_string());
    Relay {
        id: row.id,
        pattern: row.pattern.clone(),
        target: shown.unwrap_or_default(),
        username: row.username.clone(),
        enabled: row.enabled,
        created_at: views::rfc3339(row.created_at),
        pushes: app.relays.status(row.id).iter().map(push_view).collect(),
    }
}

fn push_view(push: &PushStatus) -> RelayPush {
    RelayPush {
        vhost: push.key.vhost().to_owned(),
        app: push.key.app().to_owned(),
        name: push.key.name().to_owned(),
        state: push.state.as_str().to_owned(),
        since: views::rfc3339_of(push.since),
        failures: push.failures,
        next_attempt_ms: push.next_attempt.map(|at| millis(at.saturating_duration_since(Instant::now()))),
        last_error: push.last_failure.as_ref().map(|failure| SourceError {
            leg: failure.leg.as_str().to_owned(),
            text: localised(&failure.text),
            next_step: localised(&failure.next_step),
        }),
    }
}

/// Checks what was typed. A password that is absent keeps the stored one, and so does a query whose secrets are
/// still hidden.
fn checked(input: &RelayInput, stored: Option<&RelayRow>) -> Result<RelayRow, Failure> {
    let pattern: Pattern = input
        .pattern
        .parse()
        .map_err(|error: platform::pattern::BadPattern| Failure::invalid("pattern", error.to_string()))?;
    let kept = stored.and_then(|row| row.password.as_deref()).filter(|_| input.password.is_none());
    let password = input.password.as_deref().or(kept);
    let unchanged = stored.filter(|row| {
        UrlTemplate::parse(&row.target, None, None).is_ok_and(|target| target.to_string() == input.target.trim())
    });
    let target = unchanged.map_or(input.target.as_str(), |row| row.target.as_str());
    let target = UrlTemplate::parse(target, input.username.as_deref(), password)
        .map_err(|error| Failure::invalid("target", format!("{error}.")))?;
    PushTarget::of_template(&target, &StreamKey::new("app", "name")?)
        .map_err(|error| Failure::invalid("target", format!("{error}.")))?;
    if !target.has_places() && pattern.is_wide() {
        let text = "Several streams would be pushed to one address; write {name} where the stream's name goes.";
        return Err(Failure::invalid("target", text));
    }
    if !target.has_host_place() && pattern.spans_hosts() {
        let text =
            "Streams of several virtual hosts would be pushed to one address; write {vhost} where the host goes.";
        return Err(Failure::invalid("target", text));
    }
    Ok(RelayRow {
        id: stored.map_or(0, |row| row.id),
        pattern: pattern.to_string(),
        target: target.to_stored(),
        username: target.credentials().map(|(name, _)| name.to_owned()),
        password: target.credentials().map(|(_, password)| password.to_owned()),
        enabled: input.enabled,
        created_at: stored.map_or_else(unix_now, |row| row.created_at),
    })
}

fn stored_failure(error: DbError) -> Failure {
    match error {
        DbError::Exists => Failure {
            field: Some("target".into()),
            ..Failure::new(ErrorKind::Conflict, "These streams are pushed there already; change that relay.")
        },
        other => other.into(),
    }
}

pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<RelayList>, Failure> {
    let rows = app.database.relays().await?;
    Ok(Json(RelayList { items: rows.iter().map(|row| view(&app, row)).collect() }))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<RelayInput>,
) -> Result<(StatusCode, Json<Relay>), Failure> {
    let mut row = checked(&input, None)?;
    row.id = app.database.add_relay(&row).await.map_err(stored_failure)?;
    tracing::info!(user = caller.user.name, relay = ?row, "A relay was added.");
    apply(&app.relays, &row);
    Ok((StatusCode::CREATED, Json(view(&app, &row))))
}

async fn stored(app: &App, id: i64) -> Result<RelayRow, Failure> {
    let rows = app.database.relays().await?;
    rows.into_iter().find(|row| row.id == id).ok_or_else(|| Failure::not_found("such relay"))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Body(input): Body<RelayInput>,
) -> Result<Json<Relay>, Failure> {
    let row = checked(&input, Some(&stored(&app, id).await?))?;
    app.database.update_relay(&row).await.map_err(stored_failure)?;
    tracing::info!(user = caller.user.name, relay = ?row, "A relay was changed.");
    apply(&app.relays, &row);
    Ok(Json(view(&app, &row)))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    if !app.database.remove_relay(id).await? {
        return Err(Failure::not_found("such relay"));
    }
    app.relays.remove(id);
    tracing::info!(user = caller.user.name, id, "A relay was removed.");
    Ok(StatusCode::NO_CONTENT)
}
