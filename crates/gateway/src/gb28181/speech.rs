//! Sound to a device: G.711 A-law in RTP, a packet each 20 ms, by UDP and both TCP ways (GB/T 28181-2022 §9.12, annexes C, D).
//!
//! ```text
//! Speech::put, Speech::feed ── SoundQueue (0.5 s) ── each 20 ms a packet ── Outlet ── device
//! ```
//!
//! Packets go out evenly from the begin to the end; where there is no sound they hold silence, so that routers keep the way
//! open and devices their clocks. They go where the device has said that it listens, and nowhere else.

mod outlet;
mod queue;

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use gb28181::sdp::Ssrc;
use rtp::{FIXED_HEADER_BYTES, Header};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::MissedTickBehavior;

use super::ports::Lease;
use crate::guard::PullGuard;
use outlet::{Outlet, PACKET_BYTES};
use queue::{Packet, SoundQueue};

pub use queue::{BYTES_PER_PACKET, MAX_QUEUED_BYTES};

/// Between packets (annex C: 20 to 180 ms).
pub const PACKET_TIME: Duration = Duration::from_millis(20);

/// Who hears.
#[derive(Clone, Debug)]
pub struct Hearer {
    /// Where the device says that it listens: an IP address or a name.
    pub address: Option<String>,
    /// The port there.
    pub port: u16,
    /// Where its signalling comes from.
    pub signalling_ip: IpAddr,
    /// Payload type of the packets.
    pub payload_type: u8,
    /// SSRC of the packets.
    pub ssrc: Ssrc,
}

/// What was sent, and what was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpeechCounters {
    /// Packets that left, of 20 ms each, silent ones too.
    pub packets: u64,
    /// Of these, packets with sound.
    pub sounding: u64,
    /// Bytes of sound, 8 a millisecond, that were dropped since they came faster than they are heard.
    pub dropped_bytes: u64,
    /// Packets that the system did not take.
    pub lost_packets: u64,
}

/// Sends sound to one device until it is dropped, and gives the port back then.
#[derive(Debug)]
pub struct Speech {
    queue: Arc<SoundQueue>,
    task: JoinHandle<()>,
    ended: watch::Receiver<Option<String>>,
}

impl Speech {
    /// Starts to send from a port that was leased by [`super::MediaPorts::lease_for_sound`]. Must be called on a runtime.
    pub fn start(lease: Lease, hearer: Hearer, guard: PullGuard) -> Self {
        let queue = Arc::<SoundQueue>::default();
        let (end, ended) = watch::channel(None);
        let sound = Arc::clone(&queue);
        let task = tokio::spawn(async move {
            let Err(text) = send(lease, &hearer, &guard, &sound).await;
            let _nobody_waits = end.send(Some(text));
        });
        Self { queue, task, ended }
    }

    /// Takes sound as it comes from a microphone: bytes of G.711 A-law, 8 a millisecond. Of what is more than
    /// [`MAX_QUEUED_BYTES`] the oldest is dropped, so that whoever speaks is heard at once.
    pub fn put(&self, a_law: &[u8]) {
        self.queue.put(a_law);
    }

    /// Takes sound as it comes from a file: waits for room and drops nothing.
    ///
    /// # Cancel safety
    /// Not safe: some of the sound may have been taken.
    pub async fn feed(&self, a_law: &[u8]) {
        self.queue.feed(a_law).await;
    }

    /// Waits until all sound that was taken has left.
    ///
    /// # Cancel safety
    /// Safe.
    pub async fn drained(&self) {
        self.queue.drained().await;
    }

    /// What was sent so far.
    pub fn counters(&self) -> SpeechCounters {
        self.queue.counters()
    }

    /// Tells when sound cannot be sent any more.
    pub fn end(&self) -> SpeechEnd {
        SpeechEnd(self.ended.clone())
    }
}

/// Waits for the end of a [`Speech`].
#[derive(Clone, Debug)]
pub struct SpeechEnd(watch::Receiver<Option<String>>);

impl SpeechEnd {
    /// Resolves with a sentence when sound cannot be sent any more, such as that the device has closed its connection.
    ///
    /// # Cancel safety
    /// Safe: an end that was not taken is said again.
    pub async fn ended(&mut self) -> String {
        let ended = self.0.wait_for(Option::is_some).await;
        ended.ok().and_then(|text| text.clone()).unwrap_or_else(|| "It is over.".to_owned())
    }
}

impl Drop for Speech {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Never returns but with a reason to end.
async fn send(
    lease: Lease,
    hearer: &Hearer,
    guard: &PullGuard,
    queue: &SoundQueue,
) -> Result<std::convert::Infallible, String> {
    let mut outlet = Outlet::open(&lease, hearer, guard).await?;
    let mut ticks = tokio::time::interval(PACKET_TIME);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let (mut sequence, mut timestamp) = (rand::random::<u16>(), rand::random::<u32>());
    let mut was_silent = true;
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            end = outlet.closed() => return Err(end),
        }
        let Packet { a_law, is_silent } = queue.next_packet();
        let marker = was_silent && !is_silent;
        let header =
            Header { marker, payload_type: hearer.payload_type, sequence, timestamp, ssrc: hearer.ssrc.0 }.to_bytes();
        let mut packet = [0; PACKET_BYTES];
        packet[..FIXED_HEADER_BYTES].copy_from_slice(&header);
        packet[FIXED_HEADER_BYTES..].copy_from_slice(&a_law);
        let is_sent = outlet.send(&packet).await?;
        queue.note_sent(is_sent, is_silent);
        sequence = sequence.wrapping_add(1);
        timestamp = timestamp.wrapping_add(BYTES_PER_PACKET_U32);
        was_silent = is_silent;
    }
}

/// One byte is one tick of the clock of 8 kHz.
const BYTES_PER_PACKET_U32: u32 = 160;
const _: () = assert!(BYTES_PER_PACKET == BYTES_PER_PACKET_U32 as usize, "a packet's bytes are its ticks");

#[cfg(test)]
mod tests;
