//! Shards: single-threaded runtimes that own the media sockets.

use std::cell::RefCell;
use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use hub::{Rendition, RenditionKey, Session};
use tokio::sync::mpsc;
use tokio::task::LocalSet;

use crate::pump::{Pump, PumpDoor, Start};
use crate::udp::{DatagramPair, Datagrams, UdpPorts};
use crate::viewer::{MediaPath, Viewer, ViewerControl};
use crate::webrtc::{Feeds, WebRtcPorts};

/// Connections handed to a shard that it has not taken yet; over it the acceptor waits.
const QUEUE: usize = 1024;

type Job = Box<dyn FnOnce(&Rc<Shard>) + Send>;

/// All shards of the server.
#[derive(Debug)]
pub struct Shards {
    handles: Vec<ShardHandle>,
    threads: Vec<JoinHandle<()>>,
    next: AtomicUsize,
}

#[derive(Clone, Debug)]
pub(crate) struct ShardHandle {
    jobs: mpsc::Sender<Job>,
}

impl Shards {
    /// Starts `count` threads.
    ///
    /// # Errors
    /// When a thread or its runtime cannot be made.
    pub fn start(count: usize, merge_window: Duration) -> io::Result<Self> {
        let (mut handles, mut threads) = (Vec::new(), Vec::new());
        for index in 0..count.max(1) {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            let (jobs, inbox) = mpsc::channel(QUEUE);
            handles.push(ShardHandle { jobs });
            let thread = std::thread::Builder::new()
                .name(format!("media-{index}"))
                .spawn(move || runtime.block_on(run(inbox, merge_window)))?;
            threads.push(thread);
        }
        Ok(Self { handles, threads, next: AtomicUsize::new(0) })
    }

    /// Threads.
    pub const fn count(&self) -> usize {
        self.handles.len()
    }

    /// The next shard in turn.
    pub(crate) fn pick(&self) -> &ShardHandle {
        &self.handles[self.next.fetch_add(1, Ordering::Relaxed) % self.handles.len()]
    }

    /// Ends all sessions and waits for the threads.
    pub fn stop(self) {
        drop(self.handles);
        for thread in self.threads {
            let _panicked = thread.join();
        }
    }
}

impl ShardHandle {
    /// Runs a session on the shard. A panic ends that session only.
    pub(crate) async fn spawn<F, S>(&self, session: S)
    where
        S: FnOnce(Rc<Shard>) -> F + Send + 'static,
        F: Future<Output = ()> + 'static,
    {
        let job: Job = Box::new(move |shard| {
            let session = session(Rc::clone(shard));
            shard.spawn_local(session);
        });
        let _stopping = self.jobs.send(job).await;
    }
}

async fn run(mut inbox: mpsc::Receiver<Job>, merge_window: Duration) {
    let shard = Rc::new(Shard {
        pumps: RefCell::default(),
        datagrams: RefCell::default(),
        webrtc: RefCell::default(),
        feeds: Feeds::default(),
        merge_window,
    });
    LocalSet::new()
        .run_until(async {
            while let Some(job) = inbox.recv().await {
                job(&shard);
            }
        })
        .await;
}

/// What belongs to one shard's thread.
pub(crate) struct Shard {
    pumps: RefCell<HashMap<(usize, RenditionKey), Rc<PumpDoor>>>,
    /// This thread's handles of the server's UDP ports.
    datagrams: RefCell<Option<Rc<DatagramPair>>>,
    /// This thread's handle of the UDP port of WebRTC.
    webrtc: RefCell<Option<Rc<Datagrams>>>,
    /// What WebRTC viewers of this thread share.
    pub(crate) feeds: Feeds,
    merge_window: Duration,
}

impl Shard {
    /// Runs a task on this thread; a panic is logged and ends that task only.
    pub(crate) fn spawn_local(
        self: &Rc<Self>,
        task: impl Future<Output = ()> + 'static,
    ) -> tokio::task::JoinHandle<()> {
        tokio::task::spawn_local(async move {
            if std::panic::AssertUnwindSafe(task).catch_unwind().await.is_err() {
                tracing::error!("A session panicked; only that session ends.");
            }
        })
    }

    /// Makes a viewer of a connection: from here on the pump writes and a task of its own reads.
    pub(crate) fn view(
        self: &Rc<Self>,
        rendition: &Arc<Rendition>,
        media: impl Into<MediaPath>,
        control: Box<dyn ViewerControl>,
        session: Arc<Session>,
        first: Bytes,
        start: Start,
    ) -> Rc<Viewer> {
        let door = self.pump(rendition);
        let viewer = Rc::new(Viewer::new(media.into(), control, session, Rc::clone(&door), first));
        let reader = self.spawn_local(Rc::clone(&viewer).read());
        viewer.set_reader(reader.abort_handle());
        door.enter(Rc::clone(&viewer), start);
        viewer
    }

    /// The server's UDP ports, to send by.
    pub(crate) fn datagrams(&self, ports: &UdpPorts) -> io::Result<Rc<DatagramPair>> {
        let mut datagrams = self.datagrams.borrow_mut();
        if let Some(pair) = &*datagrams {
            return Ok(Rc::clone(pair));
        }
        let pair = Rc::new(ports.open_pair()?);
        *datagrams = Some(Rc::clone(&pair));
        Ok(pair)
    }

    /// The UDP port of WebRTC, to send by.
    pub(crate) fn webrtc_datagrams(&self, ports: &WebRtcPorts) -> io::Result<Rc<Datagrams>> {
        let mut webrtc = self.webrtc.borrow_mut();
        if let Some(datagrams) = &*webrtc {
            return Ok(Rc::clone(datagrams));
        }
        let datagrams = Rc::new(ports.datagrams()?);
        *webrtc = Some(Rc::clone(&datagrams));
        Ok(datagrams)
    }

    /// The pump of a rendition on this shard. Whoever enters must do so at once: an empty pump ends.
    pub(crate) fn pump(self: &Rc<Self>, rendition: &Arc<Rendition>) -> Rc<PumpDoor> {
        let key = (Arc::as_ptr(rendition.stream()) as usize, rendition.key().clone());
        if let Some(door) = self.pumps.borrow().get(&key).filter(|door| Arc::ptr_eq(&door.rendition, rendition)) {
            return Rc::clone(door);
        }
        let door = Rc::new(PumpDoor::new(Arc::clone(rendition)));
        self.pumps.borrow_mut().insert(key.clone(), Rc::clone(&door));
        let window = rendition.stream().options().merge_window.unwrap_or(self.merge_window);
        let pump = Pump::new(Rc::clone(&door), window);
        let shard = Rc::downgrade(self);
        let mine = Rc::clone(&door);
        self.spawn_local(async move {
            // The pump bounds its own work; the scheduler's budget would starve its last viewers.
            let pump = std::panic::AssertUnwindSafe(tokio::task::unconstrained(pump));
            if pump.catch_unwind().await.is_err() {
                tracing::error!("A pump panicked; its viewers end.");
            }
            let Some(shard) = shard.upgrade() else { return };
            let mut pumps = shard.pumps.borrow_mut();
            if pumps.get(&key).is_some_and(|door| Rc::ptr_eq(door, &mine)) {
                pumps.remove(&key);
            }
        });
        door
    }
}
