//! The rules, one file each.

mod dependencies;
mod files;
mod fuzz;
mod hub_words;
mod layers;
mod sans_io;
mod sql;

use crate::Violation;
use crate::workspace::Workspace;

/// Everything that is wrong, sorted.
pub(crate) fn check(workspace: &Workspace) -> Vec<Violation> {
    let rules =
        [layers::check, sans_io::check, sql::check, hub_words::check, dependencies::check, files::check, fuzz::check];
    let mut violations: Vec<Violation> = rules.iter().flat_map(|rule| rule(workspace)).collect();
    violations.sort();
    violations
}

#[cfg(test)]
mod planted {
    //! Workspaces with a planted violation.

    use crate::source::SourceFile;
    use crate::workspace::{Dependency, Package, Workspace};

    /// One package whose product depends on `dependencies`; those of the workspace by `crate:name`.
    pub(crate) fn package(name: &str, dependencies: &[&str]) -> Package {
        let dependency = |written: &&str| match written.strip_prefix("crate:") {
            Some(name) => Dependency { name: name.to_owned(), kind: None, path: Some(format!("crates/{name}")) },
            None => Dependency { name: (*written).to_owned(), kind: None, path: None },
        };
        Package {
            name: name.to_owned(),
            manifest: format!("crates/{name}/Cargo.toml"),
            dependencies: dependencies.iter().map(dependency).collect(),
        }
    }

    /// A workspace of these packages.
    pub(crate) fn packages(packages: Vec<Package>) -> Workspace {
        Workspace { packages, ..Workspace::default() }
    }

    /// A workspace of one file.
    pub(crate) fn file(path: &str, text: &str) -> Workspace {
        let package = path.split('/').nth(1).unwrap_or_default();
        Workspace { files: vec![SourceFile::parse(path, package, text).unwrap()], ..Workspace::default() }
    }
}
