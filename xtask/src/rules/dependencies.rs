//! Each dependency has its line in `docs/dependencies.md`, and each line its dependency.

use std::collections::BTreeSet;

use crate::Violation;
use crate::workspace::Workspace;

const RULE: &str = "dependencies";
const LIST: &str = "docs/dependencies.md";

pub(super) fn check(workspace: &Workspace) -> Vec<Violation> {
    let in_manifests: BTreeSet<&str> = workspace
        .packages
        .iter()
        .flat_map(|package| &package.dependencies)
        .filter(|dependency| dependency.path.is_none())
        .map(|dependency| dependency.name.as_str())
        .collect();
    let mut used = in_manifests.clone();
    used.extend(workspace.other_dependencies.iter().map(String::as_str));
    let listed = listed(&workspace.dependency_list);

    let violation = |path: &str, line, reason| Violation { path: path.to_owned(), line, rule: RULE, reason };
    let mut violations = Vec::new();
    for name in &used {
        if !listed.iter().any(|(_, listed)| listed == name) {
            violations.push(violation(LIST, 0, format!("{name} has no line: why, licence, what else")));
        }
    }
    for (line, name) in &listed {
        if !used.contains(name) {
            violations.push(violation(LIST, *line, format!("{name} is not used any more")));
        }
    }
    for name in &workspace.shared_dependencies {
        if !in_manifests.contains(name.as_str()) {
            violations.push(violation("Cargo.toml", 0, format!("no crate uses {name}")));
        }
    }
    violations
}

/// The names in the first column of the tables, with their lines. Only names written as code count.
fn listed(text: &str) -> Vec<(usize, &str)> {
    text.lines()
        .enumerate()
        .filter_map(|(index, line)| {
            let cell = line.strip_prefix("| `")?;
            Some((index + 1, cell.split_once('`')?.0))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::planted::{package, packages};
    use super::*;

    fn workspace(list: &str) -> Workspace {
        Workspace { dependency_list: list.to_owned(), ..packages(vec![package("rtp", &["bytes", "crate:media"])]) }
    }

    #[test]
    fn a_dependency_without_a_line_and_a_line_without_a_dependency_are_found() {
        assert_eq!(check(&workspace("| `bytes` | shared buffers | MIT |\n")), []);
        assert_eq!(check(&workspace("")).len(), 1);
        let found = check(&workspace("| `bytes` | |\n| `gone` | |\n"));
        assert_eq!((found.len(), found[0].line), (1, 2));
    }

    #[test]
    fn a_shared_dependency_that_no_crate_uses_is_found() {
        let mut workspace = workspace("| `bytes` | |\n");
        workspace.shared_dependencies.insert("idle".to_owned());
        assert_eq!(check(&workspace).len(), 1);
    }

    #[test]
    fn npm_packages_need_a_line_too() {
        let mut workspace = workspace("| `bytes` | |\n");
        workspace.other_dependencies.insert("vue".to_owned());
        assert_eq!(check(&workspace).len(), 1);
    }
}
