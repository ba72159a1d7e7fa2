//! Counters of a stream and their recent history.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicU64, Ordering};

/// Seconds of history that are kept.
pub const HISTORY_S: usize = 120;

macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// Counters that only grow while a stream exists.
        #[derive(Debug, Default)]
        pub struct Counters { $($(#[$doc])* pub $name: AtomicU64),+ }

        /// Values of [`Counters`] at one moment.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct CounterValues { $($(#[$doc])* pub $name: u64),+ }

        impl Counters {
            /// Reads all counters.
            pub fn read(&self) -> CounterValues {
                CounterValues { $($name: self.$name.load(Ordering::Relaxed)),+ }
            }
        }
    };
}

counters! {
    /// Frames taken into the ring.
    frames,
    /// Frames of the joining track that were key frames.
    key_frames,
    /// Video frames.
    video_frames,
    /// Payload bytes.
    bytes,
    /// Clock jumps repaired.
    jumps,
    /// Counter wraps repaired.
    wraps,
    /// Small steps back repaired.
    rollbacks,
    /// Units that belonged to no configured track or were empty.
    dropped,
    /// GOPs that outgrew the cap.
    gop_overflows,
    /// Changes of a track's configuration.
    config_changes,
    /// Publishers so far.
    publishers,
    /// Key frames asked of the publisher.
    key_frame_requests,
    /// Bytes sent to viewers.
    sent_bytes,
    /// Viewers that fell off the ring.
    skips,
}

/// Adds one.
pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// One second of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Unix time in milliseconds.
    pub at_ms: u64,
    /// Bits received in that second.
    pub bitrate_bps: u64,
    /// Video frames received in that second.
    pub fps: u32,
}

/// The last [`HISTORY_S`] seconds.
#[derive(Debug, Default)]
pub struct History {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    samples: VecDeque<Sample>,
    last: CounterValues,
}

impl History {
    /// Takes the sample of the second that ends at `at_ms`.
    pub fn sample(&self, at_ms: u64, counters: CounterValues) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let sample = Sample {
            at_ms,
            bitrate_bps: (counters.bytes - inner.last.bytes) * 8,
            fps: u32::try_from(counters.video_frames - inner.last.video_frames).unwrap_or(u32::MAX),
        };
        inner.last = counters;
        if inner.samples.len() == HISTORY_S {
            inner.samples.pop_front();
        }
        inner.samples.push_back(sample);
    }

    /// Oldest first.
    pub fn samples(&self) -> Vec<Sample> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner).samples.iter().copied().collect()
    }

    /// Mean of the last `seconds` samples: bits a second and frames a second.
    pub fn recent(&self, seconds: usize) -> (u64, f32) {
        let inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let count = inner.samples.len().min(seconds);
        if count == 0 {
            return (0, 0.0);
        }
        let recent = inner.samples.iter().rev().take(count);
        let (bits, frames) = recent.fold((0, 0u32), |sum, sample| (sum.0 + sample.bitrate_bps, sum.1 + sample.fps));
        #[expect(clippy::cast_precision_loss, reason = "a few hundred frames")]
        let fps = frames as f32 / count as f32;
        (bits / u64::try_from(count).expect("at most HISTORY_S"), fps)
    }
}
