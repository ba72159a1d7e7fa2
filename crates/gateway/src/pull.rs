//! One attempt to pull a URL: name, guard, connection, protocol. Sources, probes and pushes share it.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base::ErrorKind;
use hub::Leg;
use media::{AccessUnit, TrackConfig};
use rtsp::RtspUrl;
use tokio::net::TcpStream;
use url::Url;

use crate::guard::{PullGuard, Refused};
use crate::tls::client::{self as tls, Fingerprint};
use crate::transport::Transport;
use crate::{file, gb28181, http, rtmp, rtsp as rtsp_protocol, ts};

/// Opening a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// What a URL may begin with.
const SCHEMES: &str = "rtsp://, rtsps://, rtmp://, rtmps://, http://, https://, udp://, gb28181:// or file:";
/// Longest URL.
pub const MAX_URL_LEN: usize = 2048;

/// Takes what a pull delivers.
pub trait PullSink: Send {
    /// A leg of the way was passed or failed.
    fn step(&mut self, leg: Leg, ok: bool, text: &str);

    /// Tracks that are known now, old and new.
    ///
    /// # Errors
    /// When they cannot be taken, such as when the stream's name is busy.
    fn tracks(&mut self, tracks: Vec<TrackConfig>) -> Result<(), PullFailure>;

    /// One access unit.
    fn unit(&mut self, unit: AccessUnit, now: Instant);

    /// Counts bytes.
    fn received(&mut self, bytes: usize);

    /// Counts packets that are missing, lost on the way or dropped here.
    fn lost(&mut self, _packets: u64) {}

    /// What the sink wants of the source; asked twice a second.
    fn wish(&mut self) -> Option<Wish>;

    /// Whether the sink wants no more, for sources that cannot do anything about its other wishes.
    fn is_done(&mut self) -> bool {
        self.wish() == Some(Wish::Stop)
    }
}

/// What a sink may want.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// A key frame.
    KeyFrame,
    /// No more.
    Stop,
}

/// Why a pull failed, on which leg, and what to try.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct PullFailure {
    /// Which part of the way.
    pub leg: Leg,
    /// What kind.
    pub kind: ErrorKind,
    /// What happened.
    pub text: String,
    /// What to try.
    pub next_step: String,
}

impl PullFailure {
    pub(crate) fn io(leg: Leg, error: &io::Error) -> Self {
        let (kind, next_step) = match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                (ErrorKind::Unavailable, "The machine answers but the port is closed; check the port.")
            }
            io::ErrorKind::TimedOut => {
                (ErrorKind::Timeout, "Nothing answers at this address; check address, network and firewall.")
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                (ErrorKind::Unavailable, "There is no route to this address; check the network.")
            }
            _ => (ErrorKind::Unavailable, "The connection broke; it will be tried again."),
        };
        Self { leg, kind, text: error.to_string(), next_step: next_step.to_owned() }
    }
}

/// What is spoken at a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Spoken {
    Rtsp,
    Rtmp,
    /// One long answer, or playlists and pieces.
    Http,
    /// A transport stream in datagrams.
    Datagrams,
    /// A file in the folder of those that may be played.
    File,
    /// A channel of a device that has signed in.
    Gb28181,
}

impl Spoken {
    /// What a scheme in lower case says, and whether it is encrypted.
    fn of_scheme(scheme: &str) -> Option<(Self, bool)> {
        Some(match scheme {
            "rtsp" | "rtsp+udp" | "rtsp+multicast" | "rtsp+http" => (Self::Rtsp, false),
            "rtsps" => (Self::Rtsp, true),
            "rtmp" => (Self::Rtmp, false),
            "rtmps" => (Self::Rtmp, true),
            "http" => (Self::Http, false),
            "https" => (Self::Http, true),
            "udp" => (Self::Datagrams, false),
            "file" => (Self::File, false),
            "gb28181" => (Self::Gb28181, false),
            _ => return None,
        })
    }

    /// Name of the publisher's protocol.
    pub(crate) const fn publisher(self) -> &'static str {
        match self {
            Self::Rtsp => "rtsp-pull",
            Self::Rtmp => "rtmp-pull",
            Self::Http => "http-pull",
            Self::Datagrams => "udp",
            Self::File => "file",
            Self::Gb28181 => "gb28181",
        }
    }
}

