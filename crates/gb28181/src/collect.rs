//! Answers in many messages, put together (GB/T 28181-2022 annex M).
//!
//! Every part of an answer tells how many items there are in all, but counts are wrong, parts get lost, items come
//! twice, and some devices never end. A [`Collector`] takes the parts of all answers that are awaited and gives
//! each back as whole, or as partial with the reason.
//!
//! **Drain [`Collector::poll_finished`] after every call.** Time comes from the caller; [`Collector::poll_timeout`]
//! says when [`Collector::handle_timeout`] is due.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, Instant};

use base::ErrorKind;

use crate::id::Id;
use crate::manscdp::{CatalogItem, CruisePoint, CruiseTrackName, Preset, RecordingItem};

/// How long the first part may take: lower platforms ask their own devices before.
pub const FIRST_PART_WAIT: Duration = Duration::from_secs(120);
/// How long a part with something new may take.
pub const NEXT_PART_WAIT: Duration = Duration::from_secs(5);
/// How long a whole answer may take. Ten thousand items, one in a message, take minutes.
pub const MAX_DURATION: Duration = Duration::from_secs(30 * 60);
/// Items that are held for all answers together.
pub const MAX_ITEMS: usize = 1_000_000;
/// Answers that are awaited at once.
pub const MAX_COLLECTIONS: usize = 4096;

/// What tells an item from others of the same answer.
pub trait Identified {
    /// The same for two items that are one; `None` for an item that cannot be told from others, which is left out.
    fn identity(&self) -> Option<Cow<'_, str>>;
}

impl Identified for CatalogItem {
    fn identity(&self) -> Option<Cow<'_, str>> {
        self.device_id.as_ref().map(|id| Cow::Borrowed(id.as_str()))
    }
}

impl Identified for RecordingItem {
    /// Recordings of one channel are told apart by their times and files.
    fn identity(&self) -> Option<Cow<'_, str>> {
        let times = [self.start, self.end].map(|time| time.map(|time| time.unix_ms()));
        let place = (&self.device_id, &self.file_path, self.stream);
        (times[0].is_some() || self.file_path.is_some()).then(|| Cow::Owned(format!("{times:?}{place:?}")))
    }
}

impl Identified for Preset {
    fn identity(&self) -> Option<Cow<'_, str>> {
        self.number.map(|number| Cow::Owned(number.to_string()))
    }
}

impl Identified for CruiseTrackName {
    fn identity(&self) -> Option<Cow<'_, str>> {
        self.number.map(|number| Cow::Owned(number.to_string()))
    }
}

impl Identified for CruisePoint {
    /// A cruise may come by a preset more than once, but not twice in the same way.
    fn identity(&self) -> Option<Cow<'_, str>> {
        Some(Cow::Owned(format!("{:?}{:?}{:?}", self.preset, self.stay_s, self.speed)))
    }
}

/// Which answer is meant: the device that was asked, and the number of the question.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Question {
    /// The device that was asked.
    pub device_id: Id,
    /// `SN` of the question.
    pub sn: u32,
}

/// Why an answer cannot be awaited.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CollectError {
    /// The same question is open.
    #[error("an answer to this question is awaited already")]
    Doubled,
    /// [`MAX_COLLECTIONS`] are.
    #[error("too many answers are awaited")]
    TooMany,
    /// Nobody asked, or the answer is finished. Devices answer late, and some answer twice.
    #[error("no answer to this question is awaited")]
    Unexpected,
}

impl CollectError {
    /// How the error is classified.
    pub const fn kind(self) -> ErrorKind {
        match self {
            Self::Doubled => ErrorKind::Conflict,
            Self::TooMany => ErrorKind::Exhausted,
            Self::Unexpected => ErrorKind::NotFound,
        }
    }
}

/// Whether an answer is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completeness {
    /// All that was announced came, or came as often as announced with doubles among it.
    Whole,
    /// Nothing came in [`FIRST_PART_WAIT`].
    NoAnswer,
    /// Nothing new came in [`NEXT_PART_WAIT`] although more was announced.
    Stopped,
    /// Nothing came any more, and how much there is was not announced.
    Unannounced,
    /// It did not end in [`MAX_DURATION`].
    Endless,
    /// [`MAX_ITEMS`] are held.
    TooManyItems,
}

/// A finished answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Collected<T> {
    /// To which question.
    pub question: Question,
    /// The items, in the order in which they came; of doubles the newest.
    pub items: Vec<T>,
    /// Whether these are all.
    pub completeness: Completeness,
    /// How many were announced.
    pub announced: Option<u32>,
    /// Items that came again.
    pub doubles: usize,
    /// Items that have no identity and were left out.
    pub nameless: usize,
}

/// How far an answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Different items that came.
    pub received: usize,
    /// How many were announced.
    pub announced: Option<u32>,
}

/// Puts answers together.
#[derive(Debug)]
pub struct Collector<T> {
    open: BTreeMap<Question, Collection<T>>,
    finished: VecDeque<Collected<T>>,
    /// Items of all open collections.
    held: usize,
    max_items: usize,
}

#[derive(Debug)]
struct Collection<T> {
    items: Vec<T>,
    places: HashMap<Box<str>, usize>,
    announced: Option<u32>,
    doubles: usize,
    nameless: usize,
    /// Whether a part has come.
    has_begun: bool,
    /// When to give up waiting for the next part.
    due: Instant,
    /// When to give up altogether.
    end: Instant,
}

