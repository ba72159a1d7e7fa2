//! Exponential back-off with jitter and a cap.

use std::time::Duration;

/// Delays between attempts: doubling from `first` to `cap`, each multiplied by a jitter in 0.5..=1.0.
///
/// The caller supplies the random number, so that simulations replay from a seed.
#[derive(Clone, Debug)]
pub struct Backoff {
    first: Duration,
    cap: Duration,
    failures: u32,
}

impl Backoff {
    /// A back-off that starts at `first` and never exceeds `cap`.
    pub const fn new(first: Duration, cap: Duration) -> Self {
        Self { first, cap, failures: 0 }
    }

    /// Failures since the last [`Backoff::reset`].
    pub const fn failures(&self) -> u32 {
        self.failures
    }

    /// Counts a failure and returns how long to wait. `random` is uniform over `u32`.
    pub fn next_delay(&mut self, random: u32) -> Duration {
        let doublings = self.failures.min(20);
        self.failures = self.failures.saturating_add(1);
        let full = self.first.saturating_mul(1 << doublings).min(self.cap);
        full.mul_f64(0.5 + 0.5 * f64::from(random) / f64::from(u32::MAX))
    }

    /// Forgets the failures after a success.
    pub const fn reset(&mut self) {
        self.failures = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_double_up_to_the_cap_and_start_again_after_a_success() {
        let mut backoff = Backoff::new(Duration::from_secs(1), Duration::from_secs(10));
        let full: Vec<u64> = (0..6).map(|_| backoff.next_delay(u32::MAX).as_secs()).collect();
        assert_eq!(full, [1, 2, 4, 8, 10, 10]);
        backoff.reset();
        assert_eq!(backoff.next_delay(0), Duration::from_millis(500));
    }
}
