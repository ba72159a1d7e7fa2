//! Basic and Digest authentication (RFC 7617, RFC 7616, RFC 2069; for SIP RFC 3261 §22 and RFC 8760), both
//! sides.
//!
//! Nonces come from the caller; a server that wants to refuse old ones compares [`Authorization::nonce`] with
//! those it gave out, or makes them with a [`NonceKey`], which knows its own again without keeping them.
//! Counts of nonces ([`DigestResponse::nonce_count`]) are shown and not judged: who wants to refuse a
//! repeated request keeps the last count of each nonce.

mod nonce;

pub use nonce::{NonceAge, NonceKey};

use std::fmt;
use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::{Digest, Md5};
use sha2::Sha256;

/// Challenges and parameters of one header that we read.
const MAX_PARAMETERS: usize = 32;

/// The hash of a Digest scheme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Algorithm {
    /// `MD5`, also when none is named.
    #[default]
    Md5,
    /// `SHA-256`.
    Sha256,
}

impl Algorithm {
    fn parse(name: &str) -> Option<Self> {
        match name.to_ascii_uppercase().as_str() {
            "MD5" => Some(Self::Md5),
            "SHA-256" => Some(Self::Sha256),
            _ => None,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha256 => "SHA-256",
        }
    }

    fn hash(self, text: &str) -> String {
        fn hex(bytes: &[u8]) -> String {
            bytes.iter().fold(String::new(), |mut out, byte| {
                let _ = write!(out, "{byte:02x}");
                out
            })
        }
        match self {
            Self::Md5 => hex(&Md5::digest(text)),
            Self::Sha256 => hex(&Sha256::digest(text)),
        }
    }

    /// `HA1`, which a server may keep instead of the password.
    pub fn secret(self, username: &str, realm: &str, password: &str) -> String {
        self.hash(&format!("{username}:{realm}:{password}"))
    }
}

/// How MD5 is offered; peers differ in what they understand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Md5Form {
    /// Realm and nonce alone (RFC 2069): old RTSP cameras and players know neither `qop` nor `algorithm`.
    #[default]
    Bare,
    /// With `algorithm=MD5`, as GB/T 28181 §9.1.2.1 shows it.
    Named,
    /// With `algorithm=MD5` and `qop="auth"`. Devices that answer as if there were no `qop` are verified too.
    WithQop,
}

/// What a server asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Challenge {
    /// Shown to the user; part of the hash.
    pub realm: String,
    /// Fresh and unpredictable; from the caller.
    pub nonce: String,
    /// The credentials were right for an old nonce.
    pub stale: bool,
    /// Digest hashes offered, most wanted first; empty for none.
    pub algorithms: Vec<Algorithm>,
    /// How MD5 is offered, where it is.
    pub md5: Md5Form,
    /// Text that a client sends back unchanged (RFC 7616 §3.3).
    pub opaque: Option<String>,
    /// Whether Basic is offered too.
    pub basic: bool,
}

impl Challenge {
    /// One `WWW-Authenticate` value per scheme.
    pub fn header_values(&self) -> Vec<String> {
        let mut values: Vec<String> = self.algorithms.iter().map(|algorithm| self.digest_value(*algorithm)).collect();
        if self.basic {
            values.push(format!("Basic realm=\"{}\"", unquotable(&self.realm)));
        }
        values
    }

    fn digest_value(&self, algorithm: Algorithm) -> String {
        let (named, qop) = match (algorithm, self.md5) {
            (Algorithm::Md5, Md5Form::Bare) => (false, false),
            (Algorithm::Md5, Md5Form::Named) => (true, false),
            (Algorithm::Md5, Md5Form::WithQop) | (Algorithm::Sha256, _) => (true, true),
        };
        let mut value = format!("Digest realm=\"{}\", nonce=\"{}\"", unquotable(&self.realm), self.nonce);
        if named {
            let _ = write!(value, ", algorithm={}", algorithm.as_str());
        }
        if qop {
            value.push_str(", qop=\"auth\"");
        }
        if let Some(opaque) = &self.opaque {
            let _ = write!(value, ", opaque=\"{}\"", unquotable(opaque));
        }
        if self.stale {
            value.push_str(", stale=\"true\"");
        }
        value
    }
}

