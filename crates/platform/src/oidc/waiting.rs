//! Things that wait for a browser to come back: each is taken once, and forgotten after a while.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

/// How many wait in all; further ones are refused.
pub(super) const MAX: usize = 2000;
/// How many wait for one address; the oldest makes room. A large office behind one address is not kept out.
pub(super) const MAX_OF_ADDRESS: usize = 200;

/// Things by their secret names.
pub(super) struct Waiting<T> {
    life: Duration,
    entries: Mutex<HashMap<String, Entry<T>>>,
}

struct Entry<T> {
    address: IpAddr,
    since: Instant,
    value: T,
}

impl<T> Waiting<T> {
    pub(super) fn new(life: Duration) -> Self {
        Self { life, entries: Mutex::default() }
    }

    /// Keeps a thing; `false` when there is no room.
    pub(super) fn put(&self, name: &str, address: IpAddr, value: T) -> bool {
        let now = Instant::now();
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        entries.retain(|_, entry| now - entry.since < self.life);
        let same = entries.iter().filter(|(_, entry)| entry.address == address);
        let (count, oldest) = same.fold((0, None), |(count, oldest): (usize, Option<(&String, Instant)>), each| {
            let earlier = oldest.filter(|(_, since)| *since <= each.1.since);
            (count + 1, earlier.or(Some((each.0, each.1.since))))
        });
        if count >= MAX_OF_ADDRESS
            && let Some(name) = oldest.map(|(name, _)| name.clone())
        {
            entries.remove(&name);
        }
        if entries.len() >= MAX {
            return false;
        }
        entries.insert(name.to_owned(), Entry { address, since: now, value });
        true
    }

    /// Takes a thing out that still waits.
    pub(super) fn take(&self, name: &str) -> Option<T> {
        let entry = self.entries.lock().unwrap_or_else(PoisonError::into_inner).remove(name)?;
        (entry.since.elapsed() < self.life).then_some(entry.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: usize) -> IpAddr {
        let [.., high, low] = last.to_be_bytes();
        IpAddr::from([192, 0, high, low])
    }

    #[tokio::test(start_paused = true)]
    async fn each_is_taken_once_and_in_time() {
        let waiting = Waiting::new(Duration::from_secs(60));
        assert!(waiting.put("a", address(1), 1) && waiting.put("b", address(1), 2));
        assert_eq!((waiting.take("a"), waiting.take("a")), (Some(1), None));
        tokio::time::advance(Duration::from_secs(60)).await;
        assert_eq!(waiting.take("b"), None);
    }

    #[tokio::test(start_paused = true)]
    async fn one_address_cannot_fill_it_and_all_together_not_more_than_its_size() {
        let waiting = Waiting::new(Duration::from_secs(60));
        for number in 0..=MAX_OF_ADDRESS {
            tokio::time::advance(Duration::from_millis(1)).await;
            assert!(waiting.put(&number.to_string(), address(1), number));
        }
        assert_eq!(waiting.take("0"), None, "the oldest made room");
        assert_eq!(waiting.take("1"), Some(1));
        for number in 0..MAX + 1 {
            waiting.put(&format!("other {number}"), address(2 + number), number);
        }
        assert!(!waiting.put("late", address(1), 0), "it is full");
        tokio::time::advance(Duration::from_secs(60)).await;
        assert!(waiting.put("later", address(1), 0), "those that ran out make room");
    }
}
