//! The configuration: what the console set, overlaid by one TOML file, the environment and the command line, so that what is fixed on
//! the machine stays fixed.
//!
//! Every key is in [`KEYS`]; an unknown key is an error that names the nearest known one. A key that is listed
//! has an effect.

pub(crate) mod console;
mod keys;
mod settings;

pub(crate) use console::{ConsoleFile, Refused};
pub(crate) use keys::{KEYS, Key, Kind, Reload};
pub(crate) use settings::{Gb28181Config, LogFormat, Settings};

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use toml::Value;

/// Prefix of environment variables: `VIADUCT__SECTION__KEY`.
const ENV_PREFIX: &str = "VIADUCT__";

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Default,
    Console,
    File,
    Environment,
    CommandLine,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::Console => "console",
            Self::File => "file",
            Self::Environment => "environment",
            Self::CommandLine => "command line",
        })
    }
}

/// What the configuration is read from; kept for reloading.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sources {
    /// What the console set.
    pub(crate) console: Option<PathBuf>,
    /// `--config`.
    pub(crate) file: Option<PathBuf>,
    /// `--set key=value`, in order.
    pub(crate) set: Vec<String>,
    /// `--dev`.
    pub(crate) dev: bool,
}

/// All values with their origins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Values {
    values: BTreeMap<&'static str, (Value, Origin)>,
}

impl Values {
    /// Reads everything.
    pub(crate) fn read(sources: &Sources, environment: impl Iterator<Item = (String, String)>) -> anyhow::Result<Self> {
        let mut values = Self::defaults(sources.dev);
        if let Some(file) = sources.console.as_ref().filter(|file| file.exists()) {
            values.read_file(file, Origin::Console).with_context(|| format!("reading {}", file.display()))?;
        }
        values.overlay(sources, environment)?;
        Ok(values)
    }

    /// What is fixed on the machine.
    fn overlay(
        &mut self,
        sources: &Sources,
        environment: impl Iterator<Item = (String, String)>,
    ) -> anyhow::Result<()> {
        if let Some(file) = &sources.file {
            self.read_file(file, Origin::File).with_context(|| format!("reading {}", file.display()))?;
        }
        for (name, text) in environment {
            let Some(path) = name.strip_prefix(ENV_PREFIX) else { continue };
            let key = path.to_ascii_lowercase().replace("__", ".");
            self.set_text(&key, &text, Origin::Environment).with_context(|| format!("in {name}"))?;
        }
        for assignment in &sources.set {
            let Some((key, text)) = assignment.split_once('=') else {
                bail!("--set takes key=value, not {assignment:?}");
            };
            self.set_text(key.trim(), text, Origin::CommandLine).context("in --set")?;
        }
        Ok(())
    }

    fn defaults(dev: bool) -> Self {
        let values = KEYS.iter().map(|key| {
            let text = if dev { key.dev_default.unwrap_or(key.default) } else { key.default };
            let value = key.parse(text).expect("defaults are of their own kind");
            (key.name, (value, Origin::Default))
        });
        Self { values: values.collect() }
    }

    fn read_file(&mut self, file: &Path, origin: Origin) -> anyhow::Result<()> {
        for (key, value) in read_table(&std::fs::read_to_string(file)?)? {
            self.values.insert(key.name, (value, origin));
        }
        Ok(())
    }

    fn set_text(&mut self, name: &str, text: &str, origin: Origin) -> anyhow::Result<()> {
        let key = find(name)?;
        self.values.insert(key.name, (key.parse(text)?, origin));
        Ok(())
    }

    /// As they would be if the console set this.
    pub(crate) fn with_console(sources: &Sources, set: &BTreeMap<&'static str, Value>) -> anyhow::Result<Self> {
        let mut values = Self::defaults(sources.dev);
        values.values.extend(set.iter().map(|(name, value)| (*name, (value.clone(), Origin::Console))));
        values.overlay(sources, std::env::vars())?;
        Ok(values)
    }

