//! Containers and protocols see bytes and instants, never a socket, clock, task or random number.

use super::layers;
use crate::Violation;
use crate::workspace::Workspace;

const RULE: &str = "sans-io";

/// Layers that the bans hold for: media and containers, protocols.
const LAYERS: [usize; 2] = [1, 2];
/// The first layer that must forbid unsafe code outright.
const PROTOCOL_LAYER: usize = 2;

/// Libraries that bring in what is banned.
const LIBRARIES: &[&str] = &[
    "tokio",
    "tokio-util",
    "async-std",
    "smol",
    "futures-util",
    "mio",
    "socket2",
    "hyper",
    "reqwest",
    "rand",
    "getrandom",
    "fastrand",
    "uuid",
    "chrono",
    "tracing",
    "log",
    "rayon",
];

/// Code that is banned, as words separated by blanks, with the way out.
const CODE: &[(&str, &str)] = &[
    ("Instant : : now", "take an Instant as an argument"),
    ("SystemTime", "take the time as an argument"),
    ("TcpStream", "bytes come in as slices"),
    ("TcpListener", "bytes come in as slices"),
    ("UdpSocket", "bytes come in as slices"),
    ("std : : fs", "bytes come in as slices"),
    ("std : : thread", "a session has one owner, which drives it"),
    ("std : : process", "a session has one owner, which drives it"),
    ("std : : env", "settings are arguments"),
    ("async", "a session is polled, never awaited"),
    ("println", "report by an event or an error"),
    ("eprintln", "report by an event or an error"),
];

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let mut violations = Vec::new();
    for package in &workspace.packages {
        let banned = package.dependencies.iter().filter(|it| !it.is_dev() && LIBRARIES.contains(&it.name.as_str()));
        for dependency in banned.filter(|_| is_sans_io(&package.name)) {
            violations.push(Violation {
                path: package.manifest.clone(),
                line: 0,
                rule: RULE,
                reason: format!("{} does no I/O and must not depend on {}", package.name, dependency.name),
            });
        }
    }
    for file in workspace.files.iter().filter(|file| is_sans_io(&file.package)) {
        let violation = |line, reason| Violation { path: file.path.clone(), line, rule: RULE, reason };
        // Entry points for fuzzing are the owner of the sessions that they drive, so they read the clock.
        if !file.path.ends_with("/src/fuzz.rs") {
            for (pattern, way_out) in CODE {
                let banned = pattern.replace(' ', "");
                violations.extend(file.find(pattern).map(|it| violation(it.line, format!("{banned}: {way_out}"))));
            }
        }
        let is_protocol = layers::place(&file.package).is_some_and(|(layer, _)| layer == PROTOCOL_LAYER);
        if is_protocol && file.path.ends_with("/src/lib.rs") && file.find("forbid ( unsafe_code )").next().is_none() {
            violations.push(violation(1, "a protocol crate begins with #![forbid(unsafe_code)]".to_owned()));
        }
    }
    violations
}

fn is_sans_io(package: &str) -> bool {
    layers::place(package).is_some_and(|(layer, _)| LAYERS.contains(&layer))
}

#[cfg(test)]
mod tests {
    use super::super::planted::{file, package, packages};
    use super::*;

    #[test]
    fn banned_libraries_and_code_are_found() {
        assert_eq!(check(&packages(vec![package("rtsp", &["tokio"])])).len(), 1);
        for text in [
            "fn f() { let now = std::time::Instant::now(); }",
            "use std::time::SystemTime;",
            "use std::net::TcpStream;",
            "fn f() { std::thread::yield_now(); }",
            "async fn f() {}",
        ] {
            assert_eq!(check(&file("crates/container/src/flv.rs", text)).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_protocol_crate_must_forbid_unsafe_code() {
        assert_eq!(check(&file("crates/rtmp/src/lib.rs", "//! RTMP.")).len(), 1);
        assert_eq!(check(&file("crates/rtmp/src/lib.rs", "#![forbid(unsafe_code)]")), []);
    }

    #[test]
    fn tests_addresses_and_upper_layers_are_free() {
        let test = "use std::net::IpAddr; #[cfg(test)] mod tests { fn f() { std::time::Instant::now(); } }";
        assert_eq!(check(&file("crates/rtp/src/sdp.rs", test)), []);
        assert_eq!(check(&file("crates/gateway/src/pump.rs", "async fn f() { std::time::Instant::now(); }")), []);
        assert_eq!(check(&packages(vec![package("gateway", &["tokio"])])), []);
    }
}
