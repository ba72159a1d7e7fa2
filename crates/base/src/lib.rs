//! What every layer needs and no domain word: error kinds, back-off with jitter, rate limits.
//!
//! | module | purpose |
//! |---|---|
//! | [`error`] | [`ErrorKind`]: the one classification that protocols map to their status codes |
//! | [`backoff`] | exponential back-off with jitter and a cap |
//! | [`rate`] | a token bucket over a caller-supplied clock |
//!
//! Nothing here reads a clock, opens a socket or draws random numbers by itself.

pub mod backoff;
pub mod error;
pub mod rate;

pub use backoff::Backoff;
pub use error::ErrorKind;
pub use rate::TokenBucket;