impl<T> Default for Collector<T> {
    fn default() -> Self {
        Self { open: BTreeMap::new(), finished: VecDeque::new(), held: 0, max_items: MAX_ITEMS }
    }
}

impl<T: Identified> Collector<T> {
    /// Awaits an answer; call it before the question is sent.
    ///
    /// # Errors
    /// [`CollectError::Doubled`] and [`CollectError::TooMany`].
    pub fn expect(&mut self, now: Instant, question: Question) -> Result<(), CollectError> {
        if self.open.contains_key(&question) {
            return Err(CollectError::Doubled);
        }
        if self.open.len() >= MAX_COLLECTIONS {
            return Err(CollectError::TooMany);
        }
        self.open.insert(question, Collection::new(now));
        Ok(())
    }

    /// Takes one message of an answer: how many items were announced in it, and those that it holds.
    ///
    /// # Errors
    /// [`CollectError::Unexpected`].
    pub fn handle_part(
        &mut self,
        now: Instant,
        question: &Question,
        announced: Option<u32>,
        items: Vec<T>,
    ) -> Result<Progress, CollectError> {
        let collection = self.open.get_mut(question).ok_or(CollectError::Unexpected)?;
        let room = self.max_items - self.held;
        let before = collection.items.len();
        let is_full = !collection.add(items, room);
        collection.announced = announced.or(collection.announced);
        let new = collection.items.len() - before;
        self.held += new;
        // Only what is new buys time: a device that repeats itself for ever does not (quirk 25).
        if new > 0 || !collection.has_begun {
            collection.due = (now + NEXT_PART_WAIT).min(collection.end);
            collection.has_begun = true;
        }
        let progress = collection.progress();
        if is_full {
            self.finish(question, Completeness::TooManyItems);
        } else if announced_reached(progress) {
            self.finish(question, Completeness::Whole);
        }
        Ok(progress)
    }

    /// How far an answer is; `None` when none is awaited.
    pub fn progress(&self, question: &Question) -> Option<Progress> {
        self.open.get(question).map(Collection::progress)
    }

    /// Forgets a question, such as one that was refused; what came so far is dropped.
    pub fn cancel(&mut self, question: &Question) {
        if let Some(collection) = self.open.remove(question) {
            self.held -= collection.items.len();
        }
    }

    /// When [`Self::handle_timeout`] is due.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.open.values().map(|collection| collection.due).min()
    }

    /// Finishes what is due.
    pub fn handle_timeout(&mut self, now: Instant) {
        let due: Vec<(Question, Completeness)> = self
            .open
            .iter()
            .filter(|(_, collection)| collection.due <= now)
            .map(|(question, collection)| (question.clone(), collection.completeness(now)))
            .collect();
        for (question, completeness) in due {
            self.finish(&question, completeness);
        }
    }

    /// The next finished answer.
    pub fn poll_finished(&mut self) -> Option<Collected<T>> {
        self.finished.pop_front()
    }

    fn finish(&mut self, question: &Question, completeness: Completeness) {
        if let Some((question, collection)) = self.open.remove_entry(question) {
            self.held -= collection.items.len();
            let Collection { items, announced, doubles, nameless, .. } = collection;
            self.finished.push_back(Collected { question, items, completeness, announced, doubles, nameless });
        }
    }
}

/// Whether as many different items came as were announced. Of none at all only the announcement comes.
fn announced_reached(progress: Progress) -> bool {
    progress.announced.and_then(|total| usize::try_from(total).ok()).is_some_and(|total| progress.received >= total)
}

impl<T: Identified> Collection<T> {
    fn new(now: Instant) -> Self {
        Self {
            items: Vec::new(),
            places: HashMap::new(),
            announced: None,
            doubles: 0,
            nameless: 0,
            has_begun: false,
            due: now + FIRST_PART_WAIT,
            end: now + MAX_DURATION,
        }
    }

    /// Takes items while there is room; whether all were taken.
    fn add(&mut self, items: Vec<T>, room: usize) -> bool {
        let limit = self.items.len() + room;
        for item in items {
            let Some(identity) = item.identity() else {
                self.nameless += 1;
                continue;
            };
            if let Some(place) = self.places.get(identity.as_ref()) {
                let place = *place;
                drop(identity);
                self.items[place] = item;
                self.doubles += 1;
                continue;
            }
            if self.items.len() >= limit {
                return false;
            }
            self.places.insert(identity.into(), self.items.len());
            self.items.push(item);
        }
        true
    }

    fn progress(&self) -> Progress {
        Progress { received: self.items.len(), announced: self.announced }
    }

    /// What it is when nothing more comes.
    fn completeness(&self, now: Instant) -> Completeness {
        let came = self.items.len() + self.doubles + self.nameless;
        match self.announced.and_then(|total| usize::try_from(total).ok()) {
            // Devices count items that they send twice (quirk 25).
            Some(total) if came >= total => Completeness::Whole,
            _ if self.end <= now => Completeness::Endless,
            Some(_) => Completeness::Stopped,
            None if self.has_begun => Completeness::Unannounced,
            None => Completeness::NoAnswer,
        }
    }
}
