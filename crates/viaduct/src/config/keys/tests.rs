//! `docs/reference/configuration.md` is made from [`KEYS`].

use std::fmt::Write;

use super::*;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/configuration.md");

const INTRODUCTION: &str = "# Configuration

Made from `crates/viaduct/src/config/keys.rs` by `UPDATE_EXPECT=1 cargo test -p viaduct configuration`; a test fails when
it differs.

A value comes from, in rising order: its default, what the console set (`settings.toml` in the data folder), the TOML file of
`serve --config FILE`, the environment
(`VIADUCT__SECTION__KEY`, such as `VIADUCT__HTTP__LISTEN`), the command line (`--set http.listen=127.0.0.1:9000`). Lists are
separated by commas in the last two. An unknown key is an error that names the nearest known one. `SIGHUP`,
`POST /api/v1/config/reload` and the console's settings page read everything again: *live* keys take effect at once and no
stream drops, the others at the next start. The settings page and `GET /api/v1/config` show each value and where it comes
from, and change those that nothing on the machine fixes ([guide](../guide/settings.md)).

```toml
[http]
listen = \"127.0.0.1:8080\"

[server]
trusted_proxies = [\"127.0.0.1\"]
```
";

fn value(key: &Key, text: &str) -> String {
    match (key.kind, text) {
        (_, "") if key.kind != Kind::List => "empty".to_owned(),
        (Kind::Text, text) => format!("`\"{text}\"`"),
        (Kind::List, text) => {
            let items: Vec<String> =
                text.split(',').filter(|item| !item.is_empty()).map(|item| format!("\"{item}\"")).collect();
            format!("`[{}]`", items.join(", "))
        }
        (Kind::Integer | Kind::Flag, text) => format!("`{text}`"),
    }
}

fn reference() -> String {
    let mut out = INTRODUCTION.to_owned();
    let mut section = "";
    for key in KEYS {
        let (its_section, _) = key.name.split_once('.').unwrap();
        if its_section != section {
            section = its_section;
            let _ = write!(out, "\n## {section}\n| key | default | changes | meaning |\n|---|---|---|---|\n");
        }
        let mut default = value(key, key.default);
        if let Some(dev) = key.dev_default {
            let _ = write!(default, "; with `--dev` {}", value(key, dev));
        }
        let range = key.range.map(|(least, most)| format!(" {least} to {most} {}", key.unit));
        let range = range.map(|range| format!("{}.", range.trim_end())).unwrap_or_default();
        let console = if key.by_console { "" } else { " Not by the console." };
        let secret = if key.secret { " Secret: never shown." } else { "" };
        let meaning = format!("{}{range}{console}{secret}", key.help);
        let _ = writeln!(out, "| `{}` | {default} | {} | {meaning} |", key.name, key.reload.as_str());
    }
    out
}

#[test]
fn the_configuration_reference_is_up_to_date() {
    let made = reference();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(PATH, &made).unwrap();
    }
    let kept = std::fs::read_to_string(PATH).unwrap_or_default();
    assert!(kept == made, "{PATH} is out of date; run: UPDATE_EXPECT=1 cargo test -p viaduct configuration");
}
