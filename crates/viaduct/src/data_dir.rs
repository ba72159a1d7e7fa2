//! The data folder: database, secrets, generated certificate. Secrets are readable by their owner only.

use std::fs;
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use platform::{audit, tokens};

/// The data folder of one server.
#[derive(Clone, Debug)]
pub(crate) struct DataDir {
    path: PathBuf,
}

impl DataDir {
    /// Opens `path`, creating it.
    pub(crate) fn open(path: &Path) -> anyhow::Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(path)
            .with_context(|| format!("creating the data folder {}", path.display()))?;
        Ok(Self { path: path.to_owned() })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Files that may be played as cameras.
    pub(crate) fn files(&self) -> anyhow::Result<PathBuf> {
        let path = self.path.join("files");
        let made = fs::DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.with_context(|| format!("creating {}", path.display()))?;
        Ok(path)
    }

    /// Pictures that are kept; the folder is made with the first one.
    pub(crate) fn snapshots(&self) -> PathBuf {
        self.path.join("snapshots")
    }

    /// Recordings that were fetched from devices; the folder is made with the first one.
    pub(crate) fn downloads(&self) -> PathBuf {
        self.path.join("downloads")
    }

    /// The database: PostgreSQL where the configuration names one, or else a file in this folder.
    pub(crate) fn database(&self, url: Option<&str>) -> db::Place {
        url.map_or_else(|| db::Place::File(self.path.join("viaduct.db")), |url| db::Place::Postgres(url.to_owned()))
    }

    /// The key that signs stream tokens; made at the first start.
    pub(crate) fn token_key(&self) -> anyhow::Result<[u8; tokens::KEY_LEN]> {
        self.key("token-key", "old tokens then end")
    }

    /// The key of the audit log's sums; made at the first start.
    pub(crate) fn audit_key(&self) -> anyhow::Result<[u8; audit::KEY_LEN]> {
        self.key("audit-key", "the log so far then looks changed")
    }

    fn key<const LEN: usize>(&self, name: &str, loss: &str) -> anyhow::Result<[u8; LEN]> {
        let path = self.path.join(name);
        if !path.exists() {
            let fresh: Vec<u8> = std::iter::repeat_with(rand::random::<u8>).take(LEN).collect();
            write_secret(&path, &fresh)?;
        }
        let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        warn_if_readable_by_others(&path)?;
        bytes.try_into().ok().with_context(|| {
            format!("{} must hold {LEN} bytes; delete it to have a new one made ({loss})", path.display())
        })
    }

    /// Notes the newest row of the audit log. Losing the last notes in a power cut does no harm: the log then only goes on further than
    /// what was noted.
    pub(crate) fn note_audit_head(&self, head: &audit::Head) {
        let (path, partial) = (self.path.join(AUDIT_HEAD), self.path.join("audit-head.new"));
        let sum: String = head.sum.iter().map(|byte| format!("{byte:02x}")).collect();
        let written = private_file(&partial)
            .and_then(|mut file| writeln!(file, "{} {sum}", head.id))
            .and_then(|()| fs::rename(&partial, &path));
        if let Err(error) = written {
            tracing::warn!(%error, path = %path.display(), "The end of the audit log cannot be noted.");
        }
    }

    /// The newest row of the audit log that was noted.
    pub(crate) fn audit_head(&self) -> Option<audit::Head> {
        let text = fs::read_to_string(self.path.join(AUDIT_HEAD)).ok()?;
        let (id, sum) = text.trim().split_once(' ')?;
        let digits = sum.as_bytes().chunks_exact(2).map(|pair| std::str::from_utf8(pair).ok());
        let sum: Option<Vec<u8>> = digits.map(|pair| u8::from_str_radix(pair?, 16).ok()).collect();
        Some(audit::Head { id: id.parse().ok()?, sum: sum? })
    }

    /// Forgets the note, because another log takes the place of the one that it was of.
    pub(crate) fn forget_audit_head(&self) {
        let _absent = fs::remove_file(self.path.join(AUDIT_HEAD));
    }

    /// The code that guards the first run; made at the first start, removed when it is used.
    pub(crate) fn setup_code(&self) -> anyhow::Result<String> {
        let path = self.setup_code_path();
        if !path.exists() {
            let code: String =
                platform::accounts::random_token().chars().filter(char::is_ascii_alphanumeric).take(12).collect();
            write_secret(&path, code.as_bytes())?;
        }
        Ok(fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?.trim().to_owned())
    }

    /// What tells this server from others; made at the first start.
    pub(crate) fn server_id(&self) -> anyhow::Result<String> {
        let path = self.path.join("server-id");
        if !path.exists() {
            write_secret(&path, format!("{:016x}", rand::random::<u64>()).as_bytes())?;
        }
        Ok(fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?.trim().to_owned())
    }

    /// Removes the code of the first run.
    pub(crate) fn forget_setup_code(&self) {
        let _absent = fs::remove_file(self.setup_code_path());
    }

    fn setup_code_path(&self) -> PathBuf {
        self.path.join("setup-code")
    }

    /// Certificate and key of our own making.
    pub(crate) fn certificate(&self) -> (PathBuf, PathBuf) {
        (self.path.join("certificate.pem"), self.path.join("certificate-key.pem"))
    }

    /// A lock that ends with the process: two servers on one folder would spoil each other.
    pub(crate) fn lock(&self) -> anyhow::Result<fs::File> {
        let path = self.path.join("lock");
        let file = fs::OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(&path)?;
        if file.try_lock().is_err() {
            bail!("another viaduct uses the data folder {}; stop it or give another --data-dir", self.path.display());
        }
        Ok(file)
    }
}

/// Files that a backup keeps: tokens that are in use depend on them, and other servers know this one by them.
pub(crate) const KEPT_SECRETS: [&str; 3] = ["token-key", "audit-key", "server-id"];
const AUDIT_HEAD: &str = "audit-head";

/// An empty file that only its owner may read.
fn private_file(path: &Path) -> std::io::Result<fs::File> {
    fs::OpenOptions::new().create(true).truncate(true).write(true).mode(0o600).open(path)
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_secret(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let partial = path.with_extension("new");
    let context = || format!("writing {}", path.display());
    let mut file = private_file(&partial).with_context(context)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).with_context(context)?;
    fs::rename(&partial, path).with_context(context)
}

fn warn_if_readable_by_others(path: &Path) -> anyhow::Result<()> {
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(path = %path.display(), mode = format!("{:o}", mode & 0o777), "A secret is readable by others; chmod 600 it.");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once_and_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(&folder.path().join("data")).unwrap();
        let key = data.token_key().unwrap();
        assert_eq!(data.token_key().unwrap(), key);
        let code = data.setup_code().unwrap();
        assert_eq!(code.len(), 12);
        for name in ["token-key", "setup-code"] {
            let mode = fs::metadata(data.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
        data.forget_setup_code();
        assert!(!data.setup_code_path().exists());
    }

    #[test]
    fn one_server_per_folder() {
        let folder = tempfile::tempdir().unwrap();
        let data = DataDir::open(folder.path()).unwrap();
        let held = data.lock().unwrap();
        assert!(data.lock().is_err());
        drop(held);
        assert!(data.lock().is_ok());
    }
}
