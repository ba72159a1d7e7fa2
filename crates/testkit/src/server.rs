//! The real server in a temporary folder on free ports.

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::http::{self, Answer};
use crate::process::collect;
use crate::{PATIENCE, until};

/// The password of `admin` in a server with `--dev`.
pub const ADMIN_PASSWORD: &str = "correct horse battery";
const LISTENERS: [&str; 6] = ["http", "https", "rtsp", "rtsps", "rtmp", "rtmps"];

/// How a server is started.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    binary: PathBuf,
    dev: bool,
    folder: Option<Arc<TempDir>>,
    set: BTreeMap<String, String>,
    config: Option<PathBuf>,
}

impl ServerOptions {
    /// `--dev`, loopback, free ports.
    pub fn new(binary: &str) -> Self {
        let mut set = BTreeMap::new();
        for protocol in LISTENERS {
            set.insert(format!("{protocol}.listen"), "127.0.0.1:0".to_owned());
        }
        for key in ["rtsp.udp_listen", "gb28181.listen", "gb28181.tls_listen", "gb28181.media_listen"] {
            set.insert(key.to_owned(), "127.0.0.1:0".to_owned());
        }
        set.insert("webrtc.listen".to_owned(), "127.0.0.1:0".to_owned());
        set.insert("auth.admin_password".to_owned(), ADMIN_PASSWORD.to_owned());
        set.insert("log.level".to_owned(), "debug,sqlx=info".to_owned());
        Self { binary: binary.into(), dev: true, folder: None, set, config: None }
    }

    /// Without `--dev`: closed as in production.
    #[must_use]
    pub fn closed(mut self) -> Self {
        self.dev = false;
        self.set.remove("auth.admin_password");
        self
    }

    /// Sets a key.
    #[must_use]
    pub fn set(mut self, key: &str, value: &str) -> Self {
        self.set.insert(key.to_owned(), value.to_owned());
        self
    }

    /// Leaves a key to the configuration file.
    #[must_use]
    pub fn unset(mut self, key: &str) -> Self {
        self.set.remove(key);
        self
    }

    /// Uses a configuration file.
    #[must_use]
    pub fn config(mut self, path: &Path) -> Self {
        self.config = Some(path.to_owned());
        self
    }

    /// Uses the data of a server that ran before.
    #[must_use]
    pub fn folder(mut self, folder: &Arc<TempDir>) -> Self {
        self.folder = Some(Arc::clone(folder));
        self
    }

    /// The command line, for servers that are not to come up.
    pub fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("serve").arg("--data-dir").arg(folder.join("data"));
        if self.dev {
            command.arg("--dev");
        }
        if let Some(config) = &self.config {
            command.arg("--config").arg(config);
        }
        for (key, value) in &self.set {
            command.arg("--set").arg(format!("{key}={value}"));
        }
        command
    }

    /// Starts the server and waits until it is ready.
    pub fn start(&self) -> Server {
        let folder = self.folder.clone().unwrap_or_else(|| Arc::new(tempfile::tempdir().unwrap()));
        let mut command = self.command(folder.path());
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", self.binary.display()));
        let log = Arc::<Mutex<String>>::default();
        collect(child.stderr.take().unwrap(), Arc::clone(&log));
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut addresses = BTreeMap::new();
        let mut printed = Vec::new();
        for line in lines.by_ref() {
            let line = line.unwrap();
            let mut fields = line.split(' ');
            if fields.next() == Some("listening") {
                let protocol = fields.next().unwrap().to_owned();
                addresses.insert(protocol, fields.next().unwrap().parse().unwrap());
            }
            let done = line.starts_with("Open ");
            printed.push(line);
            if done {
                break;
            }
        }
        // Whatever else it prints must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let server = Server { child, folder, log, addresses, printed, options: self.clone() };
        if !server.addresses.contains_key("http") {
            std::thread::sleep(Duration::from_millis(300));
            panic!("the server did not come up:\n{}", server.log());
        }
        let http = server.address("http");
        until("readiness", PATIENCE, || (http::request(http, "GET", "/readyz", &[], None).status == 200).then_some(()));
        server
    }
}

/// A running server; killed when dropped.
#[derive(Debug)]
pub struct Server {
    child: Child,
    folder: Arc<TempDir>,
    log: Arc<Mutex<String>>,
    addresses: BTreeMap<String, SocketAddr>,
    printed: Vec<String>,
    options: ServerOptions,
}

impl Server {
    /// Where it listens for `protocol`.
    pub fn address(&self, protocol: &str) -> SocketAddr {
        *self.addresses.get(protocol).unwrap_or_else(|| panic!("{protocol} is not listened for"))
    }

    /// `scheme://address/path`, where the scheme names the listener.
    pub fn url(&self, scheme: &str, path: &str) -> String {
        let listener = match scheme {
            "ws" => "http",
            "wss" => "https",
            other => other,
        };
        format!("{scheme}://{}/{path}", self.address(listener))
    }

