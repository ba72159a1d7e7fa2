//! What a request brings; what is wrong with it is told as a problem that names the field.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use base::ErrorKind;
use bytes::Bytes;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value};

use super::Failure;
use crate::server::App;

/// How long a table may take to arrive: 32 MiB at 4 Mbit/s.
const UPLOAD_PATIENCE: Duration = Duration::from_secs(70);
/// Characters of what the decoder says; it may repeat what it was given.
const MAX_REASON: usize = 200;
/// The character that no text may have, because PostgreSQL stores none with it, as it is written in URLs.
const NUL_IN_URL: &str = "%00";
/// Keys of an object that are tried when the decoder cannot tell which does not fit.
const MAX_TRIED: usize = 64;

/// How the decoder begins to say that a field is not there.
const MISSING: &str = "missing field `";
/// And that it is there twice.
const TWICE: &str = "duplicate field `";

/// A JSON body.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Arc<App>> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        if !is_json(request.headers()) {
            let text = "The body is not said to be JSON; send it with Content-Type: application/json.";
            return Err(Failure::new(ErrorKind::Unsupported, text));
        }
        let patience = app.live().settings.limits.handshake;
        let bytes = read(request, app, patience).await?;
        decode(&bytes).map(Self)
    }
}

/// A JSON body, or none.
pub(super) struct MaybeBody<T>(pub(super) T);

impl<T: DeserializeOwned + Default> FromRequest<Arc<App>> for MaybeBody<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        let is_empty = axum::body::HttpBody::is_end_stream(request.body());
        if is_empty && !request.headers().contains_key(header::CONTENT_TYPE) {
            return Ok(Self(T::default()));
        }
        Body::from_request(request, app).await.map(|Body(value)| Self(value))
    }
}

/// A body that is a file.
pub(super) struct Upload(pub(super) Bytes);

impl FromRequest<Arc<App>> for Upload {
    type Rejection = Failure;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Failure> {
        read(request, app, UPLOAD_PATIENCE).await.map(Self)
    }
}

/// The variable parts of the path.
pub(super) struct Path<T>(pub(super) T);

impl<T: DeserializeOwned + Send> FromRequestParts<Arc<App>> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let unknown = || Failure::not_found("such thing");
        if parts.uri.path().contains(NUL_IN_URL) {
            return Err(unknown());
        }
        let path = axum::extract::Path::<T>::from_request_parts(parts, app).await;
        // An id that no thing can have is that of an unknown thing.
        path.map(|axum::extract::Path(value)| Self(value)).map_err(|_| unknown())
    }
}

/// What stands behind the question mark.
pub(super) struct Query<T>(pub(super) T);

impl<T: DeserializeOwned> FromRequestParts<Arc<App>> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Failure> {
        let pairs = parts.uri.query().unwrap_or_default().split('&');
        if let Some(pair) = pairs.into_iter().find(|pair| pair.contains(NUL_IN_URL)) {
            return Err(has_nul(pair.split('=').next().unwrap_or_default()));
        }
        let query = axum::extract::Query::<T>::from_request_parts(parts, app).await;
        query.map(|axum::extract::Query(value)| Self(value)).map_err(|rejection| {
            let text = rejection.body_text();
            let reason = text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text);
            let (field, reason) = reason.split_once(": ").unwrap_or(("query", reason));
            misfit(Some(field.to_owned()), reason)
        })
    }
}

async fn read(request: Request, app: &Arc<App>, patience: Duration) -> Result<Bytes, Failure> {
    match tokio::time::timeout(patience, Bytes::from_request(request, app)).await {
        Err(_late) => Err(Failure::new(ErrorKind::Timeout, "The body did not arrive in time.")),
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(BytesRejection::FailedToBufferBody(rejection))) if rejection.status().as_u16() == 413 => {
            Err(Failure::too_large("The body is too long."))
        }
        Ok(Err(_)) => Err(Failure::new(ErrorKind::InvalidInput, "The body did not arrive whole.")),
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let mut decoder = serde_json::Deserializer::from_slice(bytes);
    let decoded: Result<T, _> = serde_path_to_error::deserialize(&mut decoder);
    let value = decoded.map_err(|error| {
        let path = Some(error.path().to_string()).filter(|path| path != ".").or_else(|| guilty::<T>(bytes));
        let error = error.into_inner();
        // Of a variant of an enumeration the decoder says the same as of no JSON at all.
        let sound = error.is_data() || serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        if sound { misfit(path, &error.to_string()) } else { not_json(&error) }
    })?;
    decoder.end().map_err(|error| not_json(&error))?;
    match writes_nul(bytes).then(|| serde_json::from_slice(bytes).ok().and_then(|value| nul_in(&value))).flatten() {
        Some(field) => Err(has_nul(&field)),
        None => Ok(value),
    }
}

/// The key of an object without which another fault is found, or none: where parts of a body are flattened into one object,
/// the decoder does not know where it was.
fn guilty<T: DeserializeOwned>(bytes: &[u8]) -> Option<String> {
    let Value::Object(body) = serde_json::from_slice(bytes).ok()? else { return None };
    let fault = |body: Map<String, Value>| T::deserialize(Value::Object(body)).err().map(|error| error.to_string());
    let whole = fault(body.clone())?;
    if whole.starts_with(MISSING) {
        return None;
    }
    body.keys().take(MAX_TRIED).find_map(|key| {
        let mut less = body.clone();
        less.remove(key);
        (fault(less).as_ref() != Some(&whole)).then(|| key.clone())
    })
}

