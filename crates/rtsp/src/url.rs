//! RTSP URLs (RFC 2326 §3.2) as people and devices write them.

use std::fmt;

/// Port of `rtsp:`.
pub const DEFAULT_PORT: u16 = 554;
/// Port of `rtsp+http:`, where cameras offer their tunnel.
pub const DEFAULT_HTTP_PORT: u16 = 80;
/// Port of `rtsps:` (RFC 7826 §22.14).
pub const DEFAULT_TLS_PORT: u16 = 322;

/// Why a text is no RTSP URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UrlError {
    /// The scheme is not `rtsp` or `rtsps`.
    #[error("scheme is not rtsp or rtsps")]
    Scheme,
    /// No host.
    #[error("host is missing")]
    Host,
    /// The port is not 1 to 65535.
    #[error("port is not a number from 1 to 65535")]
    Port,
}

/// By what a URL asks media to come: the part of its scheme behind the plus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// `rtsp://`: the connection; UDP where the server sends by that alone.
    #[default]
    Any,
    /// `rtsp+udp://`.
    Udp,
    /// `rtsp+multicast://`.
    Multicast,
    /// `rtsp+http://`: all inside two HTTP connections.
    Http,
}

impl Via {
    /// Takes the part behind the plus off a scheme in lower case, which is otherwise left as it is.
    pub fn split(scheme: &str) -> (&str, Self) {
        match scheme.split_once('+') {
            Some((base, "udp")) => (base, Self::Udp),
            Some((base, "multicast")) => (base, Self::Multicast),
            Some((base, "http")) => (base, Self::Http),
            _ => (scheme, Self::Any),
        }
    }

    /// What stands behind `rtsp` in the scheme.
    pub const fn suffix(self) -> &'static str {
        match self {
            Self::Any => "",
            Self::Udp => "+udp",
            Self::Multicast => "+multicast",
            Self::Http => "+http",
        }
    }
}

/// A parsed URL. `Display` writes it as requests name it: without credentials, and with the plain scheme.
#[derive(Clone, PartialEq, Eq)]
pub struct RtspUrl {
    /// Whether the scheme is `rtsps`.
    pub tls: bool,
    /// By what media is to come.
    pub via: Via,
    /// User name and password, percent-decoded.
    pub credentials: Option<(String, String)>,
    /// Host name or address; an IPv6 address without brackets.
    pub host: String,
    /// Port, the scheme's default where absent.
    pub port: u16,
    /// Path with its leading slash, as sent, without a track suffix and without a slash at the end.
    pub path: String,
    /// Query without `?` and without a track suffix.
    pub query: Option<String>,
    /// The control suffix that a SETUP carries, such as `trackID=0`.
    pub track: Option<String>,
}

impl RtspUrl {
    /// Reads a URL.
    ///
    /// Tolerances: the scheme in any case; `@` and `:` inside the password (the last `@` before the path
    /// ends it); a track suffix behind the query, where clients put it that append to the base URL.
    ///
    /// # Errors
    /// When scheme, host or port are unusable.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let (scheme, rest) = text.trim().split_once("://").ok_or(UrlError::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        let (scheme, via) = Via::split(&scheme);
        let tls = match (scheme, via) {
            ("rtsp", _) | ("rtspt", Via::Any) => false,
            ("rtsps", Via::Any) => true,
            _ => return Err(UrlError::Scheme),
        };
        let (authority, rest) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (user, authority) = match authority.rsplit_once('@') {
            Some((user, authority)) => (Some(user), authority),
            None => (None, authority),
        };
        let credentials = user.map(|user| {
            let (name, password) = user.split_once(':').unwrap_or((user, ""));
            (percent_decode(name), percent_decode(password))
        });
        let default = match (tls, via) {
            (true, _) => DEFAULT_TLS_PORT,
            (false, Via::Http) => DEFAULT_HTTP_PORT,
            (false, _) => DEFAULT_PORT,
        };
        let (host, port) = split_port(authority, default)?;
        let (rest, track) = split_track(rest);
        let (path, query) = match rest.split_once('?') {
            Some((path, query)) => (path, Some(query.trim_end_matches('/')).filter(|query| !query.is_empty())),
            None => (&*rest, None),
        };
        Ok(Self {
            tls,
            via,
            credentials,
            host: host.to_owned(),
            port,
            path: format!("/{}", path.trim_matches('/')),
            query: query.map(str::to_owned),
            track: track.map(str::to_owned),
        })
    }

    /// The value of a query parameter, percent-decoded.
    pub fn query_value(&self, name: &str) -> Option<String> {
        self.query.as_deref()?.split('&').find_map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (key == name).then(|| percent_decode(value))
        })
    }
}

impl fmt::Display for RtspUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "rtsps" } else { "rtsp" };
        let (open, close) = if self.host.contains(':') { ("[", "]") } else { ("", "") };
        write!(f, "{scheme}://{open}{}{close}", self.host)?;
        if self.port != if self.tls { DEFAULT_TLS_PORT } else { DEFAULT_PORT } {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)?;
        if let Some(query) = &self.query {
            write!(f, "?{query}")?;
        }
        if let Some(track) = &self.track {
            write!(f, "/{track}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RtspUrl {
    /// Credentials never reach a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RtspUrl({self})")
    }
}

