//! When a source may run. The clock on the wall is looked at again and again, so that edges are found however it
//! jumps.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

/// How often the clock is looked at: an edge is late by less than a second.
const LOOK: Duration = Duration::from_millis(500);

/// Says when something may run.
pub trait Timetable: std::fmt::Debug + Send + Sync {
    /// When the window began that is open now, in seconds of the clock on the wall; it tells one window from the
    /// next. `None` outside all windows.
    fn window(&self) -> Option<i64>;

    /// When the next window begins, for people: "Mon 07:00". `None` when none does.
    fn opens_next(&self) -> Option<String>;
}

/// What one source waits at. Without a timetable it is always open.
pub(crate) struct Gate {
    timetable: watch::Sender<Option<Arc<dyn Timetable>>>,
}

impl Gate {
    pub(crate) fn new(timetable: Option<Arc<dyn Timetable>>) -> Self {
        Self { timetable: watch::Sender::new(timetable) }
    }

    /// Another timetable from now on.
    pub(crate) fn set(&self, timetable: Option<Arc<dyn Timetable>>) {
        self.timetable.send_replace(timetable);
    }

    /// The window that is open: always the same without a timetable.
    pub(crate) fn window(&self) -> Option<i64> {
        self.timetable.borrow().as_ref().map_or(Some(0), |timetable| timetable.window())
    }

    /// What people are told outside: "outside its schedule; it opens Mon 07:00". `None` inside.
    pub(crate) fn outside(&self) -> Option<String> {
        let timetable = self.timetable.borrow();
        let timetable = timetable.as_ref().filter(|timetable| timetable.window().is_none())?;
        Some(match timetable.opens_next() {
            Some(when) => format!("outside its schedule; it opens {when}"),
            None => "outside its schedule".to_owned(),
        })
    }

    /// Waits until another window is open than `window`, or none, or one where none was.
    ///
    /// # Cancel safety
    /// Safe: nothing is taken.
    pub(crate) async fn leaves(&self, window: Option<i64>) {
        self.becomes(|present| present != window).await;
    }

    /// Waits until no window is open.
    ///
    /// # Cancel safety
    /// Safe: nothing is taken.
    pub(crate) async fn closes(&self) {
        self.becomes(|present| present.is_none()).await;
    }

    async fn becomes(&self, done: impl Fn(Option<i64>) -> bool) {
        let mut timetable = self.timetable.subscribe();
        while !done(self.window()) {
            if self.timetable.borrow().is_none() {
                let _lives_as_long_as_we = timetable.changed().await;
            } else {
                let _time_to_look = tokio::time::timeout(LOOK, timetable.changed()).await;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    /// Open in the first half of each hour.
    #[derive(Debug)]
    struct HalfHours(AtomicI64);

    impl HalfHours {
        fn put(&self, seconds: i64) {
            self.0.store(seconds, Ordering::Relaxed);
        }
    }

    impl Timetable for HalfHours {
        fn window(&self) -> Option<i64> {
            let now = self.0.load(Ordering::Relaxed);
            (now.rem_euclid(3600) < 1800).then(|| now - now.rem_euclid(3600))
        }

        fn opens_next(&self) -> Option<String> {
            Some("soon".to_owned())
        }
    }

    async fn is_over(wait: impl Future<Output = ()>) -> bool {
        tokio::time::timeout(Duration::from_secs(1), wait).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn edges_are_found_within_a_second_of_a_clock_that_runs_and_jumps() {
        let clock = Arc::new(HalfHours(AtomicI64::new(1799)));
        let gate = Gate::new(Some(Arc::<HalfHours>::clone(&clock)));
        assert_eq!((gate.window(), gate.outside()), (Some(0), None));
        assert!(!is_over(gate.closes()).await, "it is open");
        clock.put(1800);
        assert!(is_over(gate.closes()).await);
        assert_eq!(gate.outside().unwrap(), "outside its schedule; it opens soon");
        assert!(!is_over(gate.leaves(None)).await);
        clock.put(5 * 3600);
        assert!(is_over(gate.leaves(None)).await, "put forward by hours");
        assert!(!is_over(gate.leaves(Some(5 * 3600))).await);
        clock.put(-1);
        assert!(is_over(gate.closes()).await, "put back");
        clock.put(6 * 3600);
        assert!(is_over(gate.leaves(Some(5 * 3600))).await, "another window");
    }

    #[tokio::test(start_paused = true)]
    async fn another_timetable_counts_at_once() {
        let gate = Gate::new(None);
        assert_eq!((gate.window(), gate.outside()), (Some(0), None));
        assert!(!is_over(gate.closes()).await);
        let closing = gate.closes();
        gate.set(Some(Arc::new(HalfHours(AtomicI64::new(1800)))));
        assert!(is_over(closing).await);
        gate.set(None);
        assert_eq!(gate.window(), Some(0));
    }
}
