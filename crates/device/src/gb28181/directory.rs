//! Who may sign in, who is there, and what they have told of themselves.

mod item;

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use base::Words;
use gb28181::collect::Completeness;
use gb28181::manscdp::{CatalogItem, DeviceInfo};
use gb28181::platform::{Admission, Refusal};
use gb28181::{Id, Profile, Version};
use sip::{Path, Transport};

pub use item::{About, Item};

use super::options::{self, Wishes};
use crate::spec::DeviceSpec;

/// Items of catalogs that are kept, of all devices together; what is more is left out.
const MAX_ITEMS: usize = 1_000_000;
/// Who was refused lately; the oldest is forgotten.
const MAX_REFUSED: usize = 256;
/// Changes of address in a row that are no accident.
const RIVAL_MOVES: u32 = 3;
/// How soon one change must follow another to count, in milliseconds.
const RIVAL_AGE_MS: i64 = 600_000;

/// How a stored device may sign in.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Permit {
    /// Number under which the device is stored.
    pub(super) number: i64,
    pub(super) username: Option<String>,
    pub(super) password: String,
    pub(super) wishes: Wishes,
}

/// A device that is there.
#[derive(Debug)]
pub struct Presence {
    /// When it signed in, milliseconds since 1970 in UTC.
    pub since_unix_ms: i64,
    /// Where it was heard when it signed in last.
    pub address: SocketAddr,
    /// Where it reaches us.
    pub server: IpAddr,
    /// What SIP travels over.
    pub transport: Transport,
    /// What it calls itself; may be empty.
    pub user_agent: Arc<str>,
    /// How it is talked to.
    pub profile: Profile,
    heard_unix_ms: AtomicI64,
    moves: Moves,
    told: Mutex<Told>,
}

/// How a device changes its address, each time soon after the time before.
#[derive(Clone, Copy, Debug, Default)]
struct Moves {
    times: u32,
    last_unix_ms: i64,
    former: Option<IpAddr>,
}

impl Moves {
    fn after(self, former: &Presence, now_at: IpAddr, now_unix_ms: i64) -> Self {
        if former.address.ip() == now_at {
            return self;
        }
        let times = if self.is_recent(now_unix_ms) { self.times.saturating_add(1) } else { 1 };
        Self { times, last_unix_ms: now_unix_ms, former: Some(former.address.ip()) }
    }

    const fn is_recent(self, now_unix_ms: i64) -> bool {
        now_unix_ms.saturating_sub(self.last_unix_ms) < RIVAL_AGE_MS
    }
}

/// What a device has told of itself.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Name, maker, model and firmware.
    pub info: Option<About>,
    /// Its clock less ours, in milliseconds, when it was asked last.
    pub clock_ahead_ms: Option<i64>,
    /// What is below it.
    pub items: Vec<Item>,
    /// How its catalog came.
    pub catalog: CatalogState,
    /// Devices below it that it calls faulty.
    pub faulty: Vec<Id>,
}

/// How a catalog came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CatalogState {
    /// It was not asked for yet, or is on its way: items that have come, and those that were announced.
    #[default]
    Awaited,
    /// Items have come, and so many were announced.
    Coming {
        /// Have come.
        items: usize,
        /// Were announced, as far as that was told.
        of: Option<usize>,
    },
    /// All of it is there.
    Whole,
    /// A part of it is there, or nothing: a sentence.
    Partial(String),
}

/// Somebody who was not let in.
#[derive(Clone, Debug)]
pub struct Refused {
    /// Who it claims to be.
    pub device: Id,
    /// From where.
    pub from: SocketAddr,
    /// Why.
    pub why: Refusal,
    /// When last, milliseconds since 1970 in UTC.
    pub at_unix_ms: i64,
    /// How often in a row.
    pub times: u32,
}

impl Presence {
    pub(super) fn new(now_unix_ms: i64, device: &gb28181::platform::Device, server: IpAddr) -> Self {
        Self {
            since_unix_ms: now_unix_ms,
            address: device.path.remote,
            server,
            transport: device.path.transport,
            user_agent: Arc::clone(&device.user_agent),
            profile: device.profile,
            heard_unix_ms: AtomicI64::new(now_unix_ms),
            moves: Moves::default(),
            told: Mutex::default(),
        }
    }

    /// The other address from which the device's code signs in, in turn with this one: two devices have the same code, or
    /// two networks lead to one.
    pub fn rival(&self, now_unix_ms: i64) -> Option<IpAddr> {
        let Moves { times, former, .. } = self.moves;
        former.filter(|_| times >= RIVAL_MOVES && self.moves.is_recent(now_unix_ms))
    }