/// Text that needs no escapes between quotes, as many clients do not undo them.
fn unquotable(text: &str) -> String {
    text.replace(['"', '\\'], "'")
}

/// What a server compares credentials with.
#[derive(Clone, Copy)]
pub enum Secret<'a> {
    /// The password.
    Password(&'a str),
    /// [`Algorithm::secret`] for the realm and algorithm of the challenge.
    Hash(&'a str),
}

/// Credentials of a request. `Debug` shows only the user name.
#[derive(Clone, PartialEq, Eq)]
pub enum Authorization {
    /// Name and password in clear.
    Basic {
        /// User name.
        username: String,
        /// Password.
        password: String,
    },
    /// A hash over them.
    Digest(DigestResponse),
}

/// The parameters of a Digest `Authorization`.
#[derive(Clone, PartialEq, Eq)]
pub struct DigestResponse {
    username: String,
    realm: String,
    nonce: String,
    uri: String,
    response: String,
    algorithm: Algorithm,
    qop: Option<String>,
    nonce_count: String,
    client_nonce: String,
    opaque: Option<String>,
}

impl fmt::Debug for DigestResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DigestResponse({:?})", self.username)
    }
}

impl DigestResponse {
    /// Who it claims to be.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The realm that was hashed.
    pub fn realm(&self) -> &str {
        &self.realm
    }

    /// The nonce that was answered.
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The URI that was hashed, exactly as sent.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The hash.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// What the server sent as `opaque`, if the client sent something back.
    pub fn opaque(&self) -> Option<&str> {
        self.opaque.as_deref()
    }

    /// How often the client says it has used this nonce, from 1; `None` without `qop` or when it is no number.
    pub fn nonce_count(&self) -> Option<u32> {
        self.qop.as_ref()?;
        u32::from_str_radix(&self.nonce_count, 16).ok()
    }

    /// Whether the hash is right for a request of this method, over the URI [`DigestResponse::uri`], with or
    /// without `qop`. The caller checks nonce and URI.
    ///
    /// SIP devices hash an address of their own choice (their realm, the server's address, the Request-URI), so
    /// only RTSP and HTTP compare it with the request: [`Authorization::verify`].
    pub fn verify(&self, method: &str, realm: &str, secret: Secret<'_>) -> bool {
        if self.realm != realm {
            return false;
        }
        let ha1 = match secret {
            Secret::Password(password) => self.algorithm.secret(&self.username, realm, password),
            Secret::Hash(hash) => hash.to_owned(),
        };
        let qop = self.qop.as_deref().map(|qop| (qop, &*self.nonce_count, &*self.client_nonce));
        let expected = digest_response(self.algorithm, &ha1, &self.nonce, method, &self.uri, qop);
        equal(&self.response.to_ascii_lowercase(), &expected)
    }
}

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorization({:?})", self.username())
    }
}

impl Authorization {
    /// Reads an `Authorization` value; `None` when it is malformed or of another scheme.
    pub fn parse(value: &str) -> Option<Self> {
        let (scheme, rest) = value.trim().split_once(' ')?;
        if scheme.eq_ignore_ascii_case("Basic") {
            let decoded = STANDARD.decode(rest.trim()).ok()?;
            let decoded = String::from_utf8_lossy(&decoded).into_owned();
            let (username, password) = decoded.split_once(':')?;
            return Some(Self::Basic { username: username.to_owned(), password: password.to_owned() });
        }
        if !scheme.eq_ignore_ascii_case("Digest") {
            return None;
        }
        let parameters = parse_parameters(rest);
        let get = |name: &str| find(&parameters, name).map(str::to_owned);
        Some(Self::Digest(DigestResponse {
            username: get("username")?,
            realm: get("realm")?,
            nonce: get("nonce")?,
            uri: get("uri")?,
            response: get("response")?,
            algorithm: parse_algorithm(&parameters)?.unwrap_or_default(),
            // Tolerance: an empty value stands for none, as in challenges.
            qop: get("qop").filter(|qop| !qop.is_empty()),
            nonce_count: get("nc").unwrap_or_default(),
            client_nonce: get("cnonce").unwrap_or_default(),
            opaque: get("opaque"),
        }))
    }

