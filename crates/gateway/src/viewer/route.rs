//! Media of a viewer that leaves by UDP: where to, how fast, and how far it has come in the present chunk.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hub::Chunk;
use rtp::datagrams::{Run, runs};

use crate::udp::DatagramPair;

/// Bytes that may leave for one viewer at once: a switch's queue for one port holds them even when the sender's
/// link is ten times faster than the viewer's.
const BURST_BYTES: usize = 32 << 10;
/// Bursts to one viewer are this far apart: 52 Mbit/s, and more for a viewer that is behind.
pub(crate) const PACE: Duration = Duration::from_millis(5);
/// A viewer that is behind catches up in so many bursts, whatever the rate of its stream.
const CATCH_UP_BURSTS: usize = 16;

/// Where a viewer's datagrams go.
#[derive(Debug)]
pub(crate) struct DatagramRoute {
    sockets: Rc<DatagramPair>,
    /// Destination of each channel; none for channels that were not set up.
    destinations: Vec<Option<SocketAddr>>,
    credit: usize,
    refilled: Instant,
    /// The chunk that is being sent, and how many of its bytes have left.
    present: (u64, usize),
    /// Datagrams that the system refused.
    refused: u64,
}

/// How far sending came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    /// Everything that is there has left.
    Done,
    /// The burst is over, or the system takes no more: to be tried again after [`PACE`]. The socket is shared by
    /// the shard's pumps, and its readiness would wake only one of them.
    Paced,
}

impl DatagramRoute {
    /// Sends by `sockets`, each channel to its destination.
    pub(crate) fn new(sockets: Rc<DatagramPair>, destinations: Vec<Option<SocketAddr>>) -> Self {
        let refilled = Instant::now();
        Self { sockets, destinations, credit: BURST_BYTES, refilled, present: (0, 0), refused: 0 }
    }

    /// Sends from the chunk at `position` on; moves it, and counts what has left in `sent`.
    pub(super) fn send<'a>(
        &mut self,
        chunks: impl Iterator<Item = &'a Chunk> + Clone,
        position: &mut u64,
        sent: &mut usize,
    ) -> Progress {
        self.refill(chunks.clone());
        for chunk in chunks {
            if self.present.0 != chunk.position {
                self.present = (chunk.position, 0);
            }
            match self.send_chunk(chunk, sent) {
                Progress::Done => *position = chunk.position + 1,
                unfinished => return unfinished,
            }
        }
        Progress::Done
    }

    /// A new burst when the last one is long enough ago; a larger one for a viewer that is behind.
    fn refill<'a>(&mut self, waiting: impl Iterator<Item = &'a Chunk>) {
        let now = Instant::now();
        if now.saturating_duration_since(self.refilled) >= PACE {
            let behind: usize = waiting.map(|chunk| chunk.body.len()).sum();
            self.credit = BURST_BYTES.max(behind / CATCH_UP_BURSTS);
            self.refilled = now;
        }
    }

    fn send_chunk(&mut self, chunk: &Chunk, sent: &mut usize) -> Progress {
        let mut before = 0;
        for run in runs(&chunk.body) {
            let end = before + run.packets.len();
            if self.present.1 < end {
                let skip = self.present.1.saturating_sub(before);
                let progress = self.send_run(&run, skip, sent);
                if progress != Progress::Done {
                    return progress;
                }
            }
            before = end;
        }
        Progress::Done
    }

    fn send_run(&mut self, run: &Run<'_>, skip: usize, sent: &mut usize) -> Progress {
        let mut rest = run.packets.get(skip..).unwrap_or_default();
        let Some(to) = self.destinations.get(usize::from(run.channel)).copied().flatten() else {
            self.present.1 += rest.len();
            return Progress::Done;
        };
        let segment = usize::from(run.segment);
        while !rest.is_empty() {
            if self.credit == 0 {
                return Progress::Paced;
            }
            let socket = if run.channel.is_multiple_of(2) { &self.sockets.rtp } else { &self.sockets.rtcp };
            let count = socket.batch(segment).min(self.credit.div_ceil(segment));
            let batch = &rest[..rest.len().min(count * segment)];
            match socket.try_send(to, batch, segment) {
                Ok(()) => *sent += batch.len(),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Progress::Paced,
                // The datagrams are lost as on the way: a picture in pieces, and the next key frame heals it.
                Err(error) => self.note_refused(&error, to),
            }
            self.credit = self.credit.saturating_sub(batch.len());
            self.present.1 += batch.len();
            rest = &rest[batch.len()..];
        }
        Progress::Done
    }

    fn note_refused(&mut self, error: &io::Error, to: SocketAddr) {
        self.refused += 1;
        if self.refused.is_power_of_two() {
            tracing::debug!(%error, %to, times = self.refused, "Datagrams could not be sent.");
        }
    }
}
