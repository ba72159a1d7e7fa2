//! What the console set: a file in the data folder, and beside it the last one with which the server came up.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use toml::Value;

use super::{KEYS, Key, Kind, Origin, Settings, Values, find, read_table};
use crate::data_dir::write_secret;

/// Changes that were undone because the server did not come up with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Undone {
    pub(crate) keys: Vec<String>,
    pub(crate) reason: String,
}

/// Why a change of settings was refused.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refused {
    #[error("{text}.")]
    Invalid { key: Option<&'static str>, text: String },
    #[error("{key} is fixed by the {origin} on the server's machine; change it there.")]
    Fixed { key: &'static str, origin: Origin },
    #[error(
        "{key} is not changed by the console, because it names a file, a program or a secret of the server's machine."
    )]
    NotByConsole { key: &'static str },
    #[error("{key} decides who comes in; it is for those who may give every right.")]
    Gives { key: &'static str },
    #[error("The settings cannot be written: {0}.")]
    Storage(String),
}

impl Refused {
    pub(crate) const fn key(&self) -> Option<&'static str> {
        match self {
            Self::Invalid { key, .. } => *key,
            Self::Fixed { key, .. } | Self::NotByConsole { key } | Self::Gives { key } => Some(key),
            Self::Storage(_) => None,
        }
    }

    fn of_key(key: &'static Key, error: &anyhow::Error) -> Self {
        Self::Invalid { key: Some(key.name), text: format!("{error:#}") }
    }
}

/// The file and those beside it.
#[derive(Clone, Debug)]
pub(crate) struct ConsoleFile {
    folder: PathBuf,
}

impl ConsoleFile {
    pub(crate) const NAME: &str = "settings.toml";
    /// The last one with which the server came up.
    const GOOD: &str = "settings-good.toml";
    const UNDONE: &str = "settings-undone.json";

    pub(crate) fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned() }
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    /// What the console set, by the names of keys.
    pub(crate) fn values(&self) -> anyhow::Result<BTreeMap<&'static str, Value>> {
        Ok(read_table(&self.text(Self::NAME))?.into_iter().map(|(key, value)| (key.name, value)).collect())
    }

    /// Tells one content from another; small enough for every program's numbers.
    pub(crate) fn version(&self) -> i64 {
        let sum = Sha256::digest(self.text(Self::NAME));
        sum.iter().take(6).fold(0, |number, byte| number << 8 | i64::from(*byte))
    }

    /// Writes what the console sets, whole or not at all.
    pub(crate) fn write(&self, values: &BTreeMap<&'static str, Value>) -> anyhow::Result<()> {
        write_secret(&self.folder.join(Self::NAME), written(values)?.as_bytes())
    }

    /// Remembers that the server came up with what is set.
    pub(crate) fn came_up(&self) {
        let text = self.text(Self::NAME);
        if text != self.text(Self::GOOD)
            && let Err(error) = write_secret(&self.folder.join(Self::GOOD), text.as_bytes())
        {
            tracing::warn!(error = format!("{error:#}"), "The settings that work cannot be kept.");
        }
    }

    /// Takes back what was set since the server last came up, because it did not with this; `false` when there is nothing to take back.
    pub(crate) fn undo(&self, reason: &str) -> anyhow::Result<bool> {
        let (now, good) = (self.text(Self::NAME), self.text(Self::GOOD));
        if now == good {
            return Ok(false);
        }
        let known = |text: &str| -> BTreeMap<&'static str, Value> {
            let table = read_table(text).unwrap_or_default();
            table.into_iter().map(|(key, value)| (key.name, value)).collect()
        };
        let (tried, kept) = (known(&now), known(&good));
        let keys = KEYS.iter().map(|key| key.name).filter(|name| tried.get(name) != kept.get(name));
        let undone = Undone { keys: keys.map(str::to_owned).collect(), reason: reason.to_owned() };
        let note = serde_json::to_vec(&undone).context("writing down what is undone")?;
        write_secret(&self.folder.join(Self::UNDONE), &note)?;
        write_secret(&self.folder.join(Self::NAME), good.as_bytes())?;
        Ok(true)
    }

    /// What was undone last, until something is set again.
    pub(crate) fn undone(&self) -> Option<Undone> {
        serde_json::from_str(&self.text(Self::UNDONE)).ok()
    }

    pub(crate) fn forget_undone(&self) {
        let _absent = fs::remove_file(self.folder.join(Self::UNDONE));
    }
}

fn written(values: &BTreeMap<&'static str, Value>) -> anyhow::Result<String> {
    let mut sections: BTreeMap<&str, BTreeMap<&str, &Value>> = BTreeMap::new();
    for (name, value) in values {
        let (section, key) = name.split_once('.').context("every key has a section")?;
        sections.entry(section).or_default().insert(key, value);
    }
    let text = toml::to_string(&sections).context("writing the settings")?;
    Ok(format!(
        "# Written by the console; what the file, the environment or the command line says goes before it.\n{text}"
    ))
}

/// What is set after changes; a value that is absent goes back to its default. `present` is what holds now.
pub(crate) fn changed(
    set: &BTreeMap<&'static str, Value>,
    changes: &BTreeMap<String, serde_json::Value>,
    present: &Values,
    gives: bool,
) -> Result<BTreeMap<&'static str, Value>, Refused> {
    let mut set = set.clone();
    for (name, value) in changes {
        let key = find(name).map_err(|error| Refused::Invalid { key: None, text: error.to_string() })?;
        let (_, origin) = present.get(key.name);
        if !key.by_console {
            return Err(Refused::NotByConsole { key: key.name });
        }
        if !gives && key.lets_in() {
            return Err(Refused::Gives { key: key.name });
        }
        if !matches!(origin, Origin::Default | Origin::Console) {
            return Err(Refused::Fixed { key: key.name, origin });
        }
        match value {
            serde_json::Value::Null => set.remove(key.name),
            given => {
                let value = typed(key, given).map_err(|error| Refused::of_key(key, &error))?;
                set.insert(key.name, value)
            }
        };
    }
    Ok(set)
}

