//! The console, embedded in the program.

use axum::body::Body;
use axum::http::{HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

/// The page itself runs only what we ship, the decoder in WebAssembly included; styles are set by components at run time.
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' ws: wss:; worker-src 'self'; \
    object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'";

#[derive(RustEmbed)]
#[folder = "../../web/console/dist"]
struct Console;

/// Whether the player's H.265 decoder is among the files: it can be left out (`web/hevc/README.md`).
pub(super) fn has_h265_decoder() -> bool {
    Console::iter().any(|path| path.starts_with("assets/hevc-") && path.ends_with(".wasm"))
}

/// Serves a file; paths of the console's own router get its page.
pub(super) async fn serve(method: Method, uri: Uri) -> Response {
    if method != Method::GET && method != Method::HEAD {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let path = uri.path().trim_start_matches('/');
    if let Some(file) = Console::get(path).filter(|_| path != "index.html") {
        let immutable = path.starts_with("assets/");
        return respond(path, file.data.into_owned(), immutable);
    }
    let looks_like_a_file = path.rsplit('/').next().is_some_and(|last| last.contains('.'));
    if path.starts_with("assets/") || (looks_like_a_file && path != "index.html") {
        return StatusCode::NOT_FOUND.into_response();
    }
    match Console::get("index.html") {
        Some(page) => respond("index.html", page.data.into_owned(), false),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn respond(path: &str, data: Vec<u8>, immutable: bool) -> Response {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let mut response = Response::new(Body::from(data));
    let headers = response.headers_mut();
    if let Ok(mime) = HeaderValue::from_str(mime.as_ref()) {
        headers.insert(header::CONTENT_TYPE, mime);
    }
    let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    response
}
