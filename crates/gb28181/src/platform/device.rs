//! A device that is signed in.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::{Duration, Instant};

use sip::Path;

use crate::profile::Profile;

/// What is kept of a device while it is signed in.
#[derive(Clone, Debug, PartialEq)]
pub struct Device {
    /// Where it was heard last.
    pub path: Path,
    /// What it calls itself (`User-Agent`); may be empty.
    pub user_agent: Arc<str>,
    /// How it wants to be talked to.
    pub profile: Profile,
    /// When it signed in, while it was not there.
    pub since: Instant,
    /// When it was heard last.
    pub heard: Instant,
    /// When its sign-in ends unless it is renewed.
    pub expires: Instant,
    /// When it is looked after next.
    pub(super) watched_at: Instant,
    /// The last nonce that it has answered and how often, so that nobody answers with the same words again.
    pub(super) proof: Proof,
}

/// What a device proved its password with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Proof {
    /// A sum of it, as it is kept for each device. Nonces are ours and cannot be chosen; two with the same sum would cost one
    /// more challenge.
    nonce: u64,
    count: Option<u32>,
}

impl Proof {
    pub(super) fn new(nonce: &str, count: Option<u32>) -> Self {
        let mut sum = DefaultHasher::new();
        nonce.hash(&mut sum);
        Self { nonce: sum.finish(), count }
    }

    /// Whether these words were said before: the same nonce without a greater count.
    pub(super) fn is_repeated_by(&self, other: &Self) -> bool {
        self.nonce == other.nonce && other.count <= self.count
    }
}

impl Device {
    /// When to look after it: it is gone then unless it is heard before.
    pub(super) fn due(&self, silence: Duration) -> Instant {
        self.expires.min(self.heard + silence)
    }

    /// Whether what comes by this path can be its own: by datagrams from its address, whatever the port, which
    /// routers change (quirk 28); on a connection, by the one that it signed in on.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        let same_kind = self.path.transport == path.transport && self.path.remote.ip() == path.remote.ip();
        same_kind && (!path.transport.is_reliable() || self.path.local == path.local)
    }
}
