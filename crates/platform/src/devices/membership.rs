//! Which cameras are in which groups, in memory.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use db::GroupRow;

use crate::rights::GroupId;

/// All groups with their members.
#[derive(Debug, Default)]
pub(super) struct Membership {
    groups: HashMap<GroupId, Arc<GroupRow>>,
    members: HashMap<GroupId, BTreeSet<i64>>,
    /// In ascending order; a camera in no group is not here.
    of_channel: HashMap<i64, Arc<[GroupId]>>,
}

impl Membership {
    pub(super) fn new(groups: Vec<GroupRow>, members: impl IntoIterator<Item = (GroupId, Vec<i64>)>) -> Self {
        let mut known = Self::default();
        groups.into_iter().for_each(|row| known.put(row));
        let mut of_channel: HashMap<i64, Vec<GroupId>> = HashMap::new();
        for (group, channels) in members {
            channels.iter().for_each(|id| of_channel.entry(*id).or_default().push(group));
            known.members.insert(group, channels.into_iter().collect());
        }
        let sorted = |(channel, mut groups): (i64, Vec<GroupId>)| {
            groups.sort_unstable();
            (channel, groups.into())
        };
        known.of_channel = of_channel.into_iter().map(sorted).collect();
        known
    }

    pub(super) fn groups(&self) -> impl Iterator<Item = &Arc<GroupRow>> {
        self.groups.values()
    }

    pub(super) fn group(&self, id: GroupId) -> Option<&Arc<GroupRow>> {
        self.groups.get(&id)
    }

    /// Numbers of the channels of a group, in ascending order.
    pub(super) fn members(&self, id: GroupId) -> impl Iterator<Item = i64> + '_ {
        self.members.get(&id).into_iter().flatten().copied()
    }

    pub(super) fn count(&self, id: GroupId) -> usize {
        self.members.get(&id).map_or(0, BTreeSet::len)
    }

    pub(super) fn is_member(&self, id: GroupId, channel: i64) -> bool {
        self.members.get(&id).is_some_and(|members| members.contains(&channel))
    }

    /// The groups that a channel is in, in ascending order; `None` for one that is in none.
    pub(super) fn of(&self, channel: i64) -> Option<&Arc<[GroupId]>> {
        self.of_channel.get(&channel)
    }

    pub(super) fn put(&mut self, row: GroupRow) {
        self.groups.insert(row.id, Arc::new(row));
    }

    pub(super) fn remove(&mut self, id: GroupId) {
        let members: Vec<i64> = self.members(id).collect();
        members.into_iter().for_each(|channel| self.leave(id, channel));
        self.members.remove(&id);
        self.groups.remove(&id);
    }

    /// A channel joins a group. A group that is gone has no members.
    pub(super) fn join(&mut self, id: GroupId, channel: i64) {
        if self.groups.contains_key(&id) && self.members.entry(id).or_default().insert(channel) {
            self.note(channel, |groups| groups.push(id));
        }
    }

    pub(super) fn leave(&mut self, id: GroupId, channel: i64) {
        if self.members.get_mut(&id).is_some_and(|members| members.remove(&channel)) {
            self.note(channel, |groups| groups.retain(|each| *each != id));
        }
    }

    /// A channel that was removed is in no group any more.
    pub(super) fn forget(&mut self, channel: i64) {
        for id in self.of_channel.remove(&channel).iter().flat_map(|groups| groups.iter()) {
            if let Some(members) = self.members.get_mut(id) {
                members.remove(&channel);
            }
        }
    }

    fn note(&mut self, channel: i64, change: impl FnOnce(&mut Vec<GroupId>)) {
        let mut groups = self.of_channel.remove(&channel).map(|groups| groups.to_vec()).unwrap_or_default();
        change(&mut groups);
        groups.sort_unstable();
        if !groups.is_empty() {
            self.of_channel.insert(channel, groups.into());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Membership {
        let group = |id| GroupRow { id, name: format!("group {id}"), ..GroupRow::default() };
        Membership::new(vec![group(1), group(2)], [(2, vec![7, 8]), (1, vec![7])])
    }

    #[test]
    fn a_channel_knows_its_groups_and_a_group_its_channels() {
        let mut known = known();
        assert_eq!(known.of(7).map(|groups| groups.to_vec()), Some(vec![1, 2]));
        known.join(1, 9);
        known.join(1, 9);
        known.leave(2, 7);
        known.leave(2, 7);
        assert_eq!(known.members(1).collect::<Vec<_>>(), [7, 9]);
        assert_eq!(known.of(7).map(|groups| groups.to_vec()), Some(vec![1]));
        known.leave(2, 8);
        assert_eq!((known.of(8), known.count(2)), (None, 0));
    }

    #[test]
    fn what_is_gone_is_in_nothing() {
        let mut known = known();
        known.forget(7);
        assert_eq!((known.count(1), known.count(2), known.of(7)), (0, 1, None));
        known.remove(2);
        assert_eq!((known.group(2), known.of(8)), (None, None));
        known.join(2, 8);
        assert_eq!(known.of(8), None, "a group that is gone takes nobody in");
    }
}
