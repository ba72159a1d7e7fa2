//! All devices and channels in memory: found by number, stream and words without the database.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use db::{ChannelChanges, ChannelRow, DeviceRow};
use hub::StreamKey;
use memchr::memmem::Finder;

use super::membership::Membership;
use super::shelf::Shelf;
use crate::rights::{GroupId, OrganisationId, Place};
use crate::stake::Stake;

/// A search for a stake also finds what is this near to it, in metres.
const NEARBY_M: i64 = 2000;
/// Words of a search that are looked at.
const MAX_WORDS: usize = 8;

/// What is known.
#[derive(Debug, Default)]
pub(super) struct Directory {
    devices: HashMap<i64, Arc<DeviceRow>>,
    channels: HashMap<i64, Arc<ChannelRow>>,
    shelves: HashMap<OrganisationId, Shelf>,
    by_stream: HashMap<StreamKey, i64>,
    by_code: HashMap<String, i64>,
    of_device: HashMap<i64, Vec<i64>>,
    device_names: HashMap<(OrganisationId, String), i64>,
    /// Cameras that are on, as `is_on` says.
    on: usize,
    pub(super) membership: Membership,
}

/// The channels of an organisation that somebody sees.
#[derive(Debug)]
pub(super) enum Seen {
    All,
    /// Those of these numbers.
    Some(HashSet<i64>),
}

impl Seen {
    fn has(&self, row: &ChannelRow) -> bool {
        match self {
            Self::All => true,
            Self::Some(ids) => ids.contains(&row.id),
        }
    }
}

/// What is looked for among channels.
#[derive(Clone, Debug, Default)]
pub struct ChannelFilter {
    /// Words, all of which must be found; one that is a stake finds what is near it, nearest first.
    pub query: String,
    /// One that it must have.
    pub tag: Option<String>,
    /// The device that it must be a line of.
    pub device: Option<i64>,
    /// Numbers that it must be among.
    pub ids: Option<HashSet<i64>>,
    /// The group that it must be in.
    pub group: Option<GroupId>,
}

impl Directory {
    pub(super) fn new(devices: Vec<DeviceRow>, channels: Vec<ChannelRow>, membership: Membership) -> Self {
        let mut directory = Self { membership, ..Self::default() };
        devices.into_iter().for_each(|row| directory.put_device(row));
        directory.change(channels, &[]);
        directory
    }

    pub(super) fn device(&self, id: i64) -> Option<&Arc<DeviceRow>> {
        self.devices.get(&id)
    }

    pub(super) fn devices(&self) -> impl Iterator<Item = &Arc<DeviceRow>> {
        self.devices.values()
    }

    pub(super) fn channel(&self, id: i64) -> Option<&Arc<ChannelRow>> {
        self.channels.get(&id)
    }

    pub(super) fn channels(&self) -> impl Iterator<Item = &Arc<ChannelRow>> {
        self.channels.values()
    }

    pub(super) fn count(&self) -> usize {
        self.channels.len()
    }

    /// Cameras that are on: they and their device are switched on.
    pub(super) fn on(&self) -> usize {
        self.on
    }

    fn is_on(&self, row: &ChannelRow) -> bool {
        camera_on(row) && self.devices.get(&row.device_id).is_some_and(|device| device.enabled)
    }

    /// Cameras that would be on with a device as it is to be stored.
    pub(super) fn on_with_device(&self, row: &DeviceRow) -> usize {
        let cameras = self.cameras_of(row.id);
        let is_on = |enabled: bool| if enabled { cameras } else { 0 };
        self.on + is_on(row.enabled) - is_on(self.devices.get(&row.id).is_some_and(|device| device.enabled))
    }

    /// Cameras of a device that are on when it is.
    fn cameras_of(&self, device: i64) -> usize {
        let rows = self.of_device(device).iter().filter_map(|id| self.channels.get(id));
        rows.filter(|row| camera_on(row)).count()
    }

