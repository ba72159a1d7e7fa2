//! Published vectors, and both sides against each other.

use super::*;

const URI: &str = "rtsp://h/app/name";

fn challenge(algorithms: &[Algorithm], basic: bool) -> Challenge {
    Challenge {
        realm: "Viaduct".to_owned(),
        nonce: "7c51".to_owned(),
        stale: false,
        algorithms: algorithms.to_vec(),
        basic,
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
