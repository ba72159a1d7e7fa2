//! `Subject` of an INVITE (GB/T 28181-2022 annex K).

use std::fmt;

/// `sender:sequence,receiver:sequence` of the media.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Identifier of who sends media.
    pub sender: String,
    /// At most 20 characters, the first 0 for live and 1 for history; the same for the same live source.
    pub sender_sequence: String,
    /// Identifier of who receives media.
    pub receiver: String,
    /// Of the receiver; often `0`.
    pub receiver_sequence: String,
}

impl Subject {
    /// Reads the value; `None` when a part is missing.
    ///
    /// Tolerance: a receiver without sequence, which violates annex K and loses nothing, as the sequence of a
    /// receiver names no stream.
    pub fn parse(text: &str) -> Option<Self> {
        let (sender, receiver) = text.split_once(',')?;
        let (sender, sender_sequence) = sender.split_once(':')?;
        let (receiver, receiver_sequence) = receiver.split_once(':').unwrap_or((receiver, ""));
        let [sender, sender_sequence, receiver, receiver_sequence] =
            [sender, sender_sequence, receiver, receiver_sequence].map(|part| part.trim().to_owned());
        if sender.is_empty() || receiver.is_empty() {
            return None;
        }
        Some(Self { sender, sender_sequence, receiver, receiver_sequence })
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{},{}:{}", self.sender, self.sender_sequence, self.receiver, self.receiver_sequence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_are_read_and_written() {
        let text = "34020000001320000001:0200000001,34020000002000000001:0";
        let subject = Subject::parse(text).unwrap();
        assert_eq!(subject.sender_sequence, "0200000001");
        assert_eq!(subject.to_string(), text);
        assert_eq!(Subject::parse(" a : 1 , b ").unwrap().to_string(), "a:1,b:");
        for bad in ["", "a:1", "a,b:1", ":1,b:2"] {
            assert_eq!(Subject::parse(bad), None, "{bad}");
        }
    }
}
