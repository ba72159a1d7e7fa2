//! Other programs: started, watched, killed when dropped.

use std::ffi::OsStr;
use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::until;

/// Bytes of a program's messages that are kept.
const MAX_MESSAGES: usize = 8 << 20;

/// A running program.
#[derive(Debug)]
pub struct Process {
    name: String,
    child: Child,
    messages: Arc<Mutex<String>>,
    output: Option<JoinHandle<Vec<u8>>>,
}

impl Process {
    /// Starts `program`; its standard output and messages are collected.
    pub fn start<I, S>(program: &str, arguments: I) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = Command::new(program);
        command.args(arguments);
        Self::run(command, usize::MAX)
    }

    /// Starts a prepared command and reads at most `limit` bytes of its output; then the pipe is closed.
    pub fn run(mut command: Command, limit: usize) -> Self {
        let name = command.get_program().to_string_lossy().into_owned();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command
            .spawn()
            .unwrap_or_else(|error| panic!("{name} is needed for this test and cannot be started: {error}"));
        let stdout = child.stdout.take().unwrap();
        let stderr = child.stderr.take().unwrap();
        let messages = Arc::<Mutex<String>>::default();
        collect(stderr, Arc::clone(&messages));
        let output = std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _broken_pipe_is_an_end = stdout.take(limit as u64).read_to_end(&mut bytes);
            bytes
        });
        Self { name, child, messages, output: Some(output) }
    }

    /// What it has written to standard error so far.
    pub fn messages(&self) -> String {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Its number.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its end, if it has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Waits for its end.
    pub fn wait(&mut self, patience: Duration) -> ExitStatus {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            assert!(Instant::now() < deadline, "{} did not end in {patience:?}:\n{}", self.name, self.messages());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Its whole output once it has closed it or the limit is reached; killed after `patience`.
    pub fn output(&mut self, patience: Duration) -> Vec<u8> {
        let output = self.output.take().expect("the output is taken once");
        let deadline = Instant::now() + patience;
        while !output.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(20));
        }
        if !output.is_finished() {
            self.kill();
        }
        output.join().unwrap()
    }

    /// Ends it at once.
    pub fn kill(&mut self) {
        let _gone_already = self.child.kill();
        let _status = self.child.wait();
    }

    /// Sends a signal by its name, such as `TERM`.
    pub fn signal(&self, signal: &str) {
        let status = Command::new("kill").arg(format!("-{signal}")).arg(self.id().to_string()).status().unwrap();
        assert!(status.success(), "kill -{signal} {}", self.name);
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Reads a stream of text in the background.
pub(crate) fn collect(mut stream: impl Read + Send + 'static, into: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count) = stream.read(&mut buffer) {
            if count == 0 {
                return;
            }
            let mut text = into.lock().unwrap_or_else(PoisonError::into_inner);
            if text.len() < MAX_MESSAGES {
                text.push_str(&String::from_utf8_lossy(&buffer[..count]));
            }
        }
    });
}

/// Runs a program to its end and returns whether it succeeded, its output and its messages.
pub fn run<I, S>(program: &str, arguments: I, patience: Duration) -> (bool, String, String)
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut process = Process::start(program, arguments);
    let output = process.output(patience);
    let status = process.wait(patience);
    let text = String::from_utf8_lossy(&output).into_owned();
    // The messages' reader may be a moment behind the end.
    let messages = until("messages", Duration::from_secs(1), || Some(process.messages()));
    (status.success(), text, messages)
}
