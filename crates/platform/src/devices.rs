//! Devices and their channels: which cameras there are, where they stand, how their streams are called.
//!
//! All of them are in memory, in the order of the tree (`directory`); the database is written first. Rights: `view:channel` shows a
//! channel of an organisation, `manage:channel` changes it; `view:device` and `manage:device` do so for devices and for the
//! addresses of channels.

mod census;
mod change;
mod check;
mod columns;
mod directory;
mod error;
mod groups;
mod import;
mod membership;
mod shelf;
mod text;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard};
use std::time::Instant;

use db::{ChannelRow, Database, DeviceRow};
use device::{ChannelState, Drivers};
use hub::{Hub, Phase, StreamKey};

pub use census::{Census, Counts, Lost};
pub use change::{ChannelSet, Done, Plan};
pub use check::{CARRIAGEWAYS, DIRECTIONS, Details, KINDS, MAX_NAME, MAX_TAGS, NUMBERED, streams};
pub use columns::settle_place;
pub use directory::ChannelFilter;
use directory::{Directory, Seen};
pub use error::DevicesError;
pub use groups::{GroupView, MAX_GROUPS, MAX_MEMBERS, MembersChanged};
pub use import::{Fault, Import, OverLicence, template};
use membership::Membership;

use crate::licence::Licence;
use crate::people::{Caller, People};
use crate::rights::{Action, GroupId, Kind, OrganisationId, Place};

/// Devices of one installation.
pub const MAX_DEVICES: usize = 200_000;
/// Channels of one installation.
pub const MAX_CHANNELS: usize = 200_000;
/// Channels in one change of many.
pub const MAX_BULK: usize = 10_000;

/// How a channel does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Its picture flows.
    Online,
    /// The last attempt failed, for this reason.
    Offline(String),
    /// Nobody watches it.
    Idle,
    /// It or its device is switched off.
    Disabled,
}

impl State {
    /// Stable identifier.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Offline(_) => "offline",
            Self::Idle => "idle",
            Self::Disabled => "disabled",
        }
    }
}

/// An organisation with the channels that belong to it itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The organisation.
    pub organisation: db::OrganisationRow,
    /// How many channels belong to it.
    pub channels: usize,
    /// Of which so many are online.
    pub online: usize,
}

/// Devices and channels.
pub struct Devices {
    database: Database,
    people: Arc<People>,
    drivers: Arc<Drivers>,
    hub: Arc<Hub>,
    licence: Arc<Licence>,
    directory: RwLock<Directory>,
    /// One change at a time: each is judged by all channels.
    changes: crate::turn::Turns,
    undo: Mutex<HashMap<String, change::Undo>>,
}

impl crate::ptz::Channels for Devices {
    fn place(&self, channel: i64) -> Option<Place> {
        let known = self.read();
        known.channel(channel).map(|row| known.place(row))
    }
}

impl Devices {
    /// Reads what is stored and hands it to the drivers.
    ///
    /// # Errors
    /// [`DevicesError::Storage`].
    pub async fn open(
        database: Database,
        people: Arc<People>,
        drivers: Arc<Drivers>,
        hub: Arc<Hub>,
        licence: Arc<Licence>,
    ) -> Result<Self, DevicesError> {
        let started = Instant::now();
        let membership = Membership::new(database.groups().await?, database.group_members().await?);
        let directory = Directory::new(database.devices().await?, database.channels().await?, membership);
        tracing::info!(channels = directory.count(), ms = started.elapsed().as_millis(), "Channels are known.");
        let devices = Self {
            database,
            people,
            drivers,
            hub,
            licence,
            directory: RwLock::new(directory),
            changes: crate::turn::Turns::default(),
            undo: Mutex::default(),
        };
        let numbers: Vec<i64> = devices.read().devices().map(|row| row.id).collect();
        numbers.into_iter().for_each(|id| devices.tell_of_device(id));
        let all: Vec<_> = devices.read().channels().cloned().collect();
        all.iter().for_each(|row| devices.tell_driver(row));
        Ok(devices)
    }

