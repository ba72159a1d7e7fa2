//! The server's load of the last hour.

use std::collections::VecDeque;

use api::{LoadSample, ServerStats};

/// Seconds that one sample stands for.
const SECONDS: u32 = 10;
/// One hour.
const KEPT: usize = 360;

/// Means of ten seconds each.
#[derive(Debug, Default)]
pub(crate) struct LoadLog {
    samples: VecDeque<LoadSample>,
    /// Sums of the seconds that are not a sample yet.
    rate_in_bps: u64,
    rate_out_bps: u64,
    cpu_percent: f64,
    seconds: u32,
}

impl LoadLog {
    /// Takes the load of one second.
    pub(crate) fn add(&mut self, at_ms: u64, stats: &ServerStats) {
        self.rate_in_bps += stats.rate_in_bps;
        self.rate_out_bps += stats.rate_out_bps;
        self.cpu_percent += stats.cpu_percent;
        self.seconds += 1;
        if self.seconds < SECONDS {
            return;
        }
        if self.samples.len() == KEPT {
            self.samples.pop_front();
        }
        self.samples.push_back(LoadSample {
            at_ms,
            rate_in_bps: self.rate_in_bps / u64::from(SECONDS),
            rate_out_bps: self.rate_out_bps / u64::from(SECONDS),
            streams: stats.streams,
            viewers: stats.viewers,
            cpu_percent: self.cpu_percent / f64::from(SECONDS),
            memory_bytes: stats.memory_bytes,
        });
        *self = Self { samples: std::mem::take(&mut self.samples), ..Self::default() };
    }

    /// Oldest first.
    pub(crate) fn samples(&self) -> Vec<LoadSample> {
        self.samples.iter().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_seconds_become_their_mean_and_an_hour_is_kept() {
        let mut log = LoadLog::default();
        for second in 0..3700u64 {
            log.add(second * 1000, &ServerStats { rate_in_bps: second % 10, viewers: 2, ..ServerStats::default() });
        }
        let samples = log.samples();
        assert_eq!(samples.len(), KEPT);
        assert_eq!((samples[0].at_ms, samples[0].rate_in_bps, samples[0].viewers), (109_000, 4, 2));
    }
}