fn typed(key: &Key, given: &serde_json::Value) -> anyhow::Result<Value> {
    let value = match (key.kind, given) {
        (Kind::Text, serde_json::Value::String(text)) => Value::from(text.trim()),
        (_, given) => {
            Value::try_from(given).with_context(|| format!("{} has a value that it does not take", key.name))?
        }
    };
    let value = key.check(value)?;
    key.check_range(&value)?;
    Ok(value)
}

/// Judges values by the same rules as at the start; an error is put down to the key that it names.
pub(crate) fn judge(values: &Values, changes: &BTreeMap<String, serde_json::Value>) -> Result<Settings, Refused> {
    Settings::from_values(values).map_err(|error| {
        let text = format!("{error:#}");
        Refused::Invalid { key: named(&text, changes), text }
    })
}

/// The key that a sentence is about: of those that were changed, or the only one.
pub(crate) fn named(text: &str, changes: &BTreeMap<String, serde_json::Value>) -> Option<&'static str> {
    let changed = || KEYS.iter().filter(|key| changes.contains_key(key.name));
    let said =
        changed().find(|key| text.contains(key.name)).or_else(|| changed().next().filter(|_| changes.len() == 1));
    said.map(|key| key.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn values(set: &[&str]) -> Values {
        let sources =
            super::super::Sources { set: set.iter().map(|text| (*text).to_owned()).collect(), ..Default::default() };
        Values::read(&sources, std::iter::empty()).unwrap()
    }

    fn change(present: &Values, changes: serde_json::Value) -> Result<BTreeMap<&'static str, Value>, Refused> {
        let changes = serde_json::from_value(changes).unwrap();
        changed(&BTreeMap::from([("log.level", Value::from("warn"))]), &changes, present, true)
    }

    #[test]
    fn changes_are_typed_set_and_reset_or_refused_by_name() {
        let present = values(&["media.shards=2"]);
        let set =
            change(&present, json!({ "hls.segments": 12, "log.level": null, "pull.allow": ["10.0.0.0/8"] })).unwrap();
        assert_eq!(set.keys().copied().collect::<Vec<_>>(), ["hls.segments", "pull.allow"]);
        for (changes, key) in [
            (json!({ "hls.segments": 61 }), Some("hls.segments")),
            (json!({ "hls.segments": "12" }), Some("hls.segments")),
            (json!({ "hls.segments": 1.5 }), Some("hls.segments")),
            (json!({ "hls.segments": { "a": 1 } }), Some("hls.segments")),
            (json!({ "log.format": "xml" }), Some("log.format")),
            (json!({ "media.shards": 4 }), Some("media.shards")),
            (json!({ "database.url": "postgres://x" }), Some("database.url")),
            (json!({ "media.worker_path": "/bin/sh" }), Some("media.worker_path")),
            (json!({ "hls.segment": 1 }), None),
        ] {
            let refused = change(&present, changes.clone()).expect_err(&changes.to_string());
            assert_eq!(refused.key(), key, "{changes}: {refused}");
        }
    }

    #[test]
    fn what_is_written_is_read_again_and_undone_by_what_last_worked() {
        let folder = tempfile::tempdir().unwrap();
        let file = ConsoleFile::new(folder.path());
        let set =
            |level: &str| BTreeMap::from([("http.listen", Value::from("[::]:1")), ("log.level", Value::from(level))]);
        file.write(&set("a \"quoted\" ✓")).unwrap();
        assert_eq!(file.values().unwrap(), set("a \"quoted\" ✓"));
        let version = file.version();
        file.came_up();
        assert!(!file.undo("nothing to take back").unwrap());
        file.write(&set("other")).unwrap();
        assert_ne!(file.version(), version);
        assert!(file.undo("the port is taken").unwrap());
        assert_eq!((file.values().unwrap(), file.version()), (set("a \"quoted\" ✓"), version));
        let undone = Undone { keys: vec!["log.level".into()], reason: "the port is taken".into() };
        assert_eq!(file.undone(), Some(undone));
        file.forget_undone();
        assert_eq!(file.undone(), None);
        let mode = std::os::unix::fs::PermissionsExt::mode(
            &fs::metadata(folder.path().join(ConsoleFile::NAME)).unwrap().permissions(),
        );
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn what_the_machine_fixes_goes_before_the_console() {
        let folder = tempfile::tempdir().unwrap();
        let set = BTreeMap::from([("hls.segments", Value::from(9)), ("hls.part_ms", Value::from(300))]);
        ConsoleFile::new(folder.path()).write(&set).unwrap();
        let sources = super::super::Sources {
            console: Some(folder.path().join(ConsoleFile::NAME)),
            set: vec!["hls.segments=5".into()],
            ..Default::default()
        };
        let values = Values::read(&sources, std::iter::empty()).unwrap();
        assert_eq!(values.get("hls.segments"), (&Value::from(5), Origin::CommandLine));
        assert_eq!(values.get("hls.part_ms"), (&Value::from(300), Origin::Console));
        assert_eq!(values.get("hls.segment_ms").1, Origin::Default);
    }
}
