//! Publishers by RTMP, paced in real time by one thread.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use bytes::BytesMut;
use container::flv::MuxOptions;
use media::Muxer;
use rtmp::{ClientConfig, ClientEvent, ClientRole, ClientSession, Output, PlayMuxer, PlayOptions};

use crate::clip::{Clip, Schedule};

/// Publishers that run until dropped.
#[derive(Debug)]
pub(crate) struct Publishers {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

struct Publisher {
    stream: TcpStream,
    muxer: PlayMuxer,
    schedule: Schedule,
    starts: Instant,
}

impl Publishers {
    /// Starts `count` publishers of `live/PREFIXn`, spread over two seconds.
    pub(crate) fn start(server: SocketAddr, prefix: &str, count: usize, clip: &Clip) -> anyhow::Result<Self> {
        let begin = Instant::now() + Duration::from_millis(100);
        let mut publishers = Vec::with_capacity(count);
        for index in 0..count {
            let mut publisher = Publisher::connect(server, &format!("{prefix}{index}"))
                .with_context(|| format!("publisher {index}"))?;
            let offset = Duration::from_secs(2).mul_f64(to_f64(index) / to_f64(count));
            publisher.starts = begin + offset;
            publishers.push(publisher);
        }
        let stop = Arc::new(AtomicBool::new(false));
        let (flag, clip) = (Arc::clone(&stop), clip.clone());
        let thread = std::thread::spawn(move || pace(publishers, &clip, &flag));
        Ok(Self { stop, thread: Some(thread) })
    }
}

#[expect(clippy::cast_precision_loss, reason = "thousands")]
const fn to_f64(count: usize) -> f64 {
    count as f64
}

impl Drop for Publishers {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}

fn pace(mut publishers: Vec<Publisher>, clip: &Clip, stop: &AtomicBool) {
    let mut out = BytesMut::new();
    while !stop.load(Ordering::Acquire) {
        for publisher in &mut publishers {
            while publisher.starts + publisher.schedule.due() <= Instant::now() {
                out.clear();
                let frame = clip.frame(publisher.schedule.next());
                publisher.muxer.write_frame(&frame, &mut out);
                if publisher.stream.write_all(&out).is_err() {
                    return;
                }
            }
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
}

impl Publisher {
    fn connect(server: SocketAddr, name: &str) -> anyhow::Result<Self> {
        let mut stream = TcpStream::connect(server).context("connecting")?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let config = ClientConfig::new(&format!("rtmp://{server}/live"), "live", name, ClientRole::Publish);
        let mut session = ClientSession::new(config, Instant::now(), 7);
        let mut buffer = [0; 8192];
        loop {
            while let Some(output) = session.poll_output() {
                match output {
                    Output::Transmit(bytes) => stream.write_all(&bytes)?,
                    Output::Event(ClientEvent::Ready) => {
                        let mut muxer = PlayMuxer::new(PlayOptions::relay(MuxOptions::default(), session.stream_id()));
                        muxer.set_tracks(&Clip::tracks());
                        let mut header = BytesMut::new();
                        muxer.write_header(&mut header);
                        stream.write_all(&header)?;
                        return Ok(Self { stream, muxer, schedule: Schedule::default(), starts: Instant::now() });
                    }
                    Output::Event(_) => {}
                }
            }
            let count = stream.read(&mut buffer)?;
            if count == 0 {
                bail!("the server closed the connection");
            }
            session.handle_input(Instant::now(), &buffer[..count])?;
        }
    }
}
