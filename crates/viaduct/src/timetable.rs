//! Schedules of sources on the server's clock.

use std::sync::Arc;

use gateway::Timetable;
use platform::clock::{TimeZone, WallClock};
use platform::schedule::Schedule;

/// Opens and closes a source by a schedule.
#[derive(Debug)]
struct Scheduled {
    schedule: Schedule,
    clock: Arc<WallClock>,
}

/// The timetable of a source that has a schedule.
pub(crate) fn timetable(schedule: Option<Schedule>, clock: &Arc<WallClock>) -> Option<Arc<dyn Timetable>> {
    let scheduled = schedule.map(|schedule| Scheduled { schedule, clock: Arc::clone(clock) });
    scheduled.map(|scheduled| Arc::new(scheduled) as Arc<dyn Timetable>)
}

impl Timetable for Scheduled {
    fn window(&self) -> Option<i64> {
        let opened = self.schedule.opened_at(self.clock.now().datetime())?;
        // As if the wall were in Greenwich: a number that no change of the clocks repeats for another window.
        TimeZone::UTC.to_timestamp(opened).ok().map(|at| at.as_second())
    }

    fn opens_next(&self) -> Option<String> {
        let next = self.schedule.next_change(&self.clock.now())?;
        Some(next.strftime("%a %H:%M").to_string())
    }
}
