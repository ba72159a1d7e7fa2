//! Rights: who may do what with which things, where in the tree of organisations, and when.
//!
//! A right is an action on a kind of thing within an organisation and everything below it, or of it only the members of a group of
//! cameras. People hold rights through grants: a role (a set of actions on kinds) for a place in the tree or a group and, where
//! wanted, for times of the week. Nothing is permitted that no grant permits. Things that belong to no organisation belong to the
//! root.

mod place;
mod role;
mod tree;

use std::sync::Arc;

use jiff::civil::DateTime;

pub use place::{GroupId, Place};
pub use role::{BadRole, MAX_ROLE_NAME, Permission, Permissions, Role};
pub use tree::{MAX_DEPTH, OrganisationId, OrganisationTree, ROOT};

use crate::schedule::Schedule;

/// What somebody does with a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Sees it in lists and looks at its properties.
    View,
    /// Watches and listens to it.
    Play,
    /// Makes it do something that leaves its properties as they are: steers, probes, cuts a viewer.
    Operate,
    /// Adds, changes and removes it.
    Manage,
}

impl Action {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::View, Self::Play, Self::Operate, Self::Manage];

    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::View => "view",
            Self::Play => "play",
            Self::Operate => "operate",
            Self::Manage => "manage",
        }
    }
}

/// A kind of thing that rights are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Streams: their tracks, viewers, diagnosis; operating is cutting a publisher or viewer.
    Stream,
    /// Cameras that can be turned: their presets and cruises; operating is steering, managing goes before others who steer.
    Ptz,
    /// Speaking to cameras and loudspeakers; viewing is seeing who speaks, managing is ending what others play.
    Talk,
    /// Sources, and probing a URL.
    Source,
    /// Devices with their addresses, and the addresses of channels.
    Device,
    /// Channels of devices: names, places, states.
    Channel,
    /// Views of the video wall and screens; operating is sharing one, and sending one to a screen.
    View,
    /// Groups of cameras.
    Group,
    /// Patrols; operating is sharing one, and running one.
    Patrol,
    /// Relays to other servers.
    Relay,
    /// Rules of streams, virtual hosts.
    Rule,
    /// Web hooks with their secrets.
    Hook,
    /// Pictures of streams, plans of them, targets that they are sent to; operating is taking one.
    Snapshot,
    /// Stream tokens; operating is making one.
    Token,
    /// Records of ended sessions.
    Traffic,
    /// The server: load, configuration, metrics.
    Server,
    /// Organisations.
    Organisation,
    /// Users with their grants and sessions.
    User,
    /// Roles.
    Role,
    /// The audit log; operating is exporting it.
    Audit,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 20] = [
        Self::Stream,
        Self::Ptz,
        Self::Talk,
        Self::Source,
        Self::Device,
        Self::Channel,
        Self::Group,
        Self::View,
        Self::Patrol,
        Self::Relay,
        Self::Rule,
        Self::Hook,
        Self::Snapshot,
        Self::Token,
        Self::Traffic,
        Self::Server,
        Self::Organisation,
        Self::User,
        Self::Role,
        Self::Audit,
    ];

    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stream => "stream",
            Self::Ptz => "ptz",
            Self::Talk => "talk",
            Self::Source => "source",
            Self::Device => "device",
            Self::Channel => "channel",
            Self::Group => "group",
            Self::View => "view",
            Self::Patrol => "patrol",
            Self::Relay => "relay",
            Self::Rule => "rule",
            Self::Hook => "hook",
            Self::Snapshot => "snapshot",
            Self::Token => "token",
            Self::Traffic => "traffic",
            Self::Server => "server",
            Self::Organisation => "organisation",
            Self::User => "user",
            Self::Role => "role",
            Self::Audit => "audit",
        }
    }

    /// Whether a right for a group of cameras can be about it: cameras, what one does with them, and what one makes for oneself
    /// of them.
    pub const fn is_of_cameras(self) -> bool {
        matches!(
            self,
            Self::Stream
                | Self::Ptz
                | Self::Talk
                | Self::Channel
                | Self::Group
                | Self::View
                | Self::Patrol
                | Self::Snapshot
        )
    }
}

