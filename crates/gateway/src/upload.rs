//! Files that are sent to other systems: HTTP PUT, POST and forms, FTP. Addresses pass the guard as those of sources do:
//! a URL that a person types must not turn the server against its own network.

mod ftp;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::{BufMut, Bytes, BytesMut};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HOST, USER_AGENT};
use http::{Method, Request};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;

use crate::guard::PullGuard;
use crate::http::client::{ANSWER_TIMEOUT, collect};
use crate::pull::{PullFailure, PullUrl, Spoken, connect};

/// Bytes of an answer that are read, to be shown when it is a refusal.
const MAX_ANSWER: usize = 16 << 10;
/// Characters of it that are shown.
const MAX_EXCERPT: usize = 200;

/// How a file is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadMethod {
    /// HTTP PUT of the bytes.
    Put,
    /// HTTP POST of the bytes.
    Post,
    /// HTTP POST of `multipart/form-data` (RFC 7578): the fields, and the file as `file`.
    Form,
    /// FTP (RFC 959), passive.
    Ftp,
}

/// One file on its way.
#[derive(Debug)]
pub struct Upload<'a> {
    /// How.
    pub method: UploadMethod,
    /// Where to.
    pub url: &'a str,
    /// User name and password.
    pub credentials: Option<(&'a str, &'a str)>,
    /// A bearer token, for HTTP; wins over the password.
    pub token: Option<&'a str>,
    /// Further header fields, for HTTP.
    pub headers: &'a [(String, String)],
    /// Media type of the file.
    pub content_type: &'a str,
    /// Name of the file, for forms.
    pub file_name: &'a str,
    /// Names and values, for forms.
    pub fields: &'a [(&'static str, String)],
    /// The file.
    pub bytes: Bytes,
}

/// Says what is wrong with a URL for a method.
///
/// # Errors
/// A sentence for the person who typed it.
pub fn check_upload(method: UploadMethod, url: &str) -> Result<(), String> {
    if method == UploadMethod::Ftp {
        return ftp::Place::parse(url).map(|_| ());
    }
    let parsed = PullUrl::parse(url, None, None).map_err(|text| capitalised(&text))?;
    if parsed.spoken() != Spoken::Http {
        return Err("The URL begins with http:// or https://.".to_owned());
    }
    if parsed.credentials().is_some() {
        return Err("User name and password have fields of their own.".to_owned());
    }
    Ok(())
}

/// Sends a file. The caller limits the time.
///
/// # Errors
/// Why it was not taken, as a sentence.
///
/// # Cancel safety
/// What was sent so far may be there.
pub async fn upload(guard: &PullGuard, upload: Upload<'_>) -> Result<(), String> {
    match upload.method {
        UploadMethod::Ftp => ftp::send(guard, &upload).await,
        _ => send(guard, upload).await.map_err(|failure| capitalised(&failure.text)),
    }
}

fn capitalised(text: &str) -> String {
    let mut characters = text.trim_end_matches('.').chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

async fn send(guard: &PullGuard, upload: Upload<'_>) -> Result<(), PullFailure> {
    let (username, password) = upload.credentials.unzip();
    let url = PullUrl::parse(upload.url, username, password).map_err(|text| crate::http::client::bad_answer(&text))?;
    let request = request(&url, upload).map_err(|error| crate::http::client::bad_answer(&error.to_string()))?;
    let transport = connect(&url, guard, &mut |_, _| {}).await?;
    let broken = |error: hyper::Error| crate::http::client::bad_answer(&format!("the connection broke: {error}"));
    let (mut requests, connection) = http1::handshake(TokioIo::new(transport)).await.map_err(broken)?;
    let exchange = async {
        let mut response = requests.send_request(request).await.map_err(broken)?;
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let said = tokio::time::timeout(ANSWER_TIMEOUT, collect(&mut response, MAX_ANSWER)).await;
        let said = said.ok().and_then(Result::ok).unwrap_or_default();
        let said: String = String::from_utf8_lossy(&said).chars().take(MAX_EXCERPT).collect();
        Err(crate::http::client::bad_answer(
            format!("the server answers {status}: {}", said.trim()).trim_end_matches([':', ' ']),
        ))
    };
    tokio::pin!(connection, exchange);
    tokio::select! {
        outcome = &mut exchange => outcome,
        // Servers close after their answer, which is there then, or is not.
        ended = &mut connection => {
            ended.map_err(broken)?;
            exchange.await
        }
    }
}

fn request(url: &PullUrl, upload: Upload<'_>) -> Result<Request<Full<Bytes>>, http::Error> {
    let parsed = url.url();
    let target = match parsed.query() {
        Some(query) => format!("{}?{query}", parsed.path()),
        None => parsed.path().to_owned(),
    };
    let host = match parsed.port() {
        Some(port) => format!("{}:{port}", url.host()),
        None => url.host().to_owned(),
    };
    let method = if upload.method == UploadMethod::Put { Method::PUT } else { Method::POST };
    let mut request = Request::builder().method(method).uri(target).header(HOST, host);
    request = request.header(USER_AGENT, concat!("Viaduct/", env!("CARGO_PKG_VERSION")));
    for (name, value) in upload.headers {
        request = request.header(name, value);
    }
    if let Some(token) = upload.token {
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
    } else if let Some((name, password)) = url.credentials() {
        request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(format!("{name}:{password}"))));
    }
    if upload.method == UploadMethod::Form {
        let boundary = format!("viaduct-{:032x}", rand::random::<u128>());
        let body = form(&upload, &boundary);
        return request.header(CONTENT_TYPE, format!("multipart/form-data; boundary={boundary}")).body(Full::new(body));
    }
    request.header(CONTENT_TYPE, upload.content_type).body(Full::new(upload.bytes))
}

/// Fields and file; their names and values are ours and hold no quotation mark or line break.
fn form(upload: &Upload<'_>, boundary: &str) -> Bytes {
    let mut body = BytesMut::with_capacity(upload.bytes.len() + 2048);
    for (name, value) in upload.fields {
        body.put_slice(
            format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
        );
    }
    body.put_slice(
        format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{}\"\r\nContent-Type: {}\r\n\r\n",
            upload.file_name, upload.content_type
        )
        .as_bytes(),
    );
    body.put_slice(&upload.bytes);
    body.put_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
    body.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_checked_for_their_method() {
        for (method, url, text) in [
            (UploadMethod::Put, "http://h/x.jpg", None),
            (UploadMethod::Form, "https://h:8443/x?a=b", None),
            (UploadMethod::Put, "rtsp://h/x", Some("http://")),
            (UploadMethod::Put, "http://u:p@h/x", Some("fields of their own")),
            (UploadMethod::Put, "x", Some("A URL begins with")),
            (UploadMethod::Ftp, "ftp://h/a/b.jpg", None),
            (UploadMethod::Ftp, "ftp://h:2121/a/b.jpg", None),
            (UploadMethod::Ftp, "http://h/a", Some("ftp://")),
            (UploadMethod::Ftp, "ftp://h/", Some("names no file")),
            (UploadMethod::Ftp, "ftp://h/a%0d%0aDELE%20x", Some("control character")),
        ] {
            let found = check_upload(method, url).err();
            let fits = match text {
                None => found.is_none(),
                Some(text) => found.as_deref().is_some_and(|found| found.contains(text)),
            };
            assert!(fits, "{url}: {found:?}");
        }
    }
}
