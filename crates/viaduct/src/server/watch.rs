//! Counts cameras and looks at the machine now and then, for the overview.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use platform::devices::Census;
use platform::unix_now_ms;

use crate::process::{Machine, MachineMeter};
use crate::server::App;

/// Between counts; longer where one takes long.
const PAUSE: Duration = Duration::from_secs(3);
/// Counting takes at most one part in so many of a processor.
const SHARE: u32 = 50;
/// Between points of the curve.
const POINT_MS: i64 = 60_000;
/// A day.
const POINTS: usize = 1440;

/// What was found last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Watched {
    pub(crate) census: Arc<Census>,
    pub(crate) machine: Machine,
    /// Cameras online by Unix milliseconds, of the last day, oldest first.
    pub(crate) online: VecDeque<(i64, usize)>,
}

/// The place where it is kept.
#[derive(Debug, Default)]
pub(crate) struct Watch(Mutex<Watched>);

impl Watch {
    pub(crate) fn read(&self) -> Watched {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set(&self, census: Census, machine: Machine, now_ms: i64) {
        let mut watched = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        note(&mut watched.online, now_ms, census.counts(|_| true).online);
        watched.census = Arc::new(census);
        watched.machine = machine;
    }
}

/// Adds a point when a minute has passed; a clock that was set back begins anew.
fn note(online: &mut VecDeque<(i64, usize)>, now_ms: i64, count: usize) {
    let last = online.back().map_or(i64::MIN, |(at, _)| *at);
    if now_ms < last {
        online.clear();
    } else if now_ms.saturating_sub(last) < POINT_MS {
        return;
    }
    if online.len() == POINTS {
        online.pop_front();
    }
    online.push_back((now_ms, count));
}

/// Looks for as long as the server runs.
pub(crate) async fn watch(app: Arc<App>) {
    let mut meter = MachineMeter::default();
    loop {
        let began = Instant::now();
        let counting = Arc::clone(&app);
        // A tenth of a second of work for the largest installations: not on the threads that answer.
        let counted = tokio::task::spawn_blocking(move || {
            let before = counting.watch.read().census;
            let machine = meter.look(counting.data.path());
            let now_ms = unix_now_ms();
            counting.watch.set(counting.devices.count(&before, now_ms), machine, now_ms);
            meter
        });
        match counted.await {
            Ok(returned) => meter = returned,
            Err(error) => {
                tracing::error!(%error, "The cameras could not be counted.");
                meter = MachineMeter::default();
            }
        }
        tokio::time::sleep(PAUSE.max(began.elapsed() * SHARE)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_has_a_point_a_minute_and_no_more_than_a_day() {
        let mut online = VecDeque::new();
        for second in 0..(25 * 3600) {
            note(&mut online, second * 1000, usize::try_from(second / 3600).unwrap());
        }
        assert_eq!(online.len(), POINTS);
        assert_eq!((online[0], online[POINTS - 1]), ((3_600_000, 1), (89_940_000, 24)));
        note(&mut online, 1000, 7);
        assert_eq!(online, [(1000, 7)], "the clock was set back");
    }
}
