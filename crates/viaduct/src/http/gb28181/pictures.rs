//! Where devices send pictures that they were asked for. Its secret is all that a sender has.

use std::sync::Arc;
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use base::ErrorKind;
use bytes::Bytes;
use memchr::memmem;
use platform::snapshots::requests::{MAX_BYTES, MAX_PICTURES, Receiving};

use crate::http::Failure;
use crate::http::extract::Path;
use crate::server::App;

/// How long one picture may take to come.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of a form around its pictures.
const MAX_FORM: usize = 64 << 10;
/// Longest boundary of a form (RFC 2046 §5.1.1).
const MAX_BOUNDARY: usize = 70;

pub(in crate::http) async fn receive(
    State(app): State<Arc<App>>,
    Path(secret): Path<String>,
    request: Request,
) -> Result<StatusCode, Failure> {
    let receiving = app.snapshot_requests.receive(&secret);
    let receiving = receiving.ok_or_else(|| Failure::not_found("picture that is waited for here"))?;
    let boundary = boundary(request.headers());
    let body = read(request, &receiving).await?;
    // The picture is kept to its end, also when the device does not wait for our answer.
    let kept = tokio::spawn(keep(receiving, boundary, body));
    kept.await.map_err(|_| Failure::new(ErrorKind::Internal, "The picture was not kept."))??;
    Ok(StatusCode::OK)
}

async fn read(request: Request, receiving: &Receiving) -> Result<Bytes, Failure> {
    let body = tokio::time::timeout(PATIENCE, to_bytes(request.into_body(), MAX_BYTES + MAX_FORM)).await;
    let failure = match body {
        Ok(Ok(bytes)) => return Ok(bytes),
        Ok(Err(_)) => Failure::too_large(format!("A picture has at most {} MB.", MAX_BYTES >> 20)),
        Err(_) => Failure::new(ErrorKind::Timeout, "The picture did not come in time."),
    };
    receiving.refuse(&failure.detail);
    Err(failure)
}

async fn keep(receiving: Receiving, boundary: Option<String>, body: Bytes) -> Result<(), Failure> {
    let Some(boundary) = boundary else {
        receiving.keep(body).await?;
        return Ok(());
    };
    let pictures = parts(&boundary, &body);
    if pictures.is_empty() {
        receiving.keep(Bytes::new()).await?;
    }
    for picture in pictures {
        receiving.keep(picture).await?;
    }
    Ok(())
}

/// The boundary of a form, if that is what comes.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    let mut fields = kind.split(';').map(str::trim);
    if !fields.next()?.to_ascii_lowercase().starts_with("multipart/") {
        return None;
    }
    let is_boundary = |field: &str| field.get(..9).is_some_and(|name| name.eq_ignore_ascii_case("boundary="));
    let boundary = fields.find(|field| is_boundary(field))?[9..].trim_matches('"');
    (1..=MAX_BOUNDARY).contains(&boundary.len()).then(|| boundary.to_owned())
}

/// The files of a form (RFC 7578), without its texts: parts that have a name of a file or a type.
fn parts(boundary: &str, body: &Bytes) -> Vec<Bytes> {
    let delimiter = format!("--{boundary}");
    let starts: Vec<usize> =
        memmem::find_iter(body, delimiter.as_bytes()).take(usize::from(MAX_PICTURES) * 4).collect();
    let part = |(start, end): (&usize, &usize)| {
        let begin = start + delimiter.len();
        let head_end = begin + memmem::find(&body[begin..*end], b"\r\n\r\n")?;
        let head = String::from_utf8_lossy(&body[begin..head_end]).to_ascii_lowercase();
        let is_file = head.contains("filename") || head.contains("content-type:");
        let content = body.slice(head_end + 4..*end);
        let content = if content.ends_with(b"\r\n") { content.slice(..content.len() - 2) } else { content };
        is_file.then_some(content)
    };
    starts.iter().zip(starts.iter().skip(1)).filter_map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(kind: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::CONTENT_TYPE, kind.parse().unwrap())])
    }

    #[test]
    fn forms_are_told_from_pictures() {
        assert_eq!(boundary(&headers("multipart/form-data; boundary=abc")), Some("abc".to_owned()));
        assert_eq!(boundary(&headers("Multipart/Mixed; charset=x; Boundary=\"a b\"")), Some("a b".to_owned()));
        let long = format!("multipart/form-data; boundary={}", "a".repeat(71));
        for none in ["image/jpeg", "multipart/form-data", "multipart/form-data; boundary=", &long] {
            assert_eq!(boundary(&headers(none)), None, "{none}");
        }
        assert_eq!(boundary(&HeaderMap::new()), None);
    }

    #[test]
    fn files_of_a_form_are_taken_and_its_texts_left() {
        let form = b"--x\r\nContent-Disposition: form-data; name=\"SessionID\"\r\n\r\n1\r\n--x\r\nContent-Disposition: form-data; \
            name=\"file\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\xFF\xD8\r\n\xFF\r\n--x\r\nContent-Type: image/jpeg\r\n\r\n\
            two\r\n--x--\r\n";
        let found = parts("x", &Bytes::from_static(form));
        assert_eq!(found, [&b"\xFF\xD8\r\n\xFF"[..], b"two"]);
        // Broken forms have no files, and are no trouble.
        for end in 0..form.len() {
            let _ = parts("x", &Bytes::copy_from_slice(&form[..end]));
        }
        assert!(parts("x", &Bytes::from_static(b"--x--x--x\r\n\r\n--x")).is_empty());
    }
}
