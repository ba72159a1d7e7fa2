use super::*;
use crate::accounts::{ADMIN_NAME, Accounts};
use crate::rights::ROOT;

struct Office {
    people: People,
    database: Database,
    _folder: tempfile::TempDir,
}

impl Office {
    /// With the administrator of the first run.
    async fn open() -> (Self, Caller) {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&db::Place::File(folder.path().join("viaduct.db"))).await.unwrap();
        Accounts::new(database.clone(), None).unwrap().force_admin_password("long enough password").await.unwrap();
        let clock = Arc::new(WallClock::new(crate::clock::TimeZone::UTC));
        let people = People::open(database.clone(), clock).await.unwrap();
        let office = Self { people, database, _folder: folder };
        let admin = office.caller(ADMIN_NAME).await;
        (office, admin)
    }

    async fn caller(&self, name: &str) -> Caller {
        let user = self.database.user_by_name(name).await.unwrap().unwrap();
        self.people.caller(user, Proof::Session("s".into())).await.unwrap()
    }

    /// Rights are of the moment of a request, and so is the tree that they are in.
    async fn admin(&self) -> Caller {
        self.caller(ADMIN_NAME).await
    }

    async fn below(&self, parent_id: OrganisationId, name: &str) -> OrganisationId {
        self.people.add_organisation(&self.admin().await, organisation(parent_id, name)).await.unwrap().id
    }

    async fn hire(&self, by: &Caller, name: &str, place: OrganisationId, grants: &[(Role, OrganisationId)]) -> Caller {
        self.people.add_user(by, &user(name, place, grants), String::new()).await.unwrap();
        self.caller(name).await
    }
}

fn organisation(parent_id: OrganisationId, name: &str) -> OrganisationInput {
    OrganisationInput { name: name.into(), parent_id, position: 0 }
}

fn user(name: &str, organisation_id: OrganisationId, grants: &[(Role, OrganisationId)]) -> UserInput {
    let grant = |(role, organisation_id): &(Role, OrganisationId)| GrantInput {
        role: RoleRef::BuiltIn(*role),
        place: GrantPlace::Organisation(*organisation_id),
        schedule: None,
    };
    UserInput {
        name: name.into(),
        display_name: String::new(),
        organisation_id,
        enabled: true,
        grants: grants.iter().map(grant).collect(),
    }
}

#[tokio::test]
async fn each_sees_and_manages_only_their_part_of_the_tree() {
    let (office, _) = Office::open().await;
    let east = office.below(ROOT, "east").await;
    let west = office.below(ROOT, "west").await;
    let gate = office.below(east, "gate").await;
    let admin = office.admin().await;
    let chief = office.hire(&admin, "chief", east, &[(Role::Administrator, east)]).await;
    office.hire(&admin, "far", west, &[(Role::Viewer, west)]).await;
    let guard = office.hire(&chief, "guard", gate, &[(Role::Viewer, gate)]).await;

    let names =
        |caller: &Caller| office.people.organisations(caller).into_iter().map(|each| each.name).collect::<Vec<_>>();
    assert_eq!(names(&admin), ["", "east", "gate", "west"]);
    assert_eq!(names(&chief), ["", "east", "gate"], "its part, and the way up to the root");
    assert_eq!(names(&guard), ["", "east", "gate"]);
    let seen = async |caller: &Caller| {
        office.people.users(caller).await.unwrap().into_iter().map(|person| person.user.name).collect::<Vec<_>>()
    };
    assert_eq!(seen(&admin).await, ["admin", "chief", "far", "guard"]);
    assert_eq!(seen(&chief).await, ["chief", "guard"]);
    assert_eq!(seen(&guard).await, [""; 0]);

    let far = office.database.user_by_name("far").await.unwrap().unwrap().id;
    assert!(
        matches!(office.people.user(&chief, far).await, Err(PeopleError::NotFound { .. })),
        "unknown, not forbidden"
    );
    let add = office.people.add_organisation(&chief, organisation(west, "spy")).await;
    assert!(matches!(add, Err(PeopleError::NotFound { .. })));
    let add = office.people.add_organisation(&guard, organisation(gate, "den")).await;
    assert!(matches!(add, Err(PeopleError::Forbidden)), "seen, but not managed");
    let moved = office.people.change_organisation(&chief, (gate, 1), organisation(west, "gate")).await;
    assert!(matches!(moved, Err(PeopleError::NotFound { .. })));
    let raised = office.people.change_organisation(&chief, (gate, 1), organisation(ROOT, "gate")).await;
    assert!(matches!(raised, Err(PeopleError::NotFound { .. })), "the root is there in name only");
}

