//! How a publisher tells readers on other threads that there is something new.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};

use futures_util::task::AtomicWaker;

/// One reader's bell: rung by the publisher, answered by the one task that polls it.
#[derive(Debug, Default)]
pub struct Wakeup {
    rung: AtomicBool,
    waker: AtomicWaker,
}

impl Wakeup {
    /// Rings the bell.
    pub fn ring(&self) {
        if !self.rung.swap(true, Ordering::AcqRel) {
            self.waker.wake();
        }
    }

    /// Ready once for any number of rings since the last time.
    ///
    /// # Cancel safety
    /// Safe: a ring that nobody answered stays.
    pub fn poll_rung(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.waker.register(cx.waker());
        if self.rung.swap(false, Ordering::AcqRel) { Poll::Ready(()) } else { Poll::Pending }
    }
}

/// The bells of all readers of one stream. Readers are pumps and frame subscribers, not viewers: few.
#[derive(Debug, Default)]
pub(crate) struct Wakeups {
    count: AtomicUsize,
    bells: Mutex<Vec<Weak<Wakeup>>>,
}

impl Wakeups {
    /// Adds a bell; it is forgotten when its owner drops it.
    pub(crate) fn subscribe(&self) -> Arc<Wakeup> {
        let bell = Arc::new(Wakeup::default());
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        bells.retain(|bell| bell.strong_count() > 0);
        bells.push(Arc::downgrade(&bell));
        self.count.store(bells.len(), Ordering::Release);
        bell
    }

    /// Whether anybody reads, as of the last ring or subscription.
    pub(crate) fn any(&self) -> bool {
        self.count.load(Ordering::Acquire) > 0
    }

    pub(crate) fn ring_all(&self) {
        if self.count.load(Ordering::Acquire) == 0 {
            return;
        }
        let mut bells = self.bells.lock().unwrap_or_else(PoisonError::into_inner);
        let mut gone = false;
        for bell in bells.iter() {
            match bell.upgrade() {
                Some(bell) => bell.ring(),
                None => gone = true,
            }
        }
        if gone {
            bells.retain(|bell| bell.strong_count() > 0);
            self.count.store(bells.len(), Ordering::Release);
        }
    }
}
