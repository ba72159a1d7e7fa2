//! The organisation of a device or platform, built out of the items of its catalog (GB/T 28181-2022 annex J).
//!
//! Items name what they are part of in four ways: areas by the length of their codes, business groups and virtual
//! organisations by `BusinessGroupID` and `ParentID`, channels by `ParentID` and `CivilCode`. Parents may come
//! after their children, more than once, or never; chains of them may run in circles. [`Tree::new`] makes the best
//! of it and says what it could not use.

mod diff;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use diff::{Change, Move, TreeDiff};

use crate::id::{Form, Id, TypeCode};
use crate::manscdp::CatalogItem;

/// What an item of a catalog is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NodeKind {
    /// An administrative area.
    Area,
    /// A platform, or a server of one.
    System,
    /// A business group (215).
    BusinessGroup,
    /// A virtual organisation inside a business group (216).
    VirtualOrganisation,
    /// A device or a channel of one, and whatever else has a code.
    Device,
}

impl NodeKind {
    /// The kind of an identifier.
    pub fn of(id: &Id) -> Self {
        match id.form() {
            Form::Area => Self::Area,
            Form::Whole(code) if code.kind == TypeCode::BusinessGroup => Self::BusinessGroup,
            Form::Whole(code) if code.kind == TypeCode::VirtualOrganisation => Self::VirtualOrganisation,
            Form::Whole(code) if code.kind.is_platform() => Self::System,
            Form::Whole(_) | Form::Foreign => Self::Device,
        }
    }
}

/// An item with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeNode {
    /// What it is.
    pub kind: NodeKind,
    /// The item.
    pub item: CatalogItem,
    /// What it is part of; several where it is in several groups, none at the top.
    pub parents: BTreeSet<Id>,
    /// What is part of it.
    pub children: BTreeSet<Id>,
    /// Parents that it names and that are not in the catalog.
    pub missing: BTreeSet<Id>,
}

/// The organisation of one device or platform.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tree {
    nodes: BTreeMap<Id, TreeNode>,
    top: BTreeSet<Id>,
    cut: Vec<(Id, Id)>,
}

impl Tree {
    /// Builds the tree of what a device or platform with the code `owner` has told. Items without an identifier are
    /// left out; of items with the same one the last counts.
    pub fn new(owner: &Id, items: impl IntoIterator<Item = CatalogItem>) -> Self {
        let mut nodes = BTreeMap::new();
        for item in items {
            // A device that lists itself is the tree, not a part of it.
            if let Some(id) = item.device_id.clone().filter(|id| id != owner) {
                let kind = NodeKind::of(&id);
                let [parents, children, missing] = [BTreeSet::new(), BTreeSet::new(), BTreeSet::new()];
                nodes.insert(id, TreeNode { kind, item, parents, children, missing });
            }
        }
        let mut tree = Self { nodes, top: BTreeSet::new(), cut: Vec::new() };
        tree.find_parents(owner);
        tree.cut_circles();
        tree.link();
        tree
    }

    /// A node.
    pub fn get(&self, id: &str) -> Option<&TreeNode> {
        self.nodes.get(id)
    }