fn split_port(authority: &str, default: u16) -> Result<(&str, u16), UrlError> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, rest) = rest.split_once(']').ok_or(UrlError::Host)?;
            (host, rest.strip_prefix(':').unwrap_or(""))
        }
        None => authority.split_once(':').unwrap_or((authority, "")),
    };
    if host.is_empty() || host.contains(['[', ']', ' ']) {
        return Err(UrlError::Host);
    }
    let port = match port {
        "" => default,
        port => port.parse().ok().filter(|port| *port > 0).ok_or(UrlError::Port)?,
    };
    Ok((host, port))
}

/// Takes `/trackID=N` (or `streamid=N`) out of a path with query, wherever the client put it: behind the
/// path (`/app/name/trackID=0?token=x`) or behind everything (`/app/name?token=x/trackID=0`).
fn split_track(rest: &str) -> (String, Option<&str>) {
    let lower = rest.to_ascii_lowercase();
    for name in ["/trackid=", "/streamid="] {
        let Some(at) = lower.rfind(name) else {
            continue;
        };
        let tail = &rest[at + 1..];
        let end = tail.find(['?', '&', '/']).unwrap_or(tail.len());
        return (format!("{}{}", &rest[..at], &tail[end..]), Some(&tail[..end]));
    }
    (rest.to_owned(), None)
}

/// Takes percent encoding off; what is no encoding stays (RFC 3986 §2.1).
pub fn percent_decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        rest = tail;
        let digits = tail.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(decoded) if byte == b'%' => {
                bytes.push(decoded);
                rest = &tail[2..];
            }
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn urls_of_people_and_devices_are_read() {
        let login = |name: &str, password: &str| Some((name.to_owned(), password.to_owned()));
        for (text, credentials, host, port, path, query, track) in [
            ("rtsp://cam/live", None, "cam", 554, "/live", None, None),
            ("RTSP://cam:8554/", None, "cam", 8554, "/", None, None),
            ("rtsps://cam", None, "cam", 322, "/", None, None),
            (
                "rtsp://admin:p@ss:w@10.0.0.1/h264/ch1",
                login("admin", "p@ss:w"),
                "10.0.0.1",
                554,
                "/h264/ch1",
                None,
                None,
            ),
            ("rtsp://a:p%40%2Fs@[fe80::1]:99/x", login("a", "p@/s"), "fe80::1", 99, "/x", None, None),
            ("rtsp://h/app/n?token=a/trackID=1", None, "h", 554, "/app/n", Some("token=a"), Some("trackID=1")),
            ("rtsp://h/app/n/trackID=1?token=a", None, "h", 554, "/app/n", Some("token=a"), Some("trackID=1")),
            ("rtsp://h/app/n/streamid=0", None, "h", 554, "/app/n", None, Some("streamid=0")),
            ("rtsp://h/app/n?token=a/", None, "h", 554, "/app/n", Some("token=a"), None),
            ("rtsp://h/cam?channel=1&subtype=0", None, "h", 554, "/cam", Some("channel=1&subtype=0"), None),
            ("rtsp://h?x=1", None, "h", 554, "/", Some("x=1"), None),
        ] {
            let url = RtspUrl::parse(text).unwrap();
            assert_eq!(url.credentials, credentials, "{text}");
            assert_eq!((&*url.host, url.port, &*url.path), (host, port, path), "{text}");
            assert_eq!((url.query.as_deref(), url.track.as_deref()), (query, track), "{text}");
        }
    }

    #[test]
    fn unusable_urls_are_refused_by_cause() {
        for (text, error) in [
            ("cam/live", UrlError::Scheme),
            ("http://cam/", UrlError::Scheme),
            ("rtsp:///live", UrlError::Host),
            ("rtsp://[::1/", UrlError::Host),
            ("rtsp://cam:0/", UrlError::Port),
            ("rtsp://cam:70000/", UrlError::Port),
        ] {
            assert_eq!(RtspUrl::parse(text), Err(error), "{text}");
        }
    }

    #[test]
    fn credentials_are_never_shown() {
        let url = RtspUrl::parse("rtsp://admin:geheim@h/x").unwrap();
        assert!(!format!("{url} {url:?}").contains("geheim"));
    }

    #[test]
    fn query_values_are_decoded() {
        let url = RtspUrl::parse("rtsp://h/x?a=1&token=b%2Bc").unwrap();
        assert_eq!(url.query_value("token").as_deref(), Some("b+c"));
        assert_eq!(url.query_value("none"), None);
    }

    proptest! {
        #[test]
        fn any_text_parses_or_fails_and_what_parses_reads_back(text in "(rtsp://)?[a-z:@/?=%\\[\\].&0-9ID]{0,40}") {
            if let Ok(mut url) = RtspUrl::parse(&text) {
                url.credentials = None;
                let again = RtspUrl::parse(&url.to_string()).unwrap();
                prop_assert_eq!(again.to_string(), url.to_string());
            }
        }
    }
}
