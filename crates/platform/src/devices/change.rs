//! Changes of devices and channels: judged, stored, told to the drivers, and taken back.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use db::{Applied, Changed, ChannelChanges, ChannelRow, DeviceRow};
use device::{Field, Refused};

use super::check::{NUMBERED, channel_faults, check_device};
use super::import::OverLicence;
use super::{Devices, DevicesError, MAX_BULK, MAX_CHANNELS, MAX_DEVICES, device_spec, spec, streams};
use crate::accounts::random_token;
use crate::people::Caller;
use crate::rights::{Action, GroupId, Kind, OrganisationId, Place};

/// How long a change of many can be taken back.
const UNDO_LIFE: Duration = Duration::from_secs(30 * 60);
/// Changes that can be taken back at a time; the oldest is forgotten.
const MAX_UNDO: usize = 20;

/// What undoes a change, and whose it was.
pub(super) struct Undo {
    user: i64,
    at: Instant,
    changes: ChannelChanges,
}

/// A set of changes that is judged as a whole. Rows to be changed carry the version that they are meant for.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// New devices with their channels.
    pub devices: Vec<(DeviceRow, Vec<ChannelRow>)>,
    /// New channels of devices that are there.
    pub added: Vec<ChannelRow>,
    /// Changed channels.
    pub changed: Vec<ChannelRow>,
    /// Channels to be removed.
    pub removed: Vec<i64>,
}

impl From<Plan> for ChannelChanges {
    fn from(plan: Plan) -> Self {
        let Plan { devices, added, changed, removed } = plan;
        Self { devices, added, changed, removed, ..Self::default() }
    }
}

impl From<ChannelChanges> for Plan {
    fn from(changes: ChannelChanges) -> Self {
        let ChannelChanges { devices, added, changed, removed, .. } = changes;
        Self { devices, added, changed, removed }
    }
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Numbers of new devices.
    pub devices: Vec<i64>,
    /// Numbers of new channels.
    pub added: Vec<i64>,
    /// How many were changed.
    pub changed: usize,
    /// How many were removed.
    pub removed: usize,
    /// By which it is taken back.
    pub undo: Option<String>,
}

/// Properties that many channels get at once; what is absent stays.
#[derive(Clone, Debug, Default)]
pub struct ChannelSet {
    /// Where they belong.
    pub organisation_id: Option<OrganisationId>,
    /// Whether they are used.
    pub enabled: Option<bool>,
    /// Whether they are pulled always.
    pub always: Option<bool>,
    /// "G42".
    pub road_code: Option<String>,
    /// Name of the road.
    pub road_name: Option<String>,
    /// Which way.
    pub direction: Option<String>,
    /// Which part of the road.
    pub carriageway: Option<String>,
    /// Code of the area.
    pub area_code: Option<String>,
    /// Tags that they get.
    pub add_tags: Vec<String>,
    /// Tags that they lose.
    pub remove_tags: Vec<String>,
}

impl ChannelSet {
    fn apply(&self, row: &ChannelRow) -> ChannelRow {
        let mut row = row.clone();
        let keep = |new: &Option<String>, old: String| new.clone().unwrap_or(old);
        row.organisation_id = self.organisation_id.unwrap_or(row.organisation_id);
        row.enabled = self.enabled.unwrap_or(row.enabled);
        row.always = self.always.unwrap_or(row.always);
        row.road_code = keep(&self.road_code, row.road_code);
        row.road_name = keep(&self.road_name, row.road_name);
        row.direction = self.direction.clone().or(row.direction);
        row.carriageway = self.carriageway.clone().or(row.carriageway);
        row.area_code = self.area_code.clone().or(row.area_code);
        let kept = row.tags.lines().filter(|tag| !self.remove_tags.iter().any(|each| each == tag));
        let mut tags: Vec<&str> = kept.collect();
        tags.extend(self.add_tags.iter().map(String::as_str).filter(|tag| !row.tags.lines().any(|each| each == *tag)));
        row.tags = tags.join("\n");
        row
    }
}

