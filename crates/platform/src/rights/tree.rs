//! The tree of organisations.

use std::collections::HashMap;

/// Number of an organisation.
pub type OrganisationId = i64;
/// The one that all others are below.
pub const ROOT: OrganisationId = 1;
/// Levels below the root; also ends a walk through a damaged tree.
pub const MAX_DEPTH: usize = 16;

/// Who is below whom.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrganisationTree {
    parents: HashMap<OrganisationId, OrganisationId>,
}

impl OrganisationTree {
    /// From pairs of an organisation and the one above it; the root has none.
    pub fn new(pairs: impl IntoIterator<Item = (OrganisationId, OrganisationId)>) -> Self {
        Self { parents: pairs.into_iter().collect() }
    }

    /// Whether there is such an organisation.
    pub fn has(&self, organisation: OrganisationId) -> bool {
        organisation == ROOT || self.parents.contains_key(&organisation)
    }

    /// An organisation, the one above it, and so on up to the root; nothing when there is none of this number.
    pub fn upwards(&self, organisation: OrganisationId) -> impl Iterator<Item = OrganisationId> + '_ {
        let first = self.has(organisation).then_some(organisation);
        std::iter::successors(first, |current| self.parents.get(current).copied()).take(MAX_DEPTH + 1)
    }

    /// Whether an organisation is another one or somewhere below it.
    pub fn is_within(&self, organisation: OrganisationId, above: OrganisationId) -> bool {
        self.upwards(organisation).any(|each| each == above)
    }

    /// Levels below the root.
    pub fn depth(&self, organisation: OrganisationId) -> usize {
        self.upwards(organisation).count().saturating_sub(1)
    }

    /// Levels of organisations below one: 0 for one without any.
    pub fn height(&self, organisation: OrganisationId) -> usize {
        let below = self.parents.keys().filter(|each| self.is_within(**each, organisation));
        let base = self.depth(organisation);
        below.map(|each| self.depth(*each) - base).max().unwrap_or_default()
    }
}
