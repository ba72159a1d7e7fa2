//! Who has not signed in: nothing is kept of it, and what it is told is no weapon against others.

use super::*;

/// As small as a request can be that is answered.
fn small(method: &str) -> Vec<u8> {
    format!(
        "{method} sip:{SERVER}@{DOMAIN} SIP/2.0\r\nv:SIP/2.0/UDP 10.9.9.9;branch=z9hG4bK1\r\n\
         f:<sip:{DEVICE}@{DOMAIN}>;tag=1\r\nt:<sip:{SERVER}@{DOMAIN}>\r\ni:1\r\nCSeq:1 {method}\r\n\r\n"
    )
    .into_bytes()
}

/// As cameras write it.
fn usual(method: &str, body: &str) -> Vec<u8> {
    format!(
        "{method} sip:{SERVER}@{DOMAIN} SIP/2.0\r\nVia: SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK776asdhds\r\n\
         From: <sip:{DEVICE}@{DOMAIN}>;tag=1928301774\r\nTo: <sip:{SERVER}@{DOMAIN}>\r\n\
         Call-ID: a84b4c76e66710@192.168.1.64\r\nCSeq: 1 {method}\r\nContact: <sip:{DEVICE}@192.168.1.64:5060>\r\n\
         Max-Forwards: 70\r\nUser-Agent: Embedded Net DVR/NVR/DVS\r\nExpires: 3600\r\nX-GB-Ver: 3.0\r\n\
         Content-Type: Application/MANSCDP+xml\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

/// Sizes of what is sent in return within a minute in which the other end is silent.
fn told(bench: &mut Bench, bytes: &[u8]) -> Vec<usize> {
    bench.platform.handle_datagram(bench.at(), bench.path, bytes, &bench.rules);
    let mut sizes = Vec::new();
    for _ in 0..120 {
        while let Some(answer) = bench.next_of_platform() {
            sizes.push(answer.len());
        }
        bench.elapsed += Duration::from_millis(500);
        bench.platform.handle_timeout(bench.at(), &bench.rules);
    }
    sizes
}

const METHODS: [&str; 11] =
    ["REGISTER", "MESSAGE", "NOTIFY", "INVITE", "ACK", "BYE", "CANCEL", "INFO", "OPTIONS", "SUBSCRIBE", "PUBLISH"];

#[test]
fn a_stranger_is_answered_once_with_little_and_forgotten() {
    let keepalive = keepalive().write(crate::Charset::Gb18030, Version::V2022);
    let keepalive = String::from_utf8(keepalive.to_vec()).unwrap();
    for method in METHODS {
        for request in [small(method), usual(method, &keepalive)] {
            let mut bench = Bench::new();
            let sizes = told(&mut bench, &request);
            // An INVITE has its 100 besides; an ACK nothing.
            let most = if method == "INVITE" { 2 } else { 1 };
            assert!(sizes.len() <= most, "{method}: {sizes:?}");
            // The least that can be asked is shorter than the least that can be said: our tag, and which methods there are.
            let largest = sizes.iter().max().copied().unwrap_or(0);
            assert!(largest <= request.len() * 2, "{method}: {largest} bytes for {}", request.len());
            assert_eq!(bench.platform.endpoint.open_transactions(), (0, 0), "{method}");
            assert_eq!((bench.platform.places.len(), bench.platform.deadlines.len()), (0, 0), "{method}");
        }
    }
}

#[test]
fn an_answer_to_a_camera_that_is_not_known_is_no_longer_than_what_it_said() {
    let keepalive = keepalive().write(crate::Charset::Gb18030, Version::V2022);
    let keepalive = String::from_utf8(keepalive.to_vec()).unwrap();
    for method in ["REGISTER", "MESSAGE", "NOTIFY", "OPTIONS", "SUBSCRIBE"] {
        let request = usual(method, &keepalive);
        let total: usize = told(&mut Bench::new(), &request).iter().sum();
        assert!(total <= request.len(), "{method}: {total} bytes for {}", request.len());
    }
}

#[test]
fn a_device_is_where_it_signed_in_and_nowhere_after_it_has_gone() {
    let mut bench = Bench::signed_in();
    assert_eq!(bench.platform.places.len(), 1);
    assert_eq!(bench.register("3600"), 200);
    bench.path.remote = "192.168.1.99:5060".parse().unwrap();
    assert_eq!(bench.register("3600"), 200);
    assert_eq!(bench.platform.places.len(), 1);
    assert_eq!(bench.register("0"), 200);
    assert_eq!(bench.platform.places.len(), 0);
}