    /// Who it claims to be.
    pub fn username(&self) -> &str {
        match self {
            Self::Basic { username, .. } => username,
            Self::Digest(digest) => &digest.username,
        }
    }

    /// The nonce that was answered; `None` for Basic.
    pub fn nonce(&self) -> Option<&str> {
        match self {
            Self::Basic { .. } => None,
            Self::Digest(digest) => Some(&digest.nonce),
        }
    }

    /// The hash of a Digest answer; a keeper of hashes must have this one.
    pub const fn algorithm(&self) -> Option<Algorithm> {
        match self {
            Self::Basic { .. } => None,
            Self::Digest(digest) => Some(digest.algorithm),
        }
    }

    /// Whether the credentials are right for this request. The caller checks the nonce.
    ///
    /// Tolerance: the hashed URL may lack the track suffix or the query of the request's, or have a slash
    /// more, as several clients hash the base URL for every request.
    pub fn verify(&self, method: &str, request_uri: &str, realm: &str, secret: Secret<'_>) -> bool {
        match (self, secret) {
            (Self::Basic { password, .. }, Secret::Password(expected)) => equal(password, expected),
            (Self::Basic { username, password }, Secret::Hash(expected)) => [Algorithm::Md5, Algorithm::Sha256]
                .iter()
                .any(|algorithm| equal(&algorithm.secret(username, realm, password), expected)),
            (Self::Digest(digest), secret) => covers(&digest.uri, request_uri) && digest.verify(method, realm, secret),
        }
    }
}

/// Whether a hashed URL stands for the requested one; RTSP clients hash `rtsp://h/app/name` and request
/// `rtsp://h/app/name/trackID=0`.
fn covers(hashed: &str, requested: &str) -> bool {
    let hashed = hashed.trim_end_matches('/');
    let requested = requested.trim_end_matches('/');
    let continues = |long: &str, short: &str| {
        long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?', '&']))
    };
    continues(requested, hashed) || continues(hashed, requested)
}

/// RFC 7616 §3.4.1; without qop RFC 2069 §2.1.2.
fn digest_response(
    algorithm: Algorithm,
    ha1: &str,
    nonce: &str,
    method: &str,
    uri: &str,
    qop: Option<(&str, &str, &str)>,
) -> String {
    let ha2 = algorithm.hash(&format!("{method}:{uri}"));
    match qop {
        None => algorithm.hash(&format!("{ha1}:{nonce}:{ha2}")),
        Some((qop, count, client_nonce)) => {
            algorithm.hash(&format!("{ha1}:{nonce}:{count}:{client_nonce}:{qop}:{ha2}"))
        }
    }
}

/// Compares without leaking where the texts differ.
fn equal(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (a, b)| difference | (a ^ b)) == 0
}

/// A client's answer to a server's challenge.
#[derive(Clone)]
pub struct Credentials {
    username: String,
    password: String,
    /// Random text for `cnonce`.
    client_nonce: String,
    scheme: Option<Scheme>,
}

#[derive(Clone, Debug)]
enum Scheme {
    Basic,
    Digest {
        realm: String,
        nonce: String,
        opaque: Option<String>,
        algorithm: Option<Algorithm>,
        qop: bool,
        stale: bool,
        count: u32,
    },
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({:?})", self.username)
    }
}

impl Credentials {
    /// `client_nonce` is random text from the caller.
    pub fn new(username: &str, password: &str, client_nonce: &str) -> Self {
        Self {
            username: username.to_owned(),
            password: password.to_owned(),
            client_nonce: client_nonce.to_owned(),
            scheme: None,
        }
    }

    /// Whether a challenge has been taken.
    pub const fn is_challenged(&self) -> bool {
        self.scheme.is_some()
    }

    /// Whether the newest challenge says that only the nonce was too old (RFC 7616 §3.3). A challenge to
    /// credentials that is not stale means that they are wrong: to answer it would go on for ever.
    pub const fn was_stale(&self) -> bool {
        matches!(self.scheme, Some(Scheme::Digest { stale: true, .. }))
    }

