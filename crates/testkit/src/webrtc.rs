//! aiortc, an independent WebRTC implementation in Python, as viewer and publisher.

use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::Value;

use crate::process::Process;

/// Longer than any test lets it run.
const PATIENCE: Duration = Duration::from_secs(90);

/// A peer at work.
#[derive(Debug)]
pub struct WebRtcPeer(Process);

impl WebRtcPeer {
    /// Watches by WHEP for so many seconds.
    pub fn play(url: &str, seconds: u32) -> Self {
        Self::start(&["play", url, &seconds.to_string()])
    }

    /// The same, with another certificate than its offer announces.
    pub fn forge(url: &str, seconds: u32) -> Self {
        Self::start(&["forge", url, &seconds.to_string()])
    }

    /// Publishes a file by WHIP for so many seconds, encoded anew: H.264 or VP8, Opus or G.711, as is agreed on.
    pub fn publish(url: &str, seconds: u32, file: &Path) -> Self {
        Self::start(&["publish", url, &seconds.to_string(), &file.to_string_lossy()])
    }

    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(python());
        command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/webrtc_peer.py")).args(arguments);
        Self(Process::run(command, usize::MAX))
    }

    /// What it saw, when its time is over.
    pub fn seen(mut self) -> Value {
        let output = self.0.output(PATIENCE);
        let text = String::from_utf8_lossy(&output).into_owned();
        serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}\n{}", self.0.messages()))
    }
}

/// A Python that has it; `scripts/webrtc-peer` installs what is missing.
fn python() -> &'static str {
    static PYTHON: OnceLock<String> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../scripts/webrtc-peer");
        let output = Command::new(script).output().unwrap();
        assert!(output.status.success(), "aiortc is needed: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    })
}
