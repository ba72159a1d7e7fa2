//! Waiting times after failed attempts, for each account and for each address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Failures of one address or account before it must wait.
pub(super) const FREE_FAILURES: u32 = 5;
/// Longest wait after failures.
const MAX_LOCK: Duration = Duration::from_secs(300);
/// Addresses and accounts whose failures are remembered.
const MAX_REMEMBERED: usize = 10_000;

/// Who failed how often.
#[derive(Debug, Default)]
pub(super) struct Lockout {
    failures: Mutex<HashMap<String, Failures>>,
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    count: u32,
    last: Instant,
}

/// An address and an account that try together.
#[derive(Debug)]
pub(super) struct Attempt {
    keys: Vec<String>,
}

impl Attempt {
    pub(super) fn new(address: Option<IpAddr>, account: Option<&str>) -> Self {
        let account = account.map(|name| format!("name:{}", name.chars().take(64).collect::<String>()));
        Self { keys: address.map(|address| address.to_string()).into_iter().chain(account).collect() }
    }
}

impl Lockout {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Failures>> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How long an attempt must still wait.
    pub(super) fn wait(&self, attempt: &Attempt) -> Option<Duration> {
        let failures = self.lock();
        let wait = |key: &String| {
            let failed = failures.get(key).filter(|failed| failed.count >= FREE_FAILURES)?;
            let doublings = (failed.count - FREE_FAILURES).min(9);
            let lock = Duration::from_secs(1 << doublings).min(MAX_LOCK);
            lock.checked_sub(failed.last.elapsed()).filter(|rest| !rest.is_zero())
        };
        attempt.keys.iter().filter_map(wait).max()
    }

    pub(super) fn failed(&self, attempt: &Attempt) {
        let mut failures = self.lock();
        for key in &attempt.keys {
            if failures.len() >= MAX_REMEMBERED {
                failures.retain(|_, failed| failed.last.elapsed() < MAX_LOCK);
            }
            if failures.len() < MAX_REMEMBERED || failures.contains_key(key) {
                let failed = failures.entry(key.clone()).or_insert(Failures { count: 0, last: Instant::now() });
                failed.count = failed.count.saturating_add(1);
                failed.last = Instant::now();
            }
        }
    }

    pub(super) fn succeeded(&self, attempt: &Attempt) {
        let mut failures = self.lock();
        for key in &attempt.keys {
            failures.remove(key);
        }
    }
}
