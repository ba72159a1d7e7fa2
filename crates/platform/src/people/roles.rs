//! Roles of an installation's own; they are for all organisations.

use db::{Changed, DbError, GrantRow, RoleRow};

use super::{Caller, MAX_ROLES, People, PeopleError};
use crate::rights::{BadRole, Grant, MAX_ROLE_NAME, Permissions, ROOT, Role};
use crate::unix_now;

const NOT_FOUND: PeopleError = PeopleError::NotFound { what: "role" };

/// What people set of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleInput {
    /// Unique.
    pub name: String,
    /// "view:stream".
    pub permissions: Vec<String>,
}

impl People {
    /// All roles by name.
    pub fn roles(&self) -> Vec<RoleRow> {
        let mut roles: Vec<_> = self.known().roles.values().cloned().collect();
        roles.sort_by(|a, b| a.name.cmp(&b.name));
        roles
    }

    /// Adds a role.
    ///
    /// # Errors
    /// When its name or permissions do not fit, or are more than the caller has everywhere.
    pub async fn add_role(&self, caller: &Caller, input: &RoleInput) -> Result<RoleRow, PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        let row = RoleRow { created_at: unix_now(), version: 1, ..checked(caller, input)? };
        if self.known().roles.len() >= MAX_ROLES {
            return Err(PeopleError::TooMany);
        }
        let id = self.database.add_role(&row).await?;
        self.read_again().await?;
        Ok(RoleRow { id, ..row })
    }

    /// Changes a role, if `version` is the present one; who holds it has the new permissions at once.
    ///
    /// # Errors
    /// As for adding; also when the role now has more than the caller, or nobody would be left to manage users.
    pub async fn change_role(
        &self,
        caller: &Caller,
        id: i64,
        version: i64,
        input: &RoleInput,
    ) -> Result<RoleRow, PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        let present = self.known().roles.get(&id).cloned().ok_or(NOT_FOUND)?;
        check_own(caller, &Permissions::parse(present.permissions.split(','))?)?;
        let row = RoleRow { id, created_at: present.created_at, version, ..checked(caller, input)? };
        self.check_administrators(|grants| {
            for grant in grants.iter_mut().filter(|grant| grant.row.role_id == Some(id)) {
                grant.permissions = Permissions::parse(row.permissions.split(',')).ok();
            }
        })
        .await?;
        let of_cameras = Permissions::parse(row.permissions.split(','))?.of_cameras();
        if of_cameras.is_empty() && self.database.grants().await?.iter().any(|(_, grant)| is_for_group(grant, id)) {
            return Err(PeopleError::NothingOfCameras);
        }
        match self.database.update_role(&row).await? {
            Changed::Done => {}
            Changed::Stale => return Err(PeopleError::Stale),
            Changed::Missing => return Err(NOT_FOUND),
        }
        self.read_again().await?;
        Ok(RoleRow { version: version + 1, ..row })
    }

    /// Removes a role that nobody holds.
    ///
    /// # Errors
    /// While somebody holds it.
    pub async fn remove_role(&self, id: i64) -> Result<(), PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        match self.database.remove_role(id).await {
            Ok(true) => self.read_again().await,
            Ok(false) => Err(NOT_FOUND),
            Err(DbError::InUse) => Err(PeopleError::InUse("Users hold this role; take it from them first.")),
            Err(error) => Err(error.into()),
        }
    }
}

fn is_for_group(grant: &GrantRow, role: i64) -> bool {
    grant.role_id == Some(role) && grant.group_id.is_some()
}

fn checked(caller: &Caller, input: &RoleInput) -> Result<RoleRow, PeopleError> {
    let name = input.name.trim();
    let length = name.chars().count();
    if !(1..=MAX_ROLE_NAME).contains(&length) || name.chars().any(char::is_control) || Role::parse(name).is_some() {
        return Err(BadRole::Name.into());
    }
    let permissions = Permissions::parse(input.permissions.iter().map(String::as_str))?;
    check_own(caller, &permissions)?;
    Ok(RoleRow { name: name.to_owned(), permissions: permissions.texts().join(","), ..RoleRow::default() })
}

/// A role may be given anywhere, so it holds only what its maker has at the root.
fn check_own(caller: &Caller, permissions: &Permissions) -> Result<(), PeopleError> {
    let everywhere = Grant::of_organisation(permissions.clone(), ROOT, None);
    if caller.rights().cover(&everywhere) { Ok(()) } else { Err(PeopleError::MoreThanOwn) }
}
