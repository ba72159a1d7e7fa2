//! Open transactions, by their names and by what messages say of them.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

/// A table keeps this much room, however few entries it has.
const LEAST_CAPACITY: usize = 256;

/// Values with a name of ours and a key from the wire. Room that a storm of requests took is given back.
#[derive(Debug)]
pub(super) struct Table<I, T> {
    by_id: HashMap<I, T>,
    by_key: HashMap<Arc<str>, I>,
}

impl<I, T> Default for Table<I, T> {
    fn default() -> Self {
        Self { by_id: HashMap::new(), by_key: HashMap::new() }
    }
}

impl<I: Copy + Eq + Hash, T> Table<I, T> {
    pub(super) fn insert(&mut self, id: I, key: &Arc<str>, value: T) {
        self.by_key.insert(Arc::clone(key), id);
        self.by_id.insert(id, value);
    }

    pub(super) fn find(&self, key: &str) -> Option<I> {
        self.by_key.get(key).copied()
    }

    pub(super) fn get(&self, id: I) -> Option<&T> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: I) -> Option<&mut T> {
        self.by_id.get_mut(&id)
    }

    /// Takes a value out; `key` says what its key is.
    pub(super) fn remove(&mut self, id: I, key: impl Fn(&T) -> &Arc<str>) -> Option<T> {
        let value = self.by_id.remove(&id)?;
        self.by_key.remove(key(&value));
        shrink(&mut self.by_id);
        shrink(&mut self.by_key);
        Some(value)
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (I, &T)> {
        self.by_id.iter().map(|(id, value)| (*id, value))
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
        let mut table: Table<u64, Arc<str>> = Table::default();
        let key = |id: u64| -> Arc<str> { id.to_string().into() };
        for id in 0..10_000 {
            table.insert(id, &key(id), key(id));
        }
        assert_eq!(table.find("77"), Some(77));
        for id in 0..10_000 {
            assert!(table.remove(id, |value| value).is_some());
            assert!(table.remove(id, |value| value).is_none());
        }
        assert_eq!((table.len(), table.find("77"), table.get(77)), (0, None, None));
        assert!(table.capacity() <= 4 * LEAST_CAPACITY, "{}", table.capacity());
    }
}
