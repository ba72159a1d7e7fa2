use totp_rs::{Builder, Secret};

use super::*;
use crate::rights::{Action, Kind, Permission};

const FIRST: &str = "the first password";

fn here(last: u8) -> Client<'static> {
    Client { address: IpAddr::from([192, 0, 2, last]), agent: "test" }
}

fn admin(password: &str) -> Credentials<'_> {
    Credentials { name: ADMIN_NAME, password, code: None }
}

async fn accounts(code: Option<&str>) -> (tempfile::TempDir, Accounts) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::open(&db::Place::File(folder.path().join("viaduct.db"))).await.unwrap();
    (folder, Accounts::new(database, code.map(str::to_owned)).unwrap())
}

#[tokio::test]
async fn the_first_run_needs_its_code_and_happens_once() {
    let (_folder, accounts) = accounts(Some("code-7")).await;
    let before = accounts.login(admin("whatever it is"), &here(1)).await;
    assert!(matches!(before, Err(AccountError::SetupRequired)));
    for code in [None, Some("code-8")] {
        let wrong = accounts.set_up(code, "long enough password", &here(1)).await;
        assert!(matches!(wrong, Err(AccountError::WrongSetupCode)));
    }
    let short = accounts.set_up(Some("code-7"), "short", &here(1)).await;
    assert!(matches!(short, Err(AccountError::BadPassword)));
    let signed_in = accounts.set_up(Some("code-7"), "long enough password", &here(1)).await.unwrap();
    assert_eq!(accounts.authenticate(&signed_in.token).await.unwrap().0.name, "admin");
    let again = accounts.set_up(Some("code-7"), "another password!", &here(1)).await;
    assert!(matches!(again, Err(AccountError::SetupDone)));
}

#[tokio::test]
async fn who_has_the_machine_gets_a_locked_out_administrator_back() {
    let (_folder, accounts) = accounts(None).await;
    accounts.force_admin_password(FIRST).await.unwrap();
    let user = accounts.login(admin(FIRST), &here(1)).await.unwrap().user;
    let weakened = UserRow { enabled: false, ..user.clone() };
    accounts.database.update_user(&weakened, &[]).await.unwrap();
    assert!(accounts.login(admin(FIRST), &here(1)).await.is_err());
    accounts.force_admin_password("the second password").await.unwrap();
    accounts.login(admin("the second password"), &here(2)).await.unwrap();
    assert_eq!(accounts.database.grants_of(user.id).await.unwrap(), [everything()]);
}

#[tokio::test]
async fn sessions_are_listed_and_end_one_by_one_and_with_the_password() {
    let (_folder, accounts) = accounts(None).await;
    accounts.force_admin_password(FIRST).await.unwrap();
    let one = accounts.login(admin(FIRST), &here(1)).await.unwrap();
    let two = accounts.login(admin(FIRST), &here(2)).await.unwrap();
    let id = two.user.id;
    let listed: Vec<_> = accounts.sessions(id).await.unwrap().into_iter().map(|session| session.address).collect();
    assert_eq!(listed.len(), 2, "{listed:?}");
    let (_, Proof::Session(session)) = accounts.authenticate(&one.token).await.unwrap() else { panic!("a session") };
    accounts.end_session(id, &session).await.unwrap();
    assert!(accounts.authenticate(&one.token).await.is_err());
    assert!(matches!(accounts.end_session(id, &session).await, Err(AccountError::NotFound)));
    let wrong = accounts.change_password(&two.user, "not the password", "the second password").await;
    assert!(matches!(wrong, Err(AccountError::WrongCredentials)));
    accounts.change_password(&two.user, FIRST, "the second password").await.unwrap();
    assert!(accounts.authenticate(&two.token).await.is_err());
    assert!(accounts.login(admin("the second password"), &here(1)).await.is_ok());
}

