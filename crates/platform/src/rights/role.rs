//! Roles: named sets of permissions, four of them built in.

use std::collections::BTreeSet;

use super::{Action, Kind};

/// Longest name of a role.
pub const MAX_ROLE_NAME: usize = 64;

/// An action on a kind of thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Permission {
    /// What is done.
    pub action: Action,
    /// To what.
    pub kind: Kind,
}

impl Permission {
    /// `view:stream`.
    pub const fn new(action: Action, kind: Kind) -> Self {
        Self { action, kind }
    }

    fn parse(text: &str) -> Option<Self> {
        let (action, kind) = text.split_once(':')?;
        Some(Self {
            action: Action::ALL.into_iter().find(|each| each.as_str() == action)?,
            kind: Kind::ALL.into_iter().find(|each| each.as_str() == kind)?,
        })
    }
}

impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.action.as_str(), self.kind.as_str())
    }
}

/// Why a role was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadRole {
    /// Empty, too long, or of a built-in role.
    #[error("A role has a name of 1 to {MAX_ROLE_NAME} characters that no built-in role has.")]
    Name,
    /// Not an action on a kind.
    #[error("{0:?} is no permission; see the list of /api/v1/roles.")]
    Permission(String),
    /// None at all.
    #[error("A role permits something.")]
    Empty,
}

/// A set of permissions. Who may do anything with a kind may also view it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Permissions(BTreeSet<Permission>);

impl Permissions {
    /// Whether one is in it.
    pub fn contains(&self, permission: Permission) -> bool {
        self.0.contains(&permission)
    }

    /// All of them, by action and kind.
    pub fn iter(&self) -> impl Iterator<Item = Permission> + '_ {
        self.0.iter().copied()
    }

    /// Those about cameras.
    pub fn of_cameras(&self) -> Self {
        Self(self.iter().filter(|permission| permission.kind.is_of_cameras()).collect())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As texts: "view:stream".
    pub fn texts(&self) -> Vec<String> {
        self.iter().map(|permission| permission.to_string()).collect()
    }

    /// From texts.
    ///
    /// # Errors
    /// [`BadRole::Permission`] with the first that is none, [`BadRole::Empty`].
    pub fn parse<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, BadRole> {
        let parse =
            |text: &str| Permission::parse(text).ok_or_else(|| BadRole::Permission(text.chars().take(40).collect()));
        let found: Self = texts.into_iter().map(parse).collect::<Result<_, _>>()?;
        if found.0.is_empty() { Err(BadRole::Empty) } else { Ok(found) }
    }
}

impl FromIterator<Permission> for Permissions {
    fn from_iter<I: IntoIterator<Item = Permission>>(permissions: I) -> Self {
        let with_view = |permission: Permission| [permission, Permission::new(Action::View, permission.kind)];
        Self(permissions.into_iter().flat_map(with_view).collect())
    }
}

/// The roles that every installation has; what they permit grows with the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Everything.
    Administrator,
    /// Watches and steers.
    Operator,
    /// Watches.
    Viewer,
    /// Looks at everything that is recorded of people's doings, and watches nothing.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Administrator, Self::Operator, Self::Viewer, Self::Auditor];

    /// Stable identifier.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Operator => "operator",
            Self::Viewer => "viewer",
            Self::Auditor => "auditor",
        }
    }

    /// The one of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }

    /// What it permits.
    pub fn permissions(self) -> Permissions {
        let every = |actions: &'static [Action]| {
            Kind::ALL.into_iter().flat_map(move |kind| actions.iter().map(move |action| Permission::new(*action, kind)))
        };
        match self {
            Self::Administrator => every(&Action::ALL).collect(),
            Self::Operator => [
                Permission::new(Action::Play, Kind::Stream),
                Permission::new(Action::Operate, Kind::Stream),
                Permission::new(Action::Operate, Kind::Ptz),
                Permission::new(Action::Operate, Kind::Talk),
                Permission::new(Action::Operate, Kind::Source),
                Permission::new(Action::View, Kind::Device),
                Permission::new(Action::View, Kind::Channel),
                Permission::new(Action::View, Kind::Group),
                Permission::new(Action::Operate, Kind::View),
                Permission::new(Action::Operate, Kind::Patrol),
                Permission::new(Action::Operate, Kind::Snapshot),
                Permission::new(Action::Operate, Kind::Token),
                Permission::new(Action::View, Kind::Traffic),
                Permission::new(Action::View, Kind::Organisation),
                Permission::new(Action::View, Kind::Server),
            ]
            .into_iter()
            .collect(),
            Self::Viewer => [
                Permission::new(Action::Play, Kind::Stream),
                Permission::new(Action::View, Kind::Channel),
                Permission::new(Action::View, Kind::Group),
                Permission::new(Action::View, Kind::View),
                Permission::new(Action::View, Kind::Patrol),
                Permission::new(Action::View, Kind::Snapshot),
                Permission::new(Action::View, Kind::Organisation),
            ]
            .into_iter()
            .collect(),
            Self::Auditor => [
                Permission::new(Action::Operate, Kind::Audit),
                Permission::new(Action::View, Kind::Traffic),
                Permission::new(Action::View, Kind::Organisation),
                Permission::new(Action::View, Kind::User),
                Permission::new(Action::View, Kind::Role),
            ]
            .into_iter()
            .collect(),
        }
    }
}
