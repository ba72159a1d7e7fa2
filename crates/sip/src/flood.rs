//! How much one source may send before its messages are even read.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use base::TokenBucket;

/// Settings of a [`FloodGuard`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FloodLimits {
    /// Messages that a source may send at once.
    pub burst: u32,
    /// Time after which it may send one more.
    pub every: Duration,
    /// Sources that are remembered. Full-policy: those that were silent longest are forgotten, and have their
    /// whole burst again.
    pub max_sources: usize,
}

/// A platform below us sends a catalogue of 10,000 channels as 10,000 datagrams, and hundreds of devices stand
/// behind one address: 500 messages a second, 5,000 at once.
impl Default for FloodLimits {
    fn default() -> Self {
        Self { burst: 5000, every: Duration::from_millis(2), max_sources: 1 << 16 }
    }
}

/// What a [`FloodGuard`] has seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FloodCounters {
    /// Messages that may be read.
    pub passed: u64,
    /// Messages that must not.
    pub dropped: u64,
    /// Sources that were forgotten to make room.
    pub forgotten: u64,
}

/// One token bucket per source, asked with every datagram and every connection's input before it is parsed.
/// A source is an IPv4 address or the 64 bits of an IPv6 address that name its network.
///
/// Memory is bounded by [`FloodLimits::max_sources`], and asking takes constant time: sources stand in two
/// halves, and when the newer one is full it becomes the older one, which is forgotten.
///
/// ```
/// use std::time::{Duration, Instant};
/// use sip::{FloodGuard, FloodLimits};
///
/// let mut guard = FloodGuard::new(FloodLimits { burst: 2, ..FloodLimits::default() });
/// let (now, camera) = (Instant::now(), "192.0.2.7".parse().unwrap());
/// assert!(guard.admit(now, camera) && guard.admit(now, camera) && !guard.admit(now, camera));
/// assert_eq!(guard.counters().dropped, 1);
/// ```
#[derive(Debug)]
pub struct FloodGuard {
    limits: FloodLimits,
    newer: HashMap<IpAddr, TokenBucket>,
    older: HashMap<IpAddr, TokenBucket>,
    counters: FloodCounters,
}

impl FloodGuard {
    /// A guard that has seen nobody.
    ///
    /// # Panics
    /// When `every` is zero.
    pub fn new(limits: FloodLimits) -> Self {
        assert!(!limits.every.is_zero(), "a source needs a time after which it may send again");
        Self { limits, newer: HashMap::new(), older: HashMap::new(), counters: FloodCounters::default() }
    }

    /// Whether a message of this source may be read.
    pub fn admit(&mut self, now: Instant, source: IpAddr) -> bool {
        let source = network(source);
        let admitted = match self.newer.get_mut(&source) {
            Some(bucket) => bucket.take(now),
            None => self.admit_older(now, source),
        };
        if admitted {
            self.counters.passed += 1;
        } else {
            self.counters.dropped += 1;
        }
        admitted
    }

    /// What it has seen.
    pub const fn counters(&self) -> FloodCounters {
        self.counters
    }

    /// Sources that are remembered.
    pub fn sources(&self) -> usize {
        self.newer.len() + self.older.len()
    }

    /// A source that is not in the newer half comes into it.
    fn admit_older(&mut self, now: Instant, source: IpAddr) -> bool {
        let known = self.older.remove(&source);
        let mut bucket = known.unwrap_or_else(|| TokenBucket::new(self.limits.every, self.limits.burst));
        let admitted = bucket.take(now);
        if self.newer.len() >= (self.limits.max_sources / 2).max(1) {
            self.counters.forgotten += self.older.len() as u64;
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(source, bucket);
        admitted
    }
}

fn network(source: IpAddr) -> IpAddr {
    const NETWORK_BITS: u32 = 64;
    match source.to_canonical() {
        IpAddr::V4(ip) => IpAddr::V4(ip),
        IpAddr::V6(ip) => IpAddr::V6(Ipv6Addr::from_bits(ip.to_bits() >> NETWORK_BITS << NETWORK_BITS)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guard(burst: u32, max_sources: usize) -> FloodGuard {
        FloodGuard::new(FloodLimits { burst, every: Duration::from_secs(1), max_sources })
    }

    #[test]
    fn sources_are_held_apart_and_recover() {
        let (mut guard, start) = (guard(2, 100), Instant::now());
        let (one, other) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let taken: Vec<_> = [one, one, one, other].map(|source| guard.admit(start, source)).into();
        assert_eq!(taken, [true, true, false, true]);
        assert!(guard.admit(start + Duration::from_millis(1100), one));
        assert_eq!((guard.counters().passed, guard.counters().dropped), (4, 1));
        // The same peer, seen by a socket for both families, and one that changes addresses in its network.
        assert!(!guard.admit(start + Duration::from_millis(1100), "::ffff:192.0.2.1".parse().unwrap()));
        let taken: Vec<_> =
            (0..3).map(|host| guard.admit(start, format!("2001:db8::{host}").parse().unwrap())).collect();
        assert_eq!(taken, [true, true, false]);
    }

    #[test]
    fn a_million_forged_sources_take_bounded_memory_and_a_busy_one_is_not_forgotten() {
        let (mut guard, now) = (guard(3, 1000), Instant::now());
        let busy: IpAddr = "192.0.2.1".parse().unwrap();
        let mut admitted = 0;
        for number in 0..1_000_000_u32 {
            guard.admit(now, IpAddr::from((number | 0x0b00_0000).to_be_bytes()));
            if number % 100 == 0 {
                admitted += u32::from(guard.admit(now, busy));
            }
            assert!(guard.sources() <= 1000);
        }
        assert_eq!(admitted, 3);
        assert!(guard.counters().forgotten > 900_000);
    }
}
