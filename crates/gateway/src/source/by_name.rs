//! Things that are shared by name, and gone when nobody holds them any more.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// One thing for each name.
pub(super) struct ByName<T> {
    held: Mutex<HashMap<String, Weak<T>>>,
}

impl<T> Default for ByName<T> {
    fn default() -> Self {
        Self { held: Mutex::default() }
    }
}

impl<T> ByName<T> {
    fn lock(&self) -> MutexGuard<'_, HashMap<String, Weak<T>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What somebody holds under a name.
    pub(super) fn find(&self, name: &str) -> Option<Arc<T>> {
        self.lock().get(name).and_then(Weak::upgrade)
    }

    /// What somebody holds under a name, or a new one.
    pub(super) fn share(&self, name: &str, make: impl FnOnce() -> T) -> Arc<T> {
        let mut held = self.lock();
        if let Some(found) = held.get(name).and_then(Weak::upgrade) {
            return found;
        }
        held.retain(|_, each| each.strong_count() > 0);
        let made = Arc::new(make());
        held.insert(name.to_owned(), Arc::downgrade(&made));
        made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_is_shared_and_what_is_not_is_forgotten() {
        let things = ByName::default();
        let first = things.share("a", || 1);
        assert_eq!((*things.share("a", || 2), things.find("a").as_deref()), (1, Some(&1)));
        drop(first);
        assert_eq!((things.find("a"), *things.share("a", || 3)), (None, 3));
        for number in 0..1000 {
            things.share(&number.to_string(), || number);
        }
        assert!(things.lock().len() <= 1, "nobody holds any");
    }
}
