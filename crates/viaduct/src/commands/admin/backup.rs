//! Backup and restore: the rows by `db`, the server's keys from the data folder, gzip around both.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufReader, BufWriter};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use db::{Database, Header, Place};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;
use platform::unix_now;

use super::super::say;
use crate::data_dir::{DataDir, KEPT_SECRETS, write_secret};

pub(super) async fn write(data: &DataDir, place: &Place, file: &Path) -> anyhow::Result<()> {
    let made = fs::OpenOptions::new().create_new(true).write(true).mode(0o600).open(file);
    let out = made.with_context(|| format!("creating {}", file.display()))?;
    let outcome = write_to(data, place, out).await;
    match outcome {
        Ok(rows) => say(&format!("{} holds {rows} rows of {} and the server's keys.", file.display(), place.name())),
        Err(error) => {
            fs::remove_file(file).context("removing the unfinished backup")?;
            return Err(error);
        }
    }
    Ok(())
}

async fn write_to(data: &DataDir, place: &Place, out: fs::File) -> anyhow::Result<u64> {
    let database = Database::open(place).await?;
    let mut packed = GzEncoder::new(BufWriter::new(out), Compression::default());
    let rows = database.backup(&Header::new(unix_now(), secrets(data)?), &mut packed).await?;
    packed.finish()?.into_inner().context("writing the backup")?.sync_all()?;
    database.close().await;
    Ok(rows)
}

/// Keys without which tokens that are in use would end.
fn secrets(data: &DataDir) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for name in KEPT_SECRETS {
        let path = data.path().join(name);
        if path.exists() {
            let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            found.insert(name.to_owned(), STANDARD.encode(bytes));
        }
    }
    Ok(found)
}

pub(super) async fn restore(data: &DataDir, place: &Place, file: &Path, replace: bool) -> anyhow::Result<()> {
    let _lock = data.lock()?;
    let input = fs::File::open(file).with_context(|| format!("opening {}", file.display()))?;
    let text = BufReader::new(MultiGzDecoder::new(BufReader::new(input)));
    let database = Database::open(place).await?;
    let (header, rows) =
        database.restore(text, replace).await.with_context(|| format!("restoring {}", file.display()))?;
    database.close().await;
    for (name, content) in &header.files {
        let Some(name) = KEPT_SECRETS.iter().find(|kept| *kept == name) else {
            bail!(
                "the backup has a file {name:?} that is none of the server's; the rows are restored, this file is not"
            );
        };
        let bytes = STANDARD.decode(content).with_context(|| format!("reading {name} from the backup"))?;
        write_secret(&data.path().join(name), &bytes)?;
    }
    data.forget_audit_head();
    data.forget_setup_code();
    say(&format!("{} has {rows} rows and the keys of {}. Everybody signs in again.", place.name(), file.display()));
    Ok(())
}