#[tokio::test]
async fn repeated_failures_lock_the_address_and_the_name() {
    let (_folder, accounts) = accounts(None).await;
    accounts.force_admin_password(FIRST).await.unwrap();
    for _ in 0..lockout::FREE_FAILURES {
        let failed = accounts.login(admin("a wrong password"), &here(1)).await;
        assert!(matches!(failed, Err(AccountError::WrongCredentials)));
    }
    for address in [1, 2] {
        let locked = accounts.login(admin(FIRST), &here(address)).await;
        assert!(matches!(locked, Err(AccountError::Locked { .. })), "{address}");
    }
}

fn code_of(enrolment: &Enrolment, at: i64) -> String {
    let secret = Secret::try_from_base32(&enrolment.secret).unwrap();
    Builder::new().with_secret(secret).build().unwrap().generate(u64::try_from(at).unwrap()).to_string()
}

#[tokio::test]
async fn a_second_factor_holds_once_its_first_code_was_entered() {
    let (_folder, accounts) = accounts(None).await;
    accounts.force_admin_password(FIRST).await.unwrap();
    let user = accounts.login(admin(FIRST), &here(1)).await.unwrap().user;
    let nothing = accounts.confirm_second_factor(&user, FIRST, "000000").await;
    assert!(matches!(nothing, Err(AccountError::NoEnrolment)));
    let shown = accounts.begin_second_factor(&user).unwrap();
    assert!(accounts.login(admin(FIRST), &here(1)).await.is_ok(), "not yet");
    let first = code_of(&shown, unix_now());
    let without = accounts.confirm_second_factor(&user, "a wrong password", &first).await;
    assert!(matches!(without, Err(AccountError::WrongCredentials)));
    accounts.confirm_second_factor(&user, FIRST, &first).await.unwrap();

    let without = accounts.login(admin(FIRST), &here(1)).await;
    assert!(matches!(without, Err(AccountError::CodeRequired)));
    let used = accounts.login(Credentials { code: Some(&first), ..admin(FIRST) }, &here(1)).await;
    assert!(matches!(used, Err(AccountError::WrongCode)), "a code is good once");
    let next = code_of(&shown, unix_now() + 30);
    let wrong_password = accounts.login(Credentials { code: Some(&next), ..admin("a wrong password") }, &here(1)).await;
    assert!(matches!(wrong_password, Err(AccountError::WrongCredentials)), "a code alone opens nothing");
    accounts.login(Credentials { code: Some(&next), ..admin(FIRST) }, &here(1)).await.unwrap();
    accounts.remove_second_factor(&user, FIRST).await.unwrap();
    assert!(accounts.login(admin(FIRST), &here(1)).await.is_ok());
}

#[tokio::test]
async fn a_key_proves_its_user_and_what_it_permits() {
    let (_folder, accounts) = accounts(None).await;
    accounts.force_admin_password(FIRST).await.unwrap();
    let user = accounts.login(admin(FIRST), &here(1)).await.unwrap().user;
    let permissions: Permissions = [Permission::new(Action::Play, Kind::Stream)].into_iter().collect();
    let key = NewKey { name: " monitor ".into(), permissions: permissions.clone(), life_s: 3600 };
    let (row, secret) = accounts.add_key(user.id, &key).await.unwrap();
    assert!(secret.starts_with("vdk_") && row.name == "monitor");
    let (proven, proof) = accounts.authenticate(&secret).await.unwrap();
    assert_eq!((proven.id, proof), (user.id, Proof::Key { name: "monitor".into(), permissions: permissions.clone() }));
    for (name, life_s) in [("", 3600), ("x", 59), ("x", MAX_KEY_LIFE_S + 1), ("monitor", 3600)] {
        let refused =
            accounts.add_key(user.id, &NewKey { name: name.into(), permissions: permissions.clone(), life_s }).await;
        assert!(matches!(refused, Err(AccountError::BadKey(..))), "{name} {life_s}");
    }
    assert!(accounts.authenticate("vdk_guessed").await.is_err());
    accounts.remove_key(user.id, row.id).await.unwrap();
    assert!(accounts.authenticate(&secret).await.is_err());
}
