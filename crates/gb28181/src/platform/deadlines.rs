//! When to look after which device.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use crate::id::Id;

/// One entry per device, at or before the time at which the device is due: being heard moves nothing.
#[derive(Debug, Default)]
pub(super) struct Deadlines {
    heap: BinaryHeap<Reverse<(Instant, Id)>>,
}

impl Deadlines {
    pub(super) fn push(&mut self, at: Instant, device: Id) {
        self.heap.push(Reverse((at, device)));
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }

    /// The next device whose time has come.
    pub(super) fn pop(&mut self, now: Instant) -> Option<Id> {
        if self.next()? > now {
            return None;
        }
        self.heap.pop().map(|Reverse((_, device))| device)
    }
}