impl Devices {
    /// Adds a device with its channels.
    ///
    /// # Errors
    /// When something does not fit or is taken, or the caller may not.
    pub async fn add_device(
        &self,
        caller: &Caller,
        device: DeviceRow,
        channels: Vec<ChannelRow>,
    ) -> Result<Done, DevicesError> {
        self.carry_out(caller, Plan { devices: vec![(device, channels)], ..Plan::default() }).await
    }

    /// Changes a device. Moving it needs the right at both places.
    ///
    /// # Errors
    /// As for adding, and [`DevicesError::Stale`].
    pub async fn change_device(&self, caller: &Caller, row: DeviceRow) -> Result<(), DevicesError> {
        let _one_at_a_time = self.changes.next().await?;
        let (present, _) = self.device(caller, row.id)?;
        self.check_managed(caller, Kind::Device, &Place::of_organisation(present.organisation_id))?;
        let row = DeviceRow { created_at: present.created_at, ..row };
        self.check_new_device(caller, &row)?;
        let wanted = self.read().on_with_device(&row);
        self.check_licence(wanted)?;
        match self.database.update_device(&row).await? {
            Changed::Done => {}
            Changed::Stale => return Err(DevicesError::Stale),
            Changed::Missing => return Err(DevicesError::NotFound { what: "device" }),
        }
        let id = row.id;
        self.write(|known| known.put_device(DeviceRow { version: row.version + 1, ..row }));
        self.tell_of_device(id);
        let channels: Vec<_> = {
            let known = self.read();
            known.of_device(id).iter().filter_map(|id| known.channel(*id).cloned()).collect()
        };
        for channel in channels {
            self.tell_driver(&channel);
        }
        Ok(())
    }

    /// Removes a device with its channels.
    ///
    /// # Errors
    /// When there is none or the caller may not.
    pub async fn remove_device(&self, caller: &Caller, id: i64) -> Result<(), DevicesError> {
        let _one_at_a_time = self.changes.next().await?;
        let (present, _) = self.device(caller, id)?;
        self.check_managed(caller, Kind::Device, &Place::of_organisation(present.organisation_id))?;
        if !self.database.remove_device(id).await? {
            return Err(DevicesError::NotFound { what: "device" });
        }
        let mut gone = Vec::new();
        self.write(|known| gone = known.remove_devices(&[id]));
        self.drivers.remove_device(id);
        for id in gone {
            self.drivers.remove(id);
        }
        Ok(())
    }

    /// Gives many channels the same properties.
    ///
    /// # Errors
    /// When one of them is not there or may not be changed: then none is.
    pub async fn set_channels(&self, caller: &Caller, ids: &[i64], set: &ChannelSet) -> Result<Done, DevicesError> {
        check_number(ids)?;
        let rows = ids.iter().map(|id| self.channel(caller, *id)).collect::<Result<Vec<_>, _>>()?;
        let changed = rows.iter().map(|row| set.apply(row)).collect();
        self.carry_out(caller, Plan { changed, ..Plan::default() }).await
    }

    /// Removes channels.
    ///
    /// # Errors
    /// When one of them is not there or may not be removed: then none is.
    pub async fn remove_channels(&self, caller: &Caller, ids: &[i64]) -> Result<Done, DevicesError> {
        check_number(ids)?;
        self.carry_out(caller, Plan { removed: ids.to_vec(), ..Plan::default() }).await
    }

