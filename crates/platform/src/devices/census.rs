//! How all cameras do, counted now and then, so that nobody who asks must wait for 100,000 answers.

use std::collections::HashMap;
use std::sync::Arc;

use super::{Devices, State};
use crate::rights::Place;

/// Cameras by how they do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// All of them.
    pub total: usize,
    /// Their picture flows.
    pub online: usize,
    /// The last attempt failed.
    pub offline: usize,
    /// Nobody watches them.
    pub idle: usize,
    /// They or their device are switched off.
    pub disabled: usize,
}

impl Counts {
    fn count(&mut self, state: &State) {
        self.total += 1;
        *match state {
            State::Online => &mut self.online,
            State::Offline(_) => &mut self.offline,
            State::Idle => &mut self.idle,
            State::Disabled => &mut self.disabled,
        } += 1;
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.total += other.total;
        self.online += other.online;
        self.offline += other.offline;
        self.idle += other.idle;
        self.disabled += other.disabled;
    }
}

/// A camera that went off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lost {
    /// Its number.
    pub channel: i64,
    /// Where it belongs.
    pub place: Place,
    /// When that was noticed, Unix milliseconds.
    pub since_ms: i64,
    /// A sentence.
    pub why: String,
}

/// What one count found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// By where the cameras are themselves.
    pub by_place: HashMap<Place, Counts>,
    /// Those that are off, the latest first.
    pub lost: Vec<Lost>,
}

impl Census {
    /// Of all places that `seen` says yes of.
    pub fn counts(&self, mut seen: impl FnMut(&Place) -> bool) -> Counts {
        let mut all = Counts::default();
        self.by_place.iter().filter(|(place, _)| seen(place)).for_each(|(_, counts)| all += *counts);
        all
    }
}

impl Devices {
    /// Counts all cameras; what was off in the count before is off since then. Takes a tenth of a second for 100,000.
    pub fn count(&self, before: &Census, now_ms: i64) -> Census {
        let known: HashMap<i64, i64> = before.lost.iter().map(|lost| (lost.channel, lost.since_ms)).collect();
        let known_now = self.read();
        let cameras = known_now.channels().filter(|row| row.kind == "video");
        let rows: Vec<_> = cameras.map(|row| (Arc::clone(row), known_now.place(row))).collect();
        drop(known_now);
        let mut census = Census::default();
        for (row, place) in rows {
            let state = self.state(&row);
            census.by_place.entry(place.clone()).or_default().count(&state);
            if let State::Offline(why) = state {
                let since_ms = known.get(&row.id).copied().unwrap_or(now_ms);
                census.lost.push(Lost { channel: row.id, place, since_ms, why });
            }
        }
        census.lost.sort_by_key(|lost| (std::cmp::Reverse(lost.since_ms), lost.channel));
        census
    }
}
