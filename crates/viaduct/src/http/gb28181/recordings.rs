//! Recordings in devices: which there are, and control of those that are played.

use std::sync::Arc;

use api::{Gb28181Recording, Gb28181RecordingList, RecordingControl};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::ErrorKind;
use device::gb28181::{Line, MAX_SPAN_S};
use gb28181::collect::Completeness;
use gb28181::manscdp::{RecordingCause, RecordingItem};
use gb28181::{BeijingTime, Id, mansrtsp};
use platform::rights::Action;
use serde::Deserialize;

use super::{driver, failed, seen};
use crate::http::Failure;
use crate::http::auth::Who;
use crate::http::extract::{Body, Path, Query};
use crate::http::language::localised;
use crate::http::named::NamedStream;
use crate::http::views::instant_ms;
use crate::server::App;

/// What a device is asked for at once: recorders break long answers (quirk 3).
const HALF_A_DAY_MS: i64 = 12 * 3_600_000;
/// Speeds that a recording can be played at.
const SPEEDS: std::ops::RangeInclusive<f64> = 0.25..=8.0;

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Wanted {
    from: String,
    to: String,
}

pub(in crate::http) async fn recordings(
    State(app): State<Arc<App>>,
    Who(caller): Who,
    Path((code, channel)): Path<(String, String)>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Gb28181RecordingList>, Failure> {
    let seen = seen(&app, &caller, &code, Action::View)?;
    seen.there()?;
    let channel = Id::new(&channel).map_err(|_| Failure::not_found("channel of this code"))?;
    let time = |field, text: &str| instant_ms(field, Some(text)).map(Option::unwrap_or_default);
    let (from_ms, to_ms) = (time("from", &wanted.from)?, time("to", &wanted.to)?);
    let longest_ms = i64::try_from(MAX_SPAN_S * 1000).unwrap_or(i64::MAX);
    if from_ms >= to_ms || to_ms - from_ms > longest_ms {
        return Err(Failure::invalid("to", "This is after the begin, and at most seven days."));
    }
    let (mut found, mut texts) = (Vec::new(), Vec::new());
    let mut begin_ms = from_ms;
    while begin_ms < to_ms {
        let end_ms = (begin_ms + HALF_A_DAY_MS).min(to_ms);
        let (Some(begin), Some(end)) = (BeijingTime::from_unix_ms(begin_ms), BeijingTime::from_unix_ms(end_ms)) else {
            return Err(Failure::invalid("from", "There is no such time."));
        };
        let part = driver(&app)?.recordings(&seen.code, &channel, begin, end).await.map_err(|fault| failed(&fault))?;
        if part.completeness != Completeness::Whole {
            texts.push(missing(part.items.len(), part.announced));
        }
        found.extend(part.items);
        begin_ms = end_ms;
    }
    let mut items: Vec<Gb28181Recording> = found.iter().filter_map(|item| view(&channel, item)).collect();
    // One that goes on over the end of a part comes in both.
    items.sort_by(|one, other| (&one.from, &one.to).cmp(&(&other.from, &other.to)));
    items.dedup_by(|one, other| one.stream == other.stream);
    let text = texts.into_iter().next();
    Ok(Json(Gb28181RecordingList { items, whole: text.is_none(), text }))
}

fn missing(items: usize, announced: Option<u32>) -> String {
    localised(&match announced {
        Some(announced) => {
            format!("The device announced {announced} recordings and told of {items}. Ask for a shorter time.")
        }
        None => "The device did not say how many recordings there are; some may be missing.".to_owned(),
    })
}

fn view(channel: &Id, item: &RecordingItem) -> Option<Gb28181Recording> {
    let (start, end) = (item.start?, item.end?);
    let seconds = |time: BeijingTime| u64::try_from(time.unix_ms() / 1000).ok();
    let (from, to) = (seconds(start)?, seconds(end)?);
    let line = Line { channel: channel.clone(), stream: 0, span: Some((from, to, None)) };
    Some(Gb28181Recording {
        from: base::rfc3339(start.unix_ms()),
        to: base::rfc3339(end.unix_ms()),
        name: item.name.clone().unwrap_or_default(),
        cause: match item.cause {
            Some(RecordingCause::Time) => "time",
            Some(RecordingCause::Alarm) => "alarm",
            Some(RecordingCause::Manual) => "manual",
            _ => "",
        }
        .to_owned(),
        bytes: item.size_bytes,
        stream: line.to_string(),
    })
}

pub(in crate::http) async fn control(
    State(app): State<Arc<App>>,
    NamedStream(key): NamedStream,
    Body(control): Body<RecordingControl>,
) -> Result<StatusCode, Failure> {
    let line = Line::of(&key).filter(|line| line.span.is_some());
    let line = line.ok_or_else(|| Failure::new(ErrorKind::Unsupported, "Only recordings can be controlled."))?;
    let method = match control {
        RecordingControl::Pause => mansrtsp::Method::Pause,
        RecordingControl::Resume => mansrtsp::Method::RESUME,
        RecordingControl::Seek { seconds } if seconds.is_finite() && seconds >= 0.0 => mansrtsp::Method::seek(seconds),
        RecordingControl::Seek { .. } => {
            return Err(Failure::invalid("seconds", "Seconds after the begin of the recording."));
        }
        RecordingControl::Speed { scale } if SPEEDS.contains(&scale.abs()) => mansrtsp::Method::speed(scale),
        RecordingControl::Speed { .. } => {
            return Err(Failure::invalid("scale", "A speed is 0.25 to 8 times, or the same backwards."));
        }
    };
    driver(&app)?.control(&line, method).await.map_err(|fault| failed(&fault))?;
    Ok(StatusCode::NO_CONTENT)
}
