//! Web hooks.

use std::sync::Arc;

use api::{Hook, HookCreated, HookDelivery, HookDeliveryPage, HookInput, HookList, HookSecret, HookTest};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use db::DeliveryRow;
use platform::hooks::{self, HookError, HookEvent};
use platform::unix_now_ms;
use serde::Deserialize;

use super::Failure;
use super::auth::Who;
use super::extract::{Body, Path, Query};
use super::views::{self, millis};
use crate::server::App;

/// Deliveries of one answer.
const PAGE: i64 = 50;

impl From<HookError> for Failure {
    fn from(error: HookError) -> Self {
        if let HookError::Storage(source) = &error {
            tracing::error!(error = %source, "The web hooks failed.");
        }
        Self { field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

/// The URL as shown: values of query parameters may be secrets of the other system, so all are hidden.
fn shown(url: &str) -> String {
    let Ok(mut parsed) = url::Url::parse(url) else { return String::new() };
    let _cannot_fail_with_a_host = parsed.set_password(None);
    let Some(query) = parsed.query() else { return parsed.to_string() };
    let hidden: Vec<String> =
        query.split('&').map(|pair| format!("{}=***", pair.split('=').next().unwrap_or_default())).collect();
    parsed.set_query(Some(&hidden.join("&")));
    parsed.to_string()
}

async fn view(app: &App, hook: &hooks::Hook) -> Result<Hook, Failure> {
    let (pending, delivered, failed) = app.hooks.delivery_counts(hook.id).await?;
    Ok(Hook {
        id: hook.id,
        url: shown(&hook.url),
        events: hook.events.iter().map(|event| event.as_str().to_owned()).collect(),
        pattern: hook.pattern.to_string(),
        timeout_ms: millis(hook.timeout),
        on_failure: if hook.allow_on_failure { "allow" } else { "deny" }.to_owned(),
        enabled: hook.enabled,
        created_at: views::rfc3339(hook.created_at),
        pending,
        delivered,
        failed,
    })
}

/// A URL that is as it was shown is the stored one.
fn input(input: HookInput, stored: Option<&hooks::Hook>) -> hooks::HookInput {
    let unchanged = stored.filter(|hook| shown(&hook.url) == input.url.trim());
    hooks::HookInput {
        url: unchanged.map_or(input.url, |hook| hook.url.clone()),
        events: input.events,
        pattern: input.pattern,
        timeout_ms: input.timeout_ms,
        on_failure: input.on_failure,
        enabled: input.enabled,
    }
}

pub(super) async fn list(State(app): State<Arc<App>>) -> Result<Json<HookList>, Failure> {
    let mut items = Vec::new();
    for hook in app.hooks.hooks().iter() {
        items.push(view(&app, hook).await?);
    }
    Ok(Json(HookList { items, events: HookEvent::ALL.map(|event| event.as_str().to_owned()).to_vec() }))
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(typed): Body<HookInput>,
) -> Result<(StatusCode, Json<HookCreated>), Failure> {
    let (hook, secret) = app.hooks.add(&input(typed, None)).await?;
    tracing::info!(user = caller.user.name, ?hook, "A web hook was added.");
    Ok((StatusCode::CREATED, Json(HookCreated { hook: view(&app, &hook).await?, secret })))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Body(typed): Body<HookInput>,
) -> Result<Json<Hook>, Failure> {
    let stored = app.hooks.hooks().iter().find(|hook| hook.id == id).cloned();
    let hook = app.hooks.change(id, &input(typed, stored.as_ref())).await?;
    tracing::info!(user = caller.user.name, ?hook, "A web hook was changed.");
    Ok(Json(view(&app, &hook).await?))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.hooks.remove(id).await?;
    tracing::info!(user = caller.user.name, id, "A web hook was removed.");
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn renew_secret(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<Json<HookSecret>, Failure> {
    let secret = app.hooks.renew_secret(id).await?;
    tracing::info!(user = caller.user.name, id, "A web hook got a new secret.");
    Ok(Json(HookSecret { secret }))
}

pub(super) async fn test(State(app): State<Arc<App>>, Path(id): Path<i64>) -> Result<Json<HookTest>, Failure> {
    let row = app.hooks.test(id).await?;
    let status = row.status.and_then(|status| u16::try_from(status).ok());
    Ok(Json(HookTest {
        ok: status.is_some_and(|status| (200..300).contains(&status)),
        status,
        answer: row.answer.unwrap_or_default(),
        duration_ms: row.duration_ms.and_then(|took| u64::try_from(took).ok()).unwrap_or(0),
    }))
}

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    before: Option<i64>,
}

pub(super) async fn deliveries(
    State(app): State<Arc<App>>,
    Path(id): Path<i64>,
    Query(page): Query<Page>,
) -> Result<Json<HookDeliveryPage>, Failure> {
    let rows = app.hooks.deliveries(id, page.before.unwrap_or(i64::MAX), PAGE).await?;
    let full = i64::try_from(rows.len()).is_ok_and(|count| count == PAGE);
    let next_before = rows.last().filter(|_| full).map(|row| row.id);
    Ok(Json(HookDeliveryPage { items: rows.into_iter().map(delivery_view).collect(), next_before }))
}

pub(super) async fn retry(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((id, delivery)): Path<(i64, i64)>,
) -> Result<StatusCode, Failure> {
    app.hooks.retry(id, delivery).await?;
    tracing::info!(user = caller.user.name, hook = id, delivery, "A delivery is repeated.");
    Ok(StatusCode::NO_CONTENT)
}

fn delivery_view(row: DeliveryRow) -> HookDelivery {
    let now_ms = unix_now_ms();
    HookDelivery {
        id: row.id,
        event: row.event,
        state: row.state.as_str().to_owned(),
        attempts: row.attempts,
        created_at: base::rfc3339(row.created_at_ms),
        next_attempt_ms: row.next_attempt_ms.map(|at| u64::try_from(at - now_ms).unwrap_or(0)),
        status: row.status,
        answer: row.answer,
        duration_ms: row.duration_ms,
        body: row.body,
    }
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_may_be_a_secret_of_the_other_system_is_not_shown() {
        assert_eq!(shown("https://user:pass@host/x?key=abc&flag"), "https://user@host/x?key=***&flag=***");
        assert_eq!(shown("http://host:9/x"), "http://host:9/x");
    }
}