    /// Takes the `WWW-Authenticate` values of a 401, in SIP also the `Proxy-Authenticate` values of a 407. Returns whether one of them can be answered: the first
    /// Digest that we know, else Basic.
    pub fn challenge<'a>(&mut self, values: impl Iterator<Item = &'a str>) -> bool {
        let mut basic = false;
        for value in values {
            let (scheme, rest) = value.trim().split_once(' ').unwrap_or((value.trim(), ""));
            if scheme.eq_ignore_ascii_case("Basic") {
                basic = true;
            } else if scheme.eq_ignore_ascii_case("Digest")
                && let Some(scheme) = parse_digest_challenge(rest)
            {
                self.scheme = Some(scheme);
                return true;
            }
        }
        if basic {
            self.scheme = Some(Scheme::Basic);
        }
        basic
    }

    /// The `Authorization` value for a request; `None` before a challenge.
    pub fn authorize(&mut self, method: &str, uri: &str) -> Option<String> {
        let quote = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
        match self.scheme.as_mut()? {
            Scheme::Basic => Some(format!("Basic {}", STANDARD.encode(format!("{}:{}", self.username, self.password)))),
            Scheme::Digest { realm, nonce, opaque, algorithm, qop, count, stale: _ } => {
                let hash = algorithm.unwrap_or_default();
                let ha1 = hash.secret(&self.username, realm, &self.password);
                *count += 1;
                let nonce_count = format!("{count:08x}");
                let qop = qop.then_some(("auth", &*nonce_count, &*self.client_nonce));
                let response = digest_response(hash, &ha1, nonce, method, uri, qop);
                let mut value = format!(
                    "Digest username=\"{}\", realm=\"{}\", nonce=\"{nonce}\", uri=\"{uri}\", response=\"{response}\"",
                    quote(&self.username),
                    quote(realm),
                );
                if let Some(algorithm) = algorithm {
                    let _ = write!(value, ", algorithm={}", algorithm.as_str());
                }
                if let Some((qop, count, client_nonce)) = qop {
                    let _ = write!(value, ", qop={qop}, nc={count}, cnonce=\"{client_nonce}\"");
                }
                if let Some(opaque) = opaque {
                    let _ = write!(value, ", opaque=\"{opaque}\"");
                }
                Some(value)
            }
        }
    }
}

fn parse_digest_challenge(rest: &str) -> Option<Scheme> {
    let parameters = parse_parameters(rest);
    let algorithm = parse_algorithm(&parameters)?;
    let qop = match find(&parameters, "qop") {
        None | Some("") => false,
        Some(list) => {
            if !list.split(',').any(|qop| qop.trim().eq_ignore_ascii_case("auth")) {
                return None;
            }
            true
        }
    };
    Some(Scheme::Digest {
        realm: find(&parameters, "realm").unwrap_or_default().to_owned(),
        nonce: find(&parameters, "nonce")?.to_owned(),
        opaque: find(&parameters, "opaque").map(str::to_owned),
        algorithm,
        qop,
        stale: find(&parameters, "stale").is_some_and(|stale| stale.eq_ignore_ascii_case("true")),
        count: 0,
    })
}

/// `Some(None)` when no algorithm is named, `None` when it is one that we do not know.
fn parse_algorithm(parameters: &[(String, String)]) -> Option<Option<Algorithm>> {
    match find(parameters, "algorithm") {
        // Tolerance: an empty value, as some cameras send.
        None | Some("") => Some(None),
        Some(name) => Algorithm::parse(name).map(Some),
    }
}

fn find<'a>(parameters: &'a [(String, String)], name: &str) -> Option<&'a str> {
    parameters.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
}

/// `name=value, name="quoted \" value"`.
fn parse_parameters(text: &str) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut rest = text;
    while parameters.len() < MAX_PARAMETERS {
        rest = rest.trim_start_matches([' ', ',', '\t']);
        let Some((name, tail)) = rest.split_once('=') else {
            break;
        };
        let tail = tail.trim_start();
        let value = if let Some(quoted) = tail.strip_prefix('"') {
            let (value, tail) = take_quoted(quoted);
            rest = tail;
            value
        } else {
            let end = tail.find(',').unwrap_or(tail.len());
            rest = &tail[end..];
            tail[..end].trim().to_owned()
        };
        parameters.push((name.trim().to_owned(), value));
    }
    parameters
}

fn take_quoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests;