    /// Judges and makes a set of changes, whole or not at all.
    ///
    /// # Errors
    /// What is wrong with the first row that does not fit.
    pub async fn carry_out(&self, caller: &Caller, plan: Plan) -> Result<Done, DevicesError> {
        let _one_at_a_time = self.changes.next().await?;
        self.check_plan(caller, &plan)?;
        let before = |id: &i64| self.read().channel(*id).cloned().ok_or(DevicesError::Stale);
        let changed_before = plan.changed.iter().map(|row| before(&row.id)).collect::<Result<Vec<_>, _>>()?;
        let removed_before = plan.removed.iter().map(before).collect::<Result<Vec<_>, _>>()?;
        let memberships = self.memberships(&plan.removed);
        let changes = ChannelChanges::from(plan);
        let wanted = self.read().on_after(&changes);
        self.check_licence(wanted)?;
        let mut done = self.make(changes).await?;
        let undo = ChannelChanges {
            removed: done.added.clone(),
            removed_devices: done.devices.clone(),
            changed: changed_before
                .iter()
                .map(|row| ChannelRow { version: row.version + 1, ..(**row).clone() })
                .collect(),
            added: removed_before.iter().map(|row| (**row).clone()).collect(),
            memberships,
            ..ChannelChanges::default()
        };
        done.undo = Some(self.remember(caller, undo));
        Ok(done)
    }

    /// Takes a change of many back, if nobody changed the same channels since.
    ///
    /// # Errors
    /// [`DevicesError::NotFound`] when it is too long ago or somebody else's, [`DevicesError::Stale`].
    pub async fn undo(&self, caller: &Caller, token: &str) -> Result<Done, DevicesError> {
        let _one_at_a_time = self.changes.next().await?;
        let changes = {
            let mut kept = self.undo.lock().unwrap_or_else(PoisonError::into_inner);
            kept.retain(|_, undo| undo.at.elapsed() < UNDO_LIFE);
            let mine = kept.get(token).filter(|undo| undo.user == caller.user.id);
            let mine = mine.ok_or(DevicesError::NotFound { what: "change" })?;
            // What the licence refuses now may be taken back later.
            let wanted = self.read().on_after(&mine.changes);
            self.check_licence(wanted)?;
            kept.remove(token).ok_or(DevicesError::NotFound { what: "change" })?.changes
        };
        for row in &changes.changed {
            self.check_channel_managed(caller, row)?;
        }
        for row in &changes.added {
            let groups = changes.memberships.iter().filter(|(_, channel)| *channel == row.id).map(|(group, _)| *group);
            let place = Place::of_camera(row.organisation_id, Some(groups.collect()));
            self.check_managed(caller, Kind::Channel, &place)?;
        }
        for id in &changes.removed {
            let row = self.read().channel(*id).cloned().ok_or(DevicesError::Stale)?;
            self.check_managed(caller, Kind::Channel, &self.place_of(&row))?;
        }
        self.make(changes).await
    }

    /// Pairs of group and channel, of channels that are about to be removed.
    fn memberships(&self, channels: &[i64]) -> Vec<(GroupId, i64)> {
        let known = self.read();
        let of = |id: &i64| known.membership.of(*id).map(|groups| (*id, Arc::clone(groups)));
        let pairs =
            |(channel, groups): (i64, Arc<[GroupId]>)| groups.iter().map(|group| (*group, channel)).collect::<Vec<_>>();
        channels.iter().filter_map(of).flat_map(pairs).collect()
    }

