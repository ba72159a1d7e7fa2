//! A picture that is given, or why there is none.

use bytes::{BufMut, Bytes, BytesMut};

use crate::wire::{Malformed, message, take_u8, take_u16};

/// Longest reason in bytes; the rest is cut off.
const MAX_REASON: usize = 512;

/// One answer.
pub type Answer = Result<Picture, Failure>;

/// A written picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// Pixels in a row.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// The file.
    pub bytes: Bytes,
}

/// Why there is no picture, or no sound.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct Failure {
    /// What kind of failure.
    pub kind: FailureKind,
    /// A sentence.
    pub text: String,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// The key frame does not give a picture; the access units give no sound.
    Undecodable,
    /// This build of the libraries lacks the codec or the form.
    Unsupported,
    /// The picture is larger than a limit.
    TooLarge,
}

impl Failure {
    /// With a sentence.
    pub fn new(kind: FailureKind, text: impl Into<String>) -> Self {
        Self { kind, text: text.into() }
    }
}

impl Picture {
    /// The message of an answer.
    pub fn write(answer: &Answer) -> Bytes {
        match answer {
            Ok(picture) => {
                let mut head = BytesMut::with_capacity(5);
                head.put_u8(0);
                head.put_u16(picture.width);
                head.put_u16(picture.height);
                message(&head, &picture.bytes)
            }
            Err(failure) => put_failure(failure),
        }
    }

    /// An answer from a message's body.
    ///
    /// # Errors
    /// When it is truncated or a field has a value that is not defined.
    pub fn read(mut body: Bytes) -> Result<Answer, Malformed> {
        let kind = take_u8(&mut body)?;
        if kind != 0 {
            return Ok(Err(read_failure(kind, body)?));
        }
        let (width, height) = (take_u16(&mut body)?, take_u16(&mut body)?);
        Ok(Ok(Self { width, height, bytes: body }))
    }
}

/// The message of a failure.
pub(crate) fn put_failure(failure: &Failure) -> Bytes {
    let kind = match failure.kind {
        FailureKind::Undecodable => 1,
        FailureKind::Unsupported => 2,
        FailureKind::TooLarge => 3,
    };
    let end = failure.text.floor_char_boundary(MAX_REASON);
    message(&[kind], &failure.text.as_bytes()[..end])
}

/// A failure from what stands behind its kind.
pub(crate) fn read_failure(kind: u8, text: Bytes) -> Result<Failure, Malformed> {
    let kind = match kind {
        1 => FailureKind::Undecodable,
        2 => FailureKind::Unsupported,
        3 => FailureKind::TooLarge,
        value => return Err(Malformed::Unknown { field: "failure", value }),
    };
    if text.len() > MAX_REASON {
        return Err(Malformed::Text);
    }
    let text = String::from_utf8(text.into()).map_err(|_| Malformed::Text)?;
    Ok(Failure { kind, text })
}
