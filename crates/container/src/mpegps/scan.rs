//! Start codes in a byte stream that comes in pieces.

use media::bitstream::nal::find_start_code;

/// A piece of a byte stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// Bytes without a start code; neither the first nor the last is part of one.
    Run(&'a [u8]),
    /// So many zeros within content: they might have begun a start code, and did not.
    Zeros(usize),
    /// A start code with the byte behind it.
    Code {
        /// Zeros in front of the one, at least two.
        zeros: usize,
        /// What the start code begins.
        byte: u8,
    },
}

impl Token<'_> {
    /// Bytes of the stream that it stands for.
    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Run(bytes) => bytes.len(),
            Self::Zeros(count) => *count,
            Self::Code { zeros, .. } => *zeros + 2,
        }
    }
}

/// Cuts a byte stream at start codes, wherever its pieces are cut.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scanner {
    /// Zeros at the end of what has come, which are no content as long as a one may follow.
    zeros: usize,
    /// The one of a start code was the last byte.
    in_code: bool,
}

impl Scanner {
    /// Bytes that have come and are in no token yet.
    pub(super) const fn pending_len(self) -> usize {
        self.zeros + self.in_code as usize
    }

    /// The next token of `rest`, which is moved on; `None` when more bytes are needed.
    pub(super) fn next<'a>(&mut self, rest: &mut &'a [u8]) -> Option<Token<'a>> {
        if !self.in_code && self.zeros > 0 {
            let count = rest.iter().position(|byte| *byte != 0).unwrap_or(rest.len());
            *rest = &rest[count..];
            self.zeros = self.zeros.saturating_add(count);
            let next = *rest.first()?;
            if next == 1 && self.zeros >= 2 {
                self.in_code = true;
                *rest = &rest[1..];
            } else {
                return Some(Token::Zeros(std::mem::take(&mut self.zeros)));
            }
        }
        if self.in_code {
            let (&byte, tail) = rest.split_first()?;
            *rest = tail;
            self.in_code = false;
            return Some(Token::Code { zeros: std::mem::take(&mut self.zeros), byte });
        }
        let (content, tail) = match find_start_code(rest) {
            Some(at) => (&rest[..at + 2], &rest[at + 3..]),
            None => (*rest, &[][..]),
        };
        self.in_code = content.len() < rest.len();
        *rest = tail;
        let end = content.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
        self.zeros = content.len() - end;
        if end > 0 { Some(Token::Run(&content[..end])) } else { self.next_behind_zeros(rest) }
    }

    fn next_behind_zeros<'a>(&mut self, rest: &mut &'a [u8]) -> Option<Token<'a>> {
        if self.zeros > 0 { self.next(rest) } else { None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Tokens with adjacent content joined.
    fn tokens(pieces: &[&[u8]]) -> Vec<Result<Vec<u8>, (usize, u8)>> {
        let mut scanner = Scanner::default();
        let mut out: Vec<Result<Vec<u8>, (usize, u8)>> = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            while let Some(token) = scanner.next(&mut rest) {
                let content = match token {
                    Token::Run(bytes) => bytes.to_vec(),
                    Token::Zeros(count) => vec![0; count],
                    Token::Code { zeros, byte } => {
                        out.push(Err((zeros, byte)));
                        continue;
                    }
                };
                match out.last_mut() {
                    Some(Ok(last)) => last.extend(content),
                    _ => out.push(Ok(content)),
                }
            }
            assert!(rest.is_empty());
        }
        out
    }

    #[test]
    fn codes_and_content_are_told_apart() {
        let stream = [9, 0, 0, 1, 0x67, 1, 0, 0, 3, 0, 0, 0, 0, 1, 0x68, 0, 0, 1, 0xba];
        let expected = [Ok(vec![9]), Err((2, 0x67)), Ok(vec![1, 0, 0, 3]), Err((4, 0x68)), Err((2, 0xba))];
        assert_eq!(tokens(&[&stream]), expected);
    }

    proptest! {
        #[test]
        fn every_cut_gives_the_same_and_nothing_is_lost(
            stream in prop::collection::vec(prop_oneof![4 => 0u8..3, 1 => any::<u8>()], 0..300),
            cut in 1usize..20,
        ) {
            let whole = tokens(&[&stream]);
            let pieces: Vec<&[u8]> = stream.chunks(cut).collect();
            prop_assert_eq!(&tokens(&pieces), &whole);
            let mut joined = Vec::new();
            for token in whole {
                match token {
                    Ok(content) => joined.extend(content),
                    Err((zeros, byte)) => {
                        joined.extend(vec![0; zeros]);
                        joined.extend([1, byte]);
                    }
                }
            }
            prop_assert!(stream.starts_with(&joined));
            prop_assert!(stream[joined.len()..].iter().all(|byte| *byte < 2));
        }
    }
}
