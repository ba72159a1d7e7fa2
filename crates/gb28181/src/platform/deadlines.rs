//! When to look after which device.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use crate::id::Id;

/// Of each device the entry at [`super::Device::watched_at`] counts, at or before the time at which the device is due: being
/// heard moves nothing. Those of a device that went meanwhile are dropped when their time comes.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    heap: BinaryHeap<Reverse<(Instant, Id)>>,
}

impl Deadlines {
    pub(super) fn push(&mut self, at: Instant, device: Id) {
        self.heap.push(Reverse((at, device)));
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.heap.len()
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// The next entry whose time has come.
    pub(super) fn pop(&mut self, now: Instant) -> Option<(Instant, Id)> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse(entry)| entry)
    }
}
