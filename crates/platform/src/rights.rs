//! Rights: who may do what with which things, where in the tree of organisations, and when.
//!
//! A right is an action on a kind of thing within an organisation and everything below it. People hold rights through grants: a
//! role (a set of actions on kinds) for a place in the tree and, where wanted, for times of the week. Nothing is permitted that
//! no grant permits. Things that belong to no organisation belong to the root.

mod role;
mod tree;

use std::sync::Arc;

use jiff::civil::DateTime;

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
    /// Sources, and probing a URL.
    Source,
    /// Devices with their addresses, and the addresses of channels.
    Device,
    /// Channels of devices: names, places, states.
    Channel,
    /// Views of the video wall and screens; operating is sharing one, and sending one to a screen.
    View,
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
    pub const ALL: [Self; 18] = [
        Self::Stream,
        Self::Ptz,
        Self::Source,
        Self::Device,
        Self::Channel,
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
            Self::Source => "source",
            Self::Device => "device",
            Self::Channel => "channel",
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
}

/// A role for a place and for times.
#[derive(Clone, Debug)]
pub struct Grant {
    /// What it permits.
    pub permissions: Permissions,
    /// Here and below.
    pub organisation: OrganisationId,
    /// When; always without one.
    pub schedule: Option<Schedule>,
}

impl Grant {
    fn holds(&self, permission: Permission, now: DateTime) -> bool {
        self.permissions.contains(permission) && self.schedule.as_ref().is_none_or(|schedule| schedule.is_open(now))
    }
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

    /// Whether something is permitted on a thing of an organisation, while the clock shows `now`.
    pub fn permit(&self, permission: Permission, organisation: OrganisationId, now: DateTime) -> bool {
        let mut held = self.grants.iter().filter(|grant| grant.holds(permission, now));
        held.any(|grant| self.tree.is_within(organisation, grant.organisation))
    }

    /// Whether something is permitted anywhere: lists are then open and hold what may be seen.
    pub fn permit_somewhere(&self, permission: Permission, now: DateTime) -> bool {
        self.grants.iter().any(|grant| grant.holds(permission, now))
    }

    /// The organisations at and below which something is permitted.
    pub fn places(&self, permission: Permission, now: DateTime) -> Vec<OrganisationId> {
        let held = self.grants.iter().filter(|grant| grant.holds(permission, now)).map(|grant| grant.organisation);
        let mut places: Vec<_> = held.collect();
        places.sort_unstable();
        places.dedup();
        places
    }

    /// Whether nobody could be given more by somebody with these rights than they have: each permission of the grant is permitted
    /// at its place, without a time window.
    pub fn cover(&self, other: &Grant) -> bool {
        let always = |permission: Permission| {
            let mut held = self.grants.iter().filter(|grant| grant.schedule.is_none());
            held.any(|grant| {
                grant.permissions.contains(permission) && self.tree.is_within(other.organisation, grant.organisation)
            })
        };
        other.permissions.iter().all(always)
    }

    /// The tree that places are in.
    pub fn tree(&self) -> &OrganisationTree {
        &self.tree
    }
}

#[cfg(test)]
mod tests;
