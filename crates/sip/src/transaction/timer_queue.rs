//! What is due when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use super::{ClientId, ServerId};

/// Entries beyond those of open transactions that may wait before the queue is cleared of them.
const MAX_STALE_ENTRIES: usize = 1024;

/// Whose timer it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum TimerOwner {
    Client(ClientId),
    Server(ServerId),
}

/// A heap of instants. An owner that needs another one gets another entry, and remembers which of them counts;
/// the others are stale.
#[derive(Debug, Default)]
pub(crate) struct TimerQueue {
    heap: BinaryHeap<Reverse<(Instant, TimerOwner)>>,
}

impl TimerQueue {
    pub(crate) fn push(&mut self, at: Instant, owner: TimerOwner) {
        self.heap.push(Reverse((at, owner)));
    }

    pub(crate) fn peek(&self) -> Option<(Instant, TimerOwner)> {
        self.heap.peek().map(|Reverse(entry)| *entry)
    }

    /// Takes the earliest entry out, and gives room back that a storm of requests took.
    pub(crate) fn pop(&mut self) {
        self.heap.pop();
        if self.heap.capacity() > 2 * MAX_STALE_ENTRIES && self.heap.len() < self.heap.capacity() / 8 {
            self.heap.shrink_to(self.heap.capacity() / 4);
        }
    }

    /// Clears out stale entries when there are many: at most one for each owner counts.
    pub(crate) fn tidy(&mut self, owners: usize, counts: impl Fn(Instant, TimerOwner) -> bool) {
        if self.heap.len() > 2 * owners + MAX_STALE_ENTRIES {
            self.heap.retain(|Reverse((at, owner))| counts(*at, *owner));
            self.heap.shrink_to(2 * owners + MAX_STALE_ENTRIES);
        }
    }

    /// Entries, stale ones too.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.heap.len()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_earliest_comes_first_and_stale_entries_do_not_gather() {
        let start = Instant::now();
        let mut queue = TimerQueue::default();
        for second in [3, 1, 2] {
            queue.push(start + Duration::from_secs(second), TimerOwner::Client(ClientId(second)));
        }
        assert_eq!(queue.peek(), Some((start + Duration::from_secs(1), TimerOwner::Client(ClientId(1)))));
        queue.pop();
        assert_eq!(queue.len(), 2);
        for _ in 0..10_000 {
            queue.push(start, TimerOwner::Server(ServerId(1)));
            queue.tidy(1, |at, _| at != start);
        }
        assert!(queue.len() <= MAX_STALE_ENTRIES + 3, "{}", queue.len());
        assert_eq!(queue.heap.iter().filter(|Reverse((at, _))| *at != start).count(), 2);
        for _ in 0..100_000 {
            queue.push(start, TimerOwner::Server(ServerId(1)));
        }
        while queue.peek().is_some() {
            queue.pop();
        }
        assert!(queue.heap.capacity() <= 2 * MAX_STALE_ENTRIES, "{}", queue.heap.capacity());
    }
}
