//! The licence: how many cameras may be on.

use std::sync::Arc;

use api::{LicenceInput, LicenceStanding, LicenceTerms};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use platform::licence::{FREE_CHANNELS, LicenceError, Standing, Terms};
use serde_json::json;

use super::Failure;
use super::extract::Body;
use super::language::localised;
use super::routes::Detail;
use crate::server::App;

impl From<LicenceError> for Failure {
    fn from(error: LicenceError) -> Self {
        if let LicenceError::Storage(source) = &error {
            tracing::error!(error = %source, "The licence failed.");
        }
        let code = matches!(error, LicenceError::NoIssuer).then_some("licence_issuer_missing");
        Self { code, field: error.field().map(Into::into), ..Self::new(error.kind(), error.to_string()) }
    }
}

pub(super) fn view(app: &App) -> LicenceStanding {
    let Standing { state, limit, terms, days_left, why, has_issuer } = app.licence.standing();
    LicenceStanding {
        state: state.as_str().to_owned(),
        limit,
        on: app.devices.on(),
        free_limit: FREE_CHANNELS,
        has_issuer,
        terms: terms.map(|terms| terms_view(&terms)),
        days_left,
        reason: why.map(|why| localised(&why)),
    }
}

fn terms_view(terms: &Terms) -> LicenceTerms {
    LicenceTerms {
        number: terms.number.clone(),
        customer: terms.customer.clone(),
        channels: terms.channels,
        issued: terms.issued.to_string(),
        expires: terms.expires.map(|date| date.to_string()),
    }
}

pub(super) async fn standing(State(app): State<Arc<App>>) -> Json<LicenceStanding> {
    Json(view(&app))
}

pub(super) async fn put(State(app): State<Arc<App>>, Body(input): Body<LicenceInput>) -> Result<Response, Failure> {
    let terms = app.licence.put(&input.text).await?;
    tracing::info!(number = terms.number, channels = terms.channels, "A licence was handed in.");
    let detail = json!({ "number": terms.number, "channels": terms.channels, "expires": terms.expires_text() });
    Ok((Extension(Detail(detail.to_string())), Json(view(&app))).into_response())
}

pub(super) async fn remove(State(app): State<Arc<App>>) -> Result<StatusCode, Failure> {
    let there = app.licence.remove().await?;
    if there { Ok(StatusCode::NO_CONTENT) } else { Err(Failure::not_found("licence")) }
}