/// Whether a string of a JSON text has the escape for NUL; it cannot be written there in another way.
fn writes_nul(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'\\') {
        if rest[at + 1..].starts_with(b"u0000") {
            return true;
        }
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    false
}

/// Where a text or key with NUL is.
fn nul_in(value: &Value) -> Option<String> {
    let below = |name: String, child: &Value| {
        nul_in(child).map(|rest| if rest.is_empty() { name.clone() } else { format!("{name}.{rest}") })
    };
    match value {
        Value::String(text) => text.contains('\0').then(String::new),
        Value::Array(items) => items.iter().enumerate().find_map(|(index, item)| below(index.to_string(), item)),
        Value::Object(map) => map.iter().find_map(|(key, child)| {
            if key.contains('\0') { Some(key.replace('\0', "")) } else { below(key.clone(), child) }
        }),
        _ => None,
    }
}

fn has_nul(field: &str) -> Failure {
    let field = cut(field);
    let text = format!("{field} has the character NUL, which no text may have.");
    Failure::invalid(field, text)
}

fn not_json(error: &serde_json::Error) -> Failure {
    Failure::new(ErrorKind::InvalidInput, format!("The body is no JSON: {}.", cut(&error.to_string())))
}

/// The decoder knows where it was; of a field that is missing, or there twice, it tells the name in its sentence.
fn misfit(path: Option<String>, reason: &str) -> Failure {
    let told = |begin: &str| reason.strip_prefix(begin).and_then(|rest| rest.split('`').next());
    let missing = told(MISSING);
    let last = missing.or_else(|| told(TWICE)).map(str::to_owned);
    let field = path.into_iter().chain(last).collect::<Vec<_>>().join(".");
    let field = cut(&field);
    match missing {
        _ if field.is_empty() => {
            Failure::new(ErrorKind::InvalidInput, format!("The body does not fit: {}.", cut(reason)))
        }
        Some(_) => Failure::invalid(field.clone(), format!("{field} is missing.")),
        None => Failure::invalid(field.clone(), format!("{field} does not fit: {}.", cut(reason))),
    }
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_REASON).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    struct Outer {
        #[expect(dead_code, reason = "only decoded")]
        steps: Vec<Inner>,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Flat {
        #[expect(dead_code, reason = "only decoded")]
        #[serde(flatten)]
        inner: Inner,
        #[expect(dead_code, reason = "only decoded")]
        name: String,
    }

    #[derive(Debug, serde::Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "only decoded")]
        dwell_s: u32,
    }

    #[test]
    fn what_does_not_fit_is_named() {
        let long = format!(r#"{{"steps":[{{"dwell_s":"{}"}}]}}"#, "x".repeat(5000));
        for (body, field, text) in [
            ("{}", Some("steps"), "steps is missing."),
            (r#"{"steps":[{}]}"#, Some("steps[0].dwell_s"), "steps[0].dwell_s is missing."),
            (r#"{"steps":[{"dwell_s":-1}]}"#, Some("steps[0].dwell_s"), "steps[0].dwell_s does not fit"),
            (r#"{"steps":[{"dwell_s":1e400}]}"#, Some("steps[0].dwell_s"), "steps[0].dwell_s does not fit"),
            (r#"{"steps":[],"steps":[]}"#, Some("steps"), "steps does not fit"),
            (long.as_str(), Some("steps[0].dwell_s"), "steps[0].dwell_s does not fit"),
            ("[]x", None, "The body"),
            ("", None, "The body is no JSON"),
            ("{\"steps\":[]} {", None, "The body is no JSON"),
        ] {
            let failure = decode::<Outer>(body.as_bytes()).unwrap_err();
            assert_eq!((failure.kind, failure.field.as_deref()), (ErrorKind::InvalidInput, field), "{body}");
            assert!(failure.detail.starts_with(text) && failure.detail.len() < 500, "{}", failure.detail);
        }
    }

    #[test]
    fn a_field_of_a_flattened_part_is_named_too() {
        for (body, field) in [
            (r#"{"name":"a","dwell_s":"x"}"#, "dwell_s"),
            (r#"{"name":1,"dwell_s":1}"#, "name"),
            (r#"{"name":"a"}"#, "dwell_s"),
            (r#"{"dwell_s":1}"#, "name"),
        ] {
            assert_eq!(decode::<Flat>(body.as_bytes()).unwrap_err().field.as_deref(), Some(field), "{body}");
        }
    }

    #[test]
    fn nul_is_refused_wherever_it_is() {
        for (body, field) in [
            (r#"{"a":"x\u0000"}"#, Some("a")),
            (r#"{"a":{"b":["x","\u0000"]}}"#, Some("a.b.1")),
            (r#"{"a\u0000":1}"#, Some("a")),
            (r#"{"a":"\\u0000"}"#, None),
            (r#"{"a":"\\\u0000"}"#, Some("a")),
            (r#"{"a":"x\u0001"}"#, None),
        ] {
            let refused = decode::<Value>(body.as_bytes()).err().map(|failure| failure.field.unwrap().into_owned());
            assert_eq!(refused.as_deref(), field, "{body}");
        }
    }
}
