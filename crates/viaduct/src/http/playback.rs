//! What players say of how they play.

use std::sync::Arc;
use std::time::Instant;

use api::{PlaybackReport, PlaybackReports, PlaybackSummary, PlaybackViewer};
use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use base::ErrorKind;
use hub::Action;
use platform::playback::{PlaybackError, Report, Summary, Viewer, summaries};
use platform::unix_now;
use serde::Deserialize;

use super::Failure;
use super::extract::{Body, Query};
use super::named::NamedStream;
use super::views::rfc3339;
use crate::server::App;

/// Bytes of a report.
pub(super) const MAX_BODY: usize = 2048;

#[derive(Debug, Deserialize)]
pub(super) struct Ticket {
    token: Option<String>,
}

impl From<PlaybackError> for Failure {
    fn from(error: PlaybackError) -> Self {
        let field = match &error {
            PlaybackError::Invalid(field) => Some((*field).into()),
            _ => None,
        };
        Self { field, ..Self::new(error.kind(), error.to_string()) }
    }
}

/// Asks for the token with which the stream is played: who watches by a link has no other right.
pub(super) async fn report(
    State(app): State<Arc<App>>,
    NamedStream(key): NamedStream,
    Query(Ticket { token }): Query<Ticket>,
    Body(input): Body<PlaybackReport>,
) -> Result<StatusCode, Failure> {
    let refused =
        |_| Failure::new(ErrorKind::Unauthorized, "The token of the offer is needed, and one that has not run out.");
    app.signer.check(&token.unwrap_or_default(), Action::Play, &key, unix_now()).map_err(refused)?;
    app.playback.take(&key, said(input), unix_now(), Instant::now())?;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    NamedStream(key): NamedStream,
) -> Result<Json<PlaybackReports>, Failure> {
    let viewers = app.playback.viewers(&key, Instant::now());
    let engines = summaries(&viewers).into_iter().map(summary).collect();
    Ok(Json(PlaybackReports { items: viewers.into_iter().map(viewer).collect(), engines }))
}

fn said(input: PlaybackReport) -> Report {
    let PlaybackReport { viewer, engine, first_picture_ms, watched_s, stalls, stalled_ms, latency_ms, dropped, ended } =
        input;
    Report { viewer, engine, first_picture_ms, watched_s, stalls, stalled_ms, latency_ms, dropped, ended }
}

fn viewer(Viewer { report, reported_at, .. }: Viewer) -> PlaybackViewer {
    let Report { viewer, engine, first_picture_ms, watched_s, stalls, stalled_ms, latency_ms, dropped, ended } = report;
    let report =
        PlaybackReport { viewer, engine, first_picture_ms, watched_s, stalls, stalled_ms, latency_ms, dropped, ended };
    PlaybackViewer { report, reported_at: rfc3339(reported_at) }
}

fn summary(of: Summary) -> PlaybackSummary {
    PlaybackSummary {
        engine: of.engine,
        viewers: of.viewers,
        first_picture_p50_ms: of.first_picture_p50_ms,
        first_picture_p95_ms: of.first_picture_p95_ms,
        watched_s: of.watched_s,
        stalls: of.stalls,
        stalled_ms: of.stalled_ms,
        dropped: of.dropped,
        latency_p50_ms: of.latency_p50_ms,
    }
}
