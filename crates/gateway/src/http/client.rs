//! Requests to other servers by HTTP: every connection and every redirect passes the guard.

use std::io;
use std::time::Duration;

use base::ErrorKind;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{Bytes, BytesMut};
use container::m3u8::ByteRange;
use http::header::{AUTHORIZATION, HOST, LOCATION, RANGE, USER_AGENT};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hub::Leg;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;

use crate::guard::PullGuard;
use crate::pull::{PullFailure, PullUrl, Spoken, connect};

/// How long a server may take to answer, and to go on with its answer.
pub(crate) const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Redirects that are followed for one request.
const MAX_REDIRECTS: usize = 5;

/// Told of the legs that were passed.
pub(crate) type Step<'a> = &'a mut (dyn FnMut(Leg, &str) + Send);

/// Where redirects led, and what was answered there.
type Answer = (PullUrl, Response<Incoming>);

/// A client that keeps its last connection for the next request to the same server.
pub(crate) struct HttpClient {
    guard: PullGuard,
    kept: Option<Kept>,
}

struct Kept {
    server: (String, u16, bool),
    requests: SendRequest<Empty<Bytes>>,
    /// Ends with the client.
    _connection: AbortOnDrop,
}

struct AbortOnDrop(tokio::task::JoinHandle<()>);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl HttpClient {
    pub(crate) const fn new(guard: PullGuard) -> Self {
        Self { guard, kept: None }
    }

    /// Asks for `url` and follows redirects; returns where they led.
    ///
    /// # Errors
    /// The leg that failed, which an answer other than 2xx is too.
    pub(crate) async fn get(&mut self, url: &PullUrl, step: Step<'_>) -> Result<Answer, PullFailure> {
        self.get_range(url, None, step).await
    }

    async fn get_range(
        &mut self,
        url: &PullUrl,
        range: Option<ByteRange>,
        step: Step<'_>,
    ) -> Result<Answer, PullFailure> {
        let mut url = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let response = self.request(&url, range, step).await?;
            let status = response.status();
            if !status.is_redirection() {
                return if status.is_success() { Ok((url, response)) } else { Err(refused(status)) };
            }
            let location = response.headers().get(LOCATION).and_then(|location| location.to_str().ok());
            url = url.follow(location.unwrap_or_default()).map_err(|text| bad_answer(&text))?;
            step(Leg::Answer, &format!("Redirected to {url}."));
        }
        Err(bad_answer(&format!("the server redirects more than {MAX_REDIRECTS} times")))
    }

    /// The whole answer, or `range` of it, of at most `limit` bytes.
    pub(crate) async fn fetch(
        &mut self,
        url: &PullUrl,
        range: Option<ByteRange>,
        limit: usize,
        step: Step<'_>,
    ) -> Result<(PullUrl, Bytes), PullFailure> {
        let (url, mut response) = self.get_range(url, range, step).await?;
        // A server may give all of it when a range was asked for (RFC 9110 §14.2).
        let skip = range.filter(|_| response.status() != StatusCode::PARTIAL_CONTENT).map_or(0, |range| range.offset);
        let skip = usize::try_from(skip).unwrap_or(usize::MAX);
        let whole = collect(&mut response, limit.saturating_add(skip)).await?;
        let length = range.map_or(usize::MAX, |range| usize::try_from(range.length).unwrap_or(usize::MAX));
        let start = skip.min(whole.len());
        Ok((url, whole.slice(start..start.saturating_add(length).min(whole.len()))))
    }

    async fn request(
        &mut self,
        url: &PullUrl,
        range: Option<ByteRange>,
        step: Step<'_>,
    ) -> Result<Response<Incoming>, PullFailure> {
        let server = (url.host().to_owned(), url.port(), url.is_encrypted());
        // A server may have closed the kept connection just now; then a new one is asked.
        if let Some(mut kept) = self.kept.take().filter(|kept| kept.server == server && !kept.requests.is_closed())
            && let Ok(()) = kept.requests.ready().await
            && let Ok(Ok(response)) =
                tokio::time::timeout(ANSWER_TIMEOUT, kept.requests.send_request(head(url, range)?)).await
        {
            self.kept = Some(kept);
            return Ok(response);
        }
        let transport = connect(url, &self.guard, step).await?;
        let (mut requests, connection) =
            http1::handshake(TokioIo::new(transport)).await.map_err(|error| broken(&error))?;
        let connection = tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "A connection to another server broke.");
            }
        });
        let connection = AbortOnDrop(connection);
        let response = tokio::time::timeout(ANSWER_TIMEOUT, requests.send_request(head(url, range)?)).await;
        let response = response.map_err(|_elapsed| silent(Leg::Answer))?.map_err(|error| broken(&error))?;
        self.kept = Some(Kept { server, requests, _connection: connection });
        Ok(response)
    }
}

/// The rest of an answer, of at most `limit` bytes.
pub(crate) async fn collect(response: &mut Response<Incoming>, limit: usize) -> Result<Bytes, PullFailure> {
    let mut whole = BytesMut::new();
    loop {
        let next = tokio::time::timeout(ANSWER_TIMEOUT, next_chunk(response.body_mut())).await;
        let Some(bytes) = next.map_err(|_elapsed| silent(Leg::Media))?? else { return Ok(whole.freeze()) };
        if whole.len() + bytes.len() > limit {
            return Err(bad_answer(&format!("the answer is longer than {limit} bytes")));
        }
        whole.extend_from_slice(&bytes);
    }
}