/// What stands behind a URL before the fingerprint of the only certificate that is accepted.
const PIN: &str = "#sha256=";
/// Port of `rtmps:`, as all the well-known services have it.
const RTMPS_PORT: u16 = 443;
const RTMP_PORT: u16 = 1935;
/// What players take where a URL of datagrams names no port.
const DATAGRAM_PORT: u16 = 1234;

/// A URL that can be pulled, with its credentials apart.
#[derive(Clone, PartialEq, Eq)]
pub struct PullUrl {
    url: Url,
    spoken: Spoken,
    encrypted: bool,
    credentials: Option<(String, String)>,
    /// The only certificate that is accepted; otherwise those of the system's authorities are.
    certificate: Option<Fingerprint>,
}

impl std::fmt::Debug for PullUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PullUrl({self})")
    }
}

impl std::fmt::Display for PullUrl {
    /// For people and logs: without credentials, and without the values of query parameters that are secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Some(query) = self.url.query() else { return f.write_str(&self.to_stored()) };
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_secret(name) => format!("{name}=***"),
            _ => pair.to_owned(),
        });
        let mut shown = self.url.clone();
        shown.set_query(Some(&pairs.collect::<Vec<_>>().join("&")));
        write!(f, "{shown}{}", self.pin())
    }
}

/// Whether a query parameter's name says that its value is nobody's business.
fn is_secret(name: &str) -> bool {
    const PARTS: [&str; 7] = ["token", "pass", "pwd", "secret", "key", "auth", "sign"];
    let name = name.to_ascii_lowercase();
    PARTS.iter().any(|part| name.contains(part))
}

