//! A token bucket over a caller-supplied clock.

use std::time::{Duration, Instant};

/// Allows `burst` events at once and one more every `every`.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    every: Duration,
    burst: u32,
    tokens: f64,
    updated: Option<Instant>,
}

impl TokenBucket {
    /// A full bucket of `burst` tokens that regains one every `every`.
    ///
    /// # Panics
    /// When `every` is zero.
    pub fn new(every: Duration, burst: u32) -> Self {
        assert!(!every.is_zero(), "a token bucket needs a refill interval");
        Self { every, burst, tokens: f64::from(burst), updated: None }
    }

    /// Takes one token if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        if let Some(updated) = self.updated {
            let gained = now.saturating_duration_since(updated).as_secs_f64() / self.every.as_secs_f64();
            self.tokens = (self.tokens + gained).min(f64::from(self.burst));
        }
        self.updated = Some(now);
        if self.tokens < 1.0 {
            return false;
        }
        self.tokens -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn burst_then_one_per_interval() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(Duration::from_secs(1), 2);
        assert!(bucket.take(start));
        assert!(bucket.take(start));
        assert!(!bucket.take(start));
        assert!(!bucket.take(start + Duration::from_millis(900)));
        assert!(bucket.take(start + Duration::from_millis(1100)));
    }
}
