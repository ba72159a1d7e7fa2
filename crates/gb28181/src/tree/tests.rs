//! Catalogs as the standard draws them, and as they come.

use proptest::prelude::*;

use super::*;
use crate::manscdp::{CatalogInfo, Joined};

const OWNER: &str = "34020000002000000001";
const GROUP: &str = "34020000002150000001";
const ORGANISATION: &str = "34020000002160000001";
const INNER: &str = "34020000002160000002";
const RECORDER: &str = "34020000001180000001";
const CAMERA: &str = "34020000001320000001";

fn id(text: &str) -> Id {
    Id::new(text).unwrap()
}

fn item(device: &str, parents: &[&str]) -> CatalogItem {
    CatalogItem {
        device_id: Some(id(device)),
        name: Some(device.to_owned()),
        parents: Joined(parents.iter().map(|parent| id(parent)).collect()),
        ..CatalogItem::default()
    }
}

fn grouped(device: &str, parents: &[&str], group: &str) -> CatalogItem {
    CatalogItem { business_group: Some(id(group)), ..item(device, parents) }
}

fn in_area(device: &str, area: &str) -> CatalogItem {
    CatalogItem { civil_code: Some(area.to_owned()), ..item(device, &[]) }
}

fn tree(items: Vec<CatalogItem>) -> Tree {
    Tree::new(&id(OWNER), items)
}

fn parents<'a>(tree: &'a Tree, device: &str) -> Vec<&'a str> {
    tree.get(device).unwrap().parents.iter().map(Id::as_str).collect()
}

#[test]
fn groups_and_organisations_hold_what_names_them_in_any_order() {
    let items = vec![
        item(CAMERA, &[RECORDER, INNER]),
        grouped(INNER, &[ORGANISATION], GROUP),
        item(RECORDER, &[OWNER]),
        grouped(ORGANISATION, &[], GROUP),
        item(GROUP, &[OWNER]),
    ];
    for items in [items.clone(), items.into_iter().rev().collect()] {
        let tree = tree(items);
        assert_eq!(parents(&tree, CAMERA), [RECORDER, INNER]);
        assert_eq!(parents(&tree, INNER), [ORGANISATION]);
        assert_eq!(parents(&tree, ORGANISATION), [GROUP]);
        assert_eq!(tree.top().map(Id::as_str).collect::<Vec<_>>(), [RECORDER, GROUP]);
        assert_eq!(tree.get(INNER).unwrap().children, [id(CAMERA)].into());
        assert_eq!(tree.get(GROUP).unwrap().kind, NodeKind::BusinessGroup);
        assert!(tree.cut().is_empty());
    }
}

#[test]
fn areas_hold_smaller_areas_and_what_has_their_code() {
    let tree = tree(vec![
        item("34020001", &[]),
        item("34", &[]),
        item("3402", &[]),
        in_area(CAMERA, "340200"),
        in_area(RECORDER, "99"),
    ]);
    assert_eq!(parents(&tree, "34020001"), ["3402"]);
    assert_eq!(parents(&tree, "3402"), ["34"]);
    // The area itself is not in the catalog; the next larger one is.
    assert_eq!(parents(&tree, CAMERA), ["3402"]);
    assert!(parents(&tree, RECORDER).is_empty());
}

#[test]
fn parents_that_never_come_are_told_and_leave_the_node_at_the_top() {
    let tree = tree(vec![item(CAMERA, &["34020000001180000009"]), grouped(ORGANISATION, &[], GROUP)]);
    assert_eq!(tree.top().count(), 2);
    assert_eq!(tree.get(CAMERA).unwrap().missing, [id("34020000001180000009")].into());
    assert_eq!(tree.get(ORGANISATION).unwrap().missing, [id(GROUP)].into());
}

#[test]
fn circles_are_cut_once() {
    let tree = tree(vec![
        grouped(ORGANISATION, &[INNER], GROUP),
        grouped(INNER, &[ORGANISATION], GROUP),
        item(CAMERA, &[INNER]),
        item(RECORDER, &[RECORDER]),
    ]);
    assert_eq!(tree.cut().len(), 1);
    assert!(parents(&tree, RECORDER).is_empty());
    assert_eq!(parents(&tree, CAMERA), [INNER]);
    assert_eq!(tree.top().count(), 2);
}

#[test]
fn a_device_that_lists_itself_is_not_a_part_of_itself() {
    let tree = tree(vec![item(OWNER, &[]), item(CAMERA, &[OWNER])]);
    assert_eq!(tree.nodes().len(), 1);
    assert_eq!(tree.top().count(), 1);
}

#[test]
fn a_difference_says_what_was_added_removed_changed_and_moved() {
    let other = "34020000001320000002";
    let old = tree(vec![item(CAMERA, &[]), item(RECORDER, &[]), item("3402", &[])]);
    let renamed = CatalogItem {
        name: Some("new".to_owned()),
        info: Some(Box::new(CatalogInfo { ptz_type: Some(1), ..CatalogInfo::default() })),
        ..item(RECORDER, &[])
    };
    let new = tree(vec![item(CAMERA, &[RECORDER]), renamed, item(other, &[])]);
    let diff = old.diff(&new);
    assert_eq!((diff.added, diff.removed), (vec![id(other)], vec![id("3402")]));
    assert_eq!(diff.changed, [Change { id: id(RECORDER), fields: vec!["Name", "PTZType"] }]);
    assert_eq!(diff.moved, [Move { id: id(CAMERA), from: [].into(), to: [id(RECORDER)].into() }]);
    assert!(new.diff(&new).is_empty());
}

#[test]
fn a_long_chain_is_built_without_recursion() {
    let code = |number: u32| format!("3402000000216{number:07}");
    let items: Vec<_> = (0..50_000).map(|number| item(&code(number), &[&code(number + 1)])).collect();
    let tree = tree(items);
    assert_eq!(tree.top().count(), 1);
}

proptest! {
    #[test]
    fn every_item_is_reached_from_the_top_whatever_the_parents(
        links in proptest::collection::vec((0_u32..12, proptest::collection::vec(0_u32..14, 0..3)), 1..12)
    ) {
        let code = |number: &u32| format!("3402000000216{number:07}");
        let items = links.iter().map(|(number, parents)| {
            let parents: Vec<String> = parents.iter().map(code).collect();
            item(&code(number), &parents.iter().map(String::as_str).collect::<Vec<_>>())
        });
        let tree = tree(items.collect());
        let mut reached: BTreeSet<&Id> = BTreeSet::new();
        let mut open: Vec<&Id> = tree.top().collect();
        while let Some(id) = open.pop() {
            if reached.insert(id) {
                open.extend(&tree.get(id.as_str()).unwrap().children);
            }
        }
        prop_assert_eq!(reached.len(), tree.nodes().len());
    }
}
