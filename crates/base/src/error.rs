//! The classification that every typed error of the workspace answers with.

use std::fmt;

/// What kind of failure this is, independent of the protocol that reports it.
///
/// Each network surface maps it once to its own status: HTTP (`404`, `409`, ...), RTSP, RTMP
/// (`NetStream.Play.StreamNotFound`, ...) and SIP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The peer sent something malformed or out of range.
    InvalidInput,
    /// The thing that was asked for does not exist (or must not be known to the asker).
    NotFound,
    /// Credentials are missing or wrong.
    Unauthorized,
    /// Credentials are fine but do not permit this.
    Forbidden,
    /// The request contradicts the present state, such as a second publisher for one name.
    Conflict,
    /// It could work later: a source is down, the server is stopping.
    Unavailable,
    /// No answer in time.
    Timeout,
    /// A named limit is reached.
    Exhausted,
    /// The request is understood and cannot be served in this form (codec, container, transport).
    Unsupported,
    /// A fault of ours.
    Internal,
}

impl ErrorKind {
    /// Stable lower-case identifier for logs, metrics labels and the API's `code` field.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidInput => "invalid_input",
            Self::NotFound => "not_found",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Conflict => "conflict",
            Self::Unavailable => "unavailable",
            Self::Timeout => "timeout",
            Self::Exhausted => "exhausted",
            Self::Unsupported => "unsupported",
            Self::Internal => "internal",
        }
    }

    /// The HTTP status code of this kind (RFC 9110 §15).
    pub const fn http_status(self) -> u16 {
        match self {
            Self::InvalidInput => 400,
            Self::NotFound => 404,
            Self::Unauthorized => 401,
            Self::Forbidden => 403,
            Self::Conflict => 409,
            Self::Unavailable => 503,
            Self::Timeout => 504,
            Self::Exhausted => 429,
            Self::Unsupported => 415,
            Self::Internal => 500,
        }
    }

    /// The RTSP status code of this kind (RFC 2326 §7.1.1).
    pub const fn rtsp_status(self) -> u16 {
        match self {
            Self::Exhausted => 453,
            Self::Conflict => 406,
            other => other.http_status(),
        }
    }

    /// The SIP status code of this kind (RFC 3261 §21). For an INVITE, GB/T 28181 has 486 when no more
    /// calls can be taken and 488 when its session description cannot be met.
    pub const fn sip_status(self) -> u16 {
        match self {
            Self::Conflict => 491,
            Self::Unavailable => 480,
            Self::Exhausted => 486,
            Self::Unsupported => 488,
            other => other.http_status(),
        }
    }
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_client_or_server_error_status() {
        for kind in [
            ErrorKind::InvalidInput,
            ErrorKind::NotFound,
            ErrorKind::Unauthorized,
            ErrorKind::Forbidden,
            ErrorKind::Conflict,
            ErrorKind::Unavailable,
            ErrorKind::Timeout,
            ErrorKind::Exhausted,
            ErrorKind::Unsupported,
            ErrorKind::Internal,
        ] {
            assert!((400..600).contains(&kind.http_status()), "{kind}");
            assert!((400..600).contains(&kind.rtsp_status()), "{kind}");
            assert!((400..600).contains(&kind.sip_status()), "{kind}");
        }
    }
}
