//! What is sent back, with how long it may be kept.

use bytes::Bytes;
use futures_util::stream;
use http::{HeaderValue, Response, header};
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;

use super::kind::Kind;
use super::request::HlsRequest;
use crate::http::ControlResponse;

/// How long a cache may keep a playlist: one that was waited for says the same for ever, another is soon old.
pub(super) fn playlist_cache(request: &HlsRequest) -> HeaderValue {
    match request.wanted_segment {
        Some(_) => HeaderValue::from_static("public, max-age=6"),
        None => HeaderValue::from_static("public, max-age=1"),
    }
}

pub(super) fn playlist_response(text: impl Into<Bytes>) -> ControlResponse {
    whole_response(text.into(), "application/vnd.apple.mpegurl", "no-cache")
}

/// A key is for the viewer who asked and for nobody on the way.
pub(super) fn key_response(key: impl Into<Bytes>) -> ControlResponse {
    whole_response(key.into(), "application/octet-stream", "no-store")
}

pub(super) fn whole_response(bytes: Bytes, content_type: &str, caching: &str) -> ControlResponse {
    let body = Full::new(bytes).map_err(|never| match never {}).boxed_unsync();
    Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CACHE_CONTROL, caching)
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(body)
        .expect("all parts are valid")
}

/// A piece of media never changes under its name.
pub(super) fn media_response(pieces: Vec<Bytes>, kind: Kind) -> ControlResponse {
    let length: usize = pieces.iter().map(Bytes::len).sum();
    let frames = pieces.into_iter().map(|piece| Ok::<_, Box<dyn std::error::Error + Send + Sync>>(Frame::data(piece)));
    Response::builder()
        .header(header::CONTENT_TYPE, kind.content_type())
        .header(header::CONTENT_LENGTH, length)
        .header(header::CACHE_CONTROL, "public, max-age=60, immutable")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .body(BodyExt::boxed_unsync(StreamBody::new(stream::iter(frames))))
        .expect("all parts are valid")
}
