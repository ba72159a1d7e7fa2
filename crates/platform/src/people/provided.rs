//! Users who come from an OpenID provider: who they are here, and what their groups give them.
//!
//! Grants that come from groups are marked. A sign-in replaces exactly these; grants that people gave are people's to take. Grants from
//! groups do not count where one must remain who can give rights: a change at the provider must not be able to lock everybody out.

use db::{DbError, GrantRow, IdentityRow, UserRow};

use super::users::{NOT_FOUND, is_sign_in_name};
use super::{Caller, Known, MAX_GRANTS, MAX_USERS, People, PeopleError, is_text};
use crate::oidc::MapRule;
use crate::rights::Role;
use crate::unix_now;

/// Longest name of a person at a provider (OpenID Connect Core 1.0 §2).
const MAX_SUBJECT: usize = 255;

/// Somebody whom a provider vouches for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProvidedPerson {
    /// The provider.
    pub issuer: String,
    /// Who it is there.
    pub subject: String,
    /// What the provider calls the person; opens nothing.
    pub name: String,
    /// For people; may be empty.
    pub display_name: String,
    /// Of the provider.
    pub groups: Vec<String>,
}

/// Why somebody whom a provider vouches for is nobody here.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProvidedError {
    /// Who is new has no usable name.
    #[error("the provider's name is no sign-in name")]
    NoName,
    /// Nobody is that person, and nobody is to be made.
    #[error("no user is {subject}")]
    NoUser {
        /// At the provider.
        subject: String,
    },
    /// Somebody else has the name.
    #[error("another user is called {name}")]
    NameTaken {
        /// What the provider calls the person.
        name: String,
        /// At the provider.
        subject: String,
    },
    /// Neither groups nor people give a right.
    #[error("no right is given")]
    NoRights,
    /// The user may not sign in.
    #[error("the user is disabled")]
    Disabled,
    /// There are enough users.
    #[error("there are {MAX_USERS} users")]
    NoRoom,
    /// Storage failed.
    #[error("the people cannot be read or written")]
    Storage(#[from] DbError),
}

impl People {
    /// The user that somebody is, with the grants that the groups give now; made when there is none and `create` says so.
    ///
    /// # Errors
    /// When that is nobody who may sign in.
    pub async fn provided_user(
        &self,
        person: &ProvidedPerson,
        rules: &[MapRule],
        create: bool,
    ) -> Result<UserRow, ProvidedError> {
        let _one_at_a_time = self.changes.next().await?;
        let grants = self.known().mapped_grants(rules, &person.groups);
        let Some(user) = self.database.user_of_identity(&person.issuer, &person.subject).await? else {
            return self.make_provided(person, grants, create).await;
        };
        if !user.enabled {
            return Err(ProvidedError::Disabled);
        }
        let (mapped, given): (Vec<_>, Vec<_>) =
            self.database.grants_of(user.id).await?.into_iter().partition(|grant| grant.mapped);
        if mapped != grants {
            self.database.replace_mapped_grants(user.id, &grants).await?;
        }
        if grants.is_empty() && given.is_empty() { Err(ProvidedError::NoRights) } else { Ok(user) }
    }

    async fn make_provided(
        &self,
        person: &ProvidedPerson,
        grants: Vec<GrantRow>,
        create: bool,
    ) -> Result<UserRow, ProvidedError> {
        let subject = person.subject.clone();
        if !create {
            return Err(ProvidedError::NoUser { subject });
        }
        let organisation_id = grants.first().ok_or(ProvidedError::NoRights)?.organisation_id;
        if !is_sign_in_name(&person.name) {
            return Err(ProvidedError::NoName);
        }
        let name = person.name.clone();
        if self.database.user_by_name(&name).await?.is_some() {
            return Err(ProvidedError::NameTaken { name, subject });
        }
        if self.database.users().await?.len() >= MAX_USERS {
            return Err(ProvidedError::NoRoom);
        }
        let row = UserRow {
            name,
            display_name: Some(person.display_name.trim()).filter(|text| is_text(text)).unwrap_or_default().to_owned(),
            organisation_id,
            enabled: true,
            created_at: unix_now(),
            version: 1,
            ..UserRow::default()
        };
        let identity = IdentityRow { issuer: person.issuer.clone(), subject, linked_at: row.created_at, user_id: 0 };
        let id = self.database.add_user_with_identity(&row, &grants, &identity).await?;
        tracing::info!(user = row.name, issuer = person.issuer, "A user was made for a person of the provider.");
        Ok(UserRow { id, ..row })
    }

    /// Whether a provider signs a user in.
    ///
    /// # Errors
    /// [`PeopleError::Storage`].
    pub async fn is_provided(&self, id: i64) -> Result<bool, PeopleError> {
        Ok(self.database.identity_of(id).await?.is_some())
    }

    /// Says that a user is somebody at the provider, who alone signs that user in from now on.
    ///
    /// # Errors
    /// When there is no such user, the caller may not, the subject does not fit, or one of both is linked already.
    pub async fn link_user(
        &self,
        caller: &Caller,
        id: i64,
        issuer: Option<String>,
        subject: &str,
    ) -> Result<(), PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        let user = self.managed_user(caller, id).await?;
        let issuer = issuer.ok_or(PeopleError::NoProvider)?;
        let subject = subject.trim();
        if subject.is_empty() || subject.len() > MAX_SUBJECT || subject.chars().any(char::is_control) {
            return Err(PeopleError::Subject);
        }
        let row = IdentityRow { issuer, subject: subject.to_owned(), user_id: user.id, linked_at: unix_now() };
        match self.database.link_identity(&row).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(NOT_FOUND),
            Err(DbError::Exists) => Err(PeopleError::Linked),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes that back: the user needs a password again.
    ///
    /// # Errors
    /// When there is no such user, the caller may not, or the user is not linked.
    pub async fn unlink_user(&self, caller: &Caller, id: i64) -> Result<(), PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        let user = self.managed_user(caller, id).await?;
        if self.database.unlink_identity(user.id).await? { Ok(()) } else { Err(PeopleError::NotLinked) }
    }
}

impl Known {
    /// What rules give to somebody of these groups. A rule whose role or organisation is gone gives nothing, and the log says so.
    fn mapped_grants(&self, rules: &[MapRule], groups: &[String]) -> Vec<GrantRow> {
        let mut grants: Vec<GrantRow> = Vec::new();
        for rule in rules.iter().filter(|rule| rule.fits(groups)) {
            match self.mapped_grant(rule) {
                Some(grant) if !grants.contains(&grant) => grants.push(grant),
                Some(_) => {}
                None => tracing::warn!(
                    role = rule.role,
                    organisation = rule.organisation_id,
                    "oidc.role_map names a role or an organisation that does not exist."
                ),
            }
        }
        grants.truncate(MAX_GRANTS);
        grants
    }

    fn mapped_grant(&self, rule: &MapRule) -> Option<GrantRow> {
        if !self.tree.has(rule.organisation_id) {
            return None;
        }
        let grant = GrantRow { organisation_id: rule.organisation_id, mapped: true, ..GrantRow::default() };
        if let Some(role) = Role::parse(&rule.role) {
            return Some(GrantRow { built_in: Some(role.as_str().to_owned()), ..grant });
        }
        let own = self.roles.values().find(|role| role.name == rule.role)?;
        Some(GrantRow { role_id: Some(own.id), ..grant })
    }
}
