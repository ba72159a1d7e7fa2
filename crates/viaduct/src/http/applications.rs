//! Rules for streams by name.

use std::sync::Arc;
use std::time::Duration;

use api::{Application, ApplicationInput, ApplicationList, ApplicationSettings, EffectiveSettings, SilentOrigin};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use gateway::UrlTemplate;
use gateway::pull::PullUrl;
use hub::{StreamOptions, StreamRules};
use platform::applications::{self, Admission, Output, Rule, RuleError, RuleSettings};

use super::Failure;
use super::auth::Who;
use super::extract::{Body, Path};
use super::named::NamedStream;
use super::views::{self, millis};
use crate::server::App;

impl From<RuleError> for Failure {
    fn from(error: RuleError) -> Self {
        if let RuleError::Storage(source) = &error {
            tracing::error!(error = %source, "The rules failed.");
        }
        Self { field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

fn bytes_of(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

fn settings_view(settings: &RuleSettings) -> ApplicationSettings {
    let words = |outputs: &Vec<Output>| outputs.iter().map(|each| each.as_str().to_owned()).collect();
    ApplicationSettings {
        publish: settings.publish.map(|each| each.as_str().to_owned()),
        play: settings.play.map(|each| each.as_str().to_owned()),
        outputs: settings.outputs.as_ref().map(words),
        audio: settings.keep_audio.map(|keep| applications::audio_word(keep).to_owned()),
        merge_window_ms: settings.merge_window.map(millis),
        publisher_grace_ms: settings.publisher_grace.map(millis),
        idle_close_ms: settings.idle_close.map(millis),
        gop_cap_bytes: settings.gop_cap_bytes.map(bytes_of),
        interleave_wait_ms: settings.interleave_wait.map(millis),
        replace_publisher: settings.replace_publisher,
        origins: settings.origins.as_ref().map(|origins| origins.iter().map(|origin| shown(origin)).collect()),
        encrypt_hls: settings.encrypt_hls,
        slate: settings.slate.clone(),
        hls_always: settings.hls_always,
        record: settings.record,
    }
}

/// An origin without credentials and secrets.
fn shown(origin: &str) -> String {
    UrlTemplate::parse(origin, None, None).map_or_else(|_| "***".to_owned(), |template| template.to_string())
}

/// The bare name of a file, or nothing.
fn slate_of(typed: &str) -> Result<String, Failure> {
    let name = typed.trim();
    if !name.is_empty() {
        PullUrl::parse(&format!("file:{name}"), None, None)
            .map_err(|error| Failure::invalid("slate", format!("{error}.")))?;
    }
    Ok(name.to_owned())
}

/// Origins as they were typed; one that is still as it was shown keeps its credentials and secrets.
fn origins_of(typed: &[String], stored: Option<&Rule>) -> Result<Vec<String>, Failure> {
    let stored = stored.and_then(|rule| rule.settings.origins.as_deref()).unwrap_or_default();
    let checked = |text: &String| {
        let text = text.trim();
        let kept = stored.iter().find(|origin| shown(origin) == text);
        let invalid = |error: String| Failure::invalid("origins", format!("{error}."));
        let template = UrlTemplate::parse(kept.map_or(text, String::as_str), None, None).map_err(invalid)?;
        if !template.has_places() {
            return Err(Failure::invalid("origins", "Write {name} where the stream's name goes."));
        }
        Ok(kept.cloned().unwrap_or_else(|| text.to_owned()))
    };
    typed.iter().filter(|text| !text.trim().is_empty()).map(checked).collect()
}

/// What options of the hub, and the rest of a rule, look like when nothing is left open.
fn complete(app: &App, options: &StreamOptions, rules: &RuleSettings) -> ApplicationSettings {
    let otherwise = if app.args.dev { Admission::Open } else { Admission::Token };
    let merge_window = options.merge_window.unwrap_or_else(|| app.live().settings.merge_window);
    settings_view(&RuleSettings {
        publish: rules.publish.or(Some(otherwise)),
        play: rules.play.or(Some(otherwise)),
        outputs: rules.outputs.clone().or_else(|| Some(Output::ALL.to_vec())),
        keep_audio: Some(options.keep_audio),
        merge_window: Some(merge_window),
        publisher_grace: Some(options.publisher_grace),
        idle_close: Some(options.idle_close),
        gop_cap_bytes: Some(options.gop_cap_bytes),
        interleave_wait: Some(options.interleave_wait),
        replace_publisher: Some(options.replace_publisher),
        origins: rules.origins.clone().or_else(|| Some(Vec::new())),
        encrypt_hls: Some(options.encrypt_segments),
        slate: Some(rules.slate.clone().unwrap_or_default()),
        hls_always: Some(rules.cuts_always()),
        record: Some(rules.records()),
    })
}

fn settings_of(input: &ApplicationSettings, stored: Option<&Rule>) -> Result<RuleSettings, Failure> {
    let words = input.outputs.as_ref().map(|words| words.iter().map(String::as_str));
    let millis = |value: Option<u64>| value.map(Duration::from_millis);
    Ok(RuleSettings {
        publish: applications::admission("publish", input.publish.as_deref())?,
        play: applications::admission("play", input.play.as_deref())?,
        outputs: words.map(applications::outputs).transpose()?,
        keep_audio: applications::keep_audio(input.audio.as_deref())?,
        merge_window: millis(input.merge_window_ms),
        publisher_grace: millis(input.publisher_grace_ms),
        idle_close: millis(input.idle_close_ms),
        gop_cap_bytes: input.gop_cap_bytes.map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX)),
        interleave_wait: millis(input.interleave_wait_ms),
        replace_publisher: input.replace_publisher,
        origins: input.origins.as_ref().map(|origins| origins_of(origins, stored)).transpose()?,
        encrypt_hls: input.encrypt_hls,
        slate: input.slate.as_deref().map(slate_of).transpose()?,
        hls_always: input.hls_always,
        record: input.record,
    })
}

/// Origins whose servers lately did not answer.
fn silent_origins(app: &App, settings: &RuleSettings) -> Vec<SilentOrigin> {
    let silent = |text: &String| {
        let template = UrlTemplate::parse(text, None, None).ok()?;
        let since = app.sources.silent_since(&template)?;
        Some(SilentOrigin { origin: shown(text), since_s: since.as_secs() })
    };
    settings.origins.iter().flatten().filter_map(silent).collect()
}

fn view(app: &App, rule: &Rule) -> Application {
    Application {
        id: rule.id,
        pattern: rule.pattern.to_string(),
        settings: settings_view(&rule.settings),
        silent_origins: silent_origins(app, &rule.settings),
        streams: app.hub.list().iter().filter(|stream| rule.pattern.fits(stream.key())).count(),
        created_at: views::rfc3339(rule.created_at),
    }
}

pub(super) async fn list(State(app): State<Arc<App>>) -> Json<ApplicationList> {
    let items = app.applications.rules().iter().map(|rule| view(&app, rule)).collect();
    let defaults = complete(&app, &app.applications.base(), &RuleSettings::default());
    Json(ApplicationList { items, defaults })
}

pub(super) async fn add(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Body(input): Body<ApplicationInput>,
) -> Result<(StatusCode, Json<Application>), Failure> {
    let pattern = input.pattern.parse().map_err(RuleError::from)?;
    let rule = app.applications.add(pattern, settings_of(&input.settings, None)?).await?;
    tracing::info!(user = caller.user.name, pattern = %rule.pattern, "A rule was added.");
    Ok((StatusCode::CREATED, Json(view(&app, &rule))))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Body(input): Body<ApplicationInput>,
) -> Result<Json<Application>, Failure> {
    let pattern = input.pattern.parse().map_err(RuleError::from)?;
    let rules = app.applications.rules();
    let settings = settings_of(&input.settings, rules.iter().find(|rule| rule.id == id))?;
    let rule = app.applications.change(id, pattern, settings).await?;
    tracing::info!(user = caller.user.name, pattern = %rule.pattern, "A rule was changed.");
    Ok(Json(view(&app, &rule)))
}

pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    app.applications.remove(id).await?;
    tracing::info!(user = caller.user.name, id, "A rule was removed.");
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn effective(State(app): State<Arc<App>>, NamedStream(key): NamedStream) -> Json<EffectiveSettings> {
    let rules = app.applications.rules();
    let fitting = rules.iter().filter(|rule| rule.pattern.fits(&key));
    Json(EffectiveSettings {
        patterns: fitting.map(|rule| rule.pattern.to_string()).collect(),
        settings: complete(&app, &app.applications.options(&key), &app.applications.effective(&key)),
        vhost: key.vhost().to_owned(),
        app: key.app().to_owned(),
        name: key.name().to_owned(),
    })
}
