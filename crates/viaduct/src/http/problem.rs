//! Failures as problem JSON (RFC 9457).

use std::sync::Arc;

use api::Problem;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::ErrorKind;
use db::DbError;
use hub::InvalidName;
use hub::resolver::OpenError;
use platform::accounts::AccountError;
use serde::de::DeserializeOwned;

use crate::server::App;

/// A failed request.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    /// When the kind's own name is too coarse.
    pub(crate) code: Option<&'static str>,
    pub(crate) detail: String,
    pub(crate) field: Option<&'static str>,
    pub(crate) retry_after_s: Option<u64>,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, code: None, detail: detail.into(), field: None, retry_after_s: None }
    }

    pub(crate) fn invalid(field: &'static str, detail: impl Into<String>) -> Self {
        Self { field: Some(field), ..Self::new(ErrorKind::InvalidInput, detail) }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("There is no {what}."))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = self.kind.http_status();
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: self.kind.as_str().replace('_', " "),
            status,
            detail: super::language::localised(&self.detail),
            code: self.code.unwrap_or(self.kind.as_str()).to_owned(),
            field: self.field.map(str::to_owned),
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        if let AccountError::Storage(source) = &error {
            tracing::error!(error = %source, "The accounts failed.");
        }
        let code = match &error {
            AccountError::SetupRequired => Some("setup_required"),
            AccountError::WrongSetupCode => Some("setup_code_wrong"),
            AccountError::CodeRequired => Some("second_factor_required"),
            AccountError::WrongCode => Some("second_factor_wrong"),
            _ => None,
        };
        let retry_after_s = match &error {
            AccountError::Locked { retry_after } => Some(retry_after.as_secs().max(1)),
            _ => None,
        };
        Self { kind: error.kind(), code, detail: error.to_string(), field: error.field(), retry_after_s }
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        if error.kind() != ErrorKind::Conflict {
            tracing::error!(error = %error, source = ?std::error::Error::source(&error), "The database failed.");
        }
        Self::new(error.kind(), format!("{error}."))
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self::new(error.kind, error.text)
    }
}

impl From<InvalidName> for Failure {
    fn from(error: InvalidName) -> Self {
        Self::invalid("name", format!("{error}."))
    }
}

/// A JSON body whose errors are problems too.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let patience = app.live().settings.limits.handshake;
        let Ok(read) = tokio::time::timeout(patience, Json::<T>::from_request(request, app)).await else {
            return Err(Failure::new(ErrorKind::Timeout, "The body did not arrive in time."));
        };
        match read {
            Ok(Json(value)) => Ok(Self(value)),
            Err(JsonRejection::BytesRejection(_)) => {
                Err(Failure::new(ErrorKind::InvalidInput, "The body is too long."))
            }
            Err(rejection) => Err(Failure::new(ErrorKind::InvalidInput, rejection.body_text())),
        }
    }
}

/// A path below `/api/v1` that is no route.
pub(super) async fn no_such_route() -> Failure {
    Failure::not_found("such route; see /api/v1/openapi.json")
}
