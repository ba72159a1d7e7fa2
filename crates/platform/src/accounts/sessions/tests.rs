use std::net::IpAddr;

use proptest::prelude::*;

use super::*;
use crate::accounts::{ADMIN_NAME, Credentials};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

async fn signed_in(life: SessionLife) -> (tempfile::TempDir, Accounts, SignedIn) {
    let folder = tempfile::tempdir().unwrap();
    let database = db::Database::open(&db::Place::File(folder.path().join("viaduct.db"))).await.unwrap();
    let accounts = Accounts::new(database, None).unwrap();
    accounts.set_session_life(life);
    accounts.force_admin_password("the first password").await.unwrap();
    let with = Credentials { name: ADMIN_NAME, password: "the first password", code: None };
    let from = Client { address: IpAddr::from([192, 0, 2, 1]), agent: "kiosk" };
    let signed_in = accounts.login(with, &from).await.unwrap();
    (folder, accounts, signed_in)
}

#[tokio::test]
async fn a_session_that_is_used_lasts_to_its_greatest_age_and_not_longer() {
    let (_folder, accounts, kiosk) = signed_in(SessionLife::default()).await;
    let start = unix_now();
    for hour in (11..30 * 24).step_by(11) {
        let seen = accounts.authenticate_session(&kiosk.token, start + hour * HOUR).await;
        assert!(seen.is_ok(), "after {hour} hours");
    }
    assert!(accounts.authenticate_session(&kiosk.token, start + 30 * DAY + 1).await.is_err());
}

#[tokio::test]
async fn a_session_that_nobody_uses_ends() {
    let (_folder, accounts, kiosk) = signed_in(SessionLife::default()).await;
    let later = unix_now() + 12 * HOUR + 1;
    assert!(matches!(accounts.authenticate_session(&kiosk.token, later).await, Err(AccountError::NoSession)));
}

#[tokio::test]
async fn without_a_greatest_age_a_session_lasts_while_it_is_used() {
    let (_folder, accounts, kiosk) = signed_in(SessionLife { idle_s: DAY, max_s: None }).await;
    for day in 0..400 {
        accounts.authenticate_session(&kiosk.token, unix_now() + day * (DAY - 60)).await.unwrap();
    }
}

#[tokio::test]
async fn a_shorter_life_holds_for_open_sessions_too() {
    let (_folder, accounts, kiosk) = signed_in(SessionLife::default()).await;
    accounts.set_session_life(SessionLife { idle_s: HOUR, max_s: None });
    let later = unix_now() + HOUR + 1;
    assert!(accounts.authenticate_session(&kiosk.token, later).await.is_err());
    assert!(accounts.authenticate_session(&kiosk.token, later - 60).await.is_ok());
}

#[tokio::test]
async fn a_clock_that_is_set_back_gives_a_session_no_more_days() {
    let life = SessionLife { idle_s: 2 * DAY, max_s: Some(10 * DAY) };
    let (_folder, accounts, kiosk) = signed_in(life).await;
    let (start, mut moved_back) = (unix_now(), 0);
    for day in 1..=9 {
        accounts.authenticate_session(&kiosk.token, start + day * DAY - moved_back).await.unwrap();
        moved_back += 20 * DAY;
        accounts.authenticate_session(&kiosk.token, start + day * DAY - moved_back).await.unwrap();
    }
    assert!(accounts.authenticate_session(&kiosk.token, start + 10 * DAY + 60 - moved_back).await.is_err());
}

#[tokio::test]
async fn a_clock_that_leaps_forward_ends_a_session_and_set_right_again_gives_no_more() {
    let (_folder, accounts, kiosk) = signed_in(SessionLife::default()).await;
    let start = unix_now();
    for leap in [400 * DAY, i64::MAX - 1, i64::MAX] {
        assert!(accounts.authenticate_session(&kiosk.token, start.saturating_add(leap)).await.is_err(), "{leap}");
    }
    accounts.authenticate_session(&kiosk.token, start + HOUR).await.unwrap();
    assert!(accounts.authenticate_session(&kiosk.token, start + 30 * DAY + 1).await.is_err());
}

proptest! {
    /// The clock runs and is set as it likes: the time that truly passed while a session was used stays below its maximum and
    /// nothing overflows. What passes between the last use and a jump is not seen, up to a minute of each.
    #[test]
    fn no_session_outlives_its_maximum(steps in proptest::collection::vec((60_i64..6 * HOUR, -DAY..DAY), 1..80), anywhere in any::<i64>()) {
        let life = SessionLife { idle_s: 12 * HOUR, max_s: Some(3 * DAY) };
        let mut session = LoginRow { created_at: 1_700_000_000, seen_at: 1_700_000_000, ..LoginRow::default() };
        session.expires_at = life.end(session.created_at, session.seen_at);
        let (mut clock, mut true_age) = (session.created_at, 0);
        for (passed, jump) in steps {
            clock += passed;
            if !life.lasts(&session, clock) {
                break;
            }
            true_age += passed;
            session = life.used(&session, clock).unwrap_or(session);
            prop_assert!(true_age <= 3 * DAY, "used after {true_age} s");
            clock += jump;
            if !life.lasts(&session, clock) {
                break;
            }
            session = life.used(&session, clock).unwrap_or(session);
        }
        let _no_overflow = (life.lasts(&session, anywhere), life.used(&session, anywhere));
    }
}
