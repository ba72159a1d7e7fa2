use super::*;

fn login(id: &str, user_id: i64) -> LoginRow {
    LoginRow {
        id: id.into(),
        user_id,
        address: "192.0.2.1".into(),
        created_at: 10,
        seen_at: 10,
        expires_at: 20,
        ..Default::default()
    }
}

fn at_root(built_in: &str) -> GrantRow {
    GrantRow { built_in: Some(built_in.into()), organisation_id: 1, ..Default::default() }
}

#[tokio::test]
async fn users_are_added_changed_and_removed_with_their_grants() {
    on_both(async |database| {
        assert!(database.has_no_users().await.unwrap());
        let id = database.add_user(&ann(), &[at_root("viewer"), at_root("operator")]).await.unwrap();
        assert!(!database.has_no_users().await.unwrap());
        assert!(matches!(database.add_user(&ann(), &[]).await, Err(DbError::Exists)));
        assert_eq!(database.grants_of(id).await.unwrap(), [at_root("viewer"), at_root("operator")]);
        let changed = UserRow { id, display_name: "Ann".into(), version: 1, ..ann() };
        assert_eq!(database.update_user(&changed, &[at_root("auditor")]).await.unwrap(), Changed::Done);
        assert_eq!(database.update_user(&changed, &[]).await.unwrap(), Changed::Stale);
        assert_eq!(database.update_user(&UserRow { id: 99, ..changed.clone() }, &[]).await.unwrap(), Changed::Missing);
        assert_eq!(database.grants().await.unwrap(), [(id, at_root("auditor"))]);
        assert_eq!(database.users().await.unwrap(), [UserRow { version: 2, ..changed }]);
        assert!(database.remove_user(id).await.unwrap());
        assert!(!database.remove_user(id).await.unwrap());
        assert_eq!(database.grants().await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn sessions_are_listed_expire_and_end_with_password_and_permission() {
    on_both(async |database| {
        let id = database.add_user(&ann(), &[]).await.unwrap();
        database.add_login(b"one", &login("a", id)).await.unwrap();
        database.add_login(b"two", &login("b", id)).await.unwrap();
        let used = LoginRow { created_at: 9, seen_at: 15, expires_at: 25, ..login("b", id) };
        database.touch_login(&used).await.unwrap();
        assert_eq!(database.login(b"two", 24).await.unwrap().map(|found| found.0), Some(used), "it lasts longer");
        let (session, user) = database.login(b"one", 19).await.unwrap().unwrap();
        assert_eq!((session.id.as_str(), user.name.as_str(), user.last_login_at), ("a", "ann", Some(10)));
        assert_eq!(database.login(b"one", 20).await.unwrap(), None, "it has expired");
        let ids = async || -> Vec<String> {
            database.logins_of(id, 11).await.unwrap().into_iter().map(|session| session.id).collect()
        };
        assert_eq!(ids().await, ["b", "a"], "latest first");
        assert!(!database.remove_login(id + 1, "a").await.unwrap(), "of another user");
        assert!(database.remove_login(id, "a").await.unwrap());
        assert_eq!(ids().await, ["b"]);
        assert!(database.set_password(id, "other").await.unwrap());
        assert_eq!(ids().await, [""; 0], "a new password ends sessions");
        database.add_login(b"three", &login("c", id)).await.unwrap();
        let disabled = UserRow { id, enabled: false, version: 1, ..ann() };
        assert_eq!(database.update_user(&disabled, &[]).await.unwrap(), Changed::Done);
        assert_eq!(database.login(b"three", 11).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn a_code_of_the_second_factor_is_good_once() {
    on_both(async |database| {
        let id = database.add_user(&ann(), &[]).await.unwrap();
        assert!(database.set_totp(id, Some(b"secret"), None).await.unwrap());
        assert!(database.use_totp(id, 7).await.unwrap());
        assert!(!database.use_totp(id, 7).await.unwrap());
        assert!(!database.use_totp(id, 6).await.unwrap());
        assert!(database.use_totp(id, 8).await.unwrap());
        assert!(database.set_totp(id, None, None).await.unwrap());
        assert_eq!(database.user(id).await.unwrap().unwrap().totp_secret, None);
    })
    .await;
}

#[tokio::test]
async fn keys_belong_to_a_user_and_expire() {
    on_both(async |database| {
        let id = database.add_user(&ann(), &[]).await.unwrap();
        let key = ApiKeyRow {
            user_id: id,
            name: "k".into(),
            permissions: "view:stream".into(),
            expires_at: 20,
            ..Default::default()
        };
        let number = database.add_api_key(b"hash", &key).await.unwrap();
        assert!(matches!(database.add_api_key(b"other", &key).await, Err(DbError::Exists)));
        database.touch_api_key(number, 15).await.unwrap();
        let (found, user) = database.api_key(b"hash", 19).await.unwrap().unwrap();
        assert_eq!((found.last_used_at, user.id), (Some(15), id));
        assert_eq!(database.api_key(b"hash", 20).await.unwrap(), None);
        assert_eq!(database.api_keys_of(id).await.unwrap(), [found]);
        assert!(!database.remove_api_key(id + 1, number).await.unwrap());
        assert!(database.remove_api_key(id, number).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn roles_and_organisations_in_use_stay() {
    on_both(async |database| {
        let row = RoleRow { name: "watch".into(), permissions: "view:stream".into(), ..Default::default() };
        let role = database.add_role(&row).await.unwrap();
        assert!(matches!(database.add_role(&row).await, Err(DbError::Exists)));
        let row = OrganisationRow { parent_id: Some(1), name: "east".into(), ..Default::default() };
        let east = database.add_organisation(&row).await.unwrap();
        assert!(east > 1);
        assert!(matches!(database.add_organisation(&row).await, Err(DbError::Exists)));
        let below = OrganisationRow { parent_id: Some(east), name: "k12".into(), ..Default::default() };
        let below = database.add_organisation(&below).await.unwrap();
        let grant = GrantRow { role_id: Some(role), organisation_id: below, ..Default::default() };
        let user = database.add_user(&ann(), &[grant]).await.unwrap();
        assert!(matches!(database.remove_role(role).await, Err(DbError::InUse)));
        assert!(matches!(database.remove_organisation(below).await, Err(DbError::InUse)), "a grant is for it");
        assert!(matches!(database.remove_organisation(east).await, Err(DbError::InUse)), "one is below it");
        database.remove_user(user).await.unwrap();
        assert!(database.remove_role(role).await.unwrap());
        assert!(database.remove_organisation(below).await.unwrap());
        let renamed =
            OrganisationRow { id: east, parent_id: Some(1), name: "west".into(), version: 1, ..Default::default() };
        assert_eq!(database.update_organisation(&renamed).await.unwrap(), Changed::Done);
        assert_eq!(database.update_organisation(&renamed).await.unwrap(), Changed::Stale);
        assert!(database.remove_organisation(east).await.unwrap());
        assert_eq!(database.organisations().await.unwrap().len(), 1, "the root");
    })
    .await;
}

#[tokio::test]
async fn the_audit_log_is_one_chain_for_all_writers() {
    on_both(async |database| {
        let add = async |actor: &str| {
            let row = AuditRow { actor: actor.into(), at_ms: 5, ..Default::default() };
            database.add_audit(row, |before, row| [before, row.actor.as_bytes()].concat()).await.unwrap()
        };
        tokio::join!(add("a"), add("b"), add("c"));
        let rows = database.audit_after(0, 10).await.unwrap();
        assert_eq!(rows.iter().map(|row| row.id).collect::<Vec<_>>(), [1, 2, 3]);
        let actors: String = rows.iter().map(|row| row.actor.as_str()).collect();
        assert_eq!(rows[2].sum, actors.as_bytes(), "each sum builds on the one before");
        let page = async |search: &str, from_ms: i64| {
            let filter = AuditFilter { search: search.into(), from_ms, to_ms: i64::MAX };
            database.audit_page(&filter, i64::MAX, 10).await.unwrap().len()
        };
        assert_eq!((page("", 0).await, page("B", 5).await, page("", 6).await, page("%", 0).await), (3, 1, 0, 0));
    })
    .await;
}

#[tokio::test]
async fn who_a_user_is_elsewhere_is_kept_by_issuer_and_subject() {
    on_both(async |database| {
        let id = database.add_user(&ann(), &[at_root("viewer")]).await.unwrap();
        database.set_totp(id, Some(b"secret"), None).await.unwrap();
        database.add_login(b"one", &login("a", id)).await.unwrap();
        let identity =
            IdentityRow { issuer: "https://id.example".into(), subject: "7".into(), user_id: id, linked_at: 11 };
        assert!(database.link_identity(&identity).await.unwrap());
        assert!(!database.link_identity(&IdentityRow { user_id: 99, ..identity.clone() }).await.unwrap());
        assert_eq!(database.login(b"one", 11).await.unwrap(), None, "sessions have ended");
        let user = database.user_of_identity("https://id.example", "7").await.unwrap().unwrap();
        assert_eq!((user.id, user.password_hash.as_str(), user.totp_secret), (id, "", None), "the provider alone");
        assert_eq!(database.user_of_identity("https://other.example", "7").await.unwrap(), None);
        let other = UserRow { name: "ben".into(), ..ann() };
        let twice = IdentityRow { subject: "8".into(), ..identity.clone() };
        assert!(matches!(database.link_identity(&twice).await, Err(DbError::Exists)), "one user is one person");
        let stolen = database.add_user_with_identity(&other, &[], &identity).await;
        assert!(matches!(stolen, Err(DbError::Exists)), "one person is one user");
        assert!(database.user_by_name("ben").await.unwrap().is_none(), "nothing is half done");
        let mapped = GrantRow { mapped: true, ..at_root("operator") };
        let ben = database.add_user_with_identity(&other, std::slice::from_ref(&mapped), &twice).await.unwrap();
        assert_eq!(database.identity_of(ben).await.unwrap().map(|row| row.subject), Some("8".into()));
        assert_eq!(database.identities().await.unwrap().len(), 2);

        database.replace_mapped_grants(id, std::slice::from_ref(&mapped)).await.unwrap();
        let changed = UserRow { id, version: database.user(id).await.unwrap().unwrap().version, ..ann() };
        assert_eq!(database.update_user(&changed, &[at_root("auditor")]).await.unwrap(), Changed::Done);
        assert_eq!(database.grants_of(id).await.unwrap(), [mapped, at_root("auditor")], "each by its own hand");
        database.replace_mapped_grants(id, &[]).await.unwrap();
        assert_eq!(database.grants_of(id).await.unwrap(), [at_root("auditor")]);
        assert!(database.unlink_identity(ben).await.unwrap());
        assert!(!database.unlink_identity(ben).await.unwrap());
        assert_eq!(database.grants_of(ben).await.unwrap(), [], "what came from there is gone");
        assert!(database.remove_user(id).await.unwrap());
        assert_eq!(database.identities().await.unwrap(), []);
    })
    .await;
}