    /// What it has logged so far.
    pub fn log(&self) -> String {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What it printed at its start.
    pub fn printed(&self) -> &[String] {
        &self.printed
    }

    /// Process number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// How it was started.
    pub const fn options(&self) -> &ServerOptions {
        &self.options
    }

    /// Its data folder.
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// The folder around the data folder, to be given to the next server.
    pub const fn folder(&self) -> &Arc<TempDir> {
        &self.folder
    }

    /// Open file handles.
    pub fn open_files(&self) -> usize {
        fs::read_dir(format!("/proc/{}/fd", self.id())).unwrap().count()
    }

    /// Resident memory in bytes.
    pub fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() * 1024
    }

    /// Sends a signal by its name, such as `TERM`.
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill").arg(format!("-{signal}")).arg(self.id().to_string()).status().unwrap();
        assert!(status.success());
    }

    /// Waits for its end.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        until("the server's end", patience, || self.child.try_wait().unwrap())
    }

    /// Ends it in order and gives the folder for the next one.
    pub fn stop(mut self) -> Arc<TempDir> {
        self.signal("TERM");
        assert!(self.wait(PATIENCE).success(), "{}", self.log());
        Arc::clone(&self.folder)
    }

    /// Signs in as `admin` of a server with `--dev`.
    pub fn sign_in(&self) -> Api {
        Api::sign_in(self.address("http"), "admin", ADMIN_PASSWORD)
    }

    /// Fails if the server has died or a session has panicked.
    pub fn assert_well(&mut self) {
        let log = self.log();
        assert!(self.child.try_wait().unwrap().is_none(), "the server has died:\n{}", tail(&log));
        assert!(!log.contains("panicked"), "a session panicked:\n{}", tail(&log));
    }
}

/// The last lines of a text.
pub fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(40)..].join("\n")
}

impl Drop for Server {
    fn drop(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
        if std::thread::panicking() {
            eprintln!("--- server log\n{}", tail(&self.log()));
        }
    }
}

/// The REST interface as one user.
#[derive(Clone, Debug)]
pub struct Api {
    address: SocketAddr,
    authorization: String,
}

impl Api {
    /// Signs in.
    pub fn sign_in(address: SocketAddr, username: &str, password: &str) -> Self {
        let body = json!({ "username": username, "password": password });
        let answer = http::request(address, "POST", "/api/v1/login", &[], Some(&body));
        assert_eq!(answer.status, 200, "{}", answer.text());
        Self { address, authorization: format!("Bearer {}", answer.json()["token"].as_str().unwrap()) }
    }

    /// With the secret of a key instead of a session.
    pub fn with_token(address: SocketAddr, token: &str) -> Self {
        Self { address, authorization: format!("Bearer {token}") }
    }

    /// The bearer token.
    pub fn token(&self) -> &str {
        &self.authorization["Bearer ".len()..]
    }

    /// One request below `/api/v1`.
    pub fn send(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        self.send_with(method, path, &[], body)
    }

    /// One request below `/api/v1` with further headers.
    pub fn send_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let authorization = [("Authorization", self.authorization.as_str())];
        http::request(self.address, method, &format!("/api/v1{path}"), &[&authorization, headers].concat(), body)
    }

    /// A GET that must succeed.
    pub fn get(&self, path: &str) -> Value {
        let answer = self.send("GET", path, None);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
        answer.json()
    }

    /// A POST that must succeed.
    pub fn post(&self, path: &str, body: &Value) -> Value {
        let answer = self.send("POST", path, Some(body));
        assert!(matches!(answer.status, 200 | 201), "{path}: {} {}", answer.status, answer.text());
        answer.json()
    }

    /// A stream's details, if it is known.
    pub fn stream(&self, key: &str) -> Option<Value> {
        let answer = self.send("GET", &format!("/streams/{key}"), None);
        (answer.status == 200).then(|| answer.json())
    }

    /// Waits until a stream is in `state`.
    pub fn await_state(&self, key: &str, state: &str) -> Value {
        until(&format!("{key} being {state}"), PATIENCE, || self.stream(key).filter(|stream| stream["state"] == state))
    }

    /// Waits until a stream is live and can be joined.
    pub fn await_live(&self, key: &str) -> Value {
        until(&format!("{key} being joinable"), PATIENCE, || {
            self.stream(key).filter(|stream| stream["state"] == "live" && stream["gop"]["joinable"] == true)
        })
    }

    /// One metric.
    pub fn metric(&self, name: &str) -> u64 {
        let headers = [("Authorization", self.authorization.as_str())];
        let text = http::request(self.address, "GET", "/metrics", &headers, None).text();
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        line.unwrap_or_else(|| panic!("no metric {name} in\n{text}")).parse().unwrap()
    }

    /// A token for an action on a stream.
    pub fn stream_token(&self, action: &str, key: &str, seconds: i64) -> String {
        let (app, name) = key.split_once('/').unwrap();
        let body = json!({ "app": app, "name": name, "action": action, "expires_in_s": seconds });
        self.post("/tokens", &body)["token"].as_str().unwrap().to_owned()
    }

    /// How long until `check` of a stream holds.
    pub fn time_until(&self, key: &str, check: impl Fn(&Value) -> bool) -> Duration {
        let started = Instant::now();
        until("the stream's change", PATIENCE, || self.stream(key).filter(|stream| check(stream)));
        started.elapsed()
    }
}
