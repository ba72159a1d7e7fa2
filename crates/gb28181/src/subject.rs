//! The header `Subject` of INVITE: who sends what to whom (GB/T 28181-2022 annexes K, L).

use std::fmt;

use crate::id::Id;

/// Characters of the longest sequence (annex K).
pub const MAX_SEQUENCE_CHARS: usize = 20;

/// `<sender>:<sequence>,<receiver>:<sequence>`.
///
/// The same sender and sequence mean the same stream: a device that is asked for it again should drop the old
/// session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Who sends the media: a channel.
    pub sender: Id,
    /// Which stream of the sender; its first character is 0 for live media and 1 for history. The SSRC serves.
    pub sender_sequence: String,
    /// Who receives it.
    pub receiver: Id,
    /// Which stream of the receiver; usually `0`.
    pub receiver_sequence: String,
}

impl Subject {
    /// Reads the value of the header; `None` when sender or receiver is missing. Tolerances: blanks, sequences that
    /// are missing or too long.
    pub fn parse(value: &str) -> Option<Self> {
        let (sender, receiver) = value.split_once(',')?;
        let (sender, sender_sequence) = parse_side(sender)?;
        let (receiver, receiver_sequence) = parse_side(receiver)?;
        Some(Self { sender, sender_sequence, receiver, receiver_sequence })
    }

    /// Whether the stream is of the past.
    pub fn is_history(&self) -> bool {
        self.sender_sequence.starts_with('1')
    }
}

fn parse_side(side: &str) -> Option<(Id, String)> {
    let (id, sequence) = side.split_once(':').unwrap_or((side, ""));
    Some((Id::new(id).ok()?, keep(sequence)))
}

/// What may stand in a header between `:` and `,`.
fn keep(sequence: &str) -> String {
    sequence
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .take(MAX_SEQUENCE_CHARS)
        .collect()
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sender, sender_sequence, receiver, receiver_sequence } = self;
        write!(f, "{sender}:{},{receiver}:{}", keep(sender_sequence), keep(receiver_sequence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn subjects_are_read_with_blanks_and_without_sequences() {
        let subject = Subject::parse("34020000001320000001:0200000001, 34020000002000000001:0").unwrap();
        assert_eq!((subject.sender_sequence.as_str(), subject.receiver_sequence.as_str()), ("0200000001", "0"));
        assert!(!subject.is_history());
        assert_eq!(subject.to_string(), "34020000001320000001:0200000001,34020000002000000001:0");
        assert_eq!(Subject::parse("a,b").unwrap().to_string(), "a:,b:");
        assert!(Subject::parse("a:1,b").unwrap().is_history());
        for wrong in ["", "a", ",", "a:1,", "路:1,b:0"] {
            assert_eq!(Subject::parse(wrong), None, "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_written_subject_is_read_back(sender in "[0-9]{20}", first in "[0-9a-z]{0,20}", second in "[0-9]{0,5}") {
            let id = Id::new(&sender).unwrap();
            let subject =
                Subject { sender: id.clone(), sender_sequence: first, receiver: id, receiver_sequence: second };
            prop_assert_eq!(Subject::parse(&subject.to_string()), Some(subject));
        }

        #[test]
        fn any_text_is_judged(text in ".{0,60}") {
            let _ = Subject::parse(&text);
        }
    }
}
