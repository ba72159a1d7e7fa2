//! Transactions: one request and its responses, repeated until they arrive (RFC 3261 §17, RFC 6026).
//!
//! Here are the state machines and what they share; [`crate::Endpoint`] drives them.

pub(crate) mod client;
pub(crate) mod key;
pub(crate) mod server;
pub(crate) mod timer_queue;

use std::time::Duration;

/// How long an INVITE may be under way without a final response: timer C (RFC 3261 §16.6, "larger than 3
/// minutes"). Then a client cancels it, and a server whose user gives no answer answers 408.
pub const INVITE_LIMIT: Duration = Duration::from_secs(185);

/// The times that all timers are made of (RFC 3261 §17.1.1.1, table 4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// The round trip: first interval of repetition. Timers A, E, G and the repetition of a 2xx begin with it.
    pub t1: Duration,
    /// The longest interval of repetition of everything but an INVITE.
    pub t2: Duration,
    /// How long a message may wander in the network: timers I and K.
    pub t4: Duration,
}

impl Default for Timers {
    fn default() -> Self {
        Self { t1: Duration::from_millis(500), t2: Duration::from_secs(4), t4: Duration::from_secs(5) }
    }
}

impl Timers {
    /// 64 T1: timers B, D, F, H, J, L and M.
    pub fn patience(&self) -> Duration {
        self.t1 * 64
    }
}

/// Names a transaction that we began; no other of the endpoint's life has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(pub(crate) u64);

/// Names a transaction that a peer began; no other of the endpoint's life has the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerId(pub(crate) u64);
