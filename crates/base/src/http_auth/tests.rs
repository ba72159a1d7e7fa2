//! Published vectors, and both sides against each other.

use super::*;

const URI: &str = "rtsp://h/app/name";

fn challenge(algorithms: &[Algorithm], basic: bool) -> Challenge {
    Challenge {
        realm: "Viaduct".to_owned(),
        nonce: "7c51".to_owned(),
        algorithms: algorithms.to_vec(),
        basic,
        ..Challenge::default()
    }
}

#[test]
fn the_examples_of_rfc_7616_are_computed() {
    // §3.9.1.
    for (algorithm, expected) in [
        (Algorithm::Md5, "8ca523f5e9506fed4657c9700eebdbec"),
        (Algorithm::Sha256, "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ] {
        let ha1 = algorithm.secret("Mufasa", "http-auth@example.org", "Circle of Life");
        let nonce = "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v";
        let client_nonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let qop = Some(("auth", "00000001", client_nonce));
        assert_eq!(digest_response(algorithm, &ha1, nonce, "GET", "/dir/index.html", qop), expected);
    }
}

#[test]
fn client_and_server_agree_on_every_scheme() {
    for offered in [
        challenge(&[Algorithm::Md5], false),
        challenge(&[Algorithm::Sha256, Algorithm::Md5], true),
        challenge(&[], true),
    ] {
        let mut credentials = Credentials::new("o\"p", "pässword:x", "c1");
        let values = offered.header_values();
        assert_eq!(credentials.authorize("DESCRIBE", URI), None);
        assert!(credentials.challenge(values.iter().map(|value| &**value)));
        for _ in 0..2 {
            let value = credentials.authorize("DESCRIBE", URI).unwrap();
            let answer = Authorization::parse(&value).unwrap();
            assert_eq!(answer.username(), "o\"p");
            assert!(answer.verify("DESCRIBE", URI, "Viaduct", Secret::Password("pässword:x")), "{value}");
            assert!(!answer.verify("DESCRIBE", URI, "Viaduct", Secret::Password("other")));
            let hash = answer.algorithm().unwrap_or_default().secret("o\"p", "Viaduct", "pässword:x");
            assert!(answer.verify("DESCRIBE", URI, "Viaduct", Secret::Hash(&hash)));
            if answer.nonce().is_some() {
                assert!(!answer.verify("PLAY", URI, "Viaduct", Secret::Password("pässword:x")));
                assert!(!answer.verify("DESCRIBE", "rtsp://h/app/names", "Viaduct", Secret::Password("pässword:x")));
                assert!(answer.verify(
                    "DESCRIBE",
                    "rtsp://h/app/name/trackID=0",
                    "Viaduct",
                    Secret::Password("pässword:x")
                ));
            }
        }
    }
}

#[test]
fn every_form_of_md5_is_answered_with_and_without_qop() {
    for md5 in [Md5Form::Bare, Md5Form::Named, Md5Form::WithQop] {
        let offered = Challenge { md5, opaque: Some("o1".to_owned()), ..challenge(&[Algorithm::Md5], false) };
        let value = &offered.header_values()[0];
        assert_eq!(value.contains("algorithm=MD5"), md5 != Md5Form::Bare, "{value}");
        assert_eq!(value.contains("qop"), md5 == Md5Form::WithQop, "{value}");
        // A device that does not know qop leaves it out of what it reads.
        for (seen, counted) in [(value.clone(), md5 == Md5Form::WithQop), (value.replace(", qop=\"auth\"", ""), false)]
        {
            let mut credentials = Credentials::new("34020000001320000001", "12345678", "c1");
            assert!(credentials.challenge(std::iter::once(&*seen)));
            for count in 1..3 {
                // What is hashed is the device's choice: here another URI than the request's.
                let answer = credentials.authorize("REGISTER", "sip:3402000000").unwrap();
                let Some(Authorization::Digest(answer)) = Authorization::parse(&answer) else { panic!("{answer}") };
                assert!(answer.verify("REGISTER", "Viaduct", Secret::Password("12345678")));
                assert!(!answer.verify("REGISTER", "Viaduct", Secret::Password("1234567")));
                assert!(!answer.verify("MESSAGE", "Viaduct", Secret::Password("12345678")));
                assert_eq!(answer.nonce_count(), counted.then_some(count));
                assert_eq!((answer.opaque(), answer.uri()), (Some("o1"), "sip:3402000000"));
                assert_eq!((answer.realm(), answer.nonce()), ("Viaduct", "7c51"));
                assert_eq!((answer.username(), answer.algorithm()), ("34020000001320000001", Algorithm::Md5));
            }
        }
    }
}

#[test]
fn the_example_of_rfc_2617_is_verified_as_devices_write_it() {
    // RFC 2617 §3.5, with the quotes that devices leave out or add.
    let value = "digest username=\"Mufasa\", realm=\"testrealm@host.com\",\
        nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\", uri=\"/dir/index.html\", qop=\"auth\", nc=00000001,\
        cnonce=0a4f113b, response=\"6629FAE49393A05397450978507C4EF1\", algorithm=\"md5\"";
    let Some(Authorization::Digest(answer)) = Authorization::parse(value) else { panic!("{value}") };
    assert!(answer.verify("GET", "testrealm@host.com", Secret::Password("Circle Of Life")));
    assert_eq!(answer.nonce_count(), Some(1));
}

#[test]
fn a_refused_password_is_told_from_an_old_nonce() {
    let mut credentials = Credentials::new("a", "b", "c");
    for (stale, expected) in [("", false), (", stale=TRUE", true), (", stale=\"false\"", false)] {
        assert!(credentials.challenge(std::iter::once(&*format!("Digest realm=x, nonce=ab{stale}"))));
        assert_eq!(credentials.was_stale(), expected, "{stale}");
    }
}

#[test]
fn challenges_of_cameras_are_understood() {
    for (values, answered) in [
        (vec!["Digest realm=\"IP Camera(C1234)\", nonce=\"ab\", stale=\"FALSE\""], "Digest"),
        (vec!["Basic realm=\"x\"", "Digest realm=x,nonce=ab,algorithm=MD5"], "Digest"),
        (vec!["Digest realm=\"x\", nonce=\"ab\", algorithm=\"\", qop=\"\""], "Digest"),
        (vec!["Digest realm=\"x\", nonce=\"ab\", algorithm=SHA-512-256", "basic realm=x"], "Basic"),
        (vec!["digest realm=\"x\",qop=\"auth,auth-int\",nonce=\"ab\",opaque=\"o\""], "Digest"),
    ] {
        let mut credentials = Credentials::new("a", "b", "c");
        assert!(credentials.challenge(values.iter().copied()), "{values:?}");
        assert!(credentials.authorize("OPTIONS", URI).unwrap().starts_with(answered), "{values:?}");
    }
    assert!(!Credentials::new("a", "b", "c").challenge(["Negotiate", "Digest realm=x"].into_iter()));
}

#[test]
fn malformed_authorizations_are_no_credentials() {
    for value in
        ["", "Basic", "Basic !!!", "Basic YQ==", "Digest", "Digest username=\"a", "Digest username=a,realm=b", "X y"]
    {
        assert_eq!(Authorization::parse(value), None, "{value}");
    }
}

#[test]
fn passwords_never_show_in_debug_output() {
    let answer = Authorization::parse(&format!("Basic {}", STANDARD.encode("a:geheim"))).unwrap();
    let shown = format!("{answer:?} {:?}", Credentials::new("a", "geheim", "c"));
    assert!(!shown.contains("geheim"), "{shown}");
}
