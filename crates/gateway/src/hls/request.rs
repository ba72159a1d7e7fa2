//! What is asked for, as the path and the query say it.

use hub::StreamKey;

use super::kind::{Kind, sound_number};
use super::session::SessionId;
use crate::http::head::Head;

/// Stands in the path where the application needs no token.
const NO_TOKEN: &str = "-";

/// Which piece.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Resource {
    Multivariant,
    /// Of DASH, for all its kinds.
    Manifest,
    Media,
    Map(u64),
    Segment(u64),
    Part(u64, u64),
    Key(u64),
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct HlsRequest {
    /// On the default virtual host until [`super::serve`] knows the one that is meant.
    pub(super) key: StreamKey,
    /// The virtual host, where the query names it: then all URIs of the answer do.
    pub(super) vhost: Option<String>,
    pub(super) kind: Kind,
    pub(super) resource: Resource,
    pub(super) token: Option<String>,
    /// Servers that ask on behalf of their viewers.
    pub(super) via: Option<String>,
    pub(super) session: Option<SessionId>,
    /// The token stands in the path, which is the same for all pieces: what is answered is for caches.
    pub(super) is_shared: bool,
    /// `_HLS_msn` and `_HLS_part`: the answer waits until they are in the playlist.
    pub(super) wanted_segment: Option<u64>,
    pub(super) wanted_part: Option<u64>,
    /// `_HLS_skip`: a delta update.
    pub(super) skip: bool,
}

impl HlsRequest {
    /// For sessions and accounts.
    pub(super) const fn protocol(&self) -> &'static str {
        if self.is_shared { self.kind.shared_protocol() } else { self.kind.protocol() }
    }

    /// What stands behind the URIs of an answer to a session: what names it, and the virtual host. Hosts have no
    /// character that means anything in a URI.
    pub(super) fn query_of(&self, session: Option<SessionId>) -> String {
        let session = session.filter(|_| !self.is_shared).map(|id| format!("session={id}"));
        let vhost = self.vhost.as_ref().map(|_| format!("vhost={}", self.key.vhost()));
        let pairs: Vec<String> = session.into_iter().chain(vhost).collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }
}

/// Recognises a request; everything else is somebody else's.
pub(crate) fn request(head: &Head) -> Option<HlsRequest> {
    if head.method != "GET" && head.method != "HEAD" {
        return None;
    }
    let (path, query) = head.target.split_once('?').unwrap_or((&head.target, ""));
    let (stream, file) = path.strip_prefix('/')?.rsplit_once('/')?;
    let (kind, resource) = resource(file)?;
    let (path_token, stream) = split_token(stream);
    let mut request = HlsRequest {
        key: StreamKey::on_default(stream).ok()?,
        vhost: None,
        kind,
        resource,
        token: path_token.filter(|token| *token != NO_TOKEN).map(str::to_owned),
        via: None,
        session: path_token.map(SessionId::of_token),
        is_shared: path_token.is_some(),
        wanted_segment: None,
        wanted_part: None,
        skip: false,
    };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "token" if !request.is_shared => request.token = Some(value.into_owned()),
            "via" => request.via = Some(value.into_owned()),
            "vhost" if !value.is_empty() => request.vhost = Some(value.into_owned()),
            "session" if !request.is_shared => request.session = value.parse().ok(),
            "_HLS_msn" => request.wanted_segment = value.parse().ok(),
            "_HLS_part" => request.wanted_part = value.parse().ok(),
            "_HLS_skip" => request.skip = matches!(&*value, "YES" | "v2"),
            _ => {}
        }
    }
    Some(request)
}

/// `t/TOKEN/app/name` and `app/name`.
fn split_token(stream: &str) -> (Option<&str>, &str) {
    match stream.strip_prefix("t/").and_then(|rest| rest.split_once('/')) {
        Some((token, stream)) if stream.contains('/') => (Some(token), stream),
        _ => (None, stream),
    }
}

fn resource(file: &str) -> Option<(Kind, Resource)> {
    match file {
        "index.m3u8" => return Some((Kind::Fmp4, Resource::Multivariant)),
        "ts.m3u8" => return Some((Kind::Ts, Resource::Multivariant)),
        "manifest.mpd" => return Some((Kind::Video, Resource::Manifest)),
        _ => {}
    }
    let (name, extension) = file.rsplit_once('.')?;
    let (kind, name) = match (Kind::of_name(name), extension) {
        // The segments of whole transport streams need no prefix, and have none.
        ((Kind::Fmp4, name), "ts") => (Kind::Ts, name),
        ((Kind::Ts, _), "ts") => return None,
        (known, _) => known,
    };
    let resource = match extension {
        "m3u8" => match sound_number(name).filter(|_| kind == Kind::Fmp4) {
            Some(number) => return Some((Kind::Audio(number), Resource::Multivariant)),
            None => (name == "media").then_some(Resource::Media)?,
        },
        "ts" if kind.is_ts() => Resource::Segment(number(name)?),
        "bin" => Resource::Key(number(name.strip_prefix("key-")?)?),
        "mp4" if !kind.is_ts() => Resource::Map(number(name.strip_prefix("init-")?)?),
        "m4s" if !kind.is_ts() => match name.split_once('.') {
            Some((segment, part)) => Resource::Part(number(segment)?, number(part)?),
            // As DASH counts: from the first of the period.
            None => match name.split_once('-') {
                Some((first, index)) => Resource::Segment(number::<u64>(first)?.checked_add(number(index)?)?),
                None => Resource::Segment(number(name)?),
            },
        },
        _ => return None,
    };
    Some((kind, resource))
}

