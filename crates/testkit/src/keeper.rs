//! Independent servers that files are sent to.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::process::Process;
use crate::{PATIENCE, until};

/// User name and password of the FTP server.
pub const FTP_ACCOUNT: (&str, &str) = ("viaduct", "secret");

/// A running server with what it has received.
#[derive(Debug)]
pub struct Keeper {
    /// The server.
    pub process: Process,
    folder: TempDir,
    port: u16,
}

impl Keeper {
    /// `http.server` of Python: keeps each body under its path, with `_` for `/`, and its head beside it as `.head`.
    pub fn http() -> Self {
        Self::start("http", None)
    }

    /// The same on a port of 127.0.0.1.
    pub fn http_on(port: u16) -> Self {
        Self::start("http", Some(port))
    }

    /// `pyftpdlib`, for [`FTP_ACCOUNT`].
    pub fn ftp() -> Self {
        Self::start("ftp", None)
    }

    fn start(kind: &str, port: Option<u16>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let received = folder.path().join("received");
        std::fs::create_dir(&received).unwrap();
        let port_file = folder.path().join("port");
        let mut command = Command::new("/usr/bin/python3");
        command
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/upload_receiver.py"))
            .arg(kind)
            .arg(&received)
            .arg(&port_file);
        command.args(port.map(|port| port.to_string()));
        let mut process = Process::run(command, usize::MAX);
        let port = until("the receiver (python3, python3-pyftpdlib)", PATIENCE, || {
            assert!(process.ended().is_none(), "the receiver ended: {}", process.messages());
            std::fs::read_to_string(&port_file).ok()?.trim().parse().ok()
        });
        Self { process, folder, port }
    }

    /// `scheme://127.0.0.1:port`.
    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// Where a received file is.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("received").join(name)
    }

    /// Waits for a file.
    pub fn wait(&self, name: &str) -> Vec<u8> {
        until(name, PATIENCE, || std::fs::read(self.path(name)).ok())
    }

    /// Names of all files that were received, folders included.
    pub fn names(&self) -> Vec<String> {
        let mut names = Vec::new();
        collect(&self.path(""), "", &mut names);
        names.sort();
        names
    }
}

fn collect(folder: &Path, above: &str, names: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let name = format!("{above}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(&entry.path(), &format!("{name}/"), names);
        } else {
            names.push(name);
        }
    }
}