impl PullUrl {
    /// Reads a URL; credentials in it are taken out, those given separately win.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn parse(text: &str, username: Option<&str>, password: Option<&str>) -> Result<Self, String> {
        let text = text.trim();
        if text.len() > MAX_URL_LEN {
            return Err(format!("a URL has at most {MAX_URL_LEN} characters"));
        }
        let (text, certificate) = split_pin(text)?;
        let file = text.strip_prefix("file:").map(file_url).transpose()?;
        let text = file.as_deref().unwrap_or(text);
        let Some((scheme, _)) = text.split_once("://") else {
            return Err(format!("a URL begins with {SCHEMES}"));
        };
        let scheme = scheme.to_ascii_lowercase();
        let Some((spoken, encrypted)) = Spoken::of_scheme(&scheme) else {
            return Err(format!("{scheme}:// is not understood; use {SCHEMES}"));
        };
        if certificate.is_some() && !encrypted {
            return Err(format!("{scheme}:// is not encrypted and shows no certificate; leave {PIN}... out"));
        }
        let mut embedded = None;
        let url = match spoken {
            Spoken::Rtsp => {
                // Camera passwords hold characters that URLs do not allow; our own reader is tolerant there.
                let parsed = RtspUrl::parse(text).map_err(|error| format!("the URL is not usable: {error}"))?;
                embedded.clone_from(&parsed.credentials);
                // Requests name the plain scheme; what is stored says by what media is to come.
                let suffix = parsed.via.suffix();
                Url::parse(&parsed.to_string().replacen("rtsp", &format!("rtsp{suffix}"), 1))
            }
            Spoken::Rtmp | Spoken::Http | Spoken::File | Spoken::Gb28181 => Url::parse(text),
            // FFmpeg and VLC write the group behind an `@`.
            Spoken::Datagrams => Url::parse(&text.replacen("://@", "://", 1)),
        };
        let mut url = url.map_err(|error| format!("the URL is not usable: {error}"))?;
        if spoken != Spoken::File && url.host_str().is_none_or(str::is_empty) {
            return Err("the URL names no host".to_owned());
        }
        if spoken == Spoken::Gb28181 {
            gb28181::Wanted::of_url(&url)?;
        }
        if embedded.is_none() && !url.username().is_empty() {
            embedded = Some((url.username().to_owned(), url.password().unwrap_or_default().to_owned()));
        }
        let _cannot_fail_with_a_host = url.set_username("");
        let _cannot_fail_with_a_host = url.set_password(None);
        let given = username.filter(|name| !name.is_empty());
        let credentials = match given {
            Some(name) => Some((name.to_owned(), password.unwrap_or_default().to_owned())),
            None => embedded,
        };
        Ok(Self { url, spoken, encrypted, credentials, certificate })
    }

    /// A URL of the same server, with the same credentials and certificate, whose path and query stand behind this one's path.
    ///
    /// # Errors
    /// A sentence for the person who typed it.
    pub fn below(&self, path: &str) -> Result<Self, String> {
        if self.url.query().is_some() {
            return Err("the address that it is below has parameters; write the whole URL".to_owned());
        }
        let (base, path) = (self.url.as_str().trim_end_matches('/'), path.trim_start_matches('/'));
        let (username, password) = self.credentials().unzip();
        Self::parse(&format!("{base}/{path}{}", self.pin()), username, password)
    }

    /// Host as typed.
    pub fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    /// User name and password.
    pub fn credentials(&self) -> Option<(&str, &str)> {
        self.credentials.as_ref().map(|(name, password)| (name.as_str(), password.as_str()))
    }

    /// The whole URL but for user name and password, to be stored.
    pub fn to_stored(&self) -> String {
        format!("{}{}", self.url, self.pin())
    }

    /// What names the certificate, behind everything else.
    fn pin(&self) -> String {
        self.certificate.map(|certificate| format!("{PIN}{certificate}")).unwrap_or_default()
    }

    /// What is spoken there.
    pub(crate) const fn spoken(&self) -> Spoken {
        self.spoken
    }

    /// The URL without credentials.
    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    pub(crate) const fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// The bare name of a file.
    fn file_name(&self) -> String {
        rtsp::url::percent_decode(self.url.path().trim_start_matches('/'))
    }

    /// Whether it names what has an end and is played once: a recording of a device, or a file that is not played again
    /// and again.
    pub(crate) fn plays_once(&self) -> bool {
        match self.spoken {
            Spoken::File => self.parameter("loop").as_deref() == Some("no"),
            Spoken::Gb28181 => self.parameter("start").is_some(),
            _ => false,
        }
    }

    /// A parameter of the query.
    fn parameter(&self, name: &str) -> Option<String> {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }

    /// Host and port, as a name for the server.
    pub(crate) fn server(&self) -> String {
        format!("{}:{}", self.host(), self.port())
    }

    /// The same URL with another parameter in its query.
    #[must_use]
    pub fn with_parameter(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// The same URL with credentials and certificate of another one.
    pub(crate) fn with_secrets_of(self, other: &Self) -> Self {
        Self { credentials: other.credentials.clone(), certificate: other.certificate, ..self }
    }

    pub(crate) fn port(&self) -> u16 {
        let default = match (self.spoken, self.encrypted) {
            (Spoken::Rtsp, false) => rtsp::url::DEFAULT_PORT,
            (Spoken::Rtsp, true) => rtsp::url::DEFAULT_TLS_PORT,
            (Spoken::Rtmp, false) => RTMP_PORT,
            (Spoken::Rtmp, true) => RTMPS_PORT,
            (Spoken::Http, false) => 80,
            (Spoken::Http, true) => 443,
            (Spoken::Datagrams, _) => DATAGRAM_PORT,
            (Spoken::File | Spoken::Gb28181, _) => 0,
        };
        self.url.port().unwrap_or(default)
    }
}

/// What stands behind `file:` as a URL, if it is a bare name: no folder, no host, nothing that leads elsewhere.
fn file_url(rest: &str) -> Result<String, String> {
    let name = rest.strip_prefix("///").unwrap_or(rest);
    let (bare, _) = name.split_once('?').unwrap_or((name, ""));
    if !file::is_name(&rtsp::url::percent_decode(bare)) {
        return Err("a file is named by its bare name, such as file:clip.mp4".to_owned());
    }
    Ok(format!("file:///{name}"))
}

