//! Where a thing is, as rights see it.

use std::sync::Arc;

use super::{OrganisationId, ROOT};

/// Number of a group of cameras.
pub type GroupId = i64;

/// Where a thing is: the organisation that it belongs to and, for a camera and what is of it, the groups that it is in.
///
/// For a camera only `Devices` makes one, so that nobody can ask by its organisation alone and forget its groups.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    organisation: OrganisationId,
    /// In ascending order.
    groups: Option<Arc<[GroupId]>>,
}

impl Place {
    /// Of what belongs to no organisation.
    pub const ROOT: Self = Self::of_organisation(ROOT);

    /// Of a thing that is in no group: anything but a camera.
    pub const fn of_organisation(organisation: OrganisationId) -> Self {
        Self { organisation, groups: None }
    }

    /// Of a group itself.
    pub(crate) fn of_group(organisation: OrganisationId, group: GroupId) -> Self {
        Self::of_camera(organisation, Some([group].into()))
    }

    /// Of a camera, with its groups in ascending order.
    pub(crate) const fn of_camera(organisation: OrganisationId, groups: Option<Arc<[GroupId]>>) -> Self {
        Self { organisation, groups }
    }

    /// The organisation.
    pub const fn organisation(&self) -> OrganisationId {
        self.organisation
    }

    /// Whether it is in a group.
    pub fn is_of(&self, group: GroupId) -> bool {
        self.groups.as_ref().is_some_and(|groups| groups.binary_search(&group).is_ok())
    }
}
