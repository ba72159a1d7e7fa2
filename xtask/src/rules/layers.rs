//! Dependencies between crates point downwards only.

use crate::Violation;
use crate::workspace::{Package, Workspace};

const RULE: &str = "layers";

/// The crates, from the ground up. Within a layer a crate may use those before it.
pub(super) const LAYERS: &[&[&str]] = &[
    &["base", "sheet"],
    &["media", "container"],
    &["rtp", "rtsp", "rtmp", "sip", "gb28181", "worker-protocol"],
    &["hub", "vision", "gateway", "device"],
    &["db", "platform", "api"],
    &["sim", "testkit", "bench", "viaduct", "media-worker", "xtask"],
];

/// Crates that may use less than their layer allows, with the reason.
const NARROWER: &[(&str, &[&str], &str)] = &[
    ("sheet", &["base"], "a table knows no domain word"),
    ("hub", &["base", "media"], "the hub knows frames and no protocol"),
    ("db", &["base"], "the database knows rows and no stream"),
    ("api", &[], "the interface's types hold no logic"),
    ("xtask", &[], "the checks must build when the product does not"),
];

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    workspace.packages.iter().flat_map(check_package).collect()
}

/// Layer of a crate, and its place in the order of all crates.
pub(super) fn place(name: &str) -> Option<(usize, usize)> {
    let mut place = 0;
    for (layer, names) in LAYERS.iter().enumerate() {
        for candidate in *names {
            if *candidate == name {
                return Some((layer, place));
            }
            place += 1;
        }
    }
    None
}

fn check_package(package: &Package) -> Vec<Violation> {
    let violation = |reason| Violation { path: package.manifest.clone(), line: 0, rule: RULE, reason };
    let name = &package.name;
    let Some((layer, own)) = place(name) else {
        return vec![violation(format!("{name} has no layer yet; give it one in xtask/src/rules/layers.rs"))];
    };
    let mut violations = Vec::new();
    for dependency in package.dependencies.iter().filter(|it| it.path.is_some() && !it.is_dev()) {
        let used = &dependency.name;
        match place(used) {
            Some((used_layer, used_place)) if used_place >= own => violations.push(violation(format!(
                "{name} (L{layer}) must not use {used} (L{used_layer}): layers point downwards"
            ))),
            // An unknown crate is reported by itself.
            _ => {}
        }
        for (narrow, allowed, reason) in NARROWER {
            if narrow == name && !allowed.contains(&used.as_str()) {
                violations.push(violation(format!("{name} must not use {used}: {reason}")));
            }
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use super::super::planted::{package, packages};
    use super::*;

    #[test]
    fn a_crate_that_uses_one_above_it_is_found() {
        for (name, used) in
            [("gateway", "crate:db"), ("media", "crate:rtp"), ("rtp", "crate:rtsp"), ("hub", "crate:rtmp")]
        {
            let found = check(&packages(vec![package(name, &[used])]));
            assert_eq!(found.len(), 1, "{name} uses {used}");
        }
        assert_eq!(check(&packages(vec![package("mystery", &[])])).len(), 1);
    }

    #[test]
    fn downward_and_test_dependencies_are_allowed() {
        let mut gateway = package("gateway", &["crate:hub", "crate:rtmp", "tokio"]);
        gateway.dependencies.extend(package("", &["crate:testkit"]).dependencies);
        gateway.dependencies[3].kind = Some("dev".to_owned());
        assert_eq!(check(&packages(vec![gateway, package("platform", &["crate:db", "crate:hub"])])), []);
    }
}
