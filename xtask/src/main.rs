//! Checks of the workspace that no general tool knows.
//!
//! `cargo xtask tidy` reads the manifests and the sources and prints each violation as `path:line: rule: reason`.
//! A rule is a file in [`rules`]; each has a test with a planted violation.

mod rules;
mod source;
mod workspace;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use crate::workspace::Workspace;

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Violation {
    /// Relative to the root of the workspace.
    path: String,
    /// Counted from 1; 0 for the whole file.
    line: usize,
    rule: &'static str,
    reason: String,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<bool> {
    match std::env::args().nth(1).as_deref() {
        Some("tidy") => tidy(),
        _ => {
            eprintln!("usage: cargo xtask tidy    check layers, sans-IO bans, documents and files");
            Ok(false)
        }
    }
}

fn tidy() -> anyhow::Result<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?;
    let workspace = Workspace::load(root)?;
    let violations = rules::check(&workspace);
    for Violation { path, line, rule, reason } in &violations {
        eprintln!("{path}:{line}: {rule}: {reason}");
    }
    eprintln!(
        "tidy: {} packages, {} Rust files, {} violations",
        workspace.packages.len(),
        workspace.files.len(),
        violations.len()
    );
    Ok(violations.is_empty())
}
