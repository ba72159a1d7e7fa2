//! Organisations, roles, users and what they may do. Nobody can give more than they have, and nobody can lock everybody out.

mod error;
mod organisations;
mod provided;
mod roles;
mod users;

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use db::{Database, DbError, GrantRow, OrganisationRow, RoleRow, UserRow};

pub use error::PeopleError;
pub use organisations::OrganisationInput;
pub use provided::{ProvidedError, ProvidedPerson};
pub use roles::RoleInput;
pub(crate) use users::is_text;
pub use users::{GrantInput, GrantPlace, Person, RoleRef, UserInput};

use crate::accounts::Proof;
use crate::clock::WallClock;
use crate::rights::{
    Action, Grant, GroupId, Kind, OrganisationId, OrganisationTree, Permission, Permissions, Place, ROOT, Reach,
    Rights, Role,
};

/// Organisations of one installation.
pub const MAX_ORGANISATIONS: usize = 10_000;
/// Roles of an installation's own.
pub const MAX_ROLES: usize = 200;
/// Users of one installation.
pub const MAX_USERS: usize = 10_000;
/// Grants of one user.
pub const MAX_GRANTS: usize = 50;
/// Longest name of an organisation, and of a person.
pub const MAX_NAME: usize = 64;

/// Organisations, roles and users.
#[derive(Debug)]
pub struct People {
    database: Database,
    clock: Arc<WallClock>,
    known: RwLock<Arc<Known>>,
    /// One change at a time: each is judged by all people and the whole tree.
    changes: crate::turn::Turns,
}

/// What every request needs, read again after each change.
#[derive(Debug)]
struct Known {
    organisations: Vec<OrganisationRow>,
    tree: Arc<OrganisationTree>,
    roles: HashMap<i64, RoleRow>,
}

/// Who asks, and what they may do now.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user.
    pub user: UserRow,
    /// By what the user is known.
    pub proof: Proof,
    rights: Rights,
    clock: Arc<WallClock>,
}

impl Caller {
    /// Whether something is permitted on a thing at a place.
    pub fn may(&self, action: Action, kind: Kind, place: &Place) -> bool {
        let permission = Permission::new(action, kind);
        self.proof_permits(permission) && self.rights.permit(permission, place, self.clock.now().datetime())
    }

    /// Whether something is permitted on a thing of an organisation that is in no group: not for cameras.
    pub fn may_for(&self, action: Action, kind: Kind, organisation: OrganisationId) -> bool {
        self.may(action, kind, &Place::of_organisation(organisation))
    }

    /// Whether something is permitted anywhere.
    pub fn may_somewhere(&self, action: Action, kind: Kind) -> bool {
        let permission = Permission::new(action, kind);
        self.proof_permits(permission) && self.rights.permit_somewhere(permission, self.clock.now().datetime())
    }

    fn proof_permits(&self, permission: Permission) -> bool {
        match &self.proof {
            Proof::Session(_) => true,
            Proof::Key { permissions, .. } => permissions.contains(permission),
        }
    }

    /// Where something is permitted now.
    pub fn reach(&self, action: Action, kind: Kind) -> Reach {
        let permission = Permission::new(action, kind);
        if self.proof_permits(permission) {
            self.rights.reach(permission, self.clock.now().datetime())
        } else {
            Reach::default()
        }
    }

    /// Everything that is permitted, for the console: permissions with the places at which they hold now.
    pub fn permissions(&self) -> Vec<(Permission, Reach)> {
        let all = Kind::ALL.into_iter().flat_map(|kind| Action::ALL.map(|action| Permission::new(action, kind)));
        all.map(|permission| (permission, self.reach(permission.action, permission.kind)))
            .filter(|(_, reach)| *reach != Reach::default())
            .collect()
    }

    /// Whether any right could be given to others: everything is permitted, everywhere and at all times. Keys give none.
    pub fn may_give_everything(&self) -> bool {
        let everything = Grant::of_organisation(Role::Administrator.permissions(), ROOT, None);
        matches!(self.proof, Proof::Session(_)) && self.rights.cover(&everything)
    }

    /// Its name in the audit log.
    pub fn name(&self) -> String {
        match &self.proof {
            Proof::Session(_) => self.user.name.clone(),
            Proof::Key { name, .. } => format!("{} (key {name})", self.user.name),
        }
    }

    pub(crate) fn rights(&self) -> &Rights {
        &self.rights
    }
}

impl People {
    /// Reads what is stored.
    ///
    /// # Errors
    /// [`PeopleError::Storage`].
    pub async fn open(database: Database, clock: Arc<WallClock>) -> Result<Self, PeopleError> {
        let known = RwLock::new(Arc::new(Known::read(&database).await?));
        Ok(Self { database, clock, known, changes: crate::turn::Turns::default() })
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    async fn read_again(&self) -> Result<(), PeopleError> {
        let known = Arc::new(Known::read(&self.database).await?);
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = known;
        Ok(())
    }

    /// The tree as it is now.
    pub fn tree(&self) -> Arc<OrganisationTree> {
        Arc::clone(&self.known().tree)
    }

    /// What people may do by rights for a group.
    ///
    /// # Errors
    /// [`PeopleError::Storage`].
    pub(crate) async fn grants_for_group(&self, group: GroupId) -> Result<Vec<Grant>, PeopleError> {
        let rows = self.database.grants().await?;
        let known = self.known();
        let of_group = rows.iter().filter(|(_, row)| row.group_id == Some(group));
        Ok(of_group.filter_map(|(_, row)| known.grant(row)).collect())
    }

    /// What a user may do.
    ///
    /// # Errors
    /// [`PeopleError::Storage`].
    pub async fn caller(&self, user: UserRow, proof: Proof) -> Result<Caller, PeopleError> {
        let rows = self.database.grants_of(user.id).await?;
        let rights = self.known().rights(&rows);
        Ok(Caller { user, proof, rights, clock: Arc::clone(&self.clock) })
    }
}

impl Known {
    async fn read(database: &Database) -> Result<Self, DbError> {
        let organisations = database.organisations().await?;
        let pairs = organisations.iter().filter_map(|each| Some((each.id, each.parent_id?)));
        let tree = Arc::new(OrganisationTree::new(pairs));
        let roles = database.roles().await?.into_iter().map(|role| (role.id, role)).collect();
        Ok(Self { organisations, tree, roles })
    }

    fn rights(&self, rows: &[GrantRow]) -> Rights {
        Rights::new(rows.iter().filter_map(|row| self.grant(row)).collect(), Arc::clone(&self.tree))
    }

    /// A stored grant; one that cannot be read permits nothing.
    fn grant(&self, row: &GrantRow) -> Option<Grant> {
        let schedule = row.schedule.as_deref().map(str::parse).transpose().ok()?;
        let permissions = self.permissions_of(row)?;
        Some(match row.group_id {
            Some(group) => Grant::of_group(&permissions, (row.organisation_id, group), schedule),
            None => Grant::of_organisation(permissions, row.organisation_id, schedule),
        })
    }

    /// What a grant permits: its role, or what a group of cameras leaves of it.
    fn permissions_of(&self, row: &GrantRow) -> Option<Permissions> {
        let of_role = match (&row.built_in, row.role_id) {
            (Some(name), _) => Role::parse(name).map(Role::permissions),
            (None, Some(id)) => Permissions::parse(self.roles.get(&id)?.permissions.split(',')).ok(),
            (None, None) => None,
        }?;
        Some(if row.group_id.is_some() { of_role.of_cameras() } else { of_role })
    }
}

#[cfg(test)]
mod tests;
