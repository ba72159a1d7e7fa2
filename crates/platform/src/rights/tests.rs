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
    Grant { permissions: role.permissions(), organisation, schedule }
}

const PLAY: Permission = Permission::new(Action::Play, Kind::Stream);

#[test]
fn a_right_holds_at_its_place_and_below() {
    let rights = Rights::new(vec![grant(Role::Viewer, 4, None)], tree());
    let permitted: Vec<_> = (1..=6).filter(|place| rights.permit(PLAY, *place, noon())).collect();
    assert_eq!(permitted, [4, 5], "not the parent 2, the sibling 3, the root, or one that does not exist");
    assert_eq!(rights.places(PLAY, noon()), [4]);
    let manage = Permission::new(Action::Manage, Kind::Stream);
    assert!(!rights.permit(manage, 4, noon()) && !rights.permit_somewhere(manage, noon()));
}

#[test]
fn a_right_holds_while_its_schedule_is_open() {
    // 2026-11-26 is a Thursday.
    for (schedule, expected) in [("4 12:00-13:00", true), ("4 12:01-13:00", false), ("5 00:00-24:00", false)] {
        let rights = Rights::new(vec![grant(Role::Viewer, ROOT, Some(schedule))], tree());
        assert_eq!(rights.permit(PLAY, 5, noon()), expected, "{schedule}");
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

proptest! {
    #[test]
    fn permissions_survive_as_text(picks in proptest::collection::vec((0..4usize, 0..Kind::ALL.len()), 1..20)) {
        let permissions: Permissions =
            picks.into_iter().map(|(action, kind)| Permission::new(Action::ALL[action], Kind::ALL[kind])).collect();
        let texts = permissions.texts();
        prop_assert_eq!(Permissions::parse(texts.iter().map(String::as_str)).unwrap(), permissions);
    }
}
