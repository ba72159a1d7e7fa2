//! The last messages of SIP.

use std::fmt::Write;
use std::sync::Arc;

use api::{SipMessage, SipTrace, SipTraceChoice};
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use device::gb28181::{Traced, Way};
use gb28181::Id;
use serde::Deserialize;

use super::driver;
use crate::http::Failure;
use crate::http::extract::{Body, Query};
use crate::server::App;

/// Messages of one answer where no number is asked for, and at most.
const USUAL: usize = 200;
const MOST: usize = 2000;

#[derive(Debug, Deserialize)]
pub(in crate::http) struct Wanted {
    #[serde(default)]
    behind: u64,
    #[serde(default)]
    query: String,
    limit: Option<usize>,
}

impl Wanted {
    fn words(&self) -> Vec<String> {
        self.query.split_whitespace().map(str::to_owned).collect()
    }
}

pub(in crate::http) async fn messages(
    State(app): State<Arc<App>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<SipTrace>, Failure> {
    let trace = driver(&app)?.trace();
    let limit = wanted.limit.unwrap_or(USUAL).clamp(1, MOST);
    let items = trace.messages(wanted.behind, &wanted.words(), limit).into_iter().map(view).collect();
    Ok(Json(SipTrace { items, only: trace.only().map(|only| only.to_string()) }))
}

fn view(traced: Traced) -> SipMessage {
    SipMessage {
        number: traced.number,
        at: base::rfc3339(traced.at_unix_ms),
        way: match traced.way {
            Way::In => "in",
            Way::Out => "out",
        }
        .to_owned(),
        peer: traced.peer.to_string(),
        transport: traced.transport.as_str().to_lowercase(),
        text: traced.text,
    }
}

pub(in crate::http) async fn choose(
    State(app): State<Arc<App>>,
    Body(choice): Body<SipTraceChoice>,
) -> Result<StatusCode, Failure> {
    let only = choice.only.as_deref().filter(|only| !only.is_empty()).map(Id::new).transpose();
    let only = only.map_err(|error| Failure::invalid("only", format!("This is no code of a device ({error}).")))?;
    driver(&app)?.trace().keep_only(only);
    Ok(StatusCode::NO_CONTENT)
}

pub(in crate::http) async fn export(
    State(app): State<Arc<App>>,
    Query(wanted): Query<Wanted>,
) -> Result<(HeaderMap, String), Failure> {
    let mut text = String::new();
    for message in driver(&app)?.trace().messages(wanted.behind, &wanted.words(), usize::MAX).into_iter().map(view) {
        let arrow = if message.way == "in" { "<-" } else { "->" };
        // Writing into a text does not fail.
        let _written =
            write!(text, "{} {arrow} {} {}\n{}\n\n", message.at, message.transport, message.peer, message.text);
    }
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"sip-trace.txt\""));
    Ok((headers, text))
}
