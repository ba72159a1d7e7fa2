use std::sync::atomic::{AtomicI64, Ordering};

use jiff::Timestamp;
use jiff::civil::date;
use jiff::tz::TimeZone;
use proptest::prelude::*;

use super::*;

/// Noon of 2026-06-01, UTC.
const NOON: i64 = 1_780_315_200;

fn terms() -> Terms {
    Terms {
        number: "2026-0042".into(),
        customer: "江苏交通控股 <b>&".into(),
        channels: 5000,
        issued: date(2026, 1, 1),
        expires: Some(date(2026, 12, 31)),
    }
}

fn key() -> SigningKey {
    SigningKey::generate().unwrap()
}

fn issued(key: &SigningKey, change: impl FnOnce(&mut Terms)) -> String {
    let mut terms = terms();
    change(&mut terms);
    Document::issue(terms, key).unwrap().to_text()
}

#[test]
fn a_licence_is_read_as_it_was_issued_and_believed_with_its_issuers_key_only() {
    let (key, other) = (key(), key());
    let text = issued(&key, |_| ());
    let document = Document::parse(&text).unwrap();
    assert_eq!(document.terms, terms());
    document.verify(&key.public()).unwrap();
    assert!(matches!(document.verify(&other.public()), Err(LicenceError::NotGenuine)));
    for mailed in [text.replace('\n', "\r\n"), format!("\u{feff}{text}"), format!("{text}\r\n\r\n")] {
        Document::parse(&mailed).unwrap().verify(&key.public()).unwrap();
    }
    let endless = issued(&key, |terms| terms.expires = None);
    assert!(endless.contains("\nexpires: never\n"));
    assert_eq!(Document::parse(&endless).unwrap().terms.ends_at(), None);
}

#[test]
fn what_makes_no_sense_is_refused_with_its_reason() {
    let key = key();
    let good = issued(&key, |_| ());
    let instead = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}");
        good.replace(from, to)
    };
    for (text, reason) in [
        (String::new(), "signature"),
        (good[..good.len() - 20].to_owned(), "cut off"),
        (good.lines().take(6).collect::<Vec<_>>().join("\n"), "cut off"),
        (instead("viaduct-licence 1", "viaduct-licence 2"), "first line"),
        (instead("channels: 5000", "channels: 0"), "channels must be 1 to 200000"),
        (instead("channels: 5000", "channels: -5"), "channels must be 1 to 200000"),
        (instead("channels: 5000", "channels: +5"), "channels must be 1 to 200000"),
        (instead("channels: 5000", "channels: 200001"), "channels must be 1 to 200000"),
        (instead("channels: 5000", "channels: 99999999999999999999"), "\"channels\""),
        (instead("channels: 5000\n", ""), "\"channels\""),
        (instead("issued: 2026-01-01", "issued: 2026-02-30"), "issued is a day"),
        (instead("issued: 2026-01-01", "issued: tomorrow"), "issued is a day"),
        (instead("expires: 2026-12-31", "expires: 2025-12-31"), "ends before it begins"),
        (instead("expires: 2026-12-31", "expires: 2026-12-31\nowner: me"), "does not know"),
        (instead("customer: ", "customer:  "), "customer has blanks"),
        (instead("number: 2026-0042", &format!("number: {}", "9".repeat(65))), "\"number\""),
        ("x".repeat(1 << 20), "4096 bytes"),
    ] {
        let error = Document::parse(&text).expect_err(&text).to_string();
        assert!(error.contains(reason), "{error} does not say {reason}");
    }
    for wrong in ["a\nb", " a", "\u{7}"] {
        assert!(Document::issue(Terms { customer: wrong.into(), ..terms() }, &key).is_err(), "{wrong:?}");
    }
}

#[test]
fn keys_are_read_in_every_form_that_openssl_writes() {
    let key = key();
    let public = key.public();
    let der: Vec<u8> = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00]
        .into_iter()
        .chain(raw(&public))
        .collect();
    let der = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----\n");
    for text in [public.to_text(), der, pem] {
        assert_eq!(text.parse(), Ok(public.clone()));
    }
    let private = key.to_pem().unwrap();
    assert_eq!(SigningKey::from_pem(&private).unwrap().public(), public);
    assert!(private.parse::<IssuerKey>().unwrap_err().to_string().contains("private key"));
    for wrong in ["", "abc", "QUJD", &"A".repeat(10_000)] {
        assert!(wrong.parse::<IssuerKey>().is_err() && SigningKey::from_pem(wrong).is_err(), "{wrong:.20}");
    }
}

fn raw(key: &IssuerKey) -> Vec<u8> {
    base64::Engine::decode(&base64::engine::general_purpose::STANDARD, key.to_text()).unwrap()
}

proptest! {
    #[test]
    fn one_changed_byte_is_enough_to_be_refused(at in 0usize..400, with in any::<u8>()) {
        let key = SigningKey::from_pem(KEY).unwrap();
        let mut bytes = issued(&key, |_| ()).into_bytes();
        let at = at % bytes.len();
        prop_assume!(bytes[at] != with);
        bytes[at] = with;
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        // The blank at the very end is no part of it.
        let same = text.trim_end() == issued(&key, |_| ()).trim_end();
        let believed = Document::parse(&text).is_ok_and(|document| document.verify(&key.public()).is_ok());
        prop_assert_eq!(believed, same, "{}", text);
    }
}

