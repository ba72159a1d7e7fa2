//! What differs between two trees.

use std::collections::BTreeSet;

use super::Tree;
use crate::id::Id;

/// What has to be done so that one tree becomes another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TreeDiff {
    /// Nodes that are new.
    pub added: Vec<Id>,
    /// Nodes that are gone.
    pub removed: Vec<Id>,
    /// Nodes whose items differ.
    pub changed: Vec<Change>,
    /// Nodes that are part of something else now.
    pub moved: Vec<Move>,
}

/// A node whose item differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which.
    pub id: Id,
    /// Tags of the fields that differ. `ParentID` and the like are told here only when the place stayed the same.
    pub fields: Vec<&'static str>,
}

/// A node that is part of something else now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which.
    pub id: Id,
    /// What it was part of.
    pub from: BTreeSet<Id>,
    /// What it is part of.
    pub to: BTreeSet<Id>,
}

/// Fields that say where a node is.
const PLACES: [&str; 2] = ["ParentID", "BusinessGroupID"];

impl TreeDiff {
    pub(super) fn between(old: &Tree, new: &Tree) -> Self {
        let mut diff = Self {
            removed: old.nodes.keys().filter(|id| !new.nodes.contains_key(*id)).cloned().collect(),
            ..Self::default()
        };
        for (id, node) in &new.nodes {
            let Some(before) = old.nodes.get(id) else {
                diff.added.push(id.clone());
                continue;
            };
            let has_moved = before.parents != node.parents;
            if has_moved {
                let (from, to) = (before.parents.clone(), node.parents.clone());
                diff.moved.push(Move { id: id.clone(), from, to });
            }
            let mut fields = before.item.differing_fields(&node.item);
            fields.retain(|field| !(has_moved && PLACES.contains(field)));
            if !fields.is_empty() {
                diff.changed.push(Change { id: id.clone(), fields });
            }
        }
        diff
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