    fn read(&self) -> RwLockReadGuard<'_, Directory> {
        self.directory.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self, change: impl FnOnce(&mut Directory)) {
        change(&mut self.directory.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// Cameras that are on: they and their device are switched on. The licence limits these.
    pub fn on(&self) -> usize {
        self.read().on()
    }

    /// Where a stream is: where its channel is, also of a recording of it, or at the root.
    pub fn place_of_stream(&self, key: &StreamKey) -> Place {
        let live = self.drivers.live_of(key);
        let known = self.read();
        known.by_stream(live.as_ref().unwrap_or(key)).map_or(Place::ROOT, |row| known.place(row))
    }

    /// Where a channel is, as rights see it.
    pub fn place_of(&self, row: &ChannelRow) -> Place {
        self.read().place(row)
    }

    /// The channel that a stream is of.
    pub fn of_stream(&self, key: &StreamKey) -> Option<Arc<ChannelRow>> {
        self.read().by_stream(key).cloned()
    }

    /// A channel that the caller may see.
    ///
    /// # Errors
    /// [`DevicesError::NotFound`], also for one that the caller may not know of.
    pub fn channel(&self, caller: &Caller, id: i64) -> Result<Arc<ChannelRow>, DevicesError> {
        let known = self.read();
        let seen = known.channel(id).filter(|row| caller.may(Action::View, Kind::Channel, &known.place(row)));
        seen.cloned().ok_or(DevicesError::NotFound { what: "channel" })
    }

    /// A channel, for those who asked for rights already.
    pub fn known_channel(&self, id: i64) -> Option<Arc<ChannelRow>> {
        self.read().channel(id).cloned()
    }

    /// A device, for those who asked for rights already.
    pub fn known_device(&self, id: i64) -> Option<Arc<DeviceRow>> {
        self.read().device(id).cloned()
    }

    /// Whether there is such an organisation.
    pub(crate) fn has_organisation(&self, id: OrganisationId) -> bool {
        self.people.tree().has(id)
    }

    /// The main streams of cameras that are in use: of some, of an organisation and below it, of a group.
    pub(crate) fn main_streams(
        &self,
        channels: &[i64],
        organisation: Option<OrganisationId>,
        group: Option<GroupId>,
    ) -> Vec<StreamKey> {
        let tree = self.people.tree();
        let within = |id: &OrganisationId| organisation.is_some_and(|above| tree.is_within(*id, above));
        let organisations: Vec<_> = self.people.in_tree_order().into_iter().filter(within).collect();
        let known = self.read();
        let named = channels.iter().filter_map(|id| known.channel(*id));
        let of_organisations = organisations.iter().flat_map(|id| known.in_organisation(*id));
        let members = group.into_iter().flat_map(|id| known.membership.members(id));
        let of_group = members.filter_map(|id| known.channel(id));
        let is_used = |row: &&Arc<ChannelRow>| {
            row.enabled && row.kind == "video" && known.device(row.device_id).is_some_and(|device| device.enabled)
        };
        named.chain(of_organisations).chain(of_group).filter(is_used).map(|row| streams(row).0).collect()
    }

    /// A device that the caller may see, with the number of its channels.
    ///
    /// # Errors
    /// [`DevicesError::NotFound`], also for one that the caller may not know of.
    pub fn device(&self, caller: &Caller, id: i64) -> Result<(Arc<DeviceRow>, usize), DevicesError> {
        let known = self.read();
        let row = known.device(id).filter(|row| caller.may_for(Action::View, Kind::Device, row.organisation_id));
        let row = row.ok_or(DevicesError::NotFound { what: "device" })?;
        Ok((Arc::clone(row), known.of_device(id).len()))
    }

    /// The channel of a device that has a number in it.
    pub fn line_of(&self, device: i64, number: &str) -> Option<i64> {
        let known = self.read();
        let mut lines = known.of_device(device).iter().filter_map(|id| known.channel(*id));
        lines.find(|row| row.number == number).map(|row| row.id)
    }

    /// The channels of a device, for those who asked for rights already.
    pub fn lines_of(&self, device: i64) -> Vec<Arc<ChannelRow>> {
        let known = self.read();
        known.of_device(device).iter().filter_map(|id| known.channel(*id)).cloned().collect()
    }

    /// What a device is called.
    pub fn device_name(&self, id: i64) -> String {
        self.read().device(id).map(|row| row.name.clone()).unwrap_or_default()
    }

    /// Devices that the caller may see, of an organisation and below it if one is named, by name.
    pub fn devices(&self, caller: &Caller, below: Option<OrganisationId>) -> Vec<(Arc<DeviceRow>, usize)> {
        let tree = self.people.tree();
        let mut permitted = Permitted::new(caller, Kind::Device);
        let known = self.read();
        let seen = known.devices().filter(|row| {
            below.is_none_or(|above| tree.is_within(row.organisation_id, above))
                && permitted.at(Place::of_organisation(row.organisation_id))
        });
        let mut rows: Vec<_> = seen.map(|row| (Arc::clone(row), known.of_device(row.id).len())).collect();
        drop(known);
        rows.sort_by(|(one, _), (other, _)| shelf::natural(&one.name, &other.name).then(one.id.cmp(&other.id)));
        rows
    }

    /// Channels that the caller may see and a filter lets through, in the order of the tree: of one organisation, also of those
    /// below it if `below`, or of all.
    pub fn channels(
        &self,
        caller: &Caller,
        organisation: Option<OrganisationId>,
        below: bool,
        filter: &ChannelFilter,
    ) -> Vec<Arc<ChannelRow>> {
        let tree = self.people.tree();
        let within = |id: OrganisationId| match organisation {
            None => true,
            Some(above) if below => tree.is_within(id, above),
            Some(one) => id == one,
        };
        let order = self.people.in_tree_order();
        let known = self.read();
        let mut seen = SeenBy::of(caller, &known);
        let organisations: Vec<_> =
            order.into_iter().filter(|id| within(*id)).filter_map(|id| Some((id, seen.take(id)?))).collect();
        known.find(&organisations, filter)
    }

    /// The organisations of which the caller may see channels, and those above them, with how many of these each has.
    pub fn tree(&self, caller: &Caller) -> Vec<Branch> {
        let known = self.read();
        let seen = SeenBy::of(caller, &known);
        let mut online: BTreeMap<OrganisationId, usize> = BTreeMap::new();
        for stream in self.hub.list().iter().filter(|stream| stream.phase() == Phase::Live) {
            // A channel whose picture flows twice is counted by its main stream, or by its small one if that is alone.
            let Some(row) = known.by_stream(stream.key()).filter(|row| seen.sees(row)) else { continue };
            let (main, _) = streams(row);
            if *stream.key() == main || !self.hub.is_live(&main) {
                *online.entry(row.organisation_id).or_default() += 1;
            }
        }
        let branches = self.people.seen_organisations(|id| seen.sees_any(id)).into_iter();
        branches
            .map(|organisation| Branch {
                channels: seen.count(organisation.id),
                online: online.get(&organisation.id).copied().unwrap_or_default(),
                organisation,
            })
            .collect()
    }

    /// How a channel does.
    pub fn state(&self, row: &ChannelRow) -> State {
        if !row.enabled || !self.read().device(row.device_id).is_some_and(|device| device.enabled) {
            return State::Disabled;
        }
        let (main, sub) = streams(row);
        if self.hub.is_live(&main) || sub.is_some_and(|sub| self.hub.is_live(&sub)) {
            return State::Online;
        }
        match self.drivers.state(row.id) {
            Some(ChannelState::Online) => State::Online,
            Some(ChannelState::Offline { why }) => State::Offline(why),
            Some(ChannelState::Unknown) | None => State::Idle,
        }
    }

    /// Tells a device's driver of it, or that it is not used any more.
    fn tell_of_device(&self, id: i64) {
        match self.read().device(id).filter(|device| device.enabled) {
            Some(device) => {
                if let Err(error) = self.drivers.put_device(&device.driver, device_spec(device)) {
                    tracing::warn!(device = id, %error, "A stored device cannot be used; change it.");
                }
            }
            None => self.drivers.remove_device(id),
        }
    }

    /// Tells a channel's driver of it, or that it is not used any more.
    fn tell_driver(&self, row: &ChannelRow) {
        let device = self.read().device(row.device_id).cloned();
        match device.filter(|device| device.enabled && row.enabled && row.kind == "video") {
            Some(device) => {
                if let Err(error) = self.drivers.put(&device.driver, spec(&device, row)) {
                    tracing::warn!(channel = row.id, %error, "A stored channel cannot be used; change its device.");
                }
            }
            None => {
                self.drivers.remove(row.id);
            }
        }
    }
}

/// What a driver must know of a channel.
fn spec(device: &DeviceRow, row: &ChannelRow) -> device::ChannelSpec {
    let (main_stream, sub_stream) = streams(row);
    device::ChannelSpec {
        id: row.id,
        device: Arc::new(device_spec(device)),
        number: row.number.clone(),
        main: Some(row.main_address.clone()).filter(|address| !address.is_empty()),
        sub: row.sub_address.clone().filter(|address| !address.is_empty()),
        main_stream,
        sub_stream,
        always: row.always,
    }
}

/// What a driver is told besides, as stored; what cannot be read is nothing.
pub fn options(device: &DeviceRow) -> BTreeMap<String, String> {
    serde_json::from_str(&device.options).unwrap_or_default()
}

fn device_spec(device: &DeviceRow) -> device::DeviceSpec {
    device::DeviceSpec {
        id: device.id,
        address: device.address.clone(),
        username: device.username.clone().unwrap_or_default(),
        password: device.password.clone().unwrap_or_default(),
        options: options(device),
    }
}

/// Remembers what a caller may see at each place, for lists that are longer than the tree.
struct Permitted<'a> {
    caller: &'a Caller,
    kind: Kind,
    at: HashMap<Place, bool>,
}

