use proptest::prelude::*;

use super::*;

// The root has 2 and 3; 2 has 4; 4 has 5.
fn tree() -> Arc<OrganisationTree> {
    Arc::new(OrganisationTree::new([(2, ROOT), (3, ROOT), (4, 2), (5, 4)]))
}

fn noon() -> DateTime {
    "2026-11-26T12:00".parse().unwrap()
}

fn grant(role: Role, organisation: OrganisationId, schedule: Option<&str>) -> Grant {
    let schedule = schedule.map(|text| text.parse().unwrap());
    Grant::of_organisation(role.permissions(), organisation, schedule)
}

fn at(organisation: OrganisationId) -> Place {
    Place::of_organisation(organisation)
}

const PLAY: Permission = Permission::new(Action::Play, Kind::Stream);

#[test]
fn a_right_holds_at_its_place_and_below() {
    let rights = Rights::new(vec![grant(Role::Viewer, 4, None)], tree());
    let permitted: Vec<_> = (1..=6).filter(|place| rights.permit(PLAY, &at(*place), noon())).collect();
    assert_eq!(permitted, [4, 5], "not the parent 2, the sibling 3, the root, or one that does not exist");
    assert_eq!(rights.reach(PLAY, noon()).organisations, [4]);
    let manage = Permission::new(Action::Manage, Kind::Stream);
    assert!(!rights.permit(manage, &at(4), noon()) && !rights.permit_somewhere(manage, noon()));
}

#[test]
fn a_right_holds_while_its_schedule_is_open() {
    // 2026-11-26 is a Thursday.
    for (schedule, expected) in [("4 12:00-13:00", true), ("4 12:01-13:00", false), ("5 00:00-24:00", false)] {
        let rights = Rights::new(vec![grant(Role::Viewer, ROOT, Some(schedule))], tree());
        assert_eq!(rights.permit(PLAY, &at(5), noon()), expected, "{schedule}");
        assert_eq!(rights.permit_somewhere(PLAY, noon()), expected, "{schedule}");
    }
}

#[test]
fn nobody_covers_more_than_they_have() {
    let mine = |grants: Vec<Grant>| Rights::new(grants, tree());
    let cases = [
        (vec![grant(Role::Administrator, ROOT, None)], grant(Role::Administrator, ROOT, None), true),
        (vec![grant(Role::Administrator, 2, None)], grant(Role::Operator, 5, None), true),
        (vec![grant(Role::Administrator, 2, None)], grant(Role::Operator, ROOT, None), false),
        (vec![grant(Role::Administrator, 2, None)], grant(Role::Viewer, 3, None), false),
        (vec![grant(Role::Operator, 2, None)], grant(Role::Administrator, 2, None), false),
        (vec![grant(Role::Administrator, ROOT, Some("1-7 00:00-24:00"))], grant(Role::Viewer, 2, None), false),
        (vec![grant(Role::Viewer, ROOT, None), grant(Role::Auditor, 2, None)], grant(Role::Auditor, 4, None), true),
        (vec![], grant(Role::Viewer, 2, None), false),
    ];
    for (index, (own, given, expected)) in cases.into_iter().enumerate() {
        assert_eq!(mine(own).cover(&given), expected, "case {index}");
    }
}

#[test]
fn roles_permit_what_their_names_say() {
    let may = |role: Role, action, kind| role.permissions().contains(Permission::new(action, kind));
    for kind in Kind::ALL {
        assert!(may(Role::Administrator, Action::Manage, kind), "{kind:?}");
        for role in [Role::Operator, Role::Viewer, Role::Auditor] {
            assert!(!may(role, Action::Manage, kind), "{role:?} {kind:?}");
        }
    }
    assert!(may(Role::Operator, Action::Operate, Kind::Stream) && !may(Role::Viewer, Action::Operate, Kind::Stream));
    assert!(may(Role::Auditor, Action::View, Kind::Audit) && !may(Role::Auditor, Action::View, Kind::Stream));
    assert!(!may(Role::Operator, Action::View, Kind::Audit) && !may(Role::Operator, Action::View, Kind::User));
}

#[test]
fn who_may_do_something_may_also_see() {
    let permissions = Permissions::parse(["manage:rule"]).unwrap();
    assert_eq!(permissions.texts(), ["view:rule", "manage:rule"]);
    assert_eq!(Permissions::parse(["fly:rule"]), Err(BadRole::Permission("fly:rule".into())));
    assert_eq!(Permissions::parse([]), Err(BadRole::Empty));
}

#[test]
fn a_damaged_tree_ends_every_walk() {
    let ring = OrganisationTree::new([(2, 3), (3, 2)]);
    assert!(!ring.is_within(2, ROOT));
    assert!(ring.depth(2) <= MAX_DEPTH);
}