    /// Cameras that would be on after changes.
    pub(super) fn on_after(&self, changes: &ChannelChanges) -> usize {
        let now = |id: &i64| self.channels.get(id).is_some_and(|row| self.is_on(row));
        let of_devices = changes.removed_devices.iter().flat_map(|id| self.of_device(*id));
        let removed: HashSet<&i64> = changes.removed.iter().chain(of_devices).collect();
        let off = removed.iter().filter(|id| now(id)).count()
            + changes.changed.iter().filter(|row| !removed.contains(&row.id) && now(&row.id)).count();
        let new = changes.devices.iter().filter(|(device, _)| device.enabled).flat_map(|(_, rows)| rows);
        let on = new.filter(|row| camera_on(row)).count()
            + changes.changed.iter().chain(&changes.added).filter(|row| self.is_on(row)).count();
        (self.on + on).saturating_sub(off)
    }

    /// Numbers of a device's channels.
    pub(super) fn of_device(&self, id: i64) -> &[i64] {
        self.of_device.get(&id).map_or(&[], Vec::as_slice)
    }

    pub(super) fn device_named(&self, organisation: OrganisationId, name: &str) -> Option<&Arc<DeviceRow>> {
        self.devices.get(self.device_names.get(&(organisation, name.to_owned()))?)
    }

    pub(super) fn by_stream(&self, key: &StreamKey) -> Option<&Arc<ChannelRow>> {
        self.channels.get(self.by_stream.get(key)?)
    }

    /// Where a channel is, as rights see it.
    pub(super) fn place(&self, row: &ChannelRow) -> Place {
        Place::of_camera(row.organisation_id, self.membership.of(row.id).cloned())
    }

    pub(super) fn by_code(&self, code: &str) -> Option<i64> {
        self.by_code.get(code).copied()
    }

    pub(super) fn in_organisation(&self, id: OrganisationId) -> &[Arc<ChannelRow>] {
        self.shelves.get(&id).map_or(&[], Shelf::channels)
    }

    /// Channels of organisations, in their order, that are seen and a filter lets through.
    pub(super) fn find(
        &self,
        organisations: &[(OrganisationId, Seen)],
        filter: &ChannelFilter,
    ) -> Vec<Arc<ChannelRow>> {
        let query = filter.query.to_lowercase();
        let (mut stake, mut words) = (None, Vec::new());
        for word in query.split_whitespace().take(MAX_WORDS) {
            match word.parse::<Stake>() {
                Ok(found) => stake = Some(found),
                Err(_) => words.push(word),
            }
        }
        // The longest is the rarest.
        words.sort_by_key(|word| std::cmp::Reverse(word.len()));
        let words: Vec<Finder<'_>> = words.into_iter().map(Finder::new).collect();
        let near = |row: &ChannelRow| match (stake, row.stake_m) {
            (None, _) => Some(0),
            (Some(stake), Some(metres)) => Some((metres - stake.metres).abs()).filter(|off| *off <= NEARBY_M),
            (Some(_), None) => None,
        };
        let in_group = |row: &ChannelRow| filter.group.is_none_or(|id| self.membership.is_member(id, row.id));
        let shelves = organisations.iter().filter_map(|(id, seen)| Some((self.shelves.get(id)?, seen)));
        let on_them = shelves.flat_map(|(shelf, seen)| shelf.find(&words).filter(|row| seen.has(row)));
        let fitting = on_them.filter(|row| filter.fits(row) && in_group(row));
        let mut found: Vec<_> = fitting.filter_map(|row| Some((near(row)?, row))).collect();
        if stake.is_some() {
            found.sort_by_key(|(off, _)| *off);
        }
        found.into_iter().map(|(_, row)| Arc::clone(row)).collect()
    }

    pub(super) fn put_device(&mut self, row: DeviceRow) {
        self.on = self.on_with_device(&row);
        let row = Arc::new(row);
        let name = |row: &DeviceRow| (row.organisation_id, row.name.clone());
        let before = self.devices.insert(row.id, Arc::clone(&row));
        if let Some(before) = &before {
            self.device_names.remove(&name(before));
        }
        self.device_names.insert(name(&row), row.id);
        // Its channels are found by its name.
        if before.is_some_and(|before| before.name != row.name) {
            let of_it = self.of_device(row.id).iter().filter_map(|id| self.channels.get(id));
            let organisations: BTreeSet<_> = of_it.map(|channel| channel.organisation_id).collect();
            organisations.into_iter().for_each(|organisation| self.sort(organisation, Vec::new()));
        }
    }