    /// A value and where it comes from.
    pub(crate) fn get(&self, name: &str) -> (&Value, Origin) {
        let (value, origin) = self.values.get(name).expect("every key has a default");
        (value, *origin)
    }

    /// Keys whose values differ.
    pub(crate) fn differences(&self, other: &Self) -> Vec<&'static Key> {
        KEYS.iter().filter(|key| self.get(key.name).0 != other.get(key.name).0).collect()
    }
}

/// The keys of a TOML text with their values, which are of their kinds.
fn read_table(text: &str) -> anyhow::Result<Vec<(&'static Key, Value)>> {
    let mut flat = Vec::new();
    flatten("", &text.parse()?, &mut flat);
    let known = |(name, value): (String, Value)| {
        let key = find(&name)?;
        Ok((key, key.check(value)?))
    };
    flat.into_iter().map(known).collect()
}

fn flatten(prefix: &str, table: &toml::Table, out: &mut Vec<(String, Value)>) {
    for (name, value) in table {
        let path = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Table(inner) => flatten(&path, inner, out),
            other => out.push((path, other.clone())),
        }
    }
}

fn find(name: &str) -> anyhow::Result<&'static Key> {
    if let Some(key) = KEYS.iter().find(|key| key.name == name) {
        return Ok(key);
    }
    let nearest =
        KEYS.iter().max_by(|a, b| strsim::jaro_winkler(a.name, name).total_cmp(&strsim::jaro_winkler(b.name, name)));
    match nearest {
        Some(key) => bail!("unknown key {name:?}; the nearest one is {:?}", key.name),
        None => bail!("unknown key {name:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(file: &str, environment: &[(&str, &str)], set: &[&str]) -> anyhow::Result<Values> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("viaduct.toml");
        std::fs::write(&path, file).unwrap();
        let sources = Sources {
            console: None,
            file: Some(path),
            set: set.iter().map(|text| (*text).to_owned()).collect(),
            dev: false,
        };
        let environment = environment.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned()));
        Values::read(&sources, environment)
    }

    #[test]
    fn command_line_beats_environment_beats_file_beats_default() {
        let file = "[media]\nmerge_window_ms = 10\nshards = 3\n[http]\nlisten = \"127.0.0.1:1\"";
        let environment = [("VIADUCT__MEDIA__MERGE_WINDOW_MS", "30"), ("VIADUCT__MEDIA__SHARDS", "4"), ("PATH", "x")];
        let values = read(file, &environment, &["media.shards=5"]).unwrap();
        assert_eq!(values.get("http.listen"), (&Value::from("127.0.0.1:1"), Origin::File));
        assert_eq!(values.get("media.merge_window_ms"), (&Value::from(30), Origin::Environment));
        assert_eq!(values.get("media.shards"), (&Value::from(5), Origin::CommandLine));
        assert_eq!(values.get("rtmp.listen").1, Origin::Default);
    }

    #[test]
    fn an_unknown_key_names_the_nearest_known_one() {
        for result in [
            read("[media]\nshard = 3", &[], &[]),
            read("", &[("VIADUCT__MEDIA__SHARD", "3")], &[]),
            read("", &[], &["media.shard=3"]),
        ] {
            let error = format!("{:#}", result.unwrap_err());
            assert!(error.contains("\"media.shards\""), "{error}");
        }
    }

    #[test]
    fn a_value_of_the_wrong_kind_names_its_key() {
        for (file, set) in [("[media]\nshards = \"many\"", "media.merge_window_ms=1"), ("", "media.shards=many")] {
            let error = format!("{:#}", read(file, &[], &[set]).unwrap_err());
            assert!(error.contains("media.shards"), "{error}");
        }
    }

    #[test]
    fn every_key_is_typed_into_the_settings() {
        let values = Values::defaults(false);
        let settings = Settings::from_values(&values).unwrap();
        assert!(settings.media_shards > 0);
        assert!(Settings::from_values(&Values::defaults(true)).unwrap().listeners[0].address.ip().is_loopback());
    }
}