/// Made by `openssl genpkey -algorithm ed25519`.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAic1P31McqUP9mudftrVRlovAHMJk16e/1w8wJIxY+m
-----END PRIVATE KEY-----
";

/// An installation whose clock the test sets.
struct Office {
    database: Database,
    time: Arc<AtomicI64>,
    clock: Arc<WallClock>,
    key: SigningKey,
    _folder: tempfile::TempDir,
}

impl Office {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::open(&db::Place::File(folder.path().join("viaduct.db"))).await.unwrap();
        let time = Arc::new(AtomicI64::new(NOON));
        let told = Arc::clone(&time);
        let now = move || Timestamp::from_second(told.load(Ordering::Relaxed)).unwrap();
        let clock = Arc::new(WallClock::told_by(TimeZone::UTC, now));
        Self { database, time, clock, key: key(), _folder: folder }
    }

    fn set_days(&self, days: i64) {
        self.time.store(NOON + days * DAY_S, Ordering::Relaxed);
    }

    /// The licence after a start of the server.
    async fn start(&self) -> Arc<Licence> {
        let issuer = Some(self.key.public());
        Arc::new(Licence::open(self.database.clone(), Arc::clone(&self.clock), issuer).await.unwrap())
    }
}

fn state(licence: &Licence) -> (State, usize) {
    let standing = licence.standing();
    (standing.state, standing.limit)
}

#[tokio::test]
async fn a_licence_is_warned_of_ends_and_leaves_its_own_count() {
    let office = Office::open().await;
    let licence = office.start().await;
    assert_eq!(state(&licence), (State::None, FREE_CHANNELS));
    licence.put(&issued(&office.key, |_| ())).await.unwrap();
    assert_eq!((state(&licence), licence.standing().days_left), ((State::Valid, 5000), Some(213)));
    // 2026-12-31 ends 213.5 days after.
    office.set_days(183);
    assert_eq!(state(&licence), (State::Valid, 5000));
    office.set_days(184);
    assert_eq!((state(&licence), licence.standing().days_left), ((State::Ending, 5000), Some(29)));
    office.set_days(213);
    assert_eq!((state(&licence), licence.standing().days_left), ((State::Ending, 5000), Some(0)));
    office.set_days(214);
    assert_eq!((state(&licence), licence.standing().days_left), ((State::Ended, 5000), None));
    assert!(matches!(licence.put(&issued(&office.key, |_| ())).await, Err(LicenceError::Ended { .. })));
    let large = issued(&office.key, |terms| (terms.channels, terms.expires) = (50_000, Some(date(2027, 1, 1))));
    licence.put(&large).await.unwrap();
    assert_eq!(state(&licence), (State::Ending, 50_000));
    office.set_days(300);
    assert_eq!(state(&licence), (State::Ended, FREE_CHANNELS), "more than what is free is paid for");
    assert!(licence.remove().await.unwrap() && !licence.remove().await.unwrap());
    assert_eq!(state(office.start().await.as_ref()), (State::None, FREE_CHANNELS));
}

#[tokio::test]
async fn a_clock_set_back_revives_nothing_and_one_that_ran_ahead_is_put_right_by_handing_it_in_again() {
    let office = Office::open().await;
    let licence = office.start().await;
    licence.put(&issued(&office.key, |_| ())).await.unwrap();
    office.set_days(400);
    assert_eq!(state(&licence).0, State::Ended);
    office.set_days(0);
    assert_eq!(state(&licence).0, State::Ended, "time was later already");
    // What was seen while the server ran is known after a restart.
    office.set_days(400);
    let keeping = tokio::spawn(Arc::clone(&licence).keep());
    while office.database.licence().await.unwrap().unwrap().seen_at < NOON + 400 * DAY_S {
        tokio::task::yield_now().await;
    }
    keeping.abort();
    office.set_days(0);
    let restarted = office.start().await;
    assert_eq!(state(&restarted).0, State::Ended);
    restarted.put(&issued(&office.key, |_| ())).await.unwrap();
    assert_eq!(state(&restarted).0, State::Valid, "the clock had run ahead by mistake");
    assert_eq!(state(office.start().await.as_ref()).0, State::Valid);
}

#[tokio::test]
async fn only_the_configured_issuer_is_believed_and_only_after_the_day_of_issue() {
    let office = Office::open().await;
    let licence = office.start().await;
    let (good, foreign) = (issued(&office.key, |_| ()), issued(&key(), |_| ()));
    assert!(matches!(licence.put(&foreign).await, Err(LicenceError::NotGenuine)));
    let early = issued(&office.key, |terms| terms.issued = date(2026, 6, 3));
    assert!(matches!(licence.put(&early).await, Err(LicenceError::NotYet { .. })));
    assert_eq!(state(&licence).0, State::None, "what is refused changes nothing");
    licence.put(&good).await.unwrap();
    licence.set_issuer(None);
    assert_eq!((state(&licence), licence.standing().terms), ((State::Unverified, FREE_CHANNELS), None));
    assert!(matches!(licence.put(&good).await, Err(LicenceError::NoIssuer)));
    licence.set_issuer(Some(office.key.public()));
    assert_eq!(state(&licence), (State::Valid, 5000));
}