/// Digits only: `parse` alone would take a sign.
fn number<N: std::str::FromStr>(text: &str) -> Option<N> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(target: &str) -> Option<HlsRequest> {
        request(&Head { method: "GET".into(), target: target.into(), ..Head::default() })
    }

    #[test]
    fn pieces_are_recognised_and_nothing_else() {
        for (target, kind, resource) in [
            ("/road/k1/index.m3u8?token=a", Kind::Fmp4, Resource::Multivariant),
            ("/road/k1/ts.m3u8", Kind::Ts, Resource::Multivariant),
            ("/road/k1/media.m3u8?session=x", Kind::Fmp4, Resource::Media),
            ("/road/k1/ts-media.m3u8", Kind::Ts, Resource::Media),
            ("/road/k1/init-3.mp4", Kind::Fmp4, Resource::Map(3)),
            ("/road/k1/12.m4s", Kind::Fmp4, Resource::Segment(12)),
            ("/road/k1/12.3.m4s", Kind::Fmp4, Resource::Part(12, 3)),
            ("/road/k1/12.ts", Kind::Ts, Resource::Segment(12)),
            ("/road/k1/audio.m3u8", Kind::Audio(1), Resource::Multivariant),
            ("/road/k1/audio-media.m3u8", Kind::Audio(1), Resource::Media),
            ("/road/k1/audio-12.3.m4s", Kind::Audio(1), Resource::Part(12, 3)),
            ("/road/k1/audio2.m3u8", Kind::Audio(2), Resource::Multivariant),
            ("/road/k1/audio8-12.3.m4s", Kind::Audio(8), Resource::Part(12, 3)),
            ("/road/k1/video-media.m3u8", Kind::Video, Resource::Media),
            ("/road/k1/ts-video-media.m3u8", Kind::TsVideo, Resource::Media),
            ("/road/k1/ts-audio2-12.ts", Kind::TsAudio(2), Resource::Segment(12)),
            ("/road/k1/ts-audio-key-12.bin", Kind::TsAudio(1), Resource::Key(12)),
            ("/road/k1/manifest.mpd", Kind::Video, Resource::Manifest),
            ("/road/k1/video-init-3.mp4", Kind::Video, Resource::Map(3)),
            ("/road/k1/video-12.m4s", Kind::Video, Resource::Segment(12)),
            ("/road/k1/video-12-3.m4s", Kind::Video, Resource::Segment(15)),
            ("/road/k1/key-12.bin", Kind::Fmp4, Resource::Key(12)),
            ("/road/k1/ts-key-12.bin", Kind::Ts, Resource::Key(12)),
        ] {
            let request = get(target).unwrap();
            assert_eq!((request.kind, request.resource), (kind, resource), "{target}");
        }
        for other in [
            "/road/k1.m3u8",
            "/api/v1/index.m3u8",
            "/streams/road/k1",
            "/road/k1/+1.ts",
            "/road/k1/-1.m4s",
            "/road/k1/1.2.3.m4s",
            "/road/k1/99999999999999999999.ts",
            "/road/../index.m3u8",
            "/road/k1/init-.mp4",
            "/road/k1/x.ts",
            "/road/k1/ts-12.m4s",
            "/road/k1/key-x.bin",
            "/road/k1/ts-12.ts",
            "/road/k1/audio-12.ts",
            "/road/k1/audio1-12.m4s",
            "/road/k1/audio9.m3u8",
            "/road/k1/ts-audio.m3u8",
            "/road/k1/ts-audio-init-3.mp4",
            "/road/k1/video-audio-1.m4s",
            "/road/k1/video-18446744073709551615-1.m4s",
        ] {
            assert_eq!(get(other), None, "{other}");
        }
    }

    #[test]
    fn a_token_in_the_path_is_the_session_of_all_who_show_it() {
        let request = get("/t/a.b-c/road/k1/12.m4s?token=other&session=00000000000000000000000000000000").unwrap();
        assert_eq!((request.key.to_string().as_str(), request.token.as_deref()), ("road/k1", Some("a.b-c")));
        assert!(request.is_shared && request.session == get("/t/a.b-c/road/k1/media.m3u8").unwrap().session);
        assert_ne!(request.session, get("/t/a.b-d/road/k1/media.m3u8").unwrap().session);
        assert_eq!(get("/t/-/road/k1/index.m3u8").unwrap().token, None);
        let plain = get("/t/k1/index.m3u8").unwrap();
        assert!(!plain.is_shared && plain.key.to_string() == "t/k1", "an application may be named t");
        assert_eq!(get("/t/a/b/road/k1/index.m3u8"), None);
    }

    #[test]
    fn a_virtual_host_that_the_query_names_stands_behind_all_uris() {
        let located = |target: &str| {
            let mut request = get(target).unwrap();
            request.key = request.key.clone().on_host(request.vhost.as_deref().unwrap_or("t1")).unwrap();
            request.query_of(Some("0000000000000000000000000000000a".parse().unwrap()))
        };
        assert_eq!(located("/road/k1/index.m3u8"), "?session=0000000000000000000000000000000a", "by its domain");
        let named = located("/road/k1/index.m3u8?vhost=T2");
        assert_eq!(named, "?session=0000000000000000000000000000000a&vhost=t2");
        assert_eq!(located("/t/-/road/k1/index.m3u8?vhost=t2"), "?vhost=t2");
        assert_eq!(located("/t/-/road/k1/index.m3u8"), "");
    }

    #[test]
    fn the_query_says_what_to_wait_for() {
        let request = get("/road/k1/media.m3u8?_HLS_msn=7&_HLS_part=2&_HLS_skip=YES").unwrap();
        assert_eq!((request.wanted_segment, request.wanted_part, request.skip), (Some(7), Some(2), true));
        assert_eq!(get("/road/k1/media.m3u8?_HLS_msn=-7").unwrap().wanted_segment, None);
    }
}
