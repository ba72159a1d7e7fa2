//! Groups of cameras: what a right may be for instead of an organisation.
//!
//! A group belongs to an organisation for good, and its members to that organisation or one below it. `view:group` shows it,
//! `manage:group` renames it and changes its members. A right for a group reaches its members only, and only as long as they
//! belong there: whoever may give a right for the organisation gives no more by giving it for the group, however that grows.

use std::collections::HashSet;
use std::sync::Arc;

use db::{Changed, DbError, GroupRow};

use super::{Devices, DevicesError, Directory, MAX_BULK, Permitted, shelf};
use crate::people::{Caller, MAX_NAME, is_text};
use crate::rights::{Action, GroupId, Kind, OrganisationId, Place};
use crate::unix_now;

/// Groups of one installation.
pub const MAX_GROUPS: usize = 1000;
/// Members of one group.
pub const MAX_MEMBERS: usize = 10_000;

const NOT_FOUND: DevicesError = DevicesError::NotFound { what: "group" };

/// A group as somebody sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupView {
    /// The group.
    pub row: Arc<GroupRow>,
    /// How many of its members are seen.
    pub channels: usize,
    /// Whether it may be renamed and its members changed.
    pub managed: bool,
}

/// Who came into a group and who left it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembersChanged {
    /// Were not in it before.
    pub added: Vec<i64>,
    /// Were in it before.
    pub removed: Vec<i64>,
}

impl Devices {
    /// The groups that the caller may see, by name.
    pub fn groups(&self, caller: &Caller) -> Vec<GroupView> {
        let known = self.read();
        let mut permitted = Permitted::new(caller, Kind::Channel);
        let seen = known.membership.groups().filter(|row| may(caller, Action::View, row));
        let mut groups: Vec<_> = seen.map(|row| GroupView::of(caller, &known, &mut permitted, row)).collect();
        drop(known);
        groups.sort_by(|one, other| shelf::natural(&one.row.name, &other.row.name).then(one.row.id.cmp(&other.row.id)));
        groups
    }

    /// A group that the caller may see.
    ///
    /// # Errors
    /// [`DevicesError::NotFound`], also for one that the caller may not know of.
    pub fn group(&self, caller: &Caller, id: GroupId) -> Result<GroupView, DevicesError> {
        let row = self.seen_group(caller, id)?;
        Ok(GroupView::of(caller, &self.read(), &mut Permitted::new(caller, Kind::Channel), &row))
    }

    fn seen_group(&self, caller: &Caller, id: GroupId) -> Result<Arc<GroupRow>, DevicesError> {
        let row = self.read().membership.group(id).cloned();
        row.filter(|row| may(caller, Action::View, row)).ok_or(NOT_FOUND)
    }

    /// Whether there is such a group.
    pub(crate) fn has_group(&self, id: GroupId) -> bool {
        self.read().membership.group(id).is_some()
    }

    /// The groups of a channel that the caller may see.
    pub fn groups_of(&self, caller: &Caller, channel: i64) -> Vec<GroupId> {
        let known = self.read();
        let groups = known.membership.of(channel).into_iter().flat_map(|groups| groups.iter());
        let rows = groups.filter_map(|id| known.membership.group(*id));
        rows.filter(|row| may(caller, Action::View, row)).map(|row| row.id).collect()
    }

    /// Adds a group to an organisation and returns its number.
    ///
    /// # Errors
    /// When the name does not fit or is taken, or the caller may not.
    pub async fn add_group(
        &self,
        caller: &Caller,
        organisation_id: OrganisationId,
        name: &str,
    ) -> Result<GroupId, DevicesError> {
        let _one_at_a_time = self.changes.next().await?;
        self.check_managed(caller, Kind::Group, &Place::of_organisation(organisation_id))?;
        if self.read().membership.groups().count() >= MAX_GROUPS {
            return Err(DevicesError::TooManyGroups);
        }
        let row = GroupRow {
            organisation_id,
            name: checked_name(name)?,
            created_at: unix_now(),
            version: 1,
            ..GroupRow::default()
        };
        let id = self.database.add_group(&row).await.map_err(taken)?;
        self.write(|known| known.membership.put(GroupRow { id, ..row }));
        Ok(id)
    }

    /// Renames a group, if `version` is the present one.
    ///
    /// # Errors
    /// As for adding, and [`DevicesError::Stale`].
    pub async fn rename_group(
        &self,
        caller: &Caller,
        (id, version): (GroupId, i64),
        name: &str,
    ) -> Result<(), DevicesError> {
        let _one_at_a_time = self.changes.next().await?;
        let present = self.managed_group(caller, id)?;
        let row = GroupRow { name: checked_name(name)?, version, ..(*present).clone() };
        match self.database.update_group(&row).await.map_err(taken)? {
            Changed::Done => {}
            Changed::Stale => return Err(DevicesError::Stale),
            Changed::Missing => return Err(NOT_FOUND),
        }
        self.write(|known| known.membership.put(GroupRow { version: version + 1, ..row }));
        Ok(())
    }

