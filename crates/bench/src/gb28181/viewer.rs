//! Viewers of channels by HTTP-FLV, and the devices that serve them on a thread beside.

use std::collections::HashSet;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use super::devices::{Devices, serve};
use super::film::Sent;
use crate::clip::MarkerScanner;

/// Time for the first key frame.
const JOIN_LIMIT: Duration = Duration::from_secs(15);

/// One viewer.
pub(super) struct Viewer {
    stream: TcpStream,
    scanner: MarkerScanner,
    begin: Instant,
    /// Times of sending of the pictures that have come.
    pub(super) pictures: HashSet<u64>,
    /// From the request to the first complete key frame.
    pub(super) joined: Option<Duration>,
}

impl Viewer {
    /// Asks for a channel, and does not wait for it.
    pub(super) fn ask(http: SocketAddr, camera: &str) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(http).with_context(|| format!("connecting to {http}"))?;
        stream.set_nodelay(true)?;
        let begin = Instant::now();
        stream.write_all(format!("GET /gb/{camera}.flv HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes())?;
        stream.set_nonblocking(true)?;
        Ok(Self { stream, scanner: MarkerScanner::default(), begin, pictures: HashSet::new(), joined: None })
    }

    /// Takes what has come.
    pub(super) fn look(&mut self, buffer: &mut [u8]) -> anyhow::Result<()> {
        loop {
            match self.stream.read(buffer) {
                Ok(0) => bail!("the server closed the connection of a viewer"),
                Ok(length) => {
                    let (pictures, joined, begin) = (&mut self.pictures, &mut self.joined, self.begin);
                    self.scanner.scan(&buffer[..length], |sent, key| {
                        pictures.insert(sent);
                        if key && joined.is_none() {
                            *joined = Some(begin.elapsed());
                        }
                    });
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits for the first key frame.
    pub(super) fn wait(&mut self, buffer: &mut [u8]) -> anyhow::Result<Duration> {
        loop {
            self.look(buffer)?;
            if let Some(joined) = self.joined {
                return Ok(joined);
            }
            if self.begin.elapsed() > JOIN_LIMIT {
                bail!("no key frame came within {} s", JOIN_LIMIT.as_secs());
            }
            std::thread::park_timeout(Duration::from_micros(100));
        }
    }
}

/// What the thread of the devices tells.
#[derive(Default)]
struct Told {
    sent: Sent,
    media_port: Option<u16>,
    failure: Option<String>,
}

/// Devices that answer and send on a thread of their own, until dropped.
pub(super) struct Serving {
    stop: Arc<AtomicBool>,
    told: Arc<Mutex<Told>>,
    thread: Option<JoinHandle<()>>,
}

impl Serving {
    /// `rest` is how long the thread sleeps when all is done.
    pub(super) fn start(mut all: Vec<Devices>, rest: Duration) -> Self {
        let (stop, told) = (Arc::<AtomicBool>::default(), Arc::<Mutex<Told>>::default());
        let (is_over, shared) = (Arc::clone(&stop), Arc::clone(&told));
        let thread = std::thread::spawn(move || {
            while !is_over.load(Ordering::Acquire) {
                let served = serve(&mut all);
                let mut told = shared.lock().unwrap_or_else(PoisonError::into_inner);
                told.sent = sum(&all);
                told.media_port = all.iter().find_map(|devices| devices.media_port);
                if let Err(error) = served {
                    told.failure = Some(format!("{error:#}"));
                    return;
                }
                drop(told);
                std::thread::park_timeout(rest);
            }
        });
        Self { stop, told, thread: Some(thread) }
    }

    /// What has been sent, and the server's port for it.
    pub(super) fn sent(&self) -> anyhow::Result<(Sent, Option<u16>)> {
        let told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        match &told.failure {
            Some(failure) => bail!("the devices stopped: {failure}"),
            None => Ok((told.sent, told.media_port)),
        }
    }
}

fn sum(all: &[Devices]) -> Sent {
    all.iter().map(|devices| devices.sent).fold(Sent::default(), |sum, sent| Sent {
        packets: sum.packets + sent.packets,
        refused: sum.refused + sent.refused,
        pictures: sum.pictures + sent.pictures,
        latest: sum.latest.max(sent.latest),
        own: sum.own.max(sent.own),
    })
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
