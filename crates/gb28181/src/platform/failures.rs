//! Wrong passwords, so that nobody tries them all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use crate::id::Id;

/// Wrong passwords in a row before an address is not listened to for a device.
const PERMITTED: u32 = 3;
/// For how long it is not, and after which failures are forgotten.
const LOCKED: Duration = Duration::from_secs(600);
/// Pairs of address and device that are remembered. Full-policy: those whose time is over are forgotten, then all.
const MAX_REMEMBERED: usize = 8192;

/// Failures by who failed as whom: other devices behind the same router are not locked out with it, and a device is not
/// locked out by a stranger who tries its name.
#[derive(Debug, Default)]
pub(super) struct Failures {
    recent: HashMap<(IpAddr, Id), Failed>,
}

#[derive(Debug)]
struct Failed {
    times: u32,
    last: Instant,
}

impl Failures {
    pub(super) fn is_locked(&self, now: Instant, from: IpAddr, device: &Id) -> bool {
        let failed = self.recent.get(&(from, device.clone()));
        failed.is_some_and(|failed| failed.times >= PERMITTED && failed.is_remembered(now))
    }

    pub(super) fn note(&mut self, now: Instant, from: IpAddr, device: &Id) {
        if self.recent.len() >= MAX_REMEMBERED {
            self.recent.retain(|_, failed| failed.is_remembered(now));
        }
        if self.recent.len() >= MAX_REMEMBERED {
            self.recent.clear();
        }
        let failed = self.recent.entry((from, device.clone())).or_insert(Failed { times: 0, last: now });
        failed.times = if failed.is_remembered(now) { failed.times + 1 } else { 1 };
        failed.last = now;
    }

    pub(super) fn forget(&mut self, from: IpAddr, device: &Id) {
        self.recent.remove(&(from, device.clone()));
    }
}

impl Failed {
    fn is_remembered(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.last) < LOCKED
    }
}