    /// Removes a group; its members stay.
    ///
    /// # Errors
    /// When there is none, the caller may not, or somebody has rights for it.
    pub async fn remove_group(&self, caller: &Caller, id: GroupId) -> Result<(), DevicesError> {
        let _one_at_a_time = self.changes.next().await?;
        self.managed_group(caller, id)?;
        match self.database.remove_group(id).await {
            Ok(true) => {}
            Ok(false) => return Err(NOT_FOUND),
            Err(DbError::InUse) => return Err(DevicesError::GroupInUse),
            Err(error) => return Err(error.into()),
        }
        self.write(|known| known.membership.remove(id));
        Ok(())
    }

    /// Puts channels into a group and takes others out, whole or not at all. What joins is given to all who have rights for the
    /// group, so the caller must have these for it.
    ///
    /// # Errors
    /// When a channel is not there or belongs elsewhere, more would be given than the caller has, or the caller may not.
    pub async fn change_members(
        &self,
        caller: &Caller,
        id: GroupId,
        add: &[i64],
        remove: &[i64],
    ) -> Result<MembersChanged, DevicesError> {
        let _one_at_a_time = self.changes.next().await?;
        let group = self.managed_group(caller, id)?;
        check_numbers(add, remove)?;
        add.iter().chain(remove).try_for_each(|channel| self.channel(caller, *channel).map(|_| ()))?;
        let is_member = |channel: &&i64| self.read().membership.is_member(id, **channel);
        let changed = MembersChanged {
            added: add.iter().filter(|channel| !is_member(channel)).copied().collect(),
            removed: remove.iter().filter(is_member).copied().collect(),
        };
        self.check_joining(caller, &group, &changed.added).await?;
        let present = self.read().membership.count(id);
        if present + changed.added.len() > MAX_MEMBERS + changed.removed.len() {
            let text = format!("A group has at most {MAX_MEMBERS} cameras, and this one has {present}.");
            return Err(DevicesError::invalid("add", text));
        }
        self.database.change_group_members(id, &changed.added, &changed.removed).await?;
        self.write(|known| {
            changed.added.iter().for_each(|channel| known.membership.join(id, *channel));
            changed.removed.iter().for_each(|channel| known.membership.leave(id, *channel));
        });
        Ok(changed)
    }

    async fn check_joining(&self, caller: &Caller, group: &GroupRow, channels: &[i64]) -> Result<(), DevicesError> {
        let grants = self.people.grants_for_group(group.id).await?;
        let tree = self.people.tree();
        let mut covered: HashSet<Place> = HashSet::new();
        for channel in channels {
            let row = self.channel(caller, *channel)?;
            if !tree.is_within(row.organisation_id, group.organisation_id) {
                let text = format!("{} belongs to an organisation that is not below the one of the group.", row.name);
                return Err(DevicesError::invalid("add", text));
            }
            let place = self.place_of(&row);
            if covered.contains(&place) {
                continue;
            }
            if !grants.iter().all(|grant| caller.rights().cover_at(grant, &place)) {
                return Err(DevicesError::MoreThanOwn(row.name.clone()));
            }
            covered.insert(place);
        }
        Ok(())
    }

    /// 404 for what one may not know of, 403 for what one may only see.
    fn managed_group(&self, caller: &Caller, id: GroupId) -> Result<Arc<GroupRow>, DevicesError> {
        let row = self.seen_group(caller, id)?;
        if may(caller, Action::Manage, &row) { Ok(row) } else { Err(DevicesError::Forbidden) }
    }
}

impl GroupView {
    fn of(caller: &Caller, known: &Directory, permitted: &mut Permitted<'_>, row: &Arc<GroupRow>) -> Self {
        let members = known.membership.members(row.id).filter_map(|id| known.channel(id));
        let channels = members.filter(|channel| permitted.at(known.place(channel))).count();
        Self { row: Arc::clone(row), channels, managed: may(caller, Action::Manage, row) }
    }
}

fn may(caller: &Caller, action: Action, row: &GroupRow) -> bool {
    caller.may(action, Kind::Group, &Place::of_group(row.organisation_id, row.id))
}

fn checked_name(name: &str) -> Result<String, DevicesError> {
    if is_text(name) {
        return Ok(name.trim().to_owned());
    }
    Err(DevicesError::invalid(
        "name",
        format!("A group has a name of 1 to {MAX_NAME} characters without control characters."),
    ))
}

fn check_numbers(add: &[i64], remove: &[i64]) -> Result<(), DevicesError> {
    let count = add.len() + remove.len();
    let distinct = add.iter().chain(remove).collect::<HashSet<_>>().len();
    if count == 0 || count > MAX_BULK || distinct < count {
        return Err(DevicesError::invalid("add", format!("Name 1 to {MAX_BULK} channels, each once.")));
    }
    Ok(())
}

fn taken(error: DbError) -> DevicesError {
    match error {
        DbError::Exists => DevicesError::taken("name", "The organisation has a group of this name already."),
        other => other.into(),
    }
}
