//! A receiver of web hooks: Python's HTTP server and hmac.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::process::Process;
use crate::{PATIENCE, until};

/// The receiver, its program running or not.
#[derive(Debug)]
pub struct Receiver {
    folder: tempfile::TempDir,
    process: Option<Process>,
}

impl Receiver {
    /// Starts it on a port of the system's choice.
    pub fn start() -> Self {
        let mut receiver = Self { folder: tempfile::tempdir().unwrap(), process: None };
        receiver.run();
        receiver
    }

    /// Starts it, on the port of the last time if there was one.
    pub fn run(&mut self) {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/receiver.py");
        let folder = self.folder.path().to_str().unwrap();
        self.process = Some(Process::start("/usr/bin/python3", [script, folder]));
        let address = until("the receiver's port", PATIENCE, || {
            let port: u16 = fs::read_to_string(self.path("port")).ok()?.parse().ok()?;
            std::net::TcpStream::connect(("127.0.0.1", port)).ok().map(|_| port)
        });
        assert_ne!(address, 0);
    }

    /// Ends its program: the port is closed from then on.
    pub fn stop(&mut self) {
        self.process = None;
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where it is reached.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?key=hidden", fs::read_to_string(self.path("port")).unwrap())
    }

    /// Tells it the secret that signatures are checked with.
    pub fn set_secret(&self, secret: &str) {
        fs::write(self.path("secret"), secret).unwrap();
    }

    /// Tells it what to answer, by event.
    pub fn set_answers(&self, answers: &Value) {
        let partial = self.path("answers.new");
        fs::write(&partial, answers.to_string()).unwrap();
        fs::rename(partial, self.path("answers")).unwrap();
    }

    /// What came so far.
    pub fn received(&self) -> Vec<Value> {
        let text = fs::read_to_string(self.path("received")).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Waits for an event that fits.
    pub fn await_event(&self, event: &str, fits: impl Fn(&Value) -> bool) -> Value {
        until(&format!("the event {event}"), PATIENCE, || {
            self.received().into_iter().find(|each| each["event"] == event && fits(&each["body"]["data"]))
        })
    }
}
