//! Viewer sessions: listed, accounted, kicked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Instant, SystemTime};

use crate::stream::Stream;
use crate::{Grant, StreamKey};

/// What a session is when it starts.
#[derive(Clone, Debug)]
pub struct SessionStart {
    /// "http-flv", "ws-fmp4", "rtmp", "rtsp", ...
    pub protocol: &'static str,
    /// The viewer's address.
    pub address: SocketAddr,
    /// What the player calls itself.
    pub user_agent: Option<Box<str>>,
    /// Its permission.
    pub grant: Grant,
}

/// One viewer of one stream. Ends when the last pointer is dropped; its record then goes to the accounts.
#[derive(Debug)]
pub struct Session {
    id: u64,
    stream: Weak<Stream>,
    key: StreamKey,
    start: SessionStart,
    since: SystemTime,
    started: Instant,
    bytes: AtomicU64,
    lag_ms: AtomicU32,
    skips: AtomicU32,
    /// What the viewer reports of its reception: loss in permille above, jitter in milliseconds below; all ones
    /// until it does.
    reception: AtomicU64,
    kicked: AtomicBool,
}

/// What a viewer by datagrams reports of its reception.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reception {
    /// Packets lost since its report before, in permille.
    pub loss_permille: u16,
    /// Mean deviation of the packets' spacing (RFC 3550 §6.4.1), in milliseconds.
    pub jitter_ms: u32,
}

const NO_RECEPTION: u64 = u64::MAX;

/// What is left of a session for the accounts.
#[derive(Clone, Debug)]
pub struct SessionRecord {
    /// Number of the session.
    pub id: u64,
    /// What was watched.
    pub key: StreamKey,
    /// Protocol.
    pub protocol: &'static str,
    /// Who, as the grant says.
    pub subject: Option<String>,
    /// From where.
    pub address: SocketAddr,
    /// From when.
    pub since: SystemTime,
    /// For how long, in milliseconds.
    pub duration_ms: u64,
    /// Bytes sent.
    pub bytes: u64,
}

impl Session {
    pub(crate) fn new(id: u64, stream: &Arc<Stream>, start: SessionStart) -> Self {
        Self {
            id,
            stream: Arc::downgrade(stream),
            key: stream.key().clone(),
            start,
            since: SystemTime::now(),
            started: Instant::now(),
            bytes: AtomicU64::new(0),
            lag_ms: AtomicU32::new(0),
            skips: AtomicU32::new(0),
            reception: AtomicU64::new(NO_RECEPTION),
            kicked: AtomicBool::new(false),
        }
    }

    /// Number of the session, unique while the server runs.
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// What it watches.
    pub const fn key(&self) -> &StreamKey {
        &self.key
    }

    /// How it started.
    pub const fn start(&self) -> &SessionStart {
        &self.start
    }

    /// When it started.
    pub const fn since(&self) -> SystemTime {
        self.since
    }

    /// Bytes sent so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Bits a second, over the whole session.
    pub fn mean_rate_bps(&self) -> u64 {
        let elapsed_ms = self.started.elapsed().as_millis().max(1);
        u64::try_from(u128::from(self.bytes()) * 8000 / elapsed_ms).unwrap_or(u64::MAX)
    }

    /// How far the viewer is behind, in milliseconds of stream time.
    pub fn lag_ms(&self) -> u32 {
        self.lag_ms.load(Ordering::Relaxed)
    }

    /// How often it fell off the ring and resumed at a key frame.
    pub fn skips(&self) -> u32 {
        self.skips.load(Ordering::Relaxed)
    }

    /// Counts bytes sent and notes the lag.
    pub fn sent(&self, bytes: u64, lag_ms: u32) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        self.lag_ms.store(lag_ms, Ordering::Relaxed);
    }

    /// Counts a fall off the ring.
    pub fn skipped(&self) {
        self.skips.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes what the viewer reports of its reception.
    pub fn note_reception(&self, reception: Reception) {
        let packed = u64::from(reception.loss_permille) << 32 | u64::from(reception.jitter_ms);
        self.reception.store(packed, Ordering::Relaxed);
    }

    /// What the viewer last reported of its reception; `None` where the protocol has no reports.
    pub fn reception(&self) -> Option<Reception> {
        let packed = self.reception.load(Ordering::Relaxed);
        let loss_permille = u16::try_from(packed >> 32).ok()?;
        Some(Reception { loss_permille, jitter_ms: u32::try_from(packed & 0xFFFF_FFFF).ok()? })
    }

    /// Asks the session's owner to end it.
    pub fn kick(&self) {
        self.kicked.store(true, Ordering::Release);
        if let Some(stream) = self.stream.upgrade() {
            stream.ring_readers();
        }
    }

    /// Whether the session must end: kicked, or its grant has run out.
    pub fn is_over(&self, now: SystemTime) -> bool {
        self.kicked.load(Ordering::Acquire) || self.start.grant.expires_at.is_some_and(|expiry| now >= expiry)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Some(stream) = self.stream.upgrade() else {
            return;
        };
        stream.session_ended(SessionRecord {
            id: self.id,
            key: self.key.clone(),
            protocol: self.start.protocol,
            subject: self.start.grant.subject.clone(),
            address: self.start.address,
            since: self.since,
            duration_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
            bytes: self.bytes(),
        });
    }
}
