//! The latest key frame as a picture: `GET /APP/NAME.jpg`, `.png`, `.webp`.
//!
//! A picture is a question and an answer, not a visit: it is permitted as playing is, it starts a source on demand, and
//! it is counted as a request, but nobody is listed as a viewer for it.

use std::net::SocketAddr;

use base::ErrorKind;
use bytes::Bytes;
use http::{Response, header};
use http_body_util::{BodyExt, Full};
use hub::{AccessRequest, Action, HostHints, StreamKey};
use vision::{Form, MAX_SIDE, Wish};

use super::ControlResponse;
use super::failure::Failure;
use super::head::Head;
use super::media::{problem_response, viewer_address};
use crate::context::{Gateway, rest_of_query};
use crate::metrics::Metrics;

/// For access and for logs.
const PROTOCOL: &str = "http-picture";
/// Quality where none is asked for.
const QUALITY: u8 = 80;

/// A request for a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PictureRequest {
    /// As the path names it; which virtual host is meant the rest says.
    path: StreamKey,
    vhost: Option<String>,
    token: Option<String>,
    via: Option<String>,
    rest: Option<String>,
    /// What it is to be like, or the parameter that is wrong.
    wish: Result<Wish, &'static str>,
}

/// Recognises a request for a picture.
pub(super) fn request(head: &Head) -> Option<PictureRequest> {
    if head.method != "GET" && head.method != "HEAD" {
        return None;
    }
    let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
    let (key, extension) = path.strip_prefix('/')?.rsplit_once('.')?;
    let form = match extension {
        "jpg" | "jpeg" => Form::Jpeg,
        "png" => Form::Png,
        "webp" => Form::Webp,
        _ => return None,
    };
    let wish = Wish { form, quality: QUALITY, max_width: 0, max_height: 0, overlay: String::new() };
    let bearer = head.authorization.as_deref().and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
    let mut request = PictureRequest {
        path: StreamKey::on_default(key).ok()?,
        vhost: None,
        token: bearer,
        via: None,
        rest: rest_of_query(query),
        wish: Ok(wish),
    };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "token" => request.token = Some(value.into_owned()),
            "via" => request.via = Some(value.into_owned()),
            "vhost" => request.vhost = Some(value.into_owned()),
            "width" | "height" | "quality" => {
                request.wish = request.wish.and_then(|wish| adjusted(wish, &name, &value));
            }
            _ => {}
        }
    }
    Some(request)
}

fn adjusted(mut wish: Wish, name: &str, value: &str) -> Result<Wish, &'static str> {
    let side = || value.parse().ok().filter(|side| (1..=MAX_SIDE).contains(side));
    match name {
        "width" => wish.max_width = side().ok_or("width is 1 to 8192 pixels.")?,
        "height" => wish.max_height = side().ok_or("height is 1 to 8192 pixels.")?,
        _ => {
            let quality = value.parse().ok().filter(|quality| (1..=100).contains(quality));
            wish.quality = quality.ok_or("quality is 1 to 100.")?;
        }
    }
    Ok(wish)
}

/// Answers one request.
pub(super) async fn serve(
    gateway: &Gateway,
    request: PictureRequest,
    head: &Head,
    peer: SocketAddr,
) -> ControlResponse {
    Metrics::count(&gateway.metrics.picture_requests);
    let form = request.wish.as_ref().map_or(Form::Jpeg, |wish| wish.form);
    match take(gateway, request, head, peer).await {
        Ok(bytes) => response(form, bytes),
        Err(failure) => problem_response(failure.kind.http_status(), &failure.text),
    }
}

async fn take(gateway: &Gateway, request: PictureRequest, head: &Head, peer: SocketAddr) -> Result<Bytes, Failure> {
    let wish = request.wish.map_err(|text| Failure::new(ErrorKind::InvalidInput, text))?;
    let none = || Failure::new(ErrorKind::Unsupported, "This server makes no pictures.");
    let pictures = gateway.pictures.as_ref().ok_or_else(none)?;
    let hints = HostHints { named: request.vhost.as_deref(), authority: head.host.as_deref() };
    let key = gateway.locate(request.path, hints)?;
    let asked = AccessRequest {
        action: Action::Play,
        key: key.clone(),
        token: request.token,
        query: request.rest,
        address: viewer_address(gateway, head.forwarded_for.as_deref(), peer).ip(),
        protocol: PROTOCOL,
    };
    gateway.authorize(asked).await?;
    let open = gateway.open(&key, request.via.as_deref()).await?;
    let taken = pictures.latest(&open.stream, wish, gateway.config.play_wait).await;
    let taken = taken.map_err(|error| Failure::new(error.kind(), error.to_string()))?;
    Ok(taken.picture.bytes)
}

fn response(form: Form, bytes: Bytes) -> ControlResponse {
    let body = Full::new(bytes).map_err(|never| match never {}).boxed_unsync();
    Response::builder()
        .header(header::CONTENT_TYPE, form.content_type())
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .body(body)
        .expect("all parts are valid")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> Option<PictureRequest> {
        request(&Head { method: "GET".into(), target: target.into(), ..Head::default() })
    }

    #[test]
    fn pictures_are_recognised_and_nothing_else() {
        let asked = get("/road/k1.jpg?token=a%2Bb&width=640&height=360&quality=50&vhost=t1&user=li").unwrap();
        assert_eq!((asked.path.to_string().as_str(), asked.vhost.as_deref()), ("road/k1", Some("t1")));
        assert_eq!(asked.token.as_deref(), Some("a+b"));
        let wish = asked.wish.unwrap();
        assert_eq!((wish.form, wish.max_width, wish.max_height, wish.quality), (Form::Jpeg, 640, 360, 50));
        assert_eq!(get("/road/k1.webp").unwrap().wish.unwrap().form, Form::Webp);
        for other in
            ["/logo.png", "/assets/logo.png", "/api/v1.jpg", "/a/b/c.jpg", "/a/../b.jpg", "/a/b.gif", "/a%2fb.jpg"]
        {
            assert_eq!(get(other), None, "{other}");
        }
    }

    #[test]
    fn a_wrong_parameter_is_named() {
        for query in ["width=0", "width=8193", "width=-1", "height=x", "quality=0", "quality=101", "quality=500"] {
            let text = get(&format!("/road/k1.jpg?{query}&width=10")).unwrap().wish.unwrap_err();
            assert!(text.starts_with(query.split('=').next().unwrap()), "{query}: {text}");
        }
    }
}
