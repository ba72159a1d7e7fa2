//! Screens of walls: browser windows that another desk tells what to show.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::people::Caller;
use crate::rights::{Action, Kind, OrganisationId};
use crate::sharing::{SharingError, check_name};
use crate::unix_now;

/// A screen that has not been heard of for so long is gone.
const LIFE: Duration = Duration::from_secs(30);
/// Screens at a time.
const MAX_SCREENS: usize = 1000;

/// A browser window that shows a wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Chosen by who opened it.
    pub name: String,
    /// Who opened it.
    pub user: String,
    /// Unix seconds.
    pub since: i64,
    /// The view that it was told to show last.
    pub view_id: Option<i64>,
    user_id: i64,
    organisation: OrganisationId,
    seen: Instant,
}

/// The screens that are on.
#[derive(Debug, Default)]
pub struct Screens {
    on: Mutex<BTreeMap<String, Screen>>,
}

impl Screens {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Screen>> {
        let mut on = self.on.lock().unwrap_or_else(PoisonError::into_inner);
        on.retain(|_, screen| screen.seen.elapsed() < LIFE);
        on
    }

    /// A screen is on; it says so again every few seconds. Two windows of one name are one screen if they are of one user.
    ///
    /// # Errors
    /// When the name does not fit or somebody else's screen has it.
    pub fn announce(&self, caller: &Caller, name: &str) -> Result<(), SharingError> {
        check_name(name)?;
        let mut on = self.lock();
        let full = on.len() >= MAX_SCREENS;
        match on.get_mut(name) {
            Some(screen) if screen.user_id == caller.user.id => screen.seen = Instant::now(),
            Some(_) => {
                return Err(SharingError::invalid("name", "Somebody else's screen has this name; choose another."));
            }
            None if full => return Err(SharingError::TooMany),
            None => {
                let screen = Screen {
                    name: name.to_owned(),
                    user: caller.user.name.clone(),
                    since: unix_now(),
                    view_id: None,
                    user_id: caller.user.id,
                    organisation: caller.user.organisation_id,
                    seen: Instant::now(),
                };
                on.insert(name.to_owned(), screen);
            }
        }
        Ok(())
    }

    /// A screen of somebody's is off.
    pub fn gone(&self, caller: &Caller, name: &str) {
        let mut on = self.lock();
        if on.get(name).is_some_and(|screen| screen.user_id == caller.user.id) {
            on.remove(name);
        }
    }

    /// Screens that somebody may send to: their own, and those of people where they operate views.
    pub fn list(&self, caller: &Caller) -> Vec<Screen> {
        self.lock().values().filter(|screen| screen.is_reached_by(caller)).cloned().collect()
    }

    /// Notes that a screen is told to show something, and returns the number of its user, who is to hear it.
    ///
    /// # Errors
    /// When it is not on, or not to be reached.
    pub fn tell(&self, caller: &Caller, name: &str, view_id: Option<i64>) -> Result<i64, SharingError> {
        let mut on = self.lock();
        let screen = on.get_mut(name).filter(|screen| screen.is_reached_by(caller));
        let screen = screen.ok_or(SharingError::NotFound { what: "screen" })?;
        screen.view_id = view_id;
        Ok(screen.user_id)
    }
}

impl Screen {
    fn is_reached_by(&self, caller: &Caller) -> bool {
        self.user_id == caller.user.id || caller.may_for(Action::Operate, Kind::View, self.organisation)
    }
}
