//! What every layer needs and no domain word: error kinds, back-off with jitter, rate limits, instants as text,
//! HTTP's authentication, which RTSP and SIP share.
//!
//! | module | purpose |
//! |---|---|
//! | [`error`] | [`ErrorKind`]: the one classification that protocols map to their status codes |
//! | [`backoff`] | exponential back-off with jitter and a cap |
//! | [`rate`] | a token bucket over a caller-supplied clock |
//! | [`time`] | instants as text |
//! | [`words`] | texts that many things have in common, kept once |
//! | [`http_auth`] | Basic and Digest, both sides (RFC 7616, RFC 2069, RFC 7617) |
//!
//! Nothing here reads a clock, opens a socket or draws random numbers by itself.

pub mod backoff;
pub mod error;
pub mod http_auth;
pub mod rate;
pub mod time;
pub mod words;

pub use backoff::Backoff;
pub use error::ErrorKind;
pub use rate::TokenBucket;
pub use time::{parse_rfc3339, rfc3339};
pub use words::Words;
