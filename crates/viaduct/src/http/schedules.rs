//! Weekly schedules, from the API's types and back.

use api::ScheduleWindow;
use platform::schedule::{BadSchedule, Schedule, Window};

pub(super) fn windows(schedule: &Schedule) -> Vec<ScheduleWindow> {
    let window =
        |window: &Window| ScheduleWindow { days: window.days().collect(), from: window.from(), to: window.to() };
    schedule.windows().iter().map(window).collect()
}

pub(super) fn from_windows(windows: &[ScheduleWindow]) -> Result<Schedule, BadSchedule> {
    let windows = windows.iter().map(|window| Window::new(&window.days, &window.from, &window.to));
    Schedule::new(windows.collect::<Result<_, _>>()?)
}
