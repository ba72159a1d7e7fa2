//! One worker process.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use worker_protocol::{
    Answer, GREETING, MAX_ANSWER, MAX_SOUND_ANSWER, Picture, SoundAnswer, SoundRequest, read_sound_answer,
    split_message,
};

use crate::PictureError;
use crate::error::WorkerFault;

/// Longest greeting in bytes.
const MAX_GREETING: usize = 4096;
/// How long a new worker may take to greet.
const START_PATIENCE: Duration = Duration::from_secs(10);

/// Pictures take and give back the same few megabytes each; glibc is to keep them instead of having the system clear them
/// anew, which would be a fifth of the work.
const ALLOCATOR: [(&str, &str); 2] = [("MALLOC_MMAP_THRESHOLD_", "268435456"), ("MALLOC_TRIM_THRESHOLD_", "536870912")];

/// How workers are started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerConfig {
    /// The program.
    pub program: PathBuf,
    /// How many run at most; at least 1.
    pub workers: usize,
    /// The font for texts on pictures, where it is not to be one that the worker finds.
    pub font: Option<PathBuf>,
}

impl WorkerConfig {
    /// The program beside another, which is where both are installed.
    pub fn beside(program: &Path) -> PathBuf {
        program.with_file_name("viaduct-media-worker")
    }
}

/// A running worker; killed when dropped.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    input: ChildStdin,
    output: ChildStdout,
    read: BytesMut,
}

impl Worker {
    /// Starts one and waits for its greeting. The second value is the font that it writes with, empty where it found
    /// none.
    pub(crate) async fn start(config: &WorkerConfig) -> Result<(Self, String), PictureError> {
        let mut command = Command::new(&config.program);
        if let Some(font) = &config.font {
            command.arg("--font").arg(font);
        }
        command
            .env_clear()
            .envs(ALLOCATOR)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => PictureError::Missing(config.program.clone()),
            _ => PictureError::Start(error.to_string()),
        })?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(PictureError::Start("it has no pipes".to_owned()));
        };
        let mut worker = Self { child, input, output, read: BytesMut::new() };
        match tokio::time::timeout(START_PATIENCE, worker.receive(MAX_GREETING)).await {
            Ok(Ok(greeting)) => match font_of(&greeting) {
                Some(font) => Ok((worker, font)),
                None => Err(PictureError::Start("it is of another version than this server".to_owned())),
            },
            Ok(Err(_)) => Err(PictureError::Start(worker.last_words().await)),
            Err(_) => Err(PictureError::Start("it does not greet".to_owned())),
        }
    }

    /// Whether it still runs, as far as one can see.
    pub(crate) fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// What a worker that did not come up said about it.
    async fn last_words(&mut self) -> String {
        let mut words = Vec::new();
        if let Some(errors) = self.child.stderr.take() {
            let mut errors = errors.take(512);
            let reading = errors.read_to_end(&mut words);
            let _silent_or_slow = tokio::time::timeout(Duration::from_secs(1), reading).await;
        }
        let words = String::from_utf8_lossy(&words).trim().to_owned();
        if words.is_empty() { "it ended at once".to_owned() } else { words }
    }

    /// Sends one request and waits for its answer.
    ///
    /// # Cancel safety
    /// Not safe: a worker whose exchange was dropped must not be used again.
    pub(crate) async fn exchange(&mut self, request: &Bytes, patience: Duration) -> Result<Answer, WorkerFault> {
        Ok(Picture::read(self.body(request, MAX_ANSWER, patience).await?)?)
    }

    /// The same for a message about sound.
    ///
    /// # Cancel safety
    /// As for [`Worker::exchange`].
    pub(crate) async fn exchange_sound(
        &mut self,
        request: &SoundRequest,
        patience: Duration,
    ) -> Result<SoundAnswer, WorkerFault> {
        Ok(read_sound_answer(self.body(&request.write(), MAX_SOUND_ANSWER, patience).await?)?)
    }

    /// The body of the answer to a message.
    async fn body(&mut self, request: &Bytes, limit: usize, patience: Duration) -> Result<Bytes, WorkerFault> {
        let exchange = async {
            self.input.write_all(request).await?;
            self.input.flush().await?;
            self.receive(limit).await
        };
        tokio::time::timeout(patience, exchange).await.unwrap_or(Err(WorkerFault::Timeout))
    }

    async fn receive(&mut self, limit: usize) -> Result<Bytes, WorkerFault> {
        loop {
            if let Some(body) = split_message(&mut self.read, limit)? {
                return Ok(body);
            }
            if self.output.read_buf(&mut self.read).await? == 0 {
                return Err(WorkerFault::Ended);
            }
        }
    }
}

fn font_of(greeting: &[u8]) -> Option<String> {
    let font = greeting.strip_prefix(GREETING)?.strip_prefix(b"\n")?;
    Some(String::from_utf8_lossy(font).into_owned())
}
