//! Bodies without end, without sense, and of other kinds; paths that lead nowhere.

use std::fs;

use testkit::Server;

use super::{assert_refused, of_nothing, tell, telling};
use crate::rights::routes;
use crate::support::options;

const MIB: usize = 1 << 20;
/// A version that no thing has: what is said does nothing even if it is understood.
const VERSION: &str = "If-Match: \"987654\"\r\n";
const JSON: &str = "If-Match: \"987654\"\r\nContent-Type: application/json\r\n";
/// The most that the server may need beside what it has: far less than one of the bodies.
const MORE_MEMORY: u64 = 80 << 20;
/// Paths of these take a table instead of JSON.
const TABLE: &str = "/channels/import";

/// The most memory that the server ever had, in bytes.
fn peak(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
}

/// Routes whose body is JSON, by the description of the interface.
fn takes_json(method: &str, path: &str) -> bool {
    let body =
        super::fields::description()["paths"][format!("/api/v1{path}")][method.to_ascii_lowercase()]["requestBody"]
            .clone();
    body["content"]["application/json"].is_object()
}

#[test]
fn a_body_of_100_mib_is_refused_before_it_is_held() {
    let mut server = options().set("log.level", "warn").start();
    let api = server.sign_in();
    let before = peak(&server);
    let piece = vec![b' '; MIB];
    let whole = vec![&piece[..]; 100];
    let chunk = [format!("{MIB:x}\r\n").as_bytes(), &piece, b"\r\n"].concat();
    let chunked = [vec![&chunk[..]; 100], vec![b"0\r\n\r\n"]].concat();
    for route in telling() {
        let path = of_nothing(&route);
        let lengths = [
            (format!("{JSON}Content-Length: {}\r\n", 100 * MIB), &whole),
            (format!("{JSON}Transfer-Encoding: chunked\r\n"), &chunked),
        ];
        for (headers, pieces) in lengths {
            let answer = tell(&server, &api, (route.method, &path), &headers, pieces);
            let what = format!("{} {path}", route.method);
            assert!(answer.status < 500, "{what}: {} {}", answer.status, answer.text());
            if takes_json(route.method, route.path) || route.path == TABLE {
                assert_refused(&what, &answer);
                assert_eq!((answer.status, &answer.json()["code"]), (413, &"too_large".into()), "{what}");
            }
        }
    }
    let more = peak(&server).saturating_sub(before);
    assert!(more < MORE_MEMORY, "{} MiB more", more >> 20);
    server.assert_well();
}

/// Bodies that no route takes.
fn senseless() -> Vec<(&'static str, Vec<u8>)> {
    let nested = [b"{\"a\":".repeat(10_000), b"1".to_vec(), b"}".repeat(10_000)].concat();
    vec![
        ("nothing", Vec::new()),
        ("100,000 arrays", b"[".repeat(100_000)),
        ("nested objects", nested),
        ("a number beyond all", b"{\"name\":1e400,\"id\":1e400}".to_vec()),
        ("no UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec()),
        ("null", b"null".to_vec()),
        ("two objects", b"{} {}".to_vec()),
        ("a key twice", b"{\"name\":\"a\",\"name\":\"b\"}".to_vec()),
    ]
}

#[test]
fn bodies_without_sense_are_refused_with_a_sentence() {
    let mut server = options().set("log.level", "warn").start();
    let api = server.sign_in();
    for route in telling().filter(|route| takes_json(route.method, route.path)) {
        let path = of_nothing(&route);
        for (what, body) in senseless() {
            let headers = format!("{JSON}Content-Length: {}\r\n", body.len());
            let answer = tell(&server, &api, (route.method, &path), &headers, &[&body]);
            assert_refused(&format!("{} {path} with {what}", route.method), &answer);
        }
        for kind in ["", "Content-Type: text/plain\r\n"] {
            let answer =
                tell(&server, &api, (route.method, &path), &format!("{VERSION}{kind}Content-Length: 2\r\n"), &[b"{}"]);
            assert_refused(&format!("{} {path} as {kind:?}", route.method), &answer);
            assert_eq!(answer.status, 415, "{} {path} as {kind:?}", route.method);
        }
    }
    server.assert_well();
}

#[test]
fn paths_and_queries_that_lead_nowhere_are_refused_with_a_sentence() {
    let mut server = options().set("log.level", "warn").start();
    let api = server.sign_in();
    let long = "7".repeat(10_000);
    let parts = [
        "0",
        "-1",
        "9223372036854775807",
        "99999999999999999999",
        "%2e%2e%2f%2e%2e",
        "%00",
        "a%2Fb",
        "%ff",
        "%",
        "1e9",
        &long,
    ];
    for route in routes().into_iter().filter(|route| route.path.contains('{') && route.need != "nothing") {
        for part in parts {
            let places = route.path.split('/').map(|place| if place.starts_with('{') { part } else { place });
            let path = places.collect::<Vec<_>>().join("/");
            let answer = tell(&server, &api, (route.method, &path), &format!("{JSON}Content-Length: 2\r\n"), &[b"{}"]);
            // A stream may be called so, and to delete what is not there may be as good as done.
            let named = route.path.starts_with("/streams/") && answer.status == 200;
            if answer.status != 204 && !named {
                assert_refused(&format!("{} {path}", route.method), &answer);
            }
        }
    }
    for query in [
        "page=-1",
        "page=x",
        "per_page=99999999999999999999",
        "before=x",
        "device=%ff",
        "organisation=%00",
        "%",
        "page=1&page=2",
    ] {
        for path in routes()
            .into_iter()
            .filter(|route| route.method == "GET" && route.need != "nothing" && !route.path.contains('{'))
            .map(|route| route.path)
        {
            let answer = tell(&server, &api, ("GET", &format!("{path}?{query}")), "", &[]);
            if answer.status >= 400 {
                assert_refused(&format!("GET {path}?{query}"), &answer);
            }
        }
    }
    // PostgreSQL stores no text with NUL; what asks for one is told so on both engines.
    for query in ["/audit?search=a%00b", "/sessions?vhost=%00", "/channels?q=%00"] {
        let answer = tell(&server, &api, ("GET", query), "", &[]);
        assert_refused(query, &answer);
        let field = query.split(['?', '=']).nth(1);
        assert_eq!(answer.json()["field"].as_str(), field, "{}", answer.text());
    }
    server.assert_well();
}
