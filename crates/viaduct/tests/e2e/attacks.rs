//! What somebody who means harm, or a program gone wild, sends to the interface.

mod bodies;
mod contention;
mod fields;
mod leaks;
mod names;

use std::io::Write;

use testkit::http::{self, Answer, read_until_closed};
use testkit::{Api, PATIENCE, Server};

use crate::rights::{Route, routes};

/// Routes that are told something, apart from those that would end the test's own session.
fn telling() -> impl Iterator<Item = Route> {
    routes().into_iter().filter(|route| route.method != "GET" && route.path != "/logout")
}

/// The route with things in it that nobody knows.
fn of_nothing(route: &Route) -> String {
    let part = |part: &'static str| match part {
        "{app}" | "{name}" => "unknown",
        _ if part.starts_with('{') => "999999",
        other => other,
    };
    route.path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// A request whose body is sent as it is, piece by piece, while the answer is awaited; a server that has heard enough may close.
fn tell(server: &Server, api: &Api, (method, path): (&str, &str), headers: &str, pieces: &[&[u8]]) -> Answer {
    let mut socket = http::connect(server.address("http"));
    let mut reader = socket.try_clone().unwrap();
    let head = format!(
        "{method} /api/v1{path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {}\r\n{headers}\r\n",
        api.token()
    );
    let (bytes, closed) = std::thread::scope(|scope| {
        let answer = scope.spawn(move || read_until_closed(&mut reader, PATIENCE));
        let _heard_enough = socket
            .write_all(head.as_bytes())
            .and_then(|()| pieces.iter().try_for_each(|piece| socket.write_all(piece)));
        answer.join().unwrap()
    });
    assert!(closed, "{method} {path} hangs");
    Answer::parse(&bytes).unwrap_or_else(|text| panic!("{method} {path}: no answer but {text:?}"))
}

/// A refusal that a program can read and a person understand.
fn assert_refused(what: &str, answer: &Answer) {
    let head = answer.head.to_ascii_lowercase();
    assert!((400..500).contains(&answer.status), "{what}: {} {}", answer.status, answer.text());
    assert!(head.contains("content-type: application/problem+json"), "{what}: {head}");
    let problem = answer.json();
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!((1..4100).contains(&detail.len()), "{what}: {problem}");
    assert_eq!(problem["status"], answer.status, "{what}");
}
