//! Open transactions, by their names and by what messages say of them.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// A table keeps this much room, however few entries it has.
const LEAST_CAPACITY: usize = 256;

/// A sum of a key, which is a long text: transactions linger half a minute, and each would hold its key.
type Sum = u128;

/// Values with a name of ours and a key from the wire. Room that a storm of requests took is given back: values stand apart, so
/// that free places are small.
#[derive(Debug)]
pub(super) struct Table<I, T> {
    by_id: HashMap<I, Box<(Sum, T)>>,
    by_key: HashMap<Sum, I>,
    /// Random, so that nobody makes two keys with one sum.
    seeds: [RandomState; 2],
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { by_id: HashMap::new(), by_key: HashMap::new(), seeds: [RandomState::new(), RandomState::new()] }
    }
}

impl<I: Copy + Eq + Hash, T> Table<I, T> {
    pub(super) fn insert(&mut self, id: I, key: &str, value: T) {
        let sum = self.sum(key);
        self.by_key.insert(sum, id);
        self.by_id.insert(id, Box::new((sum, value)));
    }

    pub(super) fn find(&self, key: &str) -> Option<I> {
        self.by_key.get(&self.sum(key)).copied()
    }

    fn sum(&self, key: &str) -> Sum {
        let [high, low] = self.seeds.each_ref().map(|seed| Sum::from(seed.hash_one(key)));
        high << 64 | low
    }

    pub(super) fn get(&self, id: I) -> Option<&T> {
        self.by_id.get(&id).map(|entry| &entry.1)
    }

    pub(super) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.by_id.get_mut(&id).map(|entry| &mut entry.1)
    }

    /// Takes a value out.
    pub(super) fn remove(&mut self, id: I) -> Option<T> {
        let (sum, value) = *self.by_id.remove(&id)?;
        self.by_key.remove(&sum);
        shrink(&mut self.by_id);
        shrink(&mut self.by_key);
        Some(value)
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.by_id.iter().map(|(id, entry)| (*id, &entry.1))
    }

    /// Entries for which there is room.
    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.by_id.capacity().max(self.by_key.capacity())
    }
}

/// Gives room back that is far too much. Each time costs as many entries as there are, after at least three
/// times as many removals.
pub(super) fn shrink<K: Eq + Hash, V>(map: &mut HashMap<K, V>) {
    if map.capacity() > LEAST_CAPACITY && map.len() < map.capacity() / 8 {
        map.shrink_to((map.capacity() / 4).max(LEAST_CAPACITY / 2));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_given_back_after_a_storm() {
        let mut table: Table<u64, u64> = Table::default();
        for id in 0..10_000 {
            table.insert(id, &id.to_string(), id);
        }
        assert_eq!(table.find("77"), Some(77));
        for id in 0..10_000 {
            assert_eq!((table.remove(id), table.remove(id)), (Some(id), None));
        }
        assert_eq!((table.len(), table.find("77"), table.get(77)), (0, None, None));
        assert!(table.capacity() <= 4 * LEAST_CAPACITY, "{}", table.capacity());
    }
}