/// The next bytes of a body; `None` at its end.
///
/// # Cancel safety
/// Safe: nothing is read until it is returned.
pub(crate) async fn next_chunk(body: &mut Incoming) -> Result<Option<Bytes>, PullFailure> {
    loop {
        match body.frame().await {
            None => return Ok(None),
            Some(Ok(frame)) => {
                if let Ok(bytes) = frame.into_data() {
                    return Ok(Some(bytes));
                }
            }
            Some(Err(error)) => return Err(broken(&error)),
        }
    }
}

fn head(url: &PullUrl, range: Option<ByteRange>) -> Result<Request<Empty<Bytes>>, PullFailure> {
    let parsed = url.url();
    let target = match parsed.query() {
        Some(query) => format!("{}?{query}", parsed.path()),
        None => parsed.path().to_owned(),
    };
    let host = match parsed.port() {
        Some(port) => format!("{}:{port}", url.host()),
        None => url.host().to_owned(),
    };
    let mut request =
        Request::get(target).header(HOST, host).header(USER_AGENT, concat!("Viaduct/", env!("CARGO_PKG_VERSION")));
    if let Some(range) = range {
        request = request.header(RANGE, format!("bytes={}-{}", range.offset, range.end().saturating_sub(1)));
    }
    if let Some((name, password)) = url.credentials() {
        let mut value = HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))))
            .expect("base64 is a header's value");
        value.set_sensitive(true);
        request = request.header(AUTHORIZATION, value);
    }
    request.body(Empty::new()).map_err(|error| bad_answer(&error.to_string()))
}

fn refused(status: StatusCode) -> PullFailure {
    let (leg, kind, next_step) = match status.as_u16() {
        401 => (Leg::Auth, ErrorKind::Unauthorized, "Check user name, password and token."),
        403 => (Leg::Auth, ErrorKind::Forbidden, "The server forbids it; check the token and its time."),
        404 | 410 => (Leg::Answer, ErrorKind::NotFound, "Check the path of the URL."),
        _ => (Leg::Answer, ErrorKind::Unavailable, "See the other server's log."),
    };
    PullFailure { leg, kind, text: format!("the server answers {status}"), next_step: next_step.to_owned() }
}

/// An answer that makes no sense.
pub(crate) fn bad_answer(text: &str) -> PullFailure {
    PullFailure {
        leg: Leg::Answer,
        kind: ErrorKind::InvalidInput,
        text: text.to_owned(),
        next_step: "See the other server's log.".to_owned(),
    }
}

fn broken(error: &hyper::Error) -> PullFailure {
    if error.is_parse() {
        return bad_answer("what answers there does not speak HTTP");
    }
    PullFailure {
        leg: Leg::Media,
        kind: ErrorKind::Unavailable,
        text: format!("the connection broke: {error}"),
        next_step: "It will be tried again.".to_owned(),
    }
}

pub(crate) fn silent(leg: Leg) -> PullFailure {
    PullFailure::io(leg, &io::ErrorKind::TimedOut.into())
}

impl PullUrl {
    /// Where a redirect or a playlist leads from here. Credentials and the certificate stay with their server.
    ///
    /// # Errors
    /// A sentence, when that is not another URL of HTTP.
    pub(crate) fn follow(&self, reference: &str) -> Result<Self, String> {
        let joined = self.url().join(reference).map_err(|error| format!("{reference:?} is no URL: {error}"))?;
        let other = Self::parse(joined.as_str(), None, None)?;
        if other.spoken() != Spoken::Http {
            return Err(format!("{}:// may not be followed from a web server", joined.scheme()));
        }
        let same_server =
            (other.host(), other.port(), other.is_encrypted()) == (self.host(), self.port(), self.is_encrypted());
        Ok(if same_server { other.with_secrets_of(self) } else { other })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_stay_on_the_web_and_secrets_with_their_server() {
        let url = PullUrl::parse("http://admin:secret@192.0.2.7:8080/live/index.m3u8?a=1", None, None).unwrap();
        for (reference, expected, has_secret) in [
            ("seg-1.ts", "http://192.0.2.7:8080/live/seg-1.ts", true),
            ("/x.ts?b=2", "http://192.0.2.7:8080/x.ts?b=2", true),
            ("http://192.0.2.7:8080/y", "http://192.0.2.7:8080/y", true),
            ("http://192.0.2.7/y", "http://192.0.2.7/y", false),
            ("https://192.0.2.7:8080/y", "https://192.0.2.7:8080/y", false),
            ("//evil.example/y", "http://evil.example/y", false),
        ] {
            let followed = url.follow(reference).unwrap();
            assert_eq!(followed.to_stored(), expected);
            assert_eq!(followed.credentials().is_some(), has_secret, "{reference}");
        }
        for reference in ["file:///etc/passwd", "rtsp://192.0.2.7/x", "data:,x", "javascript:x", "ftp://h/x"] {
            assert!(url.follow(reference).is_err(), "{reference}");
        }
    }
}
