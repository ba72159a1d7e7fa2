//! Users and their grants.

use std::collections::{HashMap, HashSet};

use db::{Changed, GrantRow, IdentityRow, UserRow};

use super::{Caller, Known, MAX_GRANTS, MAX_NAME, MAX_USERS, People, PeopleError};
use crate::rights::{Action, Grant, GroupId, Kind, OrganisationId, Permission, Permissions, Place, ROOT, Role};
use crate::schedule::Schedule;
use crate::unix_now;

pub(super) const NOT_FOUND: PeopleError = PeopleError::NotFound { what: "user" };

/// A role: built in, or of the installation's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleRef {
    /// Built in.
    BuiltIn(Role),
    /// By its number.
    Own(i64),
}

/// For what a role is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GrantPlace {
    /// An organisation and everything below it.
    Organisation(OrganisationId),
    /// The members of a group.
    Group(GroupId),
}

/// A role for a place and for times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantInput {
    /// Which role.
    pub role: RoleRef,
    /// For what.
    pub place: GrantPlace,
    /// When; always without one.
    pub schedule: Option<Schedule>,
}

/// What people set of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserInput {
    /// Sign-in name.
    pub name: String,
    /// For people; may be empty.
    pub display_name: String,
    /// Where the user belongs.
    pub organisation_id: OrganisationId,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// What the user may do.
    pub grants: Vec<GrantInput>,
}

/// A user as others see it.
#[derive(Clone, Debug)]
pub struct Person {
    /// Name, place, whether signing in is permitted.
    pub user: UserRow,
    /// What the user may do.
    pub grants: Vec<GrantRow>,
    /// Who it is at a provider, which then signs the user in.
    pub identity: Option<IdentityRow>,
}

/// A grant of somebody, with what it permits.
pub(super) struct Held {
    pub(super) user: i64,
    pub(super) enabled: bool,
    pub(super) row: GrantRow,
    pub(super) permissions: Option<Permissions>,
}

impl Held {
    /// Whether it lets its user give any right to anybody, at all times, and is not taken by a change at a provider.
    fn administers(&self) -> bool {
        let needed = Permission::new(Action::Manage, Kind::User);
        let permitted = self.permissions.as_ref().is_some_and(|permissions| permissions.contains(needed));
        let everywhere = self.row.organisation_id == ROOT && self.row.group_id.is_none();
        self.enabled && permitted && everywhere && self.row.schedule.is_none() && !self.row.mapped
    }
}

impl People {
    /// The users that somebody may see, with their grants, by name.
    ///
    /// # Errors
    /// [`PeopleError::Storage`].
    pub async fn users(&self, caller: &Caller) -> Result<Vec<Person>, PeopleError> {
        let mut grants: HashMap<i64, Vec<GrantRow>> = HashMap::new();
        for (user, grant) in self.database.grants().await? {
            grants.entry(user).or_default().push(grant);
        }
        let identities = self.database.identities().await?.into_iter();
        let mut identities: HashMap<i64, IdentityRow> = identities.map(|row| (row.user_id, row)).collect();
        let users = self.database.users().await?;
        let seen = users.into_iter().filter(|user| caller.may_for(Action::View, Kind::User, user.organisation_id));
        Ok(seen
            .map(|user| {
                let (grants, identity) = (grants.remove(&user.id).unwrap_or_default(), identities.remove(&user.id));
                Person { user, grants, identity }
            })
            .collect())
    }

    /// One user.
    ///
    /// # Errors
    /// [`PeopleError::NotFound`], also for one that the caller may not know of.
    pub async fn user(&self, caller: &Caller, id: i64) -> Result<Person, PeopleError> {
        let user = self.database.user(id).await?;
        let seen = user.filter(|user| caller.may_for(Action::View, Kind::User, user.organisation_id));
        let user = seen.ok_or(NOT_FOUND)?;
        let (grants, identity) = (self.database.grants_of(id).await?, self.database.identity_of(id).await?);
        Ok(Person { user, grants, identity })
    }

    /// A user that the caller may change: one whose rights the caller has too.
    ///
    /// # Errors
    /// When there is none, or the caller may not.
    pub async fn managed_user(&self, caller: &Caller, id: i64) -> Result<UserRow, PeopleError> {
        let Person { user, grants, .. } = self.user(caller, id).await?;
        if !caller.may_for(Action::Manage, Kind::User, user.organisation_id) {
            return Err(PeopleError::Forbidden);
        }
        self.check_own(caller, &grants)?;
        Ok(user)
    }

