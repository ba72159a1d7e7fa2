//! Base URLs and control attributes (RFC 2326 appendix C.1.1) as cameras write them.

use crate::url::RtspUrl;

/// The URL that relative control attributes append to: `Content-Base`, else `Content-Location`, else the
/// request's.
///
/// Tolerances: a value without scheme is an absolute path when it begins with a slash and useless
/// otherwise; a trailing slash may be missing.
pub(super) fn base(request: &RtspUrl, content_base: Option<&str>, content_location: Option<&str>) -> String {
    for value in [content_base, content_location].into_iter().flatten() {
        let value = value.trim();
        if let Ok(url) = RtspUrl::parse(value) {
            // Credentials in the answer must not come back in clear.
            return if url.credentials.is_some() { url.to_string() } else { value.to_owned() };
        }
        if value.starts_with('/') {
            return format!("{}{value}", root(request));
        }
    }
    request.to_string()
}

/// The URL of a control attribute. `None` and `*` mean the base itself.
pub(super) fn join(base: &str, control: Option<&str>) -> String {
    let control = match control {
        None | Some("*" | "") => return base.to_owned(),
        Some(control) => control,
    };
    if control.contains("://") {
        return control.to_owned();
    }
    if control.starts_with('/')
        && let Ok(url) = RtspUrl::parse(base)
        && url.path != "/"
        && control.starts_with(&url.path)
    {
        return format!("{}{control}", root(&url));
    }
    format!("{}/{}", base.trim_end_matches('/'), control.trim_start_matches('/'))
}

/// Scheme, host and port.
fn root(url: &RtspUrl) -> String {
    let mut root = url.clone();
    root.path.clear();
    root.query = None;
    root.track = None;
    root.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_urls_of_cameras_are_understood() {
        let request = RtspUrl::parse("rtsp://u:p@cam:8554/live?ch=1").unwrap();
        for (content_base, location, expected) in [
            (Some("rtsp://10.0.0.1/live/"), None, "rtsp://10.0.0.1/live/"),
            (Some("rtsp://10.0.0.1/live"), Some("rtsp://other/"), "rtsp://10.0.0.1/live"),
            (None, Some("rtsp://10.0.0.1/x/"), "rtsp://10.0.0.1/x/"),
            (Some("/live/main/"), None, "rtsp://cam:8554/live/main/"),
            (Some("live"), None, "rtsp://cam:8554/live?ch=1"),
            (Some(""), None, "rtsp://cam:8554/live?ch=1"),
            (Some("rtsp://u:p@10.0.0.1/live"), None, "rtsp://10.0.0.1/live"),
            (None, None, "rtsp://cam:8554/live?ch=1"),
        ] {
            assert_eq!(base(&request, content_base, location), expected);
        }
    }

    #[test]
    fn control_attributes_are_joined() {
        for (base, control, expected) in [
            ("rtsp://h/a/", Some("trackID=1"), "rtsp://h/a/trackID=1"),
            ("rtsp://h/a", Some("trackID=1"), "rtsp://h/a/trackID=1"),
            ("rtsp://h/a?x=1/", Some("trackID=1"), "rtsp://h/a?x=1/trackID=1"),
            ("rtsp://h/a", Some("/trackID=1"), "rtsp://h/a/trackID=1"),
            ("rtsp://h/a", Some("/a/video"), "rtsp://h/a/video"),
            ("rtsp://h/a", Some("rtsp://i/b"), "rtsp://i/b"),
            ("rtsp://h/a", Some("*"), "rtsp://h/a"),
            ("rtsp://h/a/", None, "rtsp://h/a/"),
        ] {
            assert_eq!(join(base, control), expected);
        }
    }
}