    /// When it was heard last, milliseconds since 1970 in UTC.
    pub fn heard_unix_ms(&self) -> i64 {
        self.heard_unix_ms.load(Ordering::Relaxed)
    }

    pub(super) fn note_heard(&self, now_unix_ms: i64) {
        self.heard_unix_ms.store(now_unix_ms, Ordering::Relaxed);
    }

    /// What it has told of itself.
    pub fn told(&self) -> Told {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The edition that it speaks.
    pub const fn version(&self) -> Version {
        self.profile.version
    }

    /// Looks at what it has told of itself without a copy, which is large for a device with many channels.
    pub fn look<T>(&self, look: impl FnOnce(&Told) -> T) -> T {
        look(&self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn tell<T>(&self, change: impl FnOnce(&mut Told) -> T) -> T {
        change(&mut self.told.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

struct Known {
    permits: HashMap<Id, Permit>,
    present: HashMap<Id, Arc<Presence>>,
    /// Whose the channels are that catalogs name.
    channels: HashMap<Id, Id>,
    refused: VecDeque<Refused>,
    /// Makers, models and the like, which many devices have in common.
    words: Words,
    max_items: usize,
}

impl Default for Known {
    fn default() -> Self {
        Self {
            permits: HashMap::new(),
            present: HashMap::new(),
            channels: HashMap::new(),
            refused: VecDeque::new(),
            words: Words::default(),
            max_items: MAX_ITEMS,
        }
    }
}

impl Known {
    /// A device that is there, with its code as it is kept.
    fn device(&self, code: &Id) -> Option<(Id, Arc<Presence>)> {
        self.present.get_key_value(code).map(|(code, presence)| (code.clone(), Arc::clone(presence)))
    }

    /// Channels of a device are nobody's.
    fn forget_channels(&mut self, code: &Id, presence: &Presence) {
        let channels = &mut self.channels;
        presence.tell(|told| {
            for item in &told.items {
                if channels.get(&item.id) == Some(code) {
                    channels.remove(&item.id);
                }
            }
        });
    }
}

/// All devices, for the thread of signalling and for whoever looks.
#[derive(Default)]
pub(super) struct Directory {
    known: RwLock<Known>,
    trial_password: Option<String>,
}

impl Directory {
    pub(super) fn new(trial_password: Option<String>) -> Self {
        Self { trial_password, ..Self::default() }
    }

    fn read(&self) -> RwLockReadGuard<'_, Known> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// Permits a stored device. Returns whether one that is there must prove itself again.
    pub(super) fn permit(&self, code: Id, device: &DeviceSpec) -> bool {
        let permit = Permit {
            number: device.id,
            username: Some(device.username.clone()).filter(|name| !name.is_empty()),
            password: device.password.clone(),
            // Those that cannot be read were refused when they were written down.
            wishes: options::parse(&device.options).unwrap_or_default(),
        };
        let mut known = self.write();
        let former = known.permits.insert(code, permit.clone());
        former.is_some_and(|former| former != permit)
    }

    /// Forbids a device.
    pub(super) fn forbid(&self, code: &Id, number: i64) -> bool {
        let mut known = self.write();
        let is_its = known.permits.get(code).is_some_and(|permit| permit.number == number);
        is_its && known.permits.remove(code).is_some()
    }

    pub(super) fn admission(&self, code: &Id) -> Option<Admission> {
        let known = self.read();
        let trial = || Permit {
            number: 0,
            username: None,
            password: self.trial_password.clone().unwrap_or_default(),
            wishes: Wishes::default(),
        };
        let permit = known.permits.get(code).cloned().or_else(|| self.trial_password.as_ref().map(|_| trial()))?;
        let Permit { username, password, wishes: Wishes { overrides, tells_time, redirect, .. }, .. } = permit;
        Some(Admission { username, password, tells_time, overrides, redirect })
    }

    /// Whether a device is asked to tell where it is; `None` where nobody said.
    pub(super) fn asks_positions(&self, code: &Id) -> Option<bool> {
        self.read().permits.get(code)?.wishes.positions
    }

    /// Whether one of the stored devices has this code, and which.
    pub(super) fn number_of(&self, code: &Id) -> Option<i64> {
        self.read().permits.get(code).map(|permit| permit.number)
    }

    pub(super) fn note_present(&self, code: &Id, presence: Presence) {
        let mut known = self.write();
        known.refused.retain(|refused| refused.device != *code);
        if let Some(former) = known.present.get(code) {
            let told = former.told();
            presence.tell(|new| *new = told);
            let moves = former.moves.after(former, presence.address.ip(), presence.since_unix_ms);
            let presence = Presence { since_unix_ms: former.since_unix_ms, moves, ..presence };
            known.present.insert(code.clone(), Arc::new(presence));
            return;
        }
        known.present.insert(code.clone(), Arc::new(presence));
    }

    pub(super) fn note_gone(&self, code: &Id) {
        let mut known = self.write();
        let Some(presence) = known.present.remove(code) else { return };
        known.forget_channels(code, &presence);
    }

    pub(super) fn note_refused(&self, refused: Refused) {
        let mut known = self.write();
        let before = known.refused.iter().position(|other| other.device == refused.device);
        let times = before.and_then(|at| known.refused.remove(at)).map_or(1, |before| before.times.saturating_add(1));
        known.refused.truncate(MAX_REFUSED - 1);
        known.refused.push_front(Refused { times, ..refused });
    }

    /// Takes what a device says that it is.
    pub(super) fn note_info(&self, code: &Id, info: &DeviceInfo) {
        let mut known = self.write();
        let Some((_, presence)) = known.device(code) else { return };
        let about = About::of(info, &mut known.words);
        presence.tell(|told| told.info = Some(about));
    }

    /// Takes a catalog, whole or as far as it came.
    pub(super) fn note_catalog(&self, code: &Id, lines: &[CatalogItem], state: CatalogState) {
        let mut known = self.write();
        let Some((code, presence)) = known.device(code) else { return };
        known.forget_channels(&code, &presence);
        let room = known.max_items.saturating_sub(known.channels.len());
        let words = &mut known.words;
        let mut items: Vec<Item> = lines.iter().filter_map(|line| Item::of(&code, line, words)).take(room).collect();
        items.shrink_to_fit();
        for item in &items {
            known.channels.insert(item.id.clone(), code.clone());
        }
        presence.tell(|told| {
            told.items = items;
            told.catalog = state;
        });
    }

    /// Takes changes of a catalog that was subscribed to; those that are new are left out once [`MAX_ITEMS`] are known.
    pub(super) fn note_changes(&self, code: &Id, lines: &[CatalogItem]) {
        use gb28181::manscdp::CatalogEvent;
        let mut known = self.write();
        let Some((code, presence)) = known.device(code) else { return };
        for line in lines {
            let Some(item) = Item::of(&code, line, &mut known.words) else { continue };
            let id = item.id.clone();
            if known.channels.len() >= known.max_items && !known.channels.contains_key(&id) {
                continue;
            }
            presence.tell(|told| {
                let at = told.items.iter().position(|old| old.id == id);
                match (line.event, at) {
                    (Some(CatalogEvent::Deleted), Some(at)) => drop(told.items.remove(at)),
                    (Some(CatalogEvent::Added | CatalogEvent::Updated), Some(at)) => told.items[at] = item,
                    (Some(CatalogEvent::Added | CatalogEvent::Updated), None) => told.items.push(item),
                    (Some(CatalogEvent::On), Some(at)) => told.items[at].is_on = true,
                    (Some(CatalogEvent::Off | CatalogEvent::VideoLoss | CatalogEvent::Defect), Some(at)) => {
                        told.items[at].is_on = false;
                    }
                    _ => {}
                }
            });
            if line.event == Some(CatalogEvent::Deleted) {
                known.channels.remove(&id);
            } else {
                known.channels.insert(id, code.clone());
            }
        }
    }

    pub(super) fn presence(&self, code: &Id) -> Option<Arc<Presence>> {
        self.read().present.get(code).cloned()
    }

    pub(super) fn present(&self) -> Vec<(Id, Arc<Presence>)> {
        self.read().present.iter().map(|(id, presence)| (id.clone(), Arc::clone(presence))).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.read().present.len()
    }

    pub(super) fn refused(&self) -> Vec<Refused> {
        self.read().refused.iter().cloned().collect()
    }

    pub(super) fn refusal_of(&self, code: &Id) -> Option<Refused> {
        self.read().refused.iter().find(|refused| refused.device == *code).cloned()
    }

    /// Whose a channel is: what a catalog names, or a device that is its own channel.
    pub(super) fn device_of(&self, channel: &Id) -> Option<Id> {
        let known = self.read();
        let by_catalog = known.channels.get(channel).cloned();
        by_catalog.or_else(|| known.present.contains_key(channel).then(|| channel.clone()))
    }

    /// Whether a channel is there, as its device's catalog says.
    pub(super) fn is_on(&self, device: &Id, channel: &Id) -> Option<bool> {
        let presence = self.presence(device)?;
        presence.look(|told| told.items.iter().find(|item| item.id == *channel).map(|item| item.is_on))
    }

    /// What a catalog says of whether a channel turns.
    pub(super) fn turns(&self, device: &Id, channel: &Id) -> Option<bool> {
        let presence = self.presence(device)?;
        presence.look(|told| told.items.iter().find(|item| item.id == *channel).and_then(|item| item.turns))
    }
}

/// How a catalog came, in words.
pub(super) fn catalog_state(completeness: &Completeness, items: usize) -> CatalogState {
    let why = match completeness {
        Completeness::Whole => return CatalogState::Whole,
        Completeness::NoAnswer => "the device said nothing within two minutes",
        Completeness::Unannounced => "the device did not say how many there are",
        Completeness::Endless => "the device came to no end within half an hour",
        Completeness::TooManyItems => "there are more than are kept",
        _ => "nothing new came any more",
    };
    CatalogState::Partial(format!("{items} items have come; the rest did not ({why}). Ask again."))
}

/// Where a path leads, for people.
pub(super) fn place(path: &Path) -> String {
    format!("{} by {}", path.remote, path.transport.as_str())
}

#[cfg(test)]
mod tests {
    use gb28181::manscdp::CatalogEvent;
    use gb28181::profile::Vendor;

    use super::*;

    const MINUTE_MS: i64 = 60_000;

    fn id(text: &str) -> Id {
        Id::new(text).unwrap()
    }

    fn device() -> Id {
        id("34020000001180000001")
    }

    fn presence(ip: &str, now_unix_ms: i64) -> Presence {
        Presence {
            since_unix_ms: now_unix_ms,
            address: SocketAddr::new(ip.parse().unwrap(), 5060),
            transport: Transport::Udp,
            server: IpAddr::V4(std::net::Ipv4Addr::LOCALHOST),
            user_agent: Arc::default(),
            profile: Profile::preset(Vendor::Other, Version::V2022),
            heard_unix_ms: AtomicI64::new(now_unix_ms),
            moves: Moves::default(),
            told: Mutex::default(),
        }
    }

    fn line(serial: usize) -> CatalogItem {
        let device_id = Some(id(&format!("34020000001320{serial:06}")));
        CatalogItem { device_id, event: Some(CatalogEvent::Added), ..CatalogItem::default() }
    }

    #[test]
    fn a_code_that_signs_in_from_two_addresses_in_turn_is_that_of_two_devices() {
        let rival = |minutes: &[i64]| {
            let directory = Directory::default();
            for (at, minute) in minutes.iter().enumerate() {
                directory.note_present(&device(), presence(&format!("10.0.0.{}", 1 + at % 2), minute * MINUTE_MS));
            }
            let last = minutes.last().unwrap() * MINUTE_MS;
            directory.presence(&device()).unwrap().rival(last + MINUTE_MS).map(|ip| ip.to_string())
        };
        assert_eq!(rival(&[0]), None);
        assert_eq!(rival(&[0, 1]), None, "it was given another address");
        assert_eq!(rival(&[0, 1, 2]), None, "and its old one again");
        assert_eq!(rival(&[0, 1, 2, 3]).as_deref(), Some("10.0.0.1"));
        assert_eq!(rival(&[0, 600, 1200, 1800]), None, "its network changes twice a day");
    }

    #[test]
    fn a_catalog_that_is_not_whole_says_why_in_words() {
        for (completeness, why) in [
            (Completeness::NoAnswer, "the device said nothing within two minutes"),
            (Completeness::Stopped, "nothing new came any more"),
            (Completeness::Unannounced, "the device did not say how many there are"),
            (Completeness::Endless, "the device came to no end within half an hour"),
            (Completeness::TooManyItems, "there are more than are kept"),
        ] {
            let CatalogState::Partial(text) = catalog_state(&completeness, 7) else { panic!("{completeness:?}") };
            assert_eq!(text, format!("7 items have come; the rest did not ({why}). Ask again."));
        }
        assert_eq!(catalog_state(&Completeness::Whole, 7), CatalogState::Whole);
    }

    #[test]
    fn channels_are_limited_however_they_come_and_a_catalog_that_is_read_again_has_its_room_again() {
        let directory = Directory::default();
        directory.write().max_items = 10;
        directory.note_present(&device(), presence("10.0.0.1", 0));
        let items = || directory.presence(&device()).unwrap().told().items.len();
        for _ in 0..2 {
            directory.note_catalog(&device(), &(0..8).map(line).collect::<Vec<_>>(), CatalogState::Whole);
            assert_eq!((items(), directory.read().channels.len()), (8, 8));
        }
        directory.note_changes(&device(), &(4..20).map(line).collect::<Vec<_>>());
        assert_eq!((items(), directory.read().channels.len()), (10, 10));
        directory.note_catalog(&device(), &(18..20).map(line).collect::<Vec<_>>(), CatalogState::Whole);
        assert_eq!((items(), directory.read().channels.len()), (2, 2));
        directory.note_gone(&device());
        assert_eq!(directory.read().channels.len(), 0);
    }
}