/// A role for a place and for times.
#[derive(Clone, Debug)]
pub struct Grant {
    permissions: Permissions,
    organisation: OrganisationId,
    group: Option<GroupId>,
    schedule: Option<Schedule>,
}

impl Grant {
    /// For an organisation and everything below it.
    pub const fn of_organisation(
        permissions: Permissions,
        organisation: OrganisationId,
        schedule: Option<Schedule>,
    ) -> Self {
        Self { permissions, organisation, group: None, schedule }
    }

    /// For the members of a group that belongs to an organisation: of the permissions those about cameras.
    pub fn of_group(
        permissions: &Permissions,
        (organisation, group): (OrganisationId, GroupId),
        schedule: Option<Schedule>,
    ) -> Self {
        Self { permissions: permissions.of_cameras(), organisation, group: Some(group), schedule }
    }

    fn holds(&self, permission: Permission, now: DateTime) -> bool {
        self.permissions.contains(permission) && self.schedule.as_ref().is_none_or(|schedule| schedule.is_open(now))
    }

    /// A group reaches no further than the organisation that it belongs to: whoever has a right there has it for all of its
    /// members, whatever becomes of the group.
    fn reaches(&self, place: &Place, tree: &OrganisationTree) -> bool {
        self.group.is_none_or(|group| place.is_of(group)) && tree.is_within(place.organisation(), self.organisation)
    }
}

/// Where something is permitted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// At these organisations and below them.
    pub organisations: Vec<OrganisationId>,
    /// For the members of these groups.
    pub groups: Vec<GroupId>,
}

/// Everything that somebody may do.
#[derive(Clone, Debug)]
pub struct Rights {
    grants: Vec<Grant>,
    tree: Arc<OrganisationTree>,
}

impl Rights {
    /// By grants within a tree.
    pub const fn new(grants: Vec<Grant>, tree: Arc<OrganisationTree>) -> Self {
        Self { grants, tree }
    }

    /// Whether something is permitted on a thing at a place, while the clock shows `now`.
    pub fn permit(&self, permission: Permission, place: &Place, now: DateTime) -> bool {
        let mut held = self.grants.iter().filter(|grant| grant.holds(permission, now));
        held.any(|grant| grant.reaches(place, &self.tree))
    }

    /// Whether something is permitted anywhere: lists are then open and hold what may be seen.
    pub fn permit_somewhere(&self, permission: Permission, now: DateTime) -> bool {
        self.grants.iter().any(|grant| grant.holds(permission, now))
    }

    /// Where something is permitted.
    pub fn reach(&self, permission: Permission, now: DateTime) -> Reach {
        let mut reach = Reach::default();
        for grant in self.grants.iter().filter(|grant| grant.holds(permission, now)) {
            match grant.group {
                Some(group) => reach.groups.push(group),
                None => reach.organisations.push(grant.organisation),
            }
        }
        for places in [&mut reach.organisations, &mut reach.groups] {
            places.sort_unstable();
            places.dedup();
        }
        reach
    }

    /// Whether nobody could be given more by somebody with these rights than they have: each permission of the grant is permitted
    /// at its place, without a time window. What is permitted for an organisation is so for its groups, whoever joins them.
    pub fn cover(&self, other: &Grant) -> bool {
        let reaches = |own: &&Grant| {
            (own.group.is_none() || own.group == other.group)
                && self.tree.is_within(other.organisation, own.organisation)
        };
        self.permit_always(&other.permissions, reaches)
    }

    /// Whether a grant for a group could be given for something at a place too, by somebody with these rights: what joins a group
    /// is given to all who have rights for it.
    pub fn cover_at(&self, other: &Grant, place: &Place) -> bool {
        self.permit_always(&other.permissions, |own| own.reaches(place, &self.tree))
    }

    /// Whether grants without a time window that reach far enough permit all of something.
    fn permit_always(&self, permissions: &Permissions, reaches: impl Fn(&&Grant) -> bool) -> bool {
        let held: Vec<&Grant> = self.grants.iter().filter(|own| own.schedule.is_none()).filter(reaches).collect();
        permissions.iter().all(|permission| held.iter().any(|own| own.permissions.contains(permission)))
    }

    /// The tree that places are in.
    pub fn tree(&self) -> &OrganisationTree {
        &self.tree
    }
}

#[cfg(test)]
mod tests;