    /// Forgets devices with their channels, and returns the numbers of these.
    pub(super) fn remove_devices(&mut self, ids: &[i64]) -> Vec<i64> {
        let gone: Vec<i64> = ids.iter().flat_map(|id| self.of_device(*id).iter().copied()).collect();
        self.change(Vec::new(), &gone);
        for id in ids {
            self.of_device.remove(id);
            if let Some(row) = self.devices.remove(id) {
                self.device_names.remove(&(row.organisation_id, row.name.clone()));
            }
        }
        gone
    }

    /// Takes over channels that were added or changed, and forgets removed ones.
    pub(super) fn change(&mut self, rows: Vec<ChannelRow>, removed: &[i64]) {
        let mut touched: BTreeMap<OrganisationId, Vec<Arc<ChannelRow>>> = BTreeMap::new();
        for id in removed {
            self.membership.forget(*id);
            if let Some(organisation) = self.take(*id) {
                touched.entry(organisation).or_default();
            }
        }
        for row in rows {
            if let Some(organisation) = self.take(row.id) {
                touched.entry(organisation).or_default();
            }
            let row = Arc::new(row);
            touched.entry(row.organisation_id).or_default().push(Arc::clone(&row));
            self.put_channel(row);
        }
        touched.into_iter().for_each(|(organisation, fresh)| self.sort(organisation, fresh));
    }

    fn put_channel(&mut self, row: Arc<ChannelRow>) {
        self.on += usize::from(self.is_on(&row));
        let (main, sub) = super::streams(&row);
        for key in std::iter::once(main).chain(sub) {
            self.by_stream.insert(key, row.id);
        }
        if let Some(code) = &row.code {
            self.by_code.insert(code.clone(), row.id);
        }
        self.of_device.entry(row.device_id).or_default().push(row.id);
        self.channels.insert(row.id, row);
    }

    fn take(&mut self, id: i64) -> Option<OrganisationId> {
        let row = self.channels.remove(&id)?;
        self.on -= usize::from(self.is_on(&row));
        let (main, sub) = super::streams(&row);
        for key in std::iter::once(main).chain(sub) {
            self.by_stream.remove(&key);
        }
        if let Some(code) = &row.code {
            self.by_code.remove(code);
        }
        if let Some(of_device) = self.of_device.get_mut(&row.device_id) {
            of_device.retain(|each| *each != id);
        }
        Some(row.organisation_id)
    }

    /// Makes the shelf of an organisation anew: what is still as it was on it, and what is fresh.
    fn sort(&mut self, organisation: OrganisationId, fresh: Vec<Arc<ChannelRow>>) {
        let present = |row: &&Arc<ChannelRow>| self.channels.get(&row.id).is_some_and(|now| Arc::ptr_eq(now, row));
        let kept = self.in_organisation(organisation).iter().filter(present).cloned();
        let rows: Vec<_> = kept.chain(fresh).collect();
        if rows.is_empty() {
            self.shelves.remove(&organisation);
            return;
        }
        let name = |id: i64| self.devices.get(&id).map(|row| row.name.clone()).unwrap_or_default();
        let shelf = Shelf::new(rows, name);
        self.shelves.insert(organisation, shelf);
    }
}

/// Whether a channel is a camera that is switched on, whatever its device is.
fn camera_on(row: &ChannelRow) -> bool {
    row.enabled && row.kind == "video"
}

impl ChannelFilter {
    fn fits(&self, row: &ChannelRow) -> bool {
        self.tag.as_ref().is_none_or(|tag| row.tags.lines().any(|each| each == tag))
            && self.device.is_none_or(|id| row.device_id == id)
            && self.ids.as_ref().is_none_or(|ids| ids.contains(&row.id))
    }
}
