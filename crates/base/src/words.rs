//! Texts that many things have in common, such as makers and models.

use std::collections::HashSet;
use std::sync::Arc;

/// Texts that are remembered. Full-policy: all are forgotten, and sharing begins anew.
const MAX_WORDS: usize = 4096;
/// Bytes of a text that is remembered; longer ones are not shared.
const MAX_WORD_BYTES: usize = 128;

/// Keeps each text once, however many ask for it.
///
/// ```
/// let mut words = base::Words::default();
/// let (one, other) = (words.share("Acme"), words.share("Acme"));
/// assert!(std::sync::Arc::ptr_eq(&one, &other));
/// ```
#[derive(Debug, Default)]
pub struct Words(HashSet<Arc<str>>);

impl Words {
    /// The text, shared with whoever asked for the same before.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let word: Arc<str> = if text.is_empty() { Arc::default() } else { text.into() };
        if (1..=MAX_WORD_BYTES).contains(&text.len()) {
            if self.0.len() >= MAX_WORDS {
                self.0.clear();
            }
            self.0.insert(Arc::clone(&word));
        }
        word
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_bounded_in_number_and_in_length() {
        let mut words = Words::default();
        for number in 0..MAX_WORDS + 10 {
            assert_eq!(&*words.share(&number.to_string()), number.to_string());
        }
        assert_eq!(words.0.len(), 10);
        let long = "x".repeat(MAX_WORD_BYTES + 1);
        assert_eq!((&*words.share(&long), &*words.share("")), (long.as_str(), ""));
        assert_eq!(words.0.len(), 10);
    }
}