/// Takes the certificate's fingerprint off. Only a whole one is taken: passwords may hold anything.
fn split_pin(text: &str) -> Result<(&str, Option<Fingerprint>), String> {
    let Some((url, digits)) = text.rsplit_once(PIN) else { return Ok((text, None)) };
    let fingerprint = digits.parse().map_err(|()| format!("{PIN} takes the 64 hexadecimal digits of SHA-256"))?;
    Ok((url, Some(fingerprint)))
}

/// Resolves, guards and connects.
pub(crate) async fn connect(
    url: &PullUrl,
    guard: &PullGuard,
    step: &mut (dyn FnMut(Leg, &str) + Send),
) -> Result<Transport, PullFailure> {
    let host = url.host().trim_matches(['[', ']']).to_owned();
    let addresses = resolve(&host, url.port()).await?;
    step(Leg::Name, &format!("{host} is {}.", addresses[0].ip()));
    let mut last = None;
    for address in addresses {
        if let Err(refused) = guard.check(address) {
            last = Some(self::refused(address, refused));
            continue;
        }
        match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                let _untuned = stream.set_nodelay(true);
                step(Leg::Connect, &format!("Connected to {address}."));
                if !url.encrypted {
                    return Ok(Transport::Plain(stream));
                }
                let stream = tls::connect(stream, &host, url.certificate).await?;
                step(Leg::Connect, "The connection is encrypted.");
                return Ok(Transport::Tls(Box::new(stream)));
            }
            Ok(Err(error)) => last = Some(PullFailure::io(Leg::Connect, &error)),
            Err(_) => last = Some(PullFailure::io(Leg::Connect, &io::ErrorKind::TimedOut.into())),
        }
    }
    Err(last.expect("resolving gives at least one address"))
}

/// An address that the guard refuses.
pub(crate) fn refused(address: SocketAddr, refused: Refused) -> PullFailure {
    PullFailure {
        leg: Leg::Connect,
        kind: ErrorKind::Forbidden,
        text: format!("{address} may not be pulled: {refused}"),
        next_step: "An administrator can permit it with pull.allow.".to_owned(),
    }
}

pub(crate) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, PullFailure> {
    let failure = |text: String| PullFailure {
        leg: Leg::Name,
        kind: ErrorKind::NotFound,
        text,
        next_step: "Check the host name, or use the address.".to_owned(),
    };
    let lookup = tokio::time::timeout(CONNECT_TIMEOUT, tokio::net::lookup_host((host, port))).await;
    let found = lookup
        .map_err(|_| failure(format!("{host} was not resolved in time")))?
        .map_err(|error| failure(format!("{host} cannot be resolved: {error}")))?;
    let addresses: Vec<SocketAddr> = found.take(8).collect();
    if addresses.is_empty() { Err(failure(format!("{host} has no address"))) } else { Ok(addresses) }
}

/// Pulls `url` into `sink` until it ends or the sink wants no more.
///
/// # Errors
/// The leg that failed.
pub async fn pull(url: &PullUrl, guard: &PullGuard, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
    match url.spoken {
        Spoken::Rtsp => pull_rtsp(url, guard, sink).await,
        Spoken::Rtmp => {
            let mut transport = connect(url, guard, &mut |leg, text| sink.step(leg, true, text)).await?;
            rtmp::client::pull(&mut transport, url.url(), sink).await
        }
        Spoken::Http => Box::pin(http::pull::pull(url, guard, sink)).await,
        Spoken::Datagrams => ts::receive::pull(url, guard, sink).await,
        Spoken::File => {
            let path = file::locate(guard.files().as_deref(), &url.file_name())?;
            file::play(&path, !url.plays_once(), sink).await
        }
        Spoken::Gb28181 => gb28181::pull(url, guard, sink).await,
    }
}

