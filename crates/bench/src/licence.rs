//! A licence for measured servers that hold more cameras than are free.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};

/// The issuer's public key and a licence of its.
pub(crate) struct Licence {
    pub(crate) issuer_key: String,
    pub(crate) text: String,
}

impl Licence {
    /// Has the program issue one, as an issuer would.
    pub(crate) fn issue(program: &Path, channels: usize) -> anyhow::Result<Self> {
        let folder = std::env::temp_dir().join(format!("viaduct-bench-licence-{}", std::process::id()));
        std::fs::create_dir_all(&folder).context("a folder for the licence")?;
        let made = issue_in(program, &folder, channels);
        std::fs::remove_dir_all(&folder).context("removing the folder of the licence")?;
        made
    }
}

fn issue_in(program: &Path, folder: &Path, channels: usize) -> anyhow::Result<Licence> {
    let run = |arguments: &[&str]| -> anyhow::Result<String> {
        let output = Command::new(program).current_dir(folder).args(["admin", "licence"]).args(arguments).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Ok(String::from_utf8(output.stdout)?)
    };
    let said = run(&["new-key", "key.pem"])?;
    let issuer_key = said.split('"').nth(1).context("the public key that new-key prints")?.to_owned();
    let channels = channels.to_string();
    let terms = ["--number", "bench", "--customer", "bench", "--channels", &channels];
    run(&[&["issue", "--key", "key.pem"], &terms[..], &["licence.txt"]].concat())?;
    Ok(Licence { issuer_key, text: std::fs::read_to_string(folder.join("licence.txt"))? })
}