#[test]
fn a_right_for_a_group_holds_for_members_below_its_organisation_and_for_cameras_only() {
    let rights = Rights::new(vec![Grant::of_group(&Role::Operator.permissions(), (2, 7), None)], tree());
    let place = |organisation, groups: &[GroupId]| Place::of_camera(organisation, Some(groups.into()));
    let cases = [
        (place(4, &[7]), true),
        (place(2, &[3, 7, 9]), true),
        (place(4, &[3, 9]), false),
        (at(4), false),
        (at(2), false),
        (place(3, &[7]), false),
        (place(ROOT, &[7]), false),
    ];
    for (place, expected) in cases {
        assert_eq!(rights.permit(PLAY, &place, noon()), expected, "{place:?}");
    }
    let devices = Permission::new(Action::View, Kind::Device);
    assert!(!rights.permit(devices, &place(2, &[7]), noon()) && !rights.permit_somewhere(devices, noon()));
    assert_eq!(rights.reach(PLAY, noon()), Reach { organisations: vec![], groups: vec![7] });
}

fn any_permissions() -> impl Strategy<Value = Permissions> {
    let one = (0..4usize, 0..Kind::ALL.len());
    let permission = one.prop_map(|(action, kind)| Permission::new(Action::ALL[action], Kind::ALL[kind]));
    proptest::collection::vec(permission, 1..6).prop_map(|all| all.into_iter().collect())
}

/// Of an organisation or a group; groups 1 to 5 belong to the organisation of the same number.
fn any_grant() -> impl Strategy<Value = Grant> {
    let schedule = prop_oneof![3 => Just(None), 1 => Just(Some("1-7 00:00-24:00".parse().unwrap()))];
    (any_permissions(), 1..6i64, any::<bool>(), schedule).prop_map(|(permissions, number, of_group, schedule)| {
        if of_group {
            Grant::of_group(&permissions, (number, number), schedule)
        } else {
            Grant::of_organisation(permissions, number, schedule)
        }
    })
}

fn any_place() -> impl Strategy<Value = Place> {
    (1..7i64, proptest::collection::btree_set(1..6i64, 0..4))
        .prop_map(|(organisation, groups)| Place::of_camera(organisation, Some(groups.into_iter().collect())))
}

fn all_permissions() -> impl Iterator<Item = Permission> {
    Kind::ALL.into_iter().flat_map(|kind| Action::ALL.map(|action| Permission::new(action, kind)))
}

proptest! {
    #[test]
    fn a_right_for_a_group_permits_nothing_for_others(
        permissions in any_permissions(), group in 1..6i64, place in any_place(),
    ) {
        let rights = Rights::new(vec![Grant::of_group(&permissions, (group, group), None)], tree());
        let whole = Rights::new(vec![Grant::of_organisation(permissions, group, None)], tree());
        for permission in all_permissions().filter(|each| rights.permit(*each, &place, noon())) {
            prop_assert!(place.is_of(group), "{permission} outside of the group");
            prop_assert!(whole.permit(permission, &place, noon()), "{permission} outside of the organisation");
        }
    }

    /// The place may be of any groups: so it is also for those that join later.
    #[test]
    fn who_gives_what_they_cover_gives_no_more_than_they_have(
        own in proptest::collection::vec(any_grant(), 0..5), given in any_grant(), place in any_place(),
    ) {
        let (own, got) = (Rights::new(own, tree()), Rights::new(vec![given.clone()], tree()));
        if own.cover(&given) {
            for permission in all_permissions().filter(|each| got.permit(*each, &place, noon())) {
                prop_assert!(own.permit(permission, &place, noon()), "{permission} at {place:?}");
            }
        }
    }

    /// What joins a group where its rights are covered is given nothing that the giver lacks.
    #[test]
    fn who_adds_what_they_cover_gives_no_more_than_they_have(
        own in proptest::collection::vec(any_grant(), 0..5), permissions in any_permissions(), group in 1..6i64,
        organisation in 1..7i64, groups in proptest::collection::btree_set(1..6i64, 0..4),
    ) {
        let own = Rights::new(own, tree());
        let of_group = Grant::of_group(&permissions, (group, group), None);
        let before = Place::of_camera(organisation, Some(groups.iter().copied().collect()));
        let after = Place::of_camera(organisation, Some(groups.into_iter().chain([group]).collect::<std::collections::BTreeSet<_>>().into_iter().collect()));
        if own.cover_at(&of_group, &before) {
            let got = Rights::new(vec![of_group], tree());
            for permission in all_permissions().filter(|each| got.permit(*each, &after, noon())) {
                prop_assert!(own.permit(permission, &before, noon()), "{permission}");
            }
        }
    }

    #[test]
    fn more_rights_never_cover_less(
        own in proptest::collection::vec(any_grant(), 0..5), more in any_grant(), given in any_grant(), place in any_place(),
    ) {
        let few = Rights::new(own.clone(), tree());
        let many = Rights::new(own.into_iter().chain([more]).collect(), tree());
        prop_assert!(!few.cover(&given) || many.cover(&given));
        prop_assert!(!few.cover_at(&given, &place) || many.cover_at(&given, &place));
        for permission in all_permissions().filter(|each| few.permit(*each, &place, noon())) {
            prop_assert!(many.permit(permission, &place, noon()));
        }
    }

    #[test]
    fn permissions_survive_as_text(picks in proptest::collection::vec((0..4usize, 0..Kind::ALL.len()), 1..20)) {
        let permissions: Permissions =
            picks.into_iter().map(|(action, kind)| Permission::new(Action::ALL[action], Kind::ALL[kind])).collect();
        let texts = permissions.texts();
        prop_assert_eq!(Permissions::parse(texts.iter().map(String::as_str)).unwrap(), permissions);
    }
}
