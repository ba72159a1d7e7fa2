//! Files that are played to devices.

use std::sync::Arc;

use api::TalkStanding;
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::ErrorKind;
use container::wav::{Wav, WavError};
use device::gb28181::{FileSound, MAX_FILE_TIME};
use platform::people::Caller;
use platform::rights::Action;
use serde::Deserialize;

use super::{Whom, driver, hearer, permitted, speaker, standing};
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::{Path, Query, Upload};
use crate::server::App;

/// Bytes of a file.
pub(in crate::http) const MAX_FILE: usize = 16 << 20;
/// Characters of its name that are kept.
const MAX_NAME: usize = 100;

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Named {
    #[serde(default)]
    name: String,
}

impl Named {
    fn shown(&self) -> String {
        let name: String = self.name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect();
        if name.trim().is_empty() { "WAV".to_owned() } else { name }
    }
}

async fn play(
    app: &App,
    caller: &Caller,
    whom: &Whom,
    named: &Named,
    bytes: bytes::Bytes,
) -> Result<(StatusCode, Json<TalkStanding>), Failure> {
    let hearer = hearer(app, caller, whom, Action::Operate)?;
    let driver = driver(app)?;
    let name = named.shown();
    let decoded = tokio::task::spawn_blocking(move || decoded(name, &bytes)).await;
    let sound = decoded.map_err(|_panicked| Failure::new(ErrorKind::Internal, "The file cannot be read."))??;
    let talk = driver.talk(&hearer.device, &hearer.target, speaker(caller), &mut |_step| {}).await?;
    talk.play(sound);
    Ok((StatusCode::ACCEPTED, Json(standing(driver, caller, &hearer.device))))
}

/// Takes up to a second of a core.
fn decoded(name: String, bytes: &[u8]) -> Result<FileSound, Failure> {
    let wav = Wav::read(bytes).map_err(|error| {
        let kind = if error == WavError::Empty { ErrorKind::InvalidInput } else { ErrorKind::Unsupported };
        let text = format!("Only WAV files with PCM or G.711 can be played: {error}. Convert it, or choose it in the console, which converts what the browser knows.");
        Failure { field: Some("file".into()), ..Failure::new(kind, text) }
    })?;
    let rate_hz = wav.rate_hz.get();
    if wav.frames() as u64 / u64::from(rate_hz) > MAX_FILE_TIME.as_secs() {
        return Err(Failure::too_large("A file has at most 10 minutes of sound."));
    }
    Ok(FileSound::new(name, wav.mono(), rate_hz))
}

/// One's own file, or anybody's for those who manage.
fn stop(app: &App, caller: &Caller, whom: &Whom) -> Result<StatusCode, Failure> {
    let hearer = hearer(app, caller, whom, Action::Operate)?;
    let driver = driver(app)?;
    let nothing = || Failure::not_found("file that is played there");
    let holder = driver.holder(&hearer.device).filter(|holder| holder.file.is_some()).ok_or_else(nothing)?;
    if holder.speaker.user != caller.user.id {
        permitted(caller, Action::Manage, &hearer.place)?;
    }
    if driver.stop_file(&hearer.device) { Ok(StatusCode::NO_CONTENT) } else { Err(nothing()) }
}

pub(in crate::http) async fn play_on_channel(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
    Query(named): Query<Named>,
    Upload(bytes): Upload,
) -> Result<(StatusCode, Json<TalkStanding>), Failure> {
    play(&app, &caller, &Whom::Channel(id), &named, bytes).await
}

pub(in crate::http) async fn play_on_device(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
    Query(named): Query<Named>,
    Upload(bytes): Upload,
) -> Result<(StatusCode, Json<TalkStanding>), Failure> {
    play(&app, &caller, &Whom::Device(code), &named, bytes).await
}

pub(in crate::http) async fn stop_on_channel(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(id): Path<i64>,
) -> Result<StatusCode, Failure> {
    stop(&app, &caller, &Whom::Channel(id))
}

pub(in crate::http) async fn stop_on_device(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path(code): Path<String>,
) -> Result<StatusCode, Failure> {
    stop(&app, &caller, &Whom::Device(code))
}
