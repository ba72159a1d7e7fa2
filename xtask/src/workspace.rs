//! What the rules look at, read once.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use serde::Deserialize;

use crate::source::SourceFile;

/// The workspace in memory. Paths are relative to its root.
#[derive(Debug, Default)]
pub(crate) struct Workspace {
    pub(crate) packages: Vec<Package>,
    pub(crate) files: Vec<SourceFile>,
    /// Names in `[workspace.dependencies]` that come from a registry.
    pub(crate) shared_dependencies: BTreeSet<String>,
    /// Dependencies of the workspaces beside this one, and the npm packages.
    pub(crate) other_dependencies: BTreeSet<String>,
    /// `[[bin]]` names of the fuzz workspace.
    pub(crate) fuzz_targets: BTreeSet<String>,
    /// How many files the folder of a fuzz target's corpus holds.
    pub(crate) fuzz_corpora: BTreeMap<String, usize>,
    /// `docs/dependencies.md`.
    pub(crate) dependency_list: String,
}

/// A member of the workspace.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// In `cargo metadata` absolute; shortened when loaded.
    #[serde(rename = "manifest_path")]
    pub(crate) manifest: String,
    pub(crate) dependencies: Vec<Dependency>,
}

/// A line of a manifest.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Dependency {
    pub(crate) name: String,
    /// `None` for ordinary ones, else `dev` or `build`.
    pub(crate) kind: Option<String>,
    /// Set for members of the workspace.
    pub(crate) path: Option<String>,
}

impl Dependency {
    /// Whether the product is built with it.
    pub(crate) fn is_dev(&self) -> bool {
        self.kind.as_deref() == Some("dev")
    }
}

impl Workspace {
    /// Reads the workspace at `root`.
    pub(crate) fn load(root: &Path) -> anyhow::Result<Self> {
        let mut workspace = Self { packages: packages(root)?, ..Self::default() };
        for package in &workspace.packages {
            let folder = Path::new(&package.manifest).parent().context("a manifest lies in a folder")?;
            for part in ["src", "tests", "benches", "examples"] {
                read_sources(root, &root.join(folder).join(part), &package.name, &mut workspace.files)?;
            }
        }
        mark_test_modules(&mut workspace.files);

        let manifest = read_toml(&root.join("Cargo.toml"))?;
        let shared = manifest.get("workspace").and_then(|table| table.get("dependencies"));
        for (name, value) in shared.and_then(toml::Value::as_table).into_iter().flatten() {
            if value.get("path").is_none() {
                workspace.shared_dependencies.insert(name.clone());
            }
        }
        workspace.dependency_list = fs::read_to_string(root.join("docs/dependencies.md")).unwrap_or_default();
        workspace.load_decoder(root)?;
        workspace.load_fuzz(root)?;
        workspace.load_npm(root)?;
        Ok(workspace)
    }

    /// The manifest of a workspace beside this one.
    fn load_other(&mut self, path: &Path) -> anyhow::Result<toml::Table> {
        let manifest = read_toml(path)?;
        for (name, value) in manifest.get("dependencies").and_then(toml::Value::as_table).into_iter().flatten() {
            if value.get("path").is_none() {
                self.other_dependencies.insert(name.clone());
            }
        }
        Ok(manifest)
    }

    /// The player's decoder, which is compiled for browsers.
    fn load_decoder(&mut self, root: &Path) -> anyhow::Result<()> {
        self.load_other(&root.join("web/hevc/Cargo.toml")).map(drop)
    }

    fn load_fuzz(&mut self, root: &Path) -> anyhow::Result<()> {
        let manifest = self.load_other(&root.join("fuzz/Cargo.toml"))?;
        for bin in manifest.get("bin").and_then(toml::Value::as_array).into_iter().flatten() {
            let name = bin.get("name").and_then(toml::Value::as_str).context("a [[bin]] has a name")?;
            let corpus = fs::read_dir(root.join("fuzz/corpus").join(name)).map_or(0, Iterator::count);
            self.fuzz_targets.insert(name.to_owned());
            self.fuzz_corpora.insert(name.to_owned(), corpus);
        }
        Ok(())
    }

    fn load_npm(&mut self, root: &Path) -> anyhow::Result<()> {
        for folder in ["web", "web/player", "web/console"] {
            let path = root.join(folder).join("package.json");
            let Ok(text) = fs::read_to_string(&path) else { continue };
            let manifest: serde_json::Value =
                serde_json::from_str(&text).with_context(|| format!("{} is not JSON", path.display()))?;
            for part in ["dependencies", "devDependencies"] {
                let names = manifest.get(part).and_then(serde_json::Value::as_object).into_iter().flatten();
                let theirs = names.map(|(name, _)| name).filter(|name| !name.starts_with("@viaduct/"));
                self.other_dependencies.extend(theirs.cloned());
            }
        }
        Ok(())
    }
}

fn packages(root: &Path) -> anyhow::Result<Vec<Package>> {
    #[derive(Deserialize)]
    struct Metadata {
        packages: Vec<Package>,
    }
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cargo metadata does not start")?;
    ensure!(output.status.success(), "cargo metadata fails: {}", String::from_utf8_lossy(&output.stderr));
    let mut packages = serde_json::from_slice::<Metadata>(&output.stdout).context("cargo metadata")?.packages;
    for package in &mut packages {
        let manifest = Path::new(&package.manifest);
        let relative = manifest.strip_prefix(root).context("a member lies outside of the workspace")?;
        package.manifest = relative.display().to_string();
    }
    Ok(packages)
}

fn read_toml(path: &Path) -> anyhow::Result<toml::Table> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    text.parse().with_context(|| format!("{} is not TOML", path.display()))
}

fn read_sources(root: &Path, folder: &Path, package: &str, files: &mut Vec<SourceFile>) -> anyhow::Result<()> {
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>, std::io::Error>>()?;
    paths.sort();
    for path in paths {
        if path.is_dir() {
            read_sources(root, &path, package, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            let relative = path.strip_prefix(root).context("a source lies outside of the workspace")?;
            files.push(SourceFile::parse(&relative.display().to_string(), package, &text)?);
        }
    }
    Ok(())
}

/// A file that only `#[cfg(test)] mod name;` mentions is a test, whatever it is called.
fn mark_test_modules(files: &mut [SourceFile]) {
    let mut test_modules = BTreeSet::new();
    for file in files.iter() {
        let folder = file.module_folder();
        test_modules.extend(file.test_modules.iter().map(|name| format!("{folder}/{name}")));
    }
    for file in files {
        let own = file.path.trim_end_matches(".rs").trim_end_matches("/mod");
        let below = |module: &String| own.strip_prefix(module.as_str()).is_some_and(|rest| rest.starts_with('/'));
        if test_modules.contains(own) || test_modules.iter().any(below) {
            file.is_test = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_module_declared_for_tests_is_a_test_with_everything_below() {
        let parse = |path, text| SourceFile::parse(path, "rtp", text).unwrap();
        let mut files = [
            parse("crates/rtp/src/lib.rs", "mod a; #[cfg(test)] mod support;"),
            parse("crates/rtp/src/a.rs", "#[cfg(test)] mod tests;"),
            parse("crates/rtp/src/a/tests.rs", ""),
            parse("crates/rtp/src/support.rs", ""),
            parse("crates/rtp/src/support/deep.rs", ""),
            parse("crates/rtp/src/supporting.rs", ""),
        ];
        mark_test_modules(&mut files);
        assert_eq!(files.map(|file| file.is_test), [false, false, true, true, true, false]);
    }
}