    fn remember(&self, caller: &Caller, changes: ChannelChanges) -> String {
        let token = random_token();
        let mut kept = self.undo.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, undo| undo.at.elapsed() < UNDO_LIFE);
        if kept.len() >= MAX_UNDO {
            let oldest = kept.iter().min_by_key(|(_, undo)| undo.at).map(|(token, _)| token.clone());
            oldest.and_then(|token| kept.remove(&token));
        }
        kept.insert(token.clone(), Undo { user: caller.user.id, at: Instant::now(), changes });
        token
    }

    /// Stores changes that were judged, and takes them over.
    async fn make(&self, changes: ChannelChanges) -> Result<Done, DevicesError> {
        let (devices, channels) = match self.database.change_channels(&changes).await? {
            Applied::Done { devices, channels } => (devices, channels),
            Applied::Stale(_) => return Err(DevicesError::Stale),
        };
        let mut done = Done {
            devices: devices.clone(),
            added: channels.clone(),
            changed: changes.changed.len(),
            removed: changes.removed.len(),
            undo: None,
        };
        let mut numbers = channels.into_iter();
        let mut rows = Vec::new();
        let mut new_devices = Vec::new();
        for ((device, lines), id) in changes.devices.into_iter().zip(devices) {
            let of_device = |row: ChannelRow| ChannelRow { device_id: id, ..row };
            rows.extend(lines.into_iter().map(of_device).zip(numbers.by_ref()).map(|(row, id)| stored(row, id)));
            new_devices.push(DeviceRow { id, version: device.version.max(1), ..device });
        }
        rows.extend(changes.added.into_iter().zip(numbers).map(|(row, id)| stored(row, id)));
        rows.extend(changes.changed.into_iter().map(|row| ChannelRow { version: row.version + 1, ..row }));
        let mut removed = changes.removed;
        self.write(|known| {
            new_devices.into_iter().for_each(|device| known.put_device(device));
            removed.extend(known.remove_devices(&changes.removed_devices));
            known.change(rows.clone(), &removed);
            changes.memberships.iter().for_each(|(group, channel)| known.membership.join(*group, *channel));
        });
        // One that was named and goes with its device too.
        removed.sort_unstable();
        removed.dedup();
        for id in &removed {
            self.drivers.remove(*id);
        }
        changes.removed_devices.iter().for_each(|id| self.drivers.remove_device(*id));
        done.devices.iter().for_each(|id| self.tell_of_device(*id));
        rows.iter().for_each(|row| self.tell_driver(row));
        done.removed = removed.len();
        Ok(done)
    }

    fn check_plan(&self, caller: &Caller, plan: &Plan) -> Result<(), DevicesError> {
        let new: usize = plan.devices.iter().map(|(_, channels)| channels.len()).sum::<usize>() + plan.added.len();
        let known = self.read();
        let too_many = known.count() + new > MAX_CHANNELS || known.devices().count() + plan.devices.len() > MAX_DEVICES;
        drop(known);
        if too_many {
            return Err(DevicesError::TooMany);
        }
        for id in &plan.removed {
            let row = self.channel(caller, *id)?;
            self.check_managed(caller, Kind::Channel, &self.place_of(&row))?;
        }
        for (device, channels) in &plan.devices {
            self.check_managed(caller, Kind::Device, &Place::of_organisation(device.organisation_id))?;
            self.check_new_device(caller, device)?;
            channels.iter().try_for_each(|row| self.check_row(caller, device, row))?;
        }
        for row in plan.changed.iter().chain(&plan.added) {
            let device = self.read().device(row.device_id).cloned();
            let device = device.ok_or(DevicesError::NotFound { what: "device" })?;
            self.check_row(caller, &device, row)?;
        }
        Ok(())
    }

    /// How far a plan goes beyond the licence, if it does.
    pub(super) fn over_licence(&self, changes: &ChannelChanges) -> Option<OverLicence> {
        let known = self.read();
        let (on, wanted) = (known.on(), known.on_after(changes));
        drop(known);
        match self.check_licence(wanted) {
            Err(DevicesError::LicenceLimit { limit, .. }) => Some(OverLicence { limit, on, more: wanted - on }),
            _ => None,
        }
    }

    /// What is on stays on, also beyond the licence; only more is refused.
    fn check_licence(&self, wanted: usize) -> Result<(), DevicesError> {
        let (on, limit) = (self.read().on(), self.licence.limit());
        if wanted <= limit || wanted <= on {
            return Ok(());
        }
        Err(DevicesError::LicenceLimit { limit, on, wanted })
    }

    /// Checks a device that is to be stored like this.
    pub(super) fn check_new_device(&self, caller: &Caller, row: &DeviceRow) -> Result<(), DevicesError> {
        check_device(row)?;
        self.check_managed(caller, Kind::Device, &Place::of_organisation(row.organisation_id))?;
        let driver = self.drivers.driver(&row.driver);
        let driver = driver.map_err(|error| DevicesError::invalid("driver", error.to_string()))?;
        driver.check_device(&device_spec(row)).map_err(refused)?;
        let known = self.read();
        if known.device_named(row.organisation_id, &row.name).is_some_and(|other| other.id != row.id) {
            return Err(DevicesError::taken("name", "A device of this name belongs to the organisation already."));
        }
        Ok(())
    }

    fn check_row(&self, caller: &Caller, device: &DeviceRow, row: &ChannelRow) -> Result<(), DevicesError> {
        self.faults(caller, device, row).into_iter().next().map_or(Ok(()), Err)
    }

    /// Everything that keeps a channel from being stored like this.
    pub(super) fn faults(&self, caller: &Caller, device: &DeviceRow, row: &ChannelRow) -> Vec<DevicesError> {
        if let Err(error) = self.check_channel_managed(caller, row) {
            return vec![error];
        }
        let mut faults = channel_faults(row);
        let known = self.read();
        if let Some(code) = row.code.as_deref().filter(|code| known.by_code(code).is_some_and(|id| id != row.id)) {
            faults.push(DevicesError::taken("code", format!("Another channel has the code {code}.")));
        }
        let (main, sub) = streams(row);
        for (field, key) in std::iter::once(("main.stream", main)).chain(sub.map(|sub| ("sub.stream", sub))) {
            let by_other = known.by_stream(&key).is_some_and(|other| other.id != row.id);
            if by_other && key.app() != NUMBERED {
                faults.push(DevicesError::taken(field, format!("Another channel has the stream {key}.")));
            }
        }
        drop(known);
        if row.kind == "video"
            && let Ok(driver) = self.drivers.driver(&device.driver)
            && let Err(why) = driver.check_channel(&spec(device, row))
        {
            faults.push(refused(why));
        }
        faults
    }

    /// Whether the caller may store a channel like this: one that is there where it is now, with its groups, and any where it is
    /// to be.
    fn check_channel_managed(&self, caller: &Caller, row: &ChannelRow) -> Result<(), DevicesError> {
        let present = self.read().channel(row.id).cloned();
        if let Some(present) = &present {
            self.check_managed(caller, Kind::Channel, &self.place_of(present))?;
        }
        if present.is_some_and(|present| present.organisation_id == row.organisation_id) {
            return Ok(());
        }
        self.check_managed(caller, Kind::Channel, &Place::of_organisation(row.organisation_id))
    }

    /// 404 for what one may not know of, 403 for what one may only see.
    pub(super) fn check_managed(&self, caller: &Caller, kind: Kind, place: &Place) -> Result<(), DevicesError> {
        let is_there = self.people.tree().has(place.organisation());
        if is_there && caller.may(Action::Manage, kind, place) {
            return Ok(());
        }
        let seen = is_there && caller.may(Action::View, kind, place);
        Err(if seen { DevicesError::Forbidden } else { DevicesError::NotFound { what: "organisation" } })
    }
}

fn refused(refused: Refused) -> DevicesError {
    let field = match refused.field {
        Field::Address => "address",
        Field::Username => "username",
        Field::Password => "password",
        Field::Options => "options",
        Field::Number => "number",
        Field::Main => "main.address",
        Field::Sub => "sub.address",
        Field::SubStream => "sub.stream",
        Field::Always => "mode",
    };
    DevicesError::invalid(field, refused.text)
}

fn check_number(ids: &[i64]) -> Result<(), DevicesError> {
    let twice = ids.iter().collect::<HashSet<_>>().len() < ids.len();
    if ids.is_empty() || ids.len() > MAX_BULK || twice {
        let text = format!("Name 1 to {MAX_BULK} channels, each once.");
        return Err(DevicesError::invalid("ids", text));
    }
    Ok(())
}

fn stored(row: ChannelRow, id: i64) -> ChannelRow {
    ChannelRow { id, version: row.version.max(1), ..row }
}
