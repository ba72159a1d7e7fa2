//! The measured process: started, asked for its ports, watched, killed.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::viewer::{Ports, Watch};

/// Of the user `admin` of a measured server.
pub(crate) const ADMIN_PASSWORD: &str = "only for benchmarks 1";

/// A running server or floor.
#[derive(Debug)]
pub(crate) struct Measured {
    child: Child,
    ports: Vec<(String, SocketAddr)>,
    folder: Option<PathBuf>,
}

/// Lines with which a server says where it listens, the last one for devices of GB/T 28181 over TLS.
const LISTENERS: usize = 10;
/// How long a server may take to stop when it is asked to.
const STOP_LIMIT: Duration = Duration::from_secs(30);

impl Measured {
    /// Starts the server on free ports with open access.
    pub(crate) fn server(program: &Path, merge_window_ms: Option<u64>) -> anyhow::Result<Self> {
        Self::start(program, merge_window_ms, None)
    }

    /// The same, which accepts licences of an issuer.
    pub(crate) fn licensed_server(program: &Path, issuer_key: &str) -> anyhow::Result<Self> {
        Self::start(program, None, Some(issuer_key))
    }

    /// A server that lets in any device of GB/T 28181 which knows a password, and keeps streams that nobody watches.
    pub(crate) fn server_of_devices(program: &Path, password: &str) -> anyhow::Result<Self> {
        let folder = Self::new_folder();
        Self::spawn(Self::command_for_devices(program, &folder, password), LISTENERS, Some(folder))
    }

    fn command_for_devices(program: &Path, folder: &Path, password: &str) -> Command {
        let mut command = Self::command(program, folder);
        command.arg("--set").arg(format!("gb28181.dev_password={password}"));
        command.args(["--set", "streams.idle_close_ms=3600000"]);
        command
    }