    /// All nodes by their identifiers.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = (&Id, &TreeNode)> {
        self.nodes.iter()
    }

    /// Nodes that are part of no other.
    pub fn top(&self) -> impl ExactSizeIterator<Item = &Id> {
        self.top.iter()
    }

    /// Child and parent where a circle was cut.
    pub fn cut(&self) -> &[(Id, Id)] {
        &self.cut
    }

    /// What has to be done so that this tree becomes `new`.
    pub fn diff(&self, new: &Self) -> TreeDiff {
        TreeDiff::between(self, new)
    }

    fn find_parents(&mut self, owner: &Id) {
        let found: Vec<_> =
            self.nodes.iter().map(|(id, node)| (id.clone(), self.parents_of(id, node, owner))).collect();
        for (id, (parents, missing)) in found {
            if let Some(node) = self.nodes.get_mut(&id) {
                node.parents = parents;
                node.missing = missing;
            }
        }
    }

    /// Parents that are there, and those that are only named.
    fn parents_of(&self, id: &Id, node: &TreeNode, owner: &Id) -> (BTreeSet<Id>, BTreeSet<Id>) {
        let item = &node.item;
        let is_other = |parent: &&Id| *parent != id && *parent != owner;
        let named = item.parents.0.iter().filter(is_other).cloned();
        let (mut parents, mut missing): (BTreeSet<Id>, BTreeSet<Id>) =
            named.partition(|parent| self.nodes.contains_key(parent));
        let is_at_owner = item.parents.0.iter().any(|parent| parent == owner);
        let group = item.business_group.as_ref().filter(is_other);
        match node.kind {
            NodeKind::Area if parents.is_empty() => parents.extend(self.area_above(id)),
            // A virtual organisation names its parent only where that is one, too (annex J).
            NodeKind::VirtualOrganisation | NodeKind::Device if parents.is_empty() && !is_at_owner => {
                match group {
                    Some(group) if self.nodes.contains_key(group) => parents.extend([group.clone()]),
                    Some(group) => missing.extend([group.clone()]),
                    None => {}
                }
                if parents.is_empty() && node.kind == NodeKind::Device {
                    parents.extend(self.area_of(item));
                }
            }
            _ => {}
        }
        (parents, missing)
    }

    /// The next larger area that is there.
    fn area_above(&self, id: &Id) -> Option<Id> {
        [6, 4, 2].into_iter().filter(|digits| *digits < id.as_str().len()).find_map(|digits| {
            let area = Id::new(&id.as_str()[..digits]).ok()?;
            self.nodes.contains_key(&area).then_some(area)
        })
    }

    /// The smallest area that is there and holds the civil code.
    fn area_of(&self, item: &CatalogItem) -> Option<Id> {
        let code = Id::new(item.civil_code.as_deref()?).ok().filter(|code| code.form() == Form::Area)?;
        if self.nodes.contains_key(&code) { Some(code) } else { self.area_above(&code) }
    }

    /// Walks up and down once and takes out every step that leads back to where it came from.
    fn cut_circles(&mut self) {
        let mut done: BTreeSet<Id> = BTreeSet::new();
        let starts: Vec<Id> = self.nodes.keys().cloned().collect();
        for start in starts {
            // The way from the start, each with the parents that are still to be looked at.
            let mut way: Vec<(Id, Vec<Id>)> = Vec::new();
            let mut on_way: BTreeSet<Id> = BTreeSet::new();
            self.step_up(start, &done, &mut way, &mut on_way);
            while let Some((id, rest)) = way.last_mut() {
                let id = id.clone();
                match rest.pop() {
                    Some(parent) if on_way.contains(&parent) => {
                        if let Some(node) = self.nodes.get_mut(&id) {
                            node.parents.remove(&parent);
                        }
                        self.cut.push((id, parent));
                    }
                    Some(parent) => self.step_up(parent, &done, &mut way, &mut on_way),
                    None => {
                        way.pop();
                        on_way.remove(&id);
                        done.insert(id);
                    }
                }
            }
        }
    }

    fn step_up(&self, id: Id, done: &BTreeSet<Id>, way: &mut Vec<(Id, Vec<Id>)>, on_way: &mut BTreeSet<Id>) {
        if done.contains(&id) {
            return;
        }
        let parents = self.nodes.get(&id).map(|node| node.parents.iter().cloned().collect()).unwrap_or_default();
        on_way.insert(id.clone());
        way.push((id, parents));
    }

    fn link(&mut self) {
        let mut links = Vec::new();
        for (id, node) in &self.nodes {
            if node.parents.is_empty() {
                self.top.insert(id.clone());
            }
            links.extend(node.parents.iter().map(|parent| (parent.clone(), id.clone())));
        }
        for (parent, child) in links {
            if let Some(node) = self.nodes.get_mut(&parent) {
                node.children.insert(child);
            }
        }
    }
}
