//! Who steers a camera: one person at a time, who goes before those of lower priority.

use std::time::Duration;

use tokio::time::Instant;

/// A lock lapses this long after the last command of its holder.
pub const LAPSES_AFTER: Duration = Duration::from_secs(30);

/// Somebody who steers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Number of the user.
    pub user: i64,
    /// For people.
    pub name: String,
    /// In the audit log.
    pub account: String,
    /// Who has more takes the camera from who has less.
    pub priority: Priority,
}

/// How urgent somebody's steering is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// May steer.
    Operator,
    /// May steer and manage what is steered.
    Supervisor,
}

impl Priority {
    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Supervisor => "supervisor",
        }
    }
}

/// A lock that is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// By whom.
    pub holder: Holder,
    /// Since when, Unix milliseconds.
    pub since_ms: i64,
    /// When it lapses, unless its holder does something before.
    pub until: Instant,
}

/// What taking a lock brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was one's own.
    Kept,
    /// It was free.
    New,
    /// It was somebody's of lower priority.
    From(Holder),
}

/// The lock of one camera. It reads no clock.
#[derive(Debug, Default)]
pub(super) struct Lock(Option<Held>);

impl Lock {
    /// The lock as it is now, if somebody holds it.
    pub(super) fn held(&self, now: Instant) -> Option<&Held> {
        self.0.as_ref().filter(|held| now < held.until)
    }

    /// Takes the lock or keeps it for longer.
    ///
    /// # Errors
    /// The present holder, who is somebody else of at least the same priority.
    pub(super) fn take(&mut self, who: &Holder, now: Instant, now_ms: i64) -> Result<Taken, Held> {
        let taken = match self.held(now) {
            None => Taken::New,
            Some(held) if held.holder.user == who.user => Taken::Kept,
            Some(held) if held.holder.priority < who.priority => Taken::From(held.holder.clone()),
            Some(held) => return Err(held.clone()),
        };
        let since_ms = match (&taken, &self.0) {
            (Taken::Kept, Some(held)) => held.since_ms,
            _ => now_ms,
        };
        self.0 = Some(Held { holder: who.clone(), since_ms, until: now + LAPSES_AFTER });
        Ok(taken)
    }

    /// Gives the lock back; `false` when it is not the user's.
    pub(super) fn release(&mut self, user: i64, now: Instant) -> bool {
        let own = self.held(now).is_some_and(|held| held.holder.user == user);
        if own {
            self.0 = None;
        }
        own
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn who(user: i64) -> Holder {
        // Users from 3 on are supervisors.
        let priority = if user >= 3 { Priority::Supervisor } else { Priority::Operator };
        Holder { user, name: format!("user {user}"), account: String::new(), priority }
    }

    #[test]
    fn the_first_holds_it_until_somebody_more_urgent_comes() {
        let (mut lock, now) = (Lock::default(), Instant::now());
        assert_eq!(lock.take(&who(1), now, 5), Ok(Taken::New));
        let busy = lock.take(&who(2), now + LAPSES_AFTER / 2, 6).unwrap_err();
        assert_eq!((busy.holder.user, busy.since_ms), (1, 5));
        assert_eq!(lock.take(&who(3), now + LAPSES_AFTER / 2, 7), Ok(Taken::From(who(1))));
        assert!(lock.take(&who(4), now + LAPSES_AFTER / 2, 8).is_err(), "of the same priority");
        assert!(!lock.release(1, now) && lock.release(3, now));
        assert_eq!(lock.take(&who(1), now, 9), Ok(Taken::New));
    }

    #[test]
    fn it_lapses_after_the_last_command() {
        let (mut lock, now) = (Lock::default(), Instant::now());
        lock.take(&who(1), now, 0).unwrap();
        assert_eq!(lock.take(&who(1), now + LAPSES_AFTER / 2, 1), Ok(Taken::Kept));
        assert!(lock.take(&who(2), now + LAPSES_AFTER, 2).is_err());
        assert_eq!(lock.take(&who(2), now + LAPSES_AFTER * 3 / 2, 3), Ok(Taken::New));
    }

    #[derive(Clone, Debug)]
    enum Doing {
        Take(i64),
        Release(i64),
    }

    fn doings() -> impl Strategy<Value = Vec<(Doing, u64)>> {
        let doing = prop_oneof![(1..=4i64).prop_map(Doing::Take), (1..=4i64).prop_map(Doing::Release)];
        proptest::collection::vec((doing, 0..40u64), 0..40)
    }

    proptest! {
        #[test]
        fn nobody_loses_a_lock_to_an_equal_and_nobody_keeps_one_by_silence(doings in doings()) {
            let (mut lock, mut now) = (Lock::default(), Instant::now());
            let mut last: Option<(i64, Instant)> = None;
            for (doing, pause_s) in doings {
                now += Duration::from_secs(pause_s);
                let holds = last.filter(|(_, at)| now < *at + LAPSES_AFTER).map(|(user, _)| user);
                prop_assert_eq!(lock.held(now).map(|held| held.holder.user), holds);
                match doing {
                    Doing::Take(user) => {
                        let permitted = holds.is_none_or(|other| other == user || who(other).priority < who(user).priority);
                        let taken = lock.take(&who(user), now, 0);
                        prop_assert_eq!(taken.is_ok(), permitted);
                        if permitted {
                            prop_assert_eq!(matches!(taken, Ok(Taken::From(_))), holds.is_some_and(|other| other != user));
                            last = Some((user, now));
                        }
                    }
                    Doing::Release(user) => {
                        prop_assert_eq!(lock.release(user, now), holds == Some(user));
                        if holds == Some(user) {
                            last = None;
                        }
                    }
                }
            }
        }
    }
}
