//! PostgreSQL as Debian packages it, on a port and in a folder of its own.

use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::clips::path_text;
use crate::process::Process;

/// A running server with one empty database; gone with its files when dropped.
#[derive(Debug)]
pub struct Postgres {
    process: Option<Process>,
    port: u16,
    folder: tempfile::TempDir,
}

impl Postgres {
    /// Starts a server that keeps nothing safe from a power cut, so that tests are fast.
    pub fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        if is_root() {
            let (user, group) = (number_of("-u"), number_of("-g"));
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut server = Self { process: None, port, folder };
        let data = path_text(&server.data());
        let made = as_postgres(&program("initdb"))
            .args(["-D", &data, "-U", "viaduct", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"])
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        server.resume();
        server
    }

    /// Where clients find the database.
    pub fn url(&self) -> String {
        format!("postgres://viaduct@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends the server as a crash would; [`Postgres::resume`] starts it again.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        // "Immediate shutdown": children are told to end at once, nothing is written out.
        process.signal("QUIT");
        process.wait(crate::PATIENCE);
    }

    /// Starts the server again on the same port and files.
    pub fn resume(&mut self) {
        let mut command = as_postgres(&program("postgres"));
        command.arg("-D").arg(self.data()).args(["-p", &self.port.to_string(), "-k", &path_text(self.folder.path())]);
        command.args(["-h", "127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=16MB", "-c", "max_connections=50"]);
        let mut process = Process::run(command, usize::MAX);
        let port = self.port.to_string();
        crate::until("PostgreSQL", crate::PATIENCE, || {
            assert!(process.ended().is_none(), "PostgreSQL ended: {}", process.messages());
            let asked =
                Command::new(program("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port]).status().unwrap();
            asked.success().then_some(())
        });
        self.process = Some(process);
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A program of the newest version that is installed; Debian keeps them off the search path.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> =
        versions.map(|version| version.path().join("bin").join(name)).filter(|path| path.exists()).collect();
    found.sort();
    found.pop().unwrap_or_else(|| panic!("{name} is needed for this test: apt-get install postgresql"))
}

/// PostgreSQL refuses to run as root, so root hands it to the account that Debian's package makes.
fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program);
    // It may not be permitted to look into the folder of the tests.
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    id(&["-u"]) == 0
}

fn number_of(which: &str) -> u32 {
    id(&[which, "postgres"])
}

fn id(arguments: &[&str]) -> u32 {
    let output = Command::new("id").args(arguments).output().unwrap();
    String::from_utf8_lossy(&output.stdout).trim().parse().expect("PostgreSQL's account: apt-get install postgresql")
}
