//! Settings: shown, changed, and taken over by a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use api::{ConfigChanges, ConfigValue, Configuration, ReloadResult, UndoneSettings};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base::ErrorKind;
use serde_json::{Value, json};

use super::Failure;
use super::auth::{IfMatch, Versioned, Who};
use super::extract::Body;
use super::language::localised;
use super::routes::Detail;
use crate::config::console::{changed, judge, named};
use crate::config::{KEYS, Key, Kind, Origin, Refused, Reload, Values};
use crate::server::App;

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        let (kind, code) = match &refused {
            Refused::Invalid { .. } => (ErrorKind::InvalidInput, None),
            Refused::Fixed { .. } => (ErrorKind::Conflict, Some("setting_fixed")),
            Refused::NotByConsole { .. } => (ErrorKind::Forbidden, Some("setting_not_by_console")),
            Refused::Gives { .. } => (ErrorKind::Forbidden, Some("setting_gives_rights")),
            Refused::Storage(_) => (ErrorKind::Internal, None),
        };
        Self { code, field: refused.key().map(Into::into), ..Self::new(kind, refused.to_string()) }
    }
}

fn shown(key: &Key, value: &toml::Value) -> Value {
    if key.secret { Value::Null } else { serde_json::to_value(value).unwrap_or(Value::Null) }
}

fn value_view(key: &Key, values: &Values) -> ConfigValue {
    let (value, origin) = values.get(key.name);
    let default = key.parse(key.default).ok();
    ConfigValue {
        key: key.name.to_owned(),
        value: shown(key, value),
        origin: origin.to_string(),
        secret: key.secret,
        reload: key.reload.as_str().to_owned(),
        help: key.help.to_owned(),
        kind: match key.kind {
            Kind::Text => "text",
            Kind::Integer => "number",
            Kind::Flag => "flag",
            Kind::List => "list",
        }
        .to_owned(),
        default: default.map_or(Value::Null, |default| shown(key, &default)),
        min: key.range.map(|(least, _)| least),
        max: key.range.map(|(_, most)| most),
        unit: key.unit.to_owned(),
        choices: key.choices.iter().map(|choice| (*choice).to_owned()).collect(),
        changeable: key.by_console && matches!(origin, Origin::Default | Origin::Console),
    }
}

fn view(app: &App) -> Versioned<Configuration> {
    let live = app.live();
    let pending = app.booted.differences(&live.values).into_iter().filter(|key| key.reload == Reload::Restart);
    let undone = app.console.undone();
    let version = app.console.version();
    Versioned(
        version,
        Configuration {
            values: KEYS.iter().map(|key| value_view(key, &live.values)).collect(),
            version,
            pending: pending.map(|key| key.name.to_owned()).collect(),
            undone: undone.map(|undone| UndoneSettings { keys: undone.keys, reason: localised(&undone.reason) }),
        },
    )
}

pub(super) async fn configuration(State(app): State<Arc<App>>) -> Versioned<Configuration> {
    view(&app)
}

fn check_version(app: &App, version: i64) -> Result<(), Failure> {
    if version == app.console.version() {
        return Ok(());
    }
    let text = "Somebody else changed it meanwhile; load it again and repeat your change.";
    Err(Failure { code: Some("stale"), ..Failure::new(ErrorKind::Conflict, text) })
}

/// Judges changes, writes them, and has those that can be taken over at once; whatever fails leaves everything as it was.
pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    IfMatch(version): IfMatch,
    Body(ConfigChanges(changes)): Body<ConfigChanges>,
) -> Result<Response, Failure> {
    let _one_at_a_time = app.settings_change.lock().await;
    check_version(&app, version)?;
    let storage = |error: anyhow::Error| Refused::Storage(format!("{error:#}"));
    let before = app.console.values().map_err(storage)?;
    let present = app.live().values.clone();
    let set = changed(&before, &changes, &present, caller.may_give_everything())?;
    let values = Values::with_console(&app.args.sources(), &set).map_err(storage)?;
    judge(&values, &changes)?;
    app.console.write(&set).map_err(storage)?;
    if let Err(error) = app.reload().await {
        app.console.write(&before).map_err(storage)?;
        if let Err(again) = app.reload().await {
            tracing::error!(error = format!("{again:#}"), "The settings before could not be taken over again.");
        }
        let text = format!("{error:#}");
        return Err(Refused::Invalid { key: named(&text, &changes), text }.into());
    }
    app.console.forget_undone();
    let detail = deed(&present, &app.live().values);
    Ok((Extension(Detail(detail)), view(&app)).into_response())
}

/// Old and new values for the audit log.
fn deed(before: &Values, after: &Values) -> String {
    let pair = |key: &Key| {
        let masked = |values: &Values| if key.secret { json!("***") } else { shown(key, values.get(key.name).0) };
        (key.name.to_owned(), json!([masked(before), masked(after)]))
    };
    let pairs: BTreeMap<String, Value> = before.differences(after).into_iter().map(pair).collect();
    json!(pairs).to_string()
}

pub(super) async fn restart(State(app): State<Arc<App>>, IfMatch(version): IfMatch) -> Result<StatusCode, Failure> {
    check_version(&app, version)?;
    tracing::info!("A restart is asked for.");
    // Told before the answer is written: the server ends in order, answers included.
    app.restart.notify_one();
    Ok(StatusCode::ACCEPTED)
}

pub(super) async fn reload(State(app): State<Arc<App>>) -> Result<Json<ReloadResult>, Failure> {
    let result = app.reload().await;
    result.map(Json).map_err(|error| {
        let detail = format!("The configuration was not reloaded; the old one stays: {error:#}.");
        Failure::new(ErrorKind::InvalidInput, detail)
    })
}