#[tokio::test]
async fn nobody_gives_more_than_they_have_nor_touches_those_above() {
    let (office, _) = Office::open().await;
    let east = office.below(ROOT, "east").await;
    let admin = office.admin().await;
    let chief = office.hire(&admin, "chief", east, &[(Role::Administrator, east)]).await;
    for grants in [[(Role::Viewer, ROOT)], [(Role::Administrator, ROOT)]] {
        let hired = office.people.add_user(&chief, &user("x", east, &grants), String::new()).await;
        assert!(matches!(hired, Err(PeopleError::MoreThanOwn)), "{hired:?}");
    }
    let elsewhere = office.people.add_user(&chief, &user("x", ROOT, &[]), String::new()).await;
    assert!(matches!(elsewhere, Err(PeopleError::NotFound { .. })));
    // Of the same organisation, but with a right at the root.
    let inspector = office.hire(&admin, "inspector", east, &[(Role::Auditor, ROOT)]).await.user;
    let changed = office.people.change_user(&chief, inspector.id, 1, &user("inspector", east, &[])).await;
    assert!(matches!(changed, Err(PeopleError::MoreThanOwn)));
    assert!(matches!(office.people.managed_user(&chief, inspector.id).await, Err(PeopleError::MoreThanOwn)));
    assert!(matches!(office.people.remove_user(&chief, inspector.id).await, Err(PeopleError::MoreThanOwn)));
    let role = RoleInput { name: "all".into(), permissions: vec!["manage:user".into()] };
    assert!(
        matches!(office.people.add_role(&chief, &role).await, Err(PeopleError::MoreThanOwn)),
        "roles are for everywhere"
    );
}

#[tokio::test]
async fn somebody_always_remains_who_can_give_rights() {
    let (office, admin) = Office::open().await;
    let id = admin.user.id;
    let locked_out = [
        UserInput { enabled: false, ..user("admin", ROOT, &[(Role::Administrator, ROOT)]) },
        user("admin", ROOT, &[(Role::Viewer, ROOT)]),
        UserInput {
            grants: vec![GrantInput {
                role: RoleRef::BuiltIn(Role::Administrator),
                place: GrantPlace::Organisation(ROOT),
                schedule: Some("1-5 08:00-18:00".parse().unwrap()),
            }],
            ..user("admin", ROOT, &[])
        },
    ];
    for input in &locked_out {
        let changed = office.people.change_user(&admin, id, 1, input).await;
        assert!(matches!(changed, Err(PeopleError::LastAdministrator)), "{input:?}");
    }
    assert!(matches!(office.people.remove_user(&admin, id).await, Err(PeopleError::LastAdministrator)));
    let role = RoleInput { name: "personnel".into(), permissions: vec!["manage:user".into()] };
    let role = office.people.add_role(&admin, &role).await.unwrap();
    let grant = GrantInput { role: RoleRef::Own(role.id), place: GrantPlace::Organisation(ROOT), schedule: None };
    let deputy = UserInput { grants: vec![grant], ..user("deputy", ROOT, &[]) };
    office.people.add_user(&admin, &deputy, String::new()).await.unwrap();
    office.people.remove_user(&admin, id).await.unwrap();
    let deputy = office.caller("deputy").await;
    let weaker = RoleInput { name: "personnel".into(), permissions: vec!["view:user".into()] };
    let changed = office.people.change_role(&deputy, role.id, 1, &weaker).await;
    assert!(matches!(changed, Err(PeopleError::LastAdministrator)), "through the role, too");
}