impl<'a> Permitted<'a> {
    fn new(caller: &'a Caller, kind: Kind) -> Self {
        Self { caller, kind, at: HashMap::new() }
    }

    fn at(&mut self, place: Place) -> bool {
        let (caller, kind) = (self.caller, self.kind);
        *self.at.entry(place).or_insert_with_key(|place| caller.may(Action::View, kind, place))
    }
}

/// The channels that a caller sees: of some organisations all, of others those in groups.
struct SeenBy<'a> {
    caller: &'a Caller,
    known: &'a Directory,
    in_groups: HashMap<OrganisationId, HashSet<i64>>,
}

impl<'a> SeenBy<'a> {
    fn of(caller: &'a Caller, known: &'a Directory) -> Self {
        let mut permitted = Permitted::new(caller, Kind::Channel);
        let mut in_groups: HashMap<OrganisationId, HashSet<i64>> = HashMap::new();
        for group in caller.reach(Action::View, Kind::Channel).groups {
            for row in known.membership.members(group).filter_map(|id| known.channel(id)) {
                if permitted.at(known.place(row)) {
                    in_groups.entry(row.organisation_id).or_default().insert(row.id);
                }
            }
        }
        Self { caller, known, in_groups }
    }

    fn sees_all(&self, organisation: OrganisationId) -> bool {
        self.caller.may_for(Action::View, Kind::Channel, organisation)
    }

    fn sees_any(&self, organisation: OrganisationId) -> bool {
        self.in_groups.contains_key(&organisation) || self.sees_all(organisation)
    }

    fn sees(&self, row: &ChannelRow) -> bool {
        let in_group = self.in_groups.get(&row.organisation_id).is_some_and(|ids| ids.contains(&row.id));
        in_group || self.sees_all(row.organisation_id)
    }

    fn count(&self, organisation: OrganisationId) -> usize {
        if self.sees_all(organisation) {
            return self.known.in_organisation(organisation).len();
        }
        self.in_groups.get(&organisation).map_or(0, HashSet::len)
    }

    fn take(&mut self, organisation: OrganisationId) -> Option<Seen> {
        if self.sees_all(organisation) {
            return Some(Seen::All);
        }
        self.in_groups.remove(&organisation).map(Seen::Some)
    }
}

#[cfg(test)]
mod tests;
