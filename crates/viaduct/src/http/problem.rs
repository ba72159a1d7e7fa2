//! Failures as problem JSON (RFC 9457).

use std::borrow::Cow;

use api::Problem;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base::ErrorKind;
use db::DbError;
use hub::InvalidName;
use hub::resolver::OpenError;
use platform::accounts::AccountError;

/// Characters of a sentence.
const MAX_DETAIL: usize = 1000;

/// A failed request.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) kind: ErrorKind,
    /// When the kind's own name is too coarse.
    pub(crate) code: Option<&'static str>,
    /// When the kind's own status is too coarse.
    pub(crate) status: Option<StatusCode>,
    pub(crate) detail: String,
    pub(crate) field: Option<Cow<'static, str>>,
    pub(crate) retry_after_s: Option<u64>,
}

impl Failure {
    pub(crate) fn new(kind: ErrorKind, detail: impl Into<String>) -> Self {
        Self { kind, code: None, status: None, detail: detail.into(), field: None, retry_after_s: None }
    }

    pub(crate) fn invalid(field: impl Into<Cow<'static, str>>, detail: impl Into<String>) -> Self {
        Self { field: Some(field.into()), ..Self::new(ErrorKind::InvalidInput, detail) }
    }

    pub(crate) fn too_large(detail: impl Into<String>) -> Self {
        let (code, status) = (Some("too_large"), Some(StatusCode::PAYLOAD_TOO_LARGE));
        Self { code, status, ..Self::new(ErrorKind::InvalidInput, detail) }
    }

    pub(crate) fn not_found(what: &str) -> Self {
        Self::new(ErrorKind::NotFound, format!("There is no {what}."))
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let own = StatusCode::from_u16(self.kind.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let status = self.status.unwrap_or(own);
        let problem = Problem {
            kind: "about:blank".to_owned(),
            title: self.kind.as_str().replace('_', " "),
            status: status.as_u16(),
            detail: shortened(super::language::localised(&self.detail)),
            code: self.code.unwrap_or(self.kind.as_str()).to_owned(),
            field: self.field.map(Cow::into_owned),
        };
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
        let field = error.field().map(Cow::from);
        Self { code, field, retry_after_s, ..Self::new(error.kind(), error.to_string()) }
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

/// What is wrong may be quoted, however long it is.
fn shortened(detail: String) -> String {
    match detail.char_indices().nth(MAX_DETAIL) {
        Some((end, _)) => format!("{}…", &detail[..end]),
        None => detail,
    }
}

/// A path below `/api/v1` that is no route.
pub(super) async fn no_such_route() -> Failure {
    Failure::not_found("such route; see /api/v1/openapi.json")
}