#[tokio::test]
async fn two_administrators_who_remove_each_other_at_once_are_not_both_gone() {
    let (office, admin) = Office::open().await;
    let other = office.hire(&admin, "other", ROOT, &[(Role::Administrator, ROOT)]).await;
    let (one, two) = tokio::join!(
        office.people.remove_user(&admin, other.user.id),
        office.people.remove_user(&other, admin.user.id)
    );
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
    assert_eq!(office.database.users().await.unwrap().len(), 1);
}

#[tokio::test]
async fn roles_of_ones_own_hold_at_once_and_stay_while_held() {
    let (office, admin) = Office::open().await;
    let watch = RoleInput { name: "watch".into(), permissions: vec!["play:stream".into()] };
    let role = office.people.add_role(&admin, &watch).await.unwrap();
    assert_eq!(role.permissions, "view:stream,play:stream");
    for name in ["", "viewer", "watch", "a\nb"] {
        let refused = office.people.add_role(&admin, &RoleInput { name: name.into(), ..watch.clone() }).await;
        assert!(refused.is_err(), "{name:?}");
    }
    let grant = GrantInput { role: RoleRef::Own(role.id), place: GrantPlace::Organisation(ROOT), schedule: None };
    let input = UserInput { grants: vec![grant], ..user("guest", ROOT, &[]) };
    let guest = office.people.add_user(&admin, &input, String::new()).await.unwrap();
    assert!(office.caller("guest").await.may_for(Action::Play, Kind::Stream, ROOT));
    assert!(matches!(office.people.remove_role(role.id).await, Err(PeopleError::InUse(_))));
    let other = RoleInput { permissions: vec!["view:rule".into()], ..watch.clone() };
    office.people.change_role(&admin, role.id, 1, &other).await.unwrap();
    assert!(matches!(office.people.change_role(&admin, role.id, 1, &watch).await, Err(PeopleError::Stale)));
    let now = office.caller("guest").await;
    assert!(!now.may_for(Action::Play, Kind::Stream, ROOT) && now.may_for(Action::View, Kind::Rule, ROOT));
    office.people.change_user(&admin, guest.id, 1, &user("guest", ROOT, &[])).await.unwrap();
    office.people.remove_role(role.id).await.unwrap();
}

#[tokio::test]
async fn a_key_permits_no_more_than_its_user() {
    let (office, admin) = Office::open().await;
    let permissions = Permissions::parse(["manage:user", "play:stream"]).unwrap();
    let guest = office.hire(&admin, "guest", ROOT, &[(Role::Viewer, ROOT)]).await.user;
    let proof = Proof::Key { name: "k".into(), permissions };
    let key = office.people.caller(guest, proof.clone()).await.unwrap();
    assert!(key.may_for(Action::Play, Kind::Stream, ROOT));
    assert!(!key.may_for(Action::Manage, Kind::User, ROOT), "not the user's");
    assert!(!key.may_for(Action::View, Kind::Organisation, ROOT), "not the key's");
    let of_admin = office.people.caller(admin.user.clone(), proof).await.unwrap();
    assert!(of_admin.may_for(Action::Manage, Kind::User, ROOT) && !of_admin.may_for(Action::Manage, Kind::Rule, ROOT));
    assert_eq!(of_admin.name(), "admin (key k)");
}