    /// Adds a user.
    ///
    /// # Errors
    /// When something does not fit or is taken, or more would be given than the caller has.
    pub async fn add_user(
        &self,
        caller: &Caller,
        input: &UserInput,
        password_hash: String,
    ) -> Result<UserRow, PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        let grants = self.checked(caller, input).await?;
        if self.database.users().await?.len() >= MAX_USERS {
            return Err(PeopleError::TooMany);
        }
        let row = UserRow { password_hash, created_at: unix_now(), version: 1, ..row_of(input) };
        let id = self.database.add_user(&row, &grants).await?;
        Ok(UserRow { id, ..row })
    }

    /// Changes a user, if `version` is the present one.
    ///
    /// # Errors
    /// As for adding; also when the user now has more rights than the caller, or nobody would be left to manage users.
    pub async fn change_user(
        &self,
        caller: &Caller,
        id: i64,
        version: i64,
        input: &UserInput,
    ) -> Result<UserRow, PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        let present = self.managed_user(caller, id).await?;
        let grants = self.checked(caller, input).await?;
        let known = self.known();
        self.check_administrators(|held| {
            held.retain(|grant| grant.user != id || grant.row.mapped);
            held.extend(grants.iter().map(|row| known.held(id, input.enabled, row)));
        })
        .await?;
        let row = UserRow { id, version, ..row_of(input) };
        match self.database.update_user(&row, &grants).await? {
            Changed::Done => Ok(UserRow {
                version: version + 1,
                totp_secret: present.totp_secret,
                created_at: present.created_at,
                last_login_at: present.last_login_at,
                ..row
            }),
            Changed::Stale => Err(PeopleError::Stale),
            Changed::Missing => Err(NOT_FOUND),
        }
    }

    /// Removes a user.
    ///
    /// # Errors
    /// When there is none, the caller may not, or nobody would be left to manage users.
    pub async fn remove_user(&self, caller: &Caller, id: i64) -> Result<(), PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        self.managed_user(caller, id).await?;
        self.check_administrators(|held| held.retain(|grant| grant.user != id)).await?;
        if self.database.remove_user(id).await? { Ok(()) } else { Err(NOT_FOUND) }
    }

    async fn checked(&self, caller: &Caller, input: &UserInput) -> Result<Vec<GrantRow>, PeopleError> {
        if !is_sign_in_name(&input.name) {
            return Err(PeopleError::SignInName);
        }
        if !input.display_name.is_empty() && !is_text(&input.display_name) {
            return Err(PeopleError::Name { what: "A person" });
        }
        if input.grants.len() > MAX_GRANTS {
            return Err(PeopleError::TooMany);
        }
        let known = self.known();
        if !known.tree.has(input.organisation_id) || !caller.may_for(Action::View, Kind::User, input.organisation_id) {
            return Err(PeopleError::NotFound { what: "organisation" });
        }
        if !caller.may_for(Action::Manage, Kind::User, input.organisation_id) {
            return Err(PeopleError::Forbidden);
        }
        let mut rows = Vec::with_capacity(input.grants.len());
        for given in &input.grants {
            let (organisation_id, group_id) = self.place_of(caller, given.place).await?;
            let row = grant_row(given, organisation_id, group_id);
            if row.role_id.is_some_and(|id| !known.roles.contains_key(&id)) {
                return Err(PeopleError::NotFound { what: "role" });
            }
            if !known.tree.has(row.organisation_id) {
                return Err(PeopleError::NotFound { what: "organisation" });
            }
            if known.permissions_of(&row).is_none_or(|permissions| permissions.is_empty()) {
                return Err(PeopleError::NothingOfCameras);
            }
            rows.push(row);
        }
        self.check_own(caller, &rows)?;
        Ok(rows)
    }

    /// The organisation of a grant, and its group if it is for one that the caller may know of.
    async fn place_of(
        &self,
        caller: &Caller,
        place: GrantPlace,
    ) -> Result<(OrganisationId, Option<GroupId>), PeopleError> {
        let id = match place {
            GrantPlace::Organisation(id) => return Ok((id, None)),
            GrantPlace::Group(id) => id,
        };
        let seen = |organisation| caller.may(Action::View, Kind::Group, &Place::of_group(organisation, id));
        let group = self.database.group(id).await?.filter(|group| seen(group.organisation_id));
        let group = group.ok_or(PeopleError::NotFound { what: "group" })?;
        Ok((group.organisation_id, Some(group.id)))
    }

    fn check_own(&self, caller: &Caller, grants: &[GrantRow]) -> Result<(), PeopleError> {
        let known = self.known();
        let covered = |row: &GrantRow| known.grant(row).is_none_or(|grant: Grant| caller.rights().cover(&grant));
        if grants.iter().all(covered) { Ok(()) } else { Err(PeopleError::MoreThanOwn) }
    }

    /// Makes a change in mind and looks whether somebody is left who can give rights.
    pub(super) async fn check_administrators(&self, change: impl FnOnce(&mut Vec<Held>)) -> Result<(), PeopleError> {
        let known = self.known();
        let enabled: HashSet<i64> =
            self.database.users().await?.into_iter().filter(|user| user.enabled).map(|user| user.id).collect();
        let rows = self.database.grants().await?;
        let mut held: Vec<Held> =
            rows.iter().map(|(user, row)| known.held(*user, enabled.contains(user), row)).collect();
        change(&mut held);
        if held.iter().any(Held::administers) { Ok(()) } else { Err(PeopleError::LastAdministrator) }
    }
}

impl Known {
    fn held(&self, user: i64, enabled: bool, row: &GrantRow) -> Held {
        Held { user, enabled, row: row.clone(), permissions: self.permissions_of(row) }
    }
}

/// 1 to 64 letters, digits and . _ - @.
pub(super) fn is_sign_in_name(name: &str) -> bool {
    let plain = |letter: char| letter.is_alphanumeric() || ".-_@".contains(letter);
    (1..=MAX_NAME).contains(&name.chars().count()) && name.chars().all(plain)
}

/// Something that people read: not empty, not too long, in one line.
pub(crate) fn is_text(text: &str) -> bool {
    let text = text.trim();
    (1..=MAX_NAME).contains(&text.chars().count()) && !text.chars().any(char::is_control)
}

fn row_of(input: &UserInput) -> UserRow {
    UserRow {
        name: input.name.clone(),
        display_name: input.display_name.trim().to_owned(),
        organisation_id: input.organisation_id,
        enabled: input.enabled,
        ..UserRow::default()
    }
}

fn grant_row(input: &GrantInput, organisation_id: OrganisationId, group_id: Option<GroupId>) -> GrantRow {
    let (built_in, role_id) = match input.role {
        RoleRef::BuiltIn(role) => (Some(role.as_str().to_owned()), None),
        RoleRef::Own(id) => (None, Some(id)),
    };
    let schedule = input.schedule.as_ref().map(ToString::to_string);
    GrantRow { built_in, role_id, organisation_id, group_id, schedule, mapped: false }
}