    /// Stops a server of devices and starts it again with its data, on the same port for devices; returns once it listens.
    pub(crate) fn restart(&mut self, program: &Path, password: &str) -> anyhow::Result<()> {
        let (folder, listen) = (self.folder.clone().context("a data folder")?, self.gb28181().context("a port")?);
        rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM)?;
        let end = Instant::now() + STOP_LIMIT;
        while self.child.try_wait()?.is_none() {
            if Instant::now() > end {
                bail!("the server did not stop within {} s", STOP_LIMIT.as_secs());
            }
            std::thread::park_timeout(Duration::from_millis(5));
        }
        let mut command = Self::command_for_devices(program, &folder, password);
        command.arg("--set").arg(format!("gb28181.listen={listen}"));
        let Self { child, ports, .. } = &mut Self::spawn(command, LISTENERS, None)?;
        std::mem::swap(child, &mut self.child);
        std::mem::swap(ports, &mut self.ports);
        Ok(())
    }

    /// Where SIP is listened for.
    pub(crate) fn gb28181(&self) -> Option<SocketAddr> {
        self.ports.iter().find(|(protocol, _)| protocol == "gb28181").map(|(_, address)| *address)
    }

    fn new_folder() -> PathBuf {
        std::env::temp_dir().join(format!("viaduct-bench-{}", std::process::id()))
    }

    fn start(program: &Path, merge_window_ms: Option<u64>, issuer_key: Option<&str>) -> anyhow::Result<Self> {
        let folder = Self::new_folder();
        let mut command = Self::command(program, &folder);
        if let Some(window) = merge_window_ms {
            command.arg("--set").arg(format!("media.merge_window_ms={window}"));
        }
        if let Some(key) = issuer_key {
            command.arg("--set").arg(format!("licence.issuer_key={key}"));
        }
        Self::spawn(command, LISTENERS, Some(folder))
    }

    /// A server on ports that the system picks.
    fn command(program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        command.args(["serve", "--dev", "--data-dir"]).arg(folder);
        for protocol in ["http", "https", "rtsp", "rtsps", "rtmp", "rtmps"] {
            command.arg("--set").arg(format!("{protocol}.listen=127.0.0.1:0"));
        }
        for key in ["rtsp.udp_listen", "webrtc.listen", "gb28181.listen", "gb28181.tls_listen", "gb28181.media_listen"]
        {
            command.args(["--set", &format!("{key}=127.0.0.1:0")]);
        }
        command.args(["--set", "log.level=warn", "--set"]).arg(format!("auth.admin_password={ADMIN_PASSWORD}"));
        command
    }

    /// Starts the floor.
    pub(crate) fn floor(program: &Path, bitrate_bps: u64, watch: Watch) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.args(["bench", "floor", "--bitrate"]).arg(bitrate_bps.to_string());
        match watch {
            Watch::FloorTls => command.arg("--seal"),
            Watch::FloorUdp => command.arg("--datagrams"),
            Watch::FloorSrtp => command.args(["--datagrams", "--seal"]),
            _ => &mut command,
        };
        Self::spawn(command, 1, None)
    }

    /// Starts cameras on a port of this machine; 0 picks one.
    pub(crate) fn cameras(program: &Path, port: u16, bitrate_bps: u64) -> anyhow::Result<Self> {
        let mut command = Command::new(program);
        command.args(["bench", "cameras", "--port"]).arg(port.to_string());
        command.arg("--bitrate").arg(bitrate_bps.to_string());
        Self::spawn(command, 1, None)
    }

    fn spawn(mut command: Command, wanted: usize, folder: Option<PathBuf>) -> anyhow::Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("starting {command:?}"))?;
        let output = child.stdout.take().context("the child's output")?;
        let mut ports = Vec::new();
        for line in BufReader::new(output).lines() {
            let line = line?;
            if let Some(("listening", rest)) = line.split_once(' ')
                && let Some((protocol, address)) = rest.split_once(' ')
            {
                ports.push((protocol.to_owned(), address.parse().context("an address")?));
            }
            if ports.len() == wanted {
                // The rest of the output is of no interest; the pipe is closed and nothing more is printed.
                return Ok(Self { child, ports, folder });
            }
        }
        let _already_gone = child.kill();
        bail!("the measured process ended before it listened")
    }

    fn port(&self, protocol: &str) -> SocketAddr {
        let found = self.ports.iter().find(|(known, _)| known == protocol);
        found.map_or(self.ports[0].1, |(_, address)| *address)
    }

    pub(crate) fn ports(&self) -> Ports {
        Ports { http: self.port("http"), https: self.port("https"), rtsp: self.port("rtsp"), rtmp: self.port("rtmp") }
    }

    /// The data folder of a server.
    pub(crate) fn data(&self) -> Option<&Path> {
        self.folder.as_deref()
    }

    /// User and system seconds so far.
    pub(crate) fn cpu_seconds(&self) -> f64 {
        const TICKS_PER_SECOND: f64 = 100.0;
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap_or_default();
        let fields = stat.rsplit_once(") ").map(|(_, fields)| fields).unwrap_or_default();
        let ticks: f64 = fields.split(' ').skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
        ticks / TICKS_PER_SECOND
    }

    /// Resident KiB.
    pub(crate) fn memory_kib(&self) -> f64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.trim().trim_end_matches("kB").trim().parse().unwrap_or(0.0)
    }

    /// Counts cycles of all threads with `perf` where the machine lets it; read with [`Cycles::stop`].
    pub(crate) fn count_cycles(&self) -> Option<Cycles> {
        let child = Command::new("perf")
            .args(["stat", "-x,", "-e", "cycles", "-p"])
            .arg(self.child.id().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        Some(Cycles { child })
    }
}

impl Drop for Measured {
    fn drop(&mut self) {
        let _already_gone = self.child.kill();
        let _reaped = self.child.wait();
        if let Some(folder) = &self.folder {
            let _absent = fs::remove_dir_all(folder);
        }
    }
}

/// A running `perf stat`.
#[derive(Debug)]
pub(crate) struct Cycles {
    child: Child,
}

impl Cycles {
    /// Cycles since the start; `None` where they are not counted.
    pub(crate) fn stop(self) -> Option<f64> {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).ok()?;
        let output = self.child.wait_with_output().ok()?;
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        let line = text.lines().find(|line| line.contains("cycles"))?;
        line.split(',').next()?.parse().ok()
    }
}