#[tokio::test]
async fn the_tree_stays_a_tree() {
    let (office, _) = Office::open().await;
    let east = office.below(ROOT, "east").await;
    let gate = office.below(east, "gate").await;
    let admin = office.admin().await;
    for parent in [east, gate] {
        let ring = office.people.change_organisation(&admin, (east, 1), organisation(parent, "east")).await;
        assert!(matches!(ring, Err(PeopleError::Tree)));
    }
    let mut deepest = gate;
    for level in 3..=16 {
        deepest = office.below(deepest, &level.to_string()).await;
    }
    let admin = office.admin().await;
    let deeper = office.people.add_organisation(&admin, organisation(deepest, "17")).await;
    assert!(matches!(deeper, Err(PeopleError::Tree)));
    assert!(matches!(office.people.remove_organisation(&admin, ROOT).await, Err(PeopleError::Root)));
    assert!(matches!(office.people.remove_organisation(&admin, east).await, Err(PeopleError::InUse(_))));
    let named =
        office.people.change_organisation(&admin, (ROOT, 1), organisation(7, "Ring Road Office")).await.unwrap();
    assert_eq!((named.parent_id, named.name.as_str()), (None, "Ring Road Office"), "the root is named, not moved");
}

#[tokio::test]
async fn a_right_for_a_group_is_no_more_than_one_for_its_organisation() {
    let (office, _) = Office::open().await;
    let east = office.below(ROOT, "east").await;
    let admin = office.admin().await;
    let group = async |organisation_id| {
        let row = db::GroupRow { organisation_id, name: "tunnels".into(), ..Default::default() };
        office.database.add_group(&row).await.unwrap()
    };
    let (of_root, of_east) = (group(ROOT).await, group(east).await);
    let chief = office.hire(&admin, "chief", east, &[(Role::Administrator, east)]).await;
    let guest = |name: &str, role, group| UserInput {
        grants: vec![GrantInput { role, place: GrantPlace::Group(group), schedule: None }],
        ..user(name, east, &[])
    };
    let add = async |by: &Caller, input: &UserInput| office.people.add_user(by, input, String::new()).await;
    let viewer = RoleRef::BuiltIn(Role::Viewer);
    add(&chief, &guest("guest", viewer, of_east)).await.unwrap();
    let unknown = add(&chief, &guest("other", viewer, of_root)).await;
    assert!(matches!(unknown, Err(PeopleError::NotFound { what: "group" })), "{unknown:?}");
    assert!(matches!(add(&chief, &guest("other", viewer, 77)).await, Err(PeopleError::NotFound { .. })));
    let auditor = add(&admin, &guest("other", RoleRef::BuiltIn(Role::Auditor), of_root)).await;
    assert!(matches!(auditor, Err(PeopleError::NothingOfCameras)), "{auditor:?}");

    let held = office.caller("guest").await;
    let member = Place::of_group(east, of_east);
    assert!(held.may(Action::Play, Kind::Stream, &member) && !held.may_for(Action::Play, Kind::Stream, east));
    assert!(!held.may(Action::View, Kind::Organisation, &member), "not what is not about cameras");
    assert!(!held.may_somewhere(Action::View, Kind::Organisation) && held.may_somewhere(Action::View, Kind::Channel));
    assert_eq!(held.reach(Action::Play, Kind::Stream), Reach { organisations: vec![], groups: vec![of_east] });

    let watch = RoleInput { name: "watch".into(), permissions: vec!["play:stream".into(), "view:rule".into()] };
    let role = office.people.add_role(&admin, &watch).await.unwrap();
    add(&admin, &guest("watcher", RoleRef::Own(role.id), of_root)).await.unwrap();
    let nothing = RoleInput { permissions: vec!["view:rule".into()], ..watch };
    let changed = office.people.change_role(&admin, role.id, 1, &nothing).await;
    assert!(matches!(changed, Err(PeopleError::NothingOfCameras)), "{changed:?}");
    let only = user("admin", ROOT, &[]);
    let input = UserInput { grants: guest("", RoleRef::BuiltIn(Role::Administrator), of_root).grants, ..only };
    let left = office.people.change_user(&admin, admin.user.id, 1, &input).await;
    assert!(matches!(left, Err(PeopleError::LastAdministrator)), "a group is not everything: {left:?}");
}
