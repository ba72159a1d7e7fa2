//! The tree of organisations.

use std::collections::HashMap;

use db::{Changed, DbError, OrganisationRow};

use super::{Caller, MAX_ORGANISATIONS, People, PeopleError, users::is_text};
use crate::rights::{Action, Kind, MAX_DEPTH, OrganisationId, ROOT};
use crate::unix_now;

const NOT_FOUND: PeopleError = PeopleError::NotFound { what: "organisation" };

/// What people set of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganisationInput {
    /// Unique beside its siblings.
    pub name: String,
    /// The one above it.
    pub parent_id: OrganisationId,
    /// Among its siblings; equal ones go by name.
    pub position: i64,
}

impl People {
    /// The organisations that somebody may see, siblings in their order; those above them are there with their names, so that the
    /// tree has no holes.
    pub fn organisations(&self, caller: &Caller) -> Vec<OrganisationRow> {
        self.seen_organisations(|id| caller.may_for(Action::View, Kind::Organisation, id))
    }

    /// Organisations of a choice and those above them, siblings in their order.
    pub fn seen_organisations(&self, seen: impl Fn(OrganisationId) -> bool) -> Vec<OrganisationRow> {
        let known = self.known();
        let seen = known.organisations.iter().filter(|each| seen(each.id));
        let shown: std::collections::HashSet<_> = seen.flat_map(|each| known.tree.upwards(each.id)).collect();
        known.organisations.iter().filter(|each| shown.contains(&each.id)).cloned().collect()
    }

    /// All organisations, each before those below it, siblings in their order.
    pub fn in_tree_order(&self) -> Vec<OrganisationId> {
        let known = self.known();
        let mut below: HashMap<Option<OrganisationId>, Vec<OrganisationId>> = HashMap::new();
        known.organisations.iter().for_each(|each| below.entry(each.parent_id).or_default().push(each.id));
        let mut waiting = vec![ROOT];
        let mut ordered = Vec::with_capacity(known.organisations.len());
        while let Some(id) = waiting.pop() {
            ordered.push(id);
            // Taken out, so that a damaged tree ends the walk too.
            waiting.extend(below.remove(&Some(id)).unwrap_or_default().into_iter().rev());
        }
        ordered
    }

    /// Adds one below another that the caller manages.
    ///
    /// # Errors
    /// When the name does not fit or is taken, or the caller may not.
    pub async fn add_organisation(
        &self,
        caller: &Caller,
        input: OrganisationInput,
    ) -> Result<OrganisationRow, PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        let known = self.known();
        self.check_place(caller, &input)?;
        if known.organisations.len() >= MAX_ORGANISATIONS {
            return Err(PeopleError::TooMany);
        }
        if known.tree.depth(input.parent_id) >= MAX_DEPTH {
            return Err(PeopleError::Tree);
        }
        let row = row_of(0, &input, unix_now(), 1);
        let id = self.database.add_organisation(&row).await?;
        self.read_again().await?;
        Ok(OrganisationRow { id, ..row })
    }

    /// Changes one, if `version` is the present one. Moving it needs the right at both places.
    ///
    /// # Errors
    /// As for adding, and when it would be below itself.
    pub async fn change_organisation(
        &self,
        caller: &Caller,
        (id, version): (OrganisationId, i64),
        input: OrganisationInput,
    ) -> Result<OrganisationRow, PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        let known = self.known();
        let present = known.organisations.iter().find(|each| each.id == id).ok_or(NOT_FOUND)?.clone();
        self.check_seen_and_managed(caller, id)?;
        let row = if id == ROOT {
            if !is_text(&input.name) {
                return Err(PeopleError::Name { what: "An organisation" });
            }
            OrganisationRow { name: input.name.trim().to_owned(), version, ..present }
        } else {
            self.check_place(caller, &input)?;
            let below_itself = known.tree.is_within(input.parent_id, id);
            if below_itself || known.tree.depth(input.parent_id) + 1 + known.tree.height(id) > MAX_DEPTH {
                return Err(PeopleError::Tree);
            }
            row_of(id, &input, present.created_at, version)
        };
        match self.database.update_organisation(&row).await? {
            Changed::Done => {}
            Changed::Stale => return Err(PeopleError::Stale),
            Changed::Missing => return Err(NOT_FOUND),
        }
        self.read_again().await?;
        Ok(OrganisationRow { version: version + 1, ..row })
    }

    /// Removes one that is empty.
    ///
    /// # Errors
    /// When something belongs to it or is below it, or the caller may not.
    pub async fn remove_organisation(&self, caller: &Caller, id: OrganisationId) -> Result<(), PeopleError> {
        let _one_at_a_time = self.changes.next().await?;
        if id == ROOT {
            return Err(PeopleError::Root);
        }
        self.check_seen_and_managed(caller, id)?;
        match self.database.remove_organisation(id).await {
            Ok(true) => self.read_again().await,
            Ok(false) => Err(NOT_FOUND),
            Err(DbError::InUse) => Err(PeopleError::InUse(
                "Organisations, users, rights, groups, devices or plans still belong to it; move or remove them first.",
            )),
            Err(error) => Err(error.into()),
        }
    }

    fn check_place(&self, caller: &Caller, input: &OrganisationInput) -> Result<(), PeopleError> {
        if !is_text(&input.name) {
            return Err(PeopleError::Name { what: "An organisation" });
        }
        self.check_seen_and_managed(caller, input.parent_id)
    }

    /// 404 for what one may not know of, 403 for what one may only see.
    fn check_seen_and_managed(&self, caller: &Caller, id: OrganisationId) -> Result<(), PeopleError> {
        if caller.may_for(Action::Manage, Kind::Organisation, id) {
            return Ok(());
        }
        let seen = self.known().tree.has(id) && caller.may_for(Action::View, Kind::Organisation, id);
        Err(if seen { PeopleError::Forbidden } else { NOT_FOUND })
    }
}

fn row_of(id: OrganisationId, input: &OrganisationInput, created_at: i64, version: i64) -> OrganisationRow {
    OrganisationRow {
        id,
        parent_id: Some(input.parent_id),
        name: input.name.trim().to_owned(),
        position: input.position,
        created_at,
        version,
    }
}