async fn pull_rtsp(url: &PullUrl, guard: &PullGuard, sink: &mut dyn PullSink) -> Result<(), PullFailure> {
    let mut target = RtspUrl::parse(url.url.as_str()).map_err(|error| PullFailure {
        leg: Leg::Name,
        kind: ErrorKind::InvalidInput,
        text: error.to_string(),
        next_step: "Correct the URL.".to_owned(),
    })?;
    target.credentials.clone_from(&url.credentials);
    rtsp_protocol::client::pull(url, target, guard, sink).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_leave_the_url_and_given_ones_win() {
        let url = PullUrl::parse("rtsp://admin:p@ss:word@192.0.2.7:8554/Streaming/1?x=1", None, None).unwrap();
        assert_eq!(url.to_string(), "rtsp://192.0.2.7:8554/Streaming/1?x=1");
        assert_eq!(url.credentials(), Some(("admin", "p@ss:word")));
        let url = PullUrl::parse("rtsp://a:b@host/x", Some("c"), Some("d")).unwrap();
        assert_eq!(url.credentials(), Some(("c", "d")));
        assert!(!format!("{url:?} {url}").contains('d'.to_string().repeat(2).as_str()));
    }

    #[test]
    fn secrets_in_a_query_are_stored_but_not_shown() {
        let url = PullUrl::parse("rtmp://host/a/b?channel=1&Token=abc&passwd=x%26y&z", None, None).unwrap();
        assert_eq!(url.to_string(), "rtmp://host/a/b?channel=1&Token=***&passwd=***&z");
        assert_eq!(url.to_stored(), "rtmp://host/a/b?channel=1&Token=abc&passwd=x%26y&z");
        assert!(!format!("{url:?}").contains("abc"));
    }

    #[test]
    fn a_certificate_is_named_behind_the_url() {
        let pin = format!("#sha256={}", "0a".repeat(32));
        let url = PullUrl::parse(&format!("rtsps://admin:p#ss@host/x?token=abc{pin}"), None, None).unwrap();
        assert_eq!(url.credentials(), Some(("admin", "p#ss")));
        assert_eq!(url.to_stored(), format!("rtsps://host/x?token=abc{pin}"));
        assert_eq!(url.to_string(), format!("rtsps://host/x?token=***{pin}"));
        assert_eq!(PullUrl::parse(&url.to_stored(), Some("admin"), Some("p#ss")).unwrap(), url);
        assert_eq!((url.port(), PullUrl::parse("rtmps://host/a/b", None, None).unwrap().port()), (322, 443));
    }

    #[test]
    fn a_line_of_a_recorder_is_below_its_address() {
        let below = |base: &str, path: &str| PullUrl::parse(base, Some("u"), Some("p")).unwrap().below(path);
        let pin = format!("#sha256={}", "0a".repeat(32));
        for (base, path, expected) in [
            ("rtsp://host:8554", "/Streaming/Channels/101", "rtsp://host:8554/Streaming/Channels/101"),
            ("rtsp://host/", "cam/realmonitor?channel=1&subtype=0", "rtsp://host/cam/realmonitor?channel=1&subtype=0"),
            ("http://host/live", "/1.flv", "http://host/live/1.flv"),
            ("rtsp+udp://host", "1", "rtsp+udp://host/1"),
            (&format!("rtsps://host{pin}"), "/1", &format!("rtsps://host/1{pin}")),
        ] {
            let url = below(base, path).unwrap();
            assert_eq!((url.to_stored().as_str(), url.credentials()), (expected, Some(("u", "p"))), "{base} {path}");
        }
        assert!(below("rtsp://host/?x=1", "/1").unwrap_err().contains("parameters"));
        assert_eq!(below("rtsp://host", "@evil.example/1").unwrap().host(), "host", "a path leads nowhere else");
    }

    #[test]
    fn unusable_urls_are_explained() {
        for (text, part) in [
            ("rtsp://host/x#sha256=0a0a", "64 hexadecimal"),
            (&format!("rtsp://host/x#sha256={}", "0a".repeat(32)), "not encrypted"),
            ("camera", "begins with"),
            ("ftp://host/x", "ftp://"),
            ("file:///etc/passwd", "bare name"),
            ("file:///../viaduct.db", "bare name"),
            ("file:../viaduct.db", "bare name"),
            ("file:a/b.mp4", "bare name"),
            ("file:..%2Fviaduct.db", "bare name"),
            ("file:.hidden", "bare name"),
            ("file://host/a.mp4", "bare name"),
            ("file:", "bare name"),
            ("rtsp:///x", "not usable"),
            ("rtsp://host:99999/x", "not usable"),
        ] {
            let error = PullUrl::parse(text, None, None).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
